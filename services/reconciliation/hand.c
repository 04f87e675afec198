#include "hand.h"

#include "ledger.h"
#include "undo.h"

static struct money in(struct currency currency, int64_t minor)
{
	return (struct money){ minor, currency };
}

static void audit(struct ledger *l, const struct by_whom *by, const char *act, struct span subject)
{
	ledger_audit(l, by->client, by->who, act, subject, by->why);
}

static const char *field(const struct ledger *l, size_t i, const char *name)
{
	return arena_printf(l->arena, "items[%zu].%s", i, name);
}

static const struct invoice *invoice_of(const struct ledger *l, const struct named_item *item)
{
	const struct invoice *v;
	if (!item->number.size) {
		v = book_invoice(l->book, l->merchant, item->item.invoice);
		return v && v->issued ? v : NULL;
	}
	for (size_t i = 0; (v = book_next(l->book, BOOK_INVOICES, &i));)
		if (v->issued && span_equal(v->number, item->number) && span_equal(v->merchant, l->merchant))
			return v;
	return NULL;
}

/* What is open of the invoice, or of one part of it; below 0 when there is no such part. */
static int64_t open_of(const struct ledger *l, const struct invoice *v, int32_t part)
{
	if (!part)
		return invoice_open(l, v);
	const struct open_item *item = book_item(l->book, l->merchant, v->id, part);
	return item ? item->open : -1;
}

/* The items as shares; each document must be there, in that currency, with that much open. *sum is what they take. */
static enum err resolve(const struct ledger *l, const struct named_item *items, size_t n, struct currency currency, struct share *shares,
	int64_t *sum, struct why *why)
{
	struct money total = in(currency, 0);
	for (size_t i = 0; i < n; i++) {
		const struct invoice *v = invoice_of(l, &items[i]);
		if (!v)
			return why_field(why, ERR_NOT_FOUND, "invoice_unknown", field(l, i, "invoice"), "there is no such invoice");
		int64_t open = open_of(l, v, items[i].item.part), minor = items[i].amount.currency.code[0] ? items[i].amount.minor : open;
		for (size_t j = 0; j < i; j++)
			if (uuid_equal(shares[j].item.invoice, v->id) &&
				(shares[j].item.part == items[i].item.part || !shares[j].item.part || !items[i].item.part))
				return why_field(why, ERR_INVALID, "item_twice", field(l, i, "invoice"), "the document is named twice");
		if (open < 0)
			return why_field(why, ERR_NOT_FOUND, "part_unknown", field(l, i, "part"), "the invoice has no such part");
		if (!currency_equal(v->currency, currency) ||
			(items[i].amount.currency.code[0] && !currency_equal(items[i].amount.currency, currency)))
			return why_field(why, ERR_REFUSED, "currency_differs", field(l, i, "amount"),
				"the money is in %s, the invoice in %s", currency.code, v->currency.code);
		if (minor <= 0 || minor > open)
			return why_field(why, ERR_REFUSED, "amount_not_open", field(l, i, "amount"), "%s is open",
				money_text(l->arena, in(currency, open)));
		TRY(money_add(total, in(currency, minor), &total, why));
		shares[i] = (struct share){ .customer = v->customer, .item = { v->id, items[i].item.part, minor } };
	}
	*sum = total.minor;
	return OK;
}

static bool is_customer(const struct ledger *l, struct span ref)
{
	return book_find(l->book, BOOK_CUSTOMERS, book_key(l->book, l->merchant, ref)) != NULL;
}

/* ---- lines ---- */

/* The items must be the customer's own. */
static enum err check_owner(const struct ledger *l, const struct share *shares, size_t n, struct span customer, struct why *why)
{
	for (size_t i = 0; i < n; i++)
		if (!span_equal(shares[i].customer, customer))
			return why_field(why, ERR_REFUSED, "customer_differs", field(l, i, "invoice"), "the invoice is another customer's");
	return OK;
}

