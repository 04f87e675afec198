#include <stdlib.h>

#include "handlers.h"
#include "move.h"
#include "stripe_object.h"
#include "wire.h"

#define ITEMS 100

/* ---- a new attempt ---- */

enum err checkout_need_create(const struct message *m, struct need *need, struct why *why)
{
	const struct create_checkout *c = m->body;

	(void)why;
	need_want(need, WANT_ACCOUNT, m->merchant, SPAN(""));
	for (size_t i = 0; i < c->item_count; i++) {
		struct span invoice = uuid_span(&c->items[i].invoice);

		need_find(need, FIND_INVOICE, m->merchant, invoice);
		need_want(need, WANT_INVOICE, m->merchant, invoice);
	}
	return OK;
}

/* The account that is asked for, else the preferred one, else the only one. */
static enum err choose_account(
	const struct book *book, struct span merchant, struct span name, const struct provider_account **out, struct why *why)
{
	const struct provider_account *found = NULL;
	size_t n = 0;

	for (size_t i = 0; i < shelf_count(&book->accounts); i++) {
		const struct provider_account *account;
		const void *value;
		struct span key;
		enum shelf_state state;

		shelf_at(&book->accounts, i, &key, &value, &state);
		account = value;
		if (account == NULL || account->closed || !span_equal(account->merchant, merchant) ||
			(name.size > 0 && !span_equal(account->name, name)))
			continue;
		if (found == NULL || account->preferred)
			found = account;
		n++;
	}
	if (found == NULL)
		return why_field(why, ERR_REFUSED, "account_unknown", "account", "there is no such provider account that is open");
	if (n > 1 && !found->preferred)
		return why_field(
			why, ERR_REFUSED, "account_ambiguous", "account", "%zu accounts are open and none is preferred: name one", n);
	*out = found;
	return OK;
}

/* The attempt in the making: its items, and whose they are. */
struct draft {
	struct attempt_item *items;
	size_t count;
	struct span customer;
	struct money amount;
};

static enum err add_item(struct draft *draft, const struct item *item, struct money amount, size_t asked, struct why *why)
{
	char field[32];

	(void)snprintf(field, sizeof(field), "items[%zu]", asked);
	if (draft->count == ITEMS)
		return why_field(why, ERR_REFUSED, "too_many_items", "items", "an attempt pays for %d items at most", ITEMS);
	if (draft->count == 0) {
		draft->customer = item->customer;
		draft->amount = money_zero(item->currency);
	}
	if (!span_equal(draft->customer, item->customer))
		return why_field(why, ERR_REFUSED, "customers_differ", field, "all items must be of one customer");
	if (!currency_equal(amount.currency, item->currency) || !currency_equal(draft->amount.currency, item->currency))
		return why_field(why, ERR_REFUSED, "currencies_differ", field, "all items must be in one currency, and asked for in it");
	if (amount.minor > item_payable(item).minor)
		return why_field(why, ERR_REFUSED, "amount_exceeds_open", field, "more is asked for than is open");
	for (size_t i = 0; i < draft->count; i++)
		if (uuid_equal(draft->items[i].invoice, item->invoice) && draft->items[i].part == item->part)
			return why_field(why, ERR_INVALID, "item_twice", field, "an item is there twice");
	draft->items[draft->count++] =
		(struct attempt_item){ .invoice = item->invoice, .part = item->part, .number = item->number, .amount = amount };
	return money_add(draft->amount, amount, &draft->amount, why);
}

/* All parts of an invoice that have something open. */
static enum err add_invoice(
	const struct book *book, struct draft *draft, struct span merchant, const struct asked_item *asked, size_t n, struct why *why)
{
	bool is_known = false;

	for (size_t i = 0; i < shelf_count(&book->items); i++) {
		const struct item *item;
		const void *value;
		struct span key;
		enum shelf_state state;

		shelf_at(&book->items, i, &key, &value, &state);
		item = value;
		if (item == NULL || !span_equal(item->merchant, merchant) || !uuid_equal(item->invoice, asked->invoice))
			continue;
		is_known = true;
		if (item_payable(item).minor > 0)
			TRY(add_item(draft, item, item_payable(item), n, why));
	}
	return is_known ? OK : why_field(why, ERR_NOT_FOUND, "invoice_unknown", "invoice_id", "there is no such invoice");
}

static enum err add_part(
	const struct book *book, struct draft *draft, struct span merchant, const struct asked_item *asked, size_t n, struct why *why)
{
	const struct item *item = book_item(book, merchant, asked->invoice, asked->part);

	if (item == NULL)
		return why_field(why, ERR_NOT_FOUND, "invoice_unknown", "items", "there is no such part of an invoice");
	if (item_payable(item).minor == 0)
		return why_field(why, ERR_REFUSED, "nothing_open", "items", "nothing is open of it");
	return add_item(draft, item, asked->has_amount ? asked->amount : item_payable(item), n, why);
}

