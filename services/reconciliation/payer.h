/*
 * payer: by which bank accounts and names a customer is known to pay. Personal data.
 *
 * 1. What invoicing tells is known until it no longer does. What a line or a person teaches is known until a person takes back a match that rested on it: then it
 *    is withdrawn, and only a person's match teaches it again.
 * 2. Names and forms of words are taught by a person's match alone; accounts and mandates by every match that did not rest on who pays.
 * 3. What was learned says who pays, never against what else is known of that, and nothing where two customers have it.
 */
#ifndef RECONCILIATION_PAYER_H
#define RECONCILIATION_PAYER_H

#include "span.h"
#include "uuid.h"

struct ledger;
struct line;

struct payer {
	struct span merchant, iban, customer; /* iban: or another mark, see below */
	bool told;             /* by invoicing; else learned from a line */
	struct uuid learned_of;
	struct span taught_by; /* "machine", or who, of what was learned */
	struct instant taught_at;
	int32_t right;         /* how often what a machine matched by it stands */
	int32_t wrong;         /* how often a person took back what rested on it */
	bool withdrawn;
	bool taught;           /* just now: lines that wait may be this customer's; not stored */
	bool gone;             /* to be deleted */
};

/* What dunlin.customers.v1 says; erased: nothing of the customer may be kept. */
struct customer {
	struct span merchant, ref;
	int64_t revision; /* of the fact */
	struct span name;
};

struct customer_changed {
	struct span ref;
	int64_t revision;
	const struct span *ibans;
	size_t iban_count;
	struct span name;
	bool erased;
};

void customer_change(struct ledger *, const struct customer_changed *);

/* A line turned out to be this customer's alone: its account and mandate are learned, and from a person the forms of words in it, and the name where it is not
 * the customer's. */
void payer_learn(struct ledger *, const struct line *, struct span customer);
/* A person takes the match back, whose receipts are still there: what was learned of it, or led to it, is withdrawn. */
void payer_unlearn(struct ledger *, const struct line *);
/* What it alone had taught is forgotten: its import was undone, which says nothing of the payer. */
void payer_forget(struct ledger *, const struct line *);

/* What a name is kept and looked for under, beside accounts; empty when it tells nothing. */
struct span payer_name_mark(struct arena *, struct span name);
/* The same of mandates and of forms of words. */
struct span payer_mandate_mark(struct arena *, struct span mandate);
struct span payer_form_mark(struct arena *, struct span form);
/* The marks under which the payer of a line may be known, but for the name: account, mandate, forms of words. */
enum { PAYER_MARKS = 6 };
size_t payer_marks(struct arena *, const struct line *, struct span out[PAYER_MARKS]);
/* The machine's match rested on what was learned of the customer by that mark: it stands until a person takes it back. */
void payer_stands(struct ledger *, struct span mark, struct span customer);
/* What finds the lines that wait and came from an account: a digest, as accounts are personal data. */
struct span payer_token(struct arena *, struct span iban);
/* It is known, and not withdrawn. */
bool payer_holds(const struct payer *);

#endif
