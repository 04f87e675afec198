#include "statements.h"

#include <stdio.h>

static void add_field(struct text *t, const char *name, struct span value)
{
	if (value.size)
		text_printf(t, " %s=%.*s", name, SPAN_ARG(value));
}

static void add_amounts(struct text *t, const struct reading_line *l)
{
	struct arena *a = t->arena;
	if (l->has_original)
		text_printf(t, " instructed %s", money_text(a, l->original));
	add_field(t, "rate", l->rate);
	for (int i = 0; i < l->charge_count; i++) {
		const struct reading_charge *c = &l->charges[i];
		text_printf(t, " charge %s%s", money_text(a, c->amount), c->included ? " included" : "");
		add_field(t, "kind", c->kind);
		add_field(t, "bearer", c->bearer);
	}
	add_field(t, "value", l->value_written);
	if (l->has_balance)
		text_printf(t, " then %s", money_text(a, l->balance));
}

static enum err told_line(void *ctx, const struct reading_line *l, struct why *why)
{
	struct text *t = ctx;
	struct arena *a = t->arena;
	(void)why;
	assert_true(l->account.size > 0);
	text_printf(t, "%s %d.%d at %d: %s %s/%s", l->informs ? "inform" : "line", l->statement, (int)l->number, (int)l->place.line,
		money_text(a, l->amount), date_text(a, l->booking), date_text(a, l->value));
	add_field(t, "status", l->status);
	text_add(t, l->rest ? " rest" : "");
	text_add(t, l->reversal ? " reversal" : "");
	add_field(t, "e2e", l->end_to_end);
	add_field(t, "bank", l->bank_ref);
	add_field(t, "tx", l->transaction_ref);
	add_field(t, "mandate", l->mandate);
	add_field(t, "batch", l->batch_ref);
	for (int i = 0; i < l->reference_count; i++)
		add_field(t, "ref", l->references[i]);
	for (int i = 0; i < l->text_count; i++)
		text_printf(t, " \"%.*s\"", SPAN_ARG(l->texts[i]));
	add_field(t, "name", l->party_name);
	add_field(t, "iban", l->party_iban);
	add_field(t, "account", l->party_account);
	add_field(t, "agent", l->party_bank);
	add_field(t, "customer", l->party_customer);
	add_field(t, "ultimate", l->party_ultimate);
	add_field(t, "code", l->code);
	add_field(t, "own", l->bank_code);
	add_field(t, "return", l->return_reason);
	add_field(t, "because", l->return_text);
	add_field(t, "original", l->original_ref);
	add_amounts(t, l);
	text_add(t, "\n");
	return OK;
}

static enum err told_statement(void *ctx, const struct reading_statement *s, struct why *why)
{
	struct text *t = ctx;
	struct arena *a = t->arena;
	(void)why;
	text_printf(t, "%s %d at %d: %.*s of %.*s %s..%s, %s %d lines %d to %s", reading_kind_word(s->kind), s->statement,
		(int)s->place.line, SPAN_ARG(s->id), SPAN_ARG(s->account), s->has_from ? date_text(a, s->from) : "-",
		s->has_to ? date_text(a, s->to) : "-", s->has_opening ? money_text(a, s->opening) : "-", (int)s->line_count,
		(int)s->line_sum, s->has_closing ? money_text(a, s->closing) : "-");
	if (s->sequence)
		text_printf(t, " no. %d", (int)s->sequence);
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

struct span statement_told(struct arena *arena, struct span document, size_t piece)
{
	struct text t;
	text_init(&t, arena);
	struct reading_sink sink = {
		.ctx = &t, .line = told_line, .statement = told_statement, .broken = told_broken, .inform = told_line
	};
	struct reading *r = reading_open(&sink, NULL);
	struct why why = { 0 };
	enum err err = OK;
	if (piece == 0)
		piece = document.size + 1;
	for (size_t at = 0; err == OK && at <= document.size; at += piece) {
		size_t size = document.size - at < piece ? document.size - at : piece;
		err = reading_feed(r, span_bytes(document.at + at, size), at + piece > document.size, &why);
	}
	if (err != OK)
		text_printf(&t, "%s: %s\n", why.code, why.text);
	reading_close(r);
	return text_done(&t);
}

struct span statement_document(struct arena *arena, const char *statements)
{
	return span_of(arena_printf(arena,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\">\n<BkToCstmrStmt><GrpHdr><MsgId>1</MsgId></GrpHdr>\n"
		"%s\n</BkToCstmrStmt></Document>\n",
		statements));
}

const char *statement_of(struct arena *arena, const char *closing, const char *entries)
{
	return arena_printf(arena,
		"<Stmt><Id>S1</Id><Acct><Id><IBAN>DE02120300000000202051</IBAN></Id><Ccy>EUR</Ccy></Acct>"
		"<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">100.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-03-01</Dt></Dt></Bal>"
		"<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">%s</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-03-02</Dt></Dt></Bal>\n"
		"%s</Stmt>",
		closing, entries);
}

const char *statement_entry(struct arena *arena, const char *amount, const char *indicator, const char *rest)
{
	return arena_printf(arena,
		"<Ntry><Amt Ccy=\"EUR\">%s</Amt><CdtDbtInd>%s</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-03-02</Dt></BookgDt>%s</Ntry>\n",
		amount, indicator, rest);
}
