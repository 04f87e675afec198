/*
 * notice: anything that is said to a customer: a reminder of what is owed, a receipt for what was paid.
 *
 * 1. A notice is planned in one transaction with the facts that ask for it, and handed over by the send role, which looks at the facts again.
 * 2. It has one Message-ID for life: a second try of a mail whose fate is unknown is the same mail.
 * 3. A reminder that is overtaken by facts is cancelled, and what it would have said may be said by another.
 */
#ifndef REMINDERS_NOTICE_H
#define REMINDERS_NOTICE_H

#include "date.h"
#include "money.h"
#include "uuid.h"

enum notice_kind { NOTICE_REMINDER, NOTICE_RECEIPT };
enum notice_state { NOTICE_PLANNED, NOTICE_SENDING, NOTICE_SENT, NOTICE_DOUBTFUL, NOTICE_FAILED, NOTICE_CANCELLED, NOTICE_STATES };
enum notice_act {
	NOTICE_CLAIM,  /* the send role takes it */
	NOTICE_TAKEN,  /* the mail system has it */
	NOTICE_LATER,  /* not handed over, or refused for now */
	NOTICE_AGAIN,  /* nobody knows; the first time */
	NOTICE_DOUBT,  /* nobody knows; for good */
	NOTICE_REFUSE, /* refused for good, or nowhere to send it */
	NOTICE_GIVE_UP,
	NOTICE_CANCEL, /* facts have overtaken it */
	NOTICE_ACTS
};

struct notice_item {
	struct uuid invoice;
	int32_t part;
	struct span number, step;
	int level;
	struct date due;
	struct money open; /* of a receipt: what it paid */
};

struct notice {
	struct span merchant, customer;
	struct uuid id;
	enum notice_kind kind;
	enum notice_state state;
	int64_t revision; /* events said of it */
	struct date day;
	struct span policy;
	int policy_version, level;
	struct span source; /* of a receipt: "payment" or "receipt" */
	struct uuid source_id;
	struct money amount; /* of a receipt */
	int tries, unknowns; /* how often it was claimed, and how often nobody knew what came of that */
	int64_t revise_no;   /* counts its revisions, so that each comes once */
	struct instant next_try_at, planned_at, ended_at;
	struct instant until; /* of a reminder: the end of the hours in which it may be sent */
	struct span failure, code;
	const struct notice_item *items; /* by invoice and part */
	size_t item_count;
};

const char *notice_kind_name(enum notice_kind);
const char *notice_state_name(enum notice_state);
enum err notice_state_parse(struct span, enum notice_state *) MUST_CHECK;

/* The only door between states. ERR_CONFLICT when there is no such way. */
enum err notice_change(struct notice *, enum notice_act, struct instant now, struct why *) MUST_CHECK;
void notice_print_rules(struct text *);

/* What came of handing it over. */
struct handover {
	bool sent;    /* the mail system has had it, or has refused it: false only when we know that it has not */
	bool unknown; /* sent, but no complete answer came */
	int status;   /* last SMTP reply; an answer to the mail only where it was sent and is not unknown */
};

/* What a handover means for a notice that has had `tries` tries and was planned at `planned_at`. *next is when to try again (business time). */
enum notice_act notice_weigh(const struct notice *, struct handover, struct instant now, struct instant *next);

/* Message-ID without angle brackets: the notice's id at the merchant's mail domain. */
const char *notice_message_id(struct arena *, struct uuid, const char *domain);

#endif
