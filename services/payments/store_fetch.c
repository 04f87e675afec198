#include <stdlib.h>
#include <string.h>

#include "payments_queries.h"
#include "store.h"
#include "store_rows.h"

/* Keys of one sort, row by row; an id is its 16 bytes. Several statements take them, alone or one list after another. */
struct keys {
	const char *types; /* of a row: t text, u uuid */
	struct span *cells;
	size_t count, room;
};

/* What one batch reads: first the attempts, which the needs alone don't say, then all that belongs to them, side by side. */
struct fetching {
	struct db *db;
	struct arena *arena;
	struct book *book;
	struct keys attempts, invoices, accounts, merchants, events, references, seen, payouts, lines, alarms;
	struct keys attempt_ids; /* of the attempts that came */
	struct rows attempt_rows, item_rows, refund_rows, intent_rows, payout_intent_rows, part_rows, account_rows, merchant_rows,
		webhook_rows, seen_rows, payout_rows, line_rows, alarm_rows;
};

static void put(struct fetching *f, struct keys *keys, struct span cell)
{
	struct span *more;

	if (keys->count == keys->room) {
		keys->room = keys->room == 0 ? 64 : keys->room * 2;
		more = ARENA_ARRAY(f->arena, struct span, keys->room);
		if (keys->count > 0)
			memcpy(more, keys->cells, keys->count * sizeof(*more));
		keys->cells = more;
	}
	keys->cells[keys->count++] = cell;
}

static void add_column(struct args *args, const struct keys *keys, size_t at)
{
	size_t width = strlen(keys->types);
	bool is_id = keys->types[at] == 'u';
	struct array *array = args_array(args, is_id ? DB_UUID : DB_TEXT);
	struct uuid id;

	for (size_t i = at; i < keys->count; i += width) {
		if (!is_id)
			array_text(array, keys->cells[i]);
		else if (uuid_from_bytes(keys->cells[i], &id) == OK)
			array_uuid(array, id);
		else
			bug("an id of %zu bytes is wanted", keys->cells[i].size);
	}
}

/* The lists as a statement's parameters, in order. */
static struct args *args_of(struct fetching *f, const struct keys *const *lists, size_t n)
{
	struct args *args = args_new(f->arena);

	for (size_t i = 0; i < n; i++)
		for (size_t at = 0; lists[i]->types[at] != '\0'; at++)
			add_column(args, lists[i], at);
	return args;
}
#define ARGS(f, ...) \
	args_of((f), (const struct keys *const[]){ __VA_ARGS__ }, sizeof((const struct keys *const[]){ __VA_ARGS__ }) / sizeof(void *))

static void put_pair(struct fetching *f, struct keys *keys, const struct want *want)
{
	struct span a, b;

	if (!span_cut(want->id, '\0', &a, &b))
		bug("half a pair is wanted");
	put(f, keys, want->merchant);
	put(f, keys, a);
	put(f, keys, b);
}

/* account, event, and where it happens once to an object: object, type. */
static void put_webhook(struct fetching *f, const struct want *want)
{
	struct span account, event, object, type, rest;

	if (!span_cut(want->id, '\0', &account, &rest) || !span_cut(rest, '\0', &event, &rest))
		bug("half a webhook is wanted");
	put(f, &f->events, want->merchant);
	put(f, &f->events, account);
	put(f, &f->events, event);
	if (!span_cut(rest, '\0', &object, &type))
		return;
	put(f, &f->seen, want->merchant);
	put(f, &f->seen, account);
	put(f, &f->seen, object);
	put(f, &f->seen, type);
}

static void put_one(struct fetching *f, struct keys *keys, const struct want *want)
{
	put(f, keys, want->merchant);
	put(f, keys, want->id);
}

static void put_want(struct fetching *f, const struct want *want)
{
	switch (want->what) {
	case WANT_ATTEMPT: put_one(f, &f->attempts, want); return;
	case WANT_INVOICE: put_one(f, &f->invoices, want); return;
	case WANT_ACCOUNT: put_one(f, &f->accounts, want); return;
	case WANT_MERCHANT: put(f, &f->merchants, want->merchant); return;
	case WANT_WEBHOOK: put_webhook(f, want); return;
	case WANT_LOOSE: put_pair(f, &f->references, want); return;
	case WANT_PAYOUT: put_pair(f, &f->payouts, want); return;
	case WANT_LINES: put_pair(f, &f->lines, want); return;
	case WANT_ALARM: put_pair(f, &f->alarms, want); return;
	default: bug("nobody fetches %d", want->what);
	}
}

