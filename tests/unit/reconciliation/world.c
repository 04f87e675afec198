#include "world_terms.h"

#include <stdio.h>

#include "dunlin/customers/v1/customers.pb-c.h"
#include "dunlin/payments/v1/payments.pb-c.h"
#include "export.h"
#include "ledger.h"
#include "period.h"
#include "protobuf.h"
#include "rf.h"
#include "wire_values.h"

static const struct span merchant = { MERCHANT, sizeof(MERCHANT) - 1 };
static const struct currency eur = { "EUR" };

/* ---- messages ---- */

struct uuid world_id(struct world *w)
{
	uint8_t random[10] = { 0 };
	w->ids++;
	for (int i = 0; i < 4; i++)
		random[i] = (uint8_t)(w->ids >> (24 - 8 * i));
	return uuid_v7((struct instant){ INT64_C(1790000000000000) + w->ids * 1000 }, random);
}

static const struct handler *handler_of(struct span type)
{
	const struct handler *h = reconciliation_handlers;
	while (h->type && !span_is(type, h->type))
		h++;
	assert_non_null(h->type);
	return h;
}

/* What only the database knows of months: none is closed, and nothing is to be exported. */
static void load_facts(struct world *w, const struct need *need)
{
	static const struct period_facts no_period;
	static const struct export_facts no_export;
	for (size_t i = 0; i < need->want_count; i++) {
		const struct want *want = &need->wants[i];
		if (want->what != WANT_PERIOD && want->what != WANT_EXPORT)
			continue;
		struct shelf *shelf = &w->book->shelves[want->what == WANT_PERIOD ? BOOK_PERIOD_FACTS : BOOK_EXPORT_FACTS];
		struct span key = book_key(w->book, want->merchant, want->id);
		if (!shelf_is_loaded(shelf, key))
			shelf_put(shelf, key, want->what == WANT_PERIOD ? (const void *)&no_period : &no_export);
	}
}

enum err world_run(struct world *w, struct message *m)
{
	const struct handler *h = handler_of(m->type);
	struct need need = { .arena = w->arena };
	struct instant now = { INT64_C(1790000000000000) + ++w->messages * US_PER_SECOND };
	w->why = (struct why){ 0 };
	m->id = span_of(arena_printf(w->arena, "m%d", w->messages));
	m->source = SPAN("test");
	m->time = now;
	enum err err = m->body ? OK : h->read(m, w->arena, &w->why);
	if (err == OK)
		err = h->need(m, &need, &w->why);
	if (err != OK)
		return err;
	book_mark(w->book);
	world_find(w, &need);
	load_facts(w, &need);
	book_mark(w->book);
	struct digest before = book_digest(w->book);
	struct say *say = say_open(w->arena, m);
	err = h->apply(w->book, m, now, say, &w->why);
	if (err != OK) {
		book_restore(w->book);
		struct digest after = book_digest(w->book);
		assert_true(digest_equal(&before, &after, sizeof(before)));
		w->said_count = 0;
		return err;
	}
	w->said = say_events(say, &w->said_count);
	w->reply = say_replied(say)->body;
	return OK;
}

static struct message *fact(struct world *w, const char *type, const char *stream, const ProtobufCMessage *payload)
{
	struct message *m = ARENA_NEW(w->arena, struct message);
	m->type = span_of(type);
	m->key = span_of(arena_printf(w->arena, "%s:%s", MERCHANT, stream));
	m->payload = payload ? protobuf_print(w->arena, payload) : (struct span){ 0 };
	return m;
}

static ProtobufCBinaryData id_of(struct world *w, struct uuid id)
{
	return wire_print_uuid(w->arena, id);
}

static Dunlin__Type__V1__Money *money_of(struct world *w, const char *currency, int64_t minor)
{
	struct currency c = { "" };
	memcpy(c.code, currency, 3);
	return wire_print_money(w->arena, c, minor);
}

