#include "handlers.h"

#include "draft.h"
#include "field.h"
#include "wire.h"

const char bill_customer_type[] = "dunlin.invoicing.BillCustomer";

/* --- what several have in common --- */

/* Without its zone nobody knows which day it is for a merchant: all but its definition is set aside until tzdata is mended. */
static enum err find_merchant(struct book *book, struct span id, const struct merchant **m, struct why *why)
{
	*m = book_merchant(book, id);
	if (*m == NULL)
		return why_field(why, ERR_NOT_FOUND, "merchant_unknown", "merchant_id", "the merchant is not defined");
	if ((*m)->zone == NULL)
		return why_set(why, ERR_BUG, "zone_missing", "this machine has no time zone %.*s, which merchant %.*s is in",
			SPAN_ARG((*m)->zone_name), SPAN_ARG(id));
	return OK;
}

/* Everything that a decision about a customer's drafts starts from. */
static enum err begin(
	struct drafting *d, struct book *book, struct say *say, struct instant now, struct span merchant, struct span ref, struct why *why)
{
	*d = (struct drafting){ .book = book, .say = say, .now = now };
	TRY(find_merchant(book, merchant, &d->merchant, why));
	d->customer = book_customer(book, merchant, ref);
	if (d->customer == NULL)
		return why_field(why, ERR_NOT_FOUND, "customer_unknown", "customer_ref", "the customer is not defined");
	return OK;
}

static void need_customer(struct need *n, struct span merchant, struct span ref)
{
	need_key(n, LOCK_CUSTOMER, merchant, ref);
	need_want(n, WANT_MERCHANT, merchant, (struct span){ 0 });
	need_want(n, WANT_CUSTOMER, merchant, ref);
}

static void need_series(struct need *n, struct span merchant, enum document document)
{
	struct span id = span_of(document_names[document]);

	need_key(n, LOCK_SERIES, merchant, id);
	need_want(n, WANT_SERIES, merchant, id);
}

/* A reference is locked by its sort too: an invoice and a credit note may have the same. A charge's is not: its row is the lock, as the primary
 * key. Where two customers take the same at once, the second waits at the insert, and its batch runs again (unit_run) and finds the first. */
static void need_reference(struct need *n, enum book_want want, const char *sort, struct span merchant, struct span ref)
{
	if (ref.size == 0)
		return;
	need_key(n, LOCK_REFERENCE, merchant, span_of(arena_printf(n->arena, "%s:%.*s", sort, SPAN_ARG(ref))));
	need_want(n, (int)want, merchant, ref);
}

/* A body stands in its message only when all of it was read: the message may come this way again. */

/* --- DefineMerchant --- */

static enum err read_define_merchant(struct message *m, struct arena *arena, struct why *why)
{
	struct define_merchant *body = ARENA_NEW(arena, struct define_merchant);

	TRY(wire_read_define_merchant(m, arena, body, why));
	m->body = body;
	return OK;
}

static enum err need_define_merchant(const struct message *m, struct need *n, struct why *why)
{
	const struct define_merchant *c = m->body;

	(void)why;
	need_key(n, LOCK_CUSTOMER, c->merchant.id, SPAN("@merchant"));
	need_want(n, WANT_MERCHANT, c->merchant.id, (struct span){ 0 });
	need_find(n, FIND_ZONE, c->merchant.id, c->merchant.zone_name);
	for (enum document d = 0; d < DOCUMENTS; d++)
		need_series(n, c->merchant.id, d);
	return OK;
}

static enum err check_prefixes(struct book *book, const struct merchant *m, struct why *why)
{
	static const char *const fields[DOCUMENTS] = { "invoice_prefix", "credit_note_prefix" };

	for (enum document d = 0; d < DOCUMENTS; d++) {
		if (book_is_series_taken(book, m->id, d, prefix_series(book->arena, m->prefixes[d])))
			return why_field(
				why, ERR_CONFLICT, "prefix_taken", fields[d], "documents of another sort were numbered with this prefix");
	}
	return OK;
}

static enum err apply_define_merchant(struct book *book, const struct message *m, struct instant now, struct say *say, struct why *why)
{
	const struct define_merchant *c = m->body;
	const struct merchant *old = book_merchant(book, c->merchant.id);
	struct merchant defined = c->merchant;

