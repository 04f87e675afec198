#include "call.h"
#include "checkout.h"

enum {
	TEXT_MOST = 5000,
	URL_MOST = 5000,
	MAP_MOST = 50,
	LINES_MOST = 100,
	SESSION_LEAST_S = 30 * 60,
	SESSION_MOST_S = 24 * 3600,
	GRACE_S = 60
};

/* --- parameters --- */

enum err call_text(const struct call *call, const char *name, struct span *value, struct why *why)
{
	*value = form_get(&call->form, name);
	if (value->size == 0)
		return why_field(why, ERR_INVALID, "parameter_missing", name, "Missing required param: %s.", name);
	if (value->size > TEXT_MOST)
		return why_field(why, ERR_INVALID, "parameter_invalid_string", name, "%s has more than %d characters.", name, TEXT_MOST);
	return OK;
}

enum err call_number(
	const struct call *call, const char *name, int64_t least, int64_t most, int64_t initial, int64_t *value, struct why *why)
{
	struct span text = form_get(&call->form, name);

	*value = initial;
	if (text.at == NULL)
		return OK;
	if (span_int64(text, value) != OK)
		return why_field(why, ERR_INVALID, "parameter_invalid_integer", name, "Invalid integer: %.*s", SPAN_ARG(text));
	if (*value < least || *value > most)
		return why_field(why, ERR_INVALID, "parameter_invalid_integer", name, "%s must be %lld to %lld.", name, (long long)least,
			(long long)most);
	return OK;
}

static struct span keep(const struct call *call, const char *name)
{
	struct span value = form_get(&call->form, name);

	return value.size > 0 ? world_keep(call->world, value) : (struct span){ 0 };
}

enum err call_map(const struct call *call, const char *name, struct form *map, struct why *why)
{
	*map = (struct form){ 0 };
	for (size_t i = 0; i < call->form.n; i++) {
		struct span key, value = call->form.pairs[i].value;

		if (!form_key(&call->form.pairs[i], name, &key) || memchr(key.at, ']', key.size) != NULL)
			continue;
		if (key.size == 0 || key.size > 40 || value.size > 500)
			return why_field(why, ERR_INVALID, "", name, "A key of metadata has at most 40 characters, its value 500.");
		form_add(map, call->world->life, world_keep(call->world, key), world_keep(call->world, value));
	}
	return map->n <= MAP_MOST ? OK : why_field(why, ERR_INVALID, "", name, "Metadata has at most %d keys.", MAP_MOST);
}

static enum err missing(const char *object, struct span id, struct why *why)
{
	return why_field(why, ERR_NOT_FOUND, "resource_missing", "id", "No such %s: '%.*s'", object, SPAN_ARG(id));
}

static enum err read_currency(struct span code, const char *name, struct currency *currency, struct why *why)
{
	char upper[4] = { 0 };

	for (size_t i = 0; i < code.size && i < 3; i++)
		upper[i] = (char)(code.at[i] >= 'a' && code.at[i] <= 'z' ? code.at[i] - 0x20 : code.at[i]);
	if (code.size == 3 && currency_parse(span_of(upper), currency) == OK)
		return OK;
	return why_field(why, ERR_INVALID, "", name, "Invalid currency: %.*s.", SPAN_ARG(code));
}

/* --- checkout sessions --- */

/* One line: amount x quantity, in the session's currency. */
static enum err read_line(struct call *call, int i, struct session *session, struct why *why)
{
	const char *base = arena_printf(call->arena, "line_items[%d][price_data]", i);
	const char *at_currency = arena_printf(call->arena, "%s[currency]", base),
		   *at_amount = arena_printf(call->arena, "%s[unit_amount]", base);
	const char *at_name = arena_printf(call->arena, "%s[product_data][name]", base);
	const char *at_quantity = arena_printf(call->arena, "line_items[%d][quantity]", i);
	int64_t amount, quantity, total;
	struct span code, text, name;
	struct currency currency;

	TRY(call_text(call, at_currency, &code, why));
	TRY(read_currency(code, at_currency, &currency, why));
	TRY(call_text(call, at_amount, &text, why));
	TRY(call_number(call, at_amount, 0, 99999999, 0, &amount, why));
	TRY(call_number(call, at_quantity, 1, 999999, 1, &quantity, why));
	TRY(call_text(call, at_name, &name, why));
	if (i == 0)
		*session = (struct session){ .amount = { 0, currency }, .product = world_keep(call->world, name) };
	if (!currency_equal(currency, session->amount.currency))
		return why_field(why, ERR_INVALID, "", at_currency, "All line items must have the same currency.");
	if (__builtin_mul_overflow(amount, quantity, &total) || money_make(session->amount.minor + total, currency, &session->amount) != OK)
		return why_field(why, ERR_INVALID, "amount_too_large", at_amount, "The amount is too large.");
	return OK;
}

