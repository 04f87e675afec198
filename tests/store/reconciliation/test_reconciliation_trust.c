#include "import_preview.h"
#include "settings.h"
#include "town.h"

/* An import that an accountant can trust: previews, bytes that are kept, four eyes. */

static struct preview preview_of(struct town *t, struct span bytes)
{
	const struct import_origin from = { SPAN(MERCHANT), SPAN("desk"), SPAN("test.xml"), SPAN("bob") };
	struct import_source source = import_bytes(&bytes);
	struct preview p;
	struct why why = { 0 };
	if (import_preview(t->db, t->arena, &from, &source, &p, &why) != OK)
		fail_msg("%s: %s", why.code, why.text);
	return p;
}

static int64_t rows_in_all(struct town *t)
{
	return town_number(t,
		"select (select count(*) from statement_file) + (select count(*) from statement) + (select count(*) from bank_line)"
		" + (select count(*) from journal) + (select count(*) from exception) + (select count(*) from outbox)"
		" + (select count(*) from statement_bytes) + (select count(*) from receipt)");
}

static void a_preview_says_what_the_import_then_does_and_changes_nothing(void **state)
{
	struct town *t = *state;
	town_do(t, world_invoice(&t->world, "c1", world_id(&t->world), "RE-2026-0001", "EUR", 5000, 0));
	const struct entry_of entries[] = { { 5000, "RE-2026-0001", NULL, NULL, NULL }, { 700, "hello", NULL, NULL, NULL },
		{ 700, "hello", NULL, NULL, NULL }, { 5000, "RE-2026-0001 again", NULL, NULL, NULL } };
	struct span file = town_statement(t, "S1", 1, 1, 0, entries, 4);
	int64_t before = rows_in_all(t);
	struct preview p = preview_of(t, file);
	assert_int_equal(rows_in_all(t), before);
	assert_int_equal(p.statement_count, 1);
	const struct previewed_statement *s = &p.statements[0];
	assert_int_equal(s->statement->state, STATEMENT_POSTED);
	assert_true(s->lines == 4 && s->news == 4 && s->twins == 1 && s->matched == 2 && s->unmatched == 2 && !s->ambiguous);
	assert_true(span_is(p.lines[0].label, "RE-2026-0001") && p.lines[0].line->as == LINE_AS_RECEIPTS);
	town_import(t, file);
	town_due(t);
	assert_int_equal(town_number(t, "select count(*) from bank_line where state = 'matched'"), s->matched);
	assert_int_equal(town_number(t, "select count(*) from bank_line where state = 'waiting'"), s->unmatched);
	assert_town_proven(t);
}

/* One that was paid by a line far above it is not owed any more. */
static void what_a_line_takes_is_kept_from_lines_of_later_batches(void **state)
{
	struct town *t = *state;
	enum { MANY = 600 };
	struct entry_of *entries = ARENA_ARRAY(t->arena, struct entry_of, MANY);
	town_do(t, world_customer(&t->world, "c1", 2, "DE89370400440532013000"));
	town_do(t, world_invoice(&t->world, "c1", world_id(&t->world), "RE-2026-0001", "EUR", 5000, 0));
	for (int i = 0; i < MANY; i++)
		entries[i] = (struct entry_of){ .minor = 1 + i, .text = "hello" };
	entries[0] = entries[MANY - 1] = (struct entry_of){ 5000, "rent", NULL, "DE89370400440532013000", NULL };
	struct span file = town_statement(t, "S1", 1, 1, 0, entries, MANY);
	struct preview p = preview_of(t, file);
	int64_t matched = p.statements[0].matched, unmatched = p.statements[0].unmatched;
	assert_int_equal(p.statements[0].statement->state, STATEMENT_POSTED);
	town_import(t, file);
	town_due(t);
	assert_int_equal(town_number(t, "select count(*) from bank_line where state = 'matched'"), matched);
	assert_int_equal(town_number(t, "select count(*) from bank_line where state = 'waiting'"), unmatched);
	assert_int_equal(matched, 1);
	assert_int_equal(town_number(t, "select sum(open)::bigint from open_item"), 0);
}

/* More lines than are looked at are counted all the same, and said to be unseen. */
static void a_preview_of_a_large_file_counts_what_it_does_not_look_at(void **state)
{
	struct town *t = *state;
	enum { LOOKED = 1200, MANY = LOOKED + 30 };
	struct entry_of *entries = ARENA_ARRAY(t->arena, struct entry_of, MANY);
	for (int i = 0; i < MANY; i++)
		entries[i] = (struct entry_of){ .minor = 1 + i, .text = "many" };
	entries[MANY - 1] = entries[0];
	int64_t before = rows_in_all(t);
	reconciliation_settings.preview_lines = LOOKED;
	struct preview p = preview_of(t, town_statement(t, "S1", 1, 1, 0, entries, MANY));
	reconciliation_settings.preview_lines = 0;
	const struct previewed_statement *s = &p.statements[0];
	assert_int_equal(s->news, MANY);
	assert_int_equal(s->twins, 1);
	assert_int_equal(s->unseen, 30);
	assert_int_equal(s->matched + s->ambiguous + s->unmatched, LOOKED);
	assert_int_equal(p.line_count, PREVIEW_SHOWN);
	assert_int_equal(s->statement->state, STATEMENT_ACCEPTED);
	assert_int_equal(rows_in_all(t), before);
}

