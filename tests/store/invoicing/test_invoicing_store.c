#include "world.h"

#include <stdlib.h>
#include <string.h>

#define TEXT(...) arena_printf(w->arena, __VA_ARGS__)

static struct message *define(struct world *w, int n, const char *customer, const char *more)
{
	return world_command(w->arena, n, "nord", customer, "DefineCustomer",
		TEXT("{\"customer_ref\":\"%s\",\"name\":\"N %s\"%s}", customer, customer, more));
}

static struct message *charge(struct world *w, int n, const char *customer, const char *ref, int minor, const char *rate, const char *when)
{
	return world_command(w->arena, n, "nord", customer, "AddCharge",
		TEXT("{\"customer_ref\":\"%s\",\"external_ref\":\"%s\",\"description\":\"Charge %s\",\"amount\":{\"minor\":%d,\"currency\":\"EUR\"},"
		     "\"tax_category\":\"S\",\"tax_rate\":\"%s\",\"period_from\":\"2026-02-01\",\"when\":\"%s\"}",
			customer, ref, ref, minor, rate, when));
}

/* A story with every command in it, refusals too, of a few customers whose commands lie between each other. */
enum { STORY = 64 };

static size_t story(struct world *w, struct message **m)
{
	static const char *const customers[] = { "a", "b", "c" };
	size_t n = 0;
	int id = 100;

	for (int c = 0; c < 3; c++)
		m[n++] = define(w, id++, customers[c],
			c > 0 ? ",\"terms\":{\"kind\":\"end_of_month\",\"discounts\":[{\"basis_points\":200,\"days\":10}]},\"billing_day\":12,\"emails\":[\"x@y.de\",\"z@y.de\"],\"ibans\":[\"DE89370400440532013000\"]"
			      : "");
	for (int round = 0; round < 2; round++) {
		for (int c = 0; c < 3; c++) {
			const char *who = customers[c];

			m[n++] = charge(w, id++, who, TEXT("%s%d-1", who, round), 1050, "5", "on_request");
			m[n++] = charge(w, id++, who, TEXT("%s%d-2", who, round), 333, "19", "on_request");
			m[n++] = charge(w, id++, who, TEXT("%s%d-3", who, round), 7, "19", "at_once");
			m[n++] = charge(w, id++, who, TEXT("%s%d-1", who, round), 1051, "5", "on_request"); /* refused */
			m[n++] = charge(w, id++, who, TEXT("%s%d-4", who, round), 99, "19", "on_billing_day"); /* refused for a */
		}
		m[n++] = world_command(w->arena, id++, "nord", "a", "IssueInvoice",
			TEXT("{\"customer_ref\":\"a\",\"external_ref\":\"i%d\",\"buyer_reference\":\"PO\"}", round));
		m[n++] = world_command(w->arena, id++, "nord", "b", "CancelDraft",
			TEXT("{\"customer_ref\":\"b\",\"external_ref\":\"b%d-2\",\"reason\":\"typo\"}", round));
		m[n++] = world_command(w->arena, id++, "nord", "c", "CancelDraft", "{\"customer_ref\":\"c\",\"reason\":\"no\"}");
		m[n++] = world_command(w->arena, id++, "nord", "c", "IssueInvoice", "{\"customer_ref\":\"c\"}"); /* refused */
	}
	m[n++] = define(w, id++, "b", ",\"billing_day\":20");
	assert_true(n <= STORY);
	return n;
}

/* Credit notes of the story's invoices, by their numbers. */
static size_t credits(struct world *w, struct message **m)
{
	static const char *const asks[] = {
		"\"lines\":[{\"line_no\":1,\"net\":{\"minor\":350,\"currency\":\"EUR\"}}]",
		"\"lines\":[{\"line_no\":1,\"net\":{\"minor\":351,\"currency\":\"EUR\"}},{\"line_no\":2,\"net\":{\"minor\":1,\"currency\":\"EUR\"}}]",
		"\"lines\":[{\"line_no\":1,\"net\":{\"minor\":350,\"currency\":\"EUR\"}}]", /* refused: 349 are left */
		"\"whole\":true",
		"\"whole\":true", /* refused */
	};
	const char *id = world_text(w, "select invoice_id::text from invoice where external_ref = 'i0'");
	struct uuid invoice;
	size_t n = 0;

	assert_int_equal(uuid_parse(span_of(id), &invoice), OK);
	for (size_t i = 0; i < sizeof asks / sizeof *asks; i++, n++)
		m[n] = world_credit(
			w->arena, 900 + (int)i, "nord", invoice, TEXT("{%s,\"reason\":\"wrong\",\"external_ref\":\"k%zu\"}", asks[i], i));
	return n;
}

