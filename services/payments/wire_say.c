#include "dunlin/payments/v1/payments.pb-c.h"
#include "protobuf.h"
#include "wire.h"

static const char topic[] = "dunlin.payments.v1";

typedef Dunlin__Payments__V1__Attempt pb_attempt;
typedef Dunlin__Payments__V1__PaymentItem pb_item;
typedef Dunlin__Type__V1__Money pb_money;

static pb_money *money(struct arena *arena, struct money m)
{
	pb_money *out = ARENA_NEW(arena, pb_money);

	dunlin__type__v1__money__init(out);
	out->minor = m.minor;
	out->currency = arena_strdup(arena, m.currency.code);
	return out;
}

static ProtobufCBinaryData id(struct arena *arena, struct uuid uuid)
{
	return protobuf_data(uuid_is_zero(uuid) ? SPAN("") : span_copy(arena, uuid_span(&uuid)));
}

static pb_item **items(struct arena *arena, const struct attempt_item *from, size_t n)
{
	pb_item **out = ARENA_ARRAY(arena, pb_item *, n);

	for (size_t i = 0; i < n; i++) {
		out[i] = ARENA_NEW(arena, pb_item);
		dunlin__payments__v1__payment_item__init(out[i]);
		out[i]->invoice_id = id(arena, from[i].invoice);
		out[i]->part = (uint32_t)from[i].part;
		out[i]->invoice_number = span_cstr(arena, from[i].number);
		out[i]->amount = money(arena, from[i].amount);
	}
	return out;
}

/* How others see a state: what they can't act on is CREATED. */
static Dunlin__Payments__V1__AttemptState state_of(enum attempt_state state)
{
	switch (state) {
	case ATTEMPT_CREATED:
	case ATTEMPT_OPENING:
	case ATTEMPT_OPEN:
	case ATTEMPT_CLOSING:
	case ATTEMPT_PROCESSING:
	case ATTEMPT_STATES: break;
	case ATTEMPT_UNKNOWN:
	case ATTEMPT_REVIEW: return DUNLIN__PAYMENTS__V1__ATTEMPT_STATE__ATTEMPT_STATE_UNKNOWN;
	case ATTEMPT_DECLINED:
	case ATTEMPT_FAILED: return DUNLIN__PAYMENTS__V1__ATTEMPT_STATE__ATTEMPT_STATE_FAILED;
	case ATTEMPT_EXPIRED: return DUNLIN__PAYMENTS__V1__ATTEMPT_STATE__ATTEMPT_STATE_EXPIRED;
	case ATTEMPT_SUCCEEDED: return DUNLIN__PAYMENTS__V1__ATTEMPT_STATE__ATTEMPT_STATE_SUCCEEDED;
	}
	return DUNLIN__PAYMENTS__V1__ATTEMPT_STATE__ATTEMPT_STATE_CREATED;
}

static pb_attempt *attempt_message(struct arena *arena, const struct attempt *attempt)
{
	pb_attempt *out = ARENA_NEW(arena, pb_attempt);

	dunlin__payments__v1__attempt__init(out);
	out->state = state_of(attempt->state);
	out->provider = arena_strdup(arena, "stripe");
	out->provider_account = span_cstr(arena, attempt->account);
	out->provider_payment = span_cstr(arena, attempt->payment);
	out->method = span_cstr(arena, attempt->method);
	out->n_items = attempt->item_count;
	out->items = items(arena, attempt->items, attempt->item_count);
	out->amount = money(arena, attempt->amount);
	out->captured = money(arena, attempt->captured);
	out->refunded = money(arena, attempt->refunded);
	if (attempt->fee_known)
		out->fee = money(arena, attempt->fee);
	out->fee_known = attempt->fee_known;
	out->value_time = attempt->paid_at.us;
	out->live = attempt->live;
	return out;
}

static struct span stream(struct arena *arena, struct span merchant, struct span ref)
{
	return span_of(arena_printf(arena, "%.*s:%.*s", SPAN_ARG(merchant), SPAN_ARG(ref)));
}

static void say(struct say *s, struct span key, const ProtobufCMessage *message)
{
	say_event(s, topic, key, message->descriptor->name, protobuf_print(say_arena(s), message));
}

