#include "hand_queue.h"
#include "handlers.h"
#include "http_queue.h"
#include "json_in.h"
#include "json_out.h"
#include "role.h"
#include "store.h"

/* Many suggestions accepted in one call: a batch of the unit of work, so that each is done or refused by itself. */

struct bulk {
	struct uuid ids[BULK_MOST];
	size_t count;
	struct span rule, who, reason;
};

static enum err read_ids(const struct json_in *in, struct bulk *b, struct why *why)
{
	struct span text;
	TRY(json_in_list(in, "ids", 1, BULK_MOST, &b->count, why));
	for (size_t i = 0; i < b->count; i++) {
		TRY(json_in_item_text(in, "ids", i, 36, 36, &text, why));
		if (uuid_parse(text, &b->ids[i]) != OK)
			return why_field(why, ERR_INVALID, "field_invalid", "ids", "%.*s is no id", SPAN_ARG(text));
	}
	return OK;
}

static enum err read_bulk(const struct request *r, struct bulk *b, struct why *why)
{
	struct json_in in;
	TRY(json_in_open(&in, r->arena, r->body, why));
	TRY(read_ids(&in, b, why));
	TRY(json_in_text(&in, "rule", 1, 40, &b->rule, why));
	TRY(json_in_text(&in, "who", 1, 100, &b->who, why));
	TRY(json_in_text(&in, "why", 1, 500, &b->reason, why));
	return json_in_done(&in, why);
}

static struct span print_item(const struct request *r, const struct bulk *b)
{
	struct json_out out;
	struct text t;
	text_init(&t, r->arena);
	json_out_init(&out, &t);
	json_out_object(&out, NULL);
	json_out_span(&out, "rule", b->rule);
	json_out_span(&out, "who", b->who);
	json_out_span(&out, "why", b->reason);
	json_out_object_end(&out);
	json_out_done(&out);
	return text_done(&t);
}

static struct message *item_message(const struct request *r, struct span key, struct span payload, struct uuid id)
{
	struct message *m = ARENA_NEW(r->arena, struct message);
	const char *text = uuid_text(r->arena, id);
	*m = (struct message){
		.source = span_of(arena_printf(r->arena, "http:%.*s:%.*s:%s", SPAN_ARG(r->merchant), SPAN_ARG(r->client), r->route->path)),
		.id = span_of(arena_printf(r->arena, "%.*s:%s", SPAN_ARG(key), text)),
		.type = SPAN("dunlin.reconciliation.AcceptSuggestion"),
		.format = FORMAT_JSON,
		.payload = payload,
		.time = r->received,
		.trace = r->trace,
		.fate = FATE_ANSWER,
		.merchant = r->merchant,
		.client = r->client,
		.target = span_of(arena_printf(r->arena, "/v1/exceptions/%s/accept", text)),
	};
	return m;
}

/* The first answer is the answer for ever: a second call with the key says the same. */
static void print_outcome(struct json_out *out, struct uuid id, const struct message *m)
{
	bool done = m->outcome == OUTCOME_APPLIED || (m->outcome == OUTCOME_DUPLICATE && m->reply.status == 200);
	json_out_object(out, NULL);
	json_out_uuid(out, "id", id);
	json_out_bool(out, "accepted", done);
	json_out_string(out, "code", done ? "" : m->why.code);
	json_out_string(out, "detail", done ? "" : m->why.text);
	json_out_object_end(out);
}

static struct span print_outcomes(const struct request *r, const struct bulk *b, struct message **messages)
{
	struct json_out out;
	struct text t;
	text_init(&t, r->arena);
	json_out_init(&out, &t);
	json_out_object(&out, NULL);
	json_out_array(&out, "outcomes");
	for (size_t i = 0; i < b->count; i++)
		print_outcome(&out, b->ids[i], messages[i]);
	json_out_array_end(&out);
	json_out_object_end(&out);
	json_out_done(&out);
	return text_done(&t);
}

enum err queue_accept(struct request *r, struct db *db, struct response *response, struct why *why)
{
	struct span key = request_header(r, "idempotency-key");
	struct bulk *b = ARENA_NEW(r->arena, struct bulk);
	struct message *messages[BULK_MOST];
	if (!key.size || key.size > 200)
		return why_set(
			why, ERR_INVALID, "idempotency_key_missing", "send a header Idempotency-Key: the same for each try of one request");
	TRY(read_bulk(r, b, why));
	struct span payload = print_item(r, b);
	for (size_t i = 0; i < b->count; i++)
		messages[i] = item_message(r, key, payload, b->ids[i]);
	struct unit *unit = unit_open(&reconciliation_working, db);
	enum err err = unit_run(unit, messages, b->count, NULL, 0, why);
	if (err == OK)
		*response = (struct response){ .status = 200, .body = print_outcomes(r, b, messages) };
	unit_close(unit);
	role_wake(ROLE_RELAY);
	return err;
}
