#include "http_why.h"

#include <string.h>

#include "http_lists.h"
#include "reconciliation_queries.h"

#define SHOWN_END { NULL, SHOWN_TEXT }

/* What the chain is made of: everything that hangs together with what was asked for. */
enum why_set { WHY_LINES, WHY_RECEIPTS, WHY_INVOICES, WHY_PAYOUTS, WHY_ALL, WHY_SETS };

/* One link: its statement takes the merchant and the ids of one set. */
struct link {
	const char *name, *title;
	enum why_set of;
	const struct query *query;
	const struct shown *columns;
};

static const struct shown files[] = {
	{ "sha256", SHOWN_TEXT },
	{ "name", SHOWN_TEXT },
	{ "size", SHOWN_NUMBER },
	{ "client", SHOWN_TEXT },
	{ "received_at", SHOWN_INSTANT },
	SHOWN_END,
};
static const struct shown statements[] = {
	{ "id", SHOWN_UUID },
	{ "bank_ref", SHOWN_TEXT },
	{ "from_date", SHOWN_DATE },
	{ "to_date", SHOWN_DATE },
	{ "opening", SHOWN_MONEY },
	{ "closing", SHOWN_MONEY },
	{ "placement", SHOWN_TEXT },
	{ "accepted_by", SHOWN_TEXT },
	SHOWN_END,
};
static const struct shown lines[] = {
	{ "id", SHOWN_UUID },
	{ "place_line", SHOWN_NUMBER },
	{ "booking_date", SHOWN_DATE },
	{ "amount", SHOWN_MONEY },
	{ "currency", SHOWN_TEXT },
	{ "end_to_end", SHOWN_TEXT },
	{ "structured_references", SHOWN_TEXT },
	{ "remittance", SHOWN_TEXT },
	{ "state", SHOWN_TEXT },
	{ "is_what", SHOWN_TEXT },
	{ "verdict", SHOWN_TEXT },
	{ "by_person", SHOWN_BOOL },
	{ "rule_set", SHOWN_INT },
	{ "booked_to", SHOWN_TEXT },
	{ "counterpart_id", SHOWN_UUID },
	SHOWN_END,
};
static const struct shown looks[] = {
	{ "line_id", SHOWN_UUID },
	{ "look", SHOWN_INT },
	{ "number", SHOWN_INT },
	{ "rule", SHOWN_TEXT },
	{ "lost", SHOWN_TEXT },
	{ "kind", SHOWN_KIND },
	{ "target_id", SHOWN_UUID },
	{ "label", SHOWN_TEXT },
	{ "signs", SHOWN_SIGNS },
	{ "open", SHOWN_MONEY },
	{ "chosen", SHOWN_BOOL },
	{ "amount", SHOWN_MONEY },
	SHOWN_END,
};
static const struct shown exchanges[] = {
	{ "line_id", SHOWN_UUID },
	{ "receipt_id", SHOWN_UUID },
	{ "exchange", SHOWN_EXCHANGE },
	{ "told_rate", SHOWN_TEXT },
	SHOWN_END,
};
static const struct shown history[] = {
	{ "at", SHOWN_INSTANT },
	{ "kind", SHOWN_TEXT },
	{ "act", SHOWN_TEXT },
	{ "who", SHOWN_TEXT },
	{ "detail", SHOWN_TEXT },
	{ "subject_id", SHOWN_UUID },
	SHOWN_END,
};
static const struct shown receipts[] = {
	{ "id", SHOWN_UUID },
	{ "kind", SHOWN_RECEIPT },
	{ "customer_ref", SHOWN_TEXT },
	{ "source_id", SHOWN_UUID },
	{ "value_date", SHOWN_DATE },
	{ "amount", SHOWN_MONEY },
	{ "allocated", SHOWN_MONEY },
	{ "unapplied", SHOWN_MONEY },
	{ "refunded", SHOWN_MONEY },
	{ "kept", SHOWN_MONEY },
	{ "returned", SHOWN_MONEY },
	SHOWN_END,
};
static const struct shown allocations[] = {
	{ "id", SHOWN_UUID },
	{ "receipt_id", SHOWN_UUID },
	{ "invoice_id", SHOWN_UUID },
	{ "part", SHOWN_INT },
	{ "amount", SHOWN_MONEY },
	{ "beside", SHOWN_UUID },
	SHOWN_END,
};
static const struct shown differences[] = {
	{ "id", SHOWN_UUID },
	{ "kind", SHOWN_TEXT },
	{ "receipt_id", SHOWN_UUID },
	{ "invoice_id", SHOWN_UUID },
	{ "part", SHOWN_INT },
	{ "amount", SHOWN_MONEY },
	{ "undone", SHOWN_MONEY },
	SHOWN_END,
};
static const struct shown items[] = {
	{ "id", SHOWN_UUID },
	{ "part", SHOWN_INT },
	{ "invoice_number", SHOWN_TEXT },
	{ "customer_ref", SHOWN_TEXT },
	{ "amount", SHOWN_MONEY },
	{ "allocated", SHOWN_MONEY },
	{ "credited", SHOWN_MONEY },
	{ "discounted", SHOWN_MONEY },
	{ "written_off", SHOWN_MONEY },
	{ "open", SHOWN_MONEY },
	{ "discount_terms", SHOWN_TEXT },
	SHOWN_END,
};
static const struct shown payouts[] = {
	{ "id", SHOWN_UUID },
	{ "provider_account", SHOWN_TEXT },
	{ "provider_ref", SHOWN_TEXT },
	{ "amount", SHOWN_MONEY },
	{ "has_arrived", SHOWN_BOOL },
	{ "line_id", SHOWN_UUID },
	SHOWN_END,
};
static const struct shown reports[] = {
	{ "id", SHOWN_UUID },
	{ "identifier", SHOWN_TEXT },
	{ "payout_ref", SHOWN_TEXT },
	{ "gross", SHOWN_MONEY },
	{ "fees", SHOWN_MONEY },
	{ "item_count", SHOWN_INT },
	{ "state", SHOWN_TEXT },
	{ "differences", SHOWN_WORDS },
	{ "detail", SHOWN_TEXT },
	{ "posted", SHOWN_BOOL },
	{ "files", SHOWN_WORDS },
	SHOWN_END,
};
static const struct shown transfers[] = {
	{ "id", SHOWN_UUID },
	{ "day", SHOWN_DATE },
	{ "debit", SHOWN_TEXT },
	{ "credit", SHOWN_TEXT },
	{ "amount", SHOWN_MONEY },
	{ "cause", SHOWN_TEXT },
	{ "cause_id", SHOWN_UUID },
	SHOWN_END,
};
static const struct shown events[] = {
	{ "aggregate", SHOWN_TEXT },
	{ "id", SHOWN_UUID },
	{ "topic", SHOWN_TEXT },
	{ "key", SHOWN_TEXT },
	{ "revision", SHOWN_NUMBER },
	SHOWN_END,
};

