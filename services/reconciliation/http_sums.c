#include "http_sums.h"

#include "csv.h"
#include "http_rows.h"
#include "proof.h"
#include "reconciliation_queries.h"

static struct json_out begin(struct text *t, struct arena *arena)
{
	struct json_out out;
	text_init(t, arena);
	json_out_init(&out, t);
	json_out_object(&out, NULL);
	return out;
}

static struct span finish(struct json_out *out, const struct text *t)
{
	json_out_object_end(out);
	json_out_done(out);
	return text_done(t);
}

static struct span text_at(const struct rows *r, size_t row, const char *column)
{
	return rows_text(r, row, rows_column(r, column));
}

static int64_t number_at(const struct rows *r, size_t row, const char *column)
{
	return rows_int8(r, row, rows_column(r, column));
}

static struct flow flow_at(const struct rows *r, size_t row)
{
	return (struct flow){ rows_currency(r, row), text_at(r, row, "debit"), text_at(r, row, "credit"),
		cause_find(text_at(r, row, "cause")), number_at(r, row, "amount") };
}

static struct counters counters_at(const struct rows *r, size_t row)
{
	struct counters c = { .currency = rows_currency(r, row) };
	for (int t = 0; t < TERM_COUNT; t++)
		c.minor[t] = number_at(r, row, term_word((enum term)t));
	c.receipts_allocated = number_at(r, row, "receipts_allocated");
	c.receipts_unapplied = number_at(r, row, "receipts_unapplied");
	return c;
}

static void print_balance(struct json_out *out, const struct balance_row *b)
{
	json_out_object(out, NULL);
	json_out_span(out, "account", b->account);
	json_out_string(out, "class", chart_class_word(chart_row(chart_of(b->account))->of_class));
	json_out_string(out, "currency", b->currency.code);
	json_out_money(out, "debit", (struct money){ b->debit, b->currency });
	json_out_money(out, "credit", (struct money){ b->credit, b->currency });
	json_out_money(out, "balance", (struct money){ b->debit - b->credit, b->currency });
	json_out_object_end(out);
}

static struct span balance_csv(struct arena *arena, const struct balance_row *rows, size_t n)
{
	struct text t;
	text_init(&t, arena);
	text_add(&t, "account,class,currency,debit,credit,balance\r\n");
	for (size_t i = 0; i < n; i++) {
		csv_text(&t, true, rows[i].account);
		csv_plain(&t, false, chart_class_word(chart_row(chart_of(rows[i].account))->of_class));
		csv_plain(&t, false, rows[i].currency.code);
		csv_plain(&t, false, money_digits(arena, (struct money){ rows[i].debit, rows[i].currency }));
		csv_plain(&t, false, money_digits(arena, (struct money){ rows[i].credit, rows[i].currency }));
		csv_plain(&t, false, money_digits(arena, (struct money){ rows[i].debit - rows[i].credit, rows[i].currency }));
		csv_end(&t);
	}
	return text_done(&t);
}

/* The sums of each currency: debits and credits are equal, or the books are broken. */
static void print_totals(struct json_out *out, const struct balance_row *rows, size_t n)
{
	json_out_array(out, "totals");
	for (size_t i = 0; i < n;) {
		int64_t debit = 0, credit = 0;
		size_t from = i;
		for (; i < n && currency_equal(rows[i].currency, rows[from].currency); i++) {
			debit += rows[i].debit;
			credit += rows[i].credit;
		}
		json_out_object(out, NULL);
		json_out_string(out, "currency", rows[from].currency.code);
		json_out_money(out, "debit", (struct money){ debit, rows[from].currency });
		json_out_money(out, "credit", (struct money){ credit, rows[from].currency });
		json_out_bool(out, "balances", debit == credit);
		json_out_object_end(out);
	}
	json_out_array_end(out);
}

enum err sums_trial_balance(struct db *db, struct arena *arena, struct span merchant, bool csv, struct span *body, struct why *why)
{
	struct args *args = args_new(arena);
	struct balance_row *rows;
	struct rows sums;
	struct text t;
	args_text(args, merchant);
	TRY(db_exec(db, arena, &q_flows, args, &sums, why));
	struct flow *flows = ARENA_ARRAY(arena, struct flow, sums.count + 1);
	for (size_t i = 0; i < sums.count; i++)
		flows[i] = flow_at(&sums, i);
	size_t n = journal_trial_balance(arena, flows, sums.count, &rows);
	if (csv) {
		*body = balance_csv(arena, rows, n);
		return OK;
	}
	struct json_out out = begin(&t, arena);
	json_out_array(&out, "accounts");
	for (size_t i = 0; i < n; i++)
		print_balance(&out, &rows[i]);
	json_out_array_end(&out);
	print_totals(&out, rows, n);
	*body = finish(&out, &t);
	return OK;
}

