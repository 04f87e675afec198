#include "undo.h"

#include "ledger.h"

/* ---- what stands against it ---- */

static const struct {
	const char *word, *help;
} obstacles[OBSTACLES] = {
	[OBSTACLE_LATER] = { "later_statement", "a statement of the account was accepted after it: that is undone first" },
	[OBSTACLE_PERSON] = { "matched_by_person", "a person said what a line of it is: that is taken back first" },
	[OBSTACLE_EXPORTED] = { "exported", "its bookings are in an export" },
	[OBSTACLE_PERIOD] = { "period_closed", "its bookings are in a month that is closed" },
	[OBSTACLE_REFUNDED] = { "receipt_refunded", "money of it was given back to its payer" },
	[OBSTACLE_WRITTEN_OFF] = { "written_off", "the rest of an invoice that it pays was given up" },
	[OBSTACLE_REVERSAL] = { "return_taken_back", "a line of it takes a return back: that match is taken back first" },
	[OBSTACLE_RETURNED] = { "line_returned", "a line of another statement takes one of it back: that is taken back first" },
	[OBSTACLE_EARLIER] = { "earlier_line_matched", "what a return of it took back was matched since: that is taken back first" },
};

const char *obstacle_word(enum obstacle obstacle)
{
	return obstacles[obstacle].word;
}

const char *obstacle_help(enum obstacle obstacle)
{
	return obstacles[obstacle].help;
}

enum obstacle obstacle_find(struct span word)
{
	int i = 0;
	while (i < OBSTACLES && !span_is(word, obstacles[i].word))
		i++;
	return (enum obstacle)i;
}

static const struct statement *find(const struct ledger *l, struct uuid id)
{
	return book_find(l->book, BOOK_STATEMENTS, book_key_uuid(l->book, l->merchant, id));
}

bool statement_is_undone(const struct ledger *l, struct uuid id)
{
	const struct statement *s = find(l, id);
	return s && (s->state == STATEMENT_UNDOING || s->state == STATEMENT_UNDONE);
}

enum err undo_leaves_alone(const struct ledger *l, const struct line *line, struct why *why)
{
	return statement_is_undone(l, line->statement)
		       ? why_set(why, ERR_CONFLICT, "statement_undone", "the import of the line's statement is being undone")
		       : OK;
}

static enum err check_obstacles(const struct statement *s, const struct account *account, const struct undo_facts *facts, struct why *why)
{
	if (!facts)
		bug("a statement is undone of which nothing was asked");
	if (facts->obstacle != OBSTACLES)
		return why_set(why, ERR_REFUSED, obstacles[facts->obstacle].word, "%.*s: %s", SPAN_ARG(facts->name),
			obstacles[facts->obstacle].help);
	if (!uuid_equal(account->chain.last, s->id))
		return why_set(why, ERR_REFUSED, obstacles[OBSTACLE_LATER].word, "%s", obstacles[OBSTACLE_LATER].help);
	return OK;
}

/* ---- the account goes back ---- */

static const struct gap *gap_of(const struct ledger *l, struct uuid id)
{
	return book_find(l->book, BOOK_GAPS, book_key_uuid(l->book, l->merchant, id));
}

static struct gap *gap_edit(struct ledger *l, struct uuid id)
{
	return book_edit(l->book, BOOK_GAPS, book_key_uuid(l->book, l->merchant, id));
}

/* Gaps that it had left were not there; those that it had changed are what they were. */
static void restore_gaps(struct ledger *l, const struct statement *s)
{
	const struct gap *g;
	const struct gap_before *b;
	for (size_t i = 0; (g = book_next(l->book, BOOK_GAPS, &i));)
		if (g->open && uuid_equal(g->statement, s->id)) {
			struct gap *own = gap_edit(l, g->id);
			own->after = own->before;
			own->minor = 0;
			own->open = false;
			gap_tell(l, own);
		}
	for (size_t i = 0; (b = book_next(l->book, BOOK_GAPS_BEFORE, &i));) {
		if (!uuid_equal(b->statement, s->id) || !gap_of(l, b->gap))
			continue;
		struct gap *old = gap_edit(l, b->gap);
		old->from_day = b->from_day;
		old->to_day = b->to_day;
		old->before = b->before;
		old->after = b->after;
		old->minor = b->after - b->before;
		old->open = b->open;
		gap_tell(l, old);
	}
}

