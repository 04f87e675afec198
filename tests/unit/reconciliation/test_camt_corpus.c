#include "statements.h"

#include <dirent.h>
#include <stdio.h>

/* Every camt.053 of the corpus through reader and gate, as a table for people: what closes, and which rule the others break where. */

struct tally {
	const char *file;
	int statements, closed, quarantined;
	int64_t lines;
	struct violation first[64]; /* of each statement */
	struct span told;
	struct text *table;
};

static enum err count_line(void *ctx, const struct reading_line *l, struct why *why)
{
	struct tally *t = ctx;
	(void)l, (void)why;
	t->lines++;
	return OK;
}

static enum err note_broken(void *ctx, int statement, const struct violation *v, struct why *why)
{
	struct tally *t = ctx;
	(void)why;
	if (statement < 64 && t->first[statement].rule == RULE_NONE)
		t->first[statement] = *v;
	return OK;
}

static enum err close_statement(void *ctx, const struct reading_statement *s, struct why *why)
{
	struct tally *t = ctx;
	const struct violation *v = &t->first[s->statement & 63];
	struct arena *a = t->table->arena;
	(void)why;
	t->statements++;
	text_printf(t->table, "%-58s %-26.*s %5d ", t->file, SPAN_ARG(s->id), (int)s->line_count);
	if (s->violations) {
		t->quarantined++;
		text_printf(t->table, "quarantined, line %d: %s (%s)\n", (int)v->place.line, rule_word(v->rule), v->text);
	} else if (s->opening.minor + s->line_sum != s->closing.minor) {
		t->quarantined++;
		text_printf(t->table, "quarantined, line %d: %s (%s + %s is not %s)\n", (int)s->closing_place.line,
			rule_word(RULE_NOT_CLOSING), money_digits(a, s->opening),
			money_digits(a, (struct money){ s->line_sum, s->currency }), money_digits(a, s->closing));
	} else {
		t->closed++;
		text_printf(t->table, "closes at %s\n", money_text(a, s->closing));
	}
	return OK;
}

static void read_one(struct arena *arena, const char *path, const char *name, struct text *table, struct tally *total)
{
	struct tally t = { .file = name, .table = table };
	struct reading_sink sink = { .ctx = &t, .line = count_line, .statement = close_statement, .broken = note_broken };
	struct reading *r = reading_open(&sink, NULL);
	struct why why = { 0 };
	enum err err = reading_feed(r, read_file(arena, path), true, &why);
	if (err != OK)
		text_printf(table, "%-58s %-26s %5s refused, line %d: %s (%s)\n", name, "", "", (int)reading_violation(r)->place.line,
			why.code, reading_violation(r)->text);
	assert_true(err == OK || reading_violation(r)->rule != RULE_NONE);
	assert_true(err != OK || t.statements > 0);
	total->statements += t.statements;
	total->closed += t.closed;
	total->quarantined += t.quarantined + (err != OK);
	total->lines += t.lines;
	reading_close(r);
}

static int is_xml(const struct dirent *entry)
{
	size_t n = strlen(entry->d_name);
	return n > 4 && !strcmp(entry->d_name + n - 4, ".xml");
}

static void every_statement_of_the_corpus_closes_or_is_quarantined_with_rule_and_line(void **state)
{
	const char *corpus = getenv("DUNLIN_CORPUS");
	struct arena *arena = *state;
	struct tally total = { 0 };
	struct dirent **names;
	struct text table;
	if (!corpus) {
		print_message("DUNLIN_CORPUS is not set: no real files to read\n");
		skip();
	}
	text_init(&table, arena);
	int n = scandir(arena_printf(arena, "%s/camt053", corpus), &names, is_xml, alphasort);
	assert_true(n > 0);
	for (int i = 0; i < n; i++) {
		read_one(arena, arena_printf(arena, "%s/camt053/%s", corpus, names[i]->d_name), arena_strdup(arena, names[i]->d_name),
			&table, &total);
		free(names[i]);
	}
	free(names);
	printf("%-58s %-26s lines outcome\n%.*s%d files, %d statements, %d lines: %d close, %d quarantined or refused\n", "file",
		"statement", SPAN_ARG(text_done(&table)), n, total.statements, (int)total.lines, total.closed, total.quarantined);
	assert_true(total.closed > 0 && total.quarantined > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ARENA(every_statement_of_the_corpus_closes_or_is_quarantined_with_rule_and_line),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
