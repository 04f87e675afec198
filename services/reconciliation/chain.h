/*
 * chain: the journal under seal. Entries are sealed in blocks, each merchant's a chain of its own: the head of a block is the SHA-256 of its entries, of what the
 * block says of itself, and of the head before it. Whoever knows one head knows whether anything up to there was changed since.
 *
 * 1. Blocks of a merchant are numbered from 1 without a gap. 2. A block holds every entry of the merchant from behind the last entry of the block before to its
 * own last one. 3. A block's marks name each entry by its number and the first 8 bytes of its digest: they say which entry was changed, the head that one was.
 */
#ifndef RECONCILIATION_CHAIN_H
#define RECONCILIATION_CHAIN_H

#include "date.h"
#include "digest.h"
#include "uuid.h"

enum { CHAIN_MARK = 16 }; /* bytes of an entry in the marks: its number, big endian, and the beginning of its digest */

/* A row of the journal as it stands, readable or not. */
struct entry {
	struct span merchant;
	int64_t number; /* in the order in which the journal took them */
	struct uuid id;
	struct span debit, credit, currency;
	int64_t minor;
	struct span cause;
	struct uuid cause_id;
	struct span customer;
	struct date day;
	struct instant posted;
};

struct block {
	struct span merchant;
	int64_t number, first, last; /* the numbers of its first and last entry */
	int64_t entries;
	struct span sums;            /* of the amounts, "EUR 1200\n" for each currency by code */
	struct span marks;
	struct digest previous, head; /* previous of block 1 is zero */
};

/* The printed form of an entry that is hashed: its fields in the order of the struct, each as "<bytes>:<text>,"; instants as microseconds since 1970. */
struct span chain_print(struct arena *, const struct entry *);

/* The next block of the merchant's chain after `previous` (number 0: none) with these entries, at least one, by number; in the arena. */
struct block chain_seal(struct arena *, const struct block *previous, const struct entry *, size_t n);

enum misfit {
	MISFIT_NONE,
	MISFIT_NUMBER, /* a block between this and the one before is missing */
	MISFIT_PREVIOUS, /* it does not follow the block before it */
	MISFIT_ALTERED, /* the entry was sealed with other contents */
	MISFIT_MISSING, /* the entry was sealed and is not there */
	MISFIT_ADDED, /* the entry was not there when its place was sealed */
	MISFIT_HEAD, /* what the block says of itself was changed */
};

struct fault {
	enum misfit misfit;
	int64_t block, entry; /* entry 0: the block itself */
};

const char *misfit_text(enum misfit);

/* Whether a stored block follows `previous` and is what the entries up to its last one make; the first that does not fit. */
struct fault chain_check(struct arena *, const struct block *previous, const struct block *stored, const struct entry *, size_t n);

#endif
