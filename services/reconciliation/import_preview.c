#include "import_preview.h"

#include "clock.h"
#include "crash.h"
#include "handlers.h"
#include "ledger.h"
#include "match/match.h"
#include "reconciliation_queries.h"
#include "settings.h"
#include "store.h"
#include "store_rows.h"

enum { BATCH = 250 };

/* Looks go in batches, each on a book of its own, in which the batches before have left what they took. */
struct previewing {
	struct db *db;
	struct arena *arena, *batch; /* of the whole preview, and of one batch */
	struct span merchant;
	struct book *book, *kept; /* of the batch; what the batches before it changed */
	int64_t looked;
	struct instant now;
	struct preview *out;
	struct previewed_statement *statements;
	struct previewed_line *lines;
};

/* ---- the book ---- */

/* What a look may take from a later one. */
static const enum book_shelf carried[] = { BOOK_ACCOUNTS, BOOK_STATEMENTS, BOOK_GAPS, BOOK_ITEMS, BOOK_PAYOUTS, BOOK_PAYERS };
enum { CARRIED = sizeof(carried) / sizeof(carried[0]) };

static void keep_value(struct previewing *p, const struct table *t, struct span key, const void *value)
{
	struct shelf *to = &p->kept->shelves[t->shelf];
	void *kept = shelf_find(to, key) ? shelf_edit(to, key) : shelf_add(to, span_copy(p->arena, key));
	memcpy(kept, value, t->size);
	table_keep(t, p->arena, kept);
}

static void keep_shelf(struct previewing *p, const struct table *t)
{
	const struct shelf *from = &p->book->shelves[t->shelf];
	for (size_t i = 0; i < shelf_count(from); i++) {
		struct span key;
		const void *value;
		enum shelf_state state;
		shelf_at(from, i, &key, &value, &state);
		if (state == SHELF_NEW || state == SHELF_CHANGED)
			keep_value(p, t, key, value);
	}
}

static void lay_out(struct previewing *p, enum book_shelf which)
{
	const struct shelf *from = &p->kept->shelves[which];
	for (size_t i = 0; i < shelf_count(from); i++) {
		struct span key;
		const void *value;
		enum shelf_state state;
		shelf_at(from, i, &key, &value, &state);
		shelf_put(&p->book->shelves[which], key, value);
	}
}

static void batch_open(struct previewing *p)
{
	arena_reset(p->batch);
	p->book = book_open(p->batch);
	for (size_t i = 0; i < CARRIED; i++)
		lay_out(p, carried[i]);
}

static void batch_close(struct previewing *p)
{
	for (size_t i = 0; i < CARRIED; i++)
		keep_shelf(p, table_of(carried[i]));
	book_mark(p->kept);
}

/* Receipts that the book made have no locks: nobody else sees them. */
static void add_streams(const struct previewing *p, struct need *need)
{
	const struct receipt *r;
	for (size_t i = 0; (r = book_next(p->book, BOOK_RECEIPTS, &i));)
		need_key(need, KIND_CUSTOMER, r->merchant, r->customer);
}

/* What these are and might be comes into the book; what is there stays as the preview has made it. */
static enum err load(struct previewing *p, enum find_what what, const struct uuid *ids, size_t n, struct why *why)
{
	struct need need = { .arena = p->batch };
	p->book->found_count = 0;
	add_streams(p, &need);
	for (size_t i = 0; i < n; i++)
		need_find(&need, (int)what, p->merchant, uuid_span(&ids[i]));
	need_want(&need, WANT_MERCHANT, p->merchant, SPAN(""));
	TRY(reconciliation_store.find(p->db, p->batch, p->book, &need, why));
	return reconciliation_store.fetch(p->db, p->batch, p->book, &need, why);
}

/* One deed on the book; a refusal leaves it as it was. */
static enum err act(struct previewing *p, struct uuid id, bool is_line, struct why *why)
{
	struct message *m = ARENA_NEW(p->batch, struct message);
	*m = (struct message){ .source = SPAN("preview"), .id = span_of(uuid_text(p->batch, id)), .time = p->now, .merchant = p->merchant };
	struct ledger l = ledger_open(p->book, say_open(p->batch, m), p->now, p->merchant, book_day(p->book, p->merchant, p->now));
	book_mark(p->book);
	enum err err = is_line ? line_accept(&l, id, why) : statement_decide(&l, id, SPAN(""), why);
	if (err != OK)
		book_restore(p->book);
	return err == ERR_RETRY || err == ERR_BUG ? err : OK;
}

/* ---- statements ---- */

static struct args *statement_args(const struct previewing *p, const struct statement *s)
{
	struct args *args = args_new(p->arena);
	args_text(args, p->merchant);
	args_uuid(args, s->id);
	return args;
}

/* The next of its lines that would be new, in the order of the file, as far as they are looked at. */
static enum err news_of(struct previewing *p, const struct statement *s, int64_t after, struct rows *rows, struct why *why)
{
	struct args *args = statement_args(p, s);
	int64_t most = reconciliation_settings.preview_lines, left = most ? most - p->looked : BATCH;
	args_int8(args, left < BATCH ? left : BATCH);
	args_int8(args, after);
	return db_exec(p->db, p->batch, placement_is_disjoint(s->placement) ? &q_preview_lines : &q_preview_lines_overlap, args, rows, why);
}

