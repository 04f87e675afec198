#include "http_rules.h"

#include "http_rows.h"
#include "json_in.h"
#include "reconciliation_queries.h"
#include "store_replay.h"
#include "wire.h"

enum { REPLAY_LINES = 20000, REPLAY_CASES = 200, REPLAY_MONTHS = 36 };

static const struct shown sets[] = {
	{ "version", SHOWN_INT },
	{ "state", SHOWN_TEXT },
	{ "waits", SHOWN_WORDS },
	{ "selection_most", SHOWN_NUMBER },
	{ "made_by", SHOWN_TEXT },
	{ "made_at", SHOWN_INSTANT },
	{ "reason", SHOWN_TEXT },
	{ "activated_by", SHOWN_TEXT },
	{ "activated_at", SHOWN_INSTANT },
	{ "activated_reason", SHOWN_TEXT },
	{ "replay", SHOWN_TEXT },
	{ NULL, SHOWN_TEXT },
};
static const struct shown replays[] = {
	{ "digest", SHOWN_TEXT },
	{ "months", SHOWN_INT },
	{ "lines", SHOWN_NUMBER },
	{ "changes", SHOWN_NUMBER },
	{ "replayed_by", SHOWN_TEXT },
	{ "replayed_at", SHOWN_INSTANT },
	{ NULL, SHOWN_TEXT },
};

static struct json_out begin(struct text *t, struct arena *arena)
{
	struct json_out out;
	text_init(t, arena);
	json_out_init(&out, t);
	json_out_object(&out, NULL);
	return out;
}

static struct span finish(struct json_out *out, const struct text *t)
{
	json_out_object_end(out);
	json_out_done(out);
	return text_done(t);
}

enum err rule_sets_json(struct db *db, struct arena *arena, struct span merchant, struct span *body, struct why *why)
{
	struct args *args = args_new(arena);
	struct rows rows;
	struct text t;
	args_text(args, merchant);
	args_null(args);
	TRY(db_exec(db, arena, &q_show_rule_sets, args, &rows, why));
	struct json_out out = begin(&t, arena);
	rows_array(&out, arena, "rule_sets", &rows, sets);
	*body = finish(&out, &t);
	return OK;
}

enum err show_rule_sets(struct request *r, struct db *db, struct response *response, struct why *why)
{
	*response = (struct response){ .status = 200 };
	return rule_sets_json(db, r->arena, r->merchant, &response->body, why);
}

static struct args *version_args(struct arena *arena, struct span merchant, int32_t version)
{
	struct args *args = args_new(arena);
	args_text(args, merchant);
	args_int4(args, version);
	return args;
}

enum err rule_set_json(struct db *db, struct arena *arena, struct span merchant, int32_t version, struct span *body, struct why *why)
{
	struct rows rows, kept;
	struct text t;
	TRY(db_exec(db, arena, &q_show_rule_sets, version_args(arena, merchant, version), &rows, why));
	if (!rows.count)
		return why_set(why, ERR_NOT_FOUND, "not_found", "there is no rule set %d", (int)version);
	TRY(db_exec(db, arena, &q_show_rule_replays, version_args(arena, merchant, version), &kept, why));
	struct json_out out = begin(&t, arena);
	rows_members(&out, arena, &rows, 0, sets);
	rows_array(&out, arena, "replays", &kept, replays);
	*body = finish(&out, &t);
	return OK;
}

enum err show_rule_set(struct request *r, struct db *db, struct response *response, struct why *why)
{
	int32_t version;
	TRY(wire_read_version(request_param(r, "version"), &version, why));
	*response = (struct response){ .status = 200 };
	return rule_set_json(db, r->arena, r->merchant, version, &response->body, why);
}

/* ---- replay ---- */

struct cases {
	struct json_out *out;
	int count;
};

static void print_labels(struct json_out *out, const char *name, const struct candidate *all, size_t n)
{
	json_out_array(out, name);
	for (size_t i = 0; i < n; i++)
		if (all[i].chosen)
			json_out_span(out, NULL, all[i].label);
	json_out_array_end(out);
}

static void print_case(void *ctx, struct arena *arena, const struct replay_line *line, const struct replayed *now)
{
	struct cases *c = ctx;
	(void)arena;
	if (c->count++ >= REPLAY_CASES)
		return;
	json_out_object(c->out, NULL);
	json_out_uuid(c->out, "line_id", line->id);
	json_out_date(c->out, "booking_date", line->booking);
	json_out_money(c->out, "amount", line->amount);
	json_out_string(c->out, "change", replay_word(now->change));
	json_out_span(c->out, "rule_then", line->held);
	json_out_string(c->out, "rule_now", match_rule(now->rule)->word);
	print_labels(c->out, "paid_then", line->candidates, line->count);
	print_labels(c->out, "paid_now", now->candidates, line->count);
	json_out_object_end(c->out);
}

static enum err read_wish(struct request *r, struct replay_wish *wish, struct span *who, struct why *why)
{
	struct json_in in;
	int64_t months = 3;
	TRY(json_in_open(&in, r->arena, r->body, why));
	if (json_in_has(&in, "months"))
		TRY(json_in_int64(&in, "months", 1, REPLAY_MONTHS, &months, why));
	TRY(json_in_text(&in, "who", 1, 100, who, why));
	*wish = (struct replay_wish){ (int)months, REPLAY_LINES };
	return json_in_done(&in, why);
}

enum err replay_accept(struct request *r, struct db *db, struct response *response, struct why *why)
{
	struct replay_wish wish;
	struct replay_sums sums;
	struct rule_set set;
	struct span who;
	struct text t;
	int32_t version;
	TRY(wire_read_version(request_param(r, "version"), &version, why));
	TRY(replay_load_set(db, r->arena, r->merchant, version, &set, why));
	TRY(read_wish(r, &wish, &who, why));
	struct json_out out = begin(&t, r->arena);
	struct cases cases = { &out, 0 };
	json_out_array(&out, "cases");
	TRY(replay_run(db, r->merchant, &wish, &set, print_case, &cases, &sums, why));
	json_out_array_end(&out);
	TRY(replay_keep(db, r->arena, r->merchant, version, wish.months, &sums,
		span_of(arena_printf(r->arena, "%.*s/%.*s", SPAN_ARG(r->client), SPAN_ARG(who))), why));
	json_out_span(&out, "digest", span_hex(r->arena, span_bytes(sums.digest.b, sizeof(sums.digest.b))));
	json_out_int(&out, "months", wish.months);
	json_out_int(&out, "lines", sums.lines);
	json_out_int(&out, "changes", sums.lines - sums.changes[REPLAY_SAME]);
	*response = (struct response){ .status = 200, .body = finish(&out, &t) };
	return OK;
}
