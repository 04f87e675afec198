#include "ledger.h"
#include "match/select.h"
#include "world.h"

/* What the store's find step would find, looked for in the book itself. */

static void *room(struct world *w, size_t size)
{
	return arena_array(w->arena, size, 1000);
}

static void find_tokens(
	struct world *w, const struct tokens *tokens, struct hints *h, struct hint *invoices, struct hint *payouts, struct span *customers)
{
	const struct reference *r;
	for (size_t t = 0; t < tokens->count; t++)
		for (size_t i = 0; (r = book_next(w->book, BOOK_REFERENCES, &i));) {
			if (!span_equal(r->token, tokens->at[t]))
				continue;
			struct hint hint = { r->target, r->customer, match_token_signs(r->kind, tokens->how[t]), r->token };
			if (hint.signs && r->kind == REFERENCE_CUSTOMER)
				customers[h->customer_count++] = r->customer;
			else if (hint.signs && r->kind == REFERENCE_PAYOUT)
				payouts[h->payout_count++] = hint;
			else if (hint.signs)
				invoices[h->invoice_count++] = hint;
		}
}

static void find_named(struct world *w, const struct line *line, struct hints *h)
{
	struct tokens tokens;
	struct hint *invoices = room(w, sizeof(*invoices)), *payouts = room(w, sizeof(*payouts));
	struct span *customers = room(w, sizeof(*customers));
	line_tokens(w->arena, line, &tokens);
	find_tokens(w, &tokens, h, invoices, payouts, customers);
	if (!h->invoice_count && !h->payout_count) {
		line_cut_tokens(w->arena, line, &tokens);
		find_tokens(w, &tokens, h, invoices, payouts, customers);
	}
	h->invoices = invoices;
	h->payouts = payouts;
	h->customers = customers;
}

static bool names_document(const struct hints *h)
{
	for (size_t i = 0; i < h->invoice_count; i++)
		if (h->invoices[i].signs & (SIGN_REFERENCE | SIGN_NUMBER))
			return true;
	return false;
}

/* What the customer owes: all of it where the line names no document and it is not too much, else what is exactly as much as the line. */
static void find_owed(struct world *w, const struct line *line, struct span customer, struct hints *h, struct hint *owed)
{
	const struct open_item *item;
	size_t n = 0;
	for (size_t i = 0; (item = book_next(w->book, BOOK_ITEMS, &i));)
		n += span_equal(item->customer, customer) && item->open > 0;
	bool all = !names_document(h) && n <= SELECT_MOST;
	for (size_t i = 0; (item = book_next(w->book, BOOK_ITEMS, &i));)
		if (span_equal(item->customer, customer) && item->open > 0 && (all || item->open == line_left(line)))
			owed[h->of_payer_count++] = (struct hint){ .target = item->invoice, .customer = item->customer };
}

/* Customers that are known by the mark. */
static const struct span *find_known(struct world *w, struct span mark, size_t *n)
{
	struct span *customers = room(w, sizeof(*customers));
	const struct payer *p;
	*n = 0;
	for (size_t i = 0; mark.size && (p = book_next(w->book, BOOK_PAYERS, &i));)
		if (payer_holds(p) && span_equal(p->iban, mark))
			customers[(*n)++] = p->customer;
	return customers;
}

static void find_forms(struct world *w, const struct line *line, struct hints *h)
{
	struct span forms[REFERENCE_FORMS], *customers = room(w, sizeof(*customers));
	size_t n = h->invoice_count ? 0 : line_forms(w->arena, line, forms), count;
	for (size_t i = 0; i < n; i++) {
		const struct span *known = find_known(w, payer_form_mark(w->arena, forms[i]), &count);
		for (size_t j = 0; j < count; j++)
			if (!h->form_count || !span_equal(customers[h->form_count - 1], known[j]))
				customers[h->form_count++] = known[j];
	}
	h->forms = customers;
}

static void find_payers(struct world *w, const struct line *line, struct hints *h)
{
	struct hint *owed = room(w, sizeof(*owed));
	h->payers = find_known(w, line->party_iban, &h->payer_count);
	h->mandates = find_known(w, payer_mandate_mark(w->arena, line->mandate), &h->mandate_count);
	find_forms(w, line, h);
	for (size_t i = 0; i < h->mandate_count; i++)
		find_owed(w, line, h->mandates[i], h, owed);
	for (size_t i = 0; i < h->form_count; i++)
		find_owed(w, line, h->forms[i], h, owed);
	for (size_t i = 0; i < h->payer_count; i++)
		find_owed(w, line, h->payers[i], h, owed);
	for (size_t i = 0; i < h->customer_count; i++)
		find_owed(w, line, h->customers[i], h, owed);
	for (size_t i = 0; i < h->invoice_count; i++)
		if (h->invoices[i].signs & SIGN_NUMBER)
			find_owed(w, line, h->invoices[i].customer, h, owed);
	h->of_payer = owed;
}

static bool shares_reference(const struct line *a, const struct line *b)
{
	return (a->end_to_end.size && span_equal(a->end_to_end, b->end_to_end)) ||
	       (a->bank_ref.size && span_equal(a->bank_ref, b->bank_ref)) ||
	       (a->transaction_ref.size && span_equal(a->transaction_ref, b->transaction_ref));
}

