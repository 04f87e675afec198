#include "camt_state.h"

/* ---- lines ---- */

static enum rule entry_amount(struct camt *r, struct why *why)
{
	struct entry *e = &r->entry;
	struct reading_statement *s = &r->t.statement;
	enum rule rule = r->in_entry->amount.there ? camt_amount(&r->in_entry->amount, &e->amount, why) : RULE_AMOUNT;
	if (!r->in_entry->amount.there)
		why_set(why, ERR_INVALID, "amount", "the entry has no amount");
	if (rule != RULE_NONE)
		return rule;
	if (!telling_currency(&r->t, e->amount.currency)) {
		why_set(why, ERR_INVALID, "currency", "the entry is in %s, the account in %s", e->amount.currency.code, s->currency.code);
		return RULE_CURRENCY_MIXED;
	}
	if (!e->sign) {
		why_set(why, ERR_INVALID, "indicator", "the entry says neither CRDT nor DBIT");
		return RULE_INDICATOR;
	}
	e->amount.minor *= e->sign;
	return RULE_NONE;
}

static enum rule entry_dates(struct camt *r, struct why *why)
{
	struct entry *e = &r->entry;
	if (!e->has_booking && !e->has_value && e->informs && r->has_created) {
		e->booking = r->created;
		e->has_booking = true;
	}
	if (!e->has_booking && !e->has_value) {
		why_set(why, ERR_INVALID, "date", "the entry has neither a booking nor a value date");
		return RULE_DATE;
	}
	if (!e->has_booking)
		e->booking = e->value;
	if (!e->has_value)
		e->value = e->booking;
	return RULE_NONE;
}

/* Decides once whether the entry counts. What stands before its details is enough for that. */
static bool entry_counts(struct camt *r)
{
	struct entry *e = &r->entry;
	struct why why = { 0 };
	if (e->state != ENTRY_NEW)
		return e->state == ENTRY_GOOD;
	e->state = ENTRY_LEFT_OUT;
	enum rule rule = RULE_NONE;
	bool pending = !strcmp(e->status, "PDNG") || !strcmp(e->status, "INFO") || !strcmp(e->status, "FUTR");
	e->informs = pending || r->t.statement.kind != READING_STATEMENT;
	if (e->status[0] && !pending && strcmp(e->status, "BOOK") != 0) {
		why_set(&why, ERR_INVALID, "status", "status '%s'", e->status);
		rule = RULE_STATUS;
	}
	if (rule == RULE_NONE)
		rule = entry_amount(r, &why);
	if (rule == RULE_NONE)
		rule = entry_dates(r, &why);
	if (rule == RULE_NONE && !r->t.account[0]) {
		why_set(&why, ERR_INVALID, "account", "the entry stands before the account");
		rule = RULE_ACCOUNT;
	}
	/* What may never be booked breaks no rule of what is. */
	if (rule != RULE_NONE && pending)
		return false;
	if (rule != RULE_NONE) {
		telling_broken(&r->t, rule, r->in_entry->place, "%s", why.text);
		return false;
	}
	e->state = ENTRY_GOOD;
	return true;
}

enum { CODE_PART = 7 }; /* bytes of each of the three that are kept */

/* "PMNT/RCDT/ESCT", the bank's own word where it has none of ISO's. */
static struct span code_of(const struct fields *f, char out[64])
{
	const struct span *t = f->texts;
	size_t size = 0;
	if (!t[CAMT_DOMAIN].size)
		return t[CAMT_OWN_CODE];
	for (int i = 0; i < 3; i++) {
		if (i)
			out[size++] = '/';
		camt_copy(out + size, CODE_PART + 1, t[CAMT_DOMAIN + i]);
		size += strlen(out + size);
	}
	return span_bytes(out, size);
}

static struct span either(struct span a, struct span b)
{
	return a.size ? a : b;
}

/* What was instructed, where it is not just the line's own amount. */
static void take_original(struct camt *r, const struct fields *f, struct reading_line *line)
{
	struct money money;
	struct why why = { 0 };
	if (!f->instructed.there)
		return;
	enum rule rule = camt_amount(&f->instructed, &money, &why);
	if (rule != RULE_NONE) {
		telling_broken(&r->t, rule, f->place, "the instructed amount: %s", why.text);
		return;
	}
	if (line->amount.minor < 0)
		money.minor = -money.minor;
	line->has_original = !money_equal(money, line->amount);
	line->original = money;
}

