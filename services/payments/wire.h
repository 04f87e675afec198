/*
 * wire: messages from and to the outside, as values: Kafka's protobuf, HTTP's JSON, the text in which a call's answer travels. The wire_*.c files are
 * the only ones that know the generated code.
 */
#ifndef PAYMENTS_WIRE_H
#define PAYMENTS_WIRE_H

#include "book.h"
#include "notice.h"
#include "unit.h"

/* ---- events that we say; the attempt or payout is as it is after them, its revision counted already ---- */

void wire_say_created(struct say *, const struct attempt *, struct instant now);
void wire_say_succeeded(struct say *, const struct attempt *, struct instant now);
void wire_say_fee_known(struct say *, const struct attempt *, struct instant now);
void wire_say_failed(struct say *, const struct attempt *, struct instant now);
void wire_say_expired(struct say *, const struct attempt *, struct instant now);
void wire_say_unknown(struct say *, const struct attempt *, struct instant now);
void wire_say_refunded(struct say *, const struct attempt *, const struct refund *, struct instant now);
/* n lines in order, at most PAYOUT_PARCEL. */
void wire_say_payout_lines(struct say *, const struct payout *, const struct payout_line *const *, size_t n, struct instant now);
void wire_say_payout_paid(struct say *, const struct payout *, struct instant now);

/* ---- facts of others (protobuf); each fills message->body ---- */

struct part_fact {
	int32_t part;
	struct money amount;
	struct date due;
	int64_t credited_after;
};

struct invoice_fact { /* InvoiceIssued, CreditNoteIssued */
	struct span merchant, customer;
	struct uuid invoice;
	int64_t revision;
	struct span number;
	const struct part_fact *parts;
	size_t part_count;
};

struct item_fact { /* OpenItemChanged */
	struct span merchant, customer;
	struct uuid invoice;
	int32_t part;
	int64_t revision;
	struct span number;
	struct money amount;
	int64_t open;
};

struct receipt_fact { /* ReceiptAllocated */
	struct span merchant, customer;
	bool is_payment; /* its money came by a provider */
	struct uuid attempt;
};

enum err wire_read_issued(struct message *, struct arena *, struct why *) MUST_CHECK;
enum err wire_read_credited(struct message *, struct arena *, struct why *) MUST_CHECK;
enum err wire_read_open_item(struct message *, struct arena *, struct why *) MUST_CHECK;
enum err wire_read_receipt(struct message *, struct arena *, struct why *) MUST_CHECK;
enum err wire_read_merchant(struct message *, struct arena *, struct why *) MUST_CHECK; /* struct merchant */

/* ---- commands (JSON) ---- */

struct asked_item {
	struct uuid invoice;
	int32_t part; /* 0: all parts */
	struct money amount;
	bool has_amount; /* else what is open */
};

struct create_checkout {
	struct span account; /* empty: the merchant's preferred one */
	const struct asked_item *items;
	size_t item_count;
};

struct refund_payment {
	struct uuid attempt;
	struct refund refund; /* amount, reason, credit note, items */
	bool has_amount;      /* else everything that is left */
};

struct put_account {
	struct provider_account account; /* secrets as they came: not sealed */
	bool has_api_key, has_secrets;
};

struct note {
	struct uuid attempt;       /* DismissAttempt */
	struct span kind, subject; /* CloseAlarm */
	struct span text;
};

enum err wire_read_checkout(struct message *, struct arena *, struct why *) MUST_CHECK;
enum err wire_read_refund(struct message *, struct arena *, struct why *) MUST_CHECK;
enum err wire_read_account(struct message *, struct arena *, struct why *) MUST_CHECK;
enum err wire_read_dismiss(struct message *, struct arena *, struct why *) MUST_CHECK;
enum err wire_read_close_alarm(struct message *, struct arena *, struct why *) MUST_CHECK;

/* ---- our own, between the edges and the core ---- */

/* A payer's press of the button, a timer: which attempt. Text: "attempt customer". */
struct named_attempt {
	struct uuid attempt;
	struct span customer;
};
struct span wire_print_attempt(struct arena *, struct uuid attempt, struct span customer);
enum err wire_read_attempt(struct message *, struct arena *, struct why *) MUST_CHECK;

/* A webhook that may be joined, or has waited too long. Text: "event attempt customer"; the last two are empty for the latter. */
struct named_webhook {
	struct span event;
	struct uuid attempt;
	struct span customer;
};
struct span wire_print_webhook(struct arena *, struct span event, struct uuid attempt, struct span customer);
enum err wire_read_named_webhook(struct message *, struct arena *, struct why *) MUST_CHECK;

/* The answer to a call. Text: one line of fields, then what the provider answered, to the byte. message->merchant and ->client are the intent's
 * merchant and account. */
struct call_answer {
	enum intent_kind kind;
	struct uuid subject, attempt;
	struct span customer;
	struct span payout; /* po_…, for INTENT_PAYOUT */
	int32_t call; /* the intent's tries when it was made */
	bool sent; /* the provider may have acted on it */
	bool unknown; /* no complete answer came */
	int status; /* HTTP's */
	struct span body;
};
struct span wire_print_answer(struct arena *, const struct call_answer *);
/* The identity of an answer: intent and try. */
struct span wire_call_id(struct arena *, const struct call_answer *);
enum err wire_read_answer(struct message *, struct arena *, struct why *) MUST_CHECK;

/* ---- JSON out ---- */

struct span wire_attempt_json(struct arena *, const struct attempt *, const struct policy *);
struct span wire_refund_json(struct arena *, const struct attempt *, const struct refund *);
struct span wire_account_json(struct arena *, const struct provider_account *, const struct policy *);
struct span wire_alarm_json(struct arena *, const struct alarm *);

/* For lists: an object each, inside an array that is open. */
struct json_out;
void wire_add_attempt(struct json_out *, struct arena *, const struct attempt *, const struct policy *);
void wire_add_account(struct json_out *, struct arena *, const struct provider_account *, const struct policy *);
void wire_add_alarm(struct json_out *, const struct alarm *);
void wire_add_webhook(struct json_out *, const struct webhook *);
void wire_add_payout(struct json_out *, const struct payout *);

#endif
