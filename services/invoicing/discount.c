#include "discount.h"

#include <stdio.h>

#include "field.h"

static enum err step_check(const struct discount *d, int i, const char *field, struct why *why)
{
	const struct discount_step *step = &d->steps[i], *before = i > 0 ? step - 1 : NULL;
	char name[64];

	snprintf(name, sizeof name, "%s.discounts[%d].basis_points", field, i);
	TRY(field_number(step->share, name, 1, DISCOUNT_WHOLE - 1, why));
	if (before != NULL && step->share >= before->share)
		return why_field(why, ERR_INVALID, "discounts_order", name, "%s is not less than the one before it", name);
	snprintf(name, sizeof name, "%s.discounts[%d].days", field, i);
	TRY(field_number(step->days, name, 0, DISCOUNT_DAYS, why));
	if (before != NULL && step->days <= before->days)
		return why_field(why, ERR_INVALID, "discounts_order", name, "%s is not later than the one before it", name);
	return OK;
}

enum err discount_check(const struct discount *d, const char *field, struct why *why)
{
	for (int i = 0; i < d->count; i++)
		TRY(step_check(d, i, field, why));
	return OK;
}

bool discount_equal(const struct discount *a, const struct discount *b)
{
	bool equal = a->count == b->count;

	for (int i = 0; equal && i < a->count; i++)
		equal = a->steps[i].share == b->steps[i].share && a->steps[i].days == b->steps[i].days;
	return equal;
}

struct discount discount_offer(const struct discount *d, struct date issued, struct date due, struct money gross)
{
	int until = due.day - issued.day;
	struct discount offer = { 0 };

	for (int i = 0; i < d->count; i++) {
		struct discount_step step = d->steps[i];
		bool covered = offer.count > 0 && offer.steps[offer.count - 1].days == until;

		if (step.days > until)
			step.days = until;
		if (!covered && discount_of(&step, gross).minor > 0)
			offer.steps[offer.count++] = step;
	}
	return offer;
}

struct date discount_day(const struct discount_step *step, struct date issued)
{
	struct date day;

	if (date_add_days(issued, step->days, &day) != OK)
		bug("a discount ends outside the calendar");
	return day;
}

struct money discount_of(const struct discount_step *step, struct money money)
{
	if (money_round_half_even((__int128)money.minor * step->share, DISCOUNT_WHOLE, &money.minor) != OK)
		bug("a share of an amount is more than it");
	return money;
}

struct span discount_print(struct arena *arena, const struct discount *d)
{
	struct text t;

	text_init(&t, arena);
	for (int i = 0; i < d->count; i++)
		text_printf(&t, "%s%d %d", i > 0 ? "\n" : "", d->steps[i].share, d->steps[i].days);
	return text_done(&t);
}

struct discount discount_read(struct span text)
{
	struct discount d = { 0 };
	struct span line, share, days;

	while (field_next(&text, &line)) {
		int64_t of, until;

		if (d.count == DISCOUNT_STEPS || !span_cut(line, ' ', &share, &days) || span_int64(share, &of) != OK ||
			span_int64(days, &until) != OK)
			bug("a discount is not as it was written");
		d.steps[d.count++] = (struct discount_step){ (int)of, (int)until };
	}
	return d;
}
