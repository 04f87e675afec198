#include "csv_profile.h"

#include <ctype.h>
#include <string.h>

#include "reconciliation_profiles.h"
#include "written.h"

struct span csv_profiles_shipped(void)
{
	return span_of(reconciliation_profiles);
}

const char *const csv_kinds[] = { "payment", "refund", "dispute", "fee", "payout", "adjustment", "reserve", "conversion", "transfer",
	"other", NULL };

/* ---- keys ---- */

enum key_type { KEY_TEXT, KEY_COLUMN, KEY_LIST, KEY_CHOICE, KEY_CHAR, KEY_CHARSET };

struct key {
	const char *name;
	enum key_type type;
	size_t at; /* of the profile, or the index of the column or list */
	const char *choices, *help;
};

#define TEXT(name, help) { #name, KEY_TEXT, offsetof(struct csv_profile, name), NULL, help }
#define COLUMN(name, index, help) { name, KEY_COLUMN, index, NULL, help }
#define LIST(name, index, help) { name, KEY_LIST, index, NULL, help }
#define CHOICE(name, field, choices, help) { name, KEY_CHOICE, offsetof(struct csv_profile, field), choices, help }

// clang-format off
static const struct key keys[] = {
	TEXT(help, "what it reads, for people"),
	CHOICE("kind", settlement, "statement|settlement", "bookings of an account, or what a provider pays out"),
	TEXT(provider, "the account of a settlement that names none"),
	{ "delimiter", KEY_CHAR, offsetof(struct csv_profile, delimiter), NULL, "between cells: one character, tab or pipe" },
	{ "quote", KEY_CHAR, offsetof(struct csv_profile, quote), NULL, "around cells: one character, or none" },
	{ "decimal", KEY_CHAR, offsetof(struct csv_profile, decimal), NULL, "the decimal mark" },
	{ "encoding", KEY_CHARSET, offsetof(struct csv_profile, charset), NULL, CHARSET_WORDS "; UTF-16 tells itself" },
	CHOICE("order", order, "any|oldest first|newest first", "in which the rows stand; any: the balances tell"),
	CHOICE("sign", inverted, "as written|inverted", "inverted: what is above 0 left the account"),
	CHOICE("unit", minor_units, "major|minor", "minor: amounts are cents"),
	TEXT(date, "how dates are written: yyyy yy mm dd mon, * for what follows"),
	TEXT(currency, "of all rows, where no column says it"),
	LIST("header", CSV_HEADER, "the cells that the header row must have: they tell the file"),
	LIST("amount", CSV_AMOUNT, "columns that sum to the amount (a settlement's net); -NAME is subtracted"),
	LIST("gross", CSV_GROSS, "columns that sum to the gross amount of a settlement"),
	LIST("fee", CSV_FEE, "columns of fees, above 0 what was taken; -NAME where they are written below 0"),
	LIST("texts", CSV_TEXTS, "columns of free text"),
	LIST("references", CSV_REFERENCES, "columns of structured references"),
	COLUMN("booking", CSV_BOOKING, "booking date"),
	COLUMN("value", CSV_VALUE, "value date"),
	COLUMN("currency_column", CSV_CURRENCY, "currency of the row"),
	COLUMN("balance", CSV_BALANCE, "balance after the row: the gate"),
	COLUMN("indicator", CSV_INDICATOR, "says which way money went; the amount's own sign does not count"),
	LIST("debit", CSV_DEBIT, "words of the indicator for money that went"),
	LIST("credit", CSV_CREDIT, "words of the indicator for money that came"),
	COLUMN("state", CSV_STATE, "state of the row"),
	LIST("booked", CSV_BOOKED, "states that count"),
	LIST("pending", CSV_PENDING, "states that inform"),
	LIST("ignored", CSV_IGNORED, "states that mean nothing happened"),
	LIST("end", CSV_END, "first cells behind which no rows follow"),
	LIST("account_label", CSV_ACCOUNT_LABEL, "first cells of rows above the header whose second cell is the account"),
	LIST("kinds", CSV_KINDS, "words of the code column and what they are: WORD:payment"),
	COLUMN("account", CSV_ACCOUNT, "the account"),
	COLUMN("name", CSV_NAME, "name of the other side"),
	COLUMN("payer", CSV_PAYER, "name of the other side where money came"),
	COLUMN("payee", CSV_PAYEE, "name of the other side where money went"),
	COLUMN("iban", CSV_IBAN, "account of the other side"),
	COLUMN("party_account", CSV_PARTY_ACCOUNT, "another account number of the other side"),
	COLUMN("bank", CSV_BANK, "bank of the other side"),
	COLUMN("customer", CSV_CUSTOMER, "who the other side is to the bank or provider"),
	COLUMN("end_to_end", CSV_END_TO_END, "end-to-end reference; a settlement's reference of ours"),
	COLUMN("mandate", CSV_MANDATE, "mandate"),
	COLUMN("bank_ref", CSV_BANK_REF, "reference of the bank"),
	COLUMN("transaction", CSV_TRANSACTION, "reference of the transaction; a settlement's payment"),
	COLUMN("id", CSV_ID, "the file's own number of the row"),
	COLUMN("batch", CSV_BATCH, "collection, or payout"),
	COLUMN("code", CSV_CODE, "kind of the row"),
	COLUMN("return_reason", CSV_RETURN, "why it came back"),
	COLUMN("original_ref", CSV_ORIGINAL_REF, "of the payment that came back"),
	COLUMN("original", CSV_ORIGINAL, "amount in its original currency"),
	COLUMN("original_currency", CSV_ORIGINAL_CURRENCY, "the original currency; of a settlement's gross"),
	COLUMN("rate", CSV_RATE, "rate of exchange"),
};
// clang-format on

