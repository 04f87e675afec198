#include "import.h"

#include <stdlib.h>
#include <unistd.h>

#include "clock.h"
#include "crash.h"
#include "import_account.h"
#include "import_detail.h"
#include "import_notice.h"
#include "import_report.h"
#include "line.h"
#include "random.h"
#include "readers/readers.h"
#include "reconciliation_queries.h"
#include "store_rows.h"

enum { ROWS = 1000, BROKEN_MOST = 100, COLUMNS = 23, PIECE = 1 << 20, PATIENCE_S = 1800 };

struct import {
	struct db *db;
	struct arena *arena; /* of the rows that wait; empty after each flush */
	struct span merchant, sha256;
	/* The statement that is being read. */
	int statement;
	bool has_statement, has_row;
	struct uuid statement_id;
	char identifier[80];
	struct uuid account;
	struct violation broken[BROKEN_MOST];
	int violations;
	bool has_lines; /* bookings, or rules of them: the statement needs its row */
	/* Rows that wait. */
	struct args *lines, *people;
	struct array *line[COLUMNS], *person[5];
	size_t rows;
	struct notices notices;
	struct report_items items;
	struct details details;
	int64_t informed; /* lines of the file that inform */
	struct violation contradicted;
	struct account_settings accounts;
	struct reading *reading;
};

static struct uuid new_id(void)
{
	uint8_t random[10];
	random_bytes(random, sizeof(random));
	return uuid_v7(clock_real(), random);
}

/* ---- rows ---- */

static void rows_begin(struct import *i)
{
	static const enum db_type types[COLUMNS] = { DB_TEXT, DB_UUID, DB_UUID, DB_UUID, DB_INT8, DB_INT8, DB_INT8, DB_BYTES, DB_INT4,
		DB_DATE, DB_DATE, DB_INT8, DB_TEXT, DB_BOOL, DB_BOOL, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT,
		DB_TEXT };
	i->lines = args_new(i->arena);
	i->people = args_new(i->arena);
	for (int c = 0; c < COLUMNS; c++)
		i->line[c] = args_array(i->lines, types[c]);
	for (int c = 0; c < 5; c++)
		i->person[c] = args_array(i->people, c == 1 ? DB_UUID : DB_TEXT);
	i->rows = 0;
	notices_begin(&i->notices, i->arena);
	report_items_begin(&i->items, i->arena);
	details_begin(&i->details, i->arena);
}

static enum err rows_flush(struct import *i, struct why *why)
{
	if (i->rows) {
		db_queue(i->db, &q_line_stage, i->lines, (int64_t)i->rows);
		db_queue(i->db, &q_line_person_stage, i->people, (int64_t)i->rows);
	}
	details_queue(&i->details, i->db);
	notices_queue(&i->notices, i->db);
	report_items_queue(&i->items, i->db);
	TRY(db_flush(i->db, why));
	arena_reset(i->arena);
	rows_begin(i);
	return OK;
}

/* One a line: what a bank writes has no line ends of its own here. */
static struct span join(struct arena *arena, const struct span *texts, int n)
{
	struct text t;
	text_init(&t, arena);
	for (int i = 0; i < n; i++) {
		text_add(&t, i ? "\n" : "");
		for (size_t c = 0; c < texts[i].size; c++)
			text_char(&t, texts[i].at[c] == '\n' ? ' ' : texts[i].at[c]);
	}
	return text_done(&t);
}

static void add_texts(struct import *i, const struct reading_line *l, struct uuid id)
{
	const struct span written[] = { l->end_to_end, l->bank_ref, l->transaction_ref, l->mandate, l->batch_ref, l->code, l->return_reason,
		join(i->arena, l->references, l->reference_count) };
	for (int c = 0; c < 8; c++)
		array_text(i->line[15 + c], written[c].at ? written[c] : SPAN(""));
	array_text(i->person[0], i->merchant);
	array_uuid(i->person[1], id);
	array_text(i->person[2], join(i->arena, l->texts, l->text_count));
	array_text(i->person[3], l->party_name.at ? l->party_name : SPAN(""));
	array_text(i->person[4], account_identifier(i->arena, l->party_iban));
}

