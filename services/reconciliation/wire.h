/*
 * wire: messages as bytes and as values: facts of other services and JSON commands in, events of the ledger out. Only wire_*.c sees generated code.
 */
#ifndef RECONCILIATION_WIRE_H
#define RECONCILIATION_WIRE_H

#include "book.h"
#include "hand_queue.h"
#include "json_in.h"
#include "ledger.h"
#include "rule_set.h"

extern const char topic_ledger[], topic_invoices[], topic_payments[], topic_customers[];

/* ---- facts: the merchant and the customer (or stream) are the Kafka key's, and the payload must say the same ---- */

enum err wire_read_invoice(const struct message *, struct arena *, struct invoice_issued *, struct why *) MUST_CHECK;
enum err wire_read_credit_note(const struct message *, struct arena *, struct credit_note *, struct why *) MUST_CHECK;
enum err wire_read_payment(const struct message *, struct arena *, struct attempt *, struct why *) MUST_CHECK;
enum err wire_read_refund(const struct message *, struct arena *, struct refunded *, struct why *) MUST_CHECK;
enum err wire_read_payout_lines(const struct message *, struct arena *, struct payout_lines *, struct why *) MUST_CHECK;
enum err wire_read_payout_paid(const struct message *, struct arena *, struct payout_paid *, struct why *) MUST_CHECK;
/* A message without a value says that the customer was erased. */
enum err wire_read_customer(const struct message *, struct arena *, struct customer_changed *, struct why *) MUST_CHECK;
enum err wire_read_merchant(const struct message *, struct arena *, struct merchant *, struct why *) MUST_CHECK;

/* ---- due work of our own: {"merchant": …, "id": …} ---- */

struct own {
	struct span merchant;
	struct uuid id;
};

enum err wire_read_own(const struct message *, struct arena *, struct own *, struct why *) MUST_CHECK;
struct span wire_print_own(struct arena *, const struct own *);

/* ---- commands of people: JSON; {id} of the path is the line, receipt, exception or statement ---- */

enum err wire_read_define_account(const struct message *, struct arena *, struct define_account *, struct why *) MUST_CHECK;
enum err wire_read_match(const struct message *, struct arena *, struct match_line *, struct why *) MUST_CHECK;
enum err wire_read_unmatch(const struct message *, struct arena *, struct unmatch_line *, struct why *) MUST_CHECK;
enum err wire_read_receipt(const struct message *, struct arena *, struct record_receipt *, struct why *) MUST_CHECK;
enum err wire_read_allocate(const struct message *, struct arena *, struct allocate_receipt *, struct why *) MUST_CHECK;
enum err wire_read_write_off(const struct message *, struct arena *, struct write_off *, struct why *) MUST_CHECK;
enum err wire_read_close(const struct message *, struct arena *, struct close_exception *, struct why *) MUST_CHECK;
enum err wire_read_accept(const struct message *, struct arena *, struct accept_statement *, struct why *) MUST_CHECK;
enum err wire_read_undo(const struct message *, struct arena *, struct undo_statement *, struct why *) MUST_CHECK;
enum err wire_read_request_refund(const struct message *, struct arena *, struct request_refund *, struct why *) MUST_CHECK;
enum err wire_read_policy(const struct message *, struct arena *, struct define_policy *, struct why *) MUST_CHECK;
enum err wire_read_limit(const struct message *, struct arena *, struct define_limit *, struct why *) MUST_CHECK;
enum err wire_read_assign(const struct message *, struct arena *, struct work_exception *, struct why *) MUST_CHECK;
enum err wire_read_note(const struct message *, struct arena *, struct work_exception *, struct why *) MUST_CHECK;
enum err wire_read_park(const struct message *, struct arena *, struct work_exception *, struct why *) MUST_CHECK;
enum err wire_read_follow(const struct message *, struct arena *, struct work_exception *, struct why *) MUST_CHECK;

/* "/v1/lines/{id}/match": an id that is none is one that is not there. */
enum err wire_read_target(const struct message *, struct uuid *, struct why *) MUST_CHECK;
enum err wire_read_by(const struct json_in *, const struct message *, struct by_whom *, struct why *) MUST_CHECK;

/* The n-th part of the path that was asked, from 1. */
struct span wire_path_part(struct span path, int n);
enum err wire_read_close_period(const struct message *, struct arena *, struct close_period *, struct why *) MUST_CHECK;

enum err wire_read_export(const struct message *, struct arena *, struct make_export *, struct why *) MUST_CHECK;
enum err wire_read_mapping(const struct message *, struct arena *, struct define_mapping *, struct why *) MUST_CHECK;

enum err wire_read_define_rules(const struct message *, struct arena *, struct define_rule_set *, struct why *) MUST_CHECK;
enum err wire_read_activate_rules(const struct message *, struct arena *, struct activate_rule_set *, struct why *) MUST_CHECK;
/* A list of words as one text with blanks between. */
enum err wire_read_words(const struct json_in *, struct arena *, const char *name, size_t most, struct span *, struct why *) MUST_CHECK;
enum err wire_read_rule_set(const struct json_in *, struct arena *, struct rule_set *, struct why *) MUST_CHECK;
/* A version in a path, 0 or more; ERR_NOT_FOUND: it is none. */
enum err wire_read_version(struct span text, int32_t *, struct why *) MUST_CHECK;

/* ---- what is told ---- */

/* Tells each aggregate that the ledger touched, once, as it is now. The last step of every handler. */
void ledger_tell(struct ledger *);
/* The period was closed with these balances. */
void ledger_tell_period(struct ledger *, struct period *, const struct period_balance *, size_t n);

#endif
