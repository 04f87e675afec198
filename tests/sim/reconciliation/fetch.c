#include <stdlib.h>
#include <string.h>

#include "rows.h"

/* What the fetch and the save of the store read and change beyond plain rows. */

struct fetching {
	struct memory *m;
	struct book *book;
	struct span key; /* of the want */
	/* What several wants ask for, and the store reads in an order of its own. */
	struct mem_rows receipts, allocations, wanted, differences;
};

static void load(const struct fetching *f, enum book_shelf shelf, struct span key)
{
	mem_load(&f->book->shelves[shelf], mem_row(&f->m->tables[shelf], key));
}

static void load_all(const struct fetching *f, enum book_shelf shelf, const struct mem_table *index, struct span key)
{
	mem_load_all(&f->book->shelves[shelf], mem_index_find(index, key));
}

/* ---- in the order of the store's statements ---- */

static int compare_id(struct uuid a, struct uuid b)
{
	return memcmp(a.b, b.b, sizeof a.b);
}

static const void *value_at(const void *row)
{
	return (*(const struct mem_row *const *)row)->value;
}

static int compare_receipts(const void *a, const void *b)
{
	return compare_id(((const struct receipt *)value_at(a))->id, ((const struct receipt *)value_at(b))->id);
}

static int compare_allocations(const void *a, const void *b)
{
	return compare_id(((const struct allocation *)value_at(a))->id, ((const struct allocation *)value_at(b))->id);
}

static int compare_wanted(const void *a, const void *b)
{
	return compare_id(((const struct wanted *)value_at(a))->receipt, ((const struct wanted *)value_at(b))->receipt);
}

static int compare_differences(const void *a, const void *b)
{
	return compare_id(((const struct difference *)value_at(a))->id, ((const struct difference *)value_at(b))->id);
}

static int compare_notes(const void *a, const void *b)
{
	return compare_id(((const struct credit_note *)value_at(a))->id, ((const struct credit_note *)value_at(b))->id);
}

static int compare_gaps(const void *one, const void *other)
{
	const struct gap *a = value_at(one), *b = value_at(other);
	int by = date_compare(a->from_day, b->from_day);

	return by != 0 ? by : compare_id(a->id, b->id);
}

static int compare_wants(const void *one, const void *other)
{
	const struct want *a = one, *b = other;
	int by = (a->what > b->what) - (a->what < b->what);

	by = by != 0 ? by : span_compare(a->merchant, b->merchant);
	return by != 0 ? by : span_compare(a->id, b->id);
}

/* Loads all, and forgets them. */
static void load_ordered(const struct fetching *f, enum book_shelf shelf, struct mem_rows *rows, int (*compare)(const void *, const void *))
{
	if (rows->count > 1)
		qsort(rows->at, rows->count, sizeof(struct mem_row *), compare);
	mem_load_all(&f->book->shelves[shelf], rows);
	rows->count = 0;
}

static void add_row(const struct fetching *f, struct mem_rows *rows, struct mem_row *row)
{
	if (row != NULL && row->value != NULL)
		mem_rows_add(rows, f->book->arena, row);
}

static void add_receipt(struct fetching *f, struct span key)
{
	add_row(f, &f->receipts, mem_row(&f->m->tables[BOOK_RECEIPTS], key));
}

/* ---- statements ---- */

/* A line of another accepted statement is this one. */
static bool is_known_line(struct memory *m, const struct line *l)
{
	const struct mem_rows *rows =
		mem_index_find(&m->lines_of_key, sim_key(m->arena, l->merchant, span_bytes(l->key.b, sizeof l->key.b)));

	for (size_t i = 0; i < rows->count; i++) {
		const struct line *o = rows->at[i]->value;
		const struct statement *s = mem_find(&m->tables[BOOK_STATEMENTS], sim_key_uuid(m->arena, o->merchant, o->statement));

		if (o->occurrence == l->occurrence && !uuid_equal(o->statement, l->statement) && o->state != LINE_KNOWN &&
			(s->state == STATEMENT_ACCEPTED || s->state == STATEMENT_POSTED))
			return true;
	}
	return false;
}

