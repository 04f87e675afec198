#include "bank.h"
#include "delivery.h"
#include "json_in.h"
#include "json_out.h"
#include "rf.h"
#include "statement.h"

/* --- reading --- */

static enum err find(struct ask *ask, struct span iban, struct bank_account **account, struct why *why)
{
	*account = bank_account_find(ask->world, iban);
	return *account != NULL ? OK : answer_not_found("account", iban, why);
}

static enum err optional_text(const struct json_in *in, const char *name, size_t most, struct span *value, struct why *why)
{
	return json_in_has(in, name) ? json_in_text(in, name, 0, most, value, why) : OK;
}

static enum err optional_number(const struct json_in *in, const char *name, int64_t least, int64_t most, int64_t *value, struct why *why)
{
	return json_in_has(in, name) ? json_in_int64(in, name, least, most, value, why) : OK;
}

static enum err optional_bool(const struct json_in *in, const char *name, bool *value, struct why *why)
{
	return json_in_has(in, name) ? json_in_bool(in, name, value, why) : OK;
}

static enum err optional_date(const struct json_in *in, const char *name, struct date *value, struct why *why)
{
	return json_in_has(in, name) ? json_in_date(in, name, value, why) : OK;
}

static enum err check_currency(const struct bank_account *account, struct money money, struct why *why)
{
	if (!currency_equal(account->currency, money.currency))
		return why_field(why, ERR_REFUSED, "currency", "amount", "the account is in %s", account->currency.code);
	return money.minor > 0 ? OK : why_field(why, ERR_INVALID, "amount", "amount", "must be above zero");
}

/* A day that was asked for must be open; without one it is today, or the next that is. */
static enum err read_day(struct ask *ask, const struct json_in *in, const struct bank_account *account, struct date *day, struct why *why)
{
	*day = world_today(ask->world);
	if (!json_in_has(in, "date"))
		return OK;
	TRY(json_in_date(in, "date", day, why));
	if (date_compare(*day, account->delivered) <= 0)
		return why_field(why, ERR_REFUSED, "day_closed", "date", "the statement of %s was delivered",
			date_text(ask->arena, account->delivered));
	if (date_compare(*day, account->opened) < 0)
		return why_field(
			why, ERR_REFUSED, "not_open_yet", "date", "the account was opened on %s", date_text(ask->arena, account->opened));
	return OK;
}

/* --- printing --- */

static void print_line(struct json_out *out, const struct bank_account *account, const struct bank_line *line)
{
	json_out_object(out, NULL);
	json_out_string(out, "ref", line->ref);
	json_out_date(out, "booked", line->booked);
	json_out_date(out, "value", line->value);
	json_out_money(out, "amount", (struct money){ line->amount, account->currency });
	json_out_span(out, "party_name", line->party_name);
	json_out_span(out, "party_iban", line->party_iban);
	json_out_span(out, "end_to_end", line->end_to_end);
	json_out_span(out, "remittance", line->remittance);
	json_out_span(out, "reference", line->reference);
	json_out_object_end(out);
}

static void print_account(struct json_out *out, const struct bank_account *account)
{
	json_out_span(out, "iban", account->iban);
	json_out_string(out, "currency", account->currency.code);
	json_out_span(out, "name", account->name);
	json_out_string(out, "format", account->format->name);
	json_out_span(out, "merchant", account->merchant);
	json_out_date(out, "opened", account->opened);
	json_out_money(out, "balance", (struct money){ bank_balance(account, (struct date){ DATE_LAST_DAY }), account->currency });
	json_out_int(out, "lines", (int64_t)account->lines.n);
	json_out_int(out, "statements_delivered", (int64_t)account->statements);
	json_out_span(out, "last_refusal", account->last_answer);
}

static void print_lines(
	struct ask *ask, const struct bank_account *account, struct bank_line *const *lines, size_t n, int status, struct answer *answer)
{
	struct json_out out;
	struct text text;

	text_init(&text, ask->arena);
	json_out_init(&out, &text);
	json_out_object(&out, NULL);
	json_out_array(&out, "lines");
	for (size_t i = 0; i < n; i++)
		print_line(&out, account, lines[i]);
	json_out_array_end(&out);
	json_out_object_end(&out);
	answer_json(answer, status, &text);
}

/* --- accounts --- */

static enum err read_account(struct ask *ask, struct bank_account *account, struct why *why)
{
	struct span url = { 0 }, token = SPAN(""), format = span_of(statement_formats->name);
	struct json_in in;

