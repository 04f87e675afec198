#include "stripe_object.h"

#include <string.h>

#define ID 255
#define SECONDS INT64_C(253402300799)

/* What a status means. A session's is "status/payment_status", a charge's "status/captured" or "status/authorised". */
static const struct {
	const char *object, *status;
	enum attempt_act act;
	const char *why;
} statuses[] = {
	{ "checkout.session", "open/unpaid", ATTEMPT_ACT_SHOW, "can be paid" },
	{ "checkout.session", "complete/paid", ATTEMPT_ACT_SUCCEED, "paid" },
	{ "checkout.session", "complete/unpaid", ATTEMPT_ACT_PROCESS, "the payer is through, the money is not there yet" },
	{ "checkout.session", "complete/no_payment_required", ATTEMPT_ACT_QUESTION, "we never ask for nothing" },
	{ "checkout.session", "expired/unpaid", ATTEMPT_ACT_EXPIRE, "can't be paid any more" },
	{ "payment_intent", "succeeded", ATTEMPT_ACT_SUCCEED, "paid" },
	{ "payment_intent", "processing", ATTEMPT_ACT_PROCESS, "the money is on its way" },
	{ "payment_intent", "canceled", ATTEMPT_ACT_EXPIRE, "its session has ended" },
	{ "charge", "succeeded/captured", ATTEMPT_ACT_SUCCEED, "paid" },
	{ "charge", "failed/authorised", ATTEMPT_ACT_DECLINE, "a try was declined" },
};

bool stripe_status_act(const char *object, struct span status, enum attempt_act *act)
{
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
		if (strcmp(statuses[i].object, object) == 0 && span_is(status, statuses[i].status)) {
			*act = statuses[i].act;
			return true;
		}
	return false;
}

void stripe_print_rules(struct text *text)
{
	text_add(text, "stripe: object, status, act, why\n");
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
		text_printf(text, "%-16s %-28s %-8s %s\n", statuses[i].object, statuses[i].status, attempt_act_name(statuses[i].act),
			statuses[i].why);
}

/* An act counts until one that binds more: an object in another says the same or more. */
static void act_by_status(struct notice *notice, const char *object, struct span status)
{
	enum attempt_act act;

	if (!stripe_status_act(object, status, &act) || (notice->has_act && notice->act >= act))
		return;
	notice->has_act = true;
	notice->act = act;
}

enum err stripe_instant_read(const struct json_in *in, const char *name, struct instant *at, struct why *why)
{
	int64_t seconds = 0;

	if (json_in_has(in, name))
		TRY(json_in_int64(in, name, 0, SECONDS, &seconds, why));
	at->us = seconds * US_PER_SECOND;
	return OK;
}

/* A text that may be absent. */
static enum err text_read(const struct json_in *in, const char *name, size_t most, struct span *value, struct why *why)
{
	*value = SPAN("");
	return json_in_has(in, name) ? json_in_text(in, name, 0, most, value, why) : OK;
}

enum err stripe_reference_read(const struct json_in *in, const char *name, struct span *id, struct json_in *object, struct why *why)
{
	struct json_in child;

	*id = SPAN("");
	if (object != NULL)
		object->object = NULL;
	if (!json_in_has(in, name))
		return OK;
	if (json_in_object(in, name, &child, NULL) != OK)
		return json_in_text(in, name, 1, ID, id, why);
	if (object != NULL)
		*object = child;
	return json_in_text(&child, "id", 1, ID, id, why);
}

static enum err amount_read(const struct json_in *in, const char *name, struct provider_amount *amount, struct why *why)
{
	if (!json_in_has(in, name) || !json_in_has(in, "currency"))
		return OK;
	TRY(json_in_int64(in, name, -MONEY_LIMIT + 1, MONEY_LIMIT - 1, &amount->minor, why));
	TRY(json_in_text(in, "currency", 1, 16, &amount->currency, why));
	amount->is_known = true;
	return OK;
}

/* Our id in the metadata; what is no uuid is none of ours. */
static enum err ours_read(const struct json_in *in, const char *name, struct uuid *id, struct why *why)
{
	struct json_in metadata;
	struct span text;

	if (!json_in_has(in, "metadata"))
		return OK;
	TRY(json_in_object(in, "metadata", &metadata, why));
	TRY(text_read(&metadata, name, ID * 2, &text, why));
	if (text.size > 0 && uuid_parse(text, id) != OK)
		*id = (struct uuid){ { 0 } };
	return OK;
}