enum { KEYS = sizeof(keys) / sizeof(keys[0]) };

const char *csv_profile_key(size_t i, const char **help)
{
	*help = i < KEYS ? keys[i].help : NULL;
	return i < KEYS ? keys[i].name : NULL;
}

/* ---- values ---- */

static bool take_list(struct csv_words *list, struct span text)
{
	struct span word;
	list->count = 0;
	for (bool more = true; more;) {
		more = span_cut(text, '|', &word, &text);
		word = span_trim(word);
		if (!word.size || list->count == CSV_WORDS)
			return false;
		list->words[list->count++] = word;
	}
	return true;
}

static bool take_char(char *to, struct span text)
{
	if (span_is(text, "tab"))
		*to = '\t';
	else if (span_is(text, "pipe"))
		*to = '|';
	else if (span_is(text, "none"))
		*to = 0;
	else if (text.size == 1)
		*to = text.at[0];
	else
		return false;
	return true;
}

static int choice_of(const char *choices, struct span text)
{
	struct span rest = span_of(choices), word;
	bool more = true;
	for (int i = 0; more; i++) {
		more = span_cut(rest, '|', &word, &rest);
		if (span_equal(word, text))
			return i;
	}
	return -1;
}

static bool take_choice(struct csv_profile *p, const struct key *key, struct span text)
{
	int chosen = choice_of(key->choices, text);
	void *at = (char *)p + key->at;
	if (chosen < 0)
		return false;
	if (key->at == offsetof(struct csv_profile, order))
		*(enum csv_order *)at = (enum csv_order)chosen;
	else
		*(bool *)at = chosen == 1;
	return true;
}

static bool take_value(struct csv_profile *p, const struct key *key, struct span text)
{
	void *at = (char *)p + key->at;
	switch (key->type) {
	case KEY_TEXT: *(struct span *)at = text; return text.size > 0;
	case KEY_COLUMN: p->columns[key->at] = text; return text.size > 0;
	case KEY_LIST: return take_list(&p->lists[key->at], text);
	case KEY_CHOICE: return take_choice(p, key, text);
	case KEY_CHAR: return take_char(at, text);
	case KEY_CHARSET: *(enum charset *)at = charset_find(text); return *(enum charset *)at != CHARSETS;
	}
	return false;
}

static enum err take_key(struct csv_profile *p, struct span text, int line, struct why *why)
{
	struct span name, value;
	bool cut = span_cut(text, '=', &name, &value);
	name = span_trim(name);
	for (size_t i = 0; cut && i < KEYS; i++)
		if (span_is(name, keys[i].name))
			return take_value(p, &keys[i], span_trim(value))
				       ? OK
				       : why_set(why, ERR_INVALID, "profile_value", "line %d: %s can't be that", line, keys[i].name);
	return why_set(why, ERR_INVALID, "profile_key", "line %d: not KEY = VALUE of a key that there is", line);
}

/* ---- profiles ---- */

static bool is_kind(struct span pair)
{
	struct span word, kind;
	if (!span_cut(pair, ':', &word, &kind))
		return false;
	for (const char *const *k = csv_kinds; *k; k++)
		if (span_is(span_trim(kind), *k))
			return true;
	return false;
}

/* What every profile must say, as one sentence; NULL when it does. */
static const char *missing(const struct csv_profile *p)
{
	const struct csv_words *kinds = &p->lists[CSV_KINDS];
	struct currency currency;
	for (int i = 0; i < kinds->count; i++)
		if (!is_kind(kinds->words[i]))
			return "kinds are pairs WORD:KIND of kinds that there are";
	if (p->lists[CSV_HEADER].count < 2)
		return "a header has two cells at least";
	if (!p->columns[CSV_BOOKING].size || !p->date.size)
		return "booking and date are needed";
	if (!p->lists[CSV_AMOUNT].count && !(p->settlement && p->lists[CSV_GROSS].count))
		return "amount is needed";
	if (p->lists[CSV_FEE].count > READING_CHARGES)
		return "a line holds eight fees";
	if (p->columns[CSV_INDICATOR].size && (!p->lists[CSV_DEBIT].count || !p->lists[CSV_CREDIT].count))
		return "an indicator needs words for debit and credit";
	if (p->decimal != '.' && p->decimal != ',')
		return "the decimal mark is . or ,";
	if (!p->delimiter || p->delimiter == p->quote || p->delimiter == '\n' || p->delimiter == '\r')
		return "the delimiter is none";
	if (p->currency.size && currency_parse(p->currency, &currency) != OK)
		return "currency is none of ISO 4217";
	return NULL;
}

