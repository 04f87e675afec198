/*
 * csv_rows: bytes in any cut into rows of cells (RFC 4180, and what is written in its name): a byte order mark, UTF-16 by that mark, quoted line ends,
 * doubled quotes, any line end. A quote inside a cell that does not begin with one is a character.
 */
#ifndef RECONCILIATION_CSV_ROWS_H
#define RECONCILIATION_CSV_ROWS_H

#include "telling.h"

enum { CSV_CELLS = 256, CSV_ROW_BYTES = 32768 };

struct csv_rows {
	struct telling *telling;
	/* Cells are trimmed and valid during the call. Rows without any text are left out. */
	void (*row)(void *ctx, const struct span *cells, int count, struct place);
	void *ctx;
	char delimiter, quote; /* quote 0: there are none */
	enum { CSV_START, CSV_BYTES, CSV_UTF16LE, CSV_UTF16BE } encoding;
	unsigned char raw[4]; /* the mark, or a character of UTF-16 that is not whole yet */
	size_t raw_size;
	enum { CSV_CELL_BEGINS, CSV_IN_CELL, CSV_IN_QUOTES, CSV_AFTER_QUOTE } state;
	bool was_cr;
	struct place here, row_place;
	int count;
	size_t starts[CSV_CELLS], size;
	char bytes[CSV_ROW_BYTES];
};

void csv_rows_init(struct csv_rows *, struct telling *, char delimiter, char quote);
void csv_rows_feed(struct csv_rows *, struct span bytes, bool last);

#endif
