#include "http_show.h"

#include <string.h>

#include "common_queries.h"
#include "field.h"
#include "page.h"
#include "store.h"
#include "wire.h"

enum { PAGE_LIMIT = 50, PAGE_MOST = 200 };

/* The pages live as long as the process. */
static struct arena *kept;
static const struct template_set *pages;

enum err http_show_start(struct why *why)
{
	if (pages != NULL)
		return OK;
	kept = arena_open();
	return page_compile(kept, &pages, why);
}

/* --- what is asked --- */

static enum err read_limit(const struct request *r, int32_t *limit, struct why *why)
{
	struct span text = request_query(r, "limit");
	int64_t n = PAGE_LIMIT;

	if (text.size > 0 && span_int64(text, &n) != OK)
		return why_field(why, ERR_INVALID, "field_invalid", "limit", "limit is not a number");
	TRY(field_number(n, "limit", 1, PAGE_MOST, why));
	*limit = (int32_t)n;
	return OK;
}

static enum err not_found(struct why *why, const char *code, const char *text)
{
	return why_set(why, ERR_NOT_FOUND, code, "%s", text);
}

static enum err read_id(const struct request *r, const char *code, struct uuid *id, struct why *why)
{
	if (uuid_parse(request_param(r, "id"), id) != OK)
		return not_found(why, code, "there is no such document");
	return OK;
}

static enum err today_of(struct request *r, struct db *db, struct span merchant, struct date *today, struct why *why)
{
	const struct merchant *m;
	struct rows now;

	TRY(store_merchant(db, r->arena, merchant, &m, why));
	if (m == NULL)
		return not_found(why, "merchant_unknown", "the merchant is not defined");
	if (m->zone == NULL)
		return why_set(why, ERR_BUG, "zone_missing", "this machine has no time zone %.*s", SPAN_ARG(m->zone_name));
	TRY(db_exec(db, r->arena, &q_business_now, NULL, &now, why));
	*today = zone_date(m->zone, rows_instant(&now, 0, 0));
	return OK;
}

/* --- merchants and customers --- */

enum err show_merchant(struct request *r, struct db *db, struct response *response, struct why *why)
{
	const struct merchant *m;

	TRY(store_merchant(db, r->arena, r->merchant, &m, why));
	if (m == NULL)
		return not_found(why, "merchant_unknown", "the merchant is not defined");
	response->body = json_merchant(r->arena, m);
	return OK;
}

/* Where the next page of a list begins: null after the last. */
static void add_next(struct json_out *out, bool more, struct span key)
{
	if (more)
		json_out_span(out, "next", key);
	else
		json_out_null(out, "next");
}

enum err show_customers(struct request *r, struct db *db, struct response *response, struct why *why)
{
	struct customer *customers;
	struct json_out out;
	struct text text;
	int32_t limit;
	size_t n;

	TRY(read_limit(r, &limit, why));
	TRY(store_customers(db, r->arena, r->merchant, request_query(r, "after"), limit, &customers, &n, why));
	json_open(&out, &text, r->arena);
	json_out_array(&out, "items");
	for (size_t i = 0; i < n; i++) {
		json_out_object(&out, NULL);
		json_add_customer(&out, &customers[i]);
		json_out_object_end(&out);
	}
	json_out_array_end(&out);
	add_next(&out, n == (size_t)limit, n > 0 ? customers[n - 1].ref : SPAN(""));
	response->body = json_close(&out, &text);
	return OK;
}

enum err show_customer(struct request *r, struct db *db, struct response *response, struct why *why)
{
	const struct customer *customer;
	struct invoice *drafts;
	struct json_out out;
	struct text text;
	size_t n;

	TRY(store_customer(db, r->arena, r->merchant, request_param(r, "ref"), &customer, &drafts, &n, why));
	if (customer == NULL)
		return not_found(why, "customer_unknown", "there is no such customer");
	json_open(&out, &text, r->arena);
	json_add_customer(&out, customer);
	json_out_array(&out, "drafts");
	for (size_t i = 0; i < n; i++) {
		json_out_object(&out, NULL);
		json_add_invoice_head(&out, r->arena, &drafts[i]);
		json_out_object_end(&out);
	}
	json_out_array_end(&out);
	response->body = json_close(&out, &text);
	return OK;
}

/* --- invoices --- */

/* "state" takes what a document is and how it stands. */
static enum err read_filter(const struct request *r, struct invoice_filter *f, struct why *why)
{
	struct span state = request_query(r, "state"), after = request_query(r, "after");

