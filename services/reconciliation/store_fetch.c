#include <stdlib.h>
#include <string.h>

#include "handlers.h"
#include "reconciliation_queries.h"
#include "store.h"
#include "store_export.h"
#include "store_keys.h"
#include "store_period.h"
#include "store_rows.h"
#include "store_undo.h"

/* Everything under the locks, in one round trip; a second one for what stands of the receipts. */

struct fetch_work {
	struct db *db;
	struct arena *arena;
	struct book *book;
	struct keys keys[WANT_KINDS], subjects, streams;
	/* Receipts are asked for by four ways at once: id, line, invoice, customer. */
	struct args *receipts;
	struct array *receipt_merchants[4], *receipt_ids[4];
	size_t receipt_count;
	struct args *merchants;
	struct array *merchant_ids;
	struct args *ranges;
	struct array *range_merchants, *range_payouts, *range_first, *range_last;
	size_t range_count;
};

static int compare_wants(const void *one, const void *other)
{
	const struct want *a = one, *b = other;
	int by = (a->what > b->what) - (a->what < b->what);
	by = by ? by : span_compare(a->merchant, b->merchant);
	return by ? by : span_compare(a->id, b->id);
}

static int compare_keys(const void *one, const void *other)
{
	const struct key *a = one, *b = other;
	int by = (a->kind > b->kind) - (a->kind < b->kind);
	by = by ? by : span_compare(a->merchant, b->merchant);
	return by ? by : span_compare(a->id, b->id);
}

static bool is_by_text(enum want_what what)
{
	return what == WANT_ACCOUNT || what == WANT_CUSTOMER || what == WANT_UNAPPLIED || what == WANT_MERCHANT || what == WANT_LIMITS ||
	       what == WANT_RULE_SETS || what == WANT_PERIOD || what == WANT_EXPORT;
}

/* What an exception may be about. */
static bool is_subject(enum want_what what)
{
	return what == WANT_STATEMENT || what == WANT_LINE || what == WANT_RECEIPT || what == WANT_REFUND || what == WANT_PAYOUT ||
	       what == WANT_REPORT || what == WANT_SUBJECT;
}

static void add_range(struct fetch_work *w, const struct want *want)
{
	struct uuid payout;
	int32_t ends[2];
	if (want->id.size != sizeof(payout.b) + sizeof(ends))
		bug("a range of %zu bytes", want->id.size);
	memcpy(payout.b, want->id.at, sizeof(payout.b));
	memcpy(ends, want->id.at + sizeof(payout.b), sizeof(ends));
	array_text(w->range_merchants, want->merchant);
	array_uuid(w->range_payouts, payout);
	array_int4(w->range_first, ends[0]);
	array_int4(w->range_last, ends[1]);
	w->range_count++;
}

static void add_receipts(struct fetch_work *w, const struct want *want)
{
	static const enum want_what ways[] = { WANT_RECEIPT, WANT_LINE, WANT_INVOICE, WANT_UNAPPLIED };
	for (size_t i = 0; i < 4; i++) {
		struct uuid id;
		if ((int)ways[i] != want->what)
			continue;
		array_text(w->receipt_merchants[i], want->merchant);
		if (i == 3)
			array_text(w->receipt_ids[i], want->id);
		else if (uuid_from_bytes(want->id, &id) == OK)
			array_uuid(w->receipt_ids[i], id);
		w->receipt_count++;
	}
}

static void add_want(struct fetch_work *w, const struct want *want)
{
	enum want_what what = (enum want_what)want->what;
	if (what == WANT_PAYOUT_LINES) {
		add_range(w, want);
		return;
	}
	if (what == WANT_MERCHANT)
		array_text(w->merchant_ids, want->merchant);
	add_receipts(w, want);
	if (is_by_text(what))
		keys_add_text(&w->keys[what], want->merchant, want->id);
	else
		keys_add_id(&w->keys[what], want->merchant, want->id);
	if (is_subject(what))
		keys_add_id(&w->subjects, want->merchant, want->id);
}

