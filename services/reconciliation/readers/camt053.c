#include "camt053.h"

#include "camt053_state.h"

struct place camt_here(const struct camt053 *r)
{
#if XML_MAJOR_VERSION > 2 || (XML_MAJOR_VERSION == 2 && XML_MINOR_VERSION >= 9)
	return (struct place){ (int64_t)XML_GetCurrentLineNumber64(r->xml), XML_GetCurrentByteIndex64(r->xml) };
#else
	return (struct place){ (int64_t)XML_GetCurrentLineNumber(r->xml), (int64_t)XML_GetCurrentByteIndex(r->xml) };
#endif
}

void camt_stop(struct camt053 *r, enum err err)
{
	if (r->failed == OK)
		r->failed = err;
	XML_StopParser(r->xml, XML_FALSE);
}

void camt_fail(struct camt053 *r, enum rule rule, const char *fmt, ...)
{
	if (r->failed != OK)
		return;
	va_list args;
	va_start(args, fmt);
	r->violation.rule = rule;
	r->violation.place = camt_here(r);
	vsnprintf(r->violation.text, sizeof(r->violation.text), fmt, args);
	va_end(args);
	why_set(&r->why, ERR_INVALID, rule_word(rule), "line %ld: %s", (long)r->violation.place.line, r->violation.text);
	camt_stop(r, ERR_INVALID);
}

/* A rule of the statement is broken; it goes on, and is quarantined in the end. */
void camt_broken(struct camt053 *r, enum rule rule, struct place place, const char *fmt, ...)
{
	if (r->failed != OK || ++r->statement.violations > BROKEN_TOLD)
		return;
	struct violation v = { .rule = rule, .place = place };
	va_list args;
	va_start(args, fmt);
	vsnprintf(v.text, sizeof(v.text), fmt, args);
	va_end(args);
	enum err err = r->sink->broken(r->sink->ctx, r->statement.statement, &v, &r->why);
	if (err != OK)
		camt_stop(r, err);
}

/* ---- balances and the statement ---- */

/* How good a balance type is as opening or closing; 0 is none. */
static int opening_rank(const char *type)
{
	return !strcmp(type, "OPBD") ? 3 : !strcmp(type, "PRCD") ? 2 : !strcmp(type, "ITBD") ? 1 : 0;
}

static int closing_rank(const char *type)
{
	return !strcmp(type, "CLBD") ? 2 : !strcmp(type, "ITBD") ? 1 : 0;
}

static void balance_end(struct camt053 *r)
{
	struct balance *b = &r->balance;
	struct reading_statement *s = &r->statement;
	struct money money = { 0 };
	struct why why = { 0 };
	int open = opening_rank(b->type), close = closing_rank(b->type);
	if (!open && !close)
		return;
	enum rule rule = b->amount.there ? camt_amount(&b->amount, &money, &why) : RULE_BALANCE;
	if (rule == RULE_NONE && s->has_currency && !currency_equal(s->currency, money.currency))
		rule = RULE_CURRENCY_MIXED;
	else if (rule == RULE_NONE && !b->sign)
		rule = RULE_INDICATOR;
	if (rule != RULE_NONE) {
		camt_broken(r, rule, b->place, "balance %s: %s", b->type, why.text[0] ? why.text : rule_help(rule));
		return;
	}
	s->currency = money.currency;
	s->has_currency = true;
	money.minor *= b->sign;
	if (open > r->opening_rank) {
		r->opening_rank = open;
		s->has_opening = true;
		s->opening = money;
		s->opening_date = b->date;
		s->opening_dated = b->has_date;
	}
	/* Of several intermediate balances the last one closes. */
	if (close > r->closing_rank || (close == 1 && r->closing_rank == 1)) {
		r->closing_rank = close;
		s->has_closing = true;
		s->closing = money;
		s->closing_date = b->date;
		s->closing_dated = b->has_date;
		s->closing_place = b->place;
	}
}

static void statement_begin(struct camt053 *r)
{
	r->statement = (struct reading_statement){ .statement = r->statements, .place = camt_here(r) };
	r->opening_rank = r->closing_rank = 0;
	r->has_booking = false;
	r->line_number = 0;
	r->id_bytes[0] = r->account_bytes[0] = 0;
	r->in_statement = true;
}

