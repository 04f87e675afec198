#include "export.h"

#include <string.h>

#include "ledger.h"

static const struct export_target_row targets[EXPORT_TARGETS] = {
	[EXPORT_CSV] = { "csv", "text/csv; charset=utf-8", 20000, "one row an entry, with both accounts and their codes" },
	[EXPORT_DATEV] = { "datev", "text/csv; charset=windows-1252", 20000, "DATEV booking batch, EXTF 700, format version 9" },
	[EXPORT_XERO] = { "xero", "text/csv; charset=utf-8", 500, "Xero manual journals: two rows an entry" },
	[EXPORT_QUICKBOOKS] = { "quickbooks", "text/csv; charset=utf-8", 500, "QuickBooks journal entries: two rows an entry" },
};

const struct export_target_row *export_target_row(enum export_target target)
{
	return &targets[target];
}

const char *export_target_word(enum export_target target)
{
	return targets[target].word;
}

enum export_target export_target_find(struct span word)
{
	int i = 0;
	while (i < EXPORT_TARGETS && !span_is(word, targets[i].word))
		i++;
	return (enum export_target)i;
}

/* ---- codes ---- */

/* DATEV's standard charts. Accounts that compute tax by themselves are left out: our tax is posted. */
static const struct {
	enum chart chart;
	const char *skr03, *skr04;
} bases[] = {
	{ CHART_RECEIVABLE, "1410", "1210" },
	{ CHART_CASH, "1200", "1800" },
	{ CHART_CASH_IN_HAND, "1000", "1600" },
	{ CHART_CLEARING, "1360", "1460" },
	{ CHART_RESERVE, "1500", "1300" },
	{ CHART_DISPUTED, "1500", "1300" },
	{ CHART_IN_TRANSIT, "1360", "1460" },
	{ CHART_UNIDENTIFIED_PAYMENTS, "1590", "1370" },
	{ CHART_UNIDENTIFIED_RECEIPTS, "1590", "1370" },
	{ CHART_UNAPPLIED, "1710", "3250" },
	{ CHART_REFUNDS_PAYABLE, "1700", "3500" },
	{ CHART_TAX, "1770", "3800" },
	{ CHART_REVENUE, "8200", "4200" },
	{ CHART_FEE_INCOME, "2700", "4830" },
	{ CHART_INTEREST_INCOME, "2650", "7100" },
	{ CHART_DIFFERENCE_INCOME, "2700", "4830" },
	{ CHART_DISCOUNTS, "8730", "4730" },
	{ CHART_WRITE_OFF, "2400", "6930" },
	{ CHART_BAD_DEBT, "2400", "6930" },
	{ CHART_PROVIDER_FEES, "4970", "6855" },
	{ CHART_BANK_CHARGES, "4970", "6855" },
	{ CHART_NOT_COLLECTIONS, "1590", "1370" },
	{ CHART_OPENING, "9000", "9000" },
};

bool export_base_is_known(struct span base)
{
	return !base.size || span_is(base, "skr03") || span_is(base, "skr04");
}

const char *export_base_code(struct span base, enum chart chart)
{
	for (size_t i = 0; base.size && i < sizeof(bases) / sizeof(bases[0]); i++)
		if (bases[i].chart == chart)
			return span_is(base, "skr03") ? bases[i].skr03 : bases[i].skr04;
	return NULL;
}

static struct span find_code(struct span lines, struct span account)
{
	struct span line, name, code;
	while (lines.size) {
		span_cut(lines, '\n', &line, &lines);
		if (span_cut(line, '\t', &name, &code) && span_equal(name, account))
			return code;
	}
	return SPAN("");
}

struct span export_code(const struct export_mapping *m, struct span account)
{
	struct span code = find_code(m->accounts, account), word, rest;
	enum chart chart = chart_of(account);
	if (code.size)
		return code;
	span_cut(account, ':', &word, &rest);
	code = find_code(m->accounts, word);
	if (code.size)
		return code;
	const char *base = chart == CHART_COUNT ? NULL : export_base_code(m->base, chart);
	if (base)
		return span_of(base);
	return m->target == EXPORT_CSV ? account : SPAN("");
}

/* ---- mappings ---- */

/* An account of the chart, or the word of one of its rows. */
static bool is_account(struct span account)
{
	if (chart_of(account) != CHART_COUNT)
		return true;
	for (int i = 0; i < CHART_COUNT; i++)
		if (span_is(account, chart_row((enum chart)i)->word))
			return true;
	return false;
}

static bool is_code(enum export_target target, struct span code)
{
	bool digits = true;
	for (size_t i = 0; i < code.size; i++)
		digits &= code.at[i] >= '0' && code.at[i] <= '9';
	return target == EXPORT_DATEV ? digits && code.size == 4 : code.size > 0 && !memchr(code.at, '\n', code.size);
}

