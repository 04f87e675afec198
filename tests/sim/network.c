#include <stdio.h>
#include <string.h>

#include "cover.h"
#include "sim.h"

/* The virtual network, and who moves on it: relays, consumers, ticks, senders, clients. Each function does one thing, or says that there is none to do. */

static enum unit_end end_of(const struct sim *s, struct rng *r)
{
	if (s->is_calm)
		return UNIT_COMMITTED;
	if (rng_one_in(r, 30))
		return UNIT_CRASHED;
	return rng_one_in(r, 30) ? UNIT_ANSWER_LOST : UNIT_COMMITTED;
}

/* ---- between finding and locking, another transaction commits ---- */

static void between(void *ctx)
{
	struct sim *s = ctx;
	struct rng r = rng_of(s->seed, (uint64_t)s->now_step * 31 + 7);
	struct node *n = &s->nodes[rng_below(&r, NODES)];

	if (s->is_nested || s->is_calm || s->is_recorded || !rng_one_in(&r, 6))
		return;
	s->is_nested = true;
	cover("fault: another commits between find and lock");
	if (!consume_some(s, n, &r))
		tick_some(s, n, &r);
	s->is_nested = false;
}

static bool run(struct sim *s, struct node *n, struct message **messages, size_t count, const struct sim_position *p, enum unit_end end)
{
	n->between = s->is_nested ? NULL : between;
	n->between_ctx = s;
	return node_run(n, messages, count, p, end);
}

/* ---- relays ---- */

static void append(struct sim *s, const struct record *r)
{
	int topic = topic_of(r->topic);

	records_add(&s->topics[topic].partitions[partition_of(r->key)], s->arena, r);
}

/* Rows from the cursor on, in order; then the cursor moves, unless the relay falls first: they are sent again. */
bool relay_some(struct sim *s, struct node *n, struct rng *r)
{
	size_t left = n->outbox.count - n->cursor, take = 1 + rng_below(r, 6);

	if (left == 0)
		return false;
	take = take < left ? take : left;
	if (!s->is_calm && rng_one_in(r, 40)) {
		cover("fault: a record is dropped on its way to the broker");
		return true;
	}
	if (!s->is_calm && take > 1 && rng_one_in(r, 12)) {
		struct record swapped = n->outbox.at[n->cursor];

		cover("fault: records are reordered");
		append(s, &n->outbox.at[n->cursor + 1]);
		append(s, &swapped);
		take = 2;
	} else
		for (size_t i = 0; i < take; i++)
			append(s, &n->outbox.at[n->cursor + i]);
	s->slept += (int64_t)take;
	if (!s->is_calm && rng_one_in(r, 25))
		cover("fault: the relay falls before its cursor moves");
	else
		n->cursor += take;
	return true;
}

/* ---- consumers ---- */

static bool pick_lag(const struct sim *s, const struct node *n, struct rng *r, int *topic, int *partition)
{
	int topics = 0, start;

	while (n->core->topics[topics] != NULL)
		topics++;
	start = (int)rng_below(r, (uint64_t)topics * PARTITIONS);
	for (int i = 0; i < topics * PARTITIONS; i++) {
		int at = (start + i) % (topics * PARTITIONS);

		*topic = topic_of(n->core->topics[at / PARTITIONS]);
		*partition = at % PARTITIONS;
		if (!s->is_calm && n->stands[*topic][*partition] > s->now_step)
			continue;
		if ((size_t)n->offsets[*topic][*partition] < s->topics[*topic].partitions[*partition].count)
			return true;
	}
	return false;
}

