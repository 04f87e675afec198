/*
 * letters: names and texts, UTF-8 with us, in the letters that a format has.
 */
#ifndef SANDBOX_LETTERS_H
#define SANDBOX_LETTERS_H

#include "span.h"

/* Windows-1252, in which banks write what has no charset of its own; '?' for what it lacks. */
struct span letters_cp1252(struct arena *, struct span);

/* ASCII alone: ä is ae, é is e; '?' for what has no such spelling. */
struct span letters_ascii(struct arena *, struct span);

#endif