static bool is_payer_of(const struct line *line, const struct line *of)
{
	return line_is_return(line) && line->party_iban.size && span_equal(line->party_iban, of->party_iban) &&
	       line_left(line) == of->amount.minor;
}

static void find_others(struct world *w, const struct line *line, struct hints *h)
{
	struct uuid *payouts = room(w, sizeof(*payouts)), *earlier = room(w, sizeof(*earlier));
	const struct payout *p;
	const struct line *other;
	int64_t left = line->amount.minor > 0 ? line_left(line) : -line_left(line);
	for (size_t i = 0; (p = book_next(w->book, BOOK_PAYOUTS, &i));)
		if (p->paid && !p->has_arrived && p->amount == left)
			payouts[h->payouts_of_amount_count++] = p->id;
	for (size_t i = 0; left < 0 && (other = book_next(w->book, BOOK_LINES, &i));)
		if (other != line && other->amount.minor > 0 && (shares_reference(line, other) || is_payer_of(line, other)))
			earlier[h->earlier_count++] = other->id;
	for (size_t i = 0; left > 0 && line_is_return(line) && (other = book_next(w->book, BOOK_LINES, &i));) {
		const struct line *of = other->as == LINE_AS_RETURN && other->amount.minor < 0
						? book_line(w->book, SPAN(MERCHANT), other->counterpart)
						: NULL;
		if (of && (shares_reference(line, other) || shares_reference(line, of) || is_payer_of(line, of)))
			earlier[h->earlier_count++] = other->id;
	}
	h->payouts_of_amount = payouts;
	h->earlier = earlier;
}

/* What names the payment among the payouts of the book. */
static void find_settlement(struct world *w, struct uuid id)
{
	struct span key = book_key_uuid(w->book, SPAN(MERCHANT), id);
	const struct receipt *r = book_receipt(w->book, SPAN(MERCHANT), id);
	struct settlement s = { .merchant = SPAN(MERCHANT), .receipt = id };
	const struct payout_line *line;
	const struct payout *p;
	if (!r)
		return;
	for (size_t i = 0; (line = book_next(w->book, BOOK_PAYOUT_LINES, &i));) {
		if (!uuid_equal(line->attempt, id) || line->is_refund)
			continue;
		s.exchanged |= !currency_equal(line->currency, r->currency);
		s.named += line->gross < 0 ? -line->gross : line->gross;
	}
	for (size_t i = 0; (p = book_next(w->book, BOOK_PAYOUTS, &i));)
		s.hidden |= p->paid && !p->line_count && date_compare(p->arrival, r->settle_by) <= 0;
	struct settlement *kept = book_find(w->book, BOOK_SETTLEMENTS, key) ? book_edit(w->book, BOOK_SETTLEMENTS, key)
									    : book_add(w->book, BOOK_SETTLEMENTS, key);
	*kept = s;
}

static bool had_paid(const struct world *w, struct uuid receipt, struct uuid invoice)
{
	const struct allocation *a;
	for (size_t i = 0; (a = book_next(w->book, BOOK_ALLOCATIONS, &i));)
		if (uuid_equal(a->receipt, receipt) && uuid_equal(a->invoice, invoice))
			return true;
	return false;
}

static void find_credits_of(struct world *w, const struct credit_note *note, struct hints *h, struct credit_hint *credits)
{
	const struct receipt *r;
	for (size_t i = 0; (r = book_next(w->book, BOOK_RECEIPTS, &i));)
		if (r->unapplied && span_equal(r->customer, note->customer) && currency_equal(r->currency, note->currency) &&
			had_paid(w, r->id, note->invoice))
			credits[h->credit_count++] =
				(struct credit_hint){ note->id, r->id, note->customer, note->token, { note->gross, note->currency } };
}

/* Credit notes that the line names, and whose money they freed. */
static void find_credits(struct world *w, const struct line *line, struct hints *h)
{
	struct credit_hint *credits = room(w, sizeof(*credits));
	const struct credit_note *note;
	for (size_t k = 0; line->amount.minor > 0 && k < h->invoice_count; k++)
		for (size_t i = 0; (h->invoices[k].signs & SIGN_CREDIT_NOTE) && (note = book_next(w->book, BOOK_CREDIT_NOTES, &i));)
			if (note->applied && span_equal(note->token, h->invoices[k].token) &&
				uuid_equal(note->invoice, h->invoices[k].target))
				find_credits_of(w, note, h, credits);
	h->credits = credits;
}

void world_find(struct world *w, const struct need *need)
{
	for (size_t i = 0; i < need->find_count; i++) {
		struct uuid id;
		struct hints h = { 0 };
		if (need->finds[i].what == FIND_SETTLEMENT && uuid_from_bytes(need->finds[i].text, &id) == OK)
			find_settlement(w, id);
		if (need->finds[i].what != FIND_LOOK || uuid_from_bytes(need->finds[i].text, &id) != OK)
			continue;
		const struct line *line = book_line(w->book, SPAN(MERCHANT), id);
		struct span key = book_key_uuid(w->book, SPAN(MERCHANT), id);
		if (!line)
			continue;
		find_named(w, line, &h);
		find_payers(w, line, &h);
		find_others(w, line, &h);
		find_credits(w, line, &h);
		struct hints *kept =
			book_find(w->book, BOOK_HINTS, key) ? book_edit(w->book, BOOK_HINTS, key) : book_add(w->book, BOOK_HINTS, key);
		*kept = h;
	}
}
