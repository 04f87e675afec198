#include "handlers.h"
#include "move.h"
#include "settle.h"
#include "stripe.h"
#include "wire.h"

/* What came back, as far as need has to know it. */
struct answered {
	struct call_answer call;
	struct stripe_page page; /* of INTENT_PAYOUT */
	bool has_page;
};

enum err answer_read(struct message *m, struct arena *arena, struct why *why)
{
	struct answered *answered = ARENA_NEW(arena, struct answered);

	TRY(wire_read_answer(m, arena, why));
	answered->call = *(struct call_answer *)m->body;
	if (answered->call.kind == INTENT_PAYOUT &&
		stripe_outcome(answered->call.sent, answered->call.unknown, answered->call.status) == STRIPE_DONE)
		answered->has_page = stripe_lines_answer(arena, answered->call.body, &answered->page, why) == OK;
	m->body = answered;
	return OK;
}

enum err answer_need(const struct message *m, struct need *need, struct why *why)
{
	const struct answered *answered = m->body;
	const struct call_answer *call = &answered->call;

	(void)why;
	if (call->kind == INTENT_PAYOUT) {
		payouts_need_page(need, m->merchant, m->client, call, answered->has_page ? &answered->page : NULL);
		return OK;
	}
	need_key(need, KIND_CUSTOMER, m->merchant, call->customer);
	need_want(need, WANT_ATTEMPT, m->merchant, uuid_span(&call->attempt));
	return OK;
}

/* One answer, and what it is applied to. */
struct round {
	struct book *book;
	struct attempt *attempt;
	const struct call_answer *call;
	enum stripe_outcome outcome;
	bool is_current; /* the latest call of its intent */
	struct instant now;
	struct say *say;
};

static struct notice blank_notice(const struct round *r)
{
	return (struct notice){ .what = span_of(arena_printf(r->book->arena, "answer to %s", intent_kind_name(r->call->kind))),
		.subject = NOTICE_ATTEMPT,
		.live = r->attempt->live,
		.at = r->now };
}

static const struct intent *intent_of(const struct round *r)
{
	return book_intent(r->book, r->attempt->merchant, r->call->subject, r->call->kind);
}

static struct intent *edit_intent(const struct round *r)
{
	return book_intent_of(r->book, r->attempt, r->call->subject, r->call->kind);
}

static void alarm_silence(const struct round *r, const char *text)
{
	book_alarm(r->book, r->attempt->merchant, "provider_silent",
		span_of(arena_printf(
			r->book->arena, "%s-%s", uuid_text(r->book->arena, r->call->subject), intent_kind_name(r->call->kind))),
		r->attempt->id, r->now, "no useful answer to \"%s\" so far: %s", intent_kind_name(r->call->kind), text);
}

/* The call is still to be made and nothing has put it off: one rung up. */
static void climb(const struct round *r)
{
	const struct intent *intent = intent_of(r);

	if (!r->is_current || intent == NULL || !intent->is_due || instant_compare(intent->next_at, r->now) > 0)
		return;
	if (intent->rung >= INTENT_RUNG_ALARM || r->call->status == 401 || r->call->status == 403)
		alarm_silence(r, arena_printf(r->book->arena, "status %d", r->call->status));
	intent_climb(edit_intent(r), r->now);
}

static void stop(const struct round *r)
{
	const struct intent *intent = intent_of(r);

	if (r->is_current && intent != NULL && intent->is_due)
		intent_end(edit_intent(r));
}

static void arm(const struct round *r, enum intent_kind kind, struct instant at)
{
	intent_arm(book_intent_of(r->book, r->attempt, r->attempt->id, kind), at);
}

/* Reads a session and settles it. False where it is none: then as much is known as without an answer. */
static bool settle_session(const struct round *r)
{
	struct notice notice = blank_notice(r);

	if (stripe_session_answer(r->book->arena, r->call->body, &notice, NULL) != OK)
		return false;
	(void)settle(r->book, r->attempt, &notice, r->now, r->say);
	return true;
}

