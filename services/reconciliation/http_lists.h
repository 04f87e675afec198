/*
 * http_lists: what each list shows.
 */
#ifndef RECONCILIATION_HTTP_LISTS_H
#define RECONCILIATION_HTTP_LISTS_H

#include "http_rows.h"

extern const struct listed list_accounts, list_files, list_statements, list_lines, list_receipts, list_items, list_exceptions, list_journal,
	list_payouts, list_reports, list_notices, list_limits, list_difference_policies, list_payers;
extern const struct shown shown_rules[], shown_line[], shown_candidates[], shown_allocations[];

#endif
