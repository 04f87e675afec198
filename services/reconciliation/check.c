#include "check.h"

#include <stdio.h>
#include <stdlib.h>

#include "check_json.h"
#include "statement.h"

enum { RULES_ROOM = 128 }; /* more than a reader tells of one statement, and the gate's */

struct check {
	struct checked checked;
	enum check_format format;
	struct arena *arena; /* of what is being said */
	void (*say)(void *ctx, struct span line);
	void *ctx;
	struct reading_sink sink;
	struct reading *reading;
	/* The broken rules of the statement that is being read. */
	struct violation broken[RULES_ROOM];
	size_t broken_count;
};

static void say(struct check *c, struct span line)
{
	c->say(c->ctx, line);
	arena_reset(c->arena);
}

/* ---- what the reader tells ---- */

static enum err told_line(void *ctx, const struct reading_line *l, struct why *why)
{
	struct check *c = ctx;
	(void)why;
	*(l->informs ? &c->checked.informed : &c->checked.lines) += 1;
	if (c->format == CHECK_JSON)
		say(c, check_json_line(c->arena, l));
	return OK;
}

static enum err told_broken(void *ctx, int statement, const struct violation *v, struct why *why)
{
	struct check *c = ctx;
	(void)statement, (void)why;
	if (c->broken_count < RULES_ROOM)
		c->broken[c->broken_count++] = *v;
	return OK;
}

/* The gate looks at what the reader could understand. */
static void pass_gate(struct check *c, const struct reading_statement *s)
{
	struct span reason = SPAN("");
	if (c->broken_count || s->kind != READING_STATEMENT)
		return;
	struct violation v = { .rule = statement_balance(c->arena, s->opening, s->line_sum, s->reversal_sum, s->closing.minor, &reason),
		.place = s->closing_place };
	snprintf(v.text, sizeof(v.text), "%.*s", SPAN_ARG(reason));
	if (v.rule != RULE_NONE)
		c->broken[c->broken_count++] = v;
}

static bool is_contradicted(const struct check *c)
{
	for (size_t i = 0; i < c->broken_count; i++)
		if (rule_contradicts(c->broken[i].rule))
			return true;
	return false;
}

static const char *verdict(struct check *c, const struct reading_statement *s)
{
	if (s->kind != READING_STATEMENT && !is_contradicted(c)) {
		c->checked.informing++;
		return "informs";
	}
	if (c->broken_count) {
		c->checked.quarantined++;
		return "quarantined";
	}
	c->checked.closing++;
	return "closes";
}

static void say_rule(struct check *c, const char *before, const struct violation *v)
{
	say(c, span_of(arena_printf(c->arena, "%-12sline %ld, byte %ld: %s: %s", before, (long)v->place.line, (long)v->place.byte,
		       rule_word(v->rule), v->text[0] ? v->text : rule_help(v->rule))));
}

static void say_statement(struct check *c, const struct reading_statement *s, const char *word)
{
	struct text t;
	text_init(&t, c->arena);
	text_printf(&t, "%-11s %.*s of %.*s, %ld lines", word, SPAN_ARG(s->id), SPAN_ARG(s->account), (long)(s->line_count + s->skipped));
	if (s->has_from && s->has_to)
		text_printf(&t, ", %s to %s", date_text(c->arena, s->from), date_text(c->arena, s->to));
	if (s->has_opening && s->has_closing)
		text_printf(&t, ", %s to %s", money_text(c->arena, s->opening), money_digits(c->arena, s->closing));
	say(c, text_done(&t));
	for (size_t i = 0; i < c->broken_count; i++)
		say_rule(c, "", &c->broken[i]);
}

static enum err told_statement(void *ctx, const struct reading_statement *s, struct why *why)
{
	struct check *c = ctx;
	(void)why;
	pass_gate(c, s);
	const char *word = verdict(c, s);
	if (c->format == CHECK_JSON)
		say(c, check_json_statement(c->arena, s, word, c->broken, c->broken_count));
	else
		say_statement(c, s, word);
	c->broken_count = 0;
	return OK;
}

/* ---- the file ---- */

struct check *check_open(
	const struct reading_settings *settings, enum check_format format, void (*sayer)(void *ctx, struct span line), void *ctx)
{
	struct check *c = calloc(1, sizeof(*c));
	if (!c)
		bug("no memory for a check");
	c->arena = arena_open();
	c->format = format;
	c->say = sayer;
	c->ctx = ctx;
	c->sink = (struct reading_sink){ c, told_line, told_statement, told_broken, told_line, NULL };
	c->reading = reading_open(&c->sink, settings);
	return c;
}

bool check_feed(struct check *c, struct span bytes, bool last)
{
	struct why why;
	enum err err = reading_feed(c->reading, bytes, last, &why);
	snprintf(c->checked.format, sizeof(c->checked.format), "%s", reading_format(c->reading));
	if (err == OK)
		return true;
	c->checked.refused = *reading_violation(c->reading);
	if (c->format == CHECK_JSON)
		say(c, check_json_refused(c->arena, &c->checked.refused));
	else
		say_rule(c, "refused", &c->checked.refused);
	return false;
}

const struct checked *check_result(const struct check *c)
{
	return &c->checked;
}

void check_close(struct check *c)
{
	reading_close(c->reading);
	arena_close(c->arena);
	free(c);
}
