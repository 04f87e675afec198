/*
 * labelled: bank lines as payers and banks write them, with their truth. Made from a seed: small towns of customers with open invoices, and lines of every class
 * that a clerk meets, in the languages of the corpus, with typos, cuts and twins.
 */
#ifndef DUNLIN_TESTS_LABELLED_H
#define DUNLIN_TESTS_LABELLED_H

#include "world.h"

/* What the matcher owes to a line of a class. */
enum owes {
	OWES_POST, /* it says enough: posted, and rightly; counts for recall */
	OWES_RIGHT, /* it may be too little: waits, or is posted rightly */
	OWES_WAIT  /* nothing decides: a post is wrong, even where luck makes it right */
};

enum { LABELLED_INVOICES = 8 };

struct labelled {
	const char *class;
	enum owes owes;
	struct line_of line;
	struct uuid invoices[LABELLED_INVOICES]; /* the truth; none: the money is for none of ours */
	size_t count;
	enum difference_kind lacks; /* what the line lacks of them is settled as that; NONE: whatever */
};

struct buyer {
	const char *ref, *name, *iban;
	bool known; /* invoicing has told the account */
	const char *mandate, *form; /* by which it pays from now on; a line or a person has taught it: NULL before */
	struct uuid invoices[LABELLED_INVOICES];
	const char *numbers[LABELLED_INVOICES];
	size_t count;
};

enum { BUYERS = 9 };

struct streets {
	struct world world;
	struct chance chance;
	struct buyer buyers[BUYERS];
	int next, style;
};

/* A town of its own; the arena is its. */
void labelled_open(struct streets *, struct arena *, uint64_t seed);
/* The next line, by what is open now; false where its class finds nothing in this town: ask again. */
bool labelled_next(struct streets *, struct labelled *);
/* All classes, in order of printing; NULL at the end. */
const char *labelled_class(size_t);

/* So many open invoices of one buyer, paid by the line: truth and payer are filled in, amount and text are the caller's. */
bool labelled_pick(struct streets *, size_t n, struct labelled *, const char *numbers[LABELLED_INVOICES], int64_t *sum);

/* ---- less than is owed (labelled_less.c) ---- */

/* What the merchant lets pass: 50 minor units, 3 % within 8 days. */
void labelled_policy(struct streets *);
bool labelled_tolerance(struct streets *, struct labelled *);
bool labelled_discount(struct streets *, struct labelled *);
bool labelled_discount_of_several(struct streets *, struct labelled *);
bool labelled_charges(struct streets *, struct labelled *);
bool labelled_near_the_amount(struct streets *, struct labelled *);
bool labelled_late_discount(struct streets *, struct labelled *);

/* ---- how payers and banks write (labelled_write.c) ---- */

uint64_t labelled_below(struct streets *, uint64_t limit);
bool labelled_happens(struct streets *, unsigned of_hundred);
const char *labelled_print(struct streets *, const char *fmt, ...) PRINTF(2, 3);
/* The number among words of one of the languages. */
const char *labelled_phrase(struct streets *, const char *number);
/* Capitals without accents, as banks have them; cut; or as it is. */
const char *labelled_name(struct streets *, const char *name);
const char *labelled_lower(struct streets *, const char *text);
/* With other signs between. */
const char *labelled_respelt(struct streets *, const char *number);
const char *labelled_with_ohs(struct streets *, const char *number);
/* One digit is another. */
const char *labelled_with_slip(struct streets *, const char *text);
/* A text that a field of so many characters ends in the number's last digits, of which one or two are lost. */
const char *labelled_cut_off(struct streets *, const char *number, size_t width);
/* As a bank does that has lines of so many characters. */
const char *labelled_cut(struct streets *, const char *text, size_t width);

#endif
