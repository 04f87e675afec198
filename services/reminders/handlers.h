/*
 * handlers: what each type of message needs and does. All of it is pure.
 */
#ifndef REMINDERS_HANDLERS_H
#define REMINDERS_HANDLERS_H

#include "wire.h"

extern const struct handler reminders_handlers[];

/* Made by the tick and the send role for their own unit of work, never by others. */
extern const char type_look[], type_revise[], type_expire[], type_count[], type_answered[];

/* "Look at this customer", "revise this notice", "expire this hold", "count this statement". `no` makes each unique: it counts in what it names. */
struct message *named_message(struct arena *, const char *type, const struct named *, int64_t no, struct instant time);

/* What came of a notice's try; one a try, however it is learnt. */
void answered_message(struct arena *, const struct answered *, struct message *);

/* Policies and states, for people and the golden file. */
void reminders_rules(struct text *);

#endif
