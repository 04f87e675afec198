/*
 * invoice: a document that says what is owed, and its life: draft, then issued or void.
 *
 * 1. Only invoice_move assigns a state, by the table below. 2. An issued document never changes: what is taken back is a credit note
 * beside it. 3. How much of it is open is not known here: dunlin.ledger.v1 says it, and nothing decides on it.
 */
#ifndef INVOICING_INVOICE_H
#define INVOICING_INVOICE_H

#include "customer.h"
#include "digest.h"
#include "line.h"
#include "series.h"

enum invoice_state { INVOICE_DRAFT, INVOICE_ISSUED, INVOICE_VOID, INVOICE_STATES };
extern const char *const invoice_state_names[INVOICE_STATES + 1];

enum invoice_act { INVOICE_COLLECT, INVOICE_ISSUE, INVOICE_CANCEL, INVOICE_CREDIT, INVOICE_ACTS };
extern const char *const invoice_act_names[INVOICE_ACTS];

/* One row for every (state, act): what follows, or that it is refused, and why. */
struct invoice_rule {
	enum invoice_state from;
	enum invoice_act act;
	bool allowed;
	enum invoice_state to;
	const char *why;
};
enum { INVOICE_RULES = INVOICE_STATES * INVOICE_ACTS };
extern const struct invoice_rule invoice_rules[INVOICE_RULES];

/* A charge that waits, by its external_ref; newest first. */
struct waiting {
	struct span charge_ref;
	const struct waiting *older;
};

/* What a draft knows of its charges without reading them. */
struct draft {
	int count;              /* that wait */
	int billing_count;      /* of them, for the billing day */
	int last_position;
	struct money net;       /* their sum */
	struct day bill_on;     /* the billing date on which it falls due */
	bool has_waiting;       /* `waiting` is complete */
	const struct waiting *waiting;
};

/* What credit notes have taken back of one line of the breakdown. */
struct credited_tax {
	struct money taxable, amount;
};

struct invoice {
	struct span merchant, customer_ref;
	struct uuid id;
	struct currency currency;
	enum invoice_state state;
	int64_t revision; /* of its events; 0 while it is a draft */
	struct draft draft;

	/* What an issued document says. */
	struct number number;
	struct span rf;
	struct instant at;
	struct date issue_date, due_date;
	const struct line *lines;
	size_t line_count;
	struct totals totals;
	struct span terms_text, language; /* terms_text: when it is due */
	struct discount discount;
	struct party seller, buyer; /* as they were */
	struct account account;     /* to pay to; iban empty where the merchant has none */
	struct span external_ref, buyer_reference;
	struct digest content; /* of the request, for an external_ref that comes again */
	struct span token;     /* of its page */

	/* Taken back so far: by line, by line of the breakdown, gross. */
	const struct money *credited_lines;
	const struct credited_tax *credited_taxes;
	struct money credited;
	bool is_written; /* its lines are in the database: they are never written twice */
};

/* Issues the customer's draft. */
struct issue_invoice {
	struct span merchant, customer_ref, external_ref, buyer_reference;
	struct instant business_time;
};

enum err issue_invoice_check(const struct issue_invoice *, struct why *) MUST_CHECK;
struct digest issue_invoice_content(const struct issue_invoice *);

/* The one door between states. Refused (invoice_state) where the table says so. */
enum err invoice_move(struct invoice *, enum invoice_act, struct why *) MUST_CHECK;

/* Who issues to whom, and when. */
struct issuing {
	const struct merchant *merchant;
	const struct customer *customer;
	struct instant now;
	struct date today; /* in the merchant's zone */
	struct number number;
	struct span secret; /* of page tokens */
};

/* Turns a draft into a document with these lines, which get their numbers here: sums, dates, reference, parties. */
enum err invoice_issue(struct invoice *, struct arena *, const struct issuing *, struct line *, size_t, struct why *) MUST_CHECK;

/* The terms of payment as printed: what may be deducted, as shares of `of`, and when it is due. */
struct span invoice_terms(struct arena *, const struct invoice *, struct money of);

/* What discounts are shares of: what was invoiced less what was credited. */
struct money invoice_left(const struct invoice *);

/* The unguessable part of a document's address: HMAC-SHA256 over what it is. */
struct span document_token(struct arena *, struct span secret, enum document, struct span merchant, struct uuid);

/* "/i/TOKEN", "/c/TOKEN". */
struct span document_path(struct arena *, enum document, struct span token);

#endif
