#include "store_rows.h"
#include "store_words.h"

/* Columns of payouts, of their reports, and of what they name. */

const struct column payout_columns[] = {
	COLUMN("merchant_id", COLUMN_TEXT, payout, merchant),
	COLUMN("payout_id", COLUMN_UUID, payout, id),
	COLUMN("provider_account", COLUMN_TEXT, payout, provider_account),
	COLUMN("provider_ref", COLUMN_TEXT, payout, provider_ref),
	COLUMN("statement_text", COLUMN_TEXT, payout, statement_text),
	COLUMN("currency", COLUMN_CURRENCY, payout, currency),
	COLUMN("paid", COLUMN_BOOL, payout, paid),
	COLUMN("amount", COLUMN_INT8, payout, amount),
	COLUMN("gross", COLUMN_INT8, payout, gross),
	COLUMN("fees", COLUMN_INT8, payout, fees),
	COLUMN("line_count", COLUMN_INT4, payout, line_count),
	COLUMN("arrival_date", COLUMN_DATE, payout, arrival),
	COLUMN("lines_seen", COLUMN_INT4, payout, lines_seen),
	COLUMN("gross_seen", COLUMN_INT8, payout, gross_seen),
	COLUMN("fees_seen", COLUMN_INT8, payout, fees_seen),
	COLUMN("bank_line_id", COLUMN_UUID, payout, bank_line),
	COLUMN("has_arrived", COLUMN_BOOL, payout, has_arrived),
	COLUMN("overdue", COLUMN_BOOL, payout, overdue),
	COLUMN("report_id", COLUMN_UUID, payout, report),
	COLUMN("by_report", COLUMN_BOOL, payout, by_report),
	COLUMN("unreported", COLUMN_BOOL, payout, unreported),
	COLUMNS_END,
};
const struct column payout_line_columns[] = {
	COLUMN("merchant_id", COLUMN_TEXT, payout_line, merchant),
	COLUMN("payout_id", COLUMN_UUID, payout_line, payout),
	COLUMN("number", COLUMN_INT4, payout_line, number),
	COLUMN("provider_line", COLUMN_TEXT, payout_line, provider_line),
	COLUMN("provider_payment", COLUMN_TEXT, payout_line, provider_payment),
	COLUMN("attempt_id", COLUMN_UUID, payout_line, attempt),
	COLUMN("currency", COLUMN_CURRENCY, payout_line, currency),
	COLUMN("gross", COLUMN_INT8, payout_line, gross),
	COLUMN("fee", COLUMN_INT8, payout_line, fee),
	COLUMN("is_refund", COLUMN_BOOL, payout_line, is_refund),
	COLUMNS_END,
};
const struct column settlement_columns[] = {
	COLUMN("merchant_id", COLUMN_TEXT, settlement, merchant),
	COLUMN("receipt_id", COLUMN_UUID, settlement, receipt),
	COLUMN("named", COLUMN_INT8, settlement, named),
	COLUMN("exchanged", COLUMN_BOOL, settlement, exchanged),
	COLUMN("hidden", COLUMN_BOOL, settlement, hidden),
	COLUMNS_END,
};

static const char *word_item_kind(int i)
{
	return item_kind_word((enum item_kind)i);
}

static const char *word_report_state(int i)
{
	return report_state_word((enum report_state)i);
}

// clang-format off
#define REPORT_CHANGES \
	COLUMN("compared", COLUMN_INT4, payout_report, compared), \
	COLUMN("facts", COLUMN_TEXT, payout_report, facts), \
	COLUMN("looks", COLUMN_INT4, payout_report, looks), \
	COLUMN("payout_id", COLUMN_UUID, payout_report, payout), \
	COLUMN_OF_WORDS("state", payout_report, state, word_report_state, REPORT_STATES), \
	COLUMN("differences", COLUMN_TEXT, payout_report, differences), \
	COLUMN("detail", COLUMN_TEXT, payout_report, detail), \
	COLUMN("late", COLUMN_BOOL, payout_report, late), \
	COLUMN("posted", COLUMN_BOOL, payout_report, posted), \
	COLUMN("rests", COLUMN_BOOL, payout_report, rests)
