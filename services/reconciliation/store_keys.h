/*
 * store_keys: parallel arrays of keys for set-based statements.
 */
#ifndef RECONCILIATION_STORE_KEYS_H
#define RECONCILIATION_STORE_KEYS_H

#include "db.h"
#include "unit.h"

/* (merchant, id) pairs. */
struct keys {
	struct args *args;
	struct array *merchants, *ids;
	size_t count;
};

void keys_open(struct keys *, struct arena *, enum db_type of_id);
void keys_add_uuid(struct keys *, struct span merchant, struct uuid);
/* The 16 bytes of a want or find. */
void keys_add_id(struct keys *, struct span merchant, struct span id);
void keys_add_text(struct keys *, struct span merchant, struct span text);

/* Queues the statement when there are keys; *rows is empty otherwise. */
void keys_ask(const struct keys *, struct db *, struct arena *, const struct query *, struct rows *);

#endif
