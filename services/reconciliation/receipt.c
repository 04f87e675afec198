#include "receipt.h"

#include "ledger.h"
#include "match/difference.h"
#include "unsettled.h"

static struct money in(struct currency currency, int64_t minor)
{
	return (struct money){ minor, currency };
}

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static struct span plain(const struct ledger *l, enum chart chart)
{
	return chart_account(l->arena, chart, SPAN(""));
}

static const struct receipt *must_find(const struct ledger *l, struct uuid id)
{
	const struct receipt *r = book_receipt(l->book, l->merchant, id);
	if (!r)
		bug("receipt %s is not in the book", uuid_text(l->arena, id));
	return r;
}

/* The customer's credit stays an amount that can be written down. */
static enum err check_room(const struct ledger *l, const struct receipt *r, int64_t minor, struct why *why)
{
	const struct credit *c =
		book_find(l->book, BOOK_CREDITS, book_key_pair(l->book, l->merchant, r->customer, span_of(r->currency.code)));
	struct money sum = in(r->currency, c ? c->unapplied : 0);
	return money_add(sum, in(r->currency, minor), &sum, why);
}

static void take_in(struct ledger *l, struct receipt *r, int64_t minor, struct span from)
{
	l->customer = r->customer;
	ledger_post(l, from, plain(l, CHART_UNAPPLIED), in(r->currency, minor));
	r->amount += minor;
	r->unapplied += minor;
	ledger_credit(l, r->customer, in(r->currency, minor), TOLD_ALLOCATION, r->id);
}

enum err receipt_make(struct ledger *l, const struct receipt *made, struct span from, const struct receipt **out, struct why *why)
{
	if (made->amount <= 0)
		return why_field(why, ERR_INVALID, "amount_not_positive", "amount", "a receipt is more than 0");
	TRY(check_room(l, made, made->amount, why));
	struct receipt *r = book_add(l->book, BOOK_RECEIPTS, book_key_uuid(l->book, l->merchant, made->id));
	*r = *made;
	r->merchant = l->merchant;
	r->amount = r->allocated = r->unapplied = r->refunded = r->kept = 0;
	ledger_receipt(l, r->id);
	l->receipts[l->receipt_count - 1].is_new = true;
	take_in(l, r, made->amount, from);
	*out = r;
	return OK;
}

/* ---- allocating ---- */

static struct allocation *allocate_item(
	struct ledger *l, struct receipt *r, const struct open_item *to, int64_t minor, enum evidence evidence)
{
	struct open_item *item = ledger_item(l, to->invoice, to->part, TOLD_ALLOCATION, r->id);
	struct uuid id = say_id(l->say);
	struct allocation *a = book_add(l->book, BOOK_ALLOCATIONS, book_key_uuid(l->book, l->merchant, id));
	*a = (struct allocation){ .merchant = l->merchant,
		.customer = r->customer,
		.id = id,
		.receipt = r->id,
		.invoice = item->invoice,
		.part = item->part,
		.minor = minor };
	l->customer = r->customer;
	ledger_post(l, plain(l, CHART_UNAPPLIED), plain(l, CHART_RECEIVABLE), in(r->currency, minor));
	item->open -= minor;
	item->allocated += minor;
	if (!item->has_value_date || date_compare(r->value_date, item->last_value_date) > 0)
		item->last_value_date = r->value_date;
	item->has_value_date = true;
	r->unapplied -= minor;
	r->allocated += minor;
	ledger_credit(l, r->customer, in(r->currency, -minor), TOLD_ALLOCATION, r->id);
	ledger_step(l, r, a, minor, evidence, 0);
	return a;
}

