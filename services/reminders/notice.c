#include "notice.h"

static const char *const kinds[] = { "reminder", "receipt" };
static const char *const states[NOTICE_STATES] = { "planned", "sending", "sent", "doubtful", "failed", "cancelled" };
static const char *const acts[NOTICE_ACTS] = { "claim", "taken", "later", "again", "doubt", "refuse", "give_up", "cancel" };

static const struct {
	enum notice_state from;
	enum notice_act act;
	enum notice_state to;
	const char *why;
} rules[] = {
	{ NOTICE_PLANNED, NOTICE_CLAIM, NOTICE_SENDING, "what is owed is still what it says" },
	{ NOTICE_PLANNED, NOTICE_CANCEL, NOTICE_CANCELLED, "facts have overtaken it" },
	{ NOTICE_PLANNED, NOTICE_DOUBT, NOTICE_DOUBTFUL, "it may have been taken, and facts have overtaken it" },
	{ NOTICE_PLANNED, NOTICE_REFUSE, NOTICE_FAILED, "there is no address to send it to" },
	{ NOTICE_SENDING, NOTICE_TAKEN, NOTICE_SENT, "the mail system has taken it" },
	{ NOTICE_SENDING, NOTICE_LATER, NOTICE_PLANNED, "it was not handed over; tried again later" },
	{ NOTICE_SENDING, NOTICE_AGAIN, NOTICE_PLANNED, "nobody knows whether it was taken: the same mail once more" },
	{ NOTICE_SENDING, NOTICE_DOUBT, NOTICE_DOUBTFUL, "nobody knows for the second time: it counts as said" },
	{ NOTICE_SENDING, NOTICE_REFUSE, NOTICE_FAILED, "the mail system refuses it for good" },
	{ NOTICE_SENDING, NOTICE_GIVE_UP, NOTICE_FAILED, "the time for it is over" },
};

/* Minutes until the next try after the n-th; then every twelve hours, for three days. */
static const int ladder[] = { 1, 5, 30, 120, 360, 720 };

enum { LADDER = sizeof(ladder) / sizeof(ladder[0]) };

#define GIVE_UP_US (3 * US_PER_DAY)

const char *notice_kind_name(enum notice_kind kind)
{
	return kinds[kind];
}

const char *notice_state_name(enum notice_state state)
{
	return states[state];
}

enum err notice_state_parse(struct span name, enum notice_state *state)
{
	for (unsigned i = 0; i < NOTICE_STATES; i++)
		if (span_is(name, states[i])) {
			*state = (enum notice_state)i;
			return OK;
		}
	return ERR_INVALID;
}

static bool is_over(enum notice_state state)
{
	return state != NOTICE_PLANNED && state != NOTICE_SENDING;
}

enum err notice_change(struct notice *n, enum notice_act act, struct instant now, struct why *why)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (rules[i].from == n->state && rules[i].act == act) {
			n->state = rules[i].to;
			if (is_over(n->state))
				n->ended_at = now;
			return OK;
		}
	return why_set(why, ERR_CONFLICT, "notice_state", "a notice that is %s: there is no %s", states[n->state], acts[act]);
}

void notice_print_rules(struct text *t)
{
	text_add(t, "notice: from, act, to, why\n");
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		text_printf(t, "  %-10s %-10s %-10s %s\n", states[rules[i].from], acts[rules[i].act], states[rules[i].to], rules[i].why);
}

enum notice_act notice_weigh(const struct notice *n, struct handover h, struct instant now, struct instant *next)
{
	int step = n->tries > LADDER ? LADDER : n->tries;

	*next = now;
	if (h.unknown)
		return n->unknowns == 0 ? NOTICE_AGAIN : NOTICE_DOUBT;
	if (h.sent && h.status >= 200 && h.status < 300)
		return NOTICE_TAKEN;
	if (h.sent && h.status >= 500)
		return NOTICE_REFUSE;
	if (now.us - n->planned_at.us >= GIVE_UP_US)
		return NOTICE_GIVE_UP;
	next->us = now.us + (int64_t)ladder[step > 0 ? step - 1 : 0] * 60 * US_PER_SECOND;
	return NOTICE_LATER;
}

const char *notice_message_id(struct arena *arena, struct uuid id, const char *domain)
{
	return arena_printf(arena, "%s@%s", uuid_text(arena, id), domain);
}
