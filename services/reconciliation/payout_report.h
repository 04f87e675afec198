/*
 * payout_report: what a provider's own report says of one payout, against what payments told of it: with the bank's line, three ways.
 *
 * 1. What payments told is posted when they tell it; the report confirms it and moves none of it again.
 * 2. What the report alone knows is posted once, when both agree to the cent: what a line is (a fee, a dispute, a reserve, a conversion: out of clearing, to
 *    its own account), and items that payments did not tell. Where anything differs nothing is posted, and each kind of difference is an exception of its own.
 * 3. What is posted stays, whatever a later report says; what a person closed stays closed until the facts are others.
 */
#ifndef RECONCILIATION_PAYOUT_REPORT_H
#define RECONCILIATION_PAYOUT_REPORT_H

#include "chart.h"
#include "date.h"
#include "exception.h"
#include "money.h"
#include "payout.h"
#include "uuid.h"

struct ledger;

/* What an item of a report is. */
enum item_kind {
	ITEM_PAYMENT,
	ITEM_REFUND,
	ITEM_FEE,
	ITEM_DISPUTE,
	ITEM_DISPUTE_REVERSAL,
	ITEM_RESERVE_HELD,
	ITEM_RESERVE_RELEASED,
	ITEM_ADJUSTMENT,
	ITEM_CONVERSION,
	ITEM_TRANSFER,
	ITEM_PAYOUT, /* the payout's own row: it says the total */
	ITEM_OTHER,
	ITEM_KINDS
};

const char *item_kind_word(enum item_kind);
const char *item_kind_help(enum item_kind);
/* The account of the chart that its amount is taken from; false: what payments did not tell of such is for a person. */
bool item_kind_account(enum item_kind, enum chart *);
/* Of the reader's word: which way a dispute or a reserve goes is said by its sign. */
enum item_kind item_kind_of(struct span word, int64_t gross);

enum report_state { REPORT_WAITING, REPORT_AGREES, REPORT_DIFFERS, REPORT_STATES };
const char *report_state_word(enum report_state);
const char *report_state_help(enum report_state);

/* What can differ between a report and what payments told. */
enum discrepancy {
	DIFFER_ITEM,    /* the report has an item that we don't know */
	DIFFER_LINE,    /* payments told a line that the report doesn't name */
	DIFFER_GROSS,
	DIFFER_FEE,
	DIFFER_CHARGED, /* what the payer was charged, in the payer's currency */
	DIFFER_NET,     /* the report's items don't make the payout */
	DIFFER_TOTAL,   /* nor its own total */
	DIFFER_TWICE,   /* an item was told again with other amounts */
	DIFFER_REPORT,  /* another report tells the same payout */
	DISCREPANCIES
};
const char *discrepancy_word(enum discrepancy);
const char *discrepancy_help(enum discrepancy);
/* The exception that it is. */
enum exception_kind discrepancy_exception(enum discrepancy);

/* Items of one kind that payments told, or did not; summed. */
struct report_sum {
	struct span merchant;
	struct uuid report;
	int64_t number; /* among the report's sums */
	enum item_kind kind;
	bool told;
	struct currency charged_currency; /* of payers, where it is another; else empty */
	int32_t count;
	int64_t gross, fee, charged;
	struct span example; /* the provider's id of one */
};

/* How many differ, by how much, and one of them. */
struct differing {
	int32_t count;
	int64_t minor;
	struct span example;
};

struct payout_report {
	struct span merchant, identifier, payout_ref;
	struct uuid id;
	struct currency currency;
	int32_t version, item_count, conflicts;
	int64_t gross, fees, total;
	bool has_total;
	struct date expected;
	/* how far it is paired, and how it came out */
	int32_t paired, compared, looks;
	struct span paired_facts, facts;
	struct uuid payout; /* zero: none is known */
	enum report_state state;
	struct span differences, detail;
	bool late, posted, rests;
	/* found beside it; never saved */
	struct uuid found; /* the payout that it is of now, or zero */
	struct span found_facts, unnamed_ref;
	struct differing of_gross, of_fee, of_charged;
	int32_t lines_named;
	int64_t lines_named_net;
};

/* What the report posted, by kind: never changed. */
struct report_posting {
	struct span merchant;
	struct uuid report;
	int32_t number;
	enum item_kind kind;
	bool told;
	struct span account;
	struct currency currency;
	int64_t gross, fee, clearing; /* clearing: what it changed by */
};

struct comparison {
	enum report_state state;
	struct differing of[DISCREPANCIES];
};

/* Pure. The payout is NULL where payments told none. Sums are the report's. */
struct comparison payout_report_compare(
	const struct payout_report *, const struct payout *, const struct report_sum *const *sums, size_t n);

/* Compares the report with its payout, both of the book, posts what it alone knows, opens and closes exceptions. */
void payout_report_look(struct ledger *, struct uuid report);

/* No report told the payout in time. */
void payout_report_miss(struct ledger *, struct uuid payout);

#endif
