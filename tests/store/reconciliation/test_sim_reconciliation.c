#include "../../sim/reconciliation/staged.h"
#include "../../sim/relive/relive.h"
#include "reconciliation_queries.h"
#include "town.h"

/* The simulator's model of reconciliation's store against the real one: see tests/sim/README.md. */

static const char *const left_out[] = {
	"bank_line.waits",
	"bank_line.is_return", /* generated */
	"bank_line_detail.bank_code",
	"bank_line_detail.original_amount",
	"bank_line_detail.original_ref",
	"bank_line_detail.return_text",
	"bank_line_detail.party_account",
	"bank_line_detail.party_bank",
	"bank_line_detail.party_customer",
	"bank_line_detail.party_ultimate",
	"notice",
	"notice_person",
	"notice_report",
	"statement_rule", /* the readers' */
	"bank_line_token",
	"rematch_cause", /* which lines are looked at again: due work */
	"csv_profile",
	"ledger_block", /* tick's: test_reconciliation_ledger */
	"posted_line",
	"recount",
	"running_sum",
	"sum_change", /* the database keeps them: test_reconciliation_sums */
	"payout_report",
	"payout_report_item",
	"payout_report_posting", /* nobody imports a report here */
	"rule_replay", /* of a read */
	"statement.arrival",
	"statement_bytes",
	"statement_file",
	"statement_upload",
	"statement_upload_part", /* nobody uploads in parts here */
	"wanted.added_at",
	NULL,
};

/* ---- a file is staged, as import.c does it ---- */

static void flush(struct relive *r)
{
	struct why why = { 0 };
	if (db_flush(r->db, &why) != OK)
		fail_msg("%s: %s", why.code, why.text);
}

static struct span bytes_of(struct relive *r, const struct digest *digest)
{
	return span_bytes(arena_copy(r->arena, digest->b, sizeof(digest->b)), sizeof(digest->b));
}

static struct args *file_args(struct relive *r, const struct staged_file *f)
{
	struct digest sha256 = staged_sha256(f->file);
	struct args *args = args_new(r->arena);
	args_text(args, f->merchant);
	args_bytes(args, bytes_of(r, &sha256));
	return args;
}

static void take_file(struct relive *r, const struct staged_file *f)
{
	struct args *args = file_args(r, f);
	if (!f->again) {
		args_text(args, SPAN("paper"));
		args_int8(args, 1);
	}
	args_text(args, staged_client(f->file));
	args_text(args, staged_who(f->file));
	db_queue(r->db, f->again ? &q_file_again : &q_file_insert, args, 1);
	if (f->again)
		db_queue(r->db, &q_file_replace, file_args(r, f), -1);
}

static void take_statement(struct relive *r, const struct staged_file *f, const struct statement *s)
{
	struct digest sha256 = staged_sha256(f->file);
	struct args *args = args_new(r->arena);
	args_text(args, s->merchant);
	args_uuid(args, s->id);
	args_bytes(args, bytes_of(r, &sha256));
	args_text(args, s->identifier);
	if (uuid_is_zero(s->account))
		args_null(args);
	else
		args_uuid(args, s->account);
	args_text(args, s->bank_ref);
	args_int8(args, s->sequence);
	args_text(args, span_of(arena_strdup(r->arena, s->currency.code)));
	args_int8(args, s->opening);
	args_int8(args, s->closing);
	args_int8(args, s->line_sum);
	args_int8(args, s->reversal_sum);
	args_int8(args, s->line_count);
	args_date(args, s->from);
	args_date(args, s->to);
	args_text(args, span_of(rule_word(s->rule)));
	args_int8(args, s->place.line);
	args_int8(args, s->place.byte);
	args_text(args, s->reason);
	db_queue(r->db, &q_statement_stage, args, 1);
}

/* The arrays of line_stage, in its order. */
enum { LINE_COLUMNS = 23 };

static void add_line(struct relive *r, struct array *const *c, const struct line *l)
{
	const struct span texts[] = { l->end_to_end, l->bank_ref, l->transaction_ref, l->mandate, l->batch_ref, l->code, l->return_reason,
		l->references };
	array_text(c[0], l->merchant);
	array_uuid(c[1], l->id);
	if (uuid_is_zero(l->account))
		array_null(c[2]);
	else
		array_uuid(c[2], l->account);
	array_uuid(c[3], l->statement);
	array_int8(c[4], l->number);
	array_int8(c[5], l->place.line);
	array_int8(c[6], l->place.byte);
	array_bytes(c[7], bytes_of(r, &l->key));
	array_int4(c[8], 1); /* counted below */
	array_date(c[9], l->booking);
	array_date(c[10], l->value);
	array_int8(c[11], l->amount.minor);
	array_text(c[12], span_of(arena_strdup(r->arena, l->amount.currency.code)));
	array_bool(c[13], l->rest);
	array_bool(c[14], l->reversal);
	for (int i = 0; i < 8; i++)
		array_text(c[15 + i], texts[i]);
}

