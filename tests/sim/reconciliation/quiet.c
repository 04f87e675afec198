#include "rows.h"

/* Every invoice that was sent is in the books with its amount and what was credited of it. */
static void check_debts(struct memory *m)
{
	const struct mem_rows *debts = &m->world->debts.rows;

	for (size_t i = 0; i < debts->count; i++) {
		const struct world_debt *d = debts->at[i]->value;
		const struct mem_rows *items = mem_index_find(&m->items_of_invoice, sim_key_uuid(m->arena, d->merchant, d->invoice));
		const struct mem_rows *notes = mem_index_find(&m->notes_of_invoice, sim_key_uuid(m->arena, d->merchant, d->invoice));
		int64_t amount = 0, credited = 0;

		for (size_t k = 0; k < items->count; k++)
			amount += ((const struct open_item *)items->at[k]->value)->amount;
		for (size_t k = 0; k < notes->count; k++) {
			const struct credit_note *n = notes->at[k]->value;

			credited += n->gross;
			SIM_HOLDS(n->applied, "credit_waits", "a credit note waits for an invoice that is here");
		}
		SIM_HOLDS(amount == d->gross.minor, "debt", "%.*s is %lld in the books and %lld on paper", SPAN_ARG(d->number),
			(long long)amount, (long long)d->gross.minor);
		SIM_HOLDS(credited == d->credited, "debt_credited", "%.*s is credited %lld in the books and %lld on paper",
			SPAN_ARG(d->number), (long long)credited, (long long)d->credited);
	}
}

/* Every line is in the books once, or known; what waits is an exception of somebody. */
static void check_lines(struct memory *m)
{
	const struct mem_rows *lines = &m->tables[BOOK_LINES].rows;

	for (size_t i = 0; i < lines->count; i++) {
		const struct line *l = lines->at[i]->value;
		const struct statement *s = mem_find(&m->tables[BOOK_STATEMENTS], sim_key_uuid(m->arena, l->merchant, l->statement));
		const struct mem_rows *open = mem_index_find(&m->exceptions_of_subject, sim_key_uuid(m->arena, l->merchant, l->id));
		bool is_open = false;

		SIM_HOLDS(l->state != LINE_STAGED || s->state == STATEMENT_QUARANTINED || s->state == STATEMENT_REPLACED, "line_staged",
			"a line of a statement that is %s was not posted", statement_state_word(s->state));
		for (size_t k = 0; k < open->count; k++)
			is_open |= ((const struct exception *)open->at[k]->value)->open;
		SIM_HOLDS(l->state != LINE_WAITING || is_open || l->by_person, "line_forgotten", "a line waits and is nobody's exception");
	}
}

void sim_quiet(struct memory *m, struct instant now)
{
	(void)now;
	check_debts(m);
	check_lines(m);
	settlements_quiet(m);
	seals_quiet(m);
}
