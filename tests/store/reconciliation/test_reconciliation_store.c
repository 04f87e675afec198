#include "store_replay.h"
#include "town.h"

#include <stdio.h>

/* The books over a real database. */

#define ENTRIES(...) (const struct entry_of[]){ __VA_ARGS__ }, sizeof((const struct entry_of[]){ __VA_ARGS__ }) / sizeof(struct entry_of)

static struct uuid issue(struct town *t, const char *customer, const char *number, int64_t gross)
{
	struct uuid id = world_id(&t->world);
	town_do(t, world_invoice(&t->world, customer, id, number, "EUR", gross, 0));
	return id;
}

static int64_t open_of(struct town *t, const char *number)
{
	return town_number(t, arena_printf(t->arena, "select sum(open)::bigint from open_item where number = '%s'", number));
}

static const char *id_of(struct town *t, const char *sql)
{
	return town_text(t, arena_printf(t->arena, "select (%s)::text", sql));
}

/* The bank's day: one statement after the other, from the balance that the last one left. */
static void bank_day(struct town *t, int day, const struct entry_of *entries, size_t n)
{
	int64_t balance = town_number(t, "select chain_closing from bank_account");
	town_import(t, town_statement(t, arena_printf(t->arena, "D%d", day), day, day, balance, entries, n));
	town_due(t);
}

static void invoices_are_paid_by_transfer_and_by_card_and_the_proof_holds(void **state)
{
	struct town *t = *state;
	struct uuid one = issue(t, "c1", "NORD-000001", 12000), payout = world_id(&t->world);
	issue(t, "c2", "NORD-000002", 5000);
	issue(t, "c3", "NORD-000003", 700);
	town_do(t, world_payment(&t->world, "c1", world_id(&t->world), one, 12000));
	town_do(t, world_payout_lines(&t->world, payout, 1, 1, 12000, 300));
	town_do(t, world_payout_paid(&t->world, payout, 1, 12000, 300));
	bank_day(t, 2,
		ENTRIES({ .minor = 5000, .text = "invoice NORD-000002" }, { .minor = 11700, .text = "Provider Payout 2026" },
			{ .minor = 800, .text = "nord 000003" }));
	assert_int_equal(open_of(t, "NORD-000001"), 0);
	assert_int_equal(open_of(t, "NORD-000002"), 0);
	assert_int_equal(open_of(t, "NORD-000003"), 0);
	assert_int_equal(town_number(t, "select unapplied from customer_credit where customer_ref = 'c3'"), 100);
	assert_int_equal(town_number(t, "select count(*) from payout where has_arrived"), 1);
	assert_int_equal(town_number(t, "select count(*) from exception where open and kind = 'overpayment'"), 1);
	assert_int_equal(town_number(t, "select count(*) from bank_line where state = 'waiting'"), 0);
	assert_town_proven(t);
}

static void nobody_changes_or_deletes_what_was_posted(void **state)
{
	struct town *t = *state;
	issue(t, "c1", "NORD-000001", 12000);
	town_may_not(t, "update journal set amount = 1", "permission denied");
	town_may_not(t, "delete from journal", "permission denied");
	town_may_not(t, "truncate journal", "permission denied");
	town_may_not(t, "delete from audit", "permission denied");
	town_may_not(t, "delete from bank_line", "permission denied");
	town_may_not(t, "delete from open_item", "permission denied");
	town_may_not(t, "alter table journal add column x int", "must be owner");
	/* And what may be changed keeps its limits. */
	town_may_not(t, "update open_item set open = -1, allocated = allocated + 12001", "open_item_open_check");
	town_may_not(t, "update open_item set allocated = 1", "item_sums");
	town_may_not(t,
		"update receipt set unapplied = 1 where false; insert into receipt values ('m', gen_random_uuid(), 'c', 1, gen_random_uuid(),"
		" gen_random_uuid(), '2026-01-01', 'EUR', 5, 6, -1, 0, 0, 1)",
		"check");
	town_may_not(t, "update bank_account set chain_closing = 1", "chain_sums");
}