static void add_person(struct array *const *c, const struct line *l)
{
	array_text(c[0], l->merchant);
	array_uuid(c[1], l->id);
	array_text(c[2], l->texts);
	array_text(c[3], l->party_name);
	array_text(c[4], l->party_iban);
}

/* The arrays of line_detail_stage, in its order. */
enum { DETAIL_COLUMNS = 13 };

static void take_details(struct relive *r, const struct staged_statement *s)
{
	struct args *details = args_new(r->arena);
	struct array *detail[DETAIL_COLUMNS];
	int64_t count = 0;
	for (int c = 0; c < DETAIL_COLUMNS; c++)
		detail[c] = args_array(details, c == 1 ? DB_UUID : c == 2 ? DB_INT8 : DB_TEXT);
	for (size_t i = 0; i < s->count; i++) {
		const struct line_detail *d = &s->details[i];
		if (!d->merchant.size)
			continue;
		array_text(detail[0], d->merchant);
		array_uuid(detail[1], d->line);
		if (d->original)
			array_int8(detail[2], d->original);
		else
			array_null(detail[2]);
		array_text(detail[3], d->original_currency);
		array_text(detail[4], d->rate);
		array_text(detail[5], d->charges);
		for (int c = 6; c < DETAIL_COLUMNS; c++)
			array_text(detail[c], SPAN(""));
		count++;
	}
	if (count)
		db_queue(r->db, &q_line_detail_stage, details, count);
}

static void take_lines(struct relive *r, const struct staged_statement *s)
{
	static const enum db_type types[LINE_COLUMNS] = { DB_TEXT, DB_UUID, DB_UUID, DB_UUID, DB_INT8, DB_INT8, DB_INT8, DB_BYTES, DB_INT4,
		DB_DATE, DB_DATE, DB_INT8, DB_TEXT, DB_BOOL, DB_BOOL, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT,
		DB_TEXT };
	struct args *lines = args_new(r->arena), *people = args_new(r->arena), *twins = args_new(r->arena);
	struct array *line[LINE_COLUMNS], *person[5];
	for (int c = 0; c < LINE_COLUMNS; c++)
		line[c] = args_array(lines, types[c]);
	for (int c = 0; c < 5; c++)
		person[c] = args_array(people, c == 1 ? DB_UUID : DB_TEXT);
	for (size_t i = 0; i < s->count; i++) {
		add_line(r, line, &s->lines[i]);
		add_person(person, &s->lines[i]);
	}
	args_text(twins, s->statement.merchant);
	args_uuid(twins, s->statement.id);
	if (!s->count)
		return;
	db_queue(r->db, &q_line_stage, lines, (int64_t)s->count);
	db_queue(r->db, &q_line_person_stage, people, (int64_t)s->count);
	db_queue(r->db, &q_line_occurrences, twins, -1);
	take_details(r, s);
}

static void befall(struct relive *r, const struct twin_batch *b)
{
	const struct staged_file *f = b->told;
	struct why why = { 0 };
	assert_string_equal(b->deed, "file");
	if (db_begin(r->db, &why) != OK)
		fail_msg("%s: %s", why.code, why.text);
	take_file(r, f);
	for (size_t i = 0; i < f->count; i++) {
		take_statement(r, f, &f->statements[i].statement);
		take_lines(r, &f->statements[i]);
	}
	flush(r);
	if (db_commit(r->db, &why) != OK)
		fail_msg("%s: %s", why.code, why.text);
}

/* ---- the tests ---- */

static struct relive reliving(struct town *t)
{
	return (struct relive){ &town_service, t->db, t->owner, t->unit, t->arena, left_out, befall };
}

static void the_same_seeds_make_the_same_rows_and_events_on_the_model_and_on_the_database(void **state)
{
	struct relive r = reliving(*state);
	relive_seeds(&r, 6, 2400);
}

static void every_column_is_compared_or_left_out_by_name(void **state)
{
	struct relive r = reliving(*state);
	relive_compares_every_column(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_TOWN(every_column_is_compared_or_left_out_by_name),
		IN_TOWN(the_same_seeds_make_the_same_rows_and_events_on_the_model_and_on_the_database),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