static enum err read_lines(struct call *call, struct session *session, struct why *why)
{
	for (int i = 0;; i++) {
		size_t n = 0;
		const char *prefix = arena_printf(call->arena, "line_items[%d]", i);

		for (size_t k = 0; k < call->form.n; k++)
			n += span_starts(call->form.pairs[k].name, prefix);
		if (n == 0 && i == 0)
			return why_field(why, ERR_INVALID, "parameter_missing", "line_items", "Missing required param: line_items.");
		if (n == 0)
			break;
		if (i == LINES_MOST)
			return why_field(why, ERR_INVALID, "", "line_items", "At most %d line items.", LINES_MOST);
		TRY(read_line(call, i, session, why));
	}
	if (session->amount.minor == 0)
		return why_field(why, ERR_INVALID, "amount_too_small", "line_items", "The total must be above zero.");
	return OK;
}

static enum err read_expiry(struct call *call, struct session *session, struct why *why)
{
	int64_t now = call->world->now.us / US_PER_SECOND, at;

	TRY(call_number(call, "expires_at", 0, INT32_MAX * INT64_C(8), now + SESSION_MOST_S, &at, why));
	if (at < now + SESSION_LEAST_S - GRACE_S || at > now + SESSION_MOST_S + GRACE_S)
		return why_field(why, ERR_INVALID, "", "expires_at",
			"The `expires_at` timestamp must be at least 30 minutes and at most 24 hours from Checkout Session creation.");
	return instant_make(at * US_PER_SECOND, &session->expires_at);
}

static enum err read_urls(struct call *call, struct session *session, struct why *why)
{
	struct span url;

	TRY(call_text(call, "success_url", &url, why));
	if (!span_starts(url, "http://") && !span_starts(url, "https://"))
		return why_field(why, ERR_INVALID, "url_invalid", "success_url", "Not a valid URL");
	session->success_url = keep(call, "success_url");
	session->cancel_url = keep(call, "cancel_url");
	return OK;
}

static enum err session_create(struct call *call, struct why *why)
{
	struct session wanted = { 0 }, *session;
	struct span mode;

	TRY(call_text(call, "mode", &mode, why));
	if (!span_is(mode, "payment"))
		return why_field(why, ERR_INVALID, "", "mode", "This sandbox knows the mode payment alone.");
	TRY(read_lines(call, &wanted, why));
	TRY(read_urls(call, &wanted, why));
	TRY(read_expiry(call, &wanted, why));
	TRY(call_map(call, "metadata", &wanted.metadata, why));
	TRY(call_map(call, "payment_intent_data[metadata]", &wanted.payment_metadata, why));
	wanted.head.account = call->account;
	wanted.client_reference_id = keep(call, "client_reference_id");
	wanted.customer_email = keep(call, "customer_email");
	wanted.description = keep(call, "payment_intent_data[description]");
	session = arena_copy(call->world->life, &wanted, sizeof(wanted));
	session_open(call->world, session);
	print_session(call->out, NULL, session, &call->expand);
	return OK;
}

static enum err find_session(struct call *call, struct session **session, struct why *why)
{
	*session = object_find(&call->world->provider->sessions, call->account, call->id);
	return *session != NULL ? OK : missing("checkout.session", call->id, why);
}

static enum err session_show(struct call *call, struct why *why)
{
	struct session *session;

	TRY(find_session(call, &session, why));
	print_session(call->out, NULL, session, &call->expand);
	return OK;
}

static enum err session_end(struct call *call, struct why *why)
{
	struct session *session;

	TRY(find_session(call, &session, why));
	if (session->status != SESSION_OPEN)
		return why_set(why, ERR_INVALID, "", "Only Checkout Sessions with a status in [\"open\"] can be expired.");
	session_expire(call->world, session);
	print_session(call->out, NULL, session, &call->expand);
	return OK;
}

/* --- payments, charges, transactions, payouts --- */

static enum err payment_show(struct call *call, struct why *why)
{
	const struct payment *payment = object_find(&call->world->provider->payments, call->account, call->id);

	if (payment == NULL)
		return missing("payment_intent", call->id, why);
	print_payment(call->out, NULL, payment, &call->expand);
	return OK;
}

static enum err charge_show(struct call *call, struct why *why)
{
	const struct charge *charge = object_find(&call->world->provider->charges, call->account, call->id);

	if (charge == NULL)
		return missing("charge", call->id, why);
	print_charge(call->out, NULL, charge, &call->expand);
	return OK;
}

static enum err txn_show(struct call *call, struct why *why)
{
	const struct txn *txn = object_find(&call->world->provider->txns, call->account, call->id);

	if (txn == NULL)
		return missing("balance transaction", call->id, why);
	print_txn(call->out, NULL, txn, &call->expand);
	return OK;
}

static enum err payout_show(struct call *call, struct why *why)
{
	const struct payout *payout = object_find(&call->world->provider->payouts, call->account, call->id);