static void add_line(struct import *i, const struct reading_line *l)
{
	struct digest key = line_key(span_of(i->identifier), l);
	struct uuid id = new_id();
	array_text(i->line[0], i->merchant);
	array_uuid(i->line[1], id);
	if (uuid_is_zero(i->account))
		array_null(i->line[2]);
	else
		array_uuid(i->line[2], i->account);
	array_uuid(i->line[3], i->statement_id);
	array_int8(i->line[4], l->number);
	array_int8(i->line[5], l->place.line);
	array_int8(i->line[6], l->place.byte);
	array_bytes(i->line[7], span_bytes(arena_copy(i->arena, key.b, sizeof(key.b)), sizeof(key.b)));
	array_int4(i->line[8], 1);
	array_date(i->line[9], l->booking);
	array_date(i->line[10], l->value);
	array_int8(i->line[11], l->amount.minor);
	array_text(i->line[12], span_of(l->amount.currency.code));
	array_bool(i->line[13], l->rest);
	array_bool(i->line[14], l->reversal);
	add_texts(i, l, id);
	details_add(&i->details, i->arena, i->merchant, id, l);
	i->rows++;
}

/* ---- what the reader tells ---- */

static enum err find_account(struct import *i, struct why *why)
{
	struct args *args = args_new(i->arena);
	struct rows rows;
	args_text(args, i->merchant);
	args_text(args, span_of(i->identifier));
	i->account = (struct uuid){ 0 };
	TRY(db_exec(i->db, i->arena, &q_account_find, args, &rows, why));
	if (rows.count)
		i->account = rows_uuid(&rows, 0, rows_column(&rows, "account_id"));
	return OK;
}

static void begin_statement(struct import *i, int statement)
{
	if (i->has_statement && i->statement == statement)
		return;
	i->has_statement = true;
	i->statement = statement;
	i->statement_id = new_id();
	i->identifier[0] = 0;
	i->account = (struct uuid){ 0 };
	i->violations = 0;
	i->has_lines = false;
}

static enum err name_account(struct import *i, struct span written, struct why *why)
{
	struct span identifier = account_identifier(i->arena, written);
	if (i->identifier[0] || !identifier.size)
		return OK;
	snprintf(i->identifier, sizeof(i->identifier), "%.*s", SPAN_ARG(identifier));
	return find_account(i, why);
}

static enum err told_line(void *ctx, const struct reading_line *l, struct why *why)
{
	struct import *i = ctx;
	begin_statement(i, l->statement);
	TRY(name_account(i, l->account, why));
	add_line(i, l);
	i->has_lines = true;
	crash_here(CRASH_STATEMENT_HALF);
	return i->rows == ROWS ? rows_flush(i, why) : OK;
}

static struct notice_of notice_of(const struct import *i)
{
	return (struct notice_of){ i->merchant, span_of(i->identifier), i->account, i->statement_id };
}

static enum err told_inform(void *ctx, const struct reading_line *l, struct why *why)
{
	struct import *i = ctx;
	begin_statement(i, l->statement);
	TRY(name_account(i, l->account, why));
	struct notice_of of = notice_of(i);
	if (l->kind == READING_SETTLEMENT)
		report_items_add(&i->items, i->arena, &of, l);
	else
		notices_add(&i->notices, i->arena, &of, l);
	i->informed++;
	return i->notices.count + i->items.count == ROWS ? rows_flush(i, why) : OK;
}

static void told_account(void *ctx, struct span account, struct reading_settings *settings)
{
	const struct import *i = ctx;
	account_settings_hold(&i->accounts, account, settings);
}

static enum err told_broken(void *ctx, int statement, const struct violation *v, struct why *why)
{
	struct import *i = ctx;
	(void)why;
	begin_statement(i, statement);
	if (i->violations < BROKEN_MOST)
		i->broken[i->violations++] = *v;
	return OK;
}

static void queue_broken(struct import *i, int number, const struct violation *v)
{
	struct args *args = args_new(i->arena);
	args_text(args, i->merchant);
	args_uuid(args, i->statement_id);
	args_int4(args, number);
	args_text(args, span_of(rule_word(v->rule)));
	args_int8(args, v->place.line);
	args_int8(args, v->place.byte);
	args_text(args, span_of(arena_strdup(i->arena, v->text)));
	db_queue(i->db, &q_statement_rule_stage, args, 1);
}

