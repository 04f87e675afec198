#include <string.h>

#include "store_rows.h"

const char merchant_types[] = "tbttttttttttttiiitt";
const char customer_types[] = "ttubtttttttttiiittito";
const char series_types[] = "tttib";
const char charge_types[] = "tttuuitotbitbibtibitddzyt";
const char invoice_types[] = "tutttbiiibdtibttzddbbbbttttttytt";
const char line_types[] = "tuitbitbibibitddt";
const char tax_types[] = "tuiibibbt";
const char party_types[] = "tuttttttt";
const char credit_note_types[] = "tuuttttibtzdbbbbbttyt";
const char credit_line_types[] = "tuuibbb";
const char credit_tax_types[] = "tuuibbbbbb";
const char item_types[] = "tuitbttbbbbbbd";
const char charge_change_types[] = "tttuit";

static enum db_type type_of(char letter)
{
	switch (letter) {
	case 't': return DB_TEXT;
	case 'i': return DB_INT4;
	case 'b': return DB_INT8;
	case 'u': return DB_UUID;
	case 'd': return DB_DATE;
	case 'z': return DB_INSTANT;
	case 'o': return DB_BOOL;
	case 'y': return DB_BYTES;
	}
	bug("no type of column %c", letter);
}

void writer_open(struct writer *w, struct arena *arena, const char *types)
{
	*w = (struct writer){ .arena = arena, .args = args_new(arena), .types = types, .count = (int)strlen(types) };
	if (w->count > WRITER_COLUMNS)
		bug("more columns than a writer has");
	for (int i = 0; i < w->count; i++)
		w->columns[i] = args_array(w->args, type_of(types[i]));
}

/* The array that is next, which must be of that type; past the last one a new row begins. */
static struct array *next(struct writer *w, char type)
{
	int at = w->at;

	if (w->types[at] != type && type != 'n')
		bug("column %d of \"%s\" is not of type %c", at, w->types, type);
	w->at = at + 1 == w->count ? 0 : at + 1;
	w->rows += w->at == 0;
	return w->columns[at];
}

static void put_text(struct writer *w, struct span s)
{
	array_text(next(w, 't'), s.at != NULL ? s : SPAN(""));
}

static void put_word(struct writer *w, const char *word)
{
	array_text(next(w, 't'), span_of(word));
}

static void put_int4(struct writer *w, int32_t n)
{
	array_int4(next(w, 'i'), n);
}

static void put_int8(struct writer *w, int64_t n)
{
	array_int8(next(w, 'b'), n);
}

static void put_money(struct writer *w, struct money money)
{
	array_int8(next(w, 'b'), money.minor);
}

static void put_uuid(struct writer *w, struct uuid id)
{
	array_uuid(next(w, 'u'), id);
}

static void put_date(struct writer *w, struct date date)
{
	array_date(next(w, 'd'), date);
}

static void put_null(struct writer *w)
{
	array_null(next(w, 'n'));
}

static void put_day(struct writer *w, struct day day)
{
	if (day.known)
		put_date(w, day.date);
	else
		put_null(w);
}

static void put_instant(struct writer *w, struct instant at)
{
	array_instant(next(w, 'z'), at);
}

static void put_bool(struct writer *w, bool value)
{
	array_bool(next(w, 'o'), value);
}

static void put_digest(struct writer *w, const struct digest *d)
{
	array_bytes(next(w, 'y'), span_bytes(d->b, sizeof d->b));
}

static void put_decimal(struct writer *w, struct decimal d)
{
	put_int8(w, d.unscaled);
	put_int4(w, d.scale);
}

static void put_address(struct writer *w, const struct address *a)
{
	put_text(w, a->lines);
	put_text(w, a->city);
	put_text(w, a->postal_code);
	put_text(w, a->country);
}

static void put_terms(struct writer *w, const struct terms *t)
{
	put_int4(w, (int32_t)t->kind);
	put_int4(w, t->days);
	put_int4(w, t->day);
	put_text(w, discount_print(w->arena, &t->discount));
}

