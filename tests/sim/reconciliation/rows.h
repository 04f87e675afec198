/*
 * rows: reconciliation's rows in memory, for find.c, fetch.c, core.c (what becomes of them), bank.c (statements) and people.c (what clerks ask for).
 */
#ifndef DUNLIN_SIM_RECONCILIATION_ROWS_H
#define DUNLIN_SIM_RECONCILIATION_ROWS_H

#include "../mem.h"
#include "../print.h"
#include "../world.h"
#include "book.h"
#include "handlers.h"
#include "match/match.h"
#include "period.h"
#include "proof.h"
#include "rule_set.h"
#include "staged.h"

struct paper;

/* An entry of the journal; entries are numbered as they come. */
struct posted {
	struct transfer transfer;
	int64_t entry;
};

struct memory {
	struct arena *arena;
	struct world *world;
	struct mem_table tables[BOOK_SHELVES];
	/* by: account, invoice … */
	struct mem_table items_of_invoice, items_of_customer, notes_of_invoice, wanted_of_invoice, wanted_of_receipt, receipts_of_source,
		receipts_of_customer, allocations_of_receipt, allocations_of_invoice, allocations_beside, exceptions_of_subject,
		payers_of_customer, payers_of_iban, credits_of_customer, references_of_token, differences_of_receipt, lines_of_statement,
		lines_of_key, lines_of_account, invoices_of_number, gaps_of_account, lines_of_attempt, lines_of_payment;
	struct mem_table journal;   /* by entry: struct posted */
	struct mem_table tokens;    /* of lines that wait: line, the tokens */
	struct mem_table counters;  /* both sums, by merchant and currency */
	struct mem_table cash;      /* balances, by account of the chart, and what accepted lines come to, by bank account */
	struct mem_table papers;    /* what the bank wrote */
	struct paper *held;         /* kept back, for the next one's file */
};

extern const struct print_table reconciliation_tables[];
extern const struct print_column print_bank_account[], print_statement[], print_statement_gap[], print_bank_line[],
	print_bank_line_person[], print_bank_line_detail[], print_chain_before[], print_gap_before[], print_bank_line_candidate[],
	print_payout[], print_payout_line[], print_payer[];

/* Keys as the shelves have them. */
struct span sim_key(struct arena *, struct span merchant, struct span id);
struct span sim_key_uuid(struct arena *, struct span merchant, struct uuid);

void sim_find(struct memory *, struct book *, struct need *);
/* The credit notes that the line's hints name, and whose money they freed (find_credit.c); how many. */
size_t sim_find_credits(struct memory *, struct need *, struct arena *, const struct line *, struct hints *);
void sim_fetch(struct memory *, struct book *, const struct need *);
void sim_check_locks(struct memory *, struct book *, const struct need *);
void sim_flip(struct memory *, const struct book *);

/* The commit; fails the run where an invariant breaks (save.c). */
void sim_save(struct memory *, struct book *, struct instant now);

/* What adds up (sums.c). */
void sums_open(struct memory *);
mem_saved saved_item, saved_receipt, saved_allocation, saved_credit;
void sums_line(struct memory *, const struct line *, int64_t sign);
void sums_post(struct memory *, const struct book *);
void sums_check(struct memory *, const struct book *);

/* The first day of its month. */
struct date sim_month(struct date);
/* The last closed month of the merchant, and the last before a month; NULL: none. */
const struct period *sim_period_last(const struct memory *, struct span merchant);
const struct period *sim_period_before(const struct memory *, struct span merchant, struct date month);
/* What the store finds of a month, of a target's exports, and of a statement to be undone. */
void sim_fetch_period(struct memory *, struct book *, const struct want *);
void sim_fetch_export(struct memory *, struct book *, const struct want *);
void sim_fetch_undo(struct memory *, struct book *, const struct want *);

/* Payments and the payouts that name them (settlement.c). */
struct find;
mem_saved saved_payout_line;
void sim_find_settlement(struct memory *, struct need *, const struct find *);
void sim_fetch_settlement(struct memory *, struct book *, const struct want *);
void settlements_quiet(struct memory *);

/* What is closed, exported or undone (seals.c). */
mem_saved saved_period, saved_export;
void seals_posted(struct memory *, const struct posted *);
void seals_taken_back(struct memory *, const struct statement *);
void seals_check(struct memory *, const struct book *);
void seals_quiet(struct memory *);
void seals_expect(void);

/* At rest: every debt and every line is in the books. */
void sim_quiet(struct memory *, struct instant now);

struct sim_inbox;
size_t sim_due(struct memory *, struct arena *, struct instant now, const struct sim_inbox *, struct message ***);
struct instant sim_next(struct memory *, struct instant now);

/* The bank writes a statement of what has moved on the merchant's account. Sometimes it is one that it wrote before, or one with a fault. */
bool bank_write(struct memory *, struct rng *, struct instant now);
void bank_open(struct memory *);
void bank_deliver_all(struct memory *);
bool accountant_asks(struct memory *, struct rng *, struct arena *, struct instant now, struct message *);
bool reconciliation_operate(struct memory *, struct rng *, struct arena *, struct instant now, struct message *);

#endif
