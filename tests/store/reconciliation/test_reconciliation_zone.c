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

int main(void)
{
	const struct CMUnitTest tests[] = { IN_TOWN(what_needs_a_zone_that_is_lost_is_set_aside) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
