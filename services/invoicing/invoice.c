#include "invoice.h"

#include "field.h"
#include "words.h"

const char *const invoice_state_names[INVOICE_STATES + 1] = {
	[INVOICE_DRAFT] = "draft",
	[INVOICE_ISSUED] = "issued",
	[INVOICE_VOID] = "void",
};

const char *const invoice_act_names[INVOICE_ACTS] = {
	[INVOICE_COLLECT] = "collect",
	[INVOICE_ISSUE] = "issue",
	[INVOICE_CANCEL] = "cancel",
	[INVOICE_CREDIT] = "credit",
};

#define GOES(from, act, to, why) { INVOICE_##from, INVOICE_##act, true, INVOICE_##to, why }
#define REFUSED(from, act, why) { INVOICE_##from, INVOICE_##act, false, INVOICE_##from, why }

const struct invoice_rule invoice_rules[INVOICE_RULES] = {
	GOES(DRAFT, COLLECT, DRAFT, "a charge waits on the draft"),
	GOES(DRAFT, ISSUE, ISSUED, "the document gets its number, reference and due date, and is final"),
	GOES(DRAFT, CANCEL, VOID, "nothing on it will be invoiced; it never had a number"),
	REFUSED(DRAFT, CREDIT, "nothing was issued yet: cancel the draft"),
	REFUSED(ISSUED, COLLECT, "an issued invoice is final: the charge goes on the next one"),
	REFUSED(ISSUED, ISSUE, "it is issued"),
	REFUSED(ISSUED, CANCEL, "after issue only a credit note takes it back"),
	GOES(ISSUED, CREDIT, ISSUED, "a credit note takes back part or all; the invoice itself stays as it is"),
	REFUSED(VOID, COLLECT, "a void draft is final: the charge goes on the next one"),
	REFUSED(VOID, ISSUE, "the draft was cancelled"),
	REFUSED(VOID, CANCEL, "the draft was cancelled"),
	REFUSED(VOID, CREDIT, "nothing was ever issued"),
};

static const struct invoice_rule *find_rule(enum invoice_state from, enum invoice_act act)
{
	for (size_t i = 0; i < INVOICE_RULES; i++) {
		if (invoice_rules[i].from == from && invoice_rules[i].act == act)
			return &invoice_rules[i];
	}
	bug("no rule for invoice state %d and act %d", from, act);
}

enum err invoice_move(struct invoice *invoice, enum invoice_act act, struct why *why)
{
	const struct invoice_rule *rule = find_rule(invoice->state, act);

	if (!rule->allowed)
		return why_set(why, ERR_REFUSED, "invoice_state", "%s", rule->why);
	invoice->state = rule->to;
	return OK;
}

enum err issue_invoice_check(const struct issue_invoice *c, struct why *why)
{
	TRY(field_merchant(c->merchant, why));
	TRY(field_customer(c->customer_ref, why));
	TRY(field_key(c->external_ref, "external_ref", 0, 128, why));
	if (c->business_time.us != 0)
		TRY(field_instant(c->business_time, "business_time", why));
	return field_text(c->buyer_reference, "buyer_reference", 0, 64, why);
}

struct digest issue_invoice_content(const struct issue_invoice *c)
{
	return digest_list((const struct span[]){ c->customer_ref, c->buyer_reference }, 2);
}

struct span document_token(struct arena *arena, struct span secret, enum document document, struct span merchant, struct uuid id)
{
	struct span parts[] = { span_of(document_names[document]), SPAN(":"), merchant, SPAN(":"), uuid_span(&id) };
	struct digest mac = digest_hmac(secret, parts, sizeof parts / sizeof *parts);

	return span_base64url(arena, span_bytes(mac.b, 24));
}

struct span document_path(struct arena *arena, enum document document, struct span token)
{
	return span_of(arena_printf(arena, "/%c/%.*s", document_names[document][0], SPAN_ARG(token)));
}

struct span invoice_terms(struct arena *arena, const struct invoice *i, struct money of)
{
	struct span discount = words_discount(arena, words_find(i->language), &i->discount, i->issue_date, of);

	if (discount.size == 0)
		return i->terms_text;
	return span_of(arena_printf(arena, "%.*s %.*s", SPAN_ARG(discount), SPAN_ARG(i->terms_text)));
}

struct money invoice_left(const struct invoice *i)
{
	struct money left = i->totals.gross;

	left.minor -= i->credited.minor;
	return left;
}

static void say_parties(struct invoice *invoice, const struct issuing *by)
{
	const struct account *account = merchant_account(by->merchant, invoice->currency);

	invoice->seller = by->merchant->party;
	invoice->buyer = by->customer->party;
	invoice->language = by->customer->language;
	if (account != NULL)
		invoice->account = *account;
}

static void nothing_credited(struct invoice *invoice, struct arena *arena)
{
	struct money *lines = ARENA_ARRAY(arena, struct money, invoice->line_count);
	struct credited_tax *taxes = ARENA_ARRAY(arena, struct credited_tax, invoice->totals.tax_count);

	for (size_t i = 0; i < invoice->line_count; i++)
		lines[i] = money_zero(invoice->currency);
	for (size_t i = 0; i < invoice->totals.tax_count; i++)
		taxes[i].taxable = taxes[i].amount = money_zero(invoice->currency);
	invoice->credited_lines = lines;
	invoice->credited_taxes = taxes;
	invoice->credited = money_zero(invoice->currency);
}

enum err invoice_issue(
	struct invoice *invoice, struct arena *arena, const struct issuing *by, struct line *lines, size_t n, struct why *why)
{
	TRY(invoice_move(invoice, INVOICE_ISSUE, why));
	for (size_t i = 0; i < n; i++)
		lines[i].number = (int)i + 1;
	invoice->lines = lines;
	invoice->line_count = n;
	TRY(totals_add_up(arena, lines, n, invoice->currency, &invoice->totals, why));
	TRY(terms_due(&by->customer->terms, by->today, &invoice->due_date, why));
	invoice->issue_date = by->today;
	invoice->at = by->now;
	invoice->revision = 1;
	invoice->number = by->number;
	invoice->rf = number_reference(arena, by->number.text);
	invoice->token = document_token(arena, by->secret, DOCUMENT_INVOICE, invoice->merchant, invoice->id);
	say_parties(invoice, by);
	invoice->terms_text = words_terms(arena, words_find(invoice->language), &by->customer->terms, invoice->due_date);
	invoice->discount = discount_offer(&by->customer->terms.discount, by->today, invoice->due_date, invoice->totals.gross);
	nothing_credited(invoice, arena);
	return OK;
}
