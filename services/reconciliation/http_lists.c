#include "http_lists.h"

#include "reconciliation_queries.h"

#define SHOWN_END { NULL, SHOWN_TEXT }
enum { PAGE = 1000, BIG_PAGE = 10000 };

static const struct shown accounts[] = {
	{ "id", SHOWN_UUID },
	{ "identifier", SHOWN_TEXT },
	{ "name", SHOWN_TEXT },
	{ "zone", SHOWN_TEXT },
	{ "currency", SHOWN_TEXT },
	{ "collecting", SHOWN_BOOL },
	{ "closed", SHOWN_BOOL },
	{ "provider_accounts", SHOWN_WORDS },
	{ "balance", SHOWN_MONEY },
	{ "covered_to", SHOWN_DATE },
	{ "open_gaps", SHOWN_MONEY },
	{ "trust_waits", SHOWN_WORDS },
	{ "person_above", SHOWN_MONEY },
	{ "charset", SHOWN_TEXT },
	{ "format", SHOWN_TEXT },
	{ "profile", SHOWN_TEXT },
	SHOWN_END,
};
const struct listed list_accounts = {
	.name = "bank_accounts", .query = &q_show_accounts, .columns = accounts, .filters = (const char *const[]){ NULL }, .most = PAGE
};

static const struct shown files[] = {
	{ "sha256", SHOWN_TEXT },
	{ "name", SHOWN_TEXT },
	{ "size", SHOWN_NUMBER },
	{ "state", SHOWN_TEXT },
	{ "rule", SHOWN_TEXT },
	{ "line", SHOWN_NUMBER },
	{ "reason", SHOWN_TEXT },
	{ "client", SHOWN_TEXT },
	{ "tries", SHOWN_INT },
	{ "received_at", SHOWN_INSTANT },
	SHOWN_END,
};
const struct listed list_files = { .name = "files",
	.query = &q_show_files,
	.end = &q_end_files,
	.columns = files,
	.filters = (const char *const[]){ "state", NULL },
	.by_text = true,
	.most = PAGE };

static const struct shown statements[] = {
	{ "id", SHOWN_UUID },
	{ "account_id", SHOWN_UUID },
	{ "identifier", SHOWN_TEXT },
	{ "bank_ref", SHOWN_TEXT },
	{ "sequence", SHOWN_NUMBER },
	{ "state", SHOWN_TEXT },
	{ "opening", SHOWN_MONEY },
	{ "closing", SHOWN_MONEY },
	{ "line_count", SHOWN_NUMBER },
	{ "line_new", SHOWN_NUMBER },
	{ "remaining", SHOWN_NUMBER },
	{ "from_date", SHOWN_DATE },
	{ "to_date", SHOWN_DATE },
	{ "rule", SHOWN_TEXT },
	{ "line", SHOWN_NUMBER },
	{ "reason", SHOWN_TEXT },
	{ "placement", SHOWN_TEXT },
	{ "accepted_by", SHOWN_TEXT },
	{ "file", SHOWN_TEXT },
	SHOWN_END,
};
const struct listed list_statements = { .name = "statements",
	.query = &q_show_statements,
	.end = &q_end_statements,
	.columns = statements,
	.filters = (const char *const[]){ "account_id", "state", "file", NULL },
	.most = PAGE };
const struct shown shown_rules[] = {
	{ "number", SHOWN_INT },
	{ "rule", SHOWN_TEXT },
	{ "line", SHOWN_NUMBER },
	{ "byte", SHOWN_NUMBER },
	{ "reason", SHOWN_TEXT },
	SHOWN_END,
};

