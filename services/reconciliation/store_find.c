#include <string.h>

#include "match/select.h"
#include "reconciliation_queries.h"
#include "store.h"
#include "store_find.h"
#include "store_rows.h"

enum { STATEMENT_PATIENCE_S = 1800 };

/* What lines might be, and whose what is named is. Nothing is locked yet. */

void *list_add(struct list *l, struct arena *arena, size_t size)
{
	if (l->count == l->room) {
		size_t room = l->room ? 2 * l->room : 4;
		char *at = arena_array(arena, size, room);
		if (l->count)
			memcpy(at, l->at, l->count * size);
		l->at = at;
		l->room = room;
	}
	return l->at + size * l->count++;
}

static struct span text_at(const struct rows *r, size_t row, const char *column)
{
	return rows_text(r, row, rows_column(r, column));
}

static struct uuid uuid_at(const struct rows *r, size_t row, const char *column)
{
	return rows_uuid(r, row, rows_column(r, column));
}

static struct span id_span(const struct find_work *w, struct uuid id)
{
	return span_bytes(arena_copy(w->arena, id.b, sizeof(id.b)), sizeof(id.b));
}

void find_want(struct find_work *w, enum want_what what, struct span merchant, struct uuid id)
{
	need_want(w->need, what, merchant, id_span(w, id));
}

void find_lock(struct find_work *w, struct span merchant, struct span stream)
{
	if (stream.size)
		need_key(w->need, KIND_CUSTOMER, merchant, stream);
}

/* ---- what was asked for ---- */

static void add_line(struct find_work *w, struct span merchant, struct uuid id)
{
	w->looks[w->line_count++] = false;
	keys_add_uuid(&w->lines, merchant, id);
}

static void sort_finds(struct find_work *w)
{
	keys_open(&w->lines, w->arena, DB_UUID);
	keys_open(&w->statements, w->arena, DB_UUID);
	keys_open(&w->invoices, w->arena, DB_UUID);
	keys_open(&w->numbers, w->arena, DB_TEXT);
	keys_open(&w->owners, w->arena, DB_UUID);
	keys_open(&w->exceptions, w->arena, DB_UUID);
	keys_open(&w->suggestions, w->arena, DB_UUID);
	keys_open(&w->reports, w->arena, DB_UUID);
	/* A suggestion may name two lines. */
	w->looks = ARENA_ARRAY(w->arena, bool, 2 * w->need->find_count + 1);
	for (size_t i = 0; i < w->need->find_count; i++) {
		const struct find *f = &w->need->finds[i];
		switch ((enum find_what)f->what) {
		case FIND_LOOK:
		case FIND_LINE:
			w->looks[w->line_count++] = f->what == FIND_LOOK;
			keys_add_id(&w->lines, f->merchant, f->text);
			break;
		case FIND_STATEMENT: keys_add_id(&w->statements, f->merchant, f->text); break;
		case FIND_INVOICE: keys_add_id(&w->invoices, f->merchant, f->text); break;
		case FIND_NUMBER: keys_add_text(&w->numbers, f->merchant, f->text); break;
		case FIND_PAYOUT:
		case FIND_RECEIPT: keys_add_id(&w->owners, f->merchant, f->text); break;
		case FIND_EXCEPTION: keys_add_id(&w->exceptions, f->merchant, f->text); break;
		case FIND_ZONE: book_note_zone(w->book, f->text, zone_load(span_cstr(w->arena, f->text))); break;
		case FIND_REPORT: keys_add_id(&w->reports, f->merchant, f->text); break;
		case FIND_SETTLEMENT: break; /* store_settlement.c */
		case FIND_SUGGESTION: keys_add_id(&w->suggestions, f->merchant, f->text); break;
		}
	}
}

