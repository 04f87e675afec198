#include "world.h"

#include "dunlin/ledger/v1/ledger.pb-c.h"
#include "protobuf.h"
#include "wire.h"

/* When every line of a statement has had its verdict, and how many receipts tell of it. */

static const struct span merchant = { MERCHANT, sizeof(MERCHANT) - 1 };

static void run_own(struct world *w, const char *type, struct uuid id)
{
	struct message *m = ARENA_NEW(w->arena, struct message);
	m->type = span_of(type);
	m->payload = wire_print_own(w->arena, &(struct own){ merchant, id });
	assert_int_equal(world_run(w, m), OK);
}

/* A statement of the next day with a line of each text, 50.00 each, decided. */
static struct uuid stage(struct world *w, const char *const *texts, size_t n, struct uuid *lines)
{
	const struct account *a = book_account(w->book, merchant, w->account);
	struct uuid id = world_id(w);
	struct statement *s = book_add(w->book, BOOK_STATEMENTS, book_key_uuid(w->book, merchant, id));
	w->day.day++;
	*s = (struct statement){ .merchant = merchant,
		.id = id,
		.identifier = a->identifier,
		.bank_ref = SPAN("S"),
		.currency = { "EUR" },
		.opening = a->chain.closing,
		.closing = a->chain.closing + 5000 * (int64_t)n,
		.line_sum = 5000 * (int64_t)n,
		.line_count = (int64_t)n,
		.from = w->day,
		.to = w->day };
	for (size_t i = 0; i < n; i++) {
		struct line *l;
		lines[i] = world_id(w);
		l = book_add(w->book, BOOK_LINES, book_key_uuid(w->book, merchant, lines[i]));
		*l = (struct line){ .merchant = merchant,
			.id = lines[i],
			.account = w->account,
			.statement = id,
			.number = (int64_t)i + 1,
			.booking = w->day,
			.value = w->day,
			.amount = { 5000, { "EUR" } },
			.texts = span_of(texts[i]) };
	}
	run_own(w, type_decide_statement, id);
	return id;
}

static const struct said *said_of(const struct world *w, const char *type, size_t *at)
{
	for (; *at < w->said_count; (*at)++)
		if (span_is(span_of(w->said[*at].type), type))
			return &w->said[(*at)++];
	return NULL;
}

/* How many receipts the last message told, and how many of them name the statement. */
static int receipts_told(const struct world *w, struct uuid statement, int *naming)
{
	const struct said *said;
	int n = 0;
	*naming = 0;
	for (size_t at = 0; (said = said_of(w, "dunlin.ledger.v1.ReceiptAllocated", &at)) != NULL; n++) {
		Dunlin__Ledger__V1__ReceiptAllocated *e;
		struct why why;
		struct uuid id;
		assert_int_equal(protobuf_read(w->arena, &dunlin__ledger__v1__receipt_allocated__descriptor, said->payload,
					 (ProtobufCMessage **)(void *)&e, &why),
			OK);
		*naming += uuid_from_bytes(protobuf_bytes(e->statement_id), &id) == OK && uuid_equal(id, statement);
	}
	return n;
}

static unsigned matched_count(const struct world *w, struct uuid statement)
{
	Dunlin__Ledger__V1__StatementMatched *e;
	const struct said *said;
	struct why why;
	struct uuid id;
	size_t at = 0;
	assert_int_equal(world_said(w, "StatementMatched"), 1);
	said = said_of(w, "dunlin.ledger.v1.StatementMatched", &at);
	assert_int_equal(protobuf_read(w->arena, &dunlin__ledger__v1__statement_matched__descriptor, said->payload,
				 (ProtobufCMessage **)(void *)&e, &why),
		OK);
	assert_int_equal(uuid_from_bytes(protobuf_bytes(e->statement_id), &id), OK);
	assert_true(uuid_equal(id, statement));
	assert_true(span_starts(said->key, MERCHANT ":@account:"));
	return e->receipt_count;
}

