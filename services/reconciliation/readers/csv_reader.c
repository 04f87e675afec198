#include "csv_reader.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "csv_balance.h"
#include "csv_choose.h"
#include "csv_rows.h"
#include "written.h"

struct csv {
	struct telling t;
	struct csv_rows rows;
	bool has_profile, has_header, is_over;
	struct csv_profile profile;
	size_t head_size;
	char head[READER_HEAD];
	int above, width; /* rows above the header; its cells */
	/* Where each column stands in the file; -1: it has none of that name. */
	int columns[CSV_COLUMNS], lists[CSV_LISTS][CSV_WORDS];
	char account[IDENTIFIER_ROOM]; /* as a row above the header says it */
	/* The row that is read. */
	const struct span *cells;
	int count;
	struct place place;
	char utf8[CHARSET_ROOM(CSV_ROW_BYTES)];
	/* The statement that is read. */
	struct currency currency;
	struct csv_balance balance;
	struct date first, last; /* booking dates of the first and the last row */
	bool dated;
};

/* ---- the row ---- */

static struct span text_at(const struct csv *c, int index)
{
	return index < 0 || index >= c->count ? SPAN("") : c->cells[index];
}

static struct span column(const struct csv *c, enum csv_column which)
{
	return text_at(c, c->columns[which]);
}

static bool is_one_of(const struct csv_words *list, struct span text)
{
	for (int i = 0; i < list->count; i++)
		if (csv_same_word(list->words[i], text))
			return true;
	return false;
}

static bool in_list(const struct csv *c, enum csv_list list, struct span text)
{
	return is_one_of(&c->profile.lists[list], text);
}

static void broken(struct csv *c, enum rule rule, const char *what, struct span value)
{
	telling_broken(&c->t, rule, c->place, "%s '%.*s'", what, (int)(value.size < 40 ? value.size : 40), value.at);
}

static enum err read_amount(const struct csv *c, struct span text, struct money *out, struct why *why)
{
	text = written_bare(text, c->currency);
	if (!c->profile.minor_units)
		return written_amount(text, c->profile.decimal, c->currency, out, why);
	out->currency = c->currency;
	/* Some write cents with a fraction of noughts. */
	while (text.size > 2 && memchr(text.at, '.', text.size) && strchr("0.", text.at[text.size - 1])) {
		bool point = text.at[text.size - 1] == '.';
		text.size--;
		if (point)
			break;
	}
	if (!written_minor(text, &out->minor))
		return why_set(why, ERR_INVALID, "amount", "'%.*s' is not an amount", (int)(text.size < 40 ? text.size : 40), text.at);
	return OK;
}

/* The sum of the list's columns, those of "-NAME" subtracted. `told`: one of them says something. */
static bool sum_of(struct csv *c, enum csv_list list, struct money *sum, bool *told)
{
	const struct csv_words *words = &c->profile.lists[list];
	struct why why = { 0 };
	*told = false;
	*sum = (struct money){ 0, c->currency };
	for (int i = 0; i < words->count; i++) {
		struct span text = text_at(c, c->lists[list][i]);
		struct money term;
		if (!text.size)
			continue;
		*told = true;
		if (read_amount(c, text, &term, &why) != OK) {
			telling_broken(&c->t, RULE_AMOUNT, c->place, "%s", why.text);
			return false;
		}
		if (words->words[i].at[0] == '-')
			term.minor = -term.minor;
		if (money_add(*sum, term, sum, &why) != OK) {
			telling_broken(&c->t, RULE_OVERFLOW, c->place, "%s", why.text);
			return false;
		}
	}
	return true;
}

/* In any case: providers write "eur". */
static bool read_currency(struct span text, struct currency *out)
{
	char code[3];
	if (text.size != sizeof(code))
		return false;
	for (size_t i = 0; i < sizeof(code); i++)
		code[i] = (char)toupper((unsigned char)text.at[i]);
	return currency_parse(span_bytes(code, sizeof(code)), out) == OK;
}

static bool take_currency(struct csv *c)
{
	struct span text = column(c, CSV_CURRENCY);
	if (!text.size)
		text = c->profile.currency.size ? c->profile.currency : c->t.settings.currency;
	if (!read_currency(text, &c->currency)) {
		broken(c, RULE_CURRENCY, "the currency is", text);
		return false;
	}
	/* What a provider settles may be in many. */
	if (!c->profile.settlement && !telling_currency(&c->t, c->currency)) {
		broken(c, RULE_CURRENCY_MIXED, "the row is in another currency than those before:", text);
		return false;
	}
	return true;
}