/* The period, where the bank does not write it: what the lines and balances span. */
static void statement_period(struct camt053 *r)
{
	struct reading_statement *s = &r->statement;
	if (s->closing_dated) {
		s->to = s->closing_date;
		s->has_to = true;
	} else if (!s->has_to && r->has_booking) {
		s->to = r->last_booking;
		s->has_to = true;
	}
	if (!s->has_from && r->has_booking) {
		s->from = r->first_booking;
		s->has_from = true;
	} else if (!s->has_from && s->has_to) {
		s->from = s->opening_dated ? s->opening_date : s->to;
		s->has_from = true;
	}
	if (s->has_from && s->has_to && date_compare(s->from, s->to) > 0)
		s->from = s->to;
}

static void statement_end(struct camt053 *r)
{
	struct reading_statement *s = &r->statement;
	s->id = span_of(r->id_bytes);
	s->account = span_of(r->account_bytes);
	statement_period(r);
	if (!s->id.size)
		camt_broken(r, RULE_STATEMENT_ID, s->place, "the statement has no identification");
	if (!s->account.size)
		camt_broken(r, RULE_ACCOUNT, s->place, "the statement names no account");
	if (!s->has_opening)
		camt_broken(r, RULE_OPENING_MISSING, s->place, "no balance OPBD, PRCD or ITBD");
	if (!s->has_closing)
		camt_broken(r, RULE_CLOSING_MISSING, s->place, "no balance CLBD or ITBD");
	enum err err = r->failed == OK ? r->sink->statement(r->sink->ctx, s, &r->why) : OK;
	if (err != OK)
		camt_stop(r, err);
	r->in_statement = false;
	r->statements++;
}

/* ---- elements ---- */

/* The version of "urn:iso:std:iso:20022:tech:xsd:camt.053.001.NN"; a document without a namespace may be any. */
static void root_begin(struct camt053 *r, const char *name)
{
	const char *bar = strrchr(name, '|'), *local = bar ? bar + 1 : name;
	size_t size = bar ? (size_t)(bar - name) + 1 : 0;
	if (strcmp(local, "Document") != 0 || size >= sizeof(r->space)) {
		camt_fail(r, RULE_ROOT, "the root element is '%.60s'", local);
		return;
	}
	memcpy(r->space, name, size);
	r->space_size = size;
	if (!size)
		return;
	const char *message = strstr(r->space, "camt.");
	if (!message) {
		camt_fail(
			r, RULE_ROOT, "the namespace '%.*s' is none of ISO 20022's statements", (int)(size - 1 < 90 ? size - 1 : 90), name);
		return;
	}
	if (strncmp(message, "camt.053.001.", 13) != 0) {
		camt_fail(r, RULE_MESSAGE, "the message is '%.16s'", message);
		return;
	}
	for (const char *at = message + 13; *at >= '0' && *at <= '9' && r->version < 100; at++)
		r->version = r->version * 10 + (*at - '0');
	if (r->version < 2)
		camt_fail(r, RULE_VERSION, "the version is '%.16s'", message);
}

static void group_begin(struct camt053 *r, enum camt_field field)
{
	if (field == CAMT_STATEMENT_ELEMENT)
		statement_begin(r);
	else if (field == CAMT_BALANCE_ELEMENT)
		r->balance = (struct balance){ .place = camt_here(r) };
	else if (field == CAMT_ENTRY_ELEMENT)
		camt_entry_begin(r);
	else if (field == CAMT_DETAIL_ELEMENT)
		camt_detail_begin(r);
}

static void take_currency(struct camt053 *r, const char **attributes)
{
	r->currency[0] = 0;
	for (; *attributes; attributes += 2)
		if (!strcmp(attributes[0], "Ccy"))
			camt_copy(r->currency, sizeof(r->currency), span_of(attributes[1]));
}

