#include "world.h"

#include <stdio.h>

#include "zone.h"

/* Keeps the checks' casts to bool out of the tests. */
static struct span text(const char *s)
{
	return span_of(s);
}

static void define(struct world *w, const char *merchant, const char *name, const char *zone, const char *currency, const char *language,
	const char *prefix)
{
	world_do(w, merchant, "DefineMerchant",
		"{\"name\":\"%s\",\"zone\":\"%s\",\"currency\":\"%s\",\"language\":\"%s\",\"invoice_prefix\":\"%s-\","
		"\"credit_note_prefix\":\"C%s-\",\"address\":{\"lines\":[\"Hafen 1\"],\"city\":\"Hamburg\",\"country\":\"DE\"},"
		"\"transfer_accounts\":[{\"iban\":\"DE89370400440532013000\",\"currency\":\"%s\"}]}",
		name, zone, currency, language, prefix, prefix, currency);
}

struct world *world_open(struct arena *arena)
{
	struct world *w = ARENA_NEW(arena, struct world);

	w->arena = arena;
	w->book = book_open(arena, SPAN("a secret of the tests"));
	world_at(w, "2026-03-10T12:00:00Z");
	book_put_zone(w->book, SPAN("Europe/Berlin"), zone_load("Europe/Berlin"));
	book_put_zone(w->book, SPAN("Asia/Tokyo"), zone_load("Asia/Tokyo"));
	book_put_zone(w->book, SPAN("Mars/Olympus"), NULL);
	define(w, "nord", "Nordlicht", "Europe/Berlin", "EUR", "de", "R");
	define(w, "volt", "Volt", "Asia/Tokyo", "JPY", "en", "V");
	world_do(w, "nord", "DefineCustomer", "{\"customer_ref\":\"c1\",\"name\":\"Sommer\"}");
	world_do(w, "nord", "DefineCustomer", "{\"customer_ref\":\"c2\",\"name\":\"Winter\",\"billing_day\":5}");
	world_do(w, "volt", "DefineCustomer", "{\"customer_ref\":\"c1\",\"name\":\"Haru\"}");
	return w;
}

void world_at(struct world *w, const char *instant)
{
	assert_int_equal(instant_parse(text(instant), &w->now), OK);
}

static const struct handler *find_handler(struct span type)
{
	for (const struct handler *h = invoicing_handlers; h->type != NULL; h++) {
		if (span_is(type, h->type))
			return h;
	}
	fail_msg("no handler for %.*s", SPAN_ARG(type));
	return NULL;
}

enum err world_run(struct world *w, struct message *m)
{
	const struct handler *handler = find_handler(m->type);
	struct need need = { .arena = w->arena };
	struct say *say = say_open(w->arena, m);

	w->why = (struct why){ 0 };
	w->said_count = 0;
	book_mark(w->book);
	w->err = m->body == NULL ? handler->read(m, w->arena, &w->why) : OK;
	assert_true(w->err == OK || m->body == NULL);
	if (w->err == OK)
		w->err = handler->need(m, &need, &w->why);
	if (w->err == OK)
		w->err = handler->apply(w->book, m, w->now, say, &w->why);
	w->reply = say_replied(say);
	if (w->err == OK)
		w->said = say_events(say, &w->said_count);
	else
		book_restore(w->book);
	return w->err;
}

static struct message *make(struct world *w, const char *merchant, const char *type, const char *json)
{
	struct message *m = ARENA_NEW(w->arena, struct message);
	bool own = strcmp(type, "DefineMerchant") == 0;

	m->source = SPAN("http:test");
	m->id = text(arena_printf(w->arena, "%d", ++w->messages));
	m->type = text(arena_printf(w->arena, "dunlin.%s.%s", own ? "invoicing" : "billing.v1", type));
	m->format = FORMAT_JSON;
	m->payload = text(json);
	m->time = w->now;
	m->fate = FATE_ANSWER;
	m->merchant = text(merchant);
	return m;
}

enum err world_try(struct world *w, const char *merchant, const char *type, const char *json, ...)
{
	va_list list;
	char *payload;

	va_start(list, json);
	payload = arena_vprintf(w->arena, json, list);
	va_end(list);
	return world_run(w, make(w, merchant, type, payload));
}

void world_do(struct world *w, const char *merchant, const char *type, const char *json, ...)
{
	va_list list;
	char *payload;

	va_start(list, json);
	payload = arena_vprintf(w->arena, json, list);
	va_end(list);
	if (world_run(w, make(w, merchant, type, payload)) != OK)
		fail_msg("%s %s: %s %s %s", type, payload, w->why.code, w->why.field, w->why.text);
}

enum err world_credit(struct world *w, const char *merchant, const struct invoice *invoice, const char *json, ...)
{
	struct message *m;
	va_list list;

	va_start(list, json);
	m = make(w, merchant, "CreditInvoice", arena_vprintf(w->arena, json, list));
	va_end(list);
	m->target = text(arena_printf(w->arena, "/v1/invoices/%s/credit-notes", uuid_text(w->arena, invoice->id)));
	return world_run(w, m);
}

void expect_refusal(const struct world *w, enum err err, const char *code, const char *field)
{
	assert_string_equal(w->why.code, code);
	assert_string_equal(w->why.field, field);
	assert_int_equal(w->err, err);
}

