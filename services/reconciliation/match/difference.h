/*
 * difference: what a payment lacks of what is owed, or has too much, where a merchant's policy or the bank's own word explains it: a tolerance, a discount for
 * early payment, charges that banks kept. Each goes to its own account of the chart, and stands only as long as the payment does. What it is, is pure.
 *
 * 1. A difference never makes a match: it settles what a line pays that already posts by strong evidence and that nothing contradicts, or that a person says.
 * 2. What is lacking is part of `discounted` or `written_off` of its open item (open_item.h), what is too much of `kept` of its receipt (receipt.h); both hang on
 *    the receipt that they came with.
 * 3. Nothing is allowed but what the policy of the merchant and the currency says; told charges are allowed where there is none, and a discount by the
 *    invoice's own terms, which come before the policy's.
 * 4. What was kept goes back with its payment alone: no invoice that is owed again later takes it, for nobody asked the payer for less than that.
 */
#ifndef RECONCILIATION_DIFFERENCE_H
#define RECONCILIATION_DIFFERENCE_H

#include "chart.h"
#include "date.h"
#include "journal.h"
#include "match/discount.h"
#include "money.h"
#include "uuid.h"

struct ledger;

/* Stored by their words. */
enum difference_kind {
	DIFFERENCE_NONE,
	DIFFERENCE_CHARGES,   /* banks kept it, and the line says so, or the merchant knows the amount */
	DIFFERENCE_DISCOUNT,  /* exactly the discount that the invoice's terms grant, else the policy, in time */
	DIFFERENCE_TOLERANCE, /* so little that nobody is asked for it */
	DIFFERENCE_OVER,      /* too much, but so little that it is not given back */
	DIFFERENCE_KINDS
};

struct difference_row {
	const char *word;
	enum chart account;
	enum cause cause;
	bool takes_tax; /* its share of the tax is no longer payable */
	const char *help;
};

const struct difference_row *difference_row(enum difference_kind);

/* A merchant's, of one currency. Shares in hundredths of a percent; amounts in minor units. */
struct difference_policy {
	struct span merchant;
	struct currency currency;
	int64_t short_most;      /* so much may lack and is given up */
	int64_t short_share;     /* but no more than this share of what is owed */
	int64_t over_most;       /* so much may be too much and is kept; 0: it is the customer's, however little */
	int64_t over_share;      /* but no more than this share of what is owed */
	int64_t discount_share; /* of an invoice without terms of its own, for payment within `discount_days` of the day of issue; 0: none */
	int64_t discount_days;
	int64_t grace_days; /* so much later a payment still counts as in time, by whatever terms */
	bool takes_charges; /* charges of which the bank tells are ours to bear */
	int64_t charges_most; /* up to so much; 0: whatever is told */
	struct span known_charges; /* amounts that banks keep without a word, one a line */
};

enum { SHARE_WHOLE = 10000, KNOWN_CHARGES = 20, POLICY_DAYS = 365 };

/* No tolerance, no discount; told charges are ours. */
struct difference_policy difference_default(struct span merchant, struct currency);
bool difference_has_known(const struct difference_policy *, int64_t minor);

/* What a payment is to what is owed. */
struct settling {
	int64_t open, paid; /* both above 0 */
	int64_t charges_told; /* kept out of it by banks, as the statement says; 0: none */
	bool may_discount; /* nothing was paid of it before, and the day of issue is known */
	struct date issued, valued;
	struct discount terms; /* the invoice's own */
};

/* What may be deducted: the share to the minor unit below and above, and rounded half to even. */
struct due_discount {
	int64_t least, most, minor;
};

struct found_difference {
	enum difference_kind kind;
	int64_t minor; /* above 0 where there is one: what is lacking, or too much */
};

/* The first kind that explains all that is lacking, in the order of their numbers; or all that is too much. */
struct found_difference difference_find(const struct difference_policy *, const struct settling *);
/* The most that may be deducted for early payment on the day. False when nothing may. */
bool difference_discount(const struct difference_policy *, const struct settling *, struct due_discount *);

/* The payer took a discount that is not due. */
enum dispute { DISPUTE_NONE, DISPUTE_LATE, DISPUTE_EXCESS };
enum dispute difference_dispute(const struct difference_policy *, const struct settling *);
const char *dispute_help(enum dispute);

/* ---- in the books (difference_post.c) ---- */

struct difference {
	struct span merchant, customer;
	struct uuid id, receipt, line, invoice;
	int32_t part;
	struct currency currency;
	enum difference_kind kind;
	int64_t minor; /* what still stands of it */
	int64_t undone; /* what stood when its payment was taken back, 0 while that stands */
};

/* Settles what is open of the invoice, at most `minor`, in the order of its parts; what is too much is kept of what is unapplied of the receipt. The receipt
 * is of the line. */
enum err difference_grant(
	struct ledger *, struct uuid receipt, struct uuid line, struct uuid invoice, struct found_difference, struct why *) MUST_CHECK;
/* The payment is taken back: what came with it is owed again. */
enum err difference_undo(struct ledger *, struct uuid receipt, struct why *) MUST_CHECK;
/* The payment is there again: so is what had come with it, as far as that is open, or unapplied. */
enum err difference_redo(struct ledger *, struct uuid receipt, struct why *) MUST_CHECK;
/* How much had been kept of the receipt before its payment was taken back. */
int64_t difference_was_kept(const struct ledger *, struct uuid receipt);
/* Documents of one customer of which `open` is open in all are paid by `paid`, and all that is too much is within the policy: how much, else none. */
struct found_difference difference_over(const struct ledger *, struct currency, int64_t open, int64_t paid);
/* The line paid less than the invoice by a discount that is not due: somebody grants it or claims it. */
void difference_dispute_open(struct ledger *, struct uuid line, struct uuid invoice, enum dispute);
/* Ends what is settled: those whose payment is gone, or whose invoice is paid. */
void difference_dispute_settle(struct ledger *);
/* Takes up to `minor` of the item's differences back, of those that count in `discounted` or in `written_off`; how much it was. */
enum err difference_shrink(
	struct ledger *, struct uuid invoice, int32_t part, bool discounts, int64_t minor, int64_t *taken, struct why *) MUST_CHECK;

/* The merchant's, or the default. */
struct difference_policy difference_policy_of(const struct ledger *, struct currency);

#endif
