#include "rows.h"

/* The rows as the tables have them. */

static const struct print_column merchant_columns[] = {
	PRINT("merchant_id", PRINT_TEXT, merchant, id),
	PRINT("zone_name", PRINT_TEXT, merchant, zone_name),
	PRINT("revision", PRINT_INT8, merchant, revision),
	PRINT_END,
};

static const struct print_column merchant_limit_columns[] = {
	PRINT("merchant_id", PRINT_TEXT, limit, merchant),
	PRINT("currency", PRINT_CURRENCY, limit, currency),
	PRINT("write_off", PRINT_INT8, limit, write_off),
	PRINT_END,
};

static const struct print_column customer_columns[] = {
	PRINT("merchant_id", PRINT_TEXT, customer, merchant),
	PRINT("customer_ref", PRINT_TEXT, customer, ref),
	PRINT("revision", PRINT_INT8, customer, revision),
	PRINT("name", PRINT_TEXT, customer, name),
	PRINT_END,
};

PRINT_HAS(has_issued_on, invoice, has_issued_on)

static const struct print_column invoice_columns[] = {
	PRINT("merchant_id", PRINT_TEXT, invoice, merchant),
	PRINT("invoice_id", PRINT_UUID, invoice, id),
	PRINT("customer_ref", PRINT_TEXT, invoice, customer),
	PRINT("issued", PRINT_BOOL, invoice, issued),
	PRINT("number", PRINT_TEXT, invoice, number),
	PRINT("rf", PRINT_TEXT, invoice, rf),
	PRINT("currency", PRINT_CURRENCY, invoice, currency),
	PRINT("net", PRINT_INT8, invoice, net),
	PRINT("gross", PRINT_INT8, invoice, gross),
	PRINT("parts", PRINT_INT4, invoice, parts),
	PRINT("taxes", PRINT_TEXT, invoice, taxes),
	PRINT_IF(has_issued_on, "issued_on", PRINT_DATE, invoice, issued_on),
	PRINT("discounts", PRINT_TEXT, invoice, discounts),
	PRINT_END,
};

PRINT_HAS(has_value_date, open_item, has_value_date)

static const struct print_column open_item_columns[] = {
	PRINT("merchant_id", PRINT_TEXT, open_item, merchant),
	PRINT("invoice_id", PRINT_UUID, open_item, invoice),
	PRINT("part", PRINT_INT4, open_item, part),
	PRINT("customer_ref", PRINT_TEXT, open_item, customer),
	PRINT("number", PRINT_TEXT, open_item, number),
	PRINT("due_date", PRINT_DATE, open_item, due),
	PRINT("currency", PRINT_CURRENCY, open_item, currency),
	PRINT("amount", PRINT_INT8, open_item, amount),
	PRINT("allocated", PRINT_INT8, open_item, allocated),
	PRINT("credited", PRINT_INT8, open_item, credited),
	PRINT("discounted", PRINT_INT8, open_item, discounted),
	PRINT("written_off", PRINT_INT8, open_item, written_off),
	PRINT("open", PRINT_INT8, open_item, open),
	PRINT_IF(has_value_date, "last_value_date", PRINT_DATE, open_item, last_value_date),
	PRINT("revision", PRINT_INT8, open_item, revision),
	PRINT_END,
};

static const struct print_column credit_note_columns[] = {
	PRINT("merchant_id", PRINT_TEXT, credit_note, merchant),
	PRINT("credit_note_id", PRINT_UUID, credit_note, id),
	PRINT("invoice_id", PRINT_UUID, credit_note, invoice),
	PRINT("customer_ref", PRINT_TEXT, credit_note, customer),
	PRINT("applied", PRINT_BOOL, credit_note, applied),
	PRINT("currency", PRINT_CURRENCY, credit_note, currency),
	PRINT("net", PRINT_INT8, credit_note, net),
	PRINT("gross", PRINT_INT8, credit_note, gross),
	PRINT("day", PRINT_DATE, credit_note, day),
	PRINT("taxes", PRINT_TEXT, credit_note, taxes),
	PRINT("parts", PRINT_TEXT, credit_note, parts),
	PRINT("token", PRINT_TEXT, credit_note, token),
	PRINT_END,
};

PRINT_WORD(print_reference_kind, reference, kind, reference_word)

