/*
 * wire: messages from and to the outside, as values: Kafka's protobuf, HTTP's JSON, and the words in which our own timers and the mail system's answers
 * travel. The wire_*.c files are the only ones that know the generated code.
 */
#ifndef REMINDERS_WIRE_H
#define REMINDERS_WIRE_H

#include "book.h"

/* ---- facts of others; each fills message->body ---- */

struct issued_part {
	int32_t part;
	struct date due;
	int64_t amount;
};

struct issued { /* InvoiceIssued */
	struct span merchant, customer;
	struct uuid invoice;
	struct span number, rf_reference, document_path;
	struct currency currency;
	const struct issued_part *parts;
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

struct paid { /* PaymentSucceeded, ReceiptAllocated: struct notice with source, source_id, amount, items; customer and merchant */
	struct notice notice;
	bool is_ours; /* something to confirm: false for a provider's receipt in the ledger, or a later allocation */
	struct uuid statement; /* that counts it; zero: none */
};

struct statement_fact { /* StatementAccepted, StatementMatched, StatementUndone: what each of them tells */
	struct account account;
	struct statement statement;
	bool counts_at_once; /* nothing follows */
};

enum err wire_read_merchant(struct message *, struct arena *, struct why *) MUST_CHECK; /* struct merchant */
enum err wire_read_customer(struct message *, struct arena *, struct why *) MUST_CHECK; /* struct customer; revision 0: erased */
enum err wire_read_issued(struct message *, struct arena *, struct why *) MUST_CHECK;
enum err wire_read_open_item(struct message *, struct arena *, struct why *) MUST_CHECK;
enum err wire_read_account(struct message *, struct arena *, struct why *) MUST_CHECK; /* struct account, as a fact */
enum err wire_read_statement(struct message *, struct arena *, struct why *) MUST_CHECK; /* struct statement_fact */
enum err wire_read_statement_undone(struct message *, struct arena *, struct why *) MUST_CHECK; /* struct statement_fact */
enum err wire_read_statement_matched(struct message *, struct arena *, struct why *) MUST_CHECK;
enum err wire_read_payment(struct message *, struct arena *, struct why *) MUST_CHECK;
enum err wire_read_receipt(struct message *, struct arena *, struct why *) MUST_CHECK;

/* ---- commands (JSON) ---- */

struct place_hold {
	struct span kind, customer; /* customer empty: the invoice's */
	struct uuid invoice;
	bool has_until, has_amount;
	struct date until;
	struct money amount;
	struct span reason;
};

struct release_hold {
	struct uuid hold;
	struct span reason;
};

enum err wire_read_place_hold(struct message *, struct arena *, struct why *) MUST_CHECK;
enum err wire_read_release_hold(struct message *, struct arena *, struct why *) MUST_CHECK; /* target ends in /v1/holds/{id}/release */

/* ---- our own: words in a line ---- */

/* "merchant customer [id]": a customer to look at, a hold whose day is over, a reminder whose hours are; a statement, its account in the
 * customer's place. */
struct named {
	struct span merchant, customer;
	struct uuid id; /* zero: none */
	int64_t aside;  /* of a statement: how many of its receipts are set aside; they are waited for by their customers alone */
};
struct span wire_print_named(struct arena *, const struct named *);
enum err wire_read_named(struct message *, struct arena *, struct why *) MUST_CHECK;

/* "merchant customer id tries status sent unknown": what came of handing a notice over. */
struct answered {
	struct named of;
	int tries;
	struct handover handover;
};
struct span wire_print_answered(struct arena *, const struct answered *);
enum err wire_read_answered(struct message *, struct arena *, struct why *) MUST_CHECK;

/* ---- events that we say; the aggregate is as it is after them, its revision counted already ---- */

void wire_say_notice_sent(struct say *, const struct notice *, const char *message_id, struct instant now);
void wire_say_notice_failed(struct say *, const struct notice *, const char *message_id, struct instant now);
void wire_say_hold_placed(struct say *, const struct hold *, struct instant now);
void wire_say_hold_released(struct say *, const struct hold *, struct instant now);

/* ---- JSON of answers ---- */

struct json_out;
void wire_print_hold(struct json_out *, const char *name, const struct hold *);

#endif