static Dunlin__Type__V1__Date *day_of(struct world *w, int add)
{
	return wire_print_date(w->arena, (struct date){ w->day.day + add });
}

#define HEAD(e, customer)                                   \
	(e).merchant_id = arena_strdup(w->arena, MERCHANT); \
	(e).customer_ref = arena_strdup(w->arena, customer)

static Dunlin__Invoices__V1__TaxTotal *tax_of(struct world *w, const char *currency, int64_t tax)
{
	Dunlin__Invoices__V1__TaxTotal *t = ARENA_NEW(w->arena, Dunlin__Invoices__V1__TaxTotal);
	dunlin__invoices__v1__tax_total__init(t);
	t->category = DUNLIN__TYPE__V1__TAX_CATEGORY__TAX_CATEGORY_STANDARD;
	t->tax = money_of(w, currency, tax);
	return t;
}

static Dunlin__Invoices__V1__InvoicePart *part_of(struct world *w, unsigned part, const char *currency, int64_t minor)
{
	Dunlin__Invoices__V1__InvoicePart *p = ARENA_NEW(w->arena, Dunlin__Invoices__V1__InvoicePart);
	dunlin__invoices__v1__invoice_part__init(p);
	p->part = part;
	p->amount = money_of(w, currency, minor);
	p->due_date = day_of(w, (int)(14 * part));
	return p;
}

struct message *world_invoice(
	struct world *w, const char *customer, struct uuid id, const char *number, const char *currency, int64_t first, int64_t second)
{
	Dunlin__Invoices__V1__InvoiceIssued e = DUNLIN__INVOICES__V1__INVOICE_ISSUED__INIT;
	int64_t gross = first + second, tax = gross / 6;
	Dunlin__Invoices__V1__TaxTotal *taxes[] = { tax_of(w, currency, tax) };
	Dunlin__Invoices__V1__InvoicePart *parts[] = { part_of(w, 1, currency, first), part_of(w, 2, currency, second) };
	char rf[RF_TEXT + 1] = "";
	struct span body;
	HEAD(e, customer);
	e.invoice_id = id_of(w, id);
	e.revision = 1;
	e.number = arena_strdup(w->arena, number);
	if (reference_normalise(w->arena, span_of(number), &body))
		assert_int_equal(rf_make(body, rf), OK);
	e.rf_reference = rf;
	e.currency = arena_strdup(w->arena, currency);
	e.net = money_of(w, currency, gross - tax);
	e.tax = money_of(w, currency, tax);
	e.gross = money_of(w, currency, gross);
	e.issue_date = e.due_date = day_of(w, 0);
	e.tax_totals = taxes;
	e.n_tax_totals = 1;
	e.parts = parts;
	e.n_parts = second ? 2 : 1;
	world_grant(w, currency, gross, &e);
	return fact(w, "dunlin.invoices.v1.InvoiceIssued", customer, &e.base);
}

struct uuid world_issue_parts(struct world *w, const char *customer, const char *number, int64_t first, int64_t second)
{
	struct uuid id = world_id(w);
	assert_int_equal(world_run(w, world_invoice(w, customer, id, number, "EUR", first, second)), OK);
	return id;
}

struct uuid world_issue(struct world *w, const char *customer, const char *number, int64_t gross)
{
	return world_issue_parts(w, customer, number, gross, 0);
}

