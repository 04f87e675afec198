#include "node.h"

#include <string.h>

#include "digest.h"
#include "problem.h"
#include "say.h"

/* What the inbox remembers. */
struct known {
	enum outcome outcome;
	struct digest request;
	struct reply reply;
};

struct slot {
	struct message *m;
	struct say *say;
	struct slot *twin;
	struct span merchant, ref, identity;
	bool claimed, behind, counts;
	enum err early;
};

struct batch {
	struct node *node;
	struct arena *arena;
	struct slot *slots;
	size_t count;
	struct need need;
	struct book *book;
	bool retried;
};

void node_open(struct node *n, const struct core *core, struct arena *arena, struct world *world)
{
	*n = (struct node){ .core = core, .arena = arena, .world = world, .memory = core->open(arena, world) };
	for (int k = 0; core->kinds[k].name != NULL; k++)
		n->stream_kind = core->kinds[k].stream ? k : n->stream_kind;
	mem_open(&n->inbox, arena, sizeof(struct known), "inbox");
	mem_open(&n->flags, arena, 1, "flags");
}

void records_add(struct records *r, struct arena *arena, const struct record *record)
{
	if (r->count == r->room) {
		struct record *wider;

		r->room = r->room == 0 ? 16 : r->room * 2;
		wider = ARENA_ARRAY(arena, struct record, r->room);
		if (r->count > 0)
			memcpy(wider, r->at, r->count * sizeof *wider);
		r->at = wider;
	}
	r->at[r->count++] = *record;
}

/* ---- identities ---- */

static struct span identity_of(struct arena *arena, const struct message *m)
{
	return m->own ? mem_pair(arena, SPAN("own"), uuid_span(&m->event_id)) : mem_pair(arena, m->source, m->id);
}

static bool inbox_has(const void *ctx, struct span source, struct span id)
{
	const struct node *n = ctx;

	return mem_row(&n->inbox, mem_pair(n->arena, source, id)) != NULL;
}

static bool inbox_is_parked(const void *ctx, struct span merchant, struct span ref)
{
	const struct node *n = ctx;
	struct span key = span_of(arena_printf(n->arena, "%.*s:%.*s", SPAN_ARG(merchant), SPAN_ARG(ref)));

	for (const char *const *topic = n->core->topics; *topic != NULL; topic++) {
		const struct mem_row *row = mem_row(&n->flags, mem_pair(n->arena, span_of(*topic), key));

		if (row != NULL && row->sum > 0)
			return true;
	}
	return false;
}

struct sim_inbox node_inbox(const struct node *n)
{
	return (struct sim_inbox){ inbox_has, inbox_is_parked, n };
}

static struct digest request_of(const struct message *m)
{
	return digest_list((const struct span[]){ m->type, m->target, m->payload }, 3);
}

/* The first answer again; another request under the same key is refused. */
static void answer_again(struct slot *s, const struct known *k)
{
	struct digest d;

	s->m->outcome = OUTCOME_DUPLICATE;
	s->m->reply = k->reply;
	if (s->m->fate != FATE_ANSWER)
		return;
	d = request_of(s->m);
	if (!digest_equal(d.b, k->request.b, sizeof d.b))
		sim_fail("idempotency_key", "the simulation used a key twice");
}

/* ---- the road: read, claim, need, load ---- */

static const struct handler *handler_of(const struct node *n, struct span type)
{
	for (const struct handler *h = n->core->handlers; h->type != NULL; h++)
		if (span_is(type, h->type))
			return h;
	return NULL;
}

static enum err read(struct batch *b, struct slot *s)
{
	struct message *m = s->m;
	enum err err;

	m->handler = handler_of(b->node, m->type);
	if (m->handler == NULL)
		return why_set(&m->why, ERR_INVALID, "unknown_type", "no handler for \"%.*s\"", SPAN_ARG(m->type));
	if (m->handler->apply == NULL || m->body != NULL)
		return OK;
	err = m->handler->read(m, b->arena, &m->why);
	if (err != OK)
		m->body = NULL;
	return err;
}

static void slot_begin(struct batch *b, struct slot *s, struct message *m)
{
	*s = (struct slot){ .m = m };
	m->outcome = OUTCOME_NONE;
	m->reply = (struct reply){ 0 };
	m->why = (struct why){ 0 };
	if (m->topic.size > 0 && message_key(m->key, &s->merchant, &s->ref) != OK)
		s->merchant = s->ref = SPAN("");
	s->early = read(b, s);
	if (s->early == OK && m->handler->apply == NULL)
		m->outcome = OUTCOME_APPLIED;
	if (s->early == OK && m->fate == FATE_ANSWER)
		s->early = m->handler->need(m, &b->need, &m->why);
	if (s->early != OK && m->fate == FATE_ANSWER) {
		m->outcome = OUTCOME_NOT_TAKEN;
		m->reply.body = problem_print(b->arena, &m->why, &m->reply.status);
	}
}

