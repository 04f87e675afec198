/*
 * fetch: the sandbox as an HTTP client: webhooks, statements delivered, payers who click, the services' /idle. libcurl multi on the event loop.
 */
#ifndef SANDBOX_FETCH_H
#define SANDBOX_FETCH_H

#include "world.h"

/* What to ask; copied by fetch_start. */
struct fetch {
	const char *method; /* "GET" or "POST" */
	const char *url;
	const char *const *headers; /* "Name: value", ended by NULL; or NULL */
	struct span body;
	int timeout_ms; /* 0: 15,000 */
};

/* What came back; it lives until `done` returns. */
struct fetched {
	int status; /* 0: no answer */
	struct span body;
	const char *url;      /* that was asked */
	const char *location; /* absolute, of a redirect; NULL: none */
	const char *error;
};

struct fetcher *fetcher_open(struct world *);
void fetcher_close(struct fetcher *);

/* Asks; `done` is called exactly once, later, from the event loop. Redirects are not followed. */
void fetch_start(struct world *, const struct fetch *, void (*done)(void *arg, const struct fetched *), void *arg);

/* The address that `reference` means on the page `url`; empty: the page itself. */
const char *fetch_resolve(struct arena *, const char *url, struct span reference);

#endif
