#include "plan.h"

#include <string.h>

#include "wire.h"

/* Collecting accounts that customers pay this currency to, and up to which day all of them are known. */
static void look_at_accounts(const struct book *book, struct span merchant, struct currency currency, struct policy_customer *to)
{
	bool first = true;

	for (size_t i = 0; i < shelf_count(&book->accounts); i++) {
		const struct account *a;
		const void *value;
		struct span key;
		enum shelf_state state;

		shelf_at(&book->accounts, i, &key, &value, &state);
		a = value;
		if (a == NULL || !span_equal(a->merchant, merchant) || !a->collecting || a->closed ||
			!currency_equal(a->currency, currency))
			continue;
		to->has_accounts = true;
		/* An account that has never had a statement is known up to no day at all. */
		if (!a->has_cover)
			to->covered_to.day = INT32_MIN;
		else if (first || date_compare(a->covered_to, to->covered_to) < 0)
			to->covered_to = a->covered_to;
		first = false;
	}
}

static bool is_held(const struct book *book, const struct item *item)
{
	const struct hold *hold;
	size_t i = 0;

	while ((hold = book_next_hold(book, item->merchant, item->customer, &i)) != NULL)
		if (hold_stops(hold, item))
			return true;
	return false;
}

struct verdict plan_verdict(const struct book *book, const struct customer *customer, const struct item *item, struct instant now)
{
	struct policy_item facts = { .due = item->due,
		.is_open = item_is_owed(item),
		.is_held = is_held(book, item),
		.said = item->said,
		.has_level = item->has_level,
		.level_day = item->level_day };
	struct policy_customer whom = {
		.zone = book_zone_of(book, customer), .has_said = customer->has_said, .said_day = customer->said_day
	};

	look_at_accounts(book, item->merchant, item->currency, &whom);
	return policy_decide(book->policy, &facts, &whom, now);
}

/* Changes whenever an account of the merchant, or what is known of it, does: who waits for statements is looked at again. */
static int64_t cover_of(const struct book *book, struct span merchant)
{
	int64_t cover = 0;

	for (size_t i = 0; i < shelf_count(&book->accounts); i++) {
		const struct account *a;
		const void *value;
		struct span key;
		enum shelf_state state;

		shelf_at(&book->accounts, i, &key, &value, &state);
		a = value;
		if (a != NULL && span_equal(a->merchant, merchant))
			cover += a->defined_revision + a->counted_revision;
	}
	return cover;
}

/* A planned reminder that waits, out of everybody's way, until bank statements are up to date. */
static bool waits_for_cover(const struct notice *n)
{
	return n->kind == NOTICE_REMINDER && n->state == NOTICE_PLANNED && n->next_try_at.us == INT64_MAX;
}

static bool has_waiting(const struct book *book, const struct customer *customer)
{
	const struct notice *n;
	size_t i = 0;

	while ((n = book_next_notice(book, customer->merchant, customer->ref, &i)) != NULL)
		if (waits_for_cover(n))
			return true;
	return false;
}

void plan_hint(struct book *book, struct span merchant, struct span ref, struct instant now)
{
	struct customer *customer = book_customer_of(book, merchant, ref);
	struct instant earliest = { INT64_MAX };
	const struct item *item;
	bool waits = has_waiting(book, customer);
	size_t i = 0;

	/* Nobody is written to before it is known who it is. */
	while (customer->revision > 0 && (item = book_next_item(book, merchant, ref, &i)) != NULL) {
		struct verdict v = plan_verdict(book, customer, item, now);
		struct instant when = v.wait == WAIT_NOT ? now : v.when;

		if (instant_compare(when, earliest) < 0)
			earliest = when;
		waits = waits || v.wait == WAIT_STATEMENT;
	}
	customer->look_at = earliest;
	customer->waits_statement = waits;
	customer->seen_cover = cover_of(book, merchant);
}

static struct notice_item item_said(const struct policy *policy, const struct item *item, int step)
{
	return (struct notice_item){ .invoice = item->invoice,
		.part = item->part,
		.number = item->number,
		.step = span_of(policy->steps[step].name),
		.level = policy->steps[step].level,
		.due = item->due,
		.open = { item->open, item->currency } };
}

static void note_said(struct book *book, const struct item *from, int step, struct date today)
{
	struct item *item = book_edit_item(book, from);

	item->said |= UINT32_C(1) << step;
	if (book->policy->steps[step].level > 0) {
		item->has_level = true;
		item->level_day = today;
	}
}

/* Room for one more item of a notice in the making. */
static void add_item(struct arena *arena, struct notice *n, struct notice_item item)
{
	struct notice_item *items = ARENA_ARRAY(arena, struct notice_item, n->item_count + 1);

	if (n->item_count > 0)
		memcpy(items, n->items, n->item_count * sizeof(*items));
	items[n->item_count++] = item;
	n->items = items;
	n->level = item.level > n->level ? item.level : n->level;
}

