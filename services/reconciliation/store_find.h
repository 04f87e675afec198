/*
 * store_find: the find step's work, for its own files: what lines might be (store_find.c), what they might be where nothing is named (store_unnamed.c), what
 * credit notes they deduct (store_credit.c), and which locks a payment has that no payout names (store_settlement.c).
 */
#ifndef RECONCILIATION_STORE_FIND_H
#define RECONCILIATION_STORE_FIND_H

#include "handlers.h"
#include "match/match.h"
#include "store_keys.h"

struct list {
	char *at;
	size_t size, count, room;
};

/* One line that the matcher looks at. */
struct looked {
	struct line line;
	struct list invoices, payouts, amounts, payers, mandates, forms, customers, of_payer, earlier, cut, credits;
};

struct find_work {
	struct db *db;
	struct arena *arena;
	struct book *book;
	struct need *need;
	struct looked *looked;
	size_t looked_count;
	struct keys lines, statements, invoices, numbers, owners, exceptions, suggestions, reports;
	bool *looks; /* of each line asked for */
	size_t line_count;
};

/* Parallel arrays that begin with the line's place and its merchant. */
struct asking {
	struct args *args;
	struct array *arrays[8];
	size_t count;
};

void asking_open(struct asking *, struct arena *, const enum db_type *types, size_t n);
void asking_begin(struct asking *, size_t line, struct span merchant);
/* Queues the query where anything is asked. */
void find_ask(const struct find_work *, const struct asking *, const struct query *, struct rows *);
void find_ask_tokens(const struct find_work *, struct asking *, size_t line, const struct tokens *);

/* A row of find_token: what it names, and how. */
struct hint find_hint(const struct rows *, size_t row, enum reference_kind *);
struct looked *find_looked(const struct find_work *, const struct rows *, size_t row);
void *list_add(struct list *, struct arena *, size_t size);
bool list_has(const struct list *spans, struct span);
void find_lock(struct find_work *, struct span merchant, struct span stream);
void find_want(struct find_work *, enum want_what, struct span merchant, struct uuid);
/* A document or payout that the line may name: locked and wanted. */
void find_take_named(struct find_work *, struct looked *, const struct hint *, bool is_payout);

/* Credit notes that are named, and the receipts of which they freed money (store_credit.c). */
void find_ask_credits(const struct find_work *, struct rows *);
void find_take_credits(struct find_work *, const struct rows *);

/* Where nothing is named: numbers that were cut off, and forms of words that a person has taught. */
void find_ask_unnamed(const struct find_work *, struct rows *cut, struct rows *forms);
void find_take_cut(struct find_work *, const struct rows *);
void find_take_forms(struct find_work *, const struct rows *);

/* Payments that a payout may name: their customers and provider accounts are locked. */
void find_ask_settlements(const struct find_work *, struct rows *);
void find_take_settlements(struct find_work *, const struct rows *);

#endif
