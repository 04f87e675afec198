/*
 * webhook: a provider's message as it came over HTTP: is it the provider's, and what does it say. Pure: secrets and the time are arguments.
 *
 * Authenticated is not valid: whether amount, currency, mode and reference are what was asked for is decided where the attempt is known (settle.c).
 */
#ifndef PAYMENTS_WEBHOOK_H
#define PAYMENTS_WEBHOOK_H

#include "digest.h"
#include "notice.h"

#define WEBHOOK_TOLERANCE_S 300
#define WEBHOOK_SECRETS 8

/* Verifies a Stripe-Signature header ("t=…,v1=…[,v1=…]"; other schemes are skipped) over the raw body: HMAC-SHA-256 of "t.body" under any of the
 * secrets, taken as text, compared in constant time; t at most 300 s from `now` either way (docs.stripe.com/webhooks#verify-manually).
 * ERR_INVALID: signature_malformed, signature_wrong, signature_stale. An empty secret matches nothing. */
enum err webhook_verify(
	struct span header, struct span body, const struct span *secrets, size_t n, struct instant now, struct why *) MUST_CHECK;

/* What a kind of event is about, and how its act follows. */
struct webhook_kind {
	const char *type;
	const char *object; /* of data.object */
	bool has_act; /* else by the object's status (stripe_object.h) */
	enum attempt_act act;
	bool once; /* happens once to an object: a second event of it, under another id, changes nothing */
	const char *help;
};
const struct webhook_kind *webhook_kind_find(struct span type); /* NULL: none of ours */
void webhook_print_rules(struct text *);

/* An event: its envelope, and what it says. */
struct webhook_event {
	struct span id, type;
	const struct webhook_kind *kind; /* NULL: kept, and ignored */
	struct notice notice;
};

/* Reads the body of an event (API versions 2020-08-27 to 2025). ERR_INVALID with the field. Fields that we don't know are no error. */
enum err webhook_read(struct arena *, struct span body, struct webhook_event *, struct why *) MUST_CHECK;

/* SHA-256 of the body but for the number of pending_webhooks, which is the one thing that differs between two deliveries of an event. */
struct digest webhook_digest(struct span body);

#endif
