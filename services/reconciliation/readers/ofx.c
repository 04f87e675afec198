#include "ofx.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "account.h"
#include "ofx_markup.h"
#include "written.h"

/* The aggregates that mean something here; any other is passed through as if it were not there. */
enum part {
	PART_NONE,
	PART_OFX,
	PART_STATEMENT,
	PART_INVESTMENT,
	PART_ACCOUNT,
	PART_LIST,
	PART_PENDING,
	PART_LINE,
	PART_PAYEE,
	PART_OTHER_ACCOUNT,
	PART_CURRENCY,
	PART_ORIGINAL,
	PART_BALANCE,
	PART_SKIPPED
};

// clang-format off
static const struct {
	const char *name;
	enum part part;
} parts[] = {
	{ "OFX", PART_OFX },
	{ "STMTRS", PART_STATEMENT }, { "CCSTMTRS", PART_STATEMENT },
	{ "INVSTMTRS", PART_INVESTMENT }, { "SIGNUPMSGSRSV1", PART_INVESTMENT },
	{ "BANKACCTFROM", PART_ACCOUNT }, { "CCACCTFROM", PART_ACCOUNT },
	{ "BANKTRANLIST", PART_LIST }, { "BANKTRANLISTP", PART_PENDING },
	{ "STMTTRN", PART_LINE }, { "STMTTRNP", PART_LINE },
	{ "PAYEE", PART_PAYEE }, { "PAYEE2", PART_PAYEE },
	{ "BANKACCTTO", PART_OTHER_ACCOUNT }, { "CCACCTTO", PART_OTHER_ACCOUNT },
	{ "CURRENCY", PART_CURRENCY }, { "ORIGCURRENCY", PART_ORIGINAL },
	{ "LEDGERBAL", PART_BALANCE },
	{ "AVAILBAL", PART_SKIPPED }, { "BALLIST", PART_SKIPPED }, { "STATUS", PART_SKIPPED }, { "IMAGEDATA", PART_SKIPPED },
};

/* The leaves that are kept, and where they stand. */
enum leaf {
	LEAF_CURDEF, LEAF_ACCTID, LEAF_DTSTART, LEAF_DTEND, LEAF_BALAMT, LEAF_DTASOF,
	LEAF_TRNTYPE, LEAF_DTPOSTED, LEAF_DTAVAIL, LEAF_TRNAMT, LEAF_FITID, LEAF_CORRECTFITID, LEAF_CORRECTACTION, LEAF_CHECKNUM, LEAF_REFNUM,
	LEAF_NAME, LEAF_EXTDNAME, LEAF_MEMO, LEAF_MEMO2, LEAF_PAYEEID,
	LEAF_PAYEE_NAME, LEAF_OTHER_BANK, LEAF_OTHER_ACCOUNT, LEAF_CURSYM, LEAF_ORIGINAL_CURSYM, LEAF_ORIGINAL_RATE,
	LEAVES
};

static const struct {
	enum part part;
	const char *name;
} leaves[LEAVES] = {
	[LEAF_CURDEF] = { PART_STATEMENT, "CURDEF" },
	[LEAF_ACCTID] = { PART_ACCOUNT, "ACCTID" },
	[LEAF_DTSTART] = { PART_LIST, "DTSTART" },
	[LEAF_DTEND] = { PART_LIST, "DTEND" },
	[LEAF_BALAMT] = { PART_BALANCE, "BALAMT" },
	[LEAF_DTASOF] = { PART_BALANCE, "DTASOF" },
	[LEAF_TRNTYPE] = { PART_LINE, "TRNTYPE" },
	[LEAF_DTPOSTED] = { PART_LINE, "DTPOSTED" },
	[LEAF_DTAVAIL] = { PART_LINE, "DTAVAIL" },
	[LEAF_TRNAMT] = { PART_LINE, "TRNAMT" },
	[LEAF_FITID] = { PART_LINE, "FITID" },
	[LEAF_CORRECTFITID] = { PART_LINE, "CORRECTFITID" },
	[LEAF_CORRECTACTION] = { PART_LINE, "CORRECTACTION" },
	[LEAF_CHECKNUM] = { PART_LINE, "CHECKNUM" },
	[LEAF_REFNUM] = { PART_LINE, "REFNUM" },
	[LEAF_NAME] = { PART_LINE, "NAME" },
	[LEAF_EXTDNAME] = { PART_LINE, "EXTDNAME" },
	[LEAF_MEMO] = { PART_LINE, "MEMO" },
	[LEAF_MEMO2] = { PART_LINE, "MEMO2" },
	[LEAF_PAYEEID] = { PART_LINE, "PAYEEID" },
	[LEAF_PAYEE_NAME] = { PART_PAYEE, "NAME" },
	[LEAF_OTHER_BANK] = { PART_OTHER_ACCOUNT, "BANKID" },
	[LEAF_OTHER_ACCOUNT] = { PART_OTHER_ACCOUNT, "ACCTID" },
	[LEAF_CURSYM] = { PART_CURRENCY, "CURSYM" },
	[LEAF_ORIGINAL_CURSYM] = { PART_ORIGINAL, "CURSYM" },
	[LEAF_ORIGINAL_RATE] = { PART_ORIGINAL, "CURRATE" },
};

