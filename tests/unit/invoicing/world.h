/*
 * world: a book in memory with merchants and customers, and messages that run on it as the unit of work runs them.
 */
#ifndef DUNLIN_TESTS_INVOICING_WORLD_H
#define DUNLIN_TESTS_INVOICING_WORLD_H

#include "../unit.h"

#include "handlers.h"
#include "wire.h"

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

/* Merchants "nord" (EUR, Europe/Berlin, German, R- and G-) and "volt" (JPY, Asia/Tokyo); noon of 2026-03-10 UTC. */
struct world *world_open(struct arena *);

void world_at(struct world *, const char *instant);

/* Runs a message as the unit of work does: read, need, apply; a refusal puts the book back. */
enum err world_run(struct world *, struct message *);

/* A command as HTTP brings it, and one that must be applied. `type` is the last part of the name. */
enum err world_try(struct world *, const char *merchant, const char *type, const char *json, ...) PRINTF(4, 5);
void world_do(struct world *, const char *merchant, const char *type, const char *json, ...) PRINTF(4, 5);
/* For /v1/invoices/{id}/credit-notes. */
enum err world_credit(struct world *, const char *merchant, const struct invoice *, const char *json, ...) PRINTF(4, 5);

/* Refused by exactly this: err, code and field ("" for none). */
void expect_refusal(const struct world *, enum err, const char *code, const char *field);
/* The last message said exactly these types, in order ("" for none; a space between). */
void expect_said(const struct world *, const char *types);

/* One charge of a net amount in the merchant's currency at a rate of tax in percent. */
void world_charge(
	struct world *, const char *merchant, const char *customer, const char *ref, int64_t minor, const char *rate, const char *when);

/* The n-th issued invoice of a merchant, from 1, by its number's count; fails the test when there is none. */
const struct invoice *world_invoice(struct world *, const char *merchant, int n);
size_t world_invoices(struct world *, const char *merchant);

/* Everything that can be seen of a merchant's customers, a line each fact, sorted; without ids and numbers of documents. */
const char *world_print(struct world *, const char *merchant);

#endif