static const struct print_column reference_columns[] = {
	PRINT("merchant_id", PRINT_TEXT, reference, merchant),
	PRINT("token", PRINT_TEXT, reference, token),
	PRINT("target_id", PRINT_UUID, reference, target),
	PRINT_OF("kind", print_reference_kind),
	PRINT("customer_ref", PRINT_TEXT, reference, customer),
	PRINT_END,
};

PRINT_HAS(is_unsettled, receipt, unsettled)

static const struct print_column receipt_columns[] = {
	PRINT("merchant_id", PRINT_TEXT, receipt, merchant),
	PRINT("receipt_id", PRINT_UUID, receipt, id),
	PRINT("customer_ref", PRINT_TEXT, receipt, customer),
	PRINT("kind", PRINT_INT4, receipt, kind),
	PRINT("source_id", PRINT_UUID, receipt, source),
	PRINT("account_id", PRINT_UUID, receipt, account),
	PRINT("value_date", PRINT_DATE, receipt, value_date),
	PRINT("currency", PRINT_CURRENCY, receipt, currency),
	PRINT("amount", PRINT_INT8, receipt, amount),
	PRINT("allocated", PRINT_INT8, receipt, allocated),
	PRINT("unapplied", PRINT_INT8, receipt, unapplied),
	PRINT("refunded", PRINT_INT8, receipt, refunded),
	PRINT("kept", PRINT_INT8, receipt, kept),
	PRINT("returned", PRINT_INT8, receipt, returned),
	PRINT("refund_requested", PRINT_INT8, receipt, refund_requested),
	PRINT("revision", PRINT_INT8, receipt, revision),
	PRINT("provider_account", PRINT_TEXT, receipt, provider_account),
	PRINT("provider_payment", PRINT_TEXT, receipt, provider_payment),
	PRINT_IF(is_unsettled, "settle_by", PRINT_DATE, receipt, settle_by),
	PRINT_END,
};

static const struct print_column allocation_columns[] = {
	PRINT("merchant_id", PRINT_TEXT, allocation, merchant),
	PRINT("allocation_id", PRINT_UUID, allocation, id),
	PRINT("receipt_id", PRINT_UUID, allocation, receipt),
	PRINT("customer_ref", PRINT_TEXT, allocation, customer),
	PRINT("invoice_id", PRINT_UUID, allocation, invoice),
	PRINT("part", PRINT_INT4, allocation, part),
	PRINT("amount", PRINT_INT8, allocation, minor),
	PRINT("beside_id", PRINT_UUID, allocation, beside),
	PRINT("undone", PRINT_INT8, allocation, undone),
	PRINT_END,
};

static const struct print_column wanted_columns[] = {
	PRINT("merchant_id", PRINT_TEXT, wanted, merchant),
	PRINT("receipt_id", PRINT_UUID, wanted, receipt),
	PRINT("invoice_id", PRINT_UUID, wanted, invoice),
	PRINT("part", PRINT_INT4, wanted, part),
	PRINT("amount", PRINT_INT8, wanted, minor),
	PRINT_END,
};

static const struct print_column refund_columns[] = {
	PRINT("merchant_id", PRINT_TEXT, refund, merchant),
	PRINT("refund_id", PRINT_UUID, refund, id),
	PRINT("receipt_id", PRINT_UUID, refund, receipt),
	PRINT("currency", PRINT_CURRENCY, refund, amount.currency),
	PRINT("amount", PRINT_INT8, refund, amount.minor),
	PRINT_END,
};

static const struct print_column customer_credit_columns[] = {
	PRINT("merchant_id", PRINT_TEXT, credit, merchant),
	PRINT("customer_ref", PRINT_TEXT, credit, customer),
	PRINT("currency", PRINT_CURRENCY, credit, currency),
	PRINT("unapplied", PRINT_INT8, credit, unapplied),
	PRINT("revision", PRINT_INT8, credit, revision),
	PRINT_END,
};

PRINT_WORD(print_exception_kind, exception, kind, exception_word)
PRINT_HAS(is_parked, exception, parked)
PRINT_WORD(print_exception_suggestion, exception, suggestion, suggestion_word)

