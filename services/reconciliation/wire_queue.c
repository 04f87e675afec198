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

/* Left out: what the default has. */
static enum err read_most(const struct json_in *in, const char *name, int64_t most, int64_t *to, struct why *why)
{
	return json_in_has(in, name) ? json_in_int64(in, name, 0, most, to, why) : OK;
}

static enum err read_known(const struct json_in *in, struct arena *arena, struct span *to, struct why *why)
{
	size_t n = 0;
	struct text t;
	text_init(&t, arena);
	if (json_in_has(in, "known_charges"))
		TRY(json_in_list(in, "known_charges", 0, KNOWN_CHARGES, &n, why));
	for (size_t i = 0; i < n; i++) {
		struct span word;
		int64_t minor;
		TRY(json_in_item_text(in, "known_charges", i, 1, 16, &word, why));
		if (span_int64(word, &minor) != OK || minor <= 0 || minor >= MONEY_LIMIT)
			return why_field(why, ERR_INVALID, "field_invalid", "known_charges", "each is minor units above 0, as a text");
		text_printf(&t, "%s%lld", i ? "\n" : "", (long long)minor);
	}
	*to = text_done(&t);
	return OK;
}

enum err wire_read_policy(const struct message *m, struct arena *arena, struct define_policy *d, struct why *why)
{
	struct json_in in;
	struct currency currency;
	TRY(json_in_open(&in, arena, m->payload, why));
	TRY(wire_read_by(&in, m, &d->by, why));
	TRY(json_in_currency(&in, "currency", &currency, why));
	struct difference_policy *p = &d->policy;
	*p = difference_default(m->merchant, currency);
	TRY(read_most(&in, "short_most", MONEY_LIMIT - 1, &p->short_most, why));
	TRY(read_most(&in, "short_share", SHARE_WHOLE, &p->short_share, why));
	TRY(read_most(&in, "over_most", MONEY_LIMIT - 1, &p->over_most, why));
	TRY(read_most(&in, "over_share", SHARE_WHOLE, &p->over_share, why));
	TRY(read_most(&in, "discount_share", SHARE_WHOLE - 1, &p->discount_share, why));
	TRY(read_most(&in, "discount_days", POLICY_DAYS, &p->discount_days, why));
	TRY(read_most(&in, "grace_days", POLICY_DAYS, &p->grace_days, why));
	TRY(read_most(&in, "charges_most", MONEY_LIMIT - 1, &p->charges_most, why));
	if (json_in_has(&in, "takes_charges"))
		TRY(json_in_bool(&in, "takes_charges", &p->takes_charges, why));
	TRY(read_known(&in, arena, &p->known_charges, why));
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
