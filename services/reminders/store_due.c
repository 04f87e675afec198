#include "common_queries.h"
#include "reminders_queries.h"
#include "store.h"
#include "store_fetch.h"
#include "store_rows.h"

/* --- what falls due --- */

static const struct {
	const struct query *due, *next;
	bool is_protocol; /* by real time, which the statement reads itself */
	bool has_id;
} due_kinds[] = {
	[DUE_REVISE] = { &q_revise_due, &q_revise_next, .has_id = true },
	[DUE_EXPIRE] = { &q_expire_due, &q_expire_next, .has_id = true },
	[DUE_LAPSE] = { &q_lapse_due, &q_lapse_next, .is_protocol = true, .has_id = true },
	[DUE_LOOK] = { &q_look_due, &q_look_next },
};

static struct args *args_of(struct arena *arena, enum due_kind kind, struct instant now)
{
	struct args *a = args_new(arena);

	if (!due_kinds[kind].is_protocol)
		args_instant(a, now);
	return a;
}

enum err store_due(struct db *db, struct arena *arena, enum due_kind kind, struct instant now, size_t limit, struct due **due, size_t *n,
	struct why *why)
{
	struct args *a = args_of(arena, kind, now);
	struct rows rows;

	args_int4(a, (int32_t)limit);
	TRY(db_exec(db, arena, due_kinds[kind].due, a, &rows, why));
	*due = ARENA_ARRAY(arena, struct due, rows.count);
	*n = rows.count;
	for (struct reader in = { .rows = &rows }; in.row < rows.count; in.row++) {
		struct due *d = &(*due)[in.row];

		d->what.merchant = read_text(&in, "merchant_id");
		d->what.customer = read_text(&in, "customer_ref");
		if (due_kinds[kind].has_id)
			d->what.id = read_uuid(&in, "id");
		d->no = read_int8(&in, "no");
	}
	return OK;
}

/* A column that may be null: never. */
static struct instant next_of(const struct rows *rows)
{
	int at = rows_column(rows, "next");

	return rows_is_null(rows, 0, at) ? (struct instant){ INT64_MAX } : rows_instant(rows, 0, at);
}

enum err store_due_next(
	struct db *db, struct arena *arena, enum due_kind kind, struct instant now, int64_t *due, struct instant *next, struct why *why)
{
	struct rows rows;

	TRY(db_exec(db, arena, due_kinds[kind].next, args_of(arena, kind, now), &rows, why));
	*due = rows_int8(&rows, 0, rows_column(&rows, "due"));
	*next = due_kinds[kind].is_protocol ? (struct instant){ INT64_MAX } : next_of(&rows);
	return OK;
}

/* --- statements --- */

/* How many receipts of the statement are among those set aside. */
static int64_t count_aside(struct arena *arena, const struct rows *aside, const struct named *statement)
{
	int64_t n = 0;

	for (size_t i = 0; i < aside->count; i++) {
		struct message m = { .key = rows_text(aside, i, rows_column(aside, "key")),
			.payload = rows_text(aside, i, rows_column(aside, "payload")) };
		struct why why = { .err = OK };
		const struct paid *paid;

		if (wire_read_receipt(&m, arena, &why) != OK)
			continue;
		paid = m.body;
		n += uuid_equal(paid->statement, statement->id) && span_equal(paid->notice.merchant, statement->merchant);
	}
	return n;
}

enum err store_due_statements(struct db *db, struct arena *arena, size_t limit, struct due **due, size_t *n, struct why *why)
{
	struct args *a = args_new(arena);
	struct rows rows, aside;
	bool is_read = false;

	args_int4(a, (int32_t)limit);
	TRY(db_exec(db, arena, &q_count_due, a, &rows, why));
	*due = ARENA_ARRAY(arena, struct due, rows.count);
	*n = 0;
	for (struct reader in = { .rows = &rows }; in.row < rows.count; in.row++) {
		struct due *d = &(*due)[*n];
		int64_t missing;

		d->what = (struct named){ .merchant = read_text(&in, "merchant_id"), .customer = read_text(&in, "customer_ref") };
		d->what.id = read_uuid(&in, "id");
		missing = read_int8(&in, "receipts");
		missing -= read_int8(&in, "receipts_read");
		if (missing > 0 && !is_read)
			TRY(db_exec(db, arena, &q_count_aside, NULL, &aside, why));
		is_read = is_read || missing > 0;
		d->what.aside = missing > 0 ? count_aside(arena, &aside, &d->what) : 0;
		*n += missing <= d->what.aside;
	}
	return OK;
}

enum err store_waiting(struct db *db, struct arena *arena, int64_t *customers, struct why *why)
{
	struct rows rows;

	TRY(db_exec(db, arena, &q_waiting_count, NULL, &rows, why));
	*customers = rows_int8(&rows, 0, rows_column(&rows, "customers"));
	return OK;
}

/* --- sending --- */

