#include "import_notice.h"

#include "account.h"
#include "clock.h"
#include "import_detail.h"
#include "line.h"
#include "random.h"
#include "reconciliation_queries.h"

enum { COLUMNS = 25 };

/* ---- rows ---- */

void notices_begin(struct notices *n, struct arena *arena)
{
	static const enum db_type types[COLUMNS] = { DB_TEXT, DB_UUID, DB_UUID, DB_TEXT, DB_UUID, DB_INT8, DB_INT8, DB_INT8, DB_BYTES,
		DB_TEXT, DB_DATE, DB_DATE, DB_INT8, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT,
		DB_TEXT, DB_TEXT, DB_TEXT };
	n->rows = args_new(arena);
	n->people = args_new(arena);
	for (int c = 0; c < COLUMNS; c++)
		n->row[c] = args_array(n->rows, types[c]);
	for (int c = 0; c < 5; c++)
		n->person[c] = args_array(n->people, c == 1 ? DB_UUID : DB_TEXT);
	n->count = 0;
}

/* References that banks give to one booking alone say that it is the same, wherever it is told; without any, all that it says does. */
static struct digest key_of(struct arena *arena, const struct notice_of *of, const struct reading_line *l)
{
	struct digest content = line_key(of->identifier, l);
	struct span amount = span_of(arena_printf(arena, "%lld %s", (long long)l->amount.minor, l->amount.currency.code));
	const struct span by_reference[] = { of->identifier, amount, l->bank_ref, l->end_to_end, l->transaction_ref };
	bool has_reference = l->bank_ref.size || l->end_to_end.size || l->transaction_ref.size;
	return has_reference ? digest_list(by_reference, 5) : content;
}

static struct span join(struct arena *arena, const struct span *texts, int n)
{
	struct text t;
	text_init(&t, arena);
	for (int i = 0; i < n; i++) {
		text_add(&t, i ? "\n" : "");
		text_span(&t, texts[i]);
	}
	return text_done(&t);
}

static void add_text(struct array *column, struct span text)
{
	array_text(column, text.at ? text : SPAN(""));
}

static void add_person(struct notices *n, struct arena *arena, const struct notice_of *of, const struct reading_line *l, struct uuid id)
{
	array_text(n->person[0], of->merchant);
	array_uuid(n->person[1], id);
	array_text(n->person[2], join(arena, l->texts, l->text_count));
	add_text(n->person[3], l->party_name);
	array_text(n->person[4], account_identifier(arena, l->party_iban));
}

static struct uuid new_id(void)
{
	uint8_t random[10];
	random_bytes(random, sizeof(random));
	return uuid_v7(clock_real(), random);
}

void notices_add(struct notices *n, struct arena *arena, const struct notice_of *of, const struct reading_line *l)
{
	struct digest key = key_of(arena, of, l);
	struct uuid id = new_id();
	const struct span texts[] = { l->end_to_end, l->bank_ref, l->transaction_ref, l->mandate, l->batch_ref, l->code, l->bank_code,
		l->return_reason, l->original_ref, join(arena, l->references, l->reference_count), detail_charges(arena, l) };
	array_text(n->row[0], of->merchant);
	array_uuid(n->row[1], id);
	array_uuid(n->row[2], of->report);
	array_text(n->row[3], of->identifier);
	if (uuid_is_zero(of->account))
		array_null(n->row[4]);
	else
		array_uuid(n->row[4], of->account);
	array_int8(n->row[5], l->number);
	array_int8(n->row[6], l->place.line);
	array_int8(n->row[7], l->place.byte);
	array_bytes(n->row[8], span_bytes(arena_copy(arena, key.b, sizeof(key.b)), sizeof(key.b)));
	add_text(n->row[9], l->status);
	array_date(n->row[10], l->booking);
	array_date(n->row[11], l->value);
	array_int8(n->row[12], l->amount.minor);
	array_text(n->row[13], span_of(l->amount.currency.code));
	for (int c = 0; c < 11; c++)
		add_text(n->row[14 + c], texts[c]);
	add_person(n, arena, of, l, id);
	n->count++;
}