static void find_suggested(
	struct find_work *w, enum suggestion suggestion, struct span merchant, struct uuid subject, struct uuid suggested)
{
	switch (suggestion) {
	case SUGGEST_MATCH_INVOICE:
	case SUGGEST_CREDIT_CUSTOMER: keys_add_uuid(&w->invoices, merchant, suggested); break;
	case SUGGEST_MATCH_PAYOUT: keys_add_uuid(&w->owners, merchant, suggested); break;
	case SUGGEST_TAKE_BACK: add_line(w, merchant, suggested); break;
	case SUGGEST_ACCEPT_STATEMENT: keys_add_uuid(&w->statements, merchant, subject); return;
	case SUGGEST_WRITE_OFF: keys_add_uuid(&w->invoices, merchant, subject); return;
	case SUGGEST_REFUND: keys_add_uuid(&w->owners, merchant, subject); return;
	case SUGGEST_GRANT_DISCOUNT:
		keys_add_uuid(&w->owners, merchant, subject);
		keys_add_uuid(&w->invoices, merchant, suggested);
		return;
	case SUGGEST_NOTHING:
	case SUGGEST_CHOOSE:
	case SUGGEST_IMPORT:
	case SUGGEST_ASK:
	case SUGGESTIONS: return;
	}
	add_line(w, merchant, subject);
}

/* What suggestions are about is looked for like everything else that was asked for. */
static enum err take_suggestions(struct find_work *w, struct why *why)
{
	struct rows rows;
	keys_ask(&w->suggestions, w->db, w->arena, &q_find_suggestion, &rows);
	if (w->suggestions.count)
		TRY(db_flush(w->db, why));
	for (size_t i = 0; i < rows.count; i++) {
		struct span merchant = text_at(&rows, i, "merchant_id");
		struct span customer = text_at(&rows, i, "customer_ref");
		keys_add_uuid(&w->exceptions, merchant, uuid_at(&rows, i, "exception_id"));
		if (customer.size)
			need_want(w->need, WANT_CUSTOMER, merchant, customer);
		find_suggested(w, suggestion_find(text_at(&rows, i, "suggestion")), merchant, uuid_at(&rows, i, "subject_id"),
			uuid_at(&rows, i, "suggested_id"));
	}
	return OK;
}

static void take_lines(struct find_work *w, const struct rows *r)
{
	const struct table *t = table_of(BOOK_LINES);
	w->looked = ARENA_ARRAY(w->arena, struct looked, r->count + 1);
	for (size_t i = 0; i < r->count; i++) {
		struct line line;
		size_t n = (size_t)rows_int8(r, i, rows_column(r, "n")) - 1;
		table_read(t, w->arena, r, i, &line);
		book_note_found(w->book, &line);
		need_key(w->need, KIND_ACCOUNT, line.merchant, text_at(r, i, "identifier"));
		need_want(w->need, WANT_ACCOUNT, line.merchant, text_at(r, i, "identifier"));
		find_want(w, WANT_STATEMENT, line.merchant, line.statement);
		find_want(w, WANT_LINE, line.merchant, line.id);
		if (!uuid_is_zero(line.counterpart)) {
			find_want(w, WANT_LINE, line.merchant, line.counterpart);
			keys_add_uuid(&w->owners, line.merchant, line.counterpart);
		}
		if (!rows_is_null(r, i, rows_column(r, "beyond_id"))) {
			find_want(w, WANT_LINE, line.merchant, uuid_at(r, i, "beyond_id"));
			keys_add_uuid(&w->owners, line.merchant, uuid_at(r, i, "beyond_id"));
		}
		if (w->looks[n])
			w->looked[w->looked_count++].line = line;
		else
			keys_add_uuid(&w->owners, line.merchant, line.id);
	}
}

static void take_statements(struct find_work *w, const struct rows *r)
{
	for (size_t i = 0; i < r->count; i++) {
		struct span merchant = text_at(r, i, "merchant_id"), identifier = text_at(r, i, "identifier");
		need_key(w->need, KIND_ACCOUNT, merchant, identifier);
		need_want(w->need, WANT_ACCOUNT, merchant, identifier);
		find_want(w, WANT_STATEMENT, merchant, uuid_at(r, i, "statement_id"));
	}
}

