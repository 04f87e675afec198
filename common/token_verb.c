#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common_queries.h"
#include "digest.h"
#include "random.h"
#include "service.h"
#include "token.h"
#include "verbs.h"

enum { NAME_MOST = 64, DAYS_MOST = 3650, SECRET_BYTES = 32 };

/* What the command line says. */
struct wish {
	struct db *db;
	struct arena *arena;
	const char *client, *merchant, *role, *days, *who;
};

static const char usage[] = "usage: token create --client C --merchant M --role read|write|admin [--days N] [--who W]\n"
			    "       token list\n"
			    "       token revoke --client C --merchant M [--who W]\n";

/* Client and merchant become parts of identities and keys, where ':' and '@' have a meaning. */
static enum err check_name(const char *option, const char *name, struct why *why)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";

	if (name == NULL || name[0] == '\0' || strlen(name) > NAME_MOST || strspn(name, letters) != strlen(name))
		return why_field(
			why, ERR_INVALID, "option_invalid", option, "it must be 1 to %d letters, digits, dots, - and _", NAME_MOST);
	return OK;
}

static enum err check_wish(const struct wish *wish, int32_t *days, struct why *why)
{
	int64_t n = 0;

	TRY(check_name("--client", wish->client, why));
	TRY(check_name("--merchant", wish->merchant, why));
	if (wish->role == NULL || (strcmp(wish->role, "read") != 0 && strcmp(wish->role, "write") != 0 && strcmp(wish->role, "admin") != 0))
		return why_field(why, ERR_INVALID, "option_invalid", "--role", "it must be read, write or admin");
	if (wish->days != NULL && (span_int64(span_of(wish->days), &n) != OK || n < 1 || n > DAYS_MOST))
		return why_field(why, ERR_INVALID, "option_invalid", "--days", "it must be 1 to %d", DAYS_MOST);
	*days = (int32_t)n;
	return OK;
}

static struct args *whose(const struct wish *wish)
{
	struct args *args = args_new(wish->arena);

	args_text(args, span_of(wish->client));
	args_text(args, span_of(wish->merchant));
	return args;
}

static void queue_audit(const struct wish *wish, const char *act, const char *details)
{
	struct args *args = args_new(wish->arena);

	args_text(args, span_of(wish->who));
	args_text(args, span_of(act));
	args_text(args, span_of(arena_printf(wish->arena, "client %s, merchant %s", wish->client, wish->merchant)));
	args_text(args, span_of(details));
	db_queue(wish->db, &q_audit_write, args, 1);
}

static enum err insert(const struct wish *wish, struct span token, int32_t days, struct why *why)
{
	struct digest digest = digest_sha256(token);
	struct args *args = args_new(wish->arena);
	struct rows rows;

	db_queue(wish->db, &q_token_retire, whose(wish), -1);
	args_bytes(args, span_bytes(digest.b, sizeof(digest.b)));
	args_text(args, span_of(wish->client));
	args_text(args, span_of(wish->merchant));
	args_text(args, span_of(wish->role));
	if (days == 0)
		args_null(args);
	else
		args_int4(args, days);
	TRY(db_exec(wish->db, wish->arena, &q_token_make, args, &rows, why));
	if (rows.affected == 1)
		return OK;
	return why_set(why, ERR_CONFLICT, "token_exists", "%s has a live token for %s: revoke it first", wish->client, wish->merchant);
}

static enum err create(const struct wish *wish, struct why *why)
{
	uint8_t secret[SECRET_BYTES];
	struct span token;
	int32_t days = 0;

	TRY(check_wish(wish, &days, why));
	random_bytes(secret, sizeof(secret));
	token = span_of(arena_printf(wish->arena, "dunlin_%s", span_base64url(wish->arena, span_bytes(secret, sizeof(secret))).at));
	TRY(db_begin(wish->db, why));
	TRY(insert(wish, token, days, why));
	queue_audit(wish, "token create", arena_printf(wish->arena, "role %s, %d days", wish->role, (int)days));
	TRY(db_commit(wish->db, why));
	fprintf(stderr, "Shown this once; only its hash is kept.\n");
	printf("%s\n", token.at);
	return OK;
}

static void print_instant(const struct wish *wish, const struct rows *rows, size_t row, const char *column)
{
	int at = rows_column(rows, column);

	printf("  %-27s", rows_is_null(rows, row, at) ? "-" : instant_text(wish->arena, rows_instant(rows, row, at)));
}

static enum err list(const struct wish *wish, struct why *why)
{
	static const char *const columns[] = { "merchant", "client", "role", "state" };
	struct rows rows;

	TRY(db_exec(wish->db, wish->arena, &q_token_list, NULL, &rows, why));
	printf("%-16s%-16s%-16s%-16s  %-27s  %s\n", "merchant", "client", "role", "state", "made", "expires");
	for (size_t row = 0; row < rows.count; row++) {
		for (size_t i = 0; i < sizeof(columns) / sizeof(*columns); i++)
			printf("%-15.*s ", SPAN_ARG(rows_text(&rows, row, rows_column(&rows, columns[i]))));
		print_instant(wish, &rows, row, "made_at");
		print_instant(wish, &rows, row, "expires_at");
		putchar('\n');
	}
	return OK;
}

static enum err withdraw(const struct wish *wish, struct why *why)
{
	struct rows rows;

	TRY(check_name("--client", wish->client, why));
	TRY(check_name("--merchant", wish->merchant, why));
	TRY(db_begin(wish->db, why));
	TRY(db_exec(wish->db, wish->arena, &q_token_revoke, whose(wish), &rows, why));
	if (rows.affected == 0)
		return why_set(why, ERR_NOT_FOUND, "token_unknown", "%s has no live token for %s", wish->client, wish->merchant);
	queue_audit(wish, "token revoke", "");
	TRY(db_commit(wish->db, why));
	fprintf(stderr, "Revoked; running daemons forget it within %d seconds.\n", TOKEN_SECONDS);
	return OK;
}

static const char *login_name(struct arena *arena)
{
	const struct passwd *user = getpwuid(getuid());

	return user != NULL ? arena_strdup(arena, user->pw_name) : arena_printf(arena, "uid %ld", (long)getuid());
}

static struct wish read_wish(struct arena *arena, int argc, char **argv)
{
	const char *who = verb_option(argc, argv, "--who");

	return (struct wish){
		.arena = arena,
		.client = verb_option(argc, argv, "--client"),
		.merchant = verb_option(argc, argv, "--merchant"),
		.role = verb_option(argc, argv, "--role"),
		.days = verb_option(argc, argv, "--days"),
		.who = who != NULL && who[0] != '\0' ? who : login_name(arena),
	};
}

int token_verb(const struct service *service, int argc, char **argv)
{
	static const struct {
		const char *name;
		enum err (*run)(const struct wish *, struct why *);
	} acts[] = { { "create", create }, { "list", list }, { "revoke", withdraw } };
	enum err (*run)(const struct wish *, struct why *) = NULL;
	struct arena *arena = arena_open();
	struct wish wish = read_wish(arena, argc, argv);
	struct why why;
	int code = 2;

	for (size_t i = 0; argc > 0 && i < sizeof(acts) / sizeof(*acts); i++)
		if (strcmp(argv[0], acts[i].name) == 0)
			run = acts[i].run;
	if (run == NULL)
		fputs(usage, stderr);
	else
		code = verb_begin(service, argc, argv, &wish.db);
	if (run != NULL && code == 0)
		code = run(&wish, &why) == OK ? 0 : verb_fail(&why);
	db_close(wish.db);
	arena_close(arena);
	return code;
}
