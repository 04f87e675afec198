#include "../unit.h"

#include "handlers.h"

static struct why why;

static void every_state_and_act_is_a_rule_once(void **state)
{
	bool seen[INVOICE_STATES][INVOICE_ACTS] = { { false } };

	(void)state;
	for (size_t i = 0; i < INVOICE_RULES; i++) {
		const struct invoice_rule *r = &invoice_rules[i];

		assert_in_range(r->from, 0, INVOICE_STATES - 1);
		assert_in_range(r->act, 0, INVOICE_ACTS - 1);
		assert_false(seen[r->from][r->act]);
		assert_true(r->why != NULL && r->why[0] != '\0');
		seen[r->from][r->act] = true;
	}
}

static void a_move_does_what_the_table_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < INVOICE_RULES; i++) {
		const struct invoice_rule *r = &invoice_rules[i];
		struct invoice invoice = { .state = r->from };
		enum err err = invoice_move(&invoice, r->act, &why);

		assert_int_equal(err, r->allowed ? OK : ERR_REFUSED);
		assert_int_equal(invoice.state, r->allowed ? r->to : r->from);
		if (err != OK)
			assert_string_equal(why.text, r->why);
	}
}

static void every_state_is_reached_from_a_draft_and_only_a_draft_has_a_way_out(void **state)
{
	(void)state;
	for (int s = 0; s < INVOICE_STATES; s++) {
		bool reached = s == INVOICE_DRAFT, leaves = false;

		for (size_t i = 0; i < INVOICE_RULES; i++) {
			const struct invoice_rule *r = &invoice_rules[i];

			reached = reached || (r->allowed && (int)r->to == s && r->from == INVOICE_DRAFT);
			leaves = leaves || (r->allowed && (int)r->from == s && (int)r->to != s);
		}
		assert_true(reached);
		assert_int_equal(leaves, s == INVOICE_DRAFT);
	}
}

/* What stands between brackets after "state in", in a statement of the migration. */
static struct span states_of(struct arena *a, const char *table)
{
	struct span sql = read_file(a, "services/invoicing/sql/0001_invoicing.sql");
	char *at = strstr(sql.at, arena_printf(a, "create table %s (", table)), *end;

	assert_non_null(at);
	at = strstr(at, "check (state in (");
	assert_non_null(at);
	at += strlen("check (state in (");
	end = strchr(at, ')');
	assert_non_null(end);
	return span_bytes(at, (size_t)(end - at));
}

static void expect_states(struct arena *a, const char *table, const char *const *names, size_t first)
{
	struct text t;

	text_init(&t, a);
	for (size_t i = first; names[i] != NULL; i++)
		text_printf(&t, "%s'%s'", i > first ? ", " : "", names[i]);
	assert_string_equal(span_cstr(a, states_of(a, table)), text_done(&t).at);
}

static void the_database_knows_the_same_states(void **state)
{
	expect_states(*state, "invoice", invoice_state_names, 0);
	expect_states(*state, "charge", charge_state_names, 0);
	expect_states(*state, "open_item", item_state_names, 1);
}

static void the_rules_are_their_golden_file(void **state)
{
	struct text t;

	text_init(&t, *state);
	invoicing_rules(&t);
	assert_string_equal(text_done(&t).at, read_file(*state, "tests/golden/invoicing_rules.txt").at);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ARENA(every_state_and_act_is_a_rule_once),
		WITH_ARENA(a_move_does_what_the_table_says),
		WITH_ARENA(every_state_is_reached_from_a_draft_and_only_a_draft_has_a_way_out),
		WITH_ARENA(the_database_knows_the_same_states),
		WITH_ARENA(the_rules_are_their_golden_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
