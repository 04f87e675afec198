#include "http_sums.h"

#include <string.h>

#include "csv.h"
#include "http_ledger.h"
#include "http_rows.h"
#include "proof.h"
#include "reconciliation_queries.h"

/* How the rows of a recount call what differs. */
#define DIFFERENCE "difference "

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

/* Adds a sum of the aggregates to its currency's counters; `received` and the receipts' view have names of their own. */
static void count_in(struct counters *c, struct span kind, int64_t minor)
{
	if (span_is(kind, "received_by_bank") || span_is(kind, "received_elsewhere"))
		c->minor[TERM_RECEIVED] += minor;
	else if (span_is(kind, "receipts_allocated"))
		c->receipts_allocated += minor;
	else if (span_is(kind, "receipts_unapplied"))
		c->receipts_unapplied += minor;
	for (int t = 0; t < TERM_COUNT; t++)
		if (t != TERM_RECEIVED && span_is(kind, term_word((enum term)t)))
			c->minor[t] += minor;
}

static struct counters *counters_of(struct counters *all, size_t *n, struct currency currency)
{
	size_t i = 0;
	while (i < *n && !currency_equal(all[i].currency, currency))
		i++;
	if (i == *n)
		all[(*n)++] = (struct counters){ .currency = currency };
	return &all[i];
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

enum err moment_read(struct span as_of, struct span known_at, struct span account, struct moment *m, struct why *why)
{
	*m = (struct moment){ .has_day = as_of.size > 0, .has_known = known_at.size > 0, .account = account };
	if (m->has_day && date_parse(as_of, &m->as_of) != OK)
		return why_field(why, ERR_INVALID, "field_invalid", "as_of", "as_of is a day, YYYY-MM-DD");
	if (m->has_known && instant_parse(known_at, &m->known_at) != OK)
		return why_field(why, ERR_INVALID, "field_invalid", "known_at", "known_at is an instant of RFC 3339");
	if (account.size && chart_of(account) == CHART_COUNT)
		return why_field(why, ERR_INVALID, "field_invalid", "account", "account is one of the chart");
	return OK;
}

static enum err flows_at(
	struct db *db, struct arena *arena, struct span merchant, const struct moment *m, struct rows *sums, struct why *why)
{
	struct args *args = args_new(arena);
	args_text(args, merchant);
	if (!m->has_day && !m->has_known)
		return db_exec(db, arena, &q_flows, args, sums, why);
	if (m->has_day)
		args_date(args, m->as_of);
	else
		args_null(args);
	if (m->has_known)
		args_instant(args, m->known_at);
	else
		args_null(args);
	return db_exec(db, arena, &q_flows_at, args, sums, why);
}

/* Those of the account that is asked for. */
static size_t pick_account(struct balance_row *rows, size_t n, struct span account)
{
	size_t kept = 0;
	for (size_t i = 0; i < n; i++)
		if (!account.size || span_equal(rows[i].account, account))
			rows[kept++] = rows[i];
	return kept;
}

static void print_moment(struct json_out *out, const struct moment *m)
{
	if (m->has_day)
		json_out_date(out, "as_of", m->as_of);
	else
		json_out_null(out, "as_of");
	if (m->has_known)
		json_out_instant(out, "known_at", m->known_at);
	else
		json_out_null(out, "known_at");
}

enum err sums_trial_balance(
	struct db *db, struct arena *arena, struct span merchant, const struct moment *moment, bool csv, struct span *body, struct why *why)
{
	struct balance_row *rows;
	struct rows sums;
	struct text t;
	TRY(flows_at(db, arena, merchant, moment, &sums, why));
	struct flow *flows = ARENA_ARRAY(arena, struct flow, sums.count + 1);
	for (size_t i = 0; i < sums.count; i++)
		flows[i] = flow_at(&sums, i);
	size_t all = journal_trial_balance(arena, flows, sums.count, &rows), n = pick_account(rows, all, moment->account);
	if (csv) {
		*body = balance_csv(arena, rows, n);
		return OK;
	}
	struct json_out out = begin(&t, arena);
	print_moment(&out, moment);
	json_out_array(&out, "accounts");
	for (size_t i = 0; i < n; i++)
		print_balance(&out, &rows[i]);
	json_out_array_end(&out);
	print_totals(&out, rows, moment->account.size ? 0 : n);
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

/* What was given up, by its reason. */
static void print_given_up(struct json_out *out, const struct proof_row *p)
{
	static const enum cause causes[] = { CAUSE_DISCOUNT, CAUSE_TOLERANCE, CAUSE_CHARGES, CAUSE_WRITE_OFF };
	json_out_object(out, "given_up");
	for (size_t i = 0; i < sizeof(causes) / sizeof(causes[0]); i++)
		json_out_money(out, cause_word(causes[i]), (struct money){ p->given_up[causes[i]], p->currency });
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
	print_given_up(out, p);
	json_out_object_end(out);
}

/* The journal's balance of an account, and the lines posted to it. */
static void sum_account(const struct rows *r, struct span account, int64_t *cash, int64_t *posted)
{
	*cash = *posted = 0;
	for (size_t i = 0; i < r->count; i++) {
		struct span kind = text_at(r, i, "kind");
		bool debit = span_equal(text_at(r, i, "debit"), account), credit = span_equal(text_at(r, i, "credit"), account);
		if (span_is(kind, "flow") && (debit || credit))
			*cash += debit ? number_at(r, i, "amount") : -number_at(r, i, "amount");
		else if (span_is(kind, "posted") && debit)
			*posted += number_at(r, i, "amount");
	}
}

/* What the journal holds of the account, what is accepted but not posted, what is missing: together the last statement's closing. */
static bool print_account_proof(struct json_out *out, const struct rows *r, size_t i)
{
	struct currency c = rows_currency(r, i);
	int64_t closing = number_at(r, i, "closing"), gaps = number_at(r, i, "gaps"), cash, posted;
	sum_account(r, text_at(r, i, "debit"), &cash, &posted);
	int64_t unposted = number_at(r, i, "accepted") - posted;
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
		if (span_is(text_at(rows, i, "kind"), "account"))
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
	for (size_t i = 0; i < rows->count; i++) {
		struct span kind = text_at(rows, i, "kind");
		if (span_is(kind, "flow"))
			flows[n++] = flow_at(rows, i);
		else if (!span_is(kind, "account") && !span_starts(kind, DIFFERENCE))
			count_in(counters_of(counters, &m, rows_currency(rows, i)), kind, number_at(rows, i, "amount"));
	}
	n = proof_make(arena, flows, n, counters, m, &proof);
	json_out_array(out, "currencies");
	for (size_t i = 0; i < n; i++) {
		print_proof(out, &proof[i]);
		holds &= proof[i].holds;
	}
	json_out_array_end(out);
	return holds;
}

/* Where a sum that is kept is not what its rows make. */
static bool print_differences(struct json_out *out, const struct rows *r)
{
	bool none = true;
	json_out_array(out, "differences");
	for (size_t i = 0; i < r->count; i++) {
		struct span kind = text_at(r, i, "kind");
		if (!span_starts(kind, DIFFERENCE))
			continue;
		json_out_object(out, NULL);
		json_out_span(out, "sum", span_from(kind, strlen(DIFFERENCE)));
		json_out_span(out, "debit", text_at(r, i, "debit"));
		json_out_span(out, "credit", text_at(r, i, "credit"));
		json_out_span(out, "cause", text_at(r, i, "cause"));
		json_out_money(out, "difference", (struct money){ number_at(r, i, "amount"), rows_currency(r, i) });
		json_out_object_end(out);
		none = false;
	}
	json_out_array_end(out);
	return none;
}

static enum err print_all(
	struct db *db, struct arena *arena, struct span merchant, bool recount, struct span *json, bool *holds, struct why *why)
{
	struct args *args = args_new(arena);
	struct rows rows;
	struct text t;
	args_text(args, merchant);
	TRY(db_exec(db, arena, recount ? &q_recount_rows : &q_proof_rows, args, &rows, why));
	struct json_out out = begin(&t, arena);
	*holds = print_currencies(&out, arena, &rows);
	*holds &= print_accounts(&out, &rows);
	if (recount)
		*holds &= print_differences(&out, &rows);
	TRY(ledger_print_head(db, arena, merchant, "ledger", &out, why));
	json_out_bool(&out, "holds", *holds);
	*json = finish(&out, &t);
	return OK;
}

enum err sums_proof(struct db *db, struct arena *arena, struct span merchant, struct span *json, bool *holds, struct why *why)
{
	return print_all(db, arena, merchant, false, json, holds, why);
}

enum err sums_recount(struct db *db, struct arena *arena, struct span merchant, struct span *json, bool *holds, struct why *why)
{
	TRY(db_begin(db, why));
	db_patience(db, RECOUNT_PATIENCE_S);
	db_queue(db, &q_recount_plan, NULL, 1);
	enum err err = print_all(db, arena, merchant, true, json, holds, why);
	db_rollback(db);
	return err;
}