/* The currency of what is named, where that is one other than the line's. */
static bool is_exchange(const struct ledger *l, const struct match_line *m, const struct line *line, struct currency *currency)
{
	const struct invoice *v = m->item_count ? invoice_of(l, &m->items[0]) : NULL;
	if (v)
		*currency = v->currency;
	return v && !currency_equal(v->currency, line->amount.currency);
}

/* A person says what the money was before the bank exchanged it; what the bank tells of that they cannot change. */
static enum err match_exchange(struct ledger *l, const struct match_line *m, struct line *line, struct currency currency, struct why *why)
{
	const struct line_detail *d = book_find(l->book, BOOK_LINE_DETAILS, book_key_uuid(l->book, l->merchant, line->id));
	struct share *shares = ARENA_ARRAY(l->arena, struct share, m->item_count);
	struct money told;
	bool is_told = line_original(line, d, &told);
	int64_t sum = 0;
	TRY(resolve(l, m->items, m->item_count, currency, shares, &sum, why));
	if (line->returned || m->customer.size)
		return why_field(why, ERR_REFUSED, "exchange_in_part", "items", "what was exchanged pays its documents whole");
	TRY(check_owner(l, shares, m->item_count, shares[0].customer, why));
	for (size_t i = 0; !is_told && i < m->item_count; i++)
		if (!m->items[i].amount.currency.code[0])
			return why_field(why, ERR_REFUSED, "original_unsaid", field(l, i, "amount"),
				"the statement does not tell what the payer instructed: say it");
	if (is_told && (!currency_equal(told.currency, currency) || told.minor != sum))
		return why_field(why, ERR_REFUSED, "original_differs", "items", "the payer instructed %s", money_text(l->arena, told));
	return line_become_exchange(l, line, shares, m->item_count, EVIDENCE_PERSON, why);
}

/* Nobody said whose the rest is: it is kept where all of it is within the policy, and the documents are one customer's and paid whole. */
static bool keep_rest(const struct ledger *l, struct share *shares, size_t n, struct currency currency, int64_t sum, int64_t left)
{
	for (size_t i = 0; i < n; i++) {
		const struct invoice *v = book_invoice(l->book, l->merchant, shares[i].item.invoice);
		if (!span_equal(shares[i].customer, shares[0].customer) || shares[i].item.minor != invoice_open(l, v))
			return false;
	}
	if (!n)
		return false;
	shares[0].difference = difference_over(l, currency, sum, left);
	return shares[0].difference.minor > 0;
}

static enum err match_items(struct ledger *l, const struct match_line *m, struct line *line, struct why *why)
{
	struct share *shares = ARENA_ARRAY(l->arena, struct share, m->item_count + 1);
	int64_t left = line_left(line), sum = 0;
	size_t n = m->item_count;
	struct currency currency;
	if (line->amount.minor < 0)
		return why_set(why, ERR_REFUSED, "money_went", "money that went pays no invoice");
	if (is_exchange(l, m, line, &currency))
		return match_exchange(l, m, line, currency, why);
	TRY(resolve(l, m->items, n, line->amount.currency, shares, &sum, why));
	if (sum > left)
		return why_field(why, ERR_REFUSED, "items_exceed", "items", "the line has %s",
			money_text(l->arena, in(line->amount.currency, left)));
	if (sum < left && !m->customer.size && !keep_rest(l, shares, n, line->amount.currency, sum, left))
		return why_field(why, ERR_REFUSED, "rest_unsaid", "customer", "%s of the line is over: whose is it?",
			money_text(l->arena, in(line->amount.currency, left - sum)));
	if (m->customer.size && !is_customer(l, m->customer))
		return why_field(why, ERR_NOT_FOUND, "customer_unknown", "customer", "there is no such customer");
	if (sum < left)
		shares[n++] =
			(struct share){ .customer = m->customer.size ? m->customer : shares[0].customer, .item = { .minor = left - sum } };
	return line_become_receipts(l, line, shares, n, EVIDENCE_PERSON, why);
}