void notices_queue(struct notices *n, struct db *db)
{
	if (!n->count)
		return;
	db_queue(db, &q_notice_stage, n->rows, (int64_t)n->count);
	db_queue(db, &q_notice_person_stage, n->people, (int64_t)n->count);
}

/* ---- what belongs together ---- */

static struct args *report_args(struct arena *arena, const struct notice_of *of)
{
	struct args *args = args_new(arena);
	args_text(args, of->merchant);
	args_uuid(args, of->report);
	return args;
}

static void queue_report(struct db *db, struct arena *arena, const struct notice_of *of, struct span sha256,
	const struct reading_statement *s, const struct violation *broken)
{
	struct args *args = report_args(arena, of);
	args_bytes(args, sha256);
	args_text(args, span_of(reading_kind_word(s->kind)));
	args_text(args, s->id.at ? s->id : SPAN(""));
	args_text(args, of->identifier);
	args_int8(args, s->skipped);
	args_text(args, broken->rule == RULE_NONE ? SPAN("") : span_of(rule_word(broken->rule)));
	args_int8(args, broken->place.line);
	args_int8(args, broken->place.byte);
	args_text(args, span_of(arena_strdup(arena, broken->text)));
	db_queue(db, &q_notice_report_insert, args, 1);
}

static void queue_join(struct db *db, struct arena *arena, const struct notice_of *of, struct uuid statement)
{
	static const struct query *const joins[] = { &q_notice_join_statement, &q_notice_join_batches };
	for (size_t i = 0; i < 2; i++) {
		struct args *args = args_new(arena);
		args_text(args, of->merchant);
		args_uuid(args, statement);
		args_text(args, of->identifier);
		db_queue(db, joins[i], args, -1);
	}
}

/* A report that comes after the statements that it speaks of. */
static enum err join_late(struct db *db, struct arena *arena, const struct notice_of *of, struct why *why)
{
	struct args *args = report_args(arena, of);
	struct rows rows;
	args_text(args, of->identifier);
	TRY(db_exec(db, arena, &q_notice_statements, args, &rows, why));
	for (size_t i = 0; i < rows.count; i++)
		queue_join(db, arena, of, rows_uuid(&rows, i, 0));
	return db_flush(db, why);
}

enum err notices_settle(struct db *db, struct arena *arena, const struct notice_of *of, struct span sha256,
	const struct reading_statement *s, const struct violation *broken, struct why *why)
{
	struct args *lock = args_new(arena);
	struct rows rows;
	args_text(lock, of->merchant);
	args_text(lock, of->identifier);
	TRY(db_exec(db, arena, &q_notice_lock, lock, &rows, why));
	queue_report(db, arena, of, sha256, s, broken);
	if (rule_contradicts(broken->rule))
		return db_flush(db, why);
	db_queue(db, &q_notice_occurrences, report_args(arena, of), -1);
	db_queue(db, &q_notice_again, report_args(arena, of), -1);
	db_queue(db, &q_notice_forget, report_args(arena, of), -1);
	db_queue(db, &q_notice_settle, report_args(arena, of), -1);
	TRY(db_flush(db, why));
	return join_late(db, arena, of, why);
}

void notices_drop(struct db *db, struct arena *arena, const struct notice_of *of, struct span sha256)
{
	struct args *args = report_args(arena, of);
	args_bytes(args, sha256);
	db_queue(db, &q_notice_drop, args, -1);
}

enum err notices_join(struct db *db, struct arena *arena, const struct notice_of *of, struct why *why)
{
	struct args *args = args_new(arena);
	struct rows rows;
	args_text(args, of->merchant);
	args_text(args, of->identifier);
	TRY(db_exec(db, arena, &q_notice_waits, args, &rows, why));
	if (rows.count)
		queue_join(db, arena, of, of->report);
	return OK;
}
