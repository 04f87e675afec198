#include "peer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

int peer_connect(int port)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct timeval patience = { .tv_sec = 20 };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) != 0 ||
		setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) != 0 ||
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int)) != 0 ||
		connect(fd, (struct sockaddr *)&at, sizeof(at)) != 0)
		fail_msg("port %d: %s", port, strerror(errno));
	return fd;
}

void peer_send_some(int fd, struct span bytes)
{
	while (bytes.size > 0) {
		ssize_t n = send(fd, bytes.at, bytes.size, MSG_NOSIGNAL);

		if (n <= 0)
			return;
		bytes = span_from(bytes, (size_t)n);
	}
}

void peer_send(int fd, struct span bytes)
{
	ssize_t n = send(fd, bytes.at, bytes.size, MSG_NOSIGNAL);

	if (n != (ssize_t)bytes.size)
		fail_msg("send: %s", strerror(errno));
}

/* False at the end. A connection that is reset has ended too: what was sent after a refusal is answered so by the kernel. */
static bool read_some(struct text *text, int fd)
{
	char some[4096];
	ssize_t n = recv(fd, some, sizeof(some), 0);

	if (n < 0 && errno == EAGAIN)
		fail_msg("nothing came for 20 s after: %.*s", (int)text->size, text->at);
	if (n > 0)
		text_bytes(text, some, (size_t)n);
	return n > 0;
}

struct span peer_read_all(struct arena *arena, int fd)
{
	struct text text;

	text_init(&text, arena);
	text_add(&text, "");
	while (read_some(&text, fd))
		;
	return text_done(&text);
}

static const char *find(struct span text, const char *part)
{
	return memmem(text.at, text.size, part, strlen(part));
}

struct span peer_read_one(struct arena *arena, int fd, bool is_head)
{
	struct text text;
	const char *end, *length;
	size_t whole = SIZE_MAX;

	text_init(&text, arena);
	text_add(&text, "");
	while (text.size < whole && read_some(&text, fd)) {
		end = find(text_done(&text), "\r\n\r\n");
		if (end == NULL)
			continue;
		length = find(text_done(&text), "Content-Length: ");
		whole = (size_t)(end + 4 - text.at) + (is_head || length == NULL ? 0 : strtoul(length + 16, NULL, 10));
	}
	return text_done(&text);
}

struct span peer_exchange(struct arena *arena, int port, struct span bytes)
{
	int fd = peer_connect(port);
	struct span response;

	peer_send_some(fd, bytes);
	response = peer_read_all(arena, fd);
	close(fd);
	return response;
}

int peer_status(struct span response)
{
	return span_starts(response, "HTTP/1.") && response.size > 12 ? (int)strtol(response.at + 9, NULL, 10) : 0;
}

size_t peer_count(struct span text, const char *part)
{
	const char *at;
	size_t n = 0;

	while ((at = find(text, part)) != NULL) {
		text = span_from(text, (size_t)(at - text.at) + 1);
		n++;
	}
	return n;
}

bool peer_has(struct span text, const char *part)
{
	return find(text, part) != NULL;
}

struct span peer_body(struct span response)
{
	const char *end = find(response, "\r\n\r\n");

	return end == NULL ? SPAN("") : span_from(response, (size_t)(end + 4 - response.at));
}