/* What was claimed, with all that is known of it. */
static enum err take_claimed(
	struct db *db, struct arena *arena, const struct rows *rows, struct book **book, const struct notice ***notices, struct why *why)
{
	struct need need = { .arena = arena };

	for (struct reader in = { .rows = rows }; in.row < rows->count; in.row++) {
		struct span merchant = read_text(&in, "merchant_id");
		struct uuid id = read_uuid(&in, "notice_id");

		need_want(&need, WANT_NOTICE, merchant, span_copy(arena, uuid_span(&id)));
		need_want(&need, WANT_CUSTOMER, merchant, read_text(&in, "customer_ref"));
	}
	TRY(store_look(db, arena, &need, book, why));
	*notices = ARENA_ARRAY(arena, const struct notice *, rows->count);
	for (struct reader in = { .rows = rows }; in.row < rows->count; in.row++)
		(*notices)[in.row] = book_notice(*book, read_text(&in, "merchant_id"), read_uuid(&in, "notice_id"));
	return OK;
}

static enum err claim(
	struct db *db, struct arena *arena, struct instant now, size_t most, int64_t per_hour, struct rows *claimed, struct why *why)
{
	struct args *a = args_new(arena);
	struct rows candidates;
	struct writer w;

	args_instant(a, now);
	args_int4(a, (int32_t)most);
	args_int8(a, per_hour);
	TRY(db_exec(db, arena, &q_claim_candidates, a, &candidates, why));
	*claimed = (struct rows){ 0 };
	if (candidates.count == 0)
		return OK;
	writer_open(&w, arena, id_types);
	for (struct reader in = { .rows = &candidates }; in.row < candidates.count; in.row++) {
		struct span merchant = read_text(&in, "merchant_id");

		write_id(&w, merchant, read_uuid(&in, "notice_id"));
	}
	args_instant(w.args, now);
	return db_exec(db, arena, &q_claim, w.args, claimed, why);
}

enum err store_claim(struct db *db, struct arena *arena, struct instant now, size_t most, int64_t per_hour, struct book **book,
	const struct notice ***notices, size_t *n, struct why *why)
{
	struct rows claimed;
	enum err err;

	*n = 0;
	TRY(db_begin(db, why));
	err = claim(db, arena, now, most, per_hour, &claimed, why);
	if (err == OK && claimed.count > 0)
		err = take_claimed(db, arena, &claimed, book, notices, why);
	if (err == OK)
		err = db_commit(db, why);
	if (err != OK)
		db_rollback(db);
	else
		*n = claimed.count;
	return err;
}

enum err store_pending(struct db *db, struct arena *arena, struct instant now, int64_t per_hour, int64_t *pending, int64_t *held,
	struct instant *next, struct why *why)
{
	struct args *a = args_new(arena);
	struct rows rows;

	args_instant(a, now);
	args_int8(a, per_hour);
	TRY(db_exec(db, arena, &q_send_pending, a, &rows, why));
	*pending = rows_int8(&rows, 0, rows_column(&rows, "pending"));
	*held = rows_int8(&rows, 0, rows_column(&rows, "held"));
	*next = next_of(&rows);
	return OK;
}

/* --- to be shown --- */

static enum err list(
	struct db *db, struct arena *arena, const struct query *query, const struct page *page, struct rows *rows, struct why *why)
{
	struct args *a = args_new(arena);

	args_text(a, page->merchant);
	args_uuid(a, page->before);
	if (page->customer.size > 0)
		args_text(a, page->customer);
	else
		args_null(a);
	args_int4(a, page->limit);
	return db_exec(db, arena, query, a, rows, why);
}

enum err store_notices(struct db *db, struct arena *arena, const struct page *page, struct notice **notices, size_t *n, struct why *why)
{
	struct rows rows;

	TRY(list(db, arena, &q_notice_list, page, &rows, why));
	*n = rows.count;
	*notices = ARENA_ARRAY(arena, struct notice, rows.count);
	for (struct reader in = { .rows = &rows }; in.row < rows.count; in.row++)
		(*notices)[in.row] = read_notice(&in);
	return OK;
}

enum err store_holds(struct db *db, struct arena *arena, const struct page *page, struct hold **holds, size_t *n, struct why *why)
{
	struct rows rows;

	TRY(list(db, arena, &q_hold_list, page, &rows, why));
	*n = rows.count;
	*holds = ARENA_ARRAY(arena, struct hold, rows.count);
	for (struct reader in = { .rows = &rows }; in.row < rows.count; in.row++)
		(*holds)[in.row] = read_hold(&in);
	return OK;
}

enum err store_now(struct db *db, struct arena *arena, struct instant *now, struct why *why)
{
	struct rows rows;

	TRY(db_exec(db, arena, &q_business_now, NULL, &rows, why));
	*now = rows_instant(&rows, 0, rows_column(&rows, "now"));
	return OK;
}