/* What a transaction's type is to ISO 20022, by the way that money went. */
static const struct {
	const char *type, *credit, *debit;
} types[] = {
	{ "INT", "ACMT/MCOP/INTR", "ACMT/MDOP/INTR" },
	{ "FEE", "ACMT/MCOP/CHRG", "ACMT/MDOP/CHRG" },
	{ "SRVCHG", "ACMT/MCOP/CHRG", "ACMT/MDOP/CHRG" },
	{ "DEP", "PMNT/CNTR/CDPT", "PMNT/CNTR/OTHR" },
	{ "ATM", "PMNT/CNTR/CDPT", "PMNT/CNTR/CWDL" },
	{ "POS", "PMNT/CCRD/RIMB", "PMNT/CCRD/POSD" },
	{ "XFER", "PMNT/RCDT/BOOK", "PMNT/ICDT/BOOK" },
	{ "CHECK", "PMNT/RCHQ/CCHQ", "PMNT/ICHQ/CCHQ" },
	{ "DIRECTDEP", "PMNT/RCDT/OTHR", "PMNT/ICDT/OTHR" },
	{ "DIRECTDEBIT", "PMNT/IDDT/PMDD", "PMNT/RDDT/PMDD" },
	{ "REPEATPMT", "PMNT/RCDT/STDO", "PMNT/ICDT/STDO" },
};
// clang-format on

enum { DEPTH = 16, LINE_BYTES = 16384, OTHER_ROOM = 128 };

struct ofx {
	struct telling t;
	struct ofx_markup markup;
	enum part path[DEPTH];
	int depth;
	bool was_ofx, is_pending, has_currency, all_marked;
	int amounts; /* lines whose amount could be read */
	struct currency currency;
	struct place line_place, balance_place;
	char balance[48], as_of[24];
	struct span texts[LEAVES]; /* of the line */
	char period[2][24];
	size_t used;
	char bytes[LINE_BYTES];
};

static struct span cut(struct span text)
{
	return span_bytes(text.at, text.size < 40 ? text.size : 40);
}

static enum part inside(const struct ofx *o)
{
	return o->depth ? o->path[o->depth - 1] : PART_NONE;
}

static bool is_within(const struct ofx *o, enum part part)
{
	for (int i = 0; i < o->depth; i++)
		if (o->path[i] == part)
			return true;
	return false;
}

static enum part part_of(struct span name)
{
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (span_is(name, parts[i].name))
			return parts[i].part;
	return PART_NONE;
}

/* ---- the line ---- */

static bool read_day(struct span text, struct date *out)
{
	return text.size >= 8 && written_yyyymmdd(span_bytes(text.at, 8), out);
}

static void begin_line(struct ofx *o, struct place place)
{
	memset(o->texts, 0, sizeof(o->texts));
	o->used = 0;
	o->line_place = place;
}

static struct span code_of(struct span type, bool credit)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (span_is(type, types[i].type))
			return span_of(credit ? types[i].credit : types[i].debit);
	return type;
}

static struct span known(struct span text)
{
	return written_is_null(text) ? SPAN("") : text;
}

static void add_text(struct reading_line *l, struct span text)
{
	if (text.size)
		l->texts[l->text_count++] = text;
}

static bool read_dates(struct ofx *o, struct reading_line *l)
{
	const struct span *v = o->texts;
	if (!read_day(v[LEAF_DTPOSTED], &l->booking)) {
		telling_broken(&o->t, RULE_DATE, o->line_place, "DTPOSTED '%.*s' is not a date", SPAN_ARG(cut(v[LEAF_DTPOSTED])));
		return false;
	}
	l->value = l->booking;
	if (v[LEAF_DTAVAIL].size && !read_day(v[LEAF_DTAVAIL], &l->value)) {
		telling_broken(&o->t, RULE_DATE, o->line_place, "DTAVAIL '%.*s' is not a date", SPAN_ARG(cut(v[LEAF_DTAVAIL])));
		return false;
	}
	return true;
}

