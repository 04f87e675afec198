#include "mt940.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "mt940_state.h"

/* ---- fields ---- */

static const struct span tags[] = { SPAN_INIT("13"), SPAN_INIT("13D"), SPAN_INIT("20"), SPAN_INIT("21"), SPAN_INIT("25"), SPAN_INIT("25P"),
	SPAN_INIT("28"), SPAN_INIT("28C"), SPAN_INIT("34F"), SPAN_INIT("60F"), SPAN_INIT("60M"), SPAN_INIT("61"), SPAN_INIT("62F"),
	SPAN_INIT("62M"), SPAN_INIT("64"), SPAN_INIT("65"), SPAN_INIT("86"), SPAN_INIT("90C"), SPAN_INIT("90D"), SPAN_INIT("NS") };

/* The tag that the line begins with; *rest is what follows it. NULL: it is none. */
static const char *tag_of(struct span line, struct span *rest)
{
	if (line.size < 4 || line.at[0] != ':')
		return NULL;
	for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
		size_t n = tags[i].size;
		if (line.at[1] == tags[i].at[0] && line.size >= n + 2 && line.at[n + 1] == ':' && !memcmp(line.at + 1, tags[i].at, n)) {
			*rest = span_from(line, n + 2);
			return tags[i].at;
		}
	}
	return NULL;
}

static bool is_tag(const struct mt940 *r, const char *tag)
{
	return !strcmp(r->tag, tag);
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
	return rest.size >= 2 && isdigit((unsigned char)rest.at[0]) && isdigit((unsigned char)rest.at[1]) &&
	       (rest.size == 2 || rest.at[2] == ':');
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
	if (!r->has_entry)
		return;
	r->has_entry = false;
	struct reading_line line = {
		.place = e->place,
		.informs = e->expected,
		.status = e->expected ? SPAN("expected") : SPAN(""),
		.booking = e->booking,
		.value = e->value,
		.value_written = e->clamped ? e->written : SPAN(""),
		.amount = e->amount,
		.reversal = e->reversal,
		.bank_ref = reading_is_no_reference(e->bank_ref) ? SPAN("") : e->bank_ref,
	};
	mt940_texts(r, &line);
	/* One that moves no money is the bank's remark. */
	if (!e->amount.minor)
		return;
	mt940_total_add(r, e);
	telling_line(&r->t, &line);
}

static void entry_begin(struct mt940 *r, struct span field)
{
	struct why why = { 0 };
	r->info_size = 0;
	r->entry.reference = r->entry.bank_ref = r->entry.type = r->entry.supplement = SPAN("");
	enum rule rule = mt940_entry_read(r, field, r->place, &r->entry, &why);
	if (rule != RULE_NONE)
		telling_broken(&r->t, rule, r->place, "%s", why.text);
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
		if (account.size && isdigit((unsigned char)account.at[account.size - 1])) {
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
static enum rule read_balance(struct mt940 *r, struct span text, struct money *money, struct date *date, struct why *why)
{
	struct currency currency;
	bool clamped;
	text = span_trim(text);
	why_set(why, ERR_INVALID, "balance", "'%.*s' is not a balance", (int)(text.size < 40 ? text.size : 40), text.at);
	if (text.size < 11 || (text.at[0] != 'C' && text.at[0] != 'D'))
		return RULE_BALANCE;
	if (!mt940_date(span_from(text, 1), date, &clamped))
		return RULE_DATE;
	if (currency_parse(span_bytes(text.at + 7, 3), &currency) != OK)
		return RULE_CURRENCY;
	if (!telling_currency(&r->t, currency))
		return RULE_CURRENCY_MIXED;
	if (mt940_amount(span_from(text, 10), currency, money, why) != RULE_NONE)
		return RULE_AMOUNT;
	if (text.at[0] == 'D')
		money->minor = -money->minor;
	return RULE_NONE;
}

static void take_balance(struct mt940 *r, struct span text)
{
	struct money money;
	struct date date;
	struct why why = { 0 };
	enum rule rule = read_balance(r, text, &money, &date, &why);
	if (rule != RULE_NONE)
		telling_broken(&r->t, rule, r->place, "%s", why.text);
	else if (r->tag[1] == '0')
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
	return is_tag(r, "20") || !r->t.in_statement || (r->ended && !is_tag(r, "62F") && !is_tag(r, "62M") && !is_tag(r, "21"));
}

static void take_head(struct mt940 *r, struct span field)
{
	if (is_tag(r, "20"))
		copy_line(r->reference, sizeof(r->reference), field);
	else if (r->tag[0] == '2' && r->tag[1] == '5')
		take_account(r, field);
	else if (r->tag[0] == '2' && r->tag[1] == '8')
		take_number(r, field);
	else if (is_tag(r, "34F"))
		take_limit(r, field);
	else if (r->tag[0] == '1')
		r->t.statement.kind = READING_INTERIM;
	else if (r->tag[0] == '9') {
		r->t.statement.kind = READING_INTERIM;
		mt940_total_compare(r, is_tag(r, "90C"), field);
	}
}

static void take_body(struct mt940 *r, struct span field)
{
	if (is_tag(r, "61"))
		entry_begin(r, field);
	else if (r->tag[0] == '6') {
		take_balance(r, field);
		r->ended = r->tag[1] == '2';
	} else
		take_head(r, field);
}

static void field_end(struct mt940 *r)
{
	struct span field = span_bytes(r->bytes, r->size);
	if (!r->tag[0] || r->t.failed != OK)
		return;
	if (is_tag(r, "86"))
		entry_text(r, field);
	else if (!is_tag(r, "64") && !is_tag(r, "65") && !is_tag(r, "NS")) {
		if (begins(r))
			statement_begin(r);
		entry_tell(r);
		take_body(r, field);
	}
	r->tag[0] = 0;
}

/* Texts are decoded when they are whole, for they are cut in letters too. */
static void field_add(struct mt940 *r, struct span line, bool first)
{
	if (!is_tag(r, "86"))
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
	bool in_text = r->has_entry && r->t.statement.kind == READING_STATEMENT && is_tag(r, "86") && span_is(span_trim(line), "-");
	if (in_text) {
		field_add(r, line, false);
		return;
	}
	field_end(r);
	if (r->ended || r->t.statement.kind == READING_INTERIM)
		statement_end(r);
	r->tag[0] = 0;
}

static void take_line(void *ctx, struct span line, struct place place)
{
	struct mt940 *r = ctx;
	struct span rest;
	const char *tag = tag_of(line, &rest);
	if (place.line == 1 && span_starts(line, "\xef\xbb\xbf"))
		tag = tag_of(span_from(line, 3), &rest);
	if (tag && is_tag(r, "86") && r->has_entry && !strcmp(tag, "20") && is_time(rest))
		tag = NULL;
	if (tag) {
		field_end(r);
		copy(r->tag, sizeof(r->tag), span_of(tag));
		r->place = place;
		r->size = 0;
		field_add(r, rest, true);
	} else if (is_frame(line))
		frame(r, line);
	else if (r->tag[0])
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
		found += tag_of(line, &after) != NULL;
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
