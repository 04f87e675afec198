#include "import_detail.h"

#include "reconciliation_queries.h"

enum { COLUMNS = 13, TEXTS = 9 };

void details_begin(struct details *d, struct arena *arena)
{
	d->rows = args_new(arena);
	for (int c = 0; c < COLUMNS; c++)
		d->row[c] = args_array(d->rows, c == 1 ? DB_UUID : c == 2 ? DB_INT8 : DB_TEXT);
	d->count = 0;
}

struct span detail_charges(struct arena *arena, const struct reading_line *l)
{
	struct text t;
	text_init(&t, arena);
	for (int i = 0; i < l->charge_count; i++) {
		const struct reading_charge *c = &l->charges[i];
		text_printf(&t, "%s%s %s%s", i ? "\n" : "", c->amount.currency.code, money_digits(arena, c->amount),
			c->included ? " included" : "");
		if (c->kind.size)
			text_printf(&t, " %.*s", SPAN_ARG(c->kind));
	}
	return text_done(&t);
}

void details_add(struct details *d, struct arena *arena, struct span merchant, struct uuid line, const struct reading_line *l)
{
	const struct span texts[TEXTS] = { l->rate, l->charge_count ? detail_charges(arena, l) : SPAN(""), l->bank_code, l->original_ref,
		l->return_text, l->party_account, l->party_bank, l->party_customer, l->party_ultimate };
	size_t said = l->has_original;
	for (int i = 0; i < TEXTS; i++)
		said += texts[i].size;
	if (!said)
		return;
	array_text(d->row[0], merchant);
	array_uuid(d->row[1], line);
	if (l->has_original)
		array_int8(d->row[2], l->original.minor);
	else
		array_null(d->row[2]);
	array_text(d->row[3], l->has_original ? span_of(l->original.currency.code) : SPAN(""));
	for (int i = 0; i < TEXTS; i++)
		array_text(d->row[4 + i], texts[i].size ? texts[i] : SPAN(""));
	d->count++;
}

void details_queue(struct details *d, struct db *db)
{
	if (d->count)
		db_queue(db, &q_line_detail_stage, d->rows, (int64_t)d->count);
}
