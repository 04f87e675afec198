#include "dunlin/payments/v1/payments.pb-c.h"
#include "town.h"

/* What the database itself refuses, whoever asks. */

#define ENTRIES(...) (const struct entry_of[]){ __VA_ARGS__ }, sizeof((const struct entry_of[]){ __VA_ARGS__ }) / sizeof(struct entry_of)

/* A paid line, twins that wait, and one more of them that is not yet in the books. */
static void live(struct town *t)
{
	town_do(t, world_invoice(&t->world, "c1", world_id(&t->world), "NORD-000001", "EUR", 12000, 0));
	town_import(t, town_statement(t, "D1", 2, 2, 0,
			       ENTRIES({ .minor = 12000, .text = "NORD-000001" }, { .minor = 777, .text = "who?" },
				       { .minor = 777, .text = "who?" })));
	town_due(t);
}

static int64_t identities(struct town *t)
{
	return town_number(t, "select count(*) from posted_line p join bank_line l using (merchant_id, account_id, key, occurrence)"
			      " where l.state not in ('staged', 'known')");
}

static void a_line_is_in_the_books_once(void **state)
{
	static const char again[] =
		"insert into bank_line (merchant_id, line_id, account_id, statement_id, number, place_line, place_byte, key, occurrence,"
		" booking_date, value_date, amount, currency, rest, reversal, end_to_end, bank_ref, transaction_ref, mandate, batch_ref, code,"
		" return_reason, reference_list, state, is_what, counterpart_id, booked_to, returned, took_receipts, by_person, verdict, candidates,"
		" looks, evidence, revision)"
		" select merchant_id, gen_random_uuid(), account_id, statement_id, number + 100, place_line, place_byte, key, occurrence,"
		" booking_date, value_date, amount, currency, rest, reversal, end_to_end, bank_ref, transaction_ref, mandate, batch_ref, code,"
		" return_reason, reference_list, '%s', 'nothing', counterpart_id, booked_to, 0, false, false, verdict, candidates,"
		" looks, evidence, revision from bank_line where amount = 12000 and state = 'matched'";
	struct town *t = *state;
	live(t);
	assert_int_equal(identities(t), 3);
	town_may_not(t, arena_printf(t->arena, again, "waiting"), "posted_line_pkey");
	town_script(t->db, arena_printf(t->arena, again, "staged"));
	town_may_not(t, "update bank_line set state = 'waiting' where state = 'staged'", "posted_line_pkey");
	town_may_not(t, "update bank_line set occurrence = 1 where occurrence = 2", "posted_line_pkey");
	assert_int_equal(identities(t), 3);
}

static void a_line_that_leaves_the_books_takes_its_identity_along(void **state)
{
	struct town *t = *state;
	live(t);
	town_script(t->owner, "update bank_line set state = 'known' where occurrence = 2");
	assert_int_equal(town_number(t, "select count(*) from posted_line"), 2);
	town_script(t->owner, "update bank_line set occurrence = 3 where state = 'waiting'");
	assert_int_equal(identities(t), 2);
	town_script(t->owner, "delete from bank_line where state = 'waiting'");
	assert_int_equal(town_number(t, "select count(*) from posted_line"), 1);
	assert_int_equal(identities(t), 1);
}

static void an_allocation_stands_on_a_receipt_and_an_item(void **state)
{
	static const char *const broken[] = {
		"insert into allocation select merchant_id, gen_random_uuid(), gen_random_uuid(), customer_ref, invoice_id, part, 1 from allocation",
		"insert into allocation select merchant_id, gen_random_uuid(), receipt_id, customer_ref, gen_random_uuid(), part, 1 from allocation",
		"insert into allocation select merchant_id, gen_random_uuid(), receipt_id, customer_ref, invoice_id, part + 1, 1 from allocation",
	};
	struct town *t = *state;
	struct why why;
	live(t);
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++)
		town_may_not(t, broken[i], "does not exist");
	why = (struct why){ 0 };
	assert_int_not_equal(db_script(t->owner, "delete from receipt", &why), OK);
	assert_non_null(strstr(why.text, "a receipt is allocated"));
	why = (struct why){ 0 };
	assert_int_not_equal(db_script(t->owner, "delete from open_item", &why), OK);
	assert_non_null(strstr(why.text, "an item is allocated to"));
	assert_town_proven(t);
}

/* What the provider says that it paid out is not what it says that it took and kept. */
static struct message *odd_payout(struct town *t, struct uuid payout)
{
	struct message *m = world_payout_paid(&t->world, payout, 1, 12000, 300);
	Dunlin__Payments__V1__PayoutPaid *e =
		dunlin__payments__v1__payout_paid__unpack(NULL, m->payload.size, (const uint8_t *)m->payload.at);
	assert_non_null(e);
	e->amount->minor -= 100;
	size_t size = dunlin__payments__v1__payout_paid__get_packed_size(e);
	uint8_t *bytes = arena_raw(t->arena, size);
	dunlin__payments__v1__payout_paid__pack(e, bytes);
	dunlin__payments__v1__payout_paid__free_unpacked(e, NULL);
	m->payload = span_bytes(bytes, size);
	return m;
}

static void a_payout_that_does_not_add_up_at_the_provider_is_kept_and_asked_about(void **state)
{
	struct town *t = *state;
	struct uuid odd = world_id(&t->world), next = world_id(&t->world);
	town_do(t, odd_payout(t, odd));
	town_do(t, world_payout_lines(&t->world, odd, 1, 1, 12000, 300));
	assert_int_equal(town_number(t, "select count(*) from payout where amount = 11600 and gross - fees = 11700"), 1);
	assert_int_equal(town_number(t, "select count(*) from exception where kind = 'payout_mismatch' and open"), 1);
	/* And it holds up none of the provider's others. */
	town_do(t, world_payout_paid(&t->world, next, 1, 5000, 100));
	assert_town_proven(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_TOWN(a_line_is_in_the_books_once),
		IN_TOWN(a_line_that_leaves_the_books_takes_its_identity_along),
		IN_TOWN(a_payout_that_does_not_add_up_at_the_provider_is_kept_and_asked_about),
		IN_TOWN(an_allocation_stands_on_a_receipt_and_an_item),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
