#include "world.h"

/* An issued invoice of customer c1 with these nets, each at its rate. */
static const struct invoice *issue(struct world *w, const int64_t *nets, const char *const *rates, size_t n)
{
	for (size_t i = 0; i < n; i++)
		world_charge(w, "nord", "c1", arena_printf(w->arena, "i%zu-%d", i, w->messages), nets[i], rates[i], NULL);
	world_do(w, "nord", "IssueInvoice", "{\"customer_ref\":\"c1\"}");
	return world_invoice(w, "nord", (int)world_invoices(w, "nord"));
}

static enum err credit_line(struct world *w, const struct invoice *i, int line, int64_t minor)
{
	return world_credit(w, "nord", i,
		"{\"lines\":[{\"line_no\":%d,\"net\":{\"minor\":%lld,\"currency\":\"EUR\"}}],\"reason\":\"wrong\"}", line,
		(long long)minor);
}

static enum err credit_rest(struct world *w, const struct invoice *i)
{
	return world_credit(w, "nord", i, "{\"whole\":true,\"reason\":\"wrong\"}");
}

static void lines_credited_one_by_one_sum_to_the_invoice(void **state)
{
	static const int64_t nets[] = { 6977, 6982, 6987, 6971 };
	static const char *const rates[] = { "20", "20", "20", "20" };
	struct world *w = world_open(*state);
	const struct invoice *i = issue(w, nets, rates, 4);

	assert_int_equal(i->totals.gross.minor, 33500);
	for (int k = 0; k < 4; k++)
		assert_int_equal(credit_line(w, i, k + 1, nets[k]), OK);
	assert_int_equal(i->credited.minor, 33500);
	assert_int_equal(i->revision, 5);
	assert_int_equal(credit_rest(w, i), ERR_REFUSED);
	expect_refusal(w, ERR_REFUSED, "nothing_left", "");
}

static void the_whole_is_what_is_left(void **state)
{
	static const int64_t nets[] = { 333, 667 };
	static const char *const rates[] = { "19", "7" };
	struct world *w = world_open(*state);
	const struct invoice *i = issue(w, nets, rates, 2);

	assert_int_equal(credit_line(w, i, 1, 100), OK);
	assert_int_equal(credit_rest(w, i), OK);
	expect_said(w, "CreditNoteIssued");
	assert_int_equal(i->credited.minor, i->totals.gross.minor);
}

static void no_line_is_credited_beyond_what_it_was(void **state)
{
	static const int64_t nets[] = { 1000, 5000 };
	static const char *const rates[] = { "19", "19" };
	struct world *w = world_open(*state);
	const struct invoice *i = issue(w, nets, rates, 2);

	assert_int_equal(credit_line(w, i, 1, 1001), ERR_REFUSED);
	expect_refusal(w, ERR_REFUSED, "credit_too_large", "lines[0].net");
	assert_int_equal(credit_line(w, i, 1, 600), OK);
	assert_int_equal(credit_line(w, i, 1, 401), ERR_REFUSED);
	assert_int_equal(credit_line(w, i, 1, 400), OK);
	assert_int_equal(credit_line(w, i, 1, 1), ERR_REFUSED);
	assert_int_equal(i->credited.minor, 1190);
}

/* In any steps, at many rates: never more than was charged, each step within one cent of its own rate, and the last on the cent. */
static void any_steps_end_on_the_last_cent(void **state)
{
	static const char *const all_rates[] = { "19", "7", "20", "5.5", "0", "3.333", "100", "0.01" };
	struct chance chance = { 7 };
	struct arena *arena = *state;

	for (int round = 0; round < 60; round++) {
		struct world *w;
		const struct invoice *i;
		int64_t nets[6], left[6];
		const char *rates[6];
		size_t n = 1 + chance_below(&chance, 6), open = n;

		arena_reset(arena);
		w = world_open(arena);
		for (size_t k = 0; k < n; k++) {
			nets[k] = left[k] = 1 + (int64_t)chance_below(&chance, 200);
			rates[k] = all_rates[chance_below(&chance, 8)];
		}
		i = issue(w, nets, rates, n);
		while (open > 0) {
			size_t k = chance_below(&chance, n);
			int64_t step = left[k] == 0 ? 0 : 1 + (int64_t)chance_below(&chance, (uint64_t)left[k]);
			int64_t before = i->credited.minor, exact, tax;

			if (step == 0)
				continue;
			assert_int_equal(credit_line(w, i, (int)k + 1, step), OK);
			left[k] -= step;
			open -= left[k] == 0;
			tax = i->credited.minor - before - step;
			exact = step * i->lines[k].tax.rate.unscaled;
			for (int s = 0; s < 4 - i->lines[k].tax.rate.scale; s++)
				exact *= 10;
			/* exact is in millionths of a cent: 10^4 × 100 */
			assert_true(tax * 1000000 < exact + 1000000 && tax * 1000000 > exact - 1000000);
			assert_true(i->credited.minor <= i->totals.gross.minor);
		}
		assert_int_equal(i->credited.minor, i->totals.gross.minor);
	}
}

