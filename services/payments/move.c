#include "move.h"

#include "wire.h"

#define FEE_SILENCE_S 3600

static struct instant later(struct instant at, int64_t seconds)
{
	struct instant out;

	return instant_add(at, seconds * US_PER_SECOND, &out) == OK ? out : at;
}

static void arm(struct book *book, const struct attempt *attempt, enum intent_kind kind, struct instant at)
{
	intent_arm(book_intent_of(book, attempt, attempt->id, kind), at);
}

static void end(struct book *book, const struct attempt *attempt, enum intent_kind kind)
{
	const struct intent *intent = book_intent(book, attempt->merchant, attempt->id, kind);

	if (intent != NULL && intent->is_due)
		intent_end(book_intent_of(book, attempt, attempt->id, kind));
}

/* Sends away who holds an item of this attempt, as far as that is possible. */
static void clear(struct book *book, const struct attempt *attempt, const struct item *item, struct instant now, struct say *say)
{
	const struct attempt *other = book_attempt(book, attempt->merchant, item->live_attempt);

	if (other != NULL && !uuid_equal(other->id, attempt->id))
		(void)move_away(book, book_edit_attempt(book, other), attempt->id, now, say);
}

static void hold(struct book *book, const struct attempt *attempt, struct instant now, struct say *say)
{
	for (size_t i = 0; i < attempt->item_count; i++) {
		const struct item *item = book_item(book, attempt->merchant, attempt->items[i].invoice, attempt->items[i].part);

		if (item == NULL)
			continue;
		/* The payer was quicker than we in closing it: what was to take its place gives way. */
		if (attempt->state == ATTEMPT_PROCESSING)
			clear(book, attempt, item, now, say);
		if (uuid_is_zero(item->live_attempt))
			book_edit_item(book, item)->live_attempt = attempt->id;
	}
}

static void let_go(struct book *book, const struct attempt *attempt)
{
	for (size_t i = 0; i < attempt->item_count; i++) {
		const struct item *item = book_item(book, attempt->merchant, attempt->items[i].invoice, attempt->items[i].part);

		if (item != NULL && uuid_equal(item->live_attempt, attempt->id))
			book_edit_item(book, item)->live_attempt = (struct uuid){ { 0 } };
	}
}

/* The money is there: what it pays for is not asked for again while the ledger does not count it, nor by another attempt. */
static void take(struct book *book, const struct attempt *attempt, struct instant now, struct say *say)
{
	for (size_t i = 0; i < attempt->item_count; i++) {
		const struct item *item = book_item(book, attempt->merchant, attempt->items[i].invoice, attempt->items[i].part);

		if (item == NULL)
			continue;
		book_edit_item(book, item)->taken += attempt->items[i].amount.minor;
		clear(book, attempt, item, now, say);
	}
}

static void stop_calls(struct book *book, const struct attempt *attempt)
{
	end(book, attempt, INTENT_OPEN);
	end(book, attempt, INTENT_EXPIRE);
	end(book, attempt, INTENT_ASK);
}

void move_ask_fee(struct book *book, struct attempt *attempt, struct instant now)
{
	const struct intent *fee = book_intent(book, attempt->merchant, attempt->id, INTENT_FEE);

	if (attempt->state != ATTEMPT_SUCCEEDED)
		return;
	if (attempt->fee_known) {
		end(book, attempt, INTENT_FEE);
		end(book, attempt, INTENT_ASK);
	} else if (attempt->fee_source.size > 0 && (fee == NULL || !fee->is_due))
		arm(book, attempt, INTENT_FEE, now);
}

