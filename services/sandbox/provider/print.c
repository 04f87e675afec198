#include "print.h"

static const struct expand nothing = { NULL, 0 };

static int64_t seconds(struct instant at)
{
	return at.us / US_PER_SECOND;
}

static void print_code(struct json_out *out, const char *name, struct currency currency)
{
	char lower[4];

	for (size_t i = 0; i < 4; i++)
		lower[i] = currency.code[i] != '\0' ? (char)(currency.code[i] | 0x20) : '\0';
	json_out_string(out, name, lower);
}

static void print_optional(struct json_out *out, const char *name, struct span value)
{
	if (value.at != NULL)
		json_out_span(out, name, value);
	else
		json_out_null(out, name);
}

static void print_map(struct json_out *out, const char *name, const struct form *map)
{
	json_out_object(out, name);
	for (size_t i = 0; i < map->n; i++)
		json_out_span(out, span_cstr(out->text->arena, map->pairs[i].name), map->pairs[i].value);
	json_out_object_end(out);
}

static void print_head(struct json_out *out, const char *name, const struct head *head, const char *object)
{
	json_out_object(out, name);
	json_out_string(out, "id", head->id);
	json_out_string(out, "object", object);
	json_out_int(out, "created", seconds(head->created));
}

/* Whether `name` is to be printed whole; `inner` is what is to be expanded in it. */
static bool expands(struct arena *arena, const struct expand *expand, const char *name, struct expand *inner)
{
	bool found = false;

	*inner = (struct expand){ .paths = ARENA_ARRAY(arena, struct span, expand->n + 1) };
	for (size_t i = 0; i < expand->n; i++) {
		struct span first, rest;
		bool more = span_cut(expand->paths[i], '.', &first, &rest);

		if (!span_is(first, name))
			continue;
		found = true;
		if (more)
			inner->paths[inner->n++] = rest;
	}
	return found;
}

/* The reference `name`: an id, or the object. */
#define PRINT_REFERENCE(out, name, object, print, expand)               \
	do {                                                            \
		struct expand inner_;                                   \
		if (expands((out)->text->arena, expand, name, &inner_)) \
			print(out, name, object, &inner_);              \
		else                                                    \
			json_out_string(out, name, (object)->head.id);  \
	} while (0)

/* The same where there may be none: null. */
#define PRINT_OPTIONAL(out, name, object, print, expand)                   \
	do {                                                               \
		if ((object) == NULL)                                      \
			json_out_null(out, name);                          \
		else                                                       \
			PRINT_REFERENCE(out, name, object, print, expand); \
	} while (0)

static const char *session_word(enum session_status status)
{
	switch (status) {
	case SESSION_OPEN: return "open";
	case SESSION_COMPLETE: return "complete";
	case SESSION_EXPIRED: return "expired";
	}
	return NULL;
}

static void print_payer(struct json_out *out, const struct session *session)
{
	print_optional(out, "customer_email", session->customer_email);
	json_out_null(out, "customer");
	if (session->status != SESSION_COMPLETE) {
		json_out_null(out, "customer_details");
		return;
	}
	json_out_object(out, "customer_details");
	print_optional(out, "email", session->customer_email);
	json_out_null(out, "name");
	json_out_object_end(out);
}

static void print_card_type(struct json_out *out)
{
	json_out_array(out, "payment_method_types");
	json_out_string(out, NULL, "card");
	json_out_array_end(out);
}

void print_session(struct json_out *out, const char *name, const struct session *session, const struct expand *expand)
{
	bool complete = session->status == SESSION_COMPLETE;

	expand = expand != NULL ? expand : &nothing;
	print_head(out, name, &session->head, "checkout.session");
	json_out_int(out, "amount_subtotal", session->amount.minor);
	json_out_int(out, "amount_total", session->amount.minor);
	print_optional(out, "cancel_url", session->cancel_url);
	print_optional(out, "client_reference_id", session->client_reference_id);
	print_code(out, "currency", session->amount.currency);
	print_payer(out, session);
	json_out_int(out, "expires_at", seconds(session->expires_at));
	json_out_bool(out, "livemode", false);
	print_map(out, "metadata", &session->metadata);
	json_out_string(out, "mode", "payment");
	/* There is none before the payer has tried (since API version 2022-08-01). */
	PRINT_OPTIONAL(out, "payment_intent", session->payment, print_payment, expand);
	print_card_type(out);
	json_out_string(out, "payment_status", complete ? "paid" : "unpaid");
	json_out_string(out, "status", session_word(session->status));
	print_optional(out, "success_url", session->success_url);
	json_out_string(out, "ui_mode", "hosted");
	json_out_string(out, "url", session->status == SESSION_OPEN ? session->url : NULL);
	json_out_object_end(out);
}