static bool has_mark(struct span amount)
{
	return memchr(amount.at, '.', amount.size) || memchr(amount.at, ',', amount.size);
}

static bool read_amount(struct ofx *o, struct reading_line *l)
{
	const struct span *v = o->texts;
	struct why why = { 0 };
	if (!o->has_currency)
		telling_broken(&o->t, RULE_CURRENCY, o->line_place, "the statement names no currency of ISO 4217 before this line");
	else if (v[LEAF_CURSYM].size && !span_is(v[LEAF_CURSYM], o->currency.code))
		telling_broken(&o->t, RULE_CURRENCY_MIXED, o->line_place, "the line is in '%.*s', the account in %s",
			SPAN_ARG(cut(v[LEAF_CURSYM])), o->currency.code);
	else if (!v[LEAF_TRNAMT].size)
		telling_broken(&o->t, RULE_AMOUNT, o->line_place, "the line has no TRNAMT");
	else if (written_amount(v[LEAF_TRNAMT], 0, o->currency, &l->amount, &why) != OK)
		telling_broken(&o->t, RULE_AMOUNT, o->line_place, "%s", why.text);
	else
		return true;
	return false;
}

static void fill_texts(const struct ofx *o, struct reading_line *l)
{
	const struct span *v = o->texts;
	l->own_id = known(v[LEAF_FITID]);
	l->transaction_ref = known(v[LEAF_CHECKNUM]);
	l->bank_ref = known(v[LEAF_REFNUM]);
	l->bank_code = v[LEAF_TRNTYPE];
	l->code = code_of(v[LEAF_TRNTYPE], l->amount.minor > 0);
	l->party_name = v[LEAF_PAYEE_NAME].size ? v[LEAF_PAYEE_NAME] : v[LEAF_NAME];
	l->party_bank = v[LEAF_OTHER_BANK];
	l->party_customer = v[LEAF_PAYEEID];
	l->rate = v[LEAF_ORIGINAL_RATE];
	l->original_ref = v[LEAF_CORRECTFITID];
	add_text(l, v[LEAF_NAME]);
	add_text(l, v[LEAF_EXTDNAME]);
	add_text(l, v[LEAF_MEMO]);
	add_text(l, v[LEAF_MEMO2]);
}

/* An account number alone is many people's, each at another bank; an IBAN is one person's by itself. */
static struct span whole_account(struct span bank, struct span account, char *room, size_t size)
{
	if (!bank.size || !account.size || iban_is_valid(account) || bank.size + account.size + 1 > size)
		return account;
	int n = snprintf(room, size, "%.*s/%.*s", SPAN_ARG(bank), SPAN_ARG(account));
	return span_bytes(room, (size_t)n);
}

static void end_line(struct ofx *o)
{
	char other[OTHER_ROOM];
	const struct span *v = o->texts;
	struct reading_line l = { .place = o->line_place };
	if (!read_dates(o, &l) || !read_amount(o, &l))
		return;
	l.informs = o->is_pending || span_is(v[LEAF_TRNTYPE], "HOLD");
	l.status = l.informs ? SPAN("pending") : SPAN("");
	if (v[LEAF_CORRECTFITID].size || v[LEAF_CORRECTACTION].size) {
		telling_broken(
			&o->t, RULE_FIELD, o->line_place, "the line corrects an earlier one: %.*s", SPAN_ARG(cut(v[LEAF_CORRECTACTION])));
		return;
	}
	fill_texts(o, &l);
	l.party_iban = whole_account(v[LEAF_OTHER_BANK], v[LEAF_OTHER_ACCOUNT], other, sizeof(other));
	if (!l.informs && !l.amount.minor)
		return;
	o->all_marked &= has_mark(v[LEAF_TRNAMT]);
	o->amounts++;
	telling_line(&o->t, &l);
}

/* ---- the statement ---- */

static void begin_statement(struct ofx *o, struct place place)
{
	telling_begin(&o->t, READING_STATEMENT, place);
	memset(o->period, 0, sizeof(o->period));
	o->balance[0] = o->as_of[0] = 0;
	o->has_currency = o->is_pending = false;
	o->all_marked = true;
	o->amounts = 0;
	begin_line(o, place);
}

