#include "match/reference.h"

#include <ctype.h>
#include <string.h>

#include "account.h"
#include "match/reference_scheme.h"

/* Searching what a line says for tokens. */

enum { IBAN_WORDS = 9, QRR_DIGITS = 27, SHORT_DIGITS = 5 };

struct word {
	size_t from, to;
	bool taken;   /* part of an IBAN, an amount, a reference whose check digits hold */
	bool doubted; /* part of a reference whose check digits fail */
	bool joined;  /* the bank may have cut it in two */
};

struct search {
	struct arena *arena;
	struct tokens *found;
	struct span text;
	struct word *words;
	size_t count;
};

/* ---- tokens ---- */

static void add(struct search *s, struct span token, unsigned how)
{
	struct tokens *found = s->found;
	for (size_t i = 0; i < found->count; i++)
		if (span_equal(found->at[i], token)) {
			found->how[i] = ((found->how[i] | how) & HOW_STRUCTURED) | (found->how[i] & how & ~(unsigned)HOW_STRUCTURED);
			return;
		}
	if (found->count == REFERENCE_TOKENS)
		return;
	found->at[found->count] = token;
	found->how[found->count++] = how;
}

static int two(struct span digits, size_t at)
{
	return (digits.at[at] - '0') * 10 + digits.at[at + 1] - '0';
}

static bool is_day(int day, int month)
{
	return day >= 1 && day <= 31 && month >= 1 && month <= 12;
}

/* 31122026, 20261231, 311226, 261231: with one of this century's years. */
static bool is_like_a_date(struct span token)
{
	if (token.size == 6)
		return is_day(two(token, 0), two(token, 2)) || is_day(two(token, 4), two(token, 2));
	if (token.size != 8)
		return false;
	return (two(token, 4) == 20 && is_day(two(token, 0), two(token, 2))) ||
	       (two(token, 0) == 20 && is_day(two(token, 6), two(token, 4)));
}

static bool is_digits(struct span text)
{
	for (size_t i = 0; i < text.size; i++)
		if (!isdigit((unsigned char)text.at[i]))
			return false;
	return text.size > 0;
}

static unsigned how_short(struct span token)
{
	return is_digits(token) && (token.size <= SHORT_DIGITS || is_like_a_date(token)) ? HOW_SHORT : 0;
}

static void try(struct search *s, struct span text, unsigned how)
{
	struct span token;
	if (reference_normalise(s->arena, text, &token))
		add(s, token, how & HOW_STRUCTURED ? how : how | how_short(token));
}

/* ---- what stands where a structured reference stands ---- */

static void add_normal(struct search *s, const char *normal)
{
	add(s, span_of(arena_strdup(s->arena, normal)), HOW_STRUCTURED);
}

static void search_structured(struct search *s, struct span text)
{
	char normal[SCHEME_TEXT + 1];
	bool holds = false;
	for (int scheme = 0; scheme < SCHEMES; scheme++)
		if (scheme_read((enum scheme)scheme, text, normal)) {
			holds = true;
			add_normal(s, normal);
		}
	if (scheme_rf_of_viite(text, normal) || scheme_viite_of_rf(text, normal))
		add_normal(s, normal);
	try(s, text, holds ? HOW_STRUCTURED : 0);
}

/* ---- words and runs of words ---- */

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || (unsigned char)c > 127;
}

static void split(struct search *s, struct span text)
{
	s->text = text;
	s->words = ARENA_ARRAY(s->arena, struct word, text.size / 2 + 2);
	s->count = 0;
	for (size_t at = 0; at < text.size;) {
		size_t from = at;
		while (at < text.size && is_word(text.at[at]))
			at++;
		if (at > from)
			s->words[s->count++] = (struct word){ .from = from, .to = at };
		else
			at++;
	}
}

static struct span run_of(const struct search *s, size_t first, size_t last)
{
	return span_bytes(s->text.at + s->words[first].from, s->words[last].to - s->words[first].from);
}

static struct span word_of(const struct search *s, size_t i)
{
	return run_of(s, i, i);
}

static void take(struct search *s, size_t first, size_t last)
{
	for (size_t i = first; i <= last; i++)
		s->words[i].taken = true;
}