static void print_last_error(struct json_out *out, const struct payment *payment, const struct expand *expand)
{
	const struct decline *decline = payment->charge != NULL ? payment->charge->decline : NULL;

	(void)expand;
	if (decline == NULL) {
		json_out_null(out, "last_payment_error");
		return;
	}
	json_out_object(out, "last_payment_error");
	json_out_string(out, "type", "card_error");
	json_out_string(out, "code", decline->code);
	json_out_string(out, "decline_code", decline->decline);
	json_out_string(out, "message", decline->text);
	json_out_string(out, "charge", payment->charge->head.id);
	json_out_object_end(out);
}

void print_payment(struct json_out *out, const char *name, const struct payment *payment, const struct expand *expand)
{
	expand = expand != NULL ? expand : &nothing;
	print_head(out, name, &payment->head, "payment_intent");
	json_out_int(out, "amount", payment->amount.minor);
	json_out_int(out, "amount_capturable", 0);
	json_out_int(out, "amount_received", payment->succeeded ? payment->amount.minor : 0);
	json_out_null(out, "canceled_at");
	json_out_string(out, "capture_method", "automatic_async");
	json_out_string(out, "confirmation_method", "automatic");
	print_code(out, "currency", payment->amount.currency);
	json_out_null(out, "customer");
	print_optional(out, "description", payment->description);
	print_last_error(out, payment, expand);
	PRINT_OPTIONAL(out, "latest_charge", payment->charge, print_charge, expand);
	json_out_bool(out, "livemode", false);
	print_map(out, "metadata", &payment->metadata);
	json_out_null(out, "next_action");
	json_out_string(out, "payment_method", payment->succeeded ? payment->method : NULL);
	print_card_type(out);
	json_out_string(out, "status", payment->succeeded ? "succeeded" : "requires_payment_method");
	json_out_object_end(out);
}

static void print_outcome(struct json_out *out, const struct charge *charge)
{
	const struct decline *decline = charge->decline;

	json_out_string(out, "failure_code", decline != NULL ? decline->code : NULL);
	json_out_string(out, "failure_message", decline != NULL ? decline->text : NULL);
	json_out_object(out, "outcome");
	json_out_string(out, "network_status", decline != NULL ? "declined_by_network" : "approved_by_network");
	json_out_string(out, "reason", decline != NULL ? decline->decline : NULL);
	json_out_string(out, "type", decline != NULL ? "issuer_declined" : "authorized");
	json_out_object_end(out);
}

static void print_card(struct json_out *out)
{
	json_out_object(out, "payment_method_details");
	json_out_object(out, "card");
	json_out_string(out, "brand", "visa");
	json_out_string(out, "country", "DE");
	json_out_string(out, "last4", "4242");
	json_out_object_end(out);
	json_out_string(out, "type", "card");
	json_out_object_end(out);
}

void print_charge(struct json_out *out, const char *name, const struct charge *charge, const struct expand *expand)
{
	const struct payment *payment = charge->payment;
	bool paid = charge->decline == NULL;

	expand = expand != NULL ? expand : &nothing;
	print_head(out, name, &charge->head, "charge");
	json_out_int(out, "amount", payment->amount.minor);
	json_out_int(out, "amount_captured", paid ? payment->amount.minor : 0);
	json_out_int(out, "amount_refunded", charge->refunded);
	PRINT_OPTIONAL(out, "balance_transaction", charge->txn, print_txn, expand);
	json_out_bool(out, "captured", paid);
	print_code(out, "currency", payment->amount.currency);
	json_out_null(out, "customer");
	print_optional(out, "description", payment->description);
	json_out_bool(out, "disputed", false);
	print_outcome(out, charge);
	json_out_bool(out, "livemode", false);
	print_map(out, "metadata", &payment->metadata);
	json_out_bool(out, "paid", paid);
	PRINT_REFERENCE(out, "payment_intent", payment, print_payment, expand);
	json_out_string(out, "payment_method", payment->method);
	print_card(out);
	json_out_bool(out, "refunded", charge->refunded == payment->amount.minor);
	json_out_string(out, "status", paid ? "succeeded" : "failed");
	json_out_object_end(out);
}

