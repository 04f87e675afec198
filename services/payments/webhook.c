#include "webhook.h"

#include <string.h>

#include "json_in.h"
#include "stripe_object.h"

#define V1_TEXT 64 /* SHA-256 in hexadecimal */

static void signature_of(struct span secret, struct span t, struct span body, char out[V1_TEXT])
{
	static const char digits[] = "0123456789abcdef";
	struct digest mac = digest_hmac(secret, (const struct span[]){ t, SPAN("."), body }, 3);

	for (size_t i = 0; i < sizeof(mac.b); i++) {
		out[2 * i] = digits[mac.b[i] >> 4];
		out[2 * i + 1] = digits[mac.b[i] & 15];
	}
}

/* True when one of the header's v1 is this signature. Looks at all of them, so that the time tells nothing. */
static bool is_signed(struct span header, const char signature[V1_TEXT])
{
	struct span element, name, value;
	bool found = false, more = true;

	while (more) {
		more = span_cut(header, ',', &element, &header);
		if (span_cut(element, '=', &name, &value) && span_is(name, "v1") && value.size == V1_TEXT)
			found |= digest_equal(value.at, signature, V1_TEXT);
	}
	return found;
}

/* The header's one t. */
static enum err timestamp_of(struct span header, struct span *t, int64_t *seconds)
{
	struct span element, name, value;
	bool more = true;

	*t = SPAN("");
	while (more) {
		more = span_cut(header, ',', &element, &header);
		if (!span_cut(element, '=', &name, &value) || !span_is(name, "t"))
			continue;
		if (t->size > 0 || value.size == 0 || value.size > 12 || value.at[0] == '-' || value.at[0] == '+')
			return ERR_INVALID;
		TRY(span_int64(value, seconds));
		*t = value;
	}
	return t->size > 0 ? OK : ERR_INVALID;
}

enum err webhook_verify(struct span header, struct span body, const struct span *secrets, size_t n, struct instant now, struct why *why)
{
	struct span t;
	int64_t seconds, age;
	bool is_ours = false;

	if (timestamp_of(header, &t, &seconds) != OK)
		return why_field(why, ERR_INVALID, "signature_malformed", "stripe-signature", "the header is not t=seconds,v1=hex");
	for (size_t i = 0; i < n; i++) {
		char signature[V1_TEXT];

		if (secrets[i].size == 0)
			continue;
		signature_of(secrets[i], t, body, signature);
		is_ours |= is_signed(header, signature);
	}
	if (!is_ours)
		return why_field(
			why, ERR_INVALID, "signature_wrong", "stripe-signature", "no v1 signature of an active secret over these bytes");
	age = now.us / US_PER_SECOND - seconds;
	if (age > WEBHOOK_TOLERANCE_S || age < -WEBHOOK_TOLERANCE_S)
		return why_field(why, ERR_INVALID, "signature_stale", "stripe-signature",
			"signed %lld s from now; %d are allowed either way", (long long)age, WEBHOOK_TOLERANCE_S);
	return OK;
}

#define BY_STATUS false, ATTEMPT_ACT_SHOW

static const struct webhook_kind kinds[] = {
	{ "checkout.session.completed", "checkout.session", BY_STATUS, true, "the payer is through" },
	{ "checkout.session.expired", "checkout.session", BY_STATUS, true, "nothing can be paid with it any more" },
	{ "checkout.session.async_payment_succeeded", "checkout.session", BY_STATUS, true, "the bank debit came" },
	{ "checkout.session.async_payment_failed", "checkout.session", true, ATTEMPT_ACT_FAIL, true, "the bank debit did not come" },
	{ "payment_intent.succeeded", "payment_intent", BY_STATUS, true, "the money is there" },
	{ "payment_intent.processing", "payment_intent", BY_STATUS, true, "the money is on its way" },
	{ "payment_intent.payment_failed", "payment_intent", true, ATTEMPT_ACT_DECLINE, false, "a try was declined; another may follow" },
	{ "payment_intent.canceled", "payment_intent", BY_STATUS, true, "its session has ended" },
	{ "charge.succeeded", "charge", BY_STATUS, true, "the money is there; names the fee" },
	{ "charge.updated", "charge", BY_STATUS, false, "names the fee when it was not known before" },
	{ "charge.refunded", "charge", BY_STATUS, false, "how much went back in all" },
	{ "charge.refund.updated", "refund", BY_STATUS, false, "a refund, as older API versions tell it" },
	{ "refund.created", "refund", BY_STATUS, true, "a refund" },
	{ "refund.updated", "refund", BY_STATUS, false, "a refund" },
	{ "refund.failed", "refund", BY_STATUS, true, "a refund did not arrive" },
	{ "payout.paid", "payout", BY_STATUS, true, "money was sent to the bank" },
	{ "payout.failed", "payout", BY_STATUS, true, "the bank sent it back" },
};