static void a_fact_twice_and_facts_of_one_batch_end_the_same(void **state)
{
	struct town *t = *state;
	struct uuid id = world_id(&t->world), note = world_id(&t->world), attempt = world_id(&t->world);
	struct message *all[] = { world_credit_note(&t->world, "c1", id, note, 6000), world_payment(&t->world, "c1", attempt, id, 12000),
		world_invoice(&t->world, "c1", id, "NORD-000001", "EUR", 12000, 0),
		world_refund(&t->world, "c1", attempt, id, 12000, world_id(&t->world), 6000, REFUND_CREDITED),
		world_credit_note(&t->world, "c1", id, note, 6000), world_payment(&t->world, "c1", attempt, id, 12000) };
	town_run(t, all, 6);
	for (int i = 0; i < 6; i++)
		assert_int_equal(all[i]->outcome, OUTCOME_APPLIED);
	assert_int_equal(town_number(t, "select allocated from open_item"), 6000);
	assert_int_equal(town_number(t, "select unapplied from customer_credit"), 0);
	assert_int_equal(town_number(t, "select count(*) from wanted where amount > 0"), 0);
	assert_int_equal(town_number(t, "select count(*) from credit_note where not applied"), 0);
	assert_town_proven(t);
}

static void a_line_that_came_before_its_invoice_is_looked_at_again(void **state)
{
	struct town *t = *state;
	town_do(t, world_customer(&t->world, "c4", 2, "DE89370400440532013000"));
	bank_day(t, 2,
		ENTRIES({ .minor = 5000, .text = "NORD-000002" }, { .minor = 4400, .text = "rent?", .iban = "DE89370400440532013000" },
			{ .minor = 9700, .text = "PROVIDER PAYOUT" }));
	assert_int_equal(town_number(t, "select count(*) from exception where open and kind = 'unmatched_line'"), 3);
	issue(t, "c2", "NORD-000002", 5000);
	issue(t, "c4", "NORD-000004", 4400);
	struct uuid payout = world_id(&t->world);
	town_do(t, world_payout_lines(&t->world, payout, 1, 1, 10000, 300));
	assert_int_equal(town_due(t), 2);
	town_do(t, world_payout_paid(&t->world, payout, 1, 10000, 300));
	assert_int_equal(town_due(t), 1);
	assert_int_equal(open_of(t, "NORD-000002"), 0);
	assert_int_equal(open_of(t, "NORD-000004"), 0);
	assert_int_equal(town_number(t, "select count(*) from exception where open"), 0);
	assert_int_equal(town_number(t, "select count(*) from bank_line_token"), 0);
	assert_int_equal(town_number(t, "select max(looks)::bigint from bank_line"), 2);
	assert_town_proven(t);
}

#define HOME "DE89370400440532013000"

/* The payer owed one invoice, and pays two; the second is issued after the money has come. */
static void a_sum_that_a_late_invoice_completes_is_found(void **state)
{
	struct town *t = *state;
	town_do(t, world_named_customer(&t->world, "c4", 2, HOME, "Nordwind GmbH"));
	issue(t, "c4", "NORD-000004", 4400);
	bank_day(t, 2, ENTRIES({ .minor = 5500, .text = "both of them", .iban = HOME }));
	assert_int_equal(town_number(t, "select count(*) from bank_line where state = 'waiting'"), 1);
	issue(t, "c4", "NORD-000005", 1100);
	assert_int_equal(town_due(t), 1);
	assert_int_equal(town_number(t, "select sum(open)::bigint from open_item"), 0);
	assert_string_equal(town_text(t, "select max(rule) from bank_line_candidate where chosen"), "payer_sum");
	assert_int_equal(town_number(t, "select count(*) from bank_line_token"), 0);
	assert_town_proven(t);
}

static void a_customers_number_waits_for_the_invoice(void **state)
{
	struct town *t = *state;
	town_do(t, world_named_customer(&t->world, "K-20471", 1, NULL, "Holzbau Frank"));
	bank_day(t, 2, ENTRIES({ .minor = 3300, .text = "Kd.Nr. K-20471" }));
	issue(t, "K-20471", "NORD-000020", 3300);
	assert_int_equal(town_due(t), 1);
	assert_int_equal(open_of(t, "NORD-000020"), 0);
	assert_town_proven(t);
}

