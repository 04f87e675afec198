#include "book_group.h"
#include "dunlin/ledger/v1/ledger.pb-c.h"
#include "match/match.h"
#include "wire.h"
#include "wire_values.h"

const char topic_ledger[] = "dunlin.ledger.v1";

#define EVENT(name, NAME) Dunlin__Ledger__V1__##name event = DUNLIN__LEDGER__V1__##NAME##__INIT

/* Merchant, stream and business time of every event. */
#define HEAD(l, stream)                                                 \
	event.merchant_id = wire_print_text((l)->arena, (l)->merchant); \
	event.customer_ref = wire_print_text((l)->arena, (stream));     \
	event.business_time = (l)->now.us

static void say(struct ledger *l, struct span stream, const char *type, const ProtobufCMessage *event)
{
	struct span key = span_of(arena_printf(l->arena, "%.*s:%.*s", SPAN_ARG(l->merchant), SPAN_ARG(stream)));
	say_event(l->say, topic_ledger, key, type, protobuf_print(l->arena, event));
}

/* ---- items, receipts, credits ---- */

static Dunlin__Ledger__V1__ItemState state_of(const struct open_item *i)
{
	return i->open == 0       ? DUNLIN__LEDGER__V1__ITEM_STATE__ITEM_STATE_SETTLED
	       : i->allocated > 0 ? DUNLIN__LEDGER__V1__ITEM_STATE__ITEM_STATE_PART_PAID
				  : DUNLIN__LEDGER__V1__ITEM_STATE__ITEM_STATE_OPEN;
}

static void say_item(struct ledger *l, const struct touched_item *t)
{
	struct open_item *i = t->item;
	struct arena *a = l->arena;
	EVENT(OpenItemChanged, OPEN_ITEM_CHANGED);
	HEAD(l, i->customer);
	event.invoice_id = wire_print_uuid(a, i->invoice);
	event.revision = (uint64_t)++i->revision;
	event.part = (uint32_t)i->part;
	event.invoice_number = wire_print_text(a, i->number);
	event.amount = wire_print_money(a, i->currency, i->amount);
	event.allocated = wire_print_money(a, i->currency, i->allocated);
	event.credited = wire_print_money(a, i->currency, i->credited);
	event.discounted = wire_print_money(a, i->currency, i->discounted);
	event.written_off = wire_print_money(a, i->currency, i->written_off);
	event.open = wire_print_money(a, i->currency, i->open);
	event.state = state_of(i);
	event.cause = (Dunlin__Ledger__V1__CauseKind)t->cause;
	event.cause_id = wire_print_uuid(a, t->cause_id);
	event.last_value_date = i->has_value_date ? wire_print_date(a, i->last_value_date) : NULL;
	say(l, i->customer, "dunlin.ledger.v1.OpenItemChanged", &event.base);
}

static Dunlin__Ledger__V1__Allocation *print_allocation(
	struct ledger *l, const struct receipt *r, const struct allocation *from, int64_t minor)
{
	Dunlin__Ledger__V1__Allocation *to = ARENA_NEW(l->arena, Dunlin__Ledger__V1__Allocation);
	const struct open_item *item = book_item(l->book, l->merchant, from->invoice, from->part);
	dunlin__ledger__v1__allocation__init(to);
	to->allocation_id = wire_print_uuid(l->arena, from->id);
	to->invoice_id = wire_print_uuid(l->arena, from->invoice);
	to->part = (uint32_t)from->part;
	to->amount = wire_print_money(l->arena, r->currency, minor);
	if (item) {
		to->invoice_number = wire_print_text(l->arena, item->number);
		to->open_after = wire_print_money(l->arena, r->currency, item->open);
	}
	return to;
}

