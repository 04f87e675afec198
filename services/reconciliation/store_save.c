#include "reconciliation_queries.h"
#include "store.h"
#include "store_export.h"
#include "store_keys.h"
#include "store_period.h"
#include "store_rows.h"
#include "store_undo.h"

/* What the tables of columns don't say: payers to forget, lines of statements just accepted, tokens of lines that wait. */

static void forget_payers(struct db *db, struct arena *arena, const struct book *book)
{
	struct args *args = args_new(arena);
	struct array *merchants = args_array(args, DB_TEXT), *ibans = args_array(args, DB_TEXT), *customers = args_array(args, DB_TEXT);
	const struct shelf *shelf = &book->shelves[BOOK_PAYERS];
	int64_t n = 0;
	for (size_t i = 0; i < shelf_count(shelf); i++) {
		struct span key;
		const void *value;
		enum shelf_state state;
		shelf_at(shelf, i, &key, &value, &state);
		const struct payer *p = value;
		if (state != SHELF_CHANGED || !p->gone)
			continue;
		array_text(merchants, p->merchant);
		array_text(ibans, p->iban);
		array_text(customers, p->customer);
		n++;
	}
	if (n)
		db_queue(db, &q_payer_delete, args, n);
}

/* One flip for all lines of a statement, however many they are. */
static void flip_lines(struct db *db, struct arena *arena, const struct book *book)
{
	struct keys overlap, disjoint, account;
	struct array *accounts;
	const struct statement *s;
	int64_t known = 0;
	keys_open(&overlap, arena, DB_UUID);
	keys_open(&disjoint, arena, DB_UUID);
	keys_open(&account, arena, DB_UUID);
	accounts = args_array(account.args, DB_UUID);
	for (size_t i = 0; (s = book_next(book, BOOK_STATEMENTS, &i));) {
		if (!s->just_accepted)
			continue;
		keys_add_uuid(placement_is_disjoint(s->placement) ? &disjoint : &overlap, s->merchant, s->id);
		keys_add_uuid(&account, s->merchant, s->id);
		array_uuid(accounts, s->account);
		known += placement_is_disjoint(s->placement) ? 0 : s->line_count - s->line_new;
	}
	if (account.count)
		db_queue(db, &q_line_account, account.args, -1);
	if (overlap.count)
		db_queue(db, &q_line_pass_over, overlap.args, known);
	if (disjoint.count)
		db_queue(db, &q_line_count_on, disjoint.args, -1);
}

static void add_tokens(
	struct arena *arena, const struct line *line, struct array *merchants, struct array *tokens, struct array *lines, size_t *n)
{
	struct tokens found;
	struct span marks[PAYER_MARKS];
	size_t count = line->amount.minor > 0 ? payer_marks(arena, line, marks) : 0;
	line_tokens(arena, line, &found);
	for (size_t i = 0; i < found.count + count; i++) {
		array_text(merchants, line->merchant);
		array_text(tokens, i < found.count ? found.at[i] : payer_token(arena, marks[i - found.count]));
		array_uuid(lines, line->id);
	}
	*n += found.count + count;
}

/* A line that waits after its first look is found by what comes later; one that a person or a later look decided is not. */
static void keep_tokens(struct db *db, struct arena *arena, const struct book *book)
{
	struct args *args = args_new(arena);
	struct array *merchants = args_array(args, DB_TEXT), *tokens = args_array(args, DB_TEXT), *lines = args_array(args, DB_UUID);
	const struct shelf *shelf = &book->shelves[BOOK_LINES];
	struct keys done;
	size_t n = 0;
	keys_open(&done, arena, DB_UUID);
	for (size_t i = 0; i < shelf_count(shelf); i++) {
		struct span key;
		const void *value;
		enum shelf_state state;
		shelf_at(shelf, i, &key, &value, &state);
		const struct line *line = value;
		if (state != SHELF_CHANGED)
			continue;
		if (line->state == LINE_WAITING && line->looks == 1 && !line->by_person)
			add_tokens(arena, line, merchants, tokens, lines, &n);
		else if (line->state != LINE_WAITING ? line->state == LINE_UNDONE || line->looks > 1 || line->by_person || line->returned
						     : line->by_person)
			keys_add_uuid(&done, line->merchant, line->id);
	}
	if (done.count)
		db_queue(db, &q_line_token_delete, done.args, -1);
	if (n)
		db_queue(db, &q_line_token_insert, args, -1);
}

/* What may explain lines that wait, and lines that wait from now on. */
struct causes {
	struct args *args;
	struct array *merchants, *kinds, *ids, *customers;
	int64_t count;
};

static void add_cause(struct causes *c, struct span merchant, const char *kind, struct uuid id, struct span customer)
{
	array_text(c->merchants, merchant);
	array_text(c->kinds, span_of(kind));
	array_uuid(c->ids, id);
	array_text(c->customers, customer);
	c->count++;
}

static void cause_of_reference(struct causes *c, const struct reference *r, struct uuid *last)
{
	if (r->kind != REFERENCE_PAYOUT && !uuid_equal(*last, r->target))
		add_cause(c, r->merchant, "invoice", r->target, SPAN(""));
	*last = r->target;
}

static void cause_of_value(struct causes *c, enum book_shelf of, const void *value, enum shelf_state state, struct uuid *last)
{
	const struct payout *p = value;
	const struct payer *payer = value;
	const struct line *line = value;
	if (of == BOOK_REFERENCES && state == SHELF_NEW)
		cause_of_reference(c, value, last);
	else if (of == BOOK_PAYOUTS && p->paid && !p->has_arrived)
		add_cause(c, p->merchant, "payout", p->id, SPAN(""));
	else if (of == BOOK_PAYERS && payer_holds(payer) && payer->taught)
		add_cause(c, payer->merchant, "customer", (struct uuid){ 0 }, payer->customer);
	else if (of == BOOK_LINES && line->state == LINE_WAITING && line->looks == 1 && !line->by_person)
		add_cause(c, line->merchant, "line", line->id, SPAN(""));
}

static void note_causes(struct db *db, struct arena *arena, const struct book *book)
{
	static const enum book_shelf from[] = { BOOK_REFERENCES, BOOK_PAYOUTS, BOOK_PAYERS, BOOK_LINES };
	struct causes c = { .args = args_new(arena) };
	struct uuid last = { 0 };
	c.merchants = args_array(c.args, DB_TEXT);
	c.kinds = args_array(c.args, DB_TEXT);
	c.ids = args_array(c.args, DB_UUID);
	c.customers = args_array(c.args, DB_TEXT);
	for (size_t f = 0; f < sizeof(from) / sizeof(from[0]); f++)
		for (size_t i = 0; i < shelf_count(&book->shelves[from[f]]); i++) {
			struct span key;
			const void *value;
			enum shelf_state state;
			shelf_at(&book->shelves[from[f]], i, &key, &value, &state);
			if (value && (state == SHELF_NEW || state == SHELF_CHANGED))
				cause_of_value(&c, from[f], value, state, &last);
		}
	if (c.count)
		db_queue(db, &q_rematch_cause_insert, c.args, c.count);
}

enum err store_save(struct db *db, struct arena *arena, struct book *book, struct why *why)
{
	(void)why;
	/* Before the statements become accepted: what is there already is what others brought. */
	flip_lines(db, arena, book);
	for (size_t i = 0; i < table_count; i++)
		table_save(&tables[i], db, arena, book);
	period_save(db, arena, book);
	export_save(db, arena, book);
	undo_save(db, arena, book);
	forget_payers(db, arena, book);
	keep_tokens(db, arena, book);
	note_causes(db, arena, book);
	return OK;
}
