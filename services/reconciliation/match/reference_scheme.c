#include "match/reference_scheme.h"

#include <ctype.h>
#include <string.h>

#include "account.h"
#include "rf.h"

typedef bool holds_fn(const char *digits, size_t n);

static size_t count_zeroes(const char *digits, size_t n)
{
	size_t zeroes = 0;
	while (zeroes < n && digits[zeroes] == '0')
		zeroes++;
	return zeroes;
}

static bool holds_ogm(const char *digits, size_t n)
{
	int rest = 0;
	if (count_zeroes(digits, n) >= n - 2)
		return false;
	for (size_t i = 0; i < n - 2; i++)
		rest = (rest * 10 + digits[i] - '0') % 97;
	return (rest ? rest : 97) == (digits[n - 2] - '0') * 10 + digits[n - 1] - '0';
}

/* Modulus 10, recursive: the table of the Swiss payment standards. */
static bool holds_esr(const char *digits, size_t n)
{
	static const int table[] = { 0, 9, 4, 6, 8, 2, 7, 1, 3, 5 };
	int carry = 0;
	for (size_t i = 0; i + 1 < n; i++)
		carry = table[(carry + digits[i] - '0') % 10];
	return (10 - carry) % 10 == digits[n - 1] - '0';
}

static bool holds_731(const char *digits, size_t n)
{
	static const int weights[] = { 7, 3, 1 };
	int sum = 0;
	for (size_t i = 0; i + 1 < n; i++)
		sum += weights[i % 3] * (digits[n - 2 - i] - '0');
	return (10 - sum % 10) % 10 == digits[n - 1] - '0';
}

static bool holds_luhn(const char *digits, size_t n)
{
	int sum = 0;
	for (size_t i = 0; i < n; i++) {
		int digit = (digits[n - 1 - i] - '0') * (i % 2 ? 2 : 1);
		sum += digit > 9 ? digit - 9 : digit;
	}
	return sum % 10 == 0;
}

static bool holds_luhn_and_length(const char *digits, size_t n)
{
	return holds_luhn(digits, n) && digits[n - 2] - '0' == (int)(n % 10);
}

/* A check digit of 10 is written as a dash. */
static bool holds_mod11(const char *digits, size_t n)
{
	int sum = 0;
	for (size_t i = 0; i + 1 < n; i++)
		sum += (2 + (int)(i % 6)) * (digits[n - 2 - i] - '0');
	int check = (11 - sum % 11) % 11;
	return digits[n - 1] == (check == 10 ? '-' : '0' + check);
}

static const struct {
	const char *word, *help;
	size_t least, most;
	bool drops_zeroes, ends_in_dash;
	holds_fn *holds;
} schemes[SCHEMES] = {
	[SCHEME_RF] = { "rf", "ISO 11649: RF, two check digits 02 to 98 (ISO 7064 mod 97-10), up to 21 characters", 0, 0, true, false,
		NULL },
	[SCHEME_OGM] = { "ogm", "Belgium: 12 digits, +++ddd/dddd/ddddd+++, the last two modulo 97, 97 for 0", 12, 12, false, false,
		holds_ogm },
	[SCHEME_QRR] = { "qrr", "Switzerland, QR-bill: 27 digits, modulus 10 recursive", 27, 27, false, false, holds_esr },
	[SCHEME_ESR] = { "esr", "Switzerland, orange slip: up to 27 digits, modulus 10 recursive", 2, 27, true, false, holds_esr },
	[SCHEME_VIITE] = { "viite", "Finland, Estonia: 4 to 20 digits, weights 7-3-1 from the right", 4, 20, true, false, holds_731 },
	[SCHEME_KID10] = { "kid10", "Norway: 2 to 25 digits, modulus 10", 2, 25, false, false, holds_luhn },
	[SCHEME_KID11] = { "kid11", "Norway: 2 to 25 digits, modulus 11, a dash for 10", 2, 25, false, true, holds_mod11 },
	[SCHEME_OCR] = { "ocr", "Sweden: 2 to 25 digits, modulus 10", 2, 25, false, false, holds_luhn },
	[SCHEME_OCR_LENGTH] = { "ocr_length", "Sweden: modulus 10, and before the check digit the last digit of the length", 3, 25, false,
		false, holds_luhn_and_length },
};

