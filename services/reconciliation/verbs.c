#include "verbs.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/verbs.h"
#include "http_lists.h"
#include "http_preview.h"
#include "http_sums.h"
#include "http_why.h"
#include "import.h"
#include "verb_command.h"
#include "verbs_check.h"
#include "verbs_export.h"
#include "verbs_ledger.h"
#include "verbs_profile.h"
#include "verbs_rules.h"
#include "verbs_undo.h"
#include "verbs_watch.h"

enum { EXIT_FAILED = 1, EXIT_USAGE = 2, CHUNK = 1 << 20 };

static int usage(const char *how)
{
	fprintf(stderr, "usage: reconciliation %s\n", how);
	return EXIT_USAGE;
}

/* Runs `work` with a database and an arena; its answer, or the reason on stderr. */
static int with_database(const struct service *service, int argc, char **argv,
	enum err (*work)(const struct service *, struct db *, struct arena *, int argc, char **argv, int *code, struct why *))
{
	struct db *db = NULL;
	struct why why = { 0 };
	int code = verb_begin(service, argc, argv, &db);
	if (code)
		return code;
	struct arena *arena = arena_open();
	if (work(service, db, arena, argc, argv, &code, &why) != OK)
		code = verb_fail(&why);
	arena_close(arena);
	db_close(db);
	return code;
}

/* ---- import ---- */

static int print_imported(const struct imported *i)
{
	int code = 0;
	if (i->refused.rule != RULE_NONE) {
		printf("refused: line %ld: %s: %s\n", (long)i->refused.place.line, rule_word(i->refused.rule),
			i->refused.text[0] ? i->refused.text : rule_help(i->refused.rule));
		code = EXIT_FAILED;
	} else if (!i->is_new)
		printf("imported before\n");
	if (i->informed)
		printf("informs: %ld lines\n", (long)i->informed);
	if (i->contradicted.rule != RULE_NONE) {
		printf("quarantined: line %ld: %s: %s\n", (long)i->contradicted.place.line, rule_word(i->contradicted.rule),
			i->contradicted.text);
		code = EXIT_FAILED;
	}
	for (size_t n = 0; n < i->count; n++) {
		const struct statement *s = &i->statements[n];
		printf("%-11s %.*s of %.*s, %ld lines", statement_state_word(s->state), SPAN_ARG(s->bank_ref), SPAN_ARG(s->identifier),
			(long)s->line_count);
		if (i->rules[n] == RULE_NONE)
			printf("\n");
		else
			printf(": line %ld: %s: %.*s\n", (long)s->place.line, rule_word(i->rules[n]),
				SPAN_ARG(i->reasons[n].size ? i->reasons[n] : span_of(rule_help(i->rules[n]))));
		code = i->rules[n] == RULE_NONE ? code : EXIT_FAILED;
	}
	return code;
}

static int print_preview(const struct preview *p)
{
	if (p->imported.refused.rule != RULE_NONE || !p->imported.is_new)
		return print_imported(&p->imported);
	for (size_t i = 0; i < p->statement_count; i++) {
		const struct previewed_statement *s = &p->statements[i];
		printf("%.*s of %.*s would be %s: of %ld lines %ld new, %ld of them twins; %ld matched, %ld ambiguous, %ld unmatched, %ld not looked at%s%.*s\n",
			SPAN_ARG(s->statement->bank_ref), SPAN_ARG(s->statement->identifier), statement_state_word(s->statement->state),
			(long)s->lines, (long)s->news, (long)s->twins, (long)s->matched, (long)s->ambiguous, (long)s->unmatched,
			(long)s->unseen, s->statement->rule == RULE_NONE ? "" : ": ",
			SPAN_ARG(s->statement->rule == RULE_NONE ? SPAN("") : s->statement->reason));
	}
	return 0;
}

static bool has_flag(int argc, char **argv, const char *flag)
{
	for (int i = 0; i < argc; i++)
		if (!strcmp(argv[i], flag))
			return true;
	return false;
}

static enum err import(const struct service *service, struct db *db, struct arena *arena, int argc, char **argv, int *code, struct why *why)
{
	struct import_source source;
	struct reading_settings reading;
	struct imported imported;
	struct preview preview;
	const char *slash = strrchr(argv[1], '/'), *who = verb_option(argc, argv, "--who");
	struct import_origin from = { span_of(argv[0]), SPAN("verb"), span_of(slash ? slash + 1 : argv[1]), span_of(who ? who : "") };
	(void)service;
	if (!reading_options(arena, argc, argv, &reading))
		return why_set(why, ERR_INVALID, "usage", "--charset or --profiles can't be that");
	int fd = open(argv[1], O_RDONLY | O_CLOEXEC);
	TRY(import_descriptor(arena, fd, &source, why));
	source.reading = reading;
	bool only_look = has_flag(argc, argv, "--preview");
	enum err err = only_look ? import_preview(db, arena, &from, &source, &preview, why)
				 : import_run(db, arena, &from, &source, &imported, why);
	close(fd);
	if (err == OK)
		*code = only_look ? print_preview(&preview) : print_imported(&imported);
	return err;
}

