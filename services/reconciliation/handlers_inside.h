/*
 * handlers_inside: the handlers' functions, for the table in handlers.c.
 */
#ifndef RECONCILIATION_HANDLERS_INSIDE_H
#define RECONCILIATION_HANDLERS_INSIDE_H

#include "handlers.h"
#include "wire.h"

#define HANDLER(name)                                                              \
	enum err read_##name(struct message *, struct arena *, struct why *);      \
	enum err need_##name(const struct message *, struct need *, struct why *); \
	enum err apply_##name(struct book *, const struct message *, struct instant, struct say *, struct why *)

HANDLER(invoice);
HANDLER(credit_note);
HANDLER(payment);
HANDLER(refund);
HANDLER(payout_lines);
HANDLER(payout_paid);
HANDLER(customer);
HANDLER(merchant);
HANDLER(own);
HANDLER(define_account);
HANDLER(match);
HANDLER(unmatch);
HANDLER(receipt);
HANDLER(allocate);
HANDLER(write_off);
HANDLER(close);
HANDLER(accept);
HANDLER(close_period);
HANDLER(export);
HANDLER(mapping);
HANDLER(follow);
HANDLER(limit);
HANDLER(policy);
HANDLER(request_refund);
HANDLER(undo);

/* Work on one exception. */
enum err read_assign(struct message *, struct arena *, struct why *);
enum err read_note(struct message *, struct arena *, struct why *);
enum err read_park(struct message *, struct arena *, struct why *);
enum err need_work(const struct message *, struct need *, struct why *);
enum err apply_assign(struct book *, const struct message *, struct instant, struct say *, struct why *);
enum err apply_note(struct book *, const struct message *, struct instant, struct say *, struct why *);
enum err apply_park(struct book *, const struct message *, struct instant, struct say *, struct why *);

/* Rule sets. */
enum err read_define_rules(struct message *, struct arena *, struct why *);
enum err read_activate_rules(struct message *, struct arena *, struct why *);
enum err apply_define_rules(struct book *, const struct message *, struct instant, struct say *, struct why *);
enum err apply_activate_rules(struct book *, const struct message *, struct instant, struct say *, struct why *);
enum err need_rules(const struct message *, struct need *, struct why *);

/* need and apply of the several own messages. */
enum err need_statement(const struct message *, struct need *, struct why *);
enum err need_look(const struct message *, struct need *, struct why *);
enum err need_payout(const struct message *, struct need *, struct why *);
enum err need_report(const struct message *, struct need *, struct why *);
enum err need_settlement(const struct message *, struct need *, struct why *);
enum err need_reference(const struct message *, struct need *, struct why *);
enum err apply_statement(struct book *, const struct message *, struct instant, struct say *, struct why *);
enum err apply_post_line(struct book *, const struct message *, struct instant, struct say *, struct why *);
enum err apply_try_line(struct book *, const struct message *, struct instant, struct say *, struct why *);
enum err apply_miss_payout(struct book *, const struct message *, struct instant, struct say *, struct why *);
enum err apply_compare_report(struct book *, const struct message *, struct instant, struct say *, struct why *);
enum err apply_miss_report(struct book *, const struct message *, struct instant, struct say *, struct why *);
enum err apply_miss_settlement(struct book *, const struct message *, struct instant, struct say *, struct why *);
enum err apply_miss_reference(struct book *, const struct message *, struct instant, struct say *, struct why *);
enum err need_undo_line(const struct message *, struct need *, struct why *);
enum err apply_undo_line(struct book *, const struct message *, struct instant, struct say *, struct why *);
enum err apply_age_unapplied(struct book *, const struct message *, struct instant, struct say *, struct why *);

#undef HANDLER

void want_id(struct need *, enum want_what, struct span merchant, const struct uuid *);
void find_id(struct need *, enum find_what, struct span merchant, const struct uuid *);
/* The books as a person's command finds them, and the answer {"id": …, "<name>": …}. */
struct ledger open_hand(struct book *, const struct message *, struct instant now, struct say *);
void reply_hand(struct ledger *, int status, struct uuid id, const char *name, const char *word);
/* What this file of wire read is the message's body. */
#define READ(type, wire_read)                \
	type *what = ARENA_NEW(arena, type); \
	TRY(wire_read(m, arena, what, why)); \
	m->body = what;                      \
	return OK

#endif
