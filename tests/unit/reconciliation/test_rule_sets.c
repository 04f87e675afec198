#include "rule_set.h"
#include "world.h"

/* Rule sets of a merchant: drafts, replays, what goes live, and what lines make of it. */

static enum err command(struct world *w, const char *type, const char *path, const char *fields)
{
	return world_run(w, world_command(w, type, path, fields));
}

static void live(struct world *w, const char *set)
{
	assert_int_equal(command(w, "DefineRuleSet", "/v1/rule-sets", set), OK);
	assert_int_equal(command(w, "ActivateRuleSet", "/v1/rule-sets/1/activate", "\"not_replayed\":true"), OK);
}

static const struct stored_rule_set *stored(const struct world *w, int32_t version)
{
	return book_find(w->book, BOOK_RULE_SETS, book_key_part(w->book, SPAN(MERCHANT), (struct uuid){ 0 }, version));
}

static void a_rule_that_a_set_lets_wait_posts_nothing_and_says_what_it_would_be(void **state)
{
	struct world w = world_open(*state);
	world_issue(&w, "c1", "NORD-000001", 5000);
	world_issue(&w, "c1", "NORD-000002", 7000);
	live(&w, "\"waits\":[\"number\"]");
	struct uuid line = world_line(&w, (struct line_of){ .minor = 5000, .text = "NORD-000001" });
	assert_int_equal(world_line_now(&w, line)->state, LINE_WAITING);
	assert_int_equal(world_line_now(&w, line)->rule_set, 1);
	assert_string_equal(world_rule(&w, line), "number");
	size_t i = 0;
	const struct kept_candidate *c = book_next(w.book, BOOK_CANDIDATES, &i);
	assert_true(c && c->lost == LOSS_HELD && !c->candidate.chosen);
	/* Back to the table: what waits is posted when it is looked at again. */
	assert_int_equal(command(&w, "ActivateRuleSet", "/v1/rule-sets/0/activate", "\"not_replayed\":true"), OK);
	assert_int_equal(world_run(&w, world_try(&w, line)), OK);
	assert_int_equal(world_line_now(&w, line)->state, LINE_MATCHED);
	assert_int_equal(world_line_now(&w, line)->rule_set, 0);
	assert_proven(&w);
}

static void a_selection_of_more_invoices_than_the_set_allows_waits(void **state)
{
	struct world w = world_open(*state);
	assert_int_equal(world_run(&w, world_customer(&w, "c1", 2, "DE89370400440532013000")), OK);
	world_issue(&w, "c1", "NORD-000001", 5000);
	world_issue(&w, "c1", "NORD-000002", 7000);
	world_issue(&w, "c1", "NORD-000003", 9100);
	live(&w, "\"selection_most\":2");
	struct uuid line = world_line(&w, (struct line_of){ .minor = 12000, .iban = "DE89370400440532013000" });
	assert_string_equal(world_rule(&w, line), "payer_selection");
	assert_int_equal(world_line_now(&w, line)->state, LINE_WAITING);
	/* All of them together are no selection. */
	assert_int_equal(world_line_now(&w, world_line(&w, (struct line_of){ .minor = 21100, .iban = "DE89370400440532013000" }))->state,
		LINE_MATCHED);
}

static void a_set_goes_live_with_its_replay_or_with_the_word_that_there_was_none(void **state)
{
	struct world w = world_open(*state);
	static const char digest[] = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
	const char *named = arena_printf(w.arena, "\"replay\":\"%s\"", digest);
	assert_int_equal(command(&w, "DefineRuleSet", "/v1/rule-sets", "\"waits\":[\"mended\"]"), OK);
	assert_int_equal(stored(&w, 1)->state, RULE_SET_DRAFT);
	assert_int_equal(command(&w, "ActivateRuleSet", "/v1/rule-sets/1/activate", ""), ERR_REFUSED);
	assert_string_equal(w.why.code, "replay_unsaid");
	assert_int_equal(command(&w, "ActivateRuleSet", "/v1/rule-sets/1/activate", named), ERR_REFUSED);
	assert_string_equal(w.why.code, "replay_unknown");
	struct rule_replay replay = { .merchant = SPAN(MERCHANT), .version = 1 };
	struct span bytes;
	assert_int_equal(span_unhex(w.arena, span_of(digest), &bytes), OK);
	memcpy(replay.digest.b, bytes.at, bytes.size);
	*(struct rule_replay *)book_add(w.book, BOOK_RULE_REPLAYS, SPAN("r")) = replay;
	assert_int_equal(command(&w, "ActivateRuleSet", "/v1/rule-sets/1/activate", named), OK);
	assert_true(stored(&w, 1)->state == RULE_SET_LIVE && digest_equal(&stored(&w, 1)->replay, &replay.digest, sizeof(replay.digest)));
	assert_int_equal(command(&w, "ActivateRuleSet", "/v1/rule-sets/1/activate", named), ERR_CONFLICT);
	/* The next one retires it. */
	assert_int_equal(command(&w, "DefineRuleSet", "/v1/rule-sets", ""), OK);
	assert_int_equal(command(&w, "ActivateRuleSet", "/v1/rule-sets/2/activate", "\"not_replayed\":true"), OK);
	assert_true(stored(&w, 1)->state == RULE_SET_RETIRED && stored(&w, 2)->state == RULE_SET_LIVE);
	assert_int_equal(command(&w, "ActivateRuleSet", "/v1/rule-sets/3/activate", "\"not_replayed\":true"), ERR_NOT_FOUND);
}

static void a_set_names_rules_that_there_are_and_loosens_nothing(void **state)
{
	struct world w = world_open(*state);
	assert_int_equal(command(&w, "DefineRuleSet", "/v1/rule-sets", "\"waits\":[\"guess\"]"), ERR_INVALID);
	assert_int_equal(command(&w, "DefineRuleSet", "/v1/rule-sets", "\"selection_most\":7"), ERR_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ARENA(a_rule_that_a_set_lets_wait_posts_nothing_and_says_what_it_would_be),
		WITH_ARENA(a_selection_of_more_invoices_than_the_set_allows_waits),
		WITH_ARENA(a_set_goes_live_with_its_replay_or_with_the_word_that_there_was_none),
		WITH_ARENA(a_set_names_rules_that_there_are_and_loosens_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
