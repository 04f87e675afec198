#include "stripe.h"

#include <string.h>

#define ASK_BEFORE_S 300 /* clocks differ */
#define ASK_AFTER_S (STRIPE_KEY_HOURS * 3600 + 3600)
#define EXPAND "payment_intent.latest_charge.balance_transaction"

/* ---- requests ---- */

static void escape(struct text *text, struct span value)
{
	static const char digits[] = "0123456789ABCDEF";

	for (size_t i = 0; i < value.size; i++) {
		char c = value.at[i];

		if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || strchr("-._~", c) != NULL) {
			text_char(text, c);
		} else {
			text_char(text, '%');
			text_char(text, digits[(uint8_t)c >> 4]);
			text_char(text, digits[(uint8_t)c & 15]);
		}
	}
}

/* name=value, after what is there. Names are ours. */
static void field(struct text *text, const char *name, struct span value)
{
	if (text->size > 0)
		text_char(text, '&');
	text_add(text, name);
	text_char(text, '=');
	escape(text, value);
}

static void field_number(struct text *text, const char *name, int64_t n)
{
	field(text, name, span_of(arena_printf(text->arena, "%lld", (long long)n)));
}

static void line_item(struct text *text, size_t i, const struct attempt_item *item, int64_t minor, struct span currency)
{
	struct arena *arena = text->arena;
	const char *name = item->part == 1 ? arena_printf(arena, "Invoice %.*s", SPAN_ARG(item->number))
					   : arena_printf(arena, "Invoice %.*s, part %d", SPAN_ARG(item->number), (int)item->part);

	field(text, arena_printf(arena, "line_items[%zu][price_data][currency]", i), currency);
	field_number(text, arena_printf(arena, "line_items[%zu][price_data][unit_amount]", i), minor);
	field(text, arena_printf(arena, "line_items[%zu][price_data][product_data][name]", i), span_of(name));
	field_number(text, arena_printf(arena, "line_items[%zu][quantity]", i), 1);
}

enum err stripe_open_request(
	struct arena *arena, const struct attempt *attempt, const struct policy *policy, struct stripe_request *request, struct why *why)
{
	struct span id = span_of(uuid_text(arena, attempt->id)), token = attempt_token(arena, policy->link_key, attempt->id);
	struct span currency = stripe_currency(arena, attempt->amount.currency);
	const char *link = arena_printf(arena, "%.*s/pay/%.*s", SPAN_ARG(policy->public_url), SPAN_ARG(token));
	struct text text;
	int64_t minor;

	text_init(&text, arena);
	field(&text, "mode", SPAN("payment"));
	field(&text, "client_reference_id", id);
	field(&text, "metadata[attempt_id]", id);
	field(&text, "payment_intent_data[metadata][attempt_id]", id);
	for (size_t i = 0; i < attempt->item_count; i++) {
		TRY(stripe_minor(attempt->items[i].amount, &minor, why));
		line_item(&text, i, &attempt->items[i], minor, currency);
	}
	field(&text, "success_url", span_of(arena_printf(arena, "%s?back=paid", link)));
	field(&text, "cancel_url", span_of(arena_printf(arena, "%s?back=cancelled", link)));
	field_number(&text, "expires_at", attempt->session_expires_at.us / US_PER_SECOND);
	*request = (struct stripe_request){
		.method = "POST", .path = SPAN("/v1/checkout/sessions"), .body = text_done(&text), .idempotency_key = id
	};
	return OK;
}

struct stripe_request stripe_expire_request(struct arena *arena, const struct attempt *attempt)
{
	struct text path;

	text_init(&path, arena);
	text_add(&path, "/v1/checkout/sessions/");
	escape(&path, attempt->session);
	text_add(&path, "/expire");
	return (struct stripe_request){ .method = "POST",
		.path = text_done(&path),
		.idempotency_key = span_of(arena_printf(arena, "%s-expire", uuid_text(arena, attempt->id))) };
}

static struct stripe_request get(struct span path, struct text *query)
{
	struct text whole;

