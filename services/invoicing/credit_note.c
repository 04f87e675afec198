#include "credit_note.h"

#include <stdio.h>
#include <string.h>

#include "field.h"

static enum err ask_check(const struct credit_ask *ask, size_t i, struct why *why)
{
	char name[64];

	snprintf(name, sizeof name, "lines[%zu].line_no", i);
	TRY(field_number(ask->line_no, name, 1, DOCUMENT_LINES, why));
	snprintf(name, sizeof name, "lines[%zu].net", i);
	if (ask->net.minor <= 0)
		return why_field(why, ERR_INVALID, "field_invalid", name, "%s is not above 0", name);
	return OK;
}

enum err credit_invoice_check(const struct credit_invoice *c, struct why *why)
{
	TRY(field_merchant(c->merchant, why));
	if (c->customer_ref.size > 0)
		TRY(field_customer(c->customer_ref, why));
	TRY(field_key(c->external_ref, "external_ref", 0, 128, why));
	if (c->business_time.us != 0)
		TRY(field_instant(c->business_time, "business_time", why));
	if (c->by_id == (c->invoice_number.size > 0))
		return why_field(
			why, ERR_INVALID, "invoice_unclear", "invoice_id", "exactly one of invoice_id and invoice_number is given");
	if (!c->by_id)
		TRY(field_key(c->invoice_number, "invoice_number", 1, 32, why));
	if (c->whole == (c->line_count > 0))
		return why_field(why, ERR_INVALID, "lines_unclear", "lines", "either whole, or lines: both or neither is given");
	if (c->line_count > DOCUMENT_LINES)
		return why_field(why, ERR_INVALID, "field_invalid", "lines", "lines has more than %d items", DOCUMENT_LINES);
	for (size_t i = 0; i < c->line_count; i++)
		TRY(ask_check(&c->lines[i], i, why));
	return field_text(c->reason, "reason", 1, 500, why);
}

struct digest credit_invoice_content(struct arena *arena, const struct credit_invoice *c, struct uuid invoice_id)
{
	struct text t;

	text_init(&t, arena);
	for (size_t i = 0; i < c->line_count; i++)
		text_printf(&t, "%lld %lld %s\n", (long long)c->lines[i].line_no, (long long)c->lines[i].net.minor,
			c->lines[i].net.currency.code);
	return digest_list((const struct span[]){ uuid_span(&invoice_id), text_done(&t), c->reason }, 3);
}

static enum err take_ask(const struct invoice *invoice, const struct credit_ask *ask, size_t i, struct money *asked, struct why *why)
{
	struct money left;
	char name[64];
	size_t at = (size_t)ask->line_no - 1;

	snprintf(name, sizeof name, "lines[%zu].line_no", i);
	if (at >= invoice->line_count)
		return why_field(why, ERR_NOT_FOUND, "line_unknown", name, "the invoice has %zu lines", invoice->line_count);
	if (asked[at].minor != 0)
		return why_field(why, ERR_INVALID, "line_twice", name, "line %lld is there twice", (long long)ask->line_no);
	snprintf(name, sizeof name, "lines[%zu].net", i);
	if (!currency_equal(ask->net.currency, invoice->currency))
		return why_field(why, ERR_REFUSED, "currency_differs", name, "the invoice is in %s, not in %s", invoice->currency.code,
			ask->net.currency.code);
	TRY(money_sub(invoice->lines[at].net, invoice->credited_lines[at], &left, why));
	if (money_compare(ask->net, left) > 0)
		return why_field(why, ERR_REFUSED, "credit_too_large", name, "%lld minor units of line %lld are left to credit, not %lld",
			(long long)left.minor, (long long)ask->line_no, (long long)ask->net.minor);
	asked[at] = ask->net;
	return OK;
}

/* What is to be taken back of each line of the invoice. */
static enum err ask_all(
	struct arena *arena, const struct invoice *invoice, const struct credit_invoice *c, struct money **asked, struct why *why)
{
	*asked = ARENA_ARRAY(arena, struct money, invoice->line_count);
	for (size_t i = 0; i < invoice->line_count; i++) {
		(*asked)[i] = money_zero(invoice->currency);
		if (c->whole)
			TRY(money_sub(invoice->lines[i].net, invoice->credited_lines[i], &(*asked)[i], why));
	}
	for (size_t i = 0; i < c->line_count; i++)
		TRY(take_ask(invoice, &c->lines[i], i, *asked, why));
	return OK;
}

void credit_line_print(struct line *line)
{
	line->quantity = (struct decimal){ .unscaled = 1 };
	line->unit = line->charge_ref = (struct span){ 0 };
	line->unit_price = field_plain((struct decimal){ .unscaled = line->net.minor, .scale = currency_exponent(line->net.currency) });
}

static enum err make_lines(
	struct arena *arena, const struct invoice *invoice, const struct money *asked, struct credit_note *note, struct why *why)
{
	struct line *lines = ARENA_ARRAY(arena, struct line, invoice->line_count);
	struct money *before = ARENA_ARRAY(arena, struct money, invoice->line_count);