static void want(struct ledger *l, const struct receipt *r, const struct payable *p)
{
	struct span key = book_key(l->book, book_key_part(l->book, l->merchant, p->invoice, p->part), uuid_span(&r->id));
	const struct wanted *old = book_find(l->book, BOOK_WANTED, key);
	if (!book_invoice(l->book, l->merchant, p->invoice)) {
		struct invoice *v = book_add(l->book, BOOK_INVOICES, book_key_uuid(l->book, l->merchant, p->invoice));
		*v = (struct invoice){ .merchant = l->merchant, .customer = r->customer, .id = p->invoice, .currency = r->currency };
	}
	struct wanted *w = old ? book_edit(l->book, BOOK_WANTED, key) : book_add(l->book, BOOK_WANTED, key);
	*w = (struct wanted){ l->merchant, r->id, p->invoice, p->part, p->minor };
}

void receipt_allocate(struct ledger *l, struct uuid id, const struct payable *payables, size_t n, enum evidence evidence, bool wants)
{
	struct receipt *r = ledger_receipt(l, id);
	for (size_t i = 0; i < n; i++) {
		const struct payable *p = &payables[i];
		const struct invoice *v = book_invoice(l->book, l->merchant, p->invoice);
		const struct open_item **items;
		int64_t left = p->minor;
		if (!v || !v->issued) {
			if (wants)
				want(l, r, p);
			continue;
		}
		if (!currency_equal(v->currency, r->currency) || !span_equal(v->customer, r->customer))
			continue;
		for (size_t j = 0, count = invoice_items(l, v, &items); j < count; j++) {
			int64_t minor = least(least(left, r->unapplied), items[j]->open);
			if ((p->part && p->part != items[j]->part) || minor <= 0)
				continue;
			allocate_item(l, r, items[j], minor, evidence);
			left -= minor;
		}
	}
}

/* ---- deducting ---- */

void receipt_deduct(struct ledger *l, struct uuid id, struct uuid beside, const struct payable *payables, size_t n, int64_t minor,
	enum evidence evidence)
{
	struct receipt *r = ledger_receipt(l, id);
	const struct open_item **items;
	for (size_t i = 0; i < n; i++) {
		const struct invoice *v = book_invoice(l->book, l->merchant, payables[i].invoice);
		for (size_t j = 0, count = v ? invoice_items(l, v, &items) : 0; j < count; j++) {
			int64_t take = least(least(minor, r->unapplied), items[j]->open);
			if ((payables[i].part && payables[i].part != items[j]->part) || take <= 0)
				continue;
			allocate_item(l, r, items[j], take, evidence)->beside = beside;
			minor -= take;
		}
	}
}

void receipt_deduct_again(struct ledger *l, struct uuid beside)
{
	const struct allocation *a;
	for (size_t i = 0; (a = book_next(l->book, BOOK_ALLOCATIONS, &i));) {
		if (!a->undone || !uuid_equal(a->beside, beside) || !span_equal(a->merchant, l->merchant))
			continue;
		struct allocation *old = book_edit(l->book, BOOK_ALLOCATIONS, book_key_uuid(l->book, l->merchant, a->id));
		const struct payable again = { old->invoice, old->part, old->undone };
		struct uuid receipt = old->receipt;
		old->undone = 0;
		receipt_deduct(l, receipt, beside, &again, 1, again.minor, EVIDENCE_REFERENCE);
	}
}

/* ---- taking back ---- */

static void release_one(struct ledger *l, struct receipt *r, struct allocation *a, int64_t minor, enum reversal reversal)
{
	enum told_cause cause = reversal == REVERSAL_CREDITED   ? TOLD_CREDIT_NOTE
				: reversal == REVERSAL_REFUNDED ? TOLD_REFUND
								: TOLD_REVERSAL;
	struct uuid cause_id = cause == TOLD_REVERSAL ? r->id : l->cause_id;
	struct open_item *item = ledger_item(l, a->invoice, a->part, cause, cause_id);
	l->customer = r->customer;
	ledger_post(l, plain(l, CHART_RECEIVABLE), plain(l, CHART_UNAPPLIED), in(r->currency, minor));
	a->minor -= minor;
	item->open += minor;
	item->allocated -= minor;
	item->has_value_date = item->allocated > 0;
	r->unapplied += minor;
	r->allocated -= minor;
	ledger_credit(l, r->customer, in(r->currency, minor), cause, cause_id);
	ledger_step(l, r, a, -minor, EVIDENCE_NONE, reversal);
}

