#include "handlers_inside.h"

/* A person undoes the import of a statement, and each of its lines that follows. */

enum err read_undo(struct message *m, struct arena *arena, struct why *why)
{
	READ(struct undo_statement, wire_read_undo);
}

enum err need_undo(const struct message *m, struct need *need, struct why *why)
{
	const struct undo_statement *c = m->body;
	(void)why;
	find_id(need, FIND_STATEMENT, m->merchant, &c->statement);
	want_id(need, WANT_UNDO, m->merchant, &c->statement);
	need_want(need, WANT_MERCHANT, m->merchant, SPAN(""));
	return OK;
}

enum err apply_undo(struct book *book, const struct message *m, struct instant now, struct say *say, struct why *why)
{
	const struct undo_statement *c = m->body;
	struct ledger l = open_hand(book, m, now, say);
	TRY(statement_undo(&l, c, why));
	ledger_tell(&l);
	reply_hand(&l, 200, c->statement, "state", statement_state_word(l.undone->state));
	return OK;
}

enum err need_undo_line(const struct message *m, struct need *need, struct why *why)
{
	const struct own *own = m->body;
	(void)why;
	find_id(need, FIND_LINE, own->merchant, &own->id);
	need_want(need, WANT_MERCHANT, own->merchant, SPAN(""));
	return OK;
}

enum err apply_undo_line(struct book *book, const struct message *m, struct instant now, struct say *say, struct why *why)
{
	const struct own *own = m->body;
	struct ledger l = ledger_open(book, say, now, own->merchant, book_day(book, own->merchant, now));
	TRY(line_undo(&l, own->id, why));
	ledger_tell(&l);
	return OK;
}
