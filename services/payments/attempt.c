#include "attempt.h"

#include <string.h>

#include "digest.h"

static const char *const states[] = {
	[ATTEMPT_CREATED] = "created",
	[ATTEMPT_OPENING] = "opening",
	[ATTEMPT_UNKNOWN] = "unknown",
	[ATTEMPT_OPEN] = "open",
	[ATTEMPT_DECLINED] = "declined",
	[ATTEMPT_CLOSING] = "closing",
	[ATTEMPT_EXPIRED] = "expired",
	[ATTEMPT_PROCESSING] = "processing",
	[ATTEMPT_FAILED] = "failed",
	[ATTEMPT_REVIEW] = "review",
	[ATTEMPT_SUCCEEDED] = "succeeded",
};

static const char *const acts[] = {
	[ATTEMPT_ACT_OPEN] = "open",
	[ATTEMPT_ACT_LOSE] = "lose",
	[ATTEMPT_ACT_CLOSE] = "close",
	[ATTEMPT_ACT_ABANDON] = "abandon",
	[ATTEMPT_ACT_DISMISS] = "dismiss",
	[ATTEMPT_ACT_SHOW] = "show",
	[ATTEMPT_ACT_DECLINE] = "decline",
	[ATTEMPT_ACT_EXPIRE] = "expire",
	[ATTEMPT_ACT_PROCESS] = "process",
	[ATTEMPT_ACT_FAIL] = "fail",
	[ATTEMPT_ACT_QUESTION] = "question",
	[ATTEMPT_ACT_SUCCEED] = "succeed",
};

/* Sets of states. */
#define ONE(state) (1U << (state))
#define BELOW(state) (ONE(state) - 1)
#define FROM(state) (BELOW(ATTEMPT_STATES) & ~BELOW(state))
#define BETWEEN(a, b) ((FROM(a) & ~FROM(b)) | ONE(b))

struct rule {
	unsigned from;
	enum attempt_act act;
	enum attempt_state to; /* STAY: where it is */
	const char *why;
};

#define STAY ATTEMPT_STATES

/* The machine. A pair that is not here is refused. */
static const struct rule rules[] = {
	{ ONE(ATTEMPT_CREATED), ATTEMPT_ACT_OPEN, ATTEMPT_OPENING, "the payer pressed the button" },
	{ BETWEEN(ATTEMPT_OPENING, ATTEMPT_DECLINED), ATTEMPT_ACT_OPEN, STAY, "the button was pressed again" },
	{ ONE(ATTEMPT_OPENING), ATTEMPT_ACT_LOSE, ATTEMPT_UNKNOWN, "there may be a session: ask, never assume" },
	{ FROM(ATTEMPT_UNKNOWN), ATTEMPT_ACT_LOSE, STAY, "more is known already" },
	{ BETWEEN(ATTEMPT_OPENING, ATTEMPT_DECLINED), ATTEMPT_ACT_CLOSE, ATTEMPT_CLOSING, "the provider ends the session first" },
	{ ONE(ATTEMPT_CLOSING) | ONE(ATTEMPT_EXPIRED), ATTEMPT_ACT_CLOSE, STAY, "it is going or gone" },
	{ ONE(ATTEMPT_CREATED) | ONE(ATTEMPT_OPENING), ATTEMPT_ACT_ABANDON, ATTEMPT_EXPIRED, "the provider never heard of it" },
	{ ONE(ATTEMPT_EXPIRED), ATTEMPT_ACT_ABANDON, STAY, "it is gone" },
	{ ONE(ATTEMPT_REVIEW), ATTEMPT_ACT_DISMISS, ATTEMPT_FAILED, "a person says that it is no payment" },
	{ BELOW(ATTEMPT_OPEN), ATTEMPT_ACT_SHOW, ATTEMPT_OPEN, "the provider has a session" },
	{ FROM(ATTEMPT_OPEN), ATTEMPT_ACT_SHOW, STAY, "more is known already" },
	{ BELOW(ATTEMPT_DECLINED), ATTEMPT_ACT_DECLINE, ATTEMPT_DECLINED, "the payer may try again" },
	{ FROM(ATTEMPT_DECLINED), ATTEMPT_ACT_DECLINE, STAY, "more is known already" },
	{ BELOW(ATTEMPT_EXPIRED), ATTEMPT_ACT_EXPIRE, ATTEMPT_EXPIRED, "the provider ended the session" },
	{ FROM(ATTEMPT_EXPIRED), ATTEMPT_ACT_EXPIRE, STAY, "more is known already" },
	{ BELOW(ATTEMPT_PROCESSING), ATTEMPT_ACT_PROCESS, ATTEMPT_PROCESSING, "the payer is through, the money is on its way" },
	{ FROM(ATTEMPT_PROCESSING), ATTEMPT_ACT_PROCESS, STAY, "more is known already" },
	{ BELOW(ATTEMPT_FAILED), ATTEMPT_ACT_FAIL, ATTEMPT_FAILED, "no money will come of it" },
	{ FROM(ATTEMPT_FAILED), ATTEMPT_ACT_FAIL, STAY, "more is known already" },
	{ BELOW(ATTEMPT_REVIEW), ATTEMPT_ACT_QUESTION, ATTEMPT_REVIEW, "it is not what was asked: a person decides" },
	{ FROM(ATTEMPT_REVIEW), ATTEMPT_ACT_QUESTION, STAY, "the question is noted" },
	{ BELOW(ATTEMPT_SUCCEEDED), ATTEMPT_ACT_SUCCEED, ATTEMPT_SUCCEEDED, "the provider has the money, as asked" },
	{ ONE(ATTEMPT_SUCCEEDED), ATTEMPT_ACT_SUCCEED, STAY, "it is known" },
};

