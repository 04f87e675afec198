/*
 * rows: invoicing's rows in memory, for core.c (what becomes of them) and people.c (what people ask for).
 */
#ifndef DUNLIN_SIM_INVOICING_ROWS_H
#define DUNLIN_SIM_INVOICING_ROWS_H

#include "../mem.h"
#include "../print.h"
#include "book.h"

struct memory {
	struct arena *arena;
	struct world *world;
	struct mem_table tables[SHELVES]; /* of the shelves that are saved */
	struct mem_table of_customer, waiting, of_ref, of_number, credit_of_ref;
	struct mem_table numbers;         /* how many documents a series has */
	struct mem_rows fresh[DOCUMENTS]; /* documents of the batch that is being saved */
};

extern const struct print_table invoicing_tables[];
bool invoicing_operate(struct memory *, struct rng *, struct arena *, struct instant now, struct message *);

#endif