static void call_for(struct book *book, struct attempt *attempt, struct instant now)
{
	switch (attempt->state) {
	case ATTEMPT_CREATED:
	case ATTEMPT_STATES: break;
	case ATTEMPT_OPENING: arm(book, attempt, INTENT_OPEN, now); break;
	case ATTEMPT_UNKNOWN:
		end(book, attempt, INTENT_OPEN);
		arm(book, attempt, INTENT_ASK, later(now, intent_wait_s(0)));
		break;
	case ATTEMPT_OPEN:
	case ATTEMPT_DECLINED:
		end(book, attempt, INTENT_OPEN);
		arm(book, attempt, INTENT_ASK, later(attempt->session_expires_at, MOVE_SILENCE_S));
		break;
	case ATTEMPT_CLOSING:
		/* A call for the session may be on its way: its answer, or asking, brings the session that is to be ended. */
		end(book, attempt, INTENT_OPEN);
		if (attempt->session.size > 0)
			arm(book, attempt, INTENT_EXPIRE, now);
		else
			arm(book, attempt, INTENT_ASK, later(now, intent_wait_s(0)));
		break;
	case ATTEMPT_PROCESSING:
		stop_calls(book, attempt);
		arm(book, attempt, INTENT_ASK, later(now, 86400));
		break;
	case ATTEMPT_EXPIRED:
	case ATTEMPT_FAILED:
	case ATTEMPT_REVIEW: stop_calls(book, attempt); break;
	case ATTEMPT_SUCCEEDED:
		stop_calls(book, attempt);
		arm(book, attempt, INTENT_ASK, later(now, FEE_SILENCE_S));
		move_ask_fee(book, attempt, now);
		break;
	}
}

static void tell(struct attempt *attempt, struct instant now, struct say *say)
{
	switch (attempt->state) {
	case ATTEMPT_CREATED:
	case ATTEMPT_OPENING:
	case ATTEMPT_OPEN:
	case ATTEMPT_CLOSING:
	case ATTEMPT_PROCESSING:
	case ATTEMPT_DECLINED: /* settle.c tells each decline */
	case ATTEMPT_STATES: return;
	case ATTEMPT_UNKNOWN:
	case ATTEMPT_REVIEW:
		attempt->revision++;
		wire_say_unknown(say, attempt, now);
		return;
	case ATTEMPT_EXPIRED:
		attempt->revision++;
		wire_say_expired(say, attempt, now);
		return;
	case ATTEMPT_FAILED:
		attempt->revision++;
		wire_say_failed(say, attempt, now);
		return;
	case ATTEMPT_SUCCEEDED:
		attempt->revision++;
		wire_say_succeeded(say, attempt, now);
		return;
	}
}

enum err move(struct book *book, struct attempt *attempt, enum attempt_act act, struct instant now, struct say *say, struct why *why)
{
	enum attempt_state before = attempt->state;

	TRY(attempt_act(attempt, act, why));
	if (attempt->state == before)
		return OK;
	if (attempt_is_live(before) && !attempt_is_live(attempt->state))
		let_go(book, attempt);
	if (!attempt_is_live(before) && attempt_is_live(attempt->state))
		hold(book, attempt, now, say);
	if (attempt->state == ATTEMPT_SUCCEEDED) {
		attempt->captured = attempt->amount;
		take(book, attempt, now, say);
	}
	call_for(book, attempt, now);
	tell(attempt, now, say);
	return OK;
}

void move_by_fact(struct book *book, struct attempt *attempt, enum attempt_act act, struct instant now, struct say *say)
{
	struct why why;

	if (!attempt_is_fact(act) || move(book, attempt, act, now, say, &why) != OK)
		bug("attempt: %s is not a fact", attempt_act_name(act));
}

/* No call for a session has been made, and as the intent's row is locked none will be. */
static bool is_untouched(const struct book *book, const struct attempt *attempt)
{
	const struct intent *open = book_intent(book, attempt->merchant, attempt->id, INTENT_OPEN);

	return attempt->state == ATTEMPT_CREATED || (attempt->state == ATTEMPT_OPENING && open != NULL && open->tries == 0);
}

bool move_away(struct book *book, struct attempt *attempt, struct uuid replaced_by, struct instant now, struct say *say)
{
	enum attempt_act act = is_untouched(book, attempt) ? ATTEMPT_ACT_ABANDON : ATTEMPT_ACT_CLOSE;
	enum attempt_state to;

	if (attempt_machine(attempt->state, act, &to, NULL) != OK)
		return false;
	if (to != attempt->state)
		attempt->replaced_by = replaced_by;
	return move(book, attempt, act, now, say, NULL) == OK;
}
