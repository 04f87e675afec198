#include <stdio.h>

#include "unit.h"

#include "common/shelf.h"

struct thing {
	int64_t a, b;
	char c[8];
};

static struct shelf shelf_of(struct arena *arena)
{
	struct shelf shelf;

	shelf_init(&shelf, arena, sizeof(struct thing), "things");
	return shelf;
}

static enum shelf_state state_at(const struct shelf *shelf, size_t i)
{
	struct span key;
	const void *value;
	enum shelf_state state;

	shelf_at(shelf, i, &key, &value, &state);
	assert_int_equal(value == NULL, state == SHELF_ABSENT);
	return state;
}

static bool same_digest(struct digest a, struct digest b)
{
	return memcmp(a.b, b.b, sizeof(a.b)) == 0;
}

static void what_is_put_is_found(void **state)
{
	struct shelf shelf = shelf_of(*state);
	struct thing thing = { 1, 2, "three" };
	void *put;

	assert_null(shelf_find(&shelf, SPAN("a")));
	assert_false(shelf_is_loaded(&shelf, SPAN("a")));
	put = shelf_put(&shelf, SPAN("a"), &thing);
	assert_ptr_equal(put, shelf_find(&shelf, SPAN("a")));
	assert_memory_equal(shelf_find(&shelf, SPAN("a")), &thing, sizeof(thing));
	assert_ptr_not_equal(shelf_find(&shelf, SPAN("a")), &thing);
	assert_true(shelf_is_loaded(&shelf, SPAN("a")));
	assert_int_equal(state_at(&shelf, 0), SHELF_LOADED);
	assert_null(shelf_find(&shelf, SPAN("a\0")));
}

static void what_is_known_to_be_absent_is_loaded_and_not_found(void **state)
{
	struct shelf shelf = shelf_of(*state);
	struct thing thing = { 5, 6, "7" };

	assert_null(shelf_put(&shelf, SPAN("a"), NULL));
	assert_null(shelf_find(&shelf, SPAN("a")));
	assert_true(shelf_is_loaded(&shelf, SPAN("a")));
	assert_int_equal(state_at(&shelf, 0), SHELF_ABSENT);
	shelf_put(&shelf, SPAN("a"), &thing);
	assert_memory_equal(shelf_find(&shelf, SPAN("a")), &thing, sizeof(thing));
	assert_int_equal(shelf_count(&shelf), 1);
}

static void an_addition_is_zeroed_and_new_and_stays_new(void **state)
{
	static const struct thing zero;
	struct shelf shelf = shelf_of(*state);
	struct thing *added;

	shelf_put(&shelf, SPAN("absent"), NULL);
	added = shelf_add(&shelf, SPAN("absent"));
	assert_memory_equal(added, &zero, sizeof(zero));
	added->a = 9;
	assert_ptr_equal(shelf_edit(&shelf, SPAN("absent")), added);
	assert_int_equal(state_at(&shelf, 0), SHELF_NEW);
	assert_memory_equal(shelf_add(&shelf, SPAN("never seen")), &zero, sizeof(zero));
	assert_int_equal(state_at(&shelf, 1), SHELF_NEW);
}

static void an_edit_changes_what_was_loaded(void **state)
{
	struct shelf shelf = shelf_of(*state);
	struct thing *edited;

	shelf_put(&shelf, SPAN("a"), &(struct thing){ 1, 2, "3" });
	edited = shelf_edit(&shelf, SPAN("a"));
	edited->b = 20;
	assert_int_equal(state_at(&shelf, 0), SHELF_CHANGED);
	assert_int_equal(((const struct thing *)shelf_find(&shelf, SPAN("a")))->b, 20);
	shelf_mark(&shelf);
	(void)shelf_edit(&shelf, SPAN("a"));
	assert_int_equal(state_at(&shelf, 0), SHELF_CHANGED);
}

static void a_restore_goes_back_to_the_mark_and_no_further(void **state)
{
	struct shelf shelf = shelf_of(*state);
	struct digest before;

	shelf_put(&shelf, SPAN("a"), &(struct thing){ 1, 2, "3" });
	((struct thing *)shelf_edit(&shelf, SPAN("a")))->a = 100;
	shelf_mark(&shelf);
	before = shelf_digest(&shelf);
	for (int round = 0; round < 3; round++) {
		((struct thing *)shelf_edit(&shelf, SPAN("a")))->a = 200 + round;
		((struct thing *)shelf_edit(&shelf, SPAN("a")))->b = 300;
		((struct thing *)shelf_add(&shelf, SPAN("b")))->a = 1;
		assert_false(same_digest(before, shelf_digest(&shelf)));
		shelf_restore(&shelf);
		assert_true(same_digest(before, shelf_digest(&shelf)));
		assert_false(shelf_is_loaded(&shelf, SPAN("b")));
		assert_int_equal(((const struct thing *)shelf_find(&shelf, SPAN("a")))->a, 100);
	}
}

