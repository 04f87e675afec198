#include "charge.h"

#include "field.h"

const char *const charge_when_names[CHARGE_WHENS + 1] = {
	[CHARGE_BY_CUSTOMER] = "by_customer",
	[CHARGE_ON_REQUEST] = "on_request",
	[CHARGE_AT_ONCE] = "at_once",
	[CHARGE_ON_BILLING_DAY] = "on_billing_day",
};

const char *const charge_state_names[CHARGE_STATES + 1] = {
	[CHARGE_WAITING] = "waiting",
	[CHARGE_INVOICED] = "invoiced",
	[CHARGE_CANCELLED] = "cancelled",
};

static enum err check_price(struct add_charge *c, struct why *why)
{
	struct decimal zero = { 0 };

	if (c->has_amount == (c->has_quantity || c->has_unit_price))
		return why_field(
			why, ERR_INVALID, "price_unclear", "amount", "either amount, or quantity and unit_price: both or neither is given");
	if (c->has_amount) {
		if (c->amount.minor < 0)
			return why_field(why, ERR_INVALID, "field_invalid", "amount", "amount is below 0");
		if (c->has_currency && !currency_equal(c->currency, c->amount.currency))
			return why_field(why, ERR_INVALID, "field_invalid", "currency", "currency is not the amount's");
		return OK;
	}
	if (!c->has_quantity || !c->has_unit_price)
		return why_field(why, ERR_INVALID, "field_missing", c->has_quantity ? "unit_price" : "quantity",
			"quantity and unit_price go together");
	if (decimal_compare(c->quantity, zero) < 0)
		return why_field(why, ERR_INVALID, "field_invalid", "quantity", "quantity is below 0");
	if (decimal_compare(c->unit_price, zero) < 0)
		return why_field(why, ERR_INVALID, "field_invalid", "unit_price", "unit_price is below 0");
	return OK;
}

static enum err check_period(const struct period *p, struct why *why)
{
	if (p->from.known)
		TRY(field_date(p->from.date, "period_from", why));
	if (p->to.known)
		TRY(field_date(p->to.date, "period_to", why));
	if (p->from.known && p->to.known && date_compare(p->to.date, p->from.date) < 0)
		return why_field(why, ERR_INVALID, "field_invalid", "period_to", "period_to is before period_from");
	return OK;
}

enum err add_charge_check(struct add_charge *c, struct why *why)
{
	c->quantity = field_plain(c->quantity);
	c->unit_price = field_plain(c->unit_price);
	c->tax.rate = field_plain(c->tax.rate);
	TRY(field_merchant(c->merchant, why));
	TRY(field_customer(c->customer_ref, why));
	TRY(field_key(c->external_ref, "external_ref", 1, 128, why));
	if (c->business_time.us != 0)
		TRY(field_instant(c->business_time, "business_time", why));
	TRY(field_text(c->description, "description", 1, 500, why));
	TRY(field_text(c->unit, "unit", 0, 16, why));
	TRY(check_price(c, why));
	TRY(tax_check(c->tax, c->reason, why));
	TRY(check_period(&c->period, why));
	return field_number(c->when, "when", 0, CHARGE_WHENS - 1, why);
}

enum err cancel_draft_check(const struct cancel_draft *c, struct why *why)
{
	TRY(field_merchant(c->merchant, why));
	TRY(field_customer(c->customer_ref, why));
	TRY(field_key(c->external_ref, "external_ref", 0, 128, why));
	if (c->business_time.us != 0)
		TRY(field_instant(c->business_time, "business_time", why));
	return field_text(c->reason, "reason", 0, 500, why);
}

enum err charge_line(const struct add_charge *c, const struct customer *customer, struct line *line, struct why *why)
{
	struct currency currency = c->has_amount ? c->amount.currency : c->has_currency ? c->currency : customer->currency;

	if (!currency_equal(currency, customer->currency))
		return why_field(why, ERR_REFUSED, "currency_differs", c->has_amount ? "amount.currency" : "currency",
			"the customer is invoiced in %s, not in %s", customer->currency.code, currency.code);
	*line = (struct line){
		.description = c->description,
		.quantity = c->quantity,
		.unit = c->unit,
		.unit_price = c->unit_price,
		.tax = c->tax,
		.reason = c->reason,
		.period = c->period,
		.charge_ref = c->external_ref,
	};
	if (line->reason.size == 0)
		line->reason = span_of(tax_rules[c->tax.category].text);
	if (c->has_amount) {
		line->quantity = (struct decimal){ .unscaled = 1 };
		line->unit_price = field_plain((struct decimal){ .unscaled = c->amount.minor, .scale = currency_exponent(currency) });
		line->net = c->amount;
		return OK;
	}
	if (money_times(c->quantity, c->unit_price, currency, &line->net, why) != OK)
		return why_field(why, ERR_INVALID, "amount_too_large", "quantity", "quantity times unit_price is too large");
	return OK;
}

enum err charge_waits(const struct add_charge *c, const struct customer *customer, enum charge_when *when, struct why *why)
{
	*when = c->when;
	if (c->when == CHARGE_BY_CUSTOMER)
		*when = customer->billing_day > 0 ? CHARGE_ON_BILLING_DAY : CHARGE_ON_REQUEST;
	if (*when == CHARGE_ON_BILLING_DAY && customer->billing_day == 0)
		return why_field(why, ERR_REFUSED, "no_billing_day", "when", "the customer has no billing day to wait for");
	return OK;
}

static struct span day_text(struct arena *arena, struct day day)
{
	return day.known ? span_of(date_text(arena, day.date)) : (struct span){ 0 };
}

struct digest charge_content(struct arena *arena, const struct add_charge *c, const struct line *line)
{
	struct span list[] = {
		c->customer_ref,
		line->description,
		line->unit,
		span_of(decimal_text(arena, line->quantity)),
		span_of(decimal_text(arena, line->unit_price)),
		span_of(money_text(arena, line->net)),
		span_of(tax_rules[line->tax.category].code),
		span_of(decimal_text(arena, line->tax.rate)),
		line->reason,
		day_text(arena, line->period.from),
		day_text(arena, line->period.to),
		span_of(charge_when_names[c->when]),
	};

	return digest_list(list, sizeof list / sizeof *list);
}
