#include "line.h"

#include <stdlib.h>
#include <string.h>

static int compare_lines(const void *a, const void *b)
{
	const struct line *x = *(const struct line *const *)a, *y = *(const struct line *const *)b;
	int order = tax_compare(x->tax, y->tax);

	return order != 0 ? order : (x->number > y->number) - (x->number < y->number);
}

static bool is_said(struct span reasons, struct span reason)
{
	struct span one;

	while (reasons.size > 0) {
		if (!span_cut(reasons, ';', &one, &reasons))
			reasons = (struct span){ 0 };
		if (span_equal(span_trim(one), reason))
			return true;
	}
	return false;
}

/* EN 16931 has one reason per breakdown: different ones stand side by side. */
static struct span join_reason(struct arena *arena, struct span reasons, struct span reason)
{
	if (reason.size == 0 || is_said(reasons, reason))
		return reasons;
	if (reasons.size == 0)
		return reason;
	return span_of(arena_printf(arena, "%.*s; %.*s", SPAN_ARG(reasons), SPAN_ARG(reason)));
}

/* Lines in order of their tax, each a step in the breakdown that `taxes` (room for n) becomes. */
static enum err break_down(
	struct arena *arena, const struct line **lines, size_t n, struct tax_total *taxes, size_t *count, struct why *why)
{
	*count = 0;
	for (size_t i = 0; i < n; i++) {
		struct tax_total *t;

		if (i == 0 || tax_compare(lines[i]->tax, lines[i - 1]->tax) != 0)
			taxes[(*count)++] = (struct tax_total){ .tax = lines[i]->tax, .taxable = money_zero(lines[i]->net.currency) };
		t = &taxes[*count - 1];
		TRY(money_add(t->taxable, lines[i]->net, &t->taxable, why));
		t->reason = join_reason(arena, t->reason, lines[i]->reason);
	}
	return OK;
}

enum err totals_sum(struct totals *t, struct currency currency, struct why *why)
{
	t->net = t->tax = money_zero(currency);
	for (size_t i = 0; i < t->tax_count; i++) {
		TRY(money_add(t->net, t->taxes[i].taxable, &t->net, why));
		TRY(money_add(t->tax, t->taxes[i].amount, &t->tax, why));
	}
	return money_add(t->net, t->tax, &t->gross, why);
}

enum err totals_add_up(struct arena *arena, const struct line *lines, size_t n, struct currency currency, struct totals *t, struct why *why)
{
	const struct line **sorted = ARENA_ARRAY(arena, const struct line *, n);
	struct tax_total *taxes = ARENA_ARRAY(arena, struct tax_total, n);

	for (size_t i = 0; i < n; i++)
		sorted[i] = &lines[i];
	qsort(sorted, n, sizeof *sorted, compare_lines);
	TRY(break_down(arena, sorted, n, taxes, &t->tax_count, why));
	for (size_t i = 0; i < t->tax_count; i++)
		TRY(money_percent(taxes[i].taxable, taxes[i].tax.rate, &taxes[i].amount, why));
	t->taxes = taxes;
	return totals_sum(t, currency, why);
}
