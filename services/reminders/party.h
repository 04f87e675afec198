/*
 * party: who says something and to whom, as other services have told: merchants, customers, collecting bank accounts. Values.
 */
#ifndef REMINDERS_PARTY_H
#define REMINDERS_PARTY_H

#include "date.h"
#include "money.h"
#include "uuid.h"

struct merchant {
	struct span id, name, email, zone, language;
	struct span transfer_accounts; /* a line each: "IBAN CUR", '-' for any currency */
	int64_t revision;
};

/* 1. revision 0: only facts about the customer are known, not the customer. 2. look_at is a hint: due work is decided by the policy. */
struct customer {
	struct span merchant, ref;
	struct span name, email, zone, language; /* empty: the merchant's, or unknown */
	int64_t revision;
	struct instant look_at;
	int64_t look_no, seen_cover;
	bool waits_statement;
	bool has_said;
	struct date said_day;
};

/* Two sorts of facts tell of it, in one count of revisions and in any order: each keeps what it alone tells, the later of them what both do. */
struct account {
	struct span merchant;
	struct uuid id;
	int64_t defined_revision, cover_revision; /* 0: not told */
	struct currency currency;
	bool collecting, closed;
	bool has_cover;
	struct date covered_to;
};

/* Applies a fact: `told` has the one revision that it is, the other 0. A lower one than is known changes nothing. */
void account_apply(struct account *, const struct account *told);

/* The IBAN that pays invoices in this currency; empty when there is none. */
struct span merchant_iban(const struct merchant *, struct currency);

#endif