static void run_in_batches(struct world *w, struct message **m, size_t n, size_t size)
{
	for (size_t i = 0; i < n; i += size)
		world_run(w, m + i, n - i < size ? n - i : size);
}

static const char *play(struct world *w, size_t size)
{
	struct message *m[STORY];
	size_t n = story(w, m);

	run_in_batches(w, m, n, size);
	n = credits(w, m);
	run_in_batches(w, m, n, size);
	return world_print(w);
}

/* What one message leaves in the tables is what the next one of the same batch would have found in the book. */
static void the_size_of_batches_changes_nothing(void **state)
{
	static const size_t sizes[] = { 1, 2, 7 };
	struct world *w = *state;
	char *whole = strdup(play(w, STORY));

	assert_int_equal(world_number(w, "select count(*) from credit_note"), 3);
	assert_int_equal(world_number(w, "select count(*) from invoice where state = 'issued'"), 8);
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		world_close(state);
		world_open(state);
		w = *state;
		if (strcmp(play(w, sizes[i]), whole) != 0)
			fail_msg("batches of %zu leave something else", sizes[i]);
	}
	free(whole);
}

static void all_commands_again_change_nothing(void **state)
{
	struct world *w = *state;
	const char *before = play(w, 10);
	struct message *m[STORY];
	size_t n = story(w, m);

	run_in_batches(w, m, n, 10);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(m[i]->outcome, OUTCOME_DUPLICATE);
	assert_string_equal(world_print(w), before);
}

/* Under new identities their own keys tell that they are known. */
static void all_commands_under_new_identities_issue_nothing_twice(void **state)
{
	struct world *w = *state;
	struct message *m[STORY];
	size_t n;

	play(w, 10);
	n = story(w, m);
	for (size_t i = 0; i < n; i++)
		m[i]->id = span_of(TEXT("again%zu", i));
	run_in_batches(w, m, n, 5);
	assert_int_equal(world_number(w, "select count(*) from invoice where state = 'issued'"), 8);
	assert_int_equal(world_number(w, "select count(*) from charge"), 3 * 2 * 3 + 2 * 2);
}

static void numbers_are_gapless_and_their_own_per_merchant(void **state)
{
	struct world *w = *state;
	struct message *m;

	play(w, 10);
	world_do(w, world_command(w->arena, 801, "volt", "a", "DefineCustomer", "{\"customer_ref\":\"a\",\"name\":\"A\"}"));
	m = world_command(w->arena, 802, "volt", "a", "AddCharge",
		"{\"customer_ref\":\"a\",\"external_ref\":\"a0-1\",\"description\":\"x\",\"amount\":{\"minor\":1,\"currency\":\"JPY\"},"
		"\"tax_category\":\"Z\",\"when\":\"at_once\"}");
	world_do(w, m);
	assert_string_equal(world_text(w, "select number from invoice where merchant_id = 'volt'"), "V-2026-000001");
	assert_int_equal(world_number(w, "select max(number_count) from invoice where merchant_id = 'nord'"),
		world_number(w, "select count(*) from invoice where merchant_id = 'nord' and number is not null"));
}

/* --- the billing day --- */

static size_t due(struct world *w, const char *now, struct bill_customer **b)
{
	struct why why = { 0 };
	struct instant at;
	size_t n;

	assert_int_equal(instant_parse(span_of(now), &at), OK);
	if (store_billing_due(w->db, w->arena, at, 500, b, &n, &why) != OK)
		fail_msg("%s", why.text);
	return n;
}

static const char *next_due(struct world *w, const char *now, int64_t *count)
{
	struct why why = { 0 };
	struct instant at, next;

	assert_int_equal(instant_parse(span_of(now), &at), OK);
	if (store_billing_next(w->db, w->arena, at, count, &next, &why) != OK)
		fail_msg("%s", why.text);
	return next.us == INT64_MAX ? "never" : instant_text(w->arena, next);
}

