#include "proof.h"

#include <stdlib.h>
#include <string.h>

static const char *const words[TERM_COUNT] = { "invoiced", "allocated", "credited", "discounted", "written_off", "open", "received",
	"unapplied", "unidentified", "refunded", "kept" };

const char *term_word(enum term term)
{
	return words[term];
}

/* Customers' money that is not spent on an invoice or given back. */
static bool is_held(enum chart chart)
{
	return chart == CHART_UNAPPLIED || chart == CHART_UNIDENTIFIED_RECEIPTS;
}

static bool is_spent(enum chart chart)
{
	return chart == CHART_RECEIVABLE || chart == CHART_REFUNDS_PAYABLE;
}

/* What a flow does to the terms, seen from one of its accounts; from the credit side its amount is negative. */
static void count_receivable(struct proof_row *row, const struct flow *f, enum chart other, int64_t minor)
{
	row->journal[TERM_OPEN] += minor;
	row->given_up[f->cause] -= minor;
	if (other == CHART_UNAPPLIED)
		row->journal[TERM_ALLOCATED] -= minor;
	else if (f->cause == CAUSE_INVOICE)
		row->journal[TERM_INVOICED] += minor;
	else if (f->cause == CAUSE_CREDIT_NOTE)
		row->journal[TERM_CREDITED] -= minor;
	else if (f->cause == CAUSE_WRITE_OFF || f->cause == CAUSE_TOLERANCE || f->cause == CAUSE_CHARGES)
		row->journal[TERM_WRITTEN_OFF] -= minor;
	else if (f->cause == CAUSE_DISCOUNT)
		row->journal[TERM_DISCOUNTED] -= minor;
}

static void count_held(struct proof_row *row, enum chart held, enum chart other, int64_t minor)
{
	row->journal[held == CHART_UNAPPLIED ? TERM_UNAPPLIED : TERM_UNIDENTIFIED] -= minor;
	if (other == CHART_REFUNDS_PAYABLE)
		row->journal[TERM_REFUNDED] += minor;
	else if (other == CHART_DIFFERENCE_INCOME)
		row->journal[TERM_KEPT] += minor;
	else if (!is_held(other) && !is_spent(other))
		row->journal[TERM_RECEIVED] -= minor;
}

static void count_side(struct proof_row *row, const struct flow *f, enum chart chart, enum chart other, int64_t minor)
{
	if (chart == CHART_RECEIVABLE)
		count_receivable(row, f, other, minor);
	if (is_held(chart))
		count_held(row, chart, other, minor);
}

static void count_flow(struct proof_row *row, const struct flow *f)
{
	enum chart debit = chart_of(f->debit), credit = chart_of(f->credit);
	row->debit += f->minor;
	row->credit += f->minor;
	count_side(row, f, debit, credit, f->minor);
	count_side(row, f, credit, debit, -f->minor);
}

static int64_t sum(const int64_t *terms, const enum term *which, size_t n)
{
	int64_t all = 0;
	for (size_t i = 0; i < n; i++)
		all += terms[which[i]];
	return all;
}

static bool invoiced_holds(const int64_t *terms)
{
	static const enum term right[] = { TERM_ALLOCATED, TERM_CREDITED, TERM_DISCOUNTED, TERM_WRITTEN_OFF, TERM_OPEN };
	return terms[TERM_INVOICED] == sum(terms, right, 5);
}

static bool received_holds(const int64_t *terms)
{
	static const enum term right[] = { TERM_ALLOCATED, TERM_UNAPPLIED, TERM_UNIDENTIFIED, TERM_REFUNDED, TERM_KEPT };
	return terms[TERM_RECEIVED] == sum(terms, right, 5);
}

static void conclude(struct proof_row *row, const struct counters *c)
{
	memcpy(row->counted, c->minor, sizeof(row->counted));
	row->invoiced_holds = invoiced_holds(row->journal) && invoiced_holds(row->counted);
	row->received_holds = received_holds(row->journal) && received_holds(row->counted);
	row->journal_agrees = !memcmp(row->journal, row->counted, sizeof(row->counted));
	row->receipts_agree =
		c->receipts_allocated == row->counted[TERM_ALLOCATED] && c->receipts_unapplied == row->counted[TERM_UNAPPLIED];
	row->balances = row->debit == row->credit;
	row->holds = row->invoiced_holds && row->received_holds && row->journal_agrees && row->receipts_agree && row->balances;
}

static struct proof_row *row_of(struct proof_row *rows, size_t *count, struct currency currency)
{
	size_t i = 0;
	while (i < *count && !currency_equal(rows[i].currency, currency))
		i++;
	if (i == *count)
		rows[(*count)++].currency = currency;
	return &rows[i];
}

static int compare_rows(const void *one, const void *other)
{
	const struct proof_row *a = one, *b = other;
	return strcmp(a->currency.code, b->currency.code);
}

size_t proof_make(
	struct arena *arena, const struct flow *flows, size_t flow_count, const struct counters *counters, size_t n, struct proof_row **out)
{
	struct proof_row *rows = ARENA_ARRAY(arena, struct proof_row, flow_count + n + 1);
	size_t count = 0;
	for (size_t i = 0; i < flow_count; i++)
		count_flow(row_of(rows, &count, flows[i].currency), &flows[i]);
	for (size_t i = 0; i < n; i++)
		row_of(rows, &count, counters[i].currency);
	for (size_t i = 0; i < count; i++) {
		struct counters none = { .currency = rows[i].currency };
		const struct counters *c = &none;
		for (size_t j = 0; j < n; j++)
			if (currency_equal(counters[j].currency, rows[i].currency))
				c = &counters[j];
		conclude(&rows[i], c);
	}
	qsort(rows, count, sizeof(*rows), compare_rows);
	*out = rows;
	return count;
}