static const struct print_column exception_columns[] = {
	PRINT("merchant_id", PRINT_TEXT, exception, merchant),
	PRINT_OF("kind", print_exception_kind),
	PRINT("subject_id", PRINT_UUID, exception, subject),
	PRINT("exception_id", PRINT_UUID, exception, id),
	PRINT("stream", PRINT_TEXT, exception, stream),
	PRINT("open", PRINT_BOOL, exception, open),
	PRINT("currency", PRINT_CURRENCY, exception, amount.currency),
	PRINT("amount", PRINT_INT8, exception, amount.minor),
	PRINT("detail", PRINT_TEXT, exception, detail),
	PRINT("opened_at", PRINT_INSTANT, exception, opened),
	PRINT("closed_at", PRINT_INSTANT, exception, closed),
	PRINT("closed_by", PRINT_TEXT, exception, closed_by),
	PRINT("revision", PRINT_INT8, exception, revision),
	PRINT("owner", PRINT_TEXT, exception, owner),
	PRINT_IF(is_parked, "parked_until", PRINT_DATE, exception, parked_until),
	PRINT_OF("suggestion", print_exception_suggestion),
	PRINT("suggested_id", PRINT_UUID, exception, suggested),
	PRINT("rule", PRINT_TEXT, exception, rule),
	PRINT("steps", PRINT_INT4, exception, steps),
	PRINT("asked_by", PRINT_TEXT, exception, asked_by),
	PRINT("part", PRINT_INT4, exception, part),
	PRINT_END,
};

static const struct print_column exception_step_columns[] = {
	PRINT("merchant_id", PRINT_TEXT, exception_step, merchant),
	PRINT("exception_id", PRINT_UUID, exception_step, exception),
	PRINT("number", PRINT_INT4, exception_step, number),
	PRINT("at", PRINT_INSTANT, exception_step, at),
	PRINT("who", PRINT_TEXT, exception_step, who),
	PRINT("act", PRINT_TEXT, exception_step, act),
	PRINT("detail", PRINT_TEXT, exception_step, detail),
	PRINT_END,
};

PRINT_WORD(print_journal_cause, posted, transfer.cause, cause_word)

static const struct print_column journal_columns[] = {
	PRINT("merchant_id", PRINT_TEXT, posted, transfer.merchant),
	PRINT("transfer_id", PRINT_UUID, posted, transfer.id),
	PRINT("debit", PRINT_TEXT, posted, transfer.debit),
	PRINT("credit", PRINT_TEXT, posted, transfer.credit),
	PRINT("currency", PRINT_CURRENCY, posted, transfer.amount.currency),
	PRINT("amount", PRINT_INT8, posted, transfer.amount.minor),
	PRINT_OF("cause", print_journal_cause),
	PRINT("cause_id", PRINT_UUID, posted, transfer.cause_id),
	PRINT("customer_ref", PRINT_TEXT, posted, transfer.customer),
	PRINT("day", PRINT_DATE, posted, transfer.day),
	PRINT("posted_at", PRINT_INSTANT, posted, transfer.posted),
	PRINT("entry", PRINT_INT8, posted, entry),
	PRINT_END,
};

static const struct print_column audit_columns[] = {
	PRINT("who", PRINT_TEXT, audit, who),
	PRINT("act", PRINT_TEXT, audit, act),
	PRINT("subject", PRINT_TEXT, audit, subject),
	PRINT("why", PRINT_TEXT, audit, why),
	PRINT_END,
};

PRINT_WORD(print_period_state, period, state, period_state_word)

static const struct print_column period_columns[] = {
	PRINT("merchant_id", PRINT_TEXT, period, merchant),
	PRINT("month", PRINT_DATE, period, month),
	PRINT_OF("state", print_period_state),
	PRINT("last_entry", PRINT_INT8, period, last_entry),
	PRINT("asked_by", PRINT_TEXT, period, asked_by),
	PRINT("closed_by", PRINT_TEXT, period, closed_by),
	PRINT("reason", PRINT_TEXT, period, reason),
	PRINT("forced", PRINT_BOOL, period, forced),
	PRINT("warnings", PRINT_INT8, period, warnings),
	PRINT("seal", PRINT_DIGEST, period, seal),
	PRINT("closed_at", PRINT_INSTANT, period, closed),
	PRINT("revision", PRINT_INT8, period, revision),
	PRINT_END,
};