static int verb_import(const struct service *service, int argc, char **argv)
{
	return argc < 2 ? usage("import MERCHANT FILE [--who NAME] [--preview] " READING_USAGE)
			: with_database(service, argc, argv, import);
}

/* ---- accounts ---- */

static enum err define_account(
	const struct service *service, struct db *db, struct arena *arena, int argc, char **argv, int *code, struct why *why)
{
	const struct verb_command command = {
		.source = "verb:account define", .type = "dunlin.reconciliation.DefineAccount", .merchant = argv[1]
	};
	(void)arena, (void)argc, (void)code;
	return verb_command_file(service, db, command, argv[2], why);
}

static int verb_account(const struct service *service, int argc, char **argv)
{
	if (argc < 3 || strcmp(argv[0], "define") != 0)
		return usage("account define MERCHANT FILE   FILE (- for standard input) is JSON, as POST /v1/bank-accounts takes it");
	return with_database(service, argc, argv, define_account);
}

/* ---- differences ---- */

static enum err define_differences(
	const struct service *service, struct db *db, struct arena *arena, int argc, char **argv, int *code, struct why *why)
{
	const struct verb_command command = {
		.source = "verb:differences define", .type = "dunlin.reconciliation.DefineDifferences", .merchant = argv[1]
	};
	(void)arena, (void)argc, (void)code;
	return verb_command_file(service, db, command, argv[2], why);
}

static int verb_differences(const struct service *service, int argc, char **argv)
{
	if (argc < 3 || strcmp(argv[0], "define") != 0)
		return usage(
			"differences define MERCHANT FILE   FILE (- for standard input) is JSON, as POST /v1/differences/policies takes it");
	return with_database(service, argc, argv, define_differences);
}

/* ---- books ---- */

static bool wants_csv(int argc, char **argv)
{
	const char *format = verb_option(argc, argv, "--format");
	return format && !strcmp(format, "csv");
}

static void print_page(struct arena *arena, const struct listed *list, const struct rows *rows, bool csv, bool first)
{
	if (csv) {
		struct span page = rows_csv(arena, rows, list->columns), head;
		if (!first)
			span_cut(page, '\n', &head, &page);
		fwrite(page.at, 1, page.size, stdout);
		return;
	}
	for (size_t i = 0; i < rows->count; i++) {
		struct json_out out;
		struct text t;
		text_init(&t, arena);
		json_out_init(&out, &t);
		json_out_object(&out, NULL);
		rows_members(&out, arena, rows, i, list->columns);
		json_out_object_end(&out);
		json_out_done(&out);
		printf("%.*s\n", SPAN_ARG(text_done(&t)));
	}
}

/* The whole list, page by page, one row a line. */
static enum err print_list(struct db *db, const struct listed *list, const char *merchant, bool csv, struct why *why)
{
	struct uuid after = { 0 };
	struct rows rows = { 0 };
	bool first = true;
	do {
		struct arena *arena = arena_open();
		struct args *args = args_new(arena);
		args_text(args, span_of(merchant));
		args_int8(args, (int64_t)list->most);
		args_uuid(args, after);
		for (const char *const *f = list->filters; *f; f++)
			args_text(args, SPAN(""));
		enum err err = db_exec(db, arena, list->query, args, &rows, why);
		if (err == OK)
			print_page(arena, list, &rows, csv, first);
		if (err == OK && rows.count)
			after = rows_uuid(&rows, rows.count - 1, 0);
		arena_close(arena);
		TRY(err);
		first = false;
	} while (rows.count == list->most);
	return OK;
}

static enum err journal(
	const struct service *service, struct db *db, struct arena *arena, int argc, char **argv, int *code, struct why *why)
{
	(void)service, (void)arena, (void)code;
	return print_list(db, &list_journal, argv[0], wants_csv(argc, argv), why);
}

static enum err exceptions(
	const struct service *service, struct db *db, struct arena *arena, int argc, char **argv, int *code, struct why *why)
{
	(void)service, (void)arena, (void)code;
	return print_list(db, &list_exceptions, argv[0], wants_csv(argc, argv), why);
}