#define LINE_COLUMNS                                                                                                                 \
	{ "id", SHOWN_UUID }, { "account_id", SHOWN_UUID }, { "statement_id", SHOWN_UUID }, { "number", SHOWN_NUMBER },              \
		{ "booking_date", SHOWN_DATE }, { "value_date", SHOWN_DATE }, { "amount", SHOWN_MONEY }, { "currency", SHOWN_TEXT }, \
		{ "state", SHOWN_TEXT }, { "is_what", SHOWN_TEXT }, { "verdict", SHOWN_TEXT }, { "candidates", SHOWN_INT },          \
		{ "by_person", SHOWN_BOOL }, { "returned", SHOWN_MONEY }, { "rest", SHOWN_BOOL }, { "code", SHOWN_TEXT },            \
	{                                                                                                                            \
		"return_reason", SHOWN_TEXT                                                                                          \
	}
static const struct shown lines[] = { LINE_COLUMNS, SHOWN_END };
const struct listed list_lines = { .name = "lines",
	.query = &q_show_lines,
	.end = &q_end_lines,
	.by = (const struct listed_by[]){ { "statement_id", NULL, &q_show_lines_of_statement, true },
		{ "state", "waiting", &q_show_lines_waiting, false }, { NULL, NULL, NULL, false } },
	.columns = lines,
	.filters = (const char *const[]){ "account_id", "statement_id", "state", NULL },
	.is_csv_too = true,
	.most = BIG_PAGE };
const struct shown shown_line[] = {
	LINE_COLUMNS,
	{ "reversal", SHOWN_BOOL },
	{ "end_to_end", SHOWN_TEXT },
	{ "bank_ref", SHOWN_TEXT },
	{ "transaction_ref", SHOWN_TEXT },
	{ "mandate", SHOWN_TEXT },
	{ "batch_ref", SHOWN_TEXT },
	{ "structured_references", SHOWN_TEXT },
	{ "booked_to", SHOWN_TEXT },
	{ "counterpart_id", SHOWN_UUID },
	{ "place_line", SHOWN_NUMBER },
	{ "place_byte", SHOWN_NUMBER },
	{ "key", SHOWN_TEXT },
	{ "occurrence", SHOWN_INT },
	{ "rule_set", SHOWN_INT },
	{ "remittance", SHOWN_TEXT },
	{ "party_name", SHOWN_TEXT },
	{ "party_iban", SHOWN_TEXT },
	{ "original", SHOWN_TEXT },
	{ "rate", SHOWN_TEXT },
	{ "charges", SHOWN_TEXT },
	{ "bank_code", SHOWN_TEXT },
	{ "original_ref", SHOWN_TEXT },
	{ "return_text", SHOWN_TEXT },
	{ "party_account", SHOWN_TEXT },
	{ "party_bank", SHOWN_TEXT },
	{ "party_customer", SHOWN_TEXT },
	{ "party_ultimate", SHOWN_TEXT },
	SHOWN_END,
};
const struct shown shown_candidates[] = {
	{ "look", SHOWN_INT },
	{ "number", SHOWN_INT },
	{ "rule", SHOWN_TEXT },
	{ "lost", SHOWN_TEXT },
	{ "kind", SHOWN_KIND },
	{ "target_id", SHOWN_UUID },
	{ "customer_ref", SHOWN_TEXT },
	{ "label", SHOWN_TEXT },
	{ "open", SHOWN_MONEY },
	{ "signs", SHOWN_SIGNS },
	{ "chosen", SHOWN_BOOL },
	{ "amount", SHOWN_MONEY },
	SHOWN_END,
};

