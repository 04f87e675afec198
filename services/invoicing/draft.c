#include "draft.h"

#include "wire.h"

struct date drafting_today(const struct drafting *d)
{
	return zone_date(d->merchant->zone, d->now);
}

static struct invoice new_invoice(const struct drafting *d)
{
	return (struct invoice){
		.merchant = d->customer->merchant,
		.customer_ref = d->customer->ref,
		.id = say_id(d->say),
		.currency = d->customer->currency,
		.state = INVOICE_DRAFT,
		.draft = { .net = money_zero(d->customer->currency), .has_waiting = true },
	};
}

static struct invoice *open_draft(const struct drafting *d)
{
	const struct customer *c = d->customer;
	const struct invoice *draft = book_draft(d->book, c->merchant, c->ref, c->currency);
	struct invoice fresh, *added;

	if (draft != NULL)
		return book_edit_invoice(d->book, draft);
	fresh = new_invoice(d);
	added = book_add_invoice(d->book, &fresh);
	book_set_draft(d->book, c->merchant, c->ref, c->currency, added);
	return added;
}

/* Sets the billing date, where something waits for one and none is set. */
static enum err plan(struct draft *draft, int billing_day, struct date today, struct why *why)
{
	if (draft->billing_count == 0 || billing_day == 0) {
		draft->bill_on = (struct day){ 0 };
		return OK;
	}
	if (draft->bill_on.known)
		return OK;
	draft->bill_on.known = true;
	if (billing_after(today, billing_day, &draft->bill_on.date) != OK)
		return why_set(why, ERR_INVALID, "billing_date_impossible", "the billing date lies outside the calendar");
	return OK;
}

/* Tax is at most all of the net once more, so that a draft that is within half of what money holds can be issued. */
static enum err check_room(const struct draft *draft, const struct charge *c, struct why *why)
{
	if (draft->count >= DOCUMENT_LINES)
		return why_set(why, ERR_REFUSED, "draft_full", "%d charges wait on the draft: issue it first", DOCUMENT_LINES);
	if (draft->net.minor + c->line.net.minor > MONEY_LIMIT / 2 - DOCUMENT_LINES)
		return why_field(why, ERR_REFUSED, "amount_too_large", "amount", "the draft's sum is too large: issue it first");
	return OK;
}

static enum err put_on(const struct drafting *d, struct invoice *invoice, struct charge *c, struct why *why)
{
	struct draft *draft = &invoice->draft;
	struct waiting *waiting = ARENA_NEW(d->book->arena, struct waiting);

	TRY(invoice_move(invoice, INVOICE_COLLECT, why));
	TRY(check_room(draft, c, why));
	c->invoice_id = invoice->id;
	c->position = ++draft->last_position;
	draft->count++;
	draft->billing_count += c->on_billing_day;
	TRY(money_add(draft->net, c->line.net, &draft->net, why));
	*waiting = (struct waiting){ .charge_ref = c->external_ref, .older = draft->waiting };
	draft->waiting = waiting;
	return plan(draft, d->customer->billing_day, drafting_today(d), why);
}

enum err draft_collect(const struct drafting *d, struct charge *c, struct why *why)
{
	struct invoice *draft = open_draft(d);

	c->id = say_id(d->say);
	c->state = CHARGE_WAITING;
	return put_on(d, draft, c, why);
}

/* --- issue --- */

static void note_invoiced(const struct drafting *d)
{
	if (!d->customer->invoiced)
		book_edit_customer(d->book, d->customer)->invoiced = true;
}

static enum err issue(const struct drafting *d, struct invoice *invoice, struct line *lines, size_t n, struct why *why)
{
	struct issuing by = {
		.merchant = d->merchant,
		.customer = d->customer,
		.now = d->now,
		.today = drafting_today(d),
		.secret = d->book->secret,
	};

	TRY(book_take_number(d->book, d->merchant, DOCUMENT_INVOICE, date_parts(by.today).year, &by.number, why));
	TRY(invoice_issue(invoice, d->book->arena, &by, lines, n, why));
	note_invoiced(d);
	book_note_ref(d->book, SHELF_NUMBERS, invoice->merchant, invoice->number.text, invoice->id);
	wire_say_invoice_issued(d->say, invoice);
	return OK;
}

enum err charge_issue(const struct drafting *d, struct charge *c, const struct invoice **issued, struct why *why)
{
	struct invoice fresh = new_invoice(d), *invoice = book_add_invoice(d->book, &fresh);
	struct line *line = arena_copy(d->book->arena, &c->line, sizeof c->line);

	TRY(check_room(&fresh.draft, c, why));
	c->id = say_id(d->say);
	c->invoice_id = invoice->id;
	c->position = 1;
	c->state = CHARGE_INVOICED;
	*issued = invoice;
	return issue(d, invoice, line, 1, why);
}

