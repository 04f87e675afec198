/*
 * cover: the "sometimes" table: what the histories of a run have reached. Counting is world.h's.
 */
#ifndef DUNLIN_SIM_COVER_H
#define DUNLIN_SIM_COVER_H

#include <stdbool.h>

/* Prints the table, or what is missing of it alone. How many that must be reached were not. */
int cover_print(bool all_of_them);

void expect_refusals(void);
void refusals_print(void);

#endif