/* The second line waits because nobody knows the account; a person's match of the first teaches it. */
static void an_account_that_a_person_teaches_explains_lines_that_wait(void **state)
{
	struct town *t = *state;
	issue(t, "c2", "NORD-000002", 5000);
	issue(t, "c2", "NORD-000003", 6100);
	bank_day(t, 2, ENTRIES({ .minor = 5000, .text = "thanks", .iban = HOME }, { .minor = 6100, .text = "again", .iban = HOME }));
	town_do(t, world_command(&t->world, "MatchLine",
			   arena_printf(t->arena, "/v1/lines/%s/match", id_of(t, "select line_id from bank_line where amount = 5000")),
			   "\"items\":[{\"invoice_number\":\"NORD-000002\"}]"));
	assert_string_equal(town_text(t, "select taught_by from payer where iban = '" HOME "'"), "desk");
	assert_int_equal(town_due(t), 1);
	assert_int_equal(open_of(t, "NORD-000003"), 0);
	/* And what is taken back is withdrawn, not forgotten. */
	town_do(t,
		world_command(&t->world, "UnmatchLine",
			arena_printf(t->arena, "/v1/lines/%s/unmatch", id_of(t, "select line_id from bank_line where amount = 6100")), ""));
	assert_int_equal(town_number(t, "select wrong::bigint from payer where withdrawn and iban = '" HOME "'"), 1);
	assert_town_proven(t);
}

static void why_candidates_lost_is_kept(void **state)
{
	struct town *t = *state;
	town_do(t, world_named_customer(&t->world, "c4", 2, HOME, "Nordwind GmbH"));
	issue(t, "c4", "NORD-000004", 4400);
	issue(t, "c4", "NORD-000005", 4400);
	bank_day(t, 2, ENTRIES({ .minor = 4400, .text = "one of two", .iban = HOME }));
	assert_int_equal(town_number(t, "select count(*) from bank_line_candidate where lost = 'tie' and not chosen"), 2);
	assert_int_equal(town_number(t, "select count(*) from bank_line where verdict = 'ambiguous'"), 1);
}

static void count_replayed(void *ctx, struct arena *arena, const struct replay_line *line, const struct replayed *now)
{
	(void)arena;
	*(int *)ctx += now->change == REPLAY_WAITS && line->count == 1;
}

static void stored_lines_go_through_other_rules_and_nothing_changes(void **state)
{
	struct town *t = *state;
	const struct replay_wish years = { 120, 0 }, one = { 120, 1 };
	struct rule_set set;
	struct replay_sums sums;
	struct why why = { 0 };
	int told = 0;
	issue(t, "c2", "NORD-000002", 5000);
	issue(t, "c3", "NORD-000003", 700);
	bank_day(t, 2,
		ENTRIES({ .minor = 5000, .text = "NORD-000002" }, { .minor = 700, .text = "nord 000003" }, { .minor = 33, .text = "?" }));
	assert_int_equal(rule_set_read(SPAN(""), &set, &why), OK);
	assert_int_equal(replay_run(t->db, SPAN(MERCHANT), &years, &set, count_replayed, &told, &sums, &why), OK);
	assert_true(sums.lines == 2 && sums.changes[REPLAY_SAME] == 2 && !told);
	assert_int_equal(rule_set_read(SPAN("number"), &set, &why), OK);
	assert_int_equal(replay_run(t->db, SPAN(MERCHANT), &years, &set, count_replayed, &told, &sums, &why), OK);
	assert_true(sums.changes[REPLAY_WAITS] == 2 && told == 2);
	struct digest first = sums.digest;
	assert_int_equal(replay_run(t->db, SPAN(MERCHANT), &years, &set, count_replayed, &told, &sums, &why), OK);
	assert_true(digest_equal(&sums.digest, &first, sizeof(first)));
	assert_int_equal(replay_run(t->db, SPAN(MERCHANT), &one, &set, count_replayed, &told, &sums, &why), ERR_REFUSED);
	/* Kept, a version may go live with it, and lines say by which they were decided. */
	const char *activate =
		arena_printf(t->arena, "\"replay\":\"%.*s\"", SPAN_ARG(span_hex(t->arena, span_bytes(first.b, sizeof(first.b)))));
	town_do(t, world_command(&t->world, "DefineRuleSet", "/v1/rule-sets", "\"waits\":[\"number\"]"));
	assert_int_equal(replay_load_set(t->db, t->arena, SPAN(MERCHANT), 1, &set, &why), OK);
	assert_true(set.waits[MATCH_NUMBER] && set.selection_most == MATCH_SELECTION_MOST);
	assert_int_equal(replay_keep(t->db, t->arena, SPAN(MERCHANT), 1, 120, &(struct replay_sums){ .lines = 2, .digest = first },
				 SPAN("eve"), &why),
		OK);
	town_do(t, world_command(&t->world, "ActivateRuleSet", "/v1/rule-sets/1/activate", activate));
	assert_int_equal(town_number(t, "select count(*) from rule_set where state = 'live' and replay <> ''"), 1);
	assert_int_equal(town_number(t, "select count(*) from bank_line where state = 'matched'"), 2);
	issue(t, "c2", "NORD-000007", 900);
	bank_day(t, 3, ENTRIES({ .minor = 900, .text = "NORD-000007" }));
	assert_int_equal(town_number(t, "select count(*) from bank_line where rule_set = 1 and state = 'waiting' and amount = 900"), 1);
	assert_int_equal(town_number(t, "select count(*) from bank_line_candidate where lost = 'held'"), 1);
	town_do(t, world_command(&t->world, "DefineRuleSet", "/v1/rule-sets", ""));
	town_do(t, world_command(&t->world, "ActivateRuleSet", "/v1/rule-sets/2/activate", "\"not_replayed\":true"));
	assert_int_equal(town_number(t, "select version::bigint from rule_set where state = 'live'"), 2);
}

