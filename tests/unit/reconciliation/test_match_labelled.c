#include "labelled.h"

#include <stdio.h>

#include "golden.h"
#include "ledger.h"
#include "match/replay.h"

/*
 * The matcher over lines whose truth is known, printed by class: nothing is posted that is not so, and nearly everything that says enough is posted.
 * DUNLIN_LABELLED=wrong prints each line that was posted wrongly, =missed each that was not posted; DUNLIN_LABELLED_TOWNS=3000 makes more of them.
 */

enum { TOWNS = 300, LINES_OF_TOWN = 20, RECALL_OF_HUNDRED = 95 };

struct tally {
	int lines, posted, wrong, owed, missed;
};

static size_t place_of(const char *class)
{
	size_t i = 0;
	while (strcmp(labelled_class(i), class) != 0)
		i++;
	return i;
}

/* Nothing is open of what was paid, and what was lacking was settled as what it is. */
static bool is_settled(const struct world *w, struct uuid id, const struct labelled *l)
{
	const struct difference *d;
	size_t of_kind = 0;
	for (size_t i = 0; (d = book_next(w->book, BOOK_DIFFERENCES, &i));)
		of_kind += uuid_equal(d->line, id) && d->kind == l->lacks;
	for (size_t i = 0; i < l->count; i++)
		if (world_item(w, l->invoices[i])->open)
			return false;
	return of_kind == l->count;
}

/* The candidates of the line's last look that were chosen are exactly the truth. */
static bool is_right(const struct world *w, struct uuid id, const struct labelled *l)
{
	const struct kept_candidate *c;
	size_t chosen = 0, right = 0;
	for (size_t i = 0; (c = book_next(w->book, BOOK_CANDIDATES, &i));) {
		if (!uuid_equal(c->line, id) || !c->candidate.chosen)
			continue;
		chosen++;
		for (size_t j = 0; j < l->count; j++)
			right += uuid_equal(l->invoices[j], c->candidate.target);
	}
	return chosen == l->count && right == chosen && (l->lacks == DIFFERENCE_NONE || is_settled(w, id, l));
}

/* The same rules over what was kept come out the same. */
static void assert_replayed(const struct world *w, struct uuid id)
{
	const struct line *line = world_line_now(w, id);
	struct candidate kept[200];
	const struct kept_candidate *c;
	struct replay_line again = {
		.id = id, .booking = line->booking, .amount = line->amount, .candidates = kept, .held = span_of(world_rule(w, id))
	};
	for (size_t i = 0; (c = book_next(w->book, BOOK_CANDIDATES, &i));)
		if (uuid_equal(c->line, id))
			kept[again.count++] = c->candidate;
	if (again.count)
		assert_int_equal(match_replay(w->arena, &again, &rule_set_default).change, REPLAY_SAME);
}

static void print_line(const struct world *w, struct uuid id, const struct labelled *l, const char *what)
{
	const struct kept_candidate *c;
	printf("%s, %s: %lld '%s' ref '%s' of %s, %s: rule %s\n", what, l->class, (long long)l->line.minor, l->line.text,
		l->line.reference ? l->line.reference : "", l->line.name, l->line.iban, world_rule(w, id));
	for (size_t i = 0; (c = book_next(w->book, BOOK_CANDIDATES, &i));) {
		if (!uuid_equal(c->line, id))
			continue;
		bool truth = false;
		for (size_t j = 0; j < l->count; j++)
			truth |= uuid_equal(l->invoices[j], c->candidate.target);
		printf("  %s%s %.*s of %.*s, open %lld:", c->candidate.chosen ? "+" : "-", truth ? "!" : " ", SPAN_ARG(c->candidate.label),
			SPAN_ARG(c->candidate.customer), (long long)c->candidate.open);
		for (unsigned bit = 0; bit < SIGNS; bit++)
			if (c->candidate.signs & UINT64_C(1) << bit)
				printf(" %s", sign_word(bit));
		printf("\n");
	}
}

static void judge(struct world *w, const struct labelled *l, struct tally *t)
{
	const char *show = getenv("DUNLIN_LABELLED");
	struct uuid id = world_line(w, l->line);
	bool posted = world_line_now(w, id)->state == LINE_MATCHED, right = posted && l->owes != OWES_WAIT && is_right(w, id, l);
	assert_replayed(w, id);
	t->lines++;
	t->posted += posted;
	t->wrong += posted && !right;
	t->owed += l->owes == OWES_POST;
	t->missed += l->owes == OWES_POST && !right;
	if (posted && !right && show && !strcmp(show, "wrong"))
		print_line(w, id, l, "wrong");
	if (l->owes == OWES_POST && !posted && show && !strcmp(show, "missed"))
		print_line(w, id, l, "missed");
}

static void live(uint64_t seed, struct tally *tallies)
{
	struct arena *arena = arena_open();
	struct streets town;
	struct labelled l;
	labelled_open(&town, arena, seed);
	for (int lines = 0; lines < LINES_OF_TOWN;) {
		if (!labelled_next(&town, &l))
			continue;
		judge(&town.world, &l, &tallies[place_of(l.class)]);
		lines++;
	}
	assert_proven(&town.world);
	arena_close(arena);
}

static void print_tally(struct text *text, const char *class, const struct tally *t)
{
	text_printf(text, "%-24s %5d lines %5d posted %3d wrong", class, t->lines, t->posted, t->wrong);
	if (t->owed)
		text_printf(text, " %4d of %4d that say enough", t->owed - t->missed, t->owed);
	text_add(text, "\n");
}

static uint64_t towns(void)
{
	const char *more = getenv("DUNLIN_LABELLED_TOWNS");
	return more ? strtoull(more, NULL, 10) : TOWNS;
}

/* For the runner, which shows what is marked so. */
static void show(struct span table)
{
	struct span line;
	while (table.size) {
		span_cut(table, '\n', &line, &table);
		printf("## %.*s\n", SPAN_ARG(line));
	}
}

static void what_is_posted_is_so_and_what_says_enough_is_posted(void **state)
{
	struct tally tallies[64] = { 0 }, all = { 0 };
	struct text table;
	text_init(&table, *state);
	for (uint64_t seed = 1; seed <= towns(); seed++)
		live(seed, tallies);
	for (size_t i = 0; labelled_class(i); i++) {
		const struct tally *t = &tallies[i];
		print_tally(&table, labelled_class(i), t);
		all = (struct tally){ all.lines + t->lines, all.posted + t->posted, all.wrong + t->wrong, all.owed + t->owed,
			all.missed + t->missed };
	}
	print_tally(&table, "all", &all);
	show(text_done(&table));
	for (size_t i = 0; labelled_class(i); i++)
		assert_true(tallies[i].lines > 20);
	assert_true(all.lines >= 5000);
	assert_int_equal(all.wrong, 0);
	assert_true((all.owed - all.missed) * 100 >= all.owed * RECALL_OF_HUNDRED);
	if (towns() == TOWNS)
		assert_golden(*state, "reconciliation_labelled.txt", text_done(&table));
}

int main(void)
{
	const struct CMUnitTest tests[] = { WITH_ARENA(what_is_posted_is_so_and_what_says_enough_is_posted) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
