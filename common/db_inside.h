/*
 * db_inside: what the two halves of db share: parameters and rows (db_args.c), the connection (db.c).
 */
#ifndef DUNLIN_DB_INSIDE_H
#define DUNLIN_DB_INSIDE_H

#include "db.h"

enum { ARGS_MOST = 64 };

struct array {
	enum db_type type;
	struct text bytes;
	uint32_t count;
	bool has_null;
};

struct param {
	struct span value;
	struct array *array;
};

struct args {
	struct arena *arena;
	int count;
	struct param params[ARGS_MOST];
};

/* The parameters as libpq takes them; the three arrays have room for ARGS_MOST. */
void args_values(const struct args *, const char **values, int *lengths, int *formats);

#endif