static void print_terms(struct json_out *out, const char *name, const int64_t *terms, struct currency currency)
{
	json_out_object(out, name);
	for (int t = 0; t < TERM_COUNT; t++)
		json_out_money(out, term_word((enum term)t), (struct money){ terms[t], currency });
	json_out_object_end(out);
}

static void print_proof(struct json_out *out, const struct proof_row *p)
{
	json_out_object(out, NULL);
	json_out_string(out, "currency", p->currency.code);
	json_out_bool(out, "holds", p->holds);
	json_out_bool(out, "invoiced_holds", p->invoiced_holds);
	json_out_bool(out, "received_holds", p->received_holds);
	json_out_bool(out, "journal_agrees", p->journal_agrees);
	json_out_bool(out, "receipts_agree", p->receipts_agree);
	json_out_bool(out, "balances", p->balances);
	print_terms(out, "journal", p->journal, p->currency);
	print_terms(out, "counted", p->counted, p->currency);
	json_out_object_end(out);
}

/* What the journal holds of the account, what is accepted but not posted, what is missing: together the last statement's closing. */
static bool print_account_proof(struct json_out *out, const struct rows *r, size_t i)
{
	struct currency c = rows_currency(r, i);
	int64_t cash = number_at(r, i, "amount"), closing = number_at(r, i, "invoiced"), gaps = number_at(r, i, "allocated"),
		unposted = number_at(r, i, "credited");
	bool holds = cash + unposted + gaps == closing;
	json_out_object(out, NULL);
	json_out_uuid(out, "id", rows_uuid(r, i, rows_column(r, "id")));
	json_out_bool(out, "holds", holds);
	json_out_money(out, "cash", (struct money){ cash, c });
	json_out_money(out, "unposted", (struct money){ unposted, c });
	json_out_money(out, "gaps", (struct money){ gaps, c });
	json_out_money(out, "closing", (struct money){ closing, c });
	json_out_object_end(out);
	return holds;
}

static bool print_accounts(struct json_out *out, const struct rows *rows)
{
	bool holds = true;
	json_out_array(out, "bank_accounts");
	for (size_t i = 0; i < rows->count; i++)
		if (span_is(text_at(rows, i, "what"), "account"))
			holds &= print_account_proof(out, rows, i);
	json_out_array_end(out);
	return holds;
}

static bool print_currencies(struct json_out *out, struct arena *arena, const struct rows *rows)
{
	struct flow *flows = ARENA_ARRAY(arena, struct flow, rows->count + 1);
	struct counters *counters = ARENA_ARRAY(arena, struct counters, rows->count + 1);
	struct proof_row *proof;
	size_t n = 0, m = 0;
	bool holds = true;
	for (size_t i = 0; i < rows->count; i++)
		if (span_is(text_at(rows, i, "what"), "flow"))
			flows[n++] = flow_at(rows, i);
		else if (span_is(text_at(rows, i, "what"), "counters"))
			counters[m++] = counters_at(rows, i);
	n = proof_make(arena, flows, n, counters, m, &proof);
	json_out_array(out, "currencies");
	for (size_t i = 0; i < n; i++) {
		print_proof(out, &proof[i]);
		holds &= proof[i].holds;
	}
	json_out_array_end(out);
	return holds;
}

enum err sums_proof(struct db *db, struct arena *arena, struct span merchant, struct span *json, bool *holds, struct why *why)
{
	struct args *args = args_new(arena);
	struct rows rows;
	struct text t;
	args_text(args, merchant);
	TRY(db_exec(db, arena, &q_proof_rows, args, &rows, why));
	struct json_out out = begin(&t, arena);
	*holds = print_currencies(&out, arena, &rows);
	*holds &= print_accounts(&out, &rows);
	json_out_bool(&out, "holds", *holds);
	*json = finish(&out, &t);
	return OK;
}
