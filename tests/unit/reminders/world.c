#include "world.h"

#include "wire.h"

static void know_zone(struct world *w, const char *name)
{
	struct zone_entry entry = { zone_load(name) };

	if (!shelf_is_loaded(&w->book->zones, span_of(name)))
		shelf_put(&w->book->zones, span_of(name), &entry);
}

struct world *world_open(struct arena *arena)
{
	struct world *w = ARENA_NEW(arena, struct world);

	w->arena = arena;
	w->book = book_open(arena, policy_find("standard"), "mail.example");
	w->zone = zone_load("Europe/Berlin");
	text_init(&w->told, arena);
	know_zone(w, "Europe/Berlin");
	know_zone(w, "Pacific/Kiritimati");
	know_zone(w, "Pacific/Pago_Pago");
	world_at(w, "2026-10-05", 10);
	world_apply(w, fact_merchant(arena, 1, "Nord GmbH"));
	world_apply(w, fact_customer(arena, "c1", 1, "c1@example.org", "Europe/Berlin", "de"));
	return w;
}

void world_at(struct world *w, const char *day, int hour)
{
	w->now = zone_instant(w->zone, fact_date(day), hour * 60);
}

static const struct handler *handler_of(struct span type)
{
	const struct handler *h = reminders_handlers;

	while (h->type != NULL && !span_is(type, h->type))
		h++;
	assert_non_null(h->type);
	return h;
}

/* Whoever owns what is looked for. */
static void find(struct world *w, const struct need *need)
{
	for (size_t i = 0; i < need->find_count; i++) {
		const struct find *f = &need->finds[i];
		const struct hold *hold;
		const struct item *item;
		struct owner owner = { SPAN("") };
		struct uuid id;
		struct span key;

		assert_int_equal(uuid_from_bytes(f->text, &id), OK);
		key = key_owner(w->arena, f->what, f->merchant, id);
		hold = f->what == FIND_HOLD ? book_hold(w->book, f->merchant, id) : NULL;
		item = f->what == FIND_INVOICE ? book_item(w->book, f->merchant, id, 1) : NULL;
		owner.customer = hold != NULL ? hold->customer : item != NULL ? item->customer : owner.customer;
		if (owner.customer.size > 0 && !shelf_is_loaded(&w->book->owners, key))
			shelf_put(&w->book->owners, key, &owner);
	}
}

static void hear(struct world *w, const struct say *say)
{
	const struct said *events;
	size_t n;

	events = say_events(say, &n);
	for (size_t i = 0; i < n; i++) {
		struct span merchant, ref;

		assert_string_equal(events[i].topic, "dunlin.reminders.v1");
		assert_int_equal(message_key(events[i].key, &merchant, &ref), OK);
		text_printf(&w->told, "%s %.*s\n", strrchr(events[i].type, '.') + 1, SPAN_ARG(ref));
	}
}

enum err world_run(struct world *w, struct message *m)
{
	const struct handler *handler = handler_of(m->type);
	struct need need = { .arena = w->arena };
	struct say *say = say_open(w->arena, m);
	struct digest before, after;

	w->why = (struct why){ .err = OK };
	w->err = handler->read(m, w->arena, &w->why);
	if (w->err == OK)
		w->err = handler->need(m, &need, &w->why);
	if (w->err != OK)
		return w->err;
	find(w, &need);
	book_mark(w->book);
	before = book_digest(w->book);
	w->err = handler->apply(w->book, m, w->now, say, &w->why);
	if (w->err != OK) {
		book_restore(w->book);
		after = book_digest(w->book);
		assert_memory_equal(before.b, after.b, sizeof(before.b));
		assert_true(w->err != ERR_BUG);
		return w->err;
	}
	hear(w, say);
	w->reply = say_replied(say);
	return OK;
}

void world_apply(struct world *w, struct message *m)
{
	if (world_run(w, m) != OK)
		fail_msg("%.*s: %s (%s) %s", SPAN_ARG(m->type), w->why.text, w->why.code, w->why.field);
}

