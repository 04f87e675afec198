#include "bank/bank.h"
#include "bill.h"
#include "json_in.h"
#include "json_out.h"
#include "payers.h"

static const char *const deeds[] = { "card", "card_declined", "transfer", "dispute", "promise", NULL };
static const char *const afters[] = { "issue", "due", "mail", NULL };
static const char *const references[] = { "rf", "rf_text", "number", "typo", "none", NULL };

static enum err optional(const struct json_in *in, const char *name, int64_t least, int64_t most, int64_t *value, struct why *why)
{
	return json_in_has(in, name) ? json_in_int64(in, name, least, most, value, why) : OK;
}

static enum err optional_text(const struct json_in *in, const char *name, size_t most, struct span *value, struct why *why)
{
	return json_in_has(in, name) ? json_in_text(in, name, 0, most, value, why) : OK;
}

static enum err optional_choice(const struct json_in *in, const char *name, const char *const *words, size_t *choice, struct why *why)
{
	return json_in_has(in, name) ? json_in_choice(in, name, words, choice, why) : OK;
}

static enum err read_step(const struct json_in *in, struct step *step, struct why *why)
{
	size_t deed = DEED_TRANSFER, after = AFTER_ISSUE, reference = REFERENCE_RF;

	*step = (struct step){ .mails = 1, .percent = 100, .times = 1, .payers = 1, .together = 1, .until = 7 };
	TRY(json_in_choice(in, "does", deeds, &deed, why));
	TRY(optional_choice(in, "after", afters, &after, why));
	TRY(optional_choice(in, "reference", references, &reference, why));
	step->deed = (enum deed)deed;
	step->after = (enum after)after;
	step->reference = (enum reference)reference;
	TRY(optional(in, "days", -366, 3660, &step->days, why));
	TRY(optional(in, "mails", 1, 100, &step->mails, why));
	TRY(optional(in, "percent", 1, 1000, &step->percent, why));
	TRY(optional(in, "times", 1, 10, &step->times, why));
	TRY(optional(in, "payers", 1, 2, &step->payers, why));
	TRY(optional(in, "together", 1, 10, &step->together, why));
	TRY(optional(in, "until", 0, 366, &step->until, why));
	return optional_text(in, "decline", 40, &step->decline, why);
}

static enum err read_payer(struct ask *ask, struct payer *payer, struct why *why)
{
	struct json_in in, item;

	TRY(json_in_open(&in, ask->arena, ask->body, why));
	TRY(json_in_text(&in, "merchant", 1, 64, &payer->merchant, why));
	TRY(json_in_text(&in, "customer", 1, 64, &payer->customer, why));
	TRY(optional_text(&in, "name", 70, &payer->name, why));
	TRY(optional_text(&in, "email", 254, &payer->email, why));
	TRY(optional_text(&in, "iban", 34, &payer->iban, why));
	TRY(json_in_list(&in, "steps", 0, STEPS_MOST, &payer->step_count, why));
	for (size_t i = 0; i < payer->step_count; i++) {
		TRY(json_in_item(&in, "steps", i, &item, why));
		TRY(read_step(&item, &payer->steps[i], why));
	}
	return json_in_done(&in, why);
}

static void keep(struct world *world, struct payer *payer)
{
	payer->merchant = world_keep(world, payer->merchant);
	payer->customer = world_keep(world, payer->customer);
	payer->name = world_keep(world, payer->name.size > 0 ? payer->name : payer->customer);
	payer->email = world_keep(world, payer->email);
	payer->iban = payer->iban.size > 0 ? world_keep(world, payer->iban)
					   : bank_iban(world, payer->email.size > 0 ? payer->email : payer->customer);
	for (size_t i = 0; i < payer->step_count; i++)
		payer->steps[i].decline = world_keep(world, payer->steps[i].decline);
}

static enum err check_new(const struct world *world, const struct payer *payer, struct why *why)
{
	const struct list *payers = &world->payers->payers;