static enum err fetch_attempts(struct fetching *f, struct why *why)
{
	if (f->attempts.count + f->invoices.count == 0)
		return OK;
	TRY(db_exec(f->db, f->arena, &q_attempt_fetch, ARGS(f, &f->attempts, &f->invoices), &f->attempt_rows, why));
	for (struct reader in = { .rows = &f->attempt_rows, .arena = f->arena }; in.row < f->attempt_rows.count; in.row++) {
		struct uuid id = read_uuid(&in, "attempt_id");

		put(f, &f->attempt_ids, read_text(&in, "merchant_id"));
		put(f, &f->attempt_ids, span_copy(f->arena, uuid_span(&id)));
	}
	return OK;
}

static void queue(struct fetching *f, const struct query *query, const struct keys *keys, struct rows *rows)
{
	if (keys->count > 0)
		db_queue_rows(f->db, f->arena, query, ARGS(f, keys), rows);
}

static enum err fetch_rest(struct fetching *f, struct why *why)
{
	queue(f, &q_attempt_item_fetch, &f->attempt_ids, &f->item_rows);
	queue(f, &q_refund_fetch, &f->attempt_ids, &f->refund_rows);
	queue(f, &q_intent_fetch, &f->attempt_ids, &f->intent_rows);
	if (f->attempt_ids.count + f->invoices.count > 0)
		db_queue_rows(f->db, f->arena, &q_item_fetch, ARGS(f, &f->attempt_ids, &f->invoices), &f->part_rows);
	queue(f, &q_account_fetch, &f->accounts, &f->account_rows);
	queue(f, &q_merchant_fetch, &f->merchants, &f->merchant_rows);
	if (f->events.count + f->references.count > 0)
		db_queue_rows(f->db, f->arena, &q_webhook_fetch, ARGS(f, &f->events, &f->references, &f->attempts), &f->webhook_rows);
	queue(f, &q_seen_fetch, &f->seen, &f->seen_rows);
	queue(f, &q_payout_fetch, &f->payouts, &f->payout_rows);
	queue(f, &q_payout_intent_fetch, &f->payouts, &f->payout_intent_rows);
	queue(f, &q_line_fetch, &f->lines, &f->line_rows);
	queue(f, &q_alarm_fetch, &f->alarms, &f->alarm_rows);
	return db_flush(f->db, why);
}

/* ---- into the book ---- */

static int compare_attempts(const void *a, const void *b)
{
	const struct attempt *x = a, *y = b;
	int order = span_compare(x->merchant, y->merchant);

	return order != 0 ? order : uuid_compare(x->id, y->id);
}

/* The rows of one attempt from in->row on: how many. */
static size_t rows_of(const struct reader *in, const struct attempt *attempt)
{
	struct reader at = *in;

	while (at.row < at.rows->count && span_equal(read_text(&at, "merchant_id"), attempt->merchant) &&
		uuid_equal(read_uuid(&at, "attempt_id"), attempt->id))
		at.row++;
	return at.row - in->row;
}

static void take_items(struct reader *in, struct attempt *attempt)
{
	struct attempt_item *items;

	attempt->item_count = rows_of(in, attempt);
	attempt->items = items = ARENA_ARRAY(in->arena, struct attempt_item, attempt->item_count);
	for (size_t i = 0; i < attempt->item_count; i++, in->row++)
		items[i] = read_attempt_item(in);
}

static void take_refunds(struct reader *in, struct attempt *attempt)
{
	struct refund *refunds;

	attempt->refund_count = rows_of(in, attempt);
	attempt->refunds = refunds = ARENA_ARRAY(in->arena, struct refund, attempt->refund_count);
	for (size_t i = 0; i < attempt->refund_count; i++, in->row++)
		refunds[i] = read_refund(in);
}

