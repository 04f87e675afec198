#include "account.h"

#include <ctype.h>
#include <string.h>

#include "ledger.h"
#include "match/trust.h"
#include "readers/reading.h"

struct span account_identifier(struct arena *arena, struct span text)
{
	char *out = arena_raw(arena, text.size + 1);
	size_t n = 0;
	for (size_t i = 0; i < text.size; i++)
		if (!isspace((unsigned char)text.at[i]))
			out[n++] = (char)toupper((unsigned char)text.at[i]);
	return span_bytes(out, n);
}

bool iban_is_valid(struct span text)
{
	unsigned remainder = 0;
	if (text.size < 15 || text.size > 34)
		return false;
	for (size_t i = 0; i < text.size; i++) {
		/* The country and the check digits count last. */
		char c = text.at[(i + 4) % text.size];
		if (isdigit((unsigned char)c))
			remainder = (remainder * 10 + (unsigned)(c - '0')) % 97;
		else if (c >= 'A' && c <= 'Z')
			remainder = (remainder * 100 + (unsigned)(c - 'A') + 10) % 97;
		else
			return false;
	}
	return remainder == 1 && isalpha((unsigned char)text.at[0]) && isalpha((unsigned char)text.at[1]) &&
	       isdigit((unsigned char)text.at[2]) && isdigit((unsigned char)text.at[3]);
}

struct span account_stream(struct arena *arena, struct uuid id)
{
	return span_of(arena_printf(arena, "@account:%s", uuid_text(arena, id)));
}

bool account_takes_payouts_of(const struct account *account, struct span provider)
{
	struct span rest = account->providers, one;
	while (rest.size) {
		span_cut(rest, '\n', &one, &rest);
		if (span_equal(one, provider))
			return true;
	}
	return false;
}

struct trust account_trust(const struct account *account)
{
	struct trust trust;
	struct why why;
	if (trust_read(account->trust_waits, &trust, &why) != OK)
		bug("account %.*s: %s", SPAN_ARG(account->identifier), why.text);
	trust.person_above = account->person_above;
	return trust;
}

static const struct account *find_identifier(const struct ledger *l, struct span identifier)
{
	const struct account *a;
	for (size_t i = 0; (a = book_next(l->book, BOOK_ACCOUNTS, &i));)
		if (span_equal(a->identifier, identifier) && span_equal(a->merchant, l->merchant))
			return a;
	return NULL;
}

/* What is not said stays: nobody loosens what is trusted by leaving it out. */
static void set_trust(struct account *a, const struct define_account *d)
{
	if (d->has_trust)
		a->trust_waits = d->trust_waits;
	if (d->has_person_above)
		a->person_above = d->person_above.minor;
	if (d->has_charset || !a->files.charset.size)
		a->files.charset = d->has_charset ? d->files.charset : span_of(charset_word(CHARSET_AUTO));
	if (d->has_format)
		a->files.format = d->files.format;
	if (d->has_profile)
		a->files.profile = d->files.profile;
}

static struct span join_providers(const struct ledger *l, const struct define_account *d)
{
	struct text providers;
	text_init(&providers, l->arena);
	for (size_t i = 0; i < d->provider_count; i++) {
		text_add(&providers, i ? "\n" : "");
		text_span(&providers, d->providers[i]);
	}
	return text_done(&providers);
}

static enum err check(const struct ledger *l, const struct define_account *d, const struct account *old, struct why *why)
{
	if (old && old->chain.started && !currency_equal(old->currency, d->currency))
		return why_field(why, ERR_CONFLICT, "currency_fixed", "currency", "the account has statements in %s", old->currency.code);
	if (!book_knows_zone(l->book, d->zone))
		return why_field(why, ERR_REFUSED, "zone_unknown", "zone", "there is no time zone %.*s", SPAN_ARG(d->zone));
	if (d->has_person_above && !currency_equal(d->person_above.currency, d->currency))
		return why_field(why, ERR_REFUSED, "currency_differs", "person_above", "the account is in %s", d->currency.code);
	return OK;
}

enum err account_define(struct ledger *l, const struct define_account *d, const struct account **out, struct why *why)
{
	const struct account *old = find_identifier(l, d->identifier);
	struct uuid id = old ? old->id : say_id(l->say);
	TRY(check(l, d, old, why));
	struct span key = book_key_uuid(l->book, l->merchant, id);
	struct account *a = old ? book_edit(l->book, BOOK_ACCOUNTS, key) : book_add(l->book, BOOK_ACCOUNTS, key);
	a->merchant = l->merchant;
	a->id = id;
	a->identifier = d->identifier;
	a->name = d->name;
	a->zone = d->zone;
	a->currency = d->currency;
	a->collecting = d->collecting;
	a->closed = d->closed;
	a->providers = join_providers(l, d);
	set_trust(a, d);
	a->revision++;
	*out = a;
	return OK;
}