static bool is_alike(const struct statement *s, const struct statement *o)
{
	return (o->state == STATEMENT_ACCEPTED || o->state == STATEMENT_POSTED) && span_equal(o->merchant, s->merchant) &&
	       span_equal(o->identifier, s->identifier) && span_equal(o->bank_ref, s->bank_ref) && date_compare(o->from, s->from) == 0 &&
	       date_compare(o->to, s->to) == 0 && o->opening == s->opening && o->closing == s->closing;
}

/* The first of those that were delivered for the same days under the same reference. */
static const struct statement *delivered_before(struct memory *m, const struct statement *s)
{
	const struct mem_rows *all = &m->tables[BOOK_STATEMENTS].rows;

	for (size_t i = 0; s->state == STATEMENT_STAGED && i < all->count; i++) {
		const struct statement *o = all->at[i]->value;

		if ((o->state == STATEMENT_ACCEPTED || o->state == STATEMENT_POSTED) && span_equal(o->merchant, s->merchant) &&
			span_equal(o->identifier, s->identifier) && span_equal(o->bank_ref, s->bank_ref) &&
			date_compare(o->from, s->from) == 0 && date_compare(o->to, s->to) == 0 && !uuid_equal(o->id, s->id))
			return o;
	}
	return NULL;
}

static int64_t count_alike(const struct mem_rows *lines, const struct line *like, size_t upto)
{
	int64_t n = 0;

	for (size_t i = 0; i < upto; i++)
		n += digest_equal(((const struct line *)lines->at[i]->value)->key.b, like->key.b, sizeof like->key.b);
	return n;
}

/* Lines that it had then and has no more: of those alike the last. */
static void count_vanished(struct memory *m, struct statement *s)
{
	const struct statement *before = delivered_before(m, s);
	const struct mem_rows *mine = mem_index_find(&m->lines_of_statement, sim_key_uuid(m->arena, s->merchant, s->id)), *had;

	s->vanished = s->vanished_sum = 0;
	if (before == NULL)
		return;
	had = mem_index_find(&m->lines_of_statement, sim_key_uuid(m->arena, before->merchant, before->id));
	for (size_t i = 0; i < had->count; i++) {
		const struct line *l = had->at[i]->value;

		if (count_alike(had, l, i) < count_alike(mine, l, mine->count))
			continue;
		s->vanished++;
		s->vanished_sum += l->amount.minor;
	}
}

static void fetch_statement(const struct fetching *f)
{
	const struct mem_row *row = mem_row(&f->m->tables[BOOK_STATEMENTS], f->key);
	struct statement *s = row != NULL ? row->value : NULL;
	const struct mem_rows *lines = mem_index_find(&f->m->lines_of_statement, f->key), *all = &f->m->tables[BOOK_STATEMENTS].rows;

	if (s == NULL)
		return;
	count_vanished(f->m, s);
	s->uploader = staged_uploader(s->file);
	s->is_known = false;
	s->overlap_new = s->overlap_sum = 0;
	for (size_t i = 0; (s->state == STATEMENT_STAGED || s->state == STATEMENT_QUARANTINED) && i < lines->count; i++) {
		const struct line *l = lines->at[i]->value;

		if (l->state != LINE_STAGED || is_known_line(f->m, l))
			continue;
		s->overlap_new++;
		s->overlap_sum += l->amount.minor;
	}
	for (size_t i = 0; (s->state == STATEMENT_STAGED || s->state == STATEMENT_QUARANTINED) && i < all->count; i++)
		s->is_known |= is_alike(s, all->at[i]->value);
	mem_load(&f->book->shelves[BOOK_STATEMENTS], row);
}

static void fetch_account(const struct fetching *f, const struct want *w)
{
	const struct mem_rows *accounts = &f->m->tables[BOOK_ACCOUNTS].rows;

	for (size_t i = 0; i < accounts->count; i++) {
		const struct account *a = accounts->at[i]->value;
		struct mem_rows open = { 0 };
		const struct mem_rows *gaps;

		if (!span_equal(a->merchant, w->merchant) || !span_equal(a->identifier, w->id))
			continue;
		mem_load(&f->book->shelves[BOOK_ACCOUNTS], accounts->at[i]);
		gaps = mem_index_find(&f->m->gaps_of_account, sim_key_uuid(f->m->arena, a->merchant, a->id));
		for (size_t k = 0; k < gaps->count; k++) {
			const struct gap *g = gaps->at[k]->value;

			if (!g->open)
				continue;
			add_row(f, &open, gaps->at[k]);
			load_all(f, BOOK_EXCEPTIONS, &f->m->exceptions_of_subject, sim_key_uuid(f->m->arena, g->merchant, g->statement));
		}
		load_ordered(f, BOOK_GAPS, &open, compare_gaps);
	}
}

