#include "nacha.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lines.h"
#include "nacha_record.h"
#include "written.h"

enum { FIRST_BYTES = 110, TEXTS_KEPT = 40, OF_TEXT = 81 };

static const struct currency usd = { "USD" };

struct nacha {
	struct telling t;
	struct lines lines;
	/* How records are told apart: by their first bytes, no line of which is longer. */
	enum { NACHA_FIRST, NACHA_LINES, NACHA_FIXED } mode;
	size_t size; /* of the bytes that wait */
	int64_t byte, number; /* of the next fixed record */
	char bytes[FIRST_BYTES];
	struct nacha_record now;
	/* The file and the batch. */
	bool in_file, was_file, in_batch, advice, any_advice, international;
	char modifier;
	struct date created, effective;
	int64_t batches;
	struct nacha_sums file, batch;
	struct nacha_record header; /* of the batch */
	/* The entry that waits for its addenda. */
	bool has_entry, has_answer;
	struct nacha_record entry, answer; /* answer: addenda 98 or 99 */
	char name[CHARSET_ROOM(36)];       /* of an international entry, from its addenda */
	int text_count;
	char texts[TEXTS_KEPT][CHARSET_ROOM(OF_TEXT)];
};

static bool fails(struct nacha *n, const char *text)
{
	telling_fail(&n->t, RULE_RECORD, n->now.place, "%s", text);
	return false;
}

/* ---- what came back ---- */

enum answer { ANSWER_NONE, ANSWER_RETURN, ANSWER_DISHONOURED, ANSWER_CONTESTED, ANSWER_CHANGE };

static const char *const answer_words[] = { "entry", "return", "dishonored return", "contested return", "notification of change" };

/* The number of "R01" or "C01"; -1 when it is none. */
static int code_number(struct span code, char letter)
{
	if (code.size != 3 || code.at[0] != letter || !isdigit((unsigned char)code.at[1]) || !isdigit((unsigned char)code.at[2]))
		return -1;
	return (code.at[1] - '0') * 10 + (code.at[2] - '0');
}

static enum answer answer_of(const struct nacha *n)
{
	if (!n->has_answer)
		return ANSWER_NONE;
	if (span_is(nacha_raw(&n->answer, 2, 3), "98"))
		return ANSWER_CHANGE;
	int code = code_number(nacha_raw(&n->answer, 4, 6), 'R');
	return code >= 61 && code <= 70 ? ANSWER_DISHONOURED : code >= 71 && code <= 77 ? ANSWER_CONTESTED : ANSWER_RETURN;
}

static bool answer_is_whole(struct nacha *n, enum answer answer)
{
	struct span code = nacha_raw(&n->answer, 4, 6), trace = nacha_raw(&n->answer, 7, 21);
	int64_t number;
	if (code_number(code, answer == ANSWER_CHANGE ? 'C' : 'R') < 0)
		telling_broken(&n->t, RULE_FIELD, n->answer.place, "'%.*s' is no reason", SPAN_ARG(code));
	else if (!written_digits(trace, &number))
		telling_broken(&n->t, RULE_FIELD, n->answer.place, "'%.*s' is no trace number of an original entry", SPAN_ARG(trace));
	else
		return true;
	return false;
}

static void add_text(struct reading_line *l, struct span text)
{
	if (text.size && l->text_count < READING_TEXTS)
		l->texts[l->text_count++] = text;
}

/* The date of death is there for the two reasons that mean one: R14 the payee's, R15 the beneficiary's. */
static void take_return(const struct nacha *n, struct reading_line *l)
{
	int code = code_number(l->return_reason, 'R');
	l->return_text = nacha_field(&n->answer, n->international ? 46 : 36, 79);
	if (code == 14 || code == 15)
		add_text(l, nacha_field(&n->answer, 22, 27));
}

