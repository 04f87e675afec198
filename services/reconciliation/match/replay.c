#include "match/replay.h"

#include <string.h>

static const char *const words[REPLAY_CHANGES] = {
	[REPLAY_SAME] = "the same",
	[REPLAY_POSTS] = "would be posted",
	[REPLAY_WAITS] = "would wait",
	[REPLAY_OTHER] = "would pay something else",
	[REPLAY_RULE] = "another rule, the same outcome",
};

const char *replay_word(enum replay_change change)
{
	return words[change];
}

static void clear(struct candidate *all, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		all[i].chosen = false;
		all[i].minor = 0;
	}
}

static bool is_chosen(const struct candidate *all, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (all[i].chosen)
			return true;
	return false;
}

static enum replay_change compare(const struct replay_line *line, const struct candidate *now, struct span held)
{
	bool posted = is_chosen(line->candidates, line->count), posts = is_chosen(now, line->count);
	if (posted != posts)
		return posts ? REPLAY_POSTS : REPLAY_WAITS;
	if (!match_is_same_choice(line->candidates, now, line->count))
		return REPLAY_OTHER;
	return span_equal(line->held, held) ? REPLAY_SAME : REPLAY_RULE;
}

struct replayed match_replay(struct arena *arena, const struct replay_line *line, const struct rule_set *set)
{
	struct candidate *now = ARENA_ARRAY(arena, struct candidate, line->count + 1);
	int64_t amount = line->amount.minor;
	if (line->count)
		memcpy(now, line->candidates, line->count * sizeof(*now));
	clear(now, line->count);
	enum loss held;
	struct match m = trust_match(arena, &line->trust, set, now, line->count, amount, line->is_return, &held);
	if (held != LOSS_NONE)
		clear(now, line->count);
	return (struct replayed){ compare(line, now, span_of(match_rule(m.rule)->word)), m.rule, now };
}

static void print_choice(struct text *t, const struct candidate *all, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (all[i].chosen)
			text_printf(t, " %.*s", SPAN_ARG(all[i].label));
	if (!is_chosen(all, n))
		text_add(t, " waits");
}

void replay_print(struct text *t, const struct replay_line *line, const struct replayed *now)
{
	char day[DATE_TEXT + 1];
	date_print(line->booking, day);
	text_printf(t, "%s %s %s: %.*s,", day, uuid_text(t->arena, line->id), money_text(t->arena, line->amount), SPAN_ARG(line->held));
	print_choice(t, line->candidates, line->count);
	text_printf(t, " -> %s,", match_rule(now->rule)->word);
	print_choice(t, now->candidates, line->count);
	text_add(t, "\n");
}