/* ---- the rest ---- */

/* Those of which its payer deducted. */
static void fetch_deducted(struct fetching *f, const struct receipt *r)
{
	const struct mem_rows *rows = mem_index_find(&f->m->allocations_beside, sim_key_uuid(f->m->arena, r->merchant, r->id));

	for (size_t i = 0; i < rows->count; i++)
		add_receipt(f, sim_key_uuid(f->m->arena, r->merchant, ((const struct allocation *)rows->at[i]->value)->receipt));
}

static void fetch_line(struct fetching *f)
{
	const struct line *l = mem_find(&f->m->tables[BOOK_LINES], f->key);
	const struct mem_rows *receipts = mem_index_find(&f->m->receipts_of_source, f->key);

	if (l != NULL && l->party_iban.size)
		load_all(f, BOOK_PAYERS, &f->m->payers_of_iban, sim_key(f->m->arena, l->merchant, l->party_iban));
	load(f, BOOK_LINES, f->key);
	load(f, BOOK_LINE_DETAILS, f->key);
	for (size_t i = 0; i < receipts->count; i++) {
		add_row(f, &f->receipts, receipts->at[i]);
		fetch_deducted(f, receipts->at[i]->value);
	}
	load_all(f, BOOK_EXCEPTIONS, &f->m->exceptions_of_subject, f->key);
}

static void fetch_waiting_notes(const struct fetching *f)
{
	const struct mem_rows *notes = mem_index_find(&f->m->notes_of_invoice, f->key);
	struct mem_rows waiting = { 0 };

	for (size_t i = 0; i < notes->count; i++)
		if (!((const struct credit_note *)notes->at[i]->value)->applied)
			add_row(f, &waiting, notes->at[i]);
	load_ordered(f, BOOK_CREDIT_NOTES, &waiting, compare_notes);
}

static void fetch_invoice(struct fetching *f)
{
	const struct mem_rows *allocations = mem_index_find(&f->m->allocations_of_invoice, f->key),
			      *wanted = mem_index_find(&f->m->wanted_of_invoice, f->key);

	load(f, BOOK_INVOICES, f->key);
	load_all(f, BOOK_ITEMS, &f->m->items_of_invoice, f->key);
	fetch_waiting_notes(f);
	for (size_t i = 0; i < wanted->count; i++) {
		const struct wanted *w = wanted->at[i]->value;

		if (w->minor <= 0)
			continue;
		add_row(f, &f->wanted, wanted->at[i]);
		add_receipt(f, sim_key_uuid(f->m->arena, w->merchant, w->receipt));
	}
	for (size_t i = 0; i < allocations->count; i++) {
		const struct allocation *a = allocations->at[i]->value;

		if (a->minor > 0)
			add_receipt(f, sim_key_uuid(f->m->arena, a->merchant, a->receipt));
	}
}

static void fetch_unapplied(struct fetching *f)
{
	const struct mem_rows *rows = mem_index_find(&f->m->receipts_of_customer, f->key);

	for (size_t i = 0; i < rows->count; i++)
		if (((const struct receipt *)rows->at[i]->value)->unapplied > 0)
			add_row(f, &f->receipts, rows->at[i]);
}

static void fetch_rule_sets(const struct fetching *f, const struct want *w, bool live_alone)
{
	const struct mem_rows *sets = &f->m->tables[BOOK_RULE_SETS].rows;

	for (size_t i = 0; i < sets->count; i++) {
		const struct stored_rule_set *s = sets->at[i]->value;

		if (span_equal(s->merchant, w->merchant) && (!live_alone || s->state == RULE_SET_LIVE))
			mem_load(&f->book->shelves[BOOK_RULE_SETS], sets->at[i]);
	}
}

