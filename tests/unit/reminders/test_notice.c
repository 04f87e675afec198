#include "world.h"

/* ---- the machine ---- */

static void the_rules_are_their_golden_file(void **state)
{
	struct text text;

	text_init(&text, *state);
	reminders_rules(&text);
	assert_string_equal(text_done(&text).at, read_file(*state, "tests/golden/reminders_rules.txt").at);
}

/* Where each act leads from each state; -1: refused. */
static const int ways[NOTICE_STATES][NOTICE_ACTS] = {
	/* claim taken later again doubt refuse give_up cancel */
	[NOTICE_PLANNED] = { NOTICE_SENDING, -1, -1, -1, NOTICE_DOUBTFUL, NOTICE_FAILED, -1, NOTICE_CANCELLED },
	[NOTICE_SENDING] = { -1, NOTICE_SENT, NOTICE_PLANNED, NOTICE_PLANNED, NOTICE_DOUBTFUL, NOTICE_FAILED, NOTICE_FAILED, -1 },
	[NOTICE_SENT] = { -1, -1, -1, -1, -1, -1, -1, -1 },
	[NOTICE_DOUBTFUL] = { -1, -1, -1, -1, -1, -1, -1, -1 },
	[NOTICE_FAILED] = { -1, -1, -1, -1, -1, -1, -1, -1 },
	[NOTICE_CANCELLED] = { -1, -1, -1, -1, -1, -1, -1, -1 },
};

static void every_state_and_act_is_a_rule_or_refused(void **state)
{
	(void)state;
	for (int from = 0; from < NOTICE_STATES; from++)
		for (int act = 0; act < NOTICE_ACTS; act++) {
			struct notice n = { .state = (enum notice_state)from };
			struct why why = { 0 };
			enum err err = notice_change(&n, (enum notice_act)act, (struct instant){ 77 }, &why);
			bool ends = ways[from][act] >= NOTICE_SENT;

			assert_int_equal(err, ways[from][act] < 0 ? ERR_CONFLICT : OK);
			assert_int_equal(n.state, ways[from][act] < 0 ? from : ways[from][act]);
			assert_int_equal(n.ended_at.us, ends ? 77 : 0);
		}
}

static void every_state_has_a_name_that_reads_back(void **state)
{
	enum notice_state read;

	(void)state;
	for (int s = 0; s < NOTICE_STATES; s++) {
		assert_int_equal(notice_state_parse(span_of(notice_state_name((enum notice_state)s)), &read), OK);
		assert_int_equal(read, s);
	}
	assert_int_equal(notice_state_parse(SPAN("gone"), &read), ERR_INVALID);
}

static void a_hold_ends_once(void **state)
{
	struct hold hold = { .state = HOLD_ACTIVE, .revision = 1 };
	struct why why;

	(void)state;
	assert_int_equal(hold_change(&hold, HOLD_EXPIRE, (struct instant){ 5 }, &why), OK);
	assert_int_equal(hold.state, HOLD_EXPIRED);
	assert_int_equal(hold.revision, 2);
	assert_int_equal(hold_change(&hold, HOLD_RELEASE, (struct instant){ 6 }, &why), ERR_CONFLICT);
	assert_string_equal(why.code, "hold_ended");
	assert_int_equal(hold.ended_at.us, 5);
}

/* ---- what came of handing it over ---- */

#define MINUTE (60 * US_PER_SECOND)

