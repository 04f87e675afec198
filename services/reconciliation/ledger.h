/*
 * ledger: what one message does to the books: transfers, and which aggregates it touched, so that each is told once with what it became.
 *
 * Handlers open a ledger over the book, let the domain work with it, and end with ledger_tell (wire.h). Nothing here fails.
 */
#ifndef RECONCILIATION_LEDGER_H
#define RECONCILIATION_LEDGER_H

#include "book.h"
#include "unit.h"

/* What changed an item or a credit; the values are those of dunlin.ledger.v1.CauseKind. */
enum told_cause {
	TOLD_INVOICE = 1,
	TOLD_CREDIT_NOTE,
	TOLD_ALLOCATION,
	TOLD_REVERSAL,
	TOLD_REFUND,
	TOLD_DISCOUNT,
	TOLD_WRITE_OFF,
	TOLD_CHARGES
};

struct touched_item {
	struct open_item *item;
	enum told_cause cause;
	struct uuid cause_id;
};

struct touched_credit {
	struct credit *credit;
	int64_t before;
	enum told_cause cause;
	struct uuid cause_id;
};

/* A change of an allocation: minor above 0 was made, below 0 was taken back. */
struct step {
	const struct allocation *allocation;
	int64_t minor;
	enum evidence evidence;
	enum reversal reversal;
};

struct touched_receipt {
	struct receipt *receipt;
	bool is_new;
	bool refund_told, only_refund; /* what is to go back is another amount; nothing else of it changed */
	struct step *steps;
	size_t step_count, step_room;
};

/* What is told of a line. */
enum line_told { LINE_TOLD_ACCEPTED = 1, LINE_TOLD_MATCHED = 2, LINE_TOLD_UNMATCHED = 4, LINE_TOLD_UNDONE = 8 };

struct ledger {
	struct book *book;
	struct say *say;
	struct arena *arena;
	struct instant now;
	struct span merchant;
	struct span by; /* who decides: "machine", or the client system whose user did */
	struct span reason; /* of a person's deed, or empty */
	struct span person; /* the same with the user: "machine", or client/user; kept here, never told */
	/* Of the transfers that follow. */
	struct span customer;
	struct date day;
	enum cause cause;
	struct uuid cause_id;
	struct span return_reason; /* the bank's, of what is taken back */

	struct touched_item *items;
	struct touched_credit *credits;
	struct touched_receipt *receipts;
	struct exception **exceptions;
	const struct line *lines[2]; /* at most the line and the one that it takes back */
	enum line_told told[2];
	size_t line_count;
	const struct account *defined;
	const struct statement *accepted;
	const struct account *accepted_account;
	const struct statement *matched;
	const struct statement *undone;
	const struct account *undone_account;
	struct uuid counts; /* the statement that counts the receipts of this message, or zero */
	size_t item_count, credit_count, receipt_count, exception_count;
	size_t item_room, credit_room, receipt_room, exception_room;
};

/* `day` is the day in the books. */
struct ledger ledger_open(struct book *, struct say *, struct instant now, struct span merchant, struct date day);

/* Moves an amount; 0 moves nothing, less than 0 moves it the other way. */
void ledger_post(struct ledger *, struct span debit, struct span credit, struct money);

/* The aggregate for change; it will be told. */
struct open_item *ledger_item(struct ledger *, struct uuid invoice, int32_t part, enum told_cause, struct uuid cause_id);
struct receipt *ledger_receipt(struct ledger *, struct uuid id);
int64_t ledger_new_receipts(const struct ledger *);
/* Sets what is to go back to the payer, at most what is unapplied; told where it changes. */
void ledger_request_refund(struct ledger *, struct uuid receipt, int64_t minor);
/* Notes that an allocation of the receipt changed by `minor`. */
void ledger_step(struct ledger *, const struct receipt *, const struct allocation *, int64_t minor, enum evidence, enum reversal);
/* Adds to the customer's unapplied cash, either way. */
void ledger_credit(struct ledger *, struct span customer, struct money change, enum told_cause, struct uuid cause_id);
void ledger_exception(struct ledger *, struct exception *);
/* A person's deed, for the audit table; from here on the ledger's decisions are theirs. */
void ledger_audit(struct ledger *, struct span client, struct span who, const char *act, struct span subject, struct span reason);
/* The line was accepted, matched or unmatched: told in that order. */
void ledger_line(struct ledger *, const struct line *, enum line_told);
/* The statement was accepted; its account with it. */
void ledger_statement(struct ledger *, const struct statement *, const struct account *);

/* Before telling: receipts that hold more than is owed are exceptions, those that no longer do are none. */
void ledger_conclude(struct ledger *);

#endif