/* The runs that begin with a word, up to so many words and characters. */
static size_t last_of_runs(const struct search *s, size_t first, size_t words, size_t characters)
{
	size_t last = first;
	while (last + 1 < s->count && last + 1 - first < words && s->words[last + 1].to - s->words[first].from <= characters)
		last++;
	return last;
}

static bool begins(struct span word, const char *letters)
{
	size_t n = strlen(letters);
	return word.size >= n + 2 && !strncasecmp(word.at, letters, n) && isdigit((unsigned char)word.at[n]) &&
	       isdigit((unsigned char)word.at[n + 1]);
}

/* The words after "RFkk" that a reference may have: 21 characters. */
static void doubt(struct search *s, size_t first)
{
	size_t characters = s->words[first].to - s->words[first].from;
	for (size_t i = first + 1; i < s->count; i++) {
		characters += s->words[i].to - s->words[i].from;
		if (characters > 4 + 21)
			break;
		s->words[i].doubted = true;
	}
	try(s, span_from(word_of(s, first), 4), HOW_BROKEN);
}

static void search_rf(struct search *s, size_t first)
{
	struct span token;
	bool found = false;
	if (!begins(word_of(s, first), "RF"))
		return;
	for (size_t last = first; last <= last_of_runs(s, first, REFERENCE_WORDS, 2 * REFERENCE_MOST); last++)
		if (reference_normalise_rf(s->arena, run_of(s, first, last), &token)) {
			search_structured(s, token);
			take(s, first, last);
			found = true;
		}
	if (!found)
		doubt(s, first);
}

static void search_iban(struct search *s, size_t first)
{
	struct span word = word_of(s, first);
	/* The check digits of ISO 11649 are made in the same way. */
	if (word.size < 4 || begins(word, "RF") || !isalpha((unsigned char)word.at[0]) || !isalpha((unsigned char)word.at[1]) ||
		!isdigit((unsigned char)word.at[2]))
		return;
	for (size_t last = first; last <= last_of_runs(s, first, IBAN_WORDS, 50); last++)
		if (iban_is_valid(account_identifier(s->arena, run_of(s, first, last))))
			take(s, first, last);
}

/* With blanks alone between, as it is printed. */
static void search_qrr(struct search *s, size_t first)
{
	char normal[SCHEME_TEXT + 1];
	if (!is_digits(word_of(s, first)))
		return;
	for (size_t last = first; last <= last_of_runs(s, first, REFERENCE_WORDS, 2 * REFERENCE_MOST); last++)
		if (scheme_read(SCHEME_QRR, run_of(s, first, last), normal)) {
			add_normal(s, normal);
			take(s, first, last);
		}
}

/* +++ddd/dddd/ddddd+++ */
static void search_ogm(struct search *s, size_t first)
{
	char normal[SCHEME_TEXT + 1];
	if (first + 2 >= s->count || s->words[first].from < 3 || s->words[first + 2].to + 3 > s->text.size)
		return;
	struct span run = run_of(s, first, first + 2), dressed = span_bytes(run.at - 3, run.size + 6);
	if (!scheme_shows_itself(dressed) || !scheme_read(SCHEME_OGM, dressed, normal))
		return;
	add_normal(s, normal);
	take(s, first, first + 2);
}

static char after(const struct search *s, size_t i)
{
	return s->words[i].to < s->text.size ? s->text.at[s->words[i].to] : '\0';
}

static bool follows(const struct search *s, size_t i)
{
	return i + 1 < s->count && s->words[i].to + 1 == s->words[i + 1].from;
}

/* 1.234,56 or 1234,56 or 1,234.56: no number of a document has groups of three and two decimals. */
static void search_amount(struct search *s, size_t first)
{
	size_t last = first;
	if (!is_digits(word_of(s, first)))
		return;
	while (follows(s, last) && strchr(".,'", after(s, last)) && is_digits(word_of(s, last + 1)) && word_of(s, last + 1).size == 3)
		last++;
	bool grouped = last > first && word_of(s, first).size <= 3;
	if (!follows(s, last) || !(after(s, last) == ',' || (grouped && after(s, last) == '.')) || word_of(s, last + 1).size != 2 ||
		!is_digits(word_of(s, last + 1)))
		return;
	last++;
	if (!follows(s, last) || !is_digits(word_of(s, last + 1)))
		take(s, first, last);
}