static void claim(struct batch *b)
{
	for (size_t i = 0; i < b->count; i++) {
		struct slot *s = &b->slots[i];
		const struct known *k;

		if (s->m->outcome != OUTCOME_NONE)
			continue;
		s->identity = identity_of(b->arena, s->m);
		k = mem_find(&b->node->inbox, s->identity);
		for (size_t j = 0; j < i && s->twin == NULL; j++)
			if (b->slots[j].identity.size > 0 && span_equal(b->slots[j].identity, s->identity))
				s->twin = &b->slots[j];
		s->claimed = b->retried || (k == NULL && s->twin == NULL);
		if (k != NULL && !b->retried)
			answer_again(s, k);
	}
}

static bool needs(struct batch *b)
{
	bool any = false;

	for (size_t i = 0; i < b->count; i++) {
		struct slot *s = &b->slots[i];

		any |= s->claimed;
		if (!s->claimed)
			continue;
		if (s->ref.size > 0)
			need_key(&b->need, b->node->stream_kind, s->merchant, s->ref);
		if (s->early == OK && s->m->fate != FATE_ANSWER)
			s->early = s->m->handler->need(s->m, &b->need, &s->m->why);
	}
	return any;
}

/* False: what was found moved before it was locked, or another took the same identity: the batch runs again. */
static bool load(struct batch *b)
{
	struct node *n = b->node;

	b->book = n->core->book(n->memory, b->arena);
	if (b->need.find_count > 0) {
		n->core->find(n->memory, b->book, &b->need);
		if (n->between != NULL)
			n->between(n->between_ctx);
	}
	for (size_t i = 0; i < b->count && !b->retried; i++)
		if (b->slots[i].claimed && mem_row(&n->inbox, b->slots[i].identity) != NULL)
			return false;
	n->core->fetch(n->memory, b->book, &b->need);
	return n->core->holds == NULL || n->core->holds(b->book, &b->need);
}

/* ---- apply ---- */

static struct span flag_of(struct arena *arena, const struct message *m)
{
	return mem_pair(arena, m->topic, m->key);
}

static bool is_parked(const struct batch *b, const struct slot *s)
{
	const struct mem_row *row = mem_row(&b->node->flags, flag_of(b->arena, s->m));

	if (row != NULL && row->sum > 0)
		return true;
	for (const struct slot *o = b->slots; o < s; o++)
		if (o->counts && o->m->outcome == OUTCOME_SET_ASIDE && span_equal(o->m->key, s->m->key) &&
			span_equal(o->m->topic, s->m->topic))
			return true;
	return false;
}

static void cover_refusal(const struct node *n, const struct message *m)
{
	char name[120];

	snprintf(name, sizeof name, "refusal %s: %s", n->core->name, m->why.code);
	cover(name);
}

static void turn_down(struct batch *b, struct slot *s)
{
	struct message *m = s->m;

	cover_refusal(b->node, m);
	switch (m->fate) {
	case FATE_DEAD_LETTER:
		m->outcome = OUTCOME_REFUSED;
		if (b->node->core->refused != NULL && s->ref.size > 0)
			b->node->core->refused(m, &m->why, b->node->world->now, s->say);
		break;
	case FATE_SET_ASIDE: m->outcome = OUTCOME_SET_ASIDE; break;
	case FATE_ANSWER:
		m->outcome = OUTCOME_REFUSED;
		m->reply.body = problem_print(b->arena, &m->why, &m->reply.status);
		break;
	}
}

static enum err apply_handler(struct batch *b, struct slot *s)
{
	const struct core *core = b->node->core;
	struct message *m = s->m;
	enum err err;

	core->mark(b->book);
	err = m->handler->apply(b->book, m, b->node->world->now, s->say, &m->why);
	if (err == OK) {
		m->reply = *say_replied(s->say);
		if (m->reply.status == 0)
			m->reply = (struct reply){ .status = 200, .body = SPAN("{}") };
		return OK;
	}
	core->restore(b->book);
	say_forget(s->say);
	return err;
}

