#include "port.h"

#include <errno.h>
#include <event2/util.h>
#include <netdb.h>
#include <netinet/tcp.h>

#include "span.h"

enum { BACKLOG = 256 };

static enum err resolve(struct arena *arena, const char *wanted, struct addrinfo **found, struct why *why)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE };
	const char *colon = strrchr(wanted, ':');
	struct span host = span_bytes(wanted, (size_t)(colon - wanted));
	int code;

	if (host.size >= 2 && host.at[0] == '[')
		host = span_bytes(host.at + 1, host.size - 2);
	code = getaddrinfo(host.size > 0 ? span_cstr(arena, host) : NULL, colon + 1, &hints, found);
	if (code != 0)
		return why_set(why, ERR_INVALID, "address", "can't listen on %s: %s", wanted, gai_strerror(code));
	return OK;
}

static const char *name_of(struct arena *arena, evutil_socket_t fd)
{
	struct sockaddr_storage at = { 0 };
	socklen_t size = sizeof(at);
	char host[64], port[16];

	if (getsockname(fd, (struct sockaddr *)&at, &size) != 0 ||
		getnameinfo((struct sockaddr *)&at, size, host, sizeof(host), port, sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV) != 0)
		bug("a listening socket without a name: %s", strerror(errno));
	return arena_printf(arena, at.ss_family == AF_INET6 ? "[%s]:%s" : "%s:%s", host, port);
}

enum err port_open(struct event_base *base, struct arena *arena, const char *wanted, evconnlistener_cb cb, void *arg,
	struct evconnlistener **listener, const char **address, struct why *why)
{
	struct addrinfo *found;
	int one = 1;

	TRY(resolve(arena, wanted, &found, why));
	*listener = evconnlistener_new_bind(base, cb, arg, LEV_OPT_REUSEABLE | LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_CLOSE_ON_FREE, BACKLOG,
		found->ai_addr, (int)found->ai_addrlen);
	freeaddrinfo(found);
	if (*listener == NULL)
		return why_set(why, ERR_INVALID, "address", "can't listen on %s: %s", wanted, strerror(errno));
	/* What is accepted inherits it. */
	setsockopt(evconnlistener_get_fd(*listener), IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	*address = name_of(arena, evconnlistener_get_fd(*listener));
	return OK;
}
