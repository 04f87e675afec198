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
		.signs = (unsigned)rows_int4(r, i, rows_column(r, "signs")),
		.chosen = rows_bool(r, i, rows_column(r, "chosen")),
		.minor = rows_int8(r, i, rows_column(r, "minor")),
		.discount = rows_int8(r, i, rows_column(r, "discount")),
	};
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
		.held = text_at(r, i, "rule") };
	memcpy(out.amount.currency.code, currency.at, currency.size < 3 ? currency.size : 3);
	return out;
}

static void replay_one(const struct replay *x, const struct replay_line *line)
{
	struct replayed now = match_replay(x->arena, line, x->set);
	x->sums->lines++;
	x->sums->changes[now.change]++;
	if (now.change != REPLAY_SAME)
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

enum err replay_run(struct db *db, struct span merchant, int months, const struct rule_set *set, replay_tell *tell, void *ctx,
	struct replay_sums *sums, struct why *why)
{
	struct uuid after = { 0 };
	bool more = true;
	*sums = (struct replay_sums){ 0 };
	while (more) {
		struct arena *arena = arena_open();
		struct replay x = { arena, set, tell, ctx, sums };
		struct args *args = args_new(arena);
		struct rows rows;
		args_text(args, merchant);
		args_uuid(args, after);
		args_int4(args, months);
		args_int8(args, PAGE);
		enum err err = db_exec(db, arena, &q_replay_lines, args, &rows, why);
		if (err == OK)
			replay_rows(&x, &rows);
		more = err == OK && rows.count;
		if (more)
			after = rows_uuid(&rows, rows.count - 1, rows_column(&rows, "line_id"));
		arena_close(arena);
		TRY(err);
	}
	return OK;
}
