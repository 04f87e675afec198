#include "exception.h"

#include "ledger.h"

static const struct {
	const char *word;
	bool by_hand;
	const char *help;
} rows[EXCEPTION_KINDS] = {
	[EXCEPTION_UNMATCHED_LINE] = { "unmatched_line", false, "a bank line that nothing explains; ends when it is matched" },
	[EXCEPTION_AMBIGUOUS_LINE] = { "ambiguous_line", false,
		"a bank line with more than one explanation, or a weak one; ends when it is matched" },
	[EXCEPTION_STATEMENT_GAP] = { "statement_gap", false,
		"a statement does not begin where the one before it ends; ends when the missing one comes" },
	[EXCEPTION_STATEMENT_QUARANTINED] = { "statement_quarantined", false,
		"a statement breaks a rule, nothing of it is posted; ends when it is accepted or replaced" },
	[EXCEPTION_OVERPAYMENT] = { "overpayment", false,
		"a customer paid more than was owed; ends when the money is allocated or given back" },
	[EXCEPTION_PAYOUT_MISMATCH] = { "payout_mismatch", true, "a payout's lines do not make its sums" },
	[EXCEPTION_PAYOUT_MISSING] = { "payout_missing", false, "a payout did not arrive at the bank in time; ends when it does" },
	[EXCEPTION_REFERENCE_MISSING] = { "reference_missing", false, "a payment is for an invoice that has not come; ends when it does" },
	[EXCEPTION_REFUND_UNEXPLAINED] = { "refund_unexplained", true, "the provider gave back more than it took" },
	[EXCEPTION_RETURN] = { "return", true, "the bank took money back that a person had matched; what it had paid is owed again" },
};

const char *exception_word(enum exception_kind kind)
{
	return rows[kind].word;
}

const char *exception_help(enum exception_kind kind)
{
	return rows[kind].help;
}

enum exception_kind exception_find(struct span word)
{
	int i = 1;
	while (i < EXCEPTION_KINDS && !span_is(word, rows[i].word))
		i++;
	return (enum exception_kind)i;
}

bool exception_is_closed_by_hand(enum exception_kind kind)
{
	return rows[kind].by_hand;
}

static struct span key_of(const struct ledger *l, enum exception_kind kind, struct uuid subject)
{
	return book_key_part(l->book, l->merchant, subject, (int64_t)kind);
}

void exception_open(
	struct ledger *l, enum exception_kind kind, struct uuid subject, struct span stream, struct money amount, struct span detail)
{
	struct span key = key_of(l, kind, subject);
	const struct exception *old = book_find(l->book, BOOK_EXCEPTIONS, key);
	bool has_amount = amount.currency.code[0] != 0;
	if (old && old->open && old->has_amount == has_amount && (!has_amount || money_equal(old->amount, amount)) &&
		span_equal(old->detail, detail))
		return;
	struct exception *e = old ? book_edit(l->book, BOOK_EXCEPTIONS, key) : book_add(l->book, BOOK_EXCEPTIONS, key);
	if (!old)
		*e = (struct exception){
			.merchant = l->merchant, .stream = stream, .id = say_id(l->say), .kind = kind, .subject = subject
		};
	if (!e->open)
		e->opened = l->now;
	e->open = true;
	e->has_amount = has_amount;
	e->amount = amount;
	e->detail = detail;
	e->closed_by = SPAN("");
	ledger_exception(l, e);
}

static void close_one(struct ledger *l, struct exception *e, struct span by)
{
	e->open = false;
	e->closed = l->now;
	e->closed_by = by;
	ledger_exception(l, e);
}

void exception_close(struct ledger *l, enum exception_kind kind, struct uuid subject, struct span by)
{
	struct span key = key_of(l, kind, subject);
	const struct exception *old = book_find(l->book, BOOK_EXCEPTIONS, key);
	if (old && old->open)
		close_one(l, book_edit(l->book, BOOK_EXCEPTIONS, key), by);
}

enum err exception_close_by_hand(struct ledger *l, struct uuid id, struct span by, struct why *why)
{
	size_t i = 0;
	const struct exception *e;
	while ((e = book_next(l->book, BOOK_EXCEPTIONS, &i)))
		if (uuid_equal(e->id, id) && span_equal(e->merchant, l->merchant))
			break;
	if (!e)
		return why_set(why, ERR_NOT_FOUND, "exception_unknown", "there is no such exception");
	if (!e->open)
		return why_set(why, ERR_CONFLICT, "exception_closed", "the exception is closed");
	if (!exception_is_closed_by_hand(e->kind))
		return why_set(why, ERR_REFUSED, "exception_needs_facts", "%s", exception_help(e->kind));
	close_one(l, book_edit(l->book, BOOK_EXCEPTIONS, key_of(l, e->kind, e->subject)), by);
	return OK;
}
