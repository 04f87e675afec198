#include "../unit.h"

#include "handlers.h"

static const char *const payloads[] = { "\xff\xff\xff", "{", "[]", "{\"colour\":1}", "nord", "a b c d e f g h i j" };

/* A body that was read in part would be taken for the whole when the message runs again. */
static void what_can_not_be_read_has_no_body(void **state)
{
	size_t refused = 0;

	for (const struct handler *h = reconciliation_handlers; h->type != NULL; h++)
		for (size_t i = 0; h->read != NULL && i < sizeof(payloads) / sizeof(*payloads); i++) {
			struct message m = { .key = SPAN("nord:c1"), .payload = span_of(payloads[i]), .target = SPAN("/v1/lines/x/match") };
			struct why why = { .err = OK };

			if (h->read(&m, *state, &why) == OK)
				continue;
			assert_null(m.body);
			assert_true(why.err != OK && why.code[0] != '\0');
			refused++;
		}
	assert_true(refused > 40);
}

int main(void)
{
	const struct CMUnitTest tests[] = { WITH_ARENA(what_can_not_be_read_has_no_body) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
