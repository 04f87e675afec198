#include "settle.h"

#include "move.h"
#include "stripe_object.h"
#include "webhook.h"
#include "wire.h"

/* ---- does it fit ---- */

static const char *misfit_of_reference(const struct attempt *attempt, const struct notice *notice)
{
	struct uuid reference;

	if (!uuid_is_zero(notice->attempt) && !uuid_equal(notice->attempt, attempt->id))
		return "it names another attempt";
	if (notice->reference.size > 0 && (uuid_parse(notice->reference, &reference) != OK || !uuid_equal(reference, attempt->id)))
		return "its client_reference_id is not this attempt";
	if (notice->session.size > 0 && attempt->session.size > 0 && !span_equal(notice->session, attempt->session))
		return "it is about another session";
	if (notice->payment.size > 0 && attempt->payment.size > 0 && !span_equal(notice->payment, attempt->payment))
		return "it is about another payment";
	return NULL;
}

/* Amounts are compared in the provider's units, so that none is rounded to fit. */
static const char *misfit_of_amount(struct arena *arena, const struct attempt *attempt, const struct notice *notice)
{
	int64_t asked;

	if (!notice->has_act ||
		(notice->act != ATTEMPT_ACT_SUCCEED && notice->act != ATTEMPT_ACT_PROCESS && notice->act != ATTEMPT_ACT_SHOW))
		return NULL;
	if (!notice->amount.is_known)
		return notice->act == ATTEMPT_ACT_SUCCEED ? "it names no amount" : NULL;
	if (!span_equal(notice->amount.currency, stripe_currency(arena, attempt->amount.currency)))
		return arena_printf(arena, "its currency is \"%.*s\"", SPAN_ARG(notice->amount.currency));
	if (stripe_minor(attempt->amount, &asked, NULL) != OK || notice->amount.minor != asked)
		return arena_printf(arena, "its amount is %lld in the provider's units", (long long)notice->amount.minor);
	return NULL;
}

static const char *misfit(struct arena *arena, const struct attempt *attempt, const struct notice *notice)
{
	const char *text = misfit_of_reference(attempt, notice);

	if (notice->live != attempt->live)
		return notice->live ? "it is in live mode" : "it is in test mode";
	return text != NULL ? text : misfit_of_amount(arena, attempt, notice);
}

static void question(
	struct book *book, struct attempt *attempt, const struct notice *notice, const char *text, struct instant now, struct say *say)
{
	struct span all = span_of(arena_printf(book->arena, "%.*s: %s", SPAN_ARG(notice->what), text));

	/* The lesser of two, so that their order does not matter. */
	if (attempt->question.size == 0 || span_compare(all, attempt->question) < 0)
		attempt->question = all;
	move_by_fact(book, attempt, ATTEMPT_ACT_QUESTION, now, say);
	book_alarm(book, attempt->merchant, "mismatch", span_of(uuid_text(book->arena, attempt->id)), attempt->id, now,
		"asked for %s: %.*s", money_text(book->arena, attempt->amount), SPAN_ARG(all));
}

/* ---- what it tells ---- */

static void set_once(struct span *known, struct span told)
{
	if (known->size == 0)
		*known = told;
}

static void learn(struct book *book, struct attempt *attempt, const struct notice *notice)
{
	bool is_success = notice->has_act && notice->act == ATTEMPT_ACT_SUCCEED;

	set_once(&attempt->session, notice->session);
	set_once(&attempt->payment, notice->payment);
	set_once(&attempt->url, notice->url);
	/* A payment may have declined charges; the one that counts is the one that took the money. */
	if (is_success) {
		set_once(&attempt->charge, notice->charge);
		set_once(&attempt->method, notice->method);
		set_once(&attempt->fee_source, notice->fee_source);
		if (attempt->paid_at.us == 0 || instant_compare(notice->at, attempt->paid_at) < 0)
			attempt->paid_at = notice->at;
	}
	if (attempt->session.size > 0)
		book_own(book, FIND_SESSION, attempt, attempt->session);
	if (attempt->payment.size > 0)
		book_own(book, FIND_PAYMENT, attempt, attempt->payment);
	if (attempt->charge.size > 0)
		book_own(book, FIND_CHARGE, attempt, attempt->charge);
}

