/*
 * world: what the sandbox is, as one value that every part is given: the event loop, business time, and the parts.
 *
 * One thread; everything lives in memory and is gone with the process. Ids, names and account numbers follow from the seed and the order of
 * the questions alone. Each void pointer from a library passes checked(): the first field of what it points to is the magic number of its kind.
 */
#ifndef SANDBOX_WORLD_H
#define SANDBOX_WORLD_H

#include <event2/util.h>

#include "arena.h"
#include "date.h"
#include "list.h"
#include "options.h"
#include "span.h"

struct event_base;
struct agenda;
struct bank;
struct fetcher;
struct mailbox;
struct mischief;
struct mover;
struct payers;
struct provider;
struct stream;

struct world {
	uint32_t magic;
	const struct options *options;
	struct event_base *base;
	struct arena *life;  /* until the end */
	struct instant now;  /* business time */
	int64_t ids;         /* made so far */
	const char *http_url, *smtp_url; /* where we listen, as clients say it */
	struct agenda *agenda;
	struct bank *bank;
	struct fetcher *fetcher;
	struct mailbox *mailbox;
	struct mischief *mischief;
	struct mover *mover;
	struct payers *payers;
	struct provider *provider;
	struct stream *stream; /* NULL without a broker */
};

#define WORLD_MAGIC 0x776f726c

/* The pointer again; bug() unless it points to something of that kind. */
void *checked(void *, uint32_t magic) __attribute__((returns_nonnull));

/* The day of business time, UTC. */
struct date world_today(const struct world *);

/* The first day at or after it on which banks work (TARGET). */
struct date world_bank_day(struct date);

/* An instant of a day: so many minutes after its midnight, UTC. */
struct instant world_minute(struct date, int minute);

/* prefix and `length` characters of 0-9 A-Z a-z, never given before; kept for life. */
const char *world_id(struct world *, const char *prefix, size_t length);

/* A number below `limit` that follows from the seed and the text alone. */
uint64_t world_choice(const struct world *, struct span text, uint64_t limit);

/* Calls `run` once, after so many milliseconds of real time. */
void world_after(struct world *, int64_t ms, void (*run)(evutil_socket_t, short what, void *arg), void *arg);

/* Copies for life. */
struct span world_keep(struct world *, struct span);
const char *world_cstr(struct world *, struct span);

#endif