static void apply_slot(struct batch *b, struct slot *s)
{
	enum err err = s->early;

	s->say = say_open(b->arena, s->m);
	s->counts = true;
	if (s->m->fate == FATE_SET_ASIDE && s->ref.size > 0 && !b->retried && is_parked(b, s)) {
		s->behind = true;
		(void)why_set(&s->m->why, ERR_REFUSED, "queued_behind", "an earlier message of this key is set aside");
		s->m->outcome = OUTCOME_SET_ASIDE;
		cover("fault: queued behind what is set aside");
		return;
	}
	if (err == OK)
		err = apply_handler(b, s);
	if (err == ERR_BUG || err == ERR_RETRY)
		sim_fail("bug", "%.*s: %s", SPAN_ARG(s->m->type), s->m->why.text);
	if (err == OK)
		s->m->outcome = OUTCOME_APPLIED;
	else
		turn_down(b, s);
}

/* ---- commit ---- */

static void park(struct node *n, const struct slot *s)
{
	if (n->parked_count == n->parked_room) {
		struct parked *wider;

		n->parked_room = n->parked_room * 2 + 8;
		wider = ARENA_ARRAY(n->arena, struct parked, n->parked_room);
		if (n->parked_count > 0)
			memcpy(wider, n->parked, n->parked_count * sizeof *wider);
		n->parked = wider;
	}
	n->parked[n->parked_count++] = (struct parked){ .m = s->m, .head = !s->behind };
	if (s->ref.size > 0)
		mem_put(&n->flags, flag_of(n->arena, s->m), "")->sum++;
}

static void say_all(struct node *n, const struct slot *s)
{
	size_t count;
	const struct said *events = say_events(s->say, &count);

	for (size_t i = 0; i < count; i++) {
		const struct said *e = &events[i];
		struct record r = { .key = e->key,
			.own = true,
			.event_id = e->id,
			.type = span_of(e->type),
			.payload = e->payload,
			.time = n->world->now,
			.topic = e->topic };

		r.source = span_of(arena_printf(n->arena, "dunlin/%s", n->core->name));
		r.id = span_of(uuid_text(n->arena, e->id));
		records_add(&n->outbox, n->arena, &r);
	}
}

static void commit(struct batch *b)
{
	struct node *n = b->node;

	if (n->core->check_locks != NULL)
		n->core->check_locks(n->memory, b->book, &b->need);
	n->core->save(n->memory, b->book, n->world->now);
	for (size_t i = 0; i < b->count; i++) {
		const struct slot *s = &b->slots[i];
		struct known k = { .outcome = s->m->outcome, .reply = s->m->reply };

		if (!s->counts)
			continue;
		if (s->m->fate == FATE_ANSWER)
			k.request = request_of(s->m);
		mem_put(&n->inbox, s->identity, &k);
		if (s->m->outcome == OUTCOME_SET_ASIDE && !b->retried)
			park(n, s);
		say_all(n, s);
	}
}

static void check_outcomes(const struct batch *b)
{
	for (size_t i = 0; i < b->count; i++) {
		const struct slot *s = &b->slots[i];

		/* Our own facts are never refused: see DESIGN, an own fact that can't be applied is a defect of ours. */
		if (s->m->own && s->counts && s->m->outcome == OUTCOME_SET_ASIDE && !s->behind && s->m->trace.size == 0 && !b->retried)
			sim_fail("fact_refused", "%s: %.*s: %s %s: %s", b->node->core->name, SPAN_ARG(s->m->type), s->m->why.code,
				s->m->why.field, s->m->why.text);
	}
}

static void note(const struct batch *b, struct message **messages, const struct sim_position *p, bool fenced)
{
	struct say **says = ARENA_ARRAY(b->arena, struct say *, b->count + 1);

	for (size_t i = 0; i < b->count && !fenced; i++)
		says[i] = b->slots[i].counts ? b->slots[i].say : NULL;
	twin_note(b->node, messages, says, b->count, p, fenced);
}

/* What people ask for, while another does something to the same. */
static void cover_race(const struct node *n, struct message *const *messages, size_t count)
{
	char name[120];

	cover("fault: what was found moved before it was locked");
	for (size_t i = 0; i < count; i++) {
		if (messages[i]->fate != FATE_ANSWER)
			continue;
		snprintf(name, sizeof name, "race %s: %.*s", n->core->name, SPAN_ARG(messages[i]->type));
		cover(name);
	}
}

static bool run_again(struct node *n, struct message **messages, size_t count, const struct sim_position *p, enum unit_end end)
{
	n->between = NULL;
	for (size_t i = 0; i < count; i++)
		messages[i]->body = NULL;
	if (++n->tries > 3)
		sim_fail("never_held", "a batch runs again and again");
	return node_run(n, messages, count, p, end);
}

