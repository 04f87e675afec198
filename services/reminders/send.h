/*
 * send: hands notices over to the mail system.
 */
#ifndef REMINDERS_SEND_H
#define REMINDERS_SEND_H

#include "letter.h"
#include "outside.h"

extern const struct errand reminders_errands[];

/* Compiles the letters' templates; before any thread starts. */
enum err send_start(struct why *) MUST_CHECK;

/* The letter of a notice, as it goes out. */
enum err send_letter(const struct book *, const struct notice *, struct arena *, struct mail *, struct why *) MUST_CHECK;

#endif