bool consume_some(struct sim *s, struct node *n, struct rng *r)
{
	struct sim_position p;
	struct message *batch[8];
	const struct records *log;
	enum unit_end end = end_of(s, r);
	size_t count = 0, most = s->is_calm ? 8 : 1 + rng_below(r, 8);
	bool zombie = !s->is_calm && rng_one_in(r, 60);

	if (!pick_lag(s, n, r, &p.topic, &p.partition))
		return false;
	log = &s->topics[p.topic].partitions[p.partition];
	p.epoch = n->epochs[p.topic][p.partition] - zombie;
	p.next = n->offsets[p.topic][p.partition];
	while (count < most && (size_t)p.next < log->count) {
		batch[count++] = node_message(n, &log->at[p.next], p.topic, p.partition, p.next);
		p.next++;
	}
	sim_say(s, "%s reads %zu of %s%s%s", n->core->name, count, topic_names[p.topic],
		end == UNIT_CRASHED ? ", falls before it commits" : "", zombie ? ", but is no longer the owner" : "");
	if (run(s, n, batch, count, &p, end) == zombie && zombie)
		sim_fail("not_fenced", "a consumer that lost its partition committed");
	cover(zombie                      ? "fault: a former owner is fenced"
		: end == UNIT_CRASHED     ? "fault: a consumer falls before it commits"
		: end == UNIT_ANSWER_LOST ? "fault: the answer to a commit is lost"
					  : "batch: consumed");
	/* Whoever comes after a fall claims the position anew. */
	if (end != UNIT_COMMITTED)
		n->epochs[p.topic][p.partition]++;
	return true;
}

/* ---- due work ---- */

bool tick_some(struct sim *s, struct node *n, struct rng *r)
{
	struct sim_inbox inbox = node_inbox(n);
	struct message **due, *batch[16];
	size_t count = n->core->due(n->memory, n->arena, s->world.now, &inbox, &due), take = 0;
	enum unit_end end = end_of(s, r);
	bool any = false;

	s->slept++;
	for (size_t i = 0; i < count && take < 16; i++) {
		/* Most are answered from the inbox: what was due once and could not be done is not due for ever. */
		bool was = inbox.has(inbox.node, due[i]->source, due[i]->id);

		any |= !was;
		if (!was || rng_one_in(r, 8))
			batch[take++] = due[i];
	}
	if (take == 0)
		return false;
	sim_say(s, "%s finds %zu due, the first %.*s %.*s", n->core->name, count, SPAN_ARG(batch[0]->type), SPAN_ARG(batch[0]->id));
	run(s, n, batch, take, NULL, end);
	cover(end == UNIT_CRASHED ? "fault: a tick falls before it commits" : "batch: due work");
	return any;
}

/* ---- calls to the outside ---- */

static void keep_call(struct node *n, struct sim_call *call)
{
	if (n->call_count == n->call_room) {
		struct sim_call **wider;

		n->call_room = n->call_room * 2 + 8;
		wider = ARENA_ARRAY(n->arena, struct sim_call *, n->call_room);
		if (n->call_count > 0)
			memcpy(wider, n->calls, n->call_count * sizeof *wider);
		n->calls = wider;
	}
	n->calls[n->call_count++] = call;
}

static bool answer_one(struct sim *s, struct node *n, struct rng *r)
{
	static const char *const names[REACHES] = { "call: answered", "fault: a call never leaves", "fault: the answer to a call is lost",
		"fault: a call is refused", "fault: the other side is busy" };
	size_t at = rng_below(r, n->call_count);
	struct sim_call *call = n->calls[at];
	enum sim_reach reach = s->is_calm || !rng_one_in(r, 4) ? REACH_ANSWERED : (enum sim_reach)rng_below(r, REACHES);
	struct message *m = ARENA_NEW(n->arena, struct message);

	n->calls[at] = n->calls[--n->call_count];
	if (!s->is_calm && rng_one_in(r, 20)) {
		cover("fault: a sender falls with a call in its hands");
		if (rng_one_in(r, 2))
			n->core->answer(n->memory, n->arena, call, reach, r, s->world.now, m);
		return true;
	}
	n->core->answer(n->memory, n->arena, call, reach, r, s->world.now, m);
	m->time = s->world.now;
	m->fate = FATE_SET_ASIDE;
	cover(names[reach]);
	sim_say(s, "%s hears %.*s (%s)", n->core->name, SPAN_ARG(m->id), names[reach]);
	run(s, n, &m, 1, NULL, end_of(s, r));
	return true;
}