/* By the store's own find step: a mandate, words that were taught, a number that was cut off. */
static void what_names_nothing_is_found_by_what_was_learned(void **state)
{
	struct town *t = *state;
	town_do(t, world_named_customer(&t->world, "c4", 2, HOME, "Nordwind GmbH"));
	issue(t, "c2", "NORD-000002", 5000);
	issue(t, "c2", "NORD-000003", 6100);
	issue(t, "c2", "NORD-000004", 7200);
	issue(t, "c4", "NORD-000041", 3300);
	issue(t, "c4", "NORD-000052", 3300);
	bank_day(t, 2, ENTRIES({ .minor = 5000, .text = "Kd 4711 Miete Januar" }));
	town_do(t, world_command(&t->world, "MatchLine",
			   arena_printf(t->arena, "/v1/lines/%s/match", id_of(t, "select line_id from bank_line where amount = 5000")),
			   "\"items\":[{\"invoice_number\":\"NORD-000002\"}]"));
	assert_int_equal(town_number(t, "select count(*) from payer where iban = '@form:KD4711' and taught_by = 'desk'"), 1);
	bank_day(t, 3,
		ENTRIES({ .minor = 6100, .text = "Kd 4711 Miete Februar" },
			{ .minor = 3300, .text = "Rechnung Januar, NORD-00005", .iban = HOME }));
	assert_int_equal(open_of(t, "NORD-000003"), 0);
	assert_int_equal(open_of(t, "NORD-000052"), 0);
	assert_int_equal(town_number(t, "select right_count::bigint from payer where iban = '@form:KD4711'"), 1);
	town_do(t,
		world_command(&t->world, "UnmatchLine",
			arena_printf(t->arena, "/v1/lines/%s/unmatch", id_of(t, "select line_id from bank_line where amount = 6100")), ""));
	assert_int_equal(
		town_number(t, "select count(*) from payer where iban = '@form:KD4711' and withdrawn and wrong = 1 and right_count = 0"),
		1);
	bank_day(t, 4, ENTRIES({ .minor = 7200, .text = "Kd 4711 Miete Maerz" }));
	assert_int_equal(open_of(t, "NORD-000004"), 7200);
	assert_town_proven(t);
}

static void commit_owner(struct town *t)
{
	struct why why = { 0 };
	if (db_commit(t->owner, &why) != OK)
		fail_msg("%s", why.text);
}

