#include <stdlib.h>

#include "payments_queries.h"
#include "store.h"
#include "store_rows.h"

/* ---- timers ---- */

enum err store_unused(
	struct db *db, struct arena *arena, struct instant now, size_t limit, struct due_attempt **out, size_t *n, struct why *why)
{
	struct args *args = args_new(arena);
	struct rows rows;
	struct reader in = { .rows = &rows, .arena = arena };

	args_instant(args, now);
	args_int4(args, (int32_t)limit);
	TRY(db_exec(db, arena, &q_attempt_unused, args, &rows, why));
	*n = rows.count;
	*out = ARENA_ARRAY(arena, struct due_attempt, *n);
	for (; in.row < *n; in.row++)
		(*out)[in.row] = (struct due_attempt){ .merchant = read_text(&in, "merchant_id"),
			.customer = read_text(&in, "customer_ref"),
			.attempt = read_uuid(&in, "attempt_id") };
	return OK;
}

/* A count and the instant of the next, INT64_MAX where there is none. */
static enum err next_of(struct db *db, struct arena *arena, const struct query *query, struct instant now, const char *count, int64_t *due,
	struct instant *next, struct why *why)
{
	struct args *args = args_new(arena);
	struct rows rows;
	struct reader in = { .rows = &rows, .arena = arena };

	args_instant(args, now);
	TRY(db_exec(db, arena, query, args, &rows, why));
	*due = read_int8(&in, count);
	*next = read_instant(&in, "next");
	if (next->us == 0)
		next->us = INT64_MAX;
	return OK;
}

enum err store_unused_next(struct db *db, struct arena *arena, struct instant now, int64_t *due, struct instant *next, struct why *why)
{
	return next_of(db, arena, &q_attempt_unused_next, now, "due", due, next, why);
}

static void read_due_webhooks(struct arena *arena, const struct rows *rows, struct due_webhook **out, size_t *n)
{
	struct reader in = { .rows = rows, .arena = arena };

	*n = rows->count;
	*out = ARENA_ARRAY(arena, struct due_webhook, *n);
	for (; in.row < *n; in.row++)
		(*out)[in.row] = (struct due_webhook){ .merchant = read_text(&in, "merchant_id"),
			.account = read_text(&in, "account"),
			.event = read_text(&in, "event_id"),
			.customer = read_text(&in, "customer_ref"),
			.attempt = read_uuid(&in, "attempt_id") };
}

enum err store_joinable(struct db *db, struct arena *arena, size_t limit, struct due_webhook **out, size_t *n, struct why *why)
{
	struct args *args = args_new(arena);
	struct rows rows;

	args_int4(args, (int32_t)limit);
	TRY(db_exec(db, arena, &q_webhook_joinable, args, &rows, why));
	read_due_webhooks(arena, &rows, out, n);
	return OK;
}

enum err store_overdue(
	struct db *db, struct arena *arena, struct instant since, size_t limit, struct due_webhook **out, size_t *n, struct why *why)
{
	struct args *args = args_new(arena);
	struct rows rows;

	args_instant(args, since);
	args_int4(args, (int32_t)limit);
	TRY(db_exec(db, arena, &q_webhook_overdue, args, &rows, why));
	read_due_webhooks(arena, &rows, out, n);
	return OK;
}

enum err store_overdue_next(struct db *db, struct arena *arena, struct instant since, int64_t *due, struct instant *next, struct why *why)
{
	return next_of(db, arena, &q_webhook_overdue_next, since, "due", due, next, why);
}

/* ---- calls ---- */

struct claiming {
	struct db *db;
	struct arena *arena;
	struct due_call *calls;
	size_t count;
	struct writer attempts, refunds, payouts, accounts;
	struct rows attempt_rows, item_rows, refund_rows, payout_rows, account_rows;
};

static void want_subjects(struct claiming *c)
{
	writer_open(&c->attempts, c->arena, "tu");
	writer_open(&c->refunds, c->arena, "tu");
	writer_open(&c->payouts, c->arena, "tu");
	writer_open(&c->accounts, c->arena, "tt");
	for (size_t i = 0; i < c->count; i++) {
		const struct intent *intent = &c->calls[i].intent;
		struct writer *w = intent->kind == INTENT_PAYOUT ? &c->payouts : &c->attempts;

		put_text(w, intent->merchant);
		put_uuid(w, intent->kind == INTENT_PAYOUT ? intent->subject : intent->attempt);
		if (intent->kind == INTENT_REFUND) {
			put_text(&c->refunds, intent->merchant);
			put_uuid(&c->refunds, intent->subject);
		}
		put_text(&c->accounts, intent->merchant);
		put_text(&c->accounts, intent->account);
	}
}