static void queue_statement(struct import *i, const struct reading_statement *s)
{
	struct args *args = args_new(i->arena);
	const struct violation none = { 0 }, *first = i->violations ? &i->broken[0] : &none;
	struct place place = i->violations ? first->place : s->has_closing ? s->closing_place : s->place;
	args_text(args, i->merchant);
	args_uuid(args, i->statement_id);
	args_bytes(args, i->sha256);
	args_text(args, span_of(i->identifier));
	if (uuid_is_zero(i->account))
		args_null(args);
	else
		args_uuid(args, i->account);
	args_text(args, s->id.at ? s->id : SPAN(""));
	args_int8(args, s->sequence);
	args_text(args, span_of(s->currency.code));
	args_int8(args, s->opening.minor);
	args_int8(args, s->closing.minor);
	args_int8(args, s->line_sum);
	args_int8(args, s->reversal_sum);
	args_int8(args, s->line_count);
	args_date(args, s->from);
	args_date(args, s->to);
	args_text(args, span_of(rule_word(first->rule)));
	args_int8(args, place.line);
	args_int8(args, place.byte);
	args_text(args, span_of(arena_strdup(i->arena, first->text)));
	db_queue(i->db, &q_statement_stage, args, 1);
	for (int n = 0; n < i->violations; n++)
		queue_broken(i, n + 1, &i->broken[n]);
}

/* Asked first: even an update of nothing prepares all that an update sets off, which is more than a small statement costs. */
static enum err count_twins(struct import *i, struct why *why)
{
	struct args *args = args_new(i->arena);
	struct rows rows;
	args_text(args, i->merchant);
	args_uuid(args, i->statement_id);
	TRY(db_exec(i->db, i->arena, &q_line_has_twins, args, &rows, why));
	if (rows_bool(&rows, 0, 0))
		db_queue(i->db, &q_line_occurrences, args, -1);
	return OK;
}

static enum err end_statement(struct import *i, const struct reading_statement *s, struct why *why)
{
	struct notice_of of = notice_of(i);
	queue_statement(i, s);
	TRY(rows_flush(i, why));
	TRY(count_twins(i, why));
	return notices_join(i->db, i->arena, &of, why);
}

/* What speaks against a report: the rule for which it is quarantined, else the first. */
static const struct violation *against(const struct import *i, const struct reading_statement *s)
{
	static const struct violation none;
	for (int n = 0; n < i->violations; n++)
		if (s->kind != READING_STATEMENT && rule_contradicts(i->broken[n].rule))
			return &i->broken[n];
	return i->violations && s->kind != READING_STATEMENT ? &i->broken[0] : &none;
}

static enum err end_report(struct import *i, const struct reading_statement *s, struct why *why)
{
	struct notice_of of = notice_of(i);
	const struct violation *broken = against(i, s);
	if (rule_contradicts(broken->rule) && i->contradicted.rule == RULE_NONE)
		i->contradicted = *broken;
	TRY(rows_flush(i, why));
	return notices_settle(i->db, i->arena, &of, i->sha256, s, broken, why);
}

static enum err told_statement(void *ctx, const struct reading_statement *s, struct why *why)
{
	struct import *i = ctx;
	begin_statement(i, s->statement);
	TRY(name_account(i, s->account, why));
	if (s->kind == READING_STATEMENT && i->violations < BROKEN_MOST &&
		!account_settings_allow(
			&i->accounts, span_of(i->identifier), reading_format(i->reading), s->place, &i->broken[i->violations]))
		i->violations++;
	if (s->kind == READING_STATEMENT)
		TRY(end_statement(i, s, why));
	if (s->skipped || s->kind != READING_STATEMENT)
		TRY(end_report(i, s, why));
	i->has_statement = false;
	return OK;
}

/* ---- the file ---- */

static enum err measure(struct import_source *source, struct imported *out, struct why *why)
{
	struct digest_stream *digest = digest_open();
	struct span bytes = SPAN("");
	enum err err;
	while ((err = source->read(source, &bytes, why)) == OK && bytes.size) {
		digest_add(digest, bytes);
		out->size += (int64_t)bytes.size;
	}
	out->sha256 = digest_close(digest);
	source->again(source);
	if (err == OK && source->expected && !digest_equal(source->expected->b, out->sha256.b, sizeof(out->sha256.b)))
		return why_set(why, ERR_REFUSED, "digest_differs", "the bytes have another SHA-256 than was said of them");
	return err;
}

static struct args *file_args(struct import *i)
{
	struct args *args = args_new(i->arena);
	args_text(args, i->merchant);
	args_bytes(args, i->sha256);
	return args;
}

/* The file's row is the lock. *go: it is to be read. */
static enum err claim(struct import *i, const struct import_origin *from, const struct imported *out, bool *go, struct why *why)
{
	struct args *args = file_args(i), *again = file_args(i);
	struct rows rows;
	args_text(args, from->name);
	args_int8(args, out->size);
	args_text(args, from->client);
	args_text(args, from->who);
	args_text(again, from->client);
	args_text(again, from->who);
	TRY(db_exec(i->db, i->arena, &q_file_insert, args, &rows, why));
	*go = true;
	if (rows.affected)
		return OK;
	TRY(db_exec(i->db, i->arena, &q_file_fetch, file_args(i), &rows, why));
	*go = !rows_bool(&rows, 0, rows_column(&rows, "is_good")) || span_is(rows_text(&rows, 0, rows_column(&rows, "state")), "refused");
	if (*go) {
		db_queue(i->db, &q_file_again, again, 1);
		db_queue(i->db, &q_file_replace, file_args(i), -1);
	}
	return OK;
}

