#include <string.h>

#include "cover.h"
#include "sim.h"

/* One step: who does what. */

/* ---- what people do ---- */

static void publish(struct sim *s, const struct message *m, struct rng *r)
{
	struct record record = { .key = m->key,
		.source = SPAN("shop"),
		.id = span_of(arena_printf(s->arena, "ce-%lld", (long long)++s->keys)),
		.type = m->type,
		.payload = m->payload,
		.time = s->world.now,
		.topic = topic_names[5] };
	int times = rng_one_in(r, 12) ? 2 : 1;

	if (times == 2)
		cover("fault: a publisher sends twice");
	sim_say(s, "somebody publishes %.*s for %.*s", SPAN_ARG(m->type), SPAN_ARG(m->key));
	for (int i = 0; i < times; i++) {
		records_add(&s->published, s->arena, &record);
		records_add(&s->topics[5].partitions[partition_of(record.key)], s->arena, &record);
	}
}

static void operate(struct sim *s, struct rng *r)
{
	static const int weights[] = { 0, 0, 0, 1, 1, 1, 1, 1, 2, 3, 3, 3, 3, 3 };
	int node = weights[rng_below(r, sizeof weights / sizeof *weights)];
	struct message m = { 0 };

	if (!s->nodes[node].core->operate(s->nodes[node].memory, r, s->arena, s->world.now, &m))
		return;
	if (m.topic.size > 0)
		publish(s, &m, r);
	else if (rng_one_in(r, 10))
		/* On its way for a while. */
		s->pending[rng_below(r, PENDING)] = (struct pending){ .node = node, .m = m, .used = true };
	else
		request(s, node, &m, r);
}

/* ---- faults that are none of the network's ---- */

/* A new cluster id: positions begin anew, relays replay what their outboxes hold. */
static void lose_broker(struct sim *s)
{
	cover("fault: the broker comes back with nothing");
	sim_say(s, "the broker comes back with nothing");
	for (int t = 0; t < TOPICS; t++)
		for (int p = 0; p < PARTITIONS; p++)
			s->topics[t].partitions[p].count = 0;
	for (size_t i = 0; i < s->published.count; i++)
		records_add(&s->topics[5].partitions[partition_of(s->published.at[i].key)], s->arena, &s->published.at[i]);
	for (int i = 0; i < NODES; i++) {
		s->nodes[i].cursor = 0;
		memset(s->nodes[i].offsets, 0, sizeof s->nodes[i].offsets);
	}
}

/* An operator sets a position back. */
static void replay(struct sim *s, struct rng *r)
{
	struct node *n = &s->nodes[rng_below(r, NODES)];
	int topic = topic_of(n->core->topics[0]), partition = (int)rng_below(r, PARTITIONS);
	int64_t *offset = &n->offsets[topic][partition];

	cover("fault: a position is set back");
	sim_say(s, "%s reads %s again from the beginning", n->core->name, topic_names[topic]);
	*offset = (int64_t)rng_below(r, (uint64_t)*offset + 1);
	n->epochs[topic][partition]++;
}

/* Nothing of a partition is read for a while. */
static void stand_still(struct sim *s, struct rng *r)
{
	struct node *n = &s->nodes[rng_below(r, NODES)];
	int topics = 0, topic;

	while (n->core->topics[topics] != NULL)
		topics++;
	topic = topic_of(n->core->topics[rng_below(r, (uint64_t)topics)]);
	cover("fault: a partition stands still");
	for (int p = 0; p < PARTITIONS; p++)
		n->stands[topic][p] = s->now_step + (int64_t)rng_below(r, 900);
}

/* A fact that nobody can read, under a customer's key. */
static void poison(struct sim *s, struct rng *r)
{
	struct node *n = &s->nodes[rng_below(r, NODES)];
	struct record record;

	if (n->outbox.count == 0)
		return;
	record = n->outbox.at[rng_below(r, n->outbox.count)];
	if (record.payload.size < 8 || record.is_poison || topic_of(record.topic) == 4)
		return;
	cover("fault: a fact that nobody can read");
	sim_say(s, "nobody can read the next %.*s for %.*s", SPAN_ARG(record.type), SPAN_ARG(record.key));
	for (size_t i = 0; i < sizeof record.event_id.b; i++)
		record.event_id.b[i] = (uint8_t)rng_next(r);
	record.id = span_of(uuid_text(s->arena, record.event_id));
	record.payload = SPAN("\xff\xff\xff\xff\xff");
	record.is_poison = true;
	records_add(&s->topics[topic_of(record.topic)].partitions[partition_of(record.key)], s->arena, &record);
}

