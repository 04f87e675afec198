#include "http_profile.h"

#include "check.h"
#include "http_reading.h"
#include "import_profile.h"
#include "json_in.h"
#include "json_out.h"
#include "reconciliation_queries.h"

enum { REPORT_LINES = 1000 };

/* ---- shown ---- */

static void print_profile(struct json_out *out, const struct csv_profile *p, bool own)
{
	json_out_object(out, NULL);
	json_out_span(out, "name", p->name);
	json_out_bool(out, "own", own);
	json_out_string(out, "tells", p->settlement ? "settlement" : "statement");
	json_out_bool(out, "has_balance", p->columns[CSV_BALANCE].size);
	json_out_span(out, "help", p->help);
	json_out_object_end(out);
}

static void print_all(struct json_out *out, struct span text, bool own)
{
	struct csv_profile p;
	struct span one;
	while (profiles_each(&text, &p, &one))
		print_profile(out, &p, own);
}

enum err show_profiles(struct request *r, struct db *db, struct response *response, struct why *why)
{
	struct args *args = args_new(r->arena);
	struct json_out out;
	struct rows rows;
	struct text t;
	args_text(args, r->merchant);
	TRY(db_exec(db, r->arena, &q_csv_profile_list, args, &rows, why));
	text_init(&t, r->arena);
	json_out_init(&out, &t);
	json_out_object(&out, NULL);
	json_out_array(&out, "profiles");
	for (size_t i = 0; i < rows.count; i++)
		print_all(&out, rows_text(&rows, i, rows_column(&rows, "body")), true);
	print_all(&out, csv_profiles_shipped(), false);
	json_out_array_end(&out);
	json_out_object_end(&out);
	json_out_done(&out);
	*response = (struct response){ .status = 200, .body = text_done(&t) };
	return OK;
}

static bool find_shipped(struct span name, struct span *text)
{
	struct span rest = csv_profiles_shipped();
	struct csv_profile p;
	while (profiles_each(&rest, &p, text))
		if (span_equal(p.name, name))
			return true;
	return false;
}

static struct span print_text(struct arena *arena, struct span name, bool own, struct span body)
{
	struct json_out out;
	struct text t;
	text_init(&t, arena);
	json_out_init(&out, &t);
	json_out_object(&out, NULL);
	json_out_span(&out, "name", name);
	json_out_bool(&out, "own", own);
	json_out_span(&out, "text", body);
	json_out_object_end(&out);
	json_out_done(&out);
	return text_done(&t);
}

enum err show_profile(struct request *r, struct db *db, struct response *response, struct why *why)
{
	struct span name = request_param(r, "name"), text;
	struct args *args = args_new(r->arena);
	struct rows rows;
	args_text(args, r->merchant);
	args_text(args, name);
	TRY(db_exec(db, r->arena, &q_csv_profile_fetch, args, &rows, why));
	if (rows.count)
		text = rows_text(&rows, 0, 0);
	else if (!find_shipped(name, &text))
		return why_set(why, ERR_NOT_FOUND, "not_found", "there is no such profile");
	*response = (struct response){ .status = 200, .body = print_text(r->arena, name, rows.count, text) };
	return OK;
}

/* ---- defined ---- */

enum err profile_accept(struct request *r, struct db *db, struct response *response, struct why *why)
{
	struct json_out out;
	struct text t;
	int count;
	TRY(profiles_define(db, r->arena, r->merchant, r->body, &count, why));
	text_init(&t, r->arena);
	json_out_init(&out, &t);
	json_out_object(&out, NULL);
	json_out_array(&out, "profiles");
	print_all(&out, r->body, true);
	json_out_array_end(&out);
	json_out_object_end(&out);
	json_out_done(&out);
	*response = (struct response){ .status = 201, .body = text_done(&t) };
	return OK;
}

/* ---- tried ---- */

struct trial {
	struct json_out out;
	int lines;
};

static void say(void *ctx, struct span line)
{
	struct trial *trial = ctx;
	if (trial->lines++ < REPORT_LINES)
		json_out_span(&trial->out, NULL, line);
}

/* The text of profiles and the sample, whose charset is its own matter, as base 64. */
static enum err read_trial(const struct request *r, struct reading_settings *settings, struct span *sample, struct why *why)
{
	struct json_in in;
	struct span encoded;
	int count;
	TRY(reading_settings_read(r, settings, why));
	TRY(json_in_open(&in, r->arena, r->body, why));
	if (json_in_has(&in, "profiles"))
		TRY(json_in_prose(&in, "profiles", 1, PROFILES_TEXT_MOST, &settings->profiles, why));
	TRY(json_in_text(&in, "sample", 1, PROFILE_CHECK_MOST, &encoded, why));
	TRY(json_in_done(&in, why));
	if (span_unbase64(r->arena, encoded, sample) != OK)
		return why_field(why, ERR_INVALID, "field_invalid", "sample", "the file's first bytes, or all, as base 64 of RFC 4648");
	return settings->profiles.size ? profiles_count(settings->profiles, &count, why) : OK;
}

static enum err add_own(const struct request *r, struct db *db, struct reading_settings *settings, struct why *why)
{
	struct args *args = args_new(r->arena);
	struct rows rows;
	args_text(args, r->merchant);
	TRY(db_exec(db, r->arena, &q_csv_profile_all, args, &rows, why));
	if (!settings->profiles.size)
		settings->profiles = rows_text(&rows, 0, 0);
	return OK;
}

static void print_result(struct json_out *out, const struct checked *found)
{
	bool refused = found->refused.rule != RULE_NONE;
	json_out_string(out, "format", found->format);
	json_out_bool(out, "good", !refused && !found->quarantined);
	json_out_string(out, "rule", refused ? rule_word(found->refused.rule) : "");
	json_out_int(out, "line", found->refused.place.line);
	json_out_string(out, "reason", !refused ? "" : found->refused.text[0] ? found->refused.text : rule_help(found->refused.rule));
	json_out_int(out, "closing", found->closing);
	json_out_int(out, "quarantined", found->quarantined);
	json_out_int(out, "informing", found->informing);
	json_out_int(out, "lines", found->lines);
	json_out_int(out, "informed", found->informed);
}

enum err profile_check_accept(struct request *r, struct db *db, struct response *response, struct why *why)
{
	struct reading_settings settings;
	struct trial trial = { 0 };
	struct span sample;
	struct text t;
	TRY(read_trial(r, &settings, &sample, why));
	TRY(add_own(r, db, &settings, why));
	text_init(&t, r->arena);
	json_out_init(&trial.out, &t);
	json_out_object(&trial.out, NULL);
	json_out_array(&trial.out, "report");
	struct check *check = check_open(&settings, CHECK_TEXT, say, &trial);
	if (check_feed(check, sample, !sample.size) && sample.size)
		(void)check_feed(check, SPAN(""), true);
	json_out_array_end(&trial.out);
	print_result(&trial.out, check_result(check));
	check_close(check);
	json_out_object_end(&trial.out);
	json_out_done(&trial.out);
	*response = (struct response){ .status = 200, .body = text_done(&t) };
	return OK;
}