/* In the order of causes. */
static const struct link links[] = {
	{ "statement_files", "the file that came", WHY_LINES, &q_why_files, files },
	{ "statements", "the statement in it", WHY_LINES, &q_why_statements, statements },
	{ "lines", "the bank line", WHY_LINES, &q_why_lines, lines },
	{ "looks", "what it was thought to be, look by look", WHY_LINES, &q_why_looks, looks },
	{ "exchanges", "what its payer had instructed in another currency", WHY_LINES, &q_why_exchanges, exchanges },
	{ "payouts", "the payout", WHY_PAYOUTS, &q_why_payouts, payouts },
	{ "payout_reports", "what the provider reported of it", WHY_PAYOUTS, &q_why_reports, reports },
	{ "history", "what waited for somebody, and who ended it", WHY_ALL, &q_why_history, history },
	{ "receipts", "the money, as a customer's", WHY_RECEIPTS, &q_why_receipts, receipts },
	{ "allocations", "what it stands against", WHY_RECEIPTS, &q_why_allocations, allocations },
	{ "differences", "what was lacking, and why it is owed no more; or too much, and kept", WHY_RECEIPTS, &q_why_differences,
		differences },
	{ "open_items", "what is owed after it", WHY_INVOICES, &q_why_items, items },
	{ "transfers", "the transfers in the ledger", WHY_ALL, &q_why_transfers, transfers },
	{ "events", "how often each was told, and where", WHY_ALL, &q_why_events, events },
};
enum { LINKS = sizeof(links) / sizeof(links[0]) };

struct chain {
	struct span kind, id;
	struct rows rows[LINKS];
};

static bool is_of(struct span what, enum why_set set)
{
	static const char *const words[] = { "line", "receipt", "invoice", "payout" };
	return set == WHY_ALL || span_is(what, words[set]);
}

