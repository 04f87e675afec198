#include "telling.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void telling_init(struct telling *t, const struct reading_sink *sink, const struct reading_settings *settings)
{
	*t = (struct telling){ .sink = sink };
	if (settings)
		t->settings = *settings;
}

/* ---- what is wrong ---- */

/* What was quoted from a file stays UTF-8, wherever it was cut. */
static void keep_utf8(char *text)
{
	uint32_t rune;
	for (struct span rest = span_of(text); rest.size;) {
		size_t n = span_rune(rest, &rune);
		if (!n)
			text[rest.at - text] = '?';
		rest = span_from(rest, n ? n : 1);
	}
}

/* A text that a limit cut within a character ends before it; what the file has that is no UTF-8 becomes a question mark. */
static void mend_text(char *text)
{
	uint32_t rune;
	for (char *at = text; *at;) {
		size_t n = span_rune(span_of(at), &rune);
		if (!n && strlen(at) < 4 && (unsigned char)*at >= 0xc0)
			*at = 0;
		else if (!n)
			*at++ = '?';
		at += n;
	}
}

void telling_stop(struct telling *t, enum err err)
{
	if (t->failed == OK)
		t->failed = err;
}

void telling_fail(struct telling *t, enum rule rule, struct place place, const char *fmt, ...)
{
	if (t->failed != OK)
		return;
	va_list args;
	va_start(args, fmt);
	t->violation.rule = rule;
	t->violation.place = place;
	vsnprintf(t->violation.text, sizeof(t->violation.text), fmt, args);
	keep_utf8(t->violation.text);
	va_end(args);
	mend_text(t->violation.text);
	why_set(&t->why, ERR_INVALID, rule_word(rule), "line %ld: %s", (long)place.line, t->violation.text);
	telling_stop(t, ERR_INVALID);
}

void telling_broken(struct telling *t, enum rule rule, struct place place, const char *fmt, ...)
{
	if (t->failed != OK || ++t->statement.violations > BROKEN_TOLD)
		return;
	struct violation v = { .rule = rule, .place = place };
	va_list args;
	va_start(args, fmt);
	vsnprintf(v.text, sizeof(v.text), fmt, args);
	keep_utf8(v.text);
	va_end(args);
	mend_text(v.text);
	telling_stop(t, t->sink->broken(t->sink->ctx, t->statement.statement, &v, &t->why));
}

enum err telling_result(const struct telling *t, struct why *why)
{
	if (t->failed != OK && why)
		*why = t->why;
	return t->failed;
}

/* ---- the statement ---- */

void telling_begin(struct telling *t, enum reading_kind kind, struct place place)
{
	t->statement = (struct reading_statement){ .statement = t->statements, .kind = kind, .place = place };
	t->has_booking = false;
	t->id[0] = t->account[0] = 0;
	t->in_statement = true;
}

static void name(char to[IDENTIFIER_ROOM], struct span text)
{
	size_t n = text.size < IDENTIFIER_ROOM ? text.size : IDENTIFIER_ROOM - 1;
	if (to[0] || !n)
		return;
	while (n < text.size && n && ((unsigned char)text.at[n] & 0xc0) == 0x80)
		n--;
	memcpy(to, text.at, n);
	to[n] = 0;
	keep_utf8(to);
}

void telling_name(struct telling *t, struct span id)
{
	name(t->id, id);
}

void telling_account(struct telling *t, struct span account)
{
	bool is_new = !t->account[0];
	name(t->account, account);
	if (is_new && t->account[0] && t->sink->account)
		t->sink->account(t->sink->ctx, span_of(t->account), &t->settings);
}

bool telling_currency(struct telling *t, struct currency currency)
{
	struct reading_statement *s = &t->statement;
	if (s->has_currency)
		return currency_equal(s->currency, currency);
	s->currency = currency;
	s->has_currency = true;
	return true;
}