/* An operator ends what is set aside. */
static void unpark_one(struct sim *s, struct rng *r)
{
	struct node *n = &s->nodes[rng_below(r, NODES)];
	size_t at;

	if (n->parked_count == 0 || s->is_recorded)
		return;
	at = rng_below(r, n->parked_count);
	if (n->parked[at].ended || !n->parked[at].head)
		return;
	sim_say(s, "%s: an operator ends what is set aside of %.*s", n->core->name, SPAN_ARG(n->parked[at].m->key));
	cover(node_retry(n, at, n->parked[at].m->trace.size > 0) ? "fault: what was set aside flows again" : "fault: a retry fails");
}

void fault_some(struct sim *s, struct rng *r)
{
	switch (rng_below(r, 40)) {
	case 0: lose_broker(s); break;
	case 1:
	case 2: replay(s, r); break;
	case 3:
	case 4: poison(s, r); break;
	case 5:
	case 6: stand_still(s, r); break;
	default: unpark_one(s, r); break;
	}
}

/* ---- time ---- */

void time_some(struct sim *s, struct rng *r)
{
	static const int64_t seconds[] = { 1, 20, 90, 600, 3600, 7200, 86400 / 2, 86400 };
	int64_t by = seconds[rng_below(r, sizeof seconds / sizeof *seconds)] * US_PER_SECOND;
	struct instant next = { INT64_MAX };

	/* Some histories last days, some years. */
	if (rng_below(r, 12) < s->seed % 4)
		by += (int64_t)rng_below(r, 40) * US_PER_DAY;
	if (rng_one_in(r, 3))
		for (int i = 0; i < NODES; i++) {
			struct instant at = s->nodes[i].core->next(s->nodes[i].memory, s->world.now);

			next = at.us < next.us ? at : next;
		}
	s->world.now.us = next.us != INT64_MAX && next.us - s->world.now.us < 60 * US_PER_DAY ? next.us : s->world.now.us + by;
	cover("time: moves");
}

/* ---- all of it ---- */

void sim_step(struct sim *s)
{
	struct rng r = rng_of(s->seed, (uint64_t)s->now_step);
	struct node *n = &s->nodes[rng_below(&r, NODES)];
	uint64_t what = rng_below(&r, 100);

	s->slept++;
	if (what < 22)
		operate(s, &r);
	else if (what < 42)
		relay_some(s, n, &r);
	else if (what < 76)
		consume_some(s, n, &r);
	else if (what < 84)
		tick_some(s, n, &r);
	else if (what < 91)
		send_some(s, n, &r);
	else if (what < 94)
		deliver_some(s, &r);
	else if (what < 97)
		time_some(s, &r);
	else
		fault_some(s, &r);
}

void expect_faults(void)
{
	static const char *const names[] = { "fault: queued behind what is set aside", "fault: another commits between find and lock",
		"fault: a record is dropped on its way to the broker", "fault: records are reordered",
		"fault: the relay falls before its cursor moves", "fault: a former owner is fenced",
		"fault: a consumer falls before it commits", "fault: the answer to a commit is lost",
		"fault: a tick falls before it commits", "fault: a call never leaves", "fault: the answer to a call is lost",
		"fault: a call is refused", "fault: the other side is busy", "fault: a sender falls with a call in its hands",
		"fault: a request is dropped", "fault: a request is repeated", "fault: a request is delayed",
		"fault: a publisher sends twice", "fault: the broker comes back with nothing", "fault: a position is set back",
		"fault: a partition stands still", "fault: a fact that nobody can read", "fault: what was set aside flows again",
		"bank: paid twice", "bank: a file again", "bank: a file late", "bank: overlapping", "bank: a statement that does not close",
		"bank: withheld", "bank: returned after thirteen months", "bank: exchanged" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		cover_expect(names[i], NULL);
}
