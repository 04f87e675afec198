#include "nacha_record.h"

#include <string.h>

#include "written.h"

#define HASH_LIMIT INT64_C(10000000000)

bool nacha_record_set(struct nacha_record *r, struct span line, struct place place, enum charset charset)
{
	uint32_t rune;
	size_t n = 0;
	if (line.size > NACHA_LINE)
		return false;
	struct span text = charset_utf8(charset, line, r->bytes);
	if (text.at != r->bytes)
		memcpy(r->bytes, text.at, text.size);
	text = span_bytes(r->bytes, text.size);
	r->place = place;
	for (size_t at = 0; at < text.size; n++) {
		if (n < NACHA_RECORD)
			r->at[n] = at;
		else if (span_trim(span_from(text, at)).size)
			return false;
		at += span_rune(span_from(text, at), &rune);
		r->at[n < NACHA_RECORD ? n + 1 : NACHA_RECORD] = n < NACHA_RECORD ? at : r->at[NACHA_RECORD];
	}
	size_t end = n ? r->at[n < NACHA_RECORD ? n : NACHA_RECORD] : 0;
	for (; n < NACHA_RECORD; n++) {
		r->at[n] = end;
		r->bytes[end++] = ' ';
		r->at[n + 1] = end;
	}
	return true;
}

struct span nacha_raw(const struct nacha_record *r, int from, int to)
{
	return span_bytes(r->bytes + r->at[from - 1], r->at[to] - r->at[from - 1]);
}

struct span nacha_field(const struct nacha_record *r, int from, int to)
{
	return span_trim(nacha_raw(r, from, to));
}

bool nacha_number(const struct nacha_record *r, int from, int to, int64_t *out)
{
	struct span text = nacha_raw(r, from, to);
	/* Wide amounts of advices have more noughts than a number here has digits. */
	while (text.size > 18 && text.at[0] == '0')
		text = span_from(text, 1);
	return written_digits(text, out);
}

bool nacha_is_filler(const struct nacha_record *r)
{
	for (int i = 1; i <= NACHA_RECORD; i++)
		if (!span_is(nacha_raw(r, i, i), "9"))
			return false;
	return true;
}

bool nacha_is_debit(int64_t code, bool advice)
{
	return advice ? code % 2 == 0 : code % 10 >= 5;
}

void nacha_sums_add(struct nacha_sums *s, const struct nacha_sums *more)
{
	s->records += more->records;
	s->hash = (s->hash + more->hash) % HASH_LIMIT;
	s->overflowed |= more->overflowed;
	s->overflowed |= __builtin_add_overflow(s->debit, more->debit, &s->debit);
	s->overflowed |= __builtin_add_overflow(s->credit, more->credit, &s->credit);
}

void nacha_sums_entry(struct nacha_sums *s, const struct nacha_record *entry, int64_t minor, bool advice)
{
	struct nacha_sums one = { .records = 1 };
	int64_t code = 0;
	(void)nacha_number(entry, 2, 3, &code);
	s->overflowed |= !nacha_number(entry, 4, 11, &one.hash);
	*(nacha_is_debit(code, advice) ? &one.debit : &one.credit) = minor;
	nacha_sums_add(s, &one);
}

const char *nacha_sums_differ(const struct nacha_sums *s, const struct nacha_record *r, int at, int digits, bool advice)
{
	int amount = advice ? 20 : 12, hash = at + digits, debit = hash + 10, credit = debit + amount;
	int64_t n;
	if (!nacha_number(r, at, hash - 1, &n) || n != s->records)
		return "the number of entries and addenda";
	if (!nacha_number(r, hash, debit - 1, &n) || n != s->hash)
		return "the sum of routing numbers";
	if (!nacha_number(r, debit, credit - 1, &n) || n != s->debit || s->overflowed)
		return "the total of debits";
	return !nacha_number(r, credit, credit + amount - 1, &n) || n != s->credit ? "the total of credits" : NULL;
}