	TRY(json_in_open(&in, ask->arena, ask->body, why));
	TRY(json_in_text(&in, "iban", 15, 34, &account->iban, why));
	TRY(json_in_currency(&in, "currency", &account->currency, why));
	TRY(json_in_text(&in, "name", 1, 70, &account->name, why));
	TRY(optional_text(&in, "merchant", 64, &account->merchant, why));
	TRY(optional_text(&in, "bic", 11, &account->bic, why));
	TRY(optional_number(&in, "opening", -MONEY_LIMIT + 1, MONEY_LIMIT - 1, &account->opening, why));
	TRY(optional_date(&in, "opened", &account->opened, why));
	TRY(optional_text(&in, "deliver_to", 2000, &url, why));
	TRY(optional_text(&in, "token", 500, &token, why));
	TRY(optional_text(&in, "format", 20, &format, why));
	TRY(json_in_done(&in, why));
	account->format = statement_format_find(format);
	if (account->format == NULL)
		return why_field(why, ERR_INVALID, "format", "format", "no bank here writes '%.*s'", SPAN_ARG(format));
	if (bank_account_find(ask->world, account->iban) != NULL)
		return why_field(why, ERR_CONFLICT, "iban", "iban", "there is an account %.*s", SPAN_ARG(account->iban));
	account->deliver_url = url.size > 0 ? world_cstr(ask->world, url) : NULL;
	account->token = world_cstr(ask->world, token);
	return OK;
}

static enum err add_account(struct ask *ask, struct answer *answer, struct why *why)
{
	struct bank_account wanted = { .bic = SPAN("SANDDEFFXXX"), .opened = world_today(ask->world) }, *account;
	struct world *world = ask->world;
	struct json_out out;
	struct text text;

	TRY(read_account(ask, &wanted, why));
	wanted.iban = world_keep(world, wanted.iban);
	wanted.name = world_keep(world, wanted.name);
	wanted.merchant = world_keep(world, wanted.merchant);
	wanted.bic = world_keep(world, wanted.bic);
	wanted.delivered = (struct date){ wanted.opened.day - 1 };
	account = arena_copy(world->life, &wanted, sizeof(wanted));
	bank_add(world, account);
	if (account->deliver_url != NULL)
		delivery_plan(world, account);
	text_init(&text, ask->arena);
	json_out_init(&out, &text);
	json_out_object(&out, NULL);
	print_account(&out, account);
	json_out_object_end(&out);
	answer_json(answer, 201, &text);
	return OK;
}

static enum err list_accounts(struct ask *ask, struct answer *answer, struct why *why)
{
	const struct list *accounts = bank_accounts(ask->world);
	struct json_out out;
	struct text text;

	(void)why;
	text_init(&text, ask->arena);
	json_out_init(&out, &text);
	json_out_object(&out, NULL);
	json_out_array(&out, "accounts");
	for (size_t i = 0; i < accounts->n; i++) {
		json_out_object(&out, NULL);
		print_account(&out, accounts->at[i]);
		json_out_object_end(&out);
	}
	json_out_array_end(&out);
	json_out_object_end(&out);
	answer_json(answer, 200, &text);
	return OK;
}

static enum err list_lines(struct ask *ask, struct answer *answer, struct why *why)
{
	struct bank_account *account;

	TRY(find(ask, form_get(&ask->params, "iban"), &account, why));
	print_lines(ask, account, (struct bank_line *const *)account->lines.at, account->lines.n, 200, answer);
	return OK;
}

static enum err show_statement(struct ask *ask, struct answer *answer, struct why *why)
{
	struct span file = form_get(&ask->params, "file"), stem, end;
	struct bank_account *account;
	struct date day;

	TRY(find(ask, form_get(&ask->params, "iban"), &account, why));
	if (!span_cut(file, '.', &stem, &end) || !span_is(end, account->format->ending) || date_parse(stem, &day) != OK)
		return answer_not_found("statement", file, why);
	answer->type = account->format->type;
	return statement_make(ask->world, ask->arena, account, day, &answer->body, why);
}

/* --- lines --- */

static enum err read_texts(struct ask *ask, const struct json_in *in, struct bank_line *line, struct why *why)
{
	bool typo = false, no_reference = false;

	TRY(optional_text(in, "payer_name", 140, &line->party_name, why));
	TRY(optional_text(in, "payer_iban", 34, &line->party_iban, why));
	TRY(optional_text(in, "end_to_end", 35, &line->end_to_end, why));
	TRY(optional_text(in, "remittance", 500, &line->remittance, why));
	TRY(optional_text(in, "structured_reference", RF_TEXT, &line->reference, why));
	TRY(optional_bool(in, "typo", &typo, why));
	TRY(optional_bool(in, "no_reference", &no_reference, why));
	if (typo) {
		line->remittance = bank_mistype(ask->arena, line->remittance);
		line->reference = bank_mistype(ask->arena, line->reference);
	}
	if (no_reference)
		line->remittance = line->reference = line->end_to_end = SPAN("");
	return OK;
}

