/*
 * proxy: stands between a daemon and what it talks to, and misbehaves when told. One process for all lines; commands come on stdin, one a line, and
 * each has one answer on stdout ("ok …" or "no …"). It ends with its stdin.
 *
 *   open NAME PORT TARGET     listens on 127.0.0.1:PORT (0: any) for TARGET, a port there; "ok PORT"
 *   pass NAME                 no fault any more; what a hole held flows on
 *   cut NAME up|down BYTES    after so many more bytes in that direction, on whichever connection, it is reset
 *   trim NAME up|down BYTES   the same, but the receiver sees an orderly end
 *   hole NAME                 nothing flows, nothing is closed, new connections stay silent
 *   delay NAME MS             everything takes that much longer
 *   refuse NAME               new connections are reset
 *   reset NAME                all connections are reset, now
 *   commit NAME TIMES         so often a COMMIT goes through to PostgreSQL, and its answer is lost with the connection
 *   stats NAME                "ok CONNECTIONS UP DOWN FIRED": bytes passed, one-shot faults that have struck
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LINES_MOST = 32, PAIRS_MOST = 1024, CHUNK = 65536, HELD_MOST = 4 << 20, NAME_MOST = 40 };
enum { UP, DOWN };

struct chunk {
	struct chunk *next;
	int64_t due; /* µs */
	size_t size, gone;
	char bytes[];
};

/* One direction of a pair. */
struct flow {
	struct chunk *first, **last;
	size_t held;
	bool ended, shut; /* nothing more comes; that was passed on */
	char tail[8];     /* the bytes before these, for words that are cut in two */
};

struct line {
	char name[NAME_MOST];
	int fd, target;
	bool hole, refuse;
	int64_t delay_us;
	int64_t cut[2], trim[2]; /* bytes left; -1: no such fault */
	int commits;
	int64_t passed[2], fired;
};

struct pair {
	struct line *line; /* NULL: free */
	int fd[2];         /* of the daemon, of its peer; where flow UP and DOWN come from */
	bool connecting, dead, swallowing;
	struct flow flow[2];
};

static struct line lines[LINES_MOST];
static size_t line_count;
static struct pair pairs[PAIRS_MOST];

static int64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* --- sockets --- */

static void set_up(int fd)
{
	int one = 1;

	(void)fcntl(fd, F_SETFL, O_NONBLOCK);
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
}

static struct sockaddr_in loopback(int port)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return at;
}

static int listen_at(int port, int *got)
{
	struct sockaddr_in at = loopback(port);
	socklen_t size = sizeof at;
	int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof at) != 0 || listen(fd, 256) != 0 ||
		getsockname(fd, (struct sockaddr *)&at, &size) != 0) {
		if (fd >= 0)
			close(fd);
		return -1;
	}
	(void)fcntl(fd, F_SETFL, O_NONBLOCK);
	*got = ntohs(at.sin_port);
	return fd;
}

/* RST instead of FIN. */
static void close_hard(int fd)
{
	struct linger linger = { .l_onoff = 1, .l_linger = 0 };

	if (fd < 0)
		return;
	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
	close(fd);
}

/* --- pairs --- */

static void flow_forget(struct flow *f)
{
	while (f->first != NULL) {
		struct chunk *next = f->first->next;

		free(f->first);
		f->first = next;
	}
	*f = (struct flow){ .last = NULL };
}

static void pair_close(struct pair *p, bool hard)
{
	for (int side = UP; side <= DOWN; side++) {
		if (hard)
			close_hard(p->fd[side]);
		else if (p->fd[side] >= 0)
			close(p->fd[side]);
		flow_forget(&p->flow[side]);
	}
	*p = (struct pair){ .line = NULL };
}

static int connect_to(int port)
{
	struct sockaddr_in at = loopback(port);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	set_up(fd);
	if (connect(fd, (struct sockaddr *)&at, sizeof at) == 0 || errno == EINPROGRESS)
		return fd;
	close(fd);
	return -1;
}

