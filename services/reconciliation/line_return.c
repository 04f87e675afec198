#include "ledger.h"
#include "line.h"
#include "match/difference.h"
#include "undo.h"

/* Money that comes back: a debit that takes an earlier credit back, and a credit that takes such a return back. */

static struct span plain(const struct ledger *l, enum chart chart)
{
	return chart_account(l->arena, chart, SPAN(""));
}

static bool is_of(const struct ledger *l, const struct receipt *r, const struct line *line)
{
	return (r->kind == RECEIPT_BANK || r->kind == RECEIPT_EXCHANGED) && uuid_equal(r->source, line->id) &&
	       span_equal(r->merchant, l->merchant);
}

bool line_can_be_returned(const struct line *line)
{
	return line->amount.minor > 0 && line_left(line) &&
	       (line->state == LINE_WAITING || (line->state == LINE_MATCHED && line_as_has_receipts(line->as)));
}

int64_t line_can_be_taken(const struct ledger *l, const struct line *earlier)
{
	const struct receipt *r;
	int64_t minor = 0;
	if (earlier->state == LINE_WAITING)
		return line_left(earlier);
	if (earlier->as == LINE_AS_EXCHANGED)
		return exchange_is_whole(l, earlier) ? line_left(earlier) : 0;
	for (size_t i = 0; (r = book_next(l->book, BOOK_RECEIPTS, &i));)
		if (is_of(l, r, earlier))
			minor += receipt_holds(r);
	return minor;
}

/* What returns took of its receipts, in its own currency: of an exchange all or nothing. */
static int64_t returned_of(const struct ledger *l, const struct line *of)
{
	const struct receipt *r;
	int64_t minor = 0;
	for (size_t i = 0; (r = book_next(l->book, BOOK_RECEIPTS, &i));)
		if (is_of(l, r, of))
			minor += r->returned;
	if (of->as == LINE_AS_EXCHANGED)
		return minor ? of->amount.minor : 0;
	return minor;
}

/* ---- there ---- */

/* Takes the money out of the receipts that the earlier line became, the latest first. */
static enum err take_from_receipts(struct ledger *l, const struct line *of, int64_t minor, enum chart to, struct why *why)
{
	const struct receipt *r, **all;
	size_t n = 0;
	if (of->as == LINE_AS_EXCHANGED)
		return exchange_undo(l, of, plain(l, to), REVERSAL_RETURNED, why);
	for (size_t i = 0; book_next(l->book, BOOK_RECEIPTS, &i);)
		n++;
	all = arena_array(l->arena, sizeof(*all), n + 1);
	n = 0;
	for (size_t i = 0; (r = book_next(l->book, BOOK_RECEIPTS, &i));)
		if (is_of(l, r, of))
			all[n++] = r;
	while (n-- > 0 && minor) {
		int64_t has = receipt_holds(all[n]), take = minor < has ? minor : has;
		if (!take)
			continue;
		TRY(receipt_take_out(l, all[n]->id, take, plain(l, to), REVERSAL_RETURNED, why));
		ledger_receipt(l, all[n]->id)->returned += take;
		minor -= take;
	}
	return minor ? why_set(why, ERR_REFUSED, "receipt_spent", "the money of the earlier line was given back already") : OK;
}

/* Undone by the bank, not by the machine: whoever said what the money was for has to know. */
static void tell_person(struct ledger *l, const struct line *line)
{
	exception_open(l, EXCEPTION_RETURN, line->id, account_stream(l->arena, line->account), line->amount,
		line->return_reason.size ? span_of(arena_printf(l->arena, "returned by the bank: %.*s; a person had matched it",
						   SPAN_ARG(line->return_reason)))
					 : SPAN("returned by the bank; a person had matched it"));
}

