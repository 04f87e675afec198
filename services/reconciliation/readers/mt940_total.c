#include <string.h>

#include "mt940_state.h"

void mt940_total_begin(struct mt940 *r)
{
	r->before = r->totals;
	r->totals = (struct mt940_totals){ 0 };
}

static void add(struct mt940_total *to, const struct mt940_total *more)
{
	to->count += more->count;
	to->sum += more->sum;
}

/* The second page of a report goes on where the first ended, unless that one had its totals. */
static bool goes_on(const struct mt940 *r, struct span number, struct span page)
{
	const struct mt940_totals *before = &r->before;
	int64_t n;
	return !before->stated && span_int64(page, &n) == OK && n > 1 && span_is(number, before->number) &&
	       !strcmp(r->t.account, before->account);
}

void mt940_total_page(struct mt940 *r)
{
	struct mt940_totals *t = &r->totals;
	struct span number, page = SPAN("");
	span_cut(span_of(r->number), '/', &number, &page);
	memcpy(t->account, r->t.account, sizeof(t->account));
	memcpy(t->number, number.at, number.size);
	t->number[number.size] = 0;
	for (int credit = 0; credit < 2 && goes_on(r, number, page); credit++) {
		add(&t->booked[credit], &r->before.booked[credit]);
		add(&t->expected[credit], &r->before.expected[credit]);
		t->has_floor[credit] |= r->before.has_floor[credit];
	}
}

void mt940_total_add(struct mt940 *r, const struct mt940_entry *e)
{
	bool credit = e->amount.minor > 0;
	int64_t minor = e->amount.minor;
	add(e->expected ? &r->totals.expected[credit] : &r->totals.booked[credit], &(struct mt940_total){ 1, credit ? minor : -minor });
}

/* "EURD0,00", "EURC100,", and without a sign for both. */
void mt940_total_floor(struct mt940 *r, struct span field)
{
	char sign = field.size > 3 ? field.at[3] : 0;
	bool above = false;
	for (size_t i = 3; i < field.size && field.at[i] != '\n'; i++)
		above |= field.at[i] >= '1' && field.at[i] <= '9';
	for (int credit = 0; credit < 2; credit++)
		if (sign != (credit ? 'D' : 'C'))
			r->totals.has_floor[credit] = above;
}

/* "3PLN0,03" */
static bool read_total(struct mt940 *r, struct span field, int64_t *count, struct money *sum)
{
	struct currency currency;
	size_t n = 0;
	while (n < field.size && mt940_is_digit(field.at[n]))
		n++;
	return span_int64(span_bytes(field.at, n), count) == OK && field.size > n + 3 &&
	       currency_parse(span_bytes(field.at + n, 3), &currency) == OK && telling_currency(&r->t, currency) &&
	       mt940_amount(r, span_from(field, n + 3), currency, sum) == RULE_NONE;
}

static bool agrees(const struct mt940_total *told, bool has_floor, int64_t count, int64_t sum)
{
	return has_floor ? count >= told->count && sum >= told->sum : count == told->count && sum == told->sum;
}

/* Whether what is only expected counts, banks see differently. */
void mt940_total_compare(struct mt940 *r, bool credit, struct span field)
{
	const struct mt940_total *booked = &r->totals.booked[credit];
	struct mt940_total all = *booked;
	bool has_floor = r->totals.has_floor[credit];
	struct money sum;
	int64_t count;
	span_cut(field, '\n', &field, &(struct span){ 0 });
	field = span_trim(field);
	r->totals.stated = true;
	add(&all, &r->totals.expected[credit]);
	if (!read_total(r, field, &count, &sum))
		telling_broken(&r->t, RULE_FIELD, r->place, "'%.*s' is no number and sum of entries",
			(int)(field.size < 40 ? field.size : 40), field.at);
	else if (!r->t.statement.violations && !agrees(booked, has_floor, count, sum.minor) && !agrees(&all, has_floor, count, sum.minor))
		telling_broken(&r->t, RULE_CONTROL, r->place, "the bank counts %ld %s, %ld in all; the entries are %ld, %ld in all",
			(long)count, credit ? "credits" : "debits", (long)sum.minor, (long)booked->count, (long)booked->sum);
}