/* Books it n times. */
static void book(struct ask *ask, struct bank_account *account, struct bank_line *line, int64_t n, struct answer *answer)
{
	struct bank_line **lines = ARENA_ARRAY(ask->arena, struct bank_line *, (size_t)n);

	for (int64_t i = 0; i < n; i++)
		lines[i] = bank_book(ask->world, account, line);
	print_lines(ask, account, lines, (size_t)n, 201, answer);
}

static enum err begin(struct ask *ask, struct json_in *in, struct bank_account **account, struct bank_line *line, struct why *why)
{
	struct span iban;

	TRY(json_in_open(in, ask->arena, ask->body, why));
	TRY(json_in_text(in, "iban", 15, 34, &iban, why));
	TRY(find(ask, iban, account, why));
	TRY(read_day(ask, in, *account, &line->booked, why));
	return optional_date(in, "value_date", &line->value, why);
}

static enum err add_transfer(struct ask *ask, struct answer *answer, struct why *why)
{
	struct bank_line line = { .kind = LINE_TRANSFER };
	struct bank_account *account;
	struct money money;
	struct json_in in;
	int64_t times = 1;

	TRY(begin(ask, &in, &account, &line, why));
	TRY(json_in_money(&in, "amount", &money, why));
	TRY(check_currency(account, money, why));
	TRY(read_texts(ask, &in, &line, why));
	TRY(optional_number(&in, "times", 1, 100, &times, why));
	TRY(optional_bool(&in, "bare", &line.bare, why));
	TRY(json_in_done(&in, why));
	line.amount = money.minor;
	book(ask, account, &line, times, answer);
	return OK;
}

static enum err add_fee(struct ask *ask, struct answer *answer, struct why *why)
{
	struct bank_line line = { .kind = LINE_FEE, .remittance = SPAN("Account fees") };
	struct bank_account *account;
	struct money money;
	struct json_in in;

	TRY(begin(ask, &in, &account, &line, why));
	TRY(json_in_money(&in, "amount", &money, why));
	TRY(check_currency(account, money, why));
	TRY(optional_text(&in, "text", 140, &line.remittance, why));
	TRY(json_in_done(&in, why));
	line.amount = -money.minor;
	book(ask, account, &line, 1, answer);
	return OK;
}

static enum err find_line(const struct bank_account *account, struct span ref, const struct bank_line **line, struct why *why)
{
	for (size_t i = 0; i < account->lines.n; i++) {
		*line = account->lines.at[i];
		if (span_is(ref, (*line)->ref))
			return (*line)->amount > 0 ? OK : why_field(why, ERR_REFUSED, "line", "line", "only a credit can be returned");
	}
	return answer_not_found("line", ref, why);
}

/* {"iban", "line", "reason"}: a credit goes back to where it came from. */
static enum err add_return(struct ask *ask, struct answer *answer, struct why *why)
{
	struct bank_line line = { 0 };
	struct bank_account *account;
	const struct bank_line *original = NULL;
	struct span ref, reason;
	struct json_in in;

	TRY(begin(ask, &in, &account, &line, why));
	TRY(json_in_text(&in, "line", 1, 40, &ref, why));
	TRY(json_in_text(&in, "reason", 4, 4, &reason, why));
	TRY(json_in_done(&in, why));
	TRY(find_line(account, ref, &original, why));
	line = (struct bank_line){ .kind = LINE_RETURN,
		.booked = line.booked,
		.value = line.value,
		.amount = -original->amount,
		.party_name = original->party_name,
		.party_iban = original->party_iban,
		.end_to_end = original->end_to_end,
		.remittance = original->remittance,
		.reference = original->reference,
		.return_code = reason };
	book(ask, account, &line, 1, answer);
	return OK;
}

const struct door bank_doors[] = {
	{ "POST", "/sandbox/bank/accounts", "opens an account: iban, currency, name, merchant, format, opening, opened, deliver_to, token",
		add_account },
	{ "GET", "/sandbox/bank/accounts", "accounts with their balances", list_accounts },
	{ "GET", "/sandbox/bank/accounts/{iban}/lines", "an account's lines", list_lines },
	{ "GET", "/sandbox/bank/accounts/{iban}/statements/{file}",
		"a day's statement in the account's format: 2026-03-31.xml (sta, bai, ofx, csv)", show_statement },
	{ "POST", "/sandbox/bank/transfers",
		"a customer pays: iban, amount, payer_name, payer_iban, remittance, structured_reference, end_to_end, date, value_date, typo, no_reference, times, bare",
		add_transfer },
	{ "POST", "/sandbox/bank/fees", "the bank takes a fee: iban, amount, text, date", add_fee },
	{ "POST", "/sandbox/bank/returns", "a credit goes back: iban, line, reason, date", add_return },
	{ "POST", "/sandbox/bank/statements/deliver", "uploads a day's statements: date, to_url, token, iban", delivery_door },
	{ 0 },
};
