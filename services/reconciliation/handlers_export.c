#include "handlers_inside.h"
#include "json_out.h"

/* Exports of the journal and their mappings, by HTTP and verb. They wait for each other, and for closes. */

enum err read_export(struct message *m, struct arena *arena, struct why *why)
{
	READ(struct make_export, wire_read_export);
}

enum err read_mapping(struct message *m, struct arena *arena, struct why *why)
{
	READ(struct define_mapping, wire_read_mapping);
}

static void need_target(const struct message *m, struct need *need, enum export_target target, const struct date *month)
{
	need_key(need, KIND_CUSTOMER, m->merchant, SPAN("@merchant"));
	need_want(need, WANT_EXPORT, m->merchant, export_want(need->arena, target, month));
	need_want(need, WANT_MERCHANT, m->merchant, SPAN(""));
}

enum err need_export(const struct message *m, struct need *need, struct why *why)
{
	const struct make_export *c = m->body;
	(void)why;
	need_target(m, need, c->target, c->has_month ? &c->month : NULL);
	return OK;
}

enum err need_mapping(const struct message *m, struct need *need, struct why *why)
{
	const struct define_mapping *d = m->body;
	(void)why;
	need_target(m, need, d->mapping.target, NULL);
	return OK;
}

static struct json_out begin(struct ledger *l, struct text *t, enum export_target target)
{
	struct json_out out;
	text_init(t, l->arena);
	json_out_init(&out, t);
	json_out_object(&out, NULL);
	json_out_string(&out, "target", export_target_word(target));
	return out;
}

static void finish(struct ledger *l, struct json_out *out, const struct text *t)
{
	json_out_object_end(out);
	json_out_done(out);
	say_reply(l->say, 201, text_done(t));
}

enum err apply_export(struct book *book, const struct message *m, struct instant now, struct say *say, struct why *why)
{
	struct ledger l = open_hand(book, m, now, say);
	const struct export *e;
	struct text t;
	TRY(export_make(&l, m->body, &e, why));
	struct json_out out = begin(&l, &t, e->target);
	json_out_int(&out, "number", e->number);
	json_out_string(&out, "month", month_text(l.arena, e->month));
	json_out_int(&out, "entries", e->entries);
	json_out_int(&out, "mapping", e->version);
	finish(&l, &out, &t);
	return OK;
}

enum err apply_mapping(struct book *book, const struct message *m, struct instant now, struct say *say, struct why *why)
{
	struct ledger l = open_hand(book, m, now, say);
	const struct export_mapping *made;
	struct text t;
	TRY(export_define(&l, m->body, &made, why));
	struct json_out out = begin(&l, &t, made->target);
	json_out_int(&out, "version", made->version);
	finish(&l, &out, &t);
	return OK;
}
