#include <string.h>

#include "../../sim/relive/relive.h"
#include "world.h"

/* The simulator's model of the unit of work, the inbox, fenced positions, key parking and invoicing's store, against the real ones. */

static const char rows_sql[] =
	"select coalesce(string_agg(line, E'\\n' order by line), '') from ("
	"select format('customer %s %s %s %s %s', merchant_id, customer_ref, revision, billing_day, invoiced) as line from customer union all "
	"select format('invoice %s %s %s %s %s %s %s %s %s %s %s', merchant_id, invoice_id, customer_ref, state, revision, waiting_count, billing_count, waiting_net, "
	"number, coalesce(gross, 0), coalesce(credited, 0)) from invoice union all "
	"select format('charge %s %s %s %s %s %s', merchant_id, external_ref, state, invoice_id, position, net) from charge union all "
	"select format('credit_note %s %s %s %s', merchant_id, credit_note_id, number, gross) from credit_note union all "
	"select format('series %s %s %s %s %s', merchant_id, document, series, year, last_count) from number_series union all "
	"select format('item %s %s %s %s %s', merchant_id, invoice_id, part, revision, open) from open_item) rows";

static void begin(struct world *w)
{
	struct why why = { 0 };

	if (db_script(w->owner,
		    "truncate inbox, inbox_own, answer, key, outbox, parked, dead_letter, consumer_position, merchant, customer, number_series, invoice, charge, "
		    "invoice_line, invoice_tax, invoice_party, credit_note, credit_note_line, credit_note_tax, open_item",
		    &why) != OK ||
		db_script(w->owner, "update page_secret set secret = '0123456789abcdef0123456789abcdef'", &why) != OK)
		fail_msg("%s", why.text);
}

static void live(struct world *w, uint64_t seed)
{
	struct relive r = { &world_service, w->db, w->owner, w->unit, w->arena };
	struct twin *t = twin_record("invoicing", seed, 1200);
	struct span model = t->rows, rows, one, other;

	begin(w);
	relive(&r, t);
	rows = span_of(world_text(w, rows_sql));
	while (span_cut(model, '\n', &one, &model) | span_cut(rows, '\n', &other, &rows) || one.size > 0)
		if (!span_equal(one, other))
			fail_msg("seed %d: the model has\n%.*s\nthe database has\n%.*s", (int)seed, SPAN_ARG(one), SPAN_ARG(other));
		else if (model.size == 0 && rows.size == 0)
			break;
	twin_close(t);
}

static void the_same_seeds_make_the_same_rows_and_events_on_the_model_and_on_the_database(void **state)
{
	for (uint64_t seed = 1; seed <= 6; seed++)
		live(*state, seed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			the_same_seeds_make_the_same_rows_and_events_on_the_model_and_on_the_database, world_open, world_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
