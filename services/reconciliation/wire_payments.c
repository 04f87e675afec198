#include "dunlin/payments/v1/payments.pb-c.h"
#include "wire.h"
#include "wire_values.h"

const char topic_payments[] = "dunlin.payments.v1";

typedef Dunlin__Payments__V1__Attempt pb_attempt;
typedef Dunlin__Payments__V1__PaymentItem pb_item;
typedef Dunlin__Payments__V1__PayoutLine pb_line;

static enum err read_items(
	pb_item **from, size_t n, struct currency currency, struct arena *arena, const struct payable **out, struct why *why)
{
	struct payable *items = ARENA_ARRAY(arena, struct payable, n + 1);
	for (size_t i = 0; i < n; i++) {
		TRY(wire_uuid(from[i]->invoice_id, "items.invoice_id", &items[i].invoice, why));
		TRY(wire_minor(from[i]->amount, currency, "items.amount", &items[i].minor, why));
		items[i].part = (int32_t)from[i]->part;
		if (items[i].minor <= 0 || items[i].part < 1)
			return why_field(why, ERR_INVALID, "item_invalid", "items", "an item has a part and an amount above 0");
	}
	*out = items;
	return OK;
}

static enum err read_provider(const char *name, struct span *out, struct why *why)
{
	return wire_text(name, "provider_account", 1, 48, out, why);
}

static enum err read_attempt(const pb_attempt *from, struct arena *arena, struct attempt *to, struct why *why)
{
	if (!from)
		return why_field(why, ERR_INVALID, "attempt_missing", "attempt", "the attempt is missing");
	TRY(read_provider(from->provider_account, &to->provider_account, why));
	TRY(wire_text(from->provider_payment, "attempt.provider_payment", 0, 255, &to->provider_payment, why));
	TRY(wire_money(from->captured, "attempt.captured", &to->captured, why));
	if (to->captured.minor <= 0)
		return why_field(why, ERR_INVALID, "amount_not_positive", "attempt.captured", "what was captured is more than 0");
	if (instant_make(from->value_time, &to->value_time) != OK)
		return why_field(why, ERR_INVALID, "time_invalid", "attempt.value_time", "the time is outside the years 1 to 9999");
	to->item_count = from->n_items;
	return read_items(from->items, from->n_items, to->captured.currency, arena, &to->items, why);
}

enum err wire_read_payment(const struct message *m, struct arena *arena, struct attempt *to, struct why *why)
{
	ProtobufCMessage *raw;
	struct span merchant;
	TRY(protobuf_read(arena, &dunlin__payments__v1__payment_succeeded__descriptor, m->payload, &raw, why));
	const Dunlin__Payments__V1__PaymentSucceeded *from = (const Dunlin__Payments__V1__PaymentSucceeded *)raw;
	TRY(wire_whose(m, from->merchant_id, from->customer_ref, &merchant, &to->customer, why));
	TRY(wire_uuid(from->attempt_id, "attempt_id", &to->id, why));
	return read_attempt(from->attempt, arena, to, why);
}

enum err wire_read_refund(const struct message *m, struct arena *arena, struct refunded *to, struct why *why)
{
	ProtobufCMessage *raw;
	struct span merchant;
	TRY(protobuf_read(arena, &dunlin__payments__v1__payment_refunded__descriptor, m->payload, &raw, why));
	const Dunlin__Payments__V1__PaymentRefunded *from = (const Dunlin__Payments__V1__PaymentRefunded *)raw;
	TRY(wire_whose(m, from->merchant_id, from->customer_ref, &merchant, &to->attempt.customer, why));
	TRY(wire_uuid(from->attempt_id, "attempt_id", &to->attempt.id, why));
	TRY(read_attempt(from->attempt, arena, &to->attempt, why));
	TRY(wire_uuid(from->refund_id, "refund_id", &to->id, why));
	TRY(wire_money(from->amount, "amount", &to->amount, why));
	to->reason = (unsigned)from->reason <= REFUND_REOPEN ? (enum refund_reason)from->reason : REFUND_UNSAID;
	to->item_count = from->n_items;
	return read_items(from->items, from->n_items, to->amount.currency, arena, &to->items, why);
}