struct message *world_credit_note(struct world *w, const char *customer, struct uuid invoice, struct uuid note, int64_t gross)
{
	Dunlin__Invoices__V1__CreditNoteIssued e = DUNLIN__INVOICES__V1__CREDIT_NOTE_ISSUED__INIT;
	const struct invoice *of = w->book ? book_invoice(w->book, merchant, invoice) : NULL;
	const char *currency = of ? of->currency.code : "EUR";
	Dunlin__Invoices__V1__TaxTotal *taxes[] = { tax_of(w, currency, gross / 6) };
	Dunlin__Invoices__V1__PartCredited part = DUNLIN__INVOICES__V1__PART_CREDITED__INIT, *parts[] = { &part };
	HEAD(e, customer);
	e.invoice_id = id_of(w, invoice);
	e.credit_note_id = id_of(w, note);
	e.number = arena_strdup(w->arena, w->note_number ? w->note_number : "");
	e.currency = arena_strdup(w->arena, currency);
	e.net = money_of(w, currency, gross - gross / 6);
	e.gross = money_of(w, currency, gross);
	e.issue_date = day_of(w, 0);
	e.tax_totals = taxes;
	part.part = 1;
	part.amount = money_of(w, currency, gross);
	e.parts = parts;
	e.n_tax_totals = e.n_parts = 1;
	return fact(w, "dunlin.invoices.v1.CreditNoteIssued", customer, &e.base);
}

static Dunlin__Payments__V1__Attempt *attempt_of(struct world *w, struct uuid invoice, int64_t captured)
{
	Dunlin__Payments__V1__Attempt *a = ARENA_NEW(w->arena, Dunlin__Payments__V1__Attempt);
	Dunlin__Payments__V1__PaymentItem *item = ARENA_NEW(w->arena, Dunlin__Payments__V1__PaymentItem);
	dunlin__payments__v1__attempt__init(a);
	dunlin__payments__v1__payment_item__init(item);
	item->invoice_id = id_of(w, invoice);
	item->part = 1;
	item->amount = money_of(w, "EUR", captured);
	a->items = ARENA_ARRAY(w->arena, Dunlin__Payments__V1__PaymentItem *, 1);
	a->items[0] = item;
	a->n_items = 1;
	a->provider_account = arena_strdup(w->arena, "main");
	a->provider_payment = arena_printf(w->arena, "pi_%s", uuid_text(w->arena, invoice));
	a->captured = money_of(w, "EUR", captured);
	a->value_time = INT64_C(1772409600000000);
	return a;
}

struct message *world_payment(struct world *w, const char *customer, struct uuid attempt, struct uuid invoice, int64_t captured)
{
	Dunlin__Payments__V1__PaymentSucceeded e = DUNLIN__PAYMENTS__V1__PAYMENT_SUCCEEDED__INIT;
	HEAD(e, customer);
	e.attempt_id = id_of(w, attempt);
	e.attempt = attempt_of(w, invoice, captured);
	return fact(w, "dunlin.payments.v1.PaymentSucceeded", customer, &e.base);
}

struct message *world_refund(struct world *w, const char *customer, struct uuid attempt, struct uuid invoice, int64_t captured,
	struct uuid refund, int64_t minor, enum refund_reason reason)
{
	Dunlin__Payments__V1__PaymentRefunded e = DUNLIN__PAYMENTS__V1__PAYMENT_REFUNDED__INIT;
	HEAD(e, customer);
	e.attempt_id = id_of(w, attempt);
	e.attempt = attempt_of(w, invoice, captured);
	e.refund_id = id_of(w, refund);
	e.amount = money_of(w, "EUR", minor);
	e.reason = (Dunlin__Payments__V1__RefundReason)reason;
	return fact(w, "dunlin.payments.v1.PaymentRefunded", customer, &e.base);
}