	*f = (struct invoice_filter){ .merchant = r->merchant, .customer_ref = request_query(r, "customer_ref") };
	memset(f->before.b, 0xff, sizeof f->before.b);
	TRY(read_limit(r, &f->limit, why));
	if (after.size > 0 && uuid_parse(after, &f->before) != OK)
		return why_field(why, ERR_INVALID, "field_invalid", "after", "after is not the id of an invoice");
	for (int i = 0; i < INVOICE_STATES; i++) {
		if (span_is(state, invoice_state_names[i]))
			f->state = invoice_state_names[i];
	}
	for (int i = ITEM_OPEN; i < ITEM_STATES; i++) {
		if (span_is(state, item_state_names[i]))
			f->standing = item_state_names[i];
	}
	if (state.size > 0 && f->state == NULL && f->standing == NULL)
		return why_field(
			why, ERR_INVALID, "field_invalid", "state", "state is one of draft, issued, void, open, part_paid, settled");
	return OK;
}

/* Those of the items that are of one invoice; they come together. */
static const struct item *items_of(const struct item *items, size_t n, struct uuid invoice, size_t *count)
{
	size_t first = 0;

	while (first < n && !uuid_equal(items[first].invoice_id, invoice))
		first++;
	for (*count = 0; first + *count < n && uuid_equal(items[first + *count].invoice_id, invoice);)
		(*count)++;
	return &items[first];
}

static void add_standing(struct json_out *out, const struct invoice *i, const struct item *items, size_t n)
{
	const struct item *own = items_of(items, n, i->id, &n);

	if (i->state != INVOICE_ISSUED)
		return;
	json_out_object(out, "payment");
	json_out_string(out, "state", item_state_names[items_state(own, n)]);
	json_out_array(out, "parts");
	for (size_t k = 0; k < n; k++) {
		json_out_object(out, NULL);
		json_add_item(out, &own[k]);
		json_out_object_end(out);
	}
	json_out_array_end(out);
	json_out_object_end(out);
}

enum err show_invoices(struct request *r, struct db *db, struct response *response, struct why *why)
{
	struct invoice_filter f;
	struct invoice *invoices;
	struct item *items;
	struct json_out out;
	struct text text;
	size_t n, item_count;

	TRY(read_filter(r, &f, why));
	TRY(store_invoices(db, r->arena, &f, &invoices, &n, why));
	TRY(store_items(db, r->arena, invoices, n, &items, &item_count, why));
	json_open(&out, &text, r->arena);
	json_out_array(&out, "items");
	for (size_t i = 0; i < n; i++) {
		json_out_object(&out, NULL);
		json_add_invoice_head(&out, r->arena, &invoices[i]);
		add_standing(&out, &invoices[i], items, item_count);
		json_out_object_end(&out);
	}
	json_out_array_end(&out);
	add_next(&out, n == (size_t)f.limit, n > 0 ? span_of(uuid_text(r->arena, invoices[n - 1].id)) : SPAN(""));
	response->body = json_close(&out, &text);
	return OK;
}

static enum err find_invoice(
	struct request *r, struct db *db, struct span merchant, struct uuid id, const struct invoice **i, struct why *why)
{
	TRY(store_invoice(db, r->arena, merchant, id, i, why));
	return *i != NULL ? OK : not_found(why, "invoice_unknown", "there is no such invoice");
}

static void add_credit_notes(struct json_out *out, struct arena *arena, const struct credit_note *notes, size_t n)
{
	json_out_array(out, "credit_notes");
	for (size_t i = 0; i < n; i++) {
		json_out_object(out, NULL);
		json_add_credit_note_head(out, arena, &notes[i]);
		json_out_object_end(out);
	}
	json_out_array_end(out);
}

enum err show_invoice(struct request *r, struct db *db, struct response *response, struct why *why)
{
	const struct invoice *i;
	struct credit_note *notes;
	struct item *items;
	struct json_out out;
	struct text text;
	struct uuid id;
	size_t note_count, item_count;

