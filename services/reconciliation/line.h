/*
 * line: one line of a bank statement: its identity, its states, and what it was found to be.
 *
 * 1. Identity is content + occurrence: the digest of what the bank says (never of how it is cut, joined or numbered), and a count among lines alike.
 * 2. A line is wholly identified or not at all.
 * 3. What a person decided no machine changes.
 * 4. Nothing but line_act assigns `state`.
 */
#ifndef RECONCILIATION_LINE_H
#define RECONCILIATION_LINE_H

#include "chart.h"
#include "digest.h"
#include "match/difference.h"
#include "readers/reading.h"
#include "receipt.h"
#include "uuid.h"

struct ledger;

/* Stored as these numbers. */
enum line_state { LINE_STAGED, LINE_KNOWN, LINE_WAITING, LINE_MATCHED, LINE_RETURNED, LINE_UNDONE, LINE_STATES };

enum line_act {
	LINE_ACCEPT,
	LINE_PASS_OVER,
	LINE_MATCH,
	LINE_UNMATCH,
	LINE_RETURN,
	LINE_RESTORE_MATCHED,
	LINE_RESTORE_WAITING,
	LINE_UNDO,
	LINE_ACTS
};

struct line_rule {
	enum line_state from;
	enum line_act act;
	enum line_state to;
	const char *why;
};

const struct line_rule *line_rules(size_t *n);
const char *line_state_word(enum line_state);
const char *line_act_word(enum line_act);

/* What a matched line is. Stored as these numbers. */
enum line_as {
	LINE_AS_NOTHING,
	LINE_AS_RECEIPTS,
	LINE_AS_PAYOUT,
	LINE_AS_RETURN,
	LINE_AS_REFUND,
	LINE_AS_BOOKED,
	LINE_AS_EXCHANGED,
	LINE_AS_KINDS
};
const char *line_as_word(enum line_as);
bool line_as_has_receipts(enum line_as); /* receipts in the currency of its account or in another */

/* The values are those of dunlin.ledger.v1.Verdict. */
enum verdict { VERDICT_NOT_YET, VERDICT_UNIQUE, VERDICT_AMBIGUOUS, VERDICT_NONE };
const char *verdict_word(enum verdict);

struct line {
	struct span merchant;
	struct uuid id, account, statement;
	int64_t number;
	struct place place;
	struct digest key;
	int32_t occurrence;
	struct date booking, value;
	struct money amount; /* signed */
	bool rest, reversal;
	/* what the bank wrote */
	struct span end_to_end, bank_ref, transaction_ref, mandate, batch_ref, code, return_reason;
	struct span references, texts; /* one a line */
	struct span party_name, party_iban;
	/* what became of it */
	enum line_state state;
	enum line_as as;
	struct uuid counterpart; /* the payout, or the line that this one takes back */
	struct span booked_to;   /* account of the chart, for LINE_AS_BOOKED */
	int64_t returned;        /* how much of it was taken back, 0 or more */
	bool took_receipts;      /* of a return: it took money of receipts, not of what nobody knew */
	bool by_person;
	enum verdict verdict;
	int32_t candidates, looks; /* explanations that remained; how often it was looked at */
	enum evidence evidence;
	int32_t rule_set; /* the version that held at the last look, 0 for the table itself */
	int64_t revision;
};

/* What the bank tells beyond that, of the few lines that have it. */
struct line_detail {
	struct span merchant;
	struct uuid line;
	int64_t original; /* what the payer instructed, in `original_currency`, signed as the line; 0: not told */
	struct span original_currency, rate, charges; /* charges: "EUR 1.20 included COMM", one a line */
};

/* What banks kept of it, as the detail says: the charges in the line's currency, else what the instructed amount is more. 0: nothing is told. */
int64_t line_charges(const struct line *, const struct line_detail *);

/* Identity by content: account identifier, dates, amount, references, all text without white space and letters beyond ASCII, counterparty account. Not the bank's entry number, nor how text is cut. */
struct digest line_key(struct span account, const struct reading_line *);

/* The state after an act; ERR_CONFLICT when the table has no such rule. */
enum err line_act(struct line *, enum line_act, struct why *) MUST_CHECK;

/* Every word by which it may name something of ours. */
struct tokens;
void line_tokens(struct arena *, const struct line *, struct tokens *);

/* The numbers that one at the end of its text may have been before it was cut off; none where it names money that went. */
void line_cut_tokens(struct arena *, const struct line *, struct tokens *);
/* At most REFERENCE_FORMS words with numbers by which a person may teach its payer. */
size_t line_forms(struct arena *, const struct line *, struct span *out);

/* A debit that takes an earlier credit back: the bank gives a reason, or its code is one of a return. */
bool line_is_return(const struct line *);

/* Due lines of accepted statements: posts cash and the other side, then lets the matcher look. */
enum err line_accept(struct ledger *, struct uuid id, struct why *) MUST_CHECK;
/* The matcher looks again at a line that waits; one that no longer does is left alone. */
enum err line_try(struct ledger *, struct uuid id, struct why *) MUST_CHECK;

