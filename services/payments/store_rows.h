/*
 * store_rows: rows of this service's tables as values, and values as the arrays of set-based statements. Columns are read by name.
 */
#ifndef PAYMENTS_STORE_ROWS_H
#define PAYMENTS_STORE_ROWS_H

#include "book.h"
#include "db.h"

/* Reading row by row, each column looked for where the last one was. */
struct reader {
	const struct rows *rows;
	struct arena *arena;
	size_t row;
	int at;
};

struct span read_text(struct reader *, const char *column);
int32_t read_int4(struct reader *, const char *column);
int64_t read_int8(struct reader *, const char *column);
bool read_bool(struct reader *, const char *column);
struct uuid read_uuid(struct reader *, const char *column);       /* null: zero */
struct instant read_instant(struct reader *, const char *column); /* null: 0 */
struct currency read_currency(struct reader *, const char *column);

struct attempt read_attempt(struct reader *); /* without items and refunds */
struct attempt_item read_attempt_item(struct reader *);
struct refund read_refund(struct reader *);
struct item read_item(struct reader *);
struct provider_account read_account(struct reader *);
struct merchant read_merchant(struct reader *);
struct webhook read_webhook(struct reader *);
struct payout read_payout(struct reader *);
struct payout_line read_line(struct reader *);
struct intent read_intent(struct reader *);
struct alarm read_alarm(struct reader *);

/* Arrays side by side, a letter of `types` for each: t text, i int4, b int8, u uuid (zero: null), d date, z instant (0: null), o bool, y bytes.
 * Values are added row by row, in the order of the columns. */
enum { WRITER_COLUMNS = 32 };
struct writer {
	struct arena *arena;
	struct args *args;
	struct array *columns[WRITER_COLUMNS];
	const char *types;
	int count, at;
	int64_t rows;
};

void writer_open(struct writer *, struct arena *, const char *types);
void put_text(struct writer *, struct span);
void put_uuid(struct writer *, struct uuid);

extern const char attempt_types[], attempt_item_types[], refund_types[], item_types[], account_types[], merchant_types[], webhook_types[],
	webhook_change_types[], payout_types[], line_types[], intent_types[], alarm_types[];

void write_attempt(struct writer *, const struct attempt *);
void write_attempt_items(struct writer *, const struct attempt *);
void write_refunds(struct writer *, const struct attempt *);
void write_item(struct writer *, const struct item *);
void write_account(struct writer *, const struct provider_account *);
void write_merchant(struct writer *, const struct merchant *);
void write_webhook(struct writer *, const struct webhook *);
void write_webhook_change(struct writer *, const struct webhook *);
void write_payout(struct writer *, const struct payout *);
void write_line(struct writer *, const struct payout_line *);
void write_intent(struct writer *, const struct intent *);
void write_alarm(struct writer *, const struct alarm *);

#endif