static void fetch_merchant(const struct fetching *f, const struct want *w)
{
	const struct mem_rows *policies = &f->m->tables[BOOK_POLICIES].rows;

	load(f, BOOK_MERCHANTS, f->key);
	for (size_t i = 0; i < policies->count; i++)
		if (span_equal(((const struct difference_policy *)policies->at[i]->value)->merchant, w->merchant))
			mem_load(&f->book->shelves[BOOK_POLICIES], policies->at[i]);
	fetch_rule_sets(f, w, true);
}

static void fetch_exception(const struct fetching *f, const struct want *w)
{
	const struct mem_rows *rows = &f->m->tables[BOOK_EXCEPTIONS].rows;

	for (size_t i = 0; i < rows->count; i++) {
		const struct exception *e = rows->at[i]->value;

		if (span_equal(e->merchant, w->merchant) && span_equal(uuid_span(&e->id), w->id))
			mem_load(&f->book->shelves[BOOK_EXCEPTIONS], rows->at[i]);
	}
}

static void fetch_range(const struct fetching *f, const struct want *w)
{
	struct uuid payout;
	int32_t ends[2];

	memcpy(payout.b, w->id.at, sizeof payout.b);
	memcpy(ends, w->id.at + sizeof payout.b, sizeof ends);
	for (int32_t n = ends[0]; n <= ends[1]; n++)
		load(f, BOOK_PAYOUT_LINES, book_key_part(f->book, w->merchant, payout, n));
}

static void fetch_want(struct fetching *f, const struct want *w)
{
	f->key = sim_key(f->m->arena, w->merchant, w->id);
	switch ((enum want_what)w->what) {
	case WANT_ACCOUNT: fetch_account(f, w); break;
	case WANT_STATEMENT:
		fetch_statement(f);
		load_all(f, BOOK_EXCEPTIONS, &f->m->exceptions_of_subject, f->key);
		break;
	case WANT_LINE: fetch_line(f); break;
	case WANT_INVOICE: fetch_invoice(f); break;
	case WANT_CREDIT_NOTE: load(f, BOOK_CREDIT_NOTES, f->key); break;
	case WANT_RECEIPT:
		add_receipt(f, f->key);
		load_all(f, BOOK_EXCEPTIONS, &f->m->exceptions_of_subject, f->key);
		break;
	case WANT_REFUND:
		load(f, BOOK_REFUNDS, f->key);
		load_all(f, BOOK_EXCEPTIONS, &f->m->exceptions_of_subject, f->key);
		break;
	case WANT_PAYOUT:
		load(f, BOOK_PAYOUTS, f->key);
		load_all(f, BOOK_EXCEPTIONS, &f->m->exceptions_of_subject, f->key);
		break;
	case WANT_PAYOUT_LINES: fetch_range(f, w); break;
	case WANT_EXCEPTION: fetch_exception(f, w); break;
	case WANT_CUSTOMER:
		load(f, BOOK_CUSTOMERS, f->key);
		load_all(f, BOOK_PAYERS, &f->m->payers_of_customer, f->key);
		break;
	case WANT_UNAPPLIED: fetch_unapplied(f); break;
	case WANT_LIMITS: load(f, BOOK_LIMITS, f->key); break;
	case WANT_RULE_SETS: fetch_rule_sets(f, w, false); break;
	case WANT_SUBJECT: load_all(f, BOOK_EXCEPTIONS, &f->m->exceptions_of_subject, f->key); break;
	case WANT_MERCHANT: fetch_merchant(f, w); break;
	case WANT_PERIOD:
	case WANT_EXPORT:
	case WANT_UNDO: break; /* behind all others */
	case WANT_SETTLEMENT: sim_fetch_settlement(f->m, f->book, w); break;
	case WANT_REPORT: bug("nobody imports a provider's report here");
	case WANT_KINDS: bug("nobody fetches that");
	}
}

static void fetch_standing(struct fetching *f, const struct receipt *r)
{
	const struct mem_rows *rows = mem_index_find(&f->m->allocations_of_receipt, f->key);

	for (size_t i = 0; i < rows->count; i++) {
		const struct allocation *a = rows->at[i]->value;
		struct span invoice = sim_key_uuid(f->m->arena, a->merchant, a->invoice);

		if (a->minor <= 0 && a->undone <= 0 && r->returned <= 0)
			continue;
		add_row(f, &f->allocations, rows->at[i]);
		load_all(f, BOOK_ITEMS, &f->m->items_of_invoice, invoice);
		load(f, BOOK_INVOICES, invoice);
	}
}