static void take_invoices(struct find_work *w, const struct rows *r)
{
	for (size_t i = 0; i < r->count; i++) {
		struct span merchant = text_at(r, i, "merchant_id");
		find_lock(w, merchant, text_at(r, i, "customer_ref"));
		need_want(w->need, WANT_CUSTOMER, merchant, text_at(r, i, "customer_ref"));
		find_want(w, WANT_INVOICE, merchant, uuid_at(r, i, "invoice_id"));
	}
}

static void take_exceptions(struct find_work *w, const struct rows *r)
{
	for (size_t i = 0; i < r->count; i++) {
		struct span merchant = text_at(r, i, "merchant_id"), identifier = text_at(r, i, "identifier");
		find_lock(w, merchant, text_at(r, i, "stream"));
		if (identifier.size)
			need_key(w->need, KIND_ACCOUNT, merchant, identifier);
		find_want(w, WANT_EXCEPTION, merchant, uuid_at(r, i, "exception_id"));
	}
}

static void take_reports(struct find_work *w, const struct rows *r)
{
	for (size_t i = 0; i < r->count; i++) {
		struct span merchant = text_at(r, i, "merchant_id");
		find_lock(w, merchant, text_at(r, i, "stream"));
		find_want(w, WANT_REPORT, merchant, uuid_at(r, i, "report_id"));
		if (!rows_is_null(r, i, rows_column(r, "payout_id")))
			find_want(w, WANT_PAYOUT, merchant, uuid_at(r, i, "payout_id"));
	}
}

static void take_owners(struct find_work *w, const struct rows *r)
{
	for (size_t i = 0; i < r->count; i++) {
		struct span merchant = text_at(r, i, "merchant_id");
		find_lock(w, merchant, text_at(r, i, "stream"));
		/* What was learned of it. */
		if (span_is(text_at(r, i, "what"), "receipt"))
			need_want(w->need, WANT_CUSTOMER, merchant, text_at(r, i, "stream"));
		find_want(w, span_is(text_at(r, i, "what"), "payout") ? WANT_PAYOUT : WANT_RECEIPT, merchant, uuid_at(r, i, "id"));
	}
}

/* ---- what lines might be ---- */

void asking_open(struct asking *a, struct arena *arena, const enum db_type *types, size_t n)
{
	a->args = args_new(arena);
	a->count = 0;
	for (size_t i = 0; i < n; i++)
		a->arrays[i] = args_array(a->args, types[i]);
}

void asking_begin(struct asking *a, size_t line, struct span merchant)
{
	array_int8(a->arrays[0], (int64_t)line);
	array_text(a->arrays[1], merchant);
	a->count++;
}

void find_ask(const struct find_work *w, const struct asking *a, const struct query *query, struct rows *rows)
{
	*rows = (struct rows){ 0 };
	if (a->count)
		db_queue_rows(w->db, w->arena, query, a->args, rows);
}

void find_ask_tokens(const struct find_work *w, struct asking *a, size_t line, const struct tokens *tokens)
{
	for (size_t i = 0; i < tokens->count; i++) {
		asking_begin(a, line, w->looked[line].line.merchant);
		array_text(a->arrays[2], tokens->at[i]);
		array_int4(a->arrays[3], (int32_t)tokens->how[i]);
	}
}

static void ask_tokens(const struct find_work *w, struct rows *rows)
{
	struct asking a;
	asking_open(&a, w->arena, (const enum db_type[]){ DB_INT8, DB_TEXT, DB_TEXT, DB_INT4 }, 4);
	for (size_t i = 0; i < w->looked_count; i++) {
		struct tokens tokens;
		line_tokens(w->arena, &w->looked[i].line, &tokens);
		find_ask_tokens(w, &a, i, &tokens);
	}
	find_ask(w, &a, &q_find_token, rows);
}

