#include <stdlib.h>

#include "payments_queries.h"
#include "store.h"
#include "store_rows.h"

/* ---- attempts ---- */

static void put_key(struct args *args, const struct attempt *attempts, size_t n)
{
	struct array *merchants = args_array(args, DB_TEXT), *ids = args_array(args, DB_UUID);

	for (size_t i = 0; i < n; i++) {
		array_text(merchants, attempts[i].merchant);
		array_uuid(ids, attempts[i].id);
	}
}

/* The rows of one attempt among all: how many; *first is where they begin. They stand together. */
static size_t rows_of(struct reader *in, const struct attempt *attempt, size_t *first)
{
	size_t n = 0;

	for (in->row = 0; in->row < in->rows->count; in->row++) {
		if (!uuid_equal(read_uuid(in, "attempt_id"), attempt->id))
			continue;
		*first = n++ == 0 ? in->row : *first;
	}
	in->row = *first;
	return n;
}

static void take(struct reader *items, struct reader *refunds, struct attempt *attempt)
{
	struct attempt_item *item;
	struct refund *refund;
	size_t first = 0;

	attempt->item_count = rows_of(items, attempt, &first);
	attempt->items = item = ARENA_ARRAY(items->arena, struct attempt_item, attempt->item_count);
	for (size_t i = 0; i < attempt->item_count; i++, items->row++)
		item[i] = read_attempt_item(items);
	first = 0;
	attempt->refund_count = rows_of(refunds, attempt, &first);
	attempt->refunds = refund = ARENA_ARRAY(refunds->arena, struct refund, attempt->refund_count);
	for (size_t i = 0; i < attempt->refund_count; i++, refunds->row++)
		refund[i] = read_refund(refunds);
}

static enum err read_attempts(struct db *db, struct arena *arena, const struct rows *rows, struct attempt **out, size_t *n, struct why *why)
{
	struct args *args = args_new(arena);
	struct rows item_rows = { 0 }, refund_rows = { 0 };
	struct reader in = { .rows = rows, .arena = arena }, items = { .rows = &item_rows, .arena = arena },
		      refunds = { .rows = &refund_rows, .arena = arena };

	*n = rows->count;
	*out = ARENA_ARRAY(arena, struct attempt, *n);
	for (; in.row < *n; in.row++)
		(*out)[in.row] = read_attempt(&in);
	if (*n == 0)
		return OK;
	put_key(args, *out, *n);
	db_queue_rows(db, arena, &q_attempt_item_fetch, args, &item_rows);
	db_queue_rows(db, arena, &q_refund_fetch, args, &refund_rows);
	TRY(db_flush(db, why));
	for (size_t i = 0; i < *n; i++)
		take(&items, &refunds, &(*out)[i]);
	return OK;
}

enum err store_attempt(
	struct db *db, struct arena *arena, struct span merchant, struct uuid id, const struct attempt **out, struct why *why)
{
	struct args *args = args_new(arena);
	struct attempt *attempts;
	struct rows rows;
	size_t n;

	args_text(args, merchant.at != NULL ? merchant : SPAN(""));
	args_uuid(args, id);
	TRY(db_exec(db, arena, &q_attempt_show, args, &rows, why));
	TRY(read_attempts(db, arena, &rows, &attempts, &n, why));
	*out = n > 0 ? attempts : NULL;
	return OK;
}

enum err store_attempts(
	struct db *db, struct arena *arena, const struct attempt_filter *filter, struct attempt **out, size_t *n, struct why *why)
{
	struct args *args = args_new(arena);
	struct rows rows;

	args_text(args, filter->merchant);
	args_uuid(args, filter->before);
	args_text(args, filter->customer.at != NULL ? filter->customer : SPAN(""));
	args_text(args, filter->state.at != NULL ? filter->state : SPAN(""));
	if (uuid_is_zero(filter->invoice))
		args_null(args);
	else
		args_uuid(args, filter->invoice);
	args_int4(args, filter->limit);
	TRY(db_exec(db, arena, &q_attempt_list, args, &rows, why));
	return read_attempts(db, arena, &rows, out, n, why);
}

/* ---- the rest ---- */

