/*
 * reading: what must hold of any reader of files, whatever the bytes: whole and in pieces it tells the same, lines sum to what the statement says, and every
 * fault has a rule and a place.
 */
#ifndef DUNLIN_TESTS_FUZZ_READING_H
#define DUNLIN_TESTS_FUZZ_READING_H

#include "../fuzz.h"
#include "line.h"
#include "readers/readers.h"

struct heard {
	int64_t lines, informs, sum;
	int statements, broken;
	bool overflowed;
	struct digest digest;
};

static inline void hear_texts(struct heard *h, const struct reading_line *l)
{
	const struct span spans[] = { l->end_to_end, l->own_id, l->bank_ref, l->transaction_ref, l->account, l->party_iban, l->party_name,
		l->party_account, l->party_bank, l->party_customer, l->code, l->bank_code, l->return_reason, l->return_text,
		l->original_ref, l->status, l->rate, l->mandate, l->batch_ref };
	for (size_t i = 0; i < sizeof(spans) / sizeof(spans[0]); i++)
		demand(span_is_utf8(spans[i]), "what is told is UTF-8");
	for (int i = 0; i < l->charge_count; i++)
		demand(span_is_utf8(l->charges[i].kind), "kinds of charges are UTF-8");
	for (int i = 0; i < l->text_count; i++)
		demand(span_is_utf8(l->texts[i]), "texts are UTF-8");
	for (int i = 0; i < l->reference_count; i++)
		demand(span_is_utf8(l->references[i]), "references are UTF-8");
	struct digest both[2] = { h->digest, digest_list(spans, sizeof(spans) / sizeof(spans[0])) };
	h->digest = digest_sha256(span_bytes(both, sizeof(both)));
}

static inline void hear_line(struct heard *h, const struct reading_line *l)
{
	struct digest both[2] = { h->digest, line_key(SPAN("account"), l) };
	h->digest = digest_sha256(span_bytes(both, sizeof(both)));
	hear_texts(h, l);
	demand(l->statement == h->statements, "a line is of the statement that is open");
	demand(llabs(l->amount.minor) < MONEY_LIMIT && currency_exponent(l->amount.currency) >= 0, "an amount is money");
	demand(l->place.line >= 1 && l->place.byte >= 0, "a line has a place");
	demand(l->reference_count <= READING_REFERENCES && l->text_count <= READING_TEXTS && l->charge_count <= READING_CHARGES,
		"lists have an end");
	demand(date_parts(l->booking).year >= 1 && date_parts(l->value).year >= 1, "dates are of the calendar");
}

static inline enum err heard_line(void *ctx, const struct reading_line *l, struct why *why)
{
	struct heard *h = ctx;
	(void)why;
	hear_line(h, l);
	demand(!l->informs && l->amount.minor && l->number == ++h->lines, "a booking moves money and has the next number");
	h->overflowed |= __builtin_add_overflow(h->sum, l->amount.minor, &h->sum);
	return OK;
}

static inline enum err heard_inform(void *ctx, const struct reading_line *l, struct why *why)
{
	struct heard *h = ctx;
	(void)why;
	hear_line(h, l);
	demand(l->informs && l->number == ++h->informs, "what informs has a number of its own");
	return OK;
}

static inline enum err heard_broken(void *ctx, int statement, const struct violation *v, struct why *why)
{
	struct heard *h = ctx;
	(void)why;
	demand(statement == h->statements && v->rule != RULE_NONE && !rule_is_fatal(v->rule) && v->place.line >= 1,
		"a fault has rule and place");
	demand(v->text[0] && span_is_utf8(span_of(v->text)), "a fault says in UTF-8 what it is");
	h->broken++;
	return OK;
}

static inline enum err heard_statement(void *ctx, const struct reading_statement *s, struct why *why)
{
	struct heard *h = ctx;
	(void)why;
	demand(span_is_utf8(s->id) && span_is_utf8(s->account), "what names a statement is UTF-8");
	demand(s->statement == h->statements && s->line_count == h->lines && s->skipped == h->informs, "every line is counted");
	demand((s->violations == 0) == (h->broken == 0), "a statement is broken where a rule is");
	demand(s->violations || (s->line_sum == h->sum && !h->overflowed), "lines sum to what the statement says");
	demand(s->violations || s->kind != READING_STATEMENT ||
			(s->id.size && s->account.size && s->has_opening && s->has_closing && s->has_currency && s->has_from && s->has_to),
		"a statement that breaks no rule has all that it must");
	demand(!s->has_from || !s->has_to || date_compare(s->from, s->to) <= 0, "a period ends after it begins");
	*h = (struct heard){ .statements = h->statements + 1, .digest = h->digest };
	return OK;
}

static inline struct heard hear(
	const struct reader *reader, const struct reading_settings *settings, struct span bytes, size_t piece, enum rule *rule)
{
	struct heard heard = { 0 };
	struct reading_sink sink = {
		.ctx = &heard, .line = heard_line, .statement = heard_statement, .broken = heard_broken, .inform = heard_inform
	};
	void *state = reader->open(&sink, settings);
	struct why why = { 0 };
	enum err err = OK;
	for (bool last = false; err == OK && !last;) {
		struct span part = span_bytes(bytes.at, bytes.size < piece ? bytes.size : piece);
		bytes = span_from(bytes, part.size);
		last = bytes.size == 0;
		err = reader->feed(state, part, last, &why);
	}
	*rule = reader->violation(state)->rule;
	demand(err == OK || (err == ERR_INVALID && rule_is_fatal(*rule) && why.code[0] && why.text[0] && span_is_utf8(span_of(why.text))),
		"a refusal has a rule and a reason");
	demand(err != OK || heard.statements > 0, "a file that is read holds a statement");
	reader->close(state);
	return heard;
}

/* The file by this reader, whatever its first bytes look like. */
static inline void read_by(const struct reader *reader, const struct reading_settings *settings, struct span bytes)
{
	enum rule whole, cut;
	struct heard one = hear(reader, settings, bytes, bytes.size + 1, &whole), other = hear(reader, settings, bytes, 7, &cut);
	int sure = reader->looks_like(bytes, settings);
	demand(sure >= READER_NO && sure <= 100, "certainty is a share of a hundred");
	/* Of several faults another may be seen first: Expat looks at a long name again only when there is more of it. */
	demand((whole == RULE_NONE) == (cut == RULE_NONE), "how a file is cut does not matter");
	demand(whole != RULE_NONE || (one.statements == other.statements && digest_equal(&one.digest, &other.digest, sizeof(one.digest))),
		"what a good file says does not depend on its pieces");
}

#endif
