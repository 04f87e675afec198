#include "world.h"

#include "ledger.h"
#include "wire.h"

/* The chain of statements of one account: gates, gaps, overlaps. */

static const struct span merchant = { MERCHANT, sizeof(MERCHANT) - 1 };

struct told {
	int from, to; /* days after the first */
	int64_t opening, closing, line_sum;
	int64_t overlap_new, overlap_sum;
	bool known;
	enum rule rule;
	const char *account, *currency;
};

static struct uuid stage(struct world *w, struct told t)
{
	struct uuid id = world_id(w);
	struct statement *s = book_add(w->book, BOOK_STATEMENTS, book_key_uuid(w->book, merchant, id));
	*s = (struct statement){ .merchant = merchant,
		.id = id,
		.identifier = span_of(t.account ? t.account : "DE02120300000000202051"),
		.bank_ref = SPAN("S"),
		.currency = { "EUR" },
		.opening = t.opening,
		.closing = t.closing,
		.line_sum = t.line_sum,
		.line_count = t.line_sum != 0,
		.from = { 21000 + t.from },
		.to = { 21000 + t.to },
		.overlap_new = t.overlap_new,
		.overlap_sum = t.overlap_sum,
		.is_known = t.known,
		.rule = t.rule };
	if (t.currency)
		memcpy(s->currency.code, t.currency, 4);
	return id;
}

static const struct statement *now(struct world *w, struct uuid id)
{
	return book_find(w->book, BOOK_STATEMENTS, book_key_uuid(w->book, merchant, id));
}

static const struct statement *decide(struct world *w, struct told t)
{
	struct uuid id = stage(w, t);
	struct message *m = ARENA_NEW(w->arena, struct message);
	m->type = span_of(type_decide_statement);
	m->payload = wire_print_own(w->arena, &(struct own){ merchant, id });
	assert_int_equal(world_run(w, m), OK);
	const struct chain *c = &book_account(w->book, merchant, w->account)->chain;
	assert_true(!c->started || c->opening + c->line_sum + c->gap_sum == c->closing);
	return now(w, id);
}

static const struct statement *decide_sum(struct world *w, int from, int to, int64_t opening, int64_t sum)
{
	return decide(w, (struct told){ .from = from, .to = to, .opening = opening, .closing = opening + sum, .line_sum = sum });
}

static const struct chain *chain(struct world *w)
{
	return &book_account(w->book, merchant, w->account)->chain;
}

static size_t open_gaps(struct world *w)
{
	const struct gap *g;
	size_t n = 0;
	for (size_t i = 0; (g = book_next(w->book, BOOK_GAPS, &i));)
		n += g->open;
	return n;
}

static size_t open_exceptions(struct world *w, enum exception_kind kind)
{
	const struct exception *e;
	size_t n = 0;
	for (size_t i = 0; (e = book_next(w->book, BOOK_EXCEPTIONS, &i));)
		n += e->open && e->kind == kind;
	return n;
}

static void the_first_statement_brings_the_opening_balance(void **state)
{
	struct world w = world_open(*state);
	const struct statement *s = decide_sum(&w, 1, 1, 500, 100);
	assert_int_equal(s->state, STATEMENT_ACCEPTED);
	assert_int_equal(s->placement, PLACE_FIRST);
	assert_int_equal(world_balance(&w, CHART_CASH), 500);
	assert_int_equal(world_balance(&w, CHART_OPENING), -500);
	assert_int_equal(world_said(&w, "StatementAccepted"), 1);
	assert_int_equal(chain(&w)->covered_to.day, 21001);
}

static void a_statement_that_does_not_close_is_quarantined_and_posts_nothing(void **state)
{
	struct world w = world_open(*state);
	const struct statement *s = decide(&w, (struct told){ .from = 1, .to = 1, .opening = 500, .closing = 700, .line_sum = 100 });
	assert_int_equal(s->state, STATEMENT_QUARANTINED);
	assert_int_equal(s->rule, RULE_NOT_CLOSING);
	assert_int_equal(world_balance(&w, CHART_CASH), 0);
	assert_false(chain(&w)->started);
	assert_int_equal(world_said(&w, "ExceptionOpened"), 1);
	assert_int_equal(world_said(&w, "StatementAccepted"), 0);
	/* A person accepts it: the difference is a gap until somebody finds it. */
	assert_int_equal(world_run(&w, world_command(&w, "AcceptStatement", world_path(&w, "statements", s->id, "accept"), "")), OK);
	assert_int_equal(s->state, STATEMENT_ACCEPTED);
	assert_int_equal(chain(&w)->gap_sum, 100);
	assert_int_equal(open_exceptions(&w, EXCEPTION_STATEMENT_QUARANTINED), 0);
	assert_int_equal(open_exceptions(&w, EXCEPTION_STATEMENT_GAP), 1);
	assert_int_equal(
		world_run(&w, world_command(&w, "AcceptStatement", world_path(&w, "statements", s->id, "accept"), "")), ERR_CONFLICT);
}