/* What the item was before the notice: the step has not spoken; the day of the level before is not known any more, so that the gap to it is
 * counted from its own day at the earliest. */
static void unsay(struct book *book, const struct notice *notice, const struct notice_item *said)
{
	const struct item *from = book_item(book, notice->merchant, said->invoice, said->part);
	int step = policy_step(book->policy, said->step);
	struct item *item;

	if (from == NULL || step < 0)
		return;
	item = book_edit_item(book, from);
	item->said &= ~(UINT32_C(1) << step);
	if (said->level == 1)
		item->has_level = false;
	else if (said->level > 1 && date_add_days(item->level_day, -book->policy->gap_days, &item->level_day) != OK)
		item->has_level = false;
}

/* The day is free for another notice, but no day before it is. */
static void free_day(struct customer *customer, struct date day)
{
	if (customer->has_said && date_compare(customer->said_day, day) == 0 && date_add_days(day, -1, &customer->said_day) != OK)
		customer->has_said = false;
}

static enum err cancel(struct book *book, struct notice *notice, struct instant now, struct why *why)
{
	TRY(notice_change(notice, NOTICE_CANCEL, now, why));
	for (size_t i = 0; i < notice->item_count; i++)
		unsay(book, notice, &notice->items[i]);
	free_day(book_customer_of(book, notice->merchant, notice->customer), notice->day);
	return OK;
}

/* Whether every level that it speaks of may speak on its day. */
static bool is_covered(const struct book *book, const struct notice *notice)
{
	for (size_t i = 0; i < notice->item_count; i++) {
		struct policy_customer whom = { 0 };

		if (notice->items[i].level == 0)
			continue;
		look_at_accounts(book, notice->merchant, notice->items[i].open.currency, &whom);
		if (!policy_is_covered(book->policy, &whom, notice->day))
			return false;
	}
	return true;
}

/* When it may be tried on its day: not while bank statements are not up to date. */
static void schedule(struct book *book, struct notice *notice, struct instant now)
{
	const struct customer *customer = book_customer(book, notice->merchant, notice->customer);

	policy_hours(book->policy, book_zone_of(book, customer), notice->day, now, &notice->next_try_at, &notice->until);
	if (!is_covered(book, notice))
		notice->next_try_at.us = INT64_MAX;
}

/* To the next hours in which it may be sent, on a day of its own. */
static void move(struct book *book, struct notice *notice, struct instant now)
{
	struct customer *customer = book_customer_of(book, notice->merchant, notice->customer);
	const struct zone *zone = book_zone_of(book, customer);
	struct date day = zone_date(zone, now);

	/* Another was said since: not two on one day. */
	if (customer->has_said && date_compare(customer->said_day, notice->day) > 0 && date_compare(customer->said_day, day) >= 0)
		day.day = customer->said_day.day + 1;
	policy_hours(book->policy, zone, day, now, &notice->next_try_at, &notice->until);
	notice->day = zone_date(zone, notice->next_try_at);
	schedule(book, notice, now);
	if (!customer->has_said || date_compare(customer->said_day, notice->day) < 0) {
		customer->has_said = true;
		customer->said_day = notice->day;
	}
}

static bool is_overtaken(const struct book *book, const struct notice *notice)
{
	for (size_t i = 0; i < notice->item_count; i++) {
		const struct notice_item *said = &notice->items[i];
		const struct item *item = book_item(book, notice->merchant, said->invoice, said->part);

		if (item == NULL || item->open != said->open.minor || is_held(book, item))
			return true;
	}
	return false;
}

static enum err end(struct book *book, struct notice *notice, enum notice_act act, struct instant now, struct say *say, struct why *why)
{
	const char *id = notice_message_id(book->arena, notice->id, book->mail_domain);

	TRY(notice_change(notice, act, now, why));
	notice->revision++;
	if (notice->state == NOTICE_FAILED)
		wire_say_notice_failed(say, notice, id, now);
	else
		wire_say_notice_sent(say, notice, id, now);
	return OK;
}

/* One that may have reached the customer has been said. */
static enum err overtake(struct book *book, struct notice *notice, struct instant now, struct say *say, struct why *why)
{
	return notice->unknowns > 0 ? end(book, notice, NOTICE_DOUBT, now, say, why) : cancel(book, notice, now, why);
}

static enum err revisit_reminder(struct book *book, const struct notice *from, struct instant now, struct say *say, struct why *why)
{
	if (is_overtaken(book, from))
		return overtake(book, book_edit_notice(book, from), now, say, why);
	if (instant_compare(from->until, now) <= 0)
		move(book, book_edit_notice(book, from), now);
	else if (waits_for_cover(from) && is_covered(book, from))
		schedule(book, book_edit_notice(book, from), now);
	return OK;
}