static void ask_mandate(const struct find_work *w, struct asking *a, size_t i)
{
	const struct line *line = &w->looked[i].line;
	if (!line->mandate.size || line->amount.minor < 0)
		return;
	asking_begin(a, i, line->merchant);
	array_text(a->arrays[2], payer_mandate_mark(w->arena, line->mandate));
}

static void ask_payers(const struct find_work *w, struct rows *payers, struct rows *amounts)
{
	struct asking a, b;
	asking_open(&a, w->arena, (const enum db_type[]){ DB_INT8, DB_TEXT, DB_TEXT }, 3);
	for (size_t i = 0; i < w->looked_count; i++)
		ask_mandate(w, &a, i);
	asking_open(&b, w->arena, (const enum db_type[]){ DB_INT8, DB_TEXT, DB_TEXT, DB_TEXT, DB_INT8 }, 5);
	for (size_t i = 0; i < w->looked_count; i++) {
		const struct line *line = &w->looked[i].line;
		if (!line->party_iban.size || line->amount.minor < 0)
			continue;
		asking_begin(&a, i, line->merchant);
		array_text(a.arrays[2], line->party_iban);
		asking_begin(&b, i, line->merchant);
		array_text(b.arrays[2], line->party_iban);
		array_text(b.arrays[3], span_of(line->amount.currency.code));
		array_int8(b.arrays[4], line_left(line));
	}
	find_ask(w, &a, &q_find_payer, payers);
	find_ask(w, &b, &q_find_payer_amount, amounts);
}

static void ask_payouts(const struct find_work *w, struct rows *rows)
{
	struct asking a;
	asking_open(&a, w->arena, (const enum db_type[]){ DB_INT8, DB_TEXT, DB_UUID, DB_TEXT, DB_INT8 }, 5);
	for (size_t i = 0; i < w->looked_count; i++) {
		const struct line *line = &w->looked[i].line;
		asking_begin(&a, i, line->merchant);
		array_uuid(a.arrays[2], line->account);
		array_text(a.arrays[3], span_of(line->amount.currency.code));
		array_int8(a.arrays[4], line->amount.minor > 0 ? line_left(line) : -line_left(line));
	}
	find_ask(w, &a, &q_find_payout_amount, rows);
}

/* Debits are asked for what they may take back, credits that the bank calls returns for the return that they may take back. */
static void ask_earlier(const struct find_work *w, struct rows *earlier, struct rows *returns)
{
	static const enum db_type types[] = { DB_INT8, DB_TEXT, DB_UUID, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_INT8 };
	struct asking asked[2];
	asking_open(&asked[0], w->arena, types, 8);
	asking_open(&asked[1], w->arena, types, 8);
	for (size_t i = 0; i < w->looked_count; i++) {
		const struct line *line = &w->looked[i].line;
		struct asking *a = &asked[line->amount.minor > 0];
		if (line->amount.minor > 0 && !line_is_return(line))
			continue;
		asking_begin(a, i, line->merchant);
		array_uuid(a->arrays[2], line->account);
		array_text(a->arrays[3], line->end_to_end);
		array_text(a->arrays[4], line->bank_ref);
		array_text(a->arrays[5], line->transaction_ref);
		array_text(a->arrays[6], line_is_return(line) ? line->party_iban : SPAN(""));
		array_int8(a->arrays[7], line_left(line));
	}
	find_ask(w, &asked[0], &q_find_earlier, earlier);
	find_ask(w, &asked[1], &q_find_return, returns);
}

struct looked *find_looked(const struct find_work *w, const struct rows *r, size_t row)
{
	return &w->looked[rows_int8(r, row, rows_column(r, "n"))];
}

