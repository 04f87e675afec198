#include <string.h>

#include "reconciliation_queries.h"
#include "rule_set.h"
#include "store_rows.h"
#include "store_words.h"

#define END COLUMNS_END

static const struct column merchant_columns[] = {
	COLUMN("merchant_id", COLUMN_TEXT, merchant, id),
	COLUMN("zone_name", COLUMN_TEXT, merchant, zone_name),
	COLUMN("revision", COLUMN_INT8, merchant, revision),
	END,
};
static const struct column customer_columns[] = {
	COLUMN("merchant_id", COLUMN_TEXT, customer, merchant),
	COLUMN("customer_ref", COLUMN_TEXT, customer, ref),
	COLUMN("revision", COLUMN_INT8, customer, revision),
	COLUMN("name", COLUMN_TEXT, customer, name),
	END,
};
static const struct column bank_account_columns[] = {
	COLUMN("merchant_id", COLUMN_TEXT, account, merchant),
	COLUMN("account_id", COLUMN_UUID, account, id),
	COLUMN("identifier", COLUMN_TEXT, account, identifier),
	COLUMN("name", COLUMN_TEXT, account, name),
	COLUMN("zone_name", COLUMN_TEXT, account, zone),
	COLUMN("currency", COLUMN_CURRENCY, account, currency),
	COLUMN("collecting", COLUMN_BOOL, account, collecting),
	COLUMN("closed", COLUMN_BOOL, account, closed),
	COLUMN("providers", COLUMN_TEXT, account, providers),
	COLUMN("chain_started", COLUMN_BOOL, account, chain.started),
	COLUMN("chain_opening", COLUMN_INT8, account, chain.opening),
	COLUMN("chain_closing", COLUMN_INT8, account, chain.closing),
	COLUMN("chain_line_sum", COLUMN_INT8, account, chain.line_sum),
	COLUMN("chain_gap_sum", COLUMN_INT8, account, chain.gap_sum),
	COLUMN("chain_from", COLUMN_DATE, account, chain.from),
	COLUMN("chain_to", COLUMN_DATE, account, chain.to),
	COLUMN("chain_covered_to", COLUMN_DATE, account, chain.covered_to),
	COLUMN("chain_sequence", COLUMN_INT8, account, chain.sequence),
	COLUMN("chain_last", COLUMN_UUID, account, chain.last),
	COLUMN("undone", COLUMN_INT8, account, undone),
	COLUMN("revision", COLUMN_INT8, account, revision),
	COLUMN("trust_waits", COLUMN_TEXT, account, trust_waits),
	COLUMN("person_above", COLUMN_INT8, account, person_above),
	COLUMN("charset", COLUMN_TEXT, account, files.charset),
	COLUMN("format", COLUMN_TEXT, account, files.format),
	COLUMN("profile", COLUMN_TEXT, account, files.profile),
	END,
};
static const struct column statement_columns[] = {
	COLUMN("merchant_id", COLUMN_TEXT, statement, merchant),
	COLUMN("statement_id", COLUMN_UUID, statement, id),
	COLUMN("file_sha256", COLUMN_TEXT, statement, file),
	COLUMN("identifier", COLUMN_TEXT, statement, identifier),
	COLUMN("account_id", COLUMN_MAY_UUID, statement, account),
	COLUMN("bank_ref", COLUMN_TEXT, statement, bank_ref),
	COLUMN("sequence", COLUMN_INT8, statement, sequence),
	COLUMN_OF_WORDS("state", statement, state, word_statement_state, STATEMENT_STATES),
	COLUMN("currency", COLUMN_CURRENCY, statement, currency),
	COLUMN("opening", COLUMN_INT8, statement, opening),
	COLUMN("closing", COLUMN_INT8, statement, closing),
	COLUMN("line_sum", COLUMN_INT8, statement, line_sum),
	COLUMN("reversal_sum", COLUMN_INT8, statement, reversal_sum),
	COLUMN("line_count", COLUMN_INT8, statement, line_count),
	COLUMN("line_new", COLUMN_INT8, statement, line_new),
	COLUMN("remaining", COLUMN_INT8, statement, remaining),
	COLUMN("receipts", COLUMN_INT8, statement, receipts),
	COLUMN("from_day", COLUMN_DATE, statement, from),
	COLUMN("to_day", COLUMN_DATE, statement, to),
	COLUMN_OF_WORDS("rule", statement, rule, word_rule, RULE_COUNT),
	COLUMN("place_line", COLUMN_PLACE, statement, place.line),
	COLUMN("place_byte", COLUMN_PLACE, statement, place.byte),
	COLUMN("reason", COLUMN_TEXT, statement, reason),
	COLUMN("damaged", COLUMN_BOOL, statement, damaged),
	COLUMN_OF_WORDS("placement", statement, placement, word_placement, PLACEMENTS),
	COLUMN("accepted_by", COLUMN_TEXT, statement, accepted_by),
	END,
};
static const struct column statement_changes[] = {
	COLUMN("merchant_id", COLUMN_TEXT, statement, merchant),
	COLUMN("statement_id", COLUMN_UUID, statement, id),
	COLUMN("account_id", COLUMN_MAY_UUID, statement, account),
	COLUMN_OF_WORDS("state", statement, state, word_statement_state, STATEMENT_STATES),
	COLUMN("line_new", COLUMN_INT8, statement, line_new),
	COLUMN("remaining", COLUMN_INT8, statement, remaining),
	COLUMN("receipts", COLUMN_INT8, statement, receipts),
	COLUMN_OF_WORDS("rule", statement, rule, word_rule, RULE_COUNT),
	COLUMN("reason", COLUMN_TEXT, statement, reason),
	COLUMN_OF_WORDS("placement", statement, placement, word_placement, PLACEMENTS),
	COLUMN("accepted_by", COLUMN_TEXT, statement, accepted_by),
	END,
};
static const struct column statement_gap_columns[] = {
	COLUMN("merchant_id", COLUMN_TEXT, gap, merchant),
	COLUMN("gap_id", COLUMN_UUID, gap, id),
	COLUMN("account_id", COLUMN_UUID, gap, account),
	COLUMN("statement_id", COLUMN_UUID, gap, statement),
	COLUMN("from_day", COLUMN_DATE, gap, from_day),
	COLUMN("to_day", COLUMN_DATE, gap, to_day),
	COLUMN("balance_before", COLUMN_INT8, gap, before),
	COLUMN("balance_after", COLUMN_INT8, gap, after),
	COLUMN("amount", COLUMN_INT8, gap, minor),
	COLUMN("currency", COLUMN_CURRENCY, gap, currency),
	COLUMN("open", COLUMN_BOOL, gap, open),
	END,
};
static const struct column statement_gap_changes[] = {
	COLUMN("merchant_id", COLUMN_TEXT, gap, merchant),
	COLUMN("gap_id", COLUMN_UUID, gap, id),
	COLUMN("from_day", COLUMN_DATE, gap, from_day),
	COLUMN("to_day", COLUMN_DATE, gap, to_day),
	COLUMN("balance_before", COLUMN_INT8, gap, before),
	COLUMN("balance_after", COLUMN_INT8, gap, after),
	COLUMN("amount", COLUMN_INT8, gap, minor),
	COLUMN("open", COLUMN_BOOL, gap, open),
	END,
};
static const struct column line_columns[] = {
	COLUMN("merchant_id", COLUMN_TEXT, line, merchant),
	COLUMN("line_id", COLUMN_UUID, line, id),
	COLUMN("account_id", COLUMN_MAY_UUID, line, account),
	COLUMN("statement_id", COLUMN_UUID, line, statement),
	COLUMN("number", COLUMN_INT8, line, number),
	COLUMN("place_line", COLUMN_PLACE, line, place.line),
	COLUMN("place_byte", COLUMN_PLACE, line, place.byte),
	COLUMN("key", COLUMN_DIGEST, line, key),
	COLUMN("occurrence", COLUMN_INT4, line, occurrence),
	COLUMN("booking_date", COLUMN_DATE, line, booking),
	COLUMN("value_date", COLUMN_DATE, line, value),
	COLUMN("amount", COLUMN_INT8, line, amount.minor),
	COLUMN("currency", COLUMN_CURRENCY, line, amount.currency),
	COLUMN("rest", COLUMN_BOOL, line, rest),
	COLUMN("reversal", COLUMN_BOOL, line, reversal),
	COLUMN("end_to_end", COLUMN_TEXT, line, end_to_end),
	COLUMN("bank_ref", COLUMN_TEXT, line, bank_ref),
	COLUMN("transaction_ref", COLUMN_TEXT, line, transaction_ref),
	COLUMN("mandate", COLUMN_TEXT, line, mandate),
	COLUMN("batch_ref", COLUMN_TEXT, line, batch_ref),
	COLUMN("code", COLUMN_TEXT, line, code),
	COLUMN("return_reason", COLUMN_TEXT, line, return_reason),
	COLUMN("reference_list", COLUMN_TEXT, line, references),
	COLUMN_OF_WORDS("state", line, state, word_line_state, LINE_STATES),
	COLUMN_OF_WORDS("is_what", line, as, word_line_as, LINE_AS_KINDS),
	COLUMN("counterpart_id", COLUMN_UUID, line, counterpart),
	COLUMN("booked_to", COLUMN_TEXT, line, booked_to),
	COLUMN("returned", COLUMN_INT8, line, returned),
	COLUMN("took_receipts", COLUMN_BOOL, line, took_receipts),
	COLUMN("by_person", COLUMN_BOOL, line, by_person),
	COLUMN_OF_WORDS("verdict", line, verdict, word_verdict, VERDICT_NONE + 1),
	COLUMN("candidates", COLUMN_INT4, line, candidates),
	COLUMN("looks", COLUMN_INT4, line, looks),
	COLUMN("evidence", COLUMN_SMALL, line, evidence),
	COLUMN("rule_set", COLUMN_INT4, line, rule_set),
	COLUMN("revision", COLUMN_INT8, line, revision),
	COLUMN("texts", COLUMN_TEXT, line, texts),
	COLUMN("party_name", COLUMN_TEXT, line, party_name),
	COLUMN("party_iban", COLUMN_TEXT, line, party_iban),
	END,
};
static const struct column line_changes[] = {
	COLUMN("merchant_id", COLUMN_TEXT, line, merchant),
	COLUMN("line_id", COLUMN_UUID, line, id),
	COLUMN_OF_WORDS("state", line, state, word_line_state, LINE_STATES),
	COLUMN_OF_WORDS("is_what", line, as, word_line_as, LINE_AS_KINDS),
	COLUMN("counterpart_id", COLUMN_UUID, line, counterpart),
	COLUMN("booked_to", COLUMN_TEXT, line, booked_to),
	COLUMN("returned", COLUMN_INT8, line, returned),
	COLUMN("took_receipts", COLUMN_BOOL, line, took_receipts),
	COLUMN("by_person", COLUMN_BOOL, line, by_person),
	COLUMN_OF_WORDS("verdict", line, verdict, word_verdict, VERDICT_NONE + 1),
	COLUMN("candidates", COLUMN_INT4, line, candidates),
	COLUMN("looks", COLUMN_INT4, line, looks),
	COLUMN("evidence", COLUMN_SMALL, line, evidence),
	COLUMN("rule_set", COLUMN_INT4, line, rule_set),
	COLUMN("revision", COLUMN_INT8, line, revision),
	END,
};
static const struct column invoice_columns[] = {
	COLUMN("merchant_id", COLUMN_TEXT, invoice, merchant),
	COLUMN("invoice_id", COLUMN_UUID, invoice, id),
	COLUMN("customer_ref", COLUMN_TEXT, invoice, customer),
	COLUMN("issued", COLUMN_BOOL, invoice, issued),
	COLUMN("number", COLUMN_TEXT, invoice, number),
	COLUMN("rf", COLUMN_TEXT, invoice, rf),
	COLUMN("currency", COLUMN_CURRENCY, invoice, currency),
	COLUMN("net", COLUMN_INT8, invoice, net),
	COLUMN("gross", COLUMN_INT8, invoice, gross),
	COLUMN("parts", COLUMN_INT4, invoice, parts),
	COLUMN("taxes", COLUMN_TEXT, invoice, taxes),
	COLUMN_BESIDE("issued_on", COLUMN_MAY_DATE, invoice, issued_on, has_issued_on),
	COLUMN("discounts", COLUMN_TEXT, invoice, discounts),
	END,
};
static const struct column open_item_columns[] = {
	COLUMN("merchant_id", COLUMN_TEXT, open_item, merchant),
	COLUMN("invoice_id", COLUMN_UUID, open_item, invoice),
	COLUMN("part", COLUMN_INT4, open_item, part),
	COLUMN("customer_ref", COLUMN_TEXT, open_item, customer),
	COLUMN("number", COLUMN_TEXT, open_item, number),
	COLUMN("due_date", COLUMN_DATE, open_item, due),
	COLUMN("currency", COLUMN_CURRENCY, open_item, currency),
	COLUMN("amount", COLUMN_INT8, open_item, amount),
	COLUMN("allocated", COLUMN_INT8, open_item, allocated),
	COLUMN("credited", COLUMN_INT8, open_item, credited),
	COLUMN("discounted", COLUMN_INT8, open_item, discounted),
	COLUMN("written_off", COLUMN_INT8, open_item, written_off),
	COLUMN("open", COLUMN_INT8, open_item, open),
	COLUMN_BESIDE("last_value_date", COLUMN_MAY_DATE, open_item, last_value_date, has_value_date),
	COLUMN("revision", COLUMN_INT8, open_item, revision),
	END,
};
static const struct column open_item_changes[] = {
	COLUMN("merchant_id", COLUMN_TEXT, open_item, merchant),
	COLUMN("invoice_id", COLUMN_UUID, open_item, invoice),
	COLUMN("part", COLUMN_INT4, open_item, part),
	COLUMN("allocated", COLUMN_INT8, open_item, allocated),
	COLUMN("credited", COLUMN_INT8, open_item, credited),
	COLUMN("discounted", COLUMN_INT8, open_item, discounted),
	COLUMN("written_off", COLUMN_INT8, open_item, written_off),
	COLUMN("open", COLUMN_INT8, open_item, open),
	COLUMN_BESIDE("last_value_date", COLUMN_MAY_DATE, open_item, last_value_date, has_value_date),
	COLUMN("revision", COLUMN_INT8, open_item, revision),
	END,
};
static const struct column credit_note_columns[] = {
	COLUMN("merchant_id", COLUMN_TEXT, credit_note, merchant),
	COLUMN("credit_note_id", COLUMN_UUID, credit_note, id),
	COLUMN("invoice_id", COLUMN_UUID, credit_note, invoice),
	COLUMN("customer_ref", COLUMN_TEXT, credit_note, customer),
	COLUMN("applied", COLUMN_BOOL, credit_note, applied),
	COLUMN("currency", COLUMN_CURRENCY, credit_note, currency),
	COLUMN("net", COLUMN_INT8, credit_note, net),
	COLUMN("gross", COLUMN_INT8, credit_note, gross),
	COLUMN("day", COLUMN_DATE, credit_note, day),
	COLUMN("taxes", COLUMN_TEXT, credit_note, taxes),
	COLUMN("parts", COLUMN_TEXT, credit_note, parts),
	COLUMN("token", COLUMN_TEXT, credit_note, token),
	END,
};
static const struct column credit_note_changes[] = {
	COLUMN("merchant_id", COLUMN_TEXT, credit_note, merchant),
	COLUMN("credit_note_id", COLUMN_UUID, credit_note, id),
	COLUMN("applied", COLUMN_BOOL, credit_note, applied),
	END,
};
static const struct column reference_columns[] = {
	COLUMN("merchant_id", COLUMN_TEXT, reference, merchant),
	COLUMN("token", COLUMN_TEXT, reference, token),
	COLUMN("target_id", COLUMN_UUID, reference, target),
	COLUMN_OF_WORDS("kind", reference, kind, word_reference, REFERENCE_KINDS),
	COLUMN("customer_ref", COLUMN_TEXT, reference, customer),
	END,
};
// clang-format off
#define RECEIPT_SETTLEMENT \
	COLUMN("provider_account", COLUMN_TEXT, receipt, provider_account), \
	COLUMN("provider_payment", COLUMN_TEXT, receipt, provider_payment), \
	COLUMN_BESIDE("settle_by", COLUMN_MAY_DATE, receipt, settle_by, unsettled)
