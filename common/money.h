/*
 * money: an exact amount of one currency, in its minor units, and the arithmetic that is allowed on it.
 *
 * No floating point, ever. Every operation is checked: overflow and mixed currencies are errors and never wrap. |minor|
 * stays below 2^53, so that any client in any language can hold it exactly.
 */
#ifndef DUNLIN_MONEY_H
#define DUNLIN_MONEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "span.h"

#define MONEY_LIMIT (INT64_C(1) << 53)

/* ISO 4217 alphabetic code, upper case, NUL-terminated. */
struct currency {
	char code[4];
};

struct money {
	int64_t minor;
	struct currency currency;
};

/* ERR_INVALID unless it is an ISO 4217 code in use. Funds codes and metals without minor units (XAU, XXX …) are refused. */
enum err currency_parse(struct span text, struct currency *) MUST_CHECK;
int currency_exponent(struct currency); /* digits of the minor unit: EUR 2, JPY 0, BHD 3 (ISO 4217) */
bool currency_equal(struct currency, struct currency);
size_t currency_count(void);
const char *currency_at(size_t i, int *exponent, int *number); /* the table, for tests */

enum err money_make(int64_t minor, struct currency, struct money *) MUST_CHECK; /* |minor| < MONEY_LIMIT */
enum err money_add(struct money, struct money, struct money *, struct why *) MUST_CHECK;
enum err money_sub(struct money, struct money, struct money *, struct why *) MUST_CHECK;
struct money money_negate(struct money);
struct money money_zero(struct currency);
int money_compare(struct money, struct money); /* same currency, else bug() */
struct money money_min(struct money, struct money);
bool money_equal(struct money, struct money);

/* "1234.5" in EUR is 123450 minor units. Sign '-' only; no exponent, no blanks, no grouping; more digits than the
 * currency has are refused unless they are zeroes. */
enum err money_parse(struct span digits, struct currency, struct money *, struct why *) MUST_CHECK;
const char *money_digits(struct arena *, struct money); /* "-1234.50" */
const char *money_text(struct arena *, struct money);   /* "EUR -1,234.50", for people */

/* An exact decimal: unscaled / 10^scale, scale 0..12. Quantities, unit prices and rates. */
struct decimal {
	int64_t unscaled;
	int scale;
};

enum err decimal_make(int64_t unscaled, int scale, struct decimal *) MUST_CHECK;
enum err decimal_parse(struct span text, struct decimal *, struct why *) MUST_CHECK;
const char *decimal_text(struct arena *, struct decimal);
int decimal_compare(struct decimal, struct decimal);

/* num/den to the nearest, half to even where no rule says otherwise; den > 0. ERR_INVALID when it does not fit. */
enum err money_round_half_even(__int128 num, __int128 den, int64_t *) MUST_CHECK;
/* Half away from zero, where a rule says so (EN 16931-1 §7.7.1 reads: half up in absolute value). */
enum err money_round_half_up(__int128 num, __int128 den, int64_t *) MUST_CHECK;

/* quantity × unit price (in major units of the currency), rounded once, half up as EN 16931 asks of a line's net amount. */
enum err money_times(struct decimal quantity, struct decimal unit_price, struct currency, struct money *, struct why *) MUST_CHECK;
/* amount × percent / 100, rounded once, half up: the tax of one category (EN 16931 BR-CO-17). */
enum err money_percent(struct money, struct decimal percent, struct money *, struct why *) MUST_CHECK;

/* Splits `whole` by weights (each >= 0, one at least > 0) so that the parts sum to the whole: largest remainder, ties to
 * the earlier part. */
enum err money_split(struct money whole, const int64_t *weights, size_t n, struct money *parts, struct why *) MUST_CHECK;

#endif
