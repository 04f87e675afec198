/*
 * store_rows: rows of this service's tables as values, and values as the arrays of set-based statements. Columns are read by name.
 */
#ifndef REMINDERS_STORE_ROWS_H
#define REMINDERS_STORE_ROWS_H

#include "book.h"

/* A place in rows; each column is looked for where the last one ended. */
struct reader {
	const struct rows *rows;
	size_t row;
	int at;
};

struct span read_text(struct reader *, const char *column);
int64_t read_int8(struct reader *, const char *column);
struct uuid read_uuid(struct reader *, const char *column);

struct merchant read_merchant(struct reader *);
struct customer read_customer(struct reader *);
struct account read_account(struct reader *);
struct statement read_statement(struct reader *);
struct item read_item(struct reader *, const struct policy *);
struct hold read_hold(struct reader *);
struct notice read_notice(struct reader *); /* without items */
struct notice_item read_said(struct reader *);

/* Arrays side by side, a letter of `types` for each: t text, i int4, b int8, u uuid, d date, z instant, o bool. Values are added row by row,
 * in the order of the columns. */
enum { WRITER_COLUMNS = 24 };
struct writer {
	struct args *args;
	struct array *columns[WRITER_COLUMNS];
	const char *types;
	int count, at;
	int64_t rows;
};

void writer_open(struct writer *, struct arena *, const char *types);

extern const char merchant_types[], customer_types[], account_types[], item_types[], hold_types[], notice_types[], said_types[], id_types[],
	statement_types[], tally_types[];

void write_merchant(struct writer *, const struct merchant *);
void write_customer(struct writer *, const struct customer *);
void write_account(struct writer *, const struct account *);
void write_statement(struct writer *, const struct statement *);
void write_tally(struct writer *, const struct tally *);
void write_item(struct writer *, const struct item *);
void write_hold(struct writer *, const struct hold *);
void write_notice(struct writer *, const struct notice *);
void write_said(struct writer *, const struct notice *); /* a row an item */
void write_id(struct writer *, struct span merchant, struct uuid);

#endif
