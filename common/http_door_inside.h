/*
 * http_door_inside: a door's connections, as its two files share them: http_door.c (listener, connections, deadlines), http_visit.c (requests, answers).
 */
#ifndef DUNLIN_HTTP_DOOR_INSIDE_H
#define DUNLIN_HTTP_DOOR_INSIDE_H

#include <sys/queue.h>

#include "http_door.h"

struct event;
struct evbuffer;
struct evhttp_request;

enum { SPARE_ARENAS = 16 };

enum phase {
	PHASE_FRESH,   /* accepted, no byte yet */
	PHASE_READING, /* a request has begun */
	PHASE_WORKING, /* it is with the door's owner */
	PHASE_WRITING, /* its answer goes out */
	PHASE_IDLE     /* kept alive */
};

struct guest;

/*
 * 1. A connection is in the door's list from accept until evhttp frees it, and in by_fd once evhttp's handle of it is known.
 * 2. `until` is when it is cut off, in its phase; 0: never (the owner is at work).
 * 3. `held` are its bytes since the last answer; the door's is the sum.
 * 4. Once `refused`, nothing that it sends is looked at any more.
 */
struct connection {
	LIST_ENTRY(connection) all;
	struct door *door;
	struct bufferevent *buffers;
	struct evhttp_connection *http; /* NULL until evhttp has set it up */
	int fd;
	enum phase phase;
	int64_t since, until;
	size_t held;
	bool refused;
	struct guest *guest; /* the request that is being worked at */
};

/* A visit with what is evhttp's of it. `request` is NULL when the peer has gone. */
struct guest {
	struct visit visit; /* first: a visit is its guest */
	struct door *door;
	struct connection *connection;
	struct evhttp_request *request;
	struct evbuffer *body;
};

struct door {
	struct door_options options;
	struct event_base *base;
	struct evhttp *http;
	struct evhttp_bound_socket *bound;
	struct evconnlistener *listener;
	struct event *tick, *wake, *resume;
	LIST_HEAD(, connection) connections;
	size_t count, held;
	struct connection **by_fd;
	size_t by_fd_size;
	bool is_full, is_backing_off, is_shut;
	int64_t complained;
	struct arena *spare[SPARE_ARENAS];
	size_t spare_count;
};

struct connection *http_connection_of(const struct door *, int fd);
/* The connection's phase begins now; its deadline follows. `bytes` are those that it has read or must write. */
void http_connection_begin(struct connection *, enum phase, size_t bytes);
/* Cuts it off: evhttp frees it when it sees that. */
void http_connection_cut(struct connection *);

/* evhttp's callback for every request. */
void http_visited(struct evhttp_request *, void *door);
/* The connection is going: its guest's answer goes nowhere. */
void http_guest_lost(struct guest *);

#endif
