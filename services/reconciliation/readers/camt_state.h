/*
 * camt_state: what the reader of camt.053 knows while it reads. For its own files alone.
 */
#ifndef RECONCILIATION_CAMT_STATE_H
#define RECONCILIATION_CAMT_STATE_H

#include <expat.h>

#include "camt.h"
#include "camt_map.h"
#include "telling.h"

enum { DEPTH = 64, TEXT_SIZE = 8192, TEXTS_SIZE = 65536 };

/* An amount as written, with its currency. */
struct written {
	bool there;
	char digits[40], currency[8];
};

/* A charge, or the sum of all where the bank tells no single one. */
struct charge {
	struct place place;
	struct written amount;
	int sign;
	bool included;
	struct span kind, bearer;
};

/* What an entry, or a detail of it, says. */
struct fields {
	struct place place;
	struct written amount, transacted, instructed;
	int sign; /* 0: not said */
	struct span texts[CAMT_TEXTS];
	int reference_count, free_count, charge_count;
	size_t used;
	/* What is behind the counts says nothing. */
	struct span references[READING_REFERENCES], free[READING_TEXTS];
	struct charge charges[READING_CHARGES];
	char bytes[TEXTS_SIZE];
};

struct entry {
	enum { ENTRY_NEW, ENTRY_GOOD, ENTRY_LEFT_OUT } state;
	int sign;
	bool reversal, informs, has_booking, has_value;
	char status[8];
	struct date booking, value;
	struct money amount; /* signed, once it counts */
	int details, told;
	int64_t told_sum;
};

struct balance {
	char type[8];
	struct written amount;
	int sign;
	bool has_date;
	struct date date;
	struct place place;
};

struct camt {
	XML_Parser xml;
	struct telling t;
	struct camt_node nodes[CAMT_NODES];
	int path[DEPTH], depth, foreign; /* foreign: depth below an element that means nothing to us */
	char space[128];                 /* the document's namespace and '|' */
	size_t space_size;
	int version;
	int message; /* of camt_messages */
	bool has_created;
	struct date created; /* of the statement */
	bool wants_text;
	size_t text_size;
	char text[TEXT_SIZE];
	char currency[8]; /* attribute of the amount that is being read */

	int opening_rank, closing_rank;
	struct balance balance;
	struct charge charge;    /* that is being read */
	struct written total;    /* of the charges that are being read */
	int charges_before;      /* how many the fields had before those */
	struct entry entry;
	struct reading_line line; /* that is being told */
	struct fields *fields, *in_entry, *detail, *waiting; /* waiting: a detail that is not told yet, for it may be the only one */
	bool in_detail, has_waiting;
};

struct place camt_here(const struct camt *);

/* The text of the element that ends, trimmed. */
struct span camt_text_now(const struct camt *);
void camt_fields_clear(struct fields *, struct place);
void camt_take_text(struct camt *, struct fields *, enum camt_text, struct span);
void camt_take_list(struct camt *, struct fields *, struct span *list, int *count, int room, struct span);
void camt_take_written(struct camt *, struct written *);
void camt_take_date(struct camt *, const char *what, bool *has, struct date *);
struct span camt_keep(struct fields *, struct span); /* a copy in the fields' own bytes; empty when they are full */
void camt_copy(char *to, size_t room, struct span);
enum rule camt_amount(const struct written *, struct money *, struct why *) MUST_CHECK;
int camt_sign(struct span); /* 1, -1, or 0 for neither */

void camt_charges_begin(struct camt *);
void camt_charge_begin(struct camt *);
void camt_charge_text(struct camt *, enum camt_field, struct span);
void camt_charge_end(struct camt *);
void camt_charges_end(struct camt *);
/* The fields' charges as money: the sink's view of them. */
void camt_charges_tell(struct camt *, const struct fields *, struct reading_line *);

/* What is being filled: the detail, or the entry itself. */
struct fields *camt_fields(struct camt *);

/* Entries, their details, and the lines that they become. */
void camt_entry_begin(struct camt *);
void camt_entry_end(struct camt *);
void camt_detail_begin(struct camt *);
void camt_detail_end(struct camt *);

#endif