/* What every event of an attempt begins with. */
#define HEAD(message, s, attempt, now)                                                  \
	do {                                                                            \
		(message)->merchant_id = span_cstr(say_arena(s), (attempt)->merchant);  \
		(message)->customer_ref = span_cstr(say_arena(s), (attempt)->customer); \
		(message)->attempt_id = id(say_arena(s), (attempt)->id);                \
		(message)->revision = (uint64_t)(attempt)->revision;                    \
		(message)->business_time = (now).us;                                    \
		(message)->attempt = attempt_message(say_arena(s), (attempt));          \
	} while (0)

static void say_of(struct say *s, const struct attempt *attempt, const ProtobufCMessage *message)
{
	say(s, stream(say_arena(s), attempt->merchant, attempt->customer), message);
}

void wire_say_created(struct say *s, const struct attempt *attempt, struct instant now)
{
	Dunlin__Payments__V1__AttemptCreated m;

	dunlin__payments__v1__attempt_created__init(&m);
	HEAD(&m, s, attempt, now);
	m.expires_time = attempt->expires_at.us;
	say_of(s, attempt, &m.base);
}

void wire_say_succeeded(struct say *s, const struct attempt *attempt, struct instant now)
{
	Dunlin__Payments__V1__PaymentSucceeded m;

	dunlin__payments__v1__payment_succeeded__init(&m);
	HEAD(&m, s, attempt, now);
	say_of(s, attempt, &m.base);
}

void wire_say_fee_known(struct say *s, const struct attempt *attempt, struct instant now)
{
	Dunlin__Payments__V1__PaymentFeeKnown m;

	dunlin__payments__v1__payment_fee_known__init(&m);
	HEAD(&m, s, attempt, now);
	say_of(s, attempt, &m.base);
}

static Dunlin__Payments__V1__DeclineClass class_of(enum decline_class class)
{
	switch (class) {
	case DECLINE_UNKNOWN: break;
	case DECLINE_RETRY: return DUNLIN__PAYMENTS__V1__DECLINE_CLASS__DECLINE_CLASS_RETRY;
	case DECLINE_AFTER_UPDATE: return DUNLIN__PAYMENTS__V1__DECLINE_CLASS__DECLINE_CLASS_AFTER_UPDATE;
	case DECLINE_NEVER: return DUNLIN__PAYMENTS__V1__DECLINE_CLASS__DECLINE_CLASS_NEVER;
	}
	return DUNLIN__PAYMENTS__V1__DECLINE_CLASS__DECLINE_CLASS_UNSPECIFIED;
}

void wire_say_failed(struct say *s, const struct attempt *attempt, struct instant now)
{
	Dunlin__Payments__V1__PaymentFailed m;

	dunlin__payments__v1__payment_failed__init(&m);
	HEAD(&m, s, attempt, now);
	m.code = span_cstr(say_arena(s), attempt->decline_code);
	m.decline_class = class_of(attempt_decline_class(attempt->decline_code));
	say_of(s, attempt, &m.base);
}

void wire_say_expired(struct say *s, const struct attempt *attempt, struct instant now)
{
	Dunlin__Payments__V1__PaymentExpired m;

	dunlin__payments__v1__payment_expired__init(&m);
	HEAD(&m, s, attempt, now);
	m.replaced_by = id(say_arena(s), attempt->replaced_by);
	say_of(s, attempt, &m.base);
}

void wire_say_unknown(struct say *s, const struct attempt *attempt, struct instant now)
{
	Dunlin__Payments__V1__PaymentUnknown m;

	dunlin__payments__v1__payment_unknown__init(&m);
	HEAD(&m, s, attempt, now);
	say_of(s, attempt, &m.base);
}

static Dunlin__Payments__V1__RefundReason reason_of(enum refund_reason reason)
{
	switch (reason) {
	case REFUND_BY_PROVIDER:
	case REFUND_REASONS: break;
	case REFUND_UNAPPLIED: return DUNLIN__PAYMENTS__V1__REFUND_REASON__REFUND_REASON_UNAPPLIED;
	case REFUND_CREDITED: return DUNLIN__PAYMENTS__V1__REFUND_REASON__REFUND_REASON_CREDITED;
	case REFUND_REOPEN: return DUNLIN__PAYMENTS__V1__REFUND_REASON__REFUND_REASON_REOPEN;
	}
	return DUNLIN__PAYMENTS__V1__REFUND_REASON__REFUND_REASON_UNSPECIFIED;
}

