/*
 * objects: what the provider keeps: sessions, payments, charges, refunds, balance transactions, payouts, each of one account.
 *
 * 1. A session that is complete has a payment that succeeded; a payment that succeeded has one charge that did.
 * 2. amount - fee = net of every balance transaction; a payout's amount is the sum of the nets of those that it pays out.
 * 3. Refunds of a charge never exceed it.
 */
#ifndef SANDBOX_OBJECTS_H
#define SANDBOX_OBJECTS_H

#include "form.h"
#include "money.h"
#include "world.h"

struct account;
struct payout;

/* What all objects begin with. */
struct head {
	const char *id;
	struct account *account;
	struct instant created; /* business time */
};

enum session_status { SESSION_OPEN, SESSION_COMPLETE, SESSION_EXPIRED };

struct session {
	struct head head;
	enum session_status status;
	struct money amount;
	struct span product; /* name of the first line */
	struct form metadata, payment_metadata;
	struct span client_reference_id, customer_email, success_url, cancel_url, description;
	const char *url;
	struct instant expires_at;
	struct task *expiry;
	struct payment *payment; /* NULL until the payer has tried */
};

struct payment {
	struct head head;
	struct session *session;
	struct money amount;
	bool succeeded;
	struct form metadata;
	struct span description;
	const char *method; /* id of the card */
	struct charge *charge; /* the latest; NULL: none */
};

struct charge {
	struct head head;
	struct payment *payment;
	const struct decline *decline; /* NULL: it succeeded */
	struct txn *txn;               /* NULL until it is booked */
	int64_t refunded;              /* minor units */
};

struct refund {
	struct head head;
	struct charge *charge;
	int64_t amount;
	struct span reason;
	struct form metadata;
	struct txn *txn;
};

enum txn_type { TXN_CHARGE, TXN_REFUND, TXN_PAYOUT };

struct txn {
	struct head head;
	enum txn_type type;
	struct currency currency;
	int64_t amount, fee, net;
	struct instant available_on;
	const struct head *source;
	struct payout *payout; /* NULL: not paid out yet */
};

struct payout {
	struct head head;
	struct money amount;
	struct date arrival;
	bool is_paid;
	const char *descriptor; /* what stands on the bank statement */
	struct txn *txn;
};

/* Why a card was declined, as the provider says it (docs.stripe.com/declines/codes). */
struct decline {
	const char *code;    /* of the error */
	const char *decline; /* decline_code */
	const char *text;
};
extern const struct decline declines[]; /* ended by a NULL code */

struct provider {
	struct list accounts, sessions, payments, charges, refunds, txns, payouts;
	struct list answers;            /* remembered by Idempotency-Key (api.c) */
	struct list events, deliveries; /* webhook.c */
};

/* NULL when the account has none of that id. */
void *object_find(const struct list *, const struct account *, struct span id);

#endif