/* Each want once, each locked stream once. */
static void sort_needs(struct fetch_work *w, const struct need *need)
{
	struct want *wants = arena_copy(w->arena, need->wants, need->want_count * sizeof(*wants));
	struct key *keys = arena_copy(w->arena, need->keys, need->key_count * sizeof(*keys));
	for (int i = 0; i < WANT_KINDS; i++)
		keys_open(&w->keys[i], w->arena, is_by_text((enum want_what)i) ? DB_TEXT : DB_UUID);
	keys_open(&w->subjects, w->arena, DB_UUID);
	keys_open(&w->streams, w->arena, DB_TEXT);
	w->receipts = args_new(w->arena);
	for (int i = 0; i < 4; i++) {
		w->receipt_merchants[i] = args_array(w->receipts, DB_TEXT);
		w->receipt_ids[i] = args_array(w->receipts, i == 3 ? DB_TEXT : DB_UUID);
	}
	w->merchants = args_new(w->arena);
	w->merchant_ids = args_array(w->merchants, DB_TEXT);
	w->ranges = args_new(w->arena);
	w->range_merchants = args_array(w->ranges, DB_TEXT);
	w->range_payouts = args_array(w->ranges, DB_UUID);
	w->range_first = args_array(w->ranges, DB_INT4);
	w->range_last = args_array(w->ranges, DB_INT4);
	qsort(wants, need->want_count, sizeof(*wants), compare_wants);
	qsort(keys, need->key_count, sizeof(*keys), compare_keys);
	for (size_t i = 0; i < need->want_count; i++)
		if (!i || compare_wants(&wants[i - 1], &wants[i]))
			add_want(w, &wants[i]);
	for (size_t i = 0; i < need->key_count; i++)
		if (keys[i].kind == KIND_CUSTOMER && (!i || compare_keys(&keys[i - 1], &keys[i])))
			keys_add_text(&w->streams, keys[i].merchant, keys[i].id);
}

/* One statement and the shelf that its rows go to. */
struct fetched {
	enum book_shelf shelf;
	struct rows rows;
};

static void ask(struct fetch_work *w, struct fetched *to, enum book_shelf shelf, const struct keys *keys, const struct query *query)
{
	to->shelf = shelf;
	keys_ask(keys, w->db, w->arena, query, &to->rows);
}

static void ask_args(
	struct fetch_work *w, struct fetched *to, enum book_shelf shelf, const struct args *args, size_t count, const struct query *query)
{
	*to = (struct fetched){ .shelf = shelf };
	if (count)
		db_queue_rows(w->db, w->arena, query, args, &to->rows);
}

static void take(struct fetch_work *w, const struct fetched *all, size_t n)
{
	for (size_t i = 0; i < n; i++)
		table_load(table_of(all[i].shelf), w->arena, w->book, &all[i].rows);
}