struct message *world_command(struct world *w, const char *type, const char *target, const char *body)
{
	static int made;
	struct message *m = ARENA_NEW(w->arena, struct message);

	m->source = SPAN("http:tester");
	m->id = span_of(arena_printf(w->arena, "%d", ++made));
	m->type = span_of(type);
	m->format = FORMAT_JSON;
	m->payload = span_of(body);
	m->time = w->now;
	m->fate = FATE_ANSWER;
	m->merchant = MERCHANT;
	m->client = SPAN("tester");
	m->target = span_of(target);
	return m;
}

struct message *world_named(struct world *w, const char *type, const char *ref, struct uuid id)
{
	static int64_t made;
	struct named named = { .merchant = MERCHANT, .customer = span_of(ref), .id = id };

	return named_message(w->arena, type, &named, ++made, w->now);
}

void world_owe(struct world *w, const char *ref, int n, const char *due, int64_t minor)
{
	world_apply(w, fact_issued(w->arena, ref, n, due, minor));
	world_apply(w, fact_open(w->arena, ref, n, 1, minor));
}

/* ---- the tick and the mail system ---- */

static int64_t cover(const struct world *w)
{
	int64_t sum = 0;

	for (size_t i = 0; i < shelf_count(&w->book->accounts); i++) {
		enum shelf_state state;
		const void *value;
		struct span key;

		shelf_at(&w->book->accounts, i, &key, &value, &state);
		sum += ((const struct account *)value)->defined_revision + ((const struct account *)value)->counted_revision;
	}
	return sum;
}

static void revise_all(struct world *w)
{
	for (size_t i = 0; i < shelf_count(&w->book->notices); i++) {
		const struct notice *n;
		enum shelf_state state;
		const void *value;
		struct span key;

		shelf_at(&w->book->notices, i, &key, &value, &state);
		n = value;
		if (n->state == NOTICE_PLANNED)
			world_apply(w, world_named(w, type_revise, span_cstr(w->arena, n->customer), n->id));
	}
}

static void expire_all(struct world *w)
{
	for (size_t i = 0; i < shelf_count(&w->book->holds); i++) {
		const struct hold *h;
		enum shelf_state state;
		const void *value;
		struct span key;

		shelf_at(&w->book->holds, i, &key, &value, &state);
		h = value;
		if (h->state == HOLD_ACTIVE && h->has_until && instant_compare(h->expires_at, w->now) <= 0)
			world_apply(w, world_named(w, type_expire, span_cstr(w->arena, h->customer), h->id));
	}
}

void world_count(struct world *w)
{
	for (size_t i = 0; i < shelf_count(&w->book->statements); i++) {
		const struct statement *s;
		enum shelf_state state;
		const void *value;
		struct span key;

		shelf_at(&w->book->statements, i, &key, &value, &state);
		s = value;
		if (s->revision > 0)
			world_apply(w,
				world_named(w, type_count, arena_printf(w->arena, "@account:%s", uuid_text(w->arena, s->account)), s->id));
	}
}

static bool look_once(struct world *w)
{
	bool any = false;

	for (size_t i = 0; i < shelf_count(&w->book->customers); i++) {
		const struct customer *c;
		enum shelf_state state;
		const void *value;
		struct span key;

		shelf_at(&w->book->customers, i, &key, &value, &state);
		c = value;
		if (instant_compare(c->look_at, w->now) > 0 && !(c->waits_statement && c->seen_cover < cover(w)))
			continue;
		world_apply(w, world_named(w, type_look, span_cstr(w->arena, c->ref), (struct uuid){ { 0 } }));
		any = true;
	}
	return any;
}

void world_tick(struct world *w)
{
	int looks = 0;

	revise_all(w);
	expire_all(w);
	world_count(w);
	while (look_once(w))
		assert_true(++looks < 10);
}

