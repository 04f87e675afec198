/*
 * decimal: how digits are read, for money.c and decimal.c; everybody else uses money.h.
 */
#ifndef DUNLIN_DECIMAL_H
#define DUNLIN_DECIMAL_H

#include "money.h"

#define DECIMAL_SCALE_MAX 12

/* 10^n, 0 <= n <= 38. */
__int128 decimal_power(int n);

/* Reads [-]digits[.digits] as unscaled / 10^*scale with *scale <= most_digits; further digits must be zeroes. Codes:
 * number_malformed, number_too_precise, number_too_large. */
enum err decimal_read(struct span text, int most_digits, int64_t *unscaled, int *scale, struct why *) MUST_CHECK;

/* Appends unscaled / 10^scale with exactly scale digits after the point; `group` adds a comma between thousands. */
void decimal_add(struct text *, int64_t unscaled, int scale, bool group);

#endif
