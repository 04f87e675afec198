#include "../../sim/relive/relive.h"
#include "reminders_migrations.h"
#include "reminders_queries.h"
#include "send.h"
#include "tick.h"
#include "world.h"

/* The simulator's model of reminders' store and of the claims of its send role against the real ones: see tests/sim/README.md. */

static const char *const left_out[] = {
	"merchant.digest",
	"notice.claimed_at",
	"notice.lease_until", /* protocol time */
	"spent", /* the budget of an hour: store test */
	NULL,
};

static struct relive reliving(struct world *w)
{
	static struct service service;

	service = world_service;
	service.errands = reminders_errands;
	reminders_settings.notices_per_hour = 1000000;
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
		WITH_WORLD(every_column_is_compared_or_left_out_by_name),
		WITH_WORLD(the_same_seeds_make_the_same_rows_and_events_on_the_model_and_on_the_database),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
