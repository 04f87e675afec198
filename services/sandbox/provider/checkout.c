#include "checkout.h"

#include "agenda.h"
#include "payout.h"
#include "service.h"
#include "webhook.h"

const struct decline declines[] = {
	{ "card_declined", "generic_decline", "Your card was declined." },
	{ "card_declined", "insufficient_funds", "Your card has insufficient funds." },
	{ "card_declined", "lost_card", "Your card was declined." },
	{ "expired_card", "expired_card", "Your card has expired." },
	{ "processing_error", "processing_error", "An error occurred while processing your card. Try again in a little bit." },
	{ NULL, NULL, NULL },
};

static struct head head_of(struct world *world, struct account *account, const char *prefix)
{
	return (struct head){ world_id(world, prefix, 24), account, world->now };
}

static void on_expiry(struct world *world, void *arg)
{
	struct session *session = arg;

	session->expiry = NULL;
	session_expire(world, session);
}

void session_open(struct world *world, struct session *session)
{
	const char *base =
		common_settings.public_url != NULL && common_settings.public_url[0] != '\0' ? common_settings.public_url : world->http_url;

	session->head = head_of(world, session->head.account, "cs_test_");
	session->status = SESSION_OPEN;
	session->url = arena_printf(world->life, "%s/c/pay/%s", base, session->head.id);
	session->expiry = agenda_add(world, session->expires_at, on_expiry, session);
	list_add(&world->provider->sessions, session);
}

static void end(struct world *world, struct session *session, enum session_status status)
{
	if (session->status != SESSION_OPEN)
		bug("sandbox: session %s is not open", session->head.id);
	session->status = status;
	if (session->expiry != NULL)
		agenda_cancel(world, session->expiry);
	session->expiry = NULL;
}

void session_expire(struct world *world, struct session *session)
{
	end(world, session, SESSION_EXPIRED);
	webhook_session(world, "checkout.session.expired", session);
}

static struct payment *payment_of(struct world *world, struct session *session)
{
	struct payment *payment = session->payment;

	if (payment != NULL)
		return payment;
	payment = ARENA_NEW(world->life, struct payment);
	payment->head = head_of(world, session->head.account, "pi_");
	payment->session = session;
	payment->amount = session->amount;
	payment->metadata = session->payment_metadata;
	payment->description = session->description;
	payment->method = world_id(world, "pm_", 24);
	list_add(&world->provider->payments, payment);
	return session->payment = payment;
}

static struct charge *charge(struct world *world, struct session *session, const struct decline *decline)
{
	struct charge *made = ARENA_NEW(world->life, struct charge);

	made->payment = payment_of(world, session);
	made->head = head_of(world, session->head.account, "ch_");
	made->decline = decline;
	made->payment->charge = made;
	made->payment->succeeded = decline == NULL;
	list_add(&world->provider->charges, made);
	return made;
}

/* The fee is known only after the success (balance_transaction of charge.succeeded is null since API version 2024-12). */
void session_pay(struct world *world, struct session *session)
{
	struct charge *made = charge(world, session, NULL);

	end(world, session, SESSION_COMPLETE);
	webhook_charge(world, "charge.succeeded", made);
	webhook_payment(world, "payment_intent.succeeded", made->payment);
	webhook_session(world, "checkout.session.completed", session);
	made->txn = txn_book(world, TXN_CHARGE, &made->head, session->amount.currency, session->amount.minor);
	webhook_charge(world, "charge.updated", made);
}

void session_decline(struct world *world, struct session *session, const struct decline *decline)
{
	struct charge *made = charge(world, session, decline);

	webhook_charge(world, "charge.failed", made);
	webhook_payment(world, "payment_intent.payment_failed", made->payment);
}

struct refund *refund_make(struct world *world, struct charge *made, int64_t amount)
{
	struct refund *refund = ARENA_NEW(world->life, struct refund);
	struct money whole = made->payment->amount;

	if (made->decline != NULL || amount < 1 || amount > whole.minor - made->refunded)
		bug("sandbox: a refund of %lld", (long long)amount);
	refund->head = head_of(world, made->head.account, "re_");
	refund->charge = made;
	refund->amount = amount;
	made->refunded += amount;
	refund->txn = txn_book(world, TXN_REFUND, &refund->head, whole.currency, -amount);
	list_add(&world->provider->refunds, refund);
	return refund;
}

void refund_say(struct world *world, const struct refund *refund)
{
	webhook_refund(world, "refund.created", refund);
	webhook_charge(world, "charge.refunded", refund->charge);
}