const char *attempt_state_name(enum attempt_state state)
{
	return states[state];
}

const char *attempt_act_name(enum attempt_act act)
{
	return acts[act];
}

enum err attempt_state_parse(struct span name, enum attempt_state *state)
{
	for (unsigned i = 0; i < ATTEMPT_STATES; i++)
		if (span_is(name, states[i])) {
			*state = (enum attempt_state)i;
			return OK;
		}
	return ERR_INVALID;
}

static const struct rule *rule_of(enum attempt_state from, enum attempt_act act)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (rules[i].act == act && (rules[i].from & ONE(from)) != 0)
			return &rules[i];
	return NULL;
}

enum err attempt_machine(enum attempt_state from, enum attempt_act act, enum attempt_state *to, struct why *why)
{
	const struct rule *rule = rule_of(from, act);
	char code[32];

	if (rule == NULL) {
		(void)snprintf(code, sizeof(code), "attempt_%s", states[from]);
		return why_set(why, ERR_REFUSED, code, "the attempt is %s: %s is not possible", states[from], acts[act]);
	}
	*to = rule->to == STAY ? from : rule->to;
	return OK;
}

bool attempt_is_fact(enum attempt_act act)
{
	return act >= ATTEMPT_ACT_SHOW;
}

enum err attempt_act(struct attempt *attempt, enum attempt_act act, struct why *why)
{
	enum attempt_state to;

	TRY(attempt_machine(attempt->state, act, &to, why));
	attempt->state = to;
	return OK;
}

bool attempt_is_live(enum attempt_state state)
{
	return (ONE(state) & (BELOW(ATTEMPT_CLOSING) | ONE(ATTEMPT_PROCESSING) | ONE(ATTEMPT_REVIEW))) != 0;
}

void attempt_print_rules(struct text *text)
{
	text_add(text, "attempt: from, act, to, why\n");
	for (unsigned from = 0; from < ATTEMPT_STATES; from++)
		for (unsigned act = 0; act < ATTEMPT_ACTS; act++) {
			const struct rule *rule = rule_of((enum attempt_state)from, (enum attempt_act)act);

			if (rule == NULL)
				text_printf(text, "%-10s %-8s refused\n", states[from], acts[act]);
			else
				text_printf(text, "%-10s %-8s %-10s %s\n", states[from], acts[act],
					rule->to == STAY ? states[from] : states[rule->to], rule->why);
		}
	text_add(text, "attempt: holds its items while");
	for (unsigned state = 0; state < ATTEMPT_STATES; state++)
		if (attempt_is_live((enum attempt_state)state))
			text_printf(text, " %s", states[state]);
	text_add(text, "\n");
}