static bool take_dates(struct csv *c, struct reading_line *l)
{
	struct span booking = column(c, CSV_BOOKING), value = column(c, CSV_VALUE);
	if (!booking.size)
		booking = value;
	if (!csv_date(c->profile.date, booking, &l->booking)) {
		broken(c, RULE_DATE, "the booking date is", booking);
		return false;
	}
	l->value = l->booking;
	if (value.size && !csv_date(c->profile.date, value, &l->value)) {
		broken(c, RULE_DATE, "the value date is", value);
		return false;
	}
	if (!c->dated)
		c->first = l->booking;
	c->last = l->booking;
	c->dated = true;
	return true;
}

/* True when the row counts or informs; false when it is neither, or its state is none that the profile knows. */
static bool take_state(struct csv *c, struct reading_line *l)
{
	struct span state = column(c, CSV_STATE);
	if (c->columns[CSV_STATE] < 0 || in_list(c, CSV_IGNORED, state))
		return c->columns[CSV_STATE] < 0;
	l->informs = in_list(c, CSV_PENDING, state);
	l->status = l->informs ? state : SPAN("");
	if (l->informs || !c->profile.lists[CSV_BOOKED].count || in_list(c, CSV_BOOKED, state))
		return true;
	broken(c, RULE_STATUS, "the state is", state);
	return false;
}

static bool take_sign(struct csv *c, struct money *amount)
{
	struct span indicator = column(c, CSV_INDICATOR);
	if (c->columns[CSV_INDICATOR] >= 0) {
		bool debit = in_list(c, CSV_DEBIT, indicator);
		if (!debit && !in_list(c, CSV_CREDIT, indicator)) {
			broken(c, RULE_INDICATOR, "the indicator is", indicator);
			return false;
		}
		amount->minor = debit ? -llabs(amount->minor) : llabs(amount->minor);
	}
	if (c->profile.inverted)
		amount->minor = -amount->minor;
	return true;
}

static void add_charge(struct reading_line *l, struct money amount, struct span kind, bool included)
{
	if (amount.minor && l->charge_count < READING_CHARGES)
		l->charges[l->charge_count++] = (struct reading_charge){ .amount = amount, .included = included, .kind = kind };
}

/* Each column of fees by its own name; those that are many more than a line holds make no sense. */
static bool take_fees(struct csv *c, struct reading_line *l, struct money *sum, bool *told)
{
	const struct csv_words *fees = &c->profile.lists[CSV_FEE];
	struct why why = { 0 };
	if (!sum_of(c, CSV_FEE, sum, told))
		return false;
	for (int i = 0; i < fees->count; i++) {
		struct span text = text_at(c, c->lists[CSV_FEE][i]), name = fees->words[i];
		struct money fee;
		if (!text.size || read_amount(c, text, &fee, &why) != OK)
			continue;
		bool minus = name.at[0] == '-';
		fee.minor = minus ? -fee.minor : fee.minor;
		add_charge(l, fee, span_from(name, minus), true);
	}
	return true;
}

static bool take_booking(struct csv *c, struct reading_line *l)
{
	struct money fee;
	bool told, has_fee;
	if (!sum_of(c, CSV_AMOUNT, &l->amount, &told) || !take_fees(c, l, &fee, &has_fee))
		return false;
	if (!told) {
		telling_broken(&c->t, RULE_AMOUNT, c->place, "the row has no amount");
		return false;
	}
	return take_sign(c, &l->amount);
}

static struct currency gross_currency(const struct csv *c)
{
	struct currency currency;
	return read_currency(column(c, CSV_ORIGINAL_CURRENCY), &currency) ? currency : c->currency;
}

/* Gross, fees and net: any of them that is not told follows from the other two, all three must agree where they are of one currency. */
static bool take_settled(struct csv *c, struct reading_line *l)
{
	struct currency settled = c->currency;
	struct money gross, fee, net, made;
	bool has_gross, has_fee, has_net;
	struct why why = { 0 };
	if (!sum_of(c, CSV_AMOUNT, &net, &has_net) || !take_fees(c, l, &fee, &has_fee))
		return false;
	c->currency = gross_currency(c);
	bool read = sum_of(c, CSV_GROSS, &gross, &has_gross), same = currency_equal(gross.currency, settled);
	c->currency = settled;
	if (!read)
		return false;
	if (!has_net && !(has_gross && same)) {
		telling_broken(&c->t, RULE_AMOUNT, c->place, "the row has no amount");
		return false;
	}
	if (has_gross && same) {
		if (money_sub(gross, fee, &made, &why) != OK || (has_net && made.minor != net.minor)) {
			telling_broken(&c->t, RULE_CONTROL, c->place, "gross less fees is not net");
			return false;
		}
		net = made;
	}
	l->amount = net;
	l->has_original = has_gross;
	l->original = gross;
	return true;
}

