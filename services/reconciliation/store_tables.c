#include "reconciliation_queries.h"
#include "store_rows.h"
#include "store_words.h"

#define COLUMN_BESIDE(name, type, of, member, beside) { name, type, offsetof(struct of, member), offsetof(struct of, beside), NULL, 0 }
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
	COLUMN("revision", COLUMN_INT8, account, revision),
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
	COLUMN("returned", COLUMN_INT8, receipt, returned),
	COLUMN("revision", COLUMN_INT8, receipt, revision),
	END,
};
static const struct column receipt_changes[] = {
	COLUMN("merchant_id", COLUMN_TEXT, receipt, merchant),
	COLUMN("receipt_id", COLUMN_UUID, receipt, id),
	COLUMN("amount", COLUMN_INT8, receipt, amount),
	COLUMN("allocated", COLUMN_INT8, receipt, allocated),
	COLUMN("unapplied", COLUMN_INT8, receipt, unapplied),
	COLUMN("refunded", COLUMN_INT8, receipt, refunded),
	COLUMN("returned", COLUMN_INT8, receipt, returned),
	COLUMN("revision", COLUMN_INT8, receipt, revision),
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
	END,
};
static const struct column allocation_changes[] = {
	COLUMN("merchant_id", COLUMN_TEXT, allocation, merchant),
	COLUMN("allocation_id", COLUMN_UUID, allocation, id),
	COLUMN("amount", COLUMN_INT8, allocation, minor),
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
static const struct column payout_columns[] = {
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
	END,
};
static const struct column payout_line_columns[] = {
	COLUMN("merchant_id", COLUMN_TEXT, payout_line, merchant),
	COLUMN("payout_id", COLUMN_UUID, payout_line, payout),
	COLUMN("number", COLUMN_INT4, payout_line, number),
	COLUMN("provider_line", COLUMN_TEXT, payout_line, provider_line),
	COLUMN("provider_payment", COLUMN_TEXT, payout_line, provider_payment),
	COLUMN("attempt_id", COLUMN_UUID, payout_line, attempt),
	COLUMN("currency", COLUMN_CURRENCY, payout_line, currency),
	COLUMN("gross", COLUMN_INT8, payout_line, gross),
	COLUMN("fee", COLUMN_INT8, payout_line, fee),
	END,
};
// clang-format off
#define EXCEPTION_CHANGES \
	COLUMN("open", COLUMN_BOOL, exception, open), \
	COLUMN("currency", COLUMN_CURRENCY, exception, amount.currency), \
	COLUMN("amount", COLUMN_INT8, exception, amount.minor), \
	COLUMN("detail", COLUMN_TEXT, exception, detail), \
	COLUMN("opened_at", COLUMN_INSTANT, exception, opened), \
	COLUMN("closed_at", COLUMN_INSTANT, exception, closed), \
	COLUMN("closed_by", COLUMN_TEXT, exception, closed_by), \
	COLUMN("revision", COLUMN_INT8, exception, revision), \
	COLUMN("owner", COLUMN_TEXT, exception, owner), \
	COLUMN_BESIDE("parked_until", COLUMN_MAY_DATE, exception, parked_until, parked), \
	COLUMN_OF_WORDS("suggestion", exception, suggestion, word_suggestion, SUGGESTIONS), \
	COLUMN("suggested_id", COLUMN_UUID, exception, suggested), \
	COLUMN("rule", COLUMN_TEXT, exception, rule), \
	COLUMN("steps", COLUMN_INT4, exception, steps)
// clang-format on
static const struct column exception_columns[] = {
	COLUMN("merchant_id", COLUMN_TEXT, exception, merchant),
	COLUMN_OF_WORDS("kind", exception, kind, word_exception, EXCEPTION_KINDS),
	COLUMN("subject_id", COLUMN_UUID, exception, subject),
	COLUMN("exception_id", COLUMN_UUID, exception, id),
	COLUMN("stream", COLUMN_TEXT, exception, stream),
	EXCEPTION_CHANGES,
	END,
};
static const struct column exception_changes[] = {
	COLUMN("merchant_id", COLUMN_TEXT, exception, merchant),
	COLUMN_OF_WORDS("kind", exception, kind, word_exception, EXCEPTION_KINDS),
	COLUMN("subject_id", COLUMN_UUID, exception, subject),
	EXCEPTION_CHANGES,
	END,
};
static const struct column exception_step_columns[] = {
	COLUMN("merchant_id", COLUMN_TEXT, exception_step, merchant),
	COLUMN("exception_id", COLUMN_UUID, exception_step, exception),
	COLUMN("number", COLUMN_INT4, exception_step, number),
	COLUMN("at", COLUMN_INSTANT, exception_step, at),
	COLUMN("who", COLUMN_TEXT, exception_step, who),
	COLUMN("act", COLUMN_TEXT, exception_step, act),
	COLUMN("detail", COLUMN_TEXT, exception_step, detail),
	END,
};
static const struct column payer_columns[] = {
	COLUMN("merchant_id", COLUMN_TEXT, payer, merchant),
	COLUMN("iban", COLUMN_TEXT, payer, iban),
	COLUMN("customer_ref", COLUMN_TEXT, payer, customer),
	COLUMN("told", COLUMN_BOOL, payer, told),
	COLUMN("learned_of", COLUMN_UUID, payer, learned_of),
	END,
};
static const struct column line_candidate_columns[] = {
	COLUMN("merchant_id", COLUMN_TEXT, kept_candidate, merchant),
	COLUMN("line_id", COLUMN_UUID, kept_candidate, line),
	COLUMN("look", COLUMN_INT4, kept_candidate, look),
	COLUMN("number", COLUMN_INT4, kept_candidate, number),
	COLUMN_OF_WORDS("rule", kept_candidate, rule, word_match, MATCH_RULES),
	COLUMN_OF_WORDS("lost", kept_candidate, lost, word_loss, LOSSES),
	COLUMN("kind", COLUMN_SMALL, kept_candidate, candidate.kind),
	COLUMN("target_id", COLUMN_UUID, kept_candidate, candidate.target),
	COLUMN("customer_ref", COLUMN_TEXT, kept_candidate, candidate.customer),
	COLUMN("label", COLUMN_TEXT, kept_candidate, candidate.label),
	COLUMN("open", COLUMN_INT8, kept_candidate, candidate.open),
	COLUMN("signs", COLUMN_SMALL, kept_candidate, candidate.signs),
	COLUMN("chosen", COLUMN_BOOL, kept_candidate, candidate.chosen),
	COLUMN("amount", COLUMN_INT8, kept_candidate, candidate.minor),
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

#define KEY(name, of, ...)                                                        \
	static struct span key_##name(const struct book *book, const void *value) \
	{                                                                         \
		const struct of *v = value;                                       \
		(void)book;                                                       \
		return __VA_ARGS__;                                               \
	}

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
KEY(exception, exception, book_key_part(book, v->merchant, v->subject, (int64_t)v->kind))
KEY(payer, payer, book_key_pair(book, v->merchant, v->iban, v->customer))
KEY(line_candidate, kept_candidate, book_key_part(book, v->merchant, v->line, (int64_t)v->look << 32 | v->number))
KEY(journal, transfer, book_key_uuid(book, v->merchant, v->id))
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
