#include "labelled.h"

#include "match/difference.h"

/* Lines that pay less than is owed, with the reason that makes it right, and some for which there is none. */

#define POLICY "\"currency\":\"EUR\",\"short_most\":50,\"discount_share\":300,\"discount_days\":8"

void labelled_policy(struct streets *t)
{
	assert_int_equal(world_run(&t->world, world_command(&t->world, "DefineDifferences", "/v1/differences/policies", POLICY)), OK);
}

/* Its discount for early payment, 0 where none is due on the day of the next line. */
static int64_t discount_of(struct streets *t, struct uuid id)
{
	const struct open_item *item = world_item(&t->world, id);
	const struct invoice *v = book_invoice(t->world.book, SPAN(MERCHANT), id);
	bool is_whole = v->parts == 1 && !item->allocated && !item->written_off && !item->discounted;
	int64_t minor = 0;
	if (is_whole && t->world.day.day + 1 - v->issued_on.day <= 8)
		assert_int_equal(money_round_half_even((__int128)item->open * 3, 100, &minor), OK);
	return minor;
}

bool labelled_tolerance(struct streets *t, struct labelled *l)
{
	const char *numbers[LABELLED_INVOICES];
	int64_t sum;
	if (!labelled_pick(t, 1, l, numbers, &sum) || sum < 200)
		return false;
	l->line.minor = sum - 1 - (int64_t)labelled_below(t, 50);
	l->line.text = labelled_phrase(t, numbers[0]);
	l->lacks = DIFFERENCE_TOLERANCE;
	/* What happens to be the discount is one. */
	int64_t lacks = sum - l->line.minor, discount = discount_of(t, l->invoices[0]);
	return lacks < discount - 1 || lacks > discount + 1;
}

bool labelled_discount(struct streets *t, struct labelled *l)
{
	static const char *const words[] = { "abzgl. Skonto", "./. 3% Skonto", "less 3% discount", "escompte 3%", "sconto 3%" };
	const char *numbers[LABELLED_INVOICES];
	int64_t sum, discount;
	if (!labelled_pick(t, 1, l, numbers, &sum) || !(discount = discount_of(t, l->invoices[0])))
		return false;
	l->line.minor = sum - discount;
	l->line.text = labelled_print(t, "%s %s", labelled_phrase(t, numbers[0]), words[labelled_below(t, 5)]);
	l->lacks = DIFFERENCE_DISCOUNT;
	return true;
}

bool labelled_discount_of_several(struct streets *t, struct labelled *l)
{
	const char *numbers[LABELLED_INVOICES];
	int64_t sum, one, other;
	if (!labelled_pick(t, 2, l, numbers, &sum) || !(one = discount_of(t, l->invoices[0])) || !(other = discount_of(t, l->invoices[1])))
		return false;
	l->line.minor = sum - one - other;
	l->line.text = labelled_print(t, "%s, %s %s", numbers[0], numbers[1], labelled_happens(t, 50) ? "- Skonto" : "");
	l->lacks = DIFFERENCE_DISCOUNT;
	return true;
}

bool labelled_charges(struct streets *t, struct labelled *l)
{
	const char *numbers[LABELLED_INVOICES];
	int64_t sum, kept = 100 + (int64_t)labelled_below(t, 2400);
	if (!labelled_pick(t, 1, l, numbers, &sum) || sum < 2 * kept)
		return false;
	l->line.minor = sum - kept;
	l->line.text = labelled_phrase(t, numbers[0]);
	l->line.charges = labelled_print(
		t, "EUR %lld.%02lld included %s", (long long)kept / 100, (long long)kept % 100, labelled_happens(t, 50) ? "SHA" : "BEN");
	l->lacks = DIFFERENCE_CHARGES;
	return true;
}

/* The payer alone with an amount that is near says too little, whatever would be allowed. */
bool labelled_near_the_amount(struct streets *t, struct labelled *l)
{
	static const char *const texts[] = { "danke", "", "payment", "virement", "Rechnung" };
	const char *numbers[LABELLED_INVOICES];
	int64_t sum, discount;
	if (!labelled_pick(t, 1, l, numbers, &sum) || sum < 200)
		return false;
	discount = discount_of(t, l->invoices[0]);
	l->line.minor = sum - (discount ? discount : 7);
	l->line.text = texts[labelled_below(t, 5)];
	return true;
}

/* As much less as the discount was, when its days are over: pays its part. */
bool labelled_late_discount(struct streets *t, struct labelled *l)
{
	const char *numbers[LABELLED_INVOICES];
	int64_t sum, less;
	if (!labelled_pick(t, 1, l, numbers, &sum) || discount_of(t, l->invoices[0]))
		return false;
	assert_int_equal(money_round_half_even((__int128)sum * 3, 100, &less), OK);
	l->line.minor = sum - less;
	l->line.text = labelled_phrase(t, numbers[0]);
	return less > 50;
}