static enum err match_booked(struct ledger *l, const struct match_line *m, struct line *line, struct why *why)
{
	enum chart chart = chart_of(m->booked_to);
	int64_t left = line->amount.minor > 0 ? line_left(line) : -line_left(line);
	if (chart == CHART_COUNT || !chart_row(chart)->by_hand)
		return why_field(why, ERR_REFUSED, "account_not_by_hand", "account", "no line may be booked to that account");
	line->booked_to = m->booked_to;
	ledger_post(l, line_holding(l->arena, line), m->booked_to, in(line->amount.currency, left));
	return line_conclude(l, line, LINE_AS_BOOKED, VERDICT_UNIQUE, 1, EVIDENCE_PERSON, why);
}

/* Unapplied cash given back over the bank: payable for a moment, then gone. `sign` -1 takes it back. */
static void post_bank_refund(struct ledger *l, struct receipt *r, int64_t minor, int sign)
{
	struct money money = in(r->currency, sign * minor);
	struct span payable = chart_account(l->arena, CHART_REFUNDS_PAYABLE, SPAN(""));
	l->customer = r->customer;
	ledger_post(l, chart_account(l->arena, CHART_UNAPPLIED, SPAN("")), payable, money);
	ledger_post(l, payable, chart_account(l->arena, CHART_UNIDENTIFIED_PAYMENTS, SPAN("")), money);
	r->unapplied -= money.minor;
	r->refunded += money.minor;
	if (money.minor > 0)
		receipt_note_refund(r, money.minor);
	ledger_credit(l, r->customer, in(r->currency, -money.minor), TOLD_REFUND, r->id);
}

static enum err match_refund(struct ledger *l, const struct match_line *m, struct line *line, struct why *why)
{
	const struct receipt *old = book_receipt(l->book, l->merchant, m->refund_of);
	if (!old)
		return why_field(why, ERR_NOT_FOUND, "receipt_unknown", "refund_of", "there is no such receipt");
	if (line->amount.minor > 0 || !currency_equal(old->currency, line->amount.currency))
		return why_field(why, ERR_REFUSED, "not_a_refund", "refund_of", "a refund is money that went, in the receipt's currency");
	if (old->unapplied < line_left(line))
		return why_field(why, ERR_REFUSED, "receipt_spent", "refund_of", "%s of the receipt is unapplied",
			money_text(l->arena, in(old->currency, old->unapplied)));
	line->counterpart = old->id;
	post_bank_refund(l, ledger_receipt(l, old->id), line_left(line), 1);
	return line_conclude(l, line, LINE_AS_REFUND, VERDICT_UNIQUE, 1, EVIDENCE_PERSON, why);
}

static enum err waiting_line(struct ledger *l, struct uuid id, struct line **out, struct why *why)
{
	const struct line *old = book_line(l->book, l->merchant, id);
	if (!old || old->state == LINE_STAGED || old->state == LINE_KNOWN || old->state == LINE_UNDONE)
		return why_set(why, ERR_NOT_FOUND, "line_unknown", "there is no such line in the books");
	if (old->state != LINE_WAITING)
		return why_set(why, ERR_CONFLICT, "line_state", "the line is %s", line_state_word(old->state));
	TRY(undo_leaves_alone(l, old, why));
	*out = line_edit(l, id);
	return OK;
}

enum err hand_match(struct ledger *l, const struct match_line *m, struct why *why)
{
	struct line *line = NULL;
	TRY(waiting_line(l, m->line, &line, why));
	audit(l, &m->by, "match line", span_of(uuid_text(l->arena, m->line)));
	l->cause = CAUSE_MATCH;
	l->cause_id = line->id;
	line->by_person = true;
	if (!uuid_is_zero(m->payout))
		return line_become_payout(l, line, m->payout, why);
	if (!uuid_is_zero(m->return_of) && line->amount.minor > 0)
		return line_become_reversal(l, line, m->return_of, why);
	if (!uuid_is_zero(m->return_of))
		return line_become_return(l, line, m->return_of, EVIDENCE_PERSON, why);
	if (!uuid_is_zero(m->refund_of))
		return match_refund(l, m, line, why);
	return m->booked_to.size ? match_booked(l, m, line, why) : match_items(l, m, line, why);
}

