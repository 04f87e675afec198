/*
 * csv_choose: which profile a file is of: the one whose header one of its first rows has.
 */
#ifndef RECONCILIATION_CSV_CHOOSE_H
#define RECONCILIATION_CSV_CHOOSE_H

#include "charset.h"
#include "csv_profile.h"

enum { CSV_ABOVE_MOST = 100 }; /* rows that may stand above the header */

/* By the first bytes of a file: the settings' own profiles before those that come with Dunlin, of several the one with most cells of the row. */
bool csv_choose(const struct reading_settings *, struct span head, struct csv_profile *);

/* The cells in UTF-8, trimmed; room has CHARSET_ROOM of all of them. "Währung" is the same word in any charset. */
void csv_cells_utf8(enum charset, const struct span *cells, int count, struct span *out, char *room);
enum charset csv_charset(const struct csv_profile *, const struct reading_settings *);

bool csv_same_word(struct span, struct span); /* in any case */
int csv_find_cell(const struct span *cells, int count, struct span name); /* -1: none */
bool csv_is_header(const struct csv_profile *, const struct span *cells, int count);

#endif
