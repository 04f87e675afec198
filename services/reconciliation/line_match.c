#include "ledger.h"
#include "line.h"

/* What a line becomes, whoever says so. */

static struct span plain(const struct ledger *l, enum chart chart)
{
	return chart_account(l->arena, chart, SPAN(""));
}

enum err line_conclude(
	struct ledger *l, struct line *line, enum line_as as, enum verdict verdict, int candidates, enum evidence evidence, struct why *why)
{
	bool changed = as != LINE_AS_NOTHING || line->verdict != verdict || line->candidates != candidates;
	if (as != LINE_AS_NOTHING)
		TRY(line_act(line, LINE_MATCH, why));
	line->as = as;
	line->verdict = verdict;
	line->candidates = candidates;
	line->evidence = evidence;
	line_settle_exceptions(l, line);
	if (changed)
		ledger_line(l, line, LINE_TOLD_MATCHED);
	return OK;
}

/* As what the money of a line is received. */
struct reception {
	enum receipt_kind kind;
	struct currency currency;
	enum chart from;
};

/* All shares of one customer become one receipt. */
static enum err make_receipt(struct ledger *l, const struct line *line, struct reception as, struct span customer,
	const struct share *shares, size_t n, enum evidence evidence, struct why *why)
{
	struct payable *items = ARENA_ARRAY(l->arena, struct payable, n + 1);
	const struct receipt *r;
	int64_t sum = 0;
	size_t count = 0;
	for (size_t i = 0; i < n; i++) {
		if (!span_equal(shares[i].customer, customer))
			continue;
		sum += shares[i].item.minor;
		if (!uuid_is_zero(shares[i].item.invoice))
			items[count++] = shares[i].item;
	}
	struct receipt made = {
		.customer = customer,
		.id = say_id(l->say),
		.kind = as.kind,
		.source = line->id,
		.account = line->account,
		.value_date = line->value,
		.currency = as.currency,
		.amount = sum,
	};
	TRY(receipt_make(l, &made, plain(l, as.from), &r, why));
	receipt_allocate(l, r->id, items, count, evidence, false);
	for (size_t i = 0; i < n; i++)
		if (shares[i].difference.minor && span_equal(shares[i].customer, customer))
			TRY(difference_grant(l, r->id, line->id, shares[i].item.invoice, shares[i].difference, why));
	return OK;
}

static bool is_first(const struct share *shares, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (span_equal(shares[j].customer, shares[i].customer))
			return false;
	return true;
}

enum err line_become_receipts(
	struct ledger *l, struct line *line, const struct share *shares, size_t n, enum evidence evidence, struct why *why)
{
	struct reception as = { RECEIPT_BANK, line->amount.currency, CHART_UNIDENTIFIED_RECEIPTS };
	size_t customers = 0;
	l->cause = CAUSE_MATCH;
	l->cause_id = line->id;
	for (size_t i = 0; i < n; i++) {
		if (!is_first(shares, i))
			continue;
		TRY(make_receipt(l, line, as, shares[i].customer, shares, n, evidence, why));
		customers++;
	}
	if (customers == 1 && evidence != EVIDENCE_PAYER)
		payer_learn(l, line, shares[0].customer);
	return line_conclude(l, line, LINE_AS_RECEIPTS, VERDICT_UNIQUE, 1, evidence, why);
}

enum err line_become_exchange(
	struct ledger *l, struct line *line, const struct share *shares, size_t n, enum evidence evidence, struct why *why)
{
	struct reception as = { RECEIPT_EXCHANGED, book_invoice(l->book, l->merchant, shares[0].item.invoice)->currency, CHART_FX };
	l->cause = CAUSE_MATCH;
	l->cause_id = line->id;
	TRY(make_receipt(l, line, as, shares[0].customer, shares, n, evidence, why));
	ledger_post(l, line_holding(l->arena, line), plain(l, CHART_FX), (struct money){ line_left(line), line->amount.currency });
	payer_learn(l, line, shares[0].customer);
	return line_conclude(l, line, LINE_AS_EXCHANGED, VERDICT_UNIQUE, 1, evidence, why);
}

enum err line_become_payout(struct ledger *l, struct line *line, struct uuid id, struct why *why)
{
	struct span key = book_key_uuid(l->book, l->merchant, id);
	const struct payout *old = book_find(l->book, BOOK_PAYOUTS, key);
	int64_t left = line->amount.minor > 0 ? line_left(line) : -line_left(line);
	if (!old || !old->paid)
		return why_set(why, ERR_NOT_FOUND, "payout_unknown", "there is no such payout");
	if (old->has_arrived)
		return why_set(why, ERR_CONFLICT, "payout_arrived", "another line is that payout");
	if (old->amount != left || !currency_equal(old->currency, line->amount.currency))
		return why_set(why, ERR_REFUSED, "payout_amount", "the payout is %s",
			money_text(l->arena, (struct money){ old->amount, old->currency }));
	struct payout *p = book_edit(l->book, BOOK_PAYOUTS, key);
	p->has_arrived = true;
	p->bank_line = line->id;
	line->counterpart = id;
	l->cause = CAUSE_MATCH;
	l->cause_id = line->id;
	l->customer = SPAN("");
	ledger_post(l, line_holding(l->arena, line), chart_account(l->arena, CHART_IN_TRANSIT, p->provider_account),
		(struct money){ left, p->currency });
	exception_close(l, EXCEPTION_PAYOUT_MISSING, id, l->by);
	return line_conclude(l, line, LINE_AS_PAYOUT, VERDICT_UNIQUE, 1, line->by_person ? EVIDENCE_PERSON : EVIDENCE_PAYOUT, why);
}
