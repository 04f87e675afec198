#include "mem.h"

#include <stdlib.h>
#include <string.h>

/* ---- tables ---- */

void mem_open(struct mem_table *t, struct arena *arena, size_t value_size, const char *name)
{
	*t = (struct mem_table){ .arena = arena, .value_size = value_size, .name = name };
}

static size_t slot_of(const struct mem_table *t, struct span key, uint64_t hash)
{
	size_t slot = hash & (t->slot_count - 1);

	while (t->slots[slot] != 0) {
		const struct mem_row *row = t->rows.at[t->slots[slot] - 1];

		if (row->hash == hash && span_equal(row->key, key))
			break;
		slot = (slot + 1) & (t->slot_count - 1);
	}
	return slot;
}

struct mem_row *mem_row(const struct mem_table *t, struct span key)
{
	size_t slot;

	if (t->slot_count == 0)
		return NULL;
	slot = slot_of(t, key, span_hash(key));
	return t->slots[slot] == 0 ? NULL : t->rows.at[t->slots[slot] - 1];
}

const void *mem_find(const struct mem_table *t, struct span key)
{
	const struct mem_row *row = mem_row(t, key);

	return row == NULL ? NULL : row->value;
}

void mem_rows_add(struct mem_rows *rows, struct arena *arena, struct mem_row *row)
{
	if (rows->count == rows->room) {
		struct mem_row **wider;

		rows->room = rows->room == 0 ? 4 : rows->room * 2;
		wider = ARENA_ARRAY(arena, struct mem_row *, rows->room);
		if (rows->count > 0)
			memcpy(wider, rows->at, rows->count * sizeof *wider);
		rows->at = wider;
	}
	rows->at[rows->count++] = row;
}

static void widen(struct mem_table *t)
{
	t->slot_count = t->slot_count == 0 ? 64 : t->slot_count * 2;
	t->slots = ARENA_ARRAY(t->arena, uint32_t, t->slot_count);
	for (size_t i = 0; i < t->rows.count; i++)
		t->slots[slot_of(t, t->rows.at[i]->key, t->rows.at[i]->hash)] = (uint32_t)(i + 1);
}

static struct mem_row *append(struct mem_table *t, struct span key)
{
	struct mem_row *row = ARENA_NEW(t->arena, struct mem_row);

	row->key = span_copy(t->arena, key);
	row->hash = span_hash(key);
	row->place = t->rows.count;
	if ((t->rows.count + 1) * 2 > t->slot_count)
		widen(t);
	t->slots[slot_of(t, row->key, row->hash)] = (uint32_t)(t->rows.count + 1);
	mem_rows_add(&t->rows, t->arena, row);
	return row;
}

struct mem_row *mem_put(struct mem_table *t, struct span key, const void *value)
{
	struct mem_row *row = mem_row(t, key);

	if (row == NULL)
		row = append(t, key);
	if (value == NULL) {
		row->value = NULL;
		return row;
	}
	if (row->value == NULL)
		row->value = arena_alloc(t->arena, t->value_size);
	memcpy(row->value, value, t->value_size);
	return row;
}

/* ---- indexes ---- */

void mem_index_open(struct mem_table *t, struct arena *arena, const char *name)
{
	mem_open(t, arena, sizeof(struct mem_rows), name);
}

void mem_index_add(struct mem_table *t, struct span key, struct mem_row *row)
{
	struct mem_row *list = mem_row(t, key);
	const struct mem_rows none = { 0 };

	if (list == NULL)
		list = mem_put(t, key, &none);
	mem_rows_add(list->value, t->arena, row);
}

const struct mem_rows *mem_index_find(const struct mem_table *t, struct span key)
{
	static const struct mem_rows none;
	const struct mem_row *list = mem_row(t, key);

	return list == NULL ? &none : list->value;
}

struct span mem_pair(struct arena *arena, struct span a, struct span b)
{
	char *at = arena_raw(arena, a.size + 1 + b.size);

