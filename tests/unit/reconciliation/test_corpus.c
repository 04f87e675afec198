#include <dirent.h>
#include <stdio.h>

#include "check.h"
#include "golden.h"

/* Every statement file of the corpus, whatever its format, as `check` sees it: a table for people, of which what names no text of a file is golden. */

static const char *const folders[] = { "camt053", "camt052", "camt054", "mt940", "bai2", "ofx", "nacha", "bank_csv", "psp_settlement_csv",
	NULL };

struct table {
	struct arena *arena;
	struct text shown, golden;
	struct text said; /* of the file that is checked now */
	int files, read, refused;
	int64_t closing, quarantined, informing;
};

/* What others expect of a sample stands next to it. */
static int is_sample(const struct dirent *entry)
{
	static const char *const others[] = { ".yml", ".json", ".pydata" };
	size_t n = strlen(entry->d_name);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (n > strlen(others[i]) && !strcmp(entry->d_name + n - strlen(others[i]), others[i]))
			return 0;
	return entry->d_name[0] != '.';
}

static void hear(void *ctx, struct span line)
{
	struct table *t = ctx;
	text_printf(&t->said, "  %.*s\n", (int)(line.size < 160 ? line.size : 160), line.at);
}

/* The words of the rules that were broken, from the lines that were said. */
static void add_rules(struct text *golden, struct span said)
{
	for (int i = 1; i < RULE_COUNT; i++) {
		const char *word = rule_word((enum rule)i), *at = strstr(said.at, word);
		if (at && at[-1] == ' ' && at[strlen(word)] == ':')
			text_printf(golden, " %s", word);
	}
}

static struct checked check_file(struct table *t, struct span bytes, size_t piece)
{
	struct reading_settings settings = { .account = SPAN("CORPUS"), .currency = SPAN("EUR") };
	text_init(&t->said, t->arena);
	struct check *c = check_open(&settings, CHECK_TEXT, hear, t);
	for (bool more = true, last = false; more && !last;) {
		struct span part = span_bytes(bytes.at, bytes.size < piece ? bytes.size : piece);
		bytes = span_from(bytes, part.size);
		last = !bytes.size;
		more = check_feed(c, part, last);
	}
	struct checked checked = *check_result(c);
	check_close(c);
	return checked;
}

static void check_one(struct table *t, const char *corpus, const char *folder, const char *name)
{
	struct span bytes = read_file(t->arena, arena_printf(t->arena, "%s/%s/%s", corpus, folder, name));
	check_file(t, bytes, 13);
	struct span in_pieces = text_done(&t->said);
	struct checked c = check_file(t, bytes, bytes.size + 1);
	struct span whole = text_done(&t->said);
	assert_string_equal(in_pieces.at ? in_pieces.at : "", whole.at ? whole.at : "");
	bool refused = c.refused.rule != RULE_NONE;
	assert_true(refused || c.closing + c.quarantined + c.informing > 0);
	t->files++;
	t->read += !refused;
	t->refused += refused;
	t->closing += c.closing;
	t->quarantined += c.quarantined;
	t->informing += c.informing;
	text_printf(&t->shown, "%s/%s: %s%s\n%.*s", folder, name, c.format[0] ? c.format : "no format", refused ? ", refused" : "",
		SPAN_ARG(whole));
	text_printf(&t->golden, "%s/%s: %s %ld %ld %ld, lines %ld %ld", folder, name, refused ? "refused" : c.format, (long)c.closing,
		(long)c.quarantined, (long)c.informing, (long)c.lines, (long)c.informed);
	add_rules(&t->golden, whole);
	text_add(&t->golden, "\n");
}

static void check_folder(struct table *t, const char *corpus, const char *folder)
{
	struct dirent **names;
	int n = scandir(arena_printf(t->arena, "%s/%s", corpus, folder), &names, is_sample, alphasort);
	for (int i = 0; i < n; i++) {
		check_one(t, corpus, folder, arena_strdup(t->arena, names[i]->d_name));
		free(names[i]);
	}
	if (n >= 0)
		free(names);
}

static void every_sample_of_the_corpus_closes_informs_is_quarantined_or_refused_with_rule_and_place(void **state)
{
	const char *corpus = getenv("DUNLIN_CORPUS");
	struct table t = { .arena = *state };
	if (!corpus) {
		print_message("DUNLIN_CORPUS is not set: no real files to read\n");
		skip();
	}
	text_init(&t.shown, t.arena);
	text_init(&t.golden, t.arena);
	text_add(&t.golden, "file: format, statements that close, are quarantined, inform; lines booked, informing; rules broken\n");
	for (const char *const *folder = folders; *folder; folder++)
		check_folder(&t, corpus, *folder);
	printf("%.*s%d files: %d read, %d refused; statements: %d close, %d quarantined, %d inform\n", SPAN_ARG(text_done(&t.shown)),
		t.files, t.read, t.refused, (int)t.closing, (int)t.quarantined, (int)t.informing);
	assert_true(t.closing > 0 && t.quarantined > 0);
	assert_golden(t.arena, "reconciliation_corpus.txt", text_done(&t.golden));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ARENA(every_sample_of_the_corpus_closes_informs_is_quarantined_or_refused_with_rule_and_place),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