static void what_could_not_be_read_nobody_can_accept(void **state)
{
	struct world w = world_open(*state);
	const struct statement *s = decide(&w, (struct told){ .from = 1, .to = 1, .rule = RULE_DATE });
	assert_int_equal(s->state, STATEMENT_QUARANTINED);
	assert_int_equal(
		world_run(&w, world_command(&w, "AcceptStatement", world_path(&w, "statements", s->id, "accept"), "")), ERR_REFUSED);
	s = decide(&w, (struct told){ .from = 1, .to = 1, .account = "DE00" });
	assert_int_equal(s->rule, RULE_ACCOUNT_UNKNOWN);
	assert_int_equal(open_exceptions(&w, EXCEPTION_STATEMENT_QUARANTINED), 2);
	s = decide(&w, (struct told){ .from = 1, .to = 1, .currency = "USD" });
	assert_int_equal(s->rule, RULE_ACCOUNT_CURRENCY);
	assert_int_equal(world_run(&w, world_command(&w, "AcceptStatement", world_path(&w, "statements", world_id(&w), "accept"), "")),
		ERR_NOT_FOUND);
}

static void the_next_statement_is_disjoint_even_on_the_same_day(void **state)
{
	struct world w = world_open(*state);
	decide_sum(&w, 1, 1, 0, 100);
	assert_int_equal(decide_sum(&w, 1, 1, 100, 100)->placement, PLACE_NEXT);
	assert_int_equal(decide_sum(&w, 2, 3, 200, -50)->placement, PLACE_NEXT);
	assert_int_equal(chain(&w)->closing, 150);
	assert_int_equal(open_gaps(&w), 0);
}

static void a_statement_seen_before_overlaps_even_where_its_balances_would_continue(void **state)
{
	struct world w = world_open(*state);
	decide_sum(&w, 1, 1, 100, 0);
	const struct statement *s = decide(&w, (struct told){ .from = 1, .to = 1, .opening = 100, .closing = 100, .known = true });
	assert_int_equal(s->placement, PLACE_OVERLAP);
	assert_int_equal(s->state, STATEMENT_POSTED);
}

static void a_gap_is_an_exception_with_its_amount_that_closes_when_the_missing_statement_comes(void **state)
{
	struct world w = world_open(*state);
	decide_sum(&w, 1, 1, 0, 100);
	const struct statement *later = decide_sum(&w, 5, 5, 180, 10);
	assert_int_equal(later->placement, PLACE_LATER);
	assert_int_equal(chain(&w)->gap_sum, 80);
	assert_int_equal(chain(&w)->covered_to.day, 21001);
	assert_int_equal(open_exceptions(&w, EXCEPTION_STATEMENT_GAP), 1);
	const struct statement *missing = decide_sum(&w, 2, 4, 100, 80);
	assert_int_equal(missing->placement, PLACE_FILL);
	assert_int_equal(chain(&w)->gap_sum, 0);
	assert_int_equal(chain(&w)->covered_to.day, 21005);
	assert_int_equal(open_exceptions(&w, EXCEPTION_STATEMENT_GAP), 0);
	assert_int_equal(world_said(&w, "ExceptionClosed"), 1);
}

static void a_gap_may_be_filled_from_its_middle(void **state)
{
	struct world w = world_open(*state);
	decide_sum(&w, 1, 1, 0, 100);
	decide_sum(&w, 7, 7, 160, 10);
	assert_int_equal(decide_sum(&w, 4, 4, 130, 5)->placement, PLACE_FILL);
	assert_int_equal(open_gaps(&w), 2);
	assert_int_equal(chain(&w)->gap_sum, 55);
	decide_sum(&w, 2, 3, 100, 30);
	assert_int_equal(open_gaps(&w), 1);
	decide_sum(&w, 5, 6, 135, 25);
	assert_int_equal(open_gaps(&w), 0);
	assert_int_equal(open_exceptions(&w, EXCEPTION_STATEMENT_GAP), 0);
}

static void an_older_statement_moves_the_opening_balance(void **state)
{
	struct world w = world_open(*state);
	decide_sum(&w, 10, 10, 500, 1);
	assert_int_equal(decide_sum(&w, 8, 9, 420, 80)->placement, PLACE_BEFORE);
	assert_int_equal(world_balance(&w, CHART_OPENING), -420);
	assert_int_equal(decide_sum(&w, 1, 2, 100, 20)->placement, PLACE_EARLIER);
	assert_int_equal(world_balance(&w, CHART_OPENING), -100);
	assert_int_equal(chain(&w)->gap_sum, 300);
}

