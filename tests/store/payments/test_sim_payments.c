#include "../../sim/relive/relive.h"
#include "payments_migrations.h"
#include "payments_queries.h"
#include "send.h"
#include "tick.h"
#include "world.h"

/* The simulator's model of payments' store and of the claims of its send role against the real ones: see tests/sim/README.md. */

static const char *const left_out[] = {
	"intent.lease_until", /* protocol time */
	"merchant.digest",
	NULL,
};

static struct relive reliving(struct world *w)
{
	static struct service service;

	service = world_service;
	service.errands = payments_errands;
	return (struct relive){ &service, w->db, w->owner, w->unit, w->arena, left_out, NULL };
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
		cmocka_unit_test_setup_teardown(every_column_is_compared_or_left_out_by_name, world_open, world_close),
		cmocka_unit_test_setup_teardown(
			the_same_seeds_make_the_same_rows_and_events_on_the_model_and_on_the_database, world_open, world_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