/* Items and refunds come in the order of attempts. */
static void put_attempts(struct fetching *f)
{
	size_t n = f->attempt_rows.count;
	struct attempt *attempts = ARENA_ARRAY(f->arena, struct attempt, n);
	struct reader in = { .rows = &f->attempt_rows, .arena = f->arena }, items = { .rows = &f->item_rows, .arena = f->arena },
		      refunds = { .rows = &f->refund_rows, .arena = f->arena };

	for (; in.row < n; in.row++)
		attempts[in.row] = read_attempt(&in);
	qsort(attempts, n, sizeof(*attempts), compare_attempts);
	for (size_t i = 0; i < n; i++) {
		take_items(&items, &attempts[i]);
		take_refunds(&refunds, &attempts[i]);
		shelf_put(&f->book->attempts, key_attempt(f->arena, attempts[i].merchant, attempts[i].id), &attempts[i]);
	}
}

static void put_seen(struct fetching *f, struct span merchant, struct span account, struct span object, struct span type)
{
	struct span key = key_seen(f->arena, merchant, account, object, type);

	if (!shelf_is_loaded(&f->book->seen, key))
		shelf_put(&f->book->seen, key, &(bool){ true });
}

static void put_webhooks(struct fetching *f)
{
	for (struct reader in = { .rows = &f->webhook_rows, .arena = f->arena }; in.row < f->webhook_rows.count; in.row++) {
		struct webhook w = read_webhook(&in);

		shelf_put(&f->book->webhooks, key_webhook(f->arena, w.merchant, w.account, w.event), &w);
		if (read_bool(&in, "is_seen"))
			put_seen(f, w.merchant, w.account, w.object, w.type);
	}
	for (struct reader in = { .rows = &f->seen_rows, .arena = f->arena }; in.row < f->seen_rows.count; in.row++)
		put_seen(f, read_text(&in, "merchant_id"), read_text(&in, "account"), read_text(&in, "object"), read_text(&in, "type"));
}

/* Rows that are values of their own; the same key may be wanted by several, and comes once. */
#define PUT(f, of, shelf, type, read, ...)                                                                     \
	for (struct reader in = { .rows = &(f)->of, .arena = (f)->arena }; in.row < (f)->of.count; in.row++) { \
		struct type v = read(&in);                                                                     \
		struct span key = __VA_ARGS__;                                                                 \
		if (!shelf_is_loaded(&(f)->book->shelf, key))                                                  \
			shelf_put(&(f)->book->shelf, key, &v);                                                 \
	}

enum err store_fetch(struct db *db, struct arena *arena, struct book *book, const struct need *need, struct why *why)
{
	struct fetching *f = ARENA_NEW(arena, struct fetching);

	*f = (struct fetching){ .db = db,
		.arena = arena,
		.book = book,
		.attempts.types = "tu",
		.attempt_ids.types = "tu",
		.invoices.types = "tu",
		.accounts.types = "tt",
		.merchants.types = "t",
		.events.types = "ttt",
		.references.types = "ttt",
		.seen.types = "tttt",
		.payouts.types = "ttt",
		.lines.types = "ttt",
		.alarms.types = "ttt" };
	for (size_t i = 0; i < need->want_count; i++)
		put_want(f, &need->wants[i]);
	TRY(fetch_attempts(f, why));
	TRY(fetch_rest(f, why));
	put_attempts(f);
	put_webhooks(f);
	PUT(f, part_rows, items, item, read_item, key_item(arena, v.merchant, v.invoice, v.part));
	PUT(f, intent_rows, intents, intent, read_intent, key_intent(arena, v.merchant, v.subject, v.kind));
	PUT(f, payout_intent_rows, intents, intent, read_intent, key_intent(arena, v.merchant, v.subject, v.kind));
	PUT(f, account_rows, accounts, provider_account, read_account, key_account(arena, v.merchant, v.name));
	PUT(f, merchant_rows, merchants, merchant, read_merchant, v.id);
	PUT(f, payout_rows, payouts, payout, read_payout, key_payout(arena, v.merchant, v.account, v.provider_payout));
	PUT(f, line_rows, lines, payout_line, read_line, key_line(arena, v.merchant, v.payout, v.number));
	PUT(f, alarm_rows, alarms, alarm, read_alarm, key_alarm(arena, v.merchant, v.kind, v.subject));
	return OK;
}