static void an_overlap_that_leaves_no_room_for_its_lines_is_quarantined(void **state)
{
	struct world w = world_open(*state);
	decide_sum(&w, 1, 5, 0, 100);
	const struct statement *s = decide(
		&w, (struct told){ .from = 2, .to = 4, .opening = 20, .closing = 90, .line_sum = 70, .overlap_new = 1, .overlap_sum = 7 });
	assert_int_equal(s->state, STATEMENT_QUARANTINED);
	assert_int_equal(s->rule, RULE_CHAIN);
	assert_int_equal(chain(&w)->line_sum, 100);
	s = decide(&w, (struct told){ .from = 2, .to = 4, .opening = 20, .closing = 90, .line_sum = 70 });
	assert_int_equal(s->state, STATEMENT_POSTED);
}

/* ---- any order, any overlap: in the end every line is there once and nothing is missing ---- */

enum { DAYS = 14, MOST = 5 };

struct truth {
	int64_t lines[DAYS][MOST];
	int count[DAYS];
	int64_t before[DAYS + 1]; /* balance before the day */
	bool stored[DAYS];
};

static struct truth make_truth(struct chance *chance)
{
	struct truth t = { .before = { (int64_t)chance_below(chance, 1000) } };
	for (int day = 0; day < DAYS; day++) {
		t.count[day] = (int)chance_below(chance, MOST + 1);
		t.before[day + 1] = t.before[day];
		for (int i = 0; i < t.count[day]; i++) {
			t.lines[day][i] = (int64_t)chance_below(chance, 5) - 2;
			t.before[day + 1] += t.lines[day][i];
		}
	}
	return t;
}

static struct told told_of(const struct truth *t, int from, int to)
{
	struct told told = { .from = from, .to = to, .opening = t->before[from], .closing = t->before[to + 1] };
	for (int day = from; day <= to; day++)
		for (int i = 0; i < t->count[day]; i++) {
			told.line_sum += t->lines[day][i];
			if (!t->stored[day]) {
				told.overlap_new++;
				told.overlap_sum += t->lines[day][i];
			}
		}
	return told;
}

static void statements_in_any_order_and_overlap_end_in_one_chain(void **state)
{
	struct chance chance = { 99 };
	(void)state;
	for (int round = 0; round < 400; round++) {
		struct arena *arena = arena_open();
		struct world w = world_open(arena);
		struct truth t = make_truth(&chance);
		int missing = DAYS;
		while (missing) {
			int from = (int)chance_below(&chance, DAYS), to = from + (int)chance_below(&chance, 4);
			to = to < DAYS ? to : DAYS - 1;
			const struct statement *s = decide(&w, told_of(&t, from, to));
			if (s->state == STATEMENT_QUARANTINED)
				fail_msg("round %d, days %d to %d: %.*s", round, from, to, SPAN_ARG(s->reason));
			for (int day = from; day <= to; day++) {
				missing -= !t.stored[day];
				t.stored[day] = true;
			}
		}
		assert_int_equal(chain(&w)->gap_sum, 0);
		assert_int_equal(open_gaps(&w), 0);
		assert_int_equal(open_exceptions(&w, EXCEPTION_STATEMENT_GAP), 0);
		assert_int_equal(chain(&w)->opening, t.before[0]);
		assert_int_equal(chain(&w)->closing, t.before[DAYS]);
		assert_int_equal(chain(&w)->line_sum, t.before[DAYS] - t.before[0]);
		assert_int_equal(chain(&w)->covered_to.day, 21000 + DAYS - 1);
		arena_close(arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ARENA(the_first_statement_brings_the_opening_balance),
		WITH_ARENA(a_statement_that_does_not_close_is_quarantined_and_posts_nothing),
		WITH_ARENA(what_could_not_be_read_nobody_can_accept),
		WITH_ARENA(the_next_statement_is_disjoint_even_on_the_same_day),
		WITH_ARENA(a_statement_seen_before_overlaps_even_where_its_balances_would_continue),
		WITH_ARENA(a_gap_is_an_exception_with_its_amount_that_closes_when_the_missing_statement_comes),
		WITH_ARENA(a_gap_may_be_filled_from_its_middle),
		WITH_ARENA(an_older_statement_moves_the_opening_balance),
		WITH_ARENA(an_overlap_that_leaves_no_room_for_its_lines_is_quarantined),
		WITH_ARENA(statements_in_any_order_and_overlap_end_in_one_chain),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