static void XMLCALL element_begin(void *user, const char *name, const char **attributes)
{
	struct camt053 *r = user;
	const char *local = name + r->space_size;
	if (r->failed != OK)
		return;
	if (++r->depth >= DEPTH) {
		camt_fail(r, RULE_DEPTH, "elements are nested deeper than %d", DEPTH);
		return;
	}
	if (r->depth == 1) {
		root_begin(r, name);
		return;
	}
	if (r->foreign || strncmp(name, r->space, r->space_size) != 0 || (!r->space_size && strchr(name, '|'))) {
		r->foreign++;
		return;
	}
	if (r->depth == 2) {
		if (strcmp(local, "BkToCstmrStmt") != 0)
			camt_fail(r, RULE_MESSAGE, "the document holds '%.60s'", local);
		r->path[2] = 0;
		return;
	}
	int node = camt_map_child(r->nodes, r->path[r->depth - 1], local, strlen(local));
	if (!node) {
		r->foreign = 1;
		return;
	}
	r->path[r->depth] = node;
	r->text_size = 0;
	r->wants_text = r->nodes[node].field > CAMT_DETAIL_ELEMENT;
	group_begin(r, r->nodes[node].field);
	if (r->wants_text)
		take_currency(r, attributes);
}

static void XMLCALL text_in(void *user, const char *text, int size)
{
	struct camt053 *r = user;
	if (!r->wants_text || r->foreign || r->failed != OK)
		return;
	if ((size_t)size > sizeof(r->text) - r->text_size) {
		camt_fail(r, RULE_TEXT, "a text is longer than %d bytes", TEXT_SIZE);
		return;
	}
	memcpy(r->text + r->text_size, text, (size_t)size);
	r->text_size += (size_t)size;
}

static void statement_text(struct camt053 *r, enum camt_field field, struct span text)
{
	struct reading_statement *s = &r->statement;
	if (field == CAMT_STATEMENT_ID && !r->id_bytes[0])
		camt_copy(r->id_bytes, sizeof(r->id_bytes), text);
	else if (field == CAMT_SEQUENCE && !s->sequence && span_int64(text, &s->sequence) != OK)
		s->sequence = 0;
	else if (field == CAMT_FROM)
		camt_take_date(r, "the period's first day", &s->has_from, &s->from);
	else if (field == CAMT_TO)
		camt_take_date(r, "the period's last day", &s->has_to, &s->to);
	else if (field == CAMT_ACCOUNT && !r->account_bytes[0])
		camt_copy(r->account_bytes, sizeof(r->account_bytes), text);
	else if (field == CAMT_ACCOUNT_CURRENCY) {
		s->has_currency = currency_parse(text, &s->currency) == OK;
		if (!s->has_currency)
			camt_broken(r, RULE_CURRENCY, camt_here(r), "'%.*s' is not a currency of ISO 4217", (int)(text.size & 7), text.at);
	}
}

static void balance_text(struct camt053 *r, enum camt_field field, struct span text)
{
	struct balance *b = &r->balance;
	if (field == CAMT_BALANCE_TYPE)
		camt_copy(b->type, sizeof(b->type), text);
	else if (field == CAMT_BALANCE_AMOUNT)
		camt_take_written(r, &b->amount);
	else if (field == CAMT_BALANCE_INDICATOR)
		b->sign = camt_sign(text);
	else if (field == CAMT_BALANCE_DATE)
		camt_take_date(r, "a balance's date", &b->has_date, &b->date);
}

static void entry_text(struct camt053 *r, enum camt_field field, struct span text)
{
	struct entry *e = &r->entry;
	if (field == CAMT_AMOUNT)
		camt_take_written(r, &r->in_entry->amount);
	else if (field == CAMT_INDICATOR)
		e->sign = camt_sign(text);
	else if (field == CAMT_REVERSAL)
		e->reversal = span_is(text, "true") || span_is(text, "1");
	else if (field == CAMT_STATUS && text.size)
		camt_copy(e->status, sizeof(e->status), text);
	else if (field == CAMT_BOOKING)
		camt_take_date(r, "the booking date", &e->has_booking, &e->booking);
	else if (field == CAMT_VALUE)
		camt_take_date(r, "the value date", &e->has_value, &e->value);
}

static void detail_text(struct camt053 *r, enum camt_field field, struct span text)
{
	if (field == CAMT_DETAIL_AMOUNT)
		camt_take_written(r, &r->detail->amount);
	else if (field == CAMT_DETAIL_TRANSACTED)
		camt_take_written(r, &r->detail->transacted);
	else if (field == CAMT_DETAIL_INSTRUCTED)
		camt_take_written(r, &r->detail->instructed);
	else if (field == CAMT_DETAIL_INDICATOR)
		r->detail->sign = camt_sign(text);
}