static enum err check_return(const struct line *line, const struct line *of, struct why *why)
{
	if (!of || !uuid_equal(of->account, line->account))
		return why_set(why, ERR_NOT_FOUND, "line_unknown", "there is no such earlier line of this account");
	if (line->amount.minor > 0 || !line_can_be_returned(of))
		return why_set(why, ERR_REFUSED, "not_a_return", "money that went can take back money that came, waits or was received");
	if (line_left(line) > line_left(of))
		return why_set(why, ERR_REFUSED, "return_exceeds", "more went than came by the earlier line");
	if (of->as == LINE_AS_EXCHANGED && line_left(line) != line_left(of))
		return why_set(why, ERR_REFUSED, "exchange_in_part",
			"what was exchanged is taken back whole: take the match of the earlier line back first");
	return OK;
}

enum err line_become_return(struct ledger *l, struct line *line, struct uuid id, enum evidence evidence, struct why *why)
{
	int64_t minor = line_left(line);
	const struct line *earlier = book_line(l->book, l->merchant, id);
	TRY(check_return(line, earlier, why));
	/* What was returned is not undone: its statement would wait for it for ever, and the account's lines with it. */
	TRY(undo_leaves_alone(l, earlier, why));
	struct line *of = line_edit(l, id);
	bool was_matched = of->state == LINE_MATCHED;
	l->cause = CAUSE_RETURN;
	l->cause_id = line->id;
	l->customer = SPAN("");
	l->return_reason = line->return_reason;
	if (was_matched)
		TRY(take_from_receipts(l, of, minor, CHART_UNIDENTIFIED_PAYMENTS, why));
	else
		ledger_post(l, plain(l, CHART_UNIDENTIFIED_RECEIPTS), plain(l, CHART_UNIDENTIFIED_PAYMENTS),
			(struct money){ minor, line->amount.currency });
	of->returned += minor;
	if (!line_left(of))
		TRY(line_act(of, LINE_RETURN, why));
	line_settle_exceptions(l, of);
	line->counterpart = id;
	line->took_receipts = was_matched;
	if (was_matched && of->by_person && !line->by_person)
		tell_person(l, line);
	return line_conclude(l, line, LINE_AS_RETURN, VERDICT_UNIQUE, 1, evidence, why);
}

/* ---- and back ---- */

static const struct line *returned_by(const struct ledger *l, const struct line *back)
{
	return back->state == LINE_MATCHED && back->as == LINE_AS_RETURN && back->amount.minor < 0
		       ? book_line(l->book, l->merchant, back->counterpart)
		       : NULL;
}

bool line_can_be_restored(const struct ledger *l, const struct line *back)
{
	const struct line *of = returned_by(l, back);
	if (!of || line_left(back) != -back->amount.minor)
		return false;
	if (line_as_has_receipts(of->as))
		return back->took_receipts && returned_of(l, of) >= line_left(back);
	return !back->took_receipts && of->as == LINE_AS_NOTHING;
}

enum err line_allocate_again(struct ledger *l, const struct receipt *r, struct why *why)
{
	const struct allocation *a;
	size_t n = 0;
	for (size_t i = 0; book_next(l->book, BOOK_ALLOCATIONS, &i);)
		n++;
	struct payable *again = ARENA_ARRAY(l->arena, struct payable, n + 1);
	n = 0;
	for (size_t i = 0; (a = book_next(l->book, BOOK_ALLOCATIONS, &i));)
		if (uuid_equal(a->receipt, r->id) && uuid_is_zero(a->beside) && span_equal(a->merchant, l->merchant))
			again[n++] = (struct payable){ a->invoice, a->part, r->unapplied };
	receipt_allocate(l, r->id, again, n, EVIDENCE_REFERENCE, false);
	if (r->unapplied > difference_was_kept(l, r->id))
		return OK;
	receipt_deduct_again(l, r->id);
	return difference_redo(l, r->id, why);
}

/* What the return took is put back to the receipts that it was taken from. */
static enum err restore_receipts(struct ledger *l, const struct line *of, int64_t minor, enum chart from, bool again, struct why *why)
{
	const struct receipt *r;
	if (of->as == LINE_AS_EXCHANGED)
		return exchange_redo(l, of, plain(l, from), again, why);
	for (size_t i = 0; minor && (r = book_next(l->book, BOOK_RECEIPTS, &i));) {
		int64_t back = r->returned < minor ? r->returned : minor;
		if (!back || !is_of(l, r, of))
			continue;
		receipt_put_back(l, r->id, back, plain(l, from));
		ledger_receipt(l, r->id)->returned -= back;
		if (again)
			TRY(line_allocate_again(l, r, why));
		minor -= back;
	}
	if (minor)
		bug("a return took more than its receipts remember");
	return OK;
}