/* Brings a planned notice in line with what is known now. */
static enum err revisit(struct book *book, const struct notice *from, struct instant now, struct say *say, struct why *why)
{
	const struct customer *customer = book_customer(book, from->merchant, from->customer);
	struct notice *notice;

	if (from->state != NOTICE_PLANNED || customer == NULL || customer->revision == 0)
		return OK;
	if (customer->email.size == 0) {
		notice = book_edit_notice(book, from);
		notice->failure = SPAN("no_address");
		return end(book, notice, NOTICE_REFUSE, now, say, why);
	}
	if (from->kind == NOTICE_REMINDER)
		return revisit_reminder(book, from, now, say, why);
	if (from->next_try_at.us == INT64_MAX)
		book_edit_notice(book, from)->next_try_at = now;
	return OK;
}

enum err plan_follow(struct book *book, struct span merchant, struct span ref, struct instant now, struct say *say, struct why *why)
{
	const struct notice *n;
	size_t i = 0;

	while ((n = book_next_notice(book, merchant, ref, &i)) != NULL)
		TRY(revisit(book, n, now, say, why));
	plan_hint(book, merchant, ref, now);
	return OK;
}

enum err plan_revise(struct book *book, const struct notice *from, struct instant now, struct say *say, struct why *why)
{
	book_edit_notice(book, from)->revise_no++;
	return plan_follow(book, from->merchant, from->customer, now, say, why);
}

enum err plan_answer(
	struct book *book, const struct notice *from, struct handover handover, struct instant now, struct say *say, struct why *why)
{
	struct notice *notice = book_edit_notice(book, from);
	struct instant next;
	enum notice_act act = notice_weigh(notice, handover, now, &next);

	if (act == NOTICE_REFUSE || act == NOTICE_GIVE_UP) {
		notice->failure = act == NOTICE_REFUSE ? SPAN("refused") : SPAN("given_up");
		notice->code = handover.status > 0 ? span_of(arena_printf(book->arena, "%d", handover.status)) : SPAN("");
	}
	if (act != NOTICE_LATER && act != NOTICE_AGAIN)
		return end(book, notice, act, now, say, why);
	notice->next_try_at = next;
	notice->unknowns += act == NOTICE_AGAIN;
	TRY(notice_change(notice, act, now, why));
	/* Facts may have overtaken it while it was on its way. */
	return plan_follow(book, notice->merchant, notice->customer, now, say, why);
}

enum err plan_receipt(struct book *book, const struct notice *from, struct instant now, struct say *say, struct why *why)
{
	const struct customer *customer = book_customer_of(book, from->merchant, from->customer);
	struct notice n = *from;

	if (shelf_find(&book->receipts, key_source(book->arena, n.merchant, n.source, n.source_id)) != NULL)
		return OK;
	n.kind = NOTICE_RECEIPT;
	n.id = say_id(say);
	n.policy = n.failure = n.code = SPAN("");
	n.day = zone_date(book_zone_of(book, customer), now);
	n.next_try_at = n.planned_at = now;
	/* It waits until it is known whom it is for. */
	if (customer->revision == 0)
		n.next_try_at.us = INT64_MAX;
	n.until.us = INT64_MAX;
	book_add_notice(book, &n);
	return revisit(book, book_notice(book, n.merchant, n.id), now, say, why);
}

enum err plan_look(struct book *book, struct span merchant, struct span ref, struct instant now, struct say *say, struct why *why)
{
	struct customer *customer = book_customer_of(book, merchant, ref);
	struct date today = zone_date(book_zone_of(book, customer), now);
	struct notice n = { .merchant = merchant,
		.customer = ref,
		.kind = NOTICE_REMINDER,
		.day = today,
		.policy = span_of(book->policy->name),
		.policy_version = book->policy->version,
		.source = SPAN(""),
		.next_try_at = now,
		.planned_at = now,
		.failure = SPAN(""),
		.code = SPAN("") };
	const struct item *item;
	size_t i = 0;

	customer->look_no++;
	while (customer->revision > 0 && (item = book_next_item(book, merchant, ref, &i)) != NULL) {
		struct verdict v = plan_verdict(book, customer, item, now);

		if (v.wait != WAIT_NOT)
			continue;
		add_item(book->arena, &n, item_said(book->policy, item, v.step));
		note_said(book, item, v.step, today);
	}
	if (n.item_count > 0) {
		n.id = say_id(say);
		policy_hours(book->policy, book_zone_of(book, customer), today, now, &n.next_try_at, &n.until);
		book_add_notice(book, &n);
		customer->has_said = true;
		customer->said_day = today;
	}
	return plan_follow(book, merchant, ref, now, say, why);
}
