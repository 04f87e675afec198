/*
 * unit: what the unit tests share: cmocka, seeded chance, arenas of a test, and bug() seen from outside.
 */
#ifndef DUNLIN_TESTS_UNIT_H
#define DUNLIN_TESTS_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/arena.h"
#include "common/span.h"

/* A sequence that depends on the seed alone (splitmix64). */
struct chance {
	uint64_t state;
};

uint64_t chance_next(struct chance *);
uint64_t chance_below(struct chance *, uint64_t limit); /* 0 .. limit - 1 */
int64_t chance_int64(struct chance *);                  /* of every size, either sign, the ends included */

/* Setup and teardown of a test whose *state is an arena of its own. */
int open_arena(void **state);
int close_arena(void **state);
#define WITH_ARENA(test) cmocka_unit_test_setup_teardown(test, open_arena, close_arena)

/* True when the call ends its process by abort(), as bug() does, having said `says` on stderr. */
bool aborts(void (*call)(void *), void *arg, const char *says);

/* A whole file; fails the test when it cannot be read. */
struct span read_file(struct arena *, const char *path);

#endif