static bool learn_fee(struct attempt *attempt, const struct notice *notice)
{
	if (attempt->fee_known || !notice->fee.is_known || stripe_money(notice->fee, &attempt->fee, NULL) != OK)
		return false;
	attempt->fee_known = true;
	return true;
}

static void act(struct book *book, struct attempt *attempt, const struct notice *notice, struct instant now, struct say *say)
{
	enum attempt_state before = attempt->state;
	bool is_news = notice->act == ATTEMPT_ACT_DECLINE && attempt_note_decline(attempt, notice->at, notice->decline_code);

	if (notice->act == ATTEMPT_ACT_FAIL && notice->decline_code.size > 0)
		(void)attempt_note_decline(attempt, notice->at, notice->decline_code);
	move_by_fact(book, attempt, notice->act, now, say);
	if (attempt->state == ATTEMPT_DECLINED && (is_news || before != ATTEMPT_DECLINED)) {
		attempt->revision++;
		wire_say_failed(say, attempt, now);
	}
	/* There is a session that nobody is to pay with. */
	if (notice->act == ATTEMPT_ACT_SHOW && !attempt_is_live(attempt->state) && attempt->session.size > 0)
		intent_arm(book_intent_of(book, attempt, attempt->id, INTENT_EXPIRE), now);
}

/* ---- refunds ---- */

static struct refund refund_made_elsewhere(
	struct book *book, const struct attempt *attempt, const struct notice_refund *fact, struct money amount, struct instant now)
{
	struct refund refund = { .reason = REFUND_BY_PROVIDER, .amount = amount, .made_at = now };

	/* The same id from whichever message tells of it first. */
	refund.id = uuid_derive(fact->made_at, SPAN("stripe refund"), book_pair(book->arena, attempt->account, fact->provider_refund), 0);
	if (attempt->item_count == 1) {
		struct attempt_item *item = arena_copy(book->arena, attempt->items, sizeof(*item));

		item->amount = amount;
		refund.items = item;
		refund.item_count = 1;
	}
	return refund;
}

static void settle_refund(struct book *book, struct attempt *attempt, const struct notice_refund *fact, struct instant now)
{
	const struct refund *known = refund_find(attempt, fact->refund);
	const struct intent *intent;
	struct refund refund;
	struct money amount;

	if (known == NULL)
		known = refund_find_provider(attempt, fact->provider_refund);
	if (stripe_money(fact->amount, &amount, NULL) != OK || !currency_equal(amount.currency, attempt->amount.currency) ||
		(known != NULL && amount.minor != known->amount.minor)) {
		book_alarm(book, attempt->merchant, "refund_mismatch", fact->provider_refund, attempt->id, now,
			"the provider's refund is not what is known of it");
		return;
	}
	refund = known != NULL ? *known : refund_made_elsewhere(book, attempt, fact, amount, now);
	set_once(&refund.provider_refund, fact->provider_refund);
	set_once(&refund.failure, fact->failure);
	if (fact->state == REFUND_FAILED && refund.state != REFUND_FAILED)
		book_alarm(book, attempt->merchant, "refund_failed", span_of(uuid_text(book->arena, refund.id)), attempt->id, now,
			"%s did not reach the payer%s: %.*s", money_text(book->arena, refund.amount),
			refund.told ? ", though it was told as refunded" : "", SPAN_ARG(refund.failure));
	if (fact->state > refund.state)
		refund.state = fact->state;
	refund_put(attempt, book->arena, &refund);
	intent = book_intent(book, attempt->merchant, refund.id, INTENT_REFUND);
	if (intent != NULL && intent->is_due && refund.state != REFUND_REQUESTED)
		intent_end(book_intent_of(book, attempt, refund.id, INTENT_REFUND));
}

