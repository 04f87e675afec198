/*
 * store_ledger: the journal under seal in its tables: seals what is due, and compares the blocks with the rows that they hold.
 */
#ifndef RECONCILIATION_STORE_LEDGER_H
#define RECONCILIATION_STORE_LEDGER_H

#include "chain.h"
#include "db.h"

/* Rows of the journal, all columns, as entries. */
struct entry *ledger_entries(struct arena *, const struct rows *);

/* Seals every entry that no other can come before, a block of at most 2,000 at a time. now: business time. */
enum err ledger_seal(struct db *, struct instant now, struct why *) MUST_CHECK;

/* The last block of a merchant, number 0 when there is none, when it was sealed, and how many entries came after it. */
struct ledger_head {
	struct block block;
	struct instant sealed;
	int64_t unsealed;
};
enum err ledger_head(struct db *, struct arena *, struct span merchant, struct ledger_head *, struct why *) MUST_CHECK;

/* What a comparison of one merchant's blocks with the journal found. */
struct ledger_verdict {
	struct fault fault;      /* the first that does not fit */
	int64_t blocks, entries; /* that fit */
	bool met;                /* the head that was looked for is one of them */
	struct digest head;      /* of the last that fits */
	int64_t unsealed;
};
/* From the first block to the last, one at a time. `met` is NULL, or a head that must be among them. */
enum err ledger_verify(struct db *, struct span merchant, const struct digest *met, struct ledger_verdict *, struct why *) MUST_CHECK;

#endif
