#include "store.h"

#include <string.h>

#include "payments_queries.h"
#include "settings.h"
#include "store_rows.h"

/* The daemon has checked its settings before any thread starts, a verb before it opens the database. */
static struct book *store_open(struct arena *arena)
{
	const struct policy *policy;
	struct why why;

	if (settings_policy(&policy, &why) != OK)
		bug("%s", why.text);
	return book_open(arena, policy);
}

/* ---- find ---- */

/* One statement per kind of reference, all of them in one round trip. QUIET and loud ones go apart: their rows say nothing about it. */
struct search {
	const struct query *query;
	int what;
	bool by_id; /* (merchant, uuid), else (merchant, account, text) */
	bool quiet;
	struct writer writer;
	struct rows rows;
};

enum { SEARCHES = 11 };

static void searches_open(struct search *searches, struct arena *arena)
{
	static const struct {
		const struct query *query;
		int what;
		bool by_id, quiet;
	} kinds[SEARCHES] = {
		{ &q_find_attempt, FIND_ATTEMPT, true, false },
		{ &q_find_attempt, FIND_ATTEMPT, true, true },
		{ &q_find_invoice, FIND_INVOICE, true, false },
		{ &q_find_session, FIND_SESSION, false, false },
		{ &q_find_session, FIND_SESSION, false, true },
		{ &q_find_payment, FIND_PAYMENT, false, false },
		{ &q_find_payment, FIND_PAYMENT, false, true },
		{ &q_find_charge, FIND_CHARGE, false, false },
		{ &q_find_charge, FIND_CHARGE, false, true },
		{ &q_find_refund, FIND_REFUND, false, false },
		{ &q_find_refund, FIND_REFUND, false, true },
	};

	for (size_t i = 0; i < SEARCHES; i++) {
		searches[i] =
			(struct search){ .query = kinds[i].query, .what = kinds[i].what, .by_id = kinds[i].by_id, .quiet = kinds[i].quiet };
		writer_open(&searches[i].writer, arena, kinds[i].by_id ? "tu" : "ttt");
	}
}

static void search_add(struct search *searches, const struct find *f)
{
	struct span account, reference;
	struct search *s = searches;
	struct uuid id;

	while (s->what != (f->what & ~FIND_QUIET) || s->quiet != ((f->what & FIND_QUIET) != 0))
		if (++s == searches + SEARCHES)
			bug("nobody finds %d", f->what);
	put_text(&s->writer, f->merchant);
	if (s->by_id) {
		if (uuid_from_bytes(f->text, &id) != OK)
			bug("an id of %zu bytes was looked for", f->text.size);
		put_uuid(&s->writer, id);
		return;
	}
	if (!span_cut(f->text, '\0', &account, &reference))
		bug("a reference without an account was looked for");
	put_text(&s->writer, account);
	put_text(&s->writer, reference);
}

static void note_owner(struct book *book, const struct search *s, struct reader *in, struct span text)
{
	struct span key = key_owner(book->arena, s->what, read_text(in, "merchant_id"), text);
	struct owner owner = {
		.attempt = read_uuid(in, "attempt_id"), .customer = read_text(in, "customer_ref"), .payment = read_text(in, "payment")
	};

	if (s->what == FIND_REFUND)
		owner.refund = read_uuid(in, "refund_id");
	if (!shelf_is_loaded(&book->owners, key))
		shelf_put(&book->owners, key, &owner);
}

/* Whoever owns what was found is locked, and his attempt is fetched. */
static void found(const struct search *s, struct book *book, struct need *need, struct reader *in)
{
	struct span merchant = read_text(in, "merchant_id");
	struct uuid id;

	if (!s->quiet)
		need_key(need, KIND_CUSTOMER, merchant, read_text(in, "customer_ref"));
	if (s->what == FIND_INVOICE)
		return;
	id = read_uuid(in, "attempt_id");
	if (!s->quiet)
		need_want(need, WANT_ATTEMPT, merchant, span_copy(book->arena, uuid_span(&id)));
	if (s->what == FIND_ATTEMPT)
		note_owner(book, s, in, span_copy(book->arena, uuid_span(&id)));
	else
		note_owner(book, s, in, book_pair(book->arena, read_text(in, "account"), read_text(in, "reference")));
}

