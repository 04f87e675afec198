/*
 * pages: the sandbox's HTML, compiled once.
 */
#ifndef SANDBOX_PAGES_H
#define SANDBOX_PAGES_H

#include "door.h"
#include "template.h"

/* Compiles them; a mistake in one is a bug(). */
void pages_open(struct arena *);

/* Prints the page `name`; its values fill the root. */
void page_answer(struct ask *, const char *name, const struct tvalue *root, struct answer *);

extern const struct door page_doors[];

#endif