static enum err live_read(const struct json_in *in, struct notice *notice, struct why *why)
{
	return json_in_has(in, "livemode") ? json_in_bool(in, "livemode", &notice->live, why) : OK;
}

/* A balance transaction in full, or its id. */
static enum err fee_read(const struct json_in *charge, struct notice *notice, struct why *why)
{
	struct json_in transaction;

	TRY(stripe_reference_read(charge, "balance_transaction", &notice->fee_source, &transaction, why));
	return transaction.object != NULL ? amount_read(&transaction, "fee", &notice->fee, why) : OK;
}

/* Older API versions list a charge's refunds in it. */
static enum err refunds_read(const struct json_in *charge, struct notice *notice, struct why *why)
{
	struct notice_refund *refunds;
	struct json_in list, item;
	size_t n;

	if (!json_in_has(charge, "refunds"))
		return OK;
	TRY(json_in_object(charge, "refunds", &list, why));
	if (!json_in_has(&list, "data"))
		return OK;
	TRY(json_in_list(&list, "data", 0, 1000, &n, why));
	refunds = ARENA_ARRAY(charge->arena, struct notice_refund, n);
	for (size_t i = 0; i < n; i++) {
		TRY(json_in_item(&list, "data", i, &item, why));
		TRY(stripe_refund_read(&item, &refunds[i], notice, why));
	}
	notice->refunds = refunds;
	notice->refund_count = n;
	return OK;
}

static enum err method_read(const struct json_in *charge, struct notice *notice, struct why *why)
{
	struct json_in details;

	if (!json_in_has(charge, "payment_method_details"))
		return OK;
	TRY(json_in_object(charge, "payment_method_details", &details, why));
	return text_read(&details, "type", 64, &notice->method, why);
}

static enum err charge_status_read(const struct json_in *in, struct notice *notice, struct why *why)
{
	struct span status;
	bool captured = false;

	TRY(text_read(in, "status", 64, &status, why));
	if (json_in_has(in, "captured"))
		TRY(json_in_bool(in, "captured", &captured, why));
	status = span_of(arena_printf(in->arena, "%.*s/%s", SPAN_ARG(status), captured ? "captured" : "authorised"));
	act_by_status(notice, "charge", status);
	if (notice->has_act && notice->act == ATTEMPT_ACT_DECLINE)
		TRY(text_read(in, "failure_code", 100, &notice->decline_code, why));
	return OK;
}

enum err stripe_charge_read(const struct json_in *in, struct notice *notice, struct why *why)
{
	struct instant at;

	TRY(json_in_text(in, "id", 1, ID, &notice->charge, why));
	if (notice->object.size == 0)
		notice->object = notice->charge;
	if (notice->payment.size == 0)
		TRY(stripe_reference_read(in, "payment_intent", &notice->payment, NULL, why));
	TRY(live_read(in, notice, why));
	if (uuid_is_zero(notice->attempt))
		TRY(ours_read(in, "attempt_id", &notice->attempt, why));
	TRY(charge_status_read(in, notice, why));
	TRY(amount_read(in, json_in_has(in, "amount_captured") ? "amount_captured" : "amount", &notice->amount, why));
	TRY(amount_read(in, "amount_refunded", &notice->refunded, why));
	TRY(method_read(in, notice, why));
	TRY(fee_read(in, notice, why));
	TRY(refunds_read(in, notice, why));
	TRY(stripe_instant_read(in, "created", &at, why));
	if (at.us != 0)
		notice->at = at;
	return OK;
}

/* Why the last try was declined, in the issuer's word where there is one. */
static enum err decline_read(const struct json_in *in, struct notice *notice, struct why *why)
{
	struct json_in error;

	if (!json_in_has(in, "last_payment_error"))
		return OK;
	TRY(json_in_object(in, "last_payment_error", &error, why));
	TRY(text_read(&error, "decline_code", 100, &notice->decline_code, why));
	return notice->decline_code.size > 0 ? OK : text_read(&error, "code", 100, &notice->decline_code, why);
}

/* The charge of API versions before 2022-11-15, which list all of them, the last first. */
static enum err old_charge_read(const struct json_in *in, struct json_in *charge, struct why *why)
{
	struct json_in list;
	size_t n;

