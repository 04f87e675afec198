#include "book.h"

#include <string.h>

static const char *const webhook_states[] = {
	[WEBHOOK_APPLIED] = "applied",
	[WEBHOOK_LOOSE] = "loose",
	[WEBHOOK_IGNORED] = "ignored",
	[WEBHOOK_REPEATED] = "repeated",
	[WEBHOOK_QUESTIONED] = "questioned",
};

const struct alarm_kind alarm_kinds[] = {
	{ "mismatch", "the provider's word does not fit what was asked: amount, currency, mode or reference" },
	{ "reference_missing", "a webhook has waited too long for what it names" },
	{ "webhook_conflict", "an event came again with another content" },
	{ "provider_refused", "the provider refused to make a session" },
	{ "provider_silent", "no useful answer for hours, or a key that it does not take" },
	{ "refund_failed", "money did not get back to the payer" },
	{ "refund_mismatch", "a refund of the provider is not what is known of it" },
	{ "refund_over", "the provider gave back more than was captured" },
	{ "payout_failed", "the bank sent a payout back" },
	{ "payout_mismatch", "the lines of a payout do not make it" },
	{ NULL, NULL },
};

void alarm_print_rules(struct text *text)
{
	text_add(text, "alarm: kind, what it says\n");
	for (const struct alarm_kind *kind = alarm_kinds; kind->name != NULL; kind++)
		text_printf(text, "%-18s %s\n", kind->name, kind->help);
}

static void check_kind(const char *name)
{
	const struct alarm_kind *kind = alarm_kinds;

	while (kind->name != NULL && strcmp(kind->name, name) != 0)
		kind++;
	if (kind->name == NULL)
		bug("there is no alarm of kind %s", name);
}

const char *webhook_state_name(enum webhook_state state)
{
	return webhook_states[state];
}

enum err webhook_state_parse(struct span name, enum webhook_state *state)
{
	for (unsigned i = 0; i < WEBHOOK_STATES; i++)
		if (span_is(name, webhook_states[i])) {
			*state = (enum webhook_state)i;
			return OK;
		}
	return ERR_INVALID;
}

struct book *book_open(struct arena *arena, const struct policy *policy)
{
	struct book *book = ARENA_NEW(arena, struct book);

	book->arena = arena;
	book->policy = policy;
	shelf_init(&book->attempts, arena, sizeof(struct attempt), "attempts");
	shelf_init(&book->items, arena, sizeof(struct item), "items");
	shelf_init(&book->accounts, arena, sizeof(struct provider_account), "accounts");
	shelf_init(&book->merchants, arena, sizeof(struct merchant), "merchants");
	shelf_init(&book->webhooks, arena, sizeof(struct webhook), "webhooks");
	shelf_init(&book->seen, arena, sizeof(bool), "seen");
	shelf_init(&book->payouts, arena, sizeof(struct payout), "payouts");
	shelf_init(&book->lines, arena, sizeof(struct payout_line), "lines");
	shelf_init(&book->intents, arena, sizeof(struct intent), "intents");
	shelf_init(&book->alarms, arena, sizeof(struct alarm), "alarms");
	shelf_init(&book->owners, arena, sizeof(struct owner), "owners");
	return book;
}

#define SHELVES(book)                                                                                                                   \
	{ &(book)->attempts, &(book)->items, &(book)->accounts, &(book)->merchants, &(book)->webhooks, &(book)->seen, &(book)->payouts, \
		&(book)->lines, &(book)->intents, &(book)->alarms, &(book)->owners }

void book_mark(struct book *book)
{
	struct shelf *shelves[] = SHELVES(book);

	for (size_t i = 0; i < sizeof(shelves) / sizeof(shelves[0]); i++)
		shelf_mark(shelves[i]);
}

void book_restore(struct book *book)
{
	struct shelf *shelves[] = SHELVES(book);

	for (size_t i = 0; i < sizeof(shelves) / sizeof(shelves[0]); i++)
		shelf_restore(shelves[i]);
}

struct digest book_digest(const struct book *book)
{
	const struct shelf *shelves[] = SHELVES(book);
	struct digest digests[sizeof(shelves) / sizeof(shelves[0])];

	for (size_t i = 0; i < sizeof(shelves) / sizeof(shelves[0]); i++)
		digests[i] = shelf_digest(shelves[i]);
	return digest_sha256(span_bytes(digests, sizeof(digests)));
}

/* ---- keys ---- */

static struct span join(struct arena *arena, const struct span *parts, size_t n)
{
	size_t size = n - 1;
	char *out, *at;

	for (size_t i = 0; i < n; i++)
		size += parts[i].size;
	out = at = arena_raw(arena, size + 1);
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			*at++ = '\0';
		if (parts[i].size > 0)
			memcpy(at, parts[i].at, parts[i].size);
		at += parts[i].size;
	}
	*at = '\0';
	return span_bytes(out, size);
}

#define JOIN(arena, ...) \
	join((arena), (const struct span[]){ __VA_ARGS__ }, sizeof((const struct span[]){ __VA_ARGS__ }) / sizeof(struct span))

struct span book_pair(struct arena *arena, struct span a, struct span b)
{
	return JOIN(arena, a, b);
}

struct span book_triple(struct arena *arena, struct span a, struct span b, struct span c)
{
	return JOIN(arena, a, b, c);
}

struct span key_attempt(struct arena *arena, struct span merchant, struct uuid id)
{
	return JOIN(arena, merchant, uuid_span(&id));
}

struct span key_item(struct arena *arena, struct span merchant, struct uuid invoice, int32_t part)
{
	return JOIN(arena, merchant, uuid_span(&invoice), span_bytes(&part, sizeof(part)));
}

