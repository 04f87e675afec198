#include "told.h"

#include <stdio.h>

static void add_field(struct text *t, const char *name, struct span value)
{
	if (value.size)
		text_printf(t, " %s=%.*s", name, SPAN_ARG(value));
}

static void add_money(struct text *t, const char *name, struct money money)
{
	text_printf(t, " %s=%s", name, money_text(t->arena, money));
}

static void add_charges(struct text *t, const struct reading_line *l)
{
	for (int i = 0; i < l->charge_count; i++) {
		add_money(t, l->charges[i].included ? "less" : "charge", l->charges[i].amount);
		text_printf(t, "%s%.*s", l->charges[i].kind.size ? ":" : "", SPAN_ARG(l->charges[i].kind));
	}
}

static void add_lists(struct text *t, const struct reading_line *l)
{
	for (int i = 0; i < l->reference_count; i++)
		add_field(t, "ref", l->references[i]);
	for (int i = 0; i < l->text_count; i++)
		text_printf(t, " \"%.*s\"", SPAN_ARG(l->texts[i]));
}

static enum err told_line(void *ctx, const struct reading_line *l, struct why *why)
{
	struct text *t = ctx;
	(void)why;
	text_printf(t, "%s %d.%d at %d: %s %s", l->informs ? "inform" : "line", l->statement, (int)l->number, (int)l->place.line,
		money_text(t->arena, l->amount), date_text(t->arena, l->booking));
	if (date_compare(l->booking, l->value) != 0)
		text_printf(t, "/%s", date_text(t->arena, l->value));
	text_add(t, l->reversal ? " reversal" : "");
	if (l->has_balance)
		add_money(t, "balance", l->balance);
	if (l->has_original)
		add_money(t, "original", l->original);
	add_field(t, "rate", l->rate);
	add_charges(t, l);
	add_field(t, "status", l->status);
	add_field(t, "e2e", l->end_to_end);
	add_field(t, "bank", l->bank_ref);
	add_field(t, "tx", l->transaction_ref);
	add_field(t, "id", l->own_id);
	add_field(t, "mandate", l->mandate);
	add_field(t, "batch", l->batch_ref);
	add_lists(t, l);
	add_field(t, "name", l->party_name);
	add_field(t, "iban", l->party_iban);
	add_field(t, "account", l->party_account);
	add_field(t, "bic", l->party_bank);
	add_field(t, "customer", l->party_customer);
	add_field(t, "code", l->code);
	add_field(t, "own", l->bank_code);
	add_field(t, "return", l->return_reason);
	add_field(t, "because", l->return_text);
	add_field(t, "of", l->original_ref);
	text_add(t, "\n");
	return OK;
}

static enum err told_statement(void *ctx, const struct reading_statement *s, struct why *why)
{
	struct text *t = ctx;
	struct arena *a = t->arena;
	(void)why;
	text_printf(t, "%s %d: %.*s of %.*s %s..%s", reading_kind_word(s->kind), s->statement, SPAN_ARG(s->id), SPAN_ARG(s->account),
		s->has_from ? date_text(a, s->from) : "-", s->has_to ? date_text(a, s->to) : "-");
	text_printf(t, ", %s", s->has_opening ? money_text(a, s->opening) : "-");
	if (s->kind == READING_STATEMENT)
		text_printf(t, " %d lines %d", (int)s->line_count, (int)s->line_sum);
	text_printf(t, " to %s", s->has_closing ? money_text(a, s->closing) : "-");
	if (s->skipped)
		text_printf(t, " skipped %d", (int)s->skipped);
	if (s->violations)
		text_printf(t, " broken %d", s->violations);
	text_add(t, "\n");
	return OK;
}

static enum err told_broken(void *ctx, int statement, const struct violation *v, struct why *why)
{
	(void)why;
	text_printf(ctx, "broken %d at %d: %s: %s\n", statement, (int)v->place.line, rule_word(v->rule), v->text);
	return OK;
}

static const char *in_pieces(struct arena *arena, struct span file, const struct reading_settings *settings, size_t piece)
{
	struct text t;
	text_init(&t, arena);
	struct reading_sink sink = {
		.ctx = &t, .line = told_line, .statement = told_statement, .broken = told_broken, .inform = told_line
	};
	struct reading *r = reading_open(&sink, settings);
	struct why why = { 0 };
	enum err err = OK;
	for (bool last = false; err == OK && !last;) {
		struct span part = span_bytes(file.at, file.size < piece ? file.size : piece);
		file = span_from(file, part.size);
		last = file.size == 0;
		err = reading_feed(r, part, last, &why);
	}
	if (err != OK)
		text_printf(&t, "refused: %s: %s\n", why.code, why.text);
	reading_close(r);
	return text_done(&t).at;
}

const char *told(struct arena *arena, struct span file, const struct reading_settings *settings)
{
	const char *whole = in_pieces(arena, file, settings, file.size + 1);
	for (size_t piece = 1; piece < 8; piece += 3)
		assert_string_equal(whole, in_pieces(arena, file, settings, piece));
	return whole;
}

const char *told_text(struct arena *arena, const char *file)
{
	return told(arena, span_of(file), NULL);
}
