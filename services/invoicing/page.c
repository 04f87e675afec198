#include "page.h"

#include <stddef.h>

#include "field.h"
#include "invoicing_templates.h"
#include "words.h"

enum err page_compile(struct arena *arena, const struct template_set **set, struct why *why)
{
	return template_compile(arena, invoicing_templates, invoicing_template_count, set, why);
}

/* What is being printed, and where. */
struct page {
	struct arena *arena;
	const struct words *words;
	struct tvalue *root;
	struct currency currency;
};

#define LABEL(name) { #name, offsetof(struct words, name) }

static const struct {
	const char *name;
	size_t offset;
} labels[] = {
	LABEL(seller),
	LABEL(buyer),
	LABEL(tax_id),
	LABEL(line),
	LABEL(description),
	LABEL(quantity),
	LABEL(unit_price),
	LABEL(tax),
	LABEL(rate),
	LABEL(taxable),
	LABEL(net),
	LABEL(gross),
	LABEL(left),
	LABEL(pay_title),
	LABEL(pay_text),
	LABEL(holder),
	LABEL(iban),
	LABEL(bic),
	LABEL(reference),
};

static void add_labels(const struct page *p)
{
	struct tvalue *w = tvalue_object(p->root, "w");

	for (size_t i = 0; i < sizeof labels / sizeof *labels; i++) {
		const char *const *word = (const void *)((const char *)p->words + labels[i].offset);

		tvalue_text(w, labels[i].name, *word);
	}
}

static void page_open(struct page *p, struct arena *arena, const struct invoice *invoice)
{
	*p = (struct page){
		.arena = arena,
		.words = words_find(invoice->language),
		.root = tvalue_open(arena),
		.currency = invoice->currency,
	};
	tvalue_text(p->root, "language", p->words->language);
	add_labels(p);
}

/* Within a country nobody writes it. */
static void add_party(const struct page *p, const char *name, const struct party *party, const struct party *other)
{
	struct tvalue *to = tvalue_object(p->root, name), *lines = tvalue_list(to, "lines");
	struct span rest = party->address.lines, line;
	const struct address *a = &party->address;

	tvalue_span(to, "name", party->name);
	tvalue_span(to, "tax_id", party->tax_id);
	while (field_next(&rest, &line))
		tvalue_item_text(lines, span_cstr(p->arena, line));
	if (a->city.size > 0)
		tvalue_item_text(lines, arena_printf(p->arena, "%.*s%s%.*s", SPAN_ARG(a->postal_code), a->postal_code.size > 0 ? " " : "",
						SPAN_ARG(a->city)));
	if (a->country.size > 0 && !span_equal(a->country, other->address.country))
		tvalue_item_text(lines, span_cstr(p->arena, a->country));
}

static void add_pair(struct tvalue *list, const char *label, const char *value)
{
	struct tvalue *item = tvalue_item(list);

	tvalue_text(item, "label", label);
	tvalue_text(item, "value", value);
}

static void add_optional(const struct page *p, struct tvalue *list, const char *label, struct span value)
{
	if (value.size > 0)
		add_pair(list, label, span_cstr(p->arena, value));
}

static const char *print_rate(const struct page *p, struct tax tax)
{
	return arena_printf(p->arena, "%s\u00a0%%", words_decimal(p->arena, p->words, tax.rate));
}

/* A price has as many digits as its currency's amounts, or more. */
static const char *print_price(const struct page *p, struct decimal price)
{
	while (price.scale < currency_exponent(p->currency) && price.unscaled < INT64_MAX / 10) {
		price.unscaled *= 10;
		price.scale++;
	}
	return words_decimal(p->arena, p->words, price);
}

static const char *print_period(const struct page *p, const struct period *period)
{
	const char *from = period->from.known ? words_date(p->arena, p->words, period->from.date) : "";
	const char *to = period->to.known ? words_date(p->arena, p->words, period->to.date) : "";

	if (period->from.known && period->to.known)
		return arena_printf(p->arena, "%s \u2013 %s", from, to);
	return period->from.known ? from : period->to.known ? to : NULL;
}

