#include "statement.h"

const struct statement_format statement_formats[] = {
	{ "camt.053", "xml", "application/xml", "ISO 20022 camt.053.001.08", false, camt_write },
	{ "mt940", "sta", "text/plain", "SWIFT MT940", false, mt940_write },
	{ "bai2", "bai", "text/plain", "BAI2", false, bai2_write },
	{ "ofx", "ofx", "application/x-ofx", "OFX 1.0.2", false, ofx_write },
	{ "csv", "csv", "text/csv", "CSV with balances", true, csv_write },
	{ 0 },
};

const struct statement_format *statement_format_find(struct span name)
{
	for (const struct statement_format *f = statement_formats; f->name != NULL; f++)
		if (span_is(name, f->name))
			return f;
	return NULL;
}

static bool covers(const struct statement *statement, const struct bank_line *line)
{
	return date_compare(line->booked, statement->from) >= 0 && date_compare(line->booked, statement->to) <= 0;
}

const struct bank_line *statement_next(const struct statement *statement, size_t *i)
{
	const struct list *lines = &statement->account->lines;

	while (*i < lines->n) {
		const struct bank_line *line = lines->at[(*i)++];

		if (covers(statement, line))
			return line;
	}
	return NULL;
}

struct statement_sums statement_sums(const struct statement *statement)
{
	struct statement_sums sums = { 0 };
	const struct bank_line *line;

	for (size_t i = 0; (line = statement_next(statement, &i)) != NULL;)
		if (line->amount >= 0) {
			sums.credits++;
			sums.credit += line->amount;
		} else {
			sums.debits++;
			sums.debit -= line->amount;
		}
	return sums;
}

struct span statement_text(struct arena *arena, const struct bank_line *line)
{
	struct text text;

	text_init(&text, arena);
	if (line->kind == LINE_RETURN) {
		text_add(&text, "Returned ");
		text_span(&text, line->return_code);
	}
	for (int i = 0; i < 2; i++) {
		struct span part = i == 0 ? line->reference : line->remittance;

		text_add(&text, text.size > 0 && part.size > 0 ? " " : "");
		text_span(&text, part);
	}
	return text_done(&text);
}

const char *statement_day(struct arena *arena, struct date date)
{
	struct ymd ymd = date_parts(date);

	return arena_printf(arena, "%04d%02d%02d", ymd.year, ymd.month, ymd.day);
}

const char *statement_amount(struct arena *arena, int64_t minor, struct currency currency, char mark)
{
	char *digits = arena_strdup(arena, money_digits(arena, (struct money){ minor < 0 ? -minor : minor, currency }));
	char *point = strchr(digits, '.');

	if (point != NULL)
		*point = mark;
	return digits;
}