void write_merchant(struct writer *w, const struct merchant *m)
{
	put_text(w, m->id);
	put_int8(w, m->revision);
	put_text(w, m->party.name);
	put_address(w, &m->party.address);
	put_text(w, m->party.tax_id);
	put_text(w, m->zone_name);
	put_word(w, m->currency.code);
	put_text(w, m->language);
	put_text(w, m->prefixes[DOCUMENT_INVOICE]);
	put_text(w, m->prefixes[DOCUMENT_CREDIT_NOTE]);
	put_text(w, accounts_print(w->arena, m->accounts, m->account_count));
	put_terms(w, &m->terms);
	put_text(w, m->email);
}

void write_customer(struct writer *w, const struct customer *c)
{
	put_text(w, c->merchant);
	put_text(w, c->ref);
	put_uuid(w, c->id);
	put_int8(w, c->revision);
	put_text(w, c->party.name);
	put_text(w, c->emails);
	put_address(w, &c->party.address);
	put_text(w, c->language);
	put_text(w, c->zone_name);
	put_word(w, c->currency.code);
	put_terms(w, &c->terms);
	put_text(w, c->party.tax_id);
	put_int4(w, c->billing_day);
	put_text(w, c->ibans);
	put_bool(w, c->invoiced);
}

void write_series(struct writer *w, const struct series *s)
{
	put_text(w, s->merchant);
	put_word(w, document_names[s->document]);
	put_text(w, s->name);
	put_int4(w, s->year);
	put_int8(w, s->last);
}

static void put_tax(struct writer *w, struct tax tax, struct span reason)
{
	put_int4(w, (int32_t)tax.category);
	put_decimal(w, tax.rate);
	put_text(w, reason);
}

void write_charge(struct writer *w, const struct charge *c)
{
	put_text(w, c->merchant);
	put_text(w, c->external_ref);
	put_text(w, c->customer_ref);
	put_uuid(w, c->id);
	put_uuid(w, c->invoice_id);
	put_int4(w, c->position);
	put_word(w, charge_state_names[c->state]);
	put_bool(w, c->on_billing_day);
	put_text(w, c->line.description);
	put_decimal(w, c->line.quantity);
	put_text(w, c->line.unit);
	put_decimal(w, c->line.unit_price);
	put_money(w, c->line.net);
	put_word(w, c->line.net.currency.code);
	put_tax(w, c->line.tax, c->line.reason);
	put_day(w, c->line.period.from);
	put_day(w, c->line.period.to);
	put_instant(w, c->at);
	put_digest(w, &c->content);
	put_text(w, c->cancel_reason);
}

void write_charge_change(struct writer *w, const struct charge *c)
{
	put_text(w, c->merchant);
	put_text(w, c->external_ref);
	put_word(w, charge_state_names[c->state]);
	put_uuid(w, c->invoice_id);
	put_int4(w, c->position);
	put_text(w, c->cancel_reason);
}

static void put_number(struct writer *w, const struct number *n)
{
	put_text(w, n->series);
	put_int4(w, n->year);
	put_int8(w, n->count);
	put_text(w, n->text);
}

static void put_totals(struct writer *w, const struct totals *t)
{
	put_money(w, t->net);
	put_money(w, t->tax);
	put_money(w, t->gross);
}

static void put_document(struct writer *w, const struct invoice *i)
{
	put_number(w, &i->number);
	put_text(w, i->rf);
	put_instant(w, i->at);
	put_date(w, i->issue_date);
	put_date(w, i->due_date);
	put_totals(w, &i->totals);
	put_money(w, i->credited);
	put_text(w, i->terms_text);
	put_text(w, i->language);
	put_text(w, i->account.iban);
	put_text(w, i->account.bic);
	put_text(w, i->external_ref);
	put_text(w, i->buyer_reference);
	put_digest(w, &i->content);
	put_text(w, i->token);
	put_text(w, discount_print(w->arena, &i->discount));
}

/* What only a document has, of a draft: nothing but that nothing is credited. */
static void put_no_document(struct writer *w)
{
	int credited = 22;

	while (w->at != 0) {
		if (w->at == credited)
			put_int8(w, 0);
		else
			put_null(w);
	}
}

void write_invoice(struct writer *w, const struct invoice *i)
{
	put_text(w, i->merchant);
	put_uuid(w, i->id);
	put_text(w, i->customer_ref);
	put_word(w, i->currency.code);
	put_word(w, invoice_state_names[i->state]);
	put_int8(w, i->revision);
	put_int4(w, i->draft.count);
	put_int4(w, i->draft.billing_count);
	put_int4(w, i->draft.last_position);
	put_money(w, i->draft.net);
	put_day(w, i->draft.bill_on);
	if (i->state == INVOICE_ISSUED)
		put_document(w, i);
	else
		put_no_document(w);
}

