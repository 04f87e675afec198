#include "handlers.h"
#include "settle.h"
#include "stripe.h"
#include "wire.h"

static struct uuid payout_id(struct book *book, struct span account, struct span provider_payout, struct date arrival)
{
	struct instant at = { .us = (int64_t)arrival.day * US_PER_DAY };

	/* The same from whichever event tells of it first. */
	return uuid_derive(at, SPAN("stripe payout"), book_pair(book->arena, account, provider_payout), 0);
}

static struct payout *payout_of(
	struct book *book, struct span merchant, struct span account, const struct notice *notice, struct money amount, struct instant now)
{
	struct span key = key_payout(book->arena, merchant, account, notice->payout);
	struct payout *payout;

	if (shelf_find(&book->payouts, key) != NULL)
		return shelf_edit(&book->payouts, key);
	payout = shelf_add(&book->payouts, key);
	payout->merchant = merchant;
	payout->account = account;
	payout->id = payout_id(book, account, notice->payout, notice->arrival);
	payout->provider_payout = notice->payout;
	payout->amount = amount;
	payout->arrival = notice->arrival;
	payout->statement_text = notice->statement_text;
	payout->made_at = now;
	return payout;
}

static struct intent *intent_of(struct book *book, const struct payout *payout)
{
	struct span key = key_intent(book->arena, payout->merchant, payout->id, INTENT_PAYOUT);
	struct intent *intent;

	if (shelf_find(&book->intents, key) != NULL)
		return shelf_edit(&book->intents, key);
	intent = shelf_add(&book->intents, key);
	intent->merchant = payout->merchant;
	intent->account = payout->account;
	intent->subject = payout->id;
	intent->kind = INTENT_PAYOUT;
	return intent;
}

void payouts_apply_notice(struct book *book, struct span merchant, struct span account, const struct notice *notice, struct instant now)
{
	struct payout *payout;
	struct money amount;

	if (stripe_money(notice->amount, &amount, NULL) != OK) {
		book_alarm(book, merchant, "payout_mismatch", notice->payout, (struct uuid){ { 0 } }, now, "its amount can't be read");
		return;
	}
	payout = payout_of(book, merchant, account, notice, amount, now);
	if (span_is(notice->payout_status, "failed") && !payout->failed) {
		payout->failed = true;
		book_alarm(book, merchant, "payout_failed", notice->payout, (struct uuid){ { 0 } }, now, "the bank sent %s back",
			money_text(book->arena, payout->amount));
	}
	/* A late event of the first may carry the later status: that it was paid once follows from its kind too. */
	if ((span_is(notice->payout_status, "paid") || span_is(notice->what, "payout.paid")) && payout->state == PAYOUT_NOTED) {
		payout->state = PAYOUT_PAID;
		intent_arm(intent_of(book, payout), now);
	}
}

/* ---- lines ---- */

void payouts_need_page(
	struct need *need, struct span merchant, struct span account, const struct call_answer *call, const struct stripe_page *page)
{
	struct span payout = book_pair(need->arena, account, call->payout);

	need_key(need, KIND_PAYOUT, merchant, span_of(arena_printf(need->arena, "%.*s:%.*s", SPAN_ARG(account), SPAN_ARG(call->payout))));
	need_want(need, WANT_PAYOUT, merchant, payout);
	if (page == NULL)
		return;
	if (page->next.size == 0)
		need_want(need, WANT_LINES, merchant, payout);
	for (size_t i = 0; i < page->count; i++) {
		const struct stripe_line *line = &page->lines[i];

		if (!uuid_is_zero(line->attempt))
			need_find(need, FIND_ATTEMPT | FIND_QUIET, merchant, uuid_span(&line->attempt));
		if (line->payment.size > 0)
			need_find(need, FIND_PAYMENT | FIND_QUIET, merchant, book_pair(need->arena, account, line->payment));
		if (line->source.size > 0) {
			need_find(need, FIND_CHARGE | FIND_QUIET, merchant, book_pair(need->arena, account, line->source));
			need_find(need, FIND_REFUND | FIND_QUIET, merchant, book_pair(need->arena, account, line->source));
		}
	}
}

/* Whose the line is, as far as is known. */
static const struct owner *owner_of(struct book *book, const struct payout *payout, const struct stripe_line *line)
{
	const struct owner *owner = NULL;

	if (line->source.size > 0)
		owner = book_owner(book, FIND_REFUND, payout->merchant, book_pair(book->arena, payout->account, line->source));
	if (owner == NULL && !uuid_is_zero(line->attempt))
		owner = book_owner(book, FIND_ATTEMPT, payout->merchant, uuid_span(&line->attempt));
	if (owner == NULL && line->payment.size > 0)
		owner = book_owner(book, FIND_PAYMENT, payout->merchant, book_pair(book->arena, payout->account, line->payment));
	if (owner == NULL && line->source.size > 0)
		owner = book_owner(book, FIND_CHARGE, payout->merchant, book_pair(book->arena, payout->account, line->source));
	return owner;
}