/* All rows as values. */
#define READ_ALL(arena, rows_, type, read, out, n)                          \
	do {                                                                \
		struct reader in_ = { .rows = &(rows_), .arena = (arena) }; \
		*(n) = (rows_).count;                                       \
		*(out) = ARENA_ARRAY((arena), struct type, *(n));           \
		for (; in_.row < *(n); in_.row++)                           \
			(*(out))[in_.row] = read(&in_);                     \
	} while (0)

enum err store_webhooks(
	struct db *db, struct arena *arena, const struct webhook_filter *filter, struct webhook **out, size_t *n, struct why *why)
{
	struct args *args = args_new(arena);
	struct rows rows;

	args_text(args, filter->merchant);
	args_instant(args, filter->before);
	args_text(args, filter->state.at != NULL ? filter->state : SPAN(""));
	args_int4(args, filter->limit);
	TRY(db_exec(db, arena, &q_webhook_list, args, &rows, why));
	READ_ALL(arena, rows, webhook, read_webhook, out, n);
	return OK;
}

enum err store_webhook_body(struct db *db, struct arena *arena, struct span merchant, struct span account, struct span event,
	struct span *body, struct why *why)
{
	struct args *args = args_new(arena);
	struct rows rows;

	args_text(args, merchant);
	args_text(args, account);
	args_text(args, event);
	TRY(db_exec(db, arena, &q_webhook_body, args, &rows, why));
	*body = rows.count > 0 ? rows_text(&rows, 0, 0) : (struct span){ NULL, 0 };
	return OK;
}

enum err store_alarms(struct db *db, struct arena *arena, struct span merchant, bool closed, int32_t limit, struct alarm **out, size_t *n,
	struct why *why)
{
	struct args *args = args_new(arena);
	struct rows rows;

	args_text(args, merchant);
	args_bool(args, closed);
	args_int4(args, limit);
	TRY(db_exec(db, arena, &q_alarm_list, args, &rows, why));
	READ_ALL(arena, rows, alarm, read_alarm, out, n);
	return OK;
}

enum err store_count_alarms(struct db *db, struct arena *arena, int64_t **counts, struct why *why)
{
	struct rows rows;
	struct reader in = { .rows = &rows, .arena = arena };
	size_t kinds = 0;

	TRY(db_exec(db, arena, &q_alarm_count, NULL, &rows, why));
	while (alarm_kinds[kinds].name != NULL)
		kinds++;
	*counts = ARENA_ARRAY(arena, int64_t, kinds);
	for (; in.row < rows.count; in.row++)
		for (size_t i = 0; i < kinds; i++)
			if (span_is(read_text(&in, "kind"), alarm_kinds[i].name))
				(*counts)[i] = read_int8(&in, "n");
	return OK;
}

enum err store_payouts(
	struct db *db, struct arena *arena, struct span merchant, int32_t limit, struct payout **out, size_t *n, struct why *why)
{
	struct args *args = args_new(arena);
	struct rows rows;

	args_text(args, merchant);
	args_int4(args, limit);
	TRY(db_exec(db, arena, &q_payout_list, args, &rows, why));
	READ_ALL(arena, rows, payout, read_payout, out, n);
	return OK;
}

enum err store_accounts(struct db *db, struct arena *arena, struct span merchant, struct provider_account **out, size_t *n, struct why *why)
{
	struct args *args = args_new(arena);
	struct rows rows;

	args_text(args, merchant);
	TRY(db_exec(db, arena, &q_account_list, args, &rows, why));
	READ_ALL(arena, rows, provider_account, read_account, out, n);
	return OK;
}

enum err store_pay_page(struct db *db, struct arena *arena, const struct attempt *attempt, struct merchant *merchant, int64_t *owed,
	struct instant *now, struct why *why)
{
	struct args *args = args_new(arena);
	struct rows rows;
	struct reader in = { .rows = &rows, .arena = arena };

	args_text(args, attempt->merchant);
	args_uuid(args, attempt->id);
	TRY(db_exec(db, arena, &q_pay_page, args, &rows, why));
	*merchant = (struct merchant){ .id = attempt->merchant, .name = read_text(&in, "name"), .email = read_text(&in, "email") };
	*owed = read_int8(&in, "owed");
	*now = read_instant(&in, "now");
	return OK;
}