	charge->object = NULL;
	if (!json_in_has(in, "charges"))
		return OK;
	TRY(json_in_object(in, "charges", &list, why));
	TRY(json_in_list(&list, "data", 0, 1000, &n, why));
	return n > 0 ? json_in_item(&list, "data", 0, charge, why) : OK;
}

enum err stripe_payment_read(const struct json_in *in, struct notice *notice, struct why *why)
{
	struct json_in charge;
	struct span status, id;

	TRY(json_in_text(in, "id", 1, ID, &notice->payment, why));
	if (notice->object.size == 0)
		notice->object = notice->payment;
	TRY(text_read(in, "status", 64, &status, why));
	TRY(live_read(in, notice, why));
	TRY(ours_read(in, "attempt_id", &notice->attempt, why));
	act_by_status(notice, "payment_intent", status);
	TRY(amount_read(in, span_is(status, "succeeded") ? "amount_received" : "amount", &notice->amount, why));
	TRY(decline_read(in, notice, why));
	TRY(stripe_reference_read(in, "latest_charge", &id, &charge, why));
	if (id.size == 0)
		TRY(old_charge_read(in, &charge, why));
	/* A charge by its id alone may be a declined one: which one took the money, its own events say. */
	if (charge.object != NULL && span_is(status, "succeeded"))
		TRY(stripe_charge_read(&charge, notice, why));
	return OK;
}

static enum err session_status_read(const struct json_in *in, struct notice *notice, struct why *why)
{
	struct span status, paid;

	TRY(text_read(in, "status", 64, &status, why));
	TRY(text_read(in, "payment_status", 64, &paid, why));
	/* Sessions of old API versions have no status. */
	if (status.size == 0 && span_is(paid, "paid"))
		status = SPAN("complete");
	act_by_status(notice, "checkout.session", span_of(arena_printf(in->arena, "%.*s/%.*s", SPAN_ARG(status), SPAN_ARG(paid))));
	return OK;
}

enum err stripe_session_read(const struct json_in *in, struct notice *notice, struct why *why)
{
	struct json_in payment;

	TRY(json_in_text(in, "id", 1, ID, &notice->session, why));
	notice->object = notice->session;
	TRY(session_status_read(in, notice, why));
	TRY(live_read(in, notice, why));
	TRY(text_read(in, "client_reference_id", ID, &notice->reference, why));
	TRY(ours_read(in, "attempt_id", &notice->attempt, why));
	if (uuid_is_zero(notice->attempt) && uuid_parse(notice->reference, &notice->attempt) != OK)
		notice->attempt = (struct uuid){ { 0 } };
	TRY(amount_read(in, "amount_total", &notice->amount, why));
	TRY(text_read(in, "url", 8192, &notice->url, why));
	TRY(stripe_instant_read(in, "expires_at", &notice->session_expires_at, why));
	TRY(stripe_reference_read(in, "payment_intent", &notice->payment, &payment, why));
	return payment.object != NULL ? stripe_payment_read(&payment, notice, why) : OK;
}

static enum refund_state refund_state_of(struct span status)
{
	if (span_is(status, "succeeded"))
		return REFUND_SUCCEEDED;
	if (span_is(status, "failed") || span_is(status, "canceled"))
		return REFUND_FAILED;
	return REFUND_PENDING;
}

enum err stripe_refund_read(const struct json_in *in, struct notice_refund *refund, struct notice *notice, struct why *why)
{
	struct span status, id;

	TRY(json_in_text(in, "id", 1, ID, &refund->provider_refund, why));
	TRY(text_read(in, "status", 64, &status, why));
	refund->state = refund_state_of(status);
	TRY(amount_read(in, "amount", &refund->amount, why));
	TRY(ours_read(in, "refund_id", &refund->refund, why));
	if (uuid_is_zero(notice->attempt))
		TRY(ours_read(in, "attempt_id", &notice->attempt, why));
	TRY(stripe_instant_read(in, "created", &refund->made_at, why));
	TRY(text_read(in, "failure_reason", 100, &refund->failure, why));
	TRY(stripe_reference_read(in, "payment_intent", &id, NULL, why));
	if (notice->payment.size == 0)
		notice->payment = id;
	TRY(stripe_reference_read(in, "charge", &id, NULL, why));
	if (notice->charge.size == 0)
		notice->charge = id;
	return OK;
}

enum err stripe_payout_read(const struct json_in *in, struct notice *notice, struct why *why)
{
	struct instant arrival;