/* Says the refunds that went through, once the payment itself is known, up to what was captured. */
static void tell_refunds(struct book *book, struct attempt *attempt, struct instant now, struct say *say)
{
	const struct refund *refunds = attempt->refunds;
	size_t n = attempt->refund_count;

	for (size_t i = 0; i < n && attempt->state == ATTEMPT_SUCCEEDED; i++) {
		struct refund refund = refunds[i];

		if (refund.state != REFUND_SUCCEEDED || refund.told || refund.over)
			continue;
		if (refund.amount.minor > attempt->captured.minor - attempt->refunded.minor) {
			refund.over = true;
			refund_put(attempt, book->arena, &refund);
			book_alarm(book, attempt->merchant, "refund_over", span_of(uuid_text(book->arena, refund.id)), attempt->id, now,
				"the provider gave back %s more than was captured", money_text(book->arena, refund.amount));
			continue;
		}
		refund.told = true;
		refund_put(attempt, book->arena, &refund);
		attempt->revision++;
		wire_say_refunded(say, attempt, &refund, now);
	}
}

/* The provider says that more went back than we know refunds for: ask which. */
static void look_for_refunds(struct book *book, struct attempt *attempt, const struct notice *notice, struct instant now)
{
	int64_t known = 0, reported;
	struct instant soon;

	for (size_t i = 0; i < attempt->refund_count; i++)
		if (attempt->refunds[i].state != REFUND_FAILED)
			known += attempt->refunds[i].amount.minor;
	if (!notice->refunded.is_known || stripe_minor((struct money){ known, attempt->amount.currency }, &reported, NULL) != OK ||
		notice->refunded.minor <= reported || attempt->payment.size == 0)
		return;
	/* The refund's own event is probably on its way. */
	if (instant_add(now, 60 * US_PER_SECOND, &soon) == OK)
		intent_arm(book_intent_of(book, attempt, attempt->id, INTENT_REFUNDS), soon);
}

/* ---- the whole ---- */

static bool settle_one(struct book *book, struct attempt *attempt, const struct notice *notice, struct instant now, struct say *say)
{
	const char *text = misfit(book->arena, attempt, notice);
	bool was_paid = attempt->state == ATTEMPT_SUCCEEDED, has_fee;

	if (text != NULL) {
		question(book, attempt, notice, text, now, say);
		return false;
	}
	learn(book, attempt, notice);
	has_fee = learn_fee(attempt, notice);
	if (notice->has_act)
		act(book, attempt, notice, now, say);
	if (has_fee && was_paid) {
		attempt->revision++;
		wire_say_fee_known(say, attempt, now);
	}
	for (size_t i = 0; i < notice->refund_count; i++)
		settle_refund(book, attempt, &notice->refunds[i], now);
	tell_refunds(book, attempt, now, say);
	look_for_refunds(book, attempt, notice, now);
	move_ask_fee(book, attempt, now);
	return true;
}

void settle_mark(struct book *book, struct webhook *webhook)
{
	struct span key = key_seen(book->arena, webhook->merchant, webhook->account, webhook->object, webhook->type);
	bool is_seen = webhook->once && shelf_find(&book->seen, key) != NULL;

	webhook->state = is_seen ? WEBHOOK_REPEATED : WEBHOOK_APPLIED;
	if (webhook->once && !is_seen)
		*(bool *)shelf_add(&book->seen, key) = true;
}

static bool waits_for(const struct webhook *webhook, const struct attempt *attempt)
{
	if (webhook->state != WEBHOOK_LOOSE || !span_equal(webhook->merchant, attempt->merchant) ||
		!span_equal(webhook->account, attempt->account))
		return false;
	return uuid_equal(webhook->reference, attempt->id) ||
	       (webhook->session.size > 0 && span_equal(webhook->session, attempt->session)) ||
	       (webhook->payment.size > 0 && span_equal(webhook->payment, attempt->payment)) ||
	       (webhook->charge.size > 0 && span_equal(webhook->charge, attempt->charge));
}

/* By when the provider told it, that the rows' order in the database decides nothing. */
static bool comes_before(const struct webhook *one, const struct webhook *other)
{
	int by = instant_compare(one->told_at, other->told_at);

	return by != 0 ? by < 0 : span_compare(one->event, other->event) < 0;
}

