#include "import_preview.h"

#include "clock.h"
#include "handlers.h"
#include "ledger.h"
#include "match/match.h"
#include "reconciliation_queries.h"
#include "store.h"

enum { BATCH = 500 };

struct previewing {
	struct db *db;
	struct arena *arena;
	struct span merchant;
	struct book *book;
	struct instant now;
	struct preview *out;
	struct previewed_statement *statements;
	struct previewed_line *lines;
};

/* ---- the book ---- */

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
	struct need need = { .arena = p->arena };
	p->book->found_count = 0;
	add_streams(p, &need);
	for (size_t i = 0; i < n; i++)
		need_find(&need, (int)what, p->merchant, uuid_span(&ids[i]));
	need_want(&need, WANT_MERCHANT, p->merchant, SPAN(""));
	TRY(reconciliation_store.find(p->db, p->arena, p->book, &need, why));
	return reconciliation_store.fetch(p->db, p->arena, p->book, &need, why);
}

/* One deed on the book; a refusal leaves it as it was. */
static enum err act(struct previewing *p, struct uuid id, bool is_line, struct why *why)
{
	struct message *m = ARENA_NEW(p->arena, struct message);
	*m = (struct message){ .source = SPAN("preview"), .id = span_of(uuid_text(p->arena, id)), .time = p->now, .merchant = p->merchant };
	struct ledger l = ledger_open(p->book, say_open(p->arena, m), p->now, p->merchant, book_day(p->book, p->merchant, p->now));
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

/* Its lines that would be new, in the order of the file, as far as they are looked at. */
static enum err news_of(struct previewing *p, const struct statement *s, struct rows *rows, struct why *why)
{
	struct args *args = statement_args(p, s);
	args_int8(args, (int64_t)(PREVIEW_LINES - p->out->line_count));
	return db_exec(p->db, p->arena, placement_is_disjoint(s->placement) ? &q_preview_lines : &q_preview_lines_overlap, args, rows, why);
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

static enum err look_at(struct previewing *p, const struct rows *rows, size_t from, struct why *why)
{
	size_t n = rows->count - from < BATCH ? rows->count - from : BATCH;
	struct uuid *ids = ARENA_ARRAY(p->arena, struct uuid, n + 1);
	for (size_t i = 0; i < n; i++)
		ids[i] = rows_uuid(rows, from + i, rows_column(rows, "line_id"));
	TRY(load(p, FIND_LOOK, ids, n, why));
	for (size_t i = 0; i < n; i++)
		TRY(act(p, ids[i], true, why));
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

static void note_line(struct previewing *p, const struct statement *s, struct previewed_statement *of, struct uuid id)
{
	const struct line *line = book_line(p->book, p->merchant, id);
	struct previewed_line *to = &p->lines[p->out->line_count++];
	const struct kept_candidate *chosen = chosen_of(p, line, &to->rule);
	to->line = line;
	to->statement = s;
	to->label = chosen ? chosen->candidate.label : SPAN("");
	of->matched += line->state == LINE_MATCHED;
	of->ambiguous += line->state == LINE_WAITING && line->verdict == VERDICT_AMBIGUOUS;
	of->unmatched += line->state == LINE_WAITING && line->verdict != VERDICT_AMBIGUOUS;
}

static enum err add_lines(struct previewing *p, const struct statement *s, struct previewed_statement *of, struct why *why)
{
	struct rows rows;
	TRY(count_news(p, s, of, why));
	TRY(news_of(p, s, &rows, why));
	of->unseen = of->news - (int64_t)rows.count;
	for (size_t from = 0; from < rows.count; from += BATCH)
		TRY(look_at(p, &rows, from, why));
	for (size_t i = 0; i < rows.count; i++)
		note_line(p, s, of, rows_uuid(&rows, i, rows_column(&rows, "line_id")));
	return OK;
}

static enum err preview_statement(struct previewing *p, const struct statement *staged, struct why *why)
{
	struct previewed_statement *of = &p->statements[p->out->statement_count++];
	*of = (struct previewed_statement){ .statement = staged, .lines = staged->line_count };
	if (staged->state != STATEMENT_STAGED)
		return OK;
	TRY(load(p, FIND_STATEMENT, &staged->id, 1, why));
	TRY(act(p, staged->id, false, why));
	of->statement = book_find(p->book, BOOK_STATEMENTS, book_key_uuid(p->book, p->merchant, staged->id));
	return of->statement->state == STATEMENT_QUARANTINED ? OK : add_lines(p, of->statement, of, why);
}

static enum err preview(struct previewing *p, const struct import_origin *from, struct import_source *source, struct why *why)
{
	struct preview *out = p->out;
	TRY(import_stage(p->db, p->arena, from, source, &out->imported, why));
	if (out->imported.refused.rule != RULE_NONE)
		return OK;
	p->statements = ARENA_ARRAY(p->arena, struct previewed_statement, out->imported.count + 1);
	p->lines = ARENA_ARRAY(p->arena, struct previewed_line, PREVIEW_LINES);
	out->statements = p->statements;
	out->lines = p->lines;
	for (size_t i = 0; i < out->imported.count; i++)
		TRY(preview_statement(p, &out->imported.statements[i], why));
	return OK;
}

enum err import_preview(struct db *db, struct arena *arena, const struct import_origin *from, struct import_source *source,
	struct preview *out, struct why *why)
{
	struct previewing p = {
		.db = db, .arena = arena, .merchant = from->merchant, .book = book_open(arena), .now = clock_real(), .out = out
	};
	*out = (struct preview){ 0 };
	enum err err = preview(&p, from, source, why);
	db_rollback(db);
	return err;
}