	if (a.size > 0)
		memcpy(at, a.at, a.size);
	at[a.size] = '\0';
	if (b.size > 0)
		memcpy(at + a.size + 1, b.at, b.size);
	return span_bytes(at, a.size + 1 + b.size);
}

static int compare_lines(const void *a, const void *b)
{
	return span_compare(*(const struct span *)a, *(const struct span *)b);
}

struct span mem_sort_lines(struct arena *arena, struct span text)
{
	struct span *lines = ARENA_ARRAY(arena, struct span, text.size + 1), rest = text;
	size_t n = 0;
	struct text t;

	while (span_cut(rest, '\n', &lines[n], &rest))
		n++;
	qsort(lines, n, sizeof *lines, compare_lines);
	text_init(&t, arena);
	for (size_t i = 0; i < n; i++) {
		text_add(&t, i > 0 ? "\n" : "");
		text_span(&t, lines[i]);
	}
	return text_done(&t);
}

/* ---- shelves ---- */

void mem_load(struct shelf *shelf, const struct mem_row *row)
{
	if (row != NULL && row->value != NULL && !shelf_is_loaded(shelf, row->key))
		shelf_put(shelf, row->key, row->value);
}

void mem_load_all(struct shelf *shelf, const struct mem_rows *rows)
{
	for (size_t i = 0; i < rows->count; i++)
		mem_load(shelf, rows->at[i]);
}

static int compare_keys(const void *one, const void *other)
{
	const struct mem_row *const *a = one, *const *b = other;

	return span_compare((*a)->key, (*b)->key);
}

void mem_load_sorted(struct shelf *shelf, struct arena *arena, const struct mem_rows *rows, bool (*is_wanted)(const void *value))
{
	struct mem_rows wanted = { 0 };

	for (size_t i = 0; i < rows->count; i++)
		if (is_wanted(rows->at[i]->value))
			mem_rows_add(&wanted, arena, rows->at[i]);
	if (wanted.count > 1)
		qsort(wanted.at, wanted.count, sizeof *wanted.at, compare_keys);
	mem_load_all(shelf, &wanted);
}

void mem_save(struct mem_table *t, const struct shelf *shelf, mem_saved *saved, void *ctx)
{
	void *old = NULL;

	for (size_t i = 0; i < shelf_count(shelf); i++) {
		enum shelf_state state;
		const void *value;
		const struct mem_row *before;
		struct span key;

		shelf_at(shelf, i, &key, &value, &state);
		if (value == NULL || (state != SHELF_NEW && state != SHELF_CHANGED))
			continue;
		before = mem_row(t, key);
		if (before != NULL && before->value != NULL) {
			if (state == SHELF_NEW)
				bug("%s: inserted twice", t->name);
			old = old != NULL ? old : arena_raw(t->arena, t->value_size);
			memcpy(old, before->value, t->value_size);
		}
		const void *was = before != NULL && before->value != NULL ? old : NULL; /* before it is put: the row is the same */
		saved(ctx, was, value, mem_put(t, key, value));
	}
}

/* ---- numbers ---- */

static uint64_t mix(uint64_t z)
{
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

struct rng rng_of(uint64_t seed, uint64_t n)
{
	return (struct rng){ mix(seed + mix(n + UINT64_C(0x9e3779b97f4a7c15))) };
}

uint64_t rng_next(struct rng *r)
{
	return mix(r->state += UINT64_C(0x9e3779b97f4a7c15));
}

uint64_t rng_below(struct rng *r, uint64_t n)
{
	return n == 0 ? 0 : rng_next(r) % n;
}

bool rng_one_in(struct rng *r, uint64_t n)
{
	return rng_below(r, n) == 0;
}

const struct mem_row *rng_row(struct rng *r, const struct mem_table *t)
{
	const struct mem_row *row;

	if (t->rows.count == 0)
		return NULL;
	/* Later rows are looked at more often: that is where things happen. */
	row = t->rows.at[rng_one_in(r, 2) || t->rows.count < 8 ? rng_below(r, t->rows.count) : t->rows.count - 1 - rng_below(r, 8)];
	return row->value == NULL ? NULL : row;
}