// clang-format on
static const struct column receipt_columns[] = {
	COLUMN("merchant_id", COLUMN_TEXT, receipt, merchant),
	COLUMN("receipt_id", COLUMN_UUID, receipt, id),
	COLUMN("customer_ref", COLUMN_TEXT, receipt, customer),
	COLUMN("kind", COLUMN_SMALL, receipt, kind),
	COLUMN("source_id", COLUMN_UUID, receipt, source),
	COLUMN("account_id", COLUMN_UUID, receipt, account),
	COLUMN("value_date", COLUMN_DATE, receipt, value_date),
	COLUMN("currency", COLUMN_CURRENCY, receipt, currency),
	COLUMN("amount", COLUMN_INT8, receipt, amount),
	COLUMN("allocated", COLUMN_INT8, receipt, allocated),
	COLUMN("unapplied", COLUMN_INT8, receipt, unapplied),
	COLUMN("refunded", COLUMN_INT8, receipt, refunded),
	COLUMN("kept", COLUMN_INT8, receipt, kept),
	COLUMN("returned", COLUMN_INT8, receipt, returned),
	COLUMN("refund_requested", COLUMN_INT8, receipt, refund_requested),
	COLUMN("revision", COLUMN_INT8, receipt, revision),
	RECEIPT_SETTLEMENT,
	END,
};
static const struct column receipt_changes[] = {
	COLUMN("merchant_id", COLUMN_TEXT, receipt, merchant),
	COLUMN("receipt_id", COLUMN_UUID, receipt, id),
	COLUMN("amount", COLUMN_INT8, receipt, amount),
	COLUMN("allocated", COLUMN_INT8, receipt, allocated),
	COLUMN("unapplied", COLUMN_INT8, receipt, unapplied),
	COLUMN("refunded", COLUMN_INT8, receipt, refunded),
	COLUMN("kept", COLUMN_INT8, receipt, kept),
	COLUMN("returned", COLUMN_INT8, receipt, returned),
	COLUMN("refund_requested", COLUMN_INT8, receipt, refund_requested),
	COLUMN("revision", COLUMN_INT8, receipt, revision),
	RECEIPT_SETTLEMENT,
	END,
};
static const struct column allocation_columns[] = {
	COLUMN("merchant_id", COLUMN_TEXT, allocation, merchant),
	COLUMN("allocation_id", COLUMN_UUID, allocation, id),
	COLUMN("receipt_id", COLUMN_UUID, allocation, receipt),
	COLUMN("customer_ref", COLUMN_TEXT, allocation, customer),
	COLUMN("invoice_id", COLUMN_UUID, allocation, invoice),
	COLUMN("part", COLUMN_INT4, allocation, part),
	COLUMN("amount", COLUMN_INT8, allocation, minor),
	COLUMN("beside_id", COLUMN_UUID, allocation, beside),
	COLUMN("undone", COLUMN_INT8, allocation, undone),
	END,
};
static const struct column allocation_changes[] = {
	COLUMN("merchant_id", COLUMN_TEXT, allocation, merchant),
	COLUMN("allocation_id", COLUMN_UUID, allocation, id),
	COLUMN("amount", COLUMN_INT8, allocation, minor),
	COLUMN("undone", COLUMN_INT8, allocation, undone),
	END,
};
static const struct column wanted_columns[] = {
	COLUMN("merchant_id", COLUMN_TEXT, wanted, merchant),
	COLUMN("receipt_id", COLUMN_UUID, wanted, receipt),
	COLUMN("invoice_id", COLUMN_UUID, wanted, invoice),
	COLUMN("part", COLUMN_INT4, wanted, part),
	COLUMN("amount", COLUMN_INT8, wanted, minor),
	END,
};
static const struct column refund_columns[] = {
	COLUMN("merchant_id", COLUMN_TEXT, refund, merchant),
	COLUMN("refund_id", COLUMN_UUID, refund, id),
	COLUMN("receipt_id", COLUMN_UUID, refund, receipt),
	COLUMN("currency", COLUMN_CURRENCY, refund, amount.currency),
	COLUMN("amount", COLUMN_INT8, refund, amount.minor),
	END,
};
static const struct column customer_credit_columns[] = {
	COLUMN("merchant_id", COLUMN_TEXT, credit, merchant),
	COLUMN("customer_ref", COLUMN_TEXT, credit, customer),
	COLUMN("currency", COLUMN_CURRENCY, credit, currency),
	COLUMN("unapplied", COLUMN_INT8, credit, unapplied),
	COLUMN("revision", COLUMN_INT8, credit, revision),
	END,
};
static const struct column journal_columns[] = {
	COLUMN("merchant_id", COLUMN_TEXT, transfer, merchant),
	COLUMN("transfer_id", COLUMN_UUID, transfer, id),
	COLUMN("debit", COLUMN_TEXT, transfer, debit),
	COLUMN("credit", COLUMN_TEXT, transfer, credit),
	COLUMN("currency", COLUMN_CURRENCY, transfer, amount.currency),
	COLUMN("amount", COLUMN_INT8, transfer, amount.minor),
	COLUMN_OF_WORDS("cause", transfer, cause, word_cause, CAUSE_COUNT),
	COLUMN("cause_id", COLUMN_UUID, transfer, cause_id),
	COLUMN("customer_ref", COLUMN_TEXT, transfer, customer),
	COLUMN("day", COLUMN_DATE, transfer, day),
	COLUMN("posted_at", COLUMN_INSTANT, transfer, posted),
	END,
};
static const struct column audit_columns[] = {
	COLUMN("who", COLUMN_TEXT, audit, who),
	COLUMN("act", COLUMN_TEXT, audit, act),
	COLUMN("subject", COLUMN_TEXT, audit, subject),
	COLUMN("why", COLUMN_TEXT, audit, why),
	END,
};

