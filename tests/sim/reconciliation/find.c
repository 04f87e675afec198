#include <string.h>

#include "match.h"
#include "rows.h"

/* What the find step of the store looks for, on rows in memory. */

struct finding {
	struct memory *m;
	struct book *book;
	struct need *need;
	struct arena *arena;
};

struct list {
	char *at;
	size_t count, room;
};

static void *list_add(struct list *l, struct arena *arena, size_t size)
{
	if (l->count == l->room) {
		char *at;

		l->room = l->room ? 2 * l->room : 4;
		at = arena_array(arena, size, l->room);
		if (l->count)
			memcpy(at, l->at, l->count * size);
		l->at = at;
	}
	return l->at + size * l->count++;
}

static struct span id_of(const struct finding *f, struct uuid id)
{
	return span_copy(f->arena, uuid_span(&id));
}

static void want(const struct finding *f, enum want_what what, struct span merchant, struct uuid id)
{
	need_want(f->need, what, merchant, id_of(f, id));
}

static void lock(const struct finding *f, struct span merchant, struct span stream)
{
	if (stream.size)
		need_key(f->need, KIND_CUSTOMER, merchant, stream);
}

static void want_account(const struct finding *f, struct span merchant, struct span identifier)
{
	need_key(f->need, KIND_ACCOUNT, merchant, identifier);
	need_want(f->need, WANT_ACCOUNT, merchant, identifier);
}

/* Whose a payout, a receipt, or what a line became is. */
static void find_owner(const struct finding *f, struct span merchant, struct uuid id)
{
	struct span key = sim_key_uuid(f->arena, merchant, id);
	const struct payout *p = mem_find(&f->m->tables[BOOK_PAYOUTS], key);
	const struct receipt *r = mem_find(&f->m->tables[BOOK_RECEIPTS], key);
	const struct mem_rows *rows = mem_index_find(&f->m->receipts_of_source, key);

	if (p != NULL) {
		lock(f, merchant, payout_stream(f->arena, p->provider_account));
		want(f, WANT_PAYOUT, merchant, id);
	}
	if (r != NULL) {
		lock(f, merchant, r->customer);
		want(f, WANT_RECEIPT, merchant, id);
	}
	for (size_t i = 0; i < rows->count; i++) {
		const struct receipt *of = rows->at[i]->value;

		lock(f, merchant, of->customer);
		want(f, WANT_RECEIPT, merchant, of->id);
	}
}

/* ---- what a line might be ---- */

static void take_reference(const struct finding *f, const struct reference *r, unsigned how, struct list *invoices, struct list *payouts)
{
	bool payout = r->kind == REFERENCE_PAYOUT;
	unsigned signs = match_token_signs(r->kind, how);
	struct hint *hint;

	/* The customers here have no numbers that a text could name. */
	if (signs == 0 || r->kind == REFERENCE_CUSTOMER)
		return;
	hint = list_add(payout ? payouts : invoices, f->arena, sizeof *hint);
	*hint = (struct hint){ r->target, r->customer, signs, r->token };
	lock(f, r->merchant, hint->customer);
	want(f, payout ? WANT_PAYOUT : WANT_INVOICE, r->merchant, hint->target);
}

static void find_tokens(const struct finding *f, const struct line *line, struct list *invoices, struct list *payouts)
{
	struct tokens tokens;

	line_tokens(f->arena, line, &tokens);
	for (size_t i = 0; i < tokens.count; i++) {
		const struct mem_rows *rows = mem_index_find(&f->m->references_of_token, sim_key(f->arena, line->merchant, tokens.at[i]));

		for (size_t k = 0; k < rows->count; k++)
			take_reference(f, rows->at[k]->value, tokens.how[i], invoices, payouts);
	}
}

