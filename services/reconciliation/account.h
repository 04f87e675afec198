/*
 * account: a bank account of the merchant, and how far its statements reach.
 *
 * Its key in locks and statements is the identifier as statements write it: the IBAN without blanks in upper case, or the other id.
 */
#ifndef RECONCILIATION_ACCOUNT_H
#define RECONCILIATION_ACCOUNT_H

#include "date.h"
#include "money.h"
#include "uuid.h"

struct ledger;

enum { ACCOUNT_PROVIDERS = 16 };

/* What its accepted statements make together: opening + lines + open gaps = closing. */
struct chain {
	bool started;
	int64_t opening, closing, line_sum, gap_sum;
	struct date from, to; /* first and last day */
	int64_t sequence; /* the bank's number of the last statement, 0: it gives none */
	struct date covered_to; /* complete without a gap up to that day */
	struct uuid last; /* the statement that was accepted last of those that stand; zero: that is not known */
};

/* How its statements come, where neither they nor who brings them say it. */
struct account_files {
	struct span charset; /* a word of reading.h */
	struct span format; /* a reader's name: a statement in another is quarantined; empty: any */
	struct span profile; /* of CSV: its name; empty: the one that the header tells */
};

struct account {
	struct span merchant, identifier;
	struct uuid id;
	struct span name, zone;
	struct currency currency;
	bool collecting, closed;
	struct span providers; /* provider accounts whose payouts land here, one a line */
	struct span trust_waits; /* what may not post by itself here: words of match/trust.h */
	int64_t person_above; /* of more than this a person decides, minor units; 0: of nothing */
	struct account_files files;
	struct chain chain;
	int64_t undone; /* how many of its statements were undone: their lines may be posted anew, and are other deeds then */
	int64_t revision;
};

/* A person's command: defines the account of that identifier, or replaces what is known of it. */
struct define_account {
	struct span identifier, name, zone;
	struct currency currency;
	bool collecting, closed;
	const struct span *providers;
	size_t provider_count;
	/* Each is as it was where it is not said. */
	bool has_trust, has_person_above, has_charset, has_format, has_profile;
	struct span trust_waits;
	struct money person_above;
	struct account_files files;
};

/* The identifier as it is compared: blanks dropped, letters raised. */
struct span account_identifier(struct arena *, struct span text);

/* True for an IBAN whose check digits hold (ISO 13616, ISO 7064). */
bool iban_is_valid(struct span text);

/* ERR_CONFLICT when the currency of an account with statements would change, ERR_REFUSED when nobody knows the time zone or an amount is of another
 * currency. */
enum err account_define(struct ledger *, const struct define_account *, const struct account **, struct why *) MUST_CHECK;

bool account_takes_payouts_of(const struct account *, struct span provider_account);

struct trust;
/* What may post by itself on it. */
struct trust account_trust(const struct account *);

/* "@account:<id>": the stream of what belongs to no customer. */
struct span account_stream(struct arena *, struct uuid id);

#endif
