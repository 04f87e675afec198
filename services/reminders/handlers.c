#include "handlers.h"

#include "json_out.h"
#include "mail.h"
#include "plan.h"
#include "policy.h"

const char type_look[] = "reminders.Look", type_revise[] = "reminders.Revise", type_expire[] = "reminders.ExpireHold",
	   type_count[] = "reminders.Count", type_answered[] = "reminders.Answered";

/* ---- what several need ---- */

static void need_customer(struct need *n, struct span merchant, struct span ref)
{
	need_key(n, KIND_CUSTOMER, merchant, ref);
	need_want(n, WANT_CUSTOMER, merchant, ref);
}

static struct span copy_id(struct need *n, struct uuid id)
{
	return span_copy(n->arena, uuid_span(&id));
}

/* ---- facts: who ---- */

static enum err need_merchant(const struct message *m, struct need *n, struct why *why)
{
	const struct merchant *fact = m->body;

	(void)why;
	need_want(n, WANT_MERCHANT, fact->id, SPAN(""));
	/* What comes after it in the batch lives by its days. */
	if (fact->zone.size > 0)
		need_want(n, WANT_ZONE, fact->id, fact->zone);
	return OK;
}

static enum err apply_merchant(struct book *book, const struct message *m, struct instant now, struct say *say, struct why *why)
{
	const struct merchant *fact = m->body, *known = book_merchant(book, fact->id);

	(void)now;
	(void)say;
	(void)why;
	if (known == NULL || fact->revision > known->revision)
		*book_merchant_of(book, fact->id) = *fact;
	return OK;
}

static enum err need_customer_fact(const struct message *m, struct need *n, struct why *why)
{
	const struct customer *fact = m->body;

	(void)why;
	need_customer(n, fact->merchant, fact->ref);
	if (fact->zone.size > 0)
		need_want(n, WANT_ZONE, fact->merchant, fact->zone);
	return OK;
}

/* An address that no mail can go to is none. */
static void learn_customer(struct customer *to, const struct customer *fact)
{
	to->name = fact->name;
	to->email = mail_is_address(fact->email) ? fact->email : SPAN("");
	to->zone = fact->zone;
	to->language = fact->language;
	to->revision = fact->revision;
}

static enum err apply_customer(struct book *book, const struct message *m, struct instant now, struct say *say, struct why *why)
{
	const struct customer *fact = m->body, *known = book_customer(book, fact->merchant, fact->ref);
	bool is_erased = fact->revision == 0;
	struct customer *customer;

	if (is_erased ? known == NULL : known != NULL && fact->revision <= known->revision)
		return OK;
	customer = book_customer_of(book, fact->merchant, fact->ref);
	if (is_erased)
		customer->name = customer->email = SPAN("");
	else
		learn_customer(customer, fact);
	return plan_follow(book, fact->merchant, fact->ref, now, say, why);
}

/* ---- facts: what is owed ---- */

static enum err need_issued(const struct message *m, struct need *n, struct why *why)
{
	const struct issued *fact = m->body;

	(void)why;
	need_customer(n, fact->merchant, fact->customer);
	for (size_t i = 0; i < fact->part_count; i++)
		need_want(n, WANT_ITEM, fact->merchant, want_item(n->arena, fact->invoice, fact->parts[i].part));
	return OK;
}

static enum err apply_issued(struct book *book, const struct message *m, struct instant now, struct say *say, struct why *why)
{
	const struct issued *fact = m->body;

	(void)say;
	(void)why;
	for (size_t i = 0; i < fact->part_count; i++) {
		const struct issued_part *part = &fact->parts[i];
		struct item *item = book_item_of(book, fact->merchant, fact->customer, fact->invoice, part->part);

		if (item->is_issued)
			continue;
		item->is_issued = item->is_told = true;
		item->number = fact->number;
		item->rf_reference = fact->rf_reference;
		item->document_path = fact->document_path;
		item->currency = fact->currency;
		item->amount = part->amount;
		item->due = part->due;
	}
	plan_hint(book, fact->merchant, fact->customer, now);
	return OK;
}

