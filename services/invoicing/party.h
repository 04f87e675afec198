/*
 * party: who stands on a document, how to reach and to pay them: postal and mail addresses, IBANs, languages.
 */
#ifndef INVOICING_PARTY_H
#define INVOICING_PARTY_H

#include "money.h"
#include "span.h"

struct address {
	struct span lines; /* street, house, post box: an item a line (field_next), at most 4 */
	struct span city, postal_code;
	struct span country; /* ISO 3166-1 alpha-2, or empty where the address is not known */
};

/* As printed on a document. Personal data where it is a customer. */
struct party {
	struct span name;
	struct address address;
	struct span tax_id;
};

/* A bank account of the merchant, to which customers pay. */
struct account {
	struct span iban, bic;
	struct span currency; /* of the invoices that are paid to it; empty: any */
};

enum { ADDRESS_LINES = 4, PARTY_EMAILS = 8, PARTY_IBANS = 16, PARTY_ACCOUNTS = 8 };

/* `field` is where the address stands: "address" gives "address.city" … */
enum err address_check(const struct address *, const char *field, struct why *) MUST_CHECK;
bool address_equal(const struct address *, const struct address *);
bool address_is_empty(const struct address *);

/* A mailbox of RFC 5321 in its plain form, local@domain: no quotes, no comments, at most 254 bytes. */
enum err email_check(struct span, const char *field, struct why *) MUST_CHECK;

/* ISO 13616: 15 to 34 upper-case letters and digits, check digits by ISO 7064 mod 97-10. No spaces. */
enum err iban_check(struct span, const char *field, struct why *) MUST_CHECK;

/* "DE89 3704 0044 0532 0130 00", as it is printed. */
const char *iban_print(struct arena *, struct span);

/* ISO 9362: 8 or 11 upper-case letters and digits. */
enum err bic_check(struct span, const char *field, struct why *) MUST_CHECK;

/* The shape of a BCP 47 tag: "de", "pt-BR". */
enum err language_check(struct span, const char *field, struct why *) MUST_CHECK;

/* Each item of a list by a check, naming it "emails[2]"; more than `most` items are refused. */
enum err list_check(struct span list, const char *field, size_t most, enum err (*check)(struct span, const char *, struct why *),
	struct why *) MUST_CHECK;

#endif
