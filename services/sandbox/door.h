/*
 * door: the sandbox's HTTP: requests as values, a table of doors, answers at once or later.
 *
 * For loopback and test networks only: nobody is asked who he is, except where a part of the sandbox plays somebody who asks.
 */
#ifndef SANDBOX_DOOR_H
#define SANDBOX_DOOR_H

#include "form.h"
#include "world.h"

/* A request. It lives, with its arena, until it is answered. */
struct ask {
	uint32_t magic;
	struct world *world;
	struct arena *arena;
	const char *method;
	struct span path; /* decoded */
	struct form params; /* {name} parts of the path */
	struct form query;
	struct form headers; /* names in lower case */
	struct span body;
	struct evhttp_request *request;
};

struct answer {
	int status;        /* 0: 200 */
	const char *type;  /* NULL: application/json */
	struct span body;
	struct span location;
	struct form headers; /* further ones */
	bool later;        /* the door keeps the ask, for door_answer or door_drop */
};

struct door {
	const char *method; /* NULL: any */
	const char *path;   /* "/sandbox/mail/{n}"; one that ends in "/" stands for all below it */
	const char *help;
	/* An error becomes a problem document (RFC 9457). */
	enum err (*open)(struct ask *, struct answer *, struct why *);
};

/* All of them, in the order in which they are looked through; ended by NULL (daemon.c). */
extern const struct door *const all_doors[];

/* Listens; the tables are ended by a NULL path, the list of them by NULL. The address that it got is world->http_url. */
enum err door_listen(struct world *, const char *address, const struct door *const *tables, struct why *) MUST_CHECK;
void door_close(void);

void door_answer(struct ask *, const struct answer *);
/* No answer: the connection is cut. */
void door_drop(struct ask *);

/* What an error looks like. */
void answer_problem(struct arena *, const struct why *, struct answer *);
void answer_html(struct answer *, struct span page);
void answer_json(struct answer *, int status, const struct text *);
/* {"done": true}, for doors that have nothing to say. */
void answer_done(struct answer *);
enum err answer_not_found(const char *what, struct span name, struct why *) MUST_CHECK;

#endif
