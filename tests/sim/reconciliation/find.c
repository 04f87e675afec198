#include <string.h>

#include "match/match.h"
#include "match/select.h"
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

/* Locks the customer, and wants what was learned of the receipt. */
static void want_receipt(const struct finding *f, const struct receipt *r)
{
	lock(f, r->merchant, r->customer);
	need_want(f->need, WANT_CUSTOMER, r->merchant, r->customer);
	want(f, WANT_RECEIPT, r->merchant, r->id);
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
	if (r != NULL)
		want_receipt(f, r);
	for (size_t i = 0; i < rows->count; i++)
		want_receipt(f, rows->at[i]->value);
}

/* ---- what a line might be ---- */

/* Everything that a line might be. */
struct looked {
	const struct line *line;
	struct list invoices, payouts, amounts, payers, mandates, forms, customers, of_payer, earlier;
};

static void take_named(const struct finding *f, struct looked *k, const struct hint *hint, bool payout)
{
	const struct line *line = k->line;

	*(struct hint *)(void *)list_add(payout ? &k->payouts : &k->invoices, f->arena, sizeof *hint) = *hint;
	lock(f, line->merchant, hint->customer);
	want(f, payout ? WANT_PAYOUT : WANT_INVOICE, line->merchant, hint->target);
	if (!payout && (!(hint->signs & SIGN_REFERENCE) || line->mandate.size > 0))
		need_want(f->need, WANT_CUSTOMER, line->merchant, hint->customer);
}

static void take_reference(const struct finding *f, struct looked *k, const struct reference *r, unsigned how)
{
	bool payout = r->kind == REFERENCE_PAYOUT;
	uint64_t signs = match_token_signs(r->kind, how);

	if (signs == 0)
		return;
	if (r->kind == REFERENCE_CUSTOMER) {
		*(struct span *)(void *)list_add(&k->customers, f->arena, sizeof(struct span)) = r->customer;
		return;
	}
	take_named(f, k, &(struct hint){ r->target, r->customer, signs, r->token }, payout);
}

static const struct mem_rows *references_of(const struct finding *f, const struct line *line, struct span token)
{
	return mem_index_find(&f->m->references_of_token, sim_key(f->arena, line->merchant, token));
}

static void find_tokens(const struct finding *f, struct looked *k)
{
	struct tokens tokens;

	line_tokens(f->arena, k->line, &tokens);
	for (size_t i = 0; i < tokens.count; i++) {
		const struct mem_rows *rows = references_of(f, k->line, tokens.at[i]);

		for (size_t n = 0; n < rows->count; n++)
			take_reference(f, k, rows->at[n]->value, tokens.how[i]);
	}
}

static void take_item(const struct finding *f, struct looked *k, const struct open_item *item)
{
	*(struct hint *)(void *)list_add(&k->of_payer, f->arena, sizeof(struct hint)) =
		(struct hint){ .target = item->invoice, .customer = item->customer };
	want(f, WANT_INVOICE, item->merchant, item->invoice);
}

static bool owes(const struct open_item *item, const struct line *line, int64_t least, int64_t most)
{
	return item->open >= least && item->open <= most && item->open > 0 && currency_equal(item->currency, line->amount.currency);
}

static void find_mark(const struct finding *f, const struct line *line, struct span mark, struct list *customers)
{
	const struct mem_rows *rows = mem_index_find(&f->m->payers_of_iban, sim_key(f->arena, line->merchant, mark));

	for (size_t i = 0; i < rows->count; i++) {
		const struct payer *p = rows->at[i]->value;

		if (payer_holds(p))
			*(struct span *)(void *)list_add(customers, f->arena, sizeof(struct span)) = p->customer;
	}
}

/* What these owe of exactly the line's amount. */
static void find_exact(const struct finding *f, struct looked *k)
{
	const struct span *payers = (const void *)k->payers.at;
	int64_t left = line_left(k->line);

	for (size_t i = 0; i < k->payers.count; i++) {
		const struct mem_rows *items = mem_index_find(&f->m->items_of_customer, sim_key(f->arena, k->line->merchant, payers[i]));

		for (size_t n = 0; n < items->count; n++)
			if (owes(items->at[n]->value, k->line, left, left)) {
				lock(f, k->line->merchant, payers[i]);
				take_item(f, k, items->at[n]->value);
			}
	}
}