static void a_statement_is_matched_when_its_last_line_has_had_its_verdict(void **state)
{
	struct world w = world_open(*state);
	const char *const texts[] = { "pays R-00071", "who knows what", "pays R-00072" };
	struct uuid lines[3], statement;
	int naming;
	world_issue(&w, "c1", "R-00071", 5000);
	world_issue(&w, "c2", "R-00072", 5000);
	statement = stage(&w, texts, 3, lines);
	assert_int_equal(world_said(&w, "StatementAccepted"), 1);
	assert_int_equal(world_said(&w, "StatementMatched"), 0);
	run_own(&w, type_post_line, lines[0]);
	assert_int_equal(receipts_told(&w, statement, &naming), 1);
	assert_int_equal(naming, 1);
	assert_int_equal(world_said(&w, "StatementMatched"), 0);
	run_own(&w, type_post_line, lines[1]);
	assert_int_equal(world_said(&w, "ExceptionOpened"), 1);
	assert_int_equal(world_said(&w, "StatementMatched"), 0);
	run_own(&w, type_post_line, lines[2]);
	assert_int_equal(receipts_told(&w, statement, &naming), 1);
	assert_int_equal(naming, 1);
	assert_int_equal(matched_count(&w, statement), 2);
}

static void a_statement_without_lines_is_matched_at_once(void **state)
{
	struct world w = world_open(*state);
	struct uuid statement = stage(&w, NULL, 0, NULL);
	assert_int_equal(world_said(&w, "StatementAccepted"), 1);
	assert_int_equal(matched_count(&w, statement), 0);
}

static void what_is_found_out_later_is_no_receipt_of_the_statement(void **state)
{
	struct world w = world_open(*state);
	const char *const texts[] = { "pays R-00073", "pays R-00074" };
	struct uuid lines[2], statement = stage(&w, texts, 2, lines);
	int naming;
	run_own(&w, type_post_line, lines[0]);
	/* The invoice comes late, while the statement still has a line to look at: by the matcher, or by hand, it is not waited for. */
	world_issue(&w, "c1", "R-00073", 5000);
	assert_int_equal(world_run(&w, world_try(&w, lines[0])), OK);
	assert_int_equal(receipts_told(&w, statement, &naming), 1);
	assert_int_equal(naming, 0);
	run_own(&w, type_post_line, lines[1]);
	assert_int_equal(matched_count(&w, statement), 0);
	assert_int_equal(
		world_run(&w, world_command(&w, "MatchLine", world_path(&w, "lines", lines[1], "match"), "\"customer_ref\":\"c2\"")), OK);
	assert_int_equal(receipts_told(&w, statement, &naming), 1);
	assert_int_equal(naming, 0);
	assert_int_equal(world_said(&w, "StatementMatched"), 0);
}

static void what_became_of_the_items_is_told_before_the_receipt(void **state)
{
	struct world w = world_open(*state);
	const char *const texts[] = { "pays R-00075" };
	struct uuid lines[1];
	size_t item = 0, receipt = 0, matched = 0;
	world_issue(&w, "c1", "R-00075", 5000);
	stage(&w, texts, 1, lines);
	run_own(&w, type_post_line, lines[0]);
	assert_non_null(said_of(&w, "dunlin.ledger.v1.OpenItemChanged", &item));
	assert_non_null(said_of(&w, "dunlin.ledger.v1.ReceiptAllocated", &receipt));
	assert_non_null(said_of(&w, "dunlin.ledger.v1.StatementMatched", &matched));
	assert_true(item < receipt && receipt < matched);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ARENA(a_statement_is_matched_when_its_last_line_has_had_its_verdict),
		WITH_ARENA(a_statement_without_lines_is_matched_at_once),
		WITH_ARENA(what_is_found_out_later_is_no_receipt_of_the_statement),
		WITH_ARENA(what_became_of_the_items_is_told_before_the_receipt),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
