#include "match/select.h"
#include "reconciliation_queries.h"
#include "store_find.h"

/* What lines might be that name nothing of ours as it is written. */

/* More documents than these say nothing. */
enum { CUT_MOST = 8 };

static void ask_cut(const struct find_work *w, struct asking *a, size_t line)
{
	struct tokens tokens;
	line_cut_tokens(w->arena, &w->looked[line].line, &tokens);
	find_ask_tokens(w, a, line, &tokens);
}

static void ask_forms(const struct find_work *w, struct asking *a, size_t i)
{
	const struct line *line = &w->looked[i].line;
	struct span forms[REFERENCE_FORMS];
	size_t n = line_forms(w->arena, line, forms);
	for (size_t j = 0; j < n; j++) {
		asking_begin(a, i, line->merchant);
		array_text(a->arrays[2], payer_form_mark(w->arena, forms[j]));
		array_text(a->arrays[3], span_of(line->amount.currency.code));
	}
}

void find_ask_unnamed(const struct find_work *w, struct rows *cut, struct rows *forms)
{
	struct asking a, b;
	asking_open(&a, w->arena, (const enum db_type[]){ DB_INT8, DB_TEXT, DB_TEXT, DB_INT4 }, 4);
	asking_open(&b, w->arena, (const enum db_type[]){ DB_INT8, DB_TEXT, DB_TEXT, DB_TEXT }, 4);
	args_int8(b.args, SELECT_MOST + 1);
	for (size_t i = 0; i < w->looked_count; i++)
		if (w->looked[i].line.amount.minor > 0 && !w->looked[i].invoices.count && !w->looked[i].payouts.count) {
			ask_cut(w, &a, i);
			ask_forms(w, &b, i);
		}
	find_ask(w, &a, &q_find_token, cut);
	find_ask(w, &b, &q_find_form, forms);
}

/* Of many only what the payer owes. */
void find_take_cut(struct find_work *w, const struct rows *r)
{
	for (size_t i = 0; i < r->count; i++) {
		enum reference_kind kind;
		struct hint hint = find_hint(r, i, &kind);
		if (hint.signs)
			*(struct hint *)list_add(&find_looked(w, r, i)->cut, w->arena, sizeof(hint)) = hint;
	}
	for (size_t i = 0; i < w->looked_count; i++) {
		struct looked *k = &w->looked[i];
		const struct hint *cut = (const void *)k->cut.at;
		for (size_t j = 0; j < k->cut.count; j++)
			if (k->cut.count <= CUT_MOST || list_has(&k->payers, cut[j].customer))
				find_take_named(w, k, &cut[j], false);
	}
}

void find_take_forms(struct find_work *w, const struct rows *r)
{
	for (size_t i = 0; i < r->count; i++) {
		struct looked *k = find_looked(w, r, i);
		struct span customer = rows_text(r, i, rows_column(r, "customer_ref"));
		if (!list_has(&k->forms, customer)) {
			*(struct span *)list_add(&k->forms, w->arena, sizeof(customer)) = customer;
			find_lock(w, k->line.merchant, customer);
			need_want(w->need, WANT_CUSTOMER, k->line.merchant, customer);
		}
		if (rows_is_null(r, i, rows_column(r, "invoice_id")))
			continue;
		struct hint *hint = list_add(&k->of_payer, w->arena, sizeof(*hint));
		*hint = (struct hint){ .target = rows_uuid(r, i, rows_column(r, "invoice_id")), .customer = customer };
		find_want(w, WANT_INVOICE, k->line.merchant, hint->target);
	}
}
