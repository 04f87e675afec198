#include "cover.h"

#include <stddef.h>
#include <stdio.h>

#include "world.h"

/* Every refusal of the pure cores but those of their readers: tests/sim/refusals lists them from the source, tests/sim/check compares. With why it can't be met
 * here, where that is so. */
static const struct {
	const char *name, *why_not;
} refusals[] = {
	{ "refusal invoicing: amount_too_large", NULL },
	{ "refusal invoicing: amounts_differ", "the readers take no amount beside a price" },
	{ "refusal invoicing: billing_date_impossible", "the calendar ends in the year 9999" },
	{ "refusal invoicing: charge_differs", NULL },
	{ "refusal invoicing: charge_not_waiting", NULL },
	{ "refusal invoicing: charge_unknown", NULL },
	{ "refusal invoicing: credit_note_differs", NULL },
	{ "refusal invoicing: credit_too_large", NULL },
	{ "refusal invoicing: currency_differs", NULL },
	{ "refusal invoicing: currency_fixed", NULL },
	{ "refusal invoicing: currency_unknown", NULL },
	{ "refusal invoicing: customer_unknown", NULL },
	{ "refusal invoicing: draft_full", "a thousand charges on one draft: unit test" },
	{ "refusal invoicing: due_date_impossible", "the calendar ends in the year 9999" },
	{ "refusal invoicing: field_invalid", NULL },
	{ "refusal invoicing: field_missing", NULL },
	{ "refusal invoicing: invoice_differs", NULL },
	{ "refusal invoicing: invoice_state", NULL },
	{ "refusal invoicing: invoice_unclear", NULL },
	{ "refusal invoicing: invoice_unknown", NULL },
	{ "refusal invoicing: line_twice", NULL },
	{ "refusal invoicing: line_unknown", NULL },
	{ "refusal invoicing: lines_unclear", NULL },
	{ "refusal invoicing: merchant_unknown", NULL },
	{ "refusal invoicing: message_malformed", NULL },
	{ "refusal invoicing: no_billing_day", NULL },
	{ "refusal invoicing: nothing_left", NULL },
	{ "refusal invoicing: nothing_waits", NULL },
	{ "refusal invoicing: prefix_taken", NULL },
	{ "refusal invoicing: price_unclear", NULL },
	{ "refusal invoicing: series_full", "a thousand million numbers: unit test" },
	{ "refusal invoicing: tax_rate_missing", NULL },
	{ "refusal invoicing: tax_rate_unexpected", NULL },
	{ "refusal invoicing: tax_reason_unexpected", NULL },
	{ "refusal invoicing: zone_missing", "JSON demands the field before" },
	{ "refusal invoicing: zone_unknown", NULL },
	{ "refusal payments: account_ambiguous", "merchants here have one account: unit test" },
	{ "refusal payments: account_mode_fixed", NULL },
	{ "refusal payments: account_unknown", NULL },
	{ "refusal payments: alarm_unknown", NULL },
	{ "refusal payments: amount_exceeds_open", NULL },
	{ "refusal payments: amount_not_positive", NULL },
	{ "refusal payments: attempt_unknown", NULL },
	{ "refusal payments: currencies_differ", NULL },
	{ "refusal payments: currency_wrong", "payouts here are in one currency: unit test" },
	{ "refusal payments: customers_differ", NULL },
	{ "refusal payments: field_missing", NULL },
	{ "refusal payments: invoice_unknown", NULL },
	{ "refusal payments: item_twice", NULL },
	{ "refusal payments: link_unknown", "the page of a link is HTTP's" },
	{ "refusal payments: nothing_open", NULL },
	{ "refusal payments: payment_not_captured", NULL },
	{ "refusal payments: payment_under_way", NULL },
	{ "refusal payments: refund_exceeds_captured", NULL },
	{ "refusal payments: refund_items_required", NULL },
	{ "refusal payments: refund_items_wrong", NULL },
	{ "refusal payments: too_many_items", "invoices here have one part: unit test" },
	{ "refusal reconciliation: account_not_by_hand", NULL },
	{ "refusal reconciliation: amount_invalid", "a fact that our own services never say: unit test" },
	{ "refusal reconciliation: amount_not_open", NULL },
	{ "refusal reconciliation: amount_not_positive", NULL },
	{ "refusal reconciliation: close_not_asked", "nobody closes a period here: unit test" },
	{ "refusal reconciliation: credit_exceeds", "a fact that our own services never say: unit test" },
	{ "refusal reconciliation: currency_differs", NULL },
	{ "refusal reconciliation: currency_fixed", NULL },
	{ "refusal reconciliation: customer_differs", NULL },
	{ "refusal reconciliation: customer_unknown", NULL },
	{ "refusal reconciliation: day_not_to_come", "people park things until later: unit test" },
	{ "refusal reconciliation: earlier_line_matched", NULL },
	{ "refusal reconciliation: exception_closed", NULL },
	{ "refusal reconciliation: exception_needs_facts", NULL },
	{ "refusal reconciliation: exception_unknown", NULL },
	{ "refusal reconciliation: invoice_unknown", NULL },
	{ "refusal reconciliation: item_twice", NULL },
	{ "refusal reconciliation: item_unknown", NULL },
	{ "refusal reconciliation: items_exceed", NULL },
	{ "refusal reconciliation: line_state", NULL },
	{ "refusal reconciliation: line_unknown", NULL },
	{ "refusal reconciliation: money_went", NULL },
	{ "refusal reconciliation: not_a_refund", NULL },
	{ "refusal reconciliation: not_a_return", NULL },
	{ "refusal reconciliation: not_a_reversal", NULL },
	{ "refusal reconciliation: part_invalid", "a fact that our own services never say: unit test" },
	{ "refusal reconciliation: part_unknown", NULL },
	{ "refusal reconciliation: payout_amount", NULL },
	{ "refusal reconciliation: payout_arrived", NULL },
	{ "refusal reconciliation: payout_unknown", NULL },
	{ "refusal reconciliation: period_covered", "nobody closes a period here: unit test" },
	{ "refusal reconciliation: period_not_over", "nobody closes a period here: unit test" },
	{ "refusal reconciliation: period_order", "nobody closes a period here: unit test" },
	{ "refusal reconciliation: receipt_refunded", NULL },
	{ "refusal reconciliation: receipt_spent", NULL },
	{ "refusal reconciliation: receipt_unknown", NULL },
	{ "refusal reconciliation: rest_unsaid", NULL },
	{ "refusal reconciliation: return_exceeds", NULL },
	{ "refusal reconciliation: same_person", "nobody here says who brought a file: unit test" },
	{ "refusal reconciliation: second_person_needed", "nobody closes a period here: unit test" },
	{ "refusal reconciliation: statement_state", NULL },
	{ "refusal reconciliation: statement_unknown", NULL },
	{ "refusal reconciliation: statement_unreadable", NULL },
	{ "refusal reconciliation: suggestion_changed", "the rule is said in bulk alone: store test" },
	{ "refusal reconciliation: suggestion_gone", "nothing that is suggested goes away: unit test" },
	{ "refusal reconciliation: suggestion_needs_more", NULL },
	{ "refusal reconciliation: sums_differ", "a fact that our own services never say: unit test" },
	{ "refusal reconciliation: zone_unknown", "the time zones here are known: store test" },
	{ "refusal reminders: customer_unknown", NULL },
	{ "refusal reminders: field_invalid", NULL },
	{ "refusal reminders: hold_ended", NULL },
	{ "refusal reminders: hold_unknown", NULL },
	{ "refusal reminders: invoice_unknown", NULL },
	{ "refusal reminders: notice_state", "nobody claims what is not planned: unit test" },
	{ "refusal reminders: undecodable", "what nobody can read is refused as malformed before" },
};

enum { REFUSALS = sizeof refusals / sizeof *refusals };

void expect_refusals(void)
{
	for (size_t i = 0; i < REFUSALS; i++)
		cover_expect(refusals[i].name, refusals[i].why_not);
}

void refusals_print(void)
{
	for (size_t i = 0; i < REFUSALS; i++)
		printf("%s\n", refusals[i].name);
}
