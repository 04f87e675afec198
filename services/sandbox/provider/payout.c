#include "payout.h"

#include "account.h"
#include "agenda.h"
#include "bank/bank.h"
#include "log.h"
#include "webhook.h"
#include "zone.h"

/* Minutes after midnight UTC: a payout leaves, and arrives. */
enum { LEAVES_AT = 4 * 60, ARRIVES_AT = 3 * 60, ID_LENGTH = 12 };

static void plan(struct world *, struct account *);

static int64_t fee_of(const struct world *world, int64_t amount)
{
	struct decimal percent;
	__int128 scale = 100;
	int64_t part;

	if (decimal_parse(span_of(world->options->fee_percent), &percent, NULL) != OK)
		bug("sandbox: fee_percent was not checked");
	for (int i = 0; i < percent.scale; i++)
		scale *= 10;
	if (money_round_half_even((__int128)amount * percent.unscaled, scale, &part) != OK)
		bug("sandbox: a fee of %lld", (long long)amount);
	return part + world->options->fee_fixed;
}

static struct txn *txn_make(struct world *world, enum txn_type type, const struct head *source, struct currency currency)
{
	struct txn *txn = ARENA_NEW(world->life, struct txn);

	txn->head = (struct head){ world_id(world, "txn_", 24), source->account, world->now };
	txn->type = type;
	txn->source = source;
	txn->currency = currency;
	txn->available_on = world->now;
	list_add(&world->provider->txns, txn);
	return txn;
}

struct txn *txn_book(struct world *world, enum txn_type type, const struct head *source, struct currency currency, int64_t amount)
{
	struct txn *txn = txn_make(world, type, source, currency);

	txn->amount = amount;
	txn->fee = type == TXN_CHARGE ? fee_of(world, amount) : 0;
	txn->net = txn->amount - txn->fee;
	plan(world, source->account);
	return txn;
}

/* --- paying out --- */

/* Booked before today, and not paid out yet. */
static bool is_ripe(const struct world *world, const struct txn *txn, const struct account *account, struct currency currency)
{
	return txn->head.account == account && txn->payout == NULL && txn->type != TXN_PAYOUT && currency_equal(txn->currency, currency) &&
	       txn->head.created.us < world_minute(world_today(world), 0).us;
}

static int64_t ripe_net(const struct world *world, const struct account *account, struct currency currency)
{
	int64_t net = 0;

	for (size_t i = 0; i < world->provider->txns.n; i++) {
		const struct txn *txn = world->provider->txns.at[i];

		if (is_ripe(world, txn, account, currency))
			net += txn->net;
	}
	return net;
}

static void on_arrival(struct world *world, void *arg)
{
	struct payout *payout = arg;
	const char *iban = account_iban(payout->head.account, payout->amount.currency);

	payout->is_paid = true;
	webhook_payout(world, "payout.paid", payout);
	if (iban == NULL || !bank_credit_payout(world, iban, payout->amount, payout->descriptor, payout->head.id))
		log_warn("a payout has no bank account", LOG_TEXT("payout", payout->head.id),
			LOG_TEXT("currency", payout->amount.currency.code));
}

static void pay_out(struct world *world, struct account *account, struct currency currency, int64_t net)
{
	struct payout *payout = ARENA_NEW(world->life, struct payout);
	struct list *txns = &world->provider->txns;

	payout->head = (struct head){ world_id(world, "po_", ID_LENGTH), account, world->now };
	payout->amount = (struct money){ net, currency };
	/* At most 22 characters, as there. */
	payout->descriptor = arena_printf(world->life, "STRIPE %s", payout->head.id);
	if (calendar_add(calendar_find("TARGET"), world_today(world), (int)world->options->payout_days, &payout->arrival) != OK)
		bug("sandbox: the calendar ends");
	for (size_t i = 0; i < txns->n; i++) {
		struct txn *txn = txns->at[i];

		if (is_ripe(world, txn, account, currency))
			txn->payout = payout;
	}
	payout->txn = txn_make(world, TXN_PAYOUT, &payout->head, currency);
	payout->txn->amount = payout->txn->net = -net;
	payout->txn->payout = payout;
	list_add(&world->provider->payouts, payout);
	agenda_add(world, world_minute(payout->arrival, ARRIVES_AT), on_arrival, payout);
}

/* Each currency once, in the order of first use; what is not above zero waits for more. */
static void on_run(struct world *world, void *arg)
{
	struct account *account = arg;
	struct list *txns = &world->provider->txns;
	size_t n = txns->n;
	bool is_left = false;

	account->payout_run = NULL;
	for (size_t i = 0; i < n; i++) {
		const struct txn *txn = txns->at[i];
		int64_t net;

		if (!is_ripe(world, txn, account, txn->currency)) {
			is_left = is_left || (txn->head.account == account && txn->payout == NULL);
			continue;
		}
		net = ripe_net(world, account, txn->currency);
		if (net > 0)
			pay_out(world, account, txn->currency, net);
	}
	if (is_left)
		plan(world, account);
}

static void plan(struct world *world, struct account *account)
{
	struct date day;

	if (account->payout_run != NULL)
		return;
	if (calendar_add(calendar_find("TARGET"), world_today(world), 1, &day) != OK)
		bug("sandbox: the calendar ends");
	account->payout_run = agenda_add(world, world_minute(day, LEAVES_AT), on_run, account);
}
