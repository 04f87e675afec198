/*
 * bill: an invoice as its payer knows it, and who pays it how.
 */
#ifndef SANDBOX_BILL_H
#define SANDBOX_BILL_H

#include "money.h"
#include "uuid.h"
#include "world.h"

/* What a payer does. */
enum deed {
	DEED_CARD,         /* pays at the provider, by the invoice's pay link */
	DEED_CARD_DECLINED, /* tries to */
	DEED_TRANSFER,     /* pays by bank transfer */
	DEED_DISPUTE,      /* says that it is not owed */
	DEED_PROMISE,      /* says when it will be paid */
	DEEDS
};

/* Which instant its days count from. */
enum after { AFTER_ISSUE, AFTER_DUE, AFTER_MAIL };

/* What stands on a transfer. */
enum reference {
	REFERENCE_RF,      /* the RF reference, structured */
	REFERENCE_RF_TEXT, /* the RF reference as printed, in the text */
	REFERENCE_NUMBER,  /* the document's number in the text */
	REFERENCE_TYPO,    /* the RF reference with two characters swapped, in the text */
	REFERENCE_NONE,
	REFERENCES
};

/* One thing that a payer does about every bill. */
struct step {
	enum deed deed;
	enum after after;
	enum reference reference;
	int64_t days;    /* after that; may be below 0 */
	int64_t mails;   /* AFTER_MAIL: which mail about the bill, from 1 */
	int64_t percent; /* of what is owed: 100 all, 40 a part, 110 too much */
	int64_t times;   /* transfers alike */
	int64_t payers;  /* 2: two people pay half each */
	int64_t together; /* 2: waits for a second bill, and pays both with one transfer */
	int64_t until;   /* DEED_PROMISE: days until it will be paid */
	struct span decline; /* DEED_CARD_DECLINED: why */
};

enum { STEPS_MOST = 8 };

struct merchant {
	struct span id;
	const char *payments_url, *payments_token;
	const char *reminders_url, *reminders_token;
};

struct payer {
	struct span merchant, customer;
	struct span name, email, iban;
	struct step steps[STEPS_MOST];
	size_t step_count;
};

struct bill {
	struct span merchant, customer;
	struct uuid invoice;
	struct span number, rf;
	struct money gross;
	int64_t credited; /* minor units, as of credit_revision */
	uint64_t credit_revision;
	struct date due;
	struct instant issued;
	int64_t mails;          /* that asked for it */
	bool planned[STEPS_MOST];
	bool is_paid; /* as far as its payer is concerned */
};

struct payers {
	struct list merchants, payers, bills;
};

/* NULL: none. */
struct merchant *merchant_find(const struct world *, struct span id);

/* What the payer still owes of it. */
struct money bill_owed(const struct bill *);

/* Plans the steps of a payer about the bills that are there already. */
void payers_plan(struct world *, const struct payer *);

/* Carries out one step about one bill, now. */
void deed_do(struct world *, const struct payer *, struct bill *, const struct step *);

/* Opens a pay link and pays, or is declined, like a person with a browser. decline NULL: pays. */
void visit_start(struct world *, const char *pay_url, struct span decline);

#endif
