#include <stdlib.h>
#include <string.h>

#include "match/match.h"
#include "rows.h"

/* Credit notes that a line names, as the find step of the store looks for them (store_credit.c). */

struct credits {
	struct memory *m;
	struct arena *arena;
	struct credit_hint *at; /* NULL: they are counted */
	size_t count;
};

static int compare_credits(const void *one, const void *other)
{
	const struct credit_hint *a = one, *b = other;
	int by = memcmp(a->note.b, b->note.b, sizeof a->note.b);

	return by != 0 ? by : memcmp(a->receipt.b, b->receipt.b, sizeof a->receipt.b);
}

static bool had_paid(const struct credits *c, const struct receipt *r, struct uuid invoice)
{
	const struct mem_rows *rows = mem_index_find(&c->m->allocations_of_receipt, sim_key_uuid(c->arena, r->merchant, r->id));

	for (size_t i = 0; i < rows->count; i++)
		if (uuid_equal(((const struct allocation *)rows->at[i]->value)->invoice, invoice))
			return true;
	return false;
}

/* The receipts that had paid what the note credits and hold unapplied money. */
static void take_note(struct credits *c, const struct credit_note *note)
{
	const struct mem_rows *receipts = mem_index_find(&c->m->receipts_of_customer, sim_key(c->arena, note->merchant, note->customer));

	for (size_t i = 0; i < receipts->count; i++) {
		const struct receipt *r = receipts->at[i]->value;

		if (r->unapplied <= 0 || !currency_equal(r->currency, note->currency) || !had_paid(c, r, note->invoice))
			continue;
		if (c->at != NULL)
			c->at[c->count] =
				(struct credit_hint){ note->id, r->id, note->customer, note->token, { note->gross, note->currency } };
		c->count++;
	}
}

static void take_named(struct credits *c, const struct line *line, const struct hint *named)
{
	const struct mem_rows *notes = mem_index_find(&c->m->notes_of_invoice, sim_key_uuid(c->arena, line->merchant, named->target));

	for (size_t i = 0; (named->signs & SIGN_CREDIT_NOTE) && i < notes->count; i++) {
		const struct credit_note *note = notes->at[i]->value;

		if (note->applied && note->token.size > 0 && span_equal(note->token, named->token))
			take_note(c, note);
	}
}

static void take_all(struct credits *c, const struct line *line, const struct hints *hints)
{
	c->count = 0;
	for (size_t i = 0; line->amount.minor > 0 && i < hints->invoice_count; i++)
		take_named(c, line, &hints->invoices[i]);
}

size_t sim_find_credits(struct memory *m, struct need *need, struct arena *arena, const struct line *line, struct hints *hints)
{
	struct credits c = { m, arena, NULL, 0 };

	take_all(&c, line, hints);
	if (c.count == 0)
		return 0;
	c.at = ARENA_ARRAY(arena, struct credit_hint, c.count);
	take_all(&c, line, hints);
	qsort(c.at, c.count, sizeof *c.at, compare_credits);
	for (size_t i = 0; i < c.count; i++) {
		need_key(need, KIND_CUSTOMER, line->merchant, c.at[i].customer);
		need_want(need, WANT_RECEIPT, line->merchant, span_copy(arena, uuid_span(&c.at[i].receipt)));
	}
	hints->credits = c.at;
	return c.count;
}
