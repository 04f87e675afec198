#include "ledger.h"
#include "line.h"

/* Money that came in another currency than what it pays is owed in: what was instructed, and the way back. */

static struct span fx(const struct ledger *l)
{
	return chart_account(l->arena, CHART_FX, SPAN(""));
}

static struct money booked(const struct line *line)
{
	return (struct money){ line_left(line), line->amount.currency };
}

bool line_original(const struct line *line, const struct line_detail *d, struct money *out)
{
	struct currency currency;
	if (!d || line->amount.minor <= 0 || line->rest || line->returned || d->original <= 0 ||
		currency_parse(d->original_currency, &currency) != OK || currency_equal(currency, line->amount.currency))
		return false;
	*out = (struct money){ d->original, currency };
	return true;
}

/* The receipt that the line became; *i walks. */
static const struct receipt *next_receipt(const struct ledger *l, const struct line *line, size_t *i)
{
	const struct receipt *r;
	while ((r = book_next(l->book, BOOK_RECEIPTS, i)))
		if (r->kind == RECEIPT_EXCHANGED && uuid_equal(r->source, line->id) && span_equal(r->merchant, l->merchant))
			return r;
	return NULL;
}

bool exchange_is_whole(const struct ledger *l, const struct line *line)
{
	const struct receipt *r;
	int64_t held = 0, given = 0;
	for (size_t i = 0; (r = next_receipt(l, line, &i));) {
		held += receipt_holds(r);
		given += r->refunded;
	}
	return held && !given;
}

enum err exchange_undo(struct ledger *l, const struct line *line, struct span to, enum reversal reversal, struct why *why)
{
	const struct receipt *r;
	if (!exchange_is_whole(l, line))
		return why_set(why, ERR_REFUSED, "receipt_refunded", "some of the money was given back to the payer");
	for (size_t i = 0; (r = next_receipt(l, line, &i));) {
		int64_t minor = r->amount;
		if (!minor)
			continue;
		TRY(receipt_take_out(l, r->id, minor, fx(l), reversal, why));
		if (reversal == REVERSAL_RETURNED)
			ledger_receipt(l, r->id)->returned += minor;
	}
	ledger_post(l, fx(l), to, booked(line));
	return OK;
}

enum err exchange_redo(struct ledger *l, const struct line *line, struct span from, bool again, struct why *why)
{
	const struct receipt *r;
	for (size_t i = 0; (r = next_receipt(l, line, &i));) {
		int64_t minor = r->returned;
		if (!minor)
			continue;
		receipt_put_back(l, r->id, minor, fx(l));
		ledger_receipt(l, r->id)->returned = 0;
		if (again)
			TRY(line_allocate_again(l, r, why));
	}
	ledger_post(l, from, fx(l), booked(line));
	return OK;
}

const char *exchange_text(struct arena *arena, struct money booked, struct money original)
{
	enum { DIGITS = 6 };
	int shift = DIGITS + currency_exponent(original.currency) - currency_exponent(booked.currency);
	__int128 num = booked.minor, den = original.minor;
	int64_t rate;
	for (; shift > 0; shift--)
		num *= 10;
	for (; shift < 0; shift++)
		den *= 10;
	if (den <= 0 || money_round_half_even(num, den, &rate) != OK)
		return arena_printf(arena, "%s for %s", money_text(arena, booked), money_text(arena, original));
	return arena_printf(arena, "%s for %s: %s %s each", money_text(arena, booked), money_text(arena, original),
		decimal_text(arena, (struct decimal){ rate, DIGITS }), booked.currency.code);
}
