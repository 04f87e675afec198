#include "money.h"

#include "decimal.h"

enum err money_make(int64_t minor, struct currency currency, struct money *money)
{
	if (minor <= -MONEY_LIMIT || minor >= MONEY_LIMIT)
		return ERR_INVALID;
	*money = (struct money){ minor, currency };
	return OK;
}

static enum err make(int64_t minor, struct currency currency, struct money *money, struct why *why)
{
	if (money_make(minor, currency, money) != OK)
		return why_set(why, ERR_INVALID, "amount_too_large", "an amount of %lld minor units of %s is too large", (long long)minor,
			currency.code);
	return OK;
}

static enum err check_same(struct money a, struct money b, struct why *why)
{
	if (!currency_equal(a.currency, b.currency))
		return why_set(why, ERR_INVALID, "currency_mismatch", "%s and %s do not add up", a.currency.code, b.currency.code);
	return OK;
}

enum err money_add(struct money a, struct money b, struct money *sum, struct why *why)
{
	int64_t minor;

	TRY(check_same(a, b, why));
	if (__builtin_add_overflow(a.minor, b.minor, &minor))
		return why_set(why, ERR_INVALID, "amount_too_large", "a sum in %s is too large", a.currency.code);
	return make(minor, a.currency, sum, why);
}

enum err money_sub(struct money a, struct money b, struct money *rest, struct why *why)
{
	int64_t minor;

	TRY(check_same(a, b, why));
	if (__builtin_sub_overflow(a.minor, b.minor, &minor))
		return why_set(why, ERR_INVALID, "amount_too_large", "a difference in %s is too large", a.currency.code);
	return make(minor, a.currency, rest, why);
}

struct money money_negate(struct money money)
{
	if (money.minor == INT64_MIN)
		bug("money: an amount that no money_make lets pass");
	return (struct money){ -money.minor, money.currency };
}

struct money money_zero(struct currency currency)
{
	return (struct money){ 0, currency };
}

int money_compare(struct money a, struct money b)
{
	if (!currency_equal(a.currency, b.currency))
		bug("money: %s compared with %s", a.currency.code, b.currency.code);
	return (a.minor > b.minor) - (a.minor < b.minor);
}

struct money money_min(struct money a, struct money b)
{
	return money_compare(a, b) <= 0 ? a : b;
}

bool money_equal(struct money a, struct money b)
{
	return a.minor == b.minor && currency_equal(a.currency, b.currency);
}

enum err money_parse(struct span digits, struct currency currency, struct money *money, struct why *why)
{
	int exponent = currency_exponent(currency), scale;
	int64_t unscaled;

	TRY(decimal_read(digits, exponent, &unscaled, &scale, why));
	if (__builtin_mul_overflow(unscaled, (int64_t)decimal_power(exponent - scale), &unscaled))
		return why_set(why, ERR_INVALID, "amount_too_large", "an amount in %s is too large", currency.code);
	return make(unscaled, currency, money, why);
}

const char *money_digits(struct arena *arena, struct money money)
{
	struct text text;

	text_init(&text, arena);
	decimal_add(&text, money.minor, currency_exponent(money.currency), false);
	return text_done(&text).at;
}

const char *money_text(struct arena *arena, struct money money)
{
	struct text text;

	text_init(&text, arena);
	text_printf(&text, "%s ", money.currency.code);
	decimal_add(&text, money.minor, currency_exponent(money.currency), true);
	return text_done(&text).at;
}

/* The quotient towards zero, and how the rest compares with half of the divisor: -1, 0, 1. */
static __int128 divide(__int128 num, __int128 den, int *half)
{
	__int128 rest;

	if (den <= 0)
		bug("money: a divisor that is not positive");
	rest = num % den;
	if (rest < 0)
		rest = -rest;
	/* rest against den - rest, since twice the rest might not fit. */
	*half = (rest > den - rest) - (rest < den - rest);
	return num / den;
}

static enum err round_to(__int128 quotient, bool away, bool negative, int64_t *value)
{
	if (away)
		quotient += negative ? -1 : 1;
	if (quotient < INT64_MIN || quotient > INT64_MAX)
		return ERR_INVALID;
	*value = (int64_t)quotient;
	return OK;
}

enum err money_round_half_even(__int128 num, __int128 den, int64_t *value)
{
	int half;
	__int128 quotient = divide(num, den, &half);

	return round_to(quotient, half > 0 || (half == 0 && quotient % 2 != 0), num < 0, value);
}

enum err money_round_half_up(__int128 num, __int128 den, int64_t *value)
{
	int half;
	__int128 quotient = divide(num, den, &half);

	return round_to(quotient, half >= 0, num < 0, value);
}

/* product / 10^scale in major units, rounded half up to the minor unit. */
static enum err round_product(__int128 product, int scale, struct currency currency, struct money *money, struct why *why)
{
	int exponent = currency_exponent(currency), below = scale > exponent ? scale - exponent : 0;
	int64_t minor;

	if (__builtin_mul_overflow(product, decimal_power(exponent + below - scale), &product) ||
		money_round_half_up(product, decimal_power(below), &minor) != OK)
		return why_set(why, ERR_INVALID, "amount_too_large", "an amount in %s is too large", currency.code);
	return make(minor, currency, money, why);
}

enum err money_times(struct decimal quantity, struct decimal unit_price, struct currency currency, struct money *money, struct why *why)
{
	return round_product((__int128)quantity.unscaled * unit_price.unscaled, quantity.scale + unit_price.scale, currency, money, why);
}

enum err money_percent(struct money money, struct decimal percent, struct money *part, struct why *why)
{
	int64_t minor;

	if (money_round_half_up((__int128)money.minor * percent.unscaled, decimal_power(percent.scale + 2), &minor) != OK)
		return why_set(why, ERR_INVALID, "amount_too_large", "a percentage of an amount in %s is too large", money.currency.code);
	return make(minor, money.currency, part, why);
}
