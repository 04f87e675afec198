#include "wire.h"

/* "/v1/periods/2026-03/close": a month that is none is one that is not there. */
enum err wire_read_close_period(const struct message *m, struct arena *arena, struct close_period *c, struct why *why)
{
	struct json_in in;
	if (month_parse(wire_path_part(m->target, 3), &c->month) != OK)
		return why_set(why, ERR_NOT_FOUND, "not_found", "there is nothing at %.*s", SPAN_ARG(m->target));
	TRY(json_in_open(&in, arena, m->payload, why));
	TRY(wire_read_by(&in, m, &c->by, why));
	if (json_in_has(&in, "force"))
		TRY(json_in_bool(&in, "force", &c->force, why));
	return json_in_done(&in, why);
}