	defined.zone = book_zone(book, defined.zone_name);
	if (defined.zone == NULL)
		return why_field(why, ERR_INVALID, "zone_unknown", "zone", "zone is no IANA time zone");
	TRY(check_prefixes(book, &defined, why));
	defined.revision = old != NULL ? old->revision + 1 : 1;
	if (old != NULL && merchant_equal(old, &defined)) {
		say_reply(say, 200, json_merchant(say_arena(say), old));
		return OK;
	}
	if (old != NULL)
		*book_edit_merchant(book, old->id) = defined;
	else
		book_add_merchant(book, &defined);
	wire_say_merchant(say, &defined, now);
	say_reply(say, defined.revision == 1 ? 201 : 200, json_merchant(say_arena(say), &defined));
	return OK;
}

/* --- DefineCustomer --- */

static enum err read_define_customer(struct message *m, struct arena *arena, struct why *why)
{
	struct define_customer *body = ARENA_NEW(arena, struct define_customer);

	TRY(wire_read_define_customer(m, arena, body, why));
	m->body = body;
	return OK;
}

static enum err need_define_customer(const struct message *m, struct need *n, struct why *why)
{
	const struct define_customer *c = m->body;

	(void)why;
	need_customer(n, c->customer.merchant, c->customer.ref);
	if (c->customer.zone_name.size > 0)
		need_find(n, FIND_ZONE, c->customer.merchant, c->customer.zone_name);
	return OK;
}

static enum err check_change(struct book *book, const struct customer *old, const struct customer *new, struct why *why)
{
	if (currency_equal(old->currency, new->currency))
		return OK;
	if (old->invoiced || book_draft(book, old->merchant, old->ref, old->currency) != NULL)
		return why_field(
			why, ERR_REFUSED, "currency_fixed", "currency", "the customer has invoices or charges in %s", old->currency.code);
	return OK;
}

static enum err change_customer(struct drafting *d, struct customer *defined, struct why *why)
{
	const struct customer *old = d->customer;
	const struct invoice *draft;
	bool replan = old->billing_day != defined->billing_day;

	TRY(check_change(d->book, old, defined, why));
	defined->id = old->id;
	defined->invoiced = old->invoiced;
	defined->revision = old->revision + 1;
	*book_edit_customer(d->book, old) = *defined;
	draft = book_draft(d->book, defined->merchant, defined->ref, defined->currency);
	return replan && draft != NULL ? draft_plan(d, draft, why) : OK;
}

static enum err apply_define_customer(struct book *book, const struct message *m, struct instant now, struct say *say, struct why *why)
{
	const struct define_customer *c = m->body;
	struct drafting d = { .book = book, .say = say, .now = now };
	struct customer defined;

	TRY(find_merchant(book, c->customer.merchant, &d.merchant, why));
	if (c->customer.zone_name.size > 0 && book_zone(book, c->customer.zone_name) == NULL)
		return why_field(why, ERR_INVALID, "zone_unknown", "zone", "zone is no IANA time zone");
	defined = customer_defined(c, d.merchant);
	d.customer = book_customer(book, defined.merchant, defined.ref);
	if (d.customer != NULL && customer_equal(d.customer, &defined)) {
		say_reply(say, 200, json_customer(say_arena(say), d.customer));
		return OK;
	}
	if (d.customer != NULL) {
		TRY(change_customer(&d, &defined, why));
	} else {
		defined.id = say_id(say);
		defined.revision = 1;
		book_add_customer(book, &defined);
	}
	wire_say_customer(say, &defined, now);
	say_reply(say, defined.revision == 1 ? 201 : 200, json_customer(say_arena(say), &defined));
	return OK;
}

/* --- AddCharge --- */

static enum err read_add_charge(struct message *m, struct arena *arena, struct why *why)
{
	struct add_charge *body = ARENA_NEW(arena, struct add_charge);

	TRY(wire_read_add_charge(m, arena, body, why));
	m->body = body;
	return OK;
}

static enum err need_add_charge(const struct message *m, struct need *n, struct why *why)
{
	const struct add_charge *c = m->body;