/* ---- mending ---- */

/* Words that people write before a number, with nothing between. */
static const char *const prefixes[] = { "RECHNUNGSNUMMER", "RECHNUNGSNR", "RECHNUNG", "RECHNR", "RECH", "RNR", "RGNR", "RENR", "RG", "RE",
	"BELEGNR", "BELEG", "INVOICENO", "INVOICE", "INVNO", "INV", "NO", "NR", "FACTURE", "FACTURA", "FACTUUR", "FACTNO", "FACT", "FAC",
	"FATTURA", "FATT", "FT", "FV", "FAKTURA", "FAKTURANR", "FAKT", "LASKU", "LASKUNRO", "REF", "KDNR", "KUNDENNR", "KUNDENNUMMER", "KD",
	"CUSTOMER", "CUST", "CLIENT", "GUTSCHRIFT", "GS", "CN" };

static void mend_prefix(struct search *s, struct span first, struct span run, unsigned how)
{
	if (!isalpha((unsigned char)first.at[0]))
		return;
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		if (prefixes[i][0] != toupper((unsigned char)first.at[0]))
			continue;
		size_t n = strlen(prefixes[i]);
		if (first.size > n && !strncasecmp(first.at, prefixes[i], n))
			try(s, span_from(run, n), how | HOW_MENDED);
	}
}

static bool is_like_digit(char c)
{
	return isdigit((unsigned char)c) || c == 'O' || c == 'I';
}

/* A letter that is like a digit, in a row of such with a digit among them, is that digit; a zero between letters is an O. */
static bool mend_letters(char *at, size_t n)
{
	bool mended = false;
	for (size_t i = 0; i < n;) {
		size_t end = i, digits = 0;
		for (; end < n && is_like_digit(at[end]); end++)
			digits += isdigit((unsigned char)at[end]) != 0;
		bool between = i && end < n && end > i && end - i == 1 && at[i] == '0';
		for (size_t j = i; digits && j < end; j++)
			if (!isdigit((unsigned char)at[j]) || between) {
				at[j] = between ? 'O' : at[j] == 'O' ? '0' : '1';
				mended = true;
			}
		i = end > i ? end : i + 1;
	}
	return mended;
}

/* Most runs are words of a language. */
static bool may_be_number(struct span run)
{
	size_t like = 0;
	for (size_t i = 0; i < run.size && like < REFERENCE_DIGITS; i++)
		like += is_like_digit((char)toupper((unsigned char)run.at[i]));
	return like == REFERENCE_DIGITS;
}

static void mend_run(struct search *s, size_t first, size_t last, unsigned how)
{
	struct span run = run_of(s, first, last);
	char out[2 * REFERENCE_MOST];
	size_t n = 0;
	if (!may_be_number(run))
		return;
	mend_prefix(s, word_of(s, first), run, how);
	for (size_t i = 0; i < run.size && n < sizeof(out); i++)
		if (isalnum((unsigned char)run.at[i]))
			out[n++] = (char)toupper((unsigned char)run.at[i]);
	if (mend_letters(out, n))
		try(s, span_bytes(out, n), how | HOW_MENDED);
}

static bool joins(struct span between)
{
	static const char *const signs[] = { "/", "+", "&", ",", "UND", "U", "AND", "ET", "E", "Y", "EN", "OG", "OCH", "JA" };
	between = span_trim(between);
	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
		if (between.size == strlen(signs[i]) && !strncasecmp(between.at, signs[i], between.size))
			return true;
	return false;
}

/* The number after a joining sign that is only the end of one: the word's place, or 0. */
static size_t short_second(const struct search *s, size_t last, size_t digits)
{
	for (size_t next = last + 1; next < s->count && next <= last + 2; next++) {
		struct span between = span_bytes(s->text.at + s->words[last].to, s->words[next].from - s->words[last].to),
			    word = word_of(s, next);
		if (is_digits(word) && joins(between) && word.size < digits)
			return next;
	}
	return 0;
}