static void take_original(struct csv *c, struct reading_line *l)
{
	struct currency booked = c->currency;
	struct span text = column(c, CSV_ORIGINAL), currency = column(c, CSV_ORIGINAL_CURRENCY);
	struct why why = { 0 };
	if (l->has_original || !text.size || !read_currency(currency, &c->currency))
		return;
	l->has_original = read_amount(c, text, &l->original, &why) == OK && l->original.minor;
	l->original.minor = llabs(l->original.minor) * (l->amount.minor < 0 ? -1 : 1);
	c->currency = booked;
}

static struct span known(struct span text)
{
	return written_is_null(text) ? SPAN("") : text;
}

/* The kind of a settlement's item: the profile's word for the file's, "other" where it has none. */
static struct span kind_of(const struct csv *c, struct span code)
{
	const struct csv_words *kinds = &c->profile.lists[CSV_KINDS];
	struct span word, kind;
	for (int i = 0; i < kinds->count; i++)
		if (span_cut(kinds->words[i], ':', &word, &kind) && csv_same_word(span_trim(word), code))
			return span_trim(kind);
	return c->profile.settlement ? SPAN("other") : code;
}

static void take_list(const struct csv *c, enum csv_list list, struct span *out, int room, int *count)
{
	for (int i = 0; i < c->profile.lists[list].count && *count < room; i++) {
		struct span text = text_at(c, c->lists[list][i]);
		if (text.size)
			out[(*count)++] = text;
	}
}

static void take_party(const struct csv *c, struct reading_line *l)
{
	struct span name = column(c, l->amount.minor > 0 ? CSV_PAYER : CSV_PAYEE);
	l->party_name = name.size ? name : column(c, CSV_NAME);
	l->party_iban = column(c, CSV_IBAN);
	l->party_account = column(c, CSV_PARTY_ACCOUNT);
	l->party_bank = column(c, CSV_BANK);
	l->party_customer = column(c, CSV_CUSTOMER);
}

static void take_texts(const struct csv *c, struct reading_line *l)
{
	l->end_to_end = known(column(c, CSV_END_TO_END));
	l->mandate = known(column(c, CSV_MANDATE));
	l->bank_ref = known(column(c, CSV_BANK_REF));
	l->transaction_ref = known(column(c, CSV_TRANSACTION));
	l->own_id = known(column(c, CSV_ID));
	l->batch_ref = known(column(c, CSV_BATCH));
	l->bank_code = column(c, CSV_CODE);
	l->code = kind_of(c, l->bank_code);
	l->return_reason = column(c, CSV_RETURN);
	l->original_ref = known(column(c, CSV_ORIGINAL_REF));
	l->rate = column(c, CSV_RATE);
	take_list(c, CSV_TEXTS, l->texts, READING_TEXTS, &l->text_count);
	take_list(c, CSV_REFERENCES, l->references, READING_REFERENCES, &l->reference_count);
}

static void take_balance(struct csv *c, struct reading_line *l)
{
	struct span text = column(c, CSV_BALANCE);
	struct why why = { 0 };
	csv_balance_row(&c->balance, l->amount.minor);
	if (!text.size)
		return;
	if (read_amount(c, text, &l->balance, &why) != OK) {
		telling_broken(&c->t, RULE_BALANCE, c->place, "%s", why.text);
		return;
	}
	l->has_balance = true;
	csv_balance_told(&c->balance, l->balance.minor, c->place);
}

/* ---- the statement ---- */

static void take_account(struct csv *c, struct span account)
{
	if (!account.size)
		account = span_of(c->account);
	if (!account.size)
		account = c->t.settings.account;
	if (!account.size && c->profile.settlement)
		account = c->profile.provider.size ? c->profile.provider : c->profile.name;
	telling_account(&c->t, account);
}

static void begin_statement(struct csv *c, struct span account)
{
	telling_begin(&c->t, c->profile.settlement ? READING_SETTLEMENT : READING_STATEMENT, c->place);
	take_account(c, account);
	csv_balance_init(&c->balance);
	c->dated = false;
}

static bool read_said(struct csv *c, struct span text, struct money *out)
{
	struct why why = { 0 };
	if (text.size && written_amount(text, '.', c->t.statement.currency, out, &why) != OK)
		telling_broken(&c->t, RULE_BALANCE, c->t.statement.place, "%s", why.text);
	return text.size && !why.err;
}

