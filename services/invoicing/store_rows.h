/*
 * store_rows: rows of this service's tables as values, and values as the arrays of set-based statements. Columns are read by name.
 */
#ifndef INVOICING_STORE_ROWS_H
#define INVOICING_STORE_ROWS_H

#include "book.h"

/* Reading row by row, each column looked for where the last one ended. */
struct reader {
	const struct rows *rows;
	struct arena *arena;
	size_t row;
	int at;
};

struct span read_text(struct reader *, const char *column);
int32_t read_int4(struct reader *, const char *column);
int64_t read_int8(struct reader *, const char *column);
struct uuid read_uuid(struct reader *, const char *column);
struct date read_date(struct reader *, const char *column);
struct money read_money(struct reader *, const char *column, struct currency);
struct currency read_currency(struct reader *, const char *column);

struct merchant read_merchant(struct reader *);
struct customer read_customer(struct reader *);
struct series read_series(struct reader *);
struct charge read_charge(struct reader *);
struct invoice read_invoice(struct reader *); /* without lines, breakdown and parties */
struct credit_note read_credit_note(struct reader *); /* without lines and breakdown */
struct line read_line(struct reader *, struct currency); /* of an invoice; its net is the column `net` */
struct tax_total read_tax(struct reader *, struct currency);
struct party read_party(struct reader *);
struct item read_item(struct reader *);

/* Arrays side by side, a letter of `types` for each: t text, i int4, b int8, u uuid, d date, z instant, o bool, y bytes. Values are added
 * row by row, in the order of the columns. */
enum { WRITER_COLUMNS = 40 };
struct writer {
	struct arena *arena;
	struct args *args;
	struct array *columns[WRITER_COLUMNS];
	const char *types;
	int count, at;
	int64_t rows;
};

void writer_open(struct writer *, struct arena *, const char *types);

extern const char merchant_types[], customer_types[], series_types[], charge_types[], charge_change_types[], invoice_types[], line_types[],
	tax_types[], party_types[], credit_note_types[], credit_line_types[], credit_tax_types[], item_types[];

void write_merchant(struct writer *, const struct merchant *);
void write_customer(struct writer *, const struct customer *);
void write_series(struct writer *, const struct series *);
void write_charge(struct writer *, const struct charge *);
void write_charge_change(struct writer *, const struct charge *);
void write_invoice(struct writer *, const struct invoice *);
void write_lines(struct writer *, const struct invoice *);
void write_taxes(struct writer *, const struct invoice *);
void write_parties(struct writer *, const struct invoice *);
void write_credit_note(struct writer *, const struct credit_note *);
void write_credit_lines(struct writer *, const struct credit_note *, const struct invoice *);
void write_credit_taxes(struct writer *, const struct credit_note *, const struct invoice *);
void write_item(struct writer *, const struct item *);

#endif