static void find_payers(const struct finding *f, struct looked *k)
{
	const struct line *line = k->line;

	if (line->amount.minor < 0)
		return;
	if (line->mandate.size > 0)
		find_mark(f, line, payer_mandate_mark(f->arena, line->mandate), &k->mandates);
	if (line->party_iban.size > 0)
		find_mark(f, line, line->party_iban, &k->payers);
	find_exact(f, k);
}

static uint64_t named_signs(const struct looked *k)
{
	const struct hint *named = (const void *)k->invoices.at;
	uint64_t signs = 0;

	for (size_t i = 0; i < k->invoices.count; i++)
		signs |= named[i].signs;
	return signs;
}

/* What a customer owes; where that is too much to be searched nothing of it is taken. */
static void find_owed_by(const struct finding *f, struct looked *k, struct span customer, int64_t least, int64_t most)
{
	const struct line *line = k->line;
	const struct mem_rows *items = mem_index_find(&f->m->items_of_customer, sim_key(f->arena, line->merchant, customer));
	size_t count = 0;

	for (size_t i = 0; i < items->count; i++)
		count += owes(items->at[i]->value, line, least, most);
	if (count == 0)
		return;
	lock(f, line->merchant, customer);
	need_want(f->need, WANT_CUSTOMER, line->merchant, customer);
	for (size_t i = 0; i < items->count && count <= SELECT_MOST; i++)
		if (owes(items->at[i]->value, line, least, most))
			take_item(f, k, items->at[i]->value);
}

/* Of those who pay or are named everything; of those whose document is named what the amount would be exactly. */
static void find_owed(const struct finding *f, struct looked *k)
{
	const struct span *payers = (const void *)k->payers.at, *mandates = (const void *)k->mandates.at,
			  *customers = (const void *)k->customers.at;
	const struct hint *named = (const void *)k->invoices.at;
	uint64_t signs = named_signs(k);
	int64_t left = line_left(k->line);

	if (k->line->amount.minor < 0 || (signs & SIGN_REFERENCE))
		return;
	for (size_t i = 0; i < k->invoices.count; i++)
		if (named[i].signs & SIGN_NUMBER)
			find_owed_by(f, k, named[i].customer, left, left);
	if (signs & SIGN_NUMBER)
		return;
	for (size_t i = 0; i < k->payers.count; i++)
		find_owed_by(f, k, payers[i], 1, INT64_MAX);
	for (size_t i = 0; i < k->mandates.count; i++)
		find_owed_by(f, k, mandates[i], 1, INT64_MAX);
	for (size_t i = 0; i < k->customers.count; i++)
		find_owed_by(f, k, customers[i], 1, INT64_MAX);
}

/* ---- what it might be where it names nothing as it is written ---- */

enum { CUT_MOST = 8 };

static bool is_in_list(const struct list *l, struct span customer)
{
	const struct span *at = (const void *)l->at;

	for (size_t i = 0; i < l->count; i++)
		if (span_equal(at[i], customer))
			return true;
	return false;
}

static void find_cut(const struct finding *f, struct looked *k)
{
	struct list cut = { 0 };
	struct tokens tokens;
	const struct hint *hints;

	line_cut_tokens(f->arena, k->line, &tokens);
	for (size_t i = 0; i < tokens.count; i++) {
		const struct mem_rows *rows = references_of(f, k->line, tokens.at[i]);

		for (size_t n = 0; n < rows->count; n++) {
			const struct reference *r = rows->at[n]->value;
			uint64_t signs = match_token_signs(r->kind, tokens.how[i]);

			if (signs != 0)
				*(struct hint *)(void *)list_add(&cut, f->arena, sizeof *hints) =
					(struct hint){ r->target, r->customer, signs, r->token };
		}
	}
	hints = (const void *)cut.at;
	for (size_t i = 0; i < cut.count; i++)
		if (cut.count <= CUT_MOST || is_in_list(&k->payers, hints[i].customer))
			take_named(f, k, &hints[i], false);
}

