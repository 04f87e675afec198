#include "golden.h"

#include "line.h"
#include "rules.h"
#include "statement.h"

/* The tables that decide. */

static void the_tables_are_the_golden_ones(void **state)
{
	struct text t;
	text_init(&t, *state);
	rules_print(&t);
	assert_golden(*state, "reconciliation_rules.txt", text_done(&t));
}

static void every_pair_of_line_state_and_act_is_a_rule_or_refused(void **state)
{
	size_t n, allowed = 0;
	const struct line_rule *rules = line_rules(&n);
	(void)state;
	for (int from = 0; from < LINE_STATES; from++)
		for (int act = 0; act < LINE_ACTS; act++) {
			struct line line = { .state = (enum line_state)from };
			struct why why = { 0 };
			if (line_act(&line, (enum line_act)act, &why) == OK)
				allowed++;
			else
				assert_true(why.err == ERR_CONFLICT && line.state == (enum line_state)from);
		}
	assert_int_equal(allowed, n);
	for (size_t i = 0; i < n; i++) {
		struct line line = { .state = rules[i].from };
		assert_int_equal(line_act(&line, rules[i].act, NULL), OK);
		assert_int_equal(line.state, rules[i].to);
	}
}

static void every_line_state_is_reached_and_has_a_way_out_or_is_final(void **state)
{
	size_t n;
	const struct line_rule *rules = line_rules(&n);
	bool reached[LINE_STATES] = { [LINE_STAGED] = true }, left[LINE_STATES] = { [LINE_KNOWN] = true, [LINE_UNDONE] = true };
	(void)state;
	for (size_t i = 0; i < n; i++)
		reached[rules[i].to] = left[rules[i].from] = true;
	for (int i = 0; i < LINE_STATES; i++)
		assert_true(reached[i] && left[i]);
}

static void every_pair_of_statement_state_and_act_is_a_rule_or_refused(void **state)
{
	size_t n, allowed = 0;
	const struct statement_rule *rules = statement_rules(&n);
	bool reached[STATEMENT_STATES] = { [STATEMENT_STAGED] = true };
	(void)state;
	for (int from = 0; from < STATEMENT_STATES; from++)
		for (int act = 0; act < STATEMENT_ACTS; act++) {
			struct statement s = { .state = (enum statement_state)from };
			struct why why = { 0 };
			if (statement_act(&s, (enum statement_act)act, &why) == OK)
				allowed++;
			else
				assert_true(why.err == ERR_CONFLICT && s.state == (enum statement_state)from);
		}
	assert_int_equal(allowed, n);
	for (size_t i = 0; i < n; i++)
		reached[rules[i].to] = true;
	for (int i = 0; i < STATEMENT_STATES; i++)
		assert_true(reached[i]);
}

static void an_account_is_found_by_its_word_with_or_without_qualifier(void **state)
{
	struct arena *a = *state;
	for (int i = 0; i < CHART_COUNT; i++) {
		const struct chart_row *row = chart_row((enum chart)i);
		struct span account = chart_account(a, (enum chart)i, row->per ? SPAN("x:y") : SPAN(""));
		assert_int_equal(chart_of(account), i);
		assert_int_equal(chart_of(span_of(row->per ? row->word : arena_printf(a, "%s:x", row->word))), CHART_COUNT);
	}
	assert_int_equal(chart_of(SPAN("no such account")), CHART_COUNT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ARENA(the_tables_are_the_golden_ones),
		WITH_ARENA(every_pair_of_line_state_and_act_is_a_rule_or_refused),
		WITH_ARENA(every_line_state_is_reached_and_has_a_way_out_or_is_final),
		WITH_ARENA(every_pair_of_statement_state_and_act_is_a_rule_or_refused),
		WITH_ARENA(an_account_is_found_by_its_word_with_or_without_qualifier),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