bool attempt_note_decline(struct attempt *attempt, struct instant at, struct span code)
{
	int order = instant_compare(at, attempt->declined_at);

	if (order < 0 || (order == 0 && span_compare(code, attempt->decline_code) <= 0))
		return false;
	attempt->declined_at = at;
	attempt->decline_code = code;
	return true;
}

/* Stripe's decline codes (docs.stripe.com/declines/codes), by what it advises for each. */
static const struct {
	const char *code;
	enum decline_class class;
} declines[] = {
	{ "insufficient_funds", DECLINE_RETRY },
	{ "processing_error", DECLINE_RETRY },
	{ "try_again_later", DECLINE_RETRY },
	{ "issuer_not_available", DECLINE_RETRY },
	{ "reenter_transaction", DECLINE_RETRY },
	{ "approve_with_id", DECLINE_RETRY },
	{ "card_velocity_exceeded", DECLINE_RETRY },
	{ "withdrawal_count_limit_exceeded", DECLINE_RETRY },
	{ "expired_card", DECLINE_AFTER_UPDATE },
	{ "incorrect_cvc", DECLINE_AFTER_UPDATE },
	{ "invalid_cvc", DECLINE_AFTER_UPDATE },
	{ "incorrect_number", DECLINE_AFTER_UPDATE },
	{ "invalid_number", DECLINE_AFTER_UPDATE },
	{ "incorrect_zip", DECLINE_AFTER_UPDATE },
	{ "invalid_expiry_month", DECLINE_AFTER_UPDATE },
	{ "invalid_expiry_year", DECLINE_AFTER_UPDATE },
	{ "authentication_required", DECLINE_AFTER_UPDATE },
	{ "card_not_supported", DECLINE_AFTER_UPDATE },
	{ "currency_not_supported", DECLINE_AFTER_UPDATE },
	{ "invalid_account", DECLINE_NEVER },
	{ "lost_card", DECLINE_NEVER },
	{ "stolen_card", DECLINE_NEVER },
	{ "pickup_card", DECLINE_NEVER },
	{ "restricted_card", DECLINE_NEVER },
	{ "fraudulent", DECLINE_NEVER },
	{ "merchant_blacklist", DECLINE_NEVER },
	{ "revocation_of_authorization", DECLINE_NEVER },
	{ "revocation_of_all_authorizations", DECLINE_NEVER },
	{ "stop_payment_order", DECLINE_NEVER },
};

enum decline_class attempt_decline_class(struct span code)
{
	for (size_t i = 0; i < sizeof(declines) / sizeof(declines[0]); i++)
		if (span_is(code, declines[i].code))
			return declines[i].class;
	return DECLINE_UNKNOWN;
}

#define TOKEN_MAC 16

static struct digest token_mac(struct span link_key, struct span id)
{
	return digest_hmac(link_key, (const struct span[]){ SPAN("attempt"), id }, 2);
}

struct span attempt_token(struct arena *arena, struct span link_key, struct uuid attempt)
{
	struct digest mac = token_mac(link_key, uuid_span(&attempt));
	char bytes[sizeof(attempt.b) + TOKEN_MAC];

	memcpy(bytes, attempt.b, sizeof(attempt.b));
	memcpy(bytes + sizeof(attempt.b), mac.b, TOKEN_MAC);
	return span_base64url(arena, span_bytes(bytes, sizeof(bytes)));
}

enum err attempt_token_read(struct arena *arena, struct span link_key, struct span token, struct uuid *attempt, struct why *why)
{
	struct span bytes;
	struct digest mac;

	if (token.size > 64 || span_unbase64url(arena, token, &bytes) != OK || bytes.size != sizeof(attempt->b) + TOKEN_MAC)
		return why_set(why, ERR_NOT_FOUND, "link_unknown", "there is no such link");
	mac = token_mac(link_key, (struct span){ bytes.at, sizeof(attempt->b) });
	if (!digest_equal(mac.b, bytes.at + sizeof(attempt->b), TOKEN_MAC))
		return why_set(why, ERR_NOT_FOUND, "link_unknown", "there is no such link");
	memcpy(attempt->b, bytes.at, sizeof(attempt->b));
	return OK;
}
