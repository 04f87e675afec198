#include "handlers_inside.h"
#include "json_out.h"

/* Commands of people, by HTTP. */

struct ledger open_hand(struct book *book, const struct message *m, struct instant now, struct say *say)
{
	return ledger_open(book, say, now, m->merchant, book_day(book, m->merchant, now));
}

void reply_hand(struct ledger *l, int status, struct uuid id, const char *name, const char *word)
{
	struct json_out out;
	struct text t;
	text_init(&t, l->arena);
	json_out_init(&out, &t);
	json_out_object(&out, NULL);
	json_out_uuid(&out, "id", id);
	if (name)
		json_out_string(&out, name, word);
	json_out_object_end(&out);
	json_out_done(&out);
	say_reply(l->say, status, text_done(&t));
}

static void need_items(struct need *need, struct span merchant, const struct named_item *items, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (items[i].number.size)
			need_find(need, FIND_NUMBER, merchant, items[i].number);
		else
			find_id(need, FIND_INVOICE, merchant, &items[i].item.invoice);
	need_want(need, WANT_MERCHANT, merchant, SPAN(""));
}

static void need_customer_ref(struct need *need, struct span merchant, struct span ref)
{
	if (!ref.size)
		return;
	need_key(need, KIND_CUSTOMER, merchant, ref);
	need_want(need, WANT_CUSTOMER, merchant, ref);
}

/* ---- accounts ---- */

enum err read_define_account(struct message *m, struct arena *arena, struct why *why)
{
	READ(struct define_account, wire_read_define_account);
}

enum err need_define_account(const struct message *m, struct need *need, struct why *why)
{
	const struct define_account *d = m->body;
	(void)why;
	need_key(need, KIND_ACCOUNT, m->merchant, d->identifier);
	need_find(need, FIND_ZONE, m->merchant, d->zone);
	need_want(need, WANT_ACCOUNT, m->merchant, d->identifier);
	need_want(need, WANT_MERCHANT, m->merchant, SPAN(""));
	return OK;
}

enum err apply_define_account(struct book *book, const struct message *m, struct instant now, struct say *say, struct why *why)
{
	struct ledger l = open_hand(book, m, now, say);
	const struct account *a;
	TRY(account_define(&l, m->body, &a, why));
	l.defined = a;
	ledger_tell(&l);
	reply_hand(&l, 201, a->id, NULL, NULL);
	return OK;
}

/* ---- lines ---- */

enum err read_match(struct message *m, struct arena *arena, struct why *why)
{
	READ(struct match_line, wire_read_match);
}

enum err need_match(const struct message *m, struct need *need, struct why *why)
{
	const struct match_line *c = m->body;
	(void)why;
	find_id(need, FIND_LINE, m->merchant, &c->line);
	need_items(need, m->merchant, c->items, c->item_count);
	need_customer_ref(need, m->merchant, c->customer);
	if (!uuid_is_zero(c->payout))
		find_id(need, FIND_PAYOUT, m->merchant, &c->payout);
	if (!uuid_is_zero(c->return_of))
		find_id(need, FIND_LINE, m->merchant, &c->return_of);
	if (!uuid_is_zero(c->refund_of))
		find_id(need, FIND_RECEIPT, m->merchant, &c->refund_of);
	return OK;
}

enum err apply_match(struct book *book, const struct message *m, struct instant now, struct say *say, struct why *why)
{
	const struct match_line *c = m->body;
	struct ledger l = open_hand(book, m, now, say);
	TRY(hand_match(&l, c, why));
	ledger_tell(&l);
	reply_hand(&l, 200, c->line, "state", line_state_word(book_line(book, m->merchant, c->line)->state));
	return OK;
}

enum err read_unmatch(struct message *m, struct arena *arena, struct why *why)
{
	READ(struct unmatch_line, wire_read_unmatch);
}

enum err need_unmatch(const struct message *m, struct need *need, struct why *why)
{
	const struct unmatch_line *c = m->body;
	(void)why;
	find_id(need, FIND_LINE, m->merchant, &c->line);
	need_want(need, WANT_MERCHANT, m->merchant, SPAN(""));
	return OK;
}

enum err apply_unmatch(struct book *book, const struct message *m, struct instant now, struct say *say, struct why *why)
{
	const struct unmatch_line *c = m->body;
	struct ledger l = open_hand(book, m, now, say);
	TRY(hand_unmatch(&l, c, why));
	ledger_tell(&l);
	reply_hand(&l, 200, c->line, "state", line_state_word(book_line(book, m->merchant, c->line)->state));
	return OK;
}

/* ---- receipts ---- */

enum err read_receipt(struct message *m, struct arena *arena, struct why *why)
{
	READ(struct record_receipt, wire_read_receipt);
}

enum err need_receipt(const struct message *m, struct need *need, struct why *why)
{
	const struct record_receipt *c = m->body;
	(void)why;
	need_customer_ref(need, m->merchant, c->customer);
	need_items(need, m->merchant, c->items, c->item_count);
	return OK;
}

enum err apply_receipt(struct book *book, const struct message *m, struct instant now, struct say *say, struct why *why)
{
	struct ledger l = open_hand(book, m, now, say);
	struct uuid id;
	TRY(hand_receipt(&l, m->body, &id, why));
	ledger_tell(&l);
	reply_hand(&l, 201, id, NULL, NULL);
	return OK;
}

enum err read_allocate(struct message *m, struct arena *arena, struct why *why)
{
	READ(struct allocate_receipt, wire_read_allocate);
}

enum err need_allocate(const struct message *m, struct need *need, struct why *why)
{
	const struct allocate_receipt *c = m->body;
	(void)why;
	find_id(need, FIND_RECEIPT, m->merchant, &c->receipt);
	need_items(need, m->merchant, c->items, c->item_count);
	return OK;
}

enum err apply_allocate(struct book *book, const struct message *m, struct instant now, struct say *say, struct why *why)
{
	const struct allocate_receipt *c = m->body;
	struct ledger l = open_hand(book, m, now, say);
	TRY(hand_allocate(&l, c, why));
	ledger_tell(&l);
	reply_hand(&l, 200, c->receipt, NULL, NULL);
	return OK;
}

/* ---- the rest ---- */

enum err read_close(struct message *m, struct arena *arena, struct why *why)
{
	READ(struct close_exception, wire_read_close);
}

enum err need_close(const struct message *m, struct need *need, struct why *why)
{
	const struct close_exception *c = m->body;
	(void)why;
	find_id(need, FIND_EXCEPTION, m->merchant, &c->exception);
	return OK;
}

enum err apply_close(struct book *book, const struct message *m, struct instant now, struct say *say, struct why *why)
{
	const struct close_exception *c = m->body;
	struct ledger l = open_hand(book, m, now, say);
	TRY(hand_close(&l, c, why));
	ledger_tell(&l);
	reply_hand(&l, 200, c->exception, NULL, NULL);
	return OK;
}

enum err read_accept(struct message *m, struct arena *arena, struct why *why)
{
	READ(struct accept_statement, wire_read_accept);
}

enum err need_accept(const struct message *m, struct need *need, struct why *why)
{
	const struct accept_statement *c = m->body;
	(void)why;
	find_id(need, FIND_STATEMENT, m->merchant, &c->statement);
	return OK;
}

enum err apply_accept(struct book *book, const struct message *m, struct instant now, struct say *say, struct why *why)
{
	const struct accept_statement *c = m->body;
	struct ledger l = open_hand(book, m, now, say);
	TRY(hand_accept(&l, c, why));
	ledger_tell(&l);
	reply_hand(&l, 200, c->statement, "state", "accepted");
	return OK;
}