static bool is_title(struct span line)
{
	return line.size > 2 && line.at[0] == '[' && line.at[line.size - 1] == ']';
}

static bool is_content(struct span line)
{
	return line.size && line.at[0] != '#';
}

static enum err begin(struct csv_profile *p, struct span line, int number, struct why *why)
{
	*p = (struct csv_profile){ .delimiter = ',', .quote = '"', .decimal = '.' };
	if (!is_title(line))
		return why_set(why, ERR_INVALID, "profile_title", "line %d: a profile begins with [name]", number);
	p->name = span_bytes(line.at + 1, line.size - 2);
	for (size_t i = 0; i < p->name.size; i++)
		if (!isalnum((unsigned char)p->name.at[i]) && p->name.at[i] != '_')
			return why_set(why, ERR_INVALID, "profile_title", "line %d: a name is of letters, digits and _", number);
	return OK;
}

static enum err finish(const struct csv_profile *p, struct why *why)
{
	const char *text = missing(p);
	return text ? why_set(why, ERR_INVALID, "profile_incomplete", "[%.*s]: %s", (int)(p->name.size < 40 ? p->name.size : 40),
			      p->name.at, text)
		    : OK;
}

bool csv_profile_next(struct span *rest, int *number, struct csv_profile *p, enum err *err, struct why *why)
{
	struct span line, after;
	bool has = false;
	*err = OK;
	while (rest->size) {
		(void)span_cut(*rest, '\n', &line, &after);
		line = span_trim(line);
		if (has && is_title(line))
			break;
		*rest = after;
		++*number;
		if (!is_content(line) && span_is_text(line))
			continue;
		if (!span_is_text(line))
			*err = why_set(why, ERR_INVALID, "profile_text", "line %d: not a text in UTF-8", *number);
		else
			*err = has ? take_key(p, line, *number, why) : begin(p, line, *number, why);
		has = true;
		if (*err != OK)
			return false;
	}
	if (has)
		*err = finish(p, why);
	return has && *err == OK;
}

/* ---- dates ---- */

static bool take_digits(struct span *text, size_t least, size_t most, int *out)
{
	int64_t n = 0;
	size_t size = 0;
	while (size < text->size && size < most && isdigit((unsigned char)text->at[size]))
		n = n * 10 + (text->at[size++] - '0');
	*text = span_from(*text, size);
	*out = (int)n;
	return size >= least;
}

/* The first three letters tell the month, in English or German; the rest of the word is passed over. */
static bool take_month(struct span *text, int *out)
{
	static const char *const months[12] = { "jan", "feb", "mar maer mrz m\xc3\xa4r", "apr", "may mai", "jun", "jul", "aug", "sep",
		"oct okt", "nov", "dec dez" };
	char word[4] = "";
	size_t size = 0;
	for (; size < text->size && (isalpha((unsigned char)text->at[size]) || (unsigned char)text->at[size] >= 0x80); size++)
		if (size < 3)
			word[size] = (char)tolower((unsigned char)text->at[size]);
	*text = span_from(*text, size + (size < text->size && text->at[size] == '.' && size <= 4));
	for (*out = 1; size >= 3 && *out <= 12; ++*out)
		if (strstr(months[*out - 1], word))
			return true;
	return false;
}

static bool take_part(struct span *format, struct span *text, struct ymd *d)
{
	static const struct {
		const char *token;
		size_t least, most;
		size_t at;
	} parts[] = { { "yyyy", 4, 4, offsetof(struct ymd, year) }, { "yy", 2, 2, offsetof(struct ymd, year) },
		{ "mm", 1, 2, offsetof(struct ymd, month) }, { "dd", 1, 2, offsetof(struct ymd, day) } };
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (!span_starts(*format, parts[i].token))
			continue;
		int *to = (int *)(void *)((char *)d + parts[i].at);
		*format = span_from(*format, strlen(parts[i].token));
		if (!take_digits(text, parts[i].least, parts[i].most, to))
			return false;
		if (parts[i].most == 2 && parts[i].least == 2)
			*to += *to >= 80 ? 1900 : 2000;
		return true;
	}
	if (span_starts(*format, "mon")) {
		*format = span_from(*format, 3);
		return take_month(text, &d->month);
	}
	bool same = text->size && text->at[0] == format->at[0];
	*format = span_from(*format, 1);
	*text = span_from(*text, 1);
	return same;
}

bool csv_date(struct span format, struct span text, struct date *out)
{
	struct ymd d = { 0 };
	while (format.size && format.at[0] != '*')
		if (!take_part(&format, &text, &d))
			return false;
	return (format.size || !text.size) && date_ymd(d.year, d.month, d.day, out) == OK;
}