static size_t count_last_digits(struct span word)
{
	size_t n = 0;
	while (n < word.size && isdigit((unsigned char)word.at[word.size - 1 - n]))
		n++;
	return n;
}

static void try_run(struct search *s, size_t first, size_t last, unsigned how)
{
	bool followed = short_second(s, last, count_last_digits(word_of(s, last)));
	try(s, run_of(s, first, last), how | (followed ? HOW_FOLLOWED : 0u));
}

/* "2026-0042/43": the second one begins as the first. */
static void complete_seconds(struct search *s, size_t first, size_t last, unsigned how)
{
	struct span run = run_of(s, first, last);
	size_t digits = count_last_digits(word_of(s, last));
	char *number;
	if (!short_second(s, last, digits))
		return;
	number = span_cstr(s->arena, run);
	for (size_t next = last; (next = short_second(s, next, digits)) && !s->words[next].taken;) {
		struct span word = word_of(s, next);
		memcpy(number + run.size - word.size, word.at, word.size);
		try(s, span_of(arena_strdup(s->arena, number)), how | HOW_MENDED);
	}
}

/* ---- searching ---- */

static bool is_open_run(const struct search *s, size_t first, size_t last, unsigned *how)
{
	*how = 0;
	for (size_t i = first; i <= last; i++) {
		if (s->words[i].taken)
			return false;
		*how |= (s->words[i].doubted ? HOW_BROKEN : 0u) | (s->words[i].joined ? HOW_MENDED : 0u);
	}
	return true;
}

typedef void run_fn(struct search *, size_t first, size_t last, unsigned how);

/* Each run of up to REFERENCE_WORDS words; the shortest before the longer ones. */
static void each_run(struct search *s, bool joined_only, run_fn *of_run)
{
	for (size_t last = 0; last < s->count; last++)
		for (size_t n = 0; n < REFERENCE_WORDS && n <= last; n++) {
			unsigned how;
			size_t first = last - n;
			if (s->words[last].to - s->words[first].from > 2 * REFERENCE_MOST || !is_open_run(s, first, last, &how))
				break;
			if (!joined_only || (how & HOW_MENDED))
				of_run(s, first, last, how);
		}
}

/* What is no number of a document, however like one it is. */
static void take_others(struct search *s)
{
	for (size_t i = 0; i < s->count; i++) {
		search_iban(s, i);
		search_qrr(s, i);
		search_ogm(s, i);
		search_amount(s, i);
		if (!s->words[i].taken)
			search_rf(s, i);
	}
}

static void search_words(struct search *s, bool joined_only)
{
	take_others(s);
	/* What is as printed goes first: there is an end of room. */
	each_run(s, joined_only, try_run);
	each_run(s, joined_only, mend_run);
	each_run(s, joined_only, complete_seconds);
}

static struct span join(struct arena *arena, const struct span *texts, size_t n, const char *between)
{
	struct text t;
	text_init(&t, arena);
	for (size_t i = 0; i < n; i++) {
		if (i)
			text_add(&t, between);
		text_span(&t, texts[i]);
	}
	return text_done(&t);
}

/* Words that run from one piece into the next. */
static void mark_joined(struct search *s, const struct span *texts, size_t n)
{
	size_t at = 0, word = 0;
	for (size_t i = 0; i + 1 < n; i++) {
		at += texts[i].size;
		while (word < s->count && s->words[word].to <= at)
			word++;
		if (word < s->count && s->words[word].from < at)
			s->words[word].joined = true;
	}
}

static struct search open_search(struct arena *arena, struct tokens *found)
{
	found->at = ARENA_ARRAY(arena, struct span, REFERENCE_TOKENS);
	found->how = ARENA_ARRAY(arena, unsigned, REFERENCE_TOKENS);
	found->count = 0;
	return (struct search){ .arena = arena, .found = found };
}

