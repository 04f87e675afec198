#include <string.h>

#include "http.h"
#include "json_out.h"
#include "settings.h"
#include "store.h"
#include "wire.h"

enum { LIMIT = 50, LIMIT_MOST = 200 };

static enum err read_limit(const struct request *r, int32_t *limit, struct why *why)
{
	struct span text = request_query(r, "limit");
	int64_t n = LIMIT;

	if (text.size > 0 && (span_int64(text, &n) != OK || n < 1 || n > LIMIT_MOST))
		return why_field(why, ERR_INVALID, "field_invalid", "limit", "limit is a number from 1 to %d", LIMIT_MOST);
	*limit = (int32_t)n;
	return OK;
}

/* {"items": [...], "next": ...}: next is what `after` takes to go on, null at the end. */
struct list {
	struct text text;
	struct json_out out;
};

static void list_open(struct list *list, struct arena *arena)
{
	text_init(&list->text, arena);
	json_out_init(&list->out, &list->text);
	json_out_object(&list->out, NULL);
	json_out_array(&list->out, "items");
}

static void list_close(struct list *list, const char *next, struct response *response)
{
	json_out_array_end(&list->out);
	json_out_string(&list->out, "next", next);
	json_out_object_end(&list->out);
	json_out_done(&list->out);
	response->body = text_done(&list->text);
}

/* ---- attempts ---- */

static enum err read_filter(const struct request *r, struct attempt_filter *filter, struct why *why)
{
	struct span after = request_query(r, "after"), invoice = request_query(r, "invoice");
	enum attempt_state state;

	*filter = (struct attempt_filter){
		.merchant = r->merchant, .customer = request_query(r, "customer_ref"), .state = request_query(r, "state")
	};
	memset(filter->before.b, 0xff, sizeof(filter->before.b));
	TRY(read_limit(r, &filter->limit, why));
	if (after.size > 0 && uuid_parse(after, &filter->before) != OK)
		return why_field(why, ERR_INVALID, "field_invalid", "after", "after is not the id of an attempt");
	if (invoice.size > 0 && uuid_parse(invoice, &filter->invoice) != OK)
		return why_field(why, ERR_INVALID, "field_invalid", "invoice", "invoice is not the id of an invoice");
	if (filter->state.size > 0 && attempt_state_parse(filter->state, &state) != OK)
		return why_field(why, ERR_INVALID, "field_invalid", "state", "state is no state of an attempt");
	return OK;
}

enum err show_attempts(struct request *r, struct db *db, struct response *response, struct why *why)
{
	struct attempt_filter filter;
	const struct policy *policy;
	struct attempt *attempts;
	struct list list;
	size_t n;

	TRY(read_filter(r, &filter, why));
	TRY(settings_policy(&policy, why));
	TRY(store_attempts(db, r->arena, &filter, &attempts, &n, why));
	list_open(&list, r->arena);
	for (size_t i = 0; i < n; i++)
		wire_add_attempt(&list.out, r->arena, &attempts[i], policy);
	list_close(&list, n == (size_t)filter.limit ? uuid_text(r->arena, attempts[n - 1].id) : NULL, response);
	return OK;
}

enum err show_attempt(struct request *r, struct db *db, struct response *response, struct why *why)
{
	const struct attempt *attempt = NULL;
	const struct policy *policy;
	struct uuid id;

	TRY(settings_policy(&policy, why));
	if (uuid_parse(request_param(r, "id"), &id) == OK)
		TRY(store_attempt(db, r->arena, r->merchant, id, &attempt, why));
	if (attempt == NULL)
		return why_set(why, ERR_NOT_FOUND, "attempt_unknown", "there is no such attempt");
	response->body = wire_attempt_json(r->arena, attempt, policy);
	return OK;
}

/* ---- webhooks ---- */

enum err show_webhooks(struct request *r, struct db *db, struct response *response, struct why *why)
{
	struct webhook_filter filter = { .merchant = r->merchant, .state = request_query(r, "state") };
	struct span after = request_query(r, "after");
	struct webhook *webhooks;
	enum webhook_state state;
	struct list list;
	size_t n;

	TRY(read_limit(r, &filter.limit, why));
	if (filter.state.size > 0 && webhook_state_parse(filter.state, &state) != OK)
		return why_field(why, ERR_INVALID, "field_invalid", "state", "state is no state of a webhook");
	if (instant_parse(after.size > 0 ? after : SPAN("9999-12-31T00:00:00Z"), &filter.before) != OK)
		return why_field(why, ERR_INVALID, "field_invalid", "after", "after is not the time at which a webhook was received");
	TRY(store_webhooks(db, r->arena, &filter, &webhooks, &n, why));
	list_open(&list, r->arena);
	for (size_t i = 0; i < n; i++)
		wire_add_webhook(&list.out, &webhooks[i]);
	list_close(&list, n == (size_t)filter.limit ? instant_text(r->arena, webhooks[n - 1].received_at) : NULL, response);
	return OK;
}

enum err show_webhook(struct request *r, struct db *db, struct response *response, struct why *why)
{
	TRY(store_webhook_body(db, r->arena, r->merchant, request_param(r, "account"), request_param(r, "event"), &response->body, why));
	if (response->body.at == NULL)
		return why_set(why, ERR_NOT_FOUND, "webhook_unknown", "there is no such webhook");
	return OK;
}

/* ---- alarms, payouts, accounts: few enough for one page ---- */

enum err show_alarms(struct request *r, struct db *db, struct response *response, struct why *why)
{
	struct alarm *alarms;
	struct list list;
	int32_t limit;
	size_t n;

	TRY(read_limit(r, &limit, why));
	TRY(store_alarms(db, r->arena, r->merchant, span_is(request_query(r, "closed"), "true"), limit, &alarms, &n, why));
	list_open(&list, r->arena);
	for (size_t i = 0; i < n; i++)
		wire_add_alarm(&list.out, &alarms[i]);
	list_close(&list, NULL, response);
	return OK;
}

enum err show_payouts(struct request *r, struct db *db, struct response *response, struct why *why)
{
	struct payout *payouts;
	struct list list;
	int32_t limit;
	size_t n;

	TRY(read_limit(r, &limit, why));
	TRY(store_payouts(db, r->arena, r->merchant, limit, &payouts, &n, why));
	list_open(&list, r->arena);
	for (size_t i = 0; i < n; i++)
		wire_add_payout(&list.out, &payouts[i]);
	list_close(&list, NULL, response);
	return OK;
}

enum err show_accounts(struct request *r, struct db *db, struct response *response, struct why *why)
{
	struct provider_account *accounts;
	const struct policy *policy;
	struct list list;
	size_t n;

	TRY(settings_policy(&policy, why));
	TRY(store_accounts(db, r->arena, r->merchant, &accounts, &n, why));
	list_open(&list, r->arena);
	for (size_t i = 0; i < n; i++)
		wire_add_account(&list.out, r->arena, &accounts[i], policy);
	list_close(&list, NULL, response);
	return OK;
}
