#include "customer.h"

#include "field.h"

enum err define_customer_check(const struct define_customer *d, struct why *why)
{
	const struct customer *c = &d->customer;

	TRY(field_merchant(c->merchant, why));
	TRY(field_customer(c->ref, why));
	if (d->business_time.us != 0)
		TRY(field_instant(d->business_time, "business_time", why));
	TRY(field_text(c->party.name, "name", 1, 200, why));
	TRY(list_check(c->emails, "emails", PARTY_EMAILS, email_check, why));
	TRY(address_check(&c->party.address, "address", why));
	if (c->language.size > 0)
		TRY(language_check(c->language, "language", why));
	if (c->terms.kind != TERMS_NONE)
		TRY(terms_check(&c->terms, "terms", why));
	TRY(field_text(c->party.tax_id, "tax_id", 0, 64, why));
	TRY(field_number(c->billing_day, "billing_day", 0, 28, why));
	return list_check(c->ibans, "ibans", PARTY_IBANS, iban_check, why);
}

struct customer customer_defined(const struct define_customer *d, const struct merchant *m)
{
	struct customer c = d->customer;

	if (c.language.size == 0)
		c.language = m->language;
	if (c.zone_name.size == 0)
		c.zone_name = m->zone_name;
	if (!d->has_currency)
		c.currency = m->currency;
	if (c.terms.kind == TERMS_NONE)
		c.terms = m->terms;
	return c;
}

bool customer_equal(const struct customer *a, const struct customer *b)
{
	return span_equal(a->party.name, b->party.name) && address_equal(&a->party.address, &b->party.address) &&
	       span_equal(a->party.tax_id, b->party.tax_id) && span_equal(a->emails, b->emails) && span_equal(a->ibans, b->ibans) &&
	       span_equal(a->language, b->language) && span_equal(a->zone_name, b->zone_name) && currency_equal(a->currency, b->currency) &&
	       terms_equal(a->terms, b->terms) && a->billing_day == b->billing_day;
}