static size_t ask_first(struct fetch_work *w, struct fetched *f)
{
	const struct keys *k = w->keys;
	size_t n = 0;
	ask(w, &f[n++], BOOK_ACCOUNTS, &k[WANT_ACCOUNT], &q_account_fetch);
	ask(w, &f[n++], BOOK_GAPS, &k[WANT_ACCOUNT], &q_gap_fetch);
	ask(w, &f[n++], BOOK_EXCEPTIONS, &k[WANT_ACCOUNT], &q_exception_gap_fetch);
	ask(w, &f[n++], BOOK_STATEMENTS, &k[WANT_STATEMENT], &q_statement_fetch);
	ask(w, &f[n++], BOOK_LINES, &k[WANT_LINE], &q_line_fetch);
	ask(w, &f[n++], BOOK_PAYERS, &k[WANT_LINE], &q_line_payer_fetch);
	ask(w, &f[n++], BOOK_INVOICES, &k[WANT_INVOICE], &q_invoice_fetch);
	ask(w, &f[n++], BOOK_ITEMS, &k[WANT_INVOICE], &q_item_fetch);
	ask(w, &f[n++], BOOK_CREDIT_NOTES, &k[WANT_INVOICE], &q_credit_note_waiting_fetch);
	ask(w, &f[n++], BOOK_WANTED, &k[WANT_INVOICE], &q_wanted_fetch);
	ask(w, &f[n++], BOOK_CREDIT_NOTES, &k[WANT_CREDIT_NOTE], &q_credit_note_fetch);
	ask_args(w, &f[n++], BOOK_RECEIPTS, w->receipts, w->receipt_count, &q_receipt_fetch);
	ask(w, &f[n++], BOOK_REFUNDS, &k[WANT_REFUND], &q_refund_fetch);
	ask(w, &f[n++], BOOK_PAYOUTS, &k[WANT_PAYOUT], &q_payout_fetch);
	ask(w, &f[n++], BOOK_REPORTS, &k[WANT_REPORT], &q_report_fetch);
	ask(w, &f[n++], BOOK_REPORT_SUMS, &k[WANT_REPORT], &q_report_sum_fetch);
	ask(w, &f[n++], BOOK_SETTLEMENTS, &k[WANT_SETTLEMENT], &q_settlement_fetch);
	ask(w, &f[n++], BOOK_EXCEPTIONS, &w->subjects, &q_exception_subject_fetch);
	ask(w, &f[n++], BOOK_EXCEPTIONS, &k[WANT_EXCEPTION], &q_exception_fetch);
	ask(w, &f[n++], BOOK_CUSTOMERS, &k[WANT_CUSTOMER], &q_customer_fetch);
	ask(w, &f[n++], BOOK_PAYERS, &k[WANT_CUSTOMER], &q_payer_fetch);
	ask(w, &f[n++], BOOK_CREDITS, &w->streams, &q_credit_fetch);
	ask_args(w, &f[n++], BOOK_MERCHANTS, w->merchants, k[WANT_MERCHANT].count, &q_merchant_fetch);
	ask(w, &f[n++], BOOK_LIMITS, &k[WANT_LIMITS], &q_limit_fetch);
	ask_args(w, &f[n++], BOOK_POLICIES, w->merchants, k[WANT_MERCHANT].count, &q_difference_policy_fetch);
	ask(w, &f[n++], BOOK_LINE_DETAILS, &k[WANT_LINE], &q_line_detail_fetch);
	ask_args(w, &f[n++], BOOK_RULE_SETS, w->merchants, k[WANT_MERCHANT].count, &q_rule_set_live_fetch);
	ask(w, &f[n++], BOOK_RULE_SETS, &k[WANT_RULE_SETS], &q_rule_set_fetch);
	ask(w, &f[n++], BOOK_RULE_REPLAYS, &k[WANT_RULE_SETS], &q_rule_replay_fetch);
	ask_args(w, &f[n++], BOOK_PAYOUT_LINES, w->ranges, w->range_count, &q_payout_line_fetch);
	return n;
}

/* What stands of the receipts, and what it stands against. */
static size_t ask_second(struct fetch_work *w, struct fetched *f)
{
	struct keys receipts;
	const struct receipt *r;
	size_t n = 0;
	keys_open(&receipts, w->arena, DB_UUID);
	for (size_t i = 0; (r = book_next(w->book, BOOK_RECEIPTS, &i));)
		keys_add_uuid(&receipts, r->merchant, r->id);
	if (!receipts.count)
		return 0;
	ask(w, &f[n++], BOOK_ALLOCATIONS, &receipts, &q_allocation_fetch);
	ask(w, &f[n++], BOOK_DIFFERENCES, &receipts, &q_difference_fetch);
	ask(w, &f[n++], BOOK_ITEMS, &receipts, &q_allocation_item_fetch);
	ask(w, &f[n++], BOOK_INVOICES, &receipts, &q_allocation_invoice_fetch);
	ask(w, &f[n++], BOOK_WANTED, &receipts, &q_receipt_wanted_fetch);
	ask(w, &f[n++], BOOK_EXCEPTIONS, &receipts, &q_exception_subject_fetch);
	return n;
}

enum err store_fetch(struct db *db, struct arena *arena, struct book *book, const struct need *need, struct why *why)
{
	struct fetch_work w = { .db = db, .arena = arena, .book = book };
	struct fetched fetched[40];
	sort_needs(&w, need);
	size_t n = ask_first(&w, fetched);
	TRY(db_flush(db, why));
	take(&w, fetched, n);
	n = ask_second(&w, fetched);
	if (n) {
		TRY(db_flush(db, why));
		take(&w, fetched, n);
	}
	TRY(period_fetch(db, arena, book, need, why));
	TRY(export_fetch(db, arena, book, need, why));
	TRY(undo_fetch(db, arena, book, need, why));
	if (!need_holds(need, book))
		return why_set(why, ERR_RETRY, "moved", "what was found was changed before it was locked");
	return OK;
}