void find_take_named(struct find_work *w, struct looked *k, const struct hint *hint, bool is_payout)
{
	*(struct hint *)list_add(is_payout ? &k->payouts : &k->invoices, w->arena, sizeof(*hint)) = *hint;
	find_lock(w, k->line.merchant, hint->customer);
	find_want(w, is_payout ? WANT_PAYOUT : WANT_INVOICE, k->line.merchant, hint->target);
	/* Check digits need no name beside them; but the mandate may be learned. */
	if (!is_payout && (!(hint->signs & SIGN_REFERENCE) || k->line.mandate.size))
		need_want(w->need, WANT_CUSTOMER, k->line.merchant, hint->customer);
}

struct hint find_hint(const struct rows *r, size_t row, enum reference_kind *kind)
{
	*kind = reference_find_kind(text_at(r, row, "kind"));
	return (struct hint){ uuid_at(r, row, "target_id"), text_at(r, row, "customer_ref"),
		match_token_signs(*kind, (unsigned)rows_int4(r, row, rows_column(r, "how"))), text_at(r, row, "token") };
}

static void take_tokens(struct find_work *w, const struct rows *r)
{
	for (size_t i = 0; i < r->count; i++) {
		struct looked *k = find_looked(w, r, i);
		enum reference_kind kind;
		struct hint hint = find_hint(r, i, &kind);
		if (hint.signs && kind == REFERENCE_CUSTOMER)
			*(struct span *)list_add(&k->customers, w->arena, sizeof(struct span)) = hint.customer;
		else if (hint.signs)
			find_take_named(w, k, &hint, kind == REFERENCE_PAYOUT);
	}
}

static void take_payers(struct find_work *w, const struct rows *payers, const struct rows *amounts)
{
	for (size_t i = 0; i < payers->count; i++) {
		struct looked *k = find_looked(w, payers, i);
		bool by_account = span_equal(text_at(payers, i, "iban"), k->line.party_iban);
		*(struct span *)list_add(by_account ? &k->payers : &k->mandates, w->arena, sizeof(struct span)) =
			text_at(payers, i, "customer_ref");
	}
	for (size_t i = 0; i < amounts->count; i++) {
		struct looked *k = find_looked(w, amounts, i);
		struct hint *hint = list_add(&k->of_payer, w->arena, sizeof(*hint));
		*hint = (struct hint){ .target = uuid_at(amounts, i, "invoice_id"), .customer = text_at(amounts, i, "customer_ref") };
		find_lock(w, k->line.merchant, hint->customer);
		find_want(w, WANT_INVOICE, k->line.merchant, hint->target);
	}
}

static void take_payouts(struct find_work *w, const struct rows *r)
{
	for (size_t i = 0; i < r->count; i++) {
		struct looked *k = find_looked(w, r, i);
		struct uuid id = uuid_at(r, i, "payout_id");
		*(struct uuid *)list_add(&k->amounts, w->arena, sizeof(id)) = id;
		find_lock(w, k->line.merchant, payout_stream(w->arena, text_at(r, i, "provider_account")));
		find_want(w, WANT_PAYOUT, k->line.merchant, id);
	}
}

static void take_earlier(struct find_work *w, const struct rows *r)
{
	for (size_t i = 0; i < r->count; i++) {
		struct looked *k = find_looked(w, r, i);
		struct uuid id = uuid_at(r, i, "line_id");
		*(struct uuid *)list_add(&k->earlier, w->arena, sizeof(id)) = id;
		find_lock(w, k->line.merchant, text_at(r, i, "customer_ref"));
		find_want(w, WANT_LINE, k->line.merchant, id);
		/* It may be one that is being undone: nothing is taken back of that. */
		find_want(w, WANT_STATEMENT, k->line.merchant, uuid_at(r, i, "statement_id"));
	}
}

static void take_returns(struct find_work *w, const struct rows *r)
{
	take_earlier(w, r);
	for (size_t i = 0; i < r->count; i++)
		find_want(w, WANT_LINE, find_looked(w, r, i)->line.merchant, uuid_at(r, i, "counterpart_id"));
}

/* ---- what the payer owes ---- */