/* What stands of the receipts, and what it stands against. */
static void fetch_receipts(struct fetching *f)
{
	const struct receipt *r;

	for (size_t i = 0; (r = book_next(f->book, BOOK_RECEIPTS, &i));) {
		const struct mem_rows *wanted, *differences;

		f->key = sim_key_uuid(f->m->arena, r->merchant, r->id);
		fetch_standing(f, r);
		wanted = mem_index_find(&f->m->wanted_of_receipt, f->key);
		for (size_t k = 0; k < wanted->count; k++)
			if (((const struct wanted *)wanted->at[k]->value)->minor > 0)
				mem_load(&f->book->shelves[BOOK_WANTED], wanted->at[k]);
		differences = mem_index_find(&f->m->differences_of_receipt, f->key);
		for (size_t k = 0; k < differences->count; k++)
			add_row(f, &f->differences, differences->at[k]);
		load_all(f, BOOK_EXCEPTIONS, &f->m->exceptions_of_subject, f->key);
	}
	load_ordered(f, BOOK_ALLOCATIONS, &f->allocations, compare_allocations);
	load_ordered(f, BOOK_DIFFERENCES, &f->differences, compare_differences);
}

/* What is asked of the database once all else is known, as the store does it. */
static void fetch_facts(struct memory *m, struct book *book, const struct need *need)
{
	for (size_t i = 0; i < need->want_count; i++)
		if (need->wants[i].what == WANT_PERIOD)
			sim_fetch_period(m, book, &need->wants[i]);
	for (size_t i = 0; i < need->want_count; i++)
		if (need->wants[i].what == WANT_EXPORT)
			sim_fetch_export(m, book, &need->wants[i]);
	for (size_t i = 0; i < need->want_count; i++)
		if (need->wants[i].what == WANT_UNDO)
			sim_fetch_undo(m, book, &need->wants[i]);
}

void sim_fetch(struct memory *m, struct book *book, const struct need *need)
{
	struct fetching f = { .m = m, .book = book };
	struct want *wants = arena_copy(book->arena, need->wants, need->want_count * sizeof *wants);

	qsort(wants, need->want_count, sizeof *wants, compare_wants);
	for (size_t i = 0; i < need->want_count; i++)
		if (i == 0 || compare_wants(&wants[i - 1], &wants[i]) != 0)
			fetch_want(&f, &wants[i]);
	for (size_t i = 0; i < need->key_count; i++)
		if (need->keys[i].kind == KIND_CUSTOMER)
			load_all(&f, BOOK_CREDITS, &m->credits_of_customer, sim_key(m->arena, need->keys[i].merchant, need->keys[i].id));
	load_ordered(&f, BOOK_RECEIPTS, &f.receipts, compare_receipts);
	load_ordered(&f, BOOK_WANTED, &f.wanted, compare_wanted);
	fetch_receipts(&f);
	fetch_facts(m, book, need);
}

/* ---- save: all lines of a statement that was accepted just now ---- */

static void count_on(struct memory *m, struct line *l)
{
	const struct mem_rows *rows =
		mem_index_find(&m->lines_of_key, sim_key(m->arena, l->merchant, span_bytes(l->key.b, sizeof l->key.b)));
	int32_t n = 0;

	for (size_t i = 0; i < rows->count; i++) {
		const struct line *o = rows->at[i]->value;
		const struct statement *s = mem_find(&m->tables[BOOK_STATEMENTS], sim_key_uuid(m->arena, o->merchant, o->statement));

		n += !uuid_equal(o->statement, l->statement) && o->state != LINE_KNOWN &&
		     (s->state == STATEMENT_ACCEPTED || s->state == STATEMENT_POSTED);
	}
	l->occurrence += n;
}

