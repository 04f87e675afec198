#include "line.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "ledger.h"
#include "match/match.h"
#include "undo.h"

static const struct line_rule state_rules[] = {
	{ LINE_STAGED, LINE_ACCEPT, LINE_WAITING, "its statement was accepted: cash is posted, nobody knows yet what it is" },
	{ LINE_STAGED, LINE_PASS_OVER, LINE_KNOWN, "an earlier statement brought it already" },
	{ LINE_WAITING, LINE_MATCH, LINE_MATCHED, "the matcher or a person knows what it is" },
	{ LINE_WAITING, LINE_RETURN, LINE_RETURNED, "the bank took all of it back before anybody knew what it was" },
	{ LINE_MATCHED, LINE_UNMATCH, LINE_WAITING, "a person took the match back" },
	{ LINE_MATCHED, LINE_RETURN, LINE_RETURNED,
		"the bank took all of it back; what it had paid is owed again, what it had taken is paid again" },
	{ LINE_RETURNED, LINE_RESTORE_MATCHED, LINE_MATCHED,
		"the return was another line's: the money is its customer's again, unapplied" },
	{ LINE_RETURNED, LINE_RESTORE_WAITING, LINE_WAITING, "the return was another line's: the money waits again" },
	{ LINE_STAGED, LINE_UNDO, LINE_UNDONE, "its statement was undone before it was posted" },
	{ LINE_WAITING, LINE_UNDO, LINE_UNDONE, "its statement was undone: what was posted for it was taken back" },
};
static const char *const state_words[LINE_STATES] = { "staged", "known", "waiting", "matched", "returned", "undone" };
static const char *const act_words[LINE_ACTS] = { "accept", "pass_over", "match", "unmatch", "return", "restore_matched", "restore_waiting",
	"undo" };
static const char *const as_words[LINE_AS_KINDS] = { "nothing", "receipts", "payout", "return", "refund", "booked", "exchanged" };
static const char *const verdict_words[] = { "not_yet", "unique", "ambiguous", "none" };

const struct line_rule *line_rules(size_t *n)
{
	*n = sizeof(state_rules) / sizeof(state_rules[0]);
	return state_rules;
}

const char *line_state_word(enum line_state state)
{
	return state_words[state];
}

const char *line_act_word(enum line_act act)
{
	return act_words[act];
}

const char *line_as_word(enum line_as as)
{
	return as_words[as];
}

bool line_as_has_receipts(enum line_as as)
{
	return as == LINE_AS_RECEIPTS || as == LINE_AS_EXCHANGED;
}

const char *verdict_word(enum verdict verdict)
{
	return verdict_words[verdict];
}

enum err line_act(struct line *line, enum line_act act, struct why *why)
{
	for (size_t i = 0; i < sizeof(state_rules) / sizeof(state_rules[0]); i++)
		if (state_rules[i].from == line->state && state_rules[i].act == act) {
			line->state = state_rules[i].to;
			return OK;
		}
	return why_set(why, ERR_CONFLICT, "line_state", "the line is %s", state_words[line->state]);
}

/* ---- identity ---- */

/* Without blanks, which banks add and drop where they cut, and without letters beyond ASCII, which the same bank writes in one set today and another tomorrow. */
static void add_squeezed(struct text *t, struct span text)
{
	for (size_t i = 0; i < text.size; i++)
		if (!isspace((unsigned char)text.at[i]) && (unsigned char)text.at[i] < 0x80)
			text_char(t, text.at[i]);
}

struct digest line_key(struct span account, const struct reading_line *line)
{
	struct arena *arena = arena_open();
	char booking[DATE_TEXT + 1], value[DATE_TEXT + 1], amount[64];
	struct text references, texts;
	text_init(&references, arena);
	text_init(&texts, arena);
	for (int i = 0; i < line->reference_count; i++) {
		add_squeezed(&references, line->references[i]);
		text_char(&references, '\n');
	}
	/* One run of characters, however many pieces the bank cut it into. */
	for (int i = 0; i < line->text_count; i++)
		add_squeezed(&texts, line->texts[i]);
	date_print(line->booking, booking);
	date_print(line->value, value);
	snprintf(amount, sizeof(amount), "%lld %s%s", (long long)line->amount.minor, line->amount.currency.code, line->rest ? " rest" : "");
	const struct span parts[] = { account, span_of(booking), span_of(value), span_of(amount), line->end_to_end, line->bank_ref,
		line->transaction_ref, text_done(&references), text_done(&texts), line->party_iban };
	struct digest key = digest_list(parts, sizeof(parts) / sizeof(parts[0]));
	arena_close(arena);
	return key;
}