static enum err read_subjects(struct claiming *c, struct why *why)
{
	if (c->attempts.rows > 0) {
		db_queue_rows(c->db, c->arena, &q_call_attempts, c->attempts.args, &c->attempt_rows);
		db_queue_rows(c->db, c->arena, &q_attempt_item_fetch, c->attempts.args, &c->item_rows);
	}
	if (c->refunds.rows > 0)
		db_queue_rows(c->db, c->arena, &q_call_refunds, c->refunds.args, &c->refund_rows);
	if (c->payouts.rows > 0)
		db_queue_rows(c->db, c->arena, &q_call_payouts, c->payouts.args, &c->payout_rows);
	db_queue_rows(c->db, c->arena, &q_account_fetch, c->accounts.args, &c->account_rows);
	return db_flush(c->db, why);
}

/* The first row of the subject, in->row == count when there is none. Few rows: looked through. */
static bool seek(struct reader *in, struct span merchant, const char *column, struct uuid id)
{
	for (in->row = 0; in->row < in->rows->count; in->row++)
		if (uuid_equal(read_uuid(in, column), id) && span_equal(read_text(in, "merchant_id"), merchant))
			return true;
	return false;
}

static void take_attempt(struct claiming *c, struct due_call *call)
{
	struct reader in = { .rows = &c->attempt_rows, .arena = c->arena }, items = { .rows = &c->item_rows, .arena = c->arena };
	struct attempt_item *list = ARENA_ARRAY(c->arena, struct attempt_item, c->item_rows.count);

	if (!seek(&in, call->intent.merchant, "attempt_id", call->intent.attempt))
		bug("an intent without its attempt");
	call->attempt = read_attempt(&in);
	call->attempt.items = list;
	for (; items.row < c->item_rows.count; items.row++)
		if (uuid_equal(read_uuid(&items, "attempt_id"), call->attempt.id))
			list[call->attempt.item_count++] = read_attempt_item(&items);
	in.rows = &c->refund_rows;
	if (call->intent.kind == INTENT_REFUND && seek(&in, call->intent.merchant, "refund_id", call->intent.subject))
		call->refund = read_refund(&in);
}

static void take_subjects(struct claiming *c)
{
	for (size_t i = 0; i < c->count; i++) {
		struct due_call *call = &c->calls[i];
		struct reader payouts = { .rows = &c->payout_rows, .arena = c->arena };
		struct reader accounts = { .rows = &c->account_rows, .arena = c->arena };

		if (call->intent.kind != INTENT_PAYOUT)
			take_attempt(c, call);
		else if (seek(&payouts, call->intent.merchant, "payout_id", call->intent.subject))
			call->payout = read_text(&payouts, "provider_payout");
		for (; accounts.row < c->account_rows.count; accounts.row++)
			if (span_equal(read_text(&accounts, "merchant_id"), call->intent.merchant) &&
				span_equal(read_text(&accounts, "account"), call->intent.account))
				call->api_key = read_text(&accounts, "api_key");
	}
}

enum err store_claim(struct db *db, struct arena *arena, struct instant now, size_t max, struct due_call **out, size_t *n, struct why *why)
{
	struct claiming *c = ARENA_NEW(arena, struct claiming);
	struct args *args = args_new(arena);
	struct rows rows;
	struct reader in = { .rows = &rows, .arena = arena };

	*c = (struct claiming){ .db = db, .arena = arena };
	args_instant(args, now);
	args_int4(args, (int32_t)max);
	TRY(db_exec(db, arena, &q_intent_claim, args, &rows, why));
	*n = c->count = rows.count;
	*out = c->calls = ARENA_ARRAY(arena, struct due_call, *n);
	for (; in.row < *n; in.row++)
		c->calls[in.row].intent = read_intent(&in);
	if (*n == 0)
		return OK;
	want_subjects(c);
	TRY(read_subjects(c, why));
	take_subjects(c);
	return OK;
}

enum err store_lapsed(struct db *db, struct arena *arena, size_t limit, struct due_call **out, size_t *n, struct why *why)
{
	struct args *args = args_new(arena);
	struct rows rows;
	struct reader in = { .rows = &rows, .arena = arena };

	args_int4(args, (int32_t)limit);
	TRY(db_exec(db, arena, &q_intent_lapsed, args, &rows, why));
	*n = rows.count;
	*out = ARENA_ARRAY(arena, struct due_call, *n);
	for (; in.row < *n; in.row++) {
		(*out)[in.row].intent = read_intent(&in);
		(*out)[in.row].payout = read_text(&in, "provider_payout");
	}
	return OK;
}

enum err store_calls_next(struct db *db, struct arena *arena, struct instant now, int64_t *pending, struct instant *next, struct why *why)
{
	return next_of(db, arena, &q_intent_next, now, "pending", pending, next, why);
}
