/*
 * export: the journal of a closed month as files for accounting systems.
 *
 * 1. An export is one closed month for one target; exports of a target are numbered from 1 and take the months in order, from the first that was closed. An entry
 *    is booked in one month, so that it is in one export of each target, and what came late is in the next. 2. An export keeps the version of the mapping that it
 *    was made with, and a mapping is never changed: its files are the same to the byte whenever they are asked for. 3. An account that the mapping has no code
 *    for is a refusal.
 */
#ifndef RECONCILIATION_EXPORT_H
#define RECONCILIATION_EXPORT_H

#include "chain.h"
#include "chart.h"
#include "hand.h"

struct ledger;

enum { EXPORT_CODES = 500 };

enum export_target { EXPORT_CSV, EXPORT_DATEV, EXPORT_XERO, EXPORT_QUICKBOOKS, EXPORT_TARGETS };

struct export_target_row {
	const char *word, *type; /* of the content */
	size_t entries;          /* of one file, at most */
	const char *help;
};

const struct export_target_row *export_target_row(enum export_target);
const char *export_target_word(enum export_target);
enum export_target export_target_find(struct span word); /* EXPORT_TARGETS when there is none */

/* Which code of the accounting system an account of ours has there. */
struct export_mapping {
	struct span merchant;
	enum export_target target;
	int32_t version;       /* from 1; 0: there is none */
	struct span base;      /* skr03, skr04 or empty: codes for what is not in `accounts` */
	struct span accounts;  /* an account, a tab and its code a line */
	int64_t consultant, client, year_start; /* DATEV's; the month in which a fiscal year begins */
	struct span tax_rate;  /* Xero's name for none */
	struct span made_by;
	struct instant made;
};

/* The code of an account: its own, that of its row of the chart, or its base's. Empty where there is none; for EXPORT_CSV the account itself. */
struct span export_code(const struct export_mapping *, struct span account);
/* Codes of a base by chart row; NULL where it has none. */
const char *export_base_code(struct span base, enum chart);
bool export_base_is_known(struct span base);

struct export
{
	struct span merchant;
	enum export_target target;
	int64_t number;
	struct date month;
	int32_t version; /* of the mapping */
	int64_t entries;
	struct span sums; /* "EUR entries minor" a line: one currency is one file, or several */
	struct span made_by;
	struct instant made;
};

/* What the store found of a target. */
struct export_facts {
	struct export_mapping mapping; /* the latest; version 0: none */
	int64_t last; /* the number of the last export */
	bool has_next;
	struct date next; /* the first closed month without an export */
	const struct export *before; /* of the month that is asked for, or NULL */
	const struct span *accounts; /* that the next month moves */
	size_t account_count;
	int64_t entries; /* of the next month */
	struct span sums;
};

struct make_export {
	enum export_target target;
	bool has_month;
	struct date month;
	struct by_whom by;
};

struct define_mapping {
	struct export_mapping mapping;
	struct by_whom by;
};

/* How the store is asked for a target's facts: "datev", or "datev 2026-03". */
struct span export_want(struct arena *, enum export_target, const struct date *month);

/* A new version of the target's mapping. ERR_INVALID: a code or account that can't be. */
enum err export_define(struct ledger *, const struct define_mapping *, const struct export_mapping **, struct why *) MUST_CHECK;
/* The next export of the target, or the one that the month has already. ERR_REFUSED: nothing to export, out of order, accounts without a code. */
enum err export_make(struct ledger *, const struct make_export *, const struct export **, struct why *) MUST_CHECK;

/* One file: entries of one export in one currency, in the order of the journal. */
struct export_file {
	const struct export *export;
	const struct export_mapping *mapping;
	struct currency currency;
	const struct entry *entries;
	size_t count;
};
struct span export_print(struct arena *, const struct export_file *);

/* UTF-8 as Windows-1252; what that has not is '?'. */
struct span cp1252_print(struct arena *, struct span utf8);

#endif
