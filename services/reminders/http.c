#include "http.h"

#include <string.h>

#include "json_out.h"
#include "plan.h"
#include "send.h"
#include "settings.h"
#include "store.h"

enum { PAGE_LIMIT = 50, PAGE_MOST = 200 };

/* --- what is asked --- */

static enum err read_page(const struct request *r, struct page *page, struct why *why)
{
	struct span limit = request_query(r, "limit"), before = request_query(r, "before");
	int64_t n = PAGE_LIMIT;

	*page = (struct page){ .merchant = r->merchant, .customer = request_query(r, "customer_ref") };
	memset(page->before.b, 0xff, sizeof(page->before.b));
	if (limit.size > 0 && (span_int64(limit, &n) != OK || n < 1 || n > PAGE_MOST))
		return why_field(why, ERR_INVALID, "field_invalid", "limit", "limit is a number from 1 to %d", PAGE_MOST);
	if (before.size > 0 && uuid_parse(before, &page->before) != OK)
		return why_field(why, ERR_INVALID, "field_invalid", "before", "before is the \"next\" of another page");
	page->limit = (int32_t)n;
	return OK;
}

static void open_json(struct json_out *out, struct text *text, struct arena *arena)
{
	text_init(text, arena);
	json_out_init(out, text);
	json_out_object(out, NULL);
}

static void close_json(struct json_out *out, const struct text *text, struct response *response)
{
	json_out_object_end(out);
	json_out_done(out);
	response->body = text_done(text);
}

/* Where the next page begins: null after the last. */
static void add_next(struct json_out *out, bool more, struct uuid id)
{
	if (more)
		json_out_uuid(out, "next", id);
	else
		json_out_null(out, "next");
}

/* --- notices --- */

static void add_instant_if(struct json_out *out, const char *name, struct instant at)
{
	if (at.us != 0 && at.us != INT64_MAX)
		json_out_instant(out, name, at);
}

static void add_notice(struct json_out *out, const struct notice *n)
{
	json_out_uuid(out, "id", n->id);
	json_out_span(out, "customer_ref", n->customer);
	json_out_string(out, "kind", notice_kind_name(n->kind));
	json_out_string(out, "state", notice_state_name(n->state));
	json_out_date(out, "day", n->day);
	if (n->kind == NOTICE_REMINDER) {
		json_out_span(out, "policy", n->policy);
		json_out_int(out, "policy_version", n->policy_version);
		json_out_int(out, "level", n->level);
	} else {
		json_out_span(out, "source", n->source);
		json_out_uuid(out, "source_id", n->source_id);
		json_out_money(out, "amount", n->amount);
	}
	json_out_int(out, "tries", n->tries);
	json_out_instant(out, "planned_at", n->planned_at);
	if (n->state == NOTICE_PLANNED)
		add_instant_if(out, "next_try_at", n->next_try_at);
	add_instant_if(out, "ended_at", n->ended_at);
	if (n->failure.size > 0) {
		json_out_span(out, "failure", n->failure);
		json_out_span(out, "code", n->code);
	}
}

static enum err show_notices(struct request *r, struct db *db, struct response *response, struct why *why)
{
	struct notice *notices;
	struct json_out out;
	struct text text;
	struct page page;
	size_t n;

	TRY(read_page(r, &page, why));
	TRY(store_notices(db, r->arena, &page, &notices, &n, why));
	open_json(&out, &text, r->arena);
	json_out_array(&out, "notices");
	for (size_t i = 0; i < n; i++) {
		json_out_object(&out, NULL);
		add_notice(&out, &notices[i]);
		json_out_object_end(&out);
	}
	json_out_array_end(&out);
	add_next(&out, n == (size_t)page.limit, n > 0 ? notices[n - 1].id : (struct uuid){ { 0 } });
	close_json(&out, &text, response);
	return OK;
}