static enum err need_open_item(const struct message *m, struct need *n, struct why *why)
{
	const struct item_fact *fact = m->body;

	(void)why;
	need_customer(n, fact->merchant, fact->customer);
	need_want(n, WANT_ITEM, fact->merchant, want_item(n->arena, fact->invoice, fact->part));
	return OK;
}

static enum err apply_open_item(struct book *book, const struct message *m, struct instant now, struct say *say, struct why *why)
{
	const struct item_fact *fact = m->body;
	struct item *item = book_item_of(book, fact->merchant, fact->customer, fact->invoice, fact->part);

	if (fact->revision <= item->ledger_revision)
		return OK;
	item->is_told = true;
	item->ledger_revision = fact->revision;
	item->open = fact->open;
	if (!item->is_issued) {
		item->number = fact->number;
		item->currency = fact->amount.currency;
		item->amount = fact->amount.minor;
	}
	return plan_follow(book, fact->merchant, fact->customer, now, say, why);
}

/* ---- facts: what is known of the money ---- */

static enum err need_account(const struct message *m, struct need *n, struct why *why)
{
	const struct account *fact = m->body;

	(void)why;
	need_want(n, WANT_ACCOUNT, fact->merchant, copy_id(n, fact->id));
	return OK;
}

/* Whoever waits for statements is looked at again by the tick. */
static enum err apply_account(struct book *book, const struct message *m, struct instant now, struct say *say, struct why *why)
{
	const struct account *fact = m->body;

	(void)now;
	(void)say;
	(void)why;
	account_apply(book_account_of(book, fact->merchant, fact->id), fact);
	return OK;
}

static enum err need_statement(const struct message *m, struct need *n, struct why *why)
{
	const struct statement_fact *fact = m->body;

	(void)why;
	need_want(n, WANT_ACCOUNT, fact->account.merchant, copy_id(n, fact->account.id));
	if (!fact->counts_at_once)
		need_want(n, WANT_STATEMENT, fact->statement.merchant, copy_id(n, fact->statement.id));
	return OK;
}

static enum err apply_statement(struct book *book, const struct message *m, struct instant now, struct say *say, struct why *why)
{
	const struct statement_fact *fact = m->body;
	const struct statement *told = &fact->statement;
	struct account *account = book_account_of(book, fact->account.merchant, fact->account.id);
	struct statement *statement;

	(void)now;
	(void)say;
	(void)why;
	account_apply(account, &fact->account);
	if (fact->counts_at_once) {
		account_cover(account, told->revision, told->has_cover, told->covered_to);
		return OK;
	}
	statement = book_statement_of(book, told->merchant, told->id);
	statement->account = told->account;
	statement->revision = told->revision;
	statement->has_cover = told->has_cover;
	statement->covered_to = told->covered_to;
	return OK;
}

static enum err apply_statement_matched(struct book *book, const struct message *m, struct instant now, struct say *say, struct why *why)
{
	const struct statement_fact *fact = m->body;
	struct statement *statement = book_statement_of(book, fact->statement.merchant, fact->statement.id);

	(void)now;
	(void)say;
	(void)why;
	statement->account = fact->statement.account;
	statement->is_matched = true;
	statement->receipts = fact->statement.receipts;
	return OK;
}

/* It counts no more, and never will where its receipts are still to be read. What it covered is covered no more, from here on: its lines are taken back
 * after this. */
static enum err apply_statement_undone(struct book *book, const struct message *m, struct instant now, struct say *say, struct why *why)
{
	const struct statement_fact *fact = m->body;
	const struct statement *told = &fact->statement;
	struct account *account = book_account_of(book, fact->account.merchant, fact->account.id);
	struct statement *statement = book_statement_of(book, told->merchant, told->id);
	bool had_counted = statement->counts;

