#include "handlers_inside.h"
#include "json_out.h"

/* The close of a period, by HTTP. */

enum err read_close_period(struct message *m, struct arena *arena, struct why *why)
{
	READ(struct close_period, wire_read_close_period);
}

/* Closes of a merchant's periods wait for each other. */
enum err need_close_period(const struct message *m, struct need *need, struct why *why)
{
	const struct close_period *c = m->body;
	(void)why;
	need_key(need, KIND_CUSTOMER, m->merchant, SPAN("@merchant"));
	need_want(need, WANT_PERIOD, m->merchant, span_of(month_text(need->arena, c->month)));
	need_want(need, WANT_MERCHANT, m->merchant, SPAN(""));
	return OK;
}

static void print_warning(struct json_out *out, const struct period_warning *w)
{
	json_out_object(out, NULL);
	json_out_span(out, "kind", w->kind);
	json_out_uuid(out, "id", w->id);
	if (w->has_amount)
		json_out_money(out, "amount", w->amount);
	else
		json_out_null(out, "amount");
	json_out_span(out, "detail", w->detail);
	json_out_object_end(out);
}

/* Of a closed period the same each time: who asks late gets the answer of who closed it. */
static struct span print_period(struct ledger *l, const struct period *p, const struct period_facts *facts)
{
	struct json_out out;
	struct text t;
	bool closed = p->state == PERIOD_CLOSED;
	text_init(&t, l->arena);
	json_out_init(&out, &t);
	json_out_object(&out, NULL);
	json_out_string(&out, "month", month_text(l->arena, p->month));
	json_out_string(&out, "state", period_state_word(p->state));
	json_out_int(&out, "last_entry", p->last_entry);
	json_out_bool(&out, "forced", p->forced);
	json_out_span(&out, "closed_by", p->closed_by);
	json_out_span(&out, "seal", closed ? span_hex(l->arena, span_bytes(p->seal.b, sizeof(p->seal.b))) : SPAN(""));
	json_out_int(&out, "warning_count", p->warnings);
	json_out_array(&out, "warnings");
	for (size_t i = 0; !closed && i < facts->warning_count; i++)
		print_warning(&out, &facts->warnings[i]);
	json_out_array_end(&out);
	json_out_object_end(&out);
	json_out_done(&out);
	return text_done(&t);
}

enum err apply_close_period(struct book *book, const struct message *m, struct instant now, struct say *say, struct why *why)
{
	const struct close_period *c = m->body;
	struct ledger l = open_hand(book, m, now, say);
	struct span key = book_key(book, m->merchant, span_of(month_text(l.arena, c->month)));
	const struct period_facts *facts;
	bool closed;
	TRY(period_close(&l, c, &closed, why));
	facts = book_find(book, BOOK_PERIOD_FACTS, key);
	if (closed)
		ledger_tell_period(&l, book_edit(book, BOOK_PERIODS, key), facts->balances, facts->balance_count);
	const struct period *p = book_find(book, BOOK_PERIODS, key);
	say_reply(say, p->state == PERIOD_CLOSED ? 200 : 202, print_period(&l, p, facts));
	return OK;
}
