#include "rows.h"

/* ---- the rows as text, as tests/store/invoicing/test_sim_invoicing.c prints the tables ---- */

static void print_invoices(struct memory *m, struct text *t)
{
	for (size_t i = 0; i < m->tables[SHELF_INVOICES].rows.count; i++) {
		const struct invoice *v = m->tables[SHELF_INVOICES].rows.at[i]->value;

		text_printf(t, "invoice %.*s %s %.*s %s %lld %d %d %lld %.*s %lld %lld\n", SPAN_ARG(v->merchant),
			uuid_text(m->arena, v->id), SPAN_ARG(v->customer_ref), invoice_state_names[v->state], (long long)v->revision,
			v->draft.count, v->draft.billing_count, (long long)v->draft.net.minor, SPAN_ARG(v->number.text),
			(long long)v->totals.gross.minor, (long long)v->credited.minor);
	}
	for (size_t i = 0; i < m->tables[SHELF_CHARGES].rows.count; i++) {
		const struct charge *c = m->tables[SHELF_CHARGES].rows.at[i]->value;

		text_printf(t, "charge %.*s %.*s %s %s %d %lld\n", SPAN_ARG(c->merchant), SPAN_ARG(c->external_ref),
			charge_state_names[c->state], uuid_text(m->arena, c->invoice_id), c->position, (long long)c->line.net.minor);
	}
}

static void print_others(struct memory *m, struct text *t)
{
	for (size_t i = 0; i < m->tables[SHELF_CUSTOMERS].rows.count; i++) {
		const struct customer *c = m->tables[SHELF_CUSTOMERS].rows.at[i]->value;

		text_printf(t, "customer %.*s %.*s %lld %d %s\n", SPAN_ARG(c->merchant), SPAN_ARG(c->ref), (long long)c->revision,
			c->billing_day, c->invoiced ? "t" : "f");
	}
	for (size_t i = 0; i < m->tables[SHELF_CREDIT_NOTES].rows.count; i++) {
		const struct credit_note *n = m->tables[SHELF_CREDIT_NOTES].rows.at[i]->value;

		text_printf(t, "credit_note %.*s %s %.*s %lld\n", SPAN_ARG(n->merchant), uuid_text(m->arena, n->id),
			SPAN_ARG(n->number.text), (long long)n->totals.gross.minor);
	}
	for (size_t i = 0; i < m->tables[SHELF_SERIES].rows.count; i++) {
		const struct series *s = m->tables[SHELF_SERIES].rows.at[i]->value;

		text_printf(t, "series %.*s %s %.*s %d %lld\n", SPAN_ARG(s->merchant), document_names[s->document], SPAN_ARG(s->name),
			s->year, (long long)s->last);
	}
	for (size_t i = 0; i < m->tables[SHELF_ITEMS].rows.count; i++) {
		const struct item *o = m->tables[SHELF_ITEMS].rows.at[i]->value;

		text_printf(t, "item %.*s %s %d %lld %lld\n", SPAN_ARG(o->merchant), uuid_text(m->arena, o->invoice_id), o->part,
			(long long)o->revision, (long long)o->open.minor);
	}
}

struct span invoicing_print(struct memory *m)
{
	struct text t;

	text_init(&t, m->arena);
	print_invoices(m, &t);
	print_others(m, &t);
	return mem_sort_lines(m->arena, text_done(&t));
}