static void a_preview_of_what_overlaps_shows_only_what_is_new(void **state)
{
	struct town *t = *state;
	const struct entry_of entries[] = { { 700, "hello", NULL, NULL, NULL }, { 800, "there", NULL, NULL, NULL },
		{ 900, "late", NULL, NULL, NULL } };
	town_import(t, town_statement(t, "S1", 1, 2, 0, entries, 2));
	town_due(t);
	struct preview p = preview_of(t, town_statement(t, "S2", 1, 3, 0, entries, 3));
	assert_true(p.statements[0].statement->placement == PLACE_OVERLAP && p.statements[0].news == 1 && !p.statements[0].twins);
	assert_int_equal(p.lines[0].line->amount.minor, 900);
	struct preview broken = preview_of(t, town_statement(t, "S3", 1, 3, 5, entries, 3));
	assert_int_equal(broken.statements[0].statement->state, STATEMENT_QUARANTINED);
	assert_int_equal(broken.line_count, 0);
}

static void a_file_is_kept_to_the_byte_with_its_hash(void **state)
{
	struct town *t = *state;
	const struct entry_of entry = { 700, "hello", NULL, NULL, NULL };
	struct span file = town_statement(t, "S1", 1, 1, 0, &entry, 1);
	town_import(t, file);
	town_import(t, file);
	assert_int_equal(town_number(t, "select count(*) from statement_bytes"), 1);
	assert_int_equal(town_number(t, "select octet_length(bytes)::bigint from statement_bytes"), (int64_t)file.size);
	assert_int_equal(town_number(t, "select count(*) from statement_bytes where sha256(bytes) = sha256"), 1);
	town_may_not(t, "update statement_bytes set bytes = ''", "permission denied");
}

static void bytes_are_kept_for_as_long_as_the_setting_says_and_their_hash_for_ever(void **state)
{
	struct town *t = *state;
	const struct entry_of entry = { 700, "hello", NULL, NULL, NULL };
	town_import(t, town_statement(t, "S1", 1, 1, 0, &entry, 1));
	reconciliation_settings.statement_bytes_days = 30;
	assert_int_equal(town_duty(t, "retention"), 0);
	assert_int_equal(town_number(t, "select count(*) from statement_bytes"), 1);
	town_script(t->owner, "update statement_file set received_at = received_at - interval '31 days'");
	reconciliation_settings.statement_bytes_days = 0;
	assert_int_equal(town_duty(t, "retention"), 0);
	assert_int_equal(town_number(t, "select count(*) from statement_bytes"), 1);
	reconciliation_settings.statement_bytes_days = 30;
	assert_int_equal(town_duty(t, "retention"), 0);
	assert_int_equal(town_number(t, "select count(*) from statement_bytes"), 0);
	assert_int_equal(town_number(t, "select count(*) from statement_file"), 1);
}

static struct message *accept(struct town *t, const char *who)
{
	struct message *m = world_command(&t->world, "AcceptStatement",
		arena_printf(t->arena, "/v1/statements/%s/accept", town_text(t, "select statement_id::text from statement")), "");
	m->payload = span_of(arena_printf(t->arena, "{\"who\":\"%s\",\"why\":\"the bank said so\"}", who));
	return m;
}

static void who_brought_a_file_does_not_override_its_quarantine(void **state)
{
	struct town *t = *state;
	const struct entry_of entry = { 700, "hello", NULL, NULL, NULL };
	struct span file = town_statement(t, "S1", 1, 1, 0, &entry, 1);
	town_import(t, file);
	town_script(t->owner, "update statement set closing = closing + 1");
	town_due(t);
	assert_string_equal(town_text(t, "select state from statement"), "quarantined");
	struct message *own = accept(t, "bob");
	assert_int_equal(town_try(t, own), OUTCOME_REFUSED);
	assert_string_equal(own->why.code, "same_person");
	town_script(t->owner, "update statement_file set uploaded_by = ''");
	struct message *unsaid = accept(t, "eve");
	assert_int_equal(town_try(t, unsaid), OUTCOME_REFUSED);
	assert_string_equal(unsaid->why.code, "same_person");
	town_script(t->owner, "update statement_file set uploaded_by = 'bob'");
	const char *id = town_text(
		t, "select exception_id::text from exception where open and suggestion = 'accept_statement' and rule = 'does_not_close'");
	town_do(t, world_command(&t->world, "AcceptSuggestion", arena_printf(t->arena, "/v1/exceptions/%s/accept", id), ""));
	assert_string_equal(town_text(t, "select state from statement"), "accepted");
}

