/*
 * lines: bytes in any cut into the lines of a text file: LF, CRLF or a bare CR end one; the last needs no end. Each comes with its place.
 */
#ifndef RECONCILIATION_LINES_H
#define RECONCILIATION_LINES_H

#include "telling.h"

enum { LINE_MOST = 16384 }; /* longer ones are in no file of a bank: RULE_TEXT */

struct lines {
	struct telling *telling;
	/* One line, without its end; valid during the call. The last one of a file that ends with a line end is not followed by an empty one. */
	void (*line)(void *ctx, struct span line, struct place);
	void *ctx;
	struct place here; /* where the line that is gathered begins */
	int64_t byte; /* of the next byte */
	bool was_cr; /* an LF that follows belongs to it */
	size_t size;
	char bytes[LINE_MOST];
};

void lines_init(struct lines *, struct telling *, void (*line)(void *ctx, struct span line, struct place), void *ctx);

/* Calls `line` for each line that ends in these bytes; with `last` for what is left too. Stops when the telling has failed. */
void lines_feed(struct lines *, struct span bytes, bool last);

#endif
