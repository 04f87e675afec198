#include <string.h>

#include "store_rows.h"

const char attempt_types[] = "tutttbootbbbobtzzzzzzttttttttu";
const char attempt_item_types[] = "tuuitb";
const char refund_types[] = "tuutttbttooutzt";
const char item_types[] = "tuitotTbbbbdbbu";
const char account_types[] = "tttooobytz";
const char merchant_types[] = "tbtt";
const char webhook_types[] = "ttttttoootttuuzzyy";
const char webhook_change_types[] = "ttttou";
const char payout_types[] = "tutttobtbbbidtz";
const char line_types[] = "tuiittuutbb";
const char intent_types[] = "tuttutiozt";
const char alarm_types[] = "tttutzztt";

static enum db_type type_of(char letter)
{
	switch (letter) {
	case 't':
	case 'T': return DB_TEXT;
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

	if (w->types[at] != type)
		bug("column %d of \"%s\" is not of type %c", at, w->types, type);
	w->at = at + 1 == w->count ? 0 : at + 1;
	w->rows += w->at == 0;
	return w->columns[at];
}

void put_text(struct writer *w, struct span s)
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

static void put_bool(struct writer *w, bool b)
{
	array_bool(next(w, 'o'), b);
}

void put_uuid(struct writer *w, struct uuid id)
{
	struct array *to = next(w, 'u');

	if (uuid_is_zero(id))
		array_null(to);
	else
		array_uuid(to, id);
}

static void put_instant(struct writer *w, struct instant at)
{
	struct array *to = next(w, 'z');

	if (at.us == 0)
		array_null(to);
	else
		array_instant(to, at);
}

static void put_date(struct writer *w, struct date date, bool is_known)
{
	struct array *to = next(w, 'd');

	if (is_known)
		array_date(to, date);
	else
		array_null(to);
}

static void put_bytes(struct writer *w, struct span s)
{
	array_bytes(next(w, 'y'), s.at != NULL ? s : SPAN(""));
}

void write_attempt(struct writer *w, const struct attempt *a)
{
	put_text(w, a->merchant);
	put_uuid(w, a->id);
	put_text(w, a->customer);
	put_text(w, a->account);
	put_word(w, attempt_state_name(a->state));
	put_int8(w, a->revision);
	put_bool(w, a->live);
	put_bool(w, a->ledgered);
	put_word(w, a->amount.currency.code);
	put_int8(w, a->amount.minor);
	put_int8(w, a->captured.minor);
	put_int8(w, a->refunded.minor);
	put_bool(w, a->fee_known);
	put_int8(w, a->fee.minor);
	put_word(w, a->fee.currency.code);
	put_instant(w, a->made_at);
	put_instant(w, a->expires_at);
	put_instant(w, a->opened_at);
	put_instant(w, a->session_expires_at);
	put_instant(w, a->paid_at);
	put_instant(w, a->declined_at);
	put_text(w, a->session);
	put_text(w, a->url);
	put_text(w, a->payment);
	put_text(w, a->charge);
	put_text(w, a->method);
	put_text(w, a->fee_source);
	put_text(w, a->decline_code);
	put_text(w, a->question);
	put_uuid(w, a->replaced_by);
}

void write_attempt_items(struct writer *w, const struct attempt *a)
{
	for (size_t i = 0; i < a->item_count; i++) {
		put_text(w, a->merchant);
		put_uuid(w, a->id);
		put_uuid(w, a->items[i].invoice);
		put_int4(w, a->items[i].part);
		put_text(w, a->items[i].number);
		put_int8(w, a->items[i].amount.minor);
	}
}

static struct span refund_items(struct arena *arena, const struct refund *refund)
{
	struct text text;

	text_init(&text, arena);
	for (size_t i = 0; i < refund->item_count; i++) {
		const struct attempt_item *item = &refund->items[i];

		text_printf(&text, "%s%s %d %lld ", i > 0 ? "\n" : "", uuid_text(arena, item->invoice), (int)item->part,
			(long long)item->amount.minor);
		text_span(&text, item->number);
	}
	return text_done(&text);
}

void write_refunds(struct writer *w, const struct attempt *a)
{
	for (size_t i = 0; i < a->refund_count; i++) {
		const struct refund *refund = &a->refunds[i];

		put_text(w, a->merchant);
		put_uuid(w, refund->id);
		put_uuid(w, a->id);
		put_text(w, a->account);
		put_text(w, refund->provider_refund);
		put_word(w, refund->amount.currency.code);
		put_int8(w, refund->amount.minor);
		put_word(w, refund_state_name(refund->state));
		put_word(w, refund_reason_name(refund->reason));
		put_bool(w, refund->told);
		put_bool(w, refund->over);
		put_uuid(w, refund->credit_note);
		put_text(w, refund_items(w->arena, refund));
		put_instant(w, refund->made_at);
		put_text(w, refund->failure);
	}
}

static void put_currency(struct writer *w, struct currency currency)
{
	struct array *to = next(w, 'T');

	if (currency.code[0] == '\0')
		array_null(to);
	else
		array_text(to, span_of(currency.code));
}

void write_item(struct writer *w, const struct item *item)
{
	put_text(w, item->merchant);
	put_uuid(w, item->invoice);
	put_int4(w, item->part);
	put_text(w, item->customer);
	put_bool(w, item->is_issued);
	put_text(w, item->number);
	put_currency(w, item->currency);
	put_int8(w, item->amount);
	put_int8(w, item->credited);
	put_int8(w, item->open);
	put_int8(w, item->taken);
	put_date(w, item->due, item->is_issued);
	put_int8(w, item->invoice_revision);
	put_int8(w, item->ledger_revision);
	put_uuid(w, item->live_attempt);
}

static struct span secrets_of(struct arena *arena, const struct provider_account *account)
{
	struct text text;