static void add_said(struct json_out *out, const struct notice *n)
{
	json_out_array(out, "items");
	for (size_t i = 0; i < n->item_count; i++) {
		const struct notice_item *said = &n->items[i];

		json_out_object(out, NULL);
		json_out_uuid(out, "invoice_id", said->invoice);
		json_out_int(out, "part", said->part);
		json_out_span(out, "number", said->number);
		if (n->kind == NOTICE_REMINDER) {
			json_out_span(out, "step", said->step);
			json_out_int(out, "level", said->level);
			json_out_date(out, "due_date", said->due);
			json_out_money(out, "open", said->open);
		} else
			json_out_money(out, "paid", said->open);
		json_out_object_end(out);
	}
	json_out_array_end(out);
}

/* Nothing where the customer or the merchant is not known yet. */
static enum err add_letter(struct json_out *out, struct request *r, const struct book *book, const struct notice *n, struct why *why)
{
	const struct customer *customer = book_customer(book, n->merchant, n->customer);
	struct mail mail;

	if (book_merchant(book, n->merchant) == NULL || customer == NULL || customer->revision == 0)
		return OK;
	TRY(send_letter(book, n, r->arena, &mail, why));
	json_out_span(out, "message_id", mail.message_id);
	json_out_span(out, "to", mail.to);
	json_out_span(out, "subject", mail.subject);
	json_out_span(out, "text", mail.text);
	return OK;
}

static enum err find_notice(struct request *r, struct db *db, struct book **book, const struct notice **notice, struct why *why)
{
	struct need need = { .arena = r->arena };
	struct uuid id;

	if (uuid_parse(request_param(r, "id"), &id) != OK)
		return why_set(why, ERR_NOT_FOUND, "notice_unknown", "there is no such notice");
	need_want(&need, WANT_NOTICE, r->merchant, span_copy(r->arena, uuid_span(&id)));
	TRY(store_look(db, r->arena, &need, book, why));
	*notice = book_notice(*book, r->merchant, id);
	if (*notice == NULL)
		return why_set(why, ERR_NOT_FOUND, "notice_unknown", "there is no such notice");
	need_want(&need, WANT_CUSTOMER, r->merchant, (*notice)->customer);
	TRY(store_look(db, r->arena, &need, book, why));
	*notice = book_notice(*book, r->merchant, id);
	return OK;
}

static enum err show_notice(struct request *r, struct db *db, struct response *response, struct why *why)
{
	const struct notice *notice;
	struct json_out out;
	struct text text;
	struct book *book;

	TRY(find_notice(r, db, &book, &notice, why));
	open_json(&out, &text, r->arena);
	add_notice(&out, notice);
	add_said(&out, notice);
	TRY(add_letter(&out, r, book, notice, why));
	close_json(&out, &text, response);
	return OK;
}

static enum err show_notice_page(struct request *r, struct db *db, struct response *response, struct why *why)
{
	const struct notice *notice;
	struct book *book;
	struct mail mail;

	TRY(find_notice(r, db, &book, &notice, why));
	if (book_merchant(book, r->merchant) == NULL)
		return why_set(why, ERR_NOT_FOUND, "merchant_unknown", "the merchant is not known yet");
	TRY(send_letter(book, notice, r->arena, &mail, why));
	response->type = "text/html; charset=utf-8";
	response->body = mail.html;
	return OK;
}

/* --- holds --- */

static enum err show_holds(struct request *r, struct db *db, struct response *response, struct why *why)
{
	struct json_out out;
	struct hold *holds;
	struct text text;
	struct page page;
	size_t n;

	TRY(read_page(r, &page, why));
	TRY(store_holds(db, r->arena, &page, &holds, &n, why));
	open_json(&out, &text, r->arena);
	json_out_array(&out, "holds");
	for (size_t i = 0; i < n; i++)
		wire_print_hold(&out, NULL, &holds[i]);
	json_out_array_end(&out);
	add_next(&out, n == (size_t)page.limit, n > 0 ? holds[n - 1].id : (struct uuid){ { 0 } });
	close_json(&out, &text, response);
	return OK;
}

/* --- the plan --- */

static void add_verdict(struct json_out *out, const struct policy *policy, const struct item *item, const struct verdict *v)
{
	json_out_object(out, NULL);
	json_out_uuid(out, "invoice_id", item->invoice);
	json_out_int(out, "part", item->part);
	json_out_span(out, "number", item->number);
	if (item->is_issued)
		json_out_date(out, "due_date", item->due);
	json_out_money(out, "open", (struct money){ item->open, item->currency });
	if (v->step >= 0)
		json_out_string(out, "step", policy->steps[v->step].name);
	json_out_string(out, "waits_for", item_is_owed(item) ? wait_name(v->wait) : "facts");
	add_instant_if(out, "not_before", v->when);
	json_out_object_end(out);
}