struct span key_account(struct arena *arena, struct span merchant, struct span name)
{
	return JOIN(arena, merchant, name);
}

struct span key_webhook(struct arena *arena, struct span merchant, struct span account, struct span event)
{
	return JOIN(arena, merchant, account, event);
}

struct span key_seen(struct arena *arena, struct span merchant, struct span account, struct span object, struct span type)
{
	return JOIN(arena, merchant, account, object, type);
}

struct span key_payout(struct arena *arena, struct span merchant, struct span account, struct span provider_payout)
{
	return JOIN(arena, merchant, account, provider_payout);
}

struct span key_line(struct arena *arena, struct span merchant, struct uuid payout, int32_t number)
{
	return JOIN(arena, merchant, uuid_span(&payout), span_bytes(&number, sizeof(number)));
}

struct span key_intent(struct arena *arena, struct span merchant, struct uuid subject, enum intent_kind kind)
{
	return JOIN(arena, merchant, uuid_span(&subject), span_of(intent_kind_name(kind)));
}

struct span key_alarm(struct arena *arena, struct span merchant, struct span kind, struct span subject)
{
	return JOIN(arena, merchant, kind, subject);
}

struct span key_owner(struct arena *arena, int what, struct span merchant, struct span text)
{
	char byte = (char)(what & ~FIND_QUIET);

	return JOIN(arena, merchant, (struct span){ &byte, 1 }, text);
}

/* ---- aggregates ---- */

const struct attempt *book_attempt(const struct book *book, struct span merchant, struct uuid id)
{
	return shelf_find(&book->attempts, key_attempt(book->arena, merchant, id));
}

const struct item *book_item(const struct book *book, struct span merchant, struct uuid invoice, int32_t part)
{
	return shelf_find(&book->items, key_item(book->arena, merchant, invoice, part));
}

const struct provider_account *book_account(const struct book *book, struct span merchant, struct span name)
{
	return shelf_find(&book->accounts, key_account(book->arena, merchant, name));
}

const struct intent *book_intent(const struct book *book, struct span merchant, struct uuid subject, enum intent_kind kind)
{
	return shelf_find(&book->intents, key_intent(book->arena, merchant, subject, kind));
}

const struct owner *book_owner(const struct book *book, int what, struct span merchant, struct span text)
{
	return shelf_find(&book->owners, key_owner(book->arena, what, merchant, text));
}

struct attempt *book_edit_attempt(struct book *book, const struct attempt *attempt)
{
	return shelf_edit(&book->attempts, key_attempt(book->arena, attempt->merchant, attempt->id));
}

struct item *book_edit_item(struct book *book, const struct item *item)
{
	return shelf_edit(&book->items, key_item(book->arena, item->merchant, item->invoice, item->part));
}

struct intent *book_intent_of(struct book *book, const struct attempt *attempt, struct uuid subject, enum intent_kind kind)
{
	struct span key = key_intent(book->arena, attempt->merchant, subject, kind);
	struct intent *intent;

	if (shelf_find(&book->intents, key) != NULL)
		return shelf_edit(&book->intents, key);
	intent = shelf_add(&book->intents, key);
	intent->merchant = attempt->merchant;
	intent->account = attempt->account;
	intent->subject = subject;
	intent->kind = kind;
	intent->attempt = attempt->id;
	intent->customer = attempt->customer;
	return intent;
}

struct item *book_item_of(struct book *book, struct span merchant, struct span customer, struct uuid invoice, int32_t part)
{
	struct span key = key_item(book->arena, merchant, invoice, part);
	struct item *item;

	if (shelf_find(&book->items, key) != NULL)
		return shelf_edit(&book->items, key);
	item = shelf_add(&book->items, key);
	item->merchant = merchant;
	item->customer = customer;
	item->invoice = invoice;
	item->part = part;
	return item;
}

void book_own(struct book *book, int what, const struct attempt *attempt, struct span reference)
{
	struct span key = key_owner(book->arena, what, attempt->merchant, book_pair(book->arena, attempt->account, reference));
	struct owner *owner = shelf_find(&book->owners, key) != NULL ? shelf_edit(&book->owners, key) : shelf_add(&book->owners, key);

	*owner = (struct owner){ .attempt = attempt->id, .customer = attempt->customer, .payment = attempt->payment };
}

void book_alarm(struct book *book, struct span merchant, const char *kind, struct span subject, struct uuid attempt, struct instant now,
	const char *fmt, ...)
{
	struct span key = key_alarm(book->arena, merchant, span_of(kind), subject);
	const struct alarm *old = shelf_find(&book->alarms, key);
	struct alarm *alarm;
	va_list args;

	check_kind(kind);
	if (old != NULL && old->closed_at.us == 0)
		return;
	alarm = old != NULL ? shelf_edit(&book->alarms, key) : shelf_add(&book->alarms, key);
	*alarm = (struct alarm){ .merchant = merchant, .kind = span_of(kind), .subject = subject, .attempt = attempt, .opened_at = now };
	va_start(args, fmt);
	alarm->detail = span_of(arena_vprintf(book->arena, fmt, args));
	va_end(args);
}

void book_alarm_close(struct book *book, struct span merchant, const char *kind, struct span subject, struct instant now)
{
	struct span key = key_alarm(book->arena, merchant, span_of(kind), subject);
	const struct alarm *old = shelf_find(&book->alarms, key);
	struct alarm *alarm;

	if (old != NULL && old->closed_at.us != 0)
		return;
	alarm = old != NULL ? shelf_edit(&book->alarms, key) : shelf_add(&book->alarms, key);
	if (old == NULL)
		*alarm = (struct alarm){ .merchant = merchant, .kind = span_of(kind), .subject = subject, .opened_at = now };
	alarm->closed_at = now;
	alarm->closed_by = SPAN("machine");
}