static void a_credit_note_takes_its_own_number_and_raises_the_invoice_revision(void **state)
{
	static const int64_t nets[] = { 1000 };
	static const char *const rates[] = { "19" };
	struct world *w = world_open(*state);
	const struct invoice *i = issue(w, nets, rates, 1);

	assert_int_equal(credit_line(w, i, 1, 400), OK);
	assert_non_null(strstr(w->reply->body.at, "\"number\":\"CR-2026-000001\""));
	assert_int_equal(credit_line(w, i, 1, 400), OK);
	assert_non_null(strstr(w->reply->body.at, "\"number\":\"CR-2026-000002\""));
	assert_int_equal(i->revision, 3);
	assert_int_equal(credit_line(w, i, 1, 400), ERR_REFUSED);
	assert_int_equal(credit_rest(w, i), OK);
	assert_non_null(strstr(w->reply->body.at, "\"number\":\"CR-2026-000003\""));
}

static void what_is_malformed_is_refused_and_names_its_place(void **state)
{
	static const struct {
		const char *json, *code, *field;
		enum err err;
	} cases[] = {
		{ "{\"reason\":\"x\"}", "lines_unclear", "lines", ERR_INVALID },
		{ "{\"whole\":true}", "field_missing", "reason", ERR_INVALID },
		{ "{\"whole\":true,\"reason\":\"x\",\"lines\":[{\"line_no\":1,\"net\":{\"minor\":1,\"currency\":\"EUR\"}}]}",
			"lines_unclear", "lines", ERR_INVALID },
		{ "{\"reason\":\"x\",\"lines\":[{\"line_no\":3,\"net\":{\"minor\":1,\"currency\":\"EUR\"}}]}", "line_unknown",
			"lines[0].line_no", ERR_NOT_FOUND },
		{ "{\"reason\":\"x\",\"lines\":[{\"line_no\":1,\"net\":{\"minor\":0,\"currency\":\"EUR\"}}]}", "field_invalid",
			"lines[0].net", ERR_INVALID },
		{ "{\"reason\":\"x\",\"lines\":[{\"line_no\":1,\"net\":{\"minor\":1,\"currency\":\"USD\"}}]}", "currency_differs",
			"lines[0].net", ERR_REFUSED },
		{ "{\"reason\":\"x\",\"lines\":[{\"line_no\":1,\"net\":{\"minor\":1,\"currency\":\"EUR\"}},"
		  "{\"line_no\":1,\"net\":{\"minor\":1,\"currency\":\"EUR\"}}]}",
			"line_twice", "lines[1].line_no", ERR_INVALID },
		{ "{\"whole\":true,\"reason\":\"x\",\"extra\":1}", "field_unknown", "extra", ERR_INVALID },
	};
	static const int64_t nets[] = { 1000, 2000 };
	static const char *const rates[] = { "19", "19" };
	struct world *w = world_open(*state);
	const struct invoice *i = issue(w, nets, rates, 2);

	for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
		world_credit(w, "nord", i, "%s", cases[k].json);
		expect_refusal(w, cases[k].err, cases[k].code, cases[k].field);
	}
	assert_int_equal(i->credited.minor, 0);
}

static void another_merchants_invoice_is_not_there(void **state)
{
	static const int64_t nets[] = { 1000 };
	static const char *const rates[] = { "19" };
	struct world *w = world_open(*state);
	const struct invoice *i = issue(w, nets, rates, 1);

	world_credit(w, "volt", i, "{\"whole\":true,\"reason\":\"x\"}");
	expect_refusal(w, ERR_NOT_FOUND, "invoice_unknown", "invoice_id");
}

static void the_same_reference_again_gives_the_same_credit_note(void **state)
{
	static const int64_t nets[] = { 1000 };
	static const char *const rates[] = { "19" };
	struct world *w = world_open(*state);
	const struct invoice *i = issue(w, nets, rates, 1);
	static const char one[] =
		"{\"external_ref\":\"k\",\"reason\":\"x\",\"lines\":[{\"line_no\":1,\"net\":{\"minor\":10,\"currency\":\"EUR\"}}]}";
	struct span first;

	assert_int_equal(world_credit(w, "nord", i, "%s", one), OK);
	first = w->reply->body;
	assert_int_equal(world_credit(w, "nord", i, "%s", one), OK);
	assert_true(span_equal(first, w->reply->body));
	assert_int_equal(w->reply->status, 200);
	expect_said(w, "");
	assert_int_equal(i->credited.minor, 12);
	world_credit(w, "nord", i, "{\"external_ref\":\"k\",\"whole\":true,\"reason\":\"x\"}");
	expect_refusal(w, ERR_CONFLICT, "credit_note_differs", "external_ref");
}

static void what_was_not_issued_cannot_be_credited(void **state)
{
	struct world *w = world_open(*state);

	world_charge(w, "nord", "c1", "a", 1000, "19", NULL);
	credit_rest(w, book_draft(w->book, SPAN("nord"), SPAN("c1"), (struct currency){ "EUR" }));
	expect_refusal(w, ERR_REFUSED, "invoice_state", "");
	assert_string_equal(w->why.text, "nothing was issued yet: cancel the draft");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ARENA(lines_credited_one_by_one_sum_to_the_invoice),
		WITH_ARENA(the_whole_is_what_is_left),
		WITH_ARENA(no_line_is_credited_beyond_what_it_was),
		WITH_ARENA(any_steps_end_on_the_last_cent),
		WITH_ARENA(a_credit_note_takes_its_own_number_and_raises_the_invoice_revision),
		WITH_ARENA(what_is_malformed_is_refused_and_names_its_place),
		WITH_ARENA(what_was_not_issued_cannot_be_credited),
		WITH_ARENA(another_merchants_invoice_is_not_there),
		WITH_ARENA(the_same_reference_again_gives_the_same_credit_note),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
