#include "dunlin/customers/v1/customers.pb-c.h"
#include "town.h"

/* tzdata may lose a name: nothing is posted under a day that is not the merchant's, and nothing is lost. */
static void what_needs_a_zone_that_is_lost_is_set_aside(void **state)
{
	struct town *t = *state;
	struct uuid invoice = world_id(&t->world);
	struct message *m = world_payment(&t->world, "c1", world_id(&t->world), invoice, 12000);

	town_do(t, world_invoice(&t->world, "c1", invoice, "NORD-000001", "EUR", 12000, 0));
	town_script(t->owner, "insert into merchant values ('nord', 'Mars/Olympus_Mons', 1)");
	assert_int_equal(town_try(t, m), OUTCOME_SET_ASIDE);
	assert_string_equal(m->why.code, "zone_missing");
	assert_int_equal(town_number(t, "select count(*) from parked where code = 'zone_missing' and reason like '%Mars/Olympus_Mons'"), 1);
	assert_int_equal(town_number(t, "select sum(open)::bigint from open_item"), 12000);
}

static struct message *defined(struct town *t, const char *zone)
{
	Dunlin__Customers__V1__MerchantDefined e = DUNLIN__CUSTOMERS__V1__MERCHANT_DEFINED__INIT;
	struct message *m = world_erased(&t->world, "@merchant");
	e.merchant_id = arena_strdup(t->arena, MERCHANT);
	e.customer_ref = arena_strdup(t->arena, "@merchant");
	e.zone = arena_strdup(t->arena, zone);
	e.revision = 1;
	size_t size = dunlin__customers__v1__merchant_defined__get_packed_size(&e);
	uint8_t *bytes = arena_raw(t->arena, size);
	dunlin__customers__v1__merchant_defined__pack(&e, bytes);
	m->type = SPAN("dunlin.customers.v1.MerchantDefined");
	m->payload = span_bytes(bytes, size);
	return m;
}

/* The payer paid at midnight UTC: that is the day before in Honolulu. */
static void the_days_of_a_merchant_who_is_told_in_the_same_batch_are_the_merchants(void **state)
{
	struct town *t = *state;
	struct uuid invoice = world_id(&t->world);
	struct message *batch[] = { defined(t, "Pacific/Honolulu"), world_payment(&t->world, "c1", world_id(&t->world), invoice, 12000) };

	town_do(t, world_invoice(&t->world, "c1", invoice, "NORD-000001", "EUR", 12000, 0));
	town_run(t, batch, 2);
	assert_int_equal(batch[1]->outcome, OUTCOME_APPLIED);
	assert_string_equal(town_text(t, "select last_value_date::text from open_item"), "2026-03-01");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_TOWN(what_needs_a_zone_that_is_lost_is_set_aside),
		IN_TOWN(the_days_of_a_merchant_who_is_told_in_the_same_batch_are_the_merchants),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
