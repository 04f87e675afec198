#include "http_queue.h"

#include "http_lists.h"
#include "json_in.h"
#include "reconciliation_queries.h"

#define SHOWN_END { NULL, SHOWN_TEXT }
#define QUEUE_COLUMNS                                                                                                                     \
	{ "id", SHOWN_UUID }, { "kind", SHOWN_TEXT }, { "subject_id", SHOWN_UUID }, { "stream", SHOWN_TEXT }, { "currency", SHOWN_TEXT }, \
		{ "amount", SHOWN_MONEY }, { "detail", SHOWN_TEXT }, { "opened_at", SHOWN_INSTANT }, { "age_days", SHOWN_INT },           \
		{ "owner", SHOWN_TEXT }, { "parked_until", SHOWN_DATE }, { "suggestion", SHOWN_TEXT }, { "suggested_id", SHOWN_UUID },    \
	{                                                                                                                                 \
		"rule", SHOWN_TEXT                                                                                                        \
	}

static const struct shown queue[] = { QUEUE_COLUMNS, SHOWN_END };
static const struct shown one[] = { QUEUE_COLUMNS, { "open", SHOWN_BOOL }, { "closed_at", SHOWN_INSTANT }, { "closed_by", SHOWN_TEXT },
	SHOWN_END };
static const struct shown steps[] = {
	{ "number", SHOWN_INT },
	{ "at", SHOWN_INSTANT },
	{ "who", SHOWN_TEXT },
	{ "act", SHOWN_TEXT },
	{ "detail", SHOWN_TEXT },
	SHOWN_END,
};
static const struct listed list_queue = { .name = "queue",
	.query = &q_show_queue,
	.by = (const struct listed_by[]){ { "owner", NULL, &q_show_queue_of_owner, false }, { "kind", NULL, &q_show_queue_of_kind, false },
		{ "stream", NULL, &q_show_queue_of_stream, false }, { NULL, NULL, NULL, false } },
	.columns = queue,
	.filters = (const char *const[]){ "kind", "owner", "stream", "currency", "rule", "least", "most", "opened_before", "parked", NULL },
	.is_csv_too = true,
	.most = 10000 };

/* What the statements cast must be what they cast it to. */
static enum err check_filters(const struct request *r, struct why *why)
{
	static const char *const amounts[] = { "least", "most" };
	struct span day = request_query(r, "opened_before"), parked = request_query(r, "parked");
	struct date date;
	int64_t minor;
	for (size_t i = 0; i < sizeof(amounts) / sizeof(amounts[0]); i++) {
		struct span text = request_query(r, amounts[i]);
		if (text.size && (span_int64(text, &minor) != OK || minor < 0))
			return why_field(why, ERR_INVALID, "field_invalid", amounts[i], "%s is minor units, 0 or more", amounts[i]);
	}
	if (day.size && date_parse(day, &date) != OK)
		return why_field(why, ERR_INVALID, "field_invalid", "opened_before", "opened_before is a day");
	if (parked.size && !span_is(parked, "true") && !span_is(parked, "false"))
		return why_field(why, ERR_INVALID, "field_invalid", "parked", "parked is true or false");
	return OK;
}

enum err queue_list(struct request *r, struct db *db, struct response *response, struct why *why)
{
	TRY(check_filters(r, why));
	return rows_list(r, db, &list_queue, response, why);
}

enum err queue_show(struct request *r, struct db *db, struct response *response, struct why *why)
{
	struct rows rows, candidates, history;
	struct json_out out;
	struct uuid id;
	struct text t;
	TRY(rows_id(r, &id, why));
	TRY(rows_one(r, db, &q_show_exception, id, &rows, why));
	if (!rows.count)
		return why_set(why, ERR_NOT_FOUND, "not_found", "there is nothing at %.*s", SPAN_ARG(r->path));
	TRY(rows_one(r, db, &q_show_exception_candidates, id, &candidates, why));
	TRY(rows_one(r, db, &q_show_exception_steps, id, &history, why));
	text_init(&t, r->arena);
	json_out_init(&out, &t);
	json_out_object(&out, NULL);
	rows_members(&out, r->arena, &rows, 0, one);
	rows_array(&out, r->arena, "candidates", &candidates, shown_candidates);
	rows_array(&out, r->arena, "history", &history, steps);
	json_out_object_end(&out);
	json_out_done(&out);
	*response = (struct response){ .status = 200, .body = text_done(&t) };
	return OK;
}