static void what_was_absent_is_absent_again(void **state)
{
	struct shelf shelf = shelf_of(*state);

	shelf_put(&shelf, SPAN("a"), NULL);
	shelf_mark(&shelf);
	((struct thing *)shelf_add(&shelf, SPAN("a")))->a = 1;
	shelf_restore(&shelf);
	assert_null(shelf_find(&shelf, SPAN("a")));
	assert_true(shelf_is_loaded(&shelf, SPAN("a")));
	assert_int_equal(((struct thing *)shelf_add(&shelf, SPAN("a")))->a, 0);
}

static void addresses_hold_while_the_shelf_grows(void **state)
{
	struct shelf shelf = shelf_of(*state);
	struct thing *first = shelf_add(&shelf, SPAN("first"));

	for (int i = 0; i < 5000; i++) {
		char key[16];

		snprintf(key, sizeof(key), "%d", i);
		((struct thing *)shelf_add(&shelf, span_of(key)))->a = i;
		memset(key, 'x', sizeof(key)); /* the shelf has a copy */
	}
	assert_ptr_equal(shelf_find(&shelf, SPAN("first")), first);
	for (int i = 0; i < 5000; i++) {
		char text[16];
		struct span key;
		const void *value;
		enum shelf_state at;

		snprintf(text, sizeof(text), "%d", i);
		shelf_at(&shelf, (size_t)i + 1, &key, &value, &at);
		assert_true(span_is(key, text));
		assert_ptr_equal(value, shelf_find(&shelf, span_of(text)));
		assert_int_equal(((const struct thing *)value)->a, i);
	}
}

static void the_digest_tells_keys_states_and_bytes_apart(void **state)
{
	struct shelf shelves[6];
	struct thing thing = { 1, 2, "3" }, other = { 1, 2, "4" };

	for (size_t i = 0; i < 6; i++)
		shelves[i] = shelf_of(*state);
	shelf_put(&shelves[1], SPAN("a"), NULL);
	shelf_put(&shelves[2], SPAN("a"), &thing);
	shelf_put(&shelves[3], SPAN("a"), &other);
	shelf_put(&shelves[4], SPAN("b"), &thing);
	*(struct thing *)shelf_add(&shelves[5], SPAN("a")) = thing;
	for (size_t i = 0; i < 6; i++) {
		for (size_t k = 0; k < 6; k++)
			assert_int_equal(same_digest(shelf_digest(&shelves[i]), shelf_digest(&shelves[k])), i == k);
	}
}

static void add_twice(void *shelf)
{
	shelf_add(shelf, SPAN("a"));
}

static void put_twice(void *shelf)
{
	shelf_put(shelf, SPAN("a"), &(struct thing){ 0 });
}

static void edit_nothing(void *shelf)
{
	shelf_edit(shelf, SPAN("nothing"));
}

static void edit_absent(void *shelf)
{
	shelf_edit(shelf, SPAN("absent"));
}

static void look_past_the_end(void *shelf)
{
	struct span key;
	const void *value;
	enum shelf_state state;

	shelf_at(shelf, 2, &key, &value, &state);
}

static void misuse_is_a_bug(void **state)
{
	struct shelf shelf = shelf_of(*state);

	shelf_put(&shelf, SPAN("a"), &(struct thing){ 0 });
	shelf_put(&shelf, SPAN("absent"), NULL);
	assert_true(aborts(add_twice, &shelf, "bug: shelf things"));
	assert_true(aborts(put_twice, &shelf, "bug: shelf things"));
	assert_true(aborts(edit_nothing, &shelf, "bug: shelf things"));
	assert_true(aborts(edit_absent, &shelf, "bug: shelf things"));
	assert_true(aborts(look_past_the_end, &shelf, "bug: shelf things"));
}

/* ---- a model that copies everything ---- */

#define KEYS 60

struct model_entry {
	bool known;
	enum shelf_state state;
	struct thing value;
};

struct model {
	struct model_entry entries[KEYS];
	size_t order[KEYS], count;
};