static struct message *paid_lines(
	struct world *w, struct uuid payout, const char *ref, const char *currency, int from, const struct paid_line *lines, size_t n)
{
	Dunlin__Payments__V1__PayoutLines e = DUNLIN__PAYMENTS__V1__PAYOUT_LINES__INIT;
	HEAD(e, "@provider:main");
	e.payout_id = id_of(w, payout);
	e.provider_account = arena_strdup(w->arena, "main");
	e.provider_payout = arena_strdup(w->arena, ref);
	e.lines = ARENA_ARRAY(w->arena, Dunlin__Payments__V1__PayoutLine *, n);
	e.n_lines = n;
	for (size_t i = 0; i < n; i++) {
		Dunlin__Payments__V1__PayoutLine *l = ARENA_NEW(w->arena, Dunlin__Payments__V1__PayoutLine);
		dunlin__payments__v1__payout_line__init(l);
		l->line_no = (uint32_t)from + (uint32_t)i;
		l->kind = lines[i].refund ? DUNLIN__PAYMENTS__V1__PAYOUT_LINE_KIND__PAYOUT_LINE_KIND_REFUND
					  : DUNLIN__PAYMENTS__V1__PAYOUT_LINE_KIND__PAYOUT_LINE_KIND_CHARGE;
		l->provider_line = arena_strdup(w->arena, lines[i].line ? lines[i].line : "");
		l->provider_payment = arena_strdup(w->arena, lines[i].payment ? lines[i].payment : "");
		if (!uuid_is_zero(lines[i].attempt))
			l->attempt_id = id_of(w, lines[i].attempt);
		l->gross = money_of(w, currency, lines[i].gross);
		l->fee = money_of(w, currency, lines[i].fee);
		e.lines[i] = l;
	}
	return fact(w, "dunlin.payments.v1.PayoutLines", "@provider:main", &e.base);
}

struct message *world_paid_lines(
	struct world *w, struct uuid payout, const char *ref, const char *currency, const struct paid_line *lines, size_t n)
{
	return paid_lines(w, payout, ref, currency, 1, lines, n);
}

struct message *world_paid_sum(
	struct world *w, struct uuid payout, const char *ref, const char *currency, int lines, int64_t gross, int64_t fees)
{
	Dunlin__Payments__V1__PayoutPaid e = DUNLIN__PAYMENTS__V1__PAYOUT_PAID__INIT;
	HEAD(e, "@provider:main");
	e.payout_id = id_of(w, payout);
	e.provider_account = arena_strdup(w->arena, "main");
	e.provider_payout = arena_strdup(w->arena, ref);
	e.statement_text = arena_strdup(w->arena, "PROVIDER PAYOUT");
	e.amount = money_of(w, currency, gross - fees);
	e.gross = money_of(w, currency, gross);
	e.fees = money_of(w, currency, fees);
	e.arrival_date = day_of(w, 2);
	e.line_count = (uint32_t)lines;
	return fact(w, "dunlin.payments.v1.PayoutPaid", "@provider:main", &e.base);
}

static const char *payout_ref(struct world *w, struct uuid payout)
{
	return arena_printf(w->arena, "po_%s", uuid_text(w->arena, payout) + 28);
}

struct message *world_payout_lines(struct world *w, struct uuid payout, int from, int n, int64_t gross, int64_t fee)
{
	struct paid_line *lines = ARENA_ARRAY(w->arena, struct paid_line, (size_t)n);
	for (int i = 0; i < n; i++)
		lines[i] = (struct paid_line){ .gross = gross, .fee = fee };
	return paid_lines(w, payout, payout_ref(w, payout), "EUR", from, lines, (size_t)n);
}

struct message *world_payout_paid(struct world *w, struct uuid payout, int lines, int64_t gross, int64_t fees)
{
	return world_paid_sum(w, payout, payout_ref(w, payout), "EUR", lines, gross, fees);
}

struct message *world_named_customer(struct world *w, const char *customer, int revision, const char *iban, const char *name)
{
	Dunlin__Customers__V1__CustomerChanged e = DUNLIN__CUSTOMERS__V1__CUSTOMER_CHANGED__INIT;
	char *ibans[] = { iban ? arena_strdup(w->arena, iban) : NULL };
	HEAD(e, customer);
	e.revision = (uint64_t)revision;
	e.ibans = ibans;
	e.n_ibans = iban ? 1 : 0;
	e.name = arena_strdup(w->arena, name);
	return fact(w, "dunlin.customers.v1.CustomerChanged", customer, &e.base);
}

struct message *world_customer(struct world *w, const char *customer, int revision, const char *iban)
{
	return world_named_customer(w, customer, revision, iban, "");
}