/* A digest is a name long enough. */
static struct uuid rule_replay_name(const struct rule_replay *r)
{
	struct uuid id;
	memcpy(id.b, r->digest.b, sizeof(id.b));
	return id;
}

#define KEY(name, of, ...)                                                        \
	static struct span key_##name(const struct book *book, const void *value) \
	{                                                                         \
		const struct of *v = value;                                       \
		(void)book;                                                       \
		return __VA_ARGS__;                                               \
	}

KEY(limit, limit, book_key(book, v->merchant, span_of(v->currency.code)))
KEY(policy, difference_policy, book_key(book, v->merchant, span_of(v->currency.code)))
KEY(difference, difference, book_key_uuid(book, v->merchant, v->id))
KEY(line_detail, line_detail, book_key_uuid(book, v->merchant, v->line))
KEY(merchant, merchant, book_key(book, v->id, SPAN("")))
KEY(customer, customer, book_key(book, v->merchant, v->ref))
KEY(bank_account, account, book_key_uuid(book, v->merchant, v->id))
KEY(statement, statement, book_key_uuid(book, v->merchant, v->id))
KEY(statement_gap, gap, book_key_uuid(book, v->merchant, v->id))
KEY(line, line, book_key_uuid(book, v->merchant, v->id))
KEY(invoice, invoice, book_key_uuid(book, v->merchant, v->id))
KEY(open_item, open_item, book_key_part(book, v->merchant, v->invoice, v->part))
KEY(credit_note, credit_note, book_key_uuid(book, v->merchant, v->id))
KEY(reference, reference, book_key_reference(book, v->merchant, v->token, v->target))
KEY(receipt, receipt, book_key_uuid(book, v->merchant, v->id))
KEY(allocation, allocation, book_key_uuid(book, v->merchant, v->id))
KEY(wanted, wanted, book_key(book, book_key_part(book, v->merchant, v->invoice, v->part), uuid_span(&v->receipt)))
KEY(refund, refund, book_key_uuid(book, v->merchant, v->id))
KEY(customer_credit, credit, book_key_pair(book, v->merchant, v->customer, span_of(v->currency.code)))
KEY(payout, payout, book_key_uuid(book, v->merchant, v->id))
KEY(payout_line, payout_line, book_key_part(book, v->merchant, v->payout, v->number))
KEY(report, payout_report, book_key_uuid(book, v->merchant, v->id))
KEY(report_sum, report_sum, book_key_part(book, v->merchant, v->report, v->number))
KEY(report_posting, report_posting, book_key_part(book, v->merchant, v->report, v->number))
KEY(settlement, settlement, book_key_uuid(book, v->merchant, v->receipt))
KEY(exception, exception, book_key_part(book, v->merchant, v->subject, (int64_t)v->kind))
KEY(payer, payer, book_key_pair(book, v->merchant, v->iban, v->customer))
KEY(line_candidate, kept_candidate, book_key_part(book, v->merchant, v->line, (int64_t)v->look << 32 | v->number))
KEY(journal, transfer, book_key_uuid(book, v->merchant, v->id))
KEY(rule_set, stored_rule_set, book_key_part(book, v->merchant, (struct uuid){ 0 }, v->version))
KEY(rule_replay, rule_replay, book_key_part(book, v->merchant, rule_replay_name(v), v->version))
KEY(exception_step, exception_step, book_key_part(book, v->merchant, v->exception, v->number))
KEY(audit, audit, v->who)

