/*
 * book: the aggregates of one batch: identity map and before-images, pure. The store fills it and saves what changed; handlers decide on it.
 *
 * Finding never loads: what the store did not fetch is not there, so a handler's need must name what its apply looks at.
 */
#ifndef PAYMENTS_BOOK_H
#define PAYMENTS_BOOK_H

#include "attempt.h"
#include "digest.h"
#include "intent.h"
#include "item.h"
#include "payout.h"
#include "policy.h"
#include "provider_account.h"
#include "refund.h"
#include "shelf.h"

/* Kinds of keys, in the order of locking. */
enum { KIND_ACCOUNT, KIND_PAYOUT, KIND_CUSTOMER };

/* What is looked for: owners, by what a provider or a caller names. QUIET: noted in the book, but its customer is not locked. */
enum {
	FIND_ATTEMPT, /* 16 bytes */
	FIND_INVOICE, /* 16 bytes */
	FIND_SESSION, /* book_pair(account, cs_…) … */
	FIND_PAYMENT,
	FIND_CHARGE,
	FIND_REFUND,
	FIND_QUIET = 16
};

/* What is fetched beyond the keys. */
enum {
	WANT_ATTEMPT,  /* 16 bytes: with its items' parts, the attempts that hold them, their intents */
	WANT_INVOICE,  /* 16 bytes: all its parts, and the attempts that hold them */
	WANT_ACCOUNT,  /* a name; empty: all of the merchant */
	WANT_MERCHANT, /* empty */
	WANT_WEBHOOK,  /* book_triple(account, event id, "object\0type" or empty) */
	WANT_LOOSE,    /* book_pair(account, reference): webhooks that wait for it */
	WANT_PAYOUT,   /* book_pair(account, po_…) */
	WANT_LINES,    /* book_pair(account, po_…): all lines that are here */
	WANT_ALARM     /* book_pair(kind, subject) */
};

/* Whose something is. */
struct owner {
	struct uuid attempt, refund;
	struct span customer, payment;
};

struct merchant {
	struct span id, name, email;
	int64_t revision;
};

enum webhook_state {
	WEBHOOK_APPLIED,
	WEBHOOK_LOOSE,      /* names something that we don't know (yet) */
	WEBHOOK_IGNORED,    /* a kind that we don't follow, or not ours */
	WEBHOOK_REPEATED,   /* the object told this before, under another event */
	WEBHOOK_QUESTIONED, /* does not fit what was asked: see the attempt */
	WEBHOOK_STATES
};

/* A provider's event as it came. */
struct webhook {
	struct span merchant, account, event, type, object;
	enum webhook_state state;
	bool live, once, alarmed;
	struct span session, payment, charge;
	struct uuid reference; /* our attempt, as it says */
	struct uuid attempt;   /* joined to */
	struct instant told_at, received_at; /* by the provider's clock, business time */
	struct digest digest;
	struct span body;
};

/* What a person is told of. The table is the one place where kinds are named. */
struct alarm_kind {
	const char *name, *help;
};
extern const struct alarm_kind alarm_kinds[]; /* ended by a NULL name */
void alarm_print_rules(struct text *);

/* Something for a person. One per (kind, subject); opened again when it happens again after it was closed. */
struct alarm {
	struct span merchant, kind, subject;
	struct uuid attempt; /* zero: none */
	struct span detail;  /* no personal data */
	struct instant opened_at, closed_at; /* closed_at 0: open */
	struct span closed_by, note;
};

struct book {
	struct arena *arena;
	const struct policy *policy;
	struct shelf attempts, items, accounts, merchants, webhooks, seen, payouts, lines, intents, alarms, owners;
};

struct book *book_open(struct arena *, const struct policy *);
void book_mark(struct book *);
void book_restore(struct book *);
struct digest book_digest(const struct book *);

const char *webhook_state_name(enum webhook_state);
enum err webhook_state_parse(struct span, enum webhook_state *) MUST_CHECK;

/* Texts of keys, finds and wants: parts joined by a zero byte. */
struct span book_pair(struct arena *, struct span a, struct span b);
struct span book_triple(struct arena *, struct span a, struct span b, struct span c);

/* Keys of the shelves. */
struct span key_attempt(struct arena *, struct span merchant, struct uuid);
struct span key_item(struct arena *, struct span merchant, struct uuid invoice, int32_t part);
struct span key_account(struct arena *, struct span merchant, struct span name);
struct span key_webhook(struct arena *, struct span merchant, struct span account, struct span event);
struct span key_seen(struct arena *, struct span merchant, struct span account, struct span object, struct span type);
struct span key_payout(struct arena *, struct span merchant, struct span account, struct span provider_payout);
struct span key_line(struct arena *, struct span merchant, struct uuid payout, int32_t number);
struct span key_intent(struct arena *, struct span merchant, struct uuid subject, enum intent_kind);
struct span key_alarm(struct arena *, struct span merchant, struct span kind, struct span subject);
struct span key_owner(struct arena *, int what, struct span merchant, struct span text);

/* NULL when the book has none. */
const struct attempt *book_attempt(const struct book *, struct span merchant, struct uuid);
const struct item *book_item(const struct book *, struct span merchant, struct uuid invoice, int32_t part);
const struct provider_account *book_account(const struct book *, struct span merchant, struct span name);
const struct intent *book_intent(const struct book *, struct span merchant, struct uuid subject, enum intent_kind);
const struct owner *book_owner(const struct book *, int what, struct span merchant, struct span text);

struct attempt *book_edit_attempt(struct book *, const struct attempt *);
struct item *book_edit_item(struct book *, const struct item *);

/* The intent for change; made where there is none. */
struct intent *book_intent_of(struct book *, const struct attempt *, struct uuid subject, enum intent_kind);
/* The item for change; made where there is none. */
struct item *book_item_of(struct book *, struct span merchant, struct span customer, struct uuid invoice, int32_t part);

/* Notes whose a reference is, so that later messages of the batch find it. */
void book_own(struct book *, int what, const struct attempt *, struct span reference);

/* Opens an alarm, or again; one that is open stays as it is. `kind` is one of alarm_kinds. */
void book_alarm(struct book *, struct span merchant, const char *kind, struct span subject, struct uuid attempt, struct instant now,
	const char *fmt, ...) PRINTF(7, 8);
/* A later fact has closed what was alarmed, whether the alarm is in the book or not. */
void book_alarm_close(struct book *, struct span merchant, const char *kind, struct span subject, struct instant now);

#endif
