/*
 * token: bearer tokens (RFC 6750) of client systems, each for one merchant and one role.
 *
 * The token itself is shown once, when it is made; the database holds its SHA-256. A thread remembers for a few seconds what it has looked up,
 * so a revoked token dies within TOKEN_SECONDS.
 */
#ifndef DUNLIN_TOKEN_H
#define DUNLIN_TOKEN_H

#include "httpd.h"

enum { TOKEN_SECONDS = 5 };

/* Whose a token is. */
struct caller {
	struct span client, merchant; /* valid until the next look-up */
	enum access access;
};

/* What one thread has looked up. */
struct tokens;
struct tokens *tokens_open(void);
void tokens_close(struct tokens *); /* NULL is allowed */

/* `authorization` is the header's value. ERR_REFUSED: no such live token (the same answer for one that is malformed, unknown, expired or
 * revoked). ERR_RETRY: the database is away. */
enum err token_find(struct tokens *, struct db *, struct arena *, struct span authorization, struct caller *, struct why *) MUST_CHECK;

struct service;
/* token create --client C --merchant M --role read|write|admin [--days N] [--who W] | list | revoke --client C --merchant M [--who W].
 * Returns the exit code. create prints the token alone on stdout. */
int token_verb(const struct service *, int argc, char **argv);

#endif
