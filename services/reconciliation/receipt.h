/*
 * receipt: money received for one customer, what stands against which open item, and what is unapplied.
 *
 * 1. amount = allocated + unapplied + refunded + kept, none below 0. Money that the bank takes back, or that was not theirs after all, lowers the amount.
 * 2. All money enters as unapplied cash and moves from there to receivable; every way back is the same two steps reversed.
 * 3. An allocation's id is never used again; at 0 it no longer stands.
 * 4. What a payer deducts as a credit note is an allocation of the money that the credit note had freed, beside the payment: it stands only as long as that does.
 */
#ifndef RECONCILIATION_RECEIPT_H
#define RECONCILIATION_RECEIPT_H

#include "chart.h"
#include "date.h"
#include "money.h"
#include "uuid.h"

struct ledger;

/* The values are those of dunlin.ledger.v1.ReceiptKind. */
enum receipt_kind { RECEIPT_BANK = 1, RECEIPT_PROVIDER = 2, RECEIPT_MANUAL = 3, RECEIPT_EXCHANGED = 4 };

struct receipt {
	struct span merchant, customer;
	struct uuid id;
	enum receipt_kind kind;
	struct uuid source;   /* bank line, attempt, or the entry by hand (its own id) */
	struct uuid account;  /* bank account, or zero */
	struct date value_date;
	struct currency currency;
	int64_t amount, allocated, unapplied, refunded;
	int64_t kept;     /* so little too much that it is the merchant's own: its differences `over` that stand (match/difference.h) */
	int64_t returned; /* what the bank took back of it; no longer in the amount */
	int64_t refund_requested; /* of what is unapplied: a person wants it to go back to the payer */
	int64_t revision;
	/* Of a provider's payment, none of it told: the account by our name, the payment by the provider's; the day by which a payout must name it (unsettled.h),
	 * and whether that is still to be looked at. */
	struct span provider_account, provider_payment;
	struct date settle_by;
	bool unsettled;
};

struct allocation {
	struct span merchant, customer;
	struct uuid id, receipt, invoice;
	int32_t part;
	int64_t minor; /* what still stands of it */
	struct uuid beside; /* the receipt whose payer deducted it, or zero */
	int64_t undone; /* of such: what stood when that payment was taken back, 0 while it stands */
};

/* An invoice that a payment is for and that has not come yet. */
struct wanted {
	struct span merchant;
	struct uuid receipt, invoice;
	int32_t part;
	int64_t minor;
};

/* A customer's unapplied cash of one currency, all receipts together. */
struct credit {
	struct span merchant, customer;
	struct currency currency;
	int64_t unapplied;
	int64_t revision;
};

/* One step of an allocation: what to pay, at most how much. */
struct payable {
	struct uuid invoice;
	int32_t part; /* 0: the invoice's parts in order of their due dates */
	int64_t minor;
};

/* What dunlin.payments.v1 says of an attempt. */
struct attempt {
	struct span customer, provider_account, provider_payment;
	struct uuid id;
	struct money captured;
	struct instant value_time; /* when the payer paid */
	struct date value_date; /* that in the merchant's zone */
	const struct payable *items;
	size_t item_count;
};

/* The values are those of dunlin.payments.v1.RefundReason. */
enum refund_reason { REFUND_UNSAID, REFUND_UNAPPLIED, REFUND_CREDITED, REFUND_REOPEN };

struct refund {
	struct span merchant;
	struct uuid id, receipt;
	struct money amount;
};

struct refunded {
	struct attempt attempt;
	struct uuid id;
	struct money amount;
	enum refund_reason reason;
	const struct payable *items;
	size_t item_count;
};

/* Why allocations are taken back; the values are those of dunlin.ledger.v1.ReversalReason. */
enum reversal { REVERSAL_UNMATCHED = 1, REVERSAL_RETURNED = 2, REVERSAL_REFUNDED = 3, REVERSAL_CREDITED = 4, REVERSAL_UNDONE = 5 };

/* Evidence of an allocation; the values are those of dunlin.ledger.v1.Evidence. */
enum evidence {
	EVIDENCE_NONE,
	EVIDENCE_REFERENCE,
	EVIDENCE_NUMBER,
	EVIDENCE_PAYER,
	EVIDENCE_PAYOUT,
	EVIDENCE_PROVIDER,
	EVIDENCE_PERSON,
	EVIDENCE_UNAPPLIED
};

/* New money of a customer (id and amounts filled, nothing allocated): posts it from the account `from` to unapplied cash. */
enum err receipt_make(struct ledger *, const struct receipt *, struct span from, const struct receipt **, struct why *) MUST_CHECK;

/* Allocates as far as the receipt has unapplied money and the item is open. What is said of an invoice that is not there is kept as wanted
 * where `want` is set. */
void receipt_allocate(struct ledger *, struct uuid receipt, const struct payable *, size_t n, enum evidence, bool want);

/* Allocates at most `minor` of the receipt's unapplied money beside the payment that is the receipt `beside`, whose payer deducted it. */
void receipt_deduct(
	struct ledger *, struct uuid receipt, struct uuid beside, const struct payable *, size_t n, int64_t minor, enum evidence);
/* The payment is there again: so is what its payer had deducted, as far as that is open and unapplied. */
void receipt_deduct_again(struct ledger *, struct uuid beside);

/* Takes `minor` of allocations back to unapplied: of the item given, or (no item) the latest first. Returns how much it was. */
int64_t receipt_release(struct ledger *, struct uuid receipt, const struct payable *item, int64_t minor, enum reversal);

/* What of it was not given back to its payer. */
int64_t receipt_holds(const struct receipt *);
/* Takes money out of the receipt, to the account `to`: unapplied money first, then what was kept, then what stands, the latest first. ERR_REFUSED when it
 * holds less. */
enum err receipt_take_out(struct ledger *, struct uuid receipt, int64_t minor, struct span to, enum reversal, struct why *) MUST_CHECK;
/* The reverse: the money is back, unapplied. */
void receipt_put_back(struct ledger *, struct uuid receipt, int64_t minor, struct span from);

/* The facts of a provider: the first success makes the receipt; a higher capture adds to it; each refund counts once. */
enum err payment_succeed(struct ledger *, const struct attempt *, struct why *) MUST_CHECK;
enum err payment_refund(struct ledger *, const struct refunded *, struct why *) MUST_CHECK;

/* An invoice did not come for days: somebody has to ask. */
void wanted_miss(struct ledger *, struct uuid receipt);

/* Money of it stands against nothing for a month: somebody has to ask whose wish that is. */
void receipt_age(struct ledger *, struct uuid receipt);

/* It went back to the payer: less of it is still requested. */
void receipt_note_refund(struct receipt *, int64_t minor);

/* How much of the receipt waits for invoices that have not come. */
int64_t receipt_wanted(const struct ledger *, struct uuid receipt);

/* Payments that waited for an invoice which is here now. */
void wanted_settle(struct ledger *, struct uuid invoice);

#endif
