#include "rows.h"

/* What banks and providers tell, as the tables have it: see print.c. */

static void file_sha256(struct text *t, const void *row)
{
	const struct statement *s = row;
	struct digest digest = staged_sha256(s->file);

	text_span(t, span_hex(t->arena, span_bytes(digest.b, sizeof digest.b)));
}

static const char *match_word(enum match_rule_id rule)
{
	return match_rule(rule)->word;
}

const struct print_column print_bank_account[] = {
	PRINT("merchant_id", PRINT_TEXT, account, merchant),
	PRINT("account_id", PRINT_UUID, account, id),
	PRINT("identifier", PRINT_TEXT, account, identifier),
	PRINT("name", PRINT_TEXT, account, name),
	PRINT("zone_name", PRINT_TEXT, account, zone),
	PRINT("currency", PRINT_CURRENCY, account, currency),
	PRINT("collecting", PRINT_BOOL, account, collecting),
	PRINT("closed", PRINT_BOOL, account, closed),
	PRINT("providers", PRINT_TEXT, account, providers),
	PRINT("chain_started", PRINT_BOOL, account, chain.started),
	PRINT("chain_opening", PRINT_INT8, account, chain.opening),
	PRINT("chain_closing", PRINT_INT8, account, chain.closing),
	PRINT("chain_line_sum", PRINT_INT8, account, chain.line_sum),
	PRINT("chain_gap_sum", PRINT_INT8, account, chain.gap_sum),
	PRINT("chain_from", PRINT_DATE, account, chain.from),
	PRINT("chain_to", PRINT_DATE, account, chain.to),
	PRINT("chain_covered_to", PRINT_DATE, account, chain.covered_to),
	PRINT("chain_sequence", PRINT_INT8, account, chain.sequence),
	PRINT("chain_last", PRINT_UUID, account, chain.last),
	PRINT("undone", PRINT_INT8, account, undone),
	PRINT("revision", PRINT_INT8, account, revision),
	PRINT("trust_waits", PRINT_TEXT, account, trust_waits),
	PRINT("person_above", PRINT_INT8, account, person_above),
	PRINT("charset", PRINT_TEXT, account, files.charset),
	PRINT("format", PRINT_TEXT, account, files.format),
	PRINT("profile", PRINT_TEXT, account, files.profile),
	PRINT_END,
};

PRINT_WORD(print_statement_state, statement, state, statement_state_word)
PRINT_WORD(print_statement_rule, statement, rule, rule_word)
PRINT_WORD(print_statement_placement, statement, placement, placement_word)

const struct print_column print_statement[] = {
	PRINT("merchant_id", PRINT_TEXT, statement, merchant),
	PRINT("statement_id", PRINT_UUID, statement, id),
	PRINT_OF("file_sha256", file_sha256),
	PRINT("identifier", PRINT_TEXT, statement, identifier),
	PRINT("account_id", PRINT_MAY_UUID, statement, account),
	PRINT("bank_ref", PRINT_TEXT, statement, bank_ref),
	PRINT("sequence", PRINT_INT8, statement, sequence),
	PRINT_OF("state", print_statement_state),
	PRINT("currency", PRINT_CURRENCY, statement, currency),
	PRINT("opening", PRINT_INT8, statement, opening),
	PRINT("closing", PRINT_INT8, statement, closing),
	PRINT("line_sum", PRINT_INT8, statement, line_sum),
	PRINT("reversal_sum", PRINT_INT8, statement, reversal_sum),
	PRINT("line_count", PRINT_INT8, statement, line_count),
	PRINT("line_new", PRINT_INT8, statement, line_new),
	PRINT("remaining", PRINT_INT8, statement, remaining),
	PRINT("receipts", PRINT_INT8, statement, receipts),
	PRINT("from_day", PRINT_DATE, statement, from),
	PRINT("to_day", PRINT_DATE, statement, to),
	PRINT_OF("rule", print_statement_rule),
	PRINT("place_line", PRINT_INT8, statement, place.line),
	PRINT("place_byte", PRINT_INT8, statement, place.byte),
	PRINT("reason", PRINT_TEXT, statement, reason),
	PRINT("damaged", PRINT_BOOL, statement, damaged),
	PRINT_OF("placement", print_statement_placement),
	PRINT("accepted_by", PRINT_TEXT, statement, accepted_by),
	PRINT_END,
};

const struct print_column print_statement_gap[] = {
	PRINT("merchant_id", PRINT_TEXT, gap, merchant),
	PRINT("gap_id", PRINT_UUID, gap, id),
	PRINT("account_id", PRINT_UUID, gap, account),
	PRINT("statement_id", PRINT_UUID, gap, statement),
	PRINT("from_day", PRINT_DATE, gap, from_day),
	PRINT("to_day", PRINT_DATE, gap, to_day),
	PRINT("balance_before", PRINT_INT8, gap, before),
	PRINT("balance_after", PRINT_INT8, gap, after),
	PRINT("amount", PRINT_INT8, gap, minor),
	PRINT("currency", PRINT_CURRENCY, gap, currency),
	PRINT("open", PRINT_BOOL, gap, open),
	PRINT_END,
};

