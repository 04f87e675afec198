/*
 * golden: what comes out compared with a file of tests/golden. DUNLIN_GOLDEN=write writes the file instead: then look at the diff.
 */
#ifndef DUNLIN_TESTS_GOLDEN_H
#define DUNLIN_TESTS_GOLDEN_H

#include "../unit.h"

void assert_golden(struct arena *, const char *name, struct span text);

#endif
