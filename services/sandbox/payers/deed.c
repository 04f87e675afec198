#include "bank/bank.h"
#include "bill.h"
#include "fetch.h"
#include "json_in.h"
#include "json_out.h"
#include "log.h"
#include "mover.h"
#include "rf.h"

enum { MAGIC = 0x64656564, TRIES_MOST = 40, PAUSE_MS = 100 };

/* --- transfers --- */

static void refer(struct arena *arena, const struct bill *bill, enum reference reference, struct bank_line *line)
{
	switch (reference) {
	case REFERENCE_RF: line->reference = bill->rf; break;
	case REFERENCE_RF_TEXT: line->remittance = span_of(rf_print(arena, bill->rf)); break;
	case REFERENCE_NUMBER: line->remittance = span_of(arena_printf(arena, "Invoice %.*s", SPAN_ARG(bill->number))); break;
	case REFERENCE_TYPO: line->remittance = bank_mistype(arena, span_of(rf_print(arena, bill->rf))); break;
	case REFERENCE_NONE:
	case REFERENCES: line->remittance = SPAN("Thank you"); break;
	}
}

static int64_t share(int64_t whole, int64_t percent)
{
	int64_t part;

	if (money_round_half_even((__int128)whole * percent, 100, &part) != OK)
		bug("sandbox: %lld percent of %lld", (long long)percent, (long long)whole);
	return part;
}

/* Bills of the same payer that wait to be paid with this one; the last to come pays them all. */
static size_t gather(const struct world *world, struct bill *bill, struct bill **out, size_t most)
{
	const struct list *bills = &world->payers->bills;
	size_t n = 0;

	for (size_t i = 0; i < bills->n && n < most; i++) {
		struct bill *other = bills->at[i];

		if (!other->is_paid && span_equal(other->customer, bill->customer) && span_equal(other->merchant, bill->merchant) &&
			currency_equal(other->gross.currency, bill->gross.currency))
			out[n++] = other;
	}
	return n;
}

/* Two bills, one transfer: both numbers stand in the text. False: there is none to pay with it yet. */
static bool refer_together(
	const struct world *world, struct arena *arena, struct bill *bill, const struct step *step, struct bank_line *line)
{
	struct bill **bills = ARENA_ARRAY(arena, struct bill *, (size_t)step->together);
	size_t n = gather(world, bill, bills, (size_t)step->together);
	struct text text;

	if (n < (size_t)step->together)
		return false;
	text_init(&text, arena);
	line->amount = 0;
	for (size_t i = 0; i < n; i++) {
		text_printf(&text, "%s%.*s", i > 0 ? ", " : "", SPAN_ARG(bills[i]->number));
		line->amount += share(bill_owed(bills[i]).minor, step->percent);
		bills[i]->is_paid = true;
	}
	line->remittance = text_done(&text);
	return true;
}

static void book(struct world *world, struct bank_account *account, struct bank_line *line, const struct step *step)
{
	struct bank_line second = *line;

	if (step->payers == 2) {
		line->amount /= 2;
		second.amount -= line->amount;
		second.party_name = span_of(arena_printf(world->life, "%.*s & Co", SPAN_ARG(line->party_name)));
		second.party_iban = bank_iban(world, second.party_name);
	}
	line->bare = second.bare = step->times > 1; /* twins that nothing tells apart */
	for (int64_t i = 0; i < step->times; i++) {
		bank_book(world, account, line);
		if (step->payers == 2)
			bank_book(world, account, &second);
	}
}

static void transfer(struct world *world, const struct payer *payer, struct bill *bill, const struct step *step)
{
	struct bank_account *account = bank_account_of(world, bill->merchant, bill->gross.currency, payer->name);
	struct bank_line line = {
		.kind = LINE_TRANSFER, .booked = world_today(world), .party_name = payer->name, .party_iban = payer->iban
	};
	struct arena *arena = arena_open();

	line.amount = share(bill_owed(bill).minor, step->percent);
	refer(arena, bill, step->reference, &line);
	if (account == NULL)
		log_warn("there is no bank account to pay to", LOG_SPAN("merchant", bill->merchant),
			LOG_TEXT("currency", bill->gross.currency.code));
	else if (line.amount > 0 && (step->together == 1 || (!bill->is_paid && refer_together(world, arena, bill, step, &line)))) {
		bill->is_paid = true;
		book(world, account, &line, step);
	}
	arena_close(arena);
}

/* --- what is asked of the services --- */

