#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <openssl/ssl.h>

#include "jail.h"
#include "log.h"
#include "zone.h"

/* What a process in jail comes to: its exit code, or -signal. */
static int in_jail(int (*what)(void))
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		log_init("jail", LOG_ERROR);
		jail_enter();
		_exit(what());
	}
	assert_true(waitpid(pid, &status, 0) == pid);
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static int execs(void)
{
	char *const none[] = { NULL };

	return execve("/bin/true", none, none);
}

static void *exec_there(void *unused)
{
	(void)unused;
	execs();
	return NULL;
}

static int execs_in_a_thread(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, exec_there, NULL) != 0)
		return 70;
	pthread_join(thread, NULL);
	return 0;
}

static int execs_in_a_child(void)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0)
		_exit(execs());
	return waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static int looks_into_another(void)
{
	char at[1];
	struct iovec here = { at, 1 }, there = { at, 1 };

	return process_vm_readv(getppid(), &here, 1, &there, 1, 0) < 0 ? 72 : 0;
}

static void who_starts_a_program_or_looks_into_another_dies(void **state)
{
	(void)state;
	assert_int_equal(in_jail(execs), -SIGSYS);
	assert_int_equal(in_jail(execs_in_a_thread), -SIGSYS);
	assert_int_equal(in_jail(looks_into_another), -SIGSYS);
	assert_int_equal(in_jail(execs_in_a_child), SIGSYS);
}

static int writes(void)
{
	char path[] = "/tmp/dunlin-jail-XXXXXX";
	int fd = open("/dev/null", O_WRONLY);

	if (fd >= 0)
		return 0;
	if (errno != EACCES || mkstemp(path) >= 0)
		return 73;
	return 1;
}

static void nobody_writes_a_file(void **state)
{
	(void)state;
	if (syscall(SYS_landlock_create_ruleset, NULL, 0, 1) < 0)
		skip();
	assert_int_equal(in_jail(writes), 1);
}

static void *nothing(void *arg)
{
	return arg;
}

/* What a daemon goes on doing: threads, names, files that are looked at again, TLS. */
static int lives(void)
{
	struct addrinfo *at;
	pthread_t thread;
	FILE *file;
	SSL_CTX *tls;

	if (pthread_create(&thread, NULL, nothing, NULL) != 0 || pthread_join(thread, NULL) != 0)
		return 1;
	if (getaddrinfo("localhost", "80", NULL, &at) != 0)
		return 2;
	freeaddrinfo(at);
	file = fopen("/etc/passwd", "re");
	if (file == NULL || fgetc(file) == EOF)
		return 3;
	fclose(file);
	tls = SSL_CTX_new(TLS_client_method());
	if (tls == NULL || SSL_CTX_set_default_verify_paths(tls) != 1)
		return 4;
	SSL_CTX_free(tls);
	return zone_load("Europe/Berlin") != NULL ? 0 : 5;
}

static void a_daemons_day_goes_on(void **state)
{
	(void)state;
	assert_int_equal(in_jail(lives), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_starts_a_program_or_looks_into_another_dies),
		cmocka_unit_test(nobody_writes_a_file),
		cmocka_unit_test(a_daemons_day_goes_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
