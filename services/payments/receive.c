#include "handlers.h"
#include "settle.h"
#include "webhook.h"
#include "wire.h"

/* The http edge has verified the signature and read the event already; a retry reads it again. */
enum err receive_read(struct message *m, struct arena *arena, struct why *why)
{
	struct webhook_event *event = ARENA_NEW(arena, struct webhook_event);

	TRY(webhook_read(arena, m->payload, event, why));
	m->body = event;
	return OK;
}

/* message->merchant and ->client are those of the account that the webhook was sent to. */
enum err receive_need(const struct message *m, struct need *need, struct why *why)
{
	const struct webhook_event *event = m->body;
	struct span once = SPAN("");

	(void)why;
	if (event->kind != NULL && event->kind->once)
		once = book_pair(need->arena, event->notice.object, event->type);
	need_want(need, WANT_ACCOUNT, m->merchant, m->client);
	need_want(need, WANT_WEBHOOK, m->merchant, book_triple(need->arena, m->client, event->id, once));
	if (event->notice.subject == NOTICE_ATTEMPT)
		settle_need(need, m->merchant, m->client, &event->notice);
	if (event->notice.subject == NOTICE_PAYOUT) {
		struct span payout = book_pair(need->arena, m->client, event->notice.payout);

		need_key(need, KIND_PAYOUT, m->merchant,
			span_of(arena_printf(need->arena, "%.*s:%.*s", SPAN_ARG(m->client), SPAN_ARG(event->notice.payout))));
		need_want(need, WANT_PAYOUT, m->merchant, payout);
	}
	return OK;
}

static struct webhook *add(struct book *book, const struct message *m, struct instant now)
{
	const struct webhook_event *event = m->body;
	struct webhook *webhook = shelf_add(&book->webhooks, key_webhook(book->arena, m->merchant, m->client, event->id));

	webhook->merchant = m->merchant;
	webhook->account = m->client;
	webhook->event = event->id;
	webhook->type = event->type;
	webhook->object = event->notice.object;
	webhook->state = WEBHOOK_IGNORED;
	webhook->live = event->notice.live;
	webhook->once = event->kind != NULL && event->kind->once;
	webhook->session = event->notice.session;
	webhook->payment = event->notice.payment;
	webhook->charge = event->notice.charge;
	webhook->reference = event->notice.attempt;
	webhook->told_at = event->notice.at.us != 0 ? event->notice.at : now;
	webhook->received_at = now;
	webhook->digest = webhook_digest(m->payload);
	webhook->body = m->payload;
	return webhook;
}

/* Whether what it names may still come to be known. Sessions and payments of ours carry our reference: without it they are someone else's. */
static bool may_be_ours(const struct webhook_event *event)
{
	const struct notice *notice = &event->notice;

	return !uuid_is_zero(notice->attempt) || notice->reference.size > 0 || span_is(span_of(event->kind->object), "charge") ||
	       span_is(span_of(event->kind->object), "refund");
}

static void apply_to_attempt(
	struct book *book, struct webhook *webhook, const struct webhook_event *event, struct instant now, struct say *say)
{
	const struct attempt *attempt = settle_find(book, webhook->merchant, webhook->account, &event->notice);

	if (attempt == NULL) {
		webhook->state = may_be_ours(event) ? WEBHOOK_LOOSE : WEBHOOK_IGNORED;
		return;
	}
	webhook->attempt = attempt->id;
	webhook->state = WEBHOOK_QUESTIONED;
	if (settle(book, book_edit_attempt(book, attempt), &event->notice, now, say))
		settle_mark(book, webhook);
}

enum err receive_apply(struct book *book, const struct message *m, struct instant now, struct say *say, struct why *why)
{
	const struct webhook_event *event = m->body;
	const struct provider_account *account = book_account(book, m->merchant, m->client);
	struct webhook *webhook;

	if (account == NULL)
		return why_set(why, ERR_NOT_FOUND, "account_unknown", "there is no such provider account");
	/* Its identity is the event and the bytes: an event that is here came with others. */
	if (shelf_find(&book->webhooks, key_webhook(book->arena, m->merchant, m->client, event->id)) != NULL) {
		book_alarm(book, m->merchant, "webhook_conflict", event->id, (struct uuid){ { 0 } }, now,
			"the provider sent %.*s again with another content", SPAN_ARG(event->type));
		return OK;
	}
	webhook = add(book, m, now);
	if (event->notice.subject == NOTICE_ATTEMPT)
		apply_to_attempt(book, webhook, event, now, say);
	if (event->notice.subject == NOTICE_PAYOUT) {
		if (event->notice.live == account->live) {
			settle_mark(book, webhook);
			payouts_apply_notice(book, m->merchant, m->client, &event->notice, now);
		} else {
			webhook->state = WEBHOOK_QUESTIONED;
			book_alarm(book, m->merchant, "mismatch", event->notice.payout, (struct uuid){ { 0 } }, now,
				"a payout in %s mode at an account in the other", event->notice.live ? "live" : "test");
		}
	}
	return OK;
}

/* ---- those that wait ---- */

enum err receive_need_named(const struct message *m, struct need *need, struct why *why)
{
	const struct named_webhook *named = m->body;

	(void)why;
	need_want(need, WANT_WEBHOOK, m->merchant, book_triple(need->arena, m->client, named->event, SPAN("")));
	if (uuid_is_zero(named->attempt))
		return OK;
	need_key(need, KIND_CUSTOMER, m->merchant, named->customer);
	need_want(need, WANT_ATTEMPT, m->merchant, uuid_span(&named->attempt));
	return OK;
}

static struct webhook *waiting(struct book *book, const struct message *m)
{
	const struct named_webhook *named = m->body;
	struct span key = key_webhook(book->arena, m->merchant, m->client, named->event);
	const struct webhook *webhook = shelf_find(&book->webhooks, key);

	return webhook != NULL && webhook->state == WEBHOOK_LOOSE ? shelf_edit(&book->webhooks, key) : NULL;
}

/* Its attempt is known by now. */
enum err receive_apply_join(struct book *book, const struct message *m, struct instant now, struct say *say, struct why *why)
{
	const struct named_webhook *named = m->body;
	const struct attempt *attempt = book_attempt(book, m->merchant, named->attempt);
	struct webhook *webhook = waiting(book, m);
	struct webhook_event event;

	if (webhook == NULL || attempt == NULL)
		return OK;
	TRY(webhook_read(book->arena, webhook->body, &event, why));
	webhook->attempt = attempt->id;
	webhook->state = WEBHOOK_QUESTIONED;
	if (settle(book, book_edit_attempt(book, attempt), &event.notice, now, say))
		settle_mark(book, webhook);
	if (webhook->alarmed)
		book_alarm_close(book, m->merchant, "reference_missing", webhook->event, now);
	return OK;
}

enum err receive_apply_overdue(struct book *book, const struct message *m, struct instant now, struct say *say, struct why *why)
{
	struct webhook *webhook = waiting(book, m);

	(void)say, (void)why;
	if (webhook == NULL || webhook->alarmed)
		return OK;
	webhook->alarmed = true;
	book_alarm(book, m->merchant, "reference_missing", webhook->event, webhook->reference, now,
		"%.*s of %.*s names nothing that we know", SPAN_ARG(webhook->type), SPAN_ARG(webhook->object));
	return OK;
}
