/*
 * world: a book in memory with a merchant, a provider account and invoices, and messages that run on it as the unit of work runs them.
 */
#ifndef DUNLIN_TESTS_WORLD_H
#define DUNLIN_TESTS_WORLD_H

#include "../unit.h"

#include "book.h"
#include "handlers.h"
#include "wire.h"

#define MERCHANT SPAN("nord")
#define ACCOUNT SPAN("main")
#define CUSTOMER SPAN("c1")
#define SECOND INT64_C(1000000)

struct world {
	struct arena *arena;
	struct book *book;
	struct instant now;
	int messages; /* run so far */

	/* Of the last message. */
	enum err err;
	struct why why;
	const struct said *said;
	size_t said_count;
	const struct reply *reply;
};

/* Account "main" in test mode; invoices 1 (EUR 100.00), 2 (EUR 50.00 in parts 1 and 2 of 20 and 30), 3 (USD 10.00), 9 (customer c2). */
struct world *world_open(struct arena *);
struct policy world_policy(struct arena *);

struct uuid world_invoice(int n);
void world_item(struct world *, int invoice, int part, struct span customer, int64_t minor, const char *currency);

/* Runs a message as unit.c does: read, need, apply; a refusal puts the book back. */
enum err world_run(struct world *, const char *type, struct span payload, struct span target);
enum err world_fact(struct world *, const char *type, struct span key, struct span payload);
/* Runs and demands that it is applied. */
void world_apply(struct world *, const char *type, struct span payload, struct span target);
/* A signed-for event, in test mode; the object as JSON. */
void world_event(struct world *, const char *event, const char *type, const char *object);

/* A new attempt for all of an invoice, and the same opened at the provider with session cs_1. */
struct uuid world_checkout(struct world *, int invoice);
struct uuid world_opened(struct world *, int invoice);
/* An answer to the current call of an intent. */
void world_answer(
	struct world *, struct uuid attempt, struct uuid subject, enum intent_kind, bool sent, bool unknown, int status, const char *body);
/* The answer of the call with that number, from 1: one that was given up meanwhile may still be answered. */
void world_answer_of(struct world *, int call, struct uuid attempt, struct uuid subject, enum intent_kind, bool sent, bool unknown,
	int status, const char *body);
/* What the send role does when it claims: counts the try. */
void world_claim(struct world *, struct uuid subject, enum intent_kind);

const struct attempt *world_attempt(const struct world *, struct uuid);
void world_expect(const struct world *, struct uuid attempt, enum attempt_state);
/* The last message said exactly these types, in order ("" for none; space between). */
void world_expect_said(const struct world *, const char *types);
const struct alarm *world_alarm(const struct world *, const char *kind, struct span subject);
const struct intent *world_intent(const struct world *, struct uuid subject, enum intent_kind);
/* The attempt as JSON: everything that can be seen of it. */
const char *world_print(const struct world *, struct uuid);

/* printf into the arena. */
#define TEXT(world, ...) arena_printf((world)->arena, __VA_ARGS__)

/* Stripe's objects, for an attempt. */
const char *session_json(struct world *, struct uuid attempt, const char *status, const char *paid, const char *payment, int64_t amount);
const char *payment_json(struct world *, struct uuid attempt, const char *status, int64_t received);
const char *charge_json(struct world *, const char *transaction, int64_t refunded);

#endif
