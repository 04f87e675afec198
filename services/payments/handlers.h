/*
 * handlers: what each type of message may do: the pure half of the service, by the file that decides.
 */
#ifndef PAYMENTS_HANDLERS_H
#define PAYMENTS_HANDLERS_H

#include "book.h"
#include "unit.h"

extern const struct handler payments_handlers[];

/* All rule tables, for the verb `rules` and its golden file. */
void payments_rules(struct text *);

typedef enum err need_function(const struct message *, struct need *, struct why *);
typedef enum err apply_function(struct book *, const struct message *, struct instant now, struct say *, struct why *);

/* facts.c: what invoicing and reconciliation say */
need_function facts_need_invoice, facts_need_item, facts_need_receipt, facts_need_merchant;
apply_function facts_apply_issued, facts_apply_credited, facts_apply_open_item, facts_apply_receipt, facts_apply_merchant;

/* checkout.c: what callers, payers and timers want of attempts */
need_function checkout_need_create, checkout_need_attempt, checkout_need_note, checkout_need_refund;
apply_function checkout_apply_create, checkout_apply_open, checkout_apply_expire, checkout_apply_dismiss, checkout_apply_refund;

/* account.c: provider accounts, alarms */
need_function account_need, account_need_alarm;
apply_function account_apply, account_apply_alarm;

/* receive.c: webhooks */
enum err receive_read(struct message *, struct arena *, struct why *) MUST_CHECK;
need_function receive_need, receive_need_named;
apply_function receive_apply, receive_apply_join, receive_apply_overdue;

/* answer.c: answers to our calls; payouts.c: those about payouts */
enum err answer_read(struct message *, struct arena *, struct why *) MUST_CHECK;
need_function answer_need;
apply_function answer_apply;

struct call_answer;
struct notice;
struct stripe_page;
/* A payout as an event tells of it. */
void payouts_apply_notice(struct book *, struct span merchant, struct span account, const struct notice *, struct instant now);
/* A page of its lines. */
void payouts_need_page(struct need *, struct span merchant, struct span account, const struct call_answer *, const struct stripe_page *);
enum err payouts_apply_page(struct book *, struct span merchant, struct span account, const struct call_answer *,
	const struct stripe_page *, struct instant now, struct say *, struct why *) MUST_CHECK;

#endif
