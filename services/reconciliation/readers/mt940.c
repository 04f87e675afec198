#include "mt940.h"

#include <stdio.h>
#include <stdlib.h>

#include "mt940_state.h"

/* ---- fields ---- */

static const char tags[TAGS][4] = {
	[TAG_61] = "61",
	[TAG_86] = "86",
	[TAG_13] = "13",
	[TAG_13D] = "13D",
	[TAG_20] = "20",
	[TAG_21] = "21",
	[TAG_25] = "25",
	[TAG_25P] = "25P",
	[TAG_28] = "28",
	[TAG_28C] = "28C",
	[TAG_34F] = "34F",
	[TAG_60F] = "60F",
	[TAG_60M] = "60M",
	[TAG_62F] = "62F",
	[TAG_62M] = "62M",
	[TAG_64] = "64",
	[TAG_65] = "65",
	[TAG_90C] = "90C",
	[TAG_90D] = "90D",
	[TAG_NS] = "NS",
};

/* The tag that the line begins with; *rest is what follows it. */
static enum mt940_tag tag_of(struct span line, struct span *rest)
{
	if (line.size < 4 || line.at[0] != ':')
		return TAG_NONE;
	size_t n = line.at[3] == ':' ? 2 : 3;
	if (line.size < n + 2 || line.at[n + 1] != ':')
		return TAG_NONE;
	char letter = n == 3 ? line.at[3] : 0;
	for (int i = TAG_NONE + 1; i < TAGS; i++)
		if (line.at[1] == tags[i][0] && line.at[2] == tags[i][1] && letter == tags[i][2]) {
			*rest = span_from(line, n + 2);
			return (enum mt940_tag)i;
		}
	return TAG_NONE;
}

/* The head and the tail that a message has on SWIFT's wire, and the controls that some banks put around it. */
static bool is_frame(struct span line)
{
	line = span_trim(line);
	while (line.size && (unsigned char)line.at[0] < 0x20)
		line = span_from(line, 1);
	return span_starts(line, "{") || span_is(line, "-") || span_starts(line, "-}");
}

/* ":20:44:45" in a text is a time, and begins no statement. */
static bool is_time(struct span rest)
{
	return rest.size >= 2 && mt940_is_digit(rest.at[0]) && mt940_is_digit(rest.at[1]) && (rest.size == 2 || rest.at[2] == ':');
}

static void copy(char *to, size_t room, struct span text)
{
	size_t n = text.size < room ? text.size : room - 1;
	memcpy(to, text.at, n);
	to[n] = 0;
}

/* The first line of a field that has no other. */
static void copy_line(char *to, size_t room, struct span field)
{
	span_cut(field, '\n', &field, &(struct span){ 0 });
	copy(to, room, span_trim(field));
}

/* ---- the entry ---- */

static void entry_tell(struct mt940 *r)
{
	struct mt940_entry *e = &r->entry;
	struct reading_line *line = &r->line;
	if (!r->has_entry)
		return;
	r->has_entry = false;
	/* One that moves no money is the bank's remark. */
	if (!e->amount.minor)
		return;
	reading_line_clear(line);
	line->place = e->place;
	line->informs = e->expected;
	line->status = e->expected ? SPAN("expected") : SPAN("");
	line->booking = e->booking;
	line->value = e->value;
	line->value_written = e->clamped ? e->written : SPAN("");
	line->amount = e->amount;
	line->reversal = e->reversal;
	line->bank_ref = reading_is_no_reference(e->bank_ref) ? SPAN("") : e->bank_ref;
	mt940_texts(r);
	mt940_total_add(r, e);
	telling_line(&r->t, line);
}

static void entry_begin(struct mt940 *r, struct span field)
{
	r->info_size = 0;
	enum rule rule = mt940_entry_read(r, field);
	if (rule != RULE_NONE)
		telling_broken(&r->t, rule, r->place, "%s", r->why.text);
	r->has_entry = rule == RULE_NONE;
}

static void entry_text(struct mt940 *r, struct span field)
{
	if (!r->has_entry)
		return;
	if (field.size + 1 > sizeof(r->info) - r->info_size) {
		telling_fail(&r->t, RULE_TEXT, r->place, "the texts of one transaction are longer than %d bytes", FIELD_ROOM);
		return;
	}
	if (r->info_size)
		r->info[r->info_size++] = '\n';
	memcpy(r->info + r->info_size, field.at, field.size);
	r->info_size += field.size;
}

/* ---- the statement ---- */

