/*
 * A statement file, whole and in pieces: the same is told, lines sum to what the statement says, and every fault has a rule and a place.
 */
#include <stdlib.h>
#include <string.h>

#include "line.h"
#include "readers/readers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
	if (!holds)
		abort();
}

struct told {
	int64_t lines, sum;
	int statement, statements, broken;
	bool overflowed;
	struct digest digest;
};

static enum err told_line(void *ctx, const struct reading_line *l, struct why *why)
{
	struct told *t = ctx;
	struct digest both[2] = { t->digest, line_key(SPAN("account"), l) };
	(void)why;
	demand(l->statement == t->statements && l->number == t->lines + 1);
	demand(l->amount.minor && llabs(l->amount.minor) < MONEY_LIMIT && strlen(l->amount.currency.code) == 3);
	demand(l->place.line >= 1 && l->place.byte >= 0 && l->account.size);
	demand(l->reference_count <= READING_REFERENCES && l->text_count <= READING_TEXTS);
	demand(date_parts(l->booking).year >= 1 && date_parts(l->value).year >= 1);
	t->digest = digest_sha256(span_bytes(both, sizeof(both)));
	t->lines++;
	t->overflowed |= __builtin_add_overflow(t->sum, l->amount.minor, &t->sum);
	return OK;
}

static enum err told_broken(void *ctx, int statement, const struct violation *v, struct why *why)
{
	struct told *t = ctx;
	(void)why;
	demand(statement == t->statements && v->rule != RULE_NONE && v->rule < RULE_COUNT && !rule_is_fatal(v->rule) && v->place.line >= 1);
	t->broken++;
	return OK;
}

static enum err told_statement(void *ctx, const struct reading_statement *s, struct why *why)
{
	struct told *t = ctx;
	(void)why;
	demand(s->statement == t->statements && s->line_count == t->lines);
	demand(s->violations || (s->line_sum == t->sum && !t->overflowed));
	demand(s->violations ||
		(s->id.size && s->account.size && s->has_opening && s->has_closing && s->has_currency && s->has_from && s->has_to));
	demand((s->violations == 0) == (t->broken == 0));
	demand(!s->has_from || !s->has_to || date_compare(s->from, s->to) <= 0);
	t->statements++;
	t->lines = t->sum = 0;
	t->broken = 0;
	t->overflowed = false;
	return OK;
}

static struct told read_in(struct span bytes, size_t piece, enum rule *rule)
{
	struct told told = { 0 };
	struct reading_sink sink = { .ctx = &told, .line = told_line, .statement = told_statement, .broken = told_broken };
	struct reading *reader = reading_open(&sink, NULL);
	struct why why = { 0 };
	enum err err = OK;
	for (bool last = false; err == OK && !last;) {
		struct span part = span_bytes(bytes.at, bytes.size < piece ? bytes.size : piece);
		bytes = span_from(bytes, part.size);
		last = bytes.size == 0;
		err = reading_feed(reader, part, last, &why);
	}
	*rule = reading_violation(reader)->rule;
	demand(err == OK || (err == ERR_INVALID && rule_is_fatal(*rule) && why.code[0] && why.text[0]));
	demand(err != OK || told.statements > 0);
	reading_close(reader);
	return told;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span bytes = span_bytes(data, size);
	enum rule whole, cut;
	struct told one = read_in(bytes, size + 1, &whole), other = read_in(bytes, 7, &cut);
	/* A fault may be seen a piece later or earlier, but what a good file says does not depend on its pieces. */
	demand((whole == RULE_NONE) == (cut == RULE_NONE));
	if (whole == RULE_NONE)
		demand(one.statements == other.statements && digest_equal(&one.digest, &other.digest, sizeof(one.digest)));
	return 0;
}
