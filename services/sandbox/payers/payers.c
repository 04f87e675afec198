#include "payers.h"

#include "agenda.h"
#include "bill.h"
#include "dunlin/invoices/v1/invoices.pb-c.h"
#include "log.h"
#include "rf.h"

/* When payers do things: minutes after midnight UTC, one of them each. Few, so that business time makes few stops. */
static const int hours[] = { 10 * 60, 15 * 60 };

struct action {
	struct payer *payer;
	struct bill *bill;
	const struct step *step;
};

struct payers *payers_open(struct arena *arena)
{
	return ARENA_NEW(arena, struct payers);
}

static struct payer *payer_of(const struct world *world, const struct bill *bill)
{
	const struct list *payers = &world->payers->payers;

	for (size_t i = 0; i < payers->n; i++) {
		struct payer *payer = payers->at[i];

		if (span_equal(payer->merchant, bill->merchant) && span_equal(payer->customer, bill->customer))
			return payer;
	}
	return NULL;
}

/* --- planning --- */

static void on_action(struct world *world, void *arg)
{
	const struct action *action = arg;

	deed_do(world, action->payer, action->bill, action->step);
}

static bool is_time(const struct bill *bill, const struct step *step)
{
	return step->after != AFTER_MAIL || bill->mails >= step->mails;
}

static struct instant instant_of(const struct world *world, const struct bill *bill, const struct step *step)
{
	struct date from = world_today(world), day;
	int hour = hours[world_choice(world, bill->customer, sizeof(hours) / sizeof(*hours))];

	if (step->after == AFTER_DUE)
		from = bill->due;
	else if (step->after == AFTER_ISSUE)
		from.day = (int32_t)(bill->issued.us / US_PER_DAY);
	if (date_add_days(from, step->days, &day) != OK)
		bug("sandbox: the calendar ends");
	return world_minute(day, hour);
}

static void plan(struct world *world, struct bill *bill)
{
	struct payer *payer = payer_of(world, bill);

	for (size_t i = 0; payer != NULL && i < payer->step_count; i++) {
		struct action *action;

		if (bill->planned[i] || !is_time(bill, &payer->steps[i]))
			continue;
		bill->planned[i] = true;
		action = ARENA_NEW(world->life, struct action);
		*action = (struct action){ payer, bill, &payer->steps[i] };
		agenda_add(world, instant_of(world, bill, action->step), on_action, action);
	}
}

void payers_plan(struct world *world, const struct payer *payer)
{
	const struct list *bills = &world->payers->bills;

	for (size_t i = 0; i < bills->n; i++)
		if (payer_of(world, bills->at[i]) == payer)
			plan(world, bills->at[i]);
}

/* --- what they hear --- */

static struct bill *bill_of(const struct world *world, struct span merchant, struct uuid invoice)
{
	const struct list *bills = &world->payers->bills;

	for (size_t i = bills->n; i > 0; i--) {
		struct bill *bill = bills->at[i - 1];

		if (uuid_equal(bill->invoice, invoice) && span_equal(bill->merchant, merchant))
			return bill;
	}
	return NULL;
}

static bool read_money(const Dunlin__Type__V1__Money *from, struct money *money)
{
	return from != NULL && currency_parse(span_of(from->currency), &money->currency) == OK &&
	       money_make(from->minor, money->currency, money) == OK;
}

static bool read_issued(struct world *world, const Dunlin__Invoices__V1__InvoiceIssued *issued, struct bill *bill)
{
	const Dunlin__Type__V1__Date *due = issued->due_date;

	*bill = (struct bill){
		.merchant = world_keep(world, span_of(issued->merchant_id)),
		.customer = world_keep(world, span_of(issued->customer_ref)),
		.number = world_keep(world, span_of(issued->number)),
		.rf = world_keep(world, span_of(issued->rf_reference)),
	};
	return uuid_from_bytes(span_bytes(issued->invoice_id.data, issued->invoice_id.len), &bill->invoice) == OK &&
	       read_money(issued->gross, &bill->gross) && due != NULL && date_ymd(due->year, due->month, due->day, &bill->due) == OK &&
	       instant_make(issued->business_time, &bill->issued) == OK;
}

