/*
 * period: the months of a merchant's books. A month that is over is closed once and for ever, in order, and its trial balance sealed.
 *
 * 1. Closing names the last entry that the period can hold: nothing that comes later gets in, whatever day it counts for. It belongs to the first month that was
 *    open when it came, and its day says where it came too late. 2. The first period to be closed holds all that is before it. 3. Lines that are not posted,
 *    statements that are not decided and exceptions that are open are a warning: then it takes a second person to close.
 */
#ifndef RECONCILIATION_PERIOD_H
#define RECONCILIATION_PERIOD_H

#include "digest.h"
#include "hand.h"

struct ledger;

enum { PERIOD_WARNINGS = 100 };

enum period_state { PERIOD_WARNED, PERIOD_CLOSED, PERIOD_STATES };

const char *period_state_word(enum period_state);

struct period {
	struct span merchant;
	struct date month; /* its first day */
	enum period_state state;
	int64_t last_entry;     /* the last that it can hold */
	struct span asked_by;   /* who was warned */
	struct span closed_by;  /* client/who */
	struct span reason;
	bool forced;
	int64_t warnings;       /* how many there were */
	struct digest seal;     /* SHA-256 of its trial balance as CSV */
	struct instant closed;
	int64_t revision;
};

/* One account in a period: what it held before, and what moved. Debits count up. */
struct period_balance {
	struct span merchant;
	struct date month;
	struct currency currency;
	struct span account;
	int64_t opening, debit, credit;
};

struct period_warning {
	struct span kind; /* unposted_line, undecided_statement, open_exception */
	struct uuid id;
	bool has_amount;
	struct money amount;
	struct span detail;
};

/* What the store found of a month that may be closed. */
struct period_facts {
	struct date before; /* the last month that is closed */
	bool has_before;
	int64_t last_entry; /* no entry up to it can come any more, and all that were seen are up to it */
	const struct period_balance *balances;
	size_t balance_count;
	const struct period_warning *warnings; /* the first PERIOD_WARNINGS */
	size_t warning_count;
	int64_t warning_total;
};

struct close_period {
	struct date month;
	bool force;
	struct by_whom by;
};

/* "2026-03"; date: its first day. */
enum err month_parse(struct span, struct date *) MUST_CHECK;
const char *month_text(struct arena *, struct date);
struct date month_after(struct date month);

/* Closes it or warns; a second time it stays as it is. *closed: it was by this. ERR_REFUSED: it is not over, not the next, or a second person is needed. */
enum err period_close(struct ledger *, const struct close_period *, bool *closed, struct why *) MUST_CHECK;

/* The sealed trial balance, by currency and account. */
struct span period_csv(struct arena *, const struct period_balance *, size_t n);

#endif
