#include "shelf.h"

#include <string.h>

/* `before` is allocated on the first edit and used again by later ones; it holds an image while `is_kept`. */
struct shelf_entry {
	struct span key;
	uint64_t hash;
	void *value;
	void *before;
	enum shelf_state state, state_before;
	bool is_kept;
};

void shelf_init(struct shelf *shelf, struct arena *arena, size_t value_size, const char *name)
{
	*shelf = (struct shelf){ .arena = arena, .name = name, .value_size = value_size };
}

/* The slot where the key is, or the empty one where it would go. */
static size_t slot_of(const struct shelf *shelf, struct span key, uint64_t hash)
{
	size_t slot = hash & (shelf->slot_count - 1);

	while (shelf->slots[slot] != 0) {
		const struct shelf_entry *entry = shelf->entries[shelf->slots[slot] - 1];

		if (entry->hash == hash && span_equal(entry->key, key))
			break;
		slot = (slot + 1) & (shelf->slot_count - 1);
	}
	return slot;
}

static struct shelf_entry *find(const struct shelf *shelf, struct span key)
{
	size_t slot;

	if (shelf->slot_count == 0)
		return NULL;
	slot = slot_of(shelf, key, span_hash(key));
	return shelf->slots[slot] == 0 ? NULL : shelf->entries[shelf->slots[slot] - 1];
}

/* Doubles an array of pointers in the arena when it is full. */
static struct shelf_entry **room_for_one(struct arena *arena, struct shelf_entry **array, size_t count, size_t *room)
{
	struct shelf_entry **wider;

	if (count < *room)
		return array;
	*room = *room == 0 ? 16 : *room * 2;
	wider = ARENA_ARRAY(arena, struct shelf_entry *, *room);
	if (count > 0)
		memcpy(wider, array, count * sizeof(struct shelf_entry *));
	return wider;
}

/* Puts the entries into a table of twice the size, in their order: see forget_last. */
static void widen_slots(struct shelf *shelf)
{
	shelf->slot_count = shelf->slot_count == 0 ? 32 : shelf->slot_count * 2;
	shelf->slots = ARENA_ARRAY(shelf->arena, uint32_t, shelf->slot_count);
	for (size_t i = 0; i < shelf->count; i++) {
		const struct shelf_entry *entry = shelf->entries[i];

		shelf->slots[slot_of(shelf, entry->key, entry->hash)] = (uint32_t)(i + 1);
	}
}

static struct shelf_entry *append(struct shelf *shelf, struct span key)
{
	struct shelf_entry *entry = ARENA_NEW(shelf->arena, struct shelf_entry);

	if (shelf->count >= UINT32_MAX / 2)
		bug("shelf %s is full", shelf->name);
	entry->key = span_copy(shelf->arena, key);
	entry->hash = span_hash(key);
	entry->state = SHELF_ABSENT;
	if ((shelf->count + 1) * 2 > shelf->slot_count)
		widen_slots(shelf);
	shelf->slots[slot_of(shelf, entry->key, entry->hash)] = (uint32_t)(shelf->count + 1);
	shelf->entries = room_for_one(shelf->arena, shelf->entries, shelf->count, &shelf->room);
	shelf->entries[shelf->count++] = entry;
	return entry;
}

/* The table is always what inserting the entries in order into an empty one gives, so the last one's slot can simply be
 * emptied: no other entry was placed behind it. */
static void forget_last(struct shelf *shelf)
{
	const struct shelf_entry *entry = shelf->entries[shelf->count - 1];

	shelf->slots[slot_of(shelf, entry->key, entry->hash)] = 0;
	shelf->count--;
}

/* Keeps the before-image, once since the mark. */
static void keep(struct shelf *shelf, struct shelf_entry *entry)
{
	if (entry->is_kept)
		return;
	entry->is_kept = true;
	entry->state_before = entry->state;
	if (entry->value != NULL) {
		if (entry->before == NULL)
			entry->before = arena_raw(shelf->arena, shelf->value_size);
		memcpy(entry->before, entry->value, shelf->value_size);
	}
	shelf->kept = room_for_one(shelf->arena, shelf->kept, shelf->kept_count, &shelf->kept_room);
	shelf->kept[shelf->kept_count++] = entry;
}

