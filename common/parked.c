#include "parked.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common_queries.h"
#include "crash.h"
#include "service.h"
#include "verbs.h"

enum { EXIT_USAGE = 2 };

/* What a call of the verb works with. */
struct parked {
	const struct service *service;
	struct db *db;
	struct arena *arena;
	const char *topic, *key, *seq, *who, *why;
};

static struct message *message_of(struct arena *arena, const struct rows *r, size_t i)
{
	struct message *m = ARENA_NEW(arena, struct message);

	m->source = rows_text(r, i, rows_column(r, "source"));
	m->id = rows_text(r, i, rows_column(r, "id"));
	m->own = rows_bool(r, i, rows_column(r, "own"));
	if (m->own && uuid_parse(m->id, &m->event_id) != OK)
		bug("an own message without a UUID");
	m->type = rows_text(r, i, rows_column(r, "type"));
	m->format = (enum format)rows_int4(r, i, rows_column(r, "format"));
	m->payload = rows_text(r, i, rows_column(r, "payload"));
	m->time = rows_instant(r, i, rows_column(r, "message_time"));
	m->trace = rows_text(r, i, rows_column(r, "trace"));
	m->fate = FATE_SET_ASIDE;
	m->topic = rows_text(r, i, rows_column(r, "topic"));
	m->key = rows_text(r, i, rows_column(r, "key"));
	m->partition = rows_int4(r, i, rows_column(r, "partition"));
	m->offset = rows_int8(r, i, rows_column(r, "message_offset"));
	m->merchant = rows_text(r, i, rows_column(r, "merchant"));
	m->client = rows_text(r, i, rows_column(r, "client"));
	m->target = rows_text(r, i, rows_column(r, "target"));
	return m;
}

static enum err list(struct parked *p, struct why *why)
{
	struct args *a = args_new(p->arena);
	struct rows r;

	args_text(a, span_of(p->topic != NULL ? p->topic : ""));
	args_text(a, span_of(p->key != NULL ? p->key : ""));
	TRY(db_exec(p->db, p->arena, &q_parked_list, a, &r, why));
	printf("%-8s %-24s %-32s %-5s %-5s %-28s %s\n", "SEQ", "TOPIC", "KEY", "HEAD", "TRIES", "CODE", "REASON");
	for (size_t i = 0; i < r.count; i++)
		printf("%-8" PRId64 " %-24.*s %-32.*s %-5s %-5d %-28.*s %.*s\n", rows_int8(&r, i, rows_column(&r, "seq")),
			SPAN_ARG(rows_text(&r, i, rows_column(&r, "topic"))), SPAN_ARG(rows_text(&r, i, rows_column(&r, "key"))),
			rows_bool(&r, i, rows_column(&r, "head")) ? "yes" : "", (int)rows_int4(&r, i, rows_column(&r, "tries")),
			SPAN_ARG(rows_text(&r, i, rows_column(&r, "code"))), SPAN_ARG(rows_text(&r, i, rows_column(&r, "reason"))));
	printf("%zu set aside\n", r.count);
	return OK;
}

static enum err seq_of(struct parked *p, int64_t *seq, struct why *why)
{
	if (p->seq == NULL || span_int64(span_of(p->seq), seq) != OK)
		return why_field(why, ERR_INVALID, "option_missing", "--seq", "the number of the message, as parked list prints it");
	return OK;
}

static enum err show(struct parked *p, struct why *why)
{
	struct args *a = args_new(p->arena);
	struct rows r;
	int64_t seq;

	TRY(seq_of(p, &seq, why));
	args_int8(a, seq);
	TRY(db_exec(p->db, p->arena, &q_parked_show, a, &r, why));
	if (r.count == 0)
		return why_set(why, ERR_NOT_FOUND, "not_parked", "nothing with number %" PRId64, seq);
	for (int c = 0; c < r.columns; c++) {
		const char *name = r.names[c];

		if (strcmp(name, "seq") == 0 || strcmp(name, "message_offset") == 0)
			printf("%-16s %" PRId64 "\n", name, rows_int8(&r, 0, c));
		else if (strcmp(name, "head") == 0 || strcmp(name, "own") == 0)
			printf("%-16s %s\n", name, rows_bool(&r, 0, c) ? "yes" : "no");
		else if (strcmp(name, "format") == 0 || strcmp(name, "partition") == 0 || strcmp(name, "tries") == 0)
			printf("%-16s %d\n", name, (int)rows_int4(&r, 0, c));
		else if (rows_is_null(&r, 0, c))
			continue;
		else if (strcmp(name, "parked_at") == 0 || strcmp(name, "ended_at") == 0 || strcmp(name, "message_time") == 0)
			printf("%-16s %s\n", name, instant_text(p->arena, rows_instant(&r, 0, c)));
		else if (strcmp(name, "payload") == 0)
			printf("%-16s %.*s\n", name, SPAN_ARG(span_hex(p->arena, rows_text(&r, 0, c))));
		else
			printf("%-16s %.*s\n", name, SPAN_ARG(rows_text(&r, 0, c)));
	}
	return OK;
}

static enum err audit(struct parked *p, const char *act, const char *subject, struct why *why)
{
	struct args *a = args_new(p->arena);
	struct rows r;

	args_text(a, span_of(p->who));
	args_text(a, span_of(act));
	args_text(a, span_of(subject));
	args_text(a, span_of(p->why));
	return db_exec(p->db, p->arena, &q_audit_write, a, &r, why);
}

static enum err who_and_why(const struct parked *p, struct why *why)
{
	if (p->who == NULL || *p->who == '\0' || p->why == NULL || *p->why == '\0')
		return why_field(why, ERR_INVALID, "option_missing", "--who, --why", "say who does this, and why");
	return OK;
}