static void close_exceptions(struct ledger *l, struct uuid statement)
{
	exception_close(l, EXCEPTION_STATEMENT_GAP, statement, l->by);
	exception_close(l, EXCEPTION_LINE_VANISHED, statement, l->by);
	exception_close(l, EXCEPTION_SEQUENCE, statement, l->by);
}

static enum err restore(struct ledger *l, const struct statement *s, struct account *account, struct why *why)
{
	const struct chain_before *before = book_find(l->book, BOOK_CHAINS_BEFORE, book_key_uuid(l->book, l->merchant, s->id));
	if (!before)
		return why_set(why, ERR_REFUSED, "statement_too_old", "what the account was before it was not kept at its time");
	int64_t opening = account->chain.opening;
	close_exceptions(l, s->id);
	restore_gaps(l, s);
	account->chain = before->chain;
	account->undone++;
	account->revision++;
	statement_post_opening(l, s, account->id, (account->chain.started ? account->chain.opening : 0) - opening);
	return OK;
}

static enum err end(struct statement *s, struct why *why)
{
	return s->remaining ? OK : statement_act(s, STATEMENT_END_UNDO, why);
}

enum err statement_undo(struct ledger *l, const struct undo_statement *u, struct why *why)
{
	struct span key = book_key_uuid(l->book, l->merchant, u->statement);
	const struct undo_facts *facts = book_find(l->book, BOOK_UNDO_FACTS, key);
	if (!find(l, u->statement))
		return why_set(why, ERR_NOT_FOUND, "statement_unknown", "there is no such statement");
	struct statement *s = book_edit(l->book, BOOK_STATEMENTS, key);
	ledger_audit(l, u->by.client, u->by.who, "undo statement", span_of(uuid_text(l->arena, s->id)), u->by.why);
	TRY(statement_act(s, STATEMENT_UNDO, why));
	TRY(statement_second_person(l, s, why));
	struct account *account = book_edit(l->book, BOOK_ACCOUNTS, book_key_uuid(l->book, l->merchant, s->account));
	TRY(check_obstacles(s, account, facts, why));
	l->customer = SPAN("");
	TRY(restore(l, s, account, why));
	s->remaining = facts->lines;
	l->undone = s;
	l->undone_account = account;
	return end(s, why);
}

/* ---- its lines follow ---- */

static void begin(struct ledger *l, const struct line *line)
{
	l->cause = CAUSE_UNDO;
	l->cause_id = line->id;
	l->day = line->booking;
	l->customer = SPAN("");
}

static void take_cash_back(struct ledger *l, const struct line *line)
{
	begin(l, line);
	ledger_post(l, line_holding(l->arena, line), chart_account(l->arena, CHART_CASH, span_of(uuid_text(l->arena, line->account))),
		line->amount);
}

static enum err take_back(struct ledger *l, struct line *line, struct why *why)
{
	begin(l, line);
	if (line->state == LINE_MATCHED)
		TRY(line_take_apart(l, line, REVERSAL_UNDONE, why));
	if (line->returned || line->state == LINE_RETURNED)
		return why_set(why, ERR_CONFLICT, obstacles[OBSTACLE_RETURNED].word, "%s", obstacles[OBSTACLE_RETURNED].help);
	bool was_posted = line->state == LINE_WAITING;
	TRY(line_act(line, LINE_UNDO, why));
	if (!was_posted)
		return OK;
	take_cash_back(l, line);
	line_settle_exceptions(l, line);
	exception_close(l, EXCEPTION_RETURN, line->id, l->by);
	ledger_line(l, line, LINE_TOLD_UNDONE);
	return OK;
}

enum err line_undo(struct ledger *l, struct uuid id, struct why *why)
{
	const struct line *old = book_line(l->book, l->merchant, id);
	const struct statement *s = old ? find(l, old->statement) : NULL;
	if (!s)
		return why_set(why, ERR_NOT_FOUND, "line_unknown", "there is no such line");
	if (s->state != STATEMENT_UNDOING || old->state == LINE_KNOWN || old->state == LINE_UNDONE)
		return OK;
	TRY(take_back(l, line_edit(l, id), why));
	struct statement *left = book_edit(l->book, BOOK_STATEMENTS, book_key_uuid(l->book, l->merchant, s->id));
	left->remaining--;
	return end(left, why);
}