static int compare_items(const void *a, const void *b)
{
	const struct attempt_item *x = a, *y = b;
	int order = uuid_compare(x->invoice, y->invoice);

	return order != 0 ? order : (x->part > y->part) - (x->part < y->part);
}

static enum err draft_items(const struct book *book, const struct message *m, struct draft *draft, struct why *why)
{
	const struct create_checkout *c = m->body;
	int64_t minor;

	draft->items = ARENA_ARRAY(book->arena, struct attempt_item, ITEMS);
	for (size_t i = 0; i < c->item_count; i++) {
		if (c->items[i].part == 0)
			TRY(add_invoice(book, draft, m->merchant, &c->items[i], i, why));
		else
			TRY(add_part(book, draft, m->merchant, &c->items[i], i, why));
	}
	if (draft->count == 0)
		return why_set(why, ERR_REFUSED, "nothing_open", "nothing is open of what is asked for");
	for (size_t i = 0; i < draft->count; i++)
		TRY(stripe_minor(draft->items[i].amount, &minor, why));
	qsort(draft->items, draft->count, sizeof(*draft->items), compare_items);
	return OK;
}

static bool is_the_same(const struct attempt *attempt, const struct draft *draft, const struct provider_account *account)
{
	if (attempt->item_count != draft->count || !span_equal(attempt->account, account->name))
		return false;
	for (size_t i = 0; i < draft->count; i++)
		if (compare_items(&attempt->items[i], &draft->items[i]) != 0 ||
			!money_equal(attempt->items[i].amount, draft->items[i].amount))
			return false;
	return true;
}

static const struct attempt *holder(const struct book *book, struct span merchant, const struct attempt_item *wanted)
{
	const struct item *item = book_item(book, merchant, wanted->invoice, wanted->part);

	return item == NULL || uuid_is_zero(item->live_attempt) ? NULL : book_attempt(book, merchant, item->live_attempt);
}

/* Whoever holds an item of the new attempt gives way. */
static enum err make_way(struct book *book, struct span merchant, const struct draft *draft, struct uuid id, struct instant now,
	struct say *say, struct why *why)
{
	for (size_t i = 0; i < draft->count; i++) {
		const struct attempt *other = holder(book, merchant, &draft->items[i]);

		if (other != NULL && !move_away(book, book_edit_attempt(book, other), id, now, say))
			return why_set(why, ERR_CONFLICT, "payment_under_way", "a payment of it is %s: it can't be replaced now",
				attempt_state_name(other->state));
	}
	return OK;
}

static struct attempt *add_attempt(struct book *book, struct span merchant, const struct draft *draft,
	const struct provider_account *account, struct uuid id, struct instant now)
{
	struct attempt *attempt = shelf_add(&book->attempts, key_attempt(book->arena, merchant, id));

	attempt->merchant = merchant;
	attempt->customer = draft->customer;
	attempt->account = account->name;
	attempt->id = id;
	attempt->state = ATTEMPT_CREATED;
	attempt->live = account->live;
	attempt->amount = draft->amount;
	attempt->captured = attempt->refunded = attempt->fee = money_zero(draft->amount.currency);
	attempt->items = draft->items;
	attempt->item_count = draft->count;
	attempt->made_at = now;
	if (instant_add(now, book->policy->link_days * US_PER_DAY, &attempt->expires_at) != OK)
		attempt->expires_at = now;
	for (size_t i = 0; i < draft->count; i++)
		book_edit_item(book, book_item(book, merchant, draft->items[i].invoice, draft->items[i].part))->live_attempt = id;
	return attempt;
}

enum err checkout_apply_create(struct book *book, const struct message *m, struct instant now, struct say *say, struct why *why)
{
	const struct create_checkout *c = m->body;
	const struct provider_account *account = NULL;
	const struct attempt *live;
	struct draft draft = { .count = 0 };
	struct attempt *attempt;
	struct uuid id;

	TRY(choose_account(book, m->merchant, c->account, &account, why));
	TRY(draft_items(book, m, &draft, why));
	live = holder(book, m->merchant, &draft.items[0]);
	if (live != NULL && is_the_same(live, &draft, account) && instant_compare(now, live->expires_at) < 0) {
		say_reply(say, 200, wire_attempt_json(book->arena, live, book->policy));
		return OK;
	}
	id = say_id(say);
	TRY(make_way(book, m->merchant, &draft, id, now, say, why));
	attempt = add_attempt(book, m->merchant, &draft, account, id, now);
	attempt->revision++;
	wire_say_created(say, attempt, now);
	say_reply(say, 201, wire_attempt_json(book->arena, attempt, book->policy));
	return OK;
}

/* ---- what happens to one ---- */