	(void)now;
	(void)say;
	(void)why;
	account_apply(account, &fact->account);
	statement->account = told->account;
	statement->counts = true;
	if (had_counted)
		account_cover(account, told->revision, told->has_cover, told->covered_to);
	return OK;
}

static enum err need_paid(const struct message *m, struct need *n, struct why *why)
{
	const struct paid *fact = m->body;

	(void)why;
	if (!fact->is_ours)
		return OK;
	need_customer(n, fact->notice.merchant, fact->notice.customer);
	need_want(n, WANT_RECEIPT, fact->notice.merchant, want_receipt(n->arena, fact->notice.source, fact->notice.source_id));
	return OK;
}

static enum err apply_paid(struct book *book, const struct message *m, struct instant now, struct say *say, struct why *why)
{
	const struct paid *fact = m->body;

	if (!uuid_is_zero(fact->statement))
		book_tally_of(book, fact->notice.merchant, fact->statement)->receipts++;
	return fact->is_ours ? plan_receipt(book, &fact->notice, now, say, why) : OK;
}

/* ---- holds ---- */

static enum err need_place_hold(const struct message *m, struct need *n, struct why *why)
{
	const struct place_hold *command = m->body;

	(void)why;
	if (!uuid_is_zero(command->invoice))
		need_find(n, FIND_INVOICE, m->merchant, copy_id(n, command->invoice));
	if (command->customer.size > 0)
		need_customer(n, m->merchant, command->customer);
	return OK;
}

/* Whose hold it is: the invoice's customer, who must be the one that is named. */
static enum err find_held(const struct book *book, const struct message *m, struct span *ref, struct why *why)
{
	const struct place_hold *command = m->body;
	const struct owner *owner;

	*ref = command->customer;
	if (!uuid_is_zero(command->invoice)) {
		owner = book_owner(book, FIND_INVOICE, m->merchant, command->invoice);
		if (owner == NULL || (ref->size > 0 && !span_equal(*ref, owner->customer)))
			return why_field(why, ERR_NOT_FOUND, "invoice_unknown", "invoice_id", "there is no such invoice");
		*ref = owner->customer;
	}
	if (book_customer(book, m->merchant, *ref) == NULL)
		return why_field(why, ERR_NOT_FOUND, "customer_unknown", "customer_ref", "there is no such customer");
	return OK;
}

static enum err check_until(const struct book *book, const struct message *m, struct instant now, struct hold *hold, struct why *why)
{
	const struct merchant *merchant = book_merchant(book, m->merchant);
	const struct zone *zone = book_zone(book, merchant != NULL ? merchant->zone : SPAN("UTC"));
	struct date after;

	if (!hold->has_until)
		return OK;
	if (date_compare(hold->until, zone_date(zone, now)) < 0)
		return why_field(why, ERR_INVALID, "field_invalid", "until", "the day is over");
	if (date_add_days(hold->until, 1, &after) != OK)
		return why_field(why, ERR_INVALID, "field_invalid", "until", "no such day");
	hold->expires_at = zone_instant(zone, after, 0);
	return OK;
}

static void reply_hold(struct say *say, int status, const struct hold *hold)
{
	struct json_out out;
	struct text text;

	text_init(&text, say_arena(say));
	json_out_init(&out, &text);
	wire_print_hold(&out, NULL, hold);
	json_out_done(&out);
	say_reply(say, status, text_done(&text));
}

static enum err apply_place_hold(struct book *book, const struct message *m, struct instant now, struct say *say, struct why *why)
{
	const struct place_hold *command = m->body;
	struct hold hold = { .merchant = m->merchant,
		.id = say_id(say),
		.invoice = command->invoice,
		.revision = 1,
		.kind = command->kind,
		.has_until = command->has_until,
		.until = command->until,
		.has_amount = command->has_amount,
		.amount = command->amount,
		.actor = m->client,
		.reason = command->reason,
		.placed_at = now };

