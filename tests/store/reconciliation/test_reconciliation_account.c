#include "http_why.h"
#include "import_preview.h"
#include "store_replay.h"
#include "town.h"

/* What a person says of a bank account: what may post by itself on it, and how its files come. */

#define ACCOUNT "DE02120300000000202051"
#define HOME "DE89370400440532013000"
#define ENTRIES(...) (const struct entry_of[]){ __VA_ARGS__ }, sizeof((const struct entry_of[]){ __VA_ARGS__ }) / sizeof(struct entry_of)

static void define(struct town *t, const char *fields)
{
	struct message *m = world_command(&t->world, "DefineAccount", "", "");
	m->payload = span_of(
		arena_printf(t->arena, "{\"iban\":\"" ACCOUNT "\",\"currency\":\"EUR\",\"provider_accounts\":[\"main\"],%s}", fields));
	town_do(t, m);
}

static void issue(struct town *t, const char *customer, const char *number, int64_t gross)
{
	town_do(t, world_invoice(&t->world, customer, world_id(&t->world), number, "EUR", gross, 0));
}

/* The n-th statement: 5.00 of a payer. */
static struct span mt940(struct town *t, int n, const char *text)
{
	return span_of(arena_printf(t->arena,
		":20:S%d\r\n:25:" ACCOUNT "\r\n:28C:%d/1\r\n:60F:C26030%dEUR%d,00\r\n:61:26030%d030%dC5,00NTRFNONREF\r\n:86:%s\r\n"
		":62F:C26030%dEUR%d,00\r\n-\r\n",
		n, n, n, 5 * (n - 1), n, n, text, n, 5 * n));
}

static struct imported import_as(struct town *t, struct span bytes, const struct reading_settings *settings)
{
	struct import_source source = import_bytes(&bytes);
	struct imported imported;
	struct why why = { 0 };
	const struct import_origin from = { .merchant = SPAN(MERCHANT), .client = SPAN("desk"), .name = SPAN("file"), .who = SPAN("bob") };
	source.reading = *settings;
	if (import_run(t->db, t->arena, &from, &source, &imported, &why) != OK)
		fail_msg("%s: %s", why.code, why.text);
	return imported;
}

static void count_waiting(void *ctx, struct arena *arena, const struct replay_line *line, const struct replayed *now)
{
	(void)arena, (void)line;
	*(int *)ctx += now->change == REPLAY_WAITS;
}

static void what_an_account_does_not_trust_waits_in_import_preview_and_replay_alike(void **state)
{
	struct town *t = *state;
	const struct replay_wish years = { 120, 0 };
	struct replay_sums sums;
	struct preview p;
	struct why why = { 0 };
	int waiting = 0;
	town_do(t, world_named_customer(&t->world, "c1", 2, HOME, "Nordwind GmbH"));
	issue(t, "c1", "NORD-000001", 5000);
	issue(t, "c1", "NORD-000002", 7000);
	town_import(t, town_statement(t, "S1", 1, 1, 0, ENTRIES({ .minor = 5000, .iban = HOME })));
	town_due(t);
	assert_string_equal(town_text(t, "select state from bank_line"), "matched");
	define(t, "\"trust_waits\":[\"payer_account\"],\"person_above\":{\"amount\":\"900.00\",\"currency\":\"EUR\"}");
	assert_string_equal(town_text(t, "select trust_waits || ' ' || person_above from bank_account"), "payer_account 90000");
	assert_int_equal(replay_run(t->db, SPAN(MERCHANT), &years, &rule_set_default, count_waiting, &waiting, &sums, &why), OK);
	assert_int_equal(waiting, 1);
	struct span file = town_statement(t, "S2", 2, 2, 5000, ENTRIES({ .minor = 7000, .iban = HOME }));
	struct import_source source = import_bytes(&file);
	const struct import_origin from = { SPAN(MERCHANT), SPAN("desk"), SPAN("test.xml"), SPAN("bob") };
	assert_int_equal(import_preview(t->db, t->arena, &from, &source, &p, &why), OK);
	assert_true(!p.statements[0].matched && p.statements[0].unmatched == 1);
	town_import(t, file);
	town_due(t);
	assert_string_equal(town_text(t, "select state || ' ' || verdict from bank_line where amount = 7000"), "waiting unique");
	assert_int_equal(town_number(t, "select count(*) from bank_line_candidate where lost = 'trust_payer_account'"), 1);
	assert_int_equal(town_number(t, "select count(*) from exception where open and detail like 'account''s trust: %'"), 1);
	struct span told, line = span_of(town_text(t, "select line_id::text from bank_line where amount = 7000"));
	assert_int_equal(why_tell(t->db, t->arena, SPAN(MERCHANT), line, false, &told, &why), OK);
	assert_non_null(strstr(told.at, "\"lost\":\"trust_payer_account\""));
	assert_town_proven(t);
}

