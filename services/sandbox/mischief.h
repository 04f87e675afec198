/*
 * mischief: what the world does wrong when it is told to: a table of misdeeds, each done so many times to what matches.
 */
#ifndef SANDBOX_MISCHIEF_H
#define SANDBOX_MISCHIEF_H

#include "door.h"

enum misdeed {
	PROVIDER_500,       /* answers 500, nothing was done */
	PROVIDER_500_LATE,  /* answers 500, but it was done */
	PROVIDER_429,       /* too many requests */
	PROVIDER_SLOW,      /* does it, answers after `value` ms */
	PROVIDER_NO_ANSWER, /* does it and cuts the connection */
	PROVIDER_LOST,      /* cuts the connection, nothing was done */
	WEBHOOK_REPEAT,     /* sends it twice */
	WEBHOOK_REORDER,    /* sends it after the one that follows */
	WEBHOOK_DELAY,      /* sends it `value` hours of business time later */
	WEBHOOK_LOST,       /* never sends it */
	WEBHOOK_FORGE,      /* first sends it under a wrong signature */
	SMTP_DEFER,         /* 451 to a recipient */
	SMTP_REJECT,        /* 550 to a recipient */
	SMTP_NO_ANSWER,     /* keeps the mail and cuts the connection before the answer */
	SMTP_LOST,          /* cuts the connection at the end of the mail and keeps nothing */
	SMTP_BOUNCE,        /* takes the mail and returns it to its sender */
	STATEMENT_OVERLAP,  /* the statement also has the bank day before */
	STATEMENT_REPEAT,   /* delivered twice */
	STATEMENT_DAMAGE,   /* the closing balance is wrong by one minor unit */
	STATEMENT_LATE,     /* delivered `value` bank days later */
	MISDEEDS
};

struct mischief *mischief_open(struct arena *);

/* True when that is to be done now to `object` (a path, an event's type, a recipient, an IBAN): one time less is left. */
bool mischief_take(struct world *, enum misdeed, struct span object);
/* The number that goes with it. */
int64_t mischief_value(const struct world *, enum misdeed);

extern const struct door mischief_doors[];

#endif
