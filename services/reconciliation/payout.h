/*
 * payout: money that a provider sends to the bank: many payments less fees, in one line of a statement.
 *
 * 1. Each settlement line posts by itself: clearing to payouts in transit, its fee to provider fees. It is known by (payout, line number).
 * 2. It is complete when as many lines as it says are there; lines that do not make its sums, or sums that do not make its amount, are an exception.
 * 3. The bank's line takes its net amount out of transit.
 * 4. Where the provider's report stood for its lines (payout_report.h), lines that come after all are refused: nothing posts twice.
 */
#ifndef RECONCILIATION_PAYOUT_H
#define RECONCILIATION_PAYOUT_H

#include "date.h"
#include "money.h"
#include "uuid.h"

struct ledger;

struct payout {
	struct span merchant, provider_account, provider_ref, statement_text;
	struct uuid id;
	struct currency currency;
	bool paid; /* the provider has told its sums; else lines came before */
	int64_t amount, gross, fees;
	int32_t line_count;
	struct date arrival;
	int32_t lines_seen;
	int64_t gross_seen, fees_seen;
	struct uuid bank_line; /* zero until it arrived */
	bool has_arrived, overdue;
	struct uuid report; /* the provider's report that tells it, or zero */
	bool by_report;     /* its sum alone was told: the report stands for its lines */
	bool unreported;    /* a report was to come and did not */
};

struct payout_line {
	struct span merchant;
	struct uuid payout;
	int32_t number;
	struct span provider_line, provider_payment;
	struct uuid attempt;
	int64_t gross, fee;
	struct currency currency;
	bool is_refund; /* of the attempt; what else is below 0 the provider took */
};

/* What dunlin.payments.v1 says. */
struct payout_lines {
	struct span provider_account, provider_ref;
	struct uuid id;
	const struct payout_line *lines;
	size_t count;
};

struct payout_paid {
	struct span provider_account, provider_ref, statement_text;
	struct uuid id;
	struct money amount, gross, fees;
	struct date arrival;
	int32_t line_count;
};

enum err payout_add_lines(struct ledger *, const struct payout_lines *, struct why *) MUST_CHECK;
enum err payout_pay(struct ledger *, const struct payout_paid *, struct why *) MUST_CHECK;

/* "@provider:<account>" */
struct span payout_stream(struct arena *, struct span provider_account);

/* It was to arrive days ago and did not. */
void payout_miss(struct ledger *, struct uuid id);

#endif