/* Its number is low, and it is seen late. */
static void what_explains_a_line_is_found_however_long_its_transaction_lasts(void **state)
{
	struct town *t = *state;
	struct why why = { 0 };
	struct uuid id = world_id(&t->world);
	bank_day(t, 2, ENTRIES({ .minor = 5000, .text = "NORD-000002" }));
	assert_int_equal(db_begin(t->owner, &why), OK);
	town_script(
		t->owner, arena_printf(t->arena,
				  "insert into rematch_cause (merchant_id, kind, id, customer_ref) values ('nord', 'invoice', '%s', '')",
				  uuid_text(t->arena, id)));
	town_do(t, world_invoice(&t->world, "c2", id, "NORD-000002", "EUR", 5000, 0));
	town_script(t->db, "delete from rematch_cause");
	issue(t, "c3", "NORD-000003", 100);
	assert_int_equal(town_due(t), 0);
	commit_owner(t);
	assert_int_equal(town_due(t), 1);
	assert_int_equal(open_of(t, "NORD-000002"), 0);
	assert_int_equal(town_number(t, "select count(*) from rematch_cause"), 0);
}

/* The invoice's own note had served before anybody could see that the line waits. */
static void a_line_that_waits_asks_for_what_came_beside_its_first_look(void **state)
{
	struct town *t = *state;
	bank_day(t, 2, ENTRIES({ .minor = 5000, .text = "NORD-000002" }, { .minor = 30, .text = "NORD-000004 NORD-000005" }));
	issue(t, "c2", "NORD-000002", 5000);
	town_script(t->db, "delete from rematch_cause; insert into rematch_cause (merchant_id, kind, id, customer_ref)"
			   " select merchant_id, 'line', line_id, '' from bank_line where state = 'waiting'");
	assert_int_equal(town_due(t), 1);
	assert_int_equal(open_of(t, "NORD-000002"), 0);
	/* What a look weighed already is no reason for another one. */
	issue(t, "c4", "NORD-000004", 50);
	issue(t, "c4", "NORD-000005", 60);
	town_due(t);
	int64_t looks = town_number(t, "select looks::bigint from bank_line where verdict = 'ambiguous'");
	town_script(t->db, "insert into rematch_cause (merchant_id, kind, id, customer_ref)"
			   " select merchant_id, 'line', line_id, '' from bank_line where state = 'waiting'");
	assert_int_equal(town_due(t), 0);
	assert_int_equal(town_number(t, "select looks::bigint from bank_line where verdict = 'ambiguous'"), looks);
}

static void a_person_matches_and_takes_back_and_both_are_audited(void **state)
{
	struct town *t = *state;
	struct uuid id = issue(t, "c1", "NORD-000001", 12000);
	bank_day(t, 2, ENTRIES({ .minor = 12500, .text = "thanks", .iban = "DE89370400440532013000" }));
	const char *line = id_of(t, "select line_id from bank_line");
	const char *path = arena_printf(t->arena, "/v1/lines/%s/match", line);
	town_do(t, world_command(&t->world, "MatchLine", path,
			   arena_printf(t->arena, "\"items\":[{\"invoice_id\":\"%s\"}],\"customer_ref\":\"c1\"", uuid_text(t->arena, id))));
	assert_int_equal(open_of(t, "NORD-000001"), 0);
	assert_int_equal(town_number(t, "select unapplied from customer_credit"), 500);
	assert_int_equal(town_number(t, "select count(*) from payer where not told"), 1);
	assert_town_proven(t);
	/* What is over pays the next invoice. */
	issue(t, "c1", "NORD-000002", 300);
	town_do(t, world_command(&t->world, "AllocateReceipt",
			   arena_printf(t->arena, "/v1/receipts/%s/allocate", id_of(t, "select receipt_id from receipt")),
			   "\"items\":[{\"invoice_number\":\"NORD-000002\"}]"));
	assert_int_equal(open_of(t, "NORD-000002"), 0);
	town_do(t, world_command(&t->world, "UnmatchLine", arena_printf(t->arena, "/v1/lines/%s/unmatch", line), ""));
	assert_int_equal(open_of(t, "NORD-000001"), 12000);
	assert_int_equal(open_of(t, "NORD-000002"), 300);
	assert_int_equal(town_number(t, "select count(*) from payer where not withdrawn"), 0);
	assert_int_equal(town_number(t, "select count(*) from audit where who = 'desk/eve' and why = 'she said so'"), 3);
	assert_int_equal(town_due(t), 0);
	assert_int_equal(town_number(t, "select count(*) from bank_line where state = 'waiting' and by_person"), 1);
	assert_town_proven(t);
}

