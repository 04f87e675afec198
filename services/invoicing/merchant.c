#include "merchant.h"

#include <stdio.h>

#include "field.h"

static enum err account_check(const struct account *a, size_t i, struct why *why)
{
	struct currency currency;
	char name[64];

	snprintf(name, sizeof name, "transfer_accounts[%zu].iban", i);
	TRY(iban_check(a->iban, name, why));
	snprintf(name, sizeof name, "transfer_accounts[%zu].bic", i);
	if (a->bic.size > 0)
		TRY(bic_check(a->bic, name, why));
	if (a->currency.size > 0 && currency_parse(a->currency, &currency) != OK)
		return why_field(
			why, ERR_INVALID, "currency_unknown", "transfer_accounts", "transfer_accounts[%zu].currency is not in ISO 4217", i);
	return OK;
}

static enum err prefixes_check(const struct merchant *m, struct why *why)
{
	char other[SERIES_NAME + 1] = "", one[SERIES_NAME + 1] = "";
	size_t n[DOCUMENTS] = { 0 };

	TRY(prefix_check(m->prefixes[DOCUMENT_INVOICE], "invoice_prefix", why));
	TRY(prefix_check(m->prefixes[DOCUMENT_CREDIT_NOTE], "credit_note_prefix", why));
	for (enum document d = 0; d < DOCUMENTS; d++) {
		for (size_t i = 0; i < m->prefixes[d].size; i++) {
			if (m->prefixes[d].at[i] != '-')
				(d == DOCUMENT_INVOICE ? one : other)[n[d]++] = m->prefixes[d].at[i];
		}
	}
	if (span_equal(span_of(one), span_of(other)))
		return why_field(why, ERR_INVALID, "prefix_taken", "credit_note_prefix",
			"credit_note_prefix has the same letters and digits as invoice_prefix: their numbers would be alike");
	return OK;
}

enum err define_merchant_check(struct define_merchant *d, struct why *why)
{
	struct merchant *m = &d->merchant;

	if (m->terms.kind == TERMS_NONE)
		m->terms = terms_default;
	if (m->language.size == 0)
		m->language = SPAN("en");
	TRY(field_merchant(m->id, why));
	if (d->business_time.us != 0)
		TRY(field_instant(d->business_time, "business_time", why));
	TRY(field_text(m->party.name, "name", 1, 200, why));
	TRY(address_check(&m->party.address, "address", why));
	TRY(field_text(m->party.tax_id, "tax_id", 0, 64, why));
	TRY(language_check(m->language, "language", why));
	TRY(prefixes_check(m, why));
	if (m->account_count > PARTY_ACCOUNTS)
		return why_field(
			why, ERR_INVALID, "field_invalid", "transfer_accounts", "transfer_accounts has more than %d items", PARTY_ACCOUNTS);
	for (size_t i = 0; i < m->account_count; i++)
		TRY(account_check(&m->accounts[i], i, why));
	TRY(terms_check(&m->terms, "terms", why));
	return m->email.size > 0 ? email_check(m->email, "email", why) : OK;
}

static bool accounts_equal(const struct merchant *a, const struct merchant *b)
{
	if (a->account_count != b->account_count)
		return false;
	for (size_t i = 0; i < a->account_count; i++) {
		if (!span_equal(a->accounts[i].iban, b->accounts[i].iban) || !span_equal(a->accounts[i].bic, b->accounts[i].bic) ||
			!span_equal(a->accounts[i].currency, b->accounts[i].currency))
			return false;
	}
	return true;
}

bool merchant_equal(const struct merchant *a, const struct merchant *b)
{
	return span_equal(a->party.name, b->party.name) && address_equal(&a->party.address, &b->party.address) &&
	       span_equal(a->party.tax_id, b->party.tax_id) && span_equal(a->zone_name, b->zone_name) &&
	       currency_equal(a->currency, b->currency) && span_equal(a->language, b->language) &&
	       span_equal(a->prefixes[DOCUMENT_INVOICE], b->prefixes[DOCUMENT_INVOICE]) &&
	       span_equal(a->prefixes[DOCUMENT_CREDIT_NOTE], b->prefixes[DOCUMENT_CREDIT_NOTE]) && accounts_equal(a, b) &&
	       terms_equal(a->terms, b->terms) && span_equal(a->email, b->email);
}

const struct account *merchant_account(const struct merchant *m, struct currency currency)
{
	for (size_t i = 0; i < m->account_count; i++) {
		if (m->accounts[i].currency.size == 0 || span_is(m->accounts[i].currency, currency.code))
			return &m->accounts[i];
	}
	return NULL;
}

static void add_word(struct text *t, struct span word, char end)
{
	text_span(t, word.size > 0 ? word : SPAN("-"));
	text_char(t, end);
}

struct span accounts_print(struct arena *arena, const struct account *accounts, size_t n)
{
	struct text t;

	text_init(&t, arena);
	for (size_t i = 0; i < n; i++) {
		add_word(&t, accounts[i].iban, ' ');
		add_word(&t, accounts[i].bic, ' ');
		add_word(&t, accounts[i].currency, '\n');
	}
	return text_done(&t);
}

static struct span word(struct span s)
{
	return span_is(s, "-") ? (struct span){ 0 } : s;
}

const struct account *accounts_read(struct arena *arena, struct span text, size_t *n)
{
	struct account *accounts = ARENA_ARRAY(arena, struct account, PARTY_ACCOUNTS);
	struct span line, rest;

	for (*n = 0; field_next(&text, &line); (*n)++) {
		if (*n == PARTY_ACCOUNTS || !span_cut(line, ' ', &accounts[*n].iban, &rest) ||
			!span_cut(rest, ' ', &accounts[*n].bic, &accounts[*n].currency))
			bug("a merchant's accounts are not as they were written");
		accounts[*n].bic = word(accounts[*n].bic);
		accounts[*n].currency = word(accounts[*n].currency);
	}
	return accounts;
}