static enum err keep_piece(struct import *i, int32_t number, struct span bytes, struct why *why)
{
	struct arena *arena = arena_open();
	struct args *args = args_new(arena);
	struct rows rows;
	args_text(args, i->merchant);
	args_bytes(args, i->sha256);
	args_int4(args, number);
	args_bytes(args, bytes);
	enum err err = db_exec(i->db, arena, &q_file_bytes_insert, args, &rows, why);
	arena_close(arena);
	return err;
}

/* The file as it came, whole, whatever becomes of it. */
static enum err keep_bytes(struct import *i, struct import_source *source, struct why *why)
{
	struct span bytes = SPAN("");
	int32_t number = 0;
	enum err err;
	while ((err = source->read(source, &bytes, why)) == OK && bytes.size)
		for (; bytes.size; bytes = span_from(bytes, PIECE))
			TRY(keep_piece(i, ++number, span_bytes(bytes.at, bytes.size < PIECE ? bytes.size : PIECE), why));
	source->again(source);
	return err;
}

static struct args *violation_args(struct import *i, const struct violation *v)
{
	struct args *args = file_args(i);
	args_text(args, span_of(rule_word(v->rule)));
	args_int8(args, v->place.line);
	args_int8(args, v->place.byte);
	args_text(args, span_of(arena_strdup(i->arena, v->text)));
	return args;
}

/* What was read before the fault stays visible, as damaged; a statement that was cut short gets the row that its lines need. */
static enum err refuse(struct import *i, const struct violation *v, struct why *why)
{
	struct notice_of of = notice_of(i);
	if (i->has_statement && i->has_lines)
		queue_statement(i, &(struct reading_statement){ .place = v->place });
	TRY(rows_flush(i, why));
	notices_drop(i->db, i->arena, &of, i->sha256);
	report_items_drop(i->db, i->arena, &of, i->sha256);
	db_queue(i->db, &q_file_refuse, violation_args(i, v), 1);
	db_queue(i->db, &q_file_damage, violation_args(i, v), -1);
	return OK;
}

/* The merchant's own profiles, unless the caller brought some. */
static enum err add_profiles(struct import *i, struct arena *arena, struct reading_settings *reading, struct why *why)
{
	struct args *args = args_new(i->arena);
	struct rows rows;
	if (reading->profiles.size)
		return OK;
	args_text(args, i->merchant);
	TRY(db_exec(i->db, arena, &q_csv_profile_all, args, &rows, why));
	reading->profiles = rows_text(&rows, 0, rows_column(&rows, "body"));
	return OK;
}

static enum err stage(struct import *i, struct import_source *source, struct imported *out, struct why *why)
{
	struct reading_sink sink = { .ctx = i,
		.line = told_line,
		.statement = told_statement,
		.broken = told_broken,
		.inform = told_inform,
		.account = told_account };
	struct reading *reading = i->reading = reading_open(&sink, &source->reading);
	struct span bytes = SPAN("");
	enum err err;
	rows_begin(i);
	do {
		err = source->read(source, &bytes, why);
		if (err == OK)
			err = reading_feed(reading, bytes, !bytes.size, why);
	} while (err == OK && bytes.size);
	if (err == ERR_INVALID && reading_violation(reading)->rule != RULE_NONE) {
		out->refused = *reading_violation(reading);
		err = refuse(i, &out->refused, why);
	} else if (err == OK && i->items.any)
		err = report_items_settle(i->db, i->arena, i->merchant, i->sha256, why);
	reading_close(reading);
	out->informed = i->informed;
	out->contradicted = i->contradicted;
	return err;
}

