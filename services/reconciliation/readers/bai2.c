#include "bai2.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bai2_codes.h"
#include "charset.h"
#include "lines.h"
#include "written.h"

enum { FIELDS = 2048, RECORD_BYTES = 65536 };

/* Of a file, a group or an account: what its trailer must say. */
struct control {
	int64_t sum, records, parts;
	bool overflowed;
};

/* A balance or total that an account states about itself. */
struct stated {
	bool there;
	int64_t minor;
	struct place place;
};

struct bai2 {
	struct telling t;
	struct lines lines;
	/* The record that is gathered; 0: none. */
	int code, pieces; /* pieces: the record itself and its 88s, as trailers count them */
	struct place place;
	int field_count;
	bool in_text;
	struct span fields[FIELDS];
	size_t used;
	char bytes[RECORD_BYTES];
	/* Where it stands. */
	bool in_file, in_group, in_account;
	struct control file, group, account;
	int accounts; /* of the file so far: their number is part of the statement's name */
	char file_name[48];
	char status; /* of the group */
	bool interim;
	struct date as_of;
	struct currency group_currency, currency;
	struct stated opening, closing, opening_available, closing_available, credits, debits;
	int64_t credit_sum, debit_sum;
	char utf8[CHARSET_ROOM(LINE_MOST)]; /* the line that is read */
};

static struct span field(const struct bai2 *b, int i)
{
	return i < b->field_count ? span_trim(b->fields[i]) : SPAN("");
}

static void broken(struct bai2 *b, enum rule rule, const char *text, struct span value)
{
	telling_broken(&b->t, rule, b->place, "%s '%.*s'", text, (int)(value.size < 40 ? value.size : 40), value.at);
}

/* ---- sums ---- */

static void control_add(struct control *c, int64_t minor)
{
	c->overflowed |= __builtin_add_overflow(c->sum, minor, &c->sum);
}

static bool control_holds(const struct control *c, struct span sum)
{
	int64_t told;
	return !c->overflowed && written_minor(sum, &told) && told == c->sum;
}

static bool count_holds(int64_t count, struct span told)
{
	int64_t n;
	return written_digits(told, &n) && n == count;
}

/* An amount of the record, counted for the trailers; false when it is none. An empty one is 0. */
static bool take_amount(struct bai2 *b, struct span text, int64_t *minor)
{
	*minor = 0;
	if (text.size && !written_minor(text, minor)) {
		broken(b, RULE_AMOUNT, "the amount is", text);
		return false;
	}
	control_add(&b->account, *minor);
	return true;
}

/* ---- funds types ---- */

/* How many fields a funds type has behind it, the field itself not counted: 3 for S, 2 for V, 1 + 2n for D; -1 while that can't be seen yet. */
static int funds_extra(const struct bai2 *b, int at)
{
	struct span type = field(b, at);
	int64_t n;
	if (span_is(type, "S"))
		return 3;
	if (span_is(type, "V"))
		return 2;
	if (!span_is(type, "D"))
		return 0;
	if (at + 1 >= b->field_count)
		return -1;
	return written_digits(field(b, at + 1), &n) && n <= FIELDS / 2 ? (int)(1 + 2 * n) : 1;
}

static bool is_funds_type(struct span text)
{
	return !text.size || (text.size == 1 && strchr("012SVDZ", text.at[0]));
}

/* ---- records ---- */

static void begin_file(struct bai2 *b)
{
	struct span sender = field(b, 0), date = field(b, 2), id = field(b, 4);
	b->in_file = true;
	b->file = (struct control){ .records = b->pieces };
	b->accounts = 0;
	snprintf(b->file_name, sizeof(b->file_name), "%.*s/%.*s/%.*s", (int)(sender.size < 20 ? sender.size : 20), sender.at,
		(int)(date.size < 8 ? date.size : 8), date.at, (int)(id.size < 12 ? id.size : 12), id.at);
	if (!span_is(field(b, 7), "2"))
		telling_fail(&b->t, RULE_VERSION, b->place, "the file is not of version 2");
}

