#include "probe.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"

struct applied {
	const struct message *message;
};

struct book {
	struct arena *arena;
	struct applied *applied;
	size_t count, room, mark;
};

static const struct query save_query = { "probe_save",
	"insert into applied (topic, part, message_offset, source, id, key, payload, pid)"
	" select * from unnest($1::text[], $2::int4[], $3::int8[], $4::text[], $5::text[], $6::text[], $7::bytea[], $8::int4[])" };
static const struct query *const queries[] = { &save_query, NULL };

const struct migration probe_migrations[] = {
	{ 1, "0001_probe",
		"create table applied (n bigint generated always as identity primary key, topic text not null, part int not null,"
		" message_offset bigint not null, source text not null, id text not null, key text not null, payload bytea not null,"
		" pid int not null);"
		"grant select, insert on applied to :app;"
		"create table seen (n int, part int, message_offset int8, id uuid, key text);"
		"grant select, insert, truncate on seen to :app;" },
	{ 0, NULL, NULL },
};

static enum err probe_read(struct message *m, struct arena *arena, struct why *why)
{
	(void)arena;
	if (span_is(m->payload, "garbage"))
		return why_field(why, ERR_INVALID, "undecodable", "payload", "garbage");
	return OK;
}

static enum err probe_need(const struct message *m, struct need *need, struct why *why)
{
	struct span merchant, ref;

	(void)why;
	if (message_key(m->key, &merchant, &ref) == OK)
		need_key(need, 0, merchant, ref);
	return OK;
}

/* "crash" ends the process, "gate" waits until the file W_GATE is there: no handler of a service may do that. */
static enum err probe_apply(struct book *b, const struct message *m, struct instant now, struct say *say, struct why *why)
{
	(void)now;
	(void)say;
	if (span_is(m->payload, "crash"))
		raise(SIGKILL);
	if (span_is(m->payload, "refuse"))
		return why_set(why, ERR_REFUSED, "not_today", "refused");
	if (span_is(m->payload, "gate")) {
		log_info("at the gate");
		while (access(getenv("W_GATE"), F_OK) != 0)
			(void)poll(NULL, 0, 10);
	}
	if (b->count == b->room) {
		struct applied *more = ARENA_ARRAY(b->arena, struct applied, b->room * 2 + 64);

		if (b->count > 0)
			memcpy(more, b->applied, b->count * sizeof *more);
		b->room = b->room * 2 + 64;
		b->applied = more;
	}
	b->applied[b->count++].message = m;
	return OK;
}

static struct book *probe_open(struct arena *arena)
{
	struct book *b = ARENA_NEW(arena, struct book);

	b->arena = arena;
	return b;
}

static enum err probe_fetch(struct db *db, struct arena *arena, struct book *b, const struct need *need, struct why *why)
{
	(void)db;
	(void)arena;
	(void)b;
	(void)need;
	(void)why;
	return OK;
}

static enum err probe_save(struct db *db, struct arena *arena, struct book *b, struct why *why)
{
	struct args *a = args_new(arena);
	struct array *topic = args_array(a, DB_TEXT), *part = args_array(a, DB_INT4), *offset = args_array(a, DB_INT8),
		     *source = args_array(a, DB_TEXT), *id = args_array(a, DB_TEXT), *key = args_array(a, DB_TEXT),
		     *payload = args_array(a, DB_BYTES), *pid = args_array(a, DB_INT4);

	(void)why;
	for (size_t i = 0; i < b->count; i++) {
		const struct message *m = b->applied[i].message;

		array_text(topic, m->topic);
		array_int4(part, m->partition);
		array_int8(offset, m->offset);
		array_text(source, m->source);
		array_text(id, m->id);
		array_text(key, m->key);
		array_bytes(payload, m->payload.at != NULL ? m->payload : SPAN(""));
		array_int4(pid, getpid());
	}
	if (b->count > 0)
		db_queue(db, &save_query, a, (int64_t)b->count);
	return OK;
}

static void probe_mark(struct book *b)
{
	b->mark = b->count;
}

static void probe_restore(struct book *b)
{
	b->count = b->mark;
}

static const struct store store = {
	.open = probe_open, .fetch = probe_fetch, .save = probe_save, .mark = probe_mark, .restore = probe_restore
};
static const struct kind kinds[] = { { "customer", true }, { NULL, false } };
static const struct handler handlers[] = {
	{ "probe.Told", "keeps it", probe_read, probe_need, probe_apply },
	{ "probe.Ignored", "passed over", NULL, NULL, NULL },
	{ NULL, NULL, NULL, NULL, NULL },
};

/* The names of a service are all that differs between tests. */
const struct service *probe_service(const char *name)
{
	static char names[4][80];
	static struct intake intakes[3];
	static struct topic topics[2];
	static struct service service;

	snprintf(names[0], sizeof names[0], "%s", name);
	snprintf(names[1], sizeof names[1], "%s.facts", name);
	snprintf(names[2], sizeof names[2], "%s.orders", name);
	snprintf(names[3], sizeof names[3], "%s.said", name);
	intakes[0] = (struct intake){ .topic = names[1] };
	intakes[1] = (struct intake){ .topic = names[2], .foreign = true };
	topics[0] = (struct topic){ .name = names[3], .cleanup = "delete", .retention_ms = 86400000 };
	service = (struct service){ .name = names[0],
		.kinds = kinds,
		.handlers = handlers,
		.store = &store,
		.queries = queries,
		.migrations = probe_migrations,
		.intakes = intakes,
		.topics = topics };
	return &service;
}
