#include "store_words.h"

#include "zone.h"

/* Words of enums, by number; NULL where the number is none. */
#define WORDS(name, type, word)       \
	const char *name(int i)       \
	{                             \
		return word((type)i); \
	}

WORDS(word_statement_state, enum statement_state, statement_state_word)
WORDS(word_rule, enum rule, rule_word)
WORDS(word_placement, enum placement, placement_word)
WORDS(word_line_state, enum line_state, line_state_word)
WORDS(word_line_as, enum line_as, line_as_word)
WORDS(word_verdict, enum verdict, verdict_word)
WORDS(word_exception, enum exception_kind, exception_word)
WORDS(word_suggestion, enum suggestion, suggestion_word)
WORDS(word_cause, enum cause, cause_word)
WORDS(word_export_target, enum export_target, export_target_word)
WORDS(word_period, enum period_state, period_state_word)
WORDS(word_reference, enum reference_kind, reference_word)
WORDS(word_loss, enum loss, loss_word)

const char *word_difference(int i)
{
	return difference_row((enum difference_kind)i)->word;
}

const char *word_match(int i)
{
	return match_rule((enum match_rule_id)i)->word;
}

/* What columns alone don't say. */

void zone_of(struct arena *arena, const struct rows *rows, size_t row, void *value)
{
	struct merchant *m = value;
	(void)rows, (void)row;
	m->zone = zone_load(span_cstr(arena, m->zone_name));
}

void overlap_of(struct arena *arena, const struct rows *rows, size_t row, void *value)
{
	struct statement *s = value;
	(void)arena;
	s->is_known = rows_bool(rows, row, rows_column(rows, "is_known"));
	s->overlap_new = rows_int8(rows, row, rows_column(rows, "overlap_new"));
	s->overlap_sum = rows_int8(rows, row, rows_column(rows, "overlap_sum"));
	s->vanished = rows_int8(rows, row, rows_column(rows, "vanished"));
	s->vanished_sum = rows_int8(rows, row, rows_column(rows, "vanished_sum"));
	s->uploader = rows_text(rows, row, rows_column(rows, "uploader"));
}

void amount_is_there(struct arena *arena, const struct rows *rows, size_t row, void *value)
{
	struct exception *e = value;
	(void)arena, (void)rows, (void)row;
	e->has_amount = e->amount.currency.code[0] != 0;
}

bool is_kept(const void *value)
{
	return !((const struct payer *)value)->gone;
}
