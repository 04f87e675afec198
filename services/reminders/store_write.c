#include <string.h>

#include "store_rows.h"

const char merchant_types[] = "tbttttt";
const char customer_types[] = "ttbttttzbobd";
const char account_types[] = "tubbtoodb";
const char item_types[] = "tuitottttbdbb";
const char hold_types[] = "tutbttudzbtttzz";
const char notice_types[] = "tutttbdtiitubtiibzzzztt";
const char said_types[] = "tuuititdbt";
const char id_types[] = "tu";
const char statement_types[] = "tuubdbo";
const char tally_types[] = "tub";

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
	}
	bug("no type of column %c", letter);
}

void writer_open(struct writer *w, struct arena *arena, const char *types)
{
	*w = (struct writer){ .args = args_new(arena), .types = types, .count = (int)strlen(types) };
	if (w->count > WRITER_COLUMNS)
		bug("more columns than a writer has");
	for (int i = 0; i < w->count; i++)
		w->columns[i] = args_array(w->args, type_of(types[i]));
}

/* The array that is next, which must be of that type; past the last one a new row begins. */
static struct array *next(struct writer *w, char type)
{
	int at = w->at;

	if (w->types[at] != type)
		bug("column %d of \"%s\" is not of type %c", at, w->types, type);
	w->at = at + 1 == w->count ? 0 : at + 1;
	w->rows += w->at == 0;
	return w->columns[at];
}

static void put_text(struct writer *w, struct span s)
{
	array_text(next(w, 't'), s.at != NULL ? s : SPAN(""));
}

static void put_int4(struct writer *w, int32_t n)
{
	array_int4(next(w, 'i'), n);
}

static void put_int8(struct writer *w, int64_t n)
{
	array_int8(next(w, 'b'), n);
}

static void put_bool(struct writer *w, bool value)
{
	array_bool(next(w, 'o'), value);
}

static void put_instant(struct writer *w, struct instant at)
{
	array_instant(next(w, 'z'), at);
}

static void put_instant_if(struct writer *w, bool is_known, struct instant at)
{
	if (is_known)
		put_instant(w, at);
	else
		array_null(next(w, 'z'));
}

static void put_date_if(struct writer *w, bool is_known, struct date date)
{
	if (is_known)
		array_date(next(w, 'd'), date);
	else
		array_null(next(w, 'd'));
}

/* Zero is null. */
static void put_uuid(struct writer *w, struct uuid id)
{
	if (uuid_is_zero(id))
		array_null(next(w, 'u'));
	else
		array_uuid(next(w, 'u'), id);
}

static void put_money_if(struct writer *w, bool is_known, struct money money)
{
	if (is_known) {
		put_int8(w, money.minor);
		put_text(w, span_of(money.currency.code));
	} else {
		array_null(next(w, 'b'));
		array_null(next(w, 't'));
	}
}

void write_id(struct writer *w, struct span merchant, struct uuid id)
{
	put_text(w, merchant);
	put_uuid(w, id);
}

void write_merchant(struct writer *w, const struct merchant *m)
{
	put_text(w, m->id);
	put_int8(w, m->revision);
	put_text(w, m->name);
	put_text(w, m->email);
	put_text(w, m->zone);
	put_text(w, m->language);
	put_text(w, m->transfer_accounts);
}

void write_customer(struct writer *w, const struct customer *c)
{
	put_text(w, c->merchant);
	put_text(w, c->ref);
	put_int8(w, c->revision);
	put_text(w, c->name);
	put_text(w, c->email);
	put_text(w, c->zone);
	put_text(w, c->language);
	put_instant(w, c->look_at);
	put_int8(w, c->look_no);
	put_bool(w, c->waits_statement);
	put_int8(w, c->seen_cover);
	put_date_if(w, c->has_said, c->said_day);
}

void write_account(struct writer *w, const struct account *a)
{
	write_id(w, a->merchant, a->id);
	put_int8(w, a->defined_revision);
	put_int8(w, a->cover_revision);
	put_text(w, span_of(a->currency.code));
	put_bool(w, a->collecting);
	put_bool(w, a->closed);
	put_date_if(w, a->has_cover, a->covered_to);
	put_int8(w, a->counted_revision);
}

void write_statement(struct writer *w, const struct statement *s)
{
	write_id(w, s->merchant, s->id);
	put_uuid(w, s->account);
	put_int8(w, s->revision);
	put_date_if(w, s->has_cover, s->covered_to);
	if (s->is_matched)
		put_int8(w, s->receipts);
	else
		array_null(next(w, 'b'));
	put_bool(w, s->counts);
}

void write_tally(struct writer *w, const struct tally *t)
{
	write_id(w, t->merchant, t->statement);
	put_int8(w, t->receipts);
}

void write_item(struct writer *w, const struct item *i)
{
	write_id(w, i->merchant, i->invoice);
	put_int4(w, i->part);
	put_text(w, i->customer);
	put_bool(w, i->is_issued);
	put_text(w, i->number);
	put_text(w, i->rf_reference);
	put_text(w, i->document_path);
	put_text(w, span_of(i->currency.code));
	put_int8(w, i->amount);
	put_date_if(w, true, i->due);
	put_int8(w, i->ledger_revision);
	put_int8(w, i->open);
}

void write_hold(struct writer *w, const struct hold *h)
{
	write_id(w, h->merchant, h->id);
	put_text(w, h->customer);
	put_int8(w, h->revision);
	put_text(w, h->kind);
	put_text(w, span_of(hold_state_name(h->state)));
	put_uuid(w, h->invoice);
	put_date_if(w, h->has_until, h->until);
	put_instant_if(w, h->has_until, h->expires_at);
	put_money_if(w, h->has_amount, h->amount);
	put_text(w, h->actor);
	put_text(w, h->reason);
	put_instant(w, h->placed_at);
	put_instant_if(w, h->state != HOLD_ACTIVE, h->ended_at);
}

void write_notice(struct writer *w, const struct notice *n)
{
	write_id(w, n->merchant, n->id);
	put_text(w, n->customer);
	put_text(w, span_of(notice_kind_name(n->kind)));
	put_text(w, span_of(notice_state_name(n->state)));
	put_int8(w, n->revision);
	put_date_if(w, true, n->day);
	put_text(w, n->policy);
	put_int4(w, n->policy_version);
	put_int4(w, n->level);
	put_text(w, n->source);
	put_uuid(w, n->source_id);
	put_money_if(w, n->kind == NOTICE_RECEIPT, n->amount);
	put_int4(w, n->tries);
	put_int4(w, n->unknowns);
	put_int8(w, n->revise_no);
	put_instant(w, n->next_try_at);
	put_instant(w, n->until);
	put_instant(w, n->planned_at);
	put_instant_if(w, n->ended_at.us != 0, n->ended_at);
	put_text(w, n->failure);
	put_text(w, n->code);
}

void write_said(struct writer *w, const struct notice *n)
{
	for (size_t i = 0; i < n->item_count; i++) {
		const struct notice_item *said = &n->items[i];

		write_id(w, n->merchant, n->id);
		put_uuid(w, said->invoice);
		put_int4(w, said->part);
		put_text(w, said->step);
		put_int4(w, said->level);
		put_text(w, said->number);
		put_date_if(w, n->kind == NOTICE_REMINDER, said->due);
		put_int8(w, said->open.minor);
		put_text(w, span_of(said->open.currency.code));
	}
}
