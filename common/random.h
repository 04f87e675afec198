/*
 * random: bytes that nobody can guess, for tokens, and for the tail of ids that no handler derives. Edges only: the pure
 * core has no access to it.
 */
#ifndef DUNLIN_RANDOM_H
#define DUNLIN_RANDOM_H

#include <stddef.h>
#include <stdint.h>

void random_bytes(void *, size_t);
uint32_t random_below(uint32_t limit); /* 0 .. limit-1, unbiased; limit > 0 */

#endif