/* What is staged now, and what the gate will say. */
static enum err report(struct import *i, struct arena *arena, struct imported *out, struct why *why)
{
	const struct table *t = table_of(BOOK_STATEMENTS), *accounts = table_of(BOOK_ACCOUNTS);
	struct rows rows, account;
	TRY(db_exec(i->db, arena, &q_file_statements, file_args(i), &rows, why));
	out->statements = ARENA_ARRAY(arena, struct statement, rows.count + 1);
	out->rules = ARENA_ARRAY(arena, enum rule, rows.count + 1);
	out->reasons = ARENA_ARRAY(arena, struct span, rows.count + 1);
	for (out->count = 0; out->count < rows.count; out->count++) {
		struct statement *s = &out->statements[out->count];
		struct args *args = args_new(arena);
		struct account a;
		table_read(t, arena, &rows, out->count, s);
		args_text(args, i->merchant);
		args_text(args, s->identifier);
		TRY(db_exec(i->db, arena, &q_account_find, args, &account, why));
		if (account.count)
			table_read(accounts, arena, &account, 0, &a);
		out->rules[out->count] = statement_gate(arena, s, account.count ? &a : NULL, &out->reasons[out->count]);
	}
	return OK;
}

static enum err told_before(struct import *i, struct imported *out, struct why *why)
{
	struct rows rows;
	TRY(db_exec(i->db, i->arena, &q_file_fetch, file_args(i), &rows, why));
	out->refused.rule = rule_find(rows_text(&rows, 0, rows_column(&rows, "rule")));
	return OK;
}

static enum err run(struct import *i, struct arena *arena, const struct import_origin *from, struct import_source *source,
	struct imported *out, struct why *why)
{
	TRY(db_begin(i->db, why));
	/* Twins are counted, and references looked up at COMMIT, over all lines of the file; and who reads it may have to wait for its disk. */
	db_patience(i->db, PATIENCE_S);
	TRY(claim(i, from, out, &out->is_new, why));
	if (out->is_new)
		TRY(keep_bytes(i, source, why));
	if (out->is_new)
		TRY(account_settings_load(i->db, arena, i->merchant, &source->reading, &i->accounts, why));
	if (out->is_new)
		TRY(add_profiles(i, arena, &source->reading, why));
	TRY(out->is_new ? stage(i, source, out, why) : told_before(i, out, why));
	TRY(db_flush(i->db, why));
	return report(i, arena, out, why);
}

enum err import_stage(struct db *db, struct arena *arena, const struct import_origin *from, struct import_source *source,
	struct imported *out, struct why *why)
{
	struct import *i = ARENA_NEW(arena, struct import);
	*out = (struct imported){ 0 };
	TRY(measure(source, out, why));
	crash_here(CRASH_STATEMENT_MEASURED);
	*i = (struct import){
		.db = db, .arena = arena_open(), .merchant = from->merchant, .sha256 = span_bytes(out->sha256.b, sizeof(out->sha256.b))
	};
	enum err err = run(i, arena, from, source, out, why);
	arena_close(i->arena);
	return err;
}

enum err import_run(struct db *db, struct arena *arena, const struct import_origin *from, struct import_source *source,
	struct imported *out, struct why *why)
{
	enum err err = import_stage(db, arena, from, source, out, why);
	crash_here(CRASH_STATEMENT_STAGED);
	if (err == OK)
		err = db_commit(db, why);
	if (err != OK)
		db_rollback(db);
	else
		crash_here(CRASH_STATEMENT_COMMITTED);
	return err;
}

/* ---- bytes in memory ---- */

static enum err read_bytes(struct import_source *source, struct span *bytes, struct why *why)
{
	(void)why;
	*bytes = span_from(*(const struct span *)source->ctx, source->at);
	source->at += bytes->size;
	return OK;
}

static void bytes_again(struct import_source *source)
{
	source->at = 0;
}

struct import_source import_bytes(const struct span *bytes)
{
	struct import_source source = { .read = read_bytes, .again = bytes_again };
	/* Read, never written. */
	memcpy(&source.ctx, &bytes, sizeof(bytes));
	return source;
}

/* ---- a file that is open ---- */

struct opened {
	int fd;
	char bytes[PIECE];
};

static enum err read_opened(struct import_source *source, struct span *bytes, struct why *why)
{
	struct opened *file = source->ctx;
	ssize_t n = pread(file->fd, file->bytes, sizeof(file->bytes), (off_t)source->at);
	if (n < 0)
		return why_set(why, ERR_INVALID, "file_unreadable", "the file can't be read");
	source->at += (size_t)n;
	*bytes = span_bytes(file->bytes, (size_t)n);
	return OK;
}

enum err import_descriptor(struct arena *arena, int fd, struct import_source *source, struct why *why)
{
	struct opened *file = arena_raw(arena, sizeof(*file));
	if (fd < 0)
		return why_set(why, ERR_INVALID, "file_unreadable", "the file can't be opened");
	file->fd = fd;
	*source = (struct import_source){ .read = read_opened, .again = bytes_again, .ctx = file };
	return OK;
}
