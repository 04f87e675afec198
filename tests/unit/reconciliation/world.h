/*
 * world: reconciliation's handlers over a book in memory: facts and commands in, the book and what was said out. What the store's find step
 * would look for is looked for in the book itself.
 */
#ifndef DUNLIN_TESTS_WORLD_H
#define DUNLIN_TESTS_WORLD_H

#include "../unit.h"
#include "book.h"
#include "handlers.h"
#include "match/match.h"
#include "proof.h"
#include "unit.h"

#define MERCHANT "nord"

struct world {
	struct arena *arena;
	struct book *book;
	int messages, ids;
	struct why why;           /* of the last message */
	const struct said *said;  /* by the last message */
	size_t said_count;
	struct span reply;
	struct uuid account;      /* EUR, takes payouts of "main" */
	int64_t statement_number;
	struct date day;
	const char *note_number; /* of credit notes that follow; NULL: none */
	struct discount terms;    /* of the invoices that are issued from now on */
};

/* A merchant with a bank account and the customers c1 … c9. */
struct world world_open(struct arena *);

/* One message; refusals leave the book as it was (checked). */
enum err world_run(struct world *, struct message *);

/* The find step of the needs (world_find.c). */
void world_find(struct world *, const struct need *);

struct uuid world_id(struct world *);

/* Facts. Amounts in minor units of EUR; tax is a sixth of the gross, rounded down. */
struct uuid world_issue(struct world *, const char *customer, const char *number, int64_t gross);
/* In two parts, the second one due later. */
struct uuid world_issue_parts(struct world *, const char *customer, const char *number, int64_t first, int64_t second);
struct message *world_invoice(
	struct world *, const char *customer, struct uuid, const char *number, const char *currency, int64_t first, int64_t second);
struct message *world_credit_note(struct world *, const char *customer, struct uuid invoice, struct uuid note, int64_t gross);
struct message *world_payment(struct world *, const char *customer, struct uuid attempt, struct uuid invoice, int64_t captured);
struct message *world_refund(struct world *, const char *customer, struct uuid attempt, struct uuid invoice, int64_t captured,
	struct uuid refund, int64_t minor, enum refund_reason);
struct message *world_payout_lines(struct world *, struct uuid payout, int from, int n, int64_t gross, int64_t fee);
struct message *world_payout_paid(struct world *, struct uuid payout, int lines, int64_t gross, int64_t fees);
/* A payout of the provider account "main" whose lines and reference the caller names; the attempt may be zero. */
struct paid_line {
	const char *line, *payment;
	int64_t gross, fee;
	struct uuid attempt;
	bool refund;
};
struct message *world_paid_lines(
	struct world *, struct uuid payout, const char *ref, const char *currency, const struct paid_line *, size_t n);
struct message *world_paid_sum(
	struct world *, struct uuid payout, const char *ref, const char *currency, int lines, int64_t gross, int64_t fees);
struct message *world_customer(struct world *, const char *customer, int revision, const char *iban);
struct message *world_named_customer(struct world *, const char *customer, int revision, const char *iban, const char *name);
struct message *world_erased(struct world *, const char *customer);

/* A bank line of an accepted statement of its own, posted and looked at. */
struct line_of {
	int64_t minor;
	const char *end_to_end, *reference, *text, *iban, *return_reason, *name, *mandate;
	int days_before; /* it was booked so many days before the statement's other days */
	const char *charges; /* as the detail has them: "EUR 3.00 included" */
	int64_t original;    /* what the payer instructed, in `original_currency` */
	const char *original_currency, *rate;
};
struct uuid world_line(struct world *, struct line_of);
struct message *world_try(struct world *, struct uuid line);
/* Due work of ours on one aggregate. */
struct message *world_own(struct world *, const char *type, struct uuid id);

/* A command of a person: path and JSON without its braces; who and why are added. */
struct message *world_command(struct world *, const char *type, const char *path, const char *fields);
const char *world_path(struct world *, const char *before, struct uuid, const char *after);

/* The proof over everything in the book. */
size_t world_proof(const struct world *, struct proof_row **);
void assert_proven(const struct world *);

const struct open_item *world_item(const struct world *, struct uuid invoice);
const struct line *world_line_now(const struct world *, struct uuid);
/* The sum of a chart row's accounts, debit less credit. */
int64_t world_balance(const struct world *, enum chart);
/* What is on fx_position in that currency, debit less credit. */
int64_t world_exchanged(const struct world *, const char *currency);
/* How many events of that type the last message said. */
size_t world_said(const struct world *, const char *type);
/* Of the line's last look: the rule's word. */
const char *world_rule(const struct world *, struct uuid line);

#endif
