#include "ledger.h"

#include <string.h>

struct ledger ledger_open(struct book *book, struct say *say, struct instant now, struct span merchant, struct date day)
{
	return (struct ledger){ .book = book,
		.say = say,
		.arena = say_arena(say),
		.now = now,
		.merchant = merchant,
		.by = SPAN("machine"),
		.person = SPAN("machine"),
		.reason = SPAN(""),
		.day = day };
}

void ledger_post(struct ledger *l, struct span debit, struct span credit, struct money money)
{
	if (!money.minor)
		return;
	if (span_equal(debit, credit) || chart_of(debit) == CHART_COUNT || chart_of(credit) == CHART_COUNT)
		bug("transfer from %.*s to %.*s", SPAN_ARG(credit), SPAN_ARG(debit));
	if (uuid_is_zero(l->cause_id))
		bug("transfer from %.*s to %.*s without a cause", SPAN_ARG(credit), SPAN_ARG(debit));
	struct uuid id = say_id(l->say);
	struct transfer *t = book_add(l->book, BOOK_TRANSFERS, book_key_uuid(l->book, l->merchant, id));
	*t = (struct transfer){
		.merchant = l->merchant,
		.id = id,
		.debit = money.minor > 0 ? debit : credit,
		.credit = money.minor > 0 ? credit : debit,
		.amount = { money.minor > 0 ? money.minor : -money.minor, money.currency },
		.cause = l->cause,
		.cause_id = l->cause_id,
		.customer = l->customer,
		.day = l->day,
		.posted = l->now,
	};
}

/* Room for one more; the array is made anew in the arena when it is full. */
static void *grow(struct ledger *l, void *array, size_t size, size_t count, size_t *room)
{
	if (count < *room)
		return array;
	size_t more = *room ? *room * 2 : 8;
	void *next = arena_array(l->arena, size, more);
	if (count)
		memcpy(next, array, size * count);
	*room = more;
	return next;
}

struct open_item *ledger_item(struct ledger *l, struct uuid invoice, int32_t part, enum told_cause cause, struct uuid cause_id)
{
	struct open_item *item = book_edit(l->book, BOOK_ITEMS, book_key_part(l->book, l->merchant, invoice, part));
	size_t i = 0;
	while (i < l->item_count && l->items[i].item != item)
		i++;
	if (i == l->item_count) {
		l->items = grow(l, l->items, sizeof(*l->items), l->item_count, &l->item_room);
		l->item_count++;
	}
	l->items[i] = (struct touched_item){ item, cause, cause_id };
	return item;
}

static struct touched_receipt *touched(struct ledger *l, const struct receipt *receipt)
{
	for (size_t i = 0; i < l->receipt_count; i++)
		if (l->receipts[i].receipt == receipt)
			return &l->receipts[i];
	return NULL;
}

struct receipt *ledger_receipt(struct ledger *l, struct uuid id)
{
	struct receipt *receipt = book_edit(l->book, BOOK_RECEIPTS, book_key_uuid(l->book, l->merchant, id));
	if (!touched(l, receipt)) {
		l->receipts = grow(l, l->receipts, sizeof(*l->receipts), l->receipt_count, &l->receipt_room);
		l->receipts[l->receipt_count++] = (struct touched_receipt){ .receipt = receipt };
	}
	return receipt;
}

void ledger_request_refund(struct ledger *l, struct uuid id, int64_t minor)
{
	bool first = !touched(l, book_find(l->book, BOOK_RECEIPTS, book_key_uuid(l->book, l->merchant, id)));
	struct receipt *r = ledger_receipt(l, id);
	struct touched_receipt *t = touched(l, r);
	t->only_refund |= first;
	t->refund_told |= r->refund_requested != minor;
	r->refund_requested = minor;
}

int64_t ledger_new_receipts(const struct ledger *l)
{
	int64_t n = 0;
	for (size_t i = 0; i < l->receipt_count; i++)
		n += l->receipts[i].is_new;
	return n;
}

void ledger_step(struct ledger *l, const struct receipt *receipt, const struct allocation *allocation, int64_t minor,
	enum evidence evidence, enum reversal reversal)
{
	struct touched_receipt *t = touched(l, receipt);
	if (!t)
		bug("step of a receipt that is not being changed");
	t->steps = grow(l, t->steps, sizeof(*t->steps), t->step_count, &t->step_room);
	t->steps[t->step_count++] = (struct step){ allocation, minor, evidence, reversal };
}

