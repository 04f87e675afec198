#include "csv_rows.h"

#include <string.h>

void csv_rows_init(struct csv_rows *r, struct telling *telling, char delimiter, char quote)
{
	memset(r, 0, offsetof(struct csv_rows, starts));
	r->telling = telling;
	r->delimiter = delimiter;
	r->quote = quote;
	r->here = r->row_place = (struct place){ 1, 0 };
	r->starts[0] = r->size = 0;
	r->count = 1;
}

/* ---- cells ---- */

static void end_row(struct csv_rows *r)
{
	struct span cells[CSV_CELLS];
	bool any = false;
	for (int i = 0; i < r->count; i++) {
		size_t end = i + 1 < r->count ? r->starts[i + 1] : r->size;
		cells[i] = span_trim(span_bytes(r->bytes + r->starts[i], end - r->starts[i]));
		any |= cells[i].size > 0;
	}
	int count = r->count;
	r->count = 1;
	r->size = 0;
	r->state = CSV_CELL_BEGINS;
	if (any && r->telling->failed == OK)
		r->row(r->ctx, cells, count, r->row_place);
}

static void add(struct csv_rows *r, char c)
{
	if (r->size == sizeof(r->bytes))
		telling_fail(r->telling, RULE_TEXT, r->row_place, "a row is longer than %d bytes: a quote may be missing", CSV_ROW_BYTES);
	else
		r->bytes[r->size++] = c;
}

static void end_cell(struct csv_rows *r)
{
	r->state = CSV_CELL_BEGINS;
	if (r->count == CSV_CELLS)
		telling_fail(r->telling, RULE_TEXT, r->row_place, "a row has more than %d cells", CSV_CELLS);
	else
		r->starts[r->count++] = r->size;
}

static bool is_quote(const struct csv_rows *r, char c)
{
	return r->quote && c == r->quote;
}

static void take_plain(struct csv_rows *r, char c)
{
	if (c == '\r' || c == '\n')
		end_row(r);
	else if (c == r->delimiter)
		end_cell(r);
	else if (r->state == CSV_CELL_BEGINS && is_quote(r, c))
		r->state = CSV_IN_QUOTES;
	else {
		if (r->state == CSV_AFTER_QUOTE && is_quote(r, c))
			r->state = CSV_IN_QUOTES;
		else if (c != ' ' || r->state != CSV_CELL_BEGINS)
			r->state = CSV_IN_CELL;
		add(r, c);
	}
}

/* One byte of UTF-8, which stands for so many bytes of the file. */
static void take(struct csv_rows *r, char c, int width)
{
	bool belongs = r->was_cr && c == '\n';
	if (!r->size && r->count == 1 && r->state == CSV_CELL_BEGINS && !belongs)
		r->row_place = r->here;
	r->here.byte += width;
	r->here.line += (c == '\n' && !belongs) || c == '\r';
	r->was_cr = c == '\r';
	if (r->state == CSV_IN_QUOTES) {
		if (is_quote(r, c))
			r->state = CSV_AFTER_QUOTE;
		else
			add(r, c);
	} else if (!belongs)
		take_plain(r, c);
}

/* ---- UTF-16 ---- */

static void take_rune(struct csv_rows *r, uint32_t rune, int width)
{
	static const unsigned char lead[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	int n = rune < 0x80 ? 1 : rune < 0x800 ? 2 : rune < 0x10000 ? 3 : 4;
	take(r, (char)(n == 1 ? rune : lead[n] | rune >> (6 * (n - 1))), width);
	for (int i = n - 2; i >= 0; i--)
		take(r, (char)(0x80 | (rune >> (6 * i) & 0x3f)), 0);
}

static uint32_t unit(const struct csv_rows *r, size_t at)
{
	unsigned first = r->raw[at], second = r->raw[at + 1];
	return r->encoding == CSV_UTF16LE ? second << 8 | first : first << 8 | second;
}

static void take_wide(struct csv_rows *r, unsigned char byte)
{
	r->raw[r->raw_size++] = byte;
	if (r->raw_size % 2)
		return;
	uint32_t high = unit(r, 0), low = r->raw_size == 4 ? unit(r, 2) : 0;
	bool pair = high >= 0xd800 && high < 0xdc00;
	if (pair && r->raw_size == 2)
		return;
	bool whole = !pair || (low >= 0xdc00 && low < 0xe000);
	r->raw_size = 0;
	if (pair && whole)
		take_rune(r, 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00), 4);
	else
		take_rune(r, !whole || (high >= 0xdc00 && high < 0xe000) ? 0xfffd : high, pair ? 4 : 2);
}

/* ---- bytes ---- */

/* Up to three bytes tell the encoding; those that are no mark are the first of the text. */
static void decide(struct csv_rows *r)
{
	unsigned char first[3];
	size_t n = r->raw_size, from = 0;
	memcpy(first, r->raw, sizeof(first));
	r->encoding = CSV_BYTES;
	if (n >= 2 && first[0] == 0xff && first[1] == 0xfe)
		r->encoding = CSV_UTF16LE;
	else if (n >= 2 && first[0] == 0xfe && first[1] == 0xff)
		r->encoding = CSV_UTF16BE;
	else if (n == 3 && !memcmp(first, "\xef\xbb\xbf", 3))
		from = 3;
	from = r->encoding == CSV_BYTES ? from : 2;
	r->raw_size = 0;
	r->here.byte = (int64_t)from;
	for (; from < n; from++)
		if (r->encoding == CSV_BYTES)
			take(r, (char)first[from], 1);
		else
			take_wide(r, first[from]);
}

static void take_byte(struct csv_rows *r, unsigned char byte)
{
	if (r->encoding == CSV_BYTES)
		take(r, (char)byte, 1);
	else if (r->encoding != CSV_START)
		take_wide(r, byte);
	else {
		r->raw[r->raw_size++] = byte;
		if (r->raw_size == 3)
			decide(r);
	}
}

void csv_rows_feed(struct csv_rows *r, struct span bytes, bool last)
{
	for (size_t i = 0; i < bytes.size && r->telling->failed == OK; i++)
		take_byte(r, (unsigned char)bytes.at[i]);
	if (!last || r->telling->failed != OK)
		return;
	if (r->encoding == CSV_START)
		decide(r);
	if (r->state == CSV_IN_QUOTES)
		telling_fail(r->telling, RULE_CUT_SHORT, r->row_place, "the file ends within quotes");
	else if (r->size || r->count > 1)
		end_row(r);
}