static void take_answer(const struct nacha *n, enum answer answer, struct reading_line *l)
{
	const struct nacha_record *a = &n->answer;
	l->return_reason = nacha_raw(a, 4, 6);
	l->original_ref = nacha_raw(a, 7, 21);
	switch (answer) {
	case ANSWER_NONE: break;
	case ANSWER_RETURN: take_return(n, l); break;
	case ANSWER_DISHONOURED:
		l->bank_ref = nacha_field(a, 39, 53);
		l->return_text = nacha_field(a, 59, 79);
		add_text(l, nacha_field(a, 57, 58));
		break;
	case ANSWER_CONTESTED:
		l->bank_ref = nacha_field(a, 39, 53);
		add_text(l, nacha_field(a, 57, 58));
		add_text(l, nacha_field(a, 59, 73));
		add_text(l, nacha_field(a, 77, 78));
		break;
	case ANSWER_CHANGE: l->return_text = nacha_field(a, 36, 64); break;
	}
}

/* ---- the entry ---- */

static bool amount_of(const struct nacha *n, int64_t *minor)
{
	return nacha_number(&n->entry, n->advice ? 28 : 30, 39, minor);
}

/* As the originator's account sees it. */
static int64_t signed_amount(const struct nacha *n, enum answer answer, int64_t code, int64_t minor)
{
	int64_t sent = nacha_is_debit(code, n->advice) ? minor : -minor;
	if (answer == ANSWER_CHANGE)
		return 0;
	return answer == ANSWER_NONE || answer == ANSWER_DISHONOURED ? sent : -sent;
}

static struct span iso_code(bool debit, enum answer answer)
{
	if (answer == ANSWER_CHANGE)
		return SPAN("NOC");
	if (answer == ANSWER_RETURN || answer == ANSWER_CONTESTED)
		return debit ? SPAN("PMNT/IDDT/UPDD") : SPAN("PMNT/ICDT/RRTN");
	return debit ? SPAN("PMNT/IDDT/OTHR") : SPAN("PMNT/ICDT/OTHR");
}

static void fill_entry(const struct nacha *n, struct reading_line *l)
{
	const struct nacha_record *e = &n->entry;
	l->transaction_ref = n->advice ? SPAN("") : nacha_field(e, 80, 94);
	l->end_to_end = n->international || n->advice ? SPAN("") : nacha_field(e, 40, 54);
	l->party_name = n->international ? span_of(n->name) : nacha_field(e, 55, 76);
	l->party_iban = n->international ? nacha_field(e, 40, 74) : nacha_field(e, 13, n->advice ? 27 : 29);
	l->party_bank = nacha_field(e, 4, 12);
	add_text(l, nacha_field(&n->header, 54, 63));
	for (int i = 0; i < n->text_count; i++)
		add_text(l, span_of(n->texts[i]));
}

static void tell(struct nacha *n)
{
	enum answer answer = answer_of(n);
	int64_t code = 0, minor = 0;
	char own[16];
	if (!n->has_entry)
		return;
	n->has_entry = false;
	if (!nacha_number(&n->entry, 2, 3, &code) || !amount_of(n, &minor) || minor >= MONEY_LIMIT) {
		telling_broken(&n->t, RULE_AMOUNT, n->entry.place, "an entry has no transaction code, or no amount");
		return;
	}
	nacha_sums_entry(&n->batch, &n->entry, minor, n->advice);
	if (answer != ANSWER_NONE && !answer_is_whole(n, answer))
		return;
	struct reading_line l = { .place = n->entry.place, .informs = true, .booking = n->created, .value = n->effective };
	struct span kind = nacha_field(&n->header, 51, 53);
	snprintf(own, sizeof(own), "%.*s %02d", SPAN_ARG(kind), (int)code);
	l.amount = (struct money){ signed_amount(n, answer, code, minor), usd };
	l.status = span_of(answer_words[answer]);
	l.code = iso_code(nacha_is_debit(code, n->advice), answer);
	l.bank_code = span_of(own);
	fill_entry(n, &l);
	take_answer(n, answer, &l);
	telling_line(&n->t, &l);
}

/* ---- records ---- */

static bool begin_file(struct nacha *n)
{
	const struct nacha_record *r = &n->now;
	if (n->in_file || !span_is(nacha_raw(r, 35, 37), "094"))
		return fails(n, "a file begins where none can");
	if (!written_yymmdd(nacha_raw(r, 24, 29), &n->created))
		return fails(n, "the file has no date of creation");
	n->in_file = n->was_file = true;
	n->modifier = nacha_raw(r, 34, 34).at[0];
	n->file = (struct nacha_sums){ 0 };
	n->batches = 0;
	n->any_advice = false;
	return true;
}