static const struct shown receipts[] = {
	{ "id", SHOWN_UUID },
	{ "customer_ref", SHOWN_TEXT },
	{ "kind", SHOWN_RECEIPT },
	{ "source_id", SHOWN_UUID },
	{ "account_id", SHOWN_UUID },
	{ "value_date", SHOWN_DATE },
	{ "amount", SHOWN_MONEY },
	{ "allocated", SHOWN_MONEY },
	{ "unapplied", SHOWN_MONEY },
	{ "refunded", SHOWN_MONEY },
	{ "kept", SHOWN_MONEY },
	{ "returned", SHOWN_MONEY },
	{ "refund_requested", SHOWN_MONEY },
	SHOWN_END,
};
const struct listed list_receipts = { .name = "receipts",
	.query = &q_show_receipts,
	.end = &q_end_receipts,
	.by = (const struct listed_by[]){ { "source_id", NULL, &q_show_receipts_of_source, true },
		{ "customer_ref", NULL, &q_show_receipts_of_customer, false }, { NULL, NULL, NULL, false } },
	.columns = receipts,
	.filters = (const char *const[]){ "customer_ref", "source_id", NULL },
	.most = PAGE };
const struct shown shown_allocations[] = {
	{ "id", SHOWN_UUID },
	{ "invoice_id", SHOWN_UUID },
	{ "part", SHOWN_INT },
	{ "invoice_number", SHOWN_TEXT },
	{ "amount", SHOWN_MONEY },
	{ "open", SHOWN_MONEY },
	SHOWN_END,
};

static const struct shown items[] = {
	{ "id", SHOWN_UUID },
	{ "part", SHOWN_INT },
	{ "customer_ref", SHOWN_TEXT },
	{ "invoice_number", SHOWN_TEXT },
	{ "due_date", SHOWN_DATE },
	{ "currency", SHOWN_TEXT },
	{ "amount", SHOWN_MONEY },
	{ "allocated", SHOWN_MONEY },
	{ "credited", SHOWN_MONEY },
	{ "discounted", SHOWN_MONEY },
	{ "written_off", SHOWN_MONEY },
	{ "open", SHOWN_MONEY },
	{ "last_value_date", SHOWN_DATE },
	SHOWN_END,
};
const struct listed list_items = { .name = "open_items",
	.query = &q_show_items,
	.end = &q_end_items,
	.by = (const struct listed_by[]){ { "customer_ref", NULL, &q_show_items_of_customer, false }, { NULL, NULL, NULL, false } },
	.columns = items,
	.filters = (const char *const[]){ "customer_ref", "open", NULL },
	.is_csv_too = true,
	.most = BIG_PAGE };

static const struct shown exceptions[] = {
	{ "id", SHOWN_UUID },
	{ "kind", SHOWN_TEXT },
	{ "subject_id", SHOWN_UUID },
	{ "stream", SHOWN_TEXT },
	{ "open", SHOWN_BOOL },
	{ "currency", SHOWN_TEXT },
	{ "amount", SHOWN_MONEY },
	{ "detail", SHOWN_TEXT },
	{ "opened_at", SHOWN_INSTANT },
	{ "closed_at", SHOWN_INSTANT },
	{ "closed_by", SHOWN_TEXT },
	SHOWN_END,
};
const struct listed list_exceptions = { .name = "exceptions",
	.query = &q_show_exceptions,
	.end = &q_end_exceptions,
	.by = (const struct listed_by[]){ { "open", "true", &q_show_exceptions_open, false }, { NULL, NULL, NULL, false } },
	.columns = exceptions,
	.filters = (const char *const[]){ "open", "kind", NULL },
	.is_csv_too = true,
	.most = BIG_PAGE };

static const struct shown journal[] = {
	{ "id", SHOWN_UUID },
	{ "entry", SHOWN_NUMBER },
	{ "day", SHOWN_DATE },
	{ "period", SHOWN_TEXT },
	{ "debit", SHOWN_TEXT },
	{ "credit", SHOWN_TEXT },
	{ "currency", SHOWN_TEXT },
	{ "amount", SHOWN_MONEY },
	{ "cause", SHOWN_TEXT },
	{ "cause_id", SHOWN_UUID },
	{ "customer_ref", SHOWN_TEXT },
	{ "posted_at", SHOWN_INSTANT },
	SHOWN_END,
};
const struct listed list_journal = { .name = "journal",
	.query = &q_show_journal,
	.end = &q_end_journal,
	.columns = journal,
	.filters = (const char *const[]){ "cause", "customer_ref", "cause_id", NULL },
	.is_csv_too = true,
	.most = BIG_PAGE };