static enum err count_news(struct previewing *p, const struct statement *s, struct previewed_statement *of, struct why *why)
{
	struct rows rows;
	TRY(db_exec(p->db, p->arena, placement_is_disjoint(s->placement) ? &q_preview_count : &q_preview_count_overlap,
		statement_args(p, s), &rows, why));
	of->news = rows_int8(&rows, 0, rows_column(&rows, "news"));
	of->twins = rows_int8(&rows, 0, rows_column(&rows, "twins"));
	return OK;
}

static const struct kept_candidate *chosen_of(const struct previewing *p, const struct line *line, const char **rule)
{
	const struct kept_candidate *c = NULL;
	*rule = "";
	for (int64_t n = 1;; n++) {
		int64_t place = (int64_t)line->looks << 32 | n;
		c = book_find(p->book, BOOK_CANDIDATES, book_key_part(p->book, p->merchant, line->id, place));
		if (c)
			*rule = match_rule(c->rule)->word;
		if (!c || c->candidate.chosen)
			return c;
	}
}

static void show_line(struct previewing *p, const struct statement *s, const struct line *line)
{
	struct previewed_line *to = &p->lines[p->out->line_count++];
	const struct kept_candidate *chosen = chosen_of(p, line, &to->rule);
	struct line *kept = arena_copy(p->arena, line, sizeof(*line));
	table_keep(table_of(BOOK_LINES), p->arena, kept);
	to->line = kept;
	to->statement = s;
	to->label = chosen ? span_copy(p->arena, chosen->candidate.label) : SPAN("");
}

static void note_line(struct previewing *p, const struct statement *s, struct previewed_statement *of, struct uuid id)
{
	const struct line *line = book_line(p->book, p->merchant, id);
	if (p->out->line_count < PREVIEW_SHOWN)
		show_line(p, s, line);
	p->looked++;
	of->matched += line->state == LINE_MATCHED;
	of->ambiguous += line->state == LINE_WAITING && line->verdict == VERDICT_AMBIGUOUS;
	of->unmatched += line->state == LINE_WAITING && line->verdict != VERDICT_AMBIGUOUS;
}

static enum err look_at(
	struct previewing *p, const struct statement *s, struct previewed_statement *of, const struct rows *rows, struct why *why)
{
	struct uuid ids[BATCH];
	if (!rows->count)
		return OK;
	for (size_t i = 0; i < rows->count; i++)
		ids[i] = rows_uuid(rows, i, rows_column(rows, "line_id"));
	TRY(load(p, FIND_LOOK, ids, rows->count, why));
	for (size_t i = 0; i < rows->count; i++)
		TRY(act(p, ids[i], true, why));
	for (size_t i = 0; i < rows->count; i++)
		note_line(p, s, of, ids[i]);
	crash_here(CRASH_PREVIEW_HALF);
	return OK;
}

static enum err add_lines(struct previewing *p, const struct statement *s, struct previewed_statement *of, struct why *why)
{
	struct rows rows;
	int64_t after = 0, before = p->looked;
	TRY(count_news(p, s, of, why));
	do {
		batch_open(p);
		TRY(news_of(p, s, after, &rows, why));
		TRY(look_at(p, s, of, &rows, why));
		if (rows.count)
			after = rows_int8(&rows, rows.count - 1, rows_column(&rows, "number"));
		batch_close(p);
	} while (rows.count == BATCH);
	of->unseen = of->news - (p->looked - before);
	return OK;
}

/* As the gate leaves it. */
static enum err decide(struct previewing *p, const struct statement *staged, const struct statement **out, struct why *why)
{
	batch_open(p);
	TRY(load(p, FIND_STATEMENT, &staged->id, 1, why));
	TRY(act(p, staged->id, false, why));
	batch_close(p);
	*out = book_find(p->kept, BOOK_STATEMENTS, book_key_uuid(p->kept, p->merchant, staged->id));
	if (!*out)
		*out = staged;
	return OK;
}

static enum err preview_statement(struct previewing *p, const struct statement *staged, struct why *why)
{
	struct previewed_statement *of = &p->statements[p->out->statement_count++];
	*of = (struct previewed_statement){ .statement = staged, .lines = staged->line_count };
	if (staged->state != STATEMENT_STAGED)
		return OK;
	TRY(decide(p, staged, &of->statement, why));
	return of->statement->state == STATEMENT_QUARANTINED ? OK : add_lines(p, of->statement, of, why);
}

static enum err preview(struct previewing *p, const struct import_origin *from, struct import_source *source, struct why *why)
{
	struct preview *out = p->out;
	TRY(import_stage(p->db, p->arena, from, source, &out->imported, why));
	if (out->imported.refused.rule != RULE_NONE)
		return OK;
	p->statements = ARENA_ARRAY(p->arena, struct previewed_statement, out->imported.count + 1);
	p->lines = ARENA_ARRAY(p->arena, struct previewed_line, PREVIEW_SHOWN);
	out->statements = p->statements;
	out->lines = p->lines;
	for (size_t i = 0; i < out->imported.count; i++)
		TRY(preview_statement(p, &out->imported.statements[i], why));
	return OK;
}

enum err import_preview(struct db *db, struct arena *arena, const struct import_origin *from, struct import_source *source,
	struct preview *out, struct why *why)
{
	struct previewing p = { .db = db,
		.arena = arena,
		.batch = arena_open(),
		.merchant = from->merchant,
		.kept = book_open(arena),
		.now = clock_real(),
		.out = out };
	*out = (struct preview){ 0 };
	enum err err = preview(&p, from, source, why);
	db_rollback(db);
	arena_close(p.batch);
	return err;
}
