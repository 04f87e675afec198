/*
 * settings_inside: how the two files of settings walk the tables.
 */
#ifndef DUNLIN_SETTINGS_INSIDE_H
#define DUNLIN_SETTINGS_INSIDE_H

#include "settings.h"
#include "span.h"

/* One setting, where its value is kept, and its index over all tables. */
struct place {
	const struct setting *setting;
	void *at;
	size_t index;
};

/* The first has table and row 0; false after the last. */
struct walk {
	size_t table, row, index;
};
bool walk_next(const struct settings *, struct walk *, struct place *);

/* "INVOICING_DATABASE_URL", allocated. */
char *settings_variable(const struct settings *, const char *name);

#endif