static uint64_t named_signs(const struct looked *k)
{
	const struct hint *named = (const void *)k->invoices.at;
	uint64_t signs = 0;
	for (size_t i = 0; i < k->invoices.count; i++)
		signs |= named[i].signs;
	return signs;
}

static void ask_owed_by(struct asking *a, size_t line, const struct looked *k, struct span customer, int64_t least, int64_t most)
{
	asking_begin(a, line, k->line.merchant);
	array_text(a->arrays[2], customer);
	array_text(a->arrays[3], span_of(k->line.amount.currency.code));
	array_int8(a->arrays[4], least);
	array_int8(a->arrays[5], most);
}

bool list_has(const struct list *spans, struct span span)
{
	const struct span *at = (const void *)spans->at;
	for (size_t i = 0; i < spans->count; i++)
		if (span_equal(at[i], span))
			return true;
	return false;
}

/* Each customer once, however often the line names it: the rows are counted against what can be searched. */
static void add_customer(const struct find_work *w, struct list *customers, struct span customer)
{
	if (!list_has(customers, customer))
		*(struct span *)list_add(customers, w->arena, sizeof(customer)) = customer;
}

static void add_customers(const struct find_work *w, struct list *to, const struct list *from)
{
	const struct span *at = (const void *)from->at;
	for (size_t i = 0; i < from->count; i++)
		add_customer(w, to, at[i]);
}

static struct list customers_named(const struct find_work *w, const struct looked *k)
{
	const struct hint *named = (const void *)k->invoices.at;
	struct list customers = { 0 };
	for (size_t i = 0; i < k->invoices.count; i++)
		if (named[i].signs & SIGN_NUMBER)
			add_customer(w, &customers, named[i].customer);
	return customers;
}

static struct list customers_known(const struct find_work *w, const struct looked *k)
{
	struct list customers = { 0 };
	add_customers(w, &customers, &k->payers);
	add_customers(w, &customers, &k->mandates);
	add_customers(w, &customers, &k->customers);
	return customers;
}

/* Of those who pay or are named everything; of those whose document is named what the amount would be exactly. */
static void ask_owed_of(const struct find_work *w, struct asking *a, size_t line)
{
	const struct looked *k = &w->looked[line];
	uint64_t signs = named_signs(k);
	if (k->line.amount.minor < 0 || (signs & SIGN_REFERENCE))
		return;
	bool exact = signs & SIGN_NUMBER;
	struct list customers = exact ? customers_named(w, k) : customers_known(w, k);
	const struct span *at = (const void *)customers.at;
	int64_t left = line_left(&k->line);
	for (size_t i = 0; i < customers.count; i++)
		ask_owed_by(a, line, k, at[i], exact ? left : 1, exact ? left : INT64_MAX);
}

static void ask_owed(const struct find_work *w, struct rows *rows)
{
	struct asking a;
	asking_open(&a, w->arena, (const enum db_type[]){ DB_INT8, DB_TEXT, DB_TEXT, DB_TEXT, DB_INT8, DB_INT8 }, 6);
	args_int8(a.args, SELECT_MOST + 1);
	for (size_t i = 0; i < w->looked_count; i++)
		ask_owed_of(w, &a, i);
	find_ask(w, &a, &q_find_owed, rows);
}

/* The rows of a line and a customer stand together; where there are too many to be searched none is taken. */
static void take_owed(struct find_work *w, const struct rows *r)
{
	for (size_t i = 0, end; i < r->count; i = end) {
		struct looked *k = find_looked(w, r, i);
		struct span customer = text_at(r, i, "customer_ref");
		for (end = i + 1; end < r->count && find_looked(w, r, end) == k && span_equal(text_at(r, end, "customer_ref"), customer);)
			end++;
		find_lock(w, k->line.merchant, customer);
		need_want(w->need, WANT_CUSTOMER, k->line.merchant, customer);
		for (size_t j = i; end - i <= SELECT_MOST && j < end; j++) {
			struct hint *hint = list_add(&k->of_payer, w->arena, sizeof(*hint));
			*hint = (struct hint){ .target = uuid_at(r, j, "invoice_id"), .customer = customer };
			find_want(w, WANT_INVOICE, k->line.merchant, hint->target);
		}
	}
}