static enum err give_back(struct line *of, int64_t minor, struct why *why)
{
	of->returned -= minor;
	return of->state == LINE_RETURNED ? line_act(of, line_as_has_receipts(of->as) ? LINE_RESTORE_MATCHED : LINE_RESTORE_WAITING, why)
					  : OK;
}

enum err line_become_reversal(struct ledger *l, struct line *line, struct uuid id, struct why *why)
{
	const struct line *old = book_line(l->book, l->merchant, id);
	int64_t minor = line_left(line);
	if (!old || !uuid_equal(old->account, line->account) || !line_can_be_restored(l, old) || line_left(old) != minor)
		return why_set(why, ERR_REFUSED, "not_a_reversal", "no return of exactly this amount stands there");
	TRY(undo_leaves_alone(l, old, why));
	struct line *back = line_edit(l, id), *of = line_edit(l, old->counterpart);
	l->cause = CAUSE_RETURN;
	l->cause_id = line->id;
	l->customer = SPAN("");
	TRY(give_back(of, minor, why));
	if (back->took_receipts)
		TRY(restore_receipts(l, of, minor, CHART_UNIDENTIFIED_RECEIPTS, true, why));
	back->returned += minor;
	TRY(line_act(back, LINE_RETURN, why));
	line_settle_exceptions(l, of);
	exception_close(l, EXCEPTION_RETURN, back->id, l->by);
	line->counterpart = id;
	line->took_receipts = back->took_receipts;
	return line_conclude(l, line, LINE_AS_RETURN, VERDICT_UNIQUE, 1, line->by_person ? EVIDENCE_PERSON : EVIDENCE_REFERENCE, why);
}

/* ---- a person's word against it ---- */

static enum err unmatch_reversal(struct ledger *l, const struct line *line, struct why *why)
{
	struct line *back = line_edit(l, line->counterpart), *of = line_edit(l, back->counterpart);
	int64_t minor = line_left(line);
	if (!line_can_be_returned(of) || line_left(of) < minor || (of->state == LINE_MATCHED) != line->took_receipts)
		return why_set(why, ERR_REFUSED, "earlier_line_matched", "the earlier line was matched since: take that back first");
	if (line->took_receipts)
		TRY(take_from_receipts(l, of, minor, CHART_UNIDENTIFIED_RECEIPTS, why));
	of->returned += minor;
	if (!line_left(of))
		TRY(line_act(of, LINE_RETURN, why));
	back->returned -= minor;
	TRY(line_act(back, LINE_RESTORE_MATCHED, why));
	line_settle_exceptions(l, of);
	return OK;
}

enum err line_unmatch_return(struct ledger *l, struct line *line, struct why *why)
{
	if (line->amount.minor > 0)
		return unmatch_reversal(l, line, why);
	struct line *of = line_edit(l, line->counterpart);
	int64_t minor = line_left(line);
	bool had_receipts = line_as_has_receipts(of->as);
	if (had_receipts ? !line->took_receipts || returned_of(l, of) < minor : of->as != LINE_AS_NOTHING)
		return why_set(
			why, ERR_REFUSED, "earlier_line_matched", "the earlier line was matched after the return: take that back first");
	TRY(give_back(of, minor, why));
	if (had_receipts)
		TRY(restore_receipts(l, of, minor, CHART_UNIDENTIFIED_PAYMENTS, false, why));
	else
		ledger_post(l, line_holding(l->arena, line), line_holding(l->arena, of), (struct money){ minor, line->amount.currency });
	exception_close(l, EXCEPTION_RETURN, line->id, l->by);
	line_settle_exceptions(l, of);
	return OK;
}
