#include <string.h>

#include "wire.h"

static const char *uuid_or_dash(struct arena *arena, struct uuid id)
{
	return uuid_is_zero(id) ? "-" : uuid_text(arena, id);
}

/* Words of a line; "-" is the empty one. */
static enum err next_word(struct span *line, struct span *word)
{
	if (line->size == 0)
		return ERR_INVALID;
	(void)span_cut(*line, ' ', word, line);
	if (span_is(*word, "-"))
		*word = SPAN("");
	return OK;
}

static enum err next_uuid(struct span *line, struct uuid *id)
{
	struct span word;

	*id = (struct uuid){ { 0 } };
	TRY(next_word(line, &word));
	return word.size == 0 ? OK : uuid_parse(word, id);
}

static enum err next_number(struct span *line, int64_t least, int64_t most, int64_t *n)
{
	struct span word;

	TRY(next_word(line, &word));
	TRY(span_int64(word, n));
	return *n >= least && *n <= most ? OK : ERR_INVALID;
}

static enum err malformed(struct why *why)
{
	return why_set(why, ERR_INVALID, "message_malformed", "not one of our own messages");
}

struct span wire_print_attempt(struct arena *arena, struct uuid attempt, struct span customer)
{
	return span_of(arena_printf(arena, "%s %.*s", uuid_text(arena, attempt), SPAN_ARG(customer)));
}

enum err wire_read_attempt(struct message *m, struct arena *arena, struct why *why)
{
	struct named_attempt *named = ARENA_NEW(arena, struct named_attempt);
	struct span line = m->payload;

	if (next_uuid(&line, &named->attempt) != OK || next_word(&line, &named->customer) != OK || line.size > 0)
		return malformed(why);
	m->body = named;
	return OK;
}

struct span wire_print_webhook(struct arena *arena, struct span event, struct uuid attempt, struct span customer)
{
	return span_of(arena_printf(
		arena, "%.*s %s %.*s", SPAN_ARG(event), uuid_or_dash(arena, attempt), SPAN_ARG(customer.size > 0 ? customer : SPAN("-"))));
}

enum err wire_read_named_webhook(struct message *m, struct arena *arena, struct why *why)
{
	struct named_webhook *named = ARENA_NEW(arena, struct named_webhook);
	struct span line = m->payload;

	if (next_word(&line, &named->event) != OK || next_uuid(&line, &named->attempt) != OK || next_word(&line, &named->customer) != OK ||
		line.size > 0)
		return malformed(why);
	m->body = named;
	return OK;
}

/* kind subject attempt customer payout call sent unknown status */
struct span wire_print_answer(struct arena *arena, const struct call_answer *a)
{
	struct text text;

	text_init(&text, arena);
	text_printf(&text, "%s %s %s ", intent_kind_name(a->kind), uuid_text(arena, a->subject), uuid_or_dash(arena, a->attempt));
	text_printf(&text, "%.*s ", SPAN_ARG(a->customer.size > 0 ? a->customer : SPAN("-")));
	text_printf(&text, "%.*s ", SPAN_ARG(a->payout.size > 0 ? a->payout : SPAN("-")));
	text_printf(&text, "%d %d %d %d\n", (int)a->call, a->sent, a->unknown, a->status);
	text_span(&text, a->body);
	return text_done(&text);
}

struct span wire_call_id(struct arena *arena, const struct call_answer *a)
{
	return span_of(arena_printf(arena, "%s:%s:%d", uuid_text(arena, a->subject), intent_kind_name(a->kind), (int)a->call));
}

static enum err read_answer_line(struct span line, struct call_answer *a)
{
	struct span word;
	int64_t call, sent, unknown, status;

	TRY(next_word(&line, &word));
	TRY(intent_kind_parse(word, &a->kind));
	TRY(next_uuid(&line, &a->subject));
	TRY(next_uuid(&line, &a->attempt));
	TRY(next_word(&line, &a->customer));
	TRY(next_word(&line, &a->payout));
	TRY(next_number(&line, 0, INT32_MAX, &call));
	TRY(next_number(&line, 0, 1, &sent));
	TRY(next_number(&line, 0, 1, &unknown));
	TRY(next_number(&line, 0, 999, &status));
	a->call = (int32_t)call;
	a->sent = sent != 0;
	a->unknown = unknown != 0;
	a->status = (int)status;
	return line.size == 0 ? OK : ERR_INVALID;
}

enum err wire_read_answer(struct message *m, struct arena *arena, struct why *why)
{
	struct call_answer *a = ARENA_NEW(arena, struct call_answer);
	struct span line;

	if (!span_cut(m->payload, '\n', &line, &a->body) || read_answer_line(line, a) != OK)
		return malformed(why);
	m->body = a;
	return OK;
}