static enum err trial_balance(
	const struct service *service, struct db *db, struct arena *arena, int argc, char **argv, int *code, struct why *why)
{
	struct moment moment;
	struct span body;
	(void)service, (void)code;
	TRY(moment_read(span_of(verb_option(argc, argv, "--as-of")), span_of(verb_option(argc, argv, "--known-at")),
		span_of(verb_option(argc, argv, "--account")), &moment, why));
	TRY(sums_trial_balance(db, arena, span_of(argv[0]), &moment, wants_csv(argc, argv), &body, why));
	printf("%.*s%s", SPAN_ARG(body), wants_csv(argc, argv) ? "" : "\n");
	return OK;
}

static enum err proof(const struct service *service, struct db *db, struct arena *arena, int argc, char **argv, int *code, struct why *why)
{
	struct span body;
	bool holds;
	(void)service;
	if (has_flag(argc, argv, "--recount"))
		TRY(sums_recount(db, arena, span_of(argv[0]), &body, &holds, why));
	else
		TRY(sums_proof(db, arena, span_of(argv[0]), &body, &holds, why));
	printf("%.*s\n", SPAN_ARG(body));
	*code = holds ? 0 : EXIT_FAILED;
	return OK;
}

#define TRIAL_BALANCE "trial-balance MERCHANT [--as-of DAY] [--known-at INSTANT] [--account ACCOUNT] [--format csv]"
static enum err why_verb(
	const struct service *service, struct db *db, struct arena *arena, int argc, char **argv, int *code, struct why *why)
{
	const char *format = verb_option(argc, argv, "--format");
	struct span body;
	bool json = format && !strcmp(format, "json");
	(void)service, (void)code;
	TRY(why_tell(db, arena, span_of(argv[0]), span_of(argv[1]), !json, &body, why));
	printf("%.*s%s", SPAN_ARG(body), json ? "\n" : "");
	return OK;
}

static int verb_why(const struct service *service, int argc, char **argv)
{
	return argc < 2 || argv[0][0] == '-' ? usage("why MERCHANT ID|NUMBER [--format json]")
					     : with_database(service, argc, argv, why_verb);
}

#define BOOK_VERB(name, how)                                                                                  \
	static int verb_##name(const struct service *service, int argc, char **argv)                          \
	{                                                                                                     \
		return argc < 1 || argv[0][0] == '-' ? usage(how) : with_database(service, argc, argv, name); \
	}

BOOK_VERB(journal, "journal MERCHANT [--format csv]")
BOOK_VERB(exceptions, "exceptions MERCHANT [--format csv]")
BOOK_VERB(trial_balance, TRIAL_BALANCE)
BOOK_VERB(proof, "proof MERCHANT [--recount]")

const struct verb reconciliation_verbs[] = {
	{ "import",
		"import MERCHANT FILE [--who NAME] [--preview]: a statement file of any format and size into staging, or what that would do",
		verb_import },
	{ "undo", "undo MERCHANT STATEMENT --who NAME --why TEXT: takes the import of a statement back while nothing final depends on it",
		verb_undo },
	{ "check", "check FILE: what an import would say of it, without a database; exit 1 when it is refused or would be quarantined",
		verb_check },
	{ "profile",
		"profile list | keys | show NAME | check FILE | define MERCHANT FILE: profiles of CSV files, those that come with Dunlin and one's own",
		verb_profile },
	{ "watch", "watch [--once]: takes statement files from the folders of the setting statement_folders, until it is stopped",
		verb_watch },
	{ "account", "account define MERCHANT FILE: a bank account", verb_account },
	{ "differences", "differences define MERCHANT FILE: what may lack of a payment in a currency, or be too much, and still settle it",
		verb_differences },
	{ "trial-balance", TRIAL_BALANCE ": every account's sums", verb_trial_balance },
	{ "journal", "journal MERCHANT [--format csv]: every transfer, one a line", verb_journal },
	{ "exceptions", "exceptions MERCHANT [--format csv]: what somebody has to look at, one a line", verb_exceptions },
	{ "why", "why MERCHANT ID|NUMBER [--format json]: the chain of causes of a line, an invoice or a payment", verb_why },
	{ "proof", "proof MERCHANT [--recount]: both sums, term by term, or counted from every row; exit 1 unless they hold", verb_proof },
	{ "ledger", LEDGER_USAGE ": the journal against its seal; the first entry that does not fit, exit 1", verb_ledger },
	{ "export", EXPORT_USAGE ": the journal of a closed month for an accounting system", verb_export },
	{ "rules", RULES_USAGE ": a merchant's rule sets; replay: stored lines through one, each that comes out otherwise",
		verb_rule_sets },
	{ NULL, NULL, NULL },
};
