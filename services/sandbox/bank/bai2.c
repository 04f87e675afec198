#include "letters.h"
#include "statement.h"
#include "zone.h"

enum { NAME_CHARACTERS = 35, TEXT_CHARACTERS = 70 };

/* Of the file, a group or an account: what its trailer says. */
struct control {
	int64_t sum;
	int records, parts;
};

struct writer {
	struct text out;
	const struct statement *statement;
	struct control file, group, account;
};

/* Type codes: the sign of an amount is in them alone. */
static int type_code(const struct bank_line *line)
{
	switch (line->kind) {
	case LINE_TRANSFER: return 195; /* incoming money transfer */
	case LINE_PAYOUT: return 142;   /* ACH credit received */
	case LINE_FEE: return 698;      /* miscellaneous fees */
	case LINE_RETURN: return 557;   /* ACH return item */
	}
	bug("sandbox: a line of no kind");
}

static void record(struct writer *w, const char *text)
{
	text_printf(&w->out, "%s\r\n", text);
	w->account.records++;
}

/* A reference is a field: what would end it is left out. */
static const char *field(struct arena *arena, struct span value)
{
	char *copy = span_cstr(arena, letters_ascii(arena, value));

	for (char *c = copy; *c != 0; c++)
		if (*c == ',' || *c == '/')
			*c = ' ';
	return copy;
}

/* ---- an account ---- */

static const char *summary(struct writer *w, int code, int64_t minor, const char *items)
{
	w->account.sum += minor;
	return arena_printf(w->out.arena, "%03d,%lld,%s,", code, (long long)minor, items);
}

static void head(struct writer *w, const struct statement *day)
{
	struct statement_sums sums = statement_sums(day);
	struct arena *arena = w->out.arena;
	const char *opening = summary(w, 10, day->opening, ""), *closing = summary(w, 15, day->closing, "");
	const char *credits = summary(w, 100, sums.credit, arena_printf(arena, "%d", sums.credits));
	const char *debits = summary(w, 400, sums.debit, arena_printf(arena, "%d", sums.debits));

	record(w, arena_printf(arena, "03,%.*s,%s,%s,%s/", SPAN_ARG(day->account->iban), day->account->currency.code, opening, closing));
	record(w, arena_printf(arena, "88,%s,%s/", credits, debits));
}

/* More of a detail's text, in as many records as it needs. */
static void texts(struct writer *w, struct span rest)
{
	while (rest.size > 0) {
		struct span piece = span_bytes(rest.at, rest.size < TEXT_CHARACTERS ? rest.size : TEXT_CHARACTERS);

		record(w, arena_printf(w->out.arena, "88,%.*s/", SPAN_ARG(piece)));
		rest = span_from(rest, piece.size);
	}
}

static void detail(struct writer *w, const struct bank_line *line)
{
	struct arena *arena = w->out.arena;
	int64_t minor = line->amount < 0 ? -line->amount : line->amount;
	bool later = date_compare(line->value, line->booked) != 0;
	const char *funds = later ? arena_printf(arena, "V,%s,", statement_day(arena, line->value) + 2) : "0";
	const char *reference = line->bare ? "" : line->ref;
	struct span name = letters_ascii(arena, line->party_name);

	w->account.sum += minor;
	/* A text may not begin with the mark that ends a record. */
	record(w, arena_printf(arena, "16,%d,%lld,%s,%s,%s,%s%.*s/", type_code(line), (long long)minor, funds, reference,
			  field(arena, line->end_to_end), span_starts(name, "/") ? " " : "",
			  (int)(name.size < NAME_CHARACTERS ? name.size : NAME_CHARACTERS), name.at));
	texts(w, letters_ascii(arena, statement_text(arena, line)));
}

static void end_part(struct writer *w, int code, struct control *part, struct control *whole)
{
	part->records++;
	text_printf(&w->out, "%02d,%lld,", code, (long long)part->sum);
	if (code != 49)
		text_printf(&w->out, "%d,", part->parts);
	text_printf(&w->out, "%d/\r\n", part->records);
	if (whole != NULL) {
		whole->sum += part->sum;
		whole->records += part->records;
		whole->parts++;
	}
}

static void account(struct writer *w, const struct statement *day)
{
	const struct bank_line *line;

	w->account = (struct control){ 0 };
	head(w, day);
	for (size_t i = 0; (line = statement_next(day, &i)) != NULL;)
		detail(w, line);
	end_part(w, 49, &w->account, &w->group);
}

/* ---- the file ---- */

/* A group reports as of one day. */
static void group(struct writer *w, struct date at)
{
	const struct statement *whole = w->statement;
	struct statement day = *whole;

	day.from = day.to = at;
	day.opening = date_compare(at, whole->from) == 0 ? whole->opening : bank_balance(whole->account, at);
	day.closing = date_compare(at, whole->to) == 0 ? whole->closing : bank_balance(whole->account, (struct date){ at.day + 1 });
	w->group = (struct control){ .records = 1 };
	text_printf(&w->out, "02,,%.*s,1,%s,2400,%s,2/\r\n", SPAN_ARG(whole->account->bic), statement_day(w->out.arena, at) + 2,
		whole->account->currency.code);
	account(w, &day);
	end_part(w, 98, &w->group, &w->file);
}

struct span bai2_write(struct arena *arena, const struct statement *statement)
{
	struct writer w = { .statement = statement, .file = { .records = 1 } };
	const char *made = instant_text(arena, statement->created); /* 2026-03-31T05:00:00… */

	text_init(&w.out, arena);
	text_printf(&w.out, "01,%.*s,,%.2s%.2s%.2s,%.2s%.2s,%d,,,2/\r\n", SPAN_ARG(statement->account->bic), made + 2, made + 5, made + 8,
		made + 11, made + 14, statement->number);
	for (struct date at = statement->from; date_compare(at, statement->to) <= 0; at.day++)
		if (calendar_is_business(calendar_find("TARGET"), at))
			group(&w, at);
	end_part(&w, 99, &w.file, NULL);
	return text_done(&w.out);
}