	for (size_t i = 0; i < payers->n; i++) {
		const struct payer *other = payers->at[i];

		if (span_equal(other->merchant, payer->merchant) && span_equal(other->customer, payer->customer))
			return why_field(
				why, ERR_CONFLICT, "customer", "customer", "%.*s has a behaviour already", SPAN_ARG(payer->customer));
	}
	return OK;
}

static enum err add_payer(struct ask *ask, struct answer *answer, struct why *why)
{
	struct payer wanted = { 0 }, *payer;
	struct json_out out;
	struct text text;

	TRY(read_payer(ask, &wanted, why));
	TRY(check_new(ask->world, &wanted, why));
	keep(ask->world, &wanted);
	payer = arena_copy(ask->world->life, &wanted, sizeof(wanted));
	list_add(&ask->world->payers->payers, payer);
	payers_plan(ask->world, payer);
	text_init(&text, ask->arena);
	json_out_init(&out, &text);
	json_out_object(&out, NULL);
	json_out_span(&out, "customer", payer->customer);
	json_out_span(&out, "iban", payer->iban);
	json_out_int(&out, "steps", (int64_t)payer->step_count);
	json_out_object_end(&out);
	answer_json(answer, 201, &text);
	return OK;
}

static void print_bill(struct arena *arena, struct json_out *out, const struct bill *bill)
{
	json_out_object(out, NULL);
	json_out_span(out, "merchant", bill->merchant);
	json_out_span(out, "customer", bill->customer);
	json_out_string(out, "invoice_id", uuid_text(arena, bill->invoice));
	json_out_span(out, "number", bill->number);
	json_out_span(out, "rf", bill->rf);
	json_out_money(out, "owed", bill_owed(bill));
	json_out_date(out, "due", bill->due);
	json_out_int(out, "mails", bill->mails);
	json_out_object_end(out);
}

static enum err list_bills(struct ask *ask, struct answer *answer, struct why *why)
{
	const struct list *bills = &ask->world->payers->bills;
	struct json_out out;
	struct text text;

	(void)why;
	text_init(&text, ask->arena);
	json_out_init(&out, &text);
	json_out_object(&out, NULL);
	json_out_array(&out, "bills");
	for (size_t i = 0; i < bills->n; i++)
		print_bill(ask->arena, &out, bills->at[i]);
	json_out_array_end(&out);
	json_out_object_end(&out);
	answer_json(answer, 200, &text);
	return OK;
}

/* Where a merchant's customers find what they need: payments for pay links, reminders for disputes and promises. */
static enum err add_merchant(struct ask *ask, struct answer *answer, struct why *why)
{
	struct span id, payments = SPAN(""), payments_token = SPAN(""), reminders = SPAN(""), reminders_token = SPAN("");
	struct world *world = ask->world;
	struct merchant *merchant;
	struct json_in in;

	TRY(json_in_open(&in, ask->arena, ask->body, why));
	TRY(json_in_text(&in, "merchant", 1, 64, &id, why));
	TRY(optional_text(&in, "payments_url", 2000, &payments, why));
	TRY(optional_text(&in, "payments_token", 500, &payments_token, why));
	TRY(optional_text(&in, "reminders_url", 2000, &reminders, why));
	TRY(optional_text(&in, "reminders_token", 500, &reminders_token, why));
	TRY(json_in_done(&in, why));
	merchant = merchant_find(world, id);
	if (merchant == NULL) {
		merchant = ARENA_NEW(world->life, struct merchant);
		list_add(&world->payers->merchants, merchant);
	}
	*merchant = (struct merchant){ world_keep(world, id), world_cstr(world, payments), world_cstr(world, payments_token),
		world_cstr(world, reminders), world_cstr(world, reminders_token) };
	answer_done(answer);
	return OK;
}

const struct door payer_doors[] = {
	{ "POST", "/sandbox/merchants",
		"where a merchant's services are: merchant, payments_url, payments_token, reminders_url, reminders_token", add_merchant },
	{ "POST", "/sandbox/behaviours", "what a customer does about every invoice: merchant, customer, name, email, iban, steps",
		add_payer },
	{ "GET", "/sandbox/bills", "invoices that customers know of", list_bills },
	{ 0 },
};
