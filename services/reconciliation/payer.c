#include "payer.h"

#include "ledger.h"

static struct span key_of(const struct ledger *l, struct span iban, struct span customer)
{
	return book_key_pair(l->book, l->merchant, iban, customer);
}

static void add(struct ledger *l, struct span iban, struct span customer, bool told, struct uuid learned_of)
{
	struct span key = key_of(l, iban, customer);
	const struct payer *old = book_find(l->book, BOOK_PAYERS, key);
	if (old && !old->gone && (old->told || !told))
		return;
	struct payer *p = old ? book_edit(l->book, BOOK_PAYERS, key) : book_add(l->book, BOOK_PAYERS, key);
	*p = (struct payer){ l->merchant, iban, customer, told, learned_of, false };
}

static bool is_among(struct span iban, const struct span *ibans, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (span_equal(iban, ibans[i]))
			return true;
	return false;
}

/* Forgets what invoicing no longer says, and of an erased customer everything. */
static void forget(struct ledger *l, const struct customer_changed *c)
{
	const struct payer *p;
	for (size_t i = 0; (p = book_next(l->book, BOOK_PAYERS, &i));) {
		if (!span_equal(p->customer, c->ref) || !span_equal(p->merchant, l->merchant))
			continue;
		if (c->erased || (p->told && !is_among(p->iban, c->ibans, c->iban_count)))
			((struct payer *)book_edit(l->book, BOOK_PAYERS, key_of(l, p->iban, p->customer)))->gone = true;
	}
}

/* The customer's number, by which payers name themselves. */
static void add_number(struct ledger *l, struct span ref)
{
	struct span token;
	struct uuid id = reference_customer_id(ref);
	if (!reference_normalise(l->arena, ref, &token))
		return;
	struct reference *r = book_add(l->book, BOOK_REFERENCES, book_key_reference(l->book, l->merchant, token, id));
	*r = (struct reference){ l->merchant, token, REFERENCE_CUSTOMER, id, ref };
}

void customer_change(struct ledger *l, const struct customer_changed *c)
{
	struct span key = book_key(l->book, l->merchant, c->ref);
	const struct customer *old = book_find(l->book, BOOK_CUSTOMERS, key);
	if (old && !c->erased && old->revision >= c->revision)
		return;
	struct customer *now = old ? book_edit(l->book, BOOK_CUSTOMERS, key) : book_add(l->book, BOOK_CUSTOMERS, key);
	if (!old)
		add_number(l, c->ref);
	*now = (struct customer){ l->merchant, c->ref, c->erased ? now->revision : c->revision, c->name };
	forget(l, c);
	for (size_t i = 0; i < c->iban_count; i++)
		add(l, account_identifier(l->arena, c->ibans[i]), c->ref, true, (struct uuid){ 0 });
}

void payer_learn(struct ledger *l, const struct line *line, struct span customer)
{
	/* A reference of a bank's own is no account that a payer is known by. */
	if (line->amount.minor > 0 && iban_is_valid(line->party_iban))
		add(l, line->party_iban, customer, false, line->id);
}

void payer_unlearn(struct ledger *l, const struct line *line)
{
	const struct payer *p;
	for (size_t i = 0; (p = book_next(l->book, BOOK_PAYERS, &i));)
		if (!p->told && !p->gone && uuid_equal(p->learned_of, line->id) && span_equal(p->merchant, l->merchant))
			((struct payer *)book_edit(l->book, BOOK_PAYERS, key_of(l, p->iban, p->customer)))->gone = true;
}
