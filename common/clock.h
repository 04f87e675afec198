/*
 * clock: protocol time, which is always real: signatures, tokens, timeouts, the time part of ids, log lines.
 *
 * Business time is not read here: it comes from PostgreSQL with the claim of each batch (unit.h) and is an argument
 * everywhere. This is the one file of the tree that reads the machine's clocks.
 */
#ifndef DUNLIN_CLOCK_H
#define DUNLIN_CLOCK_H

#include "date.h"

struct instant clock_real(void); /* wall clock, UTC */
int64_t clock_monotonic_us(void); /* for durations and deadlines */
void clock_pause_ms(int ms);       /* for spacing between looks; never for waiting on a condition */

#endif