/* Tells one line: what the detail (or the entry itself) says, with what the entry says where the detail is silent. */
static void tell(struct camt *r, const struct fields *f, int64_t minor, bool rest)
{
	const struct fields *up = r->in_entry;
	const struct span *t = f->texts, *u = up->texts;
	char code[64], entry_code[64];
	bool paid = minor > 0;
	struct reading_line *line = &r->line;
	reading_line_clear(line);
	line->place = f->place;
	line->informs = r->entry.informs;
	line->status = r->entry.informs ? span_of(r->entry.status) : SPAN("");
	line->booking = r->entry.booking;
	line->value = r->entry.value;
	line->amount = (struct money){ minor, r->entry.amount.currency };
	line->rest = rest;
	line->reversal = r->entry.reversal;
	line->end_to_end = t[CAMT_END_TO_END];
	line->bank_ref = either(t[CAMT_BANK_REF], u[CAMT_BANK_REF]);
	line->transaction_ref = t[CAMT_TRANSACTION];
	line->mandate = t[CAMT_MANDATE];
	line->batch_ref = either(t[CAMT_BATCH], u[CAMT_BATCH]);
	line->party_name = paid ? either(t[CAMT_DEBTOR], t[CAMT_CREDITOR]) : either(t[CAMT_CREDITOR], t[CAMT_DEBTOR]);
	line->party_iban =
		paid ? either(t[CAMT_DEBTOR_ACCOUNT], t[CAMT_CREDITOR_ACCOUNT]) : either(t[CAMT_CREDITOR_ACCOUNT], t[CAMT_DEBTOR_ACCOUNT]);
	line->party_ultimate = paid ? t[CAMT_DEBTOR_ULTIMATE] : t[CAMT_CREDITOR_ULTIMATE];
	line->party_bank = paid ? t[CAMT_DEBTOR_BANK] : t[CAMT_CREDITOR_BANK];
	line->party_customer = paid ? t[CAMT_DEBTOR_ID] : t[CAMT_CREDITOR_ID];
	line->rate = t[CAMT_RATE];
	line->bank_code = either(t[CAMT_OWN_CODE], u[CAMT_OWN_CODE]);
	line->return_reason = t[CAMT_RETURN];
	line->return_text = t[CAMT_RETURN_TEXT];
	line->code = either(code_of(f, code), code_of(up, entry_code));
	line->reference_count = f->reference_count;
	memcpy(line->references, f->references, (size_t)f->reference_count * sizeof(*line->references));
	line->text_count = f->free_count;
	memcpy(line->texts, f->free, (size_t)f->free_count * sizeof(*line->texts));
	take_original(r, f, line);
	camt_charges_tell(r, f, line);
	telling_line(&r->t, line);
}

static void pool_amounts(struct fields *to, const struct fields *f)
{
	if (f->instructed.there)
		to->instructed = f->instructed;
	for (int i = 0; i < f->charge_count && to->charge_count < READING_CHARGES; i++) {
		struct charge *c = &to->charges[to->charge_count++];
		*c = f->charges[i];
		c->kind = camt_keep(to, c->kind);
		c->bearer = camt_keep(to, c->bearer);
	}
}

/* A detail without an amount of its own lends the entry its references; where it is the only one, all that it says. */
static void pool(struct camt *r, const struct fields *f, bool only)
{
	struct fields *to = r->in_entry;
	for (int i = 0; i < f->reference_count && to->reference_count < READING_REFERENCES; i++)
		to->references[to->reference_count++] = camt_keep(to, f->references[i]);
	for (int i = 0; i < f->free_count && to->free_count < READING_TEXTS; i++)
		to->free[to->free_count++] = camt_keep(to, f->free[i]);
	for (int i = 0; i < CAMT_TEXTS && only; i++)
		if (f->texts[i].size)
			to->texts[i] = camt_keep(to, f->texts[i]);
	if (only)
		pool_amounts(to, f);
}

/* The amount of a detail in the entry's currency; false when it has none. */
static bool detail_amount(struct camt *r, const struct fields *f, bool many, int64_t *minor)
{
	const struct written *ways[] = { &f->amount, &f->transacted, many ? &f->instructed : NULL };
	for (size_t i = 0; i < 3; i++) {
		struct money money;
		struct why why = { 0 };
		if (!ways[i] || !ways[i]->there || strcmp(ways[i]->currency, r->entry.amount.currency.code) != 0)
			continue;
		enum rule rule = camt_amount(ways[i], &money, &why);
		if (rule != RULE_NONE)
			telling_broken(&r->t, rule, f->place, "%s", why.text);
		else if (money.minor) {
			*minor = money.minor * (f->sign ? f->sign : r->entry.sign);
			return true;
		}
	}
	return false;
}

static void settle_waiting(struct camt *r, bool many)
{
	const struct fields *f = r->waiting;
	int64_t minor = 0;
	if (!r->has_waiting)
		return;
	r->has_waiting = false;
	if (!detail_amount(r, f, many, &minor)) {
		pool(r, f, !many);
		return;
	}
	r->entry.told++;
	if (__builtin_add_overflow(r->entry.told_sum, minor, &r->entry.told_sum))
		r->entry.told_sum = 0;
	tell(r, f, minor, false);
}

void camt_detail_begin(struct camt *r)
{
	camt_fields_clear(r->detail, camt_here(r));
	r->in_detail = true;
}

void camt_detail_end(struct camt *r)
{
	r->in_detail = false;
	if (!entry_counts(r))
		return;
	r->entry.details++;
	settle_waiting(r, true);
	struct fields *done = r->detail;
	r->detail = r->waiting;
	r->waiting = done;
	r->has_waiting = true;
}

void camt_entry_begin(struct camt *r)
{
	r->entry = (struct entry){ 0 };
	camt_fields_clear(r->in_entry, camt_here(r));
	r->has_waiting = r->in_detail = false;
}

void camt_entry_end(struct camt *r)
{
	struct entry *e = &r->entry;
	if (!entry_counts(r))
		return;
	settle_waiting(r, e->details > 1);
	int64_t rest;
	if (__builtin_sub_overflow(e->amount.minor, e->told_sum, &rest) || llabs(rest) >= MONEY_LIMIT) {
		telling_broken(&r->t, RULE_OVERFLOW, r->in_entry->place, "the details sum to more than an amount may be");
		return;
	}
	if (rest)
		tell(r, r->in_entry, rest, e->told > 0);
}