static void statement_end(struct mt940 *r)
{
	char id[80];
	if (!r->t.in_statement)
		return;
	entry_tell(r);
	snprintf(id, sizeof(id), "%s%s%s", r->reference, r->reference[0] && r->number[0] ? " " : "", r->number);
	telling_name(&r->t, span_of(id));
	telling_end(&r->t);
}

static void statement_begin(struct mt940 *r)
{
	statement_end(r);
	telling_begin(&r->t, READING_STATEMENT, r->place);
	mt940_total_begin(r);
	r->reference[0] = r->number[0] = 0;
	r->ended = false;
}

/* "DE…EUR", "12345678/1234 EUR": the currency behind an account is not its identifier. */
static void take_account(struct mt940 *r, struct span text)
{
	struct currency currency;
	span_cut(text, '\n', &text, &(struct span){ 0 });
	text = span_trim(text);
	if (text.size > 6 && currency_parse(span_from(text, text.size - 3), &currency) == OK) {
		struct span account = span_trim(span_bytes(text.at, text.size - 3));
		if (account.size && mt940_is_digit(account.at[account.size - 1])) {
			text = account;
			(void)telling_currency(&r->t, currency);
		}
	}
	telling_account(&r->t, text);
}

/* "19321/1": the number before the page. */
static void take_number(struct mt940 *r, struct span text)
{
	struct span number;
	span_cut(text, '\n', &text, &(struct span){ 0 });
	text = span_trim(text);
	copy(r->number, sizeof(r->number), text);
	span_cut(text, '/', &number, &(struct span){ 0 });
	if (span_int64(span_trim(number), &r->t.statement.sequence) != OK)
		r->t.statement.sequence = 0;
	mt940_total_page(r);
}

/* "C110522EUR3236,28" */
static enum rule read_balance(struct mt940 *r, struct span text, struct money *money, struct date *date)
{
	struct currency currency;
	bool clamped;
	text = span_trim(text);
	why_set(&r->why, ERR_INVALID, "balance", "'%.*s' is not a balance", (int)(text.size < 40 ? text.size : 40), text.at);
	if (text.size < 11 || (text.at[0] != 'C' && text.at[0] != 'D'))
		return RULE_BALANCE;
	if (!mt940_date(span_from(text, 1), date, &clamped))
		return RULE_DATE;
	if (currency_parse(span_bytes(text.at + 7, 3), &currency) != OK)
		return RULE_CURRENCY;
	if (!telling_currency(&r->t, currency))
		return RULE_CURRENCY_MIXED;
	if (mt940_amount(r, span_from(text, 10), currency, money) != RULE_NONE)
		return RULE_AMOUNT;
	if (text.at[0] == 'D')
		money->minor = -money->minor;
	return RULE_NONE;
}

static void take_balance(struct mt940 *r, struct span text)
{
	struct money money;
	struct date date;
	enum rule rule = read_balance(r, text, &money, &date);
	if (rule != RULE_NONE)
		telling_broken(&r->t, rule, r->place, "%s", r->why.text);
	else if (r->tag == TAG_60F || r->tag == TAG_60M)
		telling_opening(&r->t, money, &date);
	else
		telling_closing(&r->t, money, &date, r->place);
}

/* "EURD0,00": an interim report says its currency with the limit. */
static void take_limit(struct mt940 *r, struct span text)
{
	struct currency currency;
	r->t.statement.kind = READING_INTERIM;
	mt940_total_floor(r, text);
	if (text.size >= 3 && currency_parse(span_bytes(text.at, 3), &currency) == OK)
		(void)telling_currency(&r->t, currency);
}

/* ---- fields that end ---- */

/* What begins a statement when the one before has its closing balance, or there is none. */
static bool begins(const struct mt940 *r)
{
	return r->tag == TAG_20 || !r->t.in_statement || (r->ended && r->tag != TAG_62F && r->tag != TAG_62M && r->tag != TAG_21);
}

static void take_total(struct mt940 *r, struct span field)
{
	r->t.statement.kind = READING_INTERIM;
	mt940_total_compare(r, r->tag == TAG_90C, field);
}

static void take_field(struct mt940 *r, struct span field)
{
	switch (r->tag) {
	case TAG_61: entry_begin(r, field); break;
	case TAG_20: copy_line(r->reference, sizeof(r->reference), field); break;
	case TAG_25:
	case TAG_25P: take_account(r, field); break;
	case TAG_28:
	case TAG_28C: take_number(r, field); break;
	case TAG_34F: take_limit(r, field); break;
	case TAG_13:
	case TAG_13D: r->t.statement.kind = READING_INTERIM; break;
	case TAG_60F:
	case TAG_60M:
	case TAG_62F:
	case TAG_62M:
		take_balance(r, field);
		r->ended = r->tag == TAG_62F || r->tag == TAG_62M;
		break;
	case TAG_90C:
	case TAG_90D: take_total(r, field); break;
	case TAG_NONE:
	case TAG_86:
	case TAG_21:
	case TAG_64:
	case TAG_65:
	case TAG_NS:
	case TAGS: break;
	}
}