static bool begin_batch(struct nacha *n)
{
	const struct nacha_record *r = &n->now;
	char name[48], date[DATE_TEXT + 1];
	struct span number = nacha_field(r, 88, 94), company = nacha_field(r, 41, 50);
	if (!n->in_file || n->in_batch)
		return fails(n, "a batch begins where none can");
	n->in_batch = true;
	n->header = *r;
	n->batch = (struct nacha_sums){ 0 };
	n->advice = span_is(nacha_raw(r, 51, 53), "ADV");
	n->international = span_is(nacha_raw(r, 51, 53), "IAT");
	n->any_advice |= n->advice;
	n->batches++;
	if (!written_yymmdd(nacha_raw(r, 70, 75), &n->effective))
		n->effective = n->created;
	date_print(n->created, date);
	snprintf(name, sizeof(name), "%s %c %.*s", date, isalnum((unsigned char)n->modifier) ? n->modifier : '-',
		(int)(number.size < 28 ? number.size : 28), number.at);
	telling_begin(&n->t, READING_RETURNS, r->place);
	telling_name(&n->t, span_of(name));
	telling_account(&n->t, company.size ? company : n->t.settings.account);
	(void)telling_currency(&n->t, usd);
	return true;
}

static bool begin_entry(struct nacha *n)
{
	if (!n->in_batch)
		return fails(n, "an entry stands outside a batch");
	tell(n);
	n->has_entry = true;
	n->has_answer = false;
	n->entry = n->now;
	n->name[0] = 0;
	n->text_count = 0;
	return true;
}

static void keep(char *to, size_t room, struct span text)
{
	if (text.size < room)
		snprintf(to, room, "%.*s", SPAN_ARG(text));
}

static bool take_addenda(struct nacha *n)
{
	struct span type = nacha_raw(&n->now, 2, 3);
	if (!n->has_entry)
		return fails(n, "addenda stand behind no entry");
	n->batch.records++;
	if (span_is(type, "98") || span_is(type, "99")) {
		if (n->has_answer)
			return fails(n, "an entry is returned twice");
		n->has_answer = true;
		n->answer = n->now;
	} else if (span_is(type, "10") && n->international)
		keep(n->name, sizeof(n->name), nacha_field(&n->now, 47, 81));
	else if (span_is(type, "05") && n->text_count < TEXTS_KEPT)
		keep(n->texts[n->text_count++], sizeof(n->texts[0]), nacha_field(&n->now, 4, 83));
	return true;
}

static bool end_batch(struct nacha *n)
{
	if (!n->in_batch)
		return fails(n, "a batch ends that did not begin");
	tell(n);
	const char *what = nacha_sums_differ(&n->batch, &n->now, 5, 6, n->advice);
	if (what)
		telling_broken(&n->t, RULE_CONTROL, n->now.place, "%s of the batch is not that of its entries", what);
	nacha_sums_add(&n->file, &n->batch);
	telling_end(&n->t);
	n->in_batch = false;
	return true;
}

static bool end_file(struct nacha *n)
{
	int64_t batches;
	if (!n->in_file || n->in_batch)
		return fails(n, "a file ends that did not begin, or before its batch");
	const char *what = nacha_sums_differ(&n->file, &n->now, 14, 8, n->any_advice);
	n->in_file = false;
	if (!nacha_number(&n->now, 2, 7, &batches) || batches != n->batches)
		what = "the number of batches";
	if (what)
		telling_fail(&n->t, RULE_CONTROL_FILE, n->now.place, "%s of the file is not that of its batches", what);
	return !what;
}

static bool take_record(struct nacha *n)
{
	switch (n->now.bytes[0]) {
	case '1': return begin_file(n);
	case '5': return begin_batch(n);
	case '6': return begin_entry(n);
	case '7': return take_addenda(n);
	case '8': return end_batch(n);
	case '9': return (!n->in_file && nacha_is_filler(&n->now)) || end_file(n);
	default: return fails(n, "no record of an ACH file begins so");
	}
}

/* ---- bytes ---- */