	for (size_t i = 0; i < invoice->line_count; i++) {
		struct line *line = &lines[note->line_count];

		if (asked[i].minor == 0)
			continue;
		*line = invoice->lines[i];
		line->net = asked[i];
		credit_line_print(line);
		before[note->line_count++] = invoice->credited_lines[i];
	}
	note->lines = lines;
	note->lines_before = before;
	if (note->line_count == 0)
		return why_set(why, ERR_REFUSED, "nothing_left", "all of the invoice is credited");
	return OK;
}

/* The tax of all that is credited so far and now, less what was credited: for the whole line of the breakdown that is the invoice's own. */
static enum err make_tax(const struct invoice *invoice, size_t at, const struct money *asked, struct tax_total *now, struct why *why)
{
	const struct tax_total *whole = &invoice->totals.taxes[at];
	const struct credited_tax *before = &invoice->credited_taxes[at];
	struct money taxable, tax;

	*now = *whole;
	now->taxable = money_zero(invoice->currency);
	for (size_t i = 0; i < invoice->line_count; i++) {
		if (tax_compare(invoice->lines[i].tax, whole->tax) == 0)
			TRY(money_add(now->taxable, asked[i], &now->taxable, why));
	}
	TRY(money_add(before->taxable, now->taxable, &taxable, why));
	TRY(money_percent(taxable, whole->tax.rate, &tax, why));
	return money_sub(tax, before->amount, &now->amount, why);
}

static enum err make_taxes(
	struct arena *arena, const struct invoice *invoice, const struct money *asked, struct credit_note *note, struct why *why)
{
	size_t n = invoice->totals.tax_count;
	struct tax_total *taxes = ARENA_ARRAY(arena, struct tax_total, n);
	struct credited_tax *before = ARENA_ARRAY(arena, struct credited_tax, n);
	int *places = ARENA_ARRAY(arena, int, n);
	size_t count = 0;

	for (size_t i = 0; i < n; i++) {
		TRY(make_tax(invoice, i, asked, &taxes[count], why));
		if (taxes[count].taxable.minor == 0)
			continue;
		places[count] = (int)i;
		before[count++] = invoice->credited_taxes[i];
	}
	note->totals.taxes = taxes;
	note->totals.tax_count = count;
	note->taxes_before = before;
	note->tax_places = places;
	return totals_sum(&note->totals, invoice->currency, why);
}

enum err credit_note_make(
	struct arena *arena, const struct invoice *invoice, const struct credit_invoice *c, struct credit_note *note, struct why *why)
{
	struct invoice after = *invoice;
	struct money *asked;

	TRY(invoice_move(&after, INVOICE_CREDIT, why));
	TRY(ask_all(arena, invoice, c, &asked, why));
	*note = (struct credit_note){
		.merchant = invoice->merchant,
		.customer_ref = invoice->customer_ref,
		.invoice_id = invoice->id,
		.invoice_number = invoice->number.text,
		.currency = invoice->currency,
		.reason = c->reason,
		.external_ref = c->external_ref,
		.content = credit_invoice_content(arena, c, invoice->id),
	};
	TRY(make_lines(arena, invoice, asked, note, why));
	return make_taxes(arena, invoice, asked, note, why);
}

/* New arrays: the old ones are the before-image's. */
static enum err add_lines(struct arena *arena, const struct credit_note *note, struct invoice *invoice, struct why *why)
{
	struct money *lines = arena_copy(arena, invoice->credited_lines, invoice->line_count * sizeof *lines);

	for (size_t i = 0; i < note->line_count; i++) {
		struct money *line = &lines[note->lines[i].number - 1];

		TRY(money_add(*line, note->lines[i].net, line, why));
	}
	invoice->credited_lines = lines;
	return OK;
}

static enum err add_taxes(struct arena *arena, const struct credit_note *note, struct invoice *invoice, struct why *why)
{
	struct credited_tax *taxes = arena_copy(arena, invoice->credited_taxes, invoice->totals.tax_count * sizeof *taxes);

	for (size_t i = 0; i < note->totals.tax_count; i++) {
		struct credited_tax *tax = &taxes[note->tax_places[i]];

		TRY(money_add(tax->taxable, note->totals.taxes[i].taxable, &tax->taxable, why));
		TRY(money_add(tax->amount, note->totals.taxes[i].amount, &tax->amount, why));
	}
	invoice->credited_taxes = taxes;
	return OK;
}

enum err credit_note_apply(struct arena *arena, struct credit_note *note, struct invoice *invoice, struct why *why)
{
	TRY(invoice_move(invoice, INVOICE_CREDIT, why));
	TRY(add_lines(arena, note, invoice, why));
	TRY(add_taxes(arena, note, invoice, why));
	TRY(money_add(invoice->credited, note->totals.gross, &invoice->credited, why));
	note->credited_after = invoice->credited;
	note->revision = ++invoice->revision;
	return OK;
}
