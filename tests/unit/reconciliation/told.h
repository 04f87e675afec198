/*
 * told: what a file of any format tells, as text.
 */
#ifndef DUNLIN_TESTS_TOLD_H
#define DUNLIN_TESTS_TOLD_H

#include "../unit.h"
#include "readers/readers.h"

/* Reads a file at once and in small pieces, which must tell the same, and prints that: one line for each line, broken rule and statement, and the reason
 * where it was refused. settings may be NULL. */
const char *told(struct arena *, struct span file, const struct reading_settings *);
/* The same, of a text. */
const char *told_text(struct arena *, const char *file);

#endif