void print_refund(struct json_out *out, const char *name, const struct refund *refund, const struct expand *expand)
{
	expand = expand != NULL ? expand : &nothing;
	print_head(out, name, &refund->head, "refund");
	json_out_int(out, "amount", refund->amount);
	PRINT_REFERENCE(out, "balance_transaction", refund->txn, print_txn, expand);
	PRINT_REFERENCE(out, "charge", refund->charge, print_charge, expand);
	print_code(out, "currency", refund->charge->payment->amount.currency);
	print_map(out, "metadata", &refund->metadata);
	PRINT_REFERENCE(out, "payment_intent", refund->charge->payment, print_payment, expand);
	print_optional(out, "reason", refund->reason);
	json_out_string(out, "status", "succeeded");
	json_out_object_end(out);
}

/* What the transaction is about; whole where it was asked for. */
static void print_source(struct json_out *out, const struct txn *txn, const struct expand *expand)
{
	struct expand inner;

	if (!expands(out->text->arena, expand, "source", &inner)) {
		json_out_string(out, "source", txn->source->id);
		return;
	}
	switch (txn->type) {
	case TXN_CHARGE: print_charge(out, "source", (const struct charge *)txn->source, &inner); return;
	case TXN_REFUND: print_refund(out, "source", (const struct refund *)txn->source, &inner); return;
	case TXN_PAYOUT: print_payout(out, "source", (const struct payout *)txn->source, &inner); return;
	}
}

static void print_fees(struct json_out *out, const struct txn *txn)
{
	json_out_int(out, "fee", txn->fee);
	json_out_array(out, "fee_details");
	if (txn->fee != 0) {
		json_out_object(out, NULL);
		json_out_int(out, "amount", txn->fee);
		print_code(out, "currency", txn->currency);
		json_out_string(out, "description", "processing fees");
		json_out_string(out, "type", "stripe_fee");
		json_out_object_end(out);
	}
	json_out_array_end(out);
}

void print_txn(struct json_out *out, const char *name, const struct txn *txn, const struct expand *expand)
{
	static const char *const types[] = { "charge", "refund", "payout" };

	expand = expand != NULL ? expand : &nothing;
	print_head(out, name, &txn->head, "balance_transaction");
	json_out_int(out, "amount", txn->amount);
	json_out_int(out, "available_on", seconds(txn->available_on));
	print_code(out, "currency", txn->currency);
	json_out_null(out, "description");
	json_out_null(out, "exchange_rate");
	print_fees(out, txn);
	json_out_int(out, "net", txn->net);
	json_out_string(out, "reporting_category", types[txn->type]);
	print_source(out, txn, expand);
	json_out_string(out, "status", txn->payout != NULL ? "available" : "pending");
	json_out_string(out, "type", types[txn->type]);
	json_out_object_end(out);
}

void print_payout(struct json_out *out, const char *name, const struct payout *payout, const struct expand *expand)
{
	expand = expand != NULL ? expand : &nothing;
	print_head(out, name, &payout->head, "payout");
	json_out_int(out, "amount", payout->amount.minor);
	json_out_int(out, "arrival_date", (int64_t)payout->arrival.day * 86400);
	json_out_bool(out, "automatic", true);
	PRINT_REFERENCE(out, "balance_transaction", payout->txn, print_txn, expand);
	print_code(out, "currency", payout->amount.currency);
	json_out_string(out, "description", "STRIPE PAYOUT");
	json_out_null(out, "failure_code");
	json_out_bool(out, "livemode", false);
	json_out_object(out, "metadata");
	json_out_object_end(out);
	json_out_string(out, "method", "standard");
	json_out_string(out, "reconciliation_status", "completed");
	json_out_string(out, "source_type", "card");
	json_out_string(out, "statement_descriptor", payout->descriptor);
	json_out_string(out, "status", payout->is_paid ? "paid" : "in_transit");
	json_out_string(out, "type", "bank_account");
	json_out_object_end(out);
}
