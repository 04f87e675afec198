#include "dunlin/reminders/v1/reminders.pb-c.h"
#include "protobuf.h"
#include "wire.h"

static const char topic[] = "dunlin.reminders.v1";

typedef Dunlin__Reminders__V1__RemindedItem pb_item;
typedef Dunlin__Reminders__V1__Hold pb_hold;
typedef Dunlin__Type__V1__Money pb_money;
typedef Dunlin__Type__V1__Date pb_date;

static pb_money *money(struct arena *arena, struct money m)
{
	pb_money *out = ARENA_NEW(arena, pb_money);

	dunlin__type__v1__money__init(out);
	out->minor = m.minor;
	out->currency = arena_strdup(arena, m.currency.code);
	return out;
}

static pb_date *date(struct arena *arena, struct date d)
{
	pb_date *out = ARENA_NEW(arena, pb_date);
	struct ymd ymd = date_parts(d);

	dunlin__type__v1__date__init(out);
	out->year = ymd.year;
	out->month = ymd.month;
	out->day = ymd.day;
	return out;
}

static ProtobufCBinaryData id(struct arena *arena, struct uuid uuid)
{
	return protobuf_data(uuid_is_zero(uuid) ? SPAN("") : span_copy(arena, uuid_span(&uuid)));
}

static void say(struct say *s, struct span merchant, struct span customer, const ProtobufCMessage *message)
{
	struct span key = span_of(arena_printf(say_arena(s), "%.*s:%.*s", SPAN_ARG(merchant), SPAN_ARG(customer)));

	say_event(s, topic, key, message->descriptor->name, protobuf_print(say_arena(s), message));
}

/* What every event begins with; `name` is the field that holds the aggregate's id. */
#define HEAD(message, s, aggregate, name, now)                                            \
	do {                                                                              \
		(message)->merchant_id = span_cstr(say_arena(s), (aggregate)->merchant);  \
		(message)->customer_ref = span_cstr(say_arena(s), (aggregate)->customer); \
		(message)->name = id(say_arena(s), (aggregate)->id);                      \
		(message)->revision = (uint64_t)(aggregate)->revision;                    \
		(message)->business_time = (now).us;                                      \
	} while (0)

static pb_item **items(struct arena *arena, const struct notice *n)
{
	pb_item **out = ARENA_ARRAY(arena, pb_item *, n->item_count);

	for (size_t i = 0; i < n->item_count; i++) {
		const struct notice_item *from = &n->items[i];

		out[i] = ARENA_NEW(arena, pb_item);
		dunlin__reminders__v1__reminded_item__init(out[i]);
		out[i]->invoice_id = id(arena, from->invoice);
		out[i]->part = (uint32_t)from->part;
		out[i]->invoice_number = span_cstr(arena, from->number);
		out[i]->step = span_cstr(arena, from->step);
		out[i]->level = (uint32_t)from->level;
		out[i]->due_date = date(arena, from->due);
		out[i]->open = money(arena, from->open);
	}
	return out;
}

/* Sums by currency, in the order in which the currencies appear. */
static size_t sums(struct arena *arena, const struct notice *n, pb_money **out)
{
	size_t count = 0;

	for (size_t i = 0; i < n->item_count; i++) {
		const struct money open = n->items[i].open;
		size_t k = 0;

		while (k < count && !span_is(span_of(out[k]->currency), open.currency.code))
			k++;
		if (k == count)
			out[count++] = money(arena, (struct money){ 0, open.currency });
		out[k]->minor += open.minor;
	}
	return count;
}

static void say_reminder(struct say *s, const struct notice *n, const char *message_id, struct instant now)
{
	Dunlin__Reminders__V1__ReminderSent m = DUNLIN__REMINDERS__V1__REMINDER_SENT__INIT;

	HEAD(&m, s, n, notice_id, now);
	m.n_items = n->item_count;
	m.items = items(say_arena(s), n);
	m.level = (uint32_t)n->level;
	m.channel = DUNLIN__REMINDERS__V1__CHANNEL__CHANNEL_EMAIL;
	m.policy = span_cstr(say_arena(s), n->policy);
	m.policy_version = (uint32_t)n->policy_version;
	m.message_id = arena_strdup(say_arena(s), message_id);
	m.open = ARENA_ARRAY(say_arena(s), pb_money *, n->item_count);
	m.n_open = sums(say_arena(s), n, m.open);
	say(s, n->merchant, n->customer, &m.base);
}

