#include "handlers.h"

#include "stripe_object.h"
#include "webhook.h"
#include "wire.h"

void payments_rules(struct text *text)
{
	attempt_print_rules(text);
	webhook_print_rules(text);
	stripe_print_rules(text);
	intent_print_rules(text);
	payout_print_rules(text);
	alarm_print_rules(text);
}

/* Without an apply: known, and of no concern to us. */
#define NOT_OURS NULL, NULL, NULL

const struct handler payments_handlers[] = {
	{ "dunlin.invoices.v1.InvoiceIssued", "what may be paid: parts, amounts, due dates", wire_read_issued, facts_need_invoice,
		facts_apply_issued },
	{ "dunlin.invoices.v1.CreditNoteIssued", "less may be paid", wire_read_credited, facts_need_invoice, facts_apply_credited },
	{ "dunlin.invoices.v1.CommandRefused", "not followed", NOT_OURS },
	{ "dunlin.ledger.v1.OpenItemChanged", "what is open", wire_read_open_item, facts_need_item, facts_apply_open_item },
	{ "dunlin.ledger.v1.ReceiptAllocated", "the ledger counts a payment of ours", wire_read_receipt, facts_need_receipt,
		facts_apply_receipt },
	{ "dunlin.ledger.v1.AllocationReversed", "not followed: OpenItemChanged says what is open", NOT_OURS },
	{ "dunlin.ledger.v1.UnappliedChanged", "not followed", NOT_OURS },
	{ "dunlin.ledger.v1.AccountDefined", "not followed", NOT_OURS },
	{ "dunlin.ledger.v1.StatementAccepted", "not followed", NOT_OURS },
	{ "dunlin.ledger.v1.StatementMatched", "not followed", NOT_OURS },
	{ "dunlin.ledger.v1.LineAccepted", "not followed", NOT_OURS },
	{ "dunlin.ledger.v1.LineMatched", "not followed", NOT_OURS },
	{ "dunlin.ledger.v1.LineUnmatched", "not followed", NOT_OURS },
	{ "dunlin.ledger.v1.StatementUndone", "not followed", NOT_OURS },
	{ "dunlin.ledger.v1.LineUndone", "not followed", NOT_OURS },
	{ "dunlin.ledger.v1.ExceptionOpened", "not followed", NOT_OURS },
	{ "dunlin.ledger.v1.ExceptionClosed", "not followed", NOT_OURS },
	{ "dunlin.ledger.v1.PeriodClosed", "not followed", NOT_OURS },
	{ "dunlin.ledger.v1.RefundRequested", "not followed: a person starts a refund", NOT_OURS },
	{ "dunlin.customers.v1.MerchantDefined", "the merchant's name on pay pages", wire_read_merchant, facts_need_merchant,
		facts_apply_merchant },
	{ "dunlin.customers.v1.CustomerChanged", "not followed: no personal data here", NOT_OURS },
	{ "payments.CreateCheckout", "a pay link, at once", wire_read_checkout, checkout_need_create, checkout_apply_create },
	{ "payments.OpenAttempt", "the payer wants the provider's page", wire_read_attempt, checkout_need_attempt, checkout_apply_open },
	{ "payments.ExpireAttempt", "a link that was not used in time", wire_read_attempt, checkout_need_attempt, checkout_apply_expire },
	{ "payments.DismissAttempt", "a person ends a review", wire_read_dismiss, checkout_need_note, checkout_apply_dismiss },
	{ "payments.RefundPayment", "money back to the payer", wire_read_refund, checkout_need_refund, checkout_apply_refund },
	{ "payments.PutProviderAccount", "an account at a provider", wire_read_account, account_need, account_apply },
	{ "payments.CloseAlarm", "a person has looked", wire_read_close_alarm, account_need_alarm, account_apply_alarm },
	{ "payments.ReceiveWebhook", "a provider's event", receive_read, receive_need, receive_apply },
	{ "payments.JoinWebhook", "what it waited for is there", wire_read_named_webhook, receive_need_named, receive_apply_join },
	{ "payments.OverdueWebhook", "it has waited too long", wire_read_named_webhook, receive_need_named, receive_apply_overdue },
	{ "payments.CallAnswered", "a provider's answer, or its absence", answer_read, answer_need, answer_apply },
	{ .type = NULL },
};