static Dunlin__Ledger__V1__Receipt *print_receipt(struct ledger *l, const struct receipt *r)
{
	Dunlin__Ledger__V1__Receipt *to = ARENA_NEW(l->arena, Dunlin__Ledger__V1__Receipt);
	struct arena *a = l->arena;
	const struct allocation *one;
	size_t n = 0;
	dunlin__ledger__v1__receipt__init(to);
	to->kind = (Dunlin__Ledger__V1__ReceiptKind)r->kind;
	to->source_id = wire_print_uuid(a, r->source);
	to->account_id = wire_print_uuid(a, r->account);
	to->value_date = wire_print_date(a, r->value_date);
	to->amount = wire_print_money(a, r->currency, r->amount);
	to->allocated = wire_print_money(a, r->currency, r->allocated);
	to->unapplied = wire_print_money(a, r->currency, r->unapplied);
	to->refunded = wire_print_money(a, r->currency, r->refunded);
	to->kept = wire_print_money(a, r->currency, r->kept);
	for (size_t i = 0; (one = book_next_of(l->book, GROUP_ALLOCATIONS_OF_RECEIPT, r->id, &i));)
		n++;
	to->allocations = ARENA_ARRAY(a, Dunlin__Ledger__V1__Allocation *, n + 1);
	for (size_t i = 0; (one = book_next_of(l->book, GROUP_ALLOCATIONS_OF_RECEIPT, r->id, &i));)
		if (one->minor && span_equal(one->merchant, l->merchant))
			to->allocations[to->n_allocations++] = print_allocation(l, r, one, one->minor);
	return to;
}

static size_t print_steps(
	struct ledger *l, const struct touched_receipt *t, bool made, Dunlin__Ledger__V1__Allocation ***out, struct step *last)
{
	size_t n = 0;
	*out = ARENA_ARRAY(l->arena, Dunlin__Ledger__V1__Allocation *, t->step_count + 1);
	for (size_t i = 0; i < t->step_count; i++) {
		const struct step *s = &t->steps[i];
		if ((s->minor > 0) != made)
			continue;
		(*out)[n++] = print_allocation(l, t->receipt, s->allocation, made ? s->minor : -s->minor);
		*last = *s;
	}
	return n;
}

static void say_reversed(
	struct ledger *l, struct touched_receipt *t, Dunlin__Ledger__V1__Allocation **reversed, size_t n, enum reversal reason)
{
	struct receipt *r = t->receipt;
	EVENT(AllocationReversed, ALLOCATION_REVERSED);
	HEAD(l, r->customer);
	event.receipt_id = wire_print_uuid(l->arena, r->id);
	event.revision = (uint64_t)++r->revision;
	event.receipt = print_receipt(l, r);
	event.n_reversed = n;
	event.reversed = reversed;
	event.reason = (Dunlin__Ledger__V1__ReversalReason)reason;
	if (reason == REVERSAL_RETURNED)
		event.return_reason = wire_print_text(l->arena, l->return_reason);
	say(l, r->customer, "dunlin.ledger.v1.AllocationReversed", &event.base);
}

static void say_allocated(
	struct ledger *l, struct touched_receipt *t, Dunlin__Ledger__V1__Allocation **made, size_t n, enum evidence evidence)
{
	struct receipt *r = t->receipt;
	EVENT(ReceiptAllocated, RECEIPT_ALLOCATED);
	HEAD(l, r->customer);
	event.receipt_id = wire_print_uuid(l->arena, r->id);
	event.revision = (uint64_t)++r->revision;
	event.receipt = print_receipt(l, r);
	event.n_made = n;
	event.made = made;
	event.evidence = (Dunlin__Ledger__V1__Evidence)evidence;
	if (t->is_new && !uuid_is_zero(l->counts))
		event.statement_id = wire_print_uuid(l->arena, l->counts);
	say(l, r->customer, "dunlin.ledger.v1.ReceiptAllocated", &event.base);
}

static void say_refund_requested(struct ledger *l, struct receipt *r)
{
	EVENT(RefundRequested, REFUND_REQUESTED);
	HEAD(l, r->customer);
	event.receipt_id = wire_print_uuid(l->arena, r->id);
	event.revision = (uint64_t)++r->revision;
	event.kind = (Dunlin__Ledger__V1__ReceiptKind)r->kind;
	event.source_id = wire_print_uuid(l->arena, r->source);
	event.requested = wire_print_money(l->arena, r->currency, r->refund_requested);
	say(l, r->customer, "dunlin.ledger.v1.RefundRequested", &event.base);
}

/* What was taken back first, then what was made; a receipt that only holds another amount now says that too. */
static void say_receipt(struct ledger *l, struct touched_receipt *t)
{
	Dunlin__Ledger__V1__Allocation **reversed, **made;
	struct step back = { 0 }, on = { 0 };
	size_t n = print_steps(l, t, false, &reversed, &back);
	if (n)
		say_reversed(l, t, reversed, n, back.reversal);
	size_t m = print_steps(l, t, true, &made, &on);
	if (m || (!n && !t->only_refund))
		say_allocated(l, t, made, m, on.evidence);
	if (t->refund_told)
		say_refund_requested(l, t->receipt);
}