/* Payers and timers name attempt and customer: they read both before. */
enum err checkout_need_attempt(const struct message *m, struct need *need, struct why *why)
{
	const struct named_attempt *named = m->body;

	(void)why;
	need_key(need, KIND_CUSTOMER, m->merchant, named->customer);
	need_want(need, WANT_ATTEMPT, m->merchant, uuid_span(&named->attempt));
	return OK;
}

/* The payer pressed the button. What can't be opened any more stays as it is: the page says why. */
enum err checkout_apply_open(struct book *book, const struct message *m, struct instant now, struct say *say, struct why *why)
{
	const struct named_attempt *named = m->body;
	const struct attempt *found = book_attempt(book, m->merchant, named->attempt);
	struct attempt *attempt;

	(void)why;
	if (found == NULL || found->state != ATTEMPT_CREATED)
		return OK;
	attempt = book_edit_attempt(book, found);
	if (instant_compare(now, attempt->expires_at) >= 0) {
		(void)move_away(book, attempt, (struct uuid){ { 0 } }, now, say);
		return OK;
	}
	attempt->opened_at = now;
	if (instant_add(now, book->policy->session_minutes * 60 * US_PER_SECOND, &attempt->session_expires_at) != OK)
		attempt->session_expires_at = now;
	return move(book, attempt, ATTEMPT_ACT_OPEN, now, say, why);
}

enum err checkout_apply_expire(struct book *book, const struct message *m, struct instant now, struct say *say, struct why *why)
{
	const struct named_attempt *named = m->body;
	const struct attempt *found = book_attempt(book, m->merchant, named->attempt);

	(void)why;
	if (found == NULL || found->state > ATTEMPT_OPENING || instant_compare(now, found->expires_at) < 0)
		return OK;
	(void)move_away(book, book_edit_attempt(book, found), (struct uuid){ { 0 } }, now, say);
	return OK;
}

enum err checkout_need_note(const struct message *m, struct need *need, struct why *why)
{
	const struct note *note = m->body;

	(void)why;
	need_find(need, FIND_ATTEMPT, m->merchant, uuid_span(&note->attempt));
	need_want(need, WANT_ATTEMPT, m->merchant, uuid_span(&note->attempt));
	need_want(need, WANT_ALARM, m->merchant, book_pair(need->arena, SPAN("mismatch"), span_of(uuid_text(need->arena, note->attempt))));
	return OK;
}

static enum err unknown(struct why *why)
{
	return why_set(why, ERR_NOT_FOUND, "attempt_unknown", "there is no such attempt");
}

enum err checkout_apply_dismiss(struct book *book, const struct message *m, struct instant now, struct say *say, struct why *why)
{
	const struct note *note = m->body;
	const struct attempt *found = book_attempt(book, m->merchant, note->attempt);
	struct span key = key_alarm(book->arena, m->merchant, SPAN("mismatch"), span_of(uuid_text(book->arena, note->attempt)));
	struct attempt *attempt;

	if (found == NULL)
		return unknown(why);
	attempt = book_edit_attempt(book, found);
	attempt->decline_code = SPAN("dismissed");
	TRY(move(book, attempt, ATTEMPT_ACT_DISMISS, now, say, why));
	if (shelf_find(&book->alarms, key) != NULL) {
		struct alarm *alarm = shelf_edit(&book->alarms, key);

		alarm->closed_at = now;
		alarm->closed_by = m->client;
		alarm->note = note->text;
	}
	say_reply(say, 200, wire_attempt_json(book->arena, attempt, book->policy));
	return OK;
}

/* ---- refunds ---- */

enum err checkout_need_refund(const struct message *m, struct need *need, struct why *why)
{
	const struct refund_payment *c = m->body;

	(void)why;
	need_find(need, FIND_ATTEMPT, m->merchant, uuid_span(&c->attempt));
	need_want(need, WANT_ATTEMPT, m->merchant, uuid_span(&c->attempt));
	return OK;
}

enum err checkout_apply_refund(struct book *book, const struct message *m, struct instant now, struct say *say, struct why *why)
{
	const struct refund_payment *c = m->body;
	const struct attempt *found = book_attempt(book, m->merchant, c->attempt);
	struct refund refund = c->refund;
	struct attempt *attempt;
	int64_t minor;

	if (found == NULL)
		return unknown(why);
	if (!c->has_amount)
		refund.amount = refund_room(found);
	TRY(refund_check(found, book->arena, &refund, why));
	TRY(stripe_minor(refund.amount, &minor, why));
	attempt = book_edit_attempt(book, found);
	refund.id = say_id(say);
	refund.state = REFUND_REQUESTED;
	refund.made_at = now;
	refund_put(attempt, book->arena, &refund);
	intent_arm(book_intent_of(book, attempt, refund.id, INTENT_REFUND), now);
	say_reply(say, 201, wire_refund_json(book->arena, attempt, &refund));
	return OK;
}