	TRY(json_in_text(in, "id", 1, ID, &notice->payout, why));
	notice->object = notice->payout;
	TRY(json_in_text(in, "status", 1, 64, &notice->payout_status, why));
	TRY(live_read(in, notice, why));
	TRY(amount_read(in, "amount", &notice->amount, why));
	TRY(text_read(in, "statement_descriptor", 100, &notice->statement_text, why));
	TRY(stripe_instant_read(in, "arrival_date", &arrival, why));
	notice->arrival.day = (int32_t)(arrival.us / US_PER_DAY);
	return OK;
}

enum err stripe_line_read(const struct json_in *in, struct stripe_line *line, struct why *why)
{
	struct json_in source;

	*line = (struct stripe_line){ .id = SPAN("") };
	TRY(json_in_text(in, "id", 1, ID, &line->id, why));
	TRY(json_in_text(in, "type", 1, 64, &line->type, why));
	TRY(json_in_text(in, "currency", 1, 16, &line->currency, why));
	TRY(json_in_int64(in, "amount", -MONEY_LIMIT + 1, MONEY_LIMIT - 1, &line->amount, why));
	TRY(json_in_int64(in, "fee", -MONEY_LIMIT + 1, MONEY_LIMIT - 1, &line->fee, why));
	TRY(json_in_int64(in, "net", -MONEY_LIMIT + 1, MONEY_LIMIT - 1, &line->net, why));
	TRY(stripe_reference_read(in, "source", &line->source, &source, why));
	if (source.object == NULL)
		return OK;
	TRY(stripe_reference_read(&source, "payment_intent", &line->payment, NULL, why));
	TRY(ours_read(&source, "attempt_id", &line->attempt, why));
	return ours_read(&source, "refund_id", &line->refund, why);
}

/* Digits of Stripe's unit, where they are not the currency's own. */
static int digits_of(struct currency currency)
{
	static const struct {
		const char *code;
		int digits;
	} odd[] = { { "ISK", 2 }, { "UGX", 2 }, { "MGA", 0 } };

	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
		if (strcmp(currency.code, odd[i].code) == 0)
			return odd[i].digits;
	return currency_exponent(currency);
}

static int64_t power(int n)
{
	int64_t p = 1;

	while (n-- > 0)
		p *= 10;
	return p;
}

/* minor × 10^(to - from), exactly. */
static enum err rescale(int64_t minor, int from, int to, int64_t *out)
{
	if (to >= from)
		return __builtin_mul_overflow(minor, power(to - from), out) ? ERR_INVALID : OK;
	*out = minor / power(from - to);
	return minor % power(from - to) == 0 ? OK : ERR_INVALID;
}

enum err stripe_minor(struct money money, int64_t *minor, struct why *why)
{
	int digits = digits_of(money.currency);

	/* Currencies of three digits are settled in tens of their smallest unit. */
	if (rescale(money.minor, currency_exponent(money.currency), digits, minor) != OK || (digits == 3 && *minor % 10 != 0))
		return why_field(
			why, ERR_REFUSED, "amount_unsupported", "amount", "the provider can't take this amount in %s", money.currency.code);
	return OK;
}

enum err stripe_money(struct provider_amount amount, struct money *money, struct why *why)
{
	struct currency currency;
	char code[4] = "";
	int64_t minor;

	for (size_t i = 0; i < 3 && amount.currency.size == 3; i++)
		code[i] = (char)(amount.currency.at[i] >= 'a' && amount.currency.at[i] <= 'z' ? amount.currency.at[i] - 'a' + 'A'
											      : amount.currency.at[i]);
	if (!amount.is_known || currency_parse(span_of(code), &currency) != OK)
		return why_set(why, ERR_INVALID, "currency_unknown", "the provider's \"%.*s\" is no currency", SPAN_ARG(amount.currency));
	if (rescale(amount.minor, digits_of(currency), currency_exponent(currency), &minor) != OK ||
		money_make(minor, currency, money) != OK)
		return why_set(why, ERR_INVALID, "amount_unreadable", "the provider's amount does not fit %s", code);
	return OK;
}

struct span stripe_currency(struct arena *arena, struct currency currency)
{
	char *code = arena_strdup(arena, currency.code);

	for (char *c = code; *c != '\0'; c++)
		*c = (char)(*c >= 'A' && *c <= 'Z' ? *c - 'A' + 'a' : *c);
	return span_of(code);
}