void expect_said(const struct world *w, const char *types)
{
	struct text t;

	text_init(&t, w->arena);
	for (size_t i = 0; i < w->said_count; i++) {
		const char *dot = strrchr(w->said[i].type, '.');

		text_printf(&t, "%s%s", i > 0 ? " " : "", dot != NULL ? dot + 1 : w->said[i].type);
	}
	assert_string_equal(text_done(&t).at, types);
}

void world_charge(
	struct world *w, const char *merchant, const char *customer, const char *ref, int64_t minor, const char *rate, const char *when)
{
	bool taxed = strcmp(rate, "0") != 0;

	world_do(w, merchant, "AddCharge",
		"{\"customer_ref\":\"%s\",\"external_ref\":\"%s\",\"description\":\"Charge %s\",\"amount\":{\"minor\":%lld,\"currency\":\"%s\"},"
		"\"tax_category\":\"%s\",\"tax_rate\":\"%s\"%s%s%s}",
		customer, ref, ref, (long long)minor, book_merchant(w->book, text(merchant))->currency.code, taxed ? "S" : "Z", rate,
		when != NULL ? ",\"when\":\"" : "", when != NULL ? when : "", when != NULL ? "\"" : "");
}

/* --- looking --- */

struct walk {
	const struct shelf *shelf;
	size_t at;
};

static const void *next(struct walk *walk)
{
	while (walk->at < shelf_count(walk->shelf)) {
		enum shelf_state state;
		const void *value;
		struct span key;

		shelf_at(walk->shelf, walk->at++, &key, &value, &state);
		if (value != NULL)
			return value;
	}
	return NULL;
}

static bool is_issued(const struct invoice *i, const char *merchant)
{
	return span_is(i->merchant, merchant) && i->state == INVOICE_ISSUED;
}

const struct invoice *world_invoice(struct world *w, const char *merchant, int n)
{
	struct walk walk = { .shelf = &w->book->shelves[SHELF_INVOICES] };
	const struct invoice *i;

	while ((i = next(&walk)) != NULL) {
		if (is_issued(i, merchant) && i->number.count == n)
			return i;
	}
	fail_msg("merchant %s has no invoice %d", merchant, n);
	return NULL;
}

size_t world_invoices(struct world *w, const char *merchant)
{
	struct walk walk = { .shelf = &w->book->shelves[SHELF_INVOICES] };
	const struct invoice *i;
	size_t n = 0;

	while ((i = next(&walk)) != NULL)
		n += is_issued(i, merchant);
	return n;
}

struct lines {
	char *at[4096];
	size_t count;
};

static void add(struct world *w, struct lines *lines, const char *fmt, ...) PRINTF(3, 4);

static void add(struct world *w, struct lines *lines, const char *fmt, ...)
{
	va_list list;

	assert_true(lines->count < sizeof lines->at / sizeof *lines->at);
	va_start(list, fmt);
	lines->at[lines->count++] = arena_vprintf(w->arena, fmt, list);
	va_end(list);
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void print_invoice(struct world *w, struct lines *lines, const struct invoice *i)
{
	const char *who = arena_printf(w->arena, "%.*s", SPAN_ARG(i->customer_ref));

	add(w, lines, "%s %s waiting %d %lld bill %d", who, invoice_state_names[i->state], i->draft.count, (long long)i->draft.net.minor,
		i->draft.bill_on.known ? i->draft.bill_on.date.day : 0);
	if (i->state != INVOICE_ISSUED)
		return;
	add(w, lines, "%s invoice %s %s net %lld tax %lld gross %lld credited %lld revision %lld", who, date_text(w->arena, i->issue_date),
		date_text(w->arena, i->due_date), (long long)i->totals.net.minor, (long long)i->totals.tax.minor,
		(long long)i->totals.gross.minor, (long long)i->credited.minor, (long long)i->revision);
	for (size_t k = 0; k < i->line_count; k++)
		add(w, lines, "%s line %d of %lld: %.*s %lld", who, i->lines[k].number, (long long)i->totals.gross.minor,
			SPAN_ARG(i->lines[k].charge_ref), (long long)i->lines[k].net.minor);
}

const char *world_print(struct world *w, const char *merchant)
{
	struct walk invoices = { .shelf = &w->book->shelves[SHELF_INVOICES] }, charges = { .shelf = &w->book->shelves[SHELF_CHARGES] },
		    customers = { .shelf = &w->book->shelves[SHELF_CUSTOMERS] };
	struct lines *lines = ARENA_NEW(w->arena, struct lines);
	const struct customer *customer;
	const struct invoice *invoice;
	const struct charge *charge;
	struct text t;

	while ((customer = next(&customers)) != NULL) {
		if (span_is(customer->merchant, merchant))
			add(w, lines, "%.*s revision %lld", SPAN_ARG(customer->ref), (long long)customer->revision);
	}
	while ((invoice = next(&invoices)) != NULL) {
		if (span_is(invoice->merchant, merchant))
			print_invoice(w, lines, invoice);
	}
	while ((charge = next(&charges)) != NULL) {
		if (span_is(charge->merchant, merchant))
			add(w, lines, "%.*s charge %.*s %s", SPAN_ARG(charge->customer_ref), SPAN_ARG(charge->external_ref),
				charge_state_names[charge->state]);
	}
	qsort(lines->at, lines->count, sizeof *lines->at, compare);
	text_init(&t, w->arena);
	for (size_t i = 0; i < lines->count; i++)
		text_printf(&t, "%s\n", lines->at[i]);
	return text_done(&t).at;
}