void telling_opening(struct telling *t, struct money money, const struct date *date)
{
	struct reading_statement *s = &t->statement;
	s->has_opening = true;
	s->opening = money;
	s->opening_dated = date != NULL;
	s->opening_date = date ? *date : (struct date){ 0 };
}

void telling_closing(struct telling *t, struct money money, const struct date *date, struct place place)
{
	struct reading_statement *s = &t->statement;
	s->has_closing = true;
	s->closing = money;
	s->closing_dated = date != NULL;
	s->closing_date = date ? *date : (struct date){ 0 };
	s->closing_place = place;
}

/* ---- lines ---- */

static void count_booking(struct telling *t, const struct reading_line *l)
{
	struct reading_statement *s = &t->statement;
	s->line_count++;
	if (__builtin_add_overflow(s->line_sum, l->amount.minor, &s->line_sum) || llabs(s->line_sum) >= MONEY_LIMIT) {
		s->line_sum = 0;
		telling_broken(t, RULE_OVERFLOW, l->place, "the lines sum to more than an amount may be");
	}
	if (l->reversal && __builtin_add_overflow(s->reversal_sum, l->amount.minor, &s->reversal_sum))
		s->reversal_sum = 0;
}

static void count_day(struct telling *t, struct date booking)
{
	if (!t->has_booking || date_compare(booking, t->first_booking) < 0)
		t->first_booking = booking;
	if (!t->has_booking || date_compare(booking, t->last_booking) > 0)
		t->last_booking = booking;
	t->has_booking = true;
}

void telling_line(struct telling *t, struct reading_line *l)
{
	struct reading_statement *s = &t->statement;
	const struct reading_sink *sink = t->sink;
	l->kind = s->kind;
	l->informs |= s->kind != READING_STATEMENT;
	l->statement = s->statement;
	l->account = span_of(t->account);
	if (l->informs)
		l->number = ++s->skipped;
	else
		count_booking(t, l);
	if (!l->informs)
		l->number = s->line_count;
	if (!l->informs || s->kind != READING_STATEMENT)
		count_day(t, l->booking);
	if (t->failed == OK && !l->informs)
		telling_stop(t, sink->line(sink->ctx, l, &t->why));
	else if (t->failed == OK && sink->inform)
		telling_stop(t, sink->inform(sink->ctx, l, &t->why));
}

/* The period, where the bank does not write it: what the lines and balances span. */
static void fill_period(struct telling *t)
{
	struct reading_statement *s = &t->statement;
	if (s->closing_dated) {
		s->to = s->closing_date;
		s->has_to = true;
	} else if (!s->has_to && t->has_booking) {
		s->to = t->last_booking;
		s->has_to = true;
	}
	if (!s->has_from && t->has_booking) {
		s->from = t->first_booking;
		s->has_from = true;
	} else if (!s->has_from && s->has_to) {
		s->from = s->opening_dated ? s->opening_date : s->to;
		s->has_from = true;
	}
	if (s->has_from && s->has_to && date_compare(s->from, s->to) > 0)
		s->from = s->to;
}

static void name_what_is_missing(struct telling *t)
{
	const struct reading_statement *s = &t->statement;
	if (!s->id.size)
		telling_broken(t, RULE_STATEMENT_ID, s->place, "the statement has no identification");
	if (!s->account.size)
		telling_broken(t, RULE_ACCOUNT, s->place, "the statement names no account");
	if (!s->has_opening)
		telling_broken(t, RULE_OPENING_MISSING, s->place, "no opening balance, booked or intermediate");
	if (!s->has_closing)
		telling_broken(t, RULE_CLOSING_MISSING, s->place, "no closing balance, booked or intermediate");
}

void telling_end(struct telling *t)
{
	struct reading_statement *s = &t->statement;
	s->id = span_of(t->id);
	s->account = span_of(t->account);
	fill_period(t);
	if (s->kind == READING_STATEMENT)
		name_what_is_missing(t);
	if (t->failed == OK)
		telling_stop(t, t->sink->statement(t->sink->ctx, s, &t->why));
	t->in_statement = false;
	t->statements++;
}