static void add_lines(const struct page *p, const struct line *lines, size_t n)
{
	struct tvalue *list = tvalue_list(p->root, "lines");

	for (size_t i = 0; i < n; i++) {
		struct tvalue *to = tvalue_item(list);
		const struct line *line = &lines[i];

		tvalue_printf(to, "number", "%d", line->number);
		tvalue_span(to, "description", line->description);
		tvalue_text(to, "period", print_period(p, &line->period));
		tvalue_printf(to, "quantity", "%s%s%.*s", words_decimal(p->arena, p->words, line->quantity),
			line->unit.size > 0 ? "\u00a0" : "", SPAN_ARG(line->unit));
		tvalue_text(to, "unit_price", print_price(p, line->unit_price));
		tvalue_text(to, "rate", print_rate(p, line->tax));
		tvalue_text(to, "net", words_money(p->arena, p->words, line->net));
	}
}

/* A reason of ours is said in the document's language; the charge's own as it came. */
static struct span print_reason(const struct page *p, const struct tax_total *t)
{
	const char *word = p->words->exempt[t->tax.category];

	return word != NULL && span_is(t->reason, tax_rules[t->tax.category].text) ? span_of(word) : t->reason;
}

static void add_totals(const struct page *p, const struct totals *totals)
{
	struct tvalue *list = tvalue_list(p->root, "taxes");

	for (size_t i = 0; i < totals->tax_count; i++) {
		const struct tax_total *t = &totals->taxes[i];
		struct tvalue *to = tvalue_item(list);

		tvalue_text(to, "rate", print_rate(p, t->tax));
		tvalue_span(to, "reason", print_reason(p, t));
		tvalue_text(to, "taxable", words_money(p->arena, p->words, t->taxable));
		tvalue_text(to, "tax", words_money(p->arena, p->words, t->amount));
	}
	tvalue_text(p->root, "net", words_money(p->arena, p->words, totals->net));
	tvalue_text(p->root, "tax", words_money(p->arena, p->words, totals->tax));
	tvalue_text(p->root, "gross", words_money(p->arena, p->words, totals->gross));
}

static enum err print(const struct page *p, const struct template_set *set, struct span *html, struct why *why)
{
	struct text t;

	text_init(&t, p->arena);
	TRY(template_print(template_find(set, "document"), p->root, &t, why));
	*html = text_done(&t);
	return OK;
}

/* --- the invoice --- */

struct standing {
	enum item_state state;
	struct money allocated, open;
	bool touched; /* something of it was paid or given up: nothing may be deducted any more */
};

static enum err sum_up(const struct item *items, size_t n, struct currency currency, struct standing *s, struct why *why)
{
	*s = (struct standing){ .state = items_state(items, n), .allocated = money_zero(currency), .open = money_zero(currency) };
	for (size_t i = 0; i < n; i++) {
		TRY(money_add(s->allocated, items[i].allocated, &s->allocated, why));
		TRY(money_add(s->open, items[i].open, &s->open, why));
		s->touched |= items[i].allocated.minor || items[i].discounted.minor || items[i].written_off.minor;
	}
	return OK;
}

static void add_state(const struct page *p, const struct invoice *i, const struct standing *s, struct date today)
{
	bool overdue = s->open.minor > 0 && date_compare(today, i->due_date) > 0;
	bool withdrawn = s->open.minor == 0 && s->allocated.minor == 0 && i->credited.minor > 0;
	const char *text = NULL;
	struct tvalue *to;

	switch (s->state) {
	case ITEM_OPEN: text = p->words->open; break;
	case ITEM_PART_PAID: text = p->words->part_paid; break;
	case ITEM_SETTLED: text = withdrawn ? p->words->withdrawn : p->words->settled; break;
	case ITEM_NONE:
	case ITEM_STATES: break;
	}
	if (text == NULL) {
		tvalue_bool(p->root, "state", false);
		return;
	}
	to = tvalue_object(p->root, "state");
	tvalue_text(to, "class", overdue ? "overdue" : item_state_names[s->state]);
	tvalue_text(to, "text", overdue ? p->words->overdue : text);
}

