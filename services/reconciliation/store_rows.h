/*
 * store_rows: rows of tables as values and values as arrays of set-based statements, by one table of columns for each aggregate.
 */
#ifndef RECONCILIATION_STORE_ROWS_H
#define RECONCILIATION_STORE_ROWS_H

#include "book.h"
#include "db.h"
#include "match/match.h"

enum column_type {
	COLUMN_END,
	COLUMN_TEXT,     /* struct span */
	COLUMN_UUID,     /* struct uuid; zero is zero */
	COLUMN_MAY_UUID, /* struct uuid; zero is null */
	COLUMN_INT4,     /* int32_t */
	COLUMN_INT8,     /* int64_t */
	COLUMN_SMALL,    /* an enum, as its number */
	COLUMN_BOOL,
	COLUMN_DATE,
	COLUMN_MAY_DATE, /* struct date; the bool at `extra` says whether it is there */
	COLUMN_INSTANT,
	COLUMN_CURRENCY,
	COLUMN_DIGEST,
	COLUMN_WORD,     /* an enum, as its word */
	COLUMN_PLACE     /* int64_t of a struct place */
};

struct column {
	const char *name;
	enum column_type type;
	size_t offset, extra;
	const char *(*word)(int);
	int words; /* how many values the enum has */
};

#define COLUMN(name, type, of, member) { name, type, offsetof(struct of, member), 0, NULL, 0 }
#define COLUMN_OF_WORDS(name, of, member, word, count) { name, COLUMN_WORD, offsetof(struct of, member), 0, word, count }
#define COLUMN_BESIDE(name, type, of, member, beside) { name, type, offsetof(struct of, member), offsetof(struct of, beside), NULL, 0 }
#define COLUMNS_END { NULL, COLUMN_END, 0, 0, NULL, 0 }

/* An aggregate: its columns in the order of its insert and update statements, whose parameters they are. */
struct table {
	enum book_shelf shelf;
	size_t size;
	const struct column *columns;
	const struct column *changes;        /* those of the update; NULL: all */
	const struct query *insert, *update; /* NULL: never */
	/* After a row is read, before it is written: what columns alone don't say. NULL: nothing. */
	void (*loaded)(struct arena *, const struct rows *, size_t row, void *value);
	struct span (*key)(const struct book *, const void *value);
	/* False: this value is not for this statement. NULL: all are. */
	bool (*wanted)(const void *value);
};

/* Of payouts and their reports (store_tables_report.c). */
extern const struct column payout_columns[], payout_line_columns[], report_columns[], report_changes[], report_sum_columns[],
	report_posting_columns[], settlement_columns[];

/* Of the work queue (store_tables_queue.c). */
extern const struct column rule_set_columns[], rule_set_changes[], rule_replay_columns[], payer_columns[], line_candidate_columns[];
extern const struct column exception_columns[], exception_changes[], exception_step_columns[], limit_columns[];

/* Of differences (store_tables_difference.c). */
extern const struct column difference_policy_columns[], difference_columns[], difference_changes[], line_detail_columns[];

extern const struct table tables[];
extern const size_t table_count;
const struct table *table_of(enum book_shelf);

/* Puts every row on its shelf; one that is there already stays. Returns how many rows there were. */
void table_load(const struct table *, struct arena *, struct book *, const struct rows *);
/* One row as a value. */
void table_read(const struct table *, struct arena *, const struct rows *, size_t row, void *value);
/* What its columns of text point to is copied into the arena, which outlives the one it was read into. */
void table_keep(const struct table *, struct arena *, void *value);
/* Queues insert and update of what is new and changed on its shelf, with the counts that they must have. */
void table_save(const struct table *, struct db *, struct arena *, const struct book *);

#endif
