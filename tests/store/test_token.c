#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "token.h"
#include "toy.h"

struct world {
	struct db *db;
	struct arena *arena;
	struct tokens *tokens;
	int code; /* of the last verb */
};

/* What the verb prints on standard output. */
static struct span run_verb(struct world *world, const char *line)
{
	char *words = arena_strdup(world->arena, line), *word, *argv[16];
	char *out = arena_alloc(world->arena, 4096);
	FILE *file = tmpfile();
	int argc = 0, kept = dup(STDOUT_FILENO);

	while ((word = strsep(&words, " ")) != NULL)
		argv[argc++] = word;
	fflush(stdout);
	assert_true(dup2(fileno(file), STDOUT_FILENO) >= 0);
	world->code = token_verb(&toy_service, argc, argv);
	fflush(stdout);
	assert_true(dup2(kept, STDOUT_FILENO) >= 0);
	close(kept);
	rewind(file);
	out[fread(out, 1, 4095, file)] = '\0';
	fclose(file);
	return span_copy(world->arena, span_trim(span_of(out)));
}

static enum err find(struct world *world, struct span token, struct caller *caller)
{
	struct why why;

	return token_find(
		world->tokens, world->db, world->arena, span_of(arena_printf(world->arena, "Bearer %.*s", SPAN_ARG(token))), caller, &why);
}

static int begin(void **state)
{
	struct world *world = calloc(1, sizeof(*world));
	struct why why;

	world->db = toy_database();
	world->arena = arena_open();
	world->tokens = tokens_open();
	setenv("TOY_DATABASE_URL", getenv("DUNLIN_TEST_DATABASE_URL"), 1);
	if (db_script(world->db,
		    "update token set revoked_at = clock_timestamp(), client = client || gen_random_uuid() where revoked_at is null",
		    &why) != OK)
		fail_msg("%s", why.text);
	*state = world;
	return 0;
}

static int end(void **state)
{
	struct world *world = *state;

	tokens_close(world->tokens);
	db_close(world->db);
	arena_close(world->arena);
	free(world);
	return 0;
}

static void a_made_token_opens_for_its_client_merchant_and_role(void **state)
{
	struct world *world = *state;
	struct span token = run_verb(world, "create --client erp --merchant acme --role write");
	struct caller caller;

	assert_int_equal(world->code, 0);
	assert_true(span_starts(token, "dunlin_"));
	assert_int_equal(token.size, 7 + 43);
	assert_int_equal(find(world, token, &caller), OK);
	assert_true(span_is(caller.client, "erp"));
	assert_true(span_is(caller.merchant, "acme"));
	assert_int_equal(caller.access, ACCESS_WRITE);
}

static void the_database_holds_the_hash_and_never_the_token(void **state)
{
	struct world *world = *state;
	struct span token = run_verb(world, "create --client erp --merchant acme --role read");

	assert_int_equal(
		toy_number(world->db, arena_printf(world->arena, "select count(*) from token where token_sha256 = sha256('%s')", token.at)),
		1);
	assert_int_equal(
		toy_number(world->db, arena_printf(world->arena, "select count(*) from token t where t::text like '%%%s%%'", token.at + 7)),
		0);
	assert_int_equal(
		toy_number(world->db, arena_printf(world->arena, "select count(*) from audit a where a::text like '%%%s%%'", token.at + 7)),
		0);
}

static void making_and_revoking_are_audited_with_who_did_it(void **state)
{
	struct world *world = *state;

	run_verb(world, "create --client erp --merchant acme --role read --days 30 --who ada");
	run_verb(world, "revoke --client erp --merchant acme --who ada");
	assert_int_equal(world->code, 0);
	assert_int_equal(
		toy_number(world->db, "select count(*) from audit where who = 'ada' and subject = 'client erp, merchant acme' and act in "
				      "('token create', 'token revoke')"),
		2);
}

static void one_client_has_one_live_token_for_a_merchant(void **state)
{
	struct world *world = *state;

	run_verb(world, "create --client erp --merchant acme --role read");
	assert_int_equal(run_verb(world, "create --client erp --merchant acme --role write").size, 0);
	assert_int_equal(world->code, 1);
	run_verb(world, "create --client erp --merchant other --role write");
	assert_int_equal(world->code, 0);
	assert_int_equal(toy_number(world->db, "select count(*) from token where revoked_at is null"), 2);
}

static void a_token_that_is_past_its_days_opens_nothing_and_makes_room(void **state)
{
	struct world *world = *state;
	struct span token = run_verb(world, "create --client erp --merchant acme --role read --days 1");
	struct caller caller;
	struct why why;

	assert_int_equal(find(world, token, &caller), OK);
	assert_int_equal(db_script(world->db,
				 "update token set expires_at = clock_timestamp() - interval '1 second' where revoked_at is null", &why),
		OK);
	tokens_close(world->tokens);
	world->tokens = tokens_open();
	assert_int_equal(find(world, token, &caller), ERR_REFUSED);
	run_verb(world, "create --client erp --merchant acme --role read");
	assert_int_equal(world->code, 0);
}

static void a_revoked_token_opens_nothing_and_is_listed_as_revoked(void **state)
{
	struct world *world = *state;
	struct span token = run_verb(world, "create --client erp --merchant acme --role read");
	struct caller caller;

	run_verb(world, "revoke --client erp --merchant acme");
	assert_int_equal(world->code, 0);
	assert_int_equal(find(world, token, &caller), ERR_REFUSED);
	assert_non_null(strstr(run_verb(world, "list").at, "revoked"));
	run_verb(world, "revoke --client erp --merchant acme");
	assert_int_equal(world->code, 1);
}

static void what_is_not_a_bearer_token_is_refused_alike(void **state)
{
	static const char *const wrong[] = { "", "Bearer", "Bearer ", "Basic x", "dunlin_x", "Bearer  x", "Bearer x y" };
	struct world *world = *state;
	struct caller caller;
	struct why why;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		assert_int_equal(token_find(world->tokens, world->db, world->arena, span_of(wrong[i]), &caller, &why), ERR_REFUSED);
		assert_string_equal(why.code, "token_invalid");
	}
}

static void options_that_cannot_be_are_usage_errors(void **state)
{
	static const char *const wrong[] = { "", "frob", "create", "create --client a --merchant m --role king",
		"create --client a:b --merchant m --role read", "create --client a --merchant m@n --role read",
		"create --client a --role read", "create --client a --merchant m --role read --days 0",
		"create --client a --merchant m --role read --days soon", "revoke --client a" };
	struct world *world = *state;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		assert_int_equal(run_verb(world, wrong[i]).size, 0);
		assert_int_equal(world->code, 2);
	}
	assert_int_equal(toy_number(world->db, "select count(*) from token where revoked_at is null"), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_made_token_opens_for_its_client_merchant_and_role),
		TEST(the_database_holds_the_hash_and_never_the_token),
		TEST(making_and_revoking_are_audited_with_who_did_it),
		TEST(one_client_has_one_live_token_for_a_merchant),
		TEST(a_token_that_is_past_its_days_opens_nothing_and_makes_room),
		TEST(a_revoked_token_opens_nothing_and_is_listed_as_revoked),
		TEST(what_is_not_a_bearer_token_is_refused_alike),
		TEST(options_that_cannot_be_are_usage_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