static void hear_issued(struct world *world, struct span payload)
{
	Dunlin__Invoices__V1__InvoiceIssued *issued =
		dunlin__invoices__v1__invoice_issued__unpack(NULL, payload.size, (const uint8_t *)payload.at);
	struct bill *bill = ARENA_NEW(world->life, struct bill);

	if (issued == NULL || !read_issued(world, issued, bill))
		log_warn("an invoice can't be read", LOG_NUMBER("bytes", (int64_t)payload.size));
	else if (bill_of(world, bill->merchant, bill->invoice) == NULL) {
		list_add(&world->payers->bills, bill);
		plan(world, bill);
	}
	if (issued != NULL)
		dunlin__invoices__v1__invoice_issued__free_unpacked(issued, NULL);
}

static void hear_credit(struct world *world, struct span payload)
{
	Dunlin__Invoices__V1__CreditNoteIssued *note =
		dunlin__invoices__v1__credit_note_issued__unpack(NULL, payload.size, (const uint8_t *)payload.at);
	struct money credited;
	struct uuid invoice;
	struct bill *bill = NULL;

	if (note != NULL && uuid_from_bytes(span_bytes(note->invoice_id.data, note->invoice_id.len), &invoice) == OK)
		bill = bill_of(world, span_of(note->merchant_id), invoice);
	if (bill != NULL && note->revision > bill->credit_revision && read_money(note->credited_after, &credited)) {
		bill->credited = credited.minor;
		bill->credit_revision = note->revision;
	}
	if (note != NULL)
		dunlin__invoices__v1__credit_note_issued__free_unpacked(note, NULL);
}

void payers_hear(struct world *world, struct span type, struct span payload)
{
	if (span_is(type, "dunlin.invoices.v1.InvoiceIssued"))
		hear_issued(world, payload);
	else if (span_is(type, "dunlin.invoices.v1.CreditNoteIssued"))
		hear_credit(world, payload);
}

static bool is_for(const struct mail *mail, const struct payer *payer)
{
	for (size_t i = 0; i < mail->recipients.n; i++)
		if (payer->email.size > 0 && span_equal(mail->recipients.pairs[i].name, payer->email))
			return true;
	return false;
}

static bool names(const struct mail *mail, struct span word)
{
	return word.size > 0 && memmem(mail->text.at, mail->text.size, word.at, word.size) != NULL;
}

/* A mail asks for the bills whose reference it gives, as it is or in groups of four; a receipt has no use for that. */
static bool asks_for(struct arena *arena, const struct mail *mail, const struct bill *bill)
{
	return names(mail, bill->rf) || names(mail, span_of(rf_print(arena, bill->rf)));
}

void payers_read(struct world *world, const struct mail *mail)
{
	const struct list *bills = &world->payers->bills;
	struct arena *arena = arena_open();

	for (size_t i = 0; i < bills->n; i++) {
		struct bill *bill = bills->at[i];
		const struct payer *payer = payer_of(world, bill);

		if (payer == NULL || !is_for(mail, payer) || !asks_for(arena, mail, bill))
			continue;
		bill->mails++;
		plan(world, bill);
	}
	arena_close(arena);
}

struct merchant *merchant_find(const struct world *world, struct span id)
{
	const struct list *merchants = &world->payers->merchants;

	for (size_t i = 0; i < merchants->n; i++) {
		struct merchant *merchant = merchants->at[i];

		if (span_equal(merchant->id, id))
			return merchant;
	}
	return NULL;
}

struct money bill_owed(const struct bill *bill)
{
	return (struct money){ bill->gross.minor - bill->credited, bill->gross.currency };
}
