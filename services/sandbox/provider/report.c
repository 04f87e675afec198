#include "report.h"

#include "objects.h"

/* Of the columns of Stripe's itemised payout reconciliation report those that every such report has. */
static const char header[] = "automatic_payout_id,automatic_payout_effective_at,balance_transaction_id,created,currency,gross,fee,net,"
			     "reporting_category,source_id,description,customer_facing_currency,charge_id,payment_intent_id\r\n";

static const struct charge *charge_of(const struct txn *txn)
{
	return txn->type == TXN_REFUND ? ((const struct refund *)txn->source)->charge : (const struct charge *)txn->source;
}

static const char *major(struct arena *arena, int64_t minor, struct currency currency)
{
	return money_digits(arena, (struct money){ minor, currency });
}

static void row(struct text *csv, const struct payout *payout, const struct txn *txn)
{
	const struct charge *charge = charge_of(txn);
	struct arena *arena = csv->arena;
	const char *code = txn->currency.code;

	text_printf(csv, "%s,%s 00:00:00,%s,%.10s %.8s,%s,", payout->head.id, date_text(arena, payout->arrival), txn->head.id,
		instant_text(arena, txn->head.created), instant_text(arena, txn->head.created) + 11, code);
	text_printf(csv, "%s,%s,%s,", major(arena, txn->amount, txn->currency), major(arena, txn->fee, txn->currency),
		major(arena, txn->net, txn->currency));
	text_printf(csv, "%s,%s,,%s,%s,%s\r\n", txn->type == TXN_REFUND ? "refund" : "charge", txn->source->id, code, charge->head.id,
		charge->payment->head.id);
}

static const struct payout *find(const struct world *world, struct span id)
{
	const struct list *payouts = &world->provider->payouts;

	for (size_t i = 0; i < payouts->n; i++) {
		const struct payout *payout = payouts->at[i];

		if (span_is(id, payout->head.id))
			return payout;
	}
	return NULL;
}

static enum err show(struct ask *ask, struct answer *answer, struct why *why)
{
	struct span file = form_get(&ask->params, "file"), id, ending;
	bool is_csv = span_cut(file, '.', &id, &ending) && span_is(ending, "csv");
	const struct payout *payout = find(ask->world, id);
	const struct list *txns = &ask->world->provider->txns;
	struct text csv;

	if (!is_csv || payout == NULL)
		return answer_not_found("payout report", file, why);
	text_init(&csv, ask->arena);
	text_add(&csv, header);
	for (size_t i = 0; i < txns->n; i++) {
		const struct txn *txn = txns->at[i];

		if (txn->payout == payout && txn->type != TXN_PAYOUT)
			row(&csv, payout, txn);
	}
	answer->type = "text/csv";
	answer->body = text_done(&csv);
	return OK;
}

const struct door report_doors[] = {
	{ "GET", "/sandbox/payouts/{file}", "the provider's itemised report of a payout: po_….csv", show },
	{ 0 },
};
