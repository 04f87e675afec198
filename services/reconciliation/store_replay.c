#include "store_replay.h"

#include <string.h>

#include "reconciliation_queries.h"

enum { PAGE = 2000 };

struct replay {
	struct arena *arena;
	const struct rule_set *set;
	replay_tell *tell;
	void *ctx;
	struct replay_sums *sums;
	struct digest_stream *digest;
};

static struct span text_at(const struct rows *r, size_t row, const char *column)
{
	return rows_text(r, row, rows_column(r, column));
}

static struct candidate read_candidate(const struct rows *r, size_t i)
{
	return (struct candidate){
		.kind = (enum candidate_kind)rows_int4(r, i, rows_column(r, "kind")),
		.target = rows_uuid(r, i, rows_column(r, "target_id")),
		.customer = text_at(r, i, "customer_ref"),
		.label = text_at(r, i, "label"),
		.open = rows_int8(r, i, rows_column(r, "open")),
		.signs = (uint64_t)rows_int8(r, i, rows_column(r, "signs")),
		.chosen = rows_bool(r, i, rows_column(r, "chosen")),
		.minor = rows_int8(r, i, rows_column(r, "minor")),
		.discount = rows_int8(r, i, rows_column(r, "discount")),
	};
}

static struct trust read_trust(const struct rows *r, size_t i)
{
	struct trust trust;
	struct why why;
	if (trust_read(text_at(r, i, "trust_waits"), &trust, &why) != OK)
		bug("a bank account's trust: %s", why.text);
	trust.person_above = rows_int8(r, i, rows_column(r, "person_above"));
	return trust;
}

static struct replay_line read_line(const struct rows *r, size_t i)
{
	struct span currency = text_at(r, i, "currency");
	struct line line = { .return_reason = text_at(r, i, "return_reason"),
		.code = text_at(r, i, "code"),
		.reversal = rows_bool(r, i, rows_column(r, "reversal")) };
	struct replay_line out = { .id = rows_uuid(r, i, rows_column(r, "line_id")),
		.booking = rows_date(r, i, rows_column(r, "booking_date")),
		.amount = { rows_int8(r, i, rows_column(r, "amount")), { "" } },
		.is_return = line_is_return(&line),
		.held = text_at(r, i, "rule"),
		.trust = read_trust(r, i) };
	memcpy(out.amount.currency.code, currency.at, currency.size < 3 ? currency.size : 3);
	return out;
}

static void replay_one(const struct replay *x, const struct replay_line *line)
{
	struct replayed now = match_replay(x->arena, line, x->set);
	x->sums->lines++;
	x->sums->changes[now.change]++;
	if (now.change == REPLAY_SAME)
		return;
	struct text t;
	text_init(&t, x->arena);
	replay_print(&t, line, &now);
	digest_add(x->digest, text_done(&t));
	x->tell(x->ctx, x->arena, line, &now);
}

/* The rows of a line stand together, one for each candidate; a line without candidates has one without. */
static void replay_rows(const struct replay *x, const struct rows *r)
{
	for (size_t i = 0, end; i < r->count; i = end) {
		struct replay_line line = read_line(r, i);
		struct candidate *all = ARENA_ARRAY(x->arena, struct candidate, r->count - i);
		for (end = i; end < r->count && uuid_equal(rows_uuid(r, end, rows_column(r, "line_id")), line.id); end++)
			if (!rows_is_null(r, end, rows_column(r, "number")))
				all[line.count++] = read_candidate(r, end);
		line.candidates = all;
		if (line.count)
			replay_one(x, &line);
	}
}

/* One page; *after is its last line, *more whether there may be others. */
static enum err replay_page(
	struct db *db, struct span merchant, int months, struct replay *x, struct uuid *after, bool *more, struct why *why)
{
	struct args *args = args_new(x->arena);
	struct rows rows;
	args_text(args, merchant);
	args_uuid(args, *after);
	args_int4(args, months);
	args_int8(args, PAGE);
	TRY(db_exec(db, x->arena, &q_replay_lines, args, &rows, why));
	replay_rows(x, &rows);
	*more = rows.count;
	if (*more)
		*after = rows_uuid(&rows, rows.count - 1, rows_column(&rows, "line_id"));
	return OK;
}

static void begin_digest(struct digest_stream *stream, int months, const struct rule_set *set)
{
	struct arena *arena = arena_open();
	digest_add(stream, span_of(arena_printf(arena, "%d months, selections of %lld, waits: ", months, (long long)set->selection_most)));
	digest_add(stream, rule_set_words(arena, set));
	digest_add(stream, SPAN("\n"));
	arena_close(arena);
}

enum err replay_run(struct db *db, struct span merchant, const struct replay_wish *wish, const struct rule_set *set, replay_tell *tell,
	void *ctx, struct replay_sums *sums, struct why *why)
{
	struct uuid after = { 0 };
	struct digest_stream *stream = digest_open();
	bool more = true;
	enum err err = OK;
	*sums = (struct replay_sums){ 0 };
	begin_digest(stream, wish->months, set);
	while (err == OK && more) {
		struct arena *arena = arena_open();
		struct replay x = { arena, set, tell, ctx, sums, stream };
		err = replay_page(db, merchant, wish->months, &x, &after, &more, why);
		if (err == OK && wish->most && sums->lines > wish->most)
			err = why_set(why, ERR_REFUSED, "replay_too_large",
				"there are more than %lld lines: take fewer months, or the verb", (long long)wish->most);
		arena_close(arena);
	}
	sums->digest = digest_close(stream);
	return err;
}

/* ---- versions ---- */

enum err replay_load_set(struct db *db, struct arena *arena, struct span merchant, int32_t version, struct rule_set *set, struct why *why)
{
	struct args *args = args_new(arena);
	struct rows rows;
	*set = rule_set_default;
	if (!version)
		return OK;
	args_text(args, merchant);
	args_int4(args, version);
	TRY(db_exec(db, arena, &q_show_rule_sets, args, &rows, why));
	if (!rows.count)
		return why_set(why, ERR_NOT_FOUND, "not_found", "there is no rule set %d", (int)version);
	TRY(rule_set_read(text_at(&rows, 0, "waits"), set, why));
	set->selection_most = rows_int8(&rows, 0, rows_column(&rows, "selection_most"));
	return OK;
}

enum err replay_keep(struct db *db, struct arena *arena, struct span merchant, int32_t version, int months, const struct replay_sums *sums,
	struct span who, struct why *why)
{
	struct args *args = args_new(arena);
	struct rows rows;
	args_text(args, merchant);
	args_int4(args, version);
	args_bytes(args, span_bytes(sums->digest.b, sizeof(sums->digest.b)));
	args_int4(args, months);
	args_int8(args, sums->lines);
	args_int8(args, sums->lines - sums->changes[REPLAY_SAME]);
	args_text(args, who);
	return db_exec(db, arena, &q_rule_replay_keep, args, &rows, why);
}