static void field_end(struct mt940 *r)
{
	struct span field = span_bytes(r->bytes, r->size);
	if (r->tag == TAG_NONE || r->t.failed != OK)
		return;
	if (r->tag == TAG_86)
		entry_text(r, field);
	else if (r->tag != TAG_64 && r->tag != TAG_65 && r->tag != TAG_NS) {
		if (begins(r))
			statement_begin(r);
		entry_tell(r);
		take_field(r, field);
	}
	r->tag = TAG_NONE;
}

/* Texts are decoded when they are whole, for they are cut in letters too. */
static void field_add(struct mt940 *r, struct span line, bool first)
{
	if (r->tag != TAG_86)
		line = charset_utf8(r->t.settings.charset, line, r->decoded);
	if (line.size + 1 > sizeof(r->bytes) - r->size) {
		telling_fail(&r->t, RULE_TEXT, r->place, "a field is longer than %d bytes", FIELD_ROOM);
		return;
	}
	if (!first)
		r->bytes[r->size++] = '\n';
	memcpy(r->bytes + r->size, line.at, line.size);
	r->size += line.size;
}

/* The end of a message is the end of its statement, but for one whose text has a line of a dash. */
static void frame(struct mt940 *r, struct span line)
{
	bool in_text = r->has_entry && r->t.statement.kind == READING_STATEMENT && r->tag == TAG_86 && span_is(span_trim(line), "-");
	if (in_text) {
		field_add(r, line, false);
		return;
	}
	field_end(r);
	if (r->ended || r->t.statement.kind == READING_INTERIM)
		statement_end(r);
	r->tag = TAG_NONE;
}

static void take_line(void *ctx, struct span line, struct place place)
{
	struct mt940 *r = ctx;
	struct span rest;
	enum mt940_tag tag = tag_of(line, &rest);
	if (place.line == 1 && span_starts(line, "\xef\xbb\xbf"))
		tag = tag_of(span_from(line, 3), &rest);
	if (tag == TAG_20 && r->tag == TAG_86 && r->has_entry && is_time(rest))
		tag = TAG_NONE;
	if (tag != TAG_NONE) {
		field_end(r);
		r->tag = tag;
		r->place = place;
		r->size = 0;
		field_add(r, rest, true);
	} else if (is_frame(line))
		frame(r, line);
	else if (r->tag != TAG_NONE)
		field_add(r, line, false);
}

/* ---- the reader ---- */

/* Sure of a tag at the beginning of a line and one that follows it; a lone one may be. */
static int looks_like(struct span head, const struct reading_settings *settings)
{
	int found = 0;
	(void)settings;
	if (span_starts(head, "\xef\xbb\xbf"))
		head = span_from(head, 3);
	for (bool more = true; more && found < 2;) {
		struct span line, after;
		more = span_cut(head, '\n', &line, &head);
		found += tag_of(line, &after) != TAG_NONE;
	}
	return found == 2 ? READER_SURE : found ? READER_LIKELY : READER_NO;
}

static void *reader_open(const struct reading_sink *sink, const struct reading_settings *settings)
{
	struct mt940 *r = calloc(1, sizeof(*r));
	if (!r)
		bug("no memory for a reader");
	telling_init(&r->t, sink, settings);
	lines_init(&r->lines, &r->t, take_line, r);
	return r;
}

static enum err reader_feed(void *reader, struct span bytes, bool last, struct why *why)
{
	struct mt940 *r = reader;
	lines_feed(&r->lines, bytes, last);
	if (last && r->t.failed == OK) {
		field_end(r);
		statement_end(r);
		if (!r->t.statements)
			telling_fail(&r->t, RULE_EMPTY, r->lines.here, "the file holds no statement");
	}
	return telling_result(&r->t, why);
}

static const struct violation *reader_violation(const void *reader)
{
	return &((const struct mt940 *)reader)->t.violation;
}

static void reader_close(void *reader)
{
	free(reader);
}

const struct reader mt940_reader = {
	.name = "mt940",
	.help = "SWIFT: statements MT940 in the banks' dialects; MT942 informs",
	.looks_like = looks_like,
	.open = reader_open,
	.feed = reader_feed,
	.violation = reader_violation,
	.close = reader_close,
};