struct message *world_erased(struct world *w, const char *customer)
{
	return fact(w, "dunlin.customers.v1.CustomerChanged", customer, NULL);
}

/* ---- bank ---- */

struct message *world_own(struct world *w, const char *type, struct uuid id)
{
	struct message *m = ARENA_NEW(w->arena, struct message);
	m->type = span_of(type);
	m->payload = span_of(arena_printf(w->arena, "{\"merchant\":\"%s\",\"id\":\"%s\"}", MERCHANT, uuid_text(w->arena, id)));
	return m;
}

static struct uuid stage(struct world *w, struct line_of o)
{
	const struct account *a = book_account(w->book, merchant, w->account);
	struct uuid statement = world_id(w), id = world_id(w);
	struct statement *s = book_add(w->book, BOOK_STATEMENTS, book_key_uuid(w->book, merchant, statement));
	struct line *l = book_add(w->book, BOOK_LINES, book_key_uuid(w->book, merchant, id));
	w->day.day++;
	*s = (struct statement){ .merchant = merchant,
		.id = statement,
		.identifier = a->identifier,
		.bank_ref = SPAN("S"),
		.currency = eur,
		.opening = a->chain.closing,
		.closing = a->chain.closing + o.minor,
		.line_sum = o.minor,
		.line_count = 1,
		.from = w->day,
		.to = w->day };
	*l = (struct line){ .merchant = merchant,
		.id = id,
		.account = w->account,
		.statement = statement,
		.number = 1,
		.booking = { w->day.day - o.days_before },
		.value = w->day,
		.amount = { o.minor, eur },
		.end_to_end = span_of(o.end_to_end),
		.references = span_of(o.reference),
		.texts = span_of(o.text),
		.party_iban = span_of(o.iban),
		.party_name = span_of(o.name),
		.mandate = span_of(o.mandate),
		.return_reason = span_of(o.return_reason) };
	if (o.charges || o.original) {
		struct line_detail *d = book_add(w->book, BOOK_LINE_DETAILS, book_key_uuid(w->book, merchant, id));
		*d = (struct line_detail){ .merchant = merchant,
			.line = id,
			.charges = span_of(o.charges),
			.original = o.original,
			.original_currency = span_of(o.original_currency),
			.rate = span_of(o.rate) };
	}
	assert_int_equal(world_run(w, world_own(w, type_decide_statement, statement)), OK);
	assert_int_equal(s->state, STATEMENT_ACCEPTED);
	return id;
}

struct uuid world_line(struct world *w, struct line_of o)
{
	struct uuid id = stage(w, o);
	if (world_run(w, world_own(w, type_post_line, id)) != OK)
		fail_msg("%s: %s", w->why.code, w->why.text);
	return id;
}

struct message *world_try(struct world *w, struct uuid line)
{
	return world_own(w, type_try_line, line);
}

struct message *world_command(struct world *w, const char *type, const char *path, const char *fields)
{
	struct message *m = ARENA_NEW(w->arena, struct message);
	m->type = span_of(arena_printf(w->arena, "dunlin.reconciliation.%s", type));
	m->merchant = merchant;
	m->client = SPAN("desk");
	m->target = span_of(path);
	m->format = FORMAT_JSON;
	m->payload = span_of(arena_printf(w->arena, "{%s%s\"who\":\"eve\",\"why\":\"she said so\"}", fields, fields[0] ? "," : ""));
	return m;
}

const char *world_path(struct world *w, const char *before, struct uuid id, const char *after)
{
	return arena_printf(w->arena, "/v1/%s/%s%s%s", before, uuid_text(w->arena, id), after[0] ? "/" : "", after);
}