/* ---- for the line's own files ---- */

/* Finds out what a line is that waits (line_look.c). */
enum err line_look(struct ledger *, struct line *, struct why *) MUST_CHECK;

/* What is left of it: its amount without sign, less what was taken back. */
int64_t line_left(const struct line *);
/* The account that holds it while nobody knows what it is: unidentified receipts or payments. */
struct span line_holding(struct arena *, const struct line *);
struct line *line_edit(struct ledger *, struct uuid id);
/* A matched line waits again: everything that the match did is taken back (hand.c). */
enum err line_take_apart(struct ledger *, struct line *, enum reversal, struct why *) MUST_CHECK;

/* Turns the money into receipts of these customers: payables and customers side by side, each with its share. */
struct share {
	struct span customer;
	struct payable item; /* minor: the share; invoice zero: unapplied */
	struct found_difference difference; /* settled beside it */
};
enum err line_become_receipts(struct ledger *, struct line *, const struct share *, size_t n, enum evidence, struct why *) MUST_CHECK;
enum err line_become_payout(struct ledger *, struct line *, struct uuid payout, struct why *) MUST_CHECK;

/* ---- money that a bank has exchanged (line_exchange.c) ----
 *
 * 1. What is paid is what the payer instructed, in the documents' own currency: one receipt of one customer, and its sum is exact.
 * 2. The account holds what the bank booked for it. Both legs meet on fx_position, each in its own currency; there is no rate but these two amounts.
 * 3. It is taken back whole or not at all: a part of one amount says nothing of the other.
 */

/* Pays the shares, all of one customer and one currency that is not the line's. */
enum err line_become_exchange(struct ledger *, struct line *, const struct share *, size_t n, enum evidence, struct why *) MUST_CHECK;
/* The payer instructed that much in that currency; false where the statement does not tell it. */
bool line_original(const struct line *, const struct line_detail *, struct money *);
/* All of it is still its customer's, none of it given back. */
bool exchange_is_whole(const struct ledger *, const struct line *);
/* Takes the money out of its receipt again; what the bank booked goes to the account `to`. ERR_REFUSED where some of it was given back. */
enum err exchange_undo(struct ledger *, const struct line *, struct span to, enum reversal, struct why *) MUST_CHECK;
/* A return that took it is taken back: from that account, and paid again where `again`. */
enum err exchange_redo(struct ledger *, const struct line *, struct span from, bool again, struct why *) MUST_CHECK;
/* "EUR 1,000.00 for USD 1,100.00: 0.909091 EUR each": six digits, half to even, for people. */
const char *exchange_text(struct arena *, struct money booked, struct money original);

/* ---- credit notes that its payer deducts (line_credit.c) ---- */

struct hints;
struct candidate;
/* Adds the credit notes that the line names and that left unapplied money, each with what of it may be deducted now, at most a candidate for each hint. */
void line_add_credits(const struct ledger *, const struct line *, const struct hints *, struct candidate *, size_t *count);
/* What the chosen ones take off what is owed. */
int64_t line_deducted(const struct candidate *, size_t n);
/* Allocates that to the chosen invoices, beside the receipt that the line has become. */
void line_deduct(struct ledger *, const struct line *, const struct hints *, const struct candidate *, size_t n, enum evidence);

/* ---- money that comes back (line_return.c) ---- */

/* A debit takes an earlier credit back, in part or whole. What that had paid is open again, even where a person had said so: the money is gone. A person whose
 * match is undone so is told by an exception. */
enum err line_become_return(struct ledger *, struct line *, struct uuid of, enum evidence, struct why *) MUST_CHECK;
/* A credit takes a whole return back: the money is the earlier line's again, and pays what it had paid as far as that is open. */
enum err line_become_reversal(struct ledger *, struct line *, struct uuid back, struct why *) MUST_CHECK;
/* What the receipt's allocations had paid, as far as that is open; where all of it is paid again, with what was deducted and the differences that stood beside it.
 * What was deducted of it beside another payment stays unapplied: that is for its customer to say anew. */
enum err line_allocate_again(struct ledger *, const struct receipt *, struct why *) MUST_CHECK;
/* A person takes such a match back. */
enum err line_unmatch_return(struct ledger *, struct line *, struct why *) MUST_CHECK;
/* It came, it waits or was received, and something of it is left. */
bool line_can_be_returned(const struct line *);
/* How much of it the bank can take back: what is left of it and was not given back to the payer. */
int64_t line_can_be_taken(const struct ledger *, const struct line *);
/* The return stands, and what it took can go back to where it was. */
bool line_can_be_restored(const struct ledger *, const struct line *back);
/* Those that nothing explains, and those with too many explanations, are exceptions; others are not. */
void line_settle_exceptions(struct ledger *, const struct line *);
/* Notes the verdict and settles the line's exceptions. */
enum err line_conclude(struct ledger *, struct line *, enum line_as, enum verdict, int candidates, enum evidence, struct why *) MUST_CHECK;

#endif
