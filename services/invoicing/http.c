#include "http.h"

#include "http_show.h"

/* A page of a document has up to 1,000 lines of credit. */
enum { CREDIT_BODY = 256 << 10 };

#define GET(path_, access_, show_, help_) { .method = "GET", .path = path_, .access = access_, .show = show_, .help = help_ }
#define POST(path_, access_, command_, help_) { .method = "POST", .path = path_, .access = access_, .command = command_, .help = help_ }

const struct route invoicing_routes[] = {
	GET("/v1/merchant", ACCESS_READ, show_merchant, "the merchant that the token is for"),
	POST("/v1/merchants", ACCESS_ADMIN, "dunlin.invoicing.DefineMerchant",
		"creates the merchant that the token is for, or replaces it"),
	GET("/v1/customers", ACCESS_READ, show_customers, "customers in order of their references"),
	POST("/v1/customers", ACCESS_WRITE, "dunlin.billing.v1.DefineCustomer", "creates a customer, or replaces it"),
	GET("/v1/customers/{ref}", ACCESS_READ, show_customer, "a customer and what waits to be invoiced"),
	POST("/v1/charges", ACCESS_WRITE, "dunlin.billing.v1.AddCharge", "puts a charge on the customer's draft, or invoices it at once"),
	POST("/v1/drafts/cancel", ACCESS_WRITE, "dunlin.billing.v1.CancelDraft", "throws away what waits"),
	GET("/v1/invoices", ACCESS_READ, show_invoices, "invoices, newest first, by customer and state"),
	POST("/v1/invoices", ACCESS_WRITE, "dunlin.billing.v1.IssueInvoice", "issues what waits on the customer's draft"),
	GET("/v1/invoices/{id}", ACCESS_READ, show_invoice, "an invoice with lines, taxes, credit notes and what the ledger says of it"),
	GET("/v1/invoices/{id}/page", ACCESS_READ, show_invoice_page, "an invoice as a page"),
	{ .method = "POST",
		.path = "/v1/invoices/{id}/credit-notes",
		.access = ACCESS_WRITE,
		.command = "dunlin.billing.v1.CreditInvoice",
		.help = "takes an issued invoice back, wholly or in part",
		.body_limit = CREDIT_BODY },
	GET("/v1/credit-notes/{id}", ACCESS_READ, show_credit_note, "a credit note with lines and taxes"),
	GET("/v1/credit-notes/{id}/page", ACCESS_READ, show_credit_note_page, "a credit note as a page"),
	GET("/i/{token}", ACCESS_PUBLIC, show_public_invoice, "an invoice as a page, for whoever has its address"),
	GET("/c/{token}", ACCESS_PUBLIC, show_public_credit_note, "a credit note as a page, for whoever has its address"),
	{ .path = NULL },
};