/* The first of those that wait for the attempt; one that can't be read any more stays as it is, and its deadline tells. */
static const struct webhook *first_waiting(
	const struct book *book, const struct attempt *attempt, struct span *first_key, struct webhook_event *event)
{
	const struct webhook *first = NULL;

	for (size_t i = 0; i < shelf_count(&book->webhooks); i++) {
		const void *webhook;
		struct span key;
		enum shelf_state state;
		struct webhook_event read;

		shelf_at(&book->webhooks, i, &key, &webhook, &state);
		if (webhook == NULL || !waits_for(webhook, attempt) || (first != NULL && !comes_before(webhook, first)) ||
			webhook_read(book->arena, ((const struct webhook *)webhook)->body, &read, NULL) != OK)
			continue;
		first = webhook;
		*first_key = key;
		*event = read;
	}
	return first;
}

static void join(
	struct book *book, struct attempt *attempt, struct span key, const struct webhook_event *event, struct instant now, struct say *say)
{
	struct webhook *webhook = shelf_edit(&book->webhooks, key);

	webhook->attempt = attempt->id;
	webhook->state = WEBHOOK_QUESTIONED;
	if (settle_one(book, attempt, &event->notice, now, say))
		settle_mark(book, webhook);
	if (webhook->alarmed)
		book_alarm_close(book, webhook->merchant, "reference_missing", webhook->event, now);
}

bool settle(struct book *book, struct attempt *attempt, const struct notice *notice, struct instant now, struct say *say)
{
	bool fits = settle_one(book, attempt, notice, now, say);
	struct webhook_event event;
	struct span key;

	/* What one of them tells may be what another waited for: looked for again, until none is left. */
	while (first_waiting(book, attempt, &key, &event) != NULL)
		join(book, attempt, key, &event, now, say);
	return fits;
}

/* ---- which attempt ---- */

static const struct attempt *find_by(const struct book *book, int what, struct span merchant, struct span account, struct span reference)
{
	const struct owner *owner;

	if (reference.size == 0)
		return NULL;
	owner = book_owner(book, what, merchant, book_pair(book->arena, account, reference));
	return owner != NULL ? book_attempt(book, merchant, owner->attempt) : NULL;
}

const struct attempt *settle_find(const struct book *book, struct span merchant, struct span account, const struct notice *notice)
{
	const struct attempt *attempt = NULL;

	/* What the provider made for an attempt is that attempt's, whatever else the notice says: it may name another, and that is a misfit. */
	attempt = find_by(book, FIND_SESSION, merchant, account, notice->session);
	if (attempt == NULL)
		attempt = find_by(book, FIND_PAYMENT, merchant, account, notice->payment);
	if (attempt == NULL)
		attempt = find_by(book, FIND_CHARGE, merchant, account, notice->charge);
	if (attempt == NULL && !uuid_is_zero(notice->attempt)) {
		attempt = book_attempt(book, merchant, notice->attempt);
		/* Another account's attempt is not this one's to pay. */
		if (attempt != NULL && !span_equal(attempt->account, account))
			attempt = NULL;
	}
	return attempt;
}

static void need_reference(struct need *need, int what, struct span merchant, struct span account, struct span reference)
{
	struct span text;

	if (reference.size == 0)
		return;
	text = book_pair(need->arena, account, reference);
	need_find(need, what, merchant, text);
	need_want(need, WANT_LOOSE, merchant, text);
}

void settle_need(struct need *need, struct span merchant, struct span account, const struct notice *notice)
{
	need_reference(need, FIND_SESSION, merchant, account, notice->session);
	need_reference(need, FIND_PAYMENT, merchant, account, notice->payment);
	need_reference(need, FIND_CHARGE, merchant, account, notice->charge);
	if (!uuid_is_zero(notice->attempt))
		need_find(need, FIND_ATTEMPT, merchant, span_copy(need->arena, uuid_span(&notice->attempt)));
}