PRINT_WORD(print_line_state, line, state, line_state_word)
PRINT_WORD(print_line_is_what, line, as, line_as_word)
PRINT_WORD(print_line_verdict, line, verdict, verdict_word)

const struct print_column print_bank_line[] = {
	PRINT("merchant_id", PRINT_TEXT, line, merchant),
	PRINT("line_id", PRINT_UUID, line, id),
	PRINT("account_id", PRINT_MAY_UUID, line, account),
	PRINT("statement_id", PRINT_UUID, line, statement),
	PRINT("number", PRINT_INT8, line, number),
	PRINT("place_line", PRINT_INT8, line, place.line),
	PRINT("place_byte", PRINT_INT8, line, place.byte),
	PRINT("key", PRINT_DIGEST, line, key),
	PRINT("occurrence", PRINT_INT4, line, occurrence),
	PRINT("booking_date", PRINT_DATE, line, booking),
	PRINT("value_date", PRINT_DATE, line, value),
	PRINT("amount", PRINT_INT8, line, amount.minor),
	PRINT("currency", PRINT_CURRENCY, line, amount.currency),
	PRINT("rest", PRINT_BOOL, line, rest),
	PRINT("reversal", PRINT_BOOL, line, reversal),
	PRINT("end_to_end", PRINT_TEXT, line, end_to_end),
	PRINT("bank_ref", PRINT_TEXT, line, bank_ref),
	PRINT("transaction_ref", PRINT_TEXT, line, transaction_ref),
	PRINT("mandate", PRINT_TEXT, line, mandate),
	PRINT("batch_ref", PRINT_TEXT, line, batch_ref),
	PRINT("code", PRINT_TEXT, line, code),
	PRINT("return_reason", PRINT_TEXT, line, return_reason),
	PRINT("reference_list", PRINT_TEXT, line, references),
	PRINT_OF("state", print_line_state),
	PRINT_OF("is_what", print_line_is_what),
	PRINT("counterpart_id", PRINT_UUID, line, counterpart),
	PRINT("booked_to", PRINT_TEXT, line, booked_to),
	PRINT("returned", PRINT_INT8, line, returned),
	PRINT("took_receipts", PRINT_BOOL, line, took_receipts),
	PRINT("by_person", PRINT_BOOL, line, by_person),
	PRINT_OF("verdict", print_line_verdict),
	PRINT("candidates", PRINT_INT4, line, candidates),
	PRINT("looks", PRINT_INT4, line, looks),
	PRINT("evidence", PRINT_INT4, line, evidence),
	PRINT("rule_set", PRINT_INT4, line, rule_set),
	PRINT("revision", PRINT_INT8, line, revision),
	PRINT_END,
};

PRINT_WORD(print_line_candidate_rule, kept_candidate, rule, match_word)
PRINT_WORD(print_line_candidate_lost, kept_candidate, lost, loss_word)

const struct print_column print_bank_line_candidate[] = {
	PRINT("merchant_id", PRINT_TEXT, kept_candidate, merchant),
	PRINT("line_id", PRINT_UUID, kept_candidate, line),
	PRINT("look", PRINT_INT4, kept_candidate, look),
	PRINT("number", PRINT_INT4, kept_candidate, number),
	PRINT_OF("rule", print_line_candidate_rule),
	PRINT_OF("lost", print_line_candidate_lost),
	PRINT("kind", PRINT_INT4, kept_candidate, candidate.kind),
	PRINT("target_id", PRINT_UUID, kept_candidate, candidate.target),
	PRINT("customer_ref", PRINT_TEXT, kept_candidate, candidate.customer),
	PRINT("label", PRINT_TEXT, kept_candidate, candidate.label),
	PRINT("open", PRINT_INT8, kept_candidate, candidate.open),
	PRINT("signs", PRINT_INT8, kept_candidate, candidate.signs),
	PRINT("chosen", PRINT_BOOL, kept_candidate, candidate.chosen),
	PRINT("amount", PRINT_INT8, kept_candidate, candidate.minor),
	PRINT("discount", PRINT_INT8, kept_candidate, candidate.discount),
	PRINT_END,
};

const struct print_column print_payout[] = {
	PRINT("merchant_id", PRINT_TEXT, payout, merchant),
	PRINT("payout_id", PRINT_UUID, payout, id),
	PRINT("provider_account", PRINT_TEXT, payout, provider_account),
	PRINT("provider_ref", PRINT_TEXT, payout, provider_ref),
	PRINT("statement_text", PRINT_TEXT, payout, statement_text),
	PRINT("currency", PRINT_CURRENCY, payout, currency),
	PRINT("paid", PRINT_BOOL, payout, paid),
	PRINT("amount", PRINT_INT8, payout, amount),
	PRINT("gross", PRINT_INT8, payout, gross),
	PRINT("fees", PRINT_INT8, payout, fees),
	PRINT("line_count", PRINT_INT4, payout, line_count),
	PRINT("arrival_date", PRINT_DATE, payout, arrival),
	PRINT("lines_seen", PRINT_INT4, payout, lines_seen),
	PRINT("gross_seen", PRINT_INT8, payout, gross_seen),
	PRINT("fees_seen", PRINT_INT8, payout, fees_seen),
	PRINT("bank_line_id", PRINT_UUID, payout, bank_line),
	PRINT("has_arrived", PRINT_BOOL, payout, has_arrived),
	PRINT("overdue", PRINT_BOOL, payout, overdue),
	PRINT("report_id", PRINT_UUID, payout, report),
	PRINT("by_report", PRINT_BOOL, payout, by_report),
	PRINT("unreported", PRINT_BOOL, payout, unreported),
	PRINT_END,
};