static void a_billing_date_falls_due_at_the_merchants_midnight_and_once(void **state)
{
	struct world *w = *state;
	struct bill_customer *b;
	struct message *m;
	int64_t count;

	world_do(w, define(w, 10, "a", ",\"billing_day\":12"));
	assert_string_equal(next_due(w, "2026-03-10T12:00:00Z", &count), "never");
	world_do(w, charge(w, 11, "a", "x", 100, "19", "on_billing_day"));
	world_do(w, charge(w, 12, "a", "y", 200, "19", "on_request"));
	assert_int_equal(due(w, "2026-03-11T22:59:59Z", &b), 0);
	assert_string_equal(next_due(w, "2026-03-11T22:59:59Z", &count), "2026-03-11T23:00:00.000000Z");
	assert_int_equal(count, 0);
	assert_int_equal(due(w, "2026-03-11T23:00:00Z", &b), 1);
	assert_string_equal(next_due(w, "2026-03-11T23:00:00Z", &count), "never");
	assert_int_equal(count, 1);
	assert_int_equal(b->charges, 2);
	/* Ten days later it is still this one date. */
	assert_int_equal(due(w, "2026-03-21T12:00:00Z", &b), 1);
	assert_string_equal(date_text(w->arena, b->date), "2026-03-12");
	world_at(w, "2026-03-21T12:00:00Z");
	m = bill_customer_message(w->arena, b, (struct instant){ INT64_C(1790000000000000) });
	world_do(w, m);
	assert_int_equal(due(w, "2026-03-21T12:00:00Z", &b), 0);
	assert_int_equal(world_number(w, "select waiting_net::bigint from invoice where state = 'draft'"), 200);
	assert_string_equal(world_text(w, "select issue_date::text from invoice where state = 'issued'"), "2026-03-21");
	world_run(w, &m, 1);
	assert_int_equal(m->outcome, OUTCOME_DUPLICATE);
}

static void set_zone(struct world *w, const char *zone)
{
	struct why why;

	if (db_script(w->owner, TEXT("update merchant set zone = '%s' where merchant_id = 'nord'", zone), &why) != OK)
		fail_msg("%s", why.text);
}

static void a_zone_that_nobody_knows_is_refused(void **state)
{
	struct world *w = *state;
	struct message *m = world_command(w->arena, 10, "mars", "", "",
		"{\"name\":\"Mars\",\"zone\":\"Mars/Olympus_Mons\",\"currency\":\"EUR\",\"invoice_prefix\":\"M-\",\"credit_note_prefix\":\"CM-\","
		"\"address\":{\"lines\":[\"Hafen 1\"],\"city\":\"Hamburg\",\"country\":\"DE\"}}");

	m->type = SPAN("dunlin.invoicing.DefineMerchant");
	m->fate = FATE_ANSWER;
	m->topic = m->key = SPAN("");
	world_run(w, &m, 1);
	assert_int_equal(m->reply.status, 400);
	assert_string_equal(m->why.code, "zone_unknown");
	m = define(w, 11, "a", ",\"zone\":\"Mars/Olympus_Mons\"");
	world_run(w, &m, 1);
	assert_int_equal(m->outcome, OUTCOME_REFUSED);
	assert_string_equal(m->why.code, "zone_unknown");
}

/* tzdata may lose a name. Which day it is there nobody knows then; everywhere else the days go on. */
static void a_merchant_whose_zone_is_lost_waits_and_the_others_do_not(void **state)
{
	struct world *w = *state;
	struct bill_customer *b;
	struct message *m[2];
	int64_t count;

	world_do(w, define(w, 10, "a", ",\"billing_day\":12"));
	world_do(w, charge(w, 11, "a", "x", 100, "19", "on_billing_day"));
	world_do(w, world_command(w->arena, 12, "volt", "v", "DefineCustomer", "{\"customer_ref\":\"v\",\"name\":\"V\"}"));
	set_zone(w, "Mars/Olympus_Mons");
	m[0] = charge(w, 13, "a", "y", 100, "19", "on_request");
	m[1] = world_command(w->arena, 14, "volt", "v", "DefineCustomer", "{\"customer_ref\":\"v\",\"name\":\"W\"}");
	world_run(w, m, 2);
	assert_int_equal(m[0]->outcome, OUTCOME_SET_ASIDE);
	assert_int_equal(m[1]->outcome, OUTCOME_APPLIED);
	assert_int_equal(
		world_number(w, "select count(*) from parked where code = 'zone_missing' and reason like '%Mars/Olympus_Mons%'"), 1);
	assert_int_equal(due(w, "2026-03-12T12:00:00Z", &b), 0);
	assert_string_equal(next_due(w, "2026-03-10T12:00:00Z", &count), "never");
	set_zone(w, "Europe/Berlin");
	assert_int_equal(due(w, "2026-03-12T12:00:00Z", &b), 1);
}

