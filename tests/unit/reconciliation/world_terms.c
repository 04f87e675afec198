#include "world_terms.h"

#include <string.h>

#include "wire_values.h"

static Dunlin__Invoices__V1__EarlyPaymentDiscount *discount_at(
	const struct world *w, struct currency currency, int64_t gross, const struct discount_step *step)
{
	Dunlin__Invoices__V1__EarlyPaymentDiscount *d = ARENA_NEW(w->arena, Dunlin__Invoices__V1__EarlyPaymentDiscount);
	dunlin__invoices__v1__early_payment_discount__init(d);
	d->basis_points = (uint32_t)step->share;
	d->days = (uint32_t)step->days;
	d->last_day = wire_print_date(w->arena, (struct date){ w->day.day + (int)step->days });
	d->amount = wire_print_money(w->arena, currency, gross * step->share / SHARE_WHOLE);
	return d;
}

void world_grant(const struct world *w, const char *currency, int64_t gross, Dunlin__Invoices__V1__InvoiceIssued *e)
{
	struct currency c = { "" };
	memcpy(c.code, currency, 3);
	e->discounts = ARENA_ARRAY(w->arena, Dunlin__Invoices__V1__EarlyPaymentDiscount *, DISCOUNT_STEPS);
	e->n_discounts = (size_t)w->terms.count;
	for (int i = 0; i < w->terms.count; i++)
		e->discounts[i] = discount_at(w, c, gross, &w->terms.steps[i]);
}
