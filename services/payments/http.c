#include "http.h"

#define GET(path_, access_, show_, help_) { .method = "GET", .path = path_, .access = access_, .show = show_, .help = help_ }
#define POST(path_, access_, command_, help_) { .method = "POST", .path = path_, .access = access_, .command = command_, .help = help_ }

const struct route payments_routes[] = {
	POST("/v1/checkouts", ACCESS_WRITE, "payments.CreateCheckout", "a pay link for an invoice or parts of invoices, at once"),
	GET("/v1/attempts", ACCESS_READ, show_attempts, "attempts, newest first, by customer, invoice and state"),
	GET("/v1/attempts/{id}", ACCESS_READ, show_attempt, "an attempt with its items and refunds"),
	POST("/v1/attempts/{id}/dismiss", ACCESS_WRITE, "payments.DismissAttempt", "ends a review: it is no payment"),
	POST("/v1/payments/{id}/refunds", ACCESS_WRITE, "payments.RefundPayment", "gives money back to the payer, wholly or in part"),
	GET("/v1/payouts", ACCESS_READ, show_payouts, "payouts of the provider, newest first"),
	GET("/v1/alarms", ACCESS_READ, show_alarms, "what a person should look at; closed=true: what somebody has looked at"),
	POST("/v1/alarms/{kind}/{subject}/close", ACCESS_WRITE, "payments.CloseAlarm", "a person has looked at it"),
	GET("/v1/webhooks", ACCESS_READ, show_webhooks, "events of the provider as they came, newest first, by state"),
	GET("/v1/webhooks/{account}/{event}", ACCESS_ADMIN, show_webhook, "the body of an event, to the byte"),
	GET("/v1/provider-accounts", ACCESS_ADMIN, show_accounts, "accounts at providers, without their secrets"),
	POST("/v1/provider-accounts", ACCESS_ADMIN, "payments.PutProviderAccount", "makes an account at a provider known, or changes it"),
	GET("/pay/{token}", ACCESS_PUBLIC, show_pay, "the page behind a pay link"),
	{ .method = "POST", .path = "/pay/{token}", .access = ACCESS_PUBLIC, .accept = accept_pay, .help = "the payer wants to pay" },
	{ .method = "POST",
		.path = "/webhooks/stripe/{account}",
		.access = ACCESS_PUBLIC,
		.command = "payments.ReceiveWebhook",
		.message = message_webhook,
		.webhook = true,
		.help = "events of Stripe for the account merchant:name" },
	{ .path = NULL },
};