static enum err check_accounts(const struct export_mapping *m, struct why *why)
{
	struct span lines = m->accounts, line, name, code;
	while (lines.size) {
		span_cut(lines, '\n', &line, &lines);
		if (!span_cut(line, '\t', &name, &code) || !is_account(name))
			return why_field(
				why, ERR_INVALID, "account_unknown", "accounts", "%.*s is no account of the chart", SPAN_ARG(name));
		if (!is_code(m->target, code))
			return why_field(why, ERR_INVALID, "code_invalid", "accounts", "%.*s is no code%s", SPAN_ARG(code),
				m->target == EXPORT_DATEV ? " of four digits" : "");
	}
	return OK;
}

static struct span key_of(const struct ledger *l, enum export_target target, int64_t number)
{
	return book_key_pair(
		l->book, l->merchant, span_of(export_target_word(target)), span_of(arena_printf(l->arena, "%lld", (long long)number)));
}

struct span export_want(struct arena *arena, enum export_target target, const struct date *month)
{
	const char *word = export_target_word(target);
	return span_of(month ? arena_printf(arena, "%s %s", word, month_text(arena, *month)) : word);
}

static const struct export_facts *facts_of(const struct ledger *l, enum export_target target, const struct date *month)
{
	return book_find(l->book, BOOK_EXPORT_FACTS, book_key(l->book, l->merchant, export_want(l->arena, target, month)));
}

static struct span by(const struct ledger *l, const struct by_whom *whom)
{
	return span_of(arena_printf(l->arena, "%.*s/%.*s", SPAN_ARG(whom->client), SPAN_ARG(whom->who)));
}

/* The version after the latest, also of those of this batch. */
static int32_t next_version(const struct ledger *l, enum export_target target)
{
	int32_t version = facts_of(l, target, NULL)->mapping.version + 1;
	while (book_find(l->book, BOOK_EXPORT_MAPPINGS, key_of(l, target, version)))
		version++;
	return version;
}

enum err export_define(struct ledger *l, const struct define_mapping *d, const struct export_mapping **out, struct why *why)
{
	TRY(check_accounts(&d->mapping, why));
	int32_t version = next_version(l, d->mapping.target);
	struct export_mapping *m = book_add(l->book, BOOK_EXPORT_MAPPINGS, key_of(l, d->mapping.target, version));
	*m = d->mapping;
	m->merchant = l->merchant;
	m->version = version;
	m->made_by = by(l, &d->by);
	m->made = l->now;
	ledger_audit(l, d->by.client, d->by.who, "define export mapping", span_of(export_target_word(m->target)), d->by.why);
	*out = m;
	return OK;
}

/* ---- exports ---- */

static enum err check_codes(const struct ledger *l, const struct export_facts *f, enum export_target target, struct why *why)
{
	struct export_mapping mapping = f->mapping;
	struct text missing;
	text_init(&missing, l->arena);
	mapping.target = target;
	for (size_t i = 0; i < f->account_count; i++)
		if (!export_code(&mapping, f->accounts[i]).size)
			text_printf(&missing, "%s%.*s", missing.size ? ", " : "", SPAN_ARG(f->accounts[i]));
	if (missing.size)
		return why_set(why, ERR_REFUSED, "accounts_unmapped", "no code for: %.*s", SPAN_ARG(text_done(&missing)));
	return OK;
}

static enum err check_order(const struct ledger *l, const struct make_export *c, const struct export_facts *f, struct why *why)
{
	if (!f->has_next)
		return why_set(why, ERR_REFUSED, "nothing_to_export", "every closed month has its export");
	if (c->has_month && c->month.day != f->next.day)
		return why_set(why, ERR_REFUSED, "export_order", "%s is the next to export", month_text(l->arena, f->next));
	if (c->target == EXPORT_DATEV && !f->mapping.consultant)
		return why_set(why, ERR_REFUSED, "mapping_missing", "DATEV takes a mapping with consultant and client");
	return OK;
}

/* Of two in one batch the second finds what the first made. */
static const struct export *made_before(const struct ledger *l, const struct make_export *c, const struct export_facts *f)
{
	const struct export *e = book_find(l->book, BOOK_EXPORTS, key_of(l, c->target, f->last + 1));
	if (e && (!c->has_month || c->month.day == e->month.day))
		return e;
	return c->has_month ? f->before : NULL;
}

enum err export_make(struct ledger *l, const struct make_export *c, const struct export **out, struct why *why)
{
	const struct export_facts *f = facts_of(l, c->target, c->has_month ? &c->month : NULL);
	*out = made_before(l, c, f);
	if (*out)
		return OK;
	TRY(check_order(l, c, f, why));
	TRY(check_codes(l, f, c->target, why));
	struct export *e = book_add(l->book, BOOK_EXPORTS, key_of(l, c->target, f->last + 1));
	*e = (struct export){ l->merchant, c->target, f->last + 1, f->next, f->mapping.version, f->entries, f->sums, by(l, &c->by),
		l->now };
	ledger_audit(l, c->by.client, c->by.who, "export journal",
		span_of(arena_printf(l->arena, "%s/%lld", export_target_word(c->target), (long long)e->number)), c->by.why);
	*out = e;
	return OK;
}