static void an_account_has_a_time_zone_that_there_is(void **state)
{
	struct town *t = *state;
	struct message *m = world_command(&t->world, "DefineAccount", "", "");
	m->payload = SPAN("{\"other_id\":\"K-1\",\"currency\":\"EUR\",\"zone\":\"Europe/Atlantis\"}");
	assert_int_equal(town_try(t, m), OUTCOME_REFUSED);
	assert_string_equal(m->why.code, "zone_unknown");
	m = world_command(&t->world, "DefineAccount", "", "");
	m->payload = SPAN("{\"other_id\":\"K-1\",\"currency\":\"EUR\",\"zone\":\"Europe/Berlin\"}");
	town_do(t, m);
}

static void lines_that_vanish_from_a_statement_that_comes_again_raise_an_alarm(void **state)
{
	struct town *t = *state;
	const struct entry_of entries[] = { { 500, "rent", NULL, NULL, NULL }, { 700, "in", NULL, NULL, NULL },
		{ -700, "out", NULL, NULL, NULL } };
	town_import(t, town_statement(t, "S1", 1, 1, 0, entries, 3));
	town_due(t);
	town_import(t, town_statement(t, "S1", 1, 1, 0, entries, 1));
	town_due(t);
	assert_int_equal(
		town_number(t,
			"select count(*) from exception where open and kind = 'line_vanished' and detail like '2 lines%' and amount = 0"),
		1);
	assert_int_equal(town_number(t, "select count(*) from bank_line where state = 'waiting'"), 3);
	/* One that is gone with its money breaks the balances too. */
	town_import(t, town_statement(t, "S1", 1, 1, 0, entries, 2));
	town_due(t);
	assert_int_equal(town_number(t, "select count(*) from exception where open and kind = 'line_vanished' and amount = -700"), 1);
	assert_int_equal(town_number(t, "select count(*) from exception where open and kind = 'statement_quarantined'"), 1);
	assert_town_proven(t);
}

static void a_number_that_does_not_follow_raises_an_alarm_though_the_balances_meet(void **state)
{
	struct town *t = *state;
	const struct entry_of entry = { 500, "rent", NULL, NULL, NULL };
	const int64_t numbers[] = { 5, 6, 9, 9 };
	for (int day = 1; day <= 4; day++) {
		town_import(t, town_statement(t, arena_printf(t->arena, "S%d", day), day, day, 500 * (day - 1), &entry, 1));
		town_script(t->owner,
			arena_printf(t->arena, "update statement set sequence = %d where bank_ref = 'S%d'", (int)numbers[day - 1], day));
		town_due(t);
		assert_int_equal(town_number(t, "select count(*) from exception where open and kind = 'statement_sequence'"), day > 2);
	}
	assert_string_equal(
		town_text(t, "select detail from exception where kind = 'statement_sequence'"), "number 9 comes after number 6");
}

static void a_write_off_waits_over_restarts_for_its_second_person(void **state)
{
	struct town *t = *state;
	town_do(t, world_invoice(&t->world, "c1", world_id(&t->world), "RE-2026-0001", "EUR", 5000, 0));
	town_do(t, world_command(&t->world, "LimitWriteOffs", "/v1/limits", "\"write_off\":{\"minor\":100,\"currency\":\"EUR\"}"));
	town_do(t, world_command(&t->world, "LimitWriteOffs", "/v1/limits", "\"write_off\":{\"minor\":200,\"currency\":\"EUR\"}"));
	const char *path = arena_printf(t->arena, "/v1/open-items/%s/write-off", town_text(t, "select invoice_id::text from invoice"));
	town_do(t, world_command(&t->world, "WriteOff", path, ""));
	assert_int_equal(town_number(t, "select open from open_item"), 5000);
	struct message *second = world_command(&t->world, "AcceptSuggestion",
		arena_printf(t->arena, "/v1/exceptions/%s/accept", town_text(t, "select exception_id::text from exception where open")),
		"");
	second->payload = SPAN("{\"who\":\"bob\",\"why\":\"he agrees\"}");
	town_do(t, second);
	assert_int_equal(town_number(t, "select open from open_item"), 0);
	assert_int_equal(town_number(t, "select count(*) from exception where open"), 0);
	assert_town_proven(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_TOWN(a_preview_says_what_the_import_then_does_and_changes_nothing),
		IN_TOWN(what_a_line_takes_is_kept_from_lines_of_later_batches),
		IN_TOWN(a_preview_of_a_large_file_counts_what_it_does_not_look_at),
		IN_TOWN(a_preview_of_what_overlaps_shows_only_what_is_new),
		IN_TOWN(a_file_is_kept_to_the_byte_with_its_hash),
		IN_TOWN(bytes_are_kept_for_as_long_as_the_setting_says_and_their_hash_for_ever),
		IN_TOWN(who_brought_a_file_does_not_override_its_quarantine),
		IN_TOWN(an_account_has_a_time_zone_that_there_is),
		IN_TOWN(lines_that_vanish_from_a_statement_that_comes_again_raise_an_alarm),
		IN_TOWN(a_number_that_does_not_follow_raises_an_alarm_though_the_balances_meet),
		IN_TOWN(a_write_off_waits_over_restarts_for_its_second_person),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
