/*
 * mem: rows in memory in place of a database's: tables by key, indexes, and the numbers that a seed makes. Nothing here knows what a row is.
 *
 * A table's value stays at its address; what it points to lives in the arena of the history, which is given back with its end.
 */
#ifndef DUNLIN_SIM_MEM_H
#define DUNLIN_SIM_MEM_H

#include "shelf.h"
#include "span.h"

struct mem_row {
	struct span key;
	uint64_t hash;
	void *value;  /* NULL: deleted */
	int64_t sum;  /* the owner's: what the row's children come to */
	size_t place; /* order of insertion */
};

/* Rows in order of insertion. */
struct mem_rows {
	struct mem_row **at;
	size_t count, room;
};

struct mem_table {
	struct arena *arena;
	const char *name;
	size_t value_size;
	struct mem_rows rows;
	uint32_t *slots; /* positions in rows, plus one */
	size_t slot_count;
};

void mem_open(struct mem_table *, struct arena *, size_t value_size, const char *name);
struct mem_row *mem_row(const struct mem_table *, struct span key); /* NULL: never there */
const void *mem_find(const struct mem_table *, struct span key);    /* NULL: not there */
/* Inserted or replaced; value NULL deletes. */
struct mem_row *mem_put(struct mem_table *, struct span key, const void *value);

/* An index is a table whose values are lists of rows. */
void mem_index_open(struct mem_table *, struct arena *, const char *name);
void mem_index_add(struct mem_table *, struct span key, struct mem_row *);
const struct mem_rows *mem_index_find(const struct mem_table *, struct span key); /* never NULL */

void mem_rows_add(struct mem_rows *, struct arena *, struct mem_row *);

/* a NUL b, in the arena. */
struct span mem_pair(struct arena *, struct span a, struct span b);

/* The lines of a text in order of their bytes, without a line end after the last. */
struct span mem_sort_lines(struct arena *, struct span);

/* Onto the shelf, where it is not there yet. */
void mem_load(struct shelf *, const struct mem_row *);
void mem_load_all(struct shelf *, const struct mem_rows *);
/* Those that are wanted, in the order of their keys, as a statement with an "order by" finds them. */
void mem_load_sorted(struct shelf *, struct arena *, const struct mem_rows *, bool (*is_wanted)(const void *value));
/* Calls back for each value of the shelf that is new or changed: old is NULL for a new one. */
typedef void mem_saved(void *ctx, const void *old, const void *now, struct mem_row *);
void mem_save(struct mem_table *, const struct shelf *, mem_saved *, void *ctx);

/* Numbers by a seed (splitmix64). */
struct rng {
	uint64_t state;
};
struct rng rng_of(uint64_t seed, uint64_t n);
uint64_t rng_next(struct rng *);
uint64_t rng_below(struct rng *, uint64_t n); /* 0 .. n - 1; 0 for n = 0 */
bool rng_one_in(struct rng *, uint64_t n);
const struct mem_row *rng_row(struct rng *, const struct mem_table *); /* NULL where there is none */

#endif
