/*
 * list: pointers in order, growing; for what lives as long as the sandbox.
 */
#ifndef SANDBOX_LIST_H
#define SANDBOX_LIST_H

#include <stddef.h>

/* Starts as zeroes. */
struct list {
	void **at;
	size_t n, room;
};

void list_add(struct list *, void *);
void list_remove(struct list *, size_t i); /* the order of the others stays */
void list_clear(struct list *);            /* gives its memory back, not what it points to */

#endif
