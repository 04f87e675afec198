/*
 * httpd: HTTP for a thread: evhttp behind a guard, a route table, roles, and commands that become messages.
 *
 * Handlers never see evhttp. A POST route names a command: its request becomes a message, is batched with what else is queued and
 * answered after the commit. A GET route shows: it reads with its own queries and writes a reply. The guard (RFC 9112): one Host, token
 * header names, no control bytes, at most 64 headers and 8 KiB of them, one Content-Length of digits, no Transfer-Encoding, no body on
 * GET or HEAD, absolute deadlines, a cap of connections; whatever is ambiguous is answered 400 and closed.
 */
#ifndef DUNLIN_HTTPD_H
#define DUNLIN_HTTPD_H

#include "db.h"
#include "message.h"
#include "problem.h"

/* What a caller must be to use a route. */
enum access {
	ACCESS_PUBLIC,  /* anyone: pay links, provider webhooks (which verify by themselves) */
	ACCESS_READ,    /* a bearer token with role read, write or admin */
	ACCESS_WRITE,
	ACCESS_ADMIN
};

struct param {
	const char *name;
	struct span value;
};

/* A request as routes see it. Spans live in the batch's arena. */
struct request {
	struct arena *arena;
	const struct route *route;
	const char *method;
	struct span path;               /* decoded */
	struct param *params;           /* {name} parts of the path */
	size_t param_count;
	struct param *query;            /* decoded query string */
	size_t query_count;
	struct param *headers;          /* names in lower case */
	size_t header_count;
	struct span body;               /* raw bytes */
	struct span merchant, client;   /* of the token; empty on public routes */
	enum access access;
	struct span trace;
	struct instant received;        /* protocol time */
	const void *options;            /* the service's settings */
	struct db *db; /* this thread's, outside a transaction: for a `message` that must look something up (a webhook's secrets) */
};

struct span request_param(const struct request *, const char *name); /* empty when absent */
struct span request_query(const struct request *, const char *name);
struct span request_header(const struct request *, const char *name); /* lower-case name */

/* What a GET answers with. */
struct response {
	int status;
	const char *type; /* content type; NULL: application/json */
	struct span body;
	struct span location; /* of a redirect, or empty */
};

struct route {
	const char *method; /* "GET" or "POST" */
	const char *path; /* "/v1/invoices/{id}" */
	enum access access;
	const char *help;
	/* GET: fills the response. Errors become problem documents (RFC 9457). Run again when the database was away. */
	enum err (*show)(struct request *, struct db *, struct response *, struct why *);
	/* POST: the handler's type that the body is for. The framework makes the message: payload = body ("{}" for none), FORMAT_JSON, fate
	 * FATE_ANSWER, identity ("http:merchant:client:route path", Idempotency-Key), merchant and client of the token, target = decoded path.
	 * Where `message` is given it then fills or changes the message, or refuses; on public routes it gives the identity too. */
	const char *command;
	enum err (*message)(struct request *, struct message *, struct why *);
	size_t body_limit; /* 0: 64 KiB */
	bool webhook; /* no Idempotency-Key: `message` gives the identity; fate SET_ASIDE; anything stored is 200 */
	/* POST that answers without the unit of work, such as a large upload: reads, writes and commits by itself. Never run twice. */
	enum err (*accept)(struct request *, struct db *, struct response *, struct why *);
};

struct service;
struct role;
/* The http role: runs until the role is told to stop. */
enum err httpd_run(const struct service *, struct role *, struct why *) MUST_CHECK;
/* How many http threads of this process take connections, and at which port; 0 before the first does. */
int httpd_listening(void);
int httpd_port(void);
/* The ops role: /livez /readyz /metrics /version /idle. */
enum err ops_run(const struct service *, struct role *, struct why *) MUST_CHECK;

#endif