	if (payout == NULL)
		return missing("payout", call->id, why);
	print_payout(call->out, NULL, payout, &call->expand);
	return OK;
}

/* --- refunds --- */

static enum err find_charge(struct call *call, struct charge **charge, struct why *why)
{
	struct span id = form_get(&call->form, "charge"), payment_id = form_get(&call->form, "payment_intent");
	const struct payment *payment;

	if ((id.at == NULL) == (payment_id.at == NULL))
		return why_set(
			why, ERR_INVALID, "parameter_missing", "One of the following params should be provided: payment_intent or charge.");
	payment = object_find(&call->world->provider->payments, call->account, payment_id);
	*charge = id.at != NULL     ? object_find(&call->world->provider->charges, call->account, id)
		  : payment != NULL ? payment->charge
				    : NULL;
	if (*charge == NULL)
		return missing(id.at != NULL ? "charge" : "payment_intent", id.at != NULL ? id : payment_id, why);
	return (*charge)->decline == NULL ? OK : why_set(why, ERR_INVALID, "", "This charge did not succeed; there is nothing to refund.");
}

static enum err refund_create(struct call *call, struct why *why)
{
	static const char reasons[] = "duplicate fraudulent requested_by_customer";
	struct span reason = form_get(&call->form, "reason");
	struct form metadata;
	struct charge *charge = NULL;
	struct refund *refund;
	int64_t left, amount;

	TRY(find_charge(call, &charge, why));
	left = charge->payment->amount.minor - charge->refunded;
	if (left == 0)
		return why_set(why, ERR_INVALID, "charge_already_refunded", "Charge %s has already been refunded.", charge->head.id);
	TRY(call_number(call, "amount", 1, MONEY_LIMIT, left, &amount, why));
	TRY(call_map(call, "metadata", &metadata, why));
	if (amount > left)
		return why_field(why, ERR_INVALID, "", "amount", "Refund amount (%lld) is greater than unrefunded amount on charge (%lld)",
			(long long)amount, (long long)left);
	if (reason.at != NULL && memmem(reasons, sizeof(reasons) - 1, reason.at, reason.size) == NULL)
		return why_field(
			why, ERR_INVALID, "", "reason", "Invalid reason: must be one of duplicate, fraudulent, or requested_by_customer");
	refund = refund_make(call->world, charge, amount);
	refund->metadata = metadata;
	refund->reason = keep(call, "reason");
	refund_say(call->world, refund);
	print_refund(call->out, NULL, refund, &call->expand);
	return OK;
}

static enum err refund_show(struct call *call, struct why *why)
{
	const struct refund *refund = object_find(&call->world->provider->refunds, call->account, call->id);

	if (refund == NULL)
		return missing("refund", call->id, why);
	print_refund(call->out, NULL, refund, &call->expand);
	return OK;
}

static const char session_params[] =
	"adaptive_pricing after_expiration allow_promotion_codes automatic_tax billing_address_collection cancel_url client_reference_id "
	"consent_collection currency custom_fields custom_text customer customer_creation customer_email customer_update discounts expires_at "
	"invoice_creation line_items locale metadata mode payment_intent_data payment_method_collection payment_method_configuration "
	"payment_method_options payment_method_types phone_number_collection redirect_on_completion return_url saved_payment_method_options "
	"setup_intent_data shipping_address_collection shipping_options submit_type subscription_data success_url tax_id_collection ui_mode";

#define PAGE "limit starting_after ending_before created"

const struct method methods[] = {
	{ "POST", "/v1/checkout/sessions", session_params, session_create },
	{ "GET", "/v1/checkout/sessions", PAGE " customer customer_details payment_intent payment_link status subscription",
		sessions_list },
	{ "GET", "/v1/checkout/sessions/{id}", "", session_show },
	{ "POST", "/v1/checkout/sessions/{id}/expire", "", session_end },
	{ "GET", "/v1/payment_intents", PAGE " customer", payments_list },
	{ "GET", "/v1/payment_intents/search", "query limit page", payments_search },
	{ "GET", "/v1/payment_intents/{id}", "client_secret", payment_show },
	{ "GET", "/v1/charges", PAGE " customer payment_intent transfer_group", charges_list },
	{ "GET", "/v1/charges/{id}", "", charge_show },
	{ "POST", "/v1/refunds",
		"amount charge currency instructions_email metadata origin payment_intent reason refund_application_fee reverse_transfer",
		refund_create },
	{ "GET", "/v1/refunds", PAGE " charge payment_intent", refunds_list },
	{ "GET", "/v1/refunds/{id}", "", refund_show },
	{ "GET", "/v1/balance_transactions", PAGE " currency payout source type", txns_list },
	{ "GET", "/v1/balance_transactions/{id}", "", txn_show },
	{ "GET", "/v1/payouts", PAGE " arrival_date destination status", payouts_list },
	{ "GET", "/v1/payouts/{id}", "", payout_show },
	{ 0 },
};