static void take_field(struct camt053 *r, enum camt_field field)
{
	struct span text = camt_text_now(r);
	struct fields *f = r->in_detail ? r->detail : r->in_entry;
	if (field >= CAMT_TEXT_OF)
		camt_take_text(r, f, (enum camt_text)(field - CAMT_TEXT_OF), text);
	else if (field == CAMT_REFERENCE)
		camt_take_list(r, f, f->references, &f->reference_count, READING_REFERENCES, text);
	else if (field == CAMT_FREE_TEXT)
		camt_take_list(r, f, f->free, &f->free_count, READING_TEXTS, text);
	else if (field >= CAMT_DETAIL_AMOUNT)
		detail_text(r, field, text);
	else if (field >= CAMT_AMOUNT)
		entry_text(r, field, text);
	else if (field >= CAMT_BALANCE_TYPE)
		balance_text(r, field, text);
	else
		statement_text(r, field, text);
}

static void group_end(struct camt053 *r, enum camt_field field)
{
	if (field == CAMT_STATEMENT_ELEMENT)
		statement_end(r);
	else if (field == CAMT_BALANCE_ELEMENT)
		balance_end(r);
	else if (field == CAMT_ENTRY_ELEMENT)
		camt_entry_end(r);
	else if (field == CAMT_DETAIL_ELEMENT)
		camt_detail_end(r);
}

static void XMLCALL element_end(void *user, const char *name)
{
	struct camt053 *r = user;
	(void)name;
	if (r->failed != OK)
		return;
	if (r->foreign)
		r->foreign--;
	else if (r->depth > 2) {
		enum camt_field field = r->nodes[r->path[r->depth]].field;
		if (field > CAMT_DETAIL_ELEMENT)
			take_field(r, field);
		else
			group_end(r, field);
	}
	r->text_size = 0;
	r->wants_text = false;
	r->depth--;
}

static void XMLCALL doctype_begin(void *user, const char *name, const char *system, const char *public, int internal)
{
	(void)name, (void)system, (void)public, (void)internal;
	camt_fail(user, RULE_DTD, "the file has a document type declaration");
}

/* ---- the reader ---- */

struct camt053 *camt053_open(const struct reading_sink *sink)
{
	struct camt053 *r = calloc(1, sizeof(*r));
	struct fields *fields = calloc(3, sizeof(*fields));
	if (!r || !fields)
		bug("no memory for a reader");
	r->xml = XML_ParserCreateNS(NULL, '|');
	if (!r->xml)
		bug("no memory for a parser");
	r->sink = sink;
	r->in_entry = &fields[0];
	r->detail = &fields[1];
	r->waiting = &fields[2];
	r->fields = fields;
	camt_map_build(r->nodes);
	XML_SetUserData(r->xml, r);
	XML_SetElementHandler(r->xml, element_begin, element_end);
	XML_SetCharacterDataHandler(r->xml, text_in);
	XML_SetStartDoctypeDeclHandler(r->xml, doctype_begin);
	XML_SetParamEntityParsing(r->xml, XML_PARAM_ENTITY_PARSING_NEVER);
	return r;
}

enum err camt053_feed(struct camt053 *r, struct span bytes, bool last, struct why *why)
{
	enum { CHUNK = 1 << 20 };
	do {
		size_t size = bytes.size < CHUNK ? bytes.size : CHUNK;
		bool end = last && size == bytes.size;
		if (XML_Parse(r->xml, bytes.at, (int)size, end) != XML_STATUS_OK && r->failed == OK)
			camt_fail(r, RULE_XML, "%s", XML_ErrorString(XML_GetErrorCode(r->xml)));
		bytes = span_from(bytes, size);
	} while (bytes.size && r->failed == OK);
	if (last && r->failed == OK && !r->statements)
		camt_fail(r, RULE_EMPTY, "the document holds no statement");
	if (r->failed != OK && why)
		*why = r->why;
	return r->failed;
}

const struct violation *camt053_violation(const struct camt053 *r)
{
	return &r->violation;
}

int camt053_version(const struct camt053 *r)
{
	return r->version;
}

int camt053_statements(const struct camt053 *r)
{
	return r->statements;
}

void camt053_close(struct camt053 *r)
{
	if (!r)
		return;
	XML_ParserFree(r->xml);
	free(r->fields);
	free(r);
}
