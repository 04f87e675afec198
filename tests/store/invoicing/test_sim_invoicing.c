#include "../../sim/relive/relive.h"
#include "world.h"

/* The simulator's model of the unit of work, the inbox, fenced positions, key parking and invoicing's store, against the real ones. */

static const char *const left_out[] = {
	"credit_note.previous_count", /* generated */
	"credit_note_line",           /* the model keeps heads of credit notes; what they credit is in the invoice's */
	"credit_note_tax",
	"invoice.previous_count", /* generated */
	"invoice_party",          /* as the customer and the merchant were */
	"merchant.digest",
	"page_secret",
	NULL,
};

static struct relive reliving(struct world *w)
{
	return (struct relive){ &world_service, w->db, w->owner, w->unit, w->arena, left_out, NULL };
}

static void the_same_seeds_make_the_same_rows_and_events_on_the_model_and_on_the_database(void **state)
{
	struct relive r = reliving(*state);

	relive_script(&r, "update page_secret set secret = '0123456789abcdef0123456789abcdef'");
	relive_seeds(&r, 6, 1200);
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
