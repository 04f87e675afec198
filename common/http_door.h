/*
 * http_door: a listening HTTP port of one thread: evhttp behind the guard, its connections, their deadlines. Nobody else sees evhttp.
 *
 * What evhttp leaves open is closed here: the guard (guard.h) with every refusal closing its connection; absolute deadlines, so that a
 * trickle of bytes keeps nothing open; caps on connections and on the bytes of unfinished requests; TCP_NODELAY; a back-off when no more
 * files can be opened. Several threads may share a port (SO_REUSEPORT).
 */
#ifndef DUNLIN_HTTP_DOOR_H
#define DUNLIN_HTTP_DOOR_H

#include "httpd.h"

struct door;

/* A request that passed the guard. All of it lives until it is answered. */
struct visit {
	struct arena *arena; /* for whoever answers */
	const char *method;  /* "GET" */
	struct span target;  /* as it came: origin-form, visible ASCII */
	struct param *headers; /* names in lower case */
	size_t header_count;
	struct span body;
};

struct answer {
	int status;
	const char *type; /* of the body; NULL: application/json */
	struct span body;
	const struct param *headers;
	size_t header_count;
};

struct door_options {
	const char *address; /* "127.0.0.1:8080", "[::1]:8080", ":8080" */
	int port;            /* instead of the address's; 0: the address's */
	bool shared;         /* other threads open the same port */
	size_t connections;  /* at most; more wait in the kernel */
	size_t body_limit;   /* of any request */
	int patience_ms; /* for each of: the first byte, a whole request, the answer taken; and a second more for each 256 KiB. 0: 10,000 */
	struct role *role; /* its wake-up ends a turn */
	/* Answers the visit, now or later, by one http_door_answer. */
	void (*enter)(void *arg, struct visit *);
	void *arg;
};

/* ERR_INVALID when the address can't be listened at. */
enum err http_door_open(struct door **, const struct door_options *, struct why *) MUST_CHECK;
int http_door_port(const struct door *);

/* Serves what is there, or waits up to a quarter of a second for something; beats the role. */
void http_door_turn(struct door *);
/* Serves what is there by now, without waiting. */
void http_door_look(struct door *);

/* Answers and forgets the visit. Nothing happens when the peer has gone. */
void http_door_answer(struct visit *, const struct answer *);

/* No new connections; answers say Connection: close, idle connections are closed. */
void http_door_shut(struct door *);
bool http_door_is_empty(const struct door *);

/* Closes everything. Visits must have been answered. */
void http_door_close(struct door *);

#endif