static void find_payers(const struct finding *f, const struct line *line, struct list *payers, struct list *of_payer)
{
	const struct mem_rows *rows;

	if (!line->party_iban.size || line->amount.minor < 0)
		return;
	rows = mem_index_find(&f->m->payers_of_iban, sim_key(f->arena, line->merchant, line->party_iban));
	for (size_t i = 0; i < rows->count; i++) {
		const struct payer *p = rows->at[i]->value;
		const struct mem_rows *items;

		if (!payer_holds(p))
			continue;
		*(struct span *)(void *)list_add(payers, f->arena, sizeof(struct span)) = p->customer;
		items = mem_index_find(&f->m->items_of_customer, sim_key(f->arena, p->merchant, p->customer));
		for (size_t k = 0; k < items->count; k++) {
			const struct open_item *item = items->at[k]->value;

			if (item->open == 0 || item->open != line_left(line) || !currency_equal(item->currency, line->amount.currency))
				continue;
			*(struct hint *)(void *)list_add(of_payer, f->arena, sizeof(struct hint)) =
				(struct hint){ .target = item->invoice, .customer = item->customer };
			lock(f, line->merchant, item->customer);
			want(f, WANT_INVOICE, line->merchant, item->invoice);
		}
	}
}

static void find_payouts(const struct finding *f, const struct line *line, struct list *amounts)
{
	const struct account *a = mem_find(&f->m->tables[BOOK_ACCOUNTS], sim_key_uuid(f->arena, line->merchant, line->account));
	const struct mem_rows *rows = &f->m->tables[BOOK_PAYOUTS].rows;
	int64_t left = line->amount.minor > 0 ? line_left(line) : -line_left(line);

	for (size_t i = 0; a != NULL && i < rows->count; i++) {
		const struct payout *p = rows->at[i]->value;

		if (!p->paid || p->has_arrived || p->amount != left || !span_equal(p->merchant, line->merchant) ||
			!currency_equal(p->currency, line->amount.currency) || !account_takes_payouts_of(a, p->provider_account))
			continue;
		*(struct uuid *)(void *)list_add(amounts, f->arena, sizeof(struct uuid)) = p->id;
		lock(f, line->merchant, payout_stream(f->arena, p->provider_account));
		want(f, WANT_PAYOUT, line->merchant, p->id);
	}
}

static bool is_alike(struct span a, struct span b)
{
	return a.size > 0 && span_equal(a, b);
}

static bool names(const struct line *line, const struct line *other)
{
	return is_alike(other->end_to_end, line->end_to_end) || is_alike(other->bank_ref, line->bank_ref) ||
	       is_alike(other->transaction_ref, line->transaction_ref);
}

/* By a reference, or by payer and amount where the bank calls it a return. */
static bool may_take_back(const struct line *line, const struct line *o)
{
	return o->amount.minor > 0 && (names(line, o) || (line_is_return(line) && is_alike(o->party_iban, line->party_iban) &&
								 o->amount.minor == line_left(line)));
}

static void take_earlier(const struct finding *f, const struct line *o, struct uuid owned, struct list *earlier)
{
	const struct mem_rows *receipts = mem_index_find(&f->m->receipts_of_source, sim_key_uuid(f->arena, o->merchant, owned));

	*(struct uuid *)(void *)list_add(earlier, f->arena, sizeof(struct uuid)) = o->id;
	for (size_t k = 0; k < receipts->count; k++)
		lock(f, o->merchant, ((const struct receipt *)receipts->at[k]->value)->customer);
	want(f, WANT_LINE, o->merchant, o->id);
}

/* Credits that a debit may take back. */
static void find_earlier(const struct finding *f, const struct line *line, struct list *earlier)
{
	const struct mem_rows *rows = mem_index_find(&f->m->lines_of_account, sim_key_uuid(f->arena, line->merchant, line->account));

	for (size_t i = 0; line->amount.minor < 0 && i < rows->count && earlier->count < 50; i++)
		if (may_take_back(line, rows->at[i]->value))
			take_earlier(f, rows->at[i]->value, ((const struct line *)rows->at[i]->value)->id, earlier);
}