static void a_return_weeks_later_reopens_the_invoice(void **state)
{
	struct town *t = *state;
	issue(t, "c1", "NORD-000001", 12000);
	bank_day(t, 2, ENTRIES({ .minor = 12000, .text = "NORD-000001", .end_to_end = "E-5" }));
	assert_int_equal(open_of(t, "NORD-000001"), 0);
	bank_day(t, 25, ENTRIES({ .minor = -12000, .end_to_end = "E-5", .return_reason = "AC04" }));
	assert_int_equal(open_of(t, "NORD-000001"), 12000);
	assert_int_equal(town_number(t, "select count(*) from exception where open"), 0);
	assert_town_proven(t);
	town_do(t, world_command(&t->world, "UnmatchLine",
			   arena_printf(t->arena, "/v1/lines/%s/unmatch", id_of(t, "select line_id from bank_line where amount < 0")), ""));
	assert_int_equal(town_number(t, "select unapplied from customer_credit"), 12000);
	assert_town_proven(t);
}

/* What the person said holds until the money is gone, and again when it is back. */
static void a_return_and_its_own_return_after_a_persons_match(void **state)
{
	struct town *t = *state;
	const char *iban = "DE89370400440532013000", *line = "select line_id from bank_line where value_date = '2026-03-02'";
	issue(t, "c1", "NORD-000001", 12000);
	bank_day(t, 2, ENTRIES({ .minor = 12000, .text = "thanks", .iban = iban }));
	town_do(t, world_command(&t->world, "MatchLine", arena_printf(t->arena, "/v1/lines/%s/match", id_of(t, line)),
			   "\"items\":[{\"invoice_number\":\"NORD-000001\"}]"));
	bank_day(t, 5, ENTRIES({ .minor = -12000, .iban = iban, .return_reason = "AC04" }));
	assert_int_equal(open_of(t, "NORD-000001"), 12000);
	assert_string_equal(town_text(t, "select detail from exception where open"), "returned by the bank: AC04; a person had matched it");
	assert_town_proven(t);
	bank_day(t, 6, ENTRIES({ .minor = 12000, .iban = iban, .return_reason = "AC04" }));
	assert_int_equal(open_of(t, "NORD-000001"), 0);
	assert_int_equal(town_number(t, "select count(*) from exception where open"), 0);
	assert_int_equal(town_number(t, "select count(*) from bank_line where state = 'returned' and amount < 0 and returned = 12000"), 1);
	assert_int_equal(town_number(t, "select count(*) from bank_line where state = 'matched' and is_what = 'return' and amount > 0"), 1);
	assert_town_proven(t);
	/* A person takes the last one back, and the invoice is open again. */
	town_do(t, world_command(&t->world, "UnmatchLine",
			   arena_printf(t->arena, "/v1/lines/%s/unmatch",
				   id_of(t, "select line_id from bank_line where value_date = '2026-03-06'")),
			   ""));
	assert_int_equal(open_of(t, "NORD-000001"), 12000);
	assert_town_proven(t);
}

static void what_is_another_merchants_is_not_there(void **state)
{
	struct town *t = *state;
	struct uuid id = issue(t, "c1", "NORD-000001", 12000);
	bank_day(t, 2, ENTRIES({ .minor = 12000, .text = "?" }));
	const char *line = id_of(t, "select line_id from bank_line");
	struct message *all[] = {
		world_command(&t->world, "MatchLine", arena_printf(t->arena, "/v1/lines/%s/match", line), "\"account\":\"bank_charges\""),
		world_command(&t->world, "UnmatchLine", arena_printf(t->arena, "/v1/lines/%s/unmatch", line), ""),
		world_command(&t->world, "WriteOff", arena_printf(t->arena, "/v1/open-items/%s/write-off", uuid_text(t->arena, id)), ""),
		world_command(&t->world, "CloseException",
			arena_printf(t->arena, "/v1/exceptions/%s/close", id_of(t, "select exception_id from exception limit 1")), ""),
		world_command(&t->world, "AcceptStatement",
			arena_printf(t->arena, "/v1/statements/%s/accept", id_of(t, "select statement_id from statement")), ""),
		world_command(&t->world, "RecordReceipt", "/v1/receipts",
			"\"customer_ref\":\"c1\",\"amount\":{\"minor\":5,\"currency\":\"EUR\"},\"value_date\":\"2026-03-01\""),
	};
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		all[i]->merchant = SPAN("volt");
		assert_int_equal(town_try(t, all[i]), OUTCOME_REFUSED);
		assert_int_equal(all[i]->why.err, ERR_NOT_FOUND);
		assert_int_equal(all[i]->reply.status, 404);
	}
}

