/*
 * httpd_inside: a request at work, as the files of httpd share it: httpd.c (the thread, batches), httpd_admit.c (who may do what),
 * httpd_reply.c (answers, their headers, counts and log lines).
 */
#ifndef DUNLIN_HTTPD_INSIDE_H
#define DUNLIN_HTTPD_INSIDE_H

#include "http_door.h"
#include "role.h"
#include "service.h"
#include "token.h"

struct httpd {
	const struct service *service;
	struct role *role;
	struct door *door;
	struct db *db;
	struct unit *unit;
	struct tokens *tokens;
	struct job **queue; /* commands of this turn */
	size_t count, room;
	int64_t failing_since; /* monotonic: the database has been away since; 0: it is there */
};

/* Lives in its visit's arena. */
struct job {
	struct httpd *httpd;
	struct visit *visit;
	struct request request;
	struct message message; /* commands only */
	int64_t started;
};

enum { BODY_LIMIT = 64 << 10 };

/* Why a request goes no further, as an answer: `status` where no error has it (else 0), one header more. */
struct refusal {
	struct why why;
	int status;
	const char *header, *value;
};

/* Finds the route, checks token, role, size and type. */
enum err httpd_admit(struct job *, struct refusal *) MUST_CHECK;
/* Makes the command's message. */
enum err httpd_compose(struct job *, struct why *) MUST_CHECK;

/* Each of these ends the job. */
void httpd_reply(struct job *, const struct response *);
void httpd_refuse(struct job *, const struct refusal *);
void httpd_fail(struct job *, const struct why *);
/* By what became of the job's message. */
void httpd_reply_outcome(struct job *);

#endif