/* --- what the tables themselves forbid --- */

static void the_application_can_neither_delete_nor_change_what_was_issued(void **state)
{
	static const char *const forbidden[] = {
		"delete from invoice",
		"delete from invoice_line",
		"delete from credit_note",
		"update invoice_line set net = 1",
		"update invoice_tax set tax = 0",
		"update invoice_party set name = 'x'",
		"update credit_note set gross = 1",
		"update charge set net = 1",
		"update page_secret set secret = ''",
		"truncate open_item",
	};
	struct world *w = *state;

	play(w, 10);
	for (size_t i = 0; i < sizeof forbidden / sizeof *forbidden; i++)
		expect_failure(w, forbidden[i], "permission denied");
	expect_failure(w, "update invoice set gross = gross + 1, net = net + 1 where external_ref = 'i0'", "does not change");
	expect_failure(w, "update invoice set state = 'void', number = null where external_ref = 'i0'", "does not change");
	expect_failure(w, "update invoice set credited = 0 where external_ref = 'i0'", "does not change");
}

static void a_discount_is_kept_with_whom_it_is_granted_and_what_offered_it(void **state)
{
	static const char terms[] = ",\"terms\":{\"kind\":\"net_days\",\"days\":14,\"discounts\":["
				    "{\"basis_points\":300,\"days\":5},{\"basis_points\":150,\"days\":21}]}";
	struct world *w = *state;
	struct uuid id;

	world_do(w, define(w, 901, "a", terms));
	world_do(w, charge(w, 902, "a", "x", 10000, "19", "at_once"));
	world_do(w, charge(w, 903, "a", "y", 100, "19", "on_request"));
	assert_string_equal(
		world_text(w, "select replace(terms_discounts, chr(10), '/') from customer where customer_ref = 'a'"), "300 5/150 21");
	assert_string_equal(world_text(w, "select replace(discounts, chr(10), '/') from invoice where state = 'issued'"), "300 5/150 14");
	/* Read, changed and saved again it is what it was. */
	assert_int_equal(uuid_parse(span_of(world_text(w, "select invoice_id::text from invoice where state = 'issued'")), &id), OK);
	world_do(w, world_credit(w->arena, 904, "nord", id,
			    "{\"lines\":[{\"line_no\":1,\"net\":{\"minor\":50,\"currency\":\"EUR\"}}],\"reason\":\"x\"}"));
	assert_string_equal(world_text(w, "select replace(discounts, chr(10), '/') from invoice where state = 'issued'"), "300 5/150 14");
	world_do(w, define(w, 905, "a", ",\"emails\":[\"x@y.de\"]"));
	assert_string_equal(world_text(w, "select terms_discounts from customer where customer_ref = 'a'"), "");
	expect_failure(w, "update invoice set discounts = '900 14' where state = 'issued'", "does not change");
	expect_failure(w, "update invoice set discounts = '2 %' where state = 'draft'", "invoice_discounts_check");
	expect_failure(w, "update customer set terms_discounts = '0 10' where customer_ref = 'a'", "customer_terms_discounts_check");
}

static void the_tables_refuse_a_gap_a_double_and_too_much_credit(void **state)
{
	static const char copy_note[] =
		"insert into credit_note select merchant_id, gen_random_uuid(), invoice_id, customer_ref, invoice_number, currency, series, "
		"number_year, %s, 'x' || %s, issued_at, issue_date, net, tax, gross, credited_after, revision + 10, reason, '', content_sha256, "
		"'t' || %s from (select merchant_id, credit_note_id, invoice_id, customer_ref, invoice_number, currency, series, number_year, "
		"issued_at, issue_date, net, tax, gross, credited_after, revision, reason, content_sha256 from credit_note "
		"where number_count = 3) n";
	static const char columns[] =
		"(merchant_id, credit_note_id, invoice_id, customer_ref, invoice_number, currency, series, number_year, number_count, number, "
		"issued_at, issue_date, net, tax, gross, credited_after, revision, reason, external_ref, content_sha256, token)";
	struct world *w = *state;
	char *sql;

	play(w, 10);
	sql = TEXT(copy_note, "5", "5", "5");
	sql = TEXT("insert into credit_note %s %s", columns, strstr(sql, "select"));
	expect_failure(w, sql, "number_is_gapless");
	sql = TEXT(copy_note, "3", "9", "9");
	sql = TEXT("insert into credit_note %s %s", columns, strstr(sql, "select"));
	expect_failure(w, sql, "duplicate key");
	expect_failure(w,
		"insert into credit_note_line select merchant_id, gen_random_uuid(), invoice_id, line_no, line_net, line_net, 1 "
		"from credit_note_line limit 1",
		"line_is_not_exceeded");
	expect_failure(w,
		"insert into credit_note_tax select merchant_id, gen_random_uuid(), invoice_id, tax_no, whole_taxable, whole_tax, whole_taxable, "
		"whole_tax, 1, 0 from credit_note_tax limit 1",
		"tax_is_not_exceeded");
}