static void begin_group(struct bai2 *b)
{
	struct span status = field(b, 2), modifier = field(b, 6), currency = field(b, 5);
	b->in_group = true;
	b->group = (struct control){ .records = b->pieces };
	b->status = status.size == 1 ? status.at[0] : '?';
	b->interim = span_is(modifier, "1") || span_is(modifier, "3");
	b->group_currency = (struct currency){ "USD" };
	if (!written_yymmdd(field(b, 3), &b->as_of))
		telling_fail(&b->t, RULE_RECORD, b->place, "the group has no as-of date");
	else if (currency.size && currency_parse(currency, &b->group_currency) != OK)
		telling_fail(&b->t, RULE_RECORD, b->place, "the group's currency is none of ISO 4217");
}

static struct stated *stated_of(struct bai2 *b, int code)
{
	switch (code) {
	case 10: return &b->opening;
	case 15: return &b->closing;
	case 40: return &b->opening_available;
	case 45: return &b->closing_available;
	case 100: return &b->credits;
	case 400: return &b->debits;
	default: return NULL;
	}
}

/* The list of (type, amount, item count, funds type with what belongs to it), of any length. */
static void take_summaries(struct bai2 *b)
{
	for (int i = 2; i < b->field_count; i += 4) {
		struct span type = field(b, i), amount = field(b, i + 1), funds = field(b, i + 3);
		int64_t code = 0, minor;
		int extra = funds_extra(b, i + 3);
		if (type.size && !written_digits(type, &code))
			broken(b, RULE_FIELD, "the type code is", type);
		if (!is_funds_type(funds))
			broken(b, RULE_FIELD, "the funds type is", funds);
		if (!take_amount(b, amount, &minor))
			return;
		struct stated *stated = stated_of(b, code < 1000 ? (int)code : 0);
		if (stated && amount.size)
			*stated = (struct stated){ true, minor, b->place };
		i += extra > 0 ? extra : 0;
	}
}

static void check_group(struct bai2 *b)
{
	if (b->status == '4')
		telling_broken(&b->t, RULE_TEST, b->place, "group status 4: a test");
	else if (b->status == '2')
		telling_broken(&b->t, RULE_FIELD, b->place, "group status 2: what was reported before is deleted");
	else if (b->status != '1' && b->status != '3')
		telling_broken(&b->t, RULE_FIELD, b->place, "group status '%c'", isprint((unsigned char)b->status) ? b->status : '?');
}

static void begin_account(struct bai2 *b)
{
	struct span currency = field(b, 1);
	char name[64];
	b->in_account = true;
	b->account = (struct control){ .records = b->pieces };
	b->opening = b->closing = b->opening_available = b->closing_available = b->credits = b->debits = (struct stated){ 0 };
	b->credit_sum = b->debit_sum = 0;
	b->currency = b->group_currency;
	snprintf(name, sizeof(name), "%s/%d", b->file_name, ++b->accounts);
	telling_begin(&b->t, b->interim ? READING_INTERIM : READING_STATEMENT, b->place);
	telling_name(&b->t, span_of(name));
	telling_account(&b->t, field(b, 0));
	b->t.statement.from = b->t.statement.to = b->as_of;
	b->t.statement.has_from = b->t.statement.has_to = true;
	check_group(b);
	if (currency.size && currency_parse(currency, &b->currency) != OK)
		broken(b, RULE_CURRENCY, "the currency is", currency);
	(void)telling_currency(&b->t, b->currency);
	take_summaries(b);
}

/* ---- details ---- */

/* "R01" … "R85" as a word of the text: why an ACH payment came back. */
static struct span return_reason(struct span text)
{
	for (size_t i = 0; i + 3 <= text.size; i++)
		if (text.at[i] == 'R' && isdigit((unsigned char)text.at[i + 1]) && isdigit((unsigned char)text.at[i + 2]) &&
			(!i || !isalnum((unsigned char)text.at[i - 1])) && (i + 3 == text.size || !isalnum((unsigned char)text.at[i + 3])))
			return span_bytes(text.at + i, 3);
	return SPAN("");
}

static bool comes_back(const struct bai2_code *code)
{
	const char *sub_family = strrchr(code->iso, '/');
	return sub_family && (!strcmp(sub_family, "/UPDD") || !strcmp(sub_family, "/RRTN") || !strcmp(sub_family, "/UPCQ"));
}

static void take_texts(const struct bai2 *b, int from, struct reading_line *l)
{
	for (int i = from; i < b->field_count && l->text_count < READING_TEXTS; i++) {
		struct span text = field(b, i);
		if (!text.size)
			continue;
		l->texts[l->text_count++] = text;
		if (!l->return_reason.size)
			l->return_reason = return_reason(text);
	}
}