/* A POST to a merchant's service, until it answers. */
struct request {
	uint32_t magic;
	struct world *world;
	struct arena *arena;
	const struct step *step;
	const char *url, *token, *key;
	struct span body;
	int tries;
};

static void request_send(struct request *);

static void request_end(struct request *request)
{
	mover_end(request->world);
	arena_close(request->arena);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct request *request = checked(arg, MAGIC);

	(void)fd;
	(void)what;
	request_send(request);
}

static bool is_card(const struct step *step)
{
	return step->deed == DEED_CARD || step->deed == DEED_CARD_DECLINED;
}

static void open_pay_link(struct request *request, struct span body)
{
	struct why why = { 0 };
	struct json_in in;
	struct span url;

	if (json_in_open(&in, request->arena, body, &why) != OK || json_in_text(&in, "pay_url", 8, 2000, &url, &why) != OK) {
		log_why(LOG_WARN, "a payer got no pay link", &why);
		return;
	}
	visit_start(request->world, span_cstr(request->arena, url),
		request->step->deed == DEED_CARD_DECLINED
			? (request->step->decline.size > 0 ? request->step->decline : SPAN("generic_decline"))
			: SPAN(""));
}

static void on_answer(void *arg, const struct fetched *fetched)
{
	struct request *request = checked(arg, MAGIC);
	bool unclear = fetched->status == 0 || fetched->status == 429 || fetched->status >= 500;

	if (unclear && request->tries < TRIES_MOST) {
		world_after(request->world, PAUSE_MS, on_timer, request);
		return;
	}
	if (fetched->status < 200 || fetched->status >= 300)
		log_warn("a payer was refused", LOG_TEXT("url", request->url), LOG_NUMBER("status", fetched->status),
			LOG_SPAN("answer", fetched->body));
	else if (is_card(request->step))
		open_pay_link(request, fetched->body);
	request_end(request);
}

static void request_send(struct request *request)
{
	const char *const headers[] = {
		"Content-Type: application/json",
		arena_printf(request->arena, "Authorization: Bearer %s", request->token),
		arena_printf(request->arena, "Idempotency-Key: %s", request->key),
		NULL,
	};

	request->tries++;
	fetch_start(request->world, &(struct fetch){ .method = "POST", .url = request->url, .headers = headers, .body = request->body },
		on_answer, request);
}

static struct span body_of(struct world *world, struct arena *arena, const struct bill *bill, const struct step *step)
{
	struct date until = { world_today(world).day + (int32_t)step->until };
	struct json_out out;
	struct text text;

	text_init(&text, arena);
	json_out_init(&out, &text);
	json_out_object(&out, NULL);
	json_out_string(&out, "invoice_id", uuid_text(arena, bill->invoice));
	if (step->deed == DEED_DISPUTE) {
		json_out_string(&out, "kind", "dispute");
		json_out_string(&out, "reason", "The customer says that the goods never came.");
	} else if (step->deed == DEED_PROMISE) {
		json_out_string(&out, "kind", "promise");
		json_out_date(&out, "until", until);
		json_out_string(&out, "reason", "The customer will pay by then.");
	}
	json_out_object_end(&out);
	return text_done(&text);
}

static void ask(struct world *world, const struct bill *bill, const struct step *step)
{
	const struct merchant *merchant = merchant_find(world, bill->merchant);
	const char *base = merchant == NULL ? "" : is_card(step) ? merchant->payments_url : merchant->reminders_url;
	struct arena *arena = arena_open();
	struct request *request = ARENA_NEW(arena, struct request);

	if (base[0] == '\0') {
		log_warn("a payer does not know where to go", LOG_SPAN("merchant", bill->merchant));
		arena_close(arena);
		return;
	}
	*request = (struct request){ .magic = MAGIC, .world = world, .arena = arena, .step = step };
	request->url = arena_printf(arena, "%s%s", base, is_card(step) ? "/v1/checkouts" : "/v1/holds");
	request->token = is_card(step) ? merchant->payments_token : merchant->reminders_token;
	request->key = arena_strdup(arena, world_id(world, "payer-", 16));
	request->body = body_of(world, arena, bill, step);
	mover_begin(world);
	request_send(request);
}

void deed_do(struct world *world, const struct payer *payer, struct bill *bill, const struct step *step)
{
	switch (step->deed) {
	case DEED_TRANSFER: transfer(world, payer, bill, step); return;
	case DEED_CARD:
	case DEED_CARD_DECLINED:
	case DEED_DISPUTE:
	case DEED_PROMISE: ask(world, bill, step); return;
	case DEEDS: return;
	}
}
