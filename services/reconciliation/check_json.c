#include "check_json.h"

#include "json_out.h"

static struct json_out begin(struct text *t, struct arena *arena, const char *is)
{
	struct json_out out;
	text_init(t, arena);
	json_out_init(&out, t);
	json_out_object(&out, NULL);
	json_out_string(&out, "is", is);
	return out;
}

static struct span end(struct json_out *out, const struct text *t)
{
	json_out_object_end(out);
	json_out_done(out);
	return text_done(t);
}

static void place(struct json_out *out, struct place at)
{
	json_out_int(out, "line", at.line);
	json_out_int(out, "byte", at.byte);
}

/* What a line doesn't say is left out. */
static void said(struct json_out *out, const char *name, struct span text)
{
	if (text.size)
		json_out_span(out, name, text);
}

static void list(struct json_out *out, const char *name, const struct span *texts, int n)
{
	if (!n)
		return;
	json_out_array(out, name);
	for (int i = 0; i < n; i++)
		json_out_span(out, NULL, texts[i]);
	json_out_array_end(out);
}

static void charges(struct json_out *out, const struct reading_line *l)
{
	if (!l->charge_count)
		return;
	json_out_array(out, "charges");
	for (int i = 0; i < l->charge_count; i++) {
		const struct reading_charge *c = &l->charges[i];
		json_out_object(out, NULL);
		json_out_money(out, "amount", c->amount);
		json_out_bool(out, "included", c->included);
		said(out, "kind", c->kind);
		said(out, "bearer", c->bearer);
		json_out_object_end(out);
	}
	json_out_array_end(out);
}

static void amounts(struct json_out *out, const struct reading_line *l)
{
	json_out_money(out, "amount", l->amount);
	if (l->has_original)
		json_out_money(out, "original", l->original);
	said(out, "rate", l->rate);
	charges(out, l);
	if (l->has_balance)
		json_out_money(out, "balance", l->balance);
}

static void references(struct json_out *out, const struct reading_line *l)
{
	said(out, "end_to_end", l->end_to_end);
	said(out, "bank_ref", l->bank_ref);
	said(out, "transaction_ref", l->transaction_ref);
	said(out, "mandate", l->mandate);
	said(out, "batch_ref", l->batch_ref);
	said(out, "original_ref", l->original_ref);
	list(out, "structured_references", l->references, l->reference_count);
	list(out, "texts", l->texts, l->text_count);
}

static void party(struct json_out *out, const struct reading_line *l)
{
	said(out, "party_name", l->party_name);
	said(out, "party_ultimate", l->party_ultimate);
	said(out, "party_iban", l->party_iban);
	said(out, "party_account", l->party_account);
	said(out, "party_bank", l->party_bank);
	said(out, "party_customer", l->party_customer);
}

struct span check_json_line(struct arena *arena, const struct reading_line *l)
{
	struct text t;
	struct json_out out = begin(&t, arena, l->informs ? "information" : "booking");
	json_out_int(&out, "statement", l->statement);
	json_out_int(&out, "number", l->number);
	place(&out, l->place);
	said(&out, "account", l->account);
	json_out_date(&out, "booking_date", l->booking);
	json_out_date(&out, "value_date", l->value);
	said(&out, "value_written", l->value_written);
	amounts(&out, l);
	json_out_bool(&out, "rest", l->rest);
	json_out_bool(&out, "reversal", l->reversal);
	said(&out, "status", l->status);
	references(&out, l);
	party(&out, l);
	said(&out, "code", l->code);
	said(&out, "bank_code", l->bank_code);
	said(&out, "return_reason", l->return_reason);
	said(&out, "return_text", l->return_text);
	return end(&out, &t);
}

static void violation(struct json_out *out, const struct violation *v)
{
	json_out_string(out, "rule", rule_word(v->rule));
	place(out, v->place);
	json_out_string(out, "reason", v->text[0] ? v->text : rule_help(v->rule));
}

struct span check_json_statement(
	struct arena *arena, const struct reading_statement *s, const char *verdict, const struct violation *broken, size_t n)
{
	struct text t;
	struct json_out out = begin(&t, arena, "statement");
	json_out_int(&out, "statement", s->statement);
	json_out_string(&out, "kind", reading_kind_word(s->kind));
	json_out_string(&out, "verdict", verdict);
	place(&out, s->place);
	json_out_span(&out, "id", s->id);
	json_out_span(&out, "account", s->account);
	json_out_int(&out, "sequence", s->sequence);
	json_out_int(&out, "lines", s->line_count);
	json_out_int(&out, "informed", s->skipped);
	if (s->has_opening)
		json_out_money(&out, "opening", s->opening);
	if (s->has_closing)
		json_out_money(&out, "closing", s->closing);
	if (s->has_from && s->has_to) {
		json_out_date(&out, "from_date", s->from);
		json_out_date(&out, "to_date", s->to);
	}
	json_out_array(&out, "broken");
	for (size_t i = 0; i < n; i++) {
		json_out_object(&out, NULL);
		violation(&out, &broken[i]);
		json_out_object_end(&out);
	}
	json_out_array_end(&out);
	return end(&out, &t);
}

struct span check_json_refused(struct arena *arena, const struct violation *v)
{
	struct text t;
	struct json_out out = begin(&t, arena, "refused");
	violation(&out, v);
	return end(&out, &t);
}