/* In the order of saving: what others refer to comes first. */
const struct table tables[] = {
	{ .shelf = BOOK_MERCHANTS,
		.size = sizeof(struct merchant),
		.columns = merchant_columns,
		.insert = &q_merchant_insert,
		.update = &q_merchant_update,
		.key = key_merchant,
		.loaded = zone_of },
	{ .shelf = BOOK_LIMITS,
		.size = sizeof(struct limit),
		.columns = limit_columns,
		.insert = &q_limit_insert,
		.update = &q_limit_update,
		.key = key_limit },
	{ .shelf = BOOK_POLICIES,
		.size = sizeof(struct difference_policy),
		.columns = difference_policy_columns,
		.insert = &q_difference_policy_insert,
		.update = &q_difference_policy_update,
		.key = key_policy },
	{ .shelf = BOOK_LINE_DETAILS, .size = sizeof(struct line_detail), .columns = line_detail_columns, .key = key_line_detail },
	{ .shelf = BOOK_RULE_SETS,
		.size = sizeof(struct stored_rule_set),
		.columns = rule_set_columns,
		.changes = rule_set_changes,
		.insert = &q_rule_set_insert,
		.update = &q_rule_set_update,
		.key = key_rule_set },
	{ .shelf = BOOK_RULE_REPLAYS, .size = sizeof(struct rule_replay), .columns = rule_replay_columns, .key = key_rule_replay },
	{ .shelf = BOOK_CUSTOMERS,
		.size = sizeof(struct customer),
		.columns = customer_columns,
		.insert = &q_customer_insert,
		.update = &q_customer_update,
		.key = key_customer },
	{ .shelf = BOOK_ACCOUNTS,
		.size = sizeof(struct account),
		.columns = bank_account_columns,
		.insert = &q_bank_account_insert,
		.update = &q_bank_account_update,
		.key = key_bank_account },
	{ .shelf = BOOK_STATEMENTS,
		.size = sizeof(struct statement),
		.columns = statement_columns,
		.changes = statement_changes,
		.update = &q_statement_update,
		.key = key_statement,
		.loaded = overlap_of },
	{ .shelf = BOOK_GAPS,
		.size = sizeof(struct gap),
		.columns = statement_gap_columns,
		.changes = statement_gap_changes,
		.insert = &q_statement_gap_insert,
		.update = &q_statement_gap_update,
		.key = key_statement_gap },
	{ .shelf = BOOK_LINES,
		.size = sizeof(struct line),
		.columns = line_columns,
		.changes = line_changes,
		.update = &q_bank_line_update,
		.key = key_line },
	{ .shelf = BOOK_INVOICES,
		.size = sizeof(struct invoice),
		.columns = invoice_columns,
		.insert = &q_invoice_insert,
		.update = &q_invoice_update,
		.key = key_invoice },
	{ .shelf = BOOK_ITEMS,
		.size = sizeof(struct open_item),
		.columns = open_item_columns,
		.changes = open_item_changes,
		.insert = &q_open_item_insert,
		.update = &q_open_item_update,
		.key = key_open_item },
	{ .shelf = BOOK_CREDIT_NOTES,
		.size = sizeof(struct credit_note),
		.columns = credit_note_columns,
		.changes = credit_note_changes,
		.insert = &q_credit_note_insert,
		.update = &q_credit_note_update,
		.key = key_credit_note },
	{ .shelf = BOOK_REFERENCES,
		.size = sizeof(struct reference),
		.columns = reference_columns,
		.insert = &q_reference_insert,
		.key = key_reference },
	{ .shelf = BOOK_RECEIPTS,
		.size = sizeof(struct receipt),
		.columns = receipt_columns,
		.changes = receipt_changes,
		.insert = &q_receipt_insert,
		.update = &q_receipt_update,
		.key = key_receipt },
	{ .shelf = BOOK_ALLOCATIONS,
		.size = sizeof(struct allocation),
		.columns = allocation_columns,
		.changes = allocation_changes,
		.insert = &q_allocation_insert,
		.update = &q_allocation_update,
		.key = key_allocation },
	{ .shelf = BOOK_DIFFERENCES,
		.size = sizeof(struct difference),
		.columns = difference_columns,
		.changes = difference_changes,
		.insert = &q_difference_insert,
		.update = &q_difference_update,
		.key = key_difference },
	{ .shelf = BOOK_WANTED,
		.size = sizeof(struct wanted),
		.columns = wanted_columns,
		.insert = &q_wanted_insert,
		.update = &q_wanted_update,
		.key = key_wanted },
	{ .shelf = BOOK_REFUNDS, .size = sizeof(struct refund), .columns = refund_columns, .insert = &q_refund_insert, .key = key_refund },
	{ .shelf = BOOK_CREDITS,
		.size = sizeof(struct credit),
		.columns = customer_credit_columns,
		.insert = &q_customer_credit_insert,
		.update = &q_customer_credit_update,
		.key = key_customer_credit },
	{ .shelf = BOOK_PAYOUTS,
		.size = sizeof(struct payout),
		.columns = payout_columns,
		.insert = &q_payout_insert,
		.update = &q_payout_update,
		.key = key_payout },
	{ .shelf = BOOK_PAYOUT_LINES,
		.size = sizeof(struct payout_line),
		.columns = payout_line_columns,
		.insert = &q_payout_line_insert,
		.key = key_payout_line },
	{ .shelf = BOOK_REPORTS,
		.size = sizeof(struct payout_report),
		.columns = report_columns,
		.changes = report_changes,
		.update = &q_report_update,
		.key = key_report,
		.loaded = report_is_found },
	{ .shelf = BOOK_REPORT_SUMS, .size = sizeof(struct report_sum), .columns = report_sum_columns, .key = key_report_sum },
	{ .shelf = BOOK_REPORT_POSTINGS,
		.size = sizeof(struct report_posting),
		.columns = report_posting_columns,
		.insert = &q_report_posting_insert,
		.key = key_report_posting },
	{ .shelf = BOOK_SETTLEMENTS, .size = sizeof(struct settlement), .columns = settlement_columns, .key = key_settlement },
	{ .shelf = BOOK_EXCEPTIONS,
		.size = sizeof(struct exception),
		.columns = exception_columns,
		.changes = exception_changes,
		.insert = &q_exception_insert,
		.update = &q_exception_update,
		.key = key_exception,
		.loaded = amount_is_there },
	{ .shelf = BOOK_EXCEPTION_STEPS,
		.size = sizeof(struct exception_step),
		.columns = exception_step_columns,
		.insert = &q_exception_step_insert,
		.key = key_exception_step },
	{ .shelf = BOOK_PAYERS,
		.size = sizeof(struct payer),
		.columns = payer_columns,
		.insert = &q_payer_insert,
		.update = &q_payer_update,
		.key = key_payer,
		.wanted = is_kept },
	{ .shelf = BOOK_CANDIDATES,
		.size = sizeof(struct kept_candidate),
		.columns = line_candidate_columns,
		.insert = &q_bank_line_candidate_insert,
		.key = key_line_candidate },
	{ .shelf = BOOK_TRANSFERS,
		.size = sizeof(struct transfer),
		.columns = journal_columns,
		.insert = &q_journal_insert,
		.key = key_journal },
	{ .shelf = BOOK_AUDITS, .size = sizeof(struct audit), .columns = audit_columns, .insert = &q_audit_insert, .key = key_audit },
};
const size_t table_count = sizeof(tables) / sizeof(tables[0]);