static enum err amount_of(const struct payout *payout, const struct stripe_line *line, int64_t provider, int64_t *minor, struct why *why)
{
	struct money money;

	TRY(stripe_money((struct provider_amount){ .is_known = true, .minor = provider, .currency = line->currency }, &money, why));
	if (!currency_equal(money.currency, payout->amount.currency))
		return why_set(why, ERR_INVALID, "currency_wrong", "a line in %s of a payout in %s", money.currency.code,
			payout->amount.currency.code);
	*minor = money.minor;
	return OK;
}

static enum err add_line(struct book *book, struct payout *payout, const struct stripe_line *from, struct why *why)
{
	const struct owner *owner = owner_of(book, payout, from);
	struct payout_line line = { .merchant = payout->merchant, .payout = payout->id, .number = payout->line_count + 1 };
	int64_t amount, fee, net;

	TRY(amount_of(payout, from, from->amount, &amount, why));
	TRY(amount_of(payout, from, from->fee, &fee, why));
	TRY(amount_of(payout, from, from->net, &net, why));
	line.kind = payout_line_kind_of(from->type, net);
	line.provider_line = from->id;
	line.provider_payment = owner != NULL && owner->payment.size > 0 ? owner->payment : from->payment;
	if (owner != NULL) {
		line.attempt = owner->attempt;
		line.customer = owner->customer;
		line.refund = line.kind != PAYOUT_LINE_REFUND ? line.refund : uuid_is_zero(owner->refund) ? from->refund : owner->refund;
	}
	line.gross = line.kind == PAYOUT_LINE_FEE ? 0 : amount;
	line.fee = line.gross - net;
	payout->line_count++;
	payout->gross += line.gross;
	payout->fees += line.fee;
	*(struct payout_line *)shelf_add(&book->lines, key_line(book->arena, payout->merchant, payout->id, line.number)) = line;
	return OK;
}

/* Says the payout's lines in parcels, in their order. */
static void tell_lines(struct book *book, struct payout *payout, struct instant now, struct say *say)
{
	const struct payout_line *parcel[PAYOUT_PARCEL];
	size_t n = 0;

	for (int32_t number = 1; number <= payout->line_count; number++) {
		parcel[n] = shelf_find(&book->lines, key_line(book->arena, payout->merchant, payout->id, number));
		if (parcel[n] == NULL)
			bug("payout: line %d is not in the book", (int)number);
		if (++n < PAYOUT_PARCEL && number < payout->line_count)
			continue;
		payout->revision++;
		wire_say_payout_lines(say, payout, parcel, n, now);
		n = 0;
	}
}

static void complete(struct book *book, struct payout *payout, struct instant now, struct say *say)
{
	payout->state = PAYOUT_COMPLETE;
	intent_end(intent_of(book, payout));
	tell_lines(book, payout, now, say);
	payout->revision++;
	wire_say_payout_paid(say, payout, now);
	if (payout->gross - payout->fees != payout->amount.minor)
		book_alarm(book, payout->merchant, "payout_mismatch", payout->provider_payout, (struct uuid){ { 0 } }, now,
			"its %d lines do not make %s", (int)payout->line_count, money_text(book->arena, payout->amount));
}

enum err payouts_apply_page(struct book *book, struct span merchant, struct span account, const struct call_answer *call,
	const struct stripe_page *page, struct instant now, struct say *say, struct why *why)
{
	struct span key = key_payout(book->arena, merchant, account, call->payout);
	const struct payout *known = shelf_find(&book->payouts, key);
	const struct intent *intent = known == NULL ? NULL : book_intent(book, merchant, known->id, INTENT_PAYOUT);
	struct payout *payout;

	/* An answer that was overtaken tells nothing new: its page was asked for again. */
	if (intent == NULL)
		return OK;
	/* Saving it ends the call's lease. */
	intent = intent_of(book, known);
	if (intent->tries != call->call || !intent->is_due)
		return OK;
	if (page == NULL) {
		if (intent->rung >= INTENT_RUNG_ALARM)
			book_alarm(book, merchant, "provider_silent", call->payout, (struct uuid){ { 0 } }, now,
				"its lines can't be fetched: status %d", call->status);
		intent_climb(intent_of(book, known), now);
		return OK;
	}
	payout = shelf_edit(&book->payouts, key);
	for (size_t i = 0; i < page->count; i++)
		if (!payout_is_itself(page->lines[i].type))
			TRY(add_line(book, payout, &page->lines[i], why));
	if (page->next.size > 0) {
		intent_arm(intent_of(book, payout), now);
		intent_of(book, payout)->cursor = page->next;
	} else
		complete(book, payout, now, say);
	return OK;
}