static void take_value_date(struct bai2 *b, struct reading_line *l)
{
	if (!span_is(field(b, 2), "V") || !field(b, 3).size)
		return;
	if (!written_yymmdd(field(b, 3), &l->value))
		broken(b, RULE_DATE, "the value date is", field(b, 3));
}

static void tell(struct bai2 *b, int code, int64_t minor)
{
	const struct bai2_code *known = bai2_code_find(code);
	int extra = funds_extra(b, 2), at = 3 + (extra > 0 ? extra : 0), violations = b->t.statement.violations;
	bool credit = bai2_way(code) == BAI2_CREDIT;
	struct reading_line l = {
		.place = b->place,
		.booking = b->as_of,
		.value = b->as_of,
		.amount = { credit ? minor : -minor, b->currency },
		.bank_ref = field(b, at),
		.end_to_end = field(b, at + 1),
		.bank_code = field(b, 0),
		.code = span_of(known && known->iso[0] ? known->iso : ""),
		.reversal = known && known->reversal,
	};
	l.bank_ref = written_is_null(l.bank_ref) ? SPAN("") : l.bank_ref;
	l.end_to_end = written_is_null(l.end_to_end) ? SPAN("") : l.end_to_end;
	l.code = l.code.size ? l.code : l.bank_code;
	take_texts(b, at + 2, &l);
	if (!known || !comes_back(known))
		l.return_reason = SPAN("");
	take_value_date(b, &l);
	if (b->t.statement.violations > violations || !minor)
		return;
	int64_t *sum = credit ? &b->credit_sum : &b->debit_sum;
	if (__builtin_add_overflow(*sum, minor, sum))
		*sum = -1; /* the total of no bank */
	telling_line(&b->t, &l);
}

static void take_detail(struct bai2 *b)
{
	struct span type = field(b, 0), amount = field(b, 1), funds = field(b, 2);
	int64_t code, minor;
	b->account.records += b->pieces;
	if (!written_digits(type, &code) || code > 999) {
		broken(b, RULE_FIELD, "the type code is", type);
		return;
	}
	if (!take_amount(b, amount, &minor))
		return;
	enum bai2_way way = bai2_way((int)code);
	if (way == BAI2_NOTHING)
		return;
	if (way != BAI2_CREDIT && way != BAI2_DEBIT)
		broken(b, RULE_INDICATOR, "a line can't have the type code", type);
	else if (amount.size && amount.at[0] == '-')
		broken(b, RULE_AMOUNT_NEGATIVE, "the type code alone is the sign, the amount is", amount);
	else if (!is_funds_type(funds))
		broken(b, RULE_FIELD, "the funds type is", funds);
	else
		tell(b, (int)code, minor);
}

/* ---- trailers ---- */

static void tell_balance(struct bai2 *b, const struct stated *opening, const struct stated *closing)
{
	if (closing->there)
		telling_closing(&b->t, (struct money){ closing->minor, b->currency }, &b->as_of, closing->place);
	if (opening->there)
		telling_opening(&b->t, (struct money){ opening->minor, b->currency }, NULL);
}

static void check_total(struct bai2 *b, const struct stated *stated, int64_t sum, const char *what)
{
	if (stated->there && stated->minor != sum)
		telling_broken(&b->t, RULE_CONTROL, stated->place, "the bank's total of %s is %ld, the lines make %ld", what,
			(long)stated->minor, (long)sum);
}

/* Only what is there after is told: what was there before follows from the lines, which the totals and the chain vouch for. */
static void conclude_opening(struct bai2 *b)
{
	const struct reading_statement *s = &b->t.statement;
	int64_t minor;
	check_total(b, &b->credits, b->credit_sum, "credits");
	check_total(b, &b->debits, b->debit_sum, "debits");
	if (s->has_closing && !__builtin_sub_overflow(s->closing.minor, s->line_sum, &minor) && llabs(minor) < MONEY_LIMIT)
		telling_opening(&b->t, (struct money){ minor, b->currency }, NULL);
}

