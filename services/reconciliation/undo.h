/*
 * undo: the import of a statement taken back, while nothing final depends on it.
 *
 * 1. A person with a reason does it, and not who brought the file. The statements of an account are undone in the reverse of the order in which they were
 *    accepted: the account is then what it was before, to the last gap.
 * 2. What people decided, what left the house and what is closed stands: then nothing is undone, and the first obstacle is named.
 * 3. The account goes back at once, the statement is `undoing`; its lines follow in units of work of their own, returns before what they took back. What a
 *    line had become is taken back as a match is, and its cash by a counter-transfer: the journal is only added to. Its identity is free then.
 * 4. While a statement is being undone nobody works on its lines, and no line of its account is posted.
 */
#ifndef RECONCILIATION_UNDO_H
#define RECONCILIATION_UNDO_H

#include "hand.h"
#include "statement.h"

/* What stands against it, in the order in which it is named. */
enum obstacle {
	OBSTACLE_LATER,
	OBSTACLE_PERSON,
	OBSTACLE_EXPORTED,
	OBSTACLE_PERIOD,
	OBSTACLE_REFUNDED,
	OBSTACLE_WRITTEN_OFF,
	OBSTACLE_REVERSAL,
	OBSTACLE_RETURNED,
	OBSTACLE_EARLIER,
	OBSTACLES
};

const char *obstacle_word(enum obstacle);
const char *obstacle_help(enum obstacle);
enum obstacle obstacle_find(struct span word); /* OBSTACLES when there is none */

/* What the database knows of a statement at the time of the decision. */
struct undo_facts {
	struct span merchant;
	struct uuid statement;
	int64_t lines;          /* that it brought and that are not undone */
	enum obstacle obstacle; /* the first, or OBSTACLES */
	struct span name;       /* of it: "line 12", a month, an invoice's number, a statement */
};

struct undo_statement {
	struct by_whom by;
	struct uuid statement;
};

/* ERR_NOT_FOUND, ERR_CONFLICT by its state, ERR_REFUSED by the second person or an obstacle; the code is the obstacle's word. */
enum err statement_undo(struct ledger *, const struct undo_statement *, struct why *) MUST_CHECK;

/* One of its lines: due work. ERR_CONFLICT where something came between and holds it: it is undone once that is taken back. */
enum err line_undo(struct ledger *, struct uuid id, struct why *) MUST_CHECK;

/* It is being undone, or was. False where the statement is not in the book. */
bool statement_is_undone(const struct ledger *, struct uuid id);
/* ERR_CONFLICT for a line whose statement is being undone. */
enum err undo_leaves_alone(const struct ledger *, const struct line *, struct why *) MUST_CHECK;

#endif