static struct span key_of(size_t i)
{
	static char names[KEYS][8];

	snprintf(names[i], sizeof(names[i]), "k%zu", i);
	return span_of(names[i]);
}

static bool is_there(const struct model_entry *entry)
{
	return entry->known && entry->state != SHELF_ABSENT;
}

static void compare(const struct shelf *shelf, const struct model *model)
{
	assert_int_equal(shelf_count(shelf), model->count);
	for (size_t i = 0; i < KEYS; i++) {
		const struct model_entry *entry = &model->entries[i];
		const void *found = shelf_find(shelf, key_of(i));

		assert_int_equal(shelf_is_loaded(shelf, key_of(i)), entry->known);
		assert_int_equal(found != NULL, is_there(entry));
		if (found != NULL)
			assert_memory_equal(found, &entry->value, sizeof(entry->value));
	}
	for (size_t i = 0; i < model->count; i++) {
		struct span key;
		const void *value;
		enum shelf_state state;

		shelf_at(shelf, i, &key, &value, &state);
		assert_true(span_equal(key, key_of(model->order[i])));
		assert_int_equal(state, model->entries[model->order[i]].state);
	}
}

static struct model_entry *know(struct model *model, size_t i)
{
	struct model_entry *entry = &model->entries[i];

	if (!entry->known) {
		entry->known = true;
		entry->state = SHELF_ABSENT;
		model->order[model->count++] = i;
	}
	return entry;
}

static void put(struct shelf *shelf, struct model *model, size_t i, struct chance *chance)
{
	struct thing value = { chance_int64(chance), 0, "put" };
	bool absent = chance_below(chance, 3) == 0;

	if (is_there(&model->entries[i]) || (absent && model->entries[i].known))
		return;
	shelf_put(shelf, key_of(i), absent ? NULL : &value);
	know(model, i)->state = absent ? SHELF_ABSENT : SHELF_LOADED;
	if (!absent)
		model->entries[i].value = value;
}

static void add(struct shelf *shelf, struct model *model, size_t i, struct chance *chance)
{
	struct thing *added;

	if (is_there(&model->entries[i]))
		return;
	added = shelf_add(shelf, key_of(i));
	know(model, i)->state = SHELF_NEW;
	added->b = chance_int64(chance);
	model->entries[i].value = (struct thing){ 0, added->b, "" };
}

static void edit(struct shelf *shelf, struct model *model, size_t i, struct chance *chance)
{
	struct model_entry *entry = &model->entries[i];
	struct thing *edited;

	if (!is_there(entry))
		return;
	edited = shelf_edit(shelf, key_of(i));
	edited->a = entry->value.a = chance_int64(chance);
	if (entry->state == SHELF_LOADED)
		entry->state = SHELF_CHANGED;
}

static void random_work_agrees_with_a_model_that_copies_everything(void **state)
{
	struct chance chance = { 19 };

	for (int round = 0; round < 150; round++) {
		struct shelf shelf = shelf_of(*state);
		static struct model model, marked;
		struct digest digest = shelf_digest(&shelf);

		memset(&model, 0, sizeof(model));
		marked = model;
		for (int step = 0; step < 200; step++) {
			size_t i = chance_below(&chance, KEYS);

			switch (chance_below(&chance, 12)) {
			case 0:
				shelf_mark(&shelf);
				marked = model;
				digest = shelf_digest(&shelf);
				break;
			case 1:
				shelf_restore(&shelf);
				model = marked;
				assert_true(same_digest(digest, shelf_digest(&shelf)));
				break;
			case 2:
			case 3:
			case 4: put(&shelf, &model, i, &chance); break;
			case 5:
			case 6: add(&shelf, &model, i, &chance); break;
			default: edit(&shelf, &model, i, &chance);
			}
			compare(&shelf, &model);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ARENA(what_is_put_is_found),
		WITH_ARENA(what_is_known_to_be_absent_is_loaded_and_not_found),
		WITH_ARENA(an_addition_is_zeroed_and_new_and_stays_new),
		WITH_ARENA(an_edit_changes_what_was_loaded),
		WITH_ARENA(a_restore_goes_back_to_the_mark_and_no_further),
		WITH_ARENA(what_was_absent_is_absent_again),
		WITH_ARENA(addresses_hold_while_the_shelf_grows),
		WITH_ARENA(the_digest_tells_keys_states_and_bytes_apart),
		WITH_ARENA(misuse_is_a_bug),
		WITH_ARENA(random_work_agrees_with_a_model_that_copies_everything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
