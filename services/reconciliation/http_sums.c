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

static enum err read_flows(struct db *db, struct arena *arena, struct span merchant, struct flow **flows, size_t *n, struct why *why)
{
	struct args *args = args_new(arena);
	struct rows rows;
	args_text(args, merchant);
	TRY(db_exec(db, arena, &q_flows, args, &rows, why));
	*flows = ARENA_ARRAY(arena, struct flow, rows.count + 1);
	for (*n = 0; *n < rows.count; (*n)++) {
		struct flow *f = &(*flows)[*n];
		f->currency = rows_currency(&rows, *n);
		f->debit = rows_text(&rows, *n, rows_column(&rows, "debit"));
		f->credit = rows_text(&rows, *n, rows_column(&rows, "credit"));
		f->cause = cause_find(rows_text(&rows, *n, rows_column(&rows, "cause")));
		f->minor = rows_int8(&rows, *n, rows_column(&rows, "amount"));
	}
	return OK;
}

static enum err read_counters(
	struct db *db, struct arena *arena, struct span merchant, struct counters **counters, size_t *n, struct why *why)
{
	struct args *args = args_new(arena);
	struct rows rows;
	args_text(args, merchant);
	TRY(db_exec(db, arena, &q_counters, args, &rows, why));
	*counters = ARENA_ARRAY(arena, struct counters, rows.count + 1);
	for (*n = 0; *n < rows.count; (*n)++) {
		struct counters *c = &(*counters)[*n];
		c->currency = rows_currency(&rows, *n);
		for (int t = 0; t < TERM_COUNT; t++)
			c->minor[t] = rows_int8(&rows, *n, rows_column(&rows, term_word((enum term)t)));
		c->receipts_allocated = rows_int8(&rows, *n, rows_column(&rows, "receipts_allocated"));
		c->receipts_unapplied = rows_int8(&rows, *n, rows_column(&rows, "receipts_unapplied"));
	}
	return OK;
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
	struct flow *flows;
	struct balance_row *rows;
	struct text t;
	size_t n;
	TRY(read_flows(db, arena, merchant, &flows, &n, why));
	n = journal_trial_balance(arena, flows, n, &rows);
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

static bool print_account_proof(struct json_out *out, const struct rows *rows, size_t i)
{
	struct currency c = rows_currency(rows, i);
	int64_t closing = rows_int8(rows, i, rows_column(rows, "closing")), gaps = rows_int8(rows, i, rows_column(rows, "gaps"));
	int64_t cash = rows_int8(rows, i, rows_column(rows, "cash")), unposted = rows_int8(rows, i, rows_column(rows, "unposted"));
	bool holds = cash + unposted + gaps == closing;
	json_out_object(out, NULL);
	json_out_uuid(out, "id", rows_uuid(rows, i, rows_column(rows, "account_id")));
	json_out_bool(out, "holds", holds);
	json_out_money(out, "cash", (struct money){ cash, c });
	json_out_money(out, "unposted", (struct money){ unposted, c });
	json_out_money(out, "gaps", (struct money){ gaps, c });
	json_out_money(out, "closing", (struct money){ closing, c });
	json_out_object_end(out);
	return holds;
}

static bool print_sums(struct json_out *out, const struct proof_row *proof, size_t n, const struct rows *accounts)
{
	bool holds = true;
	json_out_array(out, "currencies");
	for (size_t i = 0; i < n; i++) {
		print_proof(out, &proof[i]);
		holds &= proof[i].holds;
	}
	json_out_array_end(out);
	json_out_array(out, "bank_accounts");
	for (size_t i = 0; i < accounts->count; i++)
		holds &= print_account_proof(out, accounts, i);
	json_out_array_end(out);
	return holds;
}

/* All that the proof is made of, as of one moment. */
struct sums {
	struct flow *flows;
	struct counters *counters;
	struct rows accounts;
	size_t flow_count, counter_count;
};

static enum err read_sums(struct db *db, struct arena *arena, struct span merchant, struct sums *sums, struct why *why)
{
	struct args *args = args_new(arena);
	struct rows none;
	args_text(args, merchant);
	TRY(db_exec(db, arena, &q_snapshot, NULL, &none, why));
	TRY(read_flows(db, arena, merchant, &sums->flows, &sums->flow_count, why));
	TRY(read_counters(db, arena, merchant, &sums->counters, &sums->counter_count, why));
	return db_exec(db, arena, &q_account_proof, args, &sums->accounts, why);
}

enum err sums_proof(struct db *db, struct arena *arena, struct span merchant, struct span *json, bool *holds, struct why *why)
{
	struct sums sums = { 0 };
	struct proof_row *proof;
	struct text t;
	TRY(db_begin(db, why));
	enum err err = read_sums(db, arena, merchant, &sums, why);
	db_rollback(db);
	TRY(err);
	size_t n = proof_make(arena, sums.flows, sums.flow_count, sums.counters, sums.counter_count, &proof);
	struct json_out out = begin(&t, arena);
	*holds = print_sums(&out, proof, n, &sums.accounts);
	json_out_bool(&out, "holds", *holds);
	*json = finish(&out, &t);
	return OK;
}
