#include "http.h"

#include "http_bytes.h"
#include "http_export.h"
#include "http_ledger.h"
#include "http_lists.h"
#include "http_payout.h"
#include "http_period.h"
#include "http_preview.h"
#include "http_profile.h"
#include "http_queue.h"
#include "http_reading.h"
#include "http_rules.h"
#include "http_sums.h"
#include "http_upload.h"
#include "http_why.h"
#include "import.h"
#include "reconciliation_queries.h"
#include "role.h"

enum { UPLOAD = 16 << 20 };

static struct json_out begin(struct text *t, struct arena *arena)
{
	struct json_out out;
	text_init(t, arena);
	json_out_init(&out, t);
	json_out_object(&out, NULL);
	return out;
}

static struct response finish(struct json_out *out, const struct text *t, int status)
{
	json_out_object_end(out);
	json_out_done(out);
	return (struct response){ .status = status, .body = text_done(t) };
}

static enum err nothing_there(const struct request *r, struct why *why)
{
	return why_set(why, ERR_NOT_FOUND, "not_found", "there is nothing at %.*s", SPAN_ARG(r->path));
}

/* ---- lists ---- */

#define LIST(name)                                                                                                \
	static enum err show_##name(struct request *r, struct db *db, struct response *response, struct why *why) \
	{                                                                                                         \
		return rows_list(r, db, &list_##name, response, why);                                             \
	}

LIST(accounts)
LIST(files)
LIST(statements)
LIST(lines)
LIST(receipts)
LIST(items)
LIST(exceptions)
LIST(journal)
LIST(payouts)
LIST(reports)
LIST(notices)
LIST(limits)
LIST(difference_policies)
LIST(payers)

/* Those of the path's id, which must be there. */
static enum err find_in(struct request *r, struct db *db, const struct listed *list, struct rows *rows, struct why *why)
{
	struct uuid id;
	TRY(rows_id(r, &id, why));
	TRY(rows_of_id(r, db, list, id, rows, why));
	return rows->count ? OK : nothing_there(r, why);
}

/* What a line became. */
static enum err receipts_of(struct request *r, struct db *db, struct uuid line, struct rows *rows, struct why *why)
{
	struct args *args = args_new(r->arena);
	args_text(args, r->merchant);
	args_int8(args, (int64_t)list_receipts.most);
	args_uuid(args, (struct uuid){ 0 });
	args_text(args, SPAN(""));
	args_text(args, span_of(uuid_text(r->arena, line)));
	return db_exec(db, r->arena, &q_show_receipts_of_source, args, rows, why);
}

static enum err show_account(struct request *r, struct db *db, struct response *response, struct why *why)
{
	struct rows rows;
	struct text t;
	TRY(find_in(r, db, &list_accounts, &rows, why));
	struct json_out out = begin(&t, r->arena);
	rows_members(&out, r->arena, &rows, 0, list_accounts.columns);
	*response = finish(&out, &t, 200);
	return OK;
}

static enum err show_statement(struct request *r, struct db *db, struct response *response, struct why *why)
{
	struct rows rows, rules;
	struct text t;
	TRY(find_in(r, db, &list_statements, &rows, why));
	TRY(rows_one(r, db, &q_show_statement_rules, rows_uuid(&rows, 0, rows_column(&rows, "id")), &rules, why));
	struct json_out out = begin(&t, r->arena);
	rows_members(&out, r->arena, &rows, 0, list_statements.columns);
	rows_array(&out, r->arena, "broken", &rules, shown_rules);
	*response = finish(&out, &t, 200);
	return OK;
}

static enum err show_line(struct request *r, struct db *db, struct response *response, struct why *why)
{
	struct rows rows, candidates, receipts, told;
	struct uuid id;
	struct text t;
	TRY(rows_id(r, &id, why));
	TRY(rows_one(r, db, &q_show_line, id, &rows, why));
	if (!rows.count)
		return nothing_there(r, why);
	TRY(rows_one(r, db, &q_show_candidates, id, &candidates, why));
	TRY(receipts_of(r, db, id, &receipts, why));
	TRY(rows_one(r, db, &q_show_notices_of_line, id, &told, why));
	struct json_out out = begin(&t, r->arena);
	rows_members(&out, r->arena, &rows, 0, shown_line);
	rows_array(&out, r->arena, "looked_at", &candidates, shown_candidates);
	rows_array(&out, r->arena, "receipts", &receipts, list_receipts.columns);
	rows_array(&out, r->arena, "told", &told, list_notices.columns);
	*response = finish(&out, &t, 200);
	return OK;
}

static enum err show_receipt(struct request *r, struct db *db, struct response *response, struct why *why)
{
	struct rows rows, allocations;
	struct text t;
	TRY(find_in(r, db, &list_receipts, &rows, why));
	TRY(rows_one(r, db, &q_show_allocations, rows_uuid(&rows, 0, rows_column(&rows, "id")), &allocations, why));
	struct json_out out = begin(&t, r->arena);
	rows_members(&out, r->arena, &rows, 0, list_receipts.columns);
	rows_array(&out, r->arena, "allocations", &allocations, shown_allocations);
	*response = finish(&out, &t, 200);
	return OK;
}

static enum err show_item(struct request *r, struct db *db, struct response *response, struct why *why)
{
	struct rows rows;
	struct text t;
	TRY(find_in(r, db, &list_items, &rows, why));
	struct json_out out = begin(&t, r->arena);
	rows_array(&out, r->arena, "open_items", &rows, list_items.columns);
	*response = finish(&out, &t, 200);
	return OK;
}

/* ---- sums ---- */

static enum err show_trial_balance(struct request *r, struct db *db, struct response *response, struct why *why)
{
	bool csv = rows_wants_csv(r);
	struct moment moment;
	TRY(moment_read(request_query(r, "as_of"), request_query(r, "known_at"), request_query(r, "account"), &moment, why));
	*response = (struct response){ .status = 200, .type = csv ? "text/csv; charset=utf-8" : NULL };
	return sums_trial_balance(db, r->arena, r->merchant, &moment, csv, &response->body, why);
}

static enum err show_proof(struct request *r, struct db *db, struct response *response, struct why *why)
{
	bool holds;
	*response = (struct response){ .status = 200 };
	return sums_proof(db, r->arena, r->merchant, &response->body, &holds, why);
}

/* ---- statements in ---- */

static void print_imported_statement(struct json_out *out, const struct statement *s, enum rule rule, struct span reason)
{
	json_out_object(out, NULL);
	json_out_uuid(out, "id", s->id);
	json_out_span(out, "bank_ref", s->bank_ref);
	json_out_span(out, "identifier", s->identifier);
	json_out_string(out, "state", statement_state_word(s->state));
	json_out_date(out, "from_date", s->from);
	json_out_date(out, "to_date", s->to);
	json_out_int(out, "line_count", s->line_count);
	json_out_string(out, "rule", rule == RULE_NONE ? "" : rule_word(rule));
	json_out_span(out, "reason", rule == RULE_NONE ? SPAN("") : reason.size ? reason : span_of(rule_help(rule)));
	json_out_int(out, "line", rule == RULE_NONE ? 0 : s->place.line);
	json_out_object_end(out);
}

struct span http_imported(struct arena *arena, const struct imported *i)
{
	struct text t;
	struct json_out out = begin(&t, arena);
	json_out_span(&out, "file", span_hex(arena, span_bytes(i->sha256.b, sizeof(i->sha256.b))));
	json_out_int(&out, "size", i->size);
	json_out_bool(&out, "is_new", i->is_new);
	json_out_int(&out, "informed", i->informed);
	json_out_string(&out, "report_rule", i->contradicted.rule == RULE_NONE ? "" : rule_word(i->contradicted.rule));
	json_out_int(&out, "report_line", i->contradicted.place.line);
	json_out_string(&out, "report_reason", i->contradicted.text);
	json_out_array(&out, "statements");
	for (size_t n = 0; n < i->count; n++)
		print_imported_statement(&out, &i->statements[n], i->rules[n], i->reasons[n]);
	json_out_array_end(&out);
	return finish(&out, &t, 201).body;
}

/* The body is the file. It is known by its bytes: no Idempotency-Key is needed to send it twice. */
static enum err accept_statements(struct request *r, struct db *db, struct response *response, struct why *why)
{
	struct import_source source = import_bytes(&r->body);
	struct import_origin from = { r->merchant, r->client, SPAN("upload"), request_query(r, "who") };
	struct imported imported;
	if (from.who.size > 100)
		return why_field(why, ERR_INVALID, "field_invalid", "who", "who is at most 100 bytes");
	if (!r->body.size)
		return why_set(why, ERR_INVALID, "body_missing", "the body is the statement file");
	TRY(reading_settings_read(r, &source.reading, why));
	TRY(import_run(db, r->arena, &from, &source, &imported, why));
	role_wake(ROLE_TICK);
	if (imported.refused.rule != RULE_NONE)
		return why_set(why, ERR_REFUSED, rule_word(imported.refused.rule), "line %ld: %s", (long)imported.refused.place.line,
			imported.refused.text[0] ? imported.refused.text : rule_help(imported.refused.rule));
	*response = (struct response){ .status = imported.is_new ? 201 : 200, .body = http_imported(r->arena, &imported) };
	return OK;
}

/* ---- routes ---- */

#define GET(at, shows, says) { .method = "GET", .path = at, .access = ACCESS_READ, .show = shows, .help = says }
#define POST(at, does, says) \
	{ .method = "POST", .path = at, .access = ACCESS_WRITE, .command = "dunlin.reconciliation." does, .help = says }
#define ADMIN(at, does, says) \
	{ .method = "POST", .path = at, .access = ACCESS_ADMIN, .command = "dunlin.reconciliation." does, .help = says }

const struct route reconciliation_routes[] = {
	GET("/v1/bank-accounts", show_accounts, "bank accounts with their balance and how far their statements reach"),
	ADMIN("/v1/bank-accounts", "DefineAccount", "defines a bank account, or replaces what is known of it"),
	GET("/v1/bank-accounts/{id}", show_account, "one of them"),
	GET("/v1/statement-files", show_files, "files that were imported, refused ones with the rule and the line"),
	{ .method = "GET",
		.path = "/v1/statement-files/{id}/bytes",
		.access = ACCESS_WRITE,
		.show = show_file_bytes,
		.help = "a file as it came, by its hash, in pieces; each look is audited" },
	GET("/v1/statements", show_statements, "statements, quarantined ones with the rule and the line"),
	{ .method = "POST",
		.path = "/v1/statements",
		.access = ACCESS_WRITE,
		.accept = accept_statements,
		.body_limit = UPLOAD,
		.help = "imports a statement file of any format, which is the body; larger ones in parts, or by the verb import" },
	{ .method = "POST",
		.path = "/v1/statements/preview",
		.access = ACCESS_WRITE,
		.accept = preview_accept,
		.body_limit = UPLOAD,
		.help = "says what importing the file, which is the body, would do, and does nothing" },
	GET("/v1/uploads", show_uploads, "statement files that come in parts"),
	{ .method = "POST",
		.path = "/v1/uploads",
		.access = ACCESS_WRITE,
		.accept = upload_accept,
		.help = "begins one: name, size and SHA-256 of the whole" },
	GET("/v1/uploads/{id}", show_upload, "one of them: what is there, what is missing, what became of it"),
	{ .method = "POST",
		.path = "/v1/uploads/{id}/parts",
		.access = ACCESS_WRITE,
		.accept = upload_part_accept,
		.body_limit = UPLOAD_PART_MOST,
		.help = "the part at an offset, which is the body; in any order, and as often as need be" },
	{ .method = "POST",
		.path = "/v1/uploads/{id}/complete",
		.access = ACCESS_WRITE,
		.accept = upload_complete_accept,
		.help = "all parts are there: the file is imported like any other" },
	{ .method = "POST",
		.path = "/v1/uploads/{id}/preview",
		.access = ACCESS_WRITE,
		.accept = upload_preview_accept,
		.help = "all parts are there: says what importing the file would do, and does nothing" },
	GET("/v1/uploads/{id}/preview", show_upload_preview, "what it was said to do"),
	{ .method = "POST",
		.path = "/v1/uploads/{id}/cancel",
		.access = ACCESS_WRITE,
		.accept = upload_cancel_accept,
		.help = "gives one up, with its parts" },
	GET("/v1/statements/{id}", show_statement, "one of them, with every rule that it breaks"),
	ADMIN("/v1/statements/{id}/accept", "AcceptStatement", "accepts a quarantined statement; what it leaves unexplained is a gap"),
	ADMIN("/v1/statements/{id}/undo", "UndoStatement",
		"takes an import back while nothing final depends on it; another person than who brought it"),
	GET("/v1/csv-profiles", show_profiles, "how CSV files are written: the merchant's own profiles and those that come with Dunlin"),
	GET("/v1/csv-profiles/{name}", show_profile, "the text of one of them"),
	{ .method = "POST",
		.path = "/v1/csv-profiles",
		.access = ACCESS_ADMIN,
		.accept = profile_accept,
		.body_limit = PROFILE_BODY_MOST,
		.help = "defines the profiles of the text, which is the body, each in the place of the merchant's own of that name" },
	{ .method = "POST",
		.path = "/v1/csv-profiles/check",
		.access = ACCESS_WRITE,
		.accept = profile_check_accept,
		.body_limit = PROFILE_CHECK_MOST,
		.help = "says what a sample would be read as by profiles that need not be defined; nothing is stored" },
	GET("/v1/lines", show_lines, "bank lines in the books, by account, statement and state"),
	GET("/v1/lines/{id}", show_line, "one of them, with what the bank wrote and everything that it was thought to be"),
	POST("/v1/lines/{id}/match", "MatchLine", "says what a line is"),
	POST("/v1/lines/{id}/unmatch", "UnmatchLine", "takes a match back"),
	GET("/v1/notices", show_notices,
		"what informs of bookings and never posts: reports, notifications, pending lines, with the line it is about"),
	GET("/v1/receipts", show_receipts, "money received, by customer"),
	POST("/v1/receipts", "RecordReceipt", "records cash or a cheque"),
	GET("/v1/receipts/{id}", show_receipt, "one of them, with what stands against which invoice"),
	POST("/v1/receipts/{id}/refund", "RequestRefund", "says how much unapplied money is to go back to its payer"),
	POST("/v1/receipts/{id}/allocate", "AllocateReceipt", "allocates unapplied money to invoices"),
	GET("/v1/open-items", show_items, "what is owed, by customer"),
	GET("/v1/open-items/{id}", show_item, "the parts of one invoice"),
	ADMIN("/v1/open-items/{id}/write-off", "WriteOff", "gives up what is open of a part of an invoice"),
	GET("/v1/exceptions", show_exceptions, "what somebody has to look at"),
	POST("/v1/exceptions/{id}/close", "CloseException", "closes one that no fact will end"),
	GET("/v1/exceptions/{id}", queue_show, "one of them, with what was done with it and what the matcher thought of its line"),
	{ .method = "POST",
		.path = "/v1/exceptions/accept",
		.access = ACCESS_WRITE,
		.accept = queue_accept,
		.help = "accepts what one rule suggests of up to 100 exceptions, each by itself" },
	POST("/v1/exceptions/{id}/assign", "AssignException", "says whose work it is"),
	POST("/v1/exceptions/{id}/note", "NoteException", "adds a note to its history"),
	POST("/v1/exceptions/{id}/park", "ParkException", "puts it out of sight until a day"),
	POST("/v1/exceptions/{id}/accept", "AcceptSuggestion", "does what is suggested"),
	GET("/v1/why/{id}", why_show,
		"the chain of causes of a line, an invoice or a payment: file, statement, line, looks, match, money, transfers"),
	GET("/v1/limits", show_limits, "up to how much one person alone may write off, by currency"),
	ADMIN("/v1/limits", "LimitWriteOffs", "says up to how much one person alone may write off in a currency"),
	GET("/v1/differences/policies", show_difference_policies,
		"what may lack of a payment, or be too much, and still settle it, by currency"),
	ADMIN("/v1/differences/policies", "DefineDifferences",
		"says what may lack of a payment in a currency, or be too much: tolerances, discount, charges"),
	GET("/v1/payers", show_payers,
		"accounts, names, mandates and forms of words by which customers are known, with who taught them and how often they were right"),
	GET("/v1/rule-sets", show_rule_sets, "versions of the rules of matching; where none is live the table that `rules` prints holds"),
	ADMIN("/v1/rule-sets", "DefineRuleSet", "a new version of them, as a draft"),
	GET("/v1/rule-sets/{version}", show_rule_set, "one of them, with its replays"),
	{ .method = "POST",
		.path = "/v1/rule-sets/{version}/replay",
		.access = ACCESS_WRITE,
		.accept = replay_accept,
		.help = "says what it would have made of the lines of the last months, and keeps the digest" },
	ADMIN("/v1/rule-sets/{version}/activate", "ActivateRuleSet",
		"makes a version the live one: with the digest of a replay, or without and saying so"),
	GET("/v1/queue", queue_list, "the work queue: open exceptions by type, owner, stream, currency, rule, amount and age"),
	GET("/v1/payouts", show_payouts,
		"payouts of providers, three ways: what payments told, what the provider reported, whether they arrived"),
	GET("/v1/payouts/{id}", show_payout, "one of them, with every item of its report, what differs and what the report posted"),
	GET("/v1/payout-reports", show_reports, "what providers reported of payouts, of unknown ones too"),
	GET("/v1/payout-reports/{id}", show_report, "one of them, item by item"),
	GET("/v1/journal", show_journal, "the transfers of the ledger"),
	GET("/v1/trial-balance", show_trial_balance, "every account's sums, as of a day and as known at an instant"),
	GET("/v1/proof", show_proof, "both sums that must hold, term by term, from the journal and from the aggregates"),
	GET("/v1/ledger/head", show_ledger_head, "the last block of the journal's seal"),
	GET("/v1/periods", show_periods, "months that are closed, or that somebody was warned of"),
	GET("/v1/periods/{month}/trial-balance", show_period_balance, "the sealed trial balance of a month"),
	ADMIN("/v1/periods/{month}/close", "ClosePeriod", "closes a month for ever; warns first, then takes a second person"),
	GET("/v1/exports", show_exports, "exports of the journal, with their files"),
	POST("/v1/exports", "MakeExport", "exports the next closed month for an accounting system"),
	GET("/v1/exports/file", show_export_file, "one file of an export"),
	GET("/v1/exports/mappings", show_export_mappings, "codes of our accounts in other systems, version by version"),
	ADMIN("/v1/exports/mappings", "DefineExportMapping", "a new version of them"),
	{ .path = NULL },
};
