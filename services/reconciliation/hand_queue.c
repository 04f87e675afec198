#include "hand_queue.h"

#include "ledger.h"

static void audit(struct ledger *l, const struct work_exception *w, const char *act)
{
	ledger_audit(l, w->by.client, w->by.who, act, span_of(uuid_text(l->arena, w->exception)), w->by.why);
}

enum err hand_assign(struct ledger *l, const struct work_exception *w, struct why *why)
{
	struct exception *e = NULL;
	TRY(exception_find_open(l, w->exception, &e, why));
	audit(l, w, "assign exception");
	e->owner = w->owner;
	exception_note(l, e, "assigned", w->owner);
	return OK;
}

enum err hand_note(struct ledger *l, const struct work_exception *w, struct why *why)
{
	struct exception *e = NULL;
	TRY(exception_find_open(l, w->exception, &e, why));
	audit(l, w, "note exception");
	exception_note(l, e, "noted", w->by.why);
	return OK;
}

enum err hand_park(struct ledger *l, const struct work_exception *w, struct why *why)
{
	struct exception *e = NULL;
	TRY(exception_find_open(l, w->exception, &e, why));
	if (date_compare(w->until, l->day) <= 0)
		return why_field(why, ERR_REFUSED, "day_not_to_come", "until", "it is %s already", date_text(l->arena, l->day));
	audit(l, w, "park exception");
	e->parked = true;
	e->parked_until = w->until;
	exception_note(
		l, e, "parked", span_of(arena_printf(l->arena, "until %s: %.*s", date_text(l->arena, w->until), SPAN_ARG(w->by.why))));
	return OK;
}

/* ---- suggestions ---- */

/* The invoice that is named is paid as far as the line goes, the rest is its customer's, or kept by policy; in another currency it is paid whole. */
static enum err follow_invoice(struct ledger *l, const struct exception *e, struct match_line *m, bool pays, struct why *why)
{
	const struct invoice *v = book_invoice(l->book, l->merchant, e->suggested);
	const struct line *line = book_line(l->book, l->merchant, e->subject);
	if (!v || !v->issued || !line)
		return why_set(why, ERR_CONFLICT, "suggestion_gone", "what was suggested is no longer there");
	int64_t open = invoice_open(l, v), left = line_left(line);
	struct named_item *item = ARENA_NEW(l->arena, struct named_item);
	bool is_exchange = !currency_equal(v->currency, line->amount.currency);
	*item = (struct named_item){ .item = { v->id, 0, 0 }, .amount = { is_exchange || open < left ? open : left, v->currency } };
	bool keeps = pays && !is_exchange && difference_over(l, v->currency, open, left).minor;
	m->customer = is_exchange || keeps ? SPAN("") : v->customer;
	m->items = item;
	m->item_count = pays && open > 0;
	return hand_match(l, m, why);
}

/* What is over goes back, as far as it is still there. */
static enum err follow_refund(struct ledger *l, const struct exception *e, const struct by_whom *by, struct why *why)
{
	const struct receipt *r = book_receipt(l->book, l->merchant, e->subject);
	if (!r)
		return why_set(why, ERR_CONFLICT, "suggestion_gone", "what was suggested is no longer there");
	int64_t minor = e->amount.minor < r->unapplied ? e->amount.minor : r->unapplied;
	return hand_request_refund(l, &(struct request_refund){ *by, e->subject, { minor, r->currency } }, why);
}

/* What was deducted and is still open is granted, beside the payment that it was deducted from. */
static enum err follow_discount(struct ledger *l, const struct exception *e, struct why *why)
{
	const struct receipt *r = book_receipt(l->book, l->merchant, e->subject);
	const struct invoice *v = book_invoice(l->book, l->merchant, e->suggested);
	int64_t open = v && v->issued ? invoice_open(l, v) : 0;
	if (!r || !r->allocated || open <= 0)
		return why_set(why, ERR_CONFLICT, "suggestion_gone", "what was suggested is no longer there");
	int64_t minor = e->amount.minor < open ? e->amount.minor : open;
	TRY(difference_grant(l, r->id, r->source, v->id, (struct found_difference){ DIFFERENCE_DISCOUNT, minor }, why));
	exception_close(l, EXCEPTION_DISCOUNT_DISPUTED, r->id, l->by);
	return OK;
}

static enum err follow(struct ledger *l, const struct exception *e, const struct by_whom *by, struct why *why)
{
	struct match_line m = { .by = *by, .line = e->subject };
	switch (e->suggestion) {
	case SUGGEST_MATCH_INVOICE: return follow_invoice(l, e, &m, true, why);
	case SUGGEST_CREDIT_CUSTOMER: return follow_invoice(l, e, &m, false, why);
	case SUGGEST_MATCH_PAYOUT: m.payout = e->suggested; return hand_match(l, &m, why);
	case SUGGEST_TAKE_BACK: m.return_of = e->suggested; return hand_match(l, &m, why);
	case SUGGEST_ACCEPT_STATEMENT: return hand_accept(l, &(struct accept_statement){ *by, e->subject }, why);
	case SUGGEST_REFUND: return follow_refund(l, e, by, why);
	case SUGGEST_WRITE_OFF: return hand_agree(l, e, why);
	case SUGGEST_GRANT_DISCOUNT: return follow_discount(l, e, why);
	case SUGGEST_NOTHING:
	case SUGGEST_CHOOSE:
	case SUGGEST_IMPORT:
	case SUGGEST_ASK:
	case SUGGESTIONS: break;
	}
	return why_set(why, ERR_REFUSED, "suggestion_needs_more", "%s", suggestion_help(e->suggestion));
}

enum err hand_follow(struct ledger *l, const struct work_exception *w, struct why *why)
{
	struct exception *e = NULL;
	TRY(exception_find_open(l, w->exception, &e, why));
	if (w->rule.size && !span_equal(w->rule, e->rule))
		return why_field(why, ERR_CONFLICT, "suggestion_changed", "rule", "it is no longer what %.*s says", SPAN_ARG(w->rule));
	audit(l, w, "accept suggestion");
	exception_note(l, e, "accepted", span_of(suggestion_word(e->suggestion)));
	return follow(l, e, &w->by, why);
}
