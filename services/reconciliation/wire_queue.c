#include "wire.h"

/* Commands on the work queue: {id} of the path is the exception. */

static enum err open_work(struct json_in *in, const struct message *m, struct arena *arena, struct work_exception *w, struct why *why)
{
	TRY(wire_read_target(m, &w->exception, why));
	return json_in_open(in, arena, m->payload, why);
}

enum err wire_read_assign(const struct message *m, struct arena *arena, struct work_exception *w, struct why *why)
{
	struct json_in in;
	TRY(open_work(&in, m, arena, w, why));
	TRY(wire_read_by(&in, m, &w->by, why));
	TRY(json_in_text(&in, "owner", 0, OWNER_MOST, &w->owner, why));
	return json_in_done(&in, why);
}

enum err wire_read_note(const struct message *m, struct arena *arena, struct work_exception *w, struct why *why)
{
	struct json_in in;
	TRY(open_work(&in, m, arena, w, why));
	w->by.client = m->client;
	TRY(json_in_text(&in, "who", 1, 100, &w->by.who, why));
	TRY(json_in_text(&in, "note", 1, 500, &w->by.why, why));
	return json_in_done(&in, why);
}

enum err wire_read_park(const struct message *m, struct arena *arena, struct work_exception *w, struct why *why)
{
	struct json_in in;
	TRY(open_work(&in, m, arena, w, why));
	TRY(wire_read_by(&in, m, &w->by, why));
	TRY(json_in_date(&in, "until", &w->until, why));
	return json_in_done(&in, why);
}

enum err wire_read_follow(const struct message *m, struct arena *arena, struct work_exception *w, struct why *why)
{
	struct json_in in;
	TRY(open_work(&in, m, arena, w, why));
	TRY(wire_read_by(&in, m, &w->by, why));
	if (json_in_has(&in, "rule"))
		TRY(json_in_text(&in, "rule", 1, 40, &w->rule, why));
	return json_in_done(&in, why);
}

enum err wire_read_limit(const struct message *m, struct arena *arena, struct define_limit *d, struct why *why)
{
	struct json_in in;
	TRY(json_in_open(&in, arena, m->payload, why));
	TRY(wire_read_by(&in, m, &d->by, why));
	TRY(json_in_money(&in, "write_off", &d->write_off, why));
	if (d->write_off.minor < 0)
		return why_field(why, ERR_INVALID, "amount_negative", "write_off", "a limit is 0 or more");
	return json_in_done(&in, why);
}

enum err wire_read_request_refund(const struct message *m, struct arena *arena, struct request_refund *c, struct why *why)
{
	struct json_in in;
	TRY(wire_read_target(m, &c->receipt, why));
	TRY(json_in_open(&in, arena, m->payload, why));
	TRY(wire_read_by(&in, m, &c->by, why));
	TRY(json_in_money(&in, "amount", &c->amount, why));
	if (c->amount.minor < 0)
		return why_field(why, ERR_INVALID, "amount_negative", "amount", "what goes back is 0 or more");
	return json_in_done(&in, why);
}