int64_t receipt_release(struct ledger *l, struct uuid id, const struct payable *item, int64_t minor, enum reversal reversal)
{
	struct receipt *r = ledger_receipt(l, id);
	const struct allocation *a, **all;
	int64_t left = minor;
	size_t n = 0;
	for (size_t i = 0; (a = book_next(l->book, BOOK_ALLOCATIONS, &i));)
		n++;
	all = arena_array(l->arena, sizeof(*all), n + 1);
	n = 0;
	for (size_t i = 0; (a = book_next(l->book, BOOK_ALLOCATIONS, &i));)
		if (a->minor && uuid_equal(a->receipt, id) && span_equal(a->merchant, l->merchant) &&
			(!item || (uuid_equal(a->invoice, item->invoice) && (!item->part || item->part == a->part))))
			all[n++] = a;
	while (n-- > 0 && left) {
		struct allocation *now = book_edit(l->book, BOOK_ALLOCATIONS, book_key_uuid(l->book, l->merchant, all[n]->id));
		int64_t take = least(left, now->minor);
		release_one(l, r, now, take, reversal);
		left -= take;
	}
	return minor - left;
}

/* What the payer of the receipt deducted is the customer's again. */
static void release_deducted(struct ledger *l, struct uuid beside, enum reversal reversal)
{
	const struct allocation *a;
	for (size_t i = 0; (a = book_next(l->book, BOOK_ALLOCATIONS, &i));) {
		if (!a->minor || !uuid_equal(a->beside, beside) || !span_equal(a->merchant, l->merchant))
			continue;
		struct allocation *now = book_edit(l->book, BOOK_ALLOCATIONS, book_key_uuid(l->book, l->merchant, a->id));
		now->undone = now->minor;
		release_one(l, ledger_receipt(l, now->receipt), now, now->minor, reversal);
	}
}

int64_t receipt_holds(const struct receipt *r)
{
	return r->allocated + r->unapplied + r->kept;
}

enum err receipt_take_out(struct ledger *l, struct uuid id, int64_t minor, struct span to, enum reversal reversal, struct why *why)
{
	struct receipt *r = ledger_receipt(l, id);
	if (receipt_holds(r) < minor)
		return why_set(why, ERR_REFUSED, "receipt_spent", "of the receipt %s is left",
			money_text(l->arena, in(r->currency, receipt_holds(r))));
	bool takes_more = minor > r->unapplied;
	if (minor > r->unapplied + r->kept)
		receipt_release(l, id, NULL, minor - r->unapplied - r->kept, reversal);
	if (takes_more) {
		release_deducted(l, id, reversal);
		TRY(difference_undo(l, id, why));
	}
	l->customer = r->customer;
	ledger_post(l, plain(l, CHART_UNAPPLIED), to, in(r->currency, minor));
	r->amount -= minor;
	r->unapplied -= minor;
	ledger_credit(l, r->customer, in(r->currency, -minor), TOLD_REVERSAL, r->id);
	return OK;
}

void receipt_put_back(struct ledger *l, struct uuid id, int64_t minor, struct span from)
{
	take_in(l, ledger_receipt(l, id), minor, from);
}

/* ---- providers ---- */

static struct span clearing(const struct ledger *l, const struct attempt *a)
{
	return chart_account(l->arena, CHART_CLEARING, a->provider_account);
}

