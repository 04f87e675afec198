#include "role.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "clock.h"
#include "jail.h"
#include "kafka.h"
#include "log.h"
#include "service.h"

enum { ROLES_MOST = 64, ROLE_STACK = 512 << 10 };

struct running {
	struct role role;
	const struct service *service;
	pthread_t thread;
	atomic_bool ended;
	enum err err;
	struct why why;
};

static struct running running[ROLES_MOST];
static size_t running_count;
static int ended_fd = -1; /* readable when a role has returned */

/* The order of stopping: intake first, the relay after those who say things, ops last. */
static const struct {
	enum role_kind kind;
	const char *name;
	enum err (*run)(const struct service *, struct role *, struct why *);
} kinds[] = {
	{ ROLE_HTTP, "http", httpd_run },
	{ ROLE_CONSUME, "consume", consume_run },
	{ ROLE_BULK, "bulk", bulk_run },
	{ ROLE_TICK, "tick", tick_run },
	{ ROLE_SEND, "send", outside_role },
	{ ROLE_RELAY, "relay", relay_run },
	{ ROLE_OPS, "ops", ops_run },
};

enum { KINDS = sizeof kinds / sizeof *kinds };

static void poke(int fd)
{
	if (write(fd, &(uint64_t){ 1 }, sizeof(uint64_t)) < 0 && errno != EAGAIN)
		bug("eventfd: %s", strerror(errno));
}

const char *role_name(enum role_kind kind)
{
	for (size_t i = 0; i < KINDS; i++)
		if (kinds[i].kind == kind)
			return kinds[i].name;
	bug("a role of kind %d", (int)kind);
}

size_t role_count(void)
{
	return running_count;
}

const struct role *role_at(size_t i)
{
	return &running[i].role;
}

bool role_stopping(struct role *r)
{
	return atomic_load_explicit(&r->stop, memory_order_relaxed);
}

void role_beat(struct role *r)
{
	atomic_store_explicit(&r->beat, clock_monotonic_us(), memory_order_relaxed);
}

void role_drain(struct role *r)
{
	uint64_t n;

	if (read(r->wake_fd, &n, sizeof n) < 0 && errno != EAGAIN && errno != EINTR)
		bug("eventfd: %s", strerror(errno));
}

void role_wait(struct role *r, int timeout_ms)
{
	struct pollfd fd = { .fd = r->wake_fd, .events = POLLIN };

	role_beat(r);
	if (!role_stopping(r) && poll(&fd, 1, timeout_ms) > 0)
		role_drain(r);
	role_beat(r);
}

void role_wake(enum role_kind kind)
{
	for (size_t i = 0; i < running_count; i++)
		if (running[i].role.kind == kind)
			poke(running[i].role.wake_fd);
}

static void *thread_main(void *arg)
{
	struct running *r = arg;

	log_role(role_name(r->role.kind));
	role_beat(&r->role);
	for (size_t i = 0; i < KINDS; i++)
		if (kinds[i].kind == r->role.kind)
			r->err = kinds[i].run(r->service, &r->role, &r->why);
	if (r->err != OK)
		log_why(LOG_ERROR, "the role can't go on", &r->why);
	atomic_store(&r->ended, true);
	poke(ended_fd);
	return NULL;
}

static void add(const struct service *service, enum role_kind kind, int number)
{
	struct running *r = &running[running_count];

	if (running_count == ROLES_MOST)
		bug("more than %d roles", ROLES_MOST);
	r->service = service;
	r->role.kind = kind;
	r->role.number = number;
	r->role.wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (r->role.wake_fd < 0)
		bug("eventfd: %s", strerror(errno));
	running_count++;
}

static bool is_listed(const char *roles, const char *name)
{
	struct span rest = span_of(roles), one;

	while (rest.size > 0) {
		bool more = span_cut(rest, ',', &one, &rest);

		if (span_is(span_trim(one), name))
			return true;
		if (!more)
			break;
	}
	return false;
}

