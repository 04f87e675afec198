/*
 * load: sends prepared HTTP requests over n connections that stay open, one request at a time on each, and says how fast they were answered.
 *
 *   load HOST PORT CONNECTIONS FILE [RATE]
 *
 * FILE holds requests, each behind its length in decimal and a newline. Prints one line of JSON: requests, seconds, per_second, refused (answers
 * other than 2xx), p50_us, p99_us, most_us, began_us (wall clock). Without a rate it is a closed loop: for throughput; latency then leaves out what a stalled
 * server kept from being sent. With one, request n is due n / RATE seconds after the first, and its latency counts from then, sent or not.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { ANSWER = 16384, CONNECTIONS_MOST = 1024 };

struct request {
	const char *at;
	size_t size;
};

struct connection {
	size_t request, sent, got;
	int64_t started;
	bool idle; /* its next request is not due */
	bool rested; /* it was idle before this request */
	char answer[ANSWER + 1];
};

static struct request *requests;
static size_t request_count, next_request, answered, refused;
static int64_t *latencies;
static const char *host;
static int port;
static double rate;
static int64_t begun;
static struct pollfd fds[CONNECTIONS_MOST];
static struct connection connections[CONNECTIONS_MOST];

static int64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int64_t wall_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void die(const char *what)
{
	fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
	exit(1);
}

static char *read_file(const char *path, size_t *size)
{
	FILE *f = fopen(path, "rb");
	char *all;

	if (f == NULL || fseek(f, 0, SEEK_END) != 0)
		die(path);
	*size = (size_t)ftell(f);
	rewind(f);
	all = malloc(*size + 1);
	if (all == NULL || fread(all, 1, *size, f) != *size)
		die(path);
	all[*size] = '\0';
	fclose(f);
	return all;
}

static void read_requests(const char *path)
{
	size_t size, room = 0;
	char *at = read_file(path, &size), *end = at + size;

	while (at < end) {
		char *body;
		size_t n = strtoul(at, &body, 10);

		if (request_count == room) {
			room = room == 0 ? 4096 : room * 2;
			requests = realloc(requests, room * sizeof(*requests));
			if (requests == NULL)
				die("memory");
		}
		requests[request_count++] = (struct request){ body + 1, n };
		at = body + 1 + n;
	}
	latencies = calloc(request_count + 1, sizeof(*latencies));
}

static int open_connection(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;

	if (fd < 0 || inet_pton(AF_INET, host, &to.sin_addr) != 1 || connect(fd, (struct sockaddr *)&to, sizeof(to)) != 0)
		die("connect");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	return fd;
}

/* A server may close what rests; a request that met that is sent again. */
static void reopen(size_t i)
{
	close(fds[i].fd);
	fds[i].fd = open_connection();
	connections[i].rested = false;
	connections[i].sent = 0;
}

static int64_t due_us(size_t request)
{
	return rate > 0 ? begun + (int64_t)((double)request * 1e6 / rate) : now_us();
}

/* Gives a connection its next request, once it is due. */
static void begin(size_t i)
{
	struct connection *c = &connections[i];
	int64_t due = due_us(next_request);

	fds[i].events = POLLRDHUP;
	c->idle = next_request < request_count && due > now_us();
	c->rested = c->rested || c->idle;
	if (next_request == request_count)
		fds[i].fd = -1;
	if (c->idle || next_request == request_count)
		return;
	c->request = next_request++;
	c->sent = c->got = 0;
	c->started = due;
	fds[i].events = POLLOUT;
}

/* Until something can be sent or read, or the next request is due; 10 s without either is the end. */
static void wait_some(size_t n)
{
	int64_t left = rate > 0 && next_request < request_count ? due_us(next_request) - now_us() : 10000000;
	struct timespec most;

	left = left < 0 ? 0 : left;
	most = (struct timespec){ left / 1000000, left % 1000000 * 1000 };
	if (ppoll(fds, n, &most, NULL) == 0 && left == 10000000)
		die("no answer for 10 s");
}

static void send_some(size_t i)
{
	struct connection *c = &connections[i];
	const struct request *r = &requests[c->request];
	ssize_t n = send(fds[i].fd, r->at + c->sent, r->size - c->sent, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (n < 0 && errno != EAGAIN && c->rested) {
		reopen(i);
		return;
	}
	if (n < 0 && errno != EAGAIN)
		die("send");
	c->sent += n > 0 ? (size_t)n : 0;
	if (c->sent == r->size)
		fds[i].events = POLLIN;
}

static bool is_complete(const struct connection *c)
{
	const char *end = strstr(c->answer, "\r\n\r\n"), *length = strcasestr(c->answer, "\r\nContent-Length:");

	if (end == NULL)
		return false;
	return length == NULL || length > end || c->got >= (size_t)(end + 4 - c->answer) + strtoul(length + 17, NULL, 10);
}

static void receive_some(size_t i)
{
	struct connection *c = &connections[i];
	ssize_t n = recv(fds[i].fd, c->answer + c->got, ANSWER - c->got, MSG_DONTWAIT);

	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0 && c->got == 0 && c->rested) {
		reopen(i);
		fds[i].events = POLLOUT;
		return;
	}
	if (n <= 0)
		die("the server closed a connection");
	c->got += (size_t)n;
	c->answer[c->got] = '\0';
	if (!is_complete(c))
		return;
	refused += strncmp(c->answer, "HTTP/1.1 2", 10) != 0;
	latencies[answered++] = now_us() - c->started;
	c->rested = false;
	begin(i);
}

static int compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static void report(int64_t took, int64_t wall)
{
	double seconds = (double)took / 1e6;

	qsort(latencies, answered, sizeof(*latencies), compare);
	printf("{\"requests\":%zu,\"seconds\":%.3f,\"per_second\":%.0f,\"refused\":%zu,\"p50_us\":%lld,\"p99_us\":%lld,\"p999_us\":%lld,\"most_us\":%lld,\"began_us\":%lld}\n",
		answered, seconds, (double)answered / seconds, refused, (long long)latencies[answered / 2],
		(long long)latencies[answered * 99 / 100], (long long)latencies[answered * 999 / 1000], (long long)latencies[answered - 1],
		(long long)wall);
}

int main(int argc, char **argv)
{
	size_t n;
	int64_t wall;

	if (argc != 5 && argc != 6) {
		fprintf(stderr, "usage: load HOST PORT CONNECTIONS FILE [RATE]\n");
		return 2;
	}
	host = argv[1];
	port = (int)strtol(argv[2], NULL, 10);
	n = strtoul(argv[3], NULL, 10);
	rate = argc == 6 ? strtod(argv[5], NULL) : 0;
	if (n == 0 || n > CONNECTIONS_MOST)
		return 2;
	read_requests(argv[4]);
	if (request_count == 0)
		die("no requests");
	for (size_t i = 0; i < n; i++)
		fds[i].fd = open_connection();
	begun = now_us();
	wall = wall_us();
	for (size_t i = 0; i < n; i++)
		begin(i);
	while (answered < request_count) {
		wait_some(n);
		for (size_t i = 0; i < n; i++) {
			if (connections[i].idle && fds[i].revents != 0)
				reopen(i);
			if (connections[i].idle)
				begin(i);
			else if (fds[i].fd >= 0 && fds[i].revents & POLLOUT)
				send_some(i);
			else if (fds[i].fd >= 0 && fds[i].revents != 0)
				receive_some(i);
		}
	}
	report(now_us() - begun, wall);
	return refused == 0 ? 0 : 1;
}