	(void)why;
	need_want(n, WANT_CHARGE, c->merchant, c->external_ref);
	need_customer(n, c->merchant, c->customer_ref);
	if (c->when == CHARGE_AT_ONCE)
		need_series(n, c->merchant, DOCUMENT_INVOICE);
	return OK;
}

/* The same charge again changes nothing; another one under its reference is refused. */
static enum err charge_again(const struct charge *old, const struct charge *new, struct say *say, struct why *why)
{
	if (!digest_equal(old->content.b, new->content.b, sizeof old->content.b))
		return why_field(why, ERR_CONFLICT, "charge_differs", "external_ref", "another charge has this external_ref");
	say_reply(say, 200, json_charge(say_arena(say), old, NULL));
	return OK;
}

static enum err apply_add_charge(struct book *book, const struct message *m, struct instant now, struct say *say, struct why *why)
{
	const struct add_charge *c = m->body;
	struct charge charge = { .merchant = c->merchant, .external_ref = c->external_ref, .customer_ref = c->customer_ref };
	const struct invoice *issued = NULL;
	const struct charge *old;
	enum charge_when when;
	struct drafting d;

	TRY(begin(&d, book, say, now, c->merchant, c->customer_ref, why));
	TRY(charge_line(c, d.customer, &charge.line, why));
	charge.content = charge_content(book->arena, c, &charge.line);
	charge.at = c->business_time.us != 0 ? c->business_time : now;
	old = book_charge(book, c->merchant, c->external_ref);
	if (old != NULL)
		return charge_again(old, &charge, say, why);
	TRY(charge_waits(c, d.customer, &when, why));
	charge.on_billing_day = when == CHARGE_ON_BILLING_DAY;
	if (when == CHARGE_AT_ONCE)
		TRY(charge_issue(&d, &charge, &issued, why));
	else
		TRY(draft_collect(&d, &charge, why));
	book_add_charge(book, &charge);
	say_reply(say, 201, json_charge(say_arena(say), &charge, issued));
	return OK;
}

/* --- IssueInvoice --- */

static enum err read_issue_invoice(struct message *m, struct arena *arena, struct why *why)
{
	struct issue_invoice *body = ARENA_NEW(arena, struct issue_invoice);

	TRY(wire_read_issue_invoice(m, arena, body, why));
	m->body = body;
	return OK;
}

static enum err need_issue_invoice(const struct message *m, struct need *n, struct why *why)
{
	const struct issue_invoice *c = m->body;

	(void)why;
	need_reference(n, WANT_INVOICE_REF, "invoice", c->merchant, c->external_ref);
	need_customer(n, c->merchant, c->customer_ref);
	need_want(n, WANT_WAITING, c->merchant, c->customer_ref);
	need_series(n, c->merchant, DOCUMENT_INVOICE);
	return OK;
}

static enum err invoice_again(const struct invoice *old, const struct issue_invoice *c, struct say *say, struct why *why)
{
	struct digest content = issue_invoice_content(c);

	if (!digest_equal(old->content.b, content.b, sizeof content.b))
		return why_field(why, ERR_CONFLICT, "invoice_differs", "external_ref", "another invoice has this external_ref");
	say_reply(say, 200, json_invoice_head(say_arena(say), old));
	return OK;
}

static enum err apply_issue_invoice(struct book *book, const struct message *m, struct instant now, struct say *say, struct why *why)
{
	const struct issue_invoice *c = m->body;
	const struct invoice *invoice = book_invoice_by_ref(book, c->merchant, c->external_ref);
	struct drafting d;

	TRY(begin(&d, book, say, now, c->merchant, c->customer_ref, why));
	if (invoice != NULL)
		return invoice_again(invoice, c, say, why);
	invoice = book_draft(book, c->merchant, c->customer_ref, d.customer->currency);
	if (invoice == NULL)
		return why_set(why, ERR_REFUSED, "nothing_waits", "nothing waits to be invoiced");
	TRY(draft_issue(&d, invoice, DRAFT_ALL, c, &invoice, why));
	book_note_ref(book, SHELF_INVOICE_REFS, c->merchant, c->external_ref, invoice->id);
	say_reply(say, 201, json_invoice_head(say_arena(say), invoice));
	return OK;
}

/* --- BillCustomer --- */