const struct print_column print_payout_line[] = {
	PRINT("merchant_id", PRINT_TEXT, payout_line, merchant),
	PRINT("payout_id", PRINT_UUID, payout_line, payout),
	PRINT("number", PRINT_INT4, payout_line, number),
	PRINT("provider_line", PRINT_TEXT, payout_line, provider_line),
	PRINT("provider_payment", PRINT_TEXT, payout_line, provider_payment),
	PRINT("attempt_id", PRINT_UUID, payout_line, attempt),
	PRINT("currency", PRINT_CURRENCY, payout_line, currency),
	PRINT("gross", PRINT_INT8, payout_line, gross),
	PRINT("fee", PRINT_INT8, payout_line, fee),
	PRINT("is_refund", PRINT_BOOL, payout_line, is_refund),
	PRINT_END,
};

const struct print_column print_payer[] = {
	PRINT("merchant_id", PRINT_TEXT, payer, merchant),
	PRINT("iban", PRINT_TEXT, payer, iban),
	PRINT("customer_ref", PRINT_TEXT, payer, customer),
	PRINT("told", PRINT_BOOL, payer, told),
	PRINT("learned_of", PRINT_UUID, payer, learned_of),
	PRINT("taught_by", PRINT_TEXT, payer, taught_by),
	PRINT("taught_at", PRINT_INSTANT, payer, taught_at),
	PRINT("right_count", PRINT_INT4, payer, right),
	PRINT("wrong", PRINT_INT4, payer, wrong),
	PRINT("withdrawn", PRINT_BOOL, payer, withdrawn),
	PRINT_END,
};

const struct print_column print_bank_line_person[] = {
	PRINT("merchant_id", PRINT_TEXT, line, merchant),
	PRINT("line_id", PRINT_UUID, line, id),
	PRINT("texts", PRINT_TEXT, line, texts),
	PRINT("party_name", PRINT_TEXT, line, party_name),
	PRINT("party_iban", PRINT_TEXT, line, party_iban),
	PRINT_END,
};

const struct print_column print_bank_line_detail[] = {
	PRINT("merchant_id", PRINT_TEXT, line_detail, merchant),
	PRINT("line_id", PRINT_UUID, line_detail, line),
	PRINT("original_currency", PRINT_TEXT, line_detail, original_currency),
	PRINT("rate", PRINT_TEXT, line_detail, rate),
	PRINT("charges", PRINT_TEXT, line_detail, charges),
	PRINT_END,
};

const struct print_column print_chain_before[] = {
	PRINT("merchant_id", PRINT_TEXT, chain_before, merchant),
	PRINT("statement_id", PRINT_UUID, chain_before, statement),
	PRINT("account_id", PRINT_UUID, chain_before, account),
	PRINT("chain_started", PRINT_BOOL, chain_before, chain.started),
	PRINT("chain_opening", PRINT_INT8, chain_before, chain.opening),
	PRINT("chain_closing", PRINT_INT8, chain_before, chain.closing),
	PRINT("chain_line_sum", PRINT_INT8, chain_before, chain.line_sum),
	PRINT("chain_gap_sum", PRINT_INT8, chain_before, chain.gap_sum),
	PRINT("chain_from", PRINT_DATE, chain_before, chain.from),
	PRINT("chain_to", PRINT_DATE, chain_before, chain.to),
	PRINT("chain_covered_to", PRINT_DATE, chain_before, chain.covered_to),
	PRINT("chain_sequence", PRINT_INT8, chain_before, chain.sequence),
	PRINT("chain_last", PRINT_UUID, chain_before, chain.last),
	PRINT_END,
};

const struct print_column print_gap_before[] = {
	PRINT("merchant_id", PRINT_TEXT, gap_before, merchant),
	PRINT("statement_id", PRINT_UUID, gap_before, statement),
	PRINT("gap_id", PRINT_UUID, gap_before, gap),
	PRINT("from_day", PRINT_DATE, gap_before, from_day),
	PRINT("to_day", PRINT_DATE, gap_before, to_day),
	PRINT("balance_before", PRINT_INT8, gap_before, before),
	PRINT("balance_after", PRINT_INT8, gap_before, after),
	PRINT("open", PRINT_BOOL, gap_before, open),
	PRINT_END,
};