	text_init(&whole, query->arena);
	text_span(&whole, path);
	if (query->size > 0) {
		text_char(&whole, '?');
		text_span(&whole, text_done(query));
	}
	return (struct stripe_request){ .method = "GET", .path = text_done(&whole) };
}

static void page_fields(struct text *query, struct span cursor)
{
	field_number(query, "limit", STRIPE_PAGE);
	if (cursor.size > 0)
		field(query, "starting_after", cursor);
}

struct stripe_request stripe_ask_request(struct arena *arena, const struct attempt *attempt, struct span cursor)
{
	struct text path, query;

	text_init(&path, arena);
	text_init(&query, arena);
	text_add(&path, "/v1/checkout/sessions");
	if (attempt->session.size > 0) {
		text_char(&path, '/');
		escape(&path, attempt->session);
		field(&query, "expand[]", SPAN(EXPAND));
	} else {
		page_fields(&query, cursor);
		field_number(&query, "created[gte]", attempt->opened_at.us / US_PER_SECOND - ASK_BEFORE_S);
		field_number(&query, "created[lte]", attempt->opened_at.us / US_PER_SECOND + ASK_AFTER_S);
		field(&query, "expand[]", SPAN("data." EXPAND));
	}
	return get(text_done(&path), &query);
}

struct stripe_request stripe_fee_request(struct arena *arena, const struct attempt *attempt)
{
	struct text path, query;

	text_init(&path, arena);
	text_init(&query, arena);
	text_add(&path, "/v1/balance_transactions/");
	escape(&path, attempt->fee_source);
	return get(text_done(&path), &query);
}

enum err stripe_refund_request(
	struct arena *arena, const struct attempt *attempt, const struct refund *refund, struct stripe_request *request, struct why *why)
{
	struct span id = span_of(uuid_text(arena, refund->id));
	struct text text;
	int64_t minor;

	text_init(&text, arena);
	TRY(stripe_minor(refund->amount, &minor, why));
	field(&text, "payment_intent", attempt->payment);
	field_number(&text, "amount", minor);
	field(&text, "metadata[refund_id]", id);
	field(&text, "metadata[attempt_id]", span_of(uuid_text(arena, attempt->id)));
	*request =
		(struct stripe_request){ .method = "POST", .path = SPAN("/v1/refunds"), .body = text_done(&text), .idempotency_key = id };
	return OK;
}

struct stripe_request stripe_refunds_request(struct arena *arena, const struct attempt *attempt, struct span cursor)
{
	struct text query;

	text_init(&query, arena);
	page_fields(&query, cursor);
	field(&query, "payment_intent", attempt->payment);
	return get(SPAN("/v1/refunds"), &query);
}

struct stripe_request stripe_lines_request(struct arena *arena, struct span provider_payout, struct span cursor)
{
	struct text query;

	text_init(&query, arena);
	page_fields(&query, cursor);
	field(&query, "payout", provider_payout);
	field(&query, "expand[]", SPAN("data.source"));
	return get(SPAN("/v1/balance_transactions"), &query);
}

/* ---- answers ---- */

enum stripe_outcome stripe_outcome(bool sent, bool unknown, int status)
{
	if (!sent)
		return STRIPE_LATER;
	if (unknown || status < 200 || status >= 500 || status == 409)
		return STRIPE_UNKNOWN;
	if (status < 300)
		return STRIPE_DONE;
	/* A key that is wrong is put right by the merchant; what it was to do is still to be done. */
	return status == 401 || status == 403 || status == 429 ? STRIPE_LATER : STRIPE_REFUSED;
}

struct span stripe_error_text(struct arena *arena, struct span body)
{
	struct json_in in, error;
	struct span code = SPAN(""), type = SPAN(""), param = SPAN("");

	if (json_in_open(&in, arena, body, NULL) != OK || json_in_object(&in, "error", &error, NULL) != OK)
		return SPAN("an error without a reason");
	if (json_in_text(&error, "code", 0, 100, &code, NULL) != OK)
		code = SPAN("");
	if (json_in_text(&error, "type", 0, 100, &type, NULL) != OK)
		type = SPAN("");
	if (json_in_text(&error, "param", 0, 100, &param, NULL) != OK)
		param = SPAN("");
	return span_of(arena_printf(arena, "%.*s %.*s %.*s", SPAN_ARG(type), SPAN_ARG(code), SPAN_ARG(param)));
}