static enum err store_find(struct db *db, struct arena *arena, struct book *book, struct need *need, struct why *why)
{
	struct search *searches = ARENA_ARRAY(arena, struct search, SEARCHES);

	searches_open(searches, arena);
	for (size_t i = 0; i < need->find_count; i++)
		search_add(searches, &need->finds[i]);
	for (size_t i = 0; i < SEARCHES; i++)
		if (searches[i].writer.rows > 0)
			db_queue_rows(db, arena, searches[i].query, searches[i].writer.args, &searches[i].rows);
	TRY(db_flush(db, why));
	for (size_t i = 0; i < SEARCHES; i++)
		for (struct reader in = { .rows = &searches[i].rows, .arena = arena }; in.row < searches[i].rows.count; in.row++)
			found(&searches[i], book, need, &in);
	return OK;
}

/* ---- save ---- */

struct saving {
	struct db *db;
	struct arena *arena;
	struct book *book;
};

/* Walks a shelf for its values that are new or changed. */
static const void *next_value(const struct shelf *shelf, size_t *at, bool news, bool changes)
{
	while (*at < shelf_count(shelf)) {
		struct span key;
		const void *value;
		enum shelf_state state;

		shelf_at(shelf, (*at)++, &key, &value, &state);
		if ((news && state == SHELF_NEW) || (changes && state == SHELF_CHANGED))
			return value;
	}
	return NULL;
}

/* One statement for a shelf's values. */
#define SAVE_SOME(s, shelf, type, news, changes, types, write, query, expected)                    \
	do {                                                                                       \
		const struct type *value_;                                                         \
		struct writer writer_;                                                             \
		size_t at_ = 0;                                                                    \
		writer_open(&writer_, (s)->arena, types);                                          \
		while ((value_ = next_value(&(s)->book->shelf, &at_, news, changes)) != NULL)      \
			write(&writer_, value_);                                                   \
		if (writer_.rows > 0)                                                              \
			db_queue((s)->db, &(query), writer_.args, (expected) ? writer_.rows : -1); \
	} while (0)
#define SAVE(s, shelf, type, types, write, query) SAVE_SOME(s, shelf, type, true, true, types, write, query, true)

/* What refers to something comes after it. */
static enum err store_save(struct db *db, struct arena *arena, struct book *book, struct why *why)
{
	struct saving *s = &(struct saving){ .db = db, .arena = arena, .book = book };

	(void)why;
	SAVE(s, merchants, merchant, merchant_types, write_merchant, q_merchant_save);
	SAVE(s, accounts, provider_account, account_types, write_account, q_account_save);
	SAVE(s, attempts, attempt, attempt_types, write_attempt, q_attempt_save);
	SAVE_SOME(s, attempts, attempt, true, false, attempt_item_types, write_attempt_items, q_attempt_item_insert, true);
	SAVE(s, attempts, attempt, refund_types, write_refunds, q_refund_save);
	SAVE(s, items, item, item_types, write_item, q_item_save);
	SAVE_SOME(s, webhooks, webhook, true, false, webhook_types, write_webhook, q_webhook_insert, true);
	SAVE_SOME(s, webhooks, webhook, false, true, webhook_change_types, write_webhook_change, q_webhook_update, true);
	SAVE(s, payouts, payout, payout_types, write_payout, q_payout_save);
	SAVE_SOME(s, lines, payout_line, true, false, line_types, write_line, q_line_insert, true);
	SAVE(s, intents, intent, intent_types, write_intent, q_intent_save);
	SAVE_SOME(s, alarms, alarm, true, true, alarm_types, write_alarm, q_alarm_save, false);
	return OK;
}

const struct store payments_store = {
	.open = store_open,
	.find = store_find,
	.fetch = store_fetch,
	.save = store_save,
	.mark = book_mark,
	.restore = book_restore,
	.digest = book_digest,
};