static void say_receipt(struct say *s, const struct notice *n, const char *message_id, struct instant now)
{
	Dunlin__Reminders__V1__ReceiptSent m = DUNLIN__REMINDERS__V1__RECEIPT_SENT__INIT;

	HEAD(&m, s, n, notice_id, now);
	m.source = span_is(n->source, "payment") ? DUNLIN__REMINDERS__V1__RECEIPT_SOURCE__RECEIPT_SOURCE_PAYMENT
						 : DUNLIN__REMINDERS__V1__RECEIPT_SOURCE__RECEIPT_SOURCE_RECEIPT;
	m.source_id = id(say_arena(s), n->source_id);
	m.amount = money(say_arena(s), n->amount);
	m.channel = DUNLIN__REMINDERS__V1__CHANNEL__CHANNEL_EMAIL;
	m.message_id = arena_strdup(say_arena(s), message_id);
	say(s, n->merchant, n->customer, &m.base);
}

void wire_say_notice_sent(struct say *s, const struct notice *n, const char *message_id, struct instant now)
{
	if (n->kind == NOTICE_REMINDER)
		say_reminder(s, n, message_id, now);
	else
		say_receipt(s, n, message_id, now);
}

static Dunlin__Reminders__V1__FailureKind failure(struct span name)
{
	if (span_is(name, "no_address"))
		return DUNLIN__REMINDERS__V1__FAILURE_KIND__FAILURE_KIND_NO_ADDRESS;
	if (span_is(name, "refused"))
		return DUNLIN__REMINDERS__V1__FAILURE_KIND__FAILURE_KIND_REFUSED;
	return DUNLIN__REMINDERS__V1__FAILURE_KIND__FAILURE_KIND_GIVEN_UP;
}

void wire_say_notice_failed(struct say *s, const struct notice *n, const char *message_id, struct instant now)
{
	Dunlin__Reminders__V1__NoticeFailed m = DUNLIN__REMINDERS__V1__NOTICE_FAILED__INIT;

	HEAD(&m, s, n, notice_id, now);
	m.failure = failure(n->failure);
	m.code = span_cstr(say_arena(s), n->code);
	m.message_id = arena_strdup(say_arena(s), message_id);
	say(s, n->merchant, n->customer, &m.base);
}

static pb_hold *hold_message(struct arena *arena, const struct hold *hold)
{
	pb_hold *out = ARENA_NEW(arena, pb_hold);

	dunlin__reminders__v1__hold__init(out);
	out->kind = span_is(hold->kind, "dispute") ? DUNLIN__REMINDERS__V1__HOLD_KIND__HOLD_KIND_DISPUTE
						   : DUNLIN__REMINDERS__V1__HOLD_KIND__HOLD_KIND_PROMISE;
	out->invoice_id = id(arena, hold->invoice);
	out->until_date = hold->has_until ? date(arena, hold->until) : NULL;
	out->amount = hold->has_amount ? money(arena, hold->amount) : NULL;
	out->actor = span_cstr(arena, hold->actor);
	out->reason = span_cstr(arena, hold->reason);
	return out;
}

void wire_say_hold_placed(struct say *s, const struct hold *hold, struct instant now)
{
	Dunlin__Reminders__V1__HoldPlaced m = DUNLIN__REMINDERS__V1__HOLD_PLACED__INIT;

	HEAD(&m, s, hold, hold_id, now);
	m.hold = hold_message(say_arena(s), hold);
	say(s, hold->merchant, hold->customer, &m.base);
}

void wire_say_hold_released(struct say *s, const struct hold *hold, struct instant now)
{
	Dunlin__Reminders__V1__HoldReleased m = DUNLIN__REMINDERS__V1__HOLD_RELEASED__INIT;

	HEAD(&m, s, hold, hold_id, now);
	m.hold = hold_message(say_arena(s), hold);
	m.expired = hold->state == HOLD_EXPIRED;
	say(s, hold->merchant, hold->customer, &m.base);
}