static void what_a_handover_means(void **state)
{
	static const struct {
		struct handover handover;
		int tries, unknowns;
		int64_t minutes; /* since it was planned */
		enum notice_act act;
		int64_t next; /* minutes from now */
	} cases[] = {
		{ { true, false, 250 }, 1, 0, 0, NOTICE_TAKEN, 0 },
		{ { true, false, 550 }, 1, 0, 0, NOTICE_REFUSE, 0 },
		{ { true, false, 451 }, 1, 0, 0, NOTICE_LATER, 1 },
		{ { true, false, 451 }, 2, 0, 1, NOTICE_LATER, 5 },
		{ { true, false, 421 }, 3, 0, 6, NOTICE_LATER, 30 },
		{ { true, false, 421 }, 4, 0, 40, NOTICE_LATER, 120 },
		{ { true, false, 421 }, 5, 0, 200, NOTICE_LATER, 360 },
		{ { true, false, 421 }, 6, 0, 600, NOTICE_LATER, 720 },
		{ { true, false, 421 }, 9, 0, 4319, NOTICE_LATER, 720 },
		{ { true, false, 421 }, 9, 0, 4320, NOTICE_GIVE_UP, 0 },
		/* Nothing was handed over: what the last reply was does not matter. */
		{ { false, false, 0 }, 1, 0, 0, NOTICE_LATER, 1 },
		{ { false, false, 220 }, 1, 0, 0, NOTICE_LATER, 1 },
		{ { false, false, 535 }, 1, 0, 0, NOTICE_LATER, 1 },
		{ { false, false, 535 }, 9, 0, 4320, NOTICE_GIVE_UP, 0 },
		/* Nobody knows: once more, whatever came before, and then no more. */
		{ { true, true, 250 }, 1, 0, 0, NOTICE_AGAIN, 0 },
		{ { true, true, 354 }, 7, 0, 0, NOTICE_AGAIN, 0 },
		{ { true, true, 0 }, 2, 1, 0, NOTICE_DOUBT, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct notice n = { .tries = cases[i].tries, .unknowns = cases[i].unknowns, .planned_at = { 1000 } };
		struct instant now = { 1000 + cases[i].minutes * MINUTE }, next;

		assert_int_equal(notice_weigh(&n, cases[i].handover, now, &next), cases[i].act);
		assert_int_equal(next.us - now.us, cases[i].next * MINUTE);
	}
}

static struct world *planned(struct arena *arena)
{
	struct world *w = world_open(arena);

	world_at(w, "2026-10-09", 10);
	world_owe(w, "c1", 1, "2026-10-16", 10000);
	world_tick(w);
	return w;
}

static void a_mail_whose_fate_is_unknown_is_repeated_once_under_its_id(void **state)
{
	struct world *w = planned(*state);
	struct uuid id = world_notice(w, "c1", 0)->id;

	assert_int_equal(world_send(w, NOBODY_KNOWS), 1);
	world_told(w, "");
	assert_int_equal(world_notice(w, "c1", 0)->state, NOTICE_PLANNED);
	assert_int_equal(world_send(w, NOBODY_KNOWS), 1);
	assert_int_equal(world_notice(w, "c1", 0)->state, NOTICE_DOUBTFUL);
	assert_true(uuid_equal(world_notice(w, "c1", 0)->id, id));
	world_told(w, "ReminderSent c1\n");
	assert_int_equal(world_send(w, TAKEN), 0);
}

static void a_mail_that_may_have_been_taken_counts_as_said_when_facts_overtake_it(void **state)
{
	struct world *w = planned(*state);

	world_send(w, NOBODY_KNOWS);
	world_apply(w, fact_open(w->arena, "c1", 1, 2, 4000));
	world_go(w);
	assert_string_equal(world_last(w, "c1"), "doubtful 2026-10-09 level 0: 1 due-7 10000");
	world_told(w, "ReminderSent c1\n");
}

static void a_refusal_for_now_is_tried_later_and_given_up_after_three_days(void **state)
{
	struct world *w = planned(*state);
	int tries = 0;

	for (int i = 0; i < 1000 && world_notice(w, "c1", 0)->state == NOTICE_PLANNED; i++, w->now.us += 10 * MINUTE) {
		world_tick(w);
		tries += world_send(w, (struct handover){ .sent = true, .status = 451 });
	}
	assert_int_equal(world_notice(w, "c1", 0)->state, NOTICE_FAILED);
	assert_true(span_is(world_notice(w, "c1", 0)->failure, "given_up"));
	assert_true(span_is(world_notice(w, "c1", 0)->code, "451"));
	assert_in_range(tries, 6, 12);
	world_told(w, "NoticeFailed c1\n");
}

static void a_refusal_for_good_is_told(void **state)
{
	struct world *w = planned(*state);

	world_send(w, (struct handover){ .sent = true, .status = 550 });
	assert_true(span_is(world_notice(w, "c1", 0)->failure, "refused"));
	assert_true(span_is(world_notice(w, "c1", 0)->code, "550"));
	world_told(w, "NoticeFailed c1\n");
	world_at(w, "2026-10-12", 10);
	world_go(w);
	world_told(w, "");
}

static void an_answer_to_another_try_changes_nothing(void **state)
{
	struct world *w = planned(*state);
	const struct notice *n = world_notice(w, "c1", 0);
	struct answered answered = { .of = { n->merchant, n->customer, n->id }, .tries = 1, .handover = TAKEN };
	struct message late = { .time = w->now };

	world_send(w, (struct handover){ .sent = false });
	answered_message(w->arena, &answered, &late);
	world_apply(w, &late);
	assert_int_equal(n->state, NOTICE_PLANNED);
	/* Nor while the second is under way. */
	assert_int_equal(notice_change(book_edit_notice(w->book, n), NOTICE_CLAIM, w->now, NULL), OK);
	book_edit_notice(w->book, n)->tries++;
	world_apply(w, &late);
	assert_int_equal(n->state, NOTICE_SENDING);
	world_told(w, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ARENA(the_rules_are_their_golden_file),
		cmocka_unit_test(every_state_and_act_is_a_rule_or_refused),
		cmocka_unit_test(every_state_has_a_name_that_reads_back),
		cmocka_unit_test(a_hold_ends_once),
		cmocka_unit_test(what_a_handover_means),
		WITH_ARENA(a_mail_whose_fate_is_unknown_is_repeated_once_under_its_id),
		WITH_ARENA(a_mail_that_may_have_been_taken_counts_as_said_when_facts_overtake_it),
		WITH_ARENA(a_refusal_for_now_is_tried_later_and_given_up_after_three_days),
		WITH_ARENA(a_refusal_for_good_is_told),
		WITH_ARENA(an_answer_to_another_try_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