struct message *bill_customer_message(struct arena *arena, const struct bill_customer *b, struct instant now)
{
	struct message *m = ARENA_NEW(arena, struct message);
	struct bill_customer *body = arena_copy(arena, b, sizeof *b);

	m->source = SPAN("tick:billing_day");
	m->id = span_of(arena_printf(
		arena, "%.*s:%.*s:%s:%s", SPAN_ARG(b->merchant), SPAN_ARG(b->customer_ref), date_text(arena, b->date), b->currency.code));
	m->type = span_of(bill_customer_type);
	m->format = FORMAT_TEXT;
	m->payload = m->id;
	m->time = now;
	m->fate = FATE_SET_ASIDE;
	m->topic = m->source;
	m->key = wire_key(arena, b->merchant, b->customer_ref);
	m->body = body;
	return m;
}

/* The payload is the identity: when it is retried after being set aside, that is all there is. */
static enum err read_bill_customer(struct message *m, struct arena *arena, struct why *why)
{
	struct bill_customer *b = ARENA_NEW(arena, struct bill_customer);
	struct span date, currency, rest;

	if (span_cut(m->payload, ':', &b->merchant, &rest) && span_cut(rest, ':', &b->customer_ref, &rest) &&
		span_cut(rest, ':', &date, &currency) && date_parse(date, &b->date) == OK && currency_parse(currency, &b->currency) == OK) {
		m->body = b;
		return OK;
	}
	return why_set(why, ERR_INVALID, "message_malformed", "this is no merchant:customer:date:currency");
}

static enum err need_bill_customer(const struct message *m, struct need *n, struct why *why)
{
	const struct bill_customer *b = m->body;

	(void)why;
	need_customer(n, b->merchant, b->customer_ref);
	need_want(n, WANT_WAITING, b->merchant, b->customer_ref);
	need_series(n, b->merchant, DOCUMENT_INVOICE);
	return OK;
}

/* What was due when the tick looked may have been issued, cancelled or moved to another day since: then nothing is left to do. */
static enum err apply_bill_customer(struct book *book, const struct message *m, struct instant now, struct say *say, struct why *why)
{
	const struct bill_customer *b = m->body;
	const struct invoice *draft = book_draft(book, b->merchant, b->customer_ref, b->currency);
	struct drafting d;

	TRY(begin(&d, book, say, now, b->merchant, b->customer_ref, why));
	if (draft == NULL || !draft->draft.bill_on.known || date_compare(draft->draft.bill_on.date, b->date) != 0)
		return OK;
	return draft_issue(&d, draft, DRAFT_BILLING, NULL, &draft, why);
}

/* --- CreditInvoice --- */

static enum err read_credit_invoice(struct message *m, struct arena *arena, struct why *why)
{
	struct credit_invoice *body = ARENA_NEW(arena, struct credit_invoice);

	TRY(wire_read_credit_invoice(m, arena, body, why));
	m->body = body;
	return OK;
}

static enum err need_credit_invoice(const struct message *m, struct need *n, struct why *why)
{
	const struct credit_invoice *c = m->body;

	(void)why;
	need_reference(n, WANT_CREDIT_REF, "credit_note", c->merchant, c->external_ref);
	if (c->customer_ref.size > 0)
		need_key(n, LOCK_CUSTOMER, c->merchant, c->customer_ref);
	need_want(n, WANT_MERCHANT, c->merchant, (struct span){ 0 });
	if (c->by_id)
		need_find(n, FIND_INVOICE, c->merchant, span_bytes(c->invoice_id.b, sizeof c->invoice_id.b));
	else
		need_find(n, FIND_INVOICE_NUMBER, c->merchant, c->invoice_number);
	need_series(n, c->merchant, DOCUMENT_CREDIT_NOTE);
	return OK;
}

static enum err find_invoice(struct book *book, const struct credit_invoice *c, const struct invoice **invoice, struct why *why)
{
	*invoice = c->by_id ? book_invoice(book, c->merchant, c->invoice_id) : book_invoice_by_number(book, c->merchant, c->invoice_number);
	if (*invoice == NULL || (c->customer_ref.size > 0 && !span_equal((*invoice)->customer_ref, c->customer_ref)))
		return why_field(
			why, ERR_NOT_FOUND, "invoice_unknown", c->by_id ? "invoice_id" : "invoice_number", "there is no such invoice");
	return OK;
}