static enum err read_line(const pb_line *from, struct payout_line *to, struct why *why)
{
	struct money gross, fee = { 0 };
	TRY(wire_money(from->gross, "lines.gross", &gross, why));
	TRY(wire_minor(from->fee, gross.currency, "lines.fee", &fee.minor, why));
	TRY(wire_may_uuid(from->attempt_id, "lines.attempt_id", &to->attempt, why));
	TRY(wire_text(from->provider_line, "lines.provider_line", 0, 128, &to->provider_line, why));
	TRY(wire_text(from->provider_payment, "lines.provider_payment", 0, 128, &to->provider_payment, why));
	to->is_refund = from->kind == DUNLIN__PAYMENTS__V1__PAYOUT_LINE_KIND__PAYOUT_LINE_KIND_REFUND;
	to->number = (int32_t)from->line_no;
	to->currency = gross.currency;
	to->gross = gross.minor;
	to->fee = fee.minor;
	return to->number < 1 ? why_field(why, ERR_INVALID, "line_invalid", "lines.line_no", "lines count from 1") : OK;
}

enum err wire_read_payout_lines(const struct message *m, struct arena *arena, struct payout_lines *to, struct why *why)
{
	ProtobufCMessage *raw;
	struct span merchant, stream;
	TRY(protobuf_read(arena, &dunlin__payments__v1__payout_lines__descriptor, m->payload, &raw, why));
	const Dunlin__Payments__V1__PayoutLines *from = (const Dunlin__Payments__V1__PayoutLines *)raw;
	struct payout_line *lines = ARENA_ARRAY(arena, struct payout_line, from->n_lines + 1);
	TRY(wire_whose(m, from->merchant_id, from->customer_ref, &merchant, &stream, why));
	TRY(wire_uuid(from->payout_id, "payout_id", &to->id, why));
	TRY(read_provider(from->provider_account, &to->provider_account, why));
	TRY(wire_text(from->provider_payout, "provider_payout", 1, 128, &to->provider_ref, why));
	for (size_t i = 0; i < from->n_lines; i++)
		TRY(read_line(from->lines[i], &lines[i], why));
	to->lines = lines;
	to->count = from->n_lines;
	return OK;
}

enum err wire_read_payout_paid(const struct message *m, struct arena *arena, struct payout_paid *to, struct why *why)
{
	ProtobufCMessage *raw;
	struct span merchant, stream;
	TRY(protobuf_read(arena, &dunlin__payments__v1__payout_paid__descriptor, m->payload, &raw, why));
	const Dunlin__Payments__V1__PayoutPaid *from = (const Dunlin__Payments__V1__PayoutPaid *)raw;
	TRY(wire_whose(m, from->merchant_id, from->customer_ref, &merchant, &stream, why));
	TRY(wire_uuid(from->payout_id, "payout_id", &to->id, why));
	TRY(read_provider(from->provider_account, &to->provider_account, why));
	TRY(wire_text(from->provider_payout, "provider_payout", 1, 128, &to->provider_ref, why));
	TRY(wire_text(from->statement_text, "statement_text", 0, 140, &to->statement_text, why));
	TRY(wire_money(from->amount, "amount", &to->amount, why));
	TRY(wire_money(from->gross, "gross", &to->gross, why));
	to->fees = money_zero(to->gross.currency);
	TRY(wire_minor(from->fees, to->gross.currency, "fees", &to->fees.minor, why));
	TRY(wire_date(from->arrival_date, "arrival_date", &to->arrival, why));
	to->line_count = (int32_t)from->line_count;
	return OK;
}