static void lose(const struct round *r)
{
	/* A repetition under the same key was lost too: asking goes on. */
	if (move(r->book, r->attempt, ATTEMPT_ACT_LOSE, r->now, r->say, NULL) == OK)
		stop(r);
}

static void refuse(const struct round *r)
{
	struct span text = stripe_error_text(r->book->arena, r->call->body);

	r->attempt->decline_code = SPAN("provider_refused");
	book_alarm(r->book, r->attempt->merchant, "provider_refused", span_of(uuid_text(r->book->arena, r->attempt->id)), r->attempt->id,
		r->now, "status %d: %.*s", r->call->status, SPAN_ARG(text));
	move_by_fact(r->book, r->attempt, ATTEMPT_ACT_FAIL, r->now, r->say);
}

static void answer_open(const struct round *r)
{
	switch (r->outcome) {
	case STRIPE_DONE:
		if (!settle_session(r))
			lose(r);
		break;
	case STRIPE_REFUSED: refuse(r); break;
	case STRIPE_LATER: climb(r); break;
	case STRIPE_UNKNOWN: lose(r); break;
	}
}

static void answer_expire(const struct round *r)
{
	switch (r->outcome) {
	case STRIPE_DONE:
		if (settle_session(r) && r->attempt->state != ATTEMPT_CLOSING)
			stop(r);
		climb(r);
		break;
	case STRIPE_REFUSED: /* it is complete, or has expired: which? */
		stop(r);
		arm(r, INTENT_ASK, r->now);
		break;
	case STRIPE_LATER:
	case STRIPE_UNKNOWN: climb(r); break;
	}
}

/* The provider has no session with our reference. */
static void find_none(const struct round *r)
{
	struct instant relied;
	const struct intent *intent = intent_of(r);
	bool key_holds = instant_add(r->attempt->opened_at, STRIPE_KEY_HOURS * 3600 * US_PER_SECOND, &relied) == OK &&
			 instant_compare(r->now, relied) < 0;

	/* A call takes seconds, so one that is not there after minutes never arrived, or was refused. */
	if (r->attempt->state == ATTEMPT_CLOSING && intent != NULL && intent->rung >= 2)
		move_by_fact(r->book, r->attempt, ATTEMPT_ACT_EXPIRE, r->now, r->say);
	else if (r->attempt->state == ATTEMPT_UNKNOWN && key_holds)
		arm(r, INTENT_OPEN, r->now); /* the same key: at most one session comes of it */
	else if (r->attempt->state == ATTEMPT_UNKNOWN)
		move_by_fact(r->book, r->attempt, ATTEMPT_ACT_EXPIRE, r->now, r->say);
}

static void look_through(const struct round *r)
{
	struct notice notice = blank_notice(r);
	struct span next;
	bool found;

	if (stripe_sessions_answer(r->book->arena, r->call->body, r->attempt->id, &found, &notice, &next, NULL) != OK)
		return;
	if (found) {
		(void)settle(r->book, r->attempt, &notice, r->now, r->say);
	} else if (next.size > 0 && r->is_current) {
		edit_intent(r)->cursor = next;
	} else {
		if (r->is_current)
			edit_intent(r)->cursor = SPAN("");
		find_none(r);
	}
}

static void answer_ask(const struct round *r)
{
	const struct intent *intent = intent_of(r);
	struct span cursor = intent != NULL ? intent->cursor : SPAN("");

	if (r->outcome == STRIPE_DONE && r->attempt->session.size > 0)
		(void)settle_session(r);
	else if (r->outcome == STRIPE_DONE)
		look_through(r);
	intent = intent_of(r);
	/* Another page of the list: at once. */
	if (intent == NULL || intent->cursor.size == 0 || span_equal(intent->cursor, cursor))
		climb(r);
}

static void answer_fee(const struct round *r)
{
	struct notice notice = blank_notice(r);

	if (r->outcome == STRIPE_DONE && stripe_fee_answer(r->book->arena, r->call->body, &notice.fee, NULL) == OK)
		(void)settle(r->book, r->attempt, &notice, r->now, r->say);
	climb(r);
}