static enum err credit_again(const struct credit_note *old, const struct credit_note *new, struct say *say, struct why *why)
{
	if (!digest_equal(old->content.b, new->content.b, sizeof old->content.b))
		return why_field(why, ERR_CONFLICT, "credit_note_differs", "external_ref", "another credit note has this external_ref");
	say_reply(say, 200, json_credit_note_head(say_arena(say), old));
	return OK;
}

static enum err issue_credit_note(
	struct book *book, const struct merchant *m, struct instant now, struct say *say, struct credit_note *note, struct why *why)
{
	note->id = say_id(say);
	note->at = now;
	note->issue_date = zone_date(m->zone, now);
	note->token = document_token(book->arena, book->secret, DOCUMENT_CREDIT_NOTE, note->merchant, note->id);
	return book_take_number(book, m, DOCUMENT_CREDIT_NOTE, date_parts(note->issue_date).year, &note->number, why);
}

static enum err apply_credit_invoice(struct book *book, const struct message *m, struct instant now, struct say *say, struct why *why)
{
	const struct credit_invoice *c = m->body;
	const struct merchant *merchant;
	const struct invoice *invoice;
	const struct credit_note *old = book_credit_note_by_ref(book, c->merchant, c->external_ref);
	struct credit_note note;

	TRY(find_merchant(book, c->merchant, &merchant, why));
	TRY(find_invoice(book, c, &invoice, why));
	if (old != NULL) {
		note.content = credit_invoice_content(book->arena, c, invoice->id);
		return credit_again(old, &note, say, why);
	}
	TRY(credit_note_make(book->arena, invoice, c, &note, why));
	TRY(issue_credit_note(book, merchant, now, say, &note, why));
	TRY(credit_note_apply(book->arena, &note, book_edit_invoice(book, invoice), why));
	book_add_credit_note(book, &note);
	book_note_ref(book, SHELF_CREDIT_REFS, c->merchant, c->external_ref, note.id);
	wire_say_credit_note_issued(say, &note);
	say_reply(say, 201, json_credit_note_head(say_arena(say), &note));
	return OK;
}

/* --- CancelDraft --- */

static enum err read_cancel_draft(struct message *m, struct arena *arena, struct why *why)
{
	struct cancel_draft *body = ARENA_NEW(arena, struct cancel_draft);

	TRY(wire_read_cancel_draft(m, arena, body, why));
	m->body = body;
	return OK;
}

static enum err need_cancel_draft(const struct message *m, struct need *n, struct why *why)
{
	const struct cancel_draft *c = m->body;

	(void)why;
	need_customer(n, c->merchant, c->customer_ref);
	if (c->external_ref.size > 0)
		need_want(n, WANT_CHARGE, c->merchant, c->external_ref);
	else
		need_want(n, WANT_WAITING, c->merchant, c->customer_ref);
	return OK;
}

static enum err apply_cancel_draft(struct book *book, const struct message *m, struct instant now, struct say *say, struct why *why)
{
	const struct cancel_draft *c = m->body;
	const struct charge *charge = book_charge(book, c->merchant, c->external_ref);
	const struct invoice *draft;
	struct drafting d;

	TRY(begin(&d, book, say, now, c->merchant, c->customer_ref, why));
	if (c->external_ref.size > 0) {
		if (charge == NULL || !span_equal(charge->customer_ref, c->customer_ref))
			return why_field(why, ERR_NOT_FOUND, "charge_unknown", "external_ref", "the customer has no such charge");
		TRY(charge_cancel(&d, charge, c->reason, why));
		say_reply(say, 200, json_charge(say_arena(say), charge, NULL));
		return OK;
	}
	draft = book_draft(book, c->merchant, c->customer_ref, d.customer->currency);
	if (draft == NULL)
		return why_set(why, ERR_REFUSED, "nothing_waits", "nothing waits to be invoiced");
	TRY(draft_cancel(&d, draft, c->reason, why));
	say_reply(say, 200, json_invoice_head(say_arena(say), draft));
	return OK;
}

/* --- OpenItemChanged --- */