static void what_does_not_come_in_time_is_an_exception_until_it_does(void **state)
{
	struct town *t = *state;
	struct uuid payout = world_id(&t->world), id = world_id(&t->world);
	town_do(t, world_payout_paid(&t->world, payout, 0, 5000, 0));
	town_do(t, world_payment(&t->world, "c1", world_id(&t->world), id, 900));
	town_script(t->owner, "update payout set arrival_date = '2026-03-10'; update wanted set added_at = '2026-03-10'");
	/* The payment itself is looked at too; it may be in the payout of which the sum alone is known. */
	assert_int_equal(town_due(t), 3);
	assert_int_equal(town_number(t, "select count(*) from exception where kind = 'payment_not_paid_out'"), 0);
	assert_int_equal(
		town_number(t, "select count(*) from exception where open and kind in ('payout_missing', 'reference_missing')"), 2);
	assert_int_equal(town_due(t), 0);
	town_do(t, world_invoice(&t->world, "c1", id, "NORD-000009", "EUR", 900, 0));
	bank_day(t, 28, ENTRIES({ .minor = 5000, .text = "provider payout" }));
	assert_int_equal(
		town_number(t, "select count(*) from exception where open and kind in ('payout_missing', 'reference_missing')"), 0);
	assert_town_proven(t);
}

/* ---- any story ---- */

static const char *number_of(struct town *t, uint64_t i)
{
	return arena_printf(t->arena, "NORD-%06d", (int)i + 1);
}

static void deed_of_bank(struct town *t, struct chance *c, int *day, struct uuid *invoices)
{
	struct entry_of entries[3];
	size_t n = 1 + chance_below(c, 3);
	(void)invoices;
	for (size_t i = 0; i < n; i++) {
		bool came = chance_below(c, 4) != 0;
		entries[i] = (struct entry_of){ .minor = (came ? 1 : -1) * (1 + (int64_t)chance_below(c, 400)),
			.text = chance_below(c, 3) ? number_of(t, chance_below(c, 12)) : "hello",
			.end_to_end = arena_printf(t->arena, "E%d", (int)chance_below(c, 6)),
			.iban = chance_below(c, 2) ? "DE89370400440532013000" : NULL };
	}
	if (*day < 31)
		bank_day(t, ++*day, entries, n);
}

static const char *any(struct town *t, const char *column, const char *table, struct chance *c)
{
	int64_t n = town_number(t, arena_printf(t->arena, "select count(*) from %s", table));
	return n ? id_of(t, arena_printf(t->arena, "select %s from %s order by 1 offset %d limit 1", column, table,
				    (int)chance_below(c, (uint64_t)n)))
		 : NULL;
}

static void deed_of_person(struct town *t, struct chance *c)
{
	const char *line = any(t, "line_id", "bank_line", c), *receipt = any(t, "receipt_id", "receipt", c),
		   *invoice = any(t, "invoice_id", "open_item", c);
	const char *pays = arena_printf(
		t->arena, "\"items\":[{\"invoice_number\":\"%s\"}],\"customer_ref\":\"c1\"", number_of(t, chance_below(c, 12)));
	struct message *all[] = {
		line ? world_command(&t->world, "MatchLine", arena_printf(t->arena, "/v1/lines/%s/match", line),
			       chance_below(c, 2) ? pays : "\"customer_ref\":\"c2\"")
		     : NULL,
		line ? world_command(&t->world, "UnmatchLine", arena_printf(t->arena, "/v1/lines/%s/unmatch", line), "") : NULL,
		line ? world_command(
			       &t->world, "MatchLine", arena_printf(t->arena, "/v1/lines/%s/match", line), "\"account\":\"bank_charges\"")
		     : NULL,
		invoice ? world_command(&t->world, "WriteOff", arena_printf(t->arena, "/v1/open-items/%s/write-off", invoice), "") : NULL,
		receipt && line ? world_command(&t->world, "MatchLine", arena_printf(t->arena, "/v1/lines/%s/match", line),
					  arena_printf(t->arena, "\"refund_of\":\"%s\"", receipt))
				: NULL,
		receipt ? world_command(&t->world, "AllocateReceipt", arena_printf(t->arena, "/v1/receipts/%s/allocate", receipt),
				  arena_printf(t->arena,
					  "\"items\":[{\"invoice_number\":\"%s\",\"amount\":{\"minor\":1,\"currency\":\"EUR\"}}]",
					  number_of(t, chance_below(c, 12))))
			: NULL,
	};
	struct message *m = all[chance_below(c, sizeof(all) / sizeof(all[0]))];
	if (m)
		town_try(t, m);
}