static void *room_of_value(const struct shelf *shelf, struct shelf_entry *entry)
{
	if (entry->value == NULL)
		entry->value = arena_raw(shelf->arena, shelf->value_size);
	return entry->value;
}

const void *shelf_find(const struct shelf *shelf, struct span key)
{
	const struct shelf_entry *entry = find(shelf, key);

	return entry == NULL || entry->state == SHELF_ABSENT ? NULL : entry->value;
}

bool shelf_is_loaded(const struct shelf *shelf, struct span key)
{
	return find(shelf, key) != NULL;
}

void *shelf_put(struct shelf *shelf, struct span key, const void *value)
{
	struct shelf_entry *entry = find(shelf, key);

	if (entry == NULL)
		entry = append(shelf, key);
	else if (entry->state != SHELF_ABSENT || value == NULL)
		bug("shelf %s: a second put of one key", shelf->name);
	if (value == NULL)
		return NULL;
	keep(shelf, entry);
	entry->state = SHELF_LOADED;
	return memcpy(room_of_value(shelf, entry), value, shelf->value_size);
}

void *shelf_add(struct shelf *shelf, struct span key)
{
	struct shelf_entry *entry = find(shelf, key);

	if (entry == NULL)
		entry = append(shelf, key);
	else if (entry->state != SHELF_ABSENT)
		bug("shelf %s: added what is there already", shelf->name);
	keep(shelf, entry);
	entry->state = SHELF_NEW;
	return memset(room_of_value(shelf, entry), 0, shelf->value_size);
}

void *shelf_edit(struct shelf *shelf, struct span key)
{
	struct shelf_entry *entry = find(shelf, key);

	if (entry == NULL || entry->state == SHELF_ABSENT)
		bug("shelf %s: edited what is not there", shelf->name);
	keep(shelf, entry);
	if (entry->state == SHELF_LOADED)
		entry->state = SHELF_CHANGED;
	return entry->value;
}

void shelf_mark(struct shelf *shelf)
{
	for (size_t i = 0; i < shelf->kept_count; i++)
		shelf->kept[i]->is_kept = false;
	shelf->kept_count = 0;
	shelf->count_at_mark = shelf->count;
}

void shelf_restore(struct shelf *shelf)
{
	while (shelf->count > shelf->count_at_mark)
		forget_last(shelf);
	for (size_t i = 0; i < shelf->kept_count; i++) {
		struct shelf_entry *entry = shelf->kept[i];

		entry->is_kept = false;
		entry->state = entry->state_before;
		if (entry->state != SHELF_ABSENT)
			memcpy(entry->value, entry->before, shelf->value_size);
	}
	shelf->kept_count = 0;
}

size_t shelf_count(const struct shelf *shelf)
{
	return shelf->count;
}

void shelf_at(const struct shelf *shelf, size_t i, struct span *key, const void **value, enum shelf_state *state)
{
	const struct shelf_entry *entry;

	if (i >= shelf->count)
		bug("shelf %s: %zu of %zu", shelf->name, i, shelf->count);
	entry = shelf->entries[i];
	*key = entry->key;
	*value = entry->state == SHELF_ABSENT ? NULL : entry->value;
	*state = entry->state;
}

struct digest shelf_digest(const struct shelf *shelf)
{
	struct digest_stream *stream = digest_open();

	for (size_t i = 0; i < shelf->count; i++) {
		const struct shelf_entry *entry = shelf->entries[i];
		uint64_t head[] = { entry->key.size, (uint64_t)entry->state };

		digest_add(stream, span_bytes(head, sizeof(head)));
		digest_add(stream, entry->key);
		if (entry->state != SHELF_ABSENT)
			digest_add(stream, span_bytes(entry->value, shelf->value_size));
	}
	return digest_close(stream);
}