	TRY(read_id(r, "invoice_unknown", &id, why));
	TRY(find_invoice(r, db, r->merchant, id, &i, why));
	TRY(store_credit_notes(db, r->arena, i, &notes, &note_count, why));
	TRY(store_items(db, r->arena, i, 1, &items, &item_count, why));
	json_open(&out, &text, r->arena);
	json_add_invoice_head(&out, r->arena, i);
	if (i->state == INVOICE_ISSUED) {
		json_out_span(&out, "terms_text", invoice_terms(r->arena, i, i->totals.gross));
		json_add_party(&out, "seller", &i->seller);
		json_add_party(&out, "buyer", &i->buyer);
		json_add_lines(&out, i->lines, i->line_count);
		json_add_totals(&out, &i->totals);
		add_standing(&out, i, items, item_count);
		add_credit_notes(&out, r->arena, notes, note_count);
	}
	response->body = json_close(&out, &text);
	return OK;
}

/* --- credit notes --- */

static enum err find_credit_note(struct request *r, struct db *db, struct span merchant, struct uuid id, const struct credit_note **n,
	const struct invoice **i, struct why *why)
{
	TRY(store_credit_note(db, r->arena, merchant, id, n, why));
	if (*n == NULL)
		return not_found(why, "credit_note_unknown", "there is no such credit note");
	return find_invoice(r, db, merchant, (*n)->invoice_id, i, why);
}

enum err show_credit_note(struct request *r, struct db *db, struct response *response, struct why *why)
{
	const struct credit_note *n;
	const struct invoice *i;
	struct json_out out;
	struct text text;
	struct uuid id;

	TRY(read_id(r, "credit_note_unknown", &id, why));
	TRY(find_credit_note(r, db, r->merchant, id, &n, &i, why));
	json_open(&out, &text, r->arena);
	json_add_credit_note_head(&out, r->arena, n);
	json_add_party(&out, "seller", &i->seller);
	json_add_party(&out, "buyer", &i->buyer);
	json_add_lines(&out, n->lines, n->line_count);
	json_add_totals(&out, &n->totals);
	response->body = json_close(&out, &text);
	return OK;
}

/* --- pages --- */

static enum err page_of_invoice(
	struct request *r, struct db *db, struct span merchant, struct uuid id, struct response *response, struct why *why)
{
	const struct invoice *i;
	struct item *items;
	struct date today;
	size_t n;

	TRY(find_invoice(r, db, merchant, id, &i, why));
	if (i->state != INVOICE_ISSUED)
		return not_found(why, "invoice_unknown", "it was not issued");
	TRY(store_items(db, r->arena, i, 1, &items, &n, why));
	TRY(today_of(r, db, merchant, &today, why));
	response->type = "text/html; charset=utf-8";
	return page_invoice(pages, r->arena, i, items, n, today, &response->body, why);
}

static enum err page_of_credit_note(
	struct request *r, struct db *db, struct span merchant, struct uuid id, struct response *response, struct why *why)
{
	const struct credit_note *n;
	const struct invoice *i;

	TRY(find_credit_note(r, db, merchant, id, &n, &i, why));
	response->type = "text/html; charset=utf-8";
	return page_credit_note(pages, r->arena, n, i, &response->body, why);
}

enum err show_invoice_page(struct request *r, struct db *db, struct response *response, struct why *why)
{
	struct uuid id;

	TRY(read_id(r, "invoice_unknown", &id, why));
	return page_of_invoice(r, db, r->merchant, id, response, why);
}

enum err show_credit_note_page(struct request *r, struct db *db, struct response *response, struct why *why)
{
	struct uuid id;

	TRY(read_id(r, "credit_note_unknown", &id, why));
	return page_of_credit_note(r, db, r->merchant, id, response, why);
}

/* The token was looked for by an index: how long that takes says nothing about a secret of 192 bits. */
static enum err find_token(
	struct request *r, struct db *db, enum document document, struct span *merchant, struct uuid *id, struct why *why)
{
	TRY(store_token(db, r->arena, document, request_param(r, "token"), merchant, id, why));
	return uuid_is_zero(*id) ? not_found(why, "document_unknown", "there is no such document") : OK;
}

enum err show_public_invoice(struct request *r, struct db *db, struct response *response, struct why *why)
{
	struct span merchant;
	struct uuid id;

	TRY(find_token(r, db, DOCUMENT_INVOICE, &merchant, &id, why));
	return page_of_invoice(r, db, merchant, id, response, why);
}

enum err show_public_credit_note(struct request *r, struct db *db, struct response *response, struct why *why)
{
	struct span merchant;
	struct uuid id;

	TRY(find_token(r, db, DOCUMENT_CREDIT_NOTE, &merchant, &id, why));
	return page_of_credit_note(r, db, merchant, id, response, why);
}