void wire_say_refunded(struct say *s, const struct attempt *attempt, const struct refund *refund, struct instant now)
{
	Dunlin__Payments__V1__PaymentRefunded m;

	dunlin__payments__v1__payment_refunded__init(&m);
	HEAD(&m, s, attempt, now);
	m.refund_id = id(say_arena(s), refund->id);
	m.provider_refund = span_cstr(say_arena(s), refund->provider_refund);
	m.amount = money(say_arena(s), refund->amount);
	m.n_items = refund->item_count;
	m.items = items(say_arena(s), refund->items, refund->item_count);
	m.reason = reason_of(refund->reason);
	m.credit_note_id = id(say_arena(s), refund->credit_note);
	say_of(s, attempt, &m.base);
}

/* ---- payouts ---- */

#define PAYOUT_HEAD(message, s, payout, now)                                                                         \
	do {                                                                                                         \
		(message)->merchant_id = span_cstr(say_arena(s), (payout)->merchant);                                \
		(message)->customer_ref = arena_printf(say_arena(s), "@provider:%.*s", SPAN_ARG((payout)->account)); \
		(message)->payout_id = id(say_arena(s), (payout)->id);                                               \
		(message)->revision = (uint64_t)(payout)->revision;                                                  \
		(message)->business_time = (now).us;                                                                 \
		(message)->provider = arena_strdup(say_arena(s), "stripe");                                          \
		(message)->provider_account = span_cstr(say_arena(s), (payout)->account);                            \
		(message)->provider_payout = span_cstr(say_arena(s), (payout)->provider_payout);                     \
	} while (0)

static Dunlin__Payments__V1__PayoutLine *line_message(struct arena *arena, const struct payout *payout, const struct payout_line *line)
{
	Dunlin__Payments__V1__PayoutLine *out = ARENA_NEW(arena, Dunlin__Payments__V1__PayoutLine);
	struct currency currency = payout->amount.currency;

	dunlin__payments__v1__payout_line__init(out);
	out->line_no = (uint32_t)line->number;
	/* Ours has the contract's numbers. */
	out->kind = (Dunlin__Payments__V1__PayoutLineKind)line->kind;
	out->provider_line = span_cstr(arena, line->provider_line);
	out->provider_payment = span_cstr(arena, line->provider_payment);
	out->attempt_id = id(arena, line->attempt);
	out->refund_id = id(arena, line->refund);
	out->payer_ref = span_cstr(arena, line->customer);
	out->gross = money(arena, (struct money){ line->gross, currency });
	out->fee = money(arena, (struct money){ line->fee, currency });
	out->net = money(arena, (struct money){ line->gross - line->fee, currency });
	return out;
}

static void say_payout(struct say *s, const struct payout *payout, const ProtobufCMessage *message)
{
	struct span ref = span_of(arena_printf(say_arena(s), "@provider:%.*s", SPAN_ARG(payout->account)));

	say(s, stream(say_arena(s), payout->merchant, ref), message);
}

void wire_say_payout_lines(struct say *s, const struct payout *payout, const struct payout_line *const *lines, size_t n, struct instant now)
{
	Dunlin__Payments__V1__PayoutLines m;

	dunlin__payments__v1__payout_lines__init(&m);
	PAYOUT_HEAD(&m, s, payout, now);
	m.line_from = (uint32_t)lines[0]->number;
	m.line_total = (uint32_t)payout->line_count;
	m.n_lines = n;
	m.lines = ARENA_ARRAY(say_arena(s), Dunlin__Payments__V1__PayoutLine *, n);
	for (size_t i = 0; i < n; i++)
		m.lines[i] = line_message(say_arena(s), payout, lines[i]);
	say_payout(s, payout, &m.base);
}

void wire_say_payout_paid(struct say *s, const struct payout *payout, struct instant now)
{
	Dunlin__Payments__V1__PayoutPaid m;
	Dunlin__Type__V1__Date arrival;
	struct ymd day = date_parts(payout->arrival);
	struct currency currency = payout->amount.currency;

	dunlin__payments__v1__payout_paid__init(&m);
	dunlin__type__v1__date__init(&arrival);
	PAYOUT_HEAD(&m, s, payout, now);
	arrival.year = day.year;
	arrival.month = day.month;
	arrival.day = day.day;
	m.amount = money(say_arena(s), payout->amount);
	m.gross = money(say_arena(s), (struct money){ payout->gross, currency });
	m.fees = money(say_arena(s), (struct money){ payout->fees, currency });
	m.arrival_date = &arrival;
	m.statement_text = span_cstr(say_arena(s), payout->statement_text);
	m.line_count = (uint32_t)payout->line_count;
	say_payout(s, payout, &m.base);
}
