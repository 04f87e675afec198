#include "camt.h"

#include "camt_state.h"
#include "charset.h"

struct place camt_here(const struct camt *r)
{
#if XML_MAJOR_VERSION > 2 || (XML_MAJOR_VERSION == 2 && XML_MINOR_VERSION >= 9)
	return (struct place){ (int64_t)XML_GetCurrentLineNumber64(r->xml), XML_GetCurrentByteIndex64(r->xml) };
#else
	return (struct place){ (int64_t)XML_GetCurrentLineNumber(r->xml), (int64_t)XML_GetCurrentByteIndex(r->xml) };
#endif
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

static void balance_end(struct camt *r)
{
	struct balance *b = &r->balance;
	struct money money = { 0 };
	struct why why = { 0 };
	int open = opening_rank(b->type), close = closing_rank(b->type);
	if (!open && !close)
		return;
	enum rule rule = b->amount.there ? camt_amount(&b->amount, &money, &why) : RULE_BALANCE;
	if (rule == RULE_NONE && !telling_currency(&r->t, money.currency))
		rule = RULE_CURRENCY_MIXED;
	else if (rule == RULE_NONE && !b->sign)
		rule = RULE_INDICATOR;
	if (rule != RULE_NONE) {
		telling_broken(&r->t, rule, b->place, "balance %s: %s", b->type, why.text[0] ? why.text : rule_help(rule));
		return;
	}
	money.minor *= b->sign;
	const struct date *date = b->has_date ? &b->date : NULL;
	if (open > r->opening_rank) {
		r->opening_rank = open;
		telling_opening(&r->t, money, date);
	}
	/* Of several intermediate balances the last one closes. */
	if (close > r->closing_rank || (close == 1 && r->closing_rank == 1)) {
		r->closing_rank = close;
		telling_closing(&r->t, money, date, b->place);
	}
}

static void statement_begin(struct camt *r)
{
	telling_begin(&r->t, camt_messages[r->message].kind, camt_here(r));
	r->has_created = false;
	r->opening_rank = r->closing_rank = 0;
}

/* ---- elements ---- */

/* The version of "urn:iso:std:iso:20022:tech:xsd:camt.053.001.NN"; a document without a namespace may be any. */
static void root_begin(struct camt *r, const char *name)
{
	const char *bar = strrchr(name, '|'), *local = bar ? bar + 1 : name;
	size_t size = bar ? (size_t)(bar - name) + 1 : 0;
	if (strcmp(local, "Document") != 0 || size >= sizeof(r->space)) {
		telling_fail(&r->t, RULE_ROOT, camt_here(r), "the root element is '%.60s'", local);
		return;
	}
	memcpy(r->space, name, size);
	r->space_size = size;
	if (!size)
		return;
	const char *message = strstr(r->space, "camt.");
	if (!message) {
		telling_fail(&r->t, RULE_ROOT, camt_here(r), "the namespace '%.*s' is none of ISO 20022's statements",
			(int)(size - 1 < 90 ? size - 1 : 90), name);
		return;
	}
	for (r->message = 0; r->message < CAMT_MESSAGES; r->message++)
		if (!strncmp(message, camt_messages[r->message].name, 13))
			break;
	if (r->message == CAMT_MESSAGES) {
		telling_fail(&r->t, RULE_MESSAGE, camt_here(r), "the message is '%.16s'", message);
		return;
	}
	for (const char *at = message + 13; *at >= '0' && *at <= '9' && r->version < 100; at++)
		r->version = r->version * 10 + (*at - '0');
	if (r->version < (camt_messages[r->message].kind == READING_STATEMENT ? 2 : 1))
		telling_fail(&r->t, RULE_VERSION, camt_here(r), "the version is '%.16s'", message);
}

/* The first versions wrote themselves behind the element's name: BkToCstmrAcctRptV01. */
static bool is_version(const char *tail)
{
	return !*tail || (tail[0] == 'V' && strspn(tail + 1, "0123456789") == strlen(tail + 1));
}

/* Of a document without a namespace its element alone says which message it is. */
static void message_begin(struct camt *r, const char *local)
{
	int message = r->version ? r->message : 0, last = r->version ? message : CAMT_MESSAGES - 1;
	while (message <= last && strncmp(local, camt_messages[message].element, strlen(camt_messages[message].element)) != 0)
		message++;
	if (message > last || !is_version(local + strlen(camt_messages[message].element)))
		telling_fail(&r->t, RULE_MESSAGE, camt_here(r), "the document holds '%.60s'", local);
	else
		r->message = message;
	r->path[2] = 0;
}

static void group_begin(struct camt *r, enum camt_field field)
{
	if (field == CAMT_STATEMENT_ELEMENT)
		statement_begin(r);
	else if (field == CAMT_BALANCE_ELEMENT)
		r->balance = (struct balance){ .place = camt_here(r) };
	else if (field == CAMT_ENTRY_ELEMENT)
		camt_entry_begin(r);
	else if (field == CAMT_DETAIL_ELEMENT)
		camt_detail_begin(r);
	else if (field == CAMT_CHARGES_ELEMENT)
		camt_charges_begin(r);
	else if (field == CAMT_CHARGE_ELEMENT)
		camt_charge_begin(r);
}

static void take_currency(struct camt *r, const char **attributes)
{
	r->currency[0] = 0;
	for (; *attributes; attributes += 2)
		if (!strcmp(attributes[0], "Ccy"))
			camt_copy(r->currency, sizeof(r->currency), span_of(attributes[1]));
}

static void begin_element(struct camt *r, const char *name, const char **attributes)
{
	const char *local = name + r->space_size;
	if (++r->depth >= DEPTH) {
		telling_fail(&r->t, RULE_DEPTH, camt_here(r), "elements are nested deeper than %d", DEPTH);
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
		message_begin(r, local);
		return;
	}
	if (r->depth == 3 && !strcmp(local, camt_messages[r->message].group))
		local = "Stmt";
	int node = camt_map_child(r->nodes, r->path[r->depth - 1], local, strlen(local));
	if (!node) {
		r->foreign = 1;
		return;
	}
	r->path[r->depth] = node;
	r->text_size = 0;
	r->wants_text = r->nodes[node].field > CAMT_GROUPS;
	group_begin(r, r->nodes[node].field);
	if (r->wants_text)
		take_currency(r, attributes);
}

static void take_characters(struct camt *r, const char *text, int size)
{
	if (!r->wants_text || r->foreign)
		return;
	if ((size_t)size > sizeof(r->text) - r->text_size) {
		telling_fail(&r->t, RULE_TEXT, camt_here(r), "a text is longer than %d bytes", TEXT_SIZE);
		return;
	}
	memcpy(r->text + r->text_size, text, (size_t)size);
	r->text_size += (size_t)size;
}

static void statement_text(struct camt *r, enum camt_field field, struct span text)
{
	struct reading_statement *s = &r->t.statement;
	if (field == CAMT_STATEMENT_ID)
		telling_name(&r->t, text);
	else if (field == CAMT_CREATED)
		camt_take_date(r, "the day of its making", &r->has_created, &r->created);
	else if (field == CAMT_SEQUENCE && !s->sequence && span_int64(text, &s->sequence) != OK)
		s->sequence = 0;
	else if (field == CAMT_FROM)
		camt_take_date(r, "the period's first day", &s->has_from, &s->from);
	else if (field == CAMT_TO)
		camt_take_date(r, "the period's last day", &s->has_to, &s->to);
	else if (field == CAMT_ACCOUNT)
		telling_account(&r->t, text);
	else if (field == CAMT_ACCOUNT_CURRENCY) {
		s->has_currency = currency_parse(text, &s->currency) == OK;
		if (!s->has_currency)
			telling_broken(
				&r->t, RULE_CURRENCY, camt_here(r), "'%.*s' is not a currency of ISO 4217", (int)(text.size & 7), text.at);
	}
}

static void balance_text(struct camt *r, enum camt_field field, struct span text)
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

static void entry_text(struct camt *r, enum camt_field field, struct span text)
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

static void detail_text(struct fields *f, struct camt *r, enum camt_field field, struct span text)
{
	if (field == CAMT_DETAIL_AMOUNT)
		camt_take_written(r, &f->amount);
	else if (field == CAMT_DETAIL_TRANSACTED)
		camt_take_written(r, &f->transacted);
	else if (field == CAMT_DETAIL_INSTRUCTED)
		camt_take_written(r, &f->instructed);
	else if (field == CAMT_DETAIL_INDICATOR)
		f->sign = camt_sign(text);
}

static void take_field(struct camt *r, enum camt_field field)
{
	struct span text = camt_text_now(r);
	struct fields *f = camt_fields(r);
	if (field >= CAMT_TEXT_OF)
		camt_take_text(r, f, (enum camt_text)(field - CAMT_TEXT_OF), text);
	else if (field == CAMT_REFERENCE)
		camt_take_list(r, f, f->references, &f->reference_count, READING_REFERENCES, text);
	else if (field == CAMT_FREE_TEXT)
		camt_take_list(r, f, f->free, &f->free_count, READING_TEXTS, text);
	else if (field >= CAMT_CHARGE_TOTAL)
		camt_charge_text(r, field, text);
	else if (field >= CAMT_DETAIL_AMOUNT)
		detail_text(f, r, field, text);
	else if (field >= CAMT_AMOUNT)
		entry_text(r, field, text);
	else if (field >= CAMT_BALANCE_TYPE)
		balance_text(r, field, text);
	else
		statement_text(r, field, text);
}

static void group_end(struct camt *r, enum camt_field field)
{
	if (field == CAMT_STATEMENT_ELEMENT)
		telling_end(&r->t);
	else if (field == CAMT_BALANCE_ELEMENT)
		balance_end(r);
	else if (field == CAMT_ENTRY_ELEMENT)
		camt_entry_end(r);
	else if (field == CAMT_DETAIL_ELEMENT)
		camt_detail_end(r);
	else if (field == CAMT_CHARGES_ELEMENT)
		camt_charges_end(r);
	else if (field == CAMT_CHARGE_ELEMENT)
		camt_charge_end(r);
}

static void end_element(struct camt *r)
{
	if (r->foreign)
		r->foreign--;
	else if (r->depth > 2) {
		enum camt_field field = r->nodes[r->path[r->depth]].field;
		if (field > CAMT_GROUPS)
			take_field(r, field);
		else
			group_end(r, field);
	}
	r->text_size = 0;
	r->wants_text = false;
	r->depth--;
}

/* ---- what the parser calls ---- */

/* After an error the parser may call a few times more; nothing is told then. */
static void stop_when_failed(struct camt *r)
{
	if (r->t.failed != OK)
		XML_StopParser(r->xml, XML_FALSE);
}

static void XMLCALL element_begin(void *user, const char *name, const char **attributes)
{
	struct camt *r = user;
	if (r->t.failed == OK)
		begin_element(r, name, attributes);
	stop_when_failed(r);
}

static void XMLCALL text_in(void *user, const char *text, int size)
{
	struct camt *r = user;
	if (r->t.failed == OK)
		take_characters(r, text, size);
	stop_when_failed(r);
}

static void XMLCALL element_end(void *user, const char *name)
{
	struct camt *r = user;
	(void)name;
	if (r->t.failed == OK)
		end_element(r);
	stop_when_failed(r);
}

static void XMLCALL doctype_begin(void *user, const char *name, const char *system, const char *public, int internal)
{
	struct camt *r = user;
	(void)name, (void)system, (void)public, (void)internal;
	telling_fail(&r->t, RULE_DTD, camt_here(r), "the file has a document type declaration");
	stop_when_failed(r);
}

/* Sets of single bytes that the parser does not know itself: its own are UTF-8, UTF-16, ISO-8859-1 and ASCII. */
static int XMLCALL encoding_unknown(void *data, const char *name, XML_Encoding *info)
{
	(void)data;
	return charset_map(charset_named(span_of(name)), info->map) ? XML_STATUS_OK : XML_STATUS_ERROR;
}

/* ---- the reader ---- */

/* Any XML, to say what is wrong with it; surely one that has a Document of ISO 20022. */
static int looks_like(struct span head, const struct reading_settings *settings)
{
	static const char *const marks[] = { "\xef\xbb\xbf", "\xff\xfe", "\xfe\xff" };
	(void)settings;
	for (size_t i = 0; i < 3; i++)
		if (span_starts(head, marks[i]))
			head = span_from(head, strlen(marks[i]));
	if (head.size && !head.at[0])
		head = span_from(head, 1);
	head = span_trim(head);
	if (!span_starts(head, "<"))
		return READER_NO;
	const char *root = memmem(head.at, head.size, "Document", 8);
	return root && (root[-1] == '<' || root[-1] == ':') ? READER_SURE : READER_MAYBE;
}

static void *reader_open(const struct reading_sink *sink, const struct reading_settings *settings)
{
	struct camt *r = calloc(1, sizeof(*r));
	struct fields *fields = calloc(3, sizeof(*fields));
	if (!r || !fields)
		bug("no memory for a reader");
	r->xml = XML_ParserCreateNS(NULL, '|');
	if (!r->xml)
		bug("no memory for a parser");
	telling_init(&r->t, sink, settings);
	r->in_entry = &fields[0];
	r->detail = &fields[1];
	r->waiting = &fields[2];
	r->fields = fields;
	camt_map_build(r->nodes);
	XML_SetUserData(r->xml, r);
	XML_SetElementHandler(r->xml, element_begin, element_end);
	XML_SetCharacterDataHandler(r->xml, text_in);
	XML_SetStartDoctypeDeclHandler(r->xml, doctype_begin);
	XML_SetUnknownEncodingHandler(r->xml, encoding_unknown, NULL);
	XML_SetParamEntityParsing(r->xml, XML_PARAM_ENTITY_PARSING_NEVER);
	return r;
}

static enum err reader_feed(void *reader, struct span bytes, bool last, struct why *why)
{
	enum { CHUNK = 1 << 20 };
	struct camt *r = reader;
	do {
		size_t size = bytes.size < CHUNK ? bytes.size : CHUNK;
		bool end = last && size == bytes.size;
		if (XML_Parse(r->xml, bytes.at, (int)size, end) != XML_STATUS_OK && r->t.failed == OK)
			telling_fail(&r->t, RULE_XML, camt_here(r), "%s", XML_ErrorString(XML_GetErrorCode(r->xml)));
		bytes = span_from(bytes, size);
	} while (bytes.size && r->t.failed == OK);
	if (last && !r->t.statements)
		telling_fail(&r->t, RULE_EMPTY, camt_here(r), "the document holds no statement");
	return telling_result(&r->t, why);
}

static const struct violation *reader_violation(const void *reader)
{
	return &((const struct camt *)reader)->t.violation;
}

static void reader_close(void *reader)
{
	struct camt *r = reader;
	XML_ParserFree(r->xml);
	free(r->fields);
	free(r);
}

const struct reader camt_reader = {
	.name = "camt",
	.help = "ISO 20022: statements camt.053.001.02 and later; camt.052 and camt.054 inform",
	.looks_like = looks_like,
	.open = reader_open,
	.feed = reader_feed,
	.violation = reader_violation,
	.close = reader_close,
};
