/*
 * web: a toy service behind real HTTP and ops threads, and requests to it.
 */
#ifndef DUNLIN_TEST_WEB_H
#define DUNLIN_TEST_WEB_H

#include <pthread.h>

#include "ops.h"
#include "peer.h"
#include "role.h"
#include "toy.h"

struct world {
	struct arena *arena;
	struct db *db;
	struct role http, ops;
	pthread_t http_thread, ops_thread;
	enum err http_err, ops_err;
	int port;
};

/* What the threads serve; may be changed by a test and is put right by the next begin. */
extern struct service web;

/* Fixtures of cmocka. There are tokens "reader", "writer", "admin" of merchant m, "other" (write) of n, and "expired" and "revoked". */
int web_begin(void **state);
int web_end(void **state);

void web_script(struct world *, const char *sql);

/* A request as text. line is "GET /path"; token NULL: none; headers end in CRLF each; body NULL: none. */
struct span web_request(struct world *, const char *line, const char *token, const char *headers, const char *body);
struct span web_ask(struct world *, const char *line, const char *token, const char *headers, const char *body);
/* POST /v1/counters */
struct span web_add(struct world *, const char *token, const char *key, const char *body);
struct span web_get(struct world *, const char *path, const char *token);
struct span web_hook(struct world *, const char *event, const char *signature, const char *body);
struct span web_ops(struct world *, const char *path);

/* The response is a problem document of this status and code; is of this status with this body. */
void web_assert_problem(struct span response, int status, const char *code);
void web_assert_answer(struct span response, int status, const char *body);

#endif