/* How many threads of a kind this service has use for. */
static int threads_of(const struct service *s, enum role_kind kind)
{
	switch (kind) {
	case ROLE_HTTP: return s->routes != NULL ? (int)common_settings.http_threads : 0;
	case ROLE_CONSUME: return s->intakes != NULL ? (int)common_settings.consume_threads : 0;
	case ROLE_BULK: return s->bulk != NULL ? 1 : 0;
	case ROLE_SEND: return s->errands != NULL ? 1 : 0;
	case ROLE_RELAY:
	case ROLE_TICK:
	case ROLE_OPS: return 1;
	}
	return 0;
}

static void start_all(const struct service *service, const char *roles)
{
	pthread_attr_t attr;

	for (size_t i = 0; i < KINDS; i++)
		if (kinds[i].kind == ROLE_OPS || is_listed(roles, kinds[i].name))
			for (int n = 0; n < threads_of(service, kinds[i].kind); n++)
				add(service, kinds[i].kind, n);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, ROLE_STACK);
	for (size_t i = 0; i < running_count; i++)
		if (pthread_create(&running[i].thread, &attr, thread_main, &running[i]) != 0)
			bug("no thread for role %s", role_name(running[i].role.kind));
	pthread_attr_destroy(&attr);
}

static bool has_ended(enum role_kind kind)
{
	for (size_t i = 0; i < running_count; i++)
		if (running[i].role.kind == kind && !atomic_load(&running[i].ended))
			return false;
	return true;
}

/* Tells one kind to stop and waits for it. False when the time is up. */
static bool stop_kind(enum role_kind kind, int64_t until)
{
	struct pollfd fd = { .fd = ended_fd, .events = POLLIN };
	uint64_t n;

	for (size_t i = 0; i < running_count; i++)
		if (running[i].role.kind == kind)
			atomic_store(&running[i].role.stop, true);
	role_wake(kind);
	while (!has_ended(kind)) {
		int64_t left = (until - clock_monotonic_us()) / 1000;

		if (left <= 0)
			return false;
		if (poll(&fd, 1, (int)left) > 0 && read(ended_fd, &n, sizeof n) < 0)
			continue;
	}
	return true;
}

static int exit_code(void)
{
	for (size_t i = 0; i < running_count; i++)
		if (atomic_load(&running[i].ended) && running[i].err != OK)
			return running[i].err == ERR_RETRY ? 3 : 1;
	return 0;
}

/* Waits for a signal, or for a role that came back by itself. */
static void wait_for_end(int signal_fd)
{
	struct pollfd fds[2] = { { .fd = signal_fd, .events = POLLIN }, { .fd = ended_fd, .events = POLLIN } };
	struct signalfd_siginfo info;

	while (poll(fds, 2, -1) < 0 && errno == EINTR)
		continue;
	if (fds[0].revents != 0 && read(signal_fd, &info, sizeof info) == sizeof info)
		log_info("asked to stop", LOG_NUMBER("signal", info.ssi_signo));
}

static sigset_t ends(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	return set;
}

void role_hold_signals(void)
{
	sigset_t set = ends();

	pthread_sigmask(SIG_BLOCK, &set, NULL);
}

static int signals_open(void)
{
	sigset_t set = ends();
	int fd;

	role_hold_signals();
	signal(SIGPIPE, SIG_IGN);
	fd = signalfd(-1, &set, SFD_CLOEXEC);
	if (fd < 0)
		bug("signalfd: %s", strerror(errno));
	return fd;
}

int role_run(const struct service *service, const char *roles)
{
	int signal_fd = signals_open(), code;
	int64_t until;

	ended_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (ended_fd < 0)
		bug("eventfd: %s", strerror(errno));
	jail_enter();
	start_all(service, roles);
	wait_for_end(signal_fd);
	code = exit_code();
	until = clock_monotonic_us() + common_settings.drain_seconds * US_PER_SECOND;
	for (size_t i = 0; i < KINDS; i++)
		if (!stop_kind(kinds[i].kind, until)) {
			/* Nothing unacknowledged can be lost: what is not committed comes again. */
			log_warn("a role did not stop in time", LOG_TEXT("role", kinds[i].name));
			_exit(code);
		}
	for (size_t i = 0; i < running_count; i++)
		pthread_join(running[i].thread, NULL);
	code = code != 0 ? code : exit_code();
	log_info("stopped", LOG_NUMBER("exit", code));
	return code;
}