const char *scheme_word(enum scheme scheme)
{
	return schemes[scheme].word;
}

const char *scheme_help(enum scheme scheme)
{
	return schemes[scheme].help;
}

/* Digits and blanks, and a dash at the end where the scheme has one; the count, 0 for anything else. */
static size_t squeeze(struct span text, bool ends_in_dash, char out[SCHEME_TEXT + 1])
{
	size_t n = 0;
	text = span_trim(text);
	for (size_t i = 0; i < text.size; i++) {
		bool is_dash = ends_in_dash && text.at[i] == '-' && i + 1 == text.size;
		if (text.at[i] == ' ')
			continue;
		if ((!isdigit((unsigned char)text.at[i]) && !is_dash) || n == SCHEME_TEXT)
			return 0;
		out[n++] = text.at[i];
	}
	out[n] = '\0';
	return n;
}

/* ddd/dddd/ddddd without its signs, in the buffer; the text as it is where it has none. False when a sign is out of its place. */
static bool undress_ogm(struct span *text, char out[12])
{
	static const size_t from[] = { 0, 4, 9 }, size[] = { 3, 4, 5 };
	struct span t = span_trim(*text);
	bool dressed = span_starts(t, "+++") || span_starts(t, "***");
	if (dressed && (t.size != 20 || memcmp(t.at, t.at + 17, 3) != 0))
		return false;
	if (dressed)
		t = span_bytes(t.at + 3, 14);
	if (t.size != 14 || t.at[3] != '/' || t.at[8] != '/') {
		*text = t;
		return !dressed;
	}
	for (size_t i = 0, n = 0; i < 3; n += size[i++])
		memcpy(out + n, t.at + from[i], size[i]);
	*text = span_bytes(out, 12);
	return true;
}

bool scheme_read(enum scheme scheme, struct span text, char normal[SCHEME_TEXT + 1])
{
	char plain[12];
	if (scheme == SCHEME_RF)
		return rf_normalise(text, normal) == OK;
	if (scheme == SCHEME_OGM && !undress_ogm(&text, plain))
		return false;
	size_t n = squeeze(text, schemes[scheme].ends_in_dash, normal);
	if (n < schemes[scheme].least || n > schemes[scheme].most || !schemes[scheme].holds(normal, n))
		return false;
	size_t zeroes = count_zeroes(normal, n);
	if (zeroes == n)
		return false;
	if (schemes[scheme].drops_zeroes)
		memmove(normal, normal + zeroes, n - zeroes + 1);
	return true;
}

bool scheme_shows_itself(struct span text)
{
	char normal[SCHEME_TEXT + 1];
	struct span t = span_trim(text);
	if (scheme_read(SCHEME_RF, t, normal) || scheme_read(SCHEME_QRR, t, normal))
		return true;
	return (span_starts(t, "+++") || span_starts(t, "***")) && scheme_read(SCHEME_OGM, t, normal);
}

bool scheme_rf_of_viite(struct span text, char rf[SCHEME_TEXT + 1])
{
	char normal[SCHEME_TEXT + 1];
	return scheme_read(SCHEME_VIITE, text, normal) && rf_make(span_of(normal), rf) == OK;
}

bool scheme_viite_of_rf(struct span text, char viite[SCHEME_TEXT + 1])
{
	char normal[SCHEME_TEXT + 1];
	return scheme_read(SCHEME_RF, text, normal) && scheme_read(SCHEME_VIITE, span_of(normal + 4), viite);
}

bool scheme_is_qr_iban(struct span iban)
{
	if (!iban_is_valid(iban) || (!span_starts(iban, "CH") && !span_starts(iban, "LI")))
		return false;
	return iban.at[4] == '3' && (iban.at[5] == '0' || iban.at[5] == '1');
}
