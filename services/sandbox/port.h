/*
 * port: a listening TCP socket on an address of the settings ("127.0.0.1:8090", "[::1]:0", "localhost:2525").
 */
#ifndef SANDBOX_PORT_H
#define SANDBOX_PORT_H

#include <event2/listener.h>

#include "arena.h"

/* Opens it; *address is what it got, as host:port. cb NULL: whoever takes the listener sets one. ERR_INVALID when it can't be had. */
enum err port_open(struct event_base *, struct arena *, const char *wanted, evconnlistener_cb cb, void *arg, struct evconnlistener **,
	const char **address, struct why *) MUST_CHECK;

#endif