enum err payment_succeed(struct ledger *l, const struct attempt *a, struct why *why)
{
	const struct receipt *r = book_receipt(l->book, l->merchant, a->id);
	const struct receipt made = {
		.customer = a->customer,
		.id = a->id,
		.kind = RECEIPT_PROVIDER,
		.source = a->id,
		.value_date = a->value_date,
		.currency = a->captured.currency,
		.amount = a->captured.minor,
		.provider_account = a->provider_account,
		.provider_payment = a->provider_payment,
		.settle_by = settlement_day(a->value_date),
		.unsettled = true,
	};
	l->cause = CAUSE_PAYMENT;
	l->cause_id = a->id;
	if (!r) {
		TRY(receipt_make(l, &made, clearing(l, a), &r, why));
		receipt_allocate(l, a->id, a->items, a->item_count, EVIDENCE_PROVIDER, true);
		return OK;
	}
	if (!currency_equal(r->currency, a->captured.currency))
		return why_field(why, ERR_INVALID, "currency_differs", "captured", "the attempt was in %s before", r->currency.code);
	if (a->captured.minor <= r->amount)
		return OK;
	TRY(check_room(l, r, a->captured.minor - r->amount, why));
	receipt_put_back(l, a->id, a->captured.minor - r->amount, clearing(l, a));
	unsettled_expect(l, a);
	receipt_allocate(l, a->id, a->items, a->item_count, EVIDENCE_PROVIDER, false);
	return OK;
}

/* Frees money of the payment for its refund; notes in `freed` what is open again for it. */
static size_t free_for_refund(struct ledger *l, const struct receipt *r, const struct refunded *f, int64_t minor, struct payable *freed)
{
	size_t before = 0, n = 0;
	struct touched_receipt *t;
	for (size_t i = 0; i < l->receipt_count; i++)
		if (l->receipts[i].receipt == r)
			before = l->receipts[i].step_count;
	for (size_t i = 0; i < f->item_count && minor; i++)
		minor -= receipt_release(l, r->id, &f->items[i], least(minor, f->items[i].minor), REVERSAL_REFUNDED);
	if (minor)
		receipt_release(l, r->id, NULL, minor, REVERSAL_REFUNDED);
	for (size_t i = 0; i < l->receipt_count; i++) {
		t = &l->receipts[i];
		for (size_t j = t->receipt == r ? before : t->step_count; j < t->step_count && n < 64; j++)
			freed[n++] = (struct payable){ t->steps[j].allocation->invoice, t->steps[j].allocation->part, -t->steps[j].minor };
	}
	return n;
}

int64_t receipt_wanted(const struct ledger *l, struct uuid id)
{
	const struct wanted *w;
	int64_t minor = 0;
	for (size_t i = 0; (w = book_next(l->book, BOOK_WANTED, &i));)
		if (uuid_equal(w->receipt, id) && span_equal(w->merchant, l->merchant))
			minor += w->minor;
	return minor;
}

/* The customer's other unapplied money stands in for what was given back. */
static void cover(struct ledger *l, const struct receipt *r, const struct payable *freed, size_t n)
{
	const struct receipt *other;
	for (size_t i = 0; (other = book_next(l->book, BOOK_RECEIPTS, &i));)
		if (other != r && other->unapplied && span_equal(other->customer, r->customer) &&
			span_equal(other->merchant, l->merchant) && currency_equal(other->currency, r->currency) &&
			!receipt_wanted(l, other->id) && !other->refund_requested)
			receipt_allocate(l, other->id, freed, n, EVIDENCE_UNAPPLIED, false);
}

/* The provider gave back more than it ever took: booked, and somebody has to find out why. */
static void refund_unexplained(struct ledger *l, const struct refunded *f, int64_t minor)
{
	struct money rest = in(f->amount.currency, minor);
	ledger_post(l, plain(l, CHART_UNIDENTIFIED_PAYMENTS), clearing(l, &f->attempt), rest);
	exception_open(l, EXCEPTION_REFUND_UNEXPLAINED, f->id, f->attempt.customer, rest,
		SPAN("the refund is more than what is left of the payment"));
}

