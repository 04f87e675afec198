/*
 * facts: messages as other services say them, of merchant "nord", each with an identity of its own.
 */
#ifndef DUNLIN_TESTS_FACTS_H
#define DUNLIN_TESTS_FACTS_H

#include "date.h"
#include "message.h"

#define MERCHANT SPAN("nord")

struct uuid fact_invoice(int n);
struct uuid fact_account_id(void);
struct date fact_date(const char *text);

struct message *fact_merchant(struct arena *, int revision, const char *name);
/* email NULL: none. */
struct message *fact_customer(struct arena *, const char *ref, int revision, const char *email, const char *zone, const char *language);
struct message *fact_erased(struct arena *, const char *ref);
/* Invoice n in one part, of EUR. */
struct message *fact_issued(struct arena *, const char *ref, int n, const char *due, int64_t minor);
struct message *fact_open(struct arena *, const char *ref, int n, int revision, int64_t open);
struct message *fact_account(struct arena *, int revision, bool collecting, bool closed);
/* Accepted, and nothing follows. */
struct message *fact_statement(struct arena *, int revision, const char *covered_to);
/* The n-th: accepted, of which StatementMatched follows. */
struct message *fact_accepted(struct arena *, int n, int revision, const char *covered_to);
/* The n-th is undone; covered_to NULL: the account has none any more. */
struct message *fact_undone(struct arena *, int n, int revision, const char *covered_to);
struct message *fact_matched(struct arena *, int n, unsigned receipts);
struct message *fact_payment(struct arena *, const char *ref, int attempt, int n, int64_t minor);
/* kind as in ReceiptKind: 1 bank, 2 provider, 3 by hand. */
struct message *fact_receipt(struct arena *, const char *ref, int receipt, int revision, int kind, int n, int64_t minor);

/* The same of kind 1 and revision 1, counted by the n-th statement. */
struct message *fact_bank_receipt(struct arena *, const char *ref, int receipt, int n, int64_t minor, int statement);

#endif