static void note_hints(struct find_work *w)
{
	for (size_t i = 0; i < w->looked_count; i++) {
		const struct looked *k = &w->looked[i];
		const struct hints hints = {
			.invoices = (const void *)k->invoices.at,
			.payouts = (const void *)k->payouts.at,
			.payouts_of_amount = (const void *)k->amounts.at,
			.payers = (const void *)k->payers.at,
			.mandates = (const void *)k->mandates.at,
			.forms = (const void *)k->forms.at,
			.customers = (const void *)k->customers.at,
			.of_payer = (const void *)k->of_payer.at,
			.earlier = (const void *)k->earlier.at,
			.credits = (const void *)k->credits.at,
			.invoice_count = k->invoices.count,
			.payout_count = k->payouts.count,
			.payouts_of_amount_count = k->amounts.count,
			.payer_count = k->payers.count,
			.mandate_count = k->mandates.count,
			.form_count = k->forms.count,
			.customer_count = k->customers.count,
			.of_payer_count = k->of_payer.count,
			.earlier_count = k->earlier.count,
			.credit_count = k->credits.count,
		};
		struct span key = book_key_uuid(w->book, k->line.merchant, k->line.id);
		if (!shelf_is_loaded(&w->book->shelves[BOOK_HINTS], key))
			shelf_put(&w->book->shelves[BOOK_HINTS], key, &hints);
	}
}

enum err store_find(struct db *db, struct arena *arena, struct book *book, struct need *need, struct why *why)
{
	struct find_work w = { .db = db, .arena = arena, .book = book, .need = need };
	struct rows lines, statements, invoices, numbers, exceptions, owners, tokens, payers, amounts, payouts, earlier, returns, owed, cut,
		forms, credits, reports, settlements;
	sort_finds(&w);
	TRY(take_suggestions(&w, why));
	/* What a statement is among those before it is asked of each of its lines. */
	if (w.statements.count)
		db_patience(db, STATEMENT_PATIENCE_S);
	keys_ask(&w.lines, db, arena, &q_find_line, &lines);
	keys_ask(&w.statements, db, arena, &q_find_statement, &statements);
	keys_ask(&w.invoices, db, arena, &q_find_invoice, &invoices);
	keys_ask(&w.numbers, db, arena, &q_find_number, &numbers);
	keys_ask(&w.exceptions, db, arena, &q_find_exception, &exceptions);
	keys_ask(&w.reports, db, arena, &q_report_find, &reports);
	find_ask_settlements(&w, &settlements);
	TRY(db_flush(db, why));
	take_lines(&w, &lines);
	take_statements(&w, &statements);
	take_invoices(&w, &invoices);
	take_invoices(&w, &numbers);
	take_exceptions(&w, &exceptions);
	take_reports(&w, &reports);
	find_take_settlements(&w, &settlements);
	keys_ask(&w.owners, db, arena, &q_find_owner, &owners);
	ask_tokens(&w, &tokens);
	ask_payers(&w, &payers, &amounts);
	ask_payouts(&w, &payouts);
	ask_earlier(&w, &earlier, &returns);
	TRY(db_flush(db, why));
	take_owners(&w, &owners);
	take_tokens(&w, &tokens);
	take_payers(&w, &payers, &amounts);
	take_payouts(&w, &payouts);
	take_earlier(&w, &earlier);
	take_returns(&w, &returns);
	ask_owed(&w, &owed);
	find_ask_unnamed(&w, &cut, &forms);
	find_ask_credits(&w, &credits);
	TRY(db_flush(db, why));
	take_owed(&w, &owed);
	find_take_cut(&w, &cut);
	find_take_forms(&w, &forms);
	find_take_credits(&w, &credits);
	note_hints(&w);
	return OK;
}