/* What became of the total since: shown where anything did. */
static void add_changes(const struct page *p, const struct invoice *i, const struct standing *s)
{
	struct tvalue *list = tvalue_list(p->root, "changes");

	if (i->credited.minor > 0)
		add_pair(list, p->words->credited, words_money(p->arena, p->words, money_negate(i->credited)));
	if (s->allocated.minor > 0)
		add_pair(list, p->words->paid, words_money(p->arena, p->words, money_negate(s->allocated)));
	if (s->state != ITEM_NONE && (i->credited.minor > 0 || s->allocated.minor > 0))
		tvalue_text(p->root, "left", words_money(p->arena, p->words, s->open));
	else
		tvalue_bool(p->root, "left", false);
}

static struct span print_terms(const struct page *p, const struct invoice *i, const struct standing *s)
{
	return invoice_terms(p->arena, i, s->touched ? money_zero(i->currency) : invoice_left(i));
}

static void add_pay(const struct page *p, const struct invoice *i, const struct standing *s)
{
	bool wanted = s->state == ITEM_NONE || s->open.minor > 0;
	struct tvalue *to;

	if (!wanted || i->account.iban.size == 0) {
		tvalue_bool(p->root, "pay", false);
		tvalue_span(p->root, "terms_only", wanted ? print_terms(p, i, s) : SPAN(""));
		return;
	}
	tvalue_bool(p->root, "terms_only", false);
	to = tvalue_object(p->root, "pay");
	tvalue_span(to, "terms", print_terms(p, i, s));
	tvalue_span(to, "holder", i->seller.name);
	tvalue_text(to, "iban", iban_print(p->arena, i->account.iban));
	tvalue_span(to, "bic", i->account.bic);
	tvalue_text(to, "reference", rf_print(p->arena, i->rf));
}

static void add_invoice_facts(const struct page *p, const struct invoice *i)
{
	struct tvalue *facts = tvalue_list(p->root, "facts");

	add_pair(facts, p->words->issue_date, words_date(p->arena, p->words, i->issue_date));
	add_pair(facts, p->words->due_date, words_date(p->arena, p->words, i->due_date));
	add_optional(p, facts, p->words->order, i->buyer_reference);
	add_pair(facts, p->words->reference, rf_print(p->arena, i->rf));
}

enum err page_invoice(const struct template_set *set, struct arena *arena, const struct invoice *i, const struct item *items,
	size_t item_count, struct date today, struct span *html, struct why *why)
{
	struct standing s;
	struct page p;

	page_open(&p, arena, i);
	TRY(sum_up(items, item_count, i->currency, &s, why));
	tvalue_text(p.root, "title", p.words->invoice);
	tvalue_span(p.root, "number", i->number.text);
	add_state(&p, i, &s, today);
	add_party(&p, "seller", &i->seller, &i->buyer);
	add_party(&p, "buyer", &i->buyer, &i->seller);
	add_invoice_facts(&p, i);
	add_lines(&p, i->lines, i->line_count);
	add_totals(&p, &i->totals);
	add_changes(&p, i, &s);
	add_pay(&p, i, &s);
	return print(&p, set, html, why);
}

/* --- the credit note --- */

static void add_credit_facts(const struct page *p, const struct credit_note *n)
{
	struct tvalue *facts = tvalue_list(p->root, "facts");

	add_pair(facts, p->words->issue_date, words_date(p->arena, p->words, n->issue_date));
	add_optional(p, facts, p->words->credits, n->invoice_number);
	add_optional(p, facts, p->words->reason, n->reason);
}

enum err page_credit_note(const struct template_set *set, struct arena *arena, const struct credit_note *n, const struct invoice *i,
	struct span *html, struct why *why)
{
	struct page p;

	page_open(&p, arena, i);
	tvalue_text(p.root, "title", p.words->credit_note);
	tvalue_span(p.root, "number", n->number.text);
	tvalue_bool(p.root, "state", false);
	add_party(&p, "seller", &i->seller, &i->buyer);
	add_party(&p, "buyer", &i->buyer, &i->seller);
	add_credit_facts(&p, n);
	add_lines(&p, n->lines, n->line_count);
	add_totals(&p, &n->totals);
	tvalue_list(p.root, "changes");
	tvalue_bool(p.root, "left", false);
	tvalue_bool(p.root, "pay", false);
	tvalue_bool(p.root, "terms_only", false);
	return print(&p, set, html, why);
}