bool node_run(struct node *n, struct message **messages, size_t count, const struct sim_position *p, enum unit_end end)
{
	struct batch b = { .node = n, .arena = n->arena, .count = count, .need = { .arena = n->arena } };
	bool any;

	if (p != NULL && n->epochs[p->topic][p->partition] != p->epoch) {
		note(&b, messages, p, true);
		return false;
	}
	b.slots = ARENA_ARRAY(b.arena, struct slot, count + 1);
	for (size_t i = 0; i < count; i++)
		slot_begin(&b, &b.slots[i], messages[i]);
	claim(&b);
	any = needs(&b);
	if (any && !load(&b)) {
		cover_race(n, messages, count);
		return run_again(n, messages, count, p, end);
	}
	for (size_t i = 0; i < count; i++) {
		if (b.slots[i].claimed)
			apply_slot(&b, &b.slots[i]);
		else if (messages[i]->outcome == OUTCOME_NONE)
			messages[i]->outcome = OUTCOME_DUPLICATE;
		n->steps++;
	}
	n->tries = 0;
	if (end == UNIT_CRASHED)
		return true;
	if (p != NULL && n->epochs[p->topic][p->partition] != p->epoch)
		return false;
	check_outcomes(&b);
	if (any)
		commit(&b);
	note(&b, messages, p, false);
	if (p != NULL)
		n->offsets[p->topic][p->partition] = p->next;
	return true;
}

/* ---- what was set aside ---- */

static bool retry_one(struct node *n, struct parked *p)
{
	struct batch b = { .node = n, .arena = n->arena, .count = 1, .need = { .arena = n->arena }, .retried = true };

	b.slots = ARENA_NEW(b.arena, struct slot);
	slot_begin(&b, b.slots, p->m);
	claim(&b);
	(void)needs(&b);
	if (!load(&b))
		sim_fail("retry_moved", "what a retry found moved");
	apply_slot(&b, b.slots);
	n->steps++;
	commit(&b);
	if (p->m->outcome != OUTCOME_APPLIED)
		return false;
	p->ended = true;
	return true;
}

static void let_flow(struct node *n, const struct message *m)
{
	if (m->topic.size > 0)
		mem_put(&n->flags, flag_of(n->arena, m), "")->sum--;
}

bool node_retry(struct node *n, size_t at, bool discard_first)
{
	const struct message *head = n->parked[at].m;

	if (discard_first && !n->parked[at].ended) {
		n->parked[at].ended = true;
		let_flow(n, head);
	}
	for (size_t i = at; i < n->parked_count; i++) {
		struct parked *p = &n->parked[i];

		if (p->ended ||
			(i > at && (!span_equal(p->m->key, head->key) || !span_equal(p->m->topic, head->topic) || head->key.size == 0)))
			continue;
		if (!retry_one(n, p))
			return false;
		let_flow(n, p->m);
	}
	return true;
}

/* ---- twice ---- */

struct message *node_message(struct node *n, const struct record *r, int topic, int partition, int64_t offset)
{
	struct message *m = ARENA_NEW(n->arena, struct message);

	*m = (struct message){ .source = r->source,
		.id = r->id,
		.own = r->own,
		.event_id = r->event_id,
		.type = r->type,
		.format = FORMAT_PROTOBUF,
		.payload = r->payload,
		.time = r->time,
		.fate = r->own ? FATE_SET_ASIDE : FATE_DEAD_LETTER,
		.topic = span_of(r->topic),
		.key = r->key,
		.partition = partition,
		.offset = offset,
		.trace = r->is_poison ? SPAN("poison") : SPAN("") };
	(void)topic;
	return m;
}

void node_again(struct node *n, const struct record *r)
{
	struct batch b = { .node = n, .arena = n->arena, .count = 1, .need = { .arena = n->arena }, .retried = true };
	size_t said;

	b.slots = ARENA_NEW(b.arena, struct slot);
	slot_begin(&b, b.slots, node_message(n, r, 0, 0, 0));
	if (b.slots->m->outcome != OUTCOME_NONE || b.slots->early != OK)
		return;
	claim(&b);
	(void)needs(&b);
	(void)load(&b);
	apply_slot(&b, b.slots);
	n->steps++;
	(void)say_events(b.slots->say, &said);
	SIM_HOLDS(said == 0, "said_twice", "%s says something when %.*s comes again", n->core->name, SPAN_ARG(r->type));
}