struct world world_open(struct arena *arena)
{
	struct world w = { .arena = arena, .book = book_open(arena), .day = { 20500 } };
	struct message *define = ARENA_NEW(arena, struct message);
	const struct account *a;
	size_t i = 0;
	define->type = SPAN("dunlin.reconciliation.DefineAccount");
	define->merchant = merchant;
	define->payload = SPAN("{\"iban\":\"DE02120300000000202051\",\"currency\":\"EUR\",\"provider_accounts\":[\"main\"]}");
	assert_int_equal(world_run(&w, define), OK);
	a = book_next(w.book, BOOK_ACCOUNTS, &i);
	w.account = a->id;
	for (int c = 1; c < 10; c++)
		assert_int_equal(world_run(&w, world_customer(&w, arena_printf(arena, "c%d", c), 1, NULL)), OK);
	return w;
}

/* ---- looking ---- */

static struct flow *flows_of(const struct world *w, size_t *n)
{
	struct flow *flows = ARENA_ARRAY(w->arena, struct flow, shelf_count(&w->book->shelves[BOOK_TRANSFERS]) + 1);
	const struct transfer *t;
	*n = 0;
	for (size_t i = 0; (t = book_next(w->book, BOOK_TRANSFERS, &i));)
		flows[(*n)++] = (struct flow){ t->amount.currency, t->debit, t->credit, t->cause, t->amount.minor };
	return flows;
}

static void count_items(const struct world *w, struct counters *c)
{
	const struct open_item *i;
	for (size_t n = 0; (i = book_next(w->book, BOOK_ITEMS, &n));) {
		assert_true(i->open >= 0 && i->allocated >= 0 && i->credited >= 0 && i->written_off >= 0 && i->discounted >= 0);
		assert_int_equal(i->amount, i->allocated + i->credited + i->discounted + i->written_off + i->open);
		if (!currency_equal(i->currency, c->currency))
			continue;
		c->minor[TERM_INVOICED] += i->amount;
		c->minor[TERM_ALLOCATED] += i->allocated;
		c->minor[TERM_CREDITED] += i->credited;
		c->minor[TERM_DISCOUNTED] += i->discounted;
		c->minor[TERM_WRITTEN_OFF] += i->written_off;
		c->minor[TERM_OPEN] += i->open;
	}
}

static void count_receipts(const struct world *w, struct counters *c)
{
	const struct receipt *r;
	const struct credit *credit;
	for (size_t n = 0; (r = book_next(w->book, BOOK_RECEIPTS, &n));) {
		assert_true(r->allocated >= 0 && r->unapplied >= 0 && r->refunded >= 0 && r->kept >= 0 && r->returned >= 0);
		assert_int_equal(r->amount, r->allocated + r->unapplied + r->refunded + r->kept);
		if (!currency_equal(r->currency, c->currency))
			continue;
		c->receipts_allocated += r->allocated;
		c->receipts_unapplied += r->unapplied;
		c->minor[TERM_REFUNDED] += r->refunded;
		c->minor[TERM_KEPT] += r->kept;
		if (r->kind != RECEIPT_BANK)
			c->minor[TERM_RECEIVED] += r->amount;
	}
	for (size_t n = 0; (credit = book_next(w->book, BOOK_CREDITS, &n));)
		if (currency_equal(credit->currency, c->currency))
			c->minor[TERM_UNAPPLIED] += credit->unapplied;
}

static void count_lines(const struct world *w, struct counters *c)
{
	const struct line *l;
	for (size_t n = 0; (l = book_next(w->book, BOOK_LINES, &n));) {
		bool ours = l->as == LINE_AS_NOTHING || l->as == LINE_AS_RECEIPTS;
		if (l->amount.minor < 0 || !ours || l->state == LINE_STAGED || !currency_equal(l->amount.currency, c->currency))
			continue;
		c->minor[TERM_RECEIVED] += line_left(l);
		if (l->state == LINE_WAITING)
			c->minor[TERM_UNIDENTIFIED] += line_left(l);
	}
}

static bool owes_dollars(const struct world *w)
{
	const struct open_item *item;
	for (size_t i = 0; (item = book_next(w->book, BOOK_ITEMS, &i));)
		if (!strcmp(item->currency.code, "USD"))
			return true;
	return false;
}