static const struct print_column period_balance_columns[] = {
	PRINT("merchant_id", PRINT_TEXT, period_balance, merchant),
	PRINT("month", PRINT_DATE, period_balance, month),
	PRINT("currency", PRINT_CURRENCY, period_balance, currency),
	PRINT("account", PRINT_TEXT, period_balance, account),
	PRINT("opening", PRINT_INT8, period_balance, opening),
	PRINT("debit", PRINT_INT8, period_balance, debit),
	PRINT("credit", PRINT_INT8, period_balance, credit),
	PRINT_END,
};

PRINT_WORD(print_export_mapping_target, export_mapping, target, export_target_word)

static const struct print_column export_mapping_columns[] = {
	PRINT("merchant_id", PRINT_TEXT, export_mapping, merchant),
	PRINT_OF("target", print_export_mapping_target),
	PRINT("version", PRINT_INT4, export_mapping, version),
	PRINT("base", PRINT_TEXT, export_mapping, base),
	PRINT("accounts", PRINT_TEXT, export_mapping, accounts),
	PRINT("consultant", PRINT_INT8, export_mapping, consultant),
	PRINT("client", PRINT_INT8, export_mapping, client),
	PRINT("year_start", PRINT_INT8, export_mapping, year_start),
	PRINT("tax_rate", PRINT_TEXT, export_mapping, tax_rate),
	PRINT("made_by", PRINT_TEXT, export_mapping, made_by),
	PRINT("made_at", PRINT_INSTANT, export_mapping, made),
	PRINT_END,
};

PRINT_WORD(print_export_target, export, target, export_target_word)

static const struct print_column export_columns[] = {
	PRINT("merchant_id", PRINT_TEXT, export, merchant),
	PRINT_OF("target", print_export_target),
	PRINT("number", PRINT_INT8, export, number),
	PRINT("month", PRINT_DATE, export, month),
	PRINT("version", PRINT_INT4, export, version),
	PRINT("entries", PRINT_INT8, export, entries),
	PRINT("sums", PRINT_TEXT, export, sums),
	PRINT("made_by", PRINT_TEXT, export, made_by),
	PRINT("made_at", PRINT_INSTANT, export, made),
	PRINT_END,
};

static const struct print_column difference_policy_columns[] = {
	PRINT("merchant_id", PRINT_TEXT, difference_policy, merchant),
	PRINT("currency", PRINT_CURRENCY, difference_policy, currency),
	PRINT("short_most", PRINT_INT8, difference_policy, short_most),
	PRINT("short_share", PRINT_INT8, difference_policy, short_share),
	PRINT("over_most", PRINT_INT8, difference_policy, over_most),
	PRINT("over_share", PRINT_INT8, difference_policy, over_share),
	PRINT("discount_share", PRINT_INT8, difference_policy, discount_share),
	PRINT("discount_days", PRINT_INT8, difference_policy, discount_days),
	PRINT("grace_days", PRINT_INT8, difference_policy, grace_days),
	PRINT("takes_charges", PRINT_BOOL, difference_policy, takes_charges),
	PRINT("charges_most", PRINT_INT8, difference_policy, charges_most),
	PRINT("known_charges", PRINT_TEXT, difference_policy, known_charges),
	PRINT_END,
};

static void print_difference_kind(struct text *t, const void *row)
{
	text_add(t, difference_row(((const struct difference *)row)->kind)->word);
}

static const struct print_column difference_columns[] = {
	PRINT("merchant_id", PRINT_TEXT, difference, merchant),
	PRINT("difference_id", PRINT_UUID, difference, id),
	PRINT("receipt_id", PRINT_UUID, difference, receipt),
	PRINT("line_id", PRINT_UUID, difference, line),
	PRINT("invoice_id", PRINT_UUID, difference, invoice),
	PRINT("part", PRINT_INT4, difference, part),
	PRINT("customer_ref", PRINT_TEXT, difference, customer),
	PRINT("currency", PRINT_CURRENCY, difference, currency),
	PRINT_OF("kind", print_difference_kind),
	PRINT("amount", PRINT_INT8, difference, minor),
	PRINT("undone", PRINT_INT8, difference, undone),
	PRINT_END,
};

PRINT_WORD(print_rule_set_state, stored_rule_set, state, rule_set_state_word)