static void take_period(struct ofx *o)
{
	struct reading_statement *s = &o->t.statement;
	char name[64];
	s->has_from = read_day(span_of(o->period[0]), &s->from);
	s->has_to = read_day(span_of(o->period[1]), &s->to);
	snprintf(name, sizeof(name), "%.8s-%.8s", s->has_from ? o->period[0] : "", s->has_to ? o->period[1] : "");
	telling_name(&o->t, name[1] ? span_of(name) : SPAN("undated"));
}

static void take_closing(struct ofx *o, struct money closing)
{
	const struct reading_statement *s = &o->t.statement;
	struct date as_of;
	int64_t minor;
	bool dated = read_day(span_of(o->as_of), &as_of);
	if (closing.minor && o->amounts && o->all_marked && !has_mark(span_of(o->balance)))
		telling_broken(&o->t, RULE_BALANCE, o->balance_place,
			"the balance %s has no decimal mark though the lines have: it may be cents", o->balance);
	if (dated && o->t.has_booking && date_compare(as_of, o->t.last_booking) < 0)
		telling_broken(&o->t, RULE_BALANCE, o->balance_place, "the balance is from before the last line");
	telling_closing(&o->t, closing, dated && !s->has_to ? &as_of : NULL, o->balance_place);
	if (__builtin_sub_overflow(closing.minor, s->line_sum, &minor) || llabs(minor) >= MONEY_LIMIT)
		telling_broken(&o->t, RULE_OVERFLOW, o->balance_place, "the balance and the lines are more than an amount may be");
	else
		telling_opening(&o->t, (struct money){ minor, closing.currency }, NULL);
}

static void end_statement(struct ofx *o)
{
	struct money closing;
	struct why why = { 0 };
	take_period(o);
	if (!o->has_currency)
		telling_broken(&o->t, RULE_CURRENCY, o->t.statement.place, "the statement names no currency of ISO 4217");
	else if (o->balance[0] && written_amount(span_of(o->balance), 0, o->currency, &closing, &why) != OK)
		telling_broken(&o->t, RULE_BALANCE, o->balance_place, "%s", why.text);
	else if (o->balance[0])
		take_closing(o, closing);
	if (!o->t.statement.has_to && !o->t.statement.closing_dated && !o->t.has_booking)
		telling_broken(&o->t, RULE_DATE, o->t.statement.place, "neither the statement nor a line of it has a date");
	telling_end(&o->t);
}

/* ---- tags ---- */

static void open_part(void *ctx, struct span name, struct place place)
{
	struct ofx *o = ctx;
	enum part part = part_of(name);
	if (part == PART_NONE || o->t.failed != OK)
		return;
	if (o->depth == DEPTH) {
		telling_fail(&o->t, RULE_DEPTH, place, "aggregates are nested deeper than %d", DEPTH);
		return;
	}
	if ((part == PART_STATEMENT || part == PART_LINE) && is_within(o, part)) {
		telling_fail(&o->t, RULE_RECORD, place, "%.*s begins within another", SPAN_ARG(name));
		return;
	}
	o->path[o->depth++] = part;
	o->was_ofx |= part == PART_OFX;
	if (is_within(o, PART_INVESTMENT))
		return;
	if (part == PART_STATEMENT)
		begin_statement(o, place);
	else if (part == PART_LINE && o->t.in_statement)
		begin_line(o, place);
	else if (part == PART_PENDING)
		o->is_pending = true;
	else if (part == PART_BALANCE)
		o->balance_place = place;
}

static void end_part(struct ofx *o, enum part part)
{
	if (is_within(o, PART_INVESTMENT) || !o->t.in_statement)
		return;
	if (part == PART_LINE)
		end_line(o);
	else if (part == PART_STATEMENT)
		end_statement(o);
	else if (part == PART_PENDING)
		o->is_pending = false;
}

/* An end that closes an outer aggregate closes what is open inside it; one of an aggregate that is not open means nothing. */
static void close_part(void *ctx, struct span name, struct place place)
{
	struct ofx *o = ctx;
	enum part part = part_of(name);
	(void)place;
	if (part == PART_NONE || !is_within(o, part))
		return;
	for (enum part last = PART_NONE; last != part && o->t.failed == OK;) {
		last = inside(o);
		end_part(o, last);
		o->depth--;
	}
}

/* ---- leaves ---- */