static const char *subject_of(struct parked *p)
{
	return p->seq != NULL ? arena_printf(p->arena, "seq %s", p->seq) : arena_printf(p->arena, "%s %s", p->topic, p->key);
}

/* The whole queue of one stream, or one message that belongs to none. */
static enum err load_queue(struct parked *p, struct rows *r, struct why *why)
{
	struct args *a = args_new(p->arena);
	int64_t seq;

	if (p->topic != NULL && p->key != NULL) {
		args_text(a, span_of(p->topic));
		args_text(a, span_of(p->key));
		return db_exec(p->db, p->arena, &q_parked_queue, a, r, why);
	}
	TRY(seq_of(p, &seq, why));
	args_int8(a, seq);
	TRY(db_exec(p->db, p->arena, &q_parked_alone, a, r, why));
	if (r->count == 1 && rows_text(r, 0, rows_column(r, "key")).size > 0)
		return why_set(why, ERR_REFUSED, "part_of_a_stream",
			"this message is part of a stream: retry or discard it by --topic and --key, in order");
	return OK;
}

static enum err retry_one(struct parked *p, struct unit *u, const struct rows *r, size_t i, struct why *why)
{
	struct message *m = message_of(p->arena, r, i);
	int64_t seq = rows_int8(r, i, rows_column(r, "seq"));

	crash_here(CRASH_PARKED_RETRY);
	TRY(unit_retry(u, m, seq, why));
	crash_here(CRASH_PARKED_RETRIED);
	unit_forget(u);
	if (m->outcome == OUTCOME_APPLIED) {
		printf("%" PRId64 " applied\n", seq);
		return OK;
	}
	return why_set(why, ERR_REFUSED, m->why.code, "%" PRId64 " stays set aside: %s", seq, m->why.text);
}

/* In order, until the queue is empty or one of it fails again. What arrives meanwhile queues behind and is taken too. */
static enum err retry(struct parked *p, struct why *why)
{
	struct unit *u;
	struct rows r;
	enum err err;

	TRY(who_and_why(p, why));
	TRY(load_queue(p, &r, why));
	if (r.count == 0)
		return why_set(why, ERR_NOT_FOUND, "not_parked", "nothing is set aside there");
	TRY(audit(p, "parked retry", subject_of(p), why));
	u = unit_open(p->service, p->db);
	do {
		err = OK;
		for (size_t i = 0; i < r.count && err == OK; i++)
			err = retry_one(p, u, &r, i, why);
		if (err == OK && p->key != NULL)
			err = load_queue(p, &r, why);
	} while (err == OK && p->key != NULL && r.count > 0);
	unit_close(u);
	return err;
}

static enum err unflag(struct parked *p, const struct message *m, struct why *why)
{
	struct args *a = args_new(p->arena);
	struct span merchant, ref;
	struct rows r;
	int kind = 0;

	if (message_key(m->key, &merchant, &ref) != OK)
		return OK;
	while (p->service->kinds[kind].name != NULL && !p->service->kinds[kind].stream)
		kind++;
	args_text(a, merchant);
	args_int4(a, kind);
	args_text(a, ref);
	args_text(a, m->topic);
	args_text(a, m->key);
	return db_exec(p->db, p->arena, &q_parked_unflag, a, &r, why);
}

/* Gives up the head of a stream, or one message of none: what queued behind it waits for a retry. */
static enum err discard(struct parked *p, struct why *why)
{
	struct args *a = args_new(p->arena);
	struct message *m;
	struct rows r;

	TRY(who_and_why(p, why));
	TRY(load_queue(p, &r, why));
	if (r.count == 0)
		return why_set(why, ERR_NOT_FOUND, "not_parked", "nothing is set aside there");
	m = message_of(p->arena, &r, 0);
	array_int8(args_array(a, DB_INT8), rows_int8(&r, 0, rows_column(&r, "seq")));
	args_text(a, SPAN("discarded"));
	TRY(db_begin(p->db, why));
	db_queue(p->db, &q_parked_end, a, 1);
	TRY(audit(p, "parked discard", subject_of(p), why));
	TRY(unflag(p, m, why));
	TRY(db_commit(p->db, why));
	printf("%" PRId64 " discarded\n", rows_int8(&r, 0, rows_column(&r, "seq")));
	return OK;
}

int parked_verb(const struct service *service, int argc, char **argv)
{
	static const struct {
		const char *name;
		enum err (*act)(struct parked *, struct why *);
	} acts[] = { { "list", list }, { "show", show }, { "retry", retry }, { "discard", discard } };
	struct parked p = { .service = service };
	struct why why = { 0 };
	int code = EXIT_USAGE;

	for (size_t i = 0; argc > 0 && i < sizeof acts / sizeof *acts; i++) {
		if (strcmp(argv[0], acts[i].name) != 0)
			continue;
		p.topic = verb_option(argc, argv, "--topic");
		p.key = verb_option(argc, argv, "--key");
		p.seq = verb_option(argc, argv, "--seq");
		p.who = verb_option(argc, argv, "--who");
		p.why = verb_option(argc, argv, "--why");
		code = verb_begin(service, argc, argv, &p.db);
		if (code != 0)
			return code;
		p.arena = arena_open();
		if (acts[i].act(&p, &why) != OK)
			code = verb_fail(&why);
		db_close(p.db);
		arena_close(p.arena);
		return code;
	}
	fprintf(stderr,
		"usage: %s parked list [--topic T] [--key K] | show --seq N | retry --topic T --key K | retry --seq N |\n"
		"       discard --topic T --key K | discard --seq N   (retry and discard: --who WHO --why WHY)\n",
		service->name);
	return code;
}