size_t world_proof(const struct world *w, struct proof_row **rows)
{
	struct counters c[2] = { { .currency = eur }, { .currency = { "USD" } } };
	size_t flows, n = owes_dollars(w) ? 2 : 1;
	struct flow *all = flows_of(w, &flows);
	for (size_t i = 0; i < n; i++) {
		count_items(w, &c[i]);
		count_receipts(w, &c[i]);
		count_lines(w, &c[i]);
	}
	return proof_make(w->arena, all, flows, c, n, rows);
}

int64_t world_exchanged(const struct world *w, const char *currency)
{
	const struct transfer *t;
	int64_t minor = 0;
	for (size_t i = 0; (t = book_next(w->book, BOOK_TRANSFERS, &i));)
		if (!strcmp(t->amount.currency.code, currency))
			minor += span_is(t->debit, "fx_position")    ? t->amount.minor
				 : span_is(t->credit, "fx_position") ? -t->amount.minor
								     : 0;
	return minor;
}

/* Both legs of what was exchanged, from the lines and receipts. */
static void assert_exchanges(const struct world *w, const char *currency)
{
	const struct receipt *r;
	const struct line *l;
	int64_t minor = 0;
	for (size_t i = 0; (r = book_next(w->book, BOOK_RECEIPTS, &i));)
		minor += r->kind == RECEIPT_EXCHANGED && !strcmp(r->currency.code, currency) ? r->amount : 0;
	for (size_t i = 0; (l = book_next(w->book, BOOK_LINES, &i));)
		minor -= l->as == LINE_AS_EXCHANGED && !strcmp(l->amount.currency.code, currency) ? line_left(l) : 0;
	assert_int_equal(world_exchanged(w, currency), minor);
}

void assert_proven(const struct world *w)
{
	struct proof_row *rows;
	size_t n = world_proof(w, &rows);
	for (size_t i = 0; i < n; i++) {
		for (int t = 0; t < TERM_COUNT; t++)
			if (rows[i].journal[t] != rows[i].counted[t])
				fail_msg("message %d: %s: journal %lld, counted %lld", w->messages, term_word((enum term)t),
					(long long)rows[i].journal[t], (long long)rows[i].counted[t]);
		if (!rows[i].holds)
			fail_msg("message %d: the proof does not hold in %s", w->messages, rows[i].currency.code);
	}
	assert_exchanges(w, "EUR");
	assert_exchanges(w, "USD");
}

const struct open_item *world_item(const struct world *w, struct uuid invoice)
{
	const struct open_item *item = book_item(w->book, merchant, invoice, 1);
	assert_non_null(item);
	return item;
}

const struct line *world_line_now(const struct world *w, struct uuid id)
{
	return book_line(w->book, merchant, id);
}

int64_t world_balance(const struct world *w, enum chart chart)
{
	struct balance_row *rows;
	size_t flows;
	struct flow *all = flows_of(w, &flows);
	int64_t sum = 0;
	for (size_t i = 0, n = journal_trial_balance(w->arena, all, flows, &rows); i < n; i++)
		if (chart_of(rows[i].account) == chart)
			sum += rows[i].debit - rows[i].credit;
	return sum;
}

size_t world_said(const struct world *w, const char *type)
{
	size_t n = 0;
	for (size_t i = 0; i < w->said_count; i++)
		n += !strcmp(w->said[i].type, arena_printf(w->arena, "dunlin.ledger.v1.%s", type));
	return n;
}

const char *world_rule(const struct world *w, struct uuid line)
{
	const struct kept_candidate *c, *last = NULL;
	const struct line *now = world_line_now(w, line);
	for (size_t i = 0; (c = book_next(w->book, BOOK_CANDIDATES, &i));)
		if (uuid_equal(c->line, line) && c->look == now->looks)
			last = c;
	return last ? match_rule(last->rule)->word : "nothing";
}