static struct span keep(struct ofx *o, struct span text)
{
	if (text.size > sizeof(o->bytes) - o->used) {
		telling_fail(&o->t, RULE_TEXT, o->line_place, "the texts of one line are longer than %d bytes", LINE_BYTES);
		return SPAN("");
	}
	char *at = o->bytes + o->used;
	memcpy(at, text.at, text.size);
	o->used += text.size;
	return span_bytes(at, text.size);
}

/* The first value holds. Another amount or day of the same line leaves open which is meant. */
static void take_of_line(struct ofx *o, enum leaf leaf, struct span value, struct place place)
{
	struct span *to = &o->texts[leaf];
	if (!to->size)
		*to = keep(o, value);
	else if ((leaf == LEAF_TRNAMT || leaf == LEAF_DTPOSTED) && !span_equal(*to, value))
		telling_broken(&o->t, RULE_ORDER, place, "the line says %s twice", leaves[leaf].name);
}

static void copy(char *to, size_t room, struct span value)
{
	size_t n = value.size < room ? value.size : room - 1;
	if (to[0])
		return;
	memcpy(to, value.at, n);
	to[n] = 0;
}

static void take_currency(struct ofx *o, struct span value, struct place place)
{
	struct currency currency;
	if (currency_parse(value, &currency) != OK) {
		telling_broken(&o->t, RULE_CURRENCY, place, "CURDEF '%.*s' is not a currency of ISO 4217", SPAN_ARG(cut(value)));
		return;
	}
	if (!telling_currency(&o->t, currency))
		telling_broken(&o->t, RULE_CURRENCY_MIXED, place, "the statement names two currencies");
	o->currency = o->t.statement.currency;
	o->has_currency = true;
}

static enum leaf leaf_of(enum part part, struct span name)
{
	int i = 0;
	while (i < LEAVES && (leaves[i].part != part || !span_is(name, leaves[i].name)))
		i++;
	return (enum leaf)i;
}

static void take_leaf(void *ctx, struct span name, struct span value, struct place place)
{
	struct ofx *o = ctx;
	enum leaf leaf = leaf_of(inside(o) == PART_PENDING ? PART_LIST : inside(o), name);
	if (leaf == LEAVES || !o->t.in_statement || is_within(o, PART_INVESTMENT))
		return;
	if (leaf == LEAF_CURDEF)
		take_currency(o, value, place);
	else if (leaf == LEAF_ACCTID)
		telling_account(&o->t, value);
	else if (leaf == LEAF_DTSTART)
		copy(o->period[0], sizeof(o->period[0]), value);
	else if (leaf == LEAF_DTEND)
		copy(o->period[1], sizeof(o->period[1]), value);
	else if (leaf == LEAF_BALAMT)
		copy(o->balance, sizeof(o->balance), value);
	else if (leaf == LEAF_DTASOF)
		copy(o->as_of, sizeof(o->as_of), value);
	else if (is_within(o, PART_LINE))
		take_of_line(o, leaf, value, place);
}

/* ---- the reader ---- */

static int looks_like(struct span head, const struct reading_settings *settings)
{
	(void)settings;
	return memmem(head.at, head.size, "OFXHEADER", 9) || memmem(head.at, head.size, "<OFX>", 5) ? READER_SURE : READER_NO;
}

static void *ofx_open(const struct reading_sink *sink, const struct reading_settings *settings)
{
	struct ofx *o = calloc(1, sizeof(*o));
	if (!o)
		bug("no memory for a reader");
	telling_init(&o->t, sink, settings);
	ofx_markup_init(&o->markup, &o->t, o);
	o->markup.open = open_part;
	o->markup.close = close_part;
	o->markup.leaf = take_leaf;
	return o;
}

static enum err ofx_feed(void *state, struct span bytes, bool last, struct why *why)
{
	struct ofx *o = state;
	ofx_markup_feed(&o->markup, bytes);
	if (last && (!o->was_ofx || o->depth))
		telling_fail(&o->t, RULE_CUT_SHORT, o->markup.here, "the file does not end with </OFX>");
	else if (last && !o->t.statements)
		telling_fail(&o->t, RULE_EMPTY, o->markup.here, "the file holds no statement of a bank account or a card");
	return telling_result(&o->t, why);
}

static const struct violation *ofx_violation(const void *state)
{
	return &((const struct ofx *)state)->t.violation;
}

const struct reader ofx_reader = {
	.name = "ofx",
	.help = "statements of Open Financial Exchange 1 (SGML) and 2 (XML), and QFX",
	.looks_like = looks_like,
	.open = ofx_open,
	.feed = ofx_feed,
	.violation = ofx_violation,
	.close = free,
};
