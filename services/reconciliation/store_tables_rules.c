#include "rule_set.h"
#include "store_rows.h"
#include "store_words.h"

/* The columns of what matching decides by, and of what it thought. */

static const char *word_state(int state)
{
	return rule_set_state_word((enum rule_set_state)state);
}

const struct column rule_set_columns[] = {
	COLUMN("merchant_id", COLUMN_TEXT, stored_rule_set, merchant),
	COLUMN("version", COLUMN_INT4, stored_rule_set, version),
	COLUMN_OF_WORDS("state", stored_rule_set, state, word_state, RULE_SET_STATES),
	COLUMN("waits", COLUMN_TEXT, stored_rule_set, waits),
	COLUMN("selection_most", COLUMN_INT8, stored_rule_set, selection_most),
	COLUMN("made_by", COLUMN_TEXT, stored_rule_set, made_by),
	COLUMN("made_at", COLUMN_INSTANT, stored_rule_set, made_at),
	COLUMN("reason", COLUMN_TEXT, stored_rule_set, reason),
	COLUMN("activated_by", COLUMN_TEXT, stored_rule_set, activated_by),
	COLUMN("activated_at", COLUMN_INSTANT, stored_rule_set, activated_at),
	COLUMN("activated_reason", COLUMN_TEXT, stored_rule_set, activated_reason),
	COLUMN("replay", COLUMN_DIGEST, stored_rule_set, replay),
	COLUMNS_END,
};
const struct column rule_set_changes[] = {
	COLUMN("merchant_id", COLUMN_TEXT, stored_rule_set, merchant),
	COLUMN("version", COLUMN_INT4, stored_rule_set, version),
	COLUMN_OF_WORDS("state", stored_rule_set, state, word_state, RULE_SET_STATES),
	COLUMN("activated_by", COLUMN_TEXT, stored_rule_set, activated_by),
	COLUMN("activated_at", COLUMN_INSTANT, stored_rule_set, activated_at),
	COLUMN("activated_reason", COLUMN_TEXT, stored_rule_set, activated_reason),
	COLUMN("replay", COLUMN_DIGEST, stored_rule_set, replay),
	COLUMNS_END,
};
const struct column rule_replay_columns[] = {
	COLUMN("merchant_id", COLUMN_TEXT, rule_replay, merchant),
	COLUMN("version", COLUMN_INT4, rule_replay, version),
	COLUMN("digest", COLUMN_DIGEST, rule_replay, digest),
	COLUMNS_END,
};
const struct column payer_columns[] = {
	COLUMN("merchant_id", COLUMN_TEXT, payer, merchant),
	COLUMN("iban", COLUMN_TEXT, payer, iban),
	COLUMN("customer_ref", COLUMN_TEXT, payer, customer),
	COLUMN("told", COLUMN_BOOL, payer, told),
	COLUMN("learned_of", COLUMN_UUID, payer, learned_of),
	COLUMN("taught_by", COLUMN_TEXT, payer, taught_by),
	COLUMN("taught_at", COLUMN_INSTANT, payer, taught_at),
	COLUMN("right_count", COLUMN_INT4, payer, right),
	COLUMN("wrong", COLUMN_INT4, payer, wrong),
	COLUMN("withdrawn", COLUMN_BOOL, payer, withdrawn),
	COLUMNS_END,
};
const struct column line_candidate_columns[] = {
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
	COLUMN("signs", COLUMN_INT8, kept_candidate, candidate.signs),
	COLUMN("chosen", COLUMN_BOOL, kept_candidate, candidate.chosen),
	COLUMN("amount", COLUMN_INT8, kept_candidate, candidate.minor),
	COLUMN("discount", COLUMN_INT8, kept_candidate, candidate.discount),
	COLUMNS_END,
};