static void end_account(struct bai2 *b)
{
	bool ledger = b->opening.there || b->closing.there;
	b->account.records += b->pieces;
	if (!control_holds(&b->account, field(b, 0)))
		telling_broken(&b->t, RULE_CONTROL, b->place, "the account's total is '%.*s', its records sum to %ld",
			(int)(field(b, 0).size < 24 ? field(b, 0).size : 24), field(b, 0).at, (long)b->account.sum);
	if (!count_holds(b->account.records, field(b, 1)))
		telling_broken(&b->t, RULE_CONTROL, b->place, "the account has %ld records, not '%.*s'", (long)b->account.records,
			(int)(field(b, 1).size < 24 ? field(b, 1).size : 24), field(b, 1).at);
	tell_balance(b, ledger ? &b->opening : &b->opening_available, ledger ? &b->closing : &b->closing_available);
	if (!b->t.statement.has_opening && !b->interim)
		conclude_opening(b);
	telling_end(&b->t);
	control_add(&b->group, b->account.sum);
	b->group.overflowed |= b->account.overflowed;
	b->group.records += b->account.records;
	b->group.parts++;
	b->in_account = false;
}

/* A trailer of a group or of the file; what does not hold leaves no record of it to trust. */
static void end_part(struct bai2 *b, struct control *part, struct control *whole, const char *what)
{
	part->records += b->pieces;
	if (!control_holds(part, field(b, 0)))
		telling_fail(&b->t, RULE_CONTROL_FILE, b->place, "the %s's total is not the sum of its parts, %ld", what, (long)part->sum);
	else if (!count_holds(part->parts, field(b, 1)))
		telling_fail(&b->t, RULE_CONTROL_FILE, b->place, "the %s does not say that it has %ld parts", what, (long)part->parts);
	else if (!count_holds(part->records, field(b, 2)))
		telling_fail(&b->t, RULE_CONTROL_FILE, b->place, "the %s does not say that it has %ld records", what, (long)part->records);
	if (!whole)
		return;
	control_add(whole, part->sum);
	whole->overflowed |= part->overflowed;
	whole->records += part->records;
	whole->parts++;
}

/* ---- order ---- */

static void misplaced(struct bai2 *b)
{
	telling_fail(&b->t, RULE_RECORD, b->place, "a record %02d can't stand here", b->code);
}

static bool stands_right(const struct bai2 *b)
{
	switch (b->code) {
	case 1: return !b->in_file;
	case 2:
	case 99: return b->in_file && !b->in_group;
	case 3:
	case 98: return b->in_group && !b->in_account;
	case 16:
	case 49: return b->in_account;
	default: return false;
	}
}

/* What was gathered is whole: nothing goes on with it. */
static void finish(struct bai2 *b)
{
	if (!b->code || b->t.failed != OK)
		return;
	if (!stands_right(b))
		misplaced(b);
	else if (b->code == 1)
		begin_file(b);
	else if (b->code == 2)
		begin_group(b);
	else if (b->code == 3)
		begin_account(b);
	else if (b->code == 16)
		take_detail(b);
	else if (b->code == 49)
		end_account(b);
	else if (b->code == 98) {
		end_part(b, &b->group, &b->file, "group");
		b->in_group = false;
	} else {
		end_part(b, &b->file, NULL, "file");
		b->in_file = false;
	}
	b->code = 0;
}

/* ---- gathering ---- */

static void push(struct bai2 *b, struct span text)
{
	if (b->field_count == FIELDS || text.size > sizeof(b->bytes) - b->used) {
		telling_fail(&b->t, RULE_TEXT, b->place, "a record has more than %d fields or %d bytes", FIELDS, RECORD_BYTES);
		return;
	}
	char *at = b->bytes + b->used;
	memcpy(at, text.at, text.size);
	b->used += text.size;
	b->fields[b->field_count++] = span_bytes(at, text.size);
}

/* Behind the two references of a detail begins its text. */
static bool text_begins(const struct bai2 *b)
{
	int extra = b->code == 16 && b->field_count > 2 ? funds_extra(b, 2) : -1;
	return extra >= 0 && b->field_count == 3 + extra + 2;
}

static void push_text(struct bai2 *b, struct span text)
{
	text = span_trim(text);
	if (text.size && text.at[text.size - 1] == '/')
		text.size--;
	push(b, text);
}

