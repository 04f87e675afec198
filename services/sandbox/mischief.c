#include "mischief.h"

#include "json_in.h"
#include "json_out.h"

struct plan {
	int64_t times, value;
	struct span match; /* only what contains it; empty: everything */
};

struct mischief {
	struct plan plans[MISDEEDS];
};

static const char *const names[] = {
	[PROVIDER_500] = "provider_500",
	[PROVIDER_500_LATE] = "provider_500_late",
	[PROVIDER_429] = "provider_429",
	[PROVIDER_SLOW] = "provider_slow",
	[PROVIDER_NO_ANSWER] = "provider_no_answer",
	[PROVIDER_LOST] = "provider_lost",
	[WEBHOOK_REPEAT] = "webhook_repeat",
	[WEBHOOK_REORDER] = "webhook_reorder",
	[WEBHOOK_DELAY] = "webhook_delay",
	[WEBHOOK_LOST] = "webhook_lost",
	[WEBHOOK_FORGE] = "webhook_forge",
	[SMTP_DEFER] = "smtp_defer",
	[SMTP_REJECT] = "smtp_reject",
	[SMTP_NO_ANSWER] = "smtp_no_answer",
	[SMTP_LOST] = "smtp_lost",
	[SMTP_BOUNCE] = "smtp_bounce",
	[STATEMENT_OVERLAP] = "statement_overlap",
	[STATEMENT_REPEAT] = "statement_repeat",
	[STATEMENT_DAMAGE] = "statement_damage",
	[STATEMENT_LATE] = "statement_late",
	[MISDEEDS] = NULL,
};

struct mischief *mischief_open(struct arena *arena)
{
	return ARENA_NEW(arena, struct mischief);
}

bool mischief_take(struct world *world, enum misdeed misdeed, struct span object)
{
	struct plan *plan = &world->mischief->plans[misdeed];

	if (plan->times == 0)
		return false;
	if (plan->match.size > 0 && memmem(object.at, object.size, plan->match.at, plan->match.size) == NULL)
		return false;
	plan->times--;
	return true;
}

int64_t mischief_value(const struct world *world, enum misdeed misdeed)
{
	return world->mischief->plans[misdeed].value;
}

static void print(struct ask *ask, struct answer *answer)
{
	struct json_out out;
	struct text text;

	text_init(&text, ask->arena);
	json_out_init(&out, &text);
	json_out_object(&out, NULL);
	for (size_t i = 0; i < MISDEEDS; i++)
		json_out_int(&out, names[i], ask->world->mischief->plans[i].times);
	json_out_object_end(&out);
	answer_json(answer, 200, &text);
}

/* {"what": "provider_slow", "times": 3, "value": 2000, "match": "/v1/refunds"}; times 0 ends it. */
static enum err set(struct ask *ask, struct answer *answer, struct why *why)
{
	struct plan plan = { .times = 1, .value = 1 };
	struct json_in in;
	size_t what;

	TRY(json_in_open(&in, ask->arena, ask->body, why));
	TRY(json_in_choice(&in, "what", names, &what, why));
	if (json_in_has(&in, "times"))
		TRY(json_in_int64(&in, "times", 0, 1000000, &plan.times, why));
	if (json_in_has(&in, "value"))
		TRY(json_in_int64(&in, "value", 0, 1000000, &plan.value, why));
	if (json_in_has(&in, "match"))
		TRY(json_in_text(&in, "match", 0, 200, &plan.match, why));
	TRY(json_in_done(&in, why));
	plan.match = world_keep(ask->world, plan.match);
	ask->world->mischief->plans[what] = plan;
	print(ask, answer);
	return OK;
}

static enum err show(struct ask *ask, struct answer *answer, struct why *why)
{
	(void)why;
	print(ask, answer);
	return OK;
}

const struct door mischief_doors[] = {
	{ "POST", "/sandbox/misbehave", "what the world is to do wrong: what, times, value, match", set },
	{ "GET", "/sandbox/misbehave", "what it is still going to do wrong", show },
	{ 0 },
};