static void add_verdicts(struct json_out *out, const struct book *book, const struct customer *customer, struct instant now)
{
	json_out_array(out, "items");
	for (size_t i = 0; i < shelf_count(&book->items); i++) {
		enum shelf_state state;
		struct verdict verdict;
		const void *value;
		struct span key;

		shelf_at(&book->items, i, &key, &value, &state);
		if (value == NULL)
			continue;
		verdict = plan_verdict(book, customer, value, now);
		add_verdict(out, book->policy, value, &verdict);
	}
	json_out_array_end(out);
}

static enum err show_plan(struct request *r, struct db *db, struct response *response, struct why *why)
{
	struct need need = { .arena = r->arena };
	struct span ref = request_query(r, "customer_ref");
	const struct customer *customer;
	struct json_out out;
	struct instant now;
	struct text text;
	struct book *book;

	if (ref.size == 0)
		return why_field(why, ERR_INVALID, "field_missing", "customer_ref", "customer_ref is missing");
	need_want(&need, WANT_CUSTOMER, r->merchant, ref);
	TRY(store_now(db, r->arena, &now, why));
	TRY(store_look(db, r->arena, &need, &book, why));
	customer = book_customer(book, r->merchant, ref);
	if (customer == NULL)
		return why_set(why, ERR_NOT_FOUND, "customer_unknown", "there is no such customer");
	open_json(&out, &text, r->arena);
	json_out_span(&out, "customer_ref", ref);
	json_out_instant(&out, "now", now);
	json_out_string(&out, "policy", book->policy->name);
	json_out_bool(&out, "known", customer->revision > 0);
	add_verdicts(&out, book, customer, now);
	close_json(&out, &text, response);
	return OK;
}

/* --- policies --- */

static enum err show_policies(struct request *r, struct db *db, struct response *response, struct why *why)
{
	const struct policy *p = reminders_settings_policy();
	struct json_out out;
	struct text text;

	(void)db;
	(void)why;
	open_json(&out, &text, r->arena);
	json_out_string(&out, "policy", p->name);
	json_out_int(&out, "version", p->version);
	json_out_string(&out, "calendar", p->calendar);
	json_out_int(&out, "from_minute", p->from_minute);
	json_out_int(&out, "to_minute", p->to_minute);
	json_out_int(&out, "gap_days", p->gap_days);
	json_out_array(&out, "steps");
	for (int i = 0; i < p->step_count; i++) {
		json_out_object(&out, NULL);
		json_out_string(&out, "step", p->steps[i].name);
		json_out_int(&out, "days", p->steps[i].days);
		json_out_int(&out, "level", p->steps[i].level);
		json_out_string(&out, "help", p->steps[i].help);
		json_out_object_end(&out);
	}
	json_out_array_end(&out);
	close_json(&out, &text, response);
	return OK;
}

#define GET(path_, show_, help_) { .method = "GET", .path = path_, .access = ACCESS_READ, .show = show_, .help = help_ }
#define POST(path_, command_, help_) { .method = "POST", .path = path_, .access = ACCESS_WRITE, .command = command_, .help = help_ }

const struct route reminders_routes[] = {
	GET("/v1/notices", show_notices, "reminders and receipts, newest first, by customer"),
	GET("/v1/notices/{id}", show_notice, "a notice, what it speaks of and what it says"),
	GET("/v1/notices/{id}/page", show_notice_page, "a notice as the customer sees it"),
	GET("/v1/plan", show_plan, "what would be said to a customer when, and what waits for what"),
	GET("/v1/policies", show_policies, "the policy in force"),
	GET("/v1/holds", show_holds, "what is held, newest first, by customer"),
	POST("/v1/holds", "reminders.PlaceHold", "stops reminders: a dispute, or a promise with a date"),
	POST("/v1/holds/{id}/release", "reminders.ReleaseHold", "lets them go on"),
	{ .path = NULL },
};
