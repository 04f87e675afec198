/*
 * pair: the peers' own work: an invoice and the receipt that pays it, each its own HTTP request, the second as soon as the first is answered.
 *
 *   pair INVOICING_PORT RECONCILIATION_PORT INVOICING_TOKEN RECONCILIATION_TOKEN CONNECTIONS PAIRS RUN
 *
 * CONNECTIONS workers (closed loop), each with one connection to either service (127.0.0.1), which stay open. The receipt names the invoice by the id in the first
 * answer; while reconciliation does not know it yet (404) the worker tries again under another Idempotency-Key, 2, 4, 8 … 32 ms later. RUN makes references unique.
 * Prints one line of JSON: pairs, seconds, per_second, again (receipts sent again), p50_us, p99_us, most_us of a pair.
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

enum { WORKERS_MOST = 256, BYTES = 16384, CUSTOMERS = 2000, AGAIN_US = 2000, DOUBLINGS = 5 };
enum stage { INVOICE, RECEIPT, WAITING, DONE };

struct worker {
	enum stage stage;
	int fds[2]; /* invoicing, reconciliation */
	size_t pair, tries, sent, size, got;
	int64_t started, again_at;
	char id[40];
	char request[2048], answer[BYTES + 1];
};

static struct worker workers[WORKERS_MOST];
static const char *tokens[2], *run;
static size_t pairs, next_pair, finished, again;
static int64_t *latencies;

static int64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void die(const char *what, const char *why)
{
	fprintf(stderr, "pair: %s: %s\n", what, why);
	exit(1);
}

static int open_connection(int port)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;

	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)) != 0)
		die("connect", strerror(errno));
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	return fd;
}

static void compose(struct worker *w, const char *path, const char *key, const char *body)
{
	w->size = (size_t)snprintf(w->request, sizeof(w->request),
		"POST %s HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer %s\r\nIdempotency-Key: %s\r\nContent-Type: application/json\r\n"
		"Content-Length: %zu\r\n\r\n%s",
		path, tokens[w->stage], key, strlen(body), body);
	w->sent = w->got = 0;
}

static void compose_invoice(struct worker *w)
{
	char key[64], body[512];

	snprintf(key, sizeof(key), "pair-%s-%zu", run, w->pair);
	snprintf(body, sizeof(body),
		"{\"customer_ref\":\"C%zu\",\"external_ref\":\"%s\",\"description\":\"Metered use\",\"amount\":{\"minor\":10000,\"currency\":\"EUR\"},"
		"\"tax_category\":\"S\",\"tax_rate\":\"19\",\"when\":\"at_once\"}",
		w->pair % CUSTOMERS, key);
	w->stage = INVOICE;
	compose(w, "/v1/charges", key, body);
}

static void compose_receipt(struct worker *w)
{
	char key[64], body[512];

	snprintf(key, sizeof(key), "pair-%s-%zu-%zu", run, w->pair, w->tries++);
	snprintf(body, sizeof(body),
		"{\"who\":\"bench\",\"why\":\"paid at the desk\",\"customer_ref\":\"C%zu\",\"amount\":{\"minor\":11900,\"currency\":\"EUR\"},"
		"\"value_date\":\"2026-01-02\",\"items\":[{\"invoice_id\":\"%s\"}]}",
		w->pair % CUSTOMERS, w->id);
	w->stage = RECEIPT;
	compose(w, "/v1/receipts", key, body);
}

static void begin(struct worker *w)
{
	if (next_pair == pairs) {
		w->stage = DONE;
		return;
	}
	w->pair = next_pair++;
	w->tries = 0;
	w->started = now_us();
	compose_invoice(w);
}

static bool is_complete(const struct worker *w)
{
	const char *end = strstr(w->answer, "\r\n\r\n"), *length = strcasestr(w->answer, "\r\nContent-Length:");

	return end != NULL && length != NULL && length < end && w->got >= (size_t)(end + 4 - w->answer) + strtoul(length + 17, NULL, 10);
}

