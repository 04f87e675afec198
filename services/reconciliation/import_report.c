#include "import_report.h"

#include "clock.h"
#include "payout_report.h"
#include "random.h"
#include "readers/settlement.h"
#include "reconciliation_queries.h"

enum { COLUMNS = 22 };

/* ---- rows ---- */

void report_items_begin(struct report_items *items, struct arena *arena)
{
	static const enum db_type types[COLUMNS] = { DB_TEXT, DB_UUID, DB_UUID, DB_TEXT, DB_TEXT, DB_BYTES, DB_INT8, DB_INT8, DB_TEXT,
		DB_TEXT, DB_DATE, DB_DATE, DB_TEXT, DB_INT8, DB_INT8, DB_INT8, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT };
	items->rows = args_new(arena);
	for (int c = 0; c < COLUMNS; c++)
		items->row[c] = args_array(items->rows, types[c]);
	items->count = 0;
}

/* The provider's id makes it the same item, whatever its amounts; without one all that it says does. */
static struct digest key_of(struct arena *arena, const struct notice_of *of, const struct settlement *s)
{
	const char *amounts =
		arena_printf(arena, "%lld %lld %s", (long long)s->gross.minor, (long long)s->fee.minor, date_text(arena, s->created));
	const struct span texts[] = { of->identifier, span_of(s->net.currency.code), s->type, s->item, s->payment, s->original,
		s->reference, s->item.size ? SPAN("") : span_of(amounts) };
	return digest_list(texts, 8);
}

static struct uuid new_id(void)
{
	uint8_t random[10];
	random_bytes(random, sizeof(random));
	return uuid_v7(clock_real(), random);
}

static void add_text(struct array *column, struct span text)
{
	array_text(column, text.at ? text : SPAN(""));
}

/* As payments tell it: what the provider takes for no one payment is a fee, and no gross. */
static void as_told(struct settlement *s, enum item_kind kind)
{
	if (kind != ITEM_FEE || s->net.minor >= 0)
		return;
	s->gross.minor = 0;
	s->fee.minor = -s->net.minor;
}

static void add_amounts(struct report_items *items, const struct settlement *s, struct span rate)
{
	add_text(items->row[12], span_of(s->net.currency.code));
	array_int8(items->row[13], s->gross.minor);
	array_int8(items->row[14], s->fee.minor);
	array_int8(items->row[15], s->has_charged ? s->charged.minor : 0);
	add_text(items->row[16], s->has_charged ? span_of(s->charged.currency.code) : SPAN(""));
	add_text(items->row[17], rate);
}

void report_items_add(struct report_items *items, struct arena *arena, const struct notice_of *of, const struct reading_line *l)
{
	struct settlement s = settlement_of(l);
	struct digest key = key_of(arena, of, &s);
	enum item_kind kind = item_kind_of(span_of(s.kind), s.gross.minor);
	const struct span ids[] = { s.item, s.payment, s.original, s.reference };
	as_told(&s, kind);
	array_text(items->row[0], of->merchant);
	array_uuid(items->row[1], new_id());
	array_uuid(items->row[2], of->report);
	array_text(items->row[3], of->identifier);
	add_text(items->row[4], s.payout);
	array_bytes(items->row[5], span_bytes(arena_copy(arena, key.b, sizeof(key.b)), sizeof(key.b)));
	array_int8(items->row[6], l->number);
	array_int8(items->row[7], l->place.line);
	array_text(items->row[8], span_of(item_kind_word(kind)));
	add_text(items->row[9], s.type);
	array_date(items->row[10], s.created);
	array_date(items->row[11], s.available);
	add_amounts(items, &s, l->rate);
	for (int c = 0; c < 4; c++)
		add_text(items->row[18 + c], ids[c]);
	items->count++;
	items->any = true;
}

void report_items_queue(struct report_items *items, struct db *db)
{
	if (items->count)
		db_queue(db, &q_report_item_stage, items->rows, (int64_t)items->count);
}

/* ---- what belongs together ---- */

static struct args *file_args(struct arena *arena, struct span merchant, struct span sha256)
{
	struct args *args = args_new(arena);
	args_text(args, merchant);
	args_bytes(args, sha256);
	return args;
}

/* The payouts that the file speaks of, and their accounts' items that were in none. */
static struct args *told_args(struct arena *arena, struct span merchant, const struct rows *told)
{
	struct args *args = args_new(arena);
	args_text(args, merchant);
	struct array *columns[3];
	for (int c = 0; c < 3; c++)
		columns[c] = args_array(args, DB_TEXT);
	for (size_t i = 0; i < told->count; i++)
		for (int c = 0; c < 3; c++)
			array_text(columns[c], rows_text(told, i, c));
	return args;
}

enum err report_items_settle(struct db *db, struct arena *arena, struct span merchant, struct span sha256, struct why *why)
{
	static const struct query *const steps[] = { &q_report_occurrences, &q_report_add, &q_report_again, &q_report_forget,
		&q_report_settle, &q_report_moved };
	struct args *lock = args_new(arena);
	struct rows rows, told;
	args_text(lock, merchant);
	TRY(db_exec(db, arena, &q_report_lock, lock, &rows, why));
	TRY(db_exec(db, arena, &q_report_told, file_args(arena, merchant, sha256), &told, why));
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		db_queue(db, steps[i], file_args(arena, merchant, sha256), -1);
	db_queue(db, &q_report_count, told_args(arena, merchant, &told), -1);
	return db_flush(db, why);
}

void report_items_drop(struct db *db, struct arena *arena, const struct notice_of *of, struct span sha256)
{
	struct args *args = args_new(arena);
	args_text(args, of->merchant);
	args_uuid(args, of->report);
	args_bytes(args, sha256);
	db_queue(db, &q_report_drop, args, -1);
}