static void take_form(const struct finding *f, struct looked *k, struct span customer)
{
	const struct mem_rows *items = mem_index_find(&f->m->items_of_customer, sim_key(f->arena, k->line->merchant, customer));

	if (!is_in_list(&k->forms, customer)) {
		*(struct span *)(void *)list_add(&k->forms, f->arena, sizeof customer) = customer;
		lock(f, k->line->merchant, customer);
		need_want(f->need, WANT_CUSTOMER, k->line->merchant, customer);
	}
	for (size_t i = 0, n = 0; i < items->count && n <= SELECT_MOST; i++)
		if (owes(items->at[i]->value, k->line, 1, INT64_MAX)) {
			take_item(f, k, items->at[i]->value);
			n++;
		}
}

static void find_forms(const struct finding *f, struct looked *k)
{
	struct span forms[REFERENCE_FORMS];
	size_t n = line_forms(f->arena, k->line, forms);

	for (size_t i = 0; i < n; i++) {
		struct list customers = { 0 };
		const struct span *at;

		find_mark(f, k->line, payer_form_mark(f->arena, forms[i]), &customers);
		at = (const void *)customers.at;
		for (size_t c = 0; c < customers.count; c++)
			take_form(f, k, at[c]);
	}
}

static void find_unnamed(const struct finding *f, struct looked *k)
{
	if (k->line->amount.minor <= 0 || k->invoices.count > 0 || k->payouts.count > 0)
		return;
	find_cut(f, k);
	find_forms(f, k);
}

static void find_payouts(const struct finding *f, struct looked *k)
{
	const struct line *line = k->line;
	const struct account *a = mem_find(&f->m->tables[BOOK_ACCOUNTS], sim_key_uuid(f->arena, line->merchant, line->account));
	const struct mem_rows *rows = &f->m->tables[BOOK_PAYOUTS].rows;
	int64_t left = line->amount.minor > 0 ? line_left(line) : -line_left(line);

	for (size_t i = 0; a != NULL && i < rows->count; i++) {
		const struct payout *p = rows->at[i]->value;

		if (!p->paid || p->has_arrived || p->amount != left || !span_equal(p->merchant, line->merchant) ||
			!currency_equal(p->currency, line->amount.currency) || !account_takes_payouts_of(a, p->provider_account))
			continue;
		*(struct uuid *)(void *)list_add(&k->amounts, f->arena, sizeof(struct uuid)) = p->id;
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
	want(f, WANT_STATEMENT, o->merchant, o->statement);
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
	struct looked k = { .line = line };
	struct span key = sim_key_uuid(f->arena, line->merchant, line->id);
	struct hints hints;

	find_tokens(f, &k);
	find_payers(f, &k);
	find_payouts(f, &k);
	find_earlier(f, line, &k.earlier);
	find_returns(f, line, &k.earlier);
	find_owed(f, &k);
	find_unnamed(f, &k);
	hints = (struct hints){
		.invoices = (const void *)k.invoices.at,
		.payouts = (const void *)k.payouts.at,
		.payouts_of_amount = (const void *)k.amounts.at,
		.payers = (const void *)k.payers.at,
		.mandates = (const void *)k.mandates.at,
		.forms = (const void *)k.forms.at,
		.customers = (const void *)k.customers.at,
		.of_payer = (const void *)k.of_payer.at,
		.earlier = (const void *)k.earlier.at,
		.invoice_count = k.invoices.count,
		.payout_count = k.payouts.count,
		.payouts_of_amount_count = k.amounts.count,
		.payer_count = k.payers.count,
		.mandate_count = k.mandates.count,
		.form_count = k.forms.count,
		.customer_count = k.customers.count,
		.of_payer_count = k.of_payer.count,
		.earlier_count = k.earlier.count,
	};
	hints.credit_count = sim_find_credits(f->m, f->need, f->arena, line, &hints);
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
	need_want(f->need, WANT_CUSTOMER, v->merchant, v->customer);
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
		case FIND_ZONE: book_note_zone(book, what.text, zone_load(span_cstr(f.arena, what.text))); break;
		case FIND_REPORT: bug("nobody imports a provider's report here");
		case FIND_SETTLEMENT: sim_find_settlement(m, need, &what); break;
		case FIND_SUGGESTION: find_suggestion(&f, &what); break;
		}
	}
}