/* Balances that a person read off, of the file's first account. One of them makes the other. */
static void take_said(struct csv *c)
{
	const struct reading_statement *s = &c->t.statement;
	struct money opening, closing, sum = { s->line_sum, s->currency };
	struct why why = { 0 };
	if (c->t.statements || !s->has_currency)
		return;
	bool from = read_said(c, c->t.settings.opening, &opening), to = read_said(c, c->t.settings.closing, &closing);
	enum err err = from && !to ? money_add(opening, sum, &closing, &why) : to && !from ? money_sub(closing, sum, &opening, &why) : OK;
	if (err != OK)
		telling_broken(&c->t, RULE_OVERFLOW, s->place, "%s", why.text);
	if (err != OK || (!from && !to))
		return;
	telling_opening(&c->t, opening, NULL);
	telling_closing(&c->t, closing, NULL, s->place);
}

static void take_ends(struct csv *c)
{
	struct money opening = { 0, c->t.statement.currency }, closing = opening;
	struct place where;
	int falling = c->dated ? date_compare(c->first, c->last) : 0;
	if (!c->balance.any)
		take_said(c);
	if (!c->balance.any || !c->t.statement.has_currency)
		return;
	if (!csv_balance_ends(&c->balance, c->profile.order, falling, &opening.minor, &closing.minor, &where)) {
		telling_broken(&c->t, RULE_RUNNING_BALANCE, where.line ? where : c->balance.first, "%s",
			where.line ? "the balance is not the one before it and the amount"
				   : "the balances do not tell in which order the rows stand");
		return;
	}
	if (llabs(opening.minor) >= MONEY_LIMIT || llabs(closing.minor) >= MONEY_LIMIT) {
		telling_broken(&c->t, RULE_OVERFLOW, c->balance.first, "the balances are more than an amount may be");
		return;
	}
	telling_opening(&c->t, opening, NULL);
	telling_closing(&c->t, closing, NULL, c->balance.first);
}

static void end_statement(struct csv *c)
{
	char name[IDENTIFIER_ROOM], from[DATE_TEXT + 1], to[DATE_TEXT + 1];
	if (!c->t.in_statement || c->t.failed != OK)
		return;
	date_print(c->t.first_booking, from);
	date_print(c->t.last_booking, to);
	snprintf(name, sizeof(name), "%.*s %s..%s", (int)(c->profile.name.size < 32 ? c->profile.name.size : 32), c->profile.name.at,
		c->t.has_booking ? from : "", c->t.has_booking ? to : "");
	telling_name(&c->t, span_of(name));
	if (!c->profile.settlement)
		take_ends(c);
	if (!c->profile.settlement && !c->t.has_booking)
		telling_broken(&c->t, RULE_DATE, c->t.statement.place, "no row has a date");
	telling_end(&c->t);
}

/* ---- rows ---- */

static bool reaches(const struct csv *c, int index)
{
	return index < c->count;
}

/* A grouping comma that nobody quoted makes a row wider than the header, a file that ends early makes it narrower: either moves amounts. */
static bool has_all_cells(struct csv *c)
{
	bool all = reaches(c, c->columns[CSV_BOOKING]) && reaches(c, c->columns[CSV_BALANCE]) && reaches(c, c->columns[CSV_CURRENCY]);
	for (int i = 0; i < c->profile.lists[CSV_AMOUNT].count; i++)
		all &= reaches(c, c->lists[CSV_AMOUNT][i]);
	for (int i = c->width; i < c->count; i++)
		all &= !c->cells[i].size;
	if (!all)
		telling_broken(&c->t, RULE_FIELD, c->place, "the row has %d cells, the header %d", c->count, c->width);
	return all;
}

static void take_data(struct csv *c)
{
	struct span account = column(c, CSV_ACCOUNT);
	struct reading_line l = { .place = c->place };
	if (c->t.in_statement && account.size && !span_equal(account, span_of(c->t.account)))
		end_statement(c);
	if (!c->t.in_statement)
		begin_statement(c, account);
	if (!has_all_cells(c) || !take_state(c, &l) || !take_currency(c) || !take_dates(c, &l))
		return;
	if (!(c->profile.settlement ? take_settled(c, &l) : take_booking(c, &l)))
		return;
	take_texts(c, &l);
	take_party(c, &l);
	take_original(c, &l);
	if (!l.informs && !c->profile.settlement)
		take_balance(c, &l);
	if (l.amount.minor || l.informs || c->profile.settlement)
		telling_line(&c->t, &l);
}

