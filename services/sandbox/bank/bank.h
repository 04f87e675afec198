/*
 * bank: accounts with lines, and statements of them. A day's lines are final once its statement was delivered.
 *
 * 1. Lines are booked on days on which banks work (TARGET).
 * 2. The closing balance of a day is the opening balance of the next; both are the account's first balance and all lines before.
 */
#ifndef SANDBOX_BANK_H
#define SANDBOX_BANK_H

#include "door.h"
#include "money.h"

enum line_kind { LINE_TRANSFER, LINE_PAYOUT, LINE_FEE, LINE_RETURN };

struct bank_line {
	enum line_kind kind;
	const char *ref; /* the bank's own */
	bool bare;       /* the statement doesn't tell it: lines that say the same are alike then */
	struct date booked, value;
	int64_t amount; /* minor units; below 0 is a debit */
	struct span party_name, party_iban; /* the other side */
	struct span end_to_end;  /* or empty */
	struct span remittance;  /* free text, or empty */
	struct span reference;   /* structured, ISO 11649; or empty */
	struct span return_code; /* ISO 20022 ExternalReturnReason1Code, of a return */
};

struct bank_account {
	struct span iban, name, bic;
	struct currency currency;
	const struct statement_format *format; /* of its statements */
	struct span merchant;    /* whose customers pay to it; or empty */
	struct date opened;
	int64_t opening;         /* balance at the beginning of that day */
	struct list lines;       /* in order of booking */
	struct date delivered;   /* lines until here are final */
	const char *deliver_url, *token; /* NULL: nobody gets statements by himself */
	size_t statements;       /* uploads that were taken */
	struct span last_answer; /* of the receiver, to the last upload that was not */
};

struct bank *bank_open(struct arena *);

/* An account that lives for life. */
void bank_add(struct world *, struct bank_account *);
const struct list *bank_accounts(const struct world *);

/* NULL: there is none. */
struct bank_account *bank_account_find(const struct world *, struct span iban);
/* The one of the merchant's in that currency that a payer of that name pays to: always the same. NULL: there is none. */
struct bank_account *bank_account_of(const struct world *, struct span merchant, struct currency, struct span payer);

/* Books a line (copied with its texts) on its day, or the next that is open; gives it its reference. */
struct bank_line *bank_book(struct world *, struct bank_account *, const struct bank_line *);

/* The provider's money arrives. False: no such account, or another currency. */
bool bank_credit_payout(struct world *, const char *iban, struct money, const char *descriptor, const char *payout);

/* What a person gets wrong: two neighbouring characters change places, near the end. */
struct span bank_mistype(struct arena *, struct span);

/* An account number that follows from the text: ISO 13616 check digits over made-up digits. */
struct span bank_iban(struct world *, struct span text);

/* Balance at the beginning of a day. */
int64_t bank_balance(const struct bank_account *, struct date);

extern const struct door bank_doors[];

#endif