static void refund_refused(const struct round *r, const struct refund *known)
{
	struct refund refund = *known;

	refund.state = REFUND_FAILED;
	refund.failure = stripe_error_text(r->book->arena, r->call->body);
	refund_put(r->attempt, r->book->arena, &refund);
	stop(r);
	book_alarm(r->book, r->attempt->merchant, "refund_failed", span_of(uuid_text(r->book->arena, refund.id)), r->attempt->id, r->now,
		"the provider refused it: %.*s", SPAN_ARG(refund.failure));
}

static void settle_refunds(const struct round *r, const struct notice *notice)
{
	struct instant tomorrow;

	(void)settle(r->book, r->attempt, notice, r->now, r->say);
	for (size_t i = 0; i < notice->refund_count; i++)
		if (notice->refunds[i].state == REFUND_PENDING && instant_add(r->now, US_PER_DAY, &tomorrow) == OK)
			arm(r, INTENT_REFUNDS, tomorrow);
}

static void answer_refund(const struct round *r)
{
	const struct refund *refund = refund_find(r->attempt, r->call->subject);
	const struct intent *intent = intent_of(r);
	struct notice notice = blank_notice(r);

	if (refund == NULL || refund->state != REFUND_REQUESTED)
		return stop(r);
	if (r->outcome == STRIPE_REFUSED)
		return refund_refused(r, refund);
	if (r->outcome == STRIPE_DONE && stripe_refund_answer(r->book->arena, r->call->body, &notice, NULL) == OK)
		settle_refunds(r, &notice);
	/* Repeated under the same key while the provider remembers it; after that its own list tells. */
	if (r->outcome != STRIPE_LATER && intent != NULL && intent->is_due && intent->rung >= INTENT_RUNG_ALARM) {
		alarm_silence(r, "the provider's list of refunds is asked instead");
		stop(r);
		arm(r, INTENT_REFUNDS, r->now);
	}
	climb(r);
}

static void answer_refunds(const struct round *r)
{
	struct notice notice = blank_notice(r);
	struct span next;

	if (r->outcome != STRIPE_DONE || stripe_refunds_answer(r->book->arena, r->call->body, &notice, &next, NULL) != OK)
		return climb(r);
	settle_refunds(r, &notice);
	if (!r->is_current)
		return;
	if (next.size > 0)
		edit_intent(r)->cursor = next;
	else
		stop(r);
}

enum err answer_apply(struct book *book, const struct message *m, struct instant now, struct say *say, struct why *why)
{
	const struct answered *answered = m->body;
	const struct call_answer *call = &answered->call;
	const struct attempt *attempt;
	const struct intent *intent;
	struct round r = { .book = book, .call = call, .now = now, .say = say };

	r.outcome = stripe_outcome(call->sent, call->unknown, call->status);
	if (call->kind == INTENT_PAYOUT)
		return payouts_apply_page(book, m->merchant, m->client, call, answered->has_page ? &answered->page : NULL, now, say, why);
	attempt = book_attempt(book, m->merchant, call->attempt);
	if (attempt == NULL)
		return why_set(why, ERR_NOT_FOUND, "attempt_unknown", "an answer about an attempt that is not there");
	r.attempt = book_edit_attempt(book, attempt);
	intent = intent_of(&r);
	r.is_current = intent != NULL && intent->tries == call->call;
	/* Whatever follows from it, the call is over: saving the intent ends its lease. */
	if (intent != NULL)
		(void)edit_intent(&r);
	switch (call->kind) {
	case INTENT_OPEN: answer_open(&r); break;
	case INTENT_EXPIRE: answer_expire(&r); break;
	case INTENT_ASK: answer_ask(&r); break;
	case INTENT_FEE: answer_fee(&r); break;
	case INTENT_REFUND: answer_refund(&r); break;
	case INTENT_REFUNDS: answer_refunds(&r); break;
	case INTENT_PAYOUT:
	case INTENT_KINDS: break;
	}
	return OK;
}
