#include "match/payment_qr.h"

#include <ctype.h>

#include "account.h"
#include "match/reference_scheme.h"

enum { LINES_MOST = 40 };

/* The lines without their ends; 0 when there are too many. */
static size_t split(struct span contents, struct span lines[LINES_MOST])
{
	size_t n = 0;
	while (contents.size) {
		if (n == LINES_MOST)
			return 0;
		span_cut(contents, '\n', &lines[n], &contents);
		if (lines[n].size && lines[n].at[lines[n].size - 1] == '\r')
			lines[n].size--;
		n++;
	}
	return n;
}

static bool is_digits(struct span text)
{
	for (size_t i = 0; i < text.size; i++)
		if (!isdigit((unsigned char)text.at[i]))
			return false;
	return text.size > 0;
}

/* "0.01" to "999999999.99", the point and two digits may be left out. */
static bool is_amount(struct span text)
{
	struct span whole, cents;
	if (!span_cut(text, '.', &whole, &cents))
		return is_digits(text) && text.size <= 9;
	return is_digits(whole) && whole.size <= 9 && is_digits(cents) && cents.size <= 2;
}

/* ---- EPC069-12 ---- */

enum epc {
	EPC_TAG,
	EPC_VERSION,
	EPC_CHARSET,
	EPC_KIND,
	EPC_BIC,
	EPC_NAME,
	EPC_IBAN,
	EPC_AMOUNT,
	EPC_PURPOSE,
	EPC_REFERENCE,
	EPC_TEXT,
	EPC_INFO,
	EPC_LINES
};

static bool is_epc_head(const struct span *line)
{
	static const size_t most[EPC_LINES] = { 3, 3, 1, 3, 11, 70, 34, 12, 4, 35, 140, 70 };
	/* Length is counted in characters; a byte more than a character has is forgiven. */
	for (size_t i = 0; i < EPC_LINES; i++)
		if (line[i].size > (i == EPC_NAME || i >= EPC_REFERENCE ? 4 * most[i] : most[i]))
			return false;
	bool first = span_is(line[EPC_VERSION], "001");
	return span_is(line[EPC_TAG], "BCD") && (first || span_is(line[EPC_VERSION], "002")) && span_is(line[EPC_KIND], "SCT") &&
	       line[EPC_CHARSET].size == 1 && line[EPC_CHARSET].at[0] >= '1' && line[EPC_CHARSET].at[0] <= '8' &&
	       (line[EPC_BIC].size == 8 || line[EPC_BIC].size == 11 || (!line[EPC_BIC].size && !first));
}

static bool read_epc(struct span contents, const struct span *given, size_t n, struct payment_qr *qr)
{
	struct span line[EPC_LINES] = { 0 };
	for (size_t i = 0; i < n; i++) {
		if (i < EPC_LINES)
			line[i] = given[i];
		else if (given[i].size)
			return false;
	}
	if (contents.size > PAYMENT_QR_EPC_MOST || n <= EPC_IBAN || !is_epc_head(line))
		return false;
	if (!line[EPC_NAME].size || !iban_is_valid(line[EPC_IBAN]) || (line[EPC_REFERENCE].size && line[EPC_TEXT].size))
		return false;
	if (line[EPC_AMOUNT].size && (!span_starts(line[EPC_AMOUNT], "EUR") || !is_amount(span_from(line[EPC_AMOUNT], 3))))
		return false;
	*qr = (struct payment_qr){ line[EPC_IBAN], line[EPC_NAME], line[EPC_AMOUNT], line[EPC_REFERENCE], line[EPC_TEXT] };
	return true;
}

/* ---- Swiss QR-bill ---- */

enum swiss {
	SWISS_TAG,
	SWISS_VERSION,
	SWISS_CODING,
	SWISS_IBAN,
	SWISS_ADDRESS,
	SWISS_NAME,
	SWISS_AMOUNT = 18,
	SWISS_CURRENCY,
	SWISS_KIND = 27,
	SWISS_REFERENCE,
	SWISS_TEXT,
	SWISS_END,
	SWISS_LEAST
};

/* A QR-IBAN takes a reference of the QR-bill, any other account takes a creditor reference or none. */
static bool is_swiss_reference(struct span kind, struct span reference, struct span iban)
{
	char normal[SCHEME_TEXT + 1];
	if (span_is(kind, "QRR"))
		return scheme_is_qr_iban(iban) && scheme_read(SCHEME_QRR, reference, normal);
	if (scheme_is_qr_iban(iban))
		return false;
	return span_is(kind, "SCOR") ? scheme_read(SCHEME_RF, reference, normal) : span_is(kind, "NON") && !reference.size;
}

static bool read_swiss(struct span contents, const struct span *line, size_t n, struct payment_qr *qr)
{
	if (contents.size > PAYMENT_QR_SWISS_MOST || n < SWISS_LEAST || !span_is(line[SWISS_TAG], "SPC") ||
		!span_is(line[SWISS_CODING], "1"))
		return false;
	if (!span_starts(line[SWISS_VERSION], "02") || !span_is(line[SWISS_END], "EPD") || !iban_is_valid(line[SWISS_IBAN]))
		return false;
	/* K, the combined address, is no longer printed, but may be on invoices that are. */
	if ((!span_is(line[SWISS_ADDRESS], "S") && !span_is(line[SWISS_ADDRESS], "K")) || !line[SWISS_NAME].size)
		return false;
	if ((line[SWISS_AMOUNT].size && !is_amount(line[SWISS_AMOUNT])) ||
		(!span_is(line[SWISS_CURRENCY], "CHF") && !span_is(line[SWISS_CURRENCY], "EUR")))
		return false;
	if (!is_swiss_reference(line[SWISS_KIND], line[SWISS_REFERENCE], line[SWISS_IBAN]))
		return false;
	*qr = (struct payment_qr){ line[SWISS_IBAN], line[SWISS_NAME], line[SWISS_AMOUNT], line[SWISS_REFERENCE], line[SWISS_TEXT] };
	return true;
}

bool payment_qr_read(struct span contents, struct payment_qr *qr)
{
	struct span lines[LINES_MOST];
	size_t n = split(contents, lines);
	return n && (read_epc(contents, lines, n, qr) || read_swiss(contents, lines, n, qr));
}
