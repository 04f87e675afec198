#include "jail.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "log.h"
#include "metrics.h"

static struct metric jailed = { .name = "dunlin_jailed",
	.type = METRIC_GAUGE,
	.help = "1 where the kernel keeps this process in: seccomp, landlock.",
	.labels = "by" };

/* --- seccomp --- */

/* No daemon of ours does these, nor any library of theirs: who does is not us. LeakSanitizer stops its own threads by ptrace. */
static const uint32_t deadly[] = {
	SYS_execve,
	SYS_execveat,
#ifndef __SANITIZE_ADDRESS__
	SYS_ptrace,
#endif
	SYS_process_vm_readv,
	SYS_process_vm_writev,
	SYS_mount,
	SYS_umount2,
	SYS_pivot_root,
	SYS_chroot,
	SYS_setns,
	SYS_unshare,
	SYS_init_module,
	SYS_finit_module,
	SYS_delete_module,
	SYS_kexec_load,
	SYS_reboot,
	SYS_swapon,
	SYS_swapoff,
	SYS_acct,
	SYS_add_key,
	SYS_request_key,
	SYS_keyctl,
};

/* What a library may ask for and do without. */
static const uint32_t refused[] = {
	SYS_bpf,
	SYS_perf_event_open,
	SYS_userfaultfd,
	SYS_open_by_handle_at,
	425, /* io_uring_setup: not in the headers of all that we build on */
};

enum { DEADLY = sizeof deadly / sizeof *deadly, REFUSED = sizeof refused / sizeof *refused };

#if defined __x86_64__
enum { ARCH = AUDIT_ARCH_X86_64, X32 = 0x40000000 };
#elif defined __aarch64__
enum { ARCH = AUDIT_ARCH_AARCH64, X32 = 0x40000000 };
#else
enum { ARCH = 0, X32 = 0x40000000 };
#endif

struct program {
	struct sock_filter code[2 * (DEADLY + REFUSED) + 16];
	unsigned short count;
};

static void add(struct program *p, struct sock_filter one)
{
	p->code[p->count++] = one;
}

/* With this number, that action. */
static void add_rule(struct program *p, uint32_t number, uint32_t action)
{
	add(p, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1));
	add(p, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, action));
}

static void load(struct program *p, size_t offset)
{
	add(p, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset));
}

/* Numbers mean something else to another architecture, and to x32. */
static void build(struct program *p)
{
	load(p, offsetof(struct seccomp_data, arch));
	add(p, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)ARCH, 1, 0));
	add(p, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS));
	load(p, offsetof(struct seccomp_data, nr));
	add(p, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, X32, 0, 1));
	add(p, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS));
	for (size_t i = 0; i < DEADLY; i++)
		add_rule(p, deadly[i], SECCOMP_RET_KILL_PROCESS);
	for (size_t i = 0; i < REFUSED; i++)
		add_rule(p, refused[i], SECCOMP_RET_ERRNO | EPERM);
	add(p, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
}

static bool seccomp_enter(void)
{
	struct program p = { .count = 0 };
	struct sock_fprog filter = { .filter = p.code };

	if (ARCH == 0)
		return false;
	build(&p);
	filter.len = p.count;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

/* --- Landlock --- */

/* There where the program counts its own lines, in files that it writes as it ends (gcc --coverage). */
void __gcov_init(void *) __attribute__((weak));

/* Handled and granted nowhere. Reading is not handled: it stays as it was. */
static bool landlock_enter(void)
{
	struct landlock_ruleset_attr rules = { .handled_access_fs = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE |
								    LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |
								    LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR |
								    LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK |
								    LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK |
								    LANDLOCK_ACCESS_FS_MAKE_SYM };
	int fd = (int)syscall(SYS_landlock_create_ruleset, &rules, sizeof rules.handled_access_fs, 0);
	bool entered;

	if (fd < 0)
		return false;
	entered = __gcov_init == NULL && syscall(SYS_landlock_restrict_self, fd, 0) == 0;
	close(fd);
	return entered;
}

static void tell(const char *by, bool entered, int code)
{
	metric_set(&jailed, entered ? 1 : 0, by, NULL);
	if (!entered)
		log_warn("the kernel gives less protection than it could", LOG_TEXT("without", by), LOG_TEXT("reason", strerror(code)));
}

void jail_enter(void)
{
	bool alone = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
	bool entered = alone && landlock_enter();

	tell("landlock", entered, errno);
	entered = alone && seccomp_enter();
	tell("seccomp", entered, errno);
}
