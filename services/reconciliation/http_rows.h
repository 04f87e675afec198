/*
 * http_rows: rows of a statement as JSON or CSV, by one table of columns: what is shown is data.
 */
#ifndef RECONCILIATION_HTTP_ROWS_H
#define RECONCILIATION_HTTP_ROWS_H

#include "httpd.h"
#include "json_out.h"

enum shown_type {
	SHOWN_TEXT,
	SHOWN_UUID,    /* null where there is none */
	SHOWN_DATE,
	SHOWN_INSTANT,
	SHOWN_NUMBER,  /* bigint */
	SHOWN_INT,
	SHOWN_BOOL,
	SHOWN_MONEY,   /* minor units, in the currency of the column `currency`; where that is empty: null */
	SHOWN_WORDS,   /* a text as a list of words, cut at blanks or line ends */
	SHOWN_RECEIPT, /* receipt kinds by their words */
	SHOWN_SIGNS,   /* evidence bits by their words */
	SHOWN_KIND,    /* candidate kinds by their words */
	SHOWN_EXCHANGE /* of the columns booked and original, with their currencies: both amounts and their rate, as text */
};

struct shown {
	const char *name; /* of the column, and of the member */
	enum shown_type type;
};

/* A statement for one filter: it walks an index of its own. */
struct listed_by {
	const char *filter, *value; /* value NULL: whatever it is */
	const struct query *query;
	bool by_uuid;
};

/* A list: its statement takes merchant, limit, after and the filters, each a field of the query string. */
struct listed {
	const char *name; /* of the member that holds the list */
	const struct query *query;
	const struct query *end;        /* merchant, after: where a walk that found too little goes on; NULL where all is walked */
	const struct listed_by *by;     /* the first whose filter is given goes instead of query; ended by a NULL filter, or NULL */
	const struct shown *columns;    /* ended by a NULL name */
	const char *const *filters;     /* NULL-terminated */
	bool by_text;                   /* after is a text, else a uuid */
	bool is_csv_too;                /* format=csv gives the same as CSV */
	size_t most;                    /* of one page */
};

/* A page may have fewer rows than its limit, even none, and a `next` all the same. `id` beside the filters asks for one alone. */
enum err rows_list(struct request *, struct db *, const struct listed *, struct response *, struct why *) MUST_CHECK;

/* One row's members into an object that is open. */
void rows_members(struct json_out *, struct arena *, const struct rows *, size_t row, const struct shown *);
/* A list of rows under a name, in an object that is open. */
void rows_array(struct json_out *, struct arena *, const char *name, const struct rows *, const struct shown *);
struct span rows_csv(struct arena *, const struct rows *, const struct shown *);
/* One member as text, as CSV has it; evidence by its words. Empty where there is nothing. */
struct span rows_cell(struct arena *, const struct rows *, size_t row, const struct shown *);

/* The rows of a list that have this id (parts of an invoice are several). */
enum err rows_of_id(struct request *, struct db *, const struct listed *, struct uuid, struct rows *, struct why *) MUST_CHECK;
/* One row by its id: not there (or another merchant's) is ERR_NOT_FOUND. */
enum err rows_one(struct request *, struct db *, const struct query *, struct uuid, struct rows *, struct why *) MUST_CHECK;
enum err rows_id(const struct request *, struct uuid *, struct why *) MUST_CHECK;

bool rows_wants_csv(const struct request *);

/* The column `currency`; empty where that is. */
struct currency rows_currency(const struct rows *, size_t row);

#endif