/* Returns that a credit may take back. */
static void find_returns(const struct finding *f, const struct line *line, struct list *earlier)
{
	const struct mem_rows *rows = mem_index_find(&f->m->lines_of_account, sim_key_uuid(f->arena, line->merchant, line->account));

	for (size_t i = 0; line->amount.minor > 0 && line_is_return(line) && i < rows->count && earlier->count < 50; i++) {
		const struct line *d = rows->at[i]->value;
		const struct line *of = mem_find(&f->m->tables[BOOK_LINES], sim_key_uuid(f->arena, d->merchant, d->counterpart));

		if (d->amount.minor > 0 || d->as != LINE_AS_RETURN || d->state != LINE_MATCHED || of == NULL)
			continue;
		if (!is_alike(d->end_to_end, line->end_to_end) && !is_alike(d->bank_ref, line->bank_ref) && !may_take_back(line, of))
			continue;
		take_earlier(f, d, of->id, earlier);
		want(f, WANT_LINE, of->merchant, of->id);
	}
}

static void look(const struct finding *f, const struct line *line)
{
	struct list invoices = { 0 }, payouts = { 0 }, payers = { 0 }, of_payer = { 0 }, amounts = { 0 }, earlier = { 0 };
	struct span key = sim_key_uuid(f->arena, line->merchant, line->id);
	struct hints hints;

	find_tokens(f, line, &invoices, &payouts);
	find_payers(f, line, &payers, &of_payer);
	find_payouts(f, line, &amounts);
	find_earlier(f, line, &earlier);
	find_returns(f, line, &earlier);
	hints = (struct hints){
		.invoices = (const void *)invoices.at,
		.payouts = (const void *)payouts.at,
		.payouts_of_amount = (const void *)amounts.at,
		.payers = (const void *)payers.at,
		.of_payer = (const void *)of_payer.at,
		.earlier = (const void *)earlier.at,
		.invoice_count = invoices.count,
		.payout_count = payouts.count,
		.payouts_of_amount_count = amounts.count,
		.payer_count = payers.count,
		.of_payer_count = of_payer.count,
		.earlier_count = earlier.count,
	};
	if (!shelf_is_loaded(&f->book->shelves[BOOK_HINTS], key))
		shelf_put(&f->book->shelves[BOOK_HINTS], key, &hints);
}

/* ---- what was asked for ---- */

/* What a return that is taken back had taken back. */
static void find_beyond(const struct finding *f, const struct line *line)
{
	const struct line *o = mem_find(&f->m->tables[BOOK_LINES], sim_key_uuid(f->arena, line->merchant, line->counterpart));

	if (line->as != LINE_AS_RETURN || o == NULL || o->as != LINE_AS_RETURN)
		return;
	want(f, WANT_LINE, line->merchant, o->counterpart);
	find_owner(f, line->merchant, o->counterpart);
}

static void find_line(const struct finding *f, const struct find *what, bool is_look)
{
	const struct line *line = mem_find(&f->m->tables[BOOK_LINES], sim_key(f->arena, what->merchant, what->text));
	const struct statement *s;

	if (line == NULL)
		return;
	book_note_found(f->book, line);
	s = mem_find(&f->m->tables[BOOK_STATEMENTS], sim_key_uuid(f->arena, line->merchant, line->statement));
	want_account(f, line->merchant, s->identifier);
	want(f, WANT_STATEMENT, line->merchant, line->statement);
	want(f, WANT_LINE, line->merchant, line->id);
	if (!uuid_is_zero(line->counterpart)) {
		want(f, WANT_LINE, line->merchant, line->counterpart);
		find_owner(f, line->merchant, line->counterpart);
		find_beyond(f, line);
	}
	if (is_look)
		look(f, line);
	else
		find_owner(f, line->merchant, line->id);
}

static void find_invoice(const struct finding *f, const struct invoice *v)
{
	if (v == NULL)
		return;
	lock(f, v->merchant, v->customer);
	want(f, WANT_INVOICE, v->merchant, v->id);
}

static void find_numbers(const struct finding *f, const struct find *what)
{
	const struct mem_rows *rows = mem_index_find(&f->m->invoices_of_number, sim_key(f->arena, what->merchant, what->text));

	for (size_t i = 0; i < rows->count; i++)
		find_invoice(f, rows->at[i]->value);
}

