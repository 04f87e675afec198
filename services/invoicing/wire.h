/*
 * wire: messages as bytes and as values: protobuf and JSON commands in, events and JSON documents out. Only wire_*.c sees generated code. What
 * is read has passed the checks of its noun.
 */
#ifndef INVOICING_WIRE_H
#define INVOICING_WIRE_H

#include "book.h"
#include "json_out.h"

extern const char topic_billing[], topic_customers[], topic_invoices[], topic_ledger[];

/* --- in: the payload in the message's format; the merchant of JSON is the token's --- */

enum err wire_read_define_merchant(const struct message *, struct arena *, struct define_merchant *, struct why *) MUST_CHECK;
enum err wire_read_define_customer(const struct message *, struct arena *, struct define_customer *, struct why *) MUST_CHECK;
enum err wire_read_add_charge(const struct message *, struct arena *, struct add_charge *, struct why *) MUST_CHECK;
enum err wire_read_issue_invoice(const struct message *, struct arena *, struct issue_invoice *, struct why *) MUST_CHECK;
/* Under the path /v1/invoices/{id}/credit-notes the invoice is the path's. */
enum err wire_read_credit_invoice(const struct message *, struct arena *, struct credit_invoice *, struct why *) MUST_CHECK;
enum err wire_read_cancel_draft(const struct message *, struct arena *, struct cancel_draft *, struct why *) MUST_CHECK;
enum err wire_read_item(const struct message *, struct arena *, struct item *, struct why *) MUST_CHECK;

/* The external_ref of a command that was refused, as far as it can be read; else empty. */
struct span wire_external_ref(const struct message *, struct arena *);

/* The same for JSON, for the functions above. */
enum err json_read_define_merchant(const struct message *, struct arena *, struct define_merchant *, struct why *) MUST_CHECK;
enum err json_read_define_customer(const struct message *, struct arena *, struct define_customer *, struct why *) MUST_CHECK;
enum err json_read_add_charge(const struct message *, struct arena *, struct add_charge *, struct why *) MUST_CHECK;
enum err json_read_issue_invoice(const struct message *, struct arena *, struct issue_invoice *, struct why *) MUST_CHECK;
enum err json_read_credit_invoice(const struct message *, struct arena *, struct credit_invoice *, struct why *) MUST_CHECK;
enum err json_read_cancel_draft(const struct message *, struct arena *, struct cancel_draft *, struct why *) MUST_CHECK;

/* --- out: events --- */

struct span wire_key(struct arena *, struct span merchant, struct span ref); /* the Kafka key */
void wire_say_merchant(struct say *, const struct merchant *, struct instant now);
void wire_say_customer(struct say *, const struct customer *, struct instant now);
void wire_say_invoice_issued(struct say *, const struct invoice *);
void wire_say_credit_note_issued(struct say *, const struct credit_note *);
void wire_say_refused(struct say *, const struct message *, const struct why *, struct instant now);

/* --- out: JSON --- */

/* An object as a document of its own: opened, filled, closed. */
void json_open(struct json_out *, struct text *, struct arena *);
struct span json_close(struct json_out *, struct text *);

struct span json_merchant(struct arena *, const struct merchant *);
struct span json_customer(struct arena *, const struct customer *);
struct span json_charge(struct arena *, const struct charge *, const struct invoice *issued);
struct span json_invoice_head(struct arena *, const struct invoice *);
struct span json_credit_note_head(struct arena *, const struct credit_note *);

/* For lists and whole documents: into an object that is open. */
void json_add_merchant(struct json_out *, const struct merchant *);
void json_add_customer(struct json_out *, const struct customer *);
void json_add_invoice_head(struct json_out *, struct arena *, const struct invoice *);
void json_add_lines(struct json_out *, const struct line *, size_t);
void json_add_totals(struct json_out *, const struct totals *);
void json_add_credit_note_head(struct json_out *, struct arena *, const struct credit_note *);
void json_add_party(struct json_out *, const char *name, const struct party *);
void json_add_item(struct json_out *, const struct item *);

#endif
