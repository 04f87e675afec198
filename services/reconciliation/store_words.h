/*
 * store_words: what the tables of columns say by a function: words of enums, and what columns alone don't say.
 */
#ifndef RECONCILIATION_STORE_WORDS_H
#define RECONCILIATION_STORE_WORDS_H

#include "store_rows.h"

/* Words of enums, by number; NULL where the number is none. */
const char *word_statement_state(int);
const char *word_rule(int);
const char *word_placement(int);
const char *word_line_state(int);
const char *word_line_as(int);
const char *word_verdict(int);
const char *word_exception(int);
const char *word_suggestion(int);
const char *word_cause(int);
const char *word_export_target(int);
const char *word_period(int);
const char *word_reference(int);
const char *word_difference(int);
const char *word_match(int);
const char *word_loss(int);

/* After a row was read. */
void zone_of(struct arena *, const struct rows *, size_t row, void *value);
void overlap_of(struct arena *, const struct rows *, size_t row, void *value);
void report_is_found(struct arena *, const struct rows *, size_t row, void *value);
void amount_is_there(struct arena *, const struct rows *, size_t row, void *value);

/* A payer that was not taken back. */
bool is_kept(const void *value);

#endif