static void say_credit(struct ledger *l, const struct touched_credit *t)
{
	struct credit *c = t->credit;
	if (c->unapplied == t->before)
		return;
	EVENT(UnappliedChanged, UNAPPLIED_CHANGED);
	HEAD(l, c->customer);
	event.revision = (uint64_t)++c->revision;
	event.unapplied = wire_print_money(l->arena, c->currency, c->unapplied);
	event.change = wire_print_money(l->arena, c->currency, c->unapplied - t->before);
	event.cause = (Dunlin__Ledger__V1__CauseKind)t->cause;
	event.cause_id = wire_print_uuid(l->arena, t->cause_id);
	say(l, c->customer, "dunlin.ledger.v1.UnappliedChanged", &event.base);
}

/* ---- accounts, statements, lines ---- */

static void say_account(struct ledger *l, const struct account *a)
{
	struct span stream = account_stream(l->arena, a->id);
	EVENT(AccountDefined, ACCOUNT_DEFINED);
	HEAD(l, stream);
	event.account_id = wire_print_uuid(l->arena, a->id);
	event.revision = (uint64_t)a->revision;
	event.currency = arena_strdup(l->arena, a->currency.code);
	event.collecting = a->collecting;
	event.closed = a->closed;
	say(l, stream, "dunlin.ledger.v1.AccountDefined", &event.base);
}

static void say_statement(struct ledger *l, const struct statement *s, const struct account *a)
{
	struct span stream = account_stream(l->arena, a->id);
	EVENT(StatementAccepted, STATEMENT_ACCEPTED);
	HEAD(l, stream);
	event.account_id = wire_print_uuid(l->arena, a->id);
	event.revision = (uint64_t)a->revision;
	event.statement_id = wire_print_uuid(l->arena, s->id);
	event.bank_statement_ref = wire_print_text(l->arena, s->bank_ref);
	event.from_date = wire_print_date(l->arena, s->from);
	event.to_date = wire_print_date(l->arena, s->to);
	event.opening = wire_print_money(l->arena, s->currency, s->opening);
	event.closing = wire_print_money(l->arena, s->currency, s->closing);
	event.line_count = (uint32_t)s->line_count;
	event.line_new = (uint32_t)s->line_new;
	event.covered_to = wire_print_date(l->arena, a->chain.covered_to);
	event.collecting = a->collecting;
	event.matched_follows = true;
	say(l, stream, "dunlin.ledger.v1.StatementAccepted", &event.base);
}

static void say_statement_undone(struct ledger *l, const struct statement *s, const struct account *a)
{
	struct span stream = account_stream(l->arena, a->id);
	EVENT(StatementUndone, STATEMENT_UNDONE);
	HEAD(l, stream);
	event.account_id = wire_print_uuid(l->arena, a->id);
	event.revision = (uint64_t)a->revision;
	event.statement_id = wire_print_uuid(l->arena, s->id);
	event.bank_statement_ref = wire_print_text(l->arena, s->bank_ref);
	event.closing = wire_print_money(l->arena, a->currency, a->chain.closing);
	event.covered_to = a->chain.started ? wire_print_date(l->arena, a->chain.covered_to) : NULL;
	event.collecting = a->collecting;
	say(l, stream, "dunlin.ledger.v1.StatementUndone", &event.base);
}

static void say_statement_matched(struct ledger *l, const struct statement *s)
{
	struct span stream = account_stream(l->arena, s->account);
	EVENT(StatementMatched, STATEMENT_MATCHED);
	HEAD(l, stream);
	event.statement_id = wire_print_uuid(l->arena, s->id);
	event.revision = 1;
	event.account_id = wire_print_uuid(l->arena, s->account);
	event.receipt_count = (uint32_t)s->receipts;
	say(l, stream, "dunlin.ledger.v1.StatementMatched", &event.base);
}

