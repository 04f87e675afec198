#include "handlers_inside.h"

/* Work on the queue of exceptions. */

enum err read_assign(struct message *m, struct arena *arena, struct why *why)
{
	READ(struct work_exception, wire_read_assign);
}

enum err read_note(struct message *m, struct arena *arena, struct why *why)
{
	READ(struct work_exception, wire_read_note);
}

enum err read_park(struct message *m, struct arena *arena, struct why *why)
{
	READ(struct work_exception, wire_read_park);
}

enum err need_work(const struct message *m, struct need *need, struct why *why)
{
	const struct work_exception *w = m->body;
	(void)why;
	find_id(need, FIND_EXCEPTION, m->merchant, &w->exception);
	need_want(need, WANT_MERCHANT, m->merchant, SPAN(""));
	return OK;
}

#define APPLY(name, does, becomes)                                                                                              \
	enum err apply_##name(struct book *book, const struct message *m, struct instant now, struct say *say, struct why *why) \
	{                                                                                                                       \
		const struct work_exception *w = m->body;                                                                       \
		struct ledger l = open_hand(book, m, now, say);                                                                 \
		TRY(does(&l, w, why));                                                                                          \
		ledger_tell(&l);                                                                                                \
		reply_hand(&l, 200, w->exception, "state", becomes);                                                            \
		return OK;                                                                                                      \
	}

APPLY(assign, hand_assign, "assigned")
APPLY(note, hand_note, "noted")
APPLY(park, hand_park, "parked")
APPLY(follow, hand_follow, "accepted")

enum err read_follow(struct message *m, struct arena *arena, struct why *why)
{
	READ(struct work_exception, wire_read_follow);
}

enum err need_follow(const struct message *m, struct need *need, struct why *why)
{
	const struct work_exception *w = m->body;
	(void)why;
	find_id(need, FIND_SUGGESTION, m->merchant, &w->exception);
	need_want(need, WANT_MERCHANT, m->merchant, SPAN(""));
	return OK;
}

enum err apply_age_unapplied(struct book *book, const struct message *m, struct instant now, struct say *say, struct why *why)
{
	const struct own *own = m->body;
	struct ledger l = ledger_open(book, say, now, own->merchant, book_day(book, own->merchant, now));
	(void)why;
	receipt_age(&l, own->id);
	ledger_tell(&l);
	return OK;
}

/* ---- what a second person agrees to ---- */

enum err read_write_off(struct message *m, struct arena *arena, struct why *why)
{
	READ(struct write_off, wire_read_write_off);
}

enum err need_write_off(const struct message *m, struct need *need, struct why *why)
{
	const struct write_off *c = m->body;
	(void)why;
	find_id(need, FIND_INVOICE, m->merchant, &c->invoice);
	want_id(need, WANT_SUBJECT, m->merchant, &c->invoice);
	need_want(need, WANT_LIMITS, m->merchant, SPAN(""));
	need_want(need, WANT_MERCHANT, m->merchant, SPAN(""));
	return OK;
}

enum err apply_write_off(struct book *book, const struct message *m, struct instant now, struct say *say, struct why *why)
{
	const struct write_off *c = m->body;
	struct ledger l = open_hand(book, m, now, say);
	bool waits;
	TRY(hand_write_off(&l, c, &waits, why));
	ledger_tell(&l);
	reply_hand(&l, waits ? 202 : 200, c->invoice, waits ? "state" : NULL, "waiting");
	return OK;
}

enum err read_limit(struct message *m, struct arena *arena, struct why *why)
{
	READ(struct define_limit, wire_read_limit);
}

enum err need_limit(const struct message *m, struct need *need, struct why *why)
{
	(void)why;
	need_key(need, KIND_CUSTOMER, m->merchant, SPAN("@merchant"));
	need_want(need, WANT_LIMITS, m->merchant, SPAN(""));
	return OK;
}

enum err apply_limit(struct book *book, const struct message *m, struct instant now, struct say *say, struct why *why)
{
	struct ledger l = open_hand(book, m, now, say);
	TRY(hand_limit(&l, m->body, why));
	ledger_tell(&l);
	reply_hand(&l, 200, say_id(say), "state", "defined");
	return OK;
}

enum err read_policy(struct message *m, struct arena *arena, struct why *why)
{
	READ(struct define_policy, wire_read_policy);
}

enum err need_policy(const struct message *m, struct need *need, struct why *why)
{
	(void)why;
	need_key(need, KIND_CUSTOMER, m->merchant, SPAN("@merchant"));
	need_want(need, WANT_MERCHANT, m->merchant, SPAN(""));
	return OK;
}

enum err apply_policy(struct book *book, const struct message *m, struct instant now, struct say *say, struct why *why)
{
	struct ledger l = open_hand(book, m, now, say);
	(void)why;
	hand_policy(&l, m->body);
	ledger_tell(&l);
	reply_hand(&l, 200, say_id(say), "state", "defined");
	return OK;
}

enum err read_request_refund(struct message *m, struct arena *arena, struct why *why)
{
	READ(struct request_refund, wire_read_request_refund);
}

enum err need_request_refund(const struct message *m, struct need *need, struct why *why)
{
	const struct request_refund *c = m->body;
	(void)why;
	find_id(need, FIND_RECEIPT, m->merchant, &c->receipt);
	need_want(need, WANT_MERCHANT, m->merchant, SPAN(""));
	return OK;
}

enum err apply_request_refund(struct book *book, const struct message *m, struct instant now, struct say *say, struct why *why)
{
	const struct request_refund *c = m->body;
	struct ledger l = open_hand(book, m, now, say);
	TRY(hand_request_refund(&l, c, why));
	ledger_tell(&l);
	reply_hand(&l, 200, c->receipt, "state", "requested");
	return OK;
}