/* The charges that wait, in the order in which they came; *n of them. */
static const struct charge **waiting_charges(const struct drafting *d, const struct invoice *invoice, size_t *n)
{
	const struct charge **charges = ARENA_ARRAY(d->book->arena, const struct charge *, (size_t)invoice->draft.count);
	size_t left = (size_t)invoice->draft.count;

	if (!invoice->draft.has_waiting)
		bug("a draft's charges were not fetched");
	for (const struct waiting *w = invoice->draft.waiting; w != NULL; w = w->older) {
		const struct charge *c = book_charge(d->book, invoice->merchant, w->charge_ref);

		if (c == NULL || c->state != CHARGE_WAITING || !uuid_equal(c->invoice_id, invoice->id))
			continue;
		if (left == 0)
			bug("more charges wait on a draft than it counts");
		charges[--left] = c;
	}
	if (left > 0)
		bug("fewer charges wait on a draft than it counts");
	*n = (size_t)invoice->draft.count;
	return charges;
}

/* Where some stay behind: a new draft for them. */
static enum err carry_on(const struct drafting *d, const struct charge **charges, size_t n, struct why *why)
{
	struct invoice fresh, *draft;

	book_set_draft(d->book, d->customer->merchant, d->customer->ref, d->customer->currency, NULL);
	if (n == 0)
		return OK;
	fresh = new_invoice(d);
	draft = book_add_invoice(d->book, &fresh);
	book_set_draft(d->book, draft->merchant, draft->customer_ref, draft->currency, draft);
	for (size_t i = 0; i < n; i++)
		TRY(put_on(d, draft, book_edit_charge(d->book, charges[i]), why));
	return OK;
}

/* Parts what waits into what is issued now (in front) and what stays. */
static size_t part_charges(const struct drafting *d, const struct charge **charges, size_t n, enum draft_part part)
{
	const struct charge **stay = ARENA_ARRAY(d->book->arena, const struct charge *, n);
	size_t goes = 0, stays = 0;

	for (size_t i = 0; i < n; i++) {
		if (part == DRAFT_ALL || charges[i]->on_billing_day)
			charges[goes++] = charges[i];
		else
			stay[stays++] = charges[i];
	}
	for (size_t i = 0; i < stays; i++)
		charges[goes + i] = stay[i];
	return goes;
}

static void take_command(struct invoice *invoice, const struct issue_invoice *command)
{
	if (command == NULL)
		return;
	invoice->external_ref = command->external_ref;
	invoice->buyer_reference = command->buyer_reference;
	invoice->content = issue_invoice_content(command);
}

enum err draft_issue(const struct drafting *d, const struct invoice *draft, enum draft_part part, const struct issue_invoice *command,
	const struct invoice **issued, struct why *why)
{
	size_t n, goes;
	const struct charge **charges = waiting_charges(d, draft, &n);
	struct invoice *invoice = book_edit_invoice(d->book, draft);
	struct line *lines;

	goes = part_charges(d, charges, n, part);
	if (goes == 0)
		return why_set(why, ERR_REFUSED, "nothing_waits", "nothing waits to be invoiced");
	lines = ARENA_ARRAY(d->book->arena, struct line, goes);
	for (size_t i = 0; i < goes; i++) {
		lines[i] = charges[i]->line;
		book_edit_charge(d->book, charges[i])->state = CHARGE_INVOICED;
	}
	invoice->draft = (struct draft){ .net = money_zero(invoice->currency), .has_waiting = true };
	take_command(invoice, command);
	TRY(issue(d, invoice, lines, goes, why));
	*issued = invoice;
	return carry_on(d, charges + goes, n - goes, why);
}

/* --- cancel --- */

static void cancel(const struct drafting *d, const struct charge *charge, struct span reason)
{
	struct charge *c = book_edit_charge(d->book, charge);

	c->state = CHARGE_CANCELLED;
	c->cancel_reason = reason;
}

static enum err make_void(const struct drafting *d, struct invoice *invoice, struct why *why)
{
	book_set_draft(d->book, invoice->merchant, invoice->customer_ref, invoice->currency, NULL);
	invoice->draft = (struct draft){ .net = money_zero(invoice->currency), .has_waiting = true };
	return invoice_move(invoice, INVOICE_CANCEL, why);
}

enum err draft_cancel(const struct drafting *d, const struct invoice *draft, struct span reason, struct why *why)
{
	size_t n;
	const struct charge **charges = waiting_charges(d, draft, &n);

	for (size_t i = 0; i < n; i++)
		cancel(d, charges[i], reason);
	return make_void(d, book_edit_invoice(d->book, draft), why);
}

enum err charge_cancel(const struct drafting *d, const struct charge *charge, struct span reason, struct why *why)
{
	const struct invoice *draft = book_invoice(d->book, charge->merchant, charge->invoice_id);
	struct invoice *invoice;

	if (charge->state != CHARGE_WAITING || draft == NULL)
		return why_field(
			why, ERR_REFUSED, "charge_not_waiting", "external_ref", "the charge is %s", charge_state_names[charge->state]);
	cancel(d, charge, reason);
	invoice = book_edit_invoice(d->book, draft);
	invoice->draft.count--;
	invoice->draft.billing_count -= charge->on_billing_day;
	TRY(money_sub(invoice->draft.net, charge->line.net, &invoice->draft.net, why));
	if (invoice->draft.count == 0)
		return make_void(d, invoice, why);
	return plan(&invoice->draft, d->customer->billing_day, drafting_today(d), why);
}

enum err draft_plan(const struct drafting *d, const struct invoice *draft, struct why *why)
{
	struct invoice *invoice = book_edit_invoice(d->book, draft);

	invoice->draft.bill_on.known = false;
	return plan(&invoice->draft, d->customer->billing_day, drafting_today(d), why);
}
