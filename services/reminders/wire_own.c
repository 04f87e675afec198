#include "json_in.h"
#include "json_out.h"
#include "wire.h"

/* ---- commands ---- */

enum err wire_read_place_hold(struct message *m, struct arena *arena, struct why *why)
{
	static const char *const kinds[] = { "dispute", "promise", NULL };
	struct place_hold *command = ARENA_NEW(arena, struct place_hold);
	struct json_in in;
	size_t kind;

	TRY(json_in_open(&in, arena, m->payload, why));
	TRY(json_in_choice(&in, "kind", kinds, &kind, why));
	command->kind = span_of(kinds[kind]);
	if (json_in_has(&in, "invoice_id"))
		TRY(json_in_uuid(&in, "invoice_id", &command->invoice, why));
	if (json_in_has(&in, "customer_ref"))
		TRY(json_in_text(&in, "customer_ref", 1, 64, &command->customer, why));
	if (uuid_is_zero(command->invoice) && command->customer.size == 0)
		return why_field(why, ERR_INVALID, "field_missing", "invoice_id", "name an invoice or a customer");
	command->has_until = json_in_has(&in, "until");
	if (command->has_until)
		TRY(json_in_date(&in, "until", &command->until, why));
	else if (span_is(command->kind, "promise"))
		return why_field(why, ERR_INVALID, "field_missing", "until", "a promise has a date");
	command->has_amount = json_in_has(&in, "amount");
	if (command->has_amount)
		TRY(json_in_money(&in, "amount", &command->amount, why));
	if (command->has_amount && command->amount.minor <= 0)
		return why_field(why, ERR_INVALID, "field_invalid", "amount", "must be above 0");
	TRY(json_in_text(&in, "reason", 1, 500, &command->reason, why));
	TRY(json_in_done(&in, why));
	m->body = command;
	return OK;
}

/* The hold's id stands in the path, …/{id}/release. */
static enum err id_of_target(struct span target, struct uuid *id)
{
	struct span head, tail = target;

	for (int i = 0; i < 3; i++)
		if (!span_cut(tail, '/', &head, &tail))
			return ERR_INVALID;
	(void)span_cut(tail, '/', &head, &tail);
	return uuid_parse(head, id);
}

enum err wire_read_release_hold(struct message *m, struct arena *arena, struct why *why)
{
	struct release_hold *command = ARENA_NEW(arena, struct release_hold);
	struct json_in in;

	if (id_of_target(m->target, &command->hold) != OK)
		return why_set(why, ERR_NOT_FOUND, "hold_unknown", "there is no such hold");
	TRY(json_in_open(&in, arena, m->payload, why));
	TRY(json_in_text(&in, "reason", 1, 500, &command->reason, why));
	TRY(json_in_done(&in, why));
	m->body = command;
	return OK;
}

void wire_print_hold(struct json_out *out, const char *name, const struct hold *hold)
{
	json_out_object(out, name);
	json_out_uuid(out, "id", hold->id);
	json_out_span(out, "customer_ref", hold->customer);
	json_out_span(out, "kind", hold->kind);
	json_out_string(out, "state", hold_state_name(hold->state));
	if (!uuid_is_zero(hold->invoice))
		json_out_uuid(out, "invoice_id", hold->invoice);
	if (hold->has_until)
		json_out_date(out, "until", hold->until);
	if (hold->has_amount)
		json_out_money(out, "amount", hold->amount);
	json_out_span(out, "actor", hold->actor);
	json_out_span(out, "reason", hold->reason);
	json_out_instant(out, "placed_at", hold->placed_at);
	if (hold->state != HOLD_ACTIVE)
		json_out_instant(out, "ended_at", hold->ended_at);
	json_out_object_end(out);
}

/* ---- words in a line ---- */

static enum err next_word(struct span *line, struct span *word)
{
	if (line->size == 0)
		return ERR_INVALID;
	(void)span_cut(*line, ' ', word, line);
	return word->size > 0 ? OK : ERR_INVALID;
}

static enum err next_number(struct span *line, int64_t most, int64_t *n)
{
	struct span word;

	TRY(next_word(line, &word));
	TRY(span_int64(word, n));
	return *n >= 0 && *n <= most ? OK : ERR_INVALID;
}

static enum err next_named(struct span *line, struct named *named)
{
	struct span word;

	TRY(next_word(line, &named->merchant));
	TRY(next_word(line, &named->customer));
	TRY(next_word(line, &word));
	named->id = (struct uuid){ { 0 } };
	named->aside = 0;
	return span_is(word, "-") ? OK : uuid_parse(word, &named->id);
}

static enum err malformed(struct why *why)
{
	return why_set(why, ERR_INVALID, "message_malformed", "not one of our own messages");
}

struct span wire_print_named(struct arena *arena, const struct named *named)
{
	const char *id = uuid_is_zero(named->id) ? "-" : uuid_text(arena, named->id);
	const char *aside = named->aside > 0 ? arena_printf(arena, " %lld", (long long)named->aside) : "";

	return span_of(arena_printf(arena, "%.*s %.*s %s%s", SPAN_ARG(named->merchant), SPAN_ARG(named->customer), id, aside));
}

enum err wire_read_named(struct message *m, struct arena *arena, struct why *why)
{
	struct named *named = ARENA_NEW(arena, struct named);
	struct span line = m->payload;

	if (next_named(&line, named) != OK || (line.size > 0 && next_number(&line, INT64_MAX, &named->aside) != OK) || line.size > 0)
		return malformed(why);
	m->body = named;
	return OK;
}

struct span wire_print_answered(struct arena *arena, const struct answered *a)
{
	struct span of = wire_print_named(arena, &a->of);

	return span_of(
		arena_printf(arena, "%.*s %d %d %d %d", SPAN_ARG(of), a->tries, a->handover.status, a->handover.sent, a->handover.unknown));
}

enum err wire_read_answered(struct message *m, struct arena *arena, struct why *why)
{
	struct answered *a = ARENA_NEW(arena, struct answered);
	struct span line = m->payload;
	int64_t tries, status, sent, unknown;

	if (next_named(&line, &a->of) != OK || next_number(&line, 1000, &tries) != OK || next_number(&line, 999, &status) != OK ||
		next_number(&line, 1, &sent) != OK || next_number(&line, 1, &unknown) != OK || line.size > 0)
		return malformed(why);
	a->tries = (int)tries;
	a->handover = (struct handover){ .sent = sent != 0, .unknown = unknown != 0, .status = (int)status };
	m->body = a;
	return OK;
}