/* That a name was taught is the first sign that an int4 has no room for. */
static void the_highest_sign_is_kept_and_read_again(void **state)
{
	struct town *t = *state;
	const struct replay_wish years = { 120, 0 };
	struct replay_sums sums;
	struct why why = { 0 };
	int waiting = 0;
	town_do(t, world_named_customer(&t->world, "c1", 2, HOME, "Nordwind GmbH"));
	issue(t, "c1", "NORD-000001", 500);
	issue(t, "c1", "NORD-000002", 500);
	town_import(t, mt940(t, 1, "166?20NORD-000001?32Holding Sued AG"));
	town_due(t);
	const char *line = town_text(t, "select line_id::text from bank_line");
	town_do(t, world_command(&t->world, "MatchLine", arena_printf(t->arena, "/v1/lines/%s/match", line),
			   "\"items\":[{\"invoice_number\":\"NORD-000001\"}]"));
	town_import(t, mt940(t, 2, "166?20NORD-000002?32Holding Sued AG"));
	town_due(t);
	assert_int_equal(town_number(t, "select count(*) from bank_line where state = 'matched'"), 2);
	assert_int_equal(town_number(t, "select count(*) from bank_line_candidate where chosen and signs & 2147483648 <> 0"), 1);
	define(t, "\"trust_waits\":[\"learned\"]");
	assert_int_equal(replay_run(t->db, SPAN(MERCHANT), &years, &rule_set_default, count_waiting, &waiting, &sums, &why), OK);
	assert_int_equal(waiting, 1);
}

/* 17 of the 32 that can be searched, asked for by account and by number, are 17. */
static void what_a_customer_owes_is_counted_once_however_often_the_line_names_the_customer(void **state)
{
	struct town *t = *state;
	town_do(t, world_named_customer(&t->world, "K-20471", 2, HOME, "Nordwind GmbH"));
	for (int i = 0; i < 17; i++)
		issue(t, "K-20471", arena_printf(t->arena, "NORD-%06d", i + 1), 1000 + ((int64_t)1 << i));
	int64_t all = 17 * 1000 + (1 << 17) - 1;
	town_import(t, town_statement(t, "S1", 1, 1, 0, ENTRIES({ .minor = all, .text = "Kd.Nr. K-20471", .iban = HOME })));
	town_due(t);
	assert_string_equal(town_text(t, "select rule from bank_line_candidate limit 1"), "payer_sum");
	assert_string_equal(town_text(t, "select state from bank_line"), "matched");
	assert_town_proven(t);
}

static void texts_are_written_as_the_account_says_where_the_file_does_not(void **state)
{
	struct town *t = *state;
	define(t, "\"charset\":\"cp437\"");
	town_import(t, mt940(t, 1, "M\x81ller"));
	town_due(t);
	assert_string_equal(town_text(t, "select texts from bank_line_person"), "M\xc3\xbcller");
}

static void who_brings_a_file_knows_better_than_the_account_how_it_is_written(void **state)
{
	struct town *t = *state;
	define(t, "\"charset\":\"cp437\"");
	import_as(t, mt940(t, 1, "M\xfcller"), &(struct reading_settings){ .charset = CHARSET_CP1252 });
	assert_string_equal(town_text(t, "select texts from bank_line_person"), "M\xc3\xbcller");
}

static void a_statement_in_another_format_than_the_accounts_is_quarantined(void **state)
{
	struct town *t = *state;
	define(t, "\"format\":\"mt940\"");
	town_import(t, town_statement(t, "S1", 1, 1, 0, ENTRIES({ .minor = 500, .text = "a" })));
	town_due(t);
	assert_string_equal(town_text(t, "select state || ' ' || rule from statement"), "quarantined account_format");
	assert_int_equal(town_number(t, "select count(*) from journal"), 0);
	town_import(t, mt940(t, 1, "hello"));
	town_due(t);
	assert_int_equal(town_number(t, "select count(*) from statement where state = 'posted'"), 1);
	assert_town_proven(t);
}

static void a_file_of_columns_is_read_by_the_accounts_profile(void **state)
{
	struct town *t = *state;
	/* Both know the header, and take another column for the text. */
	town_script(t->owner,
		"insert into csv_profile select 'nord', n, format(E'[%s]\\nheader = Day | What | Sum | Left | Who\\ndelimiter = ;\\nbooking = Day\\n"
		"date = dd.mm.yyyy\\ndecimal = ,\\namount = Sum\\nbalance = Left\\ntexts = %s\\n', n, c) from (values ('one', 'What'), ('two', 'Who')) v (n, c)");
	define(t, "\"profile\":\"two\"");
	const char *csv = "Day;What;Sum;Left;Who\n02.03.2026;what it is;5,00;5,00;who it is\n";
	import_as(t, span_of(csv), &(struct reading_settings){ .account = SPAN(ACCOUNT), .currency = SPAN("EUR") });
	town_due(t);
	assert_string_equal(town_text(t, "select texts from bank_line_person"), "who it is");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_TOWN(what_an_account_does_not_trust_waits_in_import_preview_and_replay_alike),
		IN_TOWN(the_highest_sign_is_kept_and_read_again),
		IN_TOWN(what_a_customer_owes_is_counted_once_however_often_the_line_names_the_customer),
		IN_TOWN(texts_are_written_as_the_account_says_where_the_file_does_not),
		IN_TOWN(who_brings_a_file_knows_better_than_the_account_how_it_is_written),
		IN_TOWN(a_statement_in_another_format_than_the_accounts_is_quarantined),
		IN_TOWN(a_file_of_columns_is_read_by_the_accounts_profile),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