	TRY(find_held(book, m, &hold.customer, why));
	TRY(check_until(book, m, now, &hold, why));
	book_add_hold(book, &hold);
	TRY(plan_follow(book, hold.merchant, hold.customer, now, say, why));
	wire_say_hold_placed(say, &hold, now);
	reply_hold(say, 201, &hold);
	return OK;
}

static enum err need_release_hold(const struct message *m, struct need *n, struct why *why)
{
	const struct release_hold *command = m->body;

	(void)why;
	need_find(n, FIND_HOLD, m->merchant, copy_id(n, command->hold));
	need_want(n, WANT_HOLD, m->merchant, copy_id(n, command->hold));
	return OK;
}

static enum err apply_release_hold(struct book *book, const struct message *m, struct instant now, struct say *say, struct why *why)
{
	const struct release_hold *command = m->body;
	const struct hold *known = book_hold(book, m->merchant, command->hold);
	struct hold *hold;

	if (known == NULL)
		return why_set(why, ERR_NOT_FOUND, "hold_unknown", "there is no such hold");
	hold = book_edit_hold(book, known);
	TRY(hold_change(hold, HOLD_RELEASE, now, why));
	hold->actor = m->client;
	hold->reason = command->reason;
	plan_hint(book, hold->merchant, hold->customer, now);
	wire_say_hold_released(say, hold, now);
	reply_hold(say, 200, hold);
	return OK;
}

/* ---- our own ---- */

static enum err need_look(const struct message *m, struct need *n, struct why *why)
{
	const struct named *named = m->body;

	(void)why;
	need_customer(n, named->merchant, named->customer);
	return OK;
}

static enum err apply_look(struct book *book, const struct message *m, struct instant now, struct say *say, struct why *why)
{
	const struct named *named = m->body;

	return plan_look(book, named->merchant, named->customer, now, say, why);
}

static enum err need_expire(const struct message *m, struct need *n, struct why *why)
{
	const struct named *named = m->body;

	(void)why;
	need_customer(n, named->merchant, named->customer);
	need_want(n, WANT_HOLD, named->merchant, copy_id(n, named->id));
	return OK;
}

static enum err apply_expire(struct book *book, const struct message *m, struct instant now, struct say *say, struct why *why)
{
	const struct named *named = m->body;
	const struct hold *known = book_hold(book, named->merchant, named->id);
	struct hold *hold;

	/* Released meanwhile. */
	if (known == NULL || known->state != HOLD_ACTIVE || !known->has_until || instant_compare(now, known->expires_at) < 0)
		return OK;
	hold = book_edit_hold(book, known);
	TRY(hold_change(hold, HOLD_EXPIRE, now, why));
	plan_hint(book, hold->merchant, hold->customer, now);
	wire_say_hold_released(say, hold, now);
	return OK;
}

static enum err need_count(const struct message *m, struct need *n, struct why *why)
{
	const struct named *named = m->body;
	struct span account = span_from(named->customer, sizeof("@account:") - 1);
	struct uuid id;

	if (!span_starts(named->customer, "@account:") || uuid_parse(account, &id) != OK)
		return why_set(why, ERR_INVALID, "undecodable", "no bank account");
	need_key(n, KIND_CUSTOMER, named->merchant, named->customer);
	need_want(n, WANT_ACCOUNT, named->merchant, copy_id(n, id));
	need_want(n, WANT_STATEMENT, named->merchant, copy_id(n, named->id));
	return OK;
}

/* Whoever waits for statements is looked at again by the tick. */
static enum err apply_count(struct book *book, const struct message *m, struct instant now, struct say *say, struct why *why)
{
	const struct named *named = m->body;
	const struct statement *known = book_statement(book, named->merchant, named->id);
	struct statement *statement;