	text_init(&text, arena);
	for (size_t i = 0; i < account->secret_count; i++) {
		if (i > 0)
			text_char(&text, '\n');
		text_span(&text, span_base64(arena, account->webhook_secrets[i]));
	}
	return text_done(&text);
}

void write_account(struct writer *w, const struct provider_account *account)
{
	put_text(w, account->merchant);
	put_text(w, account->name);
	put_text(w, account->provider);
	put_bool(w, account->live);
	put_bool(w, account->closed);
	put_bool(w, account->preferred);
	put_int8(w, account->revision);
	put_bytes(w, account->api_key);
	put_text(w, secrets_of(w->arena, account));
	put_instant(w, account->changed_at);
}

void write_merchant(struct writer *w, const struct merchant *merchant)
{
	put_text(w, merchant->id);
	put_int8(w, merchant->revision);
	put_text(w, merchant->name);
	put_text(w, merchant->email);
}

void write_webhook(struct writer *w, const struct webhook *webhook)
{
	put_text(w, webhook->merchant);
	put_text(w, webhook->account);
	put_text(w, webhook->event);
	put_text(w, webhook->type);
	put_text(w, webhook->object);
	put_word(w, webhook_state_name(webhook->state));
	put_bool(w, webhook->live);
	put_bool(w, webhook->once);
	put_bool(w, webhook->alarmed);
	put_text(w, webhook->session);
	put_text(w, webhook->payment);
	put_text(w, webhook->charge);
	put_uuid(w, webhook->reference);
	put_uuid(w, webhook->attempt);
	put_instant(w, webhook->told_at);
	put_instant(w, webhook->received_at);
	put_bytes(w, span_bytes(webhook->digest.b, sizeof(webhook->digest.b)));
	put_bytes(w, webhook->body);
}

void write_webhook_change(struct writer *w, const struct webhook *webhook)
{
	put_text(w, webhook->merchant);
	put_text(w, webhook->account);
	put_text(w, webhook->event);
	put_word(w, webhook_state_name(webhook->state));
	put_bool(w, webhook->alarmed);
	put_uuid(w, webhook->attempt);
}

void write_payout(struct writer *w, const struct payout *payout)
{
	put_text(w, payout->merchant);
	put_uuid(w, payout->id);
	put_text(w, payout->account);
	put_text(w, payout->provider_payout);
	put_word(w, payout_state_name(payout->state));
	put_bool(w, payout->failed);
	put_int8(w, payout->revision);
	put_word(w, payout->amount.currency.code);
	put_int8(w, payout->amount.minor);
	put_int8(w, payout->gross);
	put_int8(w, payout->fees);
	put_int4(w, payout->line_count);
	put_date(w, payout->arrival, true);
	put_text(w, payout->statement_text);
	put_instant(w, payout->made_at);
}

void write_line(struct writer *w, const struct payout_line *line)
{
	put_text(w, line->merchant);
	put_uuid(w, line->payout);
	put_int4(w, line->number);
	put_int4(w, (int32_t)line->kind);
	put_text(w, line->provider_line);
	put_text(w, line->provider_payment);
	put_uuid(w, line->attempt);
	put_uuid(w, line->refund);
	put_text(w, line->customer);
	put_int8(w, line->gross);
	put_int8(w, line->fee);
}

void write_intent(struct writer *w, const struct intent *intent)
{
	put_text(w, intent->merchant);
	put_uuid(w, intent->subject);
	put_word(w, intent_kind_name(intent->kind));
	put_text(w, intent->account);
	put_uuid(w, intent->attempt);
	put_text(w, intent->customer);
	put_int4(w, intent->rung);
	put_bool(w, intent->is_due);
	put_instant(w, intent->next_at);
	put_text(w, intent->cursor);
}

void write_alarm(struct writer *w, const struct alarm *alarm)
{
	put_text(w, alarm->merchant);
	put_text(w, alarm->kind);
	put_text(w, alarm->subject);
	put_uuid(w, alarm->attempt);
	put_text(w, alarm->detail);
	put_instant(w, alarm->opened_at);
	put_instant(w, alarm->closed_at);
	put_text(w, alarm->closed_by);
	put_text(w, alarm->note);
}
