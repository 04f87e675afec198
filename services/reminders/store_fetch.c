#include "store_fetch.h"

#include <string.h>

#include "reminders_queries.h"
#include "store_rows.h"

/* What is asked for, side by side, one statement a sort. */
struct asked {
	struct args *args;
	struct array *columns[3];
	size_t count;
};

struct fetch {
	struct db *db;
	struct arena *arena;
	struct book *book;
	struct shelf seen;
	struct asked asked[WANTS];
	struct rows merchants, accounts, merchant_accounts, customers, customer_items, customer_holds, customer_notices, customer_said,
		items, holds, notices, said, notice_items, receipts, statements, account_statements;
};

static const struct {
	enum db_type types[3];
	int columns;
} columns_of[WANTS] = {
	[WANT_MERCHANT] = { { DB_TEXT }, 1 },
	[WANT_ACCOUNT] = { { DB_TEXT, DB_UUID }, 2 },
	[WANT_CUSTOMER] = { { DB_TEXT, DB_TEXT }, 2 },
	[WANT_ITEM] = { { DB_TEXT, DB_UUID, DB_INT4 }, 3 },
	[WANT_HOLD] = { { DB_TEXT, DB_UUID }, 2 },
	[WANT_NOTICE] = { { DB_TEXT, DB_UUID }, 2 },
	[WANT_RECEIPT] = { { DB_TEXT, DB_UUID, DB_TEXT }, 3 },
	[WANT_ZONE] = { { DB_TEXT }, 0 },
	[WANT_STATEMENT] = { { DB_TEXT, DB_UUID }, 2 },
};

/* Each once, however many messages want it. */
static bool is_asked(struct fetch *f, int what, struct span merchant, struct span id)
{
	struct text t;

	text_init(&t, f->arena);
	text_printf(&t, "%d ", what);
	text_span(&t, key_text(f->arena, merchant, id));
	if (shelf_is_loaded(&f->seen, text_done(&t)))
		return true;
	shelf_put(&f->seen, text_done(&t), NULL);
	return false;
}

static void ask_id(struct asked *a, int what, struct span id)
{
	struct uuid uuid;
	int32_t part;

	if (id.size < sizeof(uuid.b) || uuid_from_bytes(span_bytes(id.at, sizeof(uuid.b)), &uuid) != OK)
		bug("an id of %zu bytes was wanted", id.size);
	array_uuid(a->columns[1], uuid);
	if (what == WANT_ITEM) {
		memcpy(&part, span_from(id, sizeof(uuid.b)).at, sizeof(part));
		array_int4(a->columns[2], part);
	} else if (what == WANT_RECEIPT)
		array_text(a->columns[2], span_from(id, sizeof(uuid.b)));
}

static void put_zone(struct fetch *f, struct span name)
{
	struct zone_entry entry;

	if (name.size == 0 || shelf_is_loaded(&f->book->zones, name))
		return;
	entry.zone = zone_load(span_cstr(f->arena, name));
	shelf_put(&f->book->zones, name, &entry);
}

static void ask(struct fetch *f, int what, struct span merchant, struct span id)
{
	struct asked *a = &f->asked[what];

	if (is_asked(f, what, merchant, id))
		return;
	if (what == WANT_ZONE) {
		put_zone(f, id);
		return;
	}
	if (a->count++ == 0) {
		a->args = args_new(f->arena);
		for (int i = 0; i < columns_of[what].columns; i++)
			a->columns[i] = args_array(a->args, columns_of[what].types[i]);
	}
	array_text(a->columns[0], merchant);
	if (what == WANT_CUSTOMER)
		array_text(a->columns[1], id);
	else if (what != WANT_MERCHANT)
		ask_id(a, what, id);
}

static void queue(struct fetch *f, int what, const struct query *query, struct rows *rows)
{
	*rows = (struct rows){ 0 };
	if (f->asked[what].count > 0)
		db_queue_rows(f->db, f->arena, query, f->asked[what].args, rows);
}

static void ask_all(struct fetch *f, const struct need *need)
{
	for (size_t i = 0; i < need->want_count; i++) {
		const struct want *w = &need->wants[i];

		ask(f, w->what, w->merchant, w->id);
		/* With a customer comes its merchant. */
		if (w->what == WANT_CUSTOMER || w->what == WANT_HOLD)
			ask(f, WANT_MERCHANT, w->merchant, SPAN(""));
	}
	queue(f, WANT_MERCHANT, &q_merchant_fetch, &f->merchants);
	queue(f, WANT_MERCHANT, &q_merchant_accounts, &f->merchant_accounts);
	queue(f, WANT_ACCOUNT, &q_account_fetch, &f->accounts);
	queue(f, WANT_CUSTOMER, &q_customer_fetch, &f->customers);
	queue(f, WANT_CUSTOMER, &q_customer_items, &f->customer_items);
	queue(f, WANT_CUSTOMER, &q_customer_holds, &f->customer_holds);
	queue(f, WANT_CUSTOMER, &q_customer_notices, &f->customer_notices);
	queue(f, WANT_ITEM, &q_item_fetch, &f->items);
	queue(f, WANT_HOLD, &q_hold_fetch, &f->holds);
	queue(f, WANT_NOTICE, &q_notice_fetch, &f->notices);
	queue(f, WANT_NOTICE, &q_notice_said, &f->said);
	queue(f, WANT_NOTICE, &q_notice_items, &f->notice_items);
	queue(f, WANT_RECEIPT, &q_receipt_fetch, &f->receipts);
	queue(f, WANT_STATEMENT, &q_statement_fetch, &f->statements);
	queue(f, WANT_ACCOUNT, &q_account_statements, &f->account_statements);
}

