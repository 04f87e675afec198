#include "payout.h"

#include "ledger.h"
#include "unsettled.h"

static struct money in(struct currency currency, int64_t minor)
{
	return (struct money){ minor, currency };
}

struct span payout_stream(struct arena *arena, struct span provider_account)
{
	return span_of(arena_printf(arena, "@provider:%.*s", SPAN_ARG(provider_account)));
}

static const struct payout *find(const struct ledger *l, struct uuid id)
{
	return book_find(l->book, BOOK_PAYOUTS, book_key_uuid(l->book, l->merchant, id));
}

static struct payout *edit(struct ledger *l, struct uuid id)
{
	return book_edit(l->book, BOOK_PAYOUTS, book_key_uuid(l->book, l->merchant, id));
}

/* The word by which the bank's line may name it. */
static void add_reference(struct ledger *l, const struct payout *p)
{
	struct span token;
	if (!reference_normalise(l->arena, p->provider_ref, &token))
		return;
	struct span key = book_key(l->book, book_key(l->book, l->merchant, token), uuid_span(&p->id));
	if (book_find(l->book, BOOK_REFERENCES, key))
		return;
	struct reference *r = book_add(l->book, BOOK_REFERENCES, key);
	*r = (struct reference){ l->merchant, token, REFERENCE_PAYOUT, p->id, payout_stream(l->arena, p->provider_account) };
}

static struct payout *meet(
	struct ledger *l, struct uuid id, struct span provider_account, struct span provider_ref, struct currency currency)
{
	struct payout *p;
	if (find(l, id))
		return edit(l, id);
	p = book_add(l->book, BOOK_PAYOUTS, book_key_uuid(l->book, l->merchant, id));
	*p = (struct payout){
		.merchant = l->merchant, .id = id, .provider_account = provider_account, .provider_ref = provider_ref, .currency = currency
	};
	add_reference(l, p);
	return p;
}

/* Lines that are all there make the sums that were told; else somebody has to ask the provider. */
static void check(struct ledger *l, const struct payout *p)
{
	int64_t difference = p->amount - (p->gross_seen - p->fees_seen);
	if (!p->paid || p->lines_seen < p->line_count)
		return;
	if (p->lines_seen == p->line_count && p->gross_seen == p->gross && p->fees_seen == p->fees && !difference)
		exception_close(l, EXCEPTION_PAYOUT_MISMATCH, p->id, l->by);
	else
		exception_open(l, EXCEPTION_PAYOUT_MISMATCH, p->id, payout_stream(l->arena, p->provider_account),
			in(p->currency, difference),
			span_of(arena_printf(l->arena, "%d of %d lines: gross %s, fees %s", (int)p->lines_seen, (int)p->line_count,
				money_digits(l->arena, in(p->currency, p->gross_seen)),
				money_digits(l->arena, in(p->currency, p->fees_seen)))));
}

static enum err add_line(struct ledger *l, struct payout *p, const struct payout_line *line, struct why *why)
{
	struct span key = book_key_part(l->book, l->merchant, p->id, line->number);
	struct span transit = chart_account(l->arena, CHART_IN_TRANSIT, p->provider_account);
	struct money sum;
	if (book_find(l->book, BOOK_PAYOUT_LINES, key))
		return OK;
	if (!currency_equal(line->currency, p->currency))
		return why_field(why, ERR_INVALID, "currency_differs", "lines", "the payout is in %s", p->currency.code);
	TRY(money_add(in(p->currency, p->gross_seen), in(p->currency, line->gross), &sum, why));
	p->gross_seen = sum.minor;
	TRY(money_add(in(p->currency, p->fees_seen), in(p->currency, line->fee), &sum, why));
	p->fees_seen = sum.minor;
	p->lines_seen++;
	struct payout_line *kept = book_add(l->book, BOOK_PAYOUT_LINES, key);
	*kept = *line;
	kept->merchant = l->merchant;
	kept->payout = p->id;
	ledger_post(l, transit, chart_account(l->arena, CHART_CLEARING, p->provider_account), in(p->currency, line->gross));
	ledger_post(l, chart_account(l->arena, CHART_PROVIDER_FEES, p->provider_account), transit, in(p->currency, line->fee));
	/* A refund is known by its own event. */
	if (!line->is_refund)
		unsettled_lower(l, line->attempt, in(p->currency, line->gross));
	return OK;
}

enum err payout_add_lines(struct ledger *l, const struct payout_lines *lines, struct why *why)
{
	if (!lines->count)
		return OK;
	struct payout *p = meet(l, lines->id, lines->provider_account, lines->provider_ref, lines->lines[0].currency);
	int32_t before = p->lines_seen;
	if (p->by_report)
		return why_set(why, ERR_REFUSED, "payout_by_report", "the provider's report stands for the lines of this payout");
	l->cause = CAUSE_PAYOUT;
	l->cause_id = p->id;
	for (size_t i = 0; i < lines->count; i++)
		TRY(add_line(l, p, &lines->lines[i], why));
	/* What a person closed, the same lines do not open again. */
	if (p->lines_seen != before)
		check(l, p);
	return OK;
}

enum err payout_pay(struct ledger *l, const struct payout_paid *paid, struct why *why)
{
	const struct payout *old = find(l, paid->id);
	struct money net;
	if (old && old->paid)
		return OK;
	/* What does not add up at the provider is an exception, and holds up none of its other payouts. */
	TRY(money_sub(paid->gross, paid->fees, &net, why));
	if (!currency_equal(net.currency, paid->amount.currency) || (old && !currency_equal(old->currency, net.currency)))
		return why_field(why, ERR_INVALID, "currency_differs", "amount", "the payout's amounts are in more than one currency");
	struct payout *p = meet(l, paid->id, paid->provider_account, paid->provider_ref, net.currency);
	p->paid = true;
	p->amount = paid->amount.minor;
	p->gross = paid->gross.minor;
	p->fees = paid->fees.minor;
	p->line_count = paid->line_count;
	p->arrival = paid->arrival;
	p->statement_text = paid->statement_text;
	check(l, p);
	return OK;
}

void payout_miss(struct ledger *l, struct uuid id)
{
	const struct payout *p = find(l, id);
	if (!p || p->has_arrived || p->overdue || !p->paid)
		return;
	edit(l, id)->overdue = true;
	exception_open(l, EXCEPTION_PAYOUT_MISSING, id, payout_stream(l->arena, p->provider_account), in(p->currency, p->amount),
		span_of(arena_printf(l->arena, "%.*s was to arrive on %s", SPAN_ARG(p->provider_ref), date_text(l->arena, p->arrival))));
}
