/*
 * written: dates and amounts as files write them: implied decimals, either decimal mark, years of two digits. Nothing is rounded or guessed.
 */
#ifndef RECONCILIATION_WRITTEN_H
#define RECONCILIATION_WRITTEN_H

#include "date.h"
#include "money.h"

/* Digits alone: their value; false where there are none, other characters, or more than 18 of them. */
bool written_digits(struct span, int64_t *);
/* The same with a sign before them, and no more than an amount may be: minor units whose decimals are implied (BAI2, NACHA). */
bool written_minor(struct span, int64_t *);

/* YYMMDD and YYYYMMDD. Years 80 to 99 are of the last century, as SWIFT has it. */
bool written_yymmdd(struct span, struct date *);
bool written_yyyymmdd(struct span, struct date *);

/* "-1.234,50", "+5", "1'234.50", "(12.00)", "12.00-". `mark` is the decimal mark, 0 where the file does not say: then the last of two kinds is it, and one
 * that stands before exactly three digits may be either, which is refused, as are digits beyond the currency's. */
enum err written_amount(struct span, char mark, struct currency, struct money *, struct why *) MUST_CHECK;

/* An amount without a sign or word of its currency around it: "-23,45 €". */
struct span written_bare(struct span, struct currency);

/* "NOTPROVIDED", "NONREF", zeroes or nothing: no reference. */
bool written_is_null(struct span);

#endif
