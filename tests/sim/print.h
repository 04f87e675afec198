/*
 * print: the rows of a service's memory as text, table by table and column by column, as tests/sim/relive prints those of the real tables.
 *
 * A line is the table's name and its values, tabs between them; where the table has null there is nothing, and an end of a line in a text is a bar.
 */
#ifndef DUNLIN_SIM_PRINT_H
#define DUNLIN_SIM_PRINT_H

#include "mem.h"

enum print_type {
	PRINT_TEXT,        /* struct span */
	PRINT_CURRENCY,    /* struct currency; none is null */
	PRINT_UUID,        /* struct uuid */
	PRINT_MAY_UUID,    /* zero is null */
	PRINT_INT4,        /* int32_t, and enums that are stored as numbers */
	PRINT_INT8,        /* int64_t */
	PRINT_BOOL,        /* bool */
	PRINT_DATE,        /* struct date */
	PRINT_INSTANT,     /* struct instant, in microseconds */
	PRINT_MAY_INSTANT, /* 0 is null */
	PRINT_DIGEST,      /* struct digest, in hexadecimal */
	PRINT_BYTES,       /* struct span, in hexadecimal */
	PRINT_BY           /* what a function of the row says */
};

struct print_column {
	const char *name; /* the table's */
	enum print_type type;
	size_t offset;
	void (*by)(struct text *, const void *row);
	bool (*has)(const void *row); /* false: null. NULL: always */
};

struct print_table {
	const char *name;
	size_t rows; /* where the struct mem_table is in struct memory */
	const struct print_column *columns; /* ended by a NULL name */
	/* What the i-th row of the table is that a row of the memory stands for, NULL behind the last. NULL: it stands for itself. */
	const void *(*part)(struct arena *, const void *row, size_t i);
};

#define PRINT(name, type, of, member) { name, type, offsetof(struct of, member), NULL, NULL }
#define PRINT_IF(has, name, type, of, member) { name, type, offsetof(struct of, member), NULL, has }
#define PRINT_OF(name, by) { name, PRINT_BY, 0, by, NULL }
#define PRINT_END { NULL, PRINT_BY, 0, NULL, NULL }
/* A column that holds an enum's word. */
#define PRINT_WORD(function, of, member, word)                       \
	static void function(struct text *t, const void *row)        \
	{                                                            \
		text_add(t, word(((const struct of *)row)->member)); \
	}

/* For PRINT_IF, by a bool of the row. */
#define PRINT_HAS(function, of, member)                  \
	static bool function(const void *row)            \
	{                                                \
		return ((const struct of *)row)->member; \
	}

/* The same by a list of words. */
#define PRINT_LIST_WORD(function, of, member, words)                  \
	static void function(struct text *t, const void *row)         \
	{                                                             \
		text_add(t, words[((const struct of *)row)->member]); \
	}

/* All rows, in order of their bytes. The tables end with a NULL name. */
struct memory;
struct span print_rows(struct arena *, const struct memory *, const struct print_table *);

#endif
