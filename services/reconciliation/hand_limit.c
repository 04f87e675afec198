#include "hand_queue.h"
#include "ledger.h"

/* What one person alone may give up or give back, and what a second one has to agree to. */

static struct span limit_key(const struct ledger *l, struct currency currency)
{
	return book_key(l->book, l->merchant, span_of(currency.code));
}

enum err hand_limit(struct ledger *l, const struct define_limit *d, struct why *why)
{
	struct span key = limit_key(l, d->write_off.currency);
	struct limit *limit =
		book_find(l->book, BOOK_LIMITS, key) ? book_edit(l->book, BOOK_LIMITS, key) : book_add(l->book, BOOK_LIMITS, key);
	(void)why;
	ledger_audit(
		l, d->by.client, d->by.who, "limit write-offs", span_of(arena_strdup(l->arena, d->write_off.currency.code)), d->by.why);
	*limit = (struct limit){ l->merchant, d->write_off.currency, d->write_off.minor };
	return OK;
}

void hand_policy(struct ledger *l, const struct define_policy *d)
{
	struct span key = limit_key(l, d->policy.currency);
	bool has = book_find(l->book, BOOK_POLICIES, key);
	struct difference_policy *p = has ? book_edit(l->book, BOOK_POLICIES, key) : book_add(l->book, BOOK_POLICIES, key);
	ledger_audit(l, d->by.client, d->by.who, "define differences", span_of(arena_strdup(l->arena, d->policy.currency.code)), d->by.why);
	*p = d->policy;
	p->merchant = l->merchant;
}

static bool is_beyond(const struct ledger *l, struct currency currency, int64_t minor)
{
	const struct limit *limit = book_find(l->book, BOOK_LIMITS, limit_key(l, currency));
	return limit && minor > limit->write_off;
}

static const struct exception *wish_of(const struct ledger *l, struct uuid invoice)
{
	const struct exception *e =
		book_find(l->book, BOOK_EXCEPTIONS, book_key_part(l->book, l->merchant, invoice, (int64_t)EXCEPTION_WRITE_OFF_WAITS));
	return e && e->open ? e : NULL;
}

static void wish(struct ledger *l, const struct write_off *w, const struct open_item *item, int64_t minor)
{
	exception_open(l, EXCEPTION_WRITE_OFF_WAITS, w->invoice, item->customer, (struct money){ minor, item->currency },
		span_of(arena_printf(l->arena, "part %d of %.*s", (int)w->part, SPAN_ARG(item->number))));
	struct exception *e =
		book_edit(l->book, BOOK_EXCEPTIONS, book_key_part(l->book, l->merchant, w->invoice, (int64_t)EXCEPTION_WRITE_OFF_WAITS));
	e->asked_by = l->person;
	e->part = w->part;
}

enum err hand_agree(struct ledger *l, const struct exception *e, struct why *why)
{
	if (span_equal(e->asked_by, l->person))
		return why_set(why, ERR_REFUSED, "same_person", "who asked for it can't be the second person");
	TRY(item_write_off(l, e->subject, e->part, e->amount.minor, why));
	exception_close(l, EXCEPTION_WRITE_OFF_WAITS, e->subject, l->by);
	return OK;
}

static enum err ask(struct ledger *l, const struct write_off *w, const struct open_item *item, int64_t minor, bool *waits, struct why *why)
{
	const struct exception *e = wish_of(l, w->invoice);
	if (e && e->part == w->part && e->amount.minor == minor && !span_equal(e->asked_by, l->person))
		return hand_agree(l, e, why);
	if (e)
		return why_set(why, ERR_CONFLICT, "write_off_waits", "a write-off of the invoice waits for a second person");
	if (minor > item->open)
		return why_field(why, ERR_REFUSED, "amount_not_open", "amount", "%s is open",
			money_text(l->arena, (struct money){ item->open, item->currency }));
	wish(l, w, item, minor);
	*waits = true;
	return OK;
}

enum err hand_write_off(struct ledger *l, const struct write_off *w, bool *waits, struct why *why)
{
	const struct open_item *item = book_item(l->book, l->merchant, w->invoice, w->part);
	bool all = !w->amount.currency.code[0];
	*waits = false;
	if (item && !all && !currency_equal(item->currency, w->amount.currency))
		return why_field(why, ERR_REFUSED, "currency_differs", "amount", "the invoice is in %s", item->currency.code);
	if (!all && w->amount.minor <= 0)
		return why_field(why, ERR_INVALID, "amount_not_positive", "amount", "what is written off is more than 0");
	int64_t minor = all ? (item ? item->open : 0) : w->amount.minor;
	ledger_audit(l, w->by.client, w->by.who, "write off",
		span_of(arena_printf(l->arena, "%s/%d", uuid_text(l->arena, w->invoice), (int)w->part)), w->by.why);
	if (item && is_beyond(l, item->currency, minor))
		return ask(l, w, item, minor, waits, why);
	return item_write_off(l, w->invoice, w->part, all ? 0 : minor, why);
}

/* ---- money that is to go back ---- */

enum err hand_request_refund(struct ledger *l, const struct request_refund *c, struct why *why)
{
	const struct receipt *r = book_receipt(l->book, l->merchant, c->receipt);
	if (!r)
		return why_set(why, ERR_NOT_FOUND, "receipt_unknown", "there is no such receipt");
	if (!currency_equal(r->currency, c->amount.currency))
		return why_field(why, ERR_REFUSED, "currency_differs", "amount", "the receipt is in %s", r->currency.code);
	if (c->amount.minor > r->unapplied)
		return why_field(why, ERR_REFUSED, "receipt_spent", "amount", "%s of the receipt is unapplied",
			money_text(l->arena, (struct money){ r->unapplied, r->currency }));
	ledger_audit(l, c->by.client, c->by.who, "request refund", span_of(uuid_text(l->arena, c->receipt)), c->by.why);
	ledger_request_refund(l, c->receipt, c->amount.minor);
	return OK;
}
