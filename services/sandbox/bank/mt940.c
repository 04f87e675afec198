#include "letters.h"
#include "statement.h"

enum { LINE_CHARACTERS = 65, PIECE_CHARACTERS = 27, PIECES = 14, REFERENCE_CHARACTERS = 16, ACCOUNT_BANK = 4, BANK_DIGITS = 8 };

/* Business transaction codes of the German banks, their posting texts, and SWIFT's types. */
static const struct {
	const char *business, *posting, *type;
} codes[] = {
	[LINE_TRANSFER] = { "166", "GUTSCHR. UEBERWEISUNG", "NTRF" },
	[LINE_PAYOUT] = { "166", "GUTSCHR. UEBERWEISUNG", "NTRF" },
	[LINE_FEE] = { "808", "ENTGELT", "NCHG" },
	[LINE_RETURN] = { "159", "RETOURE UEBERWEISUNG", "NRTI" },
};

/* "1234,50"; the comma stands there even where no decimals follow. */
static void amount(struct text *out, int64_t minor, struct currency currency)
{
	const char *digits = statement_amount(out->arena, minor, currency, ',');

	text_printf(out, "%s%s", digits, strchr(digits, ',') != NULL ? "" : ",");
}

static void balance(struct text *out, const char *tag, const struct statement *statement, int64_t minor, struct date date)
{
	struct currency currency = statement->account->currency;

	text_printf(out, ":%s:%c%s%s", tag, minor < 0 ? 'D' : 'C', statement_day(out->arena, date) + 2, currency.code);
	amount(out, minor, currency);
	text_add(out, "\r\n");
}

/* The currency's third letter follows the mark; what is taken back is the reversal of a credit. */
static void entry(struct text *out, const struct bank_account *account, const struct bank_line *line)
{
	const char *mark = line->kind == LINE_RETURN ? "RC" : line->amount < 0 ? "D" : "C";

	text_printf(out, ":61:%s%s%s%c", statement_day(out->arena, line->value) + 2, statement_day(out->arena, line->booked) + 4, mark,
		account->currency.code[2]);
	amount(out, line->amount, account->currency);
	text_printf(out, "%sNONREF", codes[line->kind].type);
	if (!line->bare)
		text_printf(out, "//%.*s", REFERENCE_CHARACTERS, line->ref);
	text_add(out, "\r\n");
}

/* ---- :86: ---- */

/* The separator of the pieces can't be part of one. */
static struct span clean(struct arena *arena, struct span value)
{
	struct span latin = letters_cp1252(arena, value);
	char *copy = span_cstr(arena, latin);

	for (size_t i = 0; i < latin.size; i++)
		if (copy[i] == '?' || (unsigned char)copy[i] < ' ')
			copy[i] = copy[i] == '?' ? '.' : ' ';
	return span_bytes(copy, latin.size);
}

/* In pieces ?20 to ?29 and ?60 to ?63, cut where they are full; what has no room any more is left out. */
static void pieces(struct text *out, int *used, const char *tag, struct span value)
{
	struct text all;
	struct span rest;

	if (value.size == 0)
		return;
	text_init(&all, out->arena);
	text_add(&all, tag);
	text_span(&all, clean(out->arena, value));
	for (rest = text_done(&all); rest.size > 0 && *used < PIECES; rest = span_from(rest, PIECE_CHARACTERS)) {
		struct span piece = span_bytes(rest.at, rest.size < PIECE_CHARACTERS ? rest.size : PIECE_CHARACTERS);

		text_printf(out, "?%d%.*s", *used < 10 ? 20 + *used : 50 + *used, SPAN_ARG(piece));
		++*used;
	}
}

static void party(struct text *out, const struct bank_line *line)
{
	struct span name = clean(out->arena, line->party_name), more = span_from(name, PIECE_CHARACTERS);
	struct span bank =
		line->party_iban.size > ACCOUNT_BANK + BANK_DIGITS ? span_bytes(line->party_iban.at + ACCOUNT_BANK, BANK_DIGITS) : SPAN("");

	if (bank.size > 0)
		text_printf(out, "?30%.*s?31%.*s", SPAN_ARG(bank), SPAN_ARG(line->party_iban));
	if (name.size > 0)
		text_printf(out, "?32%.*s", (int)(name.size - more.size), name.at);
	if (more.size > 0)
		text_printf(out, "?33%.*s", (int)(more.size < PIECE_CHARACTERS ? more.size : PIECE_CHARACTERS), more.at);
}

/* A line that begins like a field or like the end would be one. */
static bool may_begin_a_line(char c)
{
	return c != ':' && c != '-' && c != '{';
}

static void wrapped(struct text *out, struct span rest)
{
	while (rest.size > 0) {
		size_t n = rest.size < LINE_CHARACTERS ? rest.size : LINE_CHARACTERS;

		while (n > 1 && n < rest.size && !may_begin_a_line(rest.at[n]))
			n--;
		text_span(out, span_bytes(rest.at, n));
		text_add(out, "\r\n");
		rest = span_from(rest, n);
	}
}

static void information(struct text *out, const struct bank_line *line)
{
	struct text all;
	int used = 0;

	text_init(&all, out->arena);
	text_printf(&all, ":86:%s?00%s", codes[line->kind].business, codes[line->kind].posting);
	pieces(&all, &used, "EREF+", line->end_to_end);
	pieces(&all, &used, "SVWZ+", statement_text(out->arena, line));
	party(&all, line);
	wrapped(out, text_done(&all));
}

/* ---- the statement ---- */

struct span mt940_write(struct arena *arena, const struct statement *statement)
{
	const struct bank_line *line;
	struct text out;

	text_init(&out, arena);
	text_printf(&out, ":20:STARTUMS\r\n:25:%.*s\r\n:28C:%05d/001\r\n", SPAN_ARG(statement->account->iban), statement->number);
	balance(&out, "60F", statement, statement->opening, statement->from);
	for (size_t i = 0; (line = statement_next(statement, &i)) != NULL;) {
		entry(&out, statement->account, line);
		information(&out, line);
	}
	balance(&out, "62F", statement, statement->closing, statement->to);
	text_add(&out, "-\r\n");
	return text_done(&out);
}