enum err payment_refund(struct ledger *l, const struct refunded *f, struct why *why)
{
	struct span key = book_key_uuid(l->book, l->merchant, f->id);
	struct payable freed[64];
	if (book_find(l->book, BOOK_REFUNDS, key))
		return OK;
	if (f->amount.minor <= 0 || !currency_equal(f->amount.currency, f->attempt.captured.currency))
		return why_field(why, ERR_INVALID, "amount_invalid", "amount", "a refund is more than 0, in the payment's currency");
	TRY(payment_succeed(l, &f->attempt, why));
	struct refund *refund = book_add(l->book, BOOK_REFUNDS, key);
	*refund = (struct refund){ l->merchant, f->id, f->attempt.id, f->amount };
	l->cause = CAUSE_REFUND;
	l->cause_id = f->id;
	struct receipt *r = ledger_receipt(l, f->attempt.id);
	int64_t minor = least(f->amount.minor, r->allocated + r->unapplied);
	int64_t own = f->reason == REFUND_REOPEN ? 0 : least(minor, r->unapplied);
	/* To reopen, what stands goes first; where less stands, unapplied money makes up for it. */
	size_t n = free_for_refund(l, r, f, least(minor - own, r->allocated), freed);
	l->customer = r->customer;
	ledger_post(l, plain(l, CHART_UNAPPLIED), plain(l, CHART_REFUNDS_PAYABLE), in(r->currency, minor));
	ledger_post(l, plain(l, CHART_REFUNDS_PAYABLE), clearing(l, &f->attempt), in(r->currency, minor));
	r->unapplied -= minor;
	r->refunded += minor;
	receipt_note_refund(r, minor);
	unsettled_lower(l, r->id, f->amount);
	ledger_credit(l, r->customer, in(r->currency, -minor), TOLD_REFUND, f->id);
	if (f->reason != REFUND_REOPEN)
		cover(l, r, freed, n);
	if (minor < f->amount.minor)
		refund_unexplained(l, f, f->amount.minor - minor);
	return OK;
}

void wanted_settle(struct ledger *l, struct uuid invoice)
{
	const struct wanted *w;
	for (size_t i = 0; (w = book_next(l->book, BOOK_WANTED, &i));) {
		if (!w->minor || !uuid_equal(w->invoice, invoice) || !span_equal(w->merchant, l->merchant))
			continue;
		const struct receipt *r = must_find(l, w->receipt);
		struct payable p = { w->invoice, w->part, w->minor };
		struct span key = book_key(l->book, book_key_part(l->book, l->merchant, w->invoice, w->part), uuid_span(&w->receipt));
		((struct wanted *)book_edit(l->book, BOOK_WANTED, key))->minor = 0;
		l->cause = CAUSE_PAYMENT;
		l->cause_id = r->source;
		l->day = r->value_date;
		receipt_allocate(l, r->id, &p, 1, EVIDENCE_PROVIDER, false);
		/* What is over now is over for good. */
		for (size_t j = 0; j < l->receipt_count; j++)
			if (l->receipts[j].receipt == r)
				l->receipts[j].is_new = true;
		exception_close(l, EXCEPTION_REFERENCE_MISSING, r->source, l->by);
	}
}

void wanted_miss(struct ledger *l, struct uuid id)
{
	const struct receipt *r = book_receipt(l->book, l->merchant, id);
	int64_t minor = r ? receipt_wanted(l, id) : 0;
	if (minor)
		exception_open(l, EXCEPTION_REFERENCE_MISSING, r->source, r->customer, in(r->currency, minor),
			SPAN("the invoice that was paid has not come"));
}

void receipt_age(struct ledger *l, struct uuid id)
{
	const struct receipt *r = book_receipt(l->book, l->merchant, id);
	if (r && r->unapplied)
		exception_open(l, EXCEPTION_AGED_UNAPPLIED, id, r->customer, in(r->currency, r->unapplied),
			span_of(arena_printf(l->arena, "unapplied since %s", date_text(l->arena, r->value_date))));
}

void receipt_note_refund(struct receipt *r, int64_t minor)
{
	r->refund_requested -= least(r->refund_requested, minor);
}