void ledger_credit(struct ledger *l, struct span customer, struct money change, enum told_cause cause, struct uuid cause_id)
{
	struct span key = book_key_pair(l->book, l->merchant, customer, span_of(change.currency.code));
	const struct credit *old = book_find(l->book, BOOK_CREDITS, key);
	struct credit *credit = old ? book_edit(l->book, BOOK_CREDITS, key) : book_add(l->book, BOOK_CREDITS, key);
	if (!old) {
		credit->merchant = l->merchant;
		credit->customer = customer;
		credit->currency = change.currency;
	}
	size_t i = 0;
	while (i < l->credit_count && l->credits[i].credit != credit)
		i++;
	if (i == l->credit_count) {
		l->credits = grow(l, l->credits, sizeof(*l->credits), l->credit_count, &l->credit_room);
		l->credits[l->credit_count++] = (struct touched_credit){ .credit = credit, .before = credit->unapplied };
	}
	l->credits[i].cause = cause;
	l->credits[i].cause_id = cause_id;
	credit->unapplied += change.minor;
	if (credit->unapplied < 0)
		bug("unapplied cash of %.*s below 0", SPAN_ARG(customer));
}

void ledger_exception(struct ledger *l, struct exception *exception)
{
	for (size_t i = 0; i < l->exception_count; i++)
		if (l->exceptions[i] == exception)
			return;
	l->exceptions = grow(l, l->exceptions, sizeof(*l->exceptions), l->exception_count, &l->exception_room);
	l->exceptions[l->exception_count++] = exception;
}

void ledger_audit(struct ledger *l, struct span client, struct span who, const char *act, struct span subject, struct span reason)
{
	struct uuid id = say_id(l->say);
	struct audit *a = book_add(l->book, BOOK_AUDITS, book_key_uuid(l->book, l->merchant, id));
	l->person = span_of(arena_printf(l->arena, "%.*s/%.*s", SPAN_ARG(client), SPAN_ARG(who)));
	*a = (struct audit){ l->person, span_of(act),
		span_of(arena_printf(l->arena, "%.*s/%.*s", SPAN_ARG(l->merchant), SPAN_ARG(subject))), reason };
	l->by = client;
	l->reason = reason;
}

void ledger_line(struct ledger *l, const struct line *line, enum line_told told)
{
	size_t i = 0;
	while (i < l->line_count && l->lines[i] != line)
		i++;
	if (i == sizeof(l->lines) / sizeof(l->lines[0]))
		bug("more lines in one message than can be told");
	if (i == l->line_count)
		l->told[l->line_count++] = 0;
	l->lines[i] = line;
	l->told[i] |= told;
}

void ledger_statement(struct ledger *l, const struct statement *statement, const struct account *account)
{
	l->accepted = statement;
	l->accepted_account = account;
}

static const struct exception *open_of(const struct ledger *l, const struct receipt *r, enum exception_kind kind)
{
	const struct exception *e = book_find(l->book, BOOK_EXCEPTIONS, book_key_part(l->book, l->merchant, r->id, (int64_t)kind));
	return e && e->open ? e : NULL;
}

/* New money of which nothing found anything to pay, though the machine knows whose it is: what it names is paid already. */
static bool is_duplicate(const struct ledger *l, const struct touched_receipt *t)
{
	return t->is_new && !t->receipt->allocated && span_is(l->by, "machine");
}

static void settle_over(struct ledger *l, const struct touched_receipt *t, int64_t over)
{
	const struct receipt *r = t->receipt;
	struct money money = { over, r->currency };
	if (is_duplicate(l, t) || open_of(l, r, EXCEPTION_DUPLICATE))
		exception_open(l, EXCEPTION_DUPLICATE, r->id, r->customer, money, SPAN("what it names is paid already"));
	else if (t->is_new || open_of(l, r, EXCEPTION_OVERPAYMENT))
		exception_open(l, EXCEPTION_OVERPAYMENT, r->id, r->customer, money, SPAN("more was paid than is owed"));
}

void ledger_conclude(struct ledger *l)
{
	difference_dispute_settle(l);
	for (size_t i = 0; i < l->receipt_count; i++) {
		const struct receipt *r = l->receipts[i].receipt;
		if (r->refund_requested > r->unapplied)
			ledger_request_refund(l, r->id, r->unapplied);
		int64_t over = r->unapplied ? r->unapplied - receipt_wanted(l, r->id) : 0;
		if (over > 0) {
			settle_over(l, &l->receipts[i], over);
			continue;
		}
		exception_close(l, EXCEPTION_OVERPAYMENT, r->id, l->by);
		exception_close(l, EXCEPTION_DUPLICATE, r->id, l->by);
		if (!r->unapplied)
			exception_close(l, EXCEPTION_AGED_UNAPPLIED, r->id, l->by);
	}
}