static enum err unmatch_receipts(struct ledger *l, struct line *line, enum reversal reversal, struct why *why)
{
	const struct receipt *r;
	if (line->as == LINE_AS_EXCHANGED)
		TRY(exchange_undo(l, line, line_holding(l->arena, line), reversal, why));
	for (size_t i = 0; (r = book_next(l->book, BOOK_RECEIPTS, &i));) {
		if (r->kind != RECEIPT_BANK || !uuid_equal(r->source, line->id) || !r->amount || !span_equal(r->merchant, l->merchant))
			continue;
		if (r->refunded)
			return why_set(why, ERR_REFUSED, "receipt_refunded", "some of the money was given back to the payer");
		TRY(receipt_take_out(l, r->id, r->amount, line_holding(l->arena, line), reversal, why));
	}
	/* What was taken back before is the line's own matter from here on. */
	for (size_t i = 0; (r = book_next(l->book, BOOK_RECEIPTS, &i));)
		if (r->returned && uuid_equal(r->source, line->id) && span_equal(r->merchant, l->merchant))
			ledger_receipt(l, r->id)->returned = 0;
	if (reversal == REVERSAL_UNDONE)
		payer_forget(l, line);
	else
		payer_unlearn(l, line);
	return OK;
}

static void unmatch_payout(struct ledger *l, const struct line *line)
{
	struct payout *p = book_edit(l->book, BOOK_PAYOUTS, book_key_uuid(l->book, l->merchant, line->counterpart));
	p->has_arrived = false;
	p->bank_line = (struct uuid){ 0 };
	ledger_post(l, chart_account(l->arena, CHART_IN_TRANSIT, p->provider_account), line_holding(l->arena, line),
		in(p->currency, p->amount));
}

static enum err take_apart(struct ledger *l, struct line *line, enum reversal reversal, struct why *why)
{
	int64_t left = line->amount.minor > 0 ? line_left(line) : -line_left(line);
	switch (line->as) {
	case LINE_AS_RECEIPTS:
	case LINE_AS_EXCHANGED: return unmatch_receipts(l, line, reversal, why);
	case LINE_AS_PAYOUT: unmatch_payout(l, line); break;
	case LINE_AS_RETURN: return line_unmatch_return(l, line, why);
	case LINE_AS_REFUND: post_bank_refund(l, ledger_receipt(l, line->counterpart), line_left(line), -1); break;
	case LINE_AS_BOOKED: ledger_post(l, line->booked_to, line_holding(l->arena, line), in(line->amount.currency, left)); break;
	case LINE_AS_NOTHING:
	case LINE_AS_KINDS: bug("a matched line is nothing");
	}
	return OK;
}

enum err line_take_apart(struct ledger *l, struct line *line, enum reversal reversal, struct why *why)
{
	TRY(take_apart(l, line, reversal, why));
	TRY(line_act(line, LINE_UNMATCH, why));
	line->as = LINE_AS_NOTHING;
	line->counterpart = (struct uuid){ 0 };
	line->booked_to = SPAN("");
	return OK;
}

enum err hand_unmatch(struct ledger *l, const struct unmatch_line *u, struct why *why)
{
	const struct line *old = book_line(l->book, l->merchant, u->line);
	if (!old)
		return why_set(why, ERR_NOT_FOUND, "line_unknown", "there is no such line");
	if (old->state != LINE_MATCHED)
		return why_set(why, ERR_CONFLICT, "line_state", "the line is %s", line_state_word(old->state));
	TRY(undo_leaves_alone(l, old, why));
	struct line *line = line_edit(l, u->line);
	audit(l, &u->by, "unmatch line", span_of(uuid_text(l->arena, u->line)));
	l->cause = CAUSE_UNMATCH;
	l->cause_id = line->id;
	TRY(line_take_apart(l, line, REVERSAL_UNMATCHED, why));
	line->by_person = true;
	line->verdict = VERDICT_NONE;
	line->candidates = 0;
	line->evidence = EVIDENCE_PERSON;
	line_settle_exceptions(l, line);
	ledger_line(l, line, LINE_TOLD_UNMATCHED);
	return OK;
}