static enum err read_item(struct message *m, struct arena *arena, struct why *why)
{
	struct item *body = ARENA_NEW(arena, struct item);

	TRY(wire_read_item(m, arena, body, why));
	m->body = body;
	return OK;
}

static enum err need_item(const struct message *m, struct need *n, struct why *why)
{
	const struct item *i = m->body;
	struct text id;

	(void)why;
	text_init(&id, n->arena);
	text_bytes(&id, i->invoice_id.b, sizeof i->invoice_id.b);
	text_printf(&id, "%d", i->part);
	need_key(n, LOCK_CUSTOMER, i->merchant, i->customer_ref);
	need_want(n, WANT_ITEM, i->merchant, text_done(&id));
	return OK;
}

static enum err apply_item(struct book *book, const struct message *m, struct instant now, struct say *say, struct why *why)
{
	const struct item *new = m->body;
	const struct item *old = book_item(book, new->merchant, new->invoice_id, new->part);

	(void)now;
	(void)say;
	(void)why;
	if (old == NULL)
		book_add_item(book, new);
	else if (new->revision > old->revision)
		*book_edit_item(book, old) = *new;
	return OK;
}

/* --- all of them --- */

static const char passed_over[] = "passed over";

const struct handler invoicing_handlers[] = {
	{ "dunlin.invoicing.DefineMerchant", "creates a merchant, or replaces what is known of it", read_define_merchant,
		need_define_merchant, apply_define_merchant },
	{ "dunlin.billing.v1.DefineCustomer", "creates a customer, or replaces what is known of it", read_define_customer,
		need_define_customer, apply_define_customer },
	{ "dunlin.billing.v1.AddCharge", "puts a charge on the customer's draft, or invoices it at once", read_add_charge, need_add_charge,
		apply_add_charge },
	{ "dunlin.billing.v1.IssueInvoice", "issues what waits on the customer's draft", read_issue_invoice, need_issue_invoice,
		apply_issue_invoice },
	{ "dunlin.billing.v1.CreditInvoice", "takes an issued invoice back, wholly or in part", read_credit_invoice, need_credit_invoice,
		apply_credit_invoice },
	{ "dunlin.billing.v1.CancelDraft", "throws away what waits", read_cancel_draft, need_cancel_draft, apply_cancel_draft },
	{ bill_customer_type, "issues what waits for the customer's billing day (made by the tick)", read_bill_customer, need_bill_customer,
		apply_bill_customer },
	{ "dunlin.ledger.v1.OpenItemChanged", "keeps how much of an invoice is open, to show it", read_item, need_item, apply_item },
	/* What else is said on a topic that is read for one of its messages. */
	{ .type = "dunlin.ledger.v1.ReceiptAllocated", .help = passed_over },
	{ .type = "dunlin.ledger.v1.AllocationReversed", .help = passed_over },
	{ .type = "dunlin.ledger.v1.UnappliedChanged", .help = passed_over },
	{ .type = "dunlin.ledger.v1.AccountDefined", .help = passed_over },
	{ .type = "dunlin.ledger.v1.StatementAccepted", .help = passed_over },
	{ .type = "dunlin.ledger.v1.StatementMatched", .help = passed_over },
	{ .type = "dunlin.ledger.v1.LineAccepted", .help = passed_over },
	{ .type = "dunlin.ledger.v1.LineMatched", .help = passed_over },
	{ .type = "dunlin.ledger.v1.LineUnmatched", .help = passed_over },
	{ .type = "dunlin.ledger.v1.StatementUndone", .help = passed_over },
	{ .type = "dunlin.ledger.v1.LineUndone", .help = passed_over },
	{ .type = "dunlin.ledger.v1.ExceptionOpened", .help = passed_over },
	{ .type = "dunlin.ledger.v1.ExceptionClosed", .help = passed_over },
	{ .type = "dunlin.ledger.v1.PeriodClosed", .help = passed_over },
	{ .type = "dunlin.ledger.v1.RefundRequested", .help = passed_over },
	{ .type = NULL },
};

void invoicing_refused(const struct message *m, const struct why *why, struct instant now, struct say *say)
{
	if (span_is(m->topic, topic_billing))
		wire_say_refused(say, m, why, now);
}
