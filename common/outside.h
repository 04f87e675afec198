/*
 * outside: calls to the world: providers over HTTP, mail over SMTP. No thread waits for the outside inside a unit of work.
 *
 * An errand is a kind of intent row: committed first, claimed here by a lease, carried out side by side (curl multi, caps per host), and its answer
 * is a message for the unit of work. A call whose answer is unknown is answered as such (`unknown`), never assumed.
 */
#ifndef DUNLIN_OUTSIDE_H
#define DUNLIN_OUTSIDE_H

#include "db.h"
#include "message.h"

enum call_kind { CALL_HTTP, CALL_SMTP };

struct call {
	enum call_kind kind;
	struct span id;  /* the intent's, for the answer */
	void *intent;    /* the errand's own */
	/* HTTP */
	const char *method, *url;
	const char *const *headers; /* "Name: value", NULL-terminated */
	struct span body;
	/* SMTP (RFC 5321): envelope and the finished message (RFC 5322, CRLF) */
	const char *mail_from, *rcpt_to;
	const char *user, *password; /* SMTP AUTH or HTTP basic; NULL: none */
	const char *ca_file;         /* trust anchor; NULL: the system's */
	bool tls_required;           /* SMTP: STARTTLS or fail */
	int timeout_ms;              /* 0: 10,000 */

	/* The answer. */
	bool sent;     /* the peer may have acted on it: false only when we know that nothing was handed over */
	bool unknown;  /* sent, but no complete answer came */
	int status;    /* HTTP status or SMTP reply code; 0: none */
	struct span answer; /* HTTP body, SMTP reply text */
	struct span request_id; /* header Request-Id, for the log */
	char error[160];
};

struct errand {
	const char *name;
	int period_ms;
	size_t at_once; /* calls side by side */
	/* Claims due intents by lease (one committed statement of its own) and builds their calls. */
	enum err (*claim)(struct db *, struct arena *, struct instant now, size_t max, struct call **, size_t *n, struct why *);
	/* The answer as a message: identity must name the intent and its try, so that it is applied once. */
	void (*answered)(struct arena *, const struct call *, struct message *);
	/* Intents claimed or claimable at now, for /idle. */
	enum err (*pending)(struct db *, struct arena *, struct instant now, int64_t *n, struct instant *next, struct why *);
};

/* Carries out n calls side by side; returns when each has its answer. Never fails: errors are in the calls. */
void outside_run(struct arena *, struct call *, size_t n, size_t at_once);

struct service;
struct role;
/* The send role. */
enum err outside_role(const struct service *, struct role *, struct why *) MUST_CHECK;

#endif