static void say_line_accepted(struct ledger *l, struct line *line, struct span stream)
{
	EVENT(LineAccepted, LINE_ACCEPTED);
	HEAD(l, stream);
	event.line_id = wire_print_uuid(l->arena, line->id);
	event.revision = (uint64_t)++line->revision;
	event.account_id = wire_print_uuid(l->arena, line->account);
	event.statement_id = wire_print_uuid(l->arena, line->statement);
	event.amount = wire_print_money(l->arena, line->amount.currency, line->amount.minor);
	event.booking_date = wire_print_date(l->arena, line->booking);
	event.value_date = wire_print_date(l->arena, line->value);
	say(l, stream, "dunlin.ledger.v1.LineAccepted", &event.base);
}

/* The receipts of the line that hold something, or that this message emptied. */
static size_t print_receipts(struct ledger *l, const struct line *line, bool emptied, ProtobufCBinaryData **out)
{
	const struct receipt *r;
	size_t n = 0;
	for (size_t i = 0; book_next_of(l->book, GROUP_RECEIPTS_OF_SOURCE, line->id, &i);)
		n++;
	*out = ARENA_ARRAY(l->arena, ProtobufCBinaryData, n + 1);
	n = 0;
	for (size_t i = 0; emptied && i < l->receipt_count; i++)
		if (uuid_equal(l->receipts[i].receipt->source, line->id))
			(*out)[n++] = wire_print_uuid(l->arena, l->receipts[i].receipt->id);
	for (size_t i = 0; !emptied && (r = book_next_of(l->book, GROUP_RECEIPTS_OF_SOURCE, line->id, &i));)
		if (r->amount && span_equal(r->merchant, l->merchant))
			(*out)[n++] = wire_print_uuid(l->arena, r->id);
	return n;
}

static void say_line_matched(struct ledger *l, struct line *line, struct span stream)
{
	bool posted = line->as != LINE_AS_NOTHING;
	EVENT(LineMatched, LINE_MATCHED);
	HEAD(l, stream);
	event.line_id = wire_print_uuid(l->arena, line->id);
	event.revision = (uint64_t)++line->revision;
	event.verdict = (Dunlin__Ledger__V1__Verdict)line->verdict;
	event.candidates = (uint32_t)line->candidates;
	event.evidence = (Dunlin__Ledger__V1__Evidence)line->evidence;
	event.posted = posted;
	event.amount = wire_print_money(l->arena, line->amount.currency, line->amount.minor);
	event.identified = wire_print_money(l->arena, line->amount.currency, posted ? line->amount.minor : 0);
	event.n_receipt_ids = print_receipts(l, line, false, &event.receipt_ids);
	if (line->as == LINE_AS_PAYOUT)
		event.payout_id = wire_print_uuid(l->arena, line->counterpart);
	say(l, stream, "dunlin.ledger.v1.LineMatched", &event.base);
}

static void say_line_unmatched(struct ledger *l, struct line *line, struct span stream)
{
	EVENT(LineUnmatched, LINE_UNMATCHED);
	HEAD(l, stream);
	event.line_id = wire_print_uuid(l->arena, line->id);
	event.revision = (uint64_t)++line->revision;
	event.amount = wire_print_money(l->arena, line->amount.currency, line->amount.minor);
	event.identified = wire_print_money(l->arena, line->amount.currency, 0);
	event.n_receipt_ids = print_receipts(l, line, true, &event.receipt_ids);
	say(l, stream, "dunlin.ledger.v1.LineUnmatched", &event.base);
}

static void say_line_undone(struct ledger *l, struct line *line, struct span stream)
{
	EVENT(LineUndone, LINE_UNDONE);
	HEAD(l, stream);
	event.line_id = wire_print_uuid(l->arena, line->id);
	event.revision = (uint64_t)++line->revision;
	event.statement_id = wire_print_uuid(l->arena, line->statement);
	event.amount = wire_print_money(l->arena, line->amount.currency, line->amount.minor);
	event.n_receipt_ids = print_receipts(l, line, true, &event.receipt_ids);
	say(l, stream, "dunlin.ledger.v1.LineUndone", &event.base);
}

static void say_line(struct ledger *l, const struct line *told, enum line_told what)
{
	struct line *line = line_edit(l, told->id);
	struct span stream = account_stream(l->arena, line->account);
	if (what & LINE_TOLD_ACCEPTED)
		say_line_accepted(l, line, stream);
	if (what & LINE_TOLD_MATCHED)
		say_line_matched(l, line, stream);
	if (what & LINE_TOLD_UNMATCHED)
		say_line_unmatched(l, line, stream);
	if (what & LINE_TOLD_UNDONE)
		say_line_undone(l, line, stream);
}