static void put(struct shelf *shelf, struct span key, const void *value)
{
	if (!shelf_is_loaded(shelf, key))
		shelf_put(shelf, key, value);
}

#define ROWS(in, from) for (struct reader in = { .rows = (from) }; in.row < in.rows->count; in.row++)

static void put_parties(struct fetch *f)
{
	ROWS(in, &f->merchants)
	{
		struct merchant m = read_merchant(&in);

		put_zone(f, m.zone);
		put(&f->book->merchants, m.id, &m);
	}
	ROWS(in, &f->customers)
	{
		struct customer c = read_customer(&in);

		put_zone(f, c.zone);
		put(&f->book->customers, key_text(f->arena, c.merchant, c.ref), &c);
	}
}

static void put_accounts(struct fetch *f, const struct rows *rows)
{
	ROWS(in, rows)
	{
		struct account a = read_account(&in);

		put(&f->book->accounts, key_id(f->arena, a.merchant, a.id), &a);
	}
}

static void put_items(struct fetch *f, const struct rows *rows)
{
	ROWS(in, rows)
	{
		struct item i = read_item(&in, f->book->policy);

		put(&f->book->items, key_item(f->arena, i.merchant, i.invoice, i.part), &i);
	}
}

static void put_holds(struct fetch *f, const struct rows *rows)
{
	ROWS(in, rows)
	{
		struct hold h = read_hold(&in);

		put(&f->book->holds, key_id(f->arena, h.merchant, h.id), &h);
	}
}

/* What planned notices of customers say: there are few. */
static enum err fetch_said(struct fetch *f, const struct rows *notices, struct rows *said, struct why *why)
{
	struct writer w;

	*said = (struct rows){ 0 };
	if (notices->count == 0)
		return OK;
	writer_open(&w, f->arena, id_types);
	ROWS(in, notices)
	{
		struct span merchant = read_text(&in, "merchant_id");

		write_id(&w, merchant, read_uuid(&in, "notice_id"));
	}
	return db_exec(f->db, f->arena, &q_notice_said, w.args, said, why);
}

/* How many rows from here on are the notice's. */
static size_t count_said(const struct reader *from, const struct notice *n)
{
	struct reader said = *from;

	while (said.row < said.rows->count && uuid_equal(read_uuid(&said, "notice_id"), n->id) &&
		span_equal(read_text(&said, "merchant_id"), n->merchant))
		said.row++;
	return said.row - from->row;
}

/* What they say comes in the order of the notices. */
static void put_notices(struct fetch *f, const struct rows *notices, const struct rows *of_them)
{
	struct reader said = { .rows = of_them };

	ROWS(in, notices)
	{
		struct notice n = read_notice(&in);
		struct notice_item *items = ARENA_ARRAY(f->arena, struct notice_item, count_said(&said, &n));

		while (said.row < of_them->count && uuid_equal(read_uuid(&said, "notice_id"), n.id) &&
			span_equal(read_text(&said, "merchant_id"), n.merchant)) {
			items[n.item_count++] = read_said(&said);
			said.row++;
		}
		n.items = items;
		put(&f->book->notices, key_id(f->arena, n.merchant, n.id), &n);
	}
	if (said.row != of_them->count)
		bug("what notices say is not in their order");
}

static void put_statements(struct fetch *f, const struct rows *rows)
{
	ROWS(in, rows)
	{
		struct statement s = read_statement(&in);

		put(&f->book->statements, key_id(f->arena, s.merchant, s.id), &s);
	}
}

static void put_receipts(struct fetch *f)
{
	ROWS(in, &f->receipts)
	{
		struct span merchant = read_text(&in, "merchant_id");
		struct uuid id = read_uuid(&in, "source_id");
		bool is_there = true;

		put(&f->book->receipts, key_source(f->arena, merchant, read_text(&in, "source"), id), &is_there);
	}
}

enum err store_fetch(struct db *db, struct arena *arena, struct book *book, const struct need *need, struct why *why)
{
	struct fetch f = { .db = db, .arena = arena, .book = book };

	shelf_init(&f.seen, arena, 1, "wants");
	ask_all(&f, need);
	TRY(db_flush(db, why));
	TRY(fetch_said(&f, &f.customer_notices, &f.customer_said, why));
	put_parties(&f);
	put_accounts(&f, &f.merchant_accounts);
	put_accounts(&f, &f.accounts);
	put_items(&f, &f.customer_items);
	put_items(&f, &f.items);
	put_items(&f, &f.notice_items);
	put_holds(&f, &f.customer_holds);
	put_holds(&f, &f.holds);
	put_notices(&f, &f.customer_notices, &f.customer_said);
	put_notices(&f, &f.notices, &f.said);
	put_statements(&f, &f.statements);
	put_statements(&f, &f.account_statements);
	put_receipts(&f);
	return OK;
}