static void place_columns(struct csv *c, const struct span *cells, int count)
{
	const struct csv_profile *p = &c->profile;
	for (int i = 0; i < CSV_COLUMNS; i++)
		c->columns[i] = p->columns[i].size ? csv_find_cell(cells, count, p->columns[i]) : -1;
	for (int list = 0; list < CSV_LISTS; list++)
		for (int i = 0; i < p->lists[list].count; i++) {
			struct span name = p->lists[list].words[i];
			bool minus = name.at[0] == '-' && (list == CSV_AMOUNT || list == CSV_GROSS || list == CSV_FEE);
			c->lists[list][i] = csv_find_cell(cells, count, span_trim(span_from(name, minus)));
		}
}

static struct span without_colon(struct span text)
{
	return text.size && text.at[text.size - 1] == ':' ? span_trim(span_bytes(text.at, text.size - 1)) : text;
}

/* A row above the header may name the account; any other is passed over. */
static void take_above(struct csv *c, const struct span *cells, int count)
{
	if (++c->above > CSV_ABOVE_MOST)
		telling_fail(&c->t, RULE_FORMAT, c->place, "no row is the header of %.*s", SPAN_ARG(c->profile.name));
	if (count < 2 || !in_list(c, CSV_ACCOUNT_LABEL, without_colon(cells[0])) || c->account[0])
		return;
	size_t n = cells[1].size < sizeof(c->account) ? cells[1].size : 0;
	memcpy(c->account, cells[1].at, n);
	c->account[n] = 0;
}

static void take_row(void *ctx, const struct span *cells, int count, struct place place)
{
	struct csv *c = ctx;
	struct span texts[CSV_CELLS];
	c->cells = texts;
	c->count = count;
	c->place = place;
	csv_cells_utf8(csv_charset(&c->profile, &c->t.settings), cells, count, texts, c->utf8);
	bool header = csv_is_header(&c->profile, texts, count);
	if (header && !c->has_header) {
		place_columns(c, texts, count);
		c->width = count;
	}
	c->has_header |= header;
	if (!c->has_header)
		take_above(c, texts, count);
	c->is_over |= c->has_header && in_list(c, CSV_END, texts[0]);
	if (!c->has_header || header || c->is_over)
		return;
	take_data(c);
}

/* ---- the reader ---- */

static int looks_like(struct span head, const struct reading_settings *settings)
{
	struct csv_profile profile;
	return csv_choose(settings, head, &profile) ? READER_SURE - 10 : settings->profile.size ? READER_MAYBE + 1 : READER_NO;
}

static void *csv_open(const struct reading_sink *sink, const struct reading_settings *settings)
{
	struct csv *c = calloc(1, sizeof(*c));
	if (!c)
		bug("no memory for a reader");
	telling_init(&c->t, sink, settings);
	return c;
}

/* Gathers what the profile is told by; true when it is chosen. */
static bool find_profile(struct csv *c, struct span *bytes, bool last)
{
	size_t room = sizeof(c->head) - c->head_size, n = bytes->size < room ? bytes->size : room;
	memcpy(c->head + c->head_size, n ? bytes->at : "", n);
	c->head_size += n;
	*bytes = span_from(*bytes, n);
	if (!last && c->head_size < sizeof(c->head))
		return false;
	if (!csv_choose(&c->t.settings, span_bytes(c->head, c->head_size), &c->profile)) {
		telling_fail(&c->t, RULE_FORMAT, (struct place){ 1, 0 }, "no profile%s%.*s has the header of one of its first rows",
			c->t.settings.profile.size ? " " : "", SPAN_ARG(c->t.settings.profile));
		return false;
	}
	c->has_profile = true;
	csv_rows_init(&c->rows, &c->t, c->profile.delimiter, c->profile.quote);
	c->rows.row = take_row;
	c->rows.ctx = c;
	return true;
}

static enum err csv_feed(void *state, struct span bytes, bool last, struct why *why)
{
	struct csv *c = state;
	if (!c->has_profile && find_profile(c, &bytes, last))
		csv_rows_feed(&c->rows, span_bytes(c->head, c->head_size), false);
	if (c->has_profile)
		csv_rows_feed(&c->rows, bytes, last);
	if (last && c->t.failed == OK && !c->t.in_statement && !c->t.statements)
		telling_fail(&c->t, RULE_EMPTY, c->rows.here, "no row follows the header");
	if (last)
		end_statement(c);
	return telling_result(&c->t, why);
}

static const struct violation *csv_violation(const void *state)
{
	return &((const struct csv *)state)->t.violation;
}

const struct reader csv_reader = {
	.name = "csv",
	.help = "exports of banks and settlement files of providers, by profiles",
	.looks_like = looks_like,
	.open = csv_open,
	.feed = csv_feed,
	.violation = csv_violation,
	.close = free,
};
