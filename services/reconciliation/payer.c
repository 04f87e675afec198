#include "payer.h"

#include "digest.h"
#include "ledger.h"
#include "match/payer_name.h"

static struct span key_of(const struct ledger *l, struct span iban, struct span customer)
{
	return book_key_pair(l->book, l->merchant, iban, customer);
}

bool payer_holds(const struct payer *p)
{
	return p && !p->gone && !p->withdrawn;
}

struct span payer_token(struct arena *arena, struct span iban)
{
	struct digest digest = digest_sha256(iban);
	struct span hex = span_hex(arena, span_bytes(&digest, 16));
	return span_of(arena_printf(arena, "@%.*s", SPAN_ARG(hex)));
}

struct span payer_name_mark(struct arena *arena, struct span name)
{
	struct span words = name_fold(arena, name);
	return words.size ? span_of(arena_printf(arena, "@name:%.*s", SPAN_ARG(words))) : words;
}

struct span payer_mandate_mark(struct arena *arena, struct span mandate)
{
	return mandate.size ? span_of(arena_printf(arena, "@mandate:%.*s", SPAN_ARG(mandate))) : mandate;
}

struct span payer_form_mark(struct arena *arena, struct span form)
{
	return span_of(arena_printf(arena, "@form:%.*s", SPAN_ARG(form)));
}

size_t payer_marks(struct arena *arena, const struct line *line, struct span out[PAYER_MARKS])
{
	struct span forms[REFERENCE_FORMS];
	size_t n = 0, count = line_forms(arena, line, forms);
	if (line->party_iban.size)
		out[n++] = line->party_iban;
	if (line->mandate.size)
		out[n++] = payer_mandate_mark(arena, line->mandate);
	for (size_t i = 0; i < count; i++)
		out[n++] = payer_form_mark(arena, forms[i]);
	return n;
}

static void put(struct ledger *l, const struct payer *new)
{
	struct span key = key_of(l, new->iban, new->customer);
	const struct payer *old = book_find(l->book, BOOK_PAYERS, key);
	struct payer *p = old ? book_edit(l->book, BOOK_PAYERS, key) : book_add(l->book, BOOK_PAYERS, key);
	int32_t right = old ? old->right : 0, wrong = old ? old->wrong : 0;
	*p = *new;
	p->taught = true;
	p->taught_at = l->now;
	p->right = right;
	p->wrong = wrong;
}

static void tell(struct ledger *l, struct span iban, struct span customer)
{
	const struct payer *old = book_find(l->book, BOOK_PAYERS, key_of(l, iban, customer));
	if (!payer_holds(old) || !old->told)
		put(l, &(struct payer){ .merchant = l->merchant, .iban = iban, .customer = customer, .told = true });
}

/* What was withdrawn a machine does not take up again. */
static void learn(struct ledger *l, struct span iban, struct span customer, const struct line *line)
{
	const struct payer *old = book_find(l->book, BOOK_PAYERS, key_of(l, iban, customer));
	if (payer_holds(old) || (old && old->withdrawn && !line->by_person))
		return;
	put(l, &(struct payer){ .merchant = l->merchant, .iban = iban, .customer = customer, .learned_of = line->id, .taught_by = l->by });
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
		tell(l, account_identifier(l->arena, c->ibans[i]), c->ref);
}

static bool is_name_of_another(const struct ledger *l, const struct line *line, struct span customer)
{
	const struct customer *c = book_find(l->book, BOOK_CUSTOMERS, book_key(l->book, l->merchant, customer));
	return c && name_compare(c->name, line->party_name) == NAME_OTHER;
}

/* A number of ours is no form of words. */
static bool is_number_of_ours(const struct ledger *l, struct span form)
{
	const struct invoice *v;
	struct span number;
	for (size_t i = 0; (v = book_next(l->book, BOOK_INVOICES, &i));)
		if (reference_normalise(l->arena, v->number, &number) && span_equal(number, form))
			return true;
	return false;
}

static void learn_forms(struct ledger *l, const struct line *line, struct span customer)
{
	struct span forms[REFERENCE_FORMS];
	size_t n = line_forms(l->arena, line, forms);
	for (size_t i = 0; i < n; i++)
		if (!is_number_of_ours(l, forms[i]))
			learn(l, payer_form_mark(l->arena, forms[i]), customer, line);
}

void payer_learn(struct ledger *l, const struct line *line, struct span customer)
{
	if (line->amount.minor < 0)
		return;
	/* A reference of a bank's own is no account that a payer is known by. */
	if (iban_is_valid(line->party_iban))
		learn(l, line->party_iban, customer, line);
	if (line->mandate.size)
		learn(l, payer_mandate_mark(l->arena, line->mandate), customer, line);
	if (line->by_person)
		learn_forms(l, line, customer);
	if (line->by_person && is_name_of_another(l, line, customer))
		learn(l, payer_name_mark(l->arena, line->party_name), customer, line);
}

static bool received_by(const struct ledger *l, const struct line *line, struct span customer)
{
	const struct receipt *r;
	for (size_t i = 0; (r = book_next(l->book, BOOK_RECEIPTS, &i));)
		if (uuid_equal(r->source, line->id) && span_equal(r->customer, customer) && span_equal(r->merchant, l->merchant))
			return true;
	return false;
}

void payer_stands(struct ledger *l, struct span mark, struct span customer)
{
	struct span key = key_of(l, mark, customer);
	const struct payer *p = book_find(l->book, BOOK_PAYERS, key);
	if (payer_holds(p) && !p->told)
		((struct payer *)book_edit(l->book, BOOK_PAYERS, key))->right++;
}

/* It was by this that the machine knew whose the line is. */
static bool has_led(const struct ledger *l, const struct line *line, const struct payer *p)
{
	struct span marks[PAYER_MARKS];
	size_t n = payer_marks(l->arena, line, marks);
	return line->evidence == EVIDENCE_PAYER && is_among(p->iban, marks, n) && received_by(l, line, p->customer);
}

/* For change, where it was learned of the line or led to it; NULL: neither. */
static struct payer *taught(struct ledger *l, const struct line *line, const struct payer *p, bool *led)
{
	if (p->told || !payer_holds(p) || !span_equal(p->merchant, l->merchant))
		return NULL;
	bool learned = uuid_equal(p->learned_of, line->id);
	*led = has_led(l, line, p);
	return *led || learned ? book_edit(l->book, BOOK_PAYERS, key_of(l, p->iban, p->customer)) : NULL;
}

void payer_unlearn(struct ledger *l, const struct line *line)
{
	const struct payer *p;
	bool led;
	for (size_t i = 0; (p = book_next(l->book, BOOK_PAYERS, &i));) {
		struct payer *now = taught(l, line, p, &led);
		if (!now)
			continue;
		now->withdrawn = true;
		now->right -= led && now->right;
		now->wrong++;
	}
}

void payer_forget(struct ledger *l, const struct line *line)
{
	const struct payer *p;
	bool led;
	for (size_t i = 0; (p = book_next(l->book, BOOK_PAYERS, &i));) {
		struct payer *now = taught(l, line, p, &led);
		if (!now)
			continue;
		now->right -= led && now->right;
		now->gone = uuid_equal(now->learned_of, line->id);
	}
}
