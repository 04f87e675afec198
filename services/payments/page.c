#include "page.h"

#include "payments_templates.h"
#include "template.h"

enum err page_compile(struct arena *arena, const struct template_set **set, struct why *why)
{
	return template_compile(arena, payments_templates, payments_template_count, set, why);
}

enum page_back page_back_of(struct span query)
{
	return span_is(query, "paid") ? PAGE_PAID : span_is(query, "cancelled") ? PAGE_CANCELLED : PAGE_FRESH;
}

bool page_sends_on(const struct attempt *attempt, enum page_back back)
{
	return back == PAGE_FRESH && (attempt->state == ATTEMPT_OPEN || attempt->state == ATTEMPT_DECLINED) && attempt->url.size > 0;
}

/* What is said in a state, and what can be done. */
struct view {
	const char *title, *lead, *text, *tone; /* lead may be NULL; tone: good, bad, wait or empty */
	const char *button;
	const char *refresh; /* seconds, NULL: it stays */
	bool has_form, has_url, has_items;
};

static const struct view ready = { "Pay your invoice", NULL, "Please check what you are about to pay.", "", "Continue to payment", NULL,
	true, false, true };
static const struct view connecting = { "One moment", NULL, "We are opening the payment page for you. This page reloads by itself.", "wait",
	NULL, "2", false, false, true };
static const struct view unsure = { "This takes longer than usual", NULL,
	"The payment provider has not answered yet. This page reloads by itself; you can also come back later. You will not be charged twice.",
	"wait", NULL, "10", false, false, true };
static const struct view not_yet = { "Pay your invoice", "You have not paid yet.", "You can go back to the payment page and finish.", "",
	"Back to payment", NULL, false, true, true };
static const struct view declined = { "Your payment was declined", "No money was taken.", "Try again, with another card if you like.",
	"bad", "Try again", NULL, false, true, true };
static const struct view confirming = { "Thank you", NULL, "Your payment is being confirmed. This page reloads by itself.", "wait", NULL,
	"3", false, false, true };
static const struct view under_way = { "Thank you", "Your payment is under way.",
	"Your bank may take a few days. There is nothing more to do.", "good", NULL, NULL, false, false, true };
static const struct view looked_at = { "We are checking your payment", NULL,
	"Something about this payment needs a look by a person. Please do not pay again; we will be in touch.", "wait", NULL, NULL, false,
	false, true };
static const struct view paid = { "Paid", "Thank you, we have received your payment.", "You can close this page.", "good", NULL, NULL,
	false, false, true };
static const struct view refunded = { "Refunded", "Your payment was given back.", "It may take a few days to reach your account.", "", NULL,
	NULL, false, false, true };
static const struct view failed = { "The payment did not go through", "No money was taken.", "Please ask for a new payment link.", "bad",
	NULL, NULL, false, false, true };
static const struct view expired = { "This link has expired", NULL, "Nothing can be paid with it any more. Please ask for a new one.", "",
	NULL, NULL, false, false, false };
static const struct view settled = { "Nothing left to pay", NULL, "What this link was for has been settled.", "good", NULL, NULL, false,
	false, false };
static const struct view no_link = { "This link leads nowhere", NULL, "Please check that you have the whole address from our message.", "",
	NULL, NULL, false, false, false };

static const struct view *view_of(const struct pay_page *page)
{
	switch (page->attempt->state) {
	case ATTEMPT_CREATED: return instant_compare(page->now, page->attempt->expires_at) < 0 ? &ready : &expired;
	case ATTEMPT_OPENING: return &connecting;
	case ATTEMPT_UNKNOWN: return &unsure;
	case ATTEMPT_OPEN: return page->back == PAGE_PAID ? &confirming : &not_yet;
	case ATTEMPT_DECLINED: return page->back == PAGE_PAID ? &confirming : &declined;
	case ATTEMPT_CLOSING:
	case ATTEMPT_EXPIRED:
	case ATTEMPT_STATES: return page->owed > 0 ? &expired : &settled;
	case ATTEMPT_PROCESSING: return &under_way;
	case ATTEMPT_FAILED: return page->owed > 0 ? &failed : &settled;
	case ATTEMPT_REVIEW: return &looked_at;
	case ATTEMPT_SUCCEEDED: return page->attempt->refunded.minor == page->attempt->captured.minor ? &refunded : &paid;
	}
	return &expired;
}

static void add_items(struct tvalue *root, struct arena *arena, const struct attempt *attempt)
{
	struct tvalue *list = tvalue_list(root, "items");

	for (size_t i = 0; i < attempt->item_count; i++) {
		const struct attempt_item *item = &attempt->items[i];
		struct tvalue *one = tvalue_item(list);

		if (item->part == 1)
			tvalue_printf(one, "what", "Invoice %.*s", SPAN_ARG(item->number));
		else
			tvalue_printf(one, "what", "Invoice %.*s, part %d", SPAN_ARG(item->number), (int)item->part);
		tvalue_text(one, "amount", money_text(arena, item->amount));
	}
}

/* page NULL: a link that leads nowhere. */
static enum err print(const struct template_set *set, struct arena *arena, const struct view *view, const struct pay_page *page,
	struct span *html, struct why *why)
{
	static const struct pay_page nowhere = { .merchant.name = { "Payment", 7 } };
	struct tvalue *root = tvalue_open(arena);
	const struct pay_page *p = page != NULL ? page : &nowhere;
	struct span url = p->attempt != NULL && view->has_url ? p->attempt->url : SPAN("");
	struct text text;

	tvalue_text(root, "title", view->title);
	tvalue_text(root, "lead", view->lead);
	tvalue_text(root, "text", view->text);
	tvalue_text(root, "tone", view->tone);
	tvalue_text(root, "button", view->button);
	tvalue_text(root, "refresh", view->refresh);
	tvalue_span(root, "merchant", p->merchant.name.size > 0 ? p->merchant.name : nowhere.merchant.name);
	tvalue_span(root, "email", p->merchant.email);
	tvalue_printf(root, "mail_to", "mailto:%.*s", SPAN_ARG(p->merchant.email));
	tvalue_bool(root, "form", view->has_form);
	tvalue_bool(root, "asks", view->has_form || url.size > 0);
	tvalue_span(root, "url", url);
	tvalue_text(root, "amount", p->attempt != NULL && view->has_items ? money_text(arena, p->attempt->amount) : NULL);
	if (p->attempt != NULL && view->has_items)
		add_items(root, arena, p->attempt);
	text_init(&text, arena);
	TRY(template_print(template_find(set, "pay"), root, &text, why));
	*html = text_done(&text);
	return OK;
}

enum err page_pay(const struct template_set *set, struct arena *arena, const struct pay_page *page, struct span *html, struct why *why)
{
	return print(set, arena, view_of(page), page, html, why);
}

enum err page_no_link(const struct template_set *set, struct arena *arena, struct span *html, struct why *why)
{
	return print(set, arena, &no_link, NULL, html, why);
}