/* ---- exceptions ---- */

static void say_opened(struct ledger *l, struct exception *e)
{
	EVENT(ExceptionOpened, EXCEPTION_OPENED);
	HEAD(l, e->stream);
	event.exception_id = wire_print_uuid(l->arena, e->id);
	event.revision = (uint64_t)++e->revision;
	event.kind = (Dunlin__Ledger__V1__ExceptionKind)e->kind;
	event.subject_id = wire_print_uuid(l->arena, e->subject);
	event.amount = e->has_amount ? wire_print_money(l->arena, e->amount.currency, e->amount.minor) : NULL;
	event.detail = wire_print_text(l->arena, e->detail);
	say(l, e->stream, "dunlin.ledger.v1.ExceptionOpened", &event.base);
}

static void say_closed(struct ledger *l, struct exception *e)
{
	EVENT(ExceptionClosed, EXCEPTION_CLOSED);
	HEAD(l, e->stream);
	event.exception_id = wire_print_uuid(l->arena, e->id);
	event.revision = (uint64_t)++e->revision;
	event.kind = (Dunlin__Ledger__V1__ExceptionKind)e->kind;
	event.subject_id = wire_print_uuid(l->arena, e->subject);
	event.amount = e->has_amount ? wire_print_money(l->arena, e->amount.currency, e->amount.minor) : NULL;
	event.closed_by = wire_print_text(l->arena, e->closed_by);
	say(l, e->stream, "dunlin.ledger.v1.ExceptionClosed", &event.base);
}

void ledger_tell(struct ledger *l)
{
	ledger_conclude(l);
	if (l->defined)
		say_account(l, l->defined);
	if (l->accepted)
		say_statement(l, l->accepted, l->accepted_account);
	if (l->undone)
		say_statement_undone(l, l->undone, l->undone_account);
	for (size_t i = 0; i < l->line_count; i++)
		say_line(l, l->lines[i], l->told[i]);
	/* Behind its items: who has read of a receipt has read what became of them. */
	for (size_t i = 0; i < l->item_count; i++)
		say_item(l, &l->items[i]);
	for (size_t i = 0; i < l->receipt_count; i++)
		say_receipt(l, &l->receipts[i]);
	if (l->matched)
		say_statement_matched(l, l->matched);
	for (size_t i = 0; i < l->credit_count; i++)
		say_credit(l, &l->credits[i]);
	for (size_t i = 0; i < l->exception_count; i++)
		if (l->exceptions[i]->open)
			say_opened(l, l->exceptions[i]);
		else
			say_closed(l, l->exceptions[i]);
}

static Dunlin__Ledger__V1__PeriodBalance *print_period_balance(struct ledger *l, const struct period_balance *from)
{
	Dunlin__Ledger__V1__PeriodBalance *to = ARENA_NEW(l->arena, Dunlin__Ledger__V1__PeriodBalance);
	dunlin__ledger__v1__period_balance__init(to);
	to->account = wire_print_text(l->arena, from->account);
	to->opening = wire_print_money(l->arena, from->currency, from->opening);
	to->debit = wire_print_money(l->arena, from->currency, from->debit);
	to->credit = wire_print_money(l->arena, from->currency, from->credit);
	return to;
}

void ledger_tell_period(struct ledger *l, struct period *p, const struct period_balance *balances, size_t n)
{
	EVENT(PeriodClosed, PERIOD_CLOSED);
	HEAD(l, SPAN("@merchant"));
	event.period = wire_print_text(l->arena, span_of(month_text(l->arena, p->month)));
	event.revision = (uint64_t)++p->revision;
	event.last_entry = (uint64_t)p->last_entry;
	event.seal = (ProtobufCBinaryData){ sizeof(p->seal.b), p->seal.b };
	event.forced = p->forced;
	event.balances = ARENA_ARRAY(l->arena, Dunlin__Ledger__V1__PeriodBalance *, n + 1);
	for (event.n_balances = 0; event.n_balances < n; event.n_balances++)
		event.balances[event.n_balances] = print_period_balance(l, &balances[event.n_balances]);
	say(l, SPAN("@merchant"), "dunlin.ledger.v1.PeriodClosed", &event.base);
}