static void find_statement(const struct finding *f, const struct find *what)
{
	const struct statement *s = mem_find(&f->m->tables[BOOK_STATEMENTS], sim_key(f->arena, what->merchant, what->text));

	if (s == NULL)
		return;
	want_account(f, s->merchant, s->identifier);
	want(f, WANT_STATEMENT, s->merchant, s->id);
}

static void find_exception(const struct finding *f, const struct find *what)
{
	const struct mem_rows *rows = &f->m->tables[BOOK_EXCEPTIONS].rows, *accounts = &f->m->tables[BOOK_ACCOUNTS].rows;

	for (size_t i = 0; i < rows->count; i++) {
		const struct exception *e = rows->at[i]->value;
		const struct statement *s;

		if (!span_equal(e->merchant, what->merchant) || !span_equal(uuid_span(&e->id), what->text))
			continue;
		s = mem_find(&f->m->tables[BOOK_STATEMENTS], sim_key_uuid(f->arena, e->merchant, e->subject));
		lock(f, e->merchant, e->stream);
		if (s != NULL)
			need_key(f->need, KIND_ACCOUNT, e->merchant, s->identifier);
		for (size_t k = 0; k < accounts->count; k++) {
			const struct account *a = accounts->at[k]->value;

			if (span_equal(a->merchant, e->merchant) && span_equal(account_stream(f->arena, a->id), e->stream))
				need_key(f->need, KIND_ACCOUNT, e->merchant, a->identifier);
		}
		want(f, WANT_EXCEPTION, e->merchant, e->id);
	}
}

static void find_owner_of(const struct finding *f, const struct find *what)
{
	struct uuid id;

	if (uuid_from_bytes(what->text, &id) == OK)
		find_owner(f, what->merchant, id);
}

static void find_suggested(const struct finding *f, const struct exception *e)
{
	const struct find subject = { FIND_LINE, e->merchant, uuid_span(&e->subject) },
			  other = { FIND_LINE, e->merchant, uuid_span(&e->suggested) };
	const struct invoice *invoice = mem_find(&f->m->tables[BOOK_INVOICES], sim_key_uuid(f->arena, e->merchant, e->suggested));

	find_line(f, &subject, false);
	find_statement(f, &subject);
	find_invoice(f, invoice);
	find_invoice(f, mem_find(&f->m->tables[BOOK_INVOICES], sim_key_uuid(f->arena, e->merchant, e->subject)));
	if (invoice != NULL)
		need_want(f->need, WANT_CUSTOMER, e->merchant, invoice->customer);
	find_owner(f, e->merchant, e->suggested);
	find_owner(f, e->merchant, e->subject);
	if (e->suggestion == SUGGEST_TAKE_BACK)
		find_line(f, &other, false);
}

static void find_suggestion(const struct finding *f, const struct find *what)
{
	const struct mem_rows *rows = &f->m->tables[BOOK_EXCEPTIONS].rows;

	find_exception(f, what);
	for (size_t i = 0; i < rows->count; i++) {
		const struct exception *e = rows->at[i]->value;

		if (span_equal(e->merchant, what->merchant) && span_equal(uuid_span(&e->id), what->text))
			find_suggested(f, e);
	}
}

void sim_find(struct memory *m, struct book *book, struct need *need)
{
	struct finding f = { m, book, need, book->arena };
	size_t n = need->find_count;

	for (size_t i = 0; i < n; i++) {
		const struct find what = need->finds[i];

		switch ((enum find_what)what.what) {
		case FIND_LOOK: find_line(&f, &what, true); break;
		case FIND_LINE: find_line(&f, &what, false); break;
		case FIND_STATEMENT: find_statement(&f, &what); break;
		case FIND_INVOICE: find_invoice(&f, mem_find(&m->tables[BOOK_INVOICES], sim_key(f.arena, what.merchant, what.text))); break;
		case FIND_NUMBER: find_numbers(&f, &what); break;
		case FIND_PAYOUT:
		case FIND_RECEIPT: find_owner_of(&f, &what); break;
		case FIND_EXCEPTION: find_exception(&f, &what); break;
		case FIND_ZONE: break;
		case FIND_REPORT: bug("nobody imports a provider's report here");
		case FIND_SUGGESTION: find_suggestion(&f, &what); break;
		}
	}
}