	(void)now;
	(void)say;
	(void)why;
	if (known == NULL || !book_may_count(book, known, named->aside))
		return OK;
	statement = book_statement_of(book, named->merchant, named->id);
	statement->counts = true;
	account_cover(book_account_of(book, statement->merchant, statement->account), statement->revision, statement->has_cover,
		statement->covered_to);
	return OK;
}

static enum err need_revise(const struct message *m, struct need *n, struct why *why)
{
	const struct named *named = m->body;

	(void)why;
	need_customer(n, named->merchant, named->customer);
	need_want(n, WANT_NOTICE, named->merchant, copy_id(n, named->id));
	return OK;
}

static enum err apply_revise(struct book *book, const struct message *m, struct instant now, struct say *say, struct why *why)
{
	const struct named *named = m->body;
	const struct notice *notice = book_notice(book, named->merchant, named->id);

	return notice == NULL ? OK : plan_revise(book, notice, now, say, why);
}

static enum err need_answered(const struct message *m, struct need *n, struct why *why)
{
	const struct answered *answered = m->body;

	(void)why;
	need_customer(n, answered->of.merchant, answered->of.customer);
	need_want(n, WANT_NOTICE, answered->of.merchant, copy_id(n, answered->of.id));
	return OK;
}

static enum err apply_answered(struct book *book, const struct message *m, struct instant now, struct say *say, struct why *why)
{
	const struct answered *answered = m->body;
	const struct notice *notice = book_notice(book, answered->of.merchant, answered->of.id);

	if (notice == NULL || notice->state != NOTICE_SENDING || notice->tries != answered->tries)
		return OK;
	return plan_answer(book, notice, answered->handover, now, say, why);
}

static void fill_own(struct arena *arena, struct message *m, const char *type, const struct named *named)
{
	m->type = span_of(type);
	m->format = FORMAT_TEXT;
	m->fate = FATE_SET_ASIDE;
	m->topic = m->source;
	m->key = span_of(arena_printf(arena, "%.*s:%.*s", SPAN_ARG(named->merchant), SPAN_ARG(named->customer)));
}

struct message *named_message(struct arena *arena, const char *type, const struct named *named, int64_t no, struct instant time)
{
	struct message *m = ARENA_NEW(arena, struct message);
	const char *kind = type + sizeof("reminders.") - 1;

	m->payload = wire_print_named(arena, named);
	m->source = span_of(arena_printf(arena, "tick:%s", kind));
	m->id = span_of(arena_printf(arena, "%.*s:%lld", SPAN_ARG(m->payload), (long long)no));
	m->time = time;
	fill_own(arena, m, type, named);
	return m;
}

void answered_message(struct arena *arena, const struct answered *answered, struct message *m)
{
	m->payload = wire_print_answered(arena, answered);
	m->source = SPAN("send:mail");
	m->id = span_of(arena_printf(arena, "%s:%d", uuid_text(arena, answered->of.id), answered->tries));
	fill_own(arena, m, type_answered, &answered->of);
}

/* ---- all of them ---- */

/* Known, and of no concern to us. */
#define PASSED_OVER NULL, NULL, NULL