static const struct shown limits[] = { { "currency", SHOWN_TEXT }, { "write_off", SHOWN_MONEY }, SHOWN_END };
const struct listed list_limits = { .name = "limits",
	.query = &q_show_limits,
	.columns = limits,
	.filters = (const char *const[]){ NULL },
	.by_text = true,
	.most = PAGE };

static const struct shown difference_policies[] = {
	{ "currency", SHOWN_TEXT },
	{ "short_most", SHOWN_NUMBER },
	{ "short_share", SHOWN_NUMBER },
	{ "over_most", SHOWN_NUMBER },
	{ "over_share", SHOWN_NUMBER },
	{ "discount_share", SHOWN_NUMBER },
	{ "discount_days", SHOWN_NUMBER },
	{ "grace_days", SHOWN_NUMBER },
	{ "takes_charges", SHOWN_BOOL },
	{ "charges_most", SHOWN_NUMBER },
	{ "known_charges", SHOWN_TEXT },
	SHOWN_END,
};
const struct listed list_difference_policies = { .name = "policies",
	.query = &q_show_difference_policies,
	.columns = difference_policies,
	.filters = (const char *const[]){ NULL },
	.by_text = true,
	.most = PAGE };

static const struct shown notices[] = {
	{ "id", SHOWN_UUID },
	{ "kind", SHOWN_TEXT },
	{ "account_id", SHOWN_UUID },
	{ "identifier", SHOWN_TEXT },
	{ "status", SHOWN_TEXT },
	{ "booking_date", SHOWN_DATE },
	{ "value_date", SHOWN_DATE },
	{ "amount", SHOWN_MONEY },
	{ "currency", SHOWN_TEXT },
	{ "end_to_end", SHOWN_TEXT },
	{ "bank_ref", SHOWN_TEXT },
	{ "transaction_ref", SHOWN_TEXT },
	{ "mandate", SHOWN_TEXT },
	{ "batch_ref", SHOWN_TEXT },
	{ "structured_references", SHOWN_TEXT },
	{ "code", SHOWN_TEXT },
	{ "bank_code", SHOWN_TEXT },
	{ "return_reason", SHOWN_TEXT },
	{ "original_ref", SHOWN_TEXT },
	{ "charges", SHOWN_TEXT },
	{ "remittance", SHOWN_TEXT },
	{ "party_name", SHOWN_TEXT },
	{ "party_iban", SHOWN_TEXT },
	{ "told", SHOWN_INT },
	{ "line_id", SHOWN_UUID },
	{ "is_part", SHOWN_BOOL },
	SHOWN_END,
};
const struct listed list_notices = { .name = "notices",
	.query = &q_show_notices,
	.end = &q_end_notices,
	.columns = notices,
	.filters = (const char *const[]){ "account_id", "kind", "line_id", NULL },
	.most = PAGE };

static const struct shown payers[] = {
	{ "id", SHOWN_TEXT },
	{ "customer_ref", SHOWN_TEXT },
	{ "kind", SHOWN_TEXT },
	{ "mark", SHOWN_TEXT },
	{ "told", SHOWN_BOOL },
	{ "taught_by", SHOWN_TEXT },
	{ "taught_at", SHOWN_INSTANT },
	{ "line_id", SHOWN_UUID },
	{ "right_count", SHOWN_INT },
	{ "wrong_count", SHOWN_INT },
	{ "withdrawn", SHOWN_BOOL },
	SHOWN_END,
};
static const char *const payer_filters[] = { "customer_ref", NULL };
const struct listed list_payers = {
	.name = "payers", .query = &q_show_payers, .columns = payers, .filters = payer_filters, .by_text = true, .most = 500
};
