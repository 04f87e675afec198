#include "chain.h"

#include <inttypes.h>
#include <string.h>

enum { CURRENCIES = 200 }; /* ISO 4217 has fewer */

static void add(struct text *t, struct span field)
{
	text_printf(t, "%zu:", field.size);
	text_span(t, field);
	text_char(t, ',');
}

static void add_number(struct text *t, int64_t n)
{
	char digits[24];
	int size = snprintf(digits, sizeof(digits), "%" PRId64, n);
	add(t, span_bytes(digits, (size_t)size));
}

struct span chain_print(struct arena *arena, const struct entry *e)
{
	struct text t;
	text_init(&t, arena);
	add(&t, e->merchant);
	add_number(&t, e->number);
	add(&t, span_of(uuid_text(arena, e->id)));
	add(&t, e->debit);
	add(&t, e->credit);
	add(&t, e->currency);
	add_number(&t, e->minor);
	add(&t, e->cause);
	add(&t, span_of(uuid_text(arena, e->cause_id)));
	add(&t, e->customer);
	add(&t, span_of(date_text(arena, e->day)));
	add_number(&t, e->posted.us);
	text_char(&t, '\n');
	return text_done(&t);
}

/* ---- sums ---- */

struct sum {
	struct span currency;
	int64_t minor;
};

/* Adds to the sum of its currency; they stay sorted by code. */
static void sum_add(struct sum *sums, size_t *n, const struct entry *e)
{
	size_t i = 0;
	while (i < *n && span_compare(sums[i].currency, e->currency) < 0)
		i++;
	if (i == *n || !span_equal(sums[i].currency, e->currency)) {
		if (*n == CURRENCIES)
			bug("more than %d currencies in a block", CURRENCIES);
		memmove(&sums[i + 1], &sums[i], (*n - i) * sizeof(*sums));
		sums[i] = (struct sum){ e->currency, 0 };
		++*n;
	}
	if (__builtin_add_overflow(sums[i].minor, e->minor, &sums[i].minor))
		bug("the amounts of a block are too large");
}

static struct span print_sums(struct arena *arena, const struct entry *entries, size_t n)
{
	struct sum *sums = ARENA_ARRAY(arena, struct sum, CURRENCIES);
	struct text t;
	size_t count = 0;
	for (size_t i = 0; i < n; i++)
		sum_add(sums, &count, &entries[i]);
	text_init(&t, arena);
	for (size_t i = 0; i < count; i++)
		text_printf(&t, "%.*s %" PRId64 "\n", SPAN_ARG(sums[i].currency), sums[i].minor);
	return text_done(&t);
}

/* ---- seal ---- */

static void make_mark(uint8_t mark[CHAIN_MARK], int64_t number, struct span printed)
{
	struct digest digest = digest_sha256(printed);
	for (int i = 0; i < 8; i++)
		mark[i] = (uint8_t)((uint64_t)number >> (56 - 8 * i));
	memcpy(mark + 8, digest.b, CHAIN_MARK - 8);
}

/* What a block says of itself, hashed behind its entries. */
static struct span print_block(struct arena *arena, const struct block *b)
{
	struct text t;
	text_init(&t, arena);
	add(&t, b->merchant);
	add_number(&t, b->number);
	add_number(&t, b->first);
	add_number(&t, b->last);
	add_number(&t, b->entries);
	add(&t, b->sums);
	add(&t, span_hex(arena, span_bytes(b->previous.b, sizeof(b->previous.b))));
	return text_done(&t);
}

struct block chain_seal(struct arena *arena, const struct block *previous, const struct entry *entries, size_t n)
{
	struct digest_stream *stream = digest_open();
	uint8_t *marks = arena_raw(arena, n * CHAIN_MARK);
	if (!n)
		bug("a block without entries");
	for (size_t i = 0; i < n; i++) {
		struct span printed = chain_print(arena, &entries[i]);
		digest_add(stream, printed);
		make_mark(marks + i * CHAIN_MARK, entries[i].number, printed);
	}
	struct block b = {
		.merchant = entries[0].merchant,
		.number = previous->number + 1,
		.first = entries[0].number,
		.last = entries[n - 1].number,
		.entries = (int64_t)n,
		.sums = print_sums(arena, entries, n),
		.marks = span_bytes(marks, n * CHAIN_MARK),
		.previous = previous->head,
	};
	digest_add(stream, print_block(arena, &b));
	b.head = digest_close(stream);
	return b;
}

/* ---- check ---- */

static const char *const texts[] = {
	[MISFIT_NONE] = "fits",
	[MISFIT_NUMBER] = "a block before it is missing",
	[MISFIT_PREVIOUS] = "does not follow the block before it",
	[MISFIT_ALTERED] = "was sealed with other contents",
	[MISFIT_MISSING] = "was sealed and is not there",
	[MISFIT_ADDED] = "was not there when its place was sealed",
	[MISFIT_HEAD] = "what the block says of itself was changed",
};

const char *misfit_text(enum misfit misfit)
{
	return texts[misfit];
}

static int64_t mark_number(struct span marks, size_t i)
{
	uint64_t number = 0;
	for (size_t b = 0; b < 8; b++)
		number = number << 8 | (uint8_t)marks.at[i * CHAIN_MARK + b];
	return (int64_t)number;
}

/* The first entry that is not the one that was marked in its place. */
static struct fault check_marks(int64_t number, struct span sealed, struct span now)
{
	size_t i = 0, n = sealed.size / CHAIN_MARK, m = now.size / CHAIN_MARK;
	while (i < n && i < m && !memcmp(sealed.at + i * CHAIN_MARK, now.at + i * CHAIN_MARK, CHAIN_MARK))
		i++;
	if (i == n && i == m)
		return (struct fault){ MISFIT_NONE, number, 0 };
	if (i == m || (i < n && mark_number(sealed, i) < mark_number(now, i)))
		return (struct fault){ MISFIT_MISSING, number, mark_number(sealed, i) };
	if (i == n || mark_number(now, i) < mark_number(sealed, i))
		return (struct fault){ MISFIT_ADDED, number, mark_number(now, i) };
	return (struct fault){ MISFIT_ALTERED, number, mark_number(now, i) };
}

struct fault chain_check(
	struct arena *arena, const struct block *previous, const struct block *stored, const struct entry *entries, size_t n)
{
	struct fault fault = { MISFIT_NONE, stored->number, 0 };
	if (stored->number != previous->number + 1)
		fault.misfit = MISFIT_NUMBER;
	else if (memcmp(&stored->previous, &previous->head, sizeof(previous->head)) != 0)
		fault.misfit = MISFIT_PREVIOUS;
	if (fault.misfit)
		return fault;
	struct block now = { 0 };
	if (n)
		now = chain_seal(arena, previous, entries, n);
	fault = check_marks(stored->number, stored->marks, now.marks);
	if (!fault.misfit && (!n || stored->marks.size % CHAIN_MARK || memcmp(&stored->head, &now.head, sizeof(now.head)) != 0 ||
				     stored->first != now.first || stored->last != now.last || stored->entries != now.entries ||
				     !span_equal(stored->sums, now.sums)))
		fault.misfit = MISFIT_HEAD;
	return fault;
}