/* The fields of a line, or of what is left of it; gives back what stands behind the record's end. */
static struct span gather(struct bai2 *b, struct span rest)
{
	for (;;) {
		b->in_text |= text_begins(b);
		if (b->in_text && !span_starts(rest, "/")) {
			push_text(b, rest);
			return SPAN("");
		}
		size_t n = 0;
		while (n < rest.size && rest.at[n] != ',' && rest.at[n] != '/')
			n++;
		push(b, span_bytes(rest.at, n));
		if (b->t.failed != OK || n >= rest.size || rest.at[n] == '/')
			return span_trim(span_from(rest, n + 1));
		rest = span_from(rest, n + 1);
	}
}

static void begin_record(struct bai2 *b, int code, struct place place)
{
	finish(b);
	b->code = code;
	b->place = place;
	b->field_count = 0;
	b->used = 0;
	b->in_text = false;
	b->pieces = 0;
}

/* "16,": the code of the record that begins there, 0 for none. */
static int code_of(struct span s)
{
	if (s.size < 3 || s.at[2] != ',' || !isdigit((unsigned char)s.at[0]) || !isdigit((unsigned char)s.at[1]))
		return 0;
	return (s.at[0] - '0') * 10 + (s.at[1] - '0');
}

static bool is_code(int code)
{
	return code == 1 || code == 2 || code == 3 || code == 16 || code == 49 || code == 88 || code == 98 || code == 99;
}

static struct span take_record(struct bai2 *b, struct span rest, struct place place)
{
	int code = code_of(rest);
	if (!is_code(code) || (code == 88 && !b->code)) {
		telling_fail(&b->t, RULE_RECORD, place, "no record of BAI2 begins so");
		return SPAN("");
	}
	if (code != 88)
		begin_record(b, code, place);
	b->pieces++;
	rest = span_from(rest, 3);
	b->in_text |= text_begins(b);
	/* What goes on with a text may begin with a slash, which ends the record where the text itself would begin. */
	if (code != 88 || !b->in_text)
		return gather(b, rest);
	push_text(b, rest);
	return SPAN("");
}

static void take_line(void *ctx, struct span line, struct place place)
{
	struct bai2 *b = ctx;
	struct span text = charset_utf8(b->t.settings.charset, line, b->utf8), rest = span_trim(text);
	if (span_starts(rest, "\xef\xbb\xbf"))
		rest = span_from(rest, 3);
	while (rest.size && b->t.failed == OK) {
		struct place here = { place.line, place.byte + (rest.at - text.at) };
		rest = take_record(b, rest, here);
	}
}

/* ---- the reader ---- */

static int looks_like(struct span head, const struct reading_settings *settings)
{
	struct span line, rest, field, version = SPAN("");
	(void)settings;
	head = span_trim(span_starts(head, "\xef\xbb\xbf") ? span_from(head, 3) : head);
	if (!span_starts(head, "01,"))
		return READER_NO;
	(void)span_cut(head, '\n', &line, &rest);
	(void)span_cut(line, '/', &line, &rest);
	int fields = 0;
	for (bool more = true; more && fields < 10; fields++) {
		more = span_cut(line, ',', &field, &line);
		if (fields == 8)
			version = span_trim(field);
	}
	return fields == 9 && version.size == 1 && isdigit((unsigned char)version.at[0]) ? READER_SURE : READER_NO;
}

static void *bai2_open(const struct reading_sink *sink, const struct reading_settings *settings)
{
	struct bai2 *b = calloc(1, sizeof(*b));
	if (!b)
		bug("no memory for a reader");
	telling_init(&b->t, sink, settings);
	lines_init(&b->lines, &b->t, take_line, b);
	return b;
}

static enum err bai2_feed(void *state, struct span bytes, bool last, struct why *why)
{
	struct bai2 *b = state;
	lines_feed(&b->lines, bytes, last);
	if (last) {
		finish(b);
		if (b->in_file)
			telling_fail(&b->t, RULE_CUT_SHORT, b->lines.here, "the file has no record 99 at its end");
		else if (!b->t.statements)
			telling_fail(&b->t, RULE_EMPTY, b->lines.here, "the file reports no account");
	}
	return telling_result(&b->t, why);
}

static const struct violation *bai2_violation(const void *state)
{
	return &((const struct bai2 *)state)->t.violation;
}

const struct reader bai2_reader = {
	.name = "bai2",
	.help = "BAI2 balance and transaction reports",
	.looks_like = looks_like,
	.open = bai2_open,
	.feed = bai2_feed,
	.violation = bai2_violation,
	.close = free,
};