/* ---- receipts ---- */

static void payables_of(const struct share *shares, size_t n, struct payable *out)
{
	for (size_t i = 0; i < n; i++)
		out[i] = shares[i].item;
}

enum err hand_receipt(struct ledger *l, const struct record_receipt *c, struct uuid *id, struct why *why)
{
	struct share *shares = ARENA_ARRAY(l->arena, struct share, c->item_count + 1);
	struct payable *payables = ARENA_ARRAY(l->arena, struct payable, c->item_count + 1);
	const struct receipt *r;
	int64_t sum = 0;
	if (!is_customer(l, c->customer))
		return why_field(why, ERR_NOT_FOUND, "customer_unknown", "customer", "there is no such customer");
	TRY(resolve(l, c->items, c->item_count, c->amount.currency, shares, &sum, why));
	TRY(check_owner(l, shares, c->item_count, c->customer, why));
	if (sum > c->amount.minor)
		return why_field(why, ERR_REFUSED, "items_exceed", "items", "the items are more than the receipt");
	*id = say_id(l->say);
	audit(l, &c->by, "record receipt", span_of(uuid_text(l->arena, *id)));
	l->cause = CAUSE_RECEIPT;
	l->cause_id = *id;
	struct receipt made = {
		.customer = c->customer,
		.id = *id,
		.kind = RECEIPT_MANUAL,
		.source = *id,
		.value_date = c->value_date,
		.currency = c->amount.currency,
		.amount = c->amount.minor,
	};
	TRY(receipt_make(l, &made, chart_account(l->arena, CHART_CASH_IN_HAND, SPAN("")), &r, why));
	payables_of(shares, c->item_count, payables);
	receipt_allocate(l, *id, payables, c->item_count, EVIDENCE_PERSON, false);
	return OK;
}

enum err hand_allocate(struct ledger *l, const struct allocate_receipt *c, struct why *why)
{
	struct share *shares = ARENA_ARRAY(l->arena, struct share, c->item_count + 1);
	struct payable *payables = ARENA_ARRAY(l->arena, struct payable, c->item_count + 1);
	const struct receipt *r = book_receipt(l->book, l->merchant, c->receipt);
	int64_t sum = 0;
	if (!r)
		return why_set(why, ERR_NOT_FOUND, "receipt_unknown", "there is no such receipt");
	TRY(resolve(l, c->items, c->item_count, r->currency, shares, &sum, why));
	TRY(check_owner(l, shares, c->item_count, r->customer, why));
	if (sum > r->unapplied)
		return why_field(why, ERR_REFUSED, "items_exceed", "items", "%s of the receipt is unapplied",
			money_text(l->arena, in(r->currency, r->unapplied)));
	audit(l, &c->by, "allocate receipt", span_of(uuid_text(l->arena, c->receipt)));
	l->cause = CAUSE_RECEIPT;
	l->cause_id = c->receipt;
	payables_of(shares, c->item_count, payables);
	receipt_allocate(l, c->receipt, payables, c->item_count, EVIDENCE_PERSON, false);
	return OK;
}

/* ---- the rest ---- */

enum err hand_close(struct ledger *l, const struct close_exception *c, struct why *why)
{
	audit(l, &c->by, "close exception", span_of(uuid_text(l->arena, c->exception)));
	return exception_close_by_hand(l, c->exception, c->by.client, why);
}

enum err hand_accept(struct ledger *l, const struct accept_statement *c, struct why *why)
{
	audit(l, &c->by, "accept statement", span_of(uuid_text(l->arena, c->statement)));
	return statement_decide(l, c->statement, c->by.client, why);
}