static void a_charge_names_an_invoice_that_exists(void **state)
{
	struct world *w = *state;

	play(w, 10);
	expect_failure(w,
		"insert into charge select (jsonb_populate_record(c, "
		"'{\"external_ref\": \"stray\", \"invoice_id\": \"00000000-0000-0000-0000-000000000000\"}')).* from charge c limit 1",
		"names an invoice that does not exist");
	expect_failure(w, "update charge set invoice_id = gen_random_uuid()", "names an invoice that does not exist");
}

/* --- saying it again --- */

static void republishing_says_every_merchant_and_customer_as_they_are(void **state)
{
	static const char last[] = "select string_agg(part_key || ' ' || encode(payload, 'hex'), E'\\n' order by part_key) from ("
				   "select distinct on (part_key) part_key, payload from outbox where topic = 'dunlin.customers.v1' "
				   "order by part_key, seq desc) o";
	struct world *w = *state;
	struct span after = SPAN("");
	struct why why = { 0 };
	const char *before;
	size_t n, total = 0;

	play(w, 10);
	before = world_text(w, last);
	for (int page = 0; page == 0 || n > 0; page++) {
		struct message m = { .source = SPAN("republish"), .id = span_of(TEXT("%d", page)) };
		struct say *say = say_open(w->arena, &m);

		assert_int_equal(db_begin(w->db, &why), OK);
		if (store_republish(w->db, w->arena, "dunlin.customers.v1", &after, 2, say, &n, &why) != OK)
			fail_msg("%s", why.text);
		assert_int_equal(db_commit(w->db, &why), OK);
		for (size_t i = 0, count = 0; i < n; i++) {
			const struct said *said = &say_events(say, &count)[i];
			struct span hex = span_hex(w->arena, said->payload);

			assert_non_null(strstr(before, TEXT("%.*s %.*s", SPAN_ARG(said->key), SPAN_ARG(hex))));
		}
		total += n;
	}
	assert_int_equal(total, 2 + 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_size_of_batches_changes_nothing, world_open, world_close),
		cmocka_unit_test_setup_teardown(all_commands_again_change_nothing, world_open, world_close),
		cmocka_unit_test_setup_teardown(all_commands_under_new_identities_issue_nothing_twice, world_open, world_close),
		cmocka_unit_test_setup_teardown(numbers_are_gapless_and_their_own_per_merchant, world_open, world_close),
		cmocka_unit_test_setup_teardown(a_billing_date_falls_due_at_the_merchants_midnight_and_once, world_open, world_close),
		cmocka_unit_test_setup_teardown(a_zone_that_nobody_knows_is_refused, world_open, world_close),
		cmocka_unit_test_setup_teardown(a_merchant_whose_zone_is_lost_waits_and_the_others_do_not, world_open, world_close),
		cmocka_unit_test_setup_teardown(the_application_can_neither_delete_nor_change_what_was_issued, world_open, world_close),
		cmocka_unit_test_setup_teardown(a_discount_is_kept_with_whom_it_is_granted_and_what_offered_it, world_open, world_close),
		cmocka_unit_test_setup_teardown(the_tables_refuse_a_gap_a_double_and_too_much_credit, world_open, world_close),
		cmocka_unit_test_setup_teardown(a_charge_names_an_invoice_that_exists, world_open, world_close),
		cmocka_unit_test_setup_teardown(republishing_says_every_merchant_and_customer_as_they_are, world_open, world_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