static void note_claim(const struct sim *s, const struct node *n, struct sim_call *const *calls, size_t count)
{
	struct span *ids = ARENA_ARRAY(n->arena, struct span, count + 1);

	for (size_t i = 0; i < count; i++)
		ids[i] = calls[i]->id;
	twin_deed(n->core->name, s->world.now, "claim", ids, count);
}

bool send_some(struct sim *s, struct node *n, struct rng *r)
{
	struct sim_inbox inbox = node_inbox(n);
	struct sim_call **calls;
	size_t count;

	if (n->core->claim == NULL)
		return false;
	if (n->call_count > 0 && (s->is_calm || rng_one_in(r, 2)))
		return answer_one(s, n, r);
	count = n->core->claim(n->memory, n->arena, s->world.now, &inbox, &calls);
	note_claim(s, n, calls, count);
	for (size_t i = 0; i < count; i++)
		keep_call(n, calls[i]);
	s->slept += (int64_t)count;
	return count > 0;
}

/* ---- requests ---- */

static void later(struct sim *s, int node, const struct message *m, struct rng *r)
{
	struct pending *p = &s->pending[rng_below(r, PENDING)];

	/* One that is pushed out was dropped. */
	if (p->used)
		cover("fault: a request is dropped");
	*p = (struct pending){ .node = node, .m = *m, .used = true };
	p->m.body = NULL;
}

void request(struct sim *s, int node, struct message *m, struct rng *r)
{
	struct message *own = ARENA_NEW(s->arena, struct message);
	enum unit_end end = end_of(s, r);

	if (m->id.size == 0) {
		m->source = span_of(arena_printf(s->arena, "http:%.*s:%.*s", SPAN_ARG(m->client), SPAN_ARG(m->target)));
		m->id = span_of(arena_printf(s->arena, "key-%lld", (long long)++s->keys));
		m->fate = FATE_ANSWER;
	}
	m->time = s->world.now;
	*own = *m;
	if (s->talks && !s->is_calm)
		sim_say(s, "(%.*s %.*s comes)", SPAN_ARG(own->type), SPAN_ARG(own->target));
	run(s, &s->nodes[node], &own, 1, NULL, end);
	sim_say(s, "%s answers %d to %.*s %.*s %.*s%s%s%s", s->nodes[node].core->name, own->reply.status, SPAN_ARG(own->type),
		SPAN_ARG(own->target), SPAN_ARG(own->payload), own->why.code[0] != '\0' ? " because " : "", own->why.code,
		end == UNIT_CRASHED ? ", but falls before it commits" : "");
	if (own->outcome == OUTCOME_NOT_TAKEN) {
		char name[120];

		snprintf(name, sizeof name, "refusal %s: %s", s->nodes[node].core->name, own->why.code);
		cover(name);
	}
	/* Nobody heard: the client asks again, under the same key. */
	if (end != UNIT_COMMITTED && !rng_one_in(r, 8))
		later(s, node, m, r);
	else if (!s->is_calm && rng_one_in(r, 15)) {
		cover("fault: a request is repeated");
		later(s, node, m, r);
	}
}

bool deliver_some(struct sim *s, struct rng *r)
{
	size_t start = rng_below(r, PENDING);

	for (size_t i = 0; i < PENDING; i++) {
		struct pending *p = &s->pending[(start + i) % PENDING];
		struct message m;

		if (!p->used)
			continue;
		p->used = false;
		m = p->m;
		cover("fault: a request is delayed");
		request(s, p->node, &m, r);
		return true;
	}
	return false;
}