void reference_find(struct arena *arena, const struct span *structured, size_t structured_count, const struct span *texts,
	size_t text_count, struct tokens *found)
{
	struct search s = open_search(arena, found);
	for (size_t i = 0; i < structured_count; i++)
		search_structured(&s, structured[i]);
	split(&s, join(arena, texts, text_count, " "));
	search_words(&s, false);
	if (text_count < 2)
		return;
	split(&s, join(arena, texts, text_count, ""));
	mark_joined(&s, texts, text_count);
	search_words(&s, true);
}

/* ---- numbers that were cut off ---- */

/* The fewest runs that are looked at, and the fewest of the number that must be left. */
enum { CUT_RUNS = 3, CUT_LEAST = 5 };

/* A line of MT940's :86:, of a paper slip, and the field of ISO 20022 and its kin. */
static bool is_at_width(size_t size)
{
	return size == 27 || size == 35 || size == 140;
}

static void complete(struct search *s, struct span start, int digits, unsigned how)
{
	int values = digits == 1 ? 10 : 100;
	for (int i = 0; i < values; i++) {
		struct span token = span_of(arena_printf(s->arena, "%.*s%0*d", SPAN_ARG(start), digits, i));
		if (token.size <= REFERENCE_MOST)
			add(s, token, how);
	}
}

static size_t sum_sizes(const struct span *texts, size_t n)
{
	size_t sum = 0;
	for (size_t i = 0; i < n; i++)
		sum += texts[i].size;
	return sum;
}

void reference_complete(struct arena *arena, const struct span *texts, size_t text_count, struct tokens *found)
{
	struct span last = text_count ? texts[text_count - 1] : SPAN(""), start;
	size_t runs = 0;
	*found = (struct tokens){ 0 };
	if (!last.size || !isdigit((unsigned char)last.at[last.size - 1]))
		return;
	struct search s = open_search(arena, found);
	struct tokens passed;
	bool at_width = is_at_width(last.size) || is_at_width(sum_sizes(texts, text_count));
	split(&s, join(arena, texts, text_count, " "));
	open_search(arena, s.found = &passed);
	take_others(&s);
	s.found = found;
	for (size_t first = s.count; first-- > 0 && runs < CUT_RUNS && s.count - first <= REFERENCE_WORDS && !s.words[first].taken;) {
		if (!reference_normalise(arena, run_of(&s, first, s.count - 1), &start) || start.size < CUT_LEAST)
			continue;
		runs++;
		complete(&s, start, 1, HOW_CUT | (at_width ? HOW_CUT_WIDTH : 0u));
		if (at_width)
			complete(&s, start, 2, HOW_CUT | HOW_CUT_WIDTH);
	}
}

/* ---- forms of words ---- */

static bool is_letters(struct span text)
{
	for (size_t i = 0; i < text.size; i++)
		if (!isalpha((unsigned char)text.at[i]))
			return false;
	return text.size > 0;
}

/* Words before numbers that are no reference of anybody. */
static bool is_before_money(struct span word)
{
	static const char *const words[] = { "EUR", "CHF", "USD", "GBP", "SEK", "NOK", "DKK", "PLN", "CZK", "BLZ", "BIC", "IBAN" };
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (word.size == strlen(words[i]) && !strncasecmp(word.at, words[i], word.size))
			return true;
	return false;
}

/* A number that stays: no year, no date, no amount. */
static bool is_lasting(const struct search *s, size_t i)
{
	struct span digits = word_of(s, i);
	if (!is_digits(digits) || digits.size < REFERENCE_DIGITS || is_like_a_date(digits) || (follows(s, i) && strchr(".,'", after(s, i))))
		return false;
	return digits.size > 4 || (two(digits, 0) != 19 && two(digits, 0) != 20);
}

size_t reference_forms(struct arena *arena, const struct span *texts, size_t text_count, struct span out[REFERENCE_FORMS])
{
	struct search s = { .arena = arena };
	size_t n = 0;
	split(&s, join(arena, texts, text_count, " "));
	for (size_t i = 1; i < s.count && n < REFERENCE_FORMS; i++)
		if (is_lasting(&s, i) && is_letters(word_of(&s, i - 1)) && !is_before_money(word_of(&s, i - 1)) &&
			reference_normalise(arena, run_of(&s, i - 1, i), &out[n]))
			n++;
	return n;
}