static void take_in(struct line *line)
{
	int fd;

	while ((fd = accept4(line->fd, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
		struct pair *p = pairs;

		while (p < pairs + PAIRS_MOST && p->line != NULL)
			p++;
		if (line->refuse || p == pairs + PAIRS_MOST) {
			close_hard(fd);
			continue;
		}
		set_up(fd);
		*p = (struct pair){ .line = line, .fd = { fd, connect_to(line->target) }, .connecting = true };
		p->flow[UP].last = &p->flow[UP].first;
		p->flow[DOWN].last = &p->flow[DOWN].first;
		if (p->fd[1] < 0)
			pair_close(p, true);
	}
}

/* --- bytes --- */

/* Whether a word of at most 8 bytes is in these bytes, or began in those before. */
static bool has_word(const struct flow *f, const char *bytes, size_t size, const char *word, size_t length)
{
	char seam[16] = { 0 };
	size_t head = size < length ? size : length;

	memcpy(seam, f->tail + sizeof f->tail - (length - 1), length - 1);
	memcpy(seam + length - 1, bytes, head);
	return memmem(bytes, size, word, length) != NULL || memmem(seam, length - 1 + head, word, length) != NULL;
}

static void remember_tail(struct flow *f, const char *bytes, size_t size)
{
	size_t n = size < sizeof f->tail ? size : sizeof f->tail;

	memmove(f->tail, f->tail + n, sizeof f->tail - n);
	memcpy(f->tail + sizeof f->tail - n, bytes + size - n, n);
}

/* COMMIT on its way up starts the swallowing; its answer on the way down ends the connection. libpq's pipeline sends the word as a statement that
 * ends with a zero byte; the answer is the tag, with another. */
static bool swallow(struct pair *p, int way, const char *bytes, size_t size)
{
	if (way == UP && p->line->commits > 0 && !p->swallowing && has_word(&p->flow[UP], bytes, size, "commit", 7)) {
		p->swallowing = true;
		p->line->commits--;
	}
	if (way == UP || !p->swallowing)
		return false;
	if (has_word(&p->flow[DOWN], bytes, size, "COMMIT", 7) || has_word(&p->flow[DOWN], bytes, size, "ROLLBACK", 8)) {
		p->line->fired++;
		p->dead = true;
	}
	return true;
}

static void hold(struct pair *p, int way, const char *bytes, size_t size)
{
	struct flow *f = &p->flow[way];
	struct chunk *c;

	if (size == 0)
		return;
	c = malloc(sizeof *c + size);
	if (c == NULL)
		abort();
	*c = (struct chunk){ .due = now_us() + p->line->delay_us, .size = size };
	memcpy(c->bytes, bytes, size);
	*f->last = c;
	f->last = &c->next;
	f->held += size;
}

/* What is due of a flow goes out; false: the connection is gone. */
static bool pour(struct pair *p, int way)
{
	struct flow *f = &p->flow[way];
	int to = p->fd[1 - way];

	while (f->first != NULL && !p->line->hole && !(way == UP && p->connecting)) {
		struct chunk *c = f->first;
		ssize_t n;

		if (c->due > now_us())
			return true;
		n = send(to, c->bytes + c->gone, c->size - c->gone, MSG_NOSIGNAL);
		if (n < 0)
			return errno == EAGAIN || errno == EINTR;
		c->gone += (size_t)n;
		f->held -= (size_t)n;
		p->line->passed[way] += n;
		if (c->gone < c->size)
			return true;
		f->first = c->next;
		if (f->first == NULL)
			f->last = &f->first;
		free(c);
	}
	if (f->ended && !f->shut && f->first == NULL && !p->line->hole) {
		(void)shutdown(to, SHUT_WR);
		f->shut = true;
	}
	return true;
}

/* One-shot faults that these bytes may set off: how many of them still pass. */
static size_t strike(struct pair *p, int way, size_t size, bool *reset, bool *end)
{
	struct line *l = p->line;

	if (l->cut[way] >= 0 && (int64_t)size > l->cut[way]) {
		size = (size_t)l->cut[way];
		*reset = true;
		l->cut[way] = -1;
		l->fired++;
	} else if (l->trim[way] >= 0 && (int64_t)size > l->trim[way]) {
		size = (size_t)l->trim[way];
		*end = true;
		l->trim[way] = -1;
		l->fired++;
	}
	if (l->cut[way] >= 0)
		l->cut[way] -= (int64_t)size;
	if (l->trim[way] >= 0)
		l->trim[way] -= (int64_t)size;
	return size;
}

static void draw(struct pair *p, int way)
{
	static char bytes[CHUNK];
	struct flow *f = &p->flow[way];
	bool reset = false, end = false, swallowed;
	ssize_t n = recv(p->fd[way], bytes, sizeof bytes, 0);
	size_t size;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		f->ended = true;
		p->dead = p->dead || n < 0;
		return;
	}
	swallowed = swallow(p, way, bytes, (size_t)n);
	remember_tail(f, bytes, (size_t)n);
	if (swallowed)
		return;
	size = strike(p, way, (size_t)n, &reset, &end);
	hold(p, way, bytes, size);
	f->ended = f->ended || end;
	if (reset) {
		(void)pour(p, way);
		p->dead = true;
	}
}

/* --- commands --- */

static struct line *line_named(const char *name)
{
	for (size_t i = 0; i < line_count; i++)
		if (strcmp(lines[i].name, name) == 0)
			return &lines[i];
	return NULL;
}

static void pass(struct line *l)
{
	l->hole = l->refuse = false;
	l->delay_us = 0;
	l->commits = 0;
	l->cut[UP] = l->cut[DOWN] = l->trim[UP] = l->trim[DOWN] = -1;
}

static bool open_line(const char *name, int port, int target, int *got)
{
	struct line *l = &lines[line_count];

	if (line_count == LINES_MOST || strlen(name) >= NAME_MOST)
		return false;
	*l = (struct line){ .target = target };
	snprintf(l->name, sizeof l->name, "%s", name);
	l->fd = listen_at(port, got);
	if (l->fd < 0)
		return false;
	pass(l);
	line_count++;
	return true;
}

static int count_pairs(const struct line *l)
{
	int n = 0;

	for (struct pair *p = pairs; p < pairs + PAIRS_MOST; p++)
		n += p->line == l;
	return n;
}

static void reset_all(const struct line *l)
{
	for (struct pair *p = pairs; p < pairs + PAIRS_MOST; p++)
		if (p->line == l)
			pair_close(p, true);
}

static bool set_fault(struct line *l, const char *verb, const char *one, const char *two)
{
	int way = strcmp(one, "up") == 0 ? UP : DOWN;

	if (strcmp(verb, "pass") == 0)
		pass(l);
	else if (strcmp(verb, "cut") == 0)
		l->cut[way] = strtoll(two, NULL, 10);
	else if (strcmp(verb, "trim") == 0)
		l->trim[way] = strtoll(two, NULL, 10);
	else if (strcmp(verb, "hole") == 0)
		l->hole = true;
	else if (strcmp(verb, "delay") == 0)
		l->delay_us = strtoll(one, NULL, 10) * 1000;
	else if (strcmp(verb, "refuse") == 0)
		l->refuse = true;
	else if (strcmp(verb, "reset") == 0)
		reset_all(l);
	else if (strcmp(verb, "commit") == 0)
		l->commits = (int)strtol(one, NULL, 10);
	else
		return false;
	return true;
}

static void obey(const char *text)
{
	char verb[16] = "", name[NAME_MOST] = "", one[24] = "", two[24] = "";
	int got = 0;
	struct line *l;

	(void)sscanf(text, "%15s %39s %23s %23s", verb, name, one, two);
	l = line_named(name);
	if (strcmp(verb, "open") == 0) {
		bool opened = l == NULL && open_line(name, (int)strtol(one, NULL, 10), (int)strtol(two, NULL, 10), &got);

		printf(opened ? "ok %d\n" : "no port %d\n", got);
	} else if (l == NULL)
		printf("no such line\n");
	else if (strcmp(verb, "stats") == 0)
		printf("ok %d %lld %lld %lld\n", count_pairs(l), (long long)l->passed[UP], (long long)l->passed[DOWN], (long long)l->fired);
	else
		printf(set_fault(l, verb, one, two) ? "ok\n" : "no such command\n");
	fflush(stdout);
}

/* False at the end of stdin. */
static bool read_commands(void)
{
	static char buffer[4096];
	static size_t filled;
	ssize_t n = read(0, buffer + filled, sizeof buffer - 1 - filled);
	char *end;

	if (n <= 0)
		return n < 0 && (errno == EAGAIN || errno == EINTR);
	filled += (size_t)n;
	buffer[filled] = '\0';
	while ((end = strchr(buffer, '\n')) != NULL) {
		*end = '\0';
		obey(buffer);
		filled -= (size_t)(end + 1 - buffer);
		memmove(buffer, end + 1, filled + 1);
	}
	return filled < sizeof buffer - 1;
}

/* --- the loop --- */

static struct pollfd fds[1 + LINES_MOST + 2 * PAIRS_MOST];
static struct pair *whose[1 + LINES_MOST + 2 * PAIRS_MOST];
static nfds_t watched;

static void watch(int fd, int events, struct pair *of)
{
	fds[watched] = (struct pollfd){ .fd = fd, .events = (short)events };
	whose[watched++] = of;
}

/* What to wait for on one side of a pair; *wake is the instant of the earliest chunk that is only late. */
static void watch_side(struct pair *p, int side, int64_t now, int64_t *wake)
{
	struct flow *in = &p->flow[side], *out = &p->flow[1 - side];
	int events = 0;

	if (!in->ended && in->held < HELD_MOST && !p->line->hole)
		events |= POLLIN;
	if (side == 1 && p->connecting)
		events |= POLLOUT;
	else if (out->first != NULL && !p->line->hole) {
		if (out->first->due <= now)
			events |= POLLOUT;
		else if (out->first->due < *wake)
			*wake = out->first->due;
	}
	/* A hole has no ears: POLLHUP would come all the time. */
	watch(events != 0 ? p->fd[side] : -1, events, p);
}

static int watch_all(void)
{
	int64_t now = now_us(), wake = now + 1000000;

	watched = 0;
	watch(0, POLLIN, NULL);
	for (size_t i = 0; i < line_count; i++)
		watch(lines[i].fd, POLLIN, NULL);
	for (struct pair *p = pairs; p < pairs + PAIRS_MOST; p++)
		if (p->line != NULL) {
			watch_side(p, 0, now, &wake);
			watch_side(p, 1, now, &wake);
		}
	return wake <= now ? 0 : (int)((wake - now + 999) / 1000);
}

static void serve(struct pair *p, short daemon, short peer)
{
	if (p->connecting && (peer & (POLLOUT | POLLERR | POLLHUP)) != 0) {
		int error = 0;
		socklen_t size = sizeof error;

		(void)getsockopt(p->fd[1], SOL_SOCKET, SO_ERROR, &error, &size);
		p->connecting = false;
		p->dead = error != 0;
	}
	if ((daemon & (POLLIN | POLLERR | POLLHUP)) != 0 && !p->dead)
		draw(p, UP);
	if ((peer & (POLLIN | POLLERR | POLLHUP)) != 0 && !p->connecting && !p->dead)
		draw(p, DOWN);
	if (!p->dead && !(pour(p, UP) && pour(p, DOWN)))
		p->dead = true;
	if (p->dead)
		pair_close(p, true);
	else if (p->flow[UP].shut && p->flow[DOWN].shut)
		pair_close(p, false);
}

int main(void)
{
	(void)fcntl(0, F_SETFL, O_NONBLOCK);
	for (;;) {
		int wait_ms = watch_all();
		nfds_t first_pair = 1 + line_count;

		if (poll(fds, watched, wait_ms) < 0 && errno != EINTR)
			return 1;
		for (nfds_t i = first_pair; i + 1 < watched; i += 2)
			serve(whose[i], fds[i].revents, fds[i + 1].revents);
		for (size_t i = 0; i < line_count; i++)
			if ((fds[1 + i].revents & POLLIN) != 0)
				take_in(&lines[i]);
		if (fds[0].revents != 0 && !read_commands())
			return 0;
	}
}