const struct handler reminders_handlers[] = {
	{ "dunlin.customers.v1.MerchantDefined", "who sends, in which zone, to which accounts is paid", wire_read_merchant, need_merchant,
		apply_merchant },
	{ "dunlin.customers.v1.CustomerChanged", "whom to write to, in which language and zone; a tombstone forgets", wire_read_customer,
		need_customer_fact, apply_customer },
	{ "dunlin.invoices.v1.InvoiceIssued", "what falls due when", wire_read_issued, need_issued, apply_issued },
	{ "dunlin.invoices.v1.CreditNoteIssued", "passed over: the ledger says what is still open", PASSED_OVER },
	{ "dunlin.invoices.v1.CommandRefused", "passed over", PASSED_OVER },
	{ "dunlin.ledger.v1.OpenItemChanged", "how much of it is open", wire_read_open_item, need_open_item, apply_open_item },
	{ "dunlin.ledger.v1.AccountDefined", "which bank accounts collect", wire_read_account, need_account, apply_account },
	{ "dunlin.ledger.v1.StatementAccepted", "up to which day they are known, once its receipts have been read", wire_read_statement,
		need_statement, apply_statement },
	{ "dunlin.ledger.v1.StatementMatched", "how many receipts those are", wire_read_statement_matched, need_statement,
		apply_statement_matched },
	{ "dunlin.ledger.v1.ReceiptAllocated", "money by bank or by hand: a receipt", wire_read_receipt, need_paid, apply_paid },
	{ "dunlin.ledger.v1.AllocationReversed", "passed over: open items tell", PASSED_OVER },
	{ "dunlin.ledger.v1.UnappliedChanged", "passed over", PASSED_OVER },
	{ "dunlin.ledger.v1.LineAccepted", "passed over", PASSED_OVER },
	{ "dunlin.ledger.v1.LineMatched", "passed over", PASSED_OVER },
	{ "dunlin.ledger.v1.LineUnmatched", "passed over", PASSED_OVER },
	{ "dunlin.ledger.v1.StatementUndone", "up to which day they are known without it", wire_read_statement_undone, need_statement,
		apply_statement_undone },
	{ "dunlin.ledger.v1.LineUndone", "passed over: open items tell", PASSED_OVER },
	{ "dunlin.ledger.v1.ExceptionOpened", "passed over", PASSED_OVER },
	{ "dunlin.ledger.v1.ExceptionClosed", "passed over", PASSED_OVER },
	{ "dunlin.ledger.v1.PeriodClosed", "passed over", PASSED_OVER },
	{ "dunlin.ledger.v1.RefundRequested", "passed over", PASSED_OVER },
	{ "dunlin.payments.v1.PaymentSucceeded", "money at a provider: a receipt", wire_read_payment, need_paid, apply_paid },
	{ "dunlin.payments.v1.AttemptCreated", "passed over", PASSED_OVER },
	{ "dunlin.payments.v1.PaymentFeeKnown", "passed over", PASSED_OVER },
	{ "dunlin.payments.v1.PaymentFailed", "passed over", PASSED_OVER },
	{ "dunlin.payments.v1.PaymentExpired", "passed over", PASSED_OVER },
	{ "dunlin.payments.v1.PaymentUnknown", "passed over", PASSED_OVER },
	{ "dunlin.payments.v1.PaymentRefunded", "passed over", PASSED_OVER },
	{ "dunlin.payments.v1.PayoutLines", "passed over", PASSED_OVER },
	{ "dunlin.payments.v1.PayoutPaid", "passed over", PASSED_OVER },
	{ "reminders.PlaceHold", "stops reminders: a dispute, a promise with a date", wire_read_place_hold, need_place_hold,
		apply_place_hold },
	{ "reminders.ReleaseHold", "lets them go on", wire_read_release_hold, need_release_hold, apply_release_hold },
	{ type_look, "asks the policy about a customer; what speaks now becomes one notice", wire_read_named, need_look, apply_look },
	{ type_revise, "a planned reminder whose hours are over", wire_read_named, need_revise, apply_revise },
	{ type_count, "a statement all of whose receipts have been read", wire_read_named, need_count, apply_count },
	{ type_expire, "a hold whose day is over", wire_read_named, need_expire, apply_expire },
	{ type_answered, "what came of handing a notice over", wire_read_answered, need_answered, apply_answered },
	{ .type = NULL },
};

void reminders_rules(struct text *t)
{
	policy_print(t);
	text_add(t, "\n");
	notice_print_rules(t);
	text_add(t, "\n");
	hold_print_rules(t);
	text_add(t, "\nmessage, what for\n");
	for (const struct handler *h = reminders_handlers; h->type != NULL; h++)
		text_printf(t, "  %-42s %s\n", h->type, h->help);
}