static void deed_of_others(struct town *t, struct chance *c, struct uuid *invoices, struct uuid *attempts)
{
	size_t i = chance_below(c, 12), a = chance_below(c, 12);
	const char *customer = arena_printf(t->arena, "c%d", 1 + (int)i % 3), *payer = arena_printf(t->arena, "c%d", 1 + (int)a % 3);
	switch (chance_below(c, 5)) {
	case 0:
	case 1: town_try(t, world_invoice(&t->world, customer, invoices[i], number_of(t, i), "EUR", 100 + 10 * (int64_t)i, 0)); break;
	case 2: town_try(t, world_payment(&t->world, payer, attempts[a], invoices[a], 90 + (int64_t)a)); break;
	case 3:
		town_try(t, world_credit_note(&t->world, customer, invoices[i], world_id(&t->world), 1 + (int64_t)chance_below(c, 60)));
		break;
	default:
		town_try(t, world_refund(&t->world, payer, attempts[a], invoices[a], 90 + (int64_t)a, world_id(&t->world),
				    1 + (int64_t)chance_below(c, 30), (enum refund_reason)chance_below(c, 4)));
	}
}

static void any_story_holds_in_the_database_as_it_does_in_memory(void **state)
{
	struct town *t = *state;
	struct chance c = { 2026 };
	struct uuid invoices[12], attempts[12];
	int day = 0;
	for (int i = 0; i < 12; i++) {
		invoices[i] = world_id(&t->world);
		attempts[i] = world_id(&t->world);
	}
	for (int i = 0; i < 160; i++) {
		switch (chance_below(&c, 5)) {
		case 0: deed_of_bank(t, &c, &day, invoices); break;
		case 1:
		case 2: deed_of_person(t, &c); break;
		default: deed_of_others(t, &c, invoices, attempts);
		}
		if (i % 8 == 0) {
			town_due(t);
			assert_town_proven(t);
		}
	}
	town_due(t);
	assert_town_proven(t);
	assert_true(town_number(t, "select count(*) from journal") > 100);
	assert_int_equal(town_number(t, "select count(*) from parked where code not in ('credit_exceeds')"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_TOWN(invoices_are_paid_by_transfer_and_by_card_and_the_proof_holds),
		IN_TOWN(nobody_changes_or_deletes_what_was_posted),
		IN_TOWN(a_fact_twice_and_facts_of_one_batch_end_the_same),
		IN_TOWN(a_line_that_came_before_its_invoice_is_looked_at_again),
		IN_TOWN(a_sum_that_a_late_invoice_completes_is_found),
		IN_TOWN(a_customers_number_waits_for_the_invoice),
		IN_TOWN(an_account_that_a_person_teaches_explains_lines_that_wait),
		IN_TOWN(why_candidates_lost_is_kept),
		IN_TOWN(stored_lines_go_through_other_rules_and_nothing_changes),
		IN_TOWN(what_names_nothing_is_found_by_what_was_learned),
		IN_TOWN(what_explains_a_line_is_found_however_long_its_transaction_lasts),
		IN_TOWN(a_line_that_waits_asks_for_what_came_beside_its_first_look),
		IN_TOWN(a_person_matches_and_takes_back_and_both_are_audited),
		IN_TOWN(a_return_weeks_later_reopens_the_invoice),
		IN_TOWN(a_return_and_its_own_return_after_a_persons_match),
		IN_TOWN(what_is_another_merchants_is_not_there),
		IN_TOWN(what_does_not_come_in_time_is_an_exception_until_it_does),
		IN_TOWN(any_story_holds_in_the_database_as_it_does_in_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