enum err stripe_session_answer(struct arena *arena, struct span body, struct notice *notice, struct why *why)
{
	struct json_in in;

	TRY(json_in_open(&in, arena, body, why));
	notice->subject = NOTICE_ATTEMPT;
	return stripe_session_read(&in, notice, why);
}

/* The id of the last object of a page, where another follows. */
static enum err next_read(const struct json_in *page, const char *list, size_t n, struct span *next, struct why *why)
{
	struct json_in last;
	bool has_more = false;

	*next = SPAN("");
	if (json_in_has(page, "has_more"))
		TRY(json_in_bool(page, "has_more", &has_more, why));
	if (!has_more || n == 0)
		return OK;
	TRY(json_in_item(page, list, n - 1, &last, why));
	return json_in_text(&last, "id", 1, 255, next, why);
}

enum err stripe_sessions_answer(
	struct arena *arena, struct span body, struct uuid attempt, bool *found, struct notice *notice, struct span *next, struct why *why)
{
	struct notice blank = *notice;
	struct json_in in, session;
	size_t n;

	*found = false;
	TRY(json_in_open(&in, arena, body, why));
	TRY(json_in_list(&in, "data", 0, STRIPE_PAGE, &n, why));
	for (size_t i = 0; i < n && !*found; i++) {
		*notice = blank;
		notice->subject = NOTICE_ATTEMPT;
		TRY(json_in_item(&in, "data", i, &session, why));
		TRY(stripe_session_read(&session, notice, why));
		*found = uuid_equal(notice->attempt, attempt);
	}
	return next_read(&in, "data", n, next, why);
}

enum err stripe_fee_answer(struct arena *arena, struct span body, struct provider_amount *fee, struct why *why)
{
	struct stripe_line line;
	struct json_in in;

	TRY(json_in_open(&in, arena, body, why));
	TRY(stripe_line_read(&in, &line, why));
	*fee = (struct provider_amount){ .is_known = true, .minor = line.fee, .currency = line.currency };
	return OK;
}

enum err stripe_refund_answer(struct arena *arena, struct span body, struct notice *notice, struct why *why)
{
	struct notice_refund *refund = ARENA_NEW(arena, struct notice_refund);
	struct json_in in;

	TRY(json_in_open(&in, arena, body, why));
	TRY(stripe_refund_read(&in, refund, notice, why));
	notice->subject = NOTICE_ATTEMPT;
	notice->refunds = refund;
	notice->refund_count = 1;
	return OK;
}

enum err stripe_refunds_answer(struct arena *arena, struct span body, struct notice *notice, struct span *next, struct why *why)
{
	struct notice_refund *refunds;
	struct json_in in, refund;
	size_t n;

	TRY(json_in_open(&in, arena, body, why));
	TRY(json_in_list(&in, "data", 0, STRIPE_PAGE, &n, why));
	refunds = ARENA_ARRAY(arena, struct notice_refund, n);
	for (size_t i = 0; i < n; i++) {
		TRY(json_in_item(&in, "data", i, &refund, why));
		TRY(stripe_refund_read(&refund, &refunds[i], notice, why));
	}
	notice->subject = NOTICE_ATTEMPT;
	notice->refunds = refunds;
	notice->refund_count = n;
	return next_read(&in, "data", n, next, why);
}

enum err stripe_lines_answer(struct arena *arena, struct span body, struct stripe_page *page, struct why *why)
{
	struct stripe_line *lines;
	struct json_in in, line;

	TRY(json_in_open(&in, arena, body, why));
	TRY(json_in_list(&in, "data", 0, STRIPE_PAGE, &page->count, why));
	lines = ARENA_ARRAY(arena, struct stripe_line, page->count);
	for (size_t i = 0; i < page->count; i++) {
		TRY(json_in_item(&in, "data", i, &line, why));
		TRY(stripe_line_read(&line, &lines[i], why));
	}
	page->lines = lines;
	return next_read(&in, "data", page->count, &page->next, why);
}
