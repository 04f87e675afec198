/*
 * shelf: the aggregates of one type that a batch has in its hands: an identity map with before-images.
 *
 * The book of a service is made of shelves. The store's fetch puts what it read (or that there is nothing), handlers
 * find, add and edit, the save walks what is new or changed. Between a mark and a restore everything done to the
 * shelf is undone to the byte, so that a refused message leaves the book as it was.
 *
 * 1. A value is a struct of one fixed size, allocated by itself: its address holds while the shelf grows, and until a
 *    restore for what was added since the mark.
 * 2. The before-image is the struct alone. What it points to (lines, names) lives in the arena and is never changed in
 *    place: a handler that changes an array makes a new one and replaces the pointer.
 * 3. Nothing leaves a shelf, other than by a restore.
 */
#ifndef DUNLIN_SHELF_H
#define DUNLIN_SHELF_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"
#include "digest.h"
#include "span.h"

enum shelf_state {
	SHELF_LOADED, /* as it is in the database */
	SHELF_ABSENT, /* looked for; the database has none */
	SHELF_NEW,    /* added: to be inserted */
	SHELF_CHANGED /* edited: to be updated */
};

struct shelf_entry;

/* The fields are the shelf's own. */
struct shelf {
	struct arena *arena;
	const char *name;
	size_t value_size;
	struct shelf_entry **entries; /* in order of insertion */
	size_t count, room;
	uint32_t *slots; /* hash table of positions in entries, plus one; 0 is empty */
	size_t slot_count;
	size_t count_at_mark;
	struct shelf_entry **kept; /* those with a before-image since the mark */
	size_t kept_count, kept_room;
};

/* An empty shelf, as if just marked. `name` (for messages of bug()) and the arena must outlive it. */
void shelf_init(struct shelf *, struct arena *, size_t value_size, const char *name);

/* The value; NULL when there is none (never put, or absent). */
const void *shelf_find(const struct shelf *, struct span key);

/* True once the key was put, as a value or as absent, or added. */
bool shelf_is_loaded(const struct shelf *, struct span key);

/* For the store's fetch: copies the value in (LOADED), or notes with NULL that there is none (ABSENT; returns NULL).
 * A key may be put as absent first and as a value later; any other second put is a bug(). */
void *shelf_put(struct shelf *, struct span key, const void *value);

/* A new aggregate, zeroed, to be filled by the caller: NEW. It is a bug() if there is one already. */
void *shelf_add(struct shelf *, struct span key);

/* The value for change; keeps its before-image on the first edit since the mark. LOADED becomes CHANGED. It is a bug()
 * if there is none. */
void *shelf_edit(struct shelf *, struct span key);

/* Start of a message: what was done so far is accepted, its before-images are forgotten. */
void shelf_mark(struct shelf *);

/* Undoes everything since the mark: values, states, additions and puts. May be followed by more work and restores. */
void shelf_restore(struct shelf *);

/* Walks the shelf in order of insertion, i < shelf_count. *value is NULL for an absent one. */
size_t shelf_count(const struct shelf *);
void shelf_at(const struct shelf *, size_t i, struct span *key, const void **value, enum shelf_state *state);

/* SHA-256 over keys, states and value bytes in order of insertion: two equal digests, two equal shelves. */
struct digest shelf_digest(const struct shelf *);

#endif
