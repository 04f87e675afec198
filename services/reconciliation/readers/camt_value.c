#include "camt_state.h"

/* ---- texts ---- */

struct span camt_text_now(const struct camt *r)
{
	return span_trim(span_bytes(r->text, r->text_size));
}

void camt_copy(char *to, size_t room, struct span text)
{
	size_t n = text.size < room ? text.size : room - 1;
	while (n && n < text.size && ((unsigned char)text.at[n] & 0xc0) == 0x80)
		n--;
	memcpy(to, text.at, n);
	to[n] = 0;
}

/* A copy in the fields' own bytes; the empty span when they are full. */
struct span camt_keep(struct fields *f, struct span text)
{
	if (!text.size || text.size > sizeof(f->bytes) - f->used)
		return (struct span){ 0 };
	char *at = f->bytes + f->used;
	memcpy(at, text.at, text.size);
	f->used += text.size;
	return (struct span){ at, text.size };
}

void camt_fields_clear(struct fields *f, struct place place)
{
	memset(f, 0, offsetof(struct fields, references));
	f->place = place;
}

void camt_take_text(struct camt *r, struct fields *f, enum camt_text which, struct span text)
{
	if (f->texts[which].size)
		return;
	if ((which == CAMT_END_TO_END || which == CAMT_BANK_REF || which == CAMT_TRANSACTION) && reading_is_no_reference(text))
		return;
	f->texts[which] = camt_keep(f, text);
	if (!f->texts[which].size && text.size)
		telling_fail(&r->t, RULE_TEXT, camt_here(r), "the texts of one transaction are longer than %d bytes", TEXTS_SIZE);
}

void camt_take_list(struct camt *r, struct fields *f, struct span *list, int *count, int room, struct span text)
{
	if (!text.size || *count == room)
		return;
	list[*count] = camt_keep(f, text);
	if (!list[(*count)++].size)
		telling_fail(&r->t, RULE_TEXT, camt_here(r), "the texts of one transaction are longer than %d bytes", TEXTS_SIZE);
}

/* ---- values ---- */

void camt_take_written(struct camt *r, struct written *w)
{
	struct span text = camt_text_now(r);
	w->there = true;
	/* What is longer than any amount becomes no number at all. */
	if (text.size < sizeof(w->digits))
		camt_copy(w->digits, sizeof(w->digits), text);
	else
		camt_copy(w->digits, sizeof(w->digits), SPAN("too long"));
	camt_copy(w->currency, sizeof(w->currency), span_of(r->currency));
}

/* xs:decimal allows "+1", "1." and ".5"; amounts of ours don't. */
static enum err decimal_digits(const struct written *w, char out[48], struct why *why)
{
	const char *at = w->digits + (w->digits[0] == '+');
	if (strspn(at, "0123456789.") != strlen(at) || !strpbrk(at, "0123456789"))
		return why_set(why, ERR_INVALID, "amount", "'%s' is not an amount", w->digits);
	snprintf(out, 48, "%s%s", *at == '.' ? "0" : "", at);
	size_t n = strlen(out);
	if (out[n - 1] == '.')
		out[n - 1] = 0;
	return OK;
}

enum rule camt_amount(const struct written *w, struct money *out, struct why *why)
{
	struct currency currency;
	char digits[48];
	if (currency_parse(span_of(w->currency), &currency) != OK) {
		why_set(why, ERR_INVALID, "currency", "'%s' is not a currency of ISO 4217", w->currency);
		return RULE_CURRENCY;
	}
	if (w->digits[0] == '-') {
		why_set(why, ERR_INVALID, "amount", "amount %s has a sign", w->digits);
		return RULE_AMOUNT_NEGATIVE;
	}
	if (decimal_digits(w, digits, why) != OK || money_parse(span_of(digits), currency, out, why) != OK)
		return RULE_AMOUNT;
	return RULE_NONE;
}

/* The day as written: "2026-01-31", with or without a time or a zone after it. */
static bool read_date(struct span text, struct date *out)
{
	if (text.size > DATE_TEXT && !strchr("T+-Z", text.at[DATE_TEXT]))
		return false;
	return text.size >= DATE_TEXT && date_parse(span_bytes(text.at, DATE_TEXT), out) == OK;
}

void camt_take_date(struct camt *r, const char *what, bool *has, struct date *out)
{
	struct span text = camt_text_now(r);
	if (read_date(text, out))
		*has = true;
	else
		telling_broken(
			&r->t, RULE_DATE, camt_here(r), "%s '%.*s' is not a date", what, (int)(text.size < 40 ? text.size : 40), text.at);
}

int camt_sign(struct span text)
{
	return span_is(text, "CRDT") ? 1 : span_is(text, "DBIT") ? -1 : 0;
}