static void read_id(struct worker *w)
{
	static const char name[] = "\"invoice_id\":\"";
	const char *at = strstr(w->answer, name);

	if (at == NULL || strlen(at) < sizeof(name) + 35)
		die("the answer names no invoice", w->answer);
	memcpy(w->id, at + sizeof(name) - 1, 36);
	w->id[36] = '\0';
}

static void answered(struct worker *w)
{
	int status = (int)strtol(w->answer + 9, NULL, 10);

	if (w->stage == RECEIPT && status == 404) {
		again++;
		w->stage = WAITING;
		w->again_at = now_us() + ((int64_t)AGAIN_US << (w->tries < DOUBLINGS ? w->tries : DOUBLINGS)) / 2;
	} else if (status != 200 && status != 201)
		die(w->stage == INVOICE ? "invoicing" : "reconciliation", w->answer);
	else if (w->stage == INVOICE) {
		read_id(w);
		compose_receipt(w);
	} else {
		latencies[finished++] = now_us() - w->started;
		begin(w);
	}
}

static void move(struct worker *w, int fd, short events)
{
	ssize_t n;

	if (events & POLLOUT) {
		n = send(fd, w->request + w->sent, w->size - w->sent, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n < 0 && errno != EAGAIN)
			die("send", strerror(errno));
		w->sent += n > 0 ? (size_t)n : 0;
		return;
	}
	n = recv(fd, w->answer + w->got, BYTES - w->got, MSG_DONTWAIT);
	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0)
		die("receive", "the server closed a connection");
	w->got += (size_t)n;
	w->answer[w->got] = '\0';
	if (is_complete(w))
		answered(w);
}

static void turn(size_t n)
{
	struct pollfd fds[WORKERS_MOST];

	for (size_t i = 0; i < n; i++) {
		struct worker *w = &workers[i];

		if (w->stage == WAITING && now_us() >= w->again_at)
			compose_receipt(w);
		fds[i] = (struct pollfd){ .fd = w->stage == INVOICE || w->stage == RECEIPT ? w->fds[w->stage] : -1,
			.events = w->sent < w->size ? POLLOUT : POLLIN };
	}
	(void)poll(fds, n, 1);
	for (size_t i = 0; i < n; i++)
		if (fds[i].revents != 0)
			move(&workers[i], fds[i].fd, fds[i].revents & POLLOUT);
}

static int compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
	size_t n;
	int64_t started, took;

	if (argc != 8) {
		fprintf(stderr, "usage: pair INVOICING_PORT RECONCILIATION_PORT TOKEN TOKEN CONNECTIONS PAIRS RUN\n");
		return 2;
	}
	tokens[0] = argv[3];
	tokens[1] = argv[4];
	n = strtoul(argv[5], NULL, 10);
	pairs = strtoul(argv[6], NULL, 10);
	run = argv[7];
	latencies = calloc(pairs + 1, sizeof(*latencies));
	if (n == 0 || n > WORKERS_MOST || pairs == 0 || latencies == NULL)
		return 2;
	for (size_t i = 0; i < n; i++)
		for (int k = 0; k < 2; k++)
			workers[i].fds[k] = open_connection((int)strtol(argv[1 + k], NULL, 10));
	started = now_us();
	for (size_t i = 0; i < n; i++)
		begin(&workers[i]);
	while (finished < pairs)
		turn(n);
	took = now_us() - started;
	qsort(latencies, finished, sizeof(*latencies), compare);
	printf("{\"pairs\":%zu,\"seconds\":%.3f,\"per_second\":%.0f,\"again\":%zu,\"p50_us\":%lld,\"p99_us\":%lld,\"most_us\":%lld}\n",
		finished, (double)took / 1e6, (double)finished * 1e6 / (double)took, again, (long long)latencies[finished / 2],
		(long long)latencies[finished * 99 / 100], (long long)latencies[finished - 1]);
	return 0;
}