static void take_line(void *ctx, struct span line, struct place place)
{
	struct nacha *n = ctx;
	if (!span_trim(line).size)
		return;
	if (nacha_record_set(&n->now, line, place, n->t.settings.charset))
		(void)take_record(n);
	else
		telling_fail(&n->t, RULE_RECORD, place, "a record is longer than %d characters", NACHA_RECORD);
}

/* Records without line ends are numbered as if they were lines. */
static void take_fixed(struct nacha *n, struct span bytes, bool last)
{
	while (bytes.size && n->t.failed == OK) {
		size_t room = NACHA_RECORD - n->size, part = bytes.size < room ? bytes.size : room;
		memcpy(n->bytes + n->size, bytes.at, part);
		n->size += part;
		bytes = span_from(bytes, part);
		if (n->size < NACHA_RECORD)
			break;
		take_line(n, span_bytes(n->bytes, n->size), (struct place){ ++n->number, n->byte });
		n->byte += (int64_t)n->size;
		n->size = 0;
	}
	if (last && n->size && n->t.failed == OK)
		take_line(n, span_bytes(n->bytes, n->size), (struct place){ ++n->number, n->byte });
}

static bool has_line_end(struct span bytes)
{
	return bytes.size && (memchr(bytes.at, '\n', bytes.size) || memchr(bytes.at, '\r', bytes.size));
}

static void feed_by_mode(struct nacha *n, struct span bytes, bool last)
{
	if (n->mode == NACHA_LINES)
		lines_feed(&n->lines, bytes, last);
	else
		take_fixed(n, bytes, last);
}

/* Gathers the first bytes until they tell whether lines end; then hands them on. */
static void take_first(struct nacha *n, struct span *bytes, bool last)
{
	char first[FIRST_BYTES];
	size_t room = sizeof(n->bytes) - n->size, part = bytes->size < room ? bytes->size : room, size;
	if (part)
		memcpy(n->bytes + n->size, bytes->at, part);
	n->size += part;
	*bytes = span_from(*bytes, part);
	if (!last && n->size < sizeof(n->bytes))
		return;
	size = n->size;
	memcpy(first, n->bytes, size);
	n->size = 0;
	n->mode = has_line_end(span_bytes(first, size)) ? NACHA_LINES : NACHA_FIXED;
	feed_by_mode(n, span_bytes(first, size), false);
}

/* ---- the reader ---- */

static struct span without_line_ends(struct span head)
{
	while (head.size && (head.at[0] == '\n' || head.at[0] == '\r'))
		head = span_from(head, 1);
	return head;
}

static int looks_like(struct span head, const struct reading_settings *settings)
{
	struct span size = span_from(without_line_ends(head), 34);
	(void)settings;
	return span_starts(without_line_ends(head), "101") && span_starts(size, "094") ? READER_SURE : READER_NO;
}

static void *nacha_open(const struct reading_sink *sink, const struct reading_settings *settings)
{
	struct nacha *n = calloc(1, sizeof(*n));
	if (!n)
		bug("no memory for a reader");
	telling_init(&n->t, sink, settings);
	lines_init(&n->lines, &n->t, take_line, n);
	return n;
}

static enum err nacha_feed(void *state, struct span bytes, bool last, struct why *why)
{
	struct nacha *n = state;
	if (n->mode == NACHA_FIRST)
		take_first(n, &bytes, last);
	if (n->mode != NACHA_FIRST)
		feed_by_mode(n, bytes, last);
	if (last && (n->in_file || !n->was_file))
		telling_fail(&n->t, RULE_CUT_SHORT, n->now.place, "the file has no control record at its end");
	else if (last && !n->t.statements)
		telling_fail(&n->t, RULE_EMPTY, n->now.place, "the file holds no batch");
	return telling_result(&n->t, why);
}

static const struct violation *nacha_violation(const void *state)
{
	return &((const struct nacha *)state)->t.violation;
}

const struct reader nacha_reader = {
	.name = "nacha",
	.help = "returns and notifications of change of the ACH network",
	.looks_like = looks_like,
	.open = nacha_open,
	.feed = nacha_feed,
	.violation = nacha_violation,
	.close = free,
};