static struct args *args_of(struct arena *arena, struct span merchant, const struct rows *reach, enum why_set set)
{
	struct args *args = args_new(arena);
	args_text(args, merchant);
	struct array *ids = args_array(args, DB_UUID);
	for (size_t i = 0; i < reach->count; i++)
		if (is_of(rows_text(reach, i, rows_column(reach, "what")), set))
			array_uuid(ids, rows_uuid(reach, i, rows_column(reach, "id")));
	return args;
}

/* What was asked for, and all that hangs together with it. */
static enum err find(struct db *db, struct arena *arena, struct span merchant, struct span named, struct rows *reach, struct why *why)
{
	struct args *args = args_new(arena), *numbered = args_new(arena);
	struct uuid id = { 0 };
	struct rows found;
	args_text(args, merchant);
	if (uuid_parse(named, &id) != OK) {
		args_text(numbered, merchant);
		args_text(numbered, named);
		TRY(db_exec(db, arena, &q_why_number, numbered, &found, why));
		id = found.count ? rows_uuid(&found, 0, 0) : id;
	}
	args_uuid(args, id);
	TRY(db_exec(db, arena, &q_why_reach, args, reach, why));
	return reach->count ? OK : why_set(why, ERR_NOT_FOUND, "not_found", "there is no line, invoice or payment %.*s", SPAN_ARG(named));
}

static enum err follow(struct db *db, struct arena *arena, struct span merchant, struct span named, struct chain *c, struct why *why)
{
	struct rows reach;
	TRY(find(db, arena, merchant, named, &reach, why));
	c->kind = rows_text(&reach, 0, rows_column(&reach, "what"));
	c->id = span_of(uuid_text(arena, rows_uuid(&reach, 0, rows_column(&reach, "id"))));
	for (size_t i = 0; i < LINKS; i++)
		db_queue_rows(db, arena, links[i].query, args_of(arena, merchant, &reach, links[i].of), &c->rows[i]);
	return db_flush(db, why);
}

static struct span print_json(struct arena *arena, const struct chain *c)
{
	struct json_out out;
	struct text t;
	text_init(&t, arena);
	json_out_init(&out, &t);
	json_out_object(&out, NULL);
	json_out_span(&out, "id", c->id);
	json_out_span(&out, "kind", c->kind);
	for (size_t i = 0; i < LINKS; i++)
		rows_array(&out, arena, links[i].name, &c->rows[i], links[i].columns);
	json_out_object_end(&out);
	json_out_done(&out);
	return text_done(&t);
}

static void add_row(struct text *t, struct arena *arena, const struct rows *rows, size_t row, const struct shown *columns)
{
	const char *between = "  ";
	for (; columns->name; columns++) {
		struct span cell = rows_cell(arena, rows, row, columns);
		if (!cell.size || (columns->type == SHOWN_BOOL && span_is(cell, "false")))
			continue;
		text_printf(t, "%s%s ", between, columns->name);
		for (size_t i = 0; i < cell.size; i++)
			text_char(t, cell.at[i] == '\n' ? ' ' : cell.at[i]);
		between = ", ";
	}
	text_char(t, '\n');
}

static struct span print_text(struct arena *arena, const struct chain *c)
{
	struct text t;
	text_init(&t, arena);
	text_printf(&t, "%.*s %.*s\n", SPAN_ARG(c->kind), SPAN_ARG(c->id));
	for (size_t i = 0; i < LINKS; i++) {
		if (c->rows[i].count)
			text_printf(&t, "%s\n", links[i].title);
		for (size_t row = 0; row < c->rows[i].count; row++)
			add_row(&t, arena, &c->rows[i], row, links[i].columns);
	}
	return text_done(&t);
}

enum err why_tell(
	struct db *db, struct arena *arena, struct span merchant, struct span named, bool as_text, struct span *body, struct why *why)
{
	struct chain *c = ARENA_NEW(arena, struct chain);
	TRY(follow(db, arena, merchant, named, c, why));
	*body = as_text ? print_text(arena, c) : print_json(arena, c);
	return OK;
}

enum err why_show(struct request *r, struct db *db, struct response *response, struct why *why)
{
	struct span format = request_query(r, "format");
	bool as_text = span_is(format, "text");
	if (format.size && !as_text && !span_is(format, "json"))
		return why_field(why, ERR_INVALID, "field_invalid", "format", "format is json or text");
	*response = (struct response){ .status = 200, .type = as_text ? "text/plain; charset=utf-8" : NULL };
	return why_tell(db, r->arena, r->merchant, request_param(r, "id"), as_text, &response->body, why);
}