// clang-format on
const struct column report_columns[] = {
	COLUMN("merchant_id", COLUMN_TEXT, payout_report, merchant),
	COLUMN("report_id", COLUMN_UUID, payout_report, id),
	COLUMN("identifier", COLUMN_TEXT, payout_report, identifier),
	COLUMN("payout_ref", COLUMN_TEXT, payout_report, payout_ref),
	COLUMN("currency", COLUMN_CURRENCY, payout_report, currency),
	COLUMN("version", COLUMN_INT4, payout_report, version),
	COLUMN("item_count", COLUMN_INT4, payout_report, item_count),
	COLUMN("conflicts", COLUMN_INT4, payout_report, conflicts),
	COLUMN("gross", COLUMN_INT8, payout_report, gross),
	COLUMN("fees", COLUMN_INT8, payout_report, fees),
	COLUMN("has_total", COLUMN_BOOL, payout_report, has_total),
	COLUMN("total", COLUMN_INT8, payout_report, total),
	COLUMN("expected", COLUMN_DATE, payout_report, expected),
	COLUMN("paired", COLUMN_INT4, payout_report, paired),
	COLUMN("paired_facts", COLUMN_TEXT, payout_report, paired_facts),
	REPORT_CHANGES,
	COLUMN("found_facts", COLUMN_TEXT, payout_report, found_facts),
	COLUMN("unnamed_ref", COLUMN_TEXT, payout_report, unnamed_ref),
	COLUMN("lines_named", COLUMN_INT4, payout_report, lines_named),
	COLUMN("lines_named_net", COLUMN_INT8, payout_report, lines_named_net),
	COLUMN("gross_count", COLUMN_INT4, payout_report, of_gross.count),
	COLUMN("gross_minor", COLUMN_INT8, payout_report, of_gross.minor),
	COLUMN("gross_ref", COLUMN_TEXT, payout_report, of_gross.example),
	COLUMN("fee_count", COLUMN_INT4, payout_report, of_fee.count),
	COLUMN("fee_minor", COLUMN_INT8, payout_report, of_fee.minor),
	COLUMN("fee_ref", COLUMN_TEXT, payout_report, of_fee.example),
	COLUMN("charged_count", COLUMN_INT4, payout_report, of_charged.count),
	COLUMN("charged_minor", COLUMN_INT8, payout_report, of_charged.minor),
	COLUMN("charged_ref", COLUMN_TEXT, payout_report, of_charged.example),
	COLUMNS_END,
};
const struct column report_changes[] = {
	COLUMN("merchant_id", COLUMN_TEXT, payout_report, merchant),
	COLUMN("report_id", COLUMN_UUID, payout_report, id),
	REPORT_CHANGES,
	COLUMNS_END,
};
const struct column report_sum_columns[] = {
	COLUMN("merchant_id", COLUMN_TEXT, report_sum, merchant),
	COLUMN("report_id", COLUMN_UUID, report_sum, report),
	COLUMN("number", COLUMN_INT8, report_sum, number),
	COLUMN_OF_WORDS("kind", report_sum, kind, word_item_kind, ITEM_KINDS),
	COLUMN("told", COLUMN_BOOL, report_sum, told),
	COLUMN("charged_currency", COLUMN_CURRENCY, report_sum, charged_currency),
	COLUMN("count", COLUMN_INT4, report_sum, count),
	COLUMN("gross", COLUMN_INT8, report_sum, gross),
	COLUMN("fee", COLUMN_INT8, report_sum, fee),
	COLUMN("charged", COLUMN_INT8, report_sum, charged),
	COLUMN("example", COLUMN_TEXT, report_sum, example),
	COLUMNS_END,
};
const struct column report_posting_columns[] = {
	COLUMN("merchant_id", COLUMN_TEXT, report_posting, merchant),
	COLUMN("report_id", COLUMN_UUID, report_posting, report),
	COLUMN("number", COLUMN_INT4, report_posting, number),
	COLUMN_OF_WORDS("kind", report_posting, kind, word_item_kind, ITEM_KINDS),
	COLUMN("told", COLUMN_BOOL, report_posting, told),
	COLUMN("account", COLUMN_TEXT, report_posting, account),
	COLUMN("currency", COLUMN_CURRENCY, report_posting, currency),
	COLUMN("gross", COLUMN_INT8, report_posting, gross),
	COLUMN("fee", COLUMN_INT8, report_posting, fee),
	COLUMN("clearing", COLUMN_INT8, report_posting, clearing),
	COLUMNS_END,
};

void report_is_found(struct arena *arena, const struct rows *rows, size_t row, void *value)
{
	struct payout_report *r = value;
	int at = rows_column(rows, "found_id");
	(void)arena;
	r->found = rows_is_null(rows, row, at) ? (struct uuid){ 0 } : rows_uuid(rows, row, at);
}
