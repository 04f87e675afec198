#include "twin.h"

#include <stdlib.h>
#include <string.h>

#include "say.h"
#include "sim.h"

static struct twin *recording;
static const char *recorded_service;

static struct twin_batch *add(struct twin *t)
{
	if (t->count == t->room) {
		t->room = t->room == 0 ? 256 : t->room * 2;
		t->batches = realloc(t->batches, t->room * sizeof *t->batches);
		if (t->batches == NULL)
			bug("no memory");
	}
	t->batches[t->count] = (struct twin_batch){ .is_fenced = false };
	return &t->batches[t->count++];
}

static bool is_recorded(const char *service)
{
	return recording != NULL && strcmp(service, recorded_service) == 0;
}

void twin_deed(const char *service, struct instant now, const char *deed, const void *told, size_t count)
{
	struct twin_batch *b;

	if (!is_recorded(service))
		return;
	b = add(recording);
	b->now = now;
	b->deed = deed;
	b->told = told;
	b->told_count = count;
}

void twin_note(const struct node *n, struct message *const *messages, struct say *const *says, size_t count, const struct sim_position *p,
	bool fenced)
{
	struct twin_batch *b;
	size_t events = 0;
	struct twin_said *said;

	if (!is_recorded(n->core->name))
		return;
	b = add(recording);
	b->now = n->world->now;
	b->count = count;
	b->messages = ARENA_ARRAY(n->arena, struct message *, count + 1);
	for (size_t i = 0; i < count; i++) {
		b->messages[i] = arena_copy(n->arena, messages[i], sizeof **messages);
		if (says[i] != NULL)
			events += says[i]->count;
	}
	b->said = said = ARENA_ARRAY(n->arena, struct twin_said, events + 1);
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; says[i] != NULL && k < says[i]->count; k++) {
			const struct said *e = &says[i]->events[k];

			said[b->said_count++] = (struct twin_said){ span_of(e->topic), e->key, span_of(e->type), e->payload, e->id };
		}
	b->is_fenced = fenced;
	if (p == NULL)
		return;
	b->has_position = true;
	b->topic = topic_names[p->topic];
	b->partition = p->partition;
	b->epoch = p->epoch;
	b->owner_epoch = n->epochs[p->topic][p->partition];
	b->next = p->next;
}

static size_t count_parked(const struct node *n)
{
	size_t count = 0;

	for (size_t i = 0; i < n->parked_count; i++)
		count += !n->parked[i].ended;
	return count;
}

static void note_end(struct twin *t, const struct node *n)
{
	t->inbox = n->inbox.rows.count;
	t->parked = count_parked(n);
	t->tables = n->core->tables;
	t->rows = print_rows(t->arena, n->memory, n->core->tables);
}

struct twin *twin_record(const char *service, uint64_t seed, int64_t steps)
{
	static struct sim s;
	struct twin *t = calloc(1, sizeof *t);
	struct history h = { .seed = seed, .steps = steps };

	if (t == NULL)
		bug("no memory");
	recording = t;
	recorded_service = service;
	sim_open(&s, &h);
	t->arena = s.arena;
	s.is_recorded = true;
	for (s.now_step = 1; s.now_step <= steps; s.now_step++)
		sim_step(&s);
	recording = NULL;
	for (int i = 0; i < NODES; i++)
		if (strcmp(s.nodes[i].core->name, service) == 0)
			note_end(t, &s.nodes[i]);
	return t;
}

void twin_close(struct twin *t)
{
	arena_close(t->arena);
	free(t->batches);
	free(t);
}
