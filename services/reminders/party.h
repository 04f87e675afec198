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
	int64_t counted_revision; /* of the last statement that counts */
	bool has_cover;
	struct date covered_to; /* up to which day its money has been read */
};

/* A bank statement, and whether its money has been read: receipts stand under their customers' keys, which other partitions, and other replicas, may read
 * later than the statement's own facts.
 * 1. StatementMatched tells how many receipts name it; no more ever will. Each is read once. 2. It counts when as many have been read, not before; what
 * is owed has been read before each. 3. The statements of an account count in the order of their revisions. */
struct statement {
	struct span merchant;
	struct uuid id, account;
	int64_t revision; /* of the account, when it was accepted; 0: not told */
	bool has_cover;
	struct date covered_to;
	bool is_matched;
	int64_t receipts; /* that name it; of a matched one */
	int64_t read; /* of them, before this batch */
	bool counts;
};

/* Applies a fact: `told` has the one revision that it is, the other 0. A lower one than is known changes nothing. It does not cover anything. */
void account_apply(struct account *, const struct account *told);
/* What a statement of that revision covers is known now; an earlier one than the last changes nothing. */
void account_cover(struct account *, int64_t revision, bool has_cover, struct date covered_to);

/* The IBAN that pays invoices in this currency; empty when there is none. */
struct span merchant_iban(const struct merchant *, struct currency);

#endif
