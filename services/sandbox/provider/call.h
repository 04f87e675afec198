/*
 * call: one request to the provider's interface, after key and parameters were looked at; and the methods that answer it.
 */
#ifndef SANDBOX_CALL_H
#define SANDBOX_CALL_H

#include "door.h"
#include "print.h"

struct call {
	struct world *world;
	struct account *account;
	struct arena *arena;
	struct form form; /* parameters, from query or body */
	struct span id;   /* in the path; or empty */
	struct expand expand;
	struct json_out *out;
};

struct method {
	const char *method, *path;
	const char *params; /* that it knows, with blanks between */
	enum err (*run)(struct call *, struct why *);
};
extern const struct method methods[]; /* ended by a NULL path */

/* A parameter that must be there. */
enum err call_text(const struct call *, const char *name, struct span *, struct why *) MUST_CHECK;
/* An integer; absent: `initial`. */
enum err call_number(
	const struct call *, const char *name, int64_t least, int64_t most, int64_t initial, int64_t *, struct why *) MUST_CHECK;
/* A map such as metadata, copied for life. */
enum err call_map(const struct call *, const char *name, struct form *, struct why *) MUST_CHECK;

/* The methods of lists.c. */
enum err sessions_list(struct call *, struct why *) MUST_CHECK;
enum err payments_list(struct call *, struct why *) MUST_CHECK;
enum err payments_search(struct call *, struct why *) MUST_CHECK;
enum err charges_list(struct call *, struct why *) MUST_CHECK;
enum err refunds_list(struct call *, struct why *) MUST_CHECK;
enum err txns_list(struct call *, struct why *) MUST_CHECK;
enum err payouts_list(struct call *, struct why *) MUST_CHECK;

#endif