/* One flip, before the statements are accepted: what is there already is what others brought. */
void sim_flip(struct memory *m, const struct book *book)
{
	const struct statement *s;

	for (size_t i = 0; (s = book_next(book, BOOK_STATEMENTS, &i));) {
		const struct mem_rows *lines;
		int64_t known = 0;

		if (!s->just_accepted)
			continue;
		lines = mem_index_find(&m->lines_of_statement, sim_key_uuid(m->arena, s->merchant, s->id));
		for (size_t k = 0; k < lines->count; k++) {
			struct line *l = lines->at[k]->value;

			if (uuid_is_zero(l->account)) {
				l->account = s->account;
				mem_index_add(&m->lines_of_account, sim_key_uuid(m->arena, l->merchant, l->account), lines->at[k]);
			}
			if (l->state != LINE_STAGED)
				continue;
			if (placement_is_disjoint(s->placement)) {
				count_on(m, l);
			} else if (is_known_line(m, l)) {
				l->state = LINE_KNOWN;
				known++;
				cover_pair("line", "staged", "known");
			}
		}
		if (!placement_is_disjoint(s->placement))
			SIM_HOLDS(known == s->line_count - s->line_new, "overlap_count", "%lld lines are known, %lld were counted",
				(long long)known, (long long)(s->line_count - s->line_new));
	}
}

/* ---- the locks ---- */

static bool is_locked(const struct need *need, int kind, struct span merchant, struct span id)
{
	for (size_t i = 0; i < need->key_count; i++)
		if (need->keys[i].kind == kind && span_equal(need->keys[i].id, id) && span_equal(need->keys[i].merchant, merchant))
			return true;
	return false;
}

static const void *next_changed(const struct book *book, enum book_shelf which, size_t *i)
{
	while (*i < shelf_count(&book->shelves[which])) {
		enum shelf_state state;
		const void *value;
		struct span key;

		shelf_at(&book->shelves[which], (*i)++, &key, &value, &state);
		if (state == SHELF_NEW || state == SHELF_CHANGED)
			return value;
	}
	return NULL;
}

static void demand(const struct need *need, const char *what, struct span merchant, struct span stream)
{
	if (!is_locked(need, KIND_CUSTOMER, merchant, stream))
		sim_fail("unlocked", "%s of %.*s changed without its lock", what, SPAN_ARG(stream));
}

/* Whatever changes, its key is locked. */
void sim_check_locks(struct memory *m, struct book *book, const struct need *need)
{
	const struct open_item *item;
	const struct receipt *r;
	const struct credit *c;
	const struct payout *p;
	const struct exception *x;
	const struct line *l;
	const struct period *month;
	const struct export *e;

	for (size_t i = 0; (item = next_changed(book, BOOK_ITEMS, &i)) != NULL;)
		demand(need, "an item", item->merchant, item->customer);
	for (size_t i = 0; (r = next_changed(book, BOOK_RECEIPTS, &i)) != NULL;)
		demand(need, "a receipt", r->merchant, r->customer);
	for (size_t i = 0; (c = next_changed(book, BOOK_CREDITS, &i)) != NULL;)
		demand(need, "a credit", c->merchant, c->customer);
	for (size_t i = 0; (p = next_changed(book, BOOK_PAYOUTS, &i)) != NULL;)
		demand(need, "a payout", p->merchant, payout_stream(m->arena, p->provider_account));
	for (size_t i = 0; (x = next_changed(book, BOOK_EXCEPTIONS, &i)) != NULL;)
		if (x->kind == EXCEPTION_PAYMENT_NOT_PAID_OUT)
			demand(need, "what no payout names", x->merchant, x->stream);
	for (size_t i = 0; (month = next_changed(book, BOOK_PERIODS, &i)) != NULL;)
		demand(need, "a period", month->merchant, SPAN("@merchant"));
	for (size_t i = 0; (e = next_changed(book, BOOK_EXPORTS, &i)) != NULL;)
		demand(need, "an export", e->merchant, SPAN("@merchant"));
	for (size_t i = 0; (l = next_changed(book, BOOK_LINES, &i)) != NULL;) {
		const struct statement *s = mem_find(&m->tables[BOOK_STATEMENTS], sim_key_uuid(m->arena, l->merchant, l->statement));

		if (!is_locked(need, KIND_ACCOUNT, l->merchant, s->identifier))
			sim_fail("unlocked", "a line changed without its account's lock");
	}
}
