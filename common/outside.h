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
	/* SMTP (RFC 5321), url smtp://host:port or smtps://: envelope, and body is the finished message (RFC 5322, CRLF) */
	const char *mail_from, *rcpt_to;
	const char *user, *password; /* SMTP AUTH or HTTP basic; NULL: none */
	const char *ca_file;         /* trust anchor; NULL: the system's */
	bool tls_required;           /* SMTP: STARTTLS or fail */
	int timeout_ms;              /* 0: 10,000 */

	/* The answer. */
	bool sent;     /* the peer may have acted on it, or said that it won't: false only when we know that nothing was handed over */
	bool unknown;  /* sent, but no complete answer came */
	int status;    /* HTTP status or SMTP reply code (a refusal of the sender, a recipient or the mail is an answer); 0: none */
	struct span answer; /* HTTP body, SMTP reply text */
	struct span request_id; /* header Request-Id, for the log */
	char error[160];
};

struct errand {
	const char *name;
	int period_ms;
	size_t at_once; /* calls claimed and carried out side by side; at most 16, so that all have their answers within 30 s */
	/* Claims due intents by lease (one committed statement of its own) and builds their calls. */
	enum err (*claim)(struct db *, struct arena *, struct instant now, size_t max, struct call **, size_t *n, struct why *);
	/* The answer as a message: identity must name the intent and its try, so that it is applied once. */
	void (*answered)(struct arena *, const struct call *, struct message *);
	/* Carries out the calls: outside_run. In the table, so that only services with errands link libcurl, and tests are their own outside. */
	void (*carry)(struct arena *, struct call *, size_t n, size_t at_once);
	/* Intents claimed or claimable at now, for /idle. */
	enum err (*pending)(struct db *, struct arena *, struct instant now, int64_t *n, struct instant *next, struct why *);
};

/* Carries out n calls side by side, at most eight to one host; returns when each has its answer. Never fails: errors are in the calls. TLS is
 * verified, no redirect is followed, an answer has at most 1 MiB. A request that is neither GET nor HEAD goes over a new connection unless it
 * has a header Idempotency-Key: on a kept one libcurl would send it again when the peer closes without an answer. */
void outside_run(struct arena *, struct call *, size_t n, size_t at_once);

struct service;
struct role;
/* The send role. */
enum err outside_role(const struct service *, struct role *, struct why *) MUST_CHECK;

#endif