/* Families of ISO 20022's external bank transaction codes whose money comes back: rejected, returned, reversed, refunded. */
bool line_is_return(const struct line *line)
{
	static const char *const sub_families[] = { "RRTN", "UPDD", "RDDT", "PRDD", "RPCR", "RRCT", "ARET", "UPCT", "UPCQ" };
	struct span tail = line->code.size > 4 ? span_from(line->code, line->code.size - 4) : SPAN("");
	if (line->return_reason.size || line->reversal)
		return true;
	for (size_t i = 0; i < sizeof(sub_families) / sizeof(sub_families[0]); i++)
		if (span_is(tail, sub_families[i]))
			return true;
	return false;
}

int64_t line_left(const struct line *line)
{
	return llabs(line->amount.minor) - line->returned;
}

struct span line_holding(struct arena *arena, const struct line *line)
{
	return chart_account(arena, line->amount.minor > 0 ? CHART_UNIDENTIFIED_RECEIPTS : CHART_UNIDENTIFIED_PAYMENTS, SPAN(""));
}

struct line *line_edit(struct ledger *l, struct uuid id)
{
	return book_edit(l->book, BOOK_LINES, book_key_uuid(l->book, l->merchant, id));
}

static int64_t charge_of(struct span told, struct currency currency)
{
	struct span code, digits, rest;
	struct money money;
	struct why why;
	span_cut(told, ' ', &code, &rest);
	span_cut(rest, ' ', &digits, &rest);
	return span_is(code, currency.code) && money_parse(digits, currency, &money, &why) == OK ? money.minor : 0;
}

int64_t line_charges(const struct line *line, const struct line_detail *detail)
{
	struct currency currency = line->amount.currency;
	int64_t sum = 0, more;
	struct span rest = detail ? detail->charges : SPAN(""), told;
	while (rest.size) {
		span_cut(rest, '\n', &told, &rest);
		int64_t minor = charge_of(told, currency);
		sum += minor > 0 && sum < MONEY_LIMIT ? minor : 0;
	}
	if (sum || !detail || !span_is(detail->original_currency, currency.code))
		return sum;
	more = detail->original - line->amount.minor;
	return more > 0 ? more : 0;
}

enum err line_accept(struct ledger *l, struct uuid id, struct why *why)
{
	const struct line *old = book_line(l->book, l->merchant, id);
	if (!old)
		return why_set(why, ERR_NOT_FOUND, "line_unknown", "there is no such line");
	if (old->state != LINE_STAGED || statement_is_undone(l, old->statement))
		return OK;
	struct line *line = line_edit(l, id);
	TRY(line_act(line, LINE_ACCEPT, why));
	l->cause = CAUSE_LINE;
	l->cause_id = id;
	l->day = line->booking;
	l->customer = SPAN("");
	ledger_post(l, chart_account(l->arena, CHART_CASH, span_of(uuid_text(l->arena, line->account))),
		chart_account(l->arena, line->amount.minor > 0 ? CHART_UNIDENTIFIED_RECEIPTS : CHART_UNIDENTIFIED_PAYMENTS, SPAN("")),
		line->amount);
	ledger_line(l, line, LINE_TOLD_ACCEPTED);
	l->counts = line->statement;
	TRY(line_look(l, line, why));
	statement_line_posted(l, line->statement, ledger_new_receipts(l));
	return OK;
}

enum err line_try(struct ledger *l, struct uuid id, struct why *why)
{
	const struct line *old = book_line(l->book, l->merchant, id);
	if (!old)
		return why_set(why, ERR_NOT_FOUND, "line_unknown", "there is no such line");
	if (old->state != LINE_WAITING || old->by_person || statement_is_undone(l, old->statement))
		return OK;
	l->day = old->booking;
	return line_look(l, line_edit(l, id), why);
}