void write_lines(struct writer *w, const struct invoice *i)
{
	for (size_t k = 0; k < i->line_count; k++) {
		const struct line *line = &i->lines[k];

		put_text(w, i->merchant);
		put_uuid(w, i->id);
		put_int4(w, line->number);
		put_text(w, line->description);
		put_decimal(w, line->quantity);
		put_text(w, line->unit);
		put_decimal(w, line->unit_price);
		put_money(w, line->net);
		put_tax(w, line->tax, line->reason);
		put_day(w, line->period.from);
		put_day(w, line->period.to);
		put_text(w, line->charge_ref);
	}
}

void write_taxes(struct writer *w, const struct invoice *i)
{
	for (size_t k = 0; k < i->totals.tax_count; k++) {
		const struct tax_total *t = &i->totals.taxes[k];

		put_text(w, i->merchant);
		put_uuid(w, i->id);
		put_int4(w, (int32_t)k + 1);
		put_int4(w, (int32_t)t->tax.category);
		put_decimal(w, t->tax.rate);
		put_money(w, t->taxable);
		put_money(w, t->amount);
		put_text(w, t->reason);
	}
}

static void write_party(struct writer *w, const struct invoice *i, const char *role, const struct party *p)
{
	put_text(w, i->merchant);
	put_uuid(w, i->id);
	put_word(w, role);
	put_text(w, p->name);
	put_address(w, &p->address);
	put_text(w, p->tax_id);
}

void write_parties(struct writer *w, const struct invoice *i)
{
	write_party(w, i, "seller", &i->seller);
	write_party(w, i, "buyer", &i->buyer);
}

void write_credit_note(struct writer *w, const struct credit_note *n)
{
	put_text(w, n->merchant);
	put_uuid(w, n->id);
	put_uuid(w, n->invoice_id);
	put_text(w, n->customer_ref);
	put_text(w, n->invoice_number);
	put_word(w, n->currency.code);
	put_number(w, &n->number);
	put_instant(w, n->at);
	put_date(w, n->issue_date);
	put_totals(w, &n->totals);
	put_money(w, n->credited_after);
	put_int8(w, n->revision);
	put_text(w, n->reason);
	put_text(w, n->external_ref);
	put_digest(w, &n->content);
	put_text(w, n->token);
}

void write_credit_lines(struct writer *w, const struct credit_note *n, const struct invoice *invoice)
{
	for (size_t k = 0; k < n->line_count; k++) {
		put_text(w, n->merchant);
		put_uuid(w, n->id);
		put_uuid(w, n->invoice_id);
		put_int4(w, n->lines[k].number);
		put_money(w, invoice->lines[n->lines[k].number - 1].net);
		put_money(w, n->lines_before[k]);
		put_money(w, n->lines[k].net);
	}
}

void write_credit_taxes(struct writer *w, const struct credit_note *n, const struct invoice *invoice)
{
	for (size_t k = 0; k < n->totals.tax_count; k++) {
		const struct tax_total *whole = &invoice->totals.taxes[n->tax_places[k]];

		put_text(w, n->merchant);
		put_uuid(w, n->id);
		put_uuid(w, n->invoice_id);
		put_int4(w, n->tax_places[k] + 1);
		put_money(w, whole->taxable);
		put_money(w, whole->amount);
		put_money(w, n->taxes_before[k].taxable);
		put_money(w, n->taxes_before[k].amount);
		put_money(w, n->totals.taxes[k].taxable);
		put_money(w, n->totals.taxes[k].amount);
	}
}

void write_item(struct writer *w, const struct item *i)
{
	put_text(w, i->merchant);
	put_uuid(w, i->invoice_id);
	put_int4(w, i->part);
	put_text(w, i->customer_ref);
	put_int8(w, i->revision);
	put_word(w, item_state_names[i->state]);
	put_word(w, i->amount.currency.code);
	put_money(w, i->amount);
	put_money(w, i->allocated);
	put_money(w, i->credited);
	put_money(w, i->discounted);
	put_money(w, i->written_off);
	put_money(w, i->open);
	put_day(w, i->last_value_date);
}