static bool may_be_sent(const struct world *w, const struct notice *n)
{
	const struct customer *c = book_customer(w->book, n->merchant, n->customer);

	return n->state == NOTICE_PLANNED && c->revision > 0 && c->email.size > 0 && instant_compare(n->next_try_at, w->now) <= 0 &&
	       instant_compare(n->until, w->now) > 0;
}

int world_send(struct world *w, struct handover handover)
{
	int sent = 0;

	revise_all(w);
	for (size_t i = 0; i < shelf_count(&w->book->notices); i++) {
		struct answered answered = { .handover = handover };
		struct message m = { .time = w->now };
		struct notice *n;
		enum shelf_state state;
		const void *value;
		struct span key;

		shelf_at(&w->book->notices, i, &key, &value, &state);
		if (!may_be_sent(w, value))
			continue;
		n = book_edit_notice(w->book, value);
		assert_int_equal(notice_change(n, NOTICE_CLAIM, w->now, NULL), OK);
		answered.tries = ++n->tries;
		answered.of = (struct named){ .merchant = n->merchant, .customer = n->customer, .id = n->id };
		answered_message(w->arena, &answered, &m);
		world_apply(w, &m);
		sent++;
	}
	return sent;
}

void world_go(struct world *w)
{
	do
		world_tick(w);
	while (world_send(w, TAKEN) > 0);
}

void world_told(struct world *w, const char *expected)
{
	struct span told = text_done(&w->told);

	assert_string_equal(told.size > 0 ? told.at : "", expected);
	text_init(&w->told, w->arena);
}

/* ---- what can be seen ---- */

const struct customer *world_customer(const struct world *w, const char *ref)
{
	const struct customer *c = book_customer(w->book, MERCHANT, span_of(ref));

	assert_non_null(c);
	return c;
}

const struct notice *world_notice(const struct world *w, const char *ref, size_t nth)
{
	for (size_t i = 0; i < shelf_count(&w->book->notices); i++) {
		const struct notice *n;
		enum shelf_state state;
		const void *value;
		struct span key;

		shelf_at(&w->book->notices, i, &key, &value, &state);
		n = value;
		if (span_is(n->customer, ref) && nth-- == 0)
			return n;
	}
	return NULL;
}

static void add_notice(struct arena *arena, struct text *t, const struct notice *n)
{
	text_printf(t, "%s %s level %d:", notice_state_name(n->state), date_text(arena, n->day), n->level);
	for (size_t i = 0; i < n->item_count; i++)
		text_printf(t, "%s %d %.*s %lld", i > 0 ? "," : "", n->items[i].invoice.b[15], SPAN_ARG(n->items[i].step),
			(long long)n->items[i].open.minor);
}

const char *world_last(const struct world *w, const char *ref)
{
	const struct notice *last = NULL;
	struct text t;

	for (size_t i = 0; world_notice(w, ref, i) != NULL; i++)
		last = world_notice(w, ref, i);
	if (last == NULL)
		return "";
	text_init(&t, w->arena);
	add_notice(w->arena, &t, last);
	return text_done(&t).at;
}

const char *world_print(const struct world *w)
{
	struct text t;

	text_init(&t, w->arena);
	for (int n = 1; n <= 9; n++) {
		const struct item *i = book_item(w->book, MERCHANT, fact_invoice(n), 1);

		if (i != NULL)
			text_printf(&t, "item %d %.*s %.*s due %s open %lld owed %d said %u\n", n, SPAN_ARG(i->customer),
				SPAN_ARG(i->number), date_text(w->arena, i->due), (long long)i->open, item_is_owed(i), i->said);
	}
	for (size_t i = 0; world_notice(w, "c1", i) != NULL; i++) {
		add_notice(w->arena, &t, world_notice(w, "c1", i));
		text_char(&t, '\n');
	}
	text_printf(&t, "email %.*s look %s waits %d\n", SPAN_ARG(world_customer(w, "c1")->email),
		world_customer(w, "c1")->look_at.us == INT64_MAX ? "never" : instant_text(w->arena, world_customer(w, "c1")->look_at),
		world_customer(w, "c1")->waits_statement);
	return text_done(&t).at;
}