const struct webhook_kind *webhook_kind_find(struct span type)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (span_is(type, kinds[i].type))
			return &kinds[i];
	return NULL;
}

void webhook_print_rules(struct text *text)
{
	text_add(text, "webhook: type, object, act, how often per object, what it says\n");
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		text_printf(text, "%-40s %-16s %-9s %-5s %s\n", kinds[i].type, kinds[i].object,
			kinds[i].has_act ? attempt_act_name(kinds[i].act) : "by status", kinds[i].once ? "once" : "many", kinds[i].help);
}

static enum err read_refund_event(const struct json_in *object, struct notice *notice, struct why *why)
{
	struct notice_refund *refund = ARENA_NEW(object->arena, struct notice_refund);

	TRY(stripe_refund_read(object, refund, notice, why));
	notice->object = refund->provider_refund;
	notice->refunds = refund;
	notice->refund_count = 1;
	return OK;
}

static enum err read_object(const struct webhook_kind *kind, const struct json_in *object, struct notice *notice, struct why *why)
{
	if (strcmp(kind->object, "payout") == 0) {
		notice->subject = NOTICE_PAYOUT;
		return stripe_payout_read(object, notice, why);
	}
	notice->subject = NOTICE_ATTEMPT;
	if (strcmp(kind->object, "checkout.session") == 0)
		return stripe_session_read(object, notice, why);
	if (strcmp(kind->object, "payment_intent") == 0)
		return stripe_payment_read(object, notice, why);
	if (strcmp(kind->object, "charge") == 0)
		return stripe_charge_read(object, notice, why);
	return read_refund_event(object, notice, why);
}

enum err webhook_read(struct arena *arena, struct span body, struct webhook_event *event, struct why *why)
{
	struct json_in in, data, object;

	*event = (struct webhook_event){ .id = SPAN("") };
	TRY(json_in_open(&in, arena, body, why));
	TRY(json_in_text(&in, "id", 1, 255, &event->id, why));
	TRY(json_in_text(&in, "type", 1, 100, &event->type, why));
	TRY(json_in_bool(&in, "livemode", &event->notice.live, why));
	TRY(stripe_instant_read(&in, "created", &event->notice.at, why));
	TRY(json_in_object(&in, "data", &data, why));
	TRY(json_in_object(&data, "object", &object, why));
	event->notice.what = event->type;
	event->kind = webhook_kind_find(event->type);
	if (event->kind == NULL)
		return OK;
	TRY(read_object(event->kind, &object, &event->notice, why));
	if (event->kind->has_act) {
		event->notice.has_act = true;
		event->notice.act = event->kind->act;
	}
	return OK;
}

struct digest webhook_digest(struct span body)
{
	static const char name[] = "\"pending_webhooks\":";
	const char *at = memmem(body.at, body.size, name, sizeof(name) - 1);
	struct span head = body, tail = SPAN("");

	if (at != NULL) {
		head.size = (size_t)(at - body.at) + sizeof(name) - 1;
		tail = span_from(body, head.size);
		while (tail.size > 0 && (tail.at[0] == ' ' || (tail.at[0] >= '0' && tail.at[0] <= '9')))
			tail = span_from(tail, 1);
	}
	return digest_list((const struct span[]){ head, tail }, 2);
}
