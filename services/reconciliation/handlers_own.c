#include "handlers_inside.h"
#include "unsettled.h"

/* Due work: what tick finds. */

enum err read_own(struct message *m, struct arena *arena, struct why *why)
{
	READ(struct own, wire_read_own);
}

static enum err need_found(const struct message *m, struct need *need, enum find_what what)
{
	const struct own *own = m->body;
	find_id(need, what, own->merchant, &own->id);
	need_want(need, WANT_MERCHANT, own->merchant, SPAN(""));
	return OK;
}

enum err need_statement(const struct message *m, struct need *need, struct why *why)
{
	(void)why;
	return need_found(m, need, FIND_STATEMENT);
}

enum err need_look(const struct message *m, struct need *need, struct why *why)
{
	(void)why;
	return need_found(m, need, FIND_LOOK);
}

enum err need_payout(const struct message *m, struct need *need, struct why *why)
{
	(void)why;
	return need_found(m, need, FIND_PAYOUT);
}

enum err need_report(const struct message *m, struct need *need, struct why *why)
{
	(void)why;
	return need_found(m, need, FIND_REPORT);
}

enum err need_settlement(const struct message *m, struct need *need, struct why *why)
{
	(void)why;
	return need_found(m, need, FIND_SETTLEMENT);
}

enum err need_reference(const struct message *m, struct need *need, struct why *why)
{
	(void)why;
	return need_found(m, need, FIND_RECEIPT);
}

static struct ledger open_own(struct book *book, const struct message *m, struct instant now, struct say *say)
{
	const struct own *own = m->body;
	return ledger_open(book, say, now, own->merchant, book_day(book, own->merchant, now));
}

enum err apply_statement(struct book *book, const struct message *m, struct instant now, struct say *say, struct why *why)
{
	const struct own *own = m->body;
	struct ledger l = open_own(book, m, now, say);
	TRY(statement_decide(&l, own->id, SPAN(""), why));
	ledger_tell(&l);
	return OK;
}

enum err apply_post_line(struct book *book, const struct message *m, struct instant now, struct say *say, struct why *why)
{
	const struct own *own = m->body;
	struct ledger l = open_own(book, m, now, say);
	TRY(line_accept(&l, own->id, why));
	ledger_tell(&l);
	return OK;
}

enum err apply_try_line(struct book *book, const struct message *m, struct instant now, struct say *say, struct why *why)
{
	const struct own *own = m->body;
	struct ledger l = open_own(book, m, now, say);
	TRY(line_try(&l, own->id, why));
	ledger_tell(&l);
	return OK;
}

enum err apply_miss_payout(struct book *book, const struct message *m, struct instant now, struct say *say, struct why *why)
{
	const struct own *own = m->body;
	struct ledger l = open_own(book, m, now, say);
	(void)why;
	payout_miss(&l, own->id);
	ledger_tell(&l);
	return OK;
}

enum err apply_miss_reference(struct book *book, const struct message *m, struct instant now, struct say *say, struct why *why)
{
	const struct own *own = m->body;
	struct ledger l = open_own(book, m, now, say);
	(void)why;
	wanted_miss(&l, own->id);
	ledger_tell(&l);
	return OK;
}

enum err apply_compare_report(struct book *book, const struct message *m, struct instant now, struct say *say, struct why *why)
{
	const struct own *own = m->body;
	struct ledger l = open_own(book, m, now, say);
	(void)why;
	payout_report_look(&l, own->id);
	ledger_tell(&l);
	return OK;
}

enum err apply_miss_report(struct book *book, const struct message *m, struct instant now, struct say *say, struct why *why)
{
	const struct own *own = m->body;
	struct ledger l = open_own(book, m, now, say);
	(void)why;
	payout_report_miss(&l, own->id);
	ledger_tell(&l);
	return OK;
}

enum err apply_miss_settlement(struct book *book, const struct message *m, struct instant now, struct say *say, struct why *why)
{
	const struct own *own = m->body;
	struct ledger l = open_own(book, m, now, say);
	(void)why;
	unsettled_look(&l, own->id);
	ledger_tell(&l);
	return OK;
}
