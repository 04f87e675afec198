#include "import_account.h"

#include <ctype.h>
#include <stdio.h>

#include "reconciliation_queries.h"

struct files_of_account {
	struct span identifier, format, profile;
	enum charset charset;
};

static struct files_of_account read_files(const struct rows *r, size_t row)
{
	return (struct files_of_account){ rows_text(r, row, rows_column(r, "identifier")), rows_text(r, row, rows_column(r, "format")),
		rows_text(r, row, rows_column(r, "profile")), charset_find(rows_text(r, row, rows_column(r, "charset"))) };
}

/* As account_identifier() compares, with nothing allocated: a file may have any number of statements. */
static bool is_same(struct span identifier, struct span written)
{
	size_t n = 0;
	for (size_t i = 0; i < written.size; i++) {
		unsigned char c = (unsigned char)written.at[i];
		if (isspace(c))
			continue;
		if (n == identifier.size || identifier.at[n++] != (char)toupper(c))
			return false;
	}
	return n == identifier.size;
}

static const struct files_of_account *find(const struct account_settings *s, struct span account)
{
	for (size_t i = 0; account.size && i < s->count; i++)
		if (is_same(s->accounts[i].identifier, account))
			return &s->accounts[i];
	return NULL;
}

enum err account_settings_load(struct db *db, struct arena *arena, struct span merchant, struct reading_settings *given,
	struct account_settings *out, struct why *why)
{
	struct args *args = args_new(arena);
	struct rows rows;
	args_text(args, merchant);
	TRY(db_exec(db, arena, &q_account_files, args, &rows, why));
	struct files_of_account *accounts = ARENA_ARRAY(arena, struct files_of_account, rows.count + 1);
	for (size_t i = 0; i < rows.count; i++)
		accounts[i] = read_files(&rows, i);
	*out = (struct account_settings){ accounts, rows.count, *given };
	const struct files_of_account *named = find(out, given->account);
	if (named && !given->profile.size)
		given->profile = named->profile;
	if (named && given->charset == CHARSET_AUTO)
		given->charset = named->charset;
	return OK;
}

void account_settings_hold(const struct account_settings *s, struct span account, struct reading_settings *settings)
{
	const struct files_of_account *files = find(s, account);
	settings->charset = s->given.charset != CHARSET_AUTO || !files ? s->given.charset : files->charset;
}

bool account_settings_allow(
	const struct account_settings *s, struct span account, const char *format, struct place place, struct violation *violation)
{
	const struct files_of_account *files = find(s, account);
	if (!files || !files->format.size || span_is(files->format, format))
		return true;
	*violation = (struct violation){ .rule = RULE_ACCOUNT_FORMAT, .place = place };
	snprintf(
		violation->text, sizeof(violation->text), "this is %s, the account's statements are %.*s", format, SPAN_ARG(files->format));
	return false;
}
