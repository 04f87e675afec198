#include "camt_state.h"

/* Version 02 has one Chrgs for each charge; since 03 one Chrgs holds a record for each, and their total. */

struct fields *camt_fields(struct camt *r)
{
	return r->in_detail ? r->detail : r->in_entry;
}

void camt_charges_begin(struct camt *r)
{
	r->total = (struct written){ 0 };
	r->charges_before = camt_fields(r)->charge_count;
	camt_charge_begin(r);
}

void camt_charge_begin(struct camt *r)
{
	r->charge = (struct charge){ .place = camt_here(r), .sign = 1 };
}

void camt_charge_text(struct camt *r, enum camt_field field, struct span text)
{
	struct charge *c = &r->charge;
	if (field == CAMT_CHARGE_TOTAL)
		camt_take_written(r, &r->total);
	else if (field == CAMT_CHARGE_AMOUNT)
		camt_take_written(r, &c->amount);
	else if (field == CAMT_CHARGE_INDICATOR)
		c->sign = -camt_sign(text);
	else if (field == CAMT_CHARGE_INCLUDED)
		c->included = span_is(text, "true") || span_is(text, "1");
	else if (field == CAMT_CHARGE_KIND)
		c->kind = camt_keep(camt_fields(r), text);
	else if (field == CAMT_CHARGE_BEARER)
		c->bearer = camt_keep(camt_fields(r), text);
}

void camt_charge_end(struct camt *r)
{
	struct fields *f = camt_fields(r);
	if (r->charge.amount.there && f->charge_count < READING_CHARGES)
		f->charges[f->charge_count++] = r->charge;
	camt_charge_begin(r);
}

/* The total stands for them where none was told by itself. */
void camt_charges_end(struct camt *r)
{
	if (!r->charge.amount.there && camt_fields(r)->charge_count == r->charges_before)
		r->charge.amount = r->total;
	camt_charge_end(r);
}

void camt_charges_tell(struct camt *r, const struct fields *f, struct reading_line *line)
{
	for (int i = 0; i < f->charge_count; i++) {
		const struct charge *c = &f->charges[i];
		struct money money;
		struct why why = { 0 };
		enum rule rule = camt_amount(&c->amount, &money, &why);
		if (rule != RULE_NONE)
			telling_broken(&r->t, rule, c->place, "a charge: %s", why.text);
		else if (money.minor)
			line->charges[line->charge_count++] =
				(struct reading_charge){ { c->sign < 0 ? -money.minor : money.minor, money.currency }, c->included, c->kind,
					c->bearer };
	}
}
