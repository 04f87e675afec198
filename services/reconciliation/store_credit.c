#include "reconciliation_queries.h"
#include "store_find.h"
#include "store_rows.h"

/* Credit notes that lines name, and the receipts of which they freed money. */

void find_ask_credits(const struct find_work *w, struct rows *rows)
{
	struct asking a;
	asking_open(&a, w->arena, (const enum db_type[]){ DB_INT8, DB_TEXT, DB_TEXT, DB_UUID }, 4);
	for (size_t i = 0; i < w->looked_count; i++) {
		const struct hint *named = (const void *)w->looked[i].invoices.at;
		for (size_t j = 0; w->looked[i].line.amount.minor > 0 && j < w->looked[i].invoices.count; j++) {
			if (!(named[j].signs & SIGN_CREDIT_NOTE))
				continue;
			asking_begin(&a, i, w->looked[i].line.merchant);
			array_text(a.arrays[2], named[j].token);
			array_uuid(a.arrays[3], named[j].target);
		}
	}
	find_ask(w, &a, &q_find_credit, rows);
}

void find_take_credits(struct find_work *w, const struct rows *r)
{
	for (size_t i = 0; i < r->count; i++) {
		struct looked *k = find_looked(w, r, i);
		struct credit_hint *hint = list_add(&k->credits, w->arena, sizeof(*hint));
		struct currency currency;
		if (currency_parse(rows_text(r, i, rows_column(r, "currency")), &currency) != OK)
			bug("a credit note has no currency");
		*hint = (struct credit_hint){ .note = rows_uuid(r, i, rows_column(r, "credit_note_id")),
			.receipt = rows_uuid(r, i, rows_column(r, "receipt_id")),
			.customer = rows_text(r, i, rows_column(r, "customer_ref")),
			.token = rows_text(r, i, rows_column(r, "token")),
			.gross = { rows_int8(r, i, rows_column(r, "gross")), currency } };
		find_lock(w, k->line.merchant, hint->customer);
		find_want(w, WANT_RECEIPT, k->line.merchant, hint->receipt);
	}
}