static const struct print_column rule_set_columns[] = {
	PRINT("merchant_id", PRINT_TEXT, stored_rule_set, merchant),
	PRINT("version", PRINT_INT4, stored_rule_set, version),
	PRINT_OF("state", print_rule_set_state),
	PRINT("waits", PRINT_TEXT, stored_rule_set, waits),
	PRINT("selection_most", PRINT_INT8, stored_rule_set, selection_most),
	PRINT("made_by", PRINT_TEXT, stored_rule_set, made_by),
	PRINT("made_at", PRINT_INSTANT, stored_rule_set, made_at),
	PRINT("reason", PRINT_TEXT, stored_rule_set, reason),
	PRINT("activated_by", PRINT_TEXT, stored_rule_set, activated_by),
	PRINT("activated_at", PRINT_INSTANT, stored_rule_set, activated_at),
	PRINT("activated_reason", PRINT_TEXT, stored_rule_set, activated_reason),
	PRINT("replay", PRINT_DIGEST, stored_rule_set, replay),
	PRINT_END,
};

#define ROWS(shelf) (offsetof(struct memory, tables) + (shelf) * sizeof(struct mem_table))

const struct print_table reconciliation_tables[] = {
	{ "merchant", ROWS(BOOK_MERCHANTS), merchant_columns, NULL },
	{ "merchant_limit", ROWS(BOOK_LIMITS), merchant_limit_columns, NULL },
	{ "customer", ROWS(BOOK_CUSTOMERS), customer_columns, NULL },
	{ "invoice", ROWS(BOOK_INVOICES), invoice_columns, NULL },
	{ "open_item", ROWS(BOOK_ITEMS), open_item_columns, NULL },
	{ "credit_note", ROWS(BOOK_CREDIT_NOTES), credit_note_columns, NULL },
	{ "reference", ROWS(BOOK_REFERENCES), reference_columns, NULL },
	{ "receipt", ROWS(BOOK_RECEIPTS), receipt_columns, NULL },
	{ "allocation", ROWS(BOOK_ALLOCATIONS), allocation_columns, NULL },
	{ "wanted", ROWS(BOOK_WANTED), wanted_columns, NULL },
	{ "refund", ROWS(BOOK_REFUNDS), refund_columns, NULL },
	{ "customer_credit", ROWS(BOOK_CREDITS), customer_credit_columns, NULL },
	{ "exception", ROWS(BOOK_EXCEPTIONS), exception_columns, NULL },
	{ "exception_step", ROWS(BOOK_EXCEPTION_STEPS), exception_step_columns, NULL },
	{ "audit", ROWS(BOOK_AUDITS), audit_columns, NULL },
	{ "period", ROWS(BOOK_PERIODS), period_columns, NULL },
	{ "period_balance", ROWS(BOOK_PERIOD_BALANCES), period_balance_columns, NULL },
	{ "export_mapping", ROWS(BOOK_EXPORT_MAPPINGS), export_mapping_columns, NULL },
	{ "export", ROWS(BOOK_EXPORTS), export_columns, NULL },
	{ "rule_set", ROWS(BOOK_RULE_SETS), rule_set_columns, NULL },
	{ "difference_policy", ROWS(BOOK_POLICIES), difference_policy_columns, NULL },
	{ "difference", ROWS(BOOK_DIFFERENCES), difference_columns, NULL },
	{ "journal", offsetof(struct memory, journal), journal_columns, NULL },
	{ "bank_account", ROWS(BOOK_ACCOUNTS), print_bank_account, NULL },
	{ "statement", ROWS(BOOK_STATEMENTS), print_statement, NULL },
	{ "chain_before", ROWS(BOOK_CHAINS_BEFORE), print_chain_before, NULL },
	{ "gap_before", ROWS(BOOK_GAPS_BEFORE), print_gap_before, NULL },
	{ "statement_gap", ROWS(BOOK_GAPS), print_statement_gap, NULL },
	{ "bank_line", ROWS(BOOK_LINES), print_bank_line, NULL },
	{ "bank_line_person", ROWS(BOOK_LINES), print_bank_line_person, NULL },
	{ "bank_line_detail", ROWS(BOOK_LINE_DETAILS), print_bank_line_detail, NULL },
	{ "bank_line_candidate", ROWS(BOOK_CANDIDATES), print_bank_line_candidate, NULL },
	{ "payout", ROWS(BOOK_PAYOUTS), print_payout, NULL },
	{ "payout_line", ROWS(BOOK_PAYOUT_LINES), print_payout_line, NULL },
	{ "payer", ROWS(BOOK_PAYERS), print_payer, NULL },
	{ NULL, 0, NULL, NULL },
};
