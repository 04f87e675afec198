#include "ledger.h"
#include "line.h"
#include "match/match.h"

/* A line that waits is one exception: of what type, and what a person could say of it. */

static const enum exception_kind kinds[] = { EXCEPTION_UNMATCHED_LINE, EXCEPTION_AMBIGUOUS_LINE, EXCEPTION_RETURN_UNKNOWN,
	EXCEPTION_CURRENCY };
enum { LINE_EXCEPTIONS = sizeof(kinds) / sizeof(kinds[0]) };

/* What the last look thought of it, where that look was this message's: the kept candidates in the arena. */
struct thoughts {
	const struct kept_candidate **at;
	size_t count;
};

static const struct kept_candidate *thought(const struct ledger *l, const struct line *line, size_t number)
{
	int64_t place = (int64_t)line->looks << 32 | (int64_t)number;
	return book_find(l->book, BOOK_CANDIDATES, book_key_part(l->book, l->merchant, line->id, place));
}

static struct thoughts thoughts_of(const struct ledger *l, const struct line *line)
{
	struct thoughts t = { 0 };
	size_t n = 0;
	while (thought(l, line, n + 1))
		n++;
	t.at = arena_array(l->arena, sizeof(*t.at), n + 1);
	for (; t.count < n; t.count++)
		t.at[t.count] = thought(l, line, t.count + 1);
	return t;
}

static enum exception_kind kind_of(const struct line *line, const struct thoughts *t)
{
	if (t->count && t->at[0]->rule == MATCH_OTHER_CURRENCY)
		return EXCEPTION_CURRENCY;
	if (line->verdict == VERDICT_AMBIGUOUS || line->verdict == VERDICT_UNIQUE)
		return EXCEPTION_AMBIGUOUS_LINE;
	return line_is_return(line) && !line->by_person ? EXCEPTION_RETURN_UNKNOWN : EXCEPTION_UNMATCHED_LINE;
}

static struct span currency_detail(const struct ledger *l, const struct line *line)
{
	const struct line_detail *d = book_find(l->book, BOOK_LINE_DETAILS, book_key_uuid(l->book, l->merchant, line->id));
	struct money original;
	if (!line_original(line, d, &original))
		return SPAN("what is named is owed in another currency");
	return span_of(arena_printf(
		l->arena, "what is named is owed in another currency; the payer instructed %s", money_text(l->arena, original)));
}

/* What the account's trust lets wait, or NULL. */
static const struct kept_candidate *distrusted(const struct thoughts *t)
{
	for (size_t i = 0; i < t->count; i++)
		if (loss_is_of_trust(t->at[i]->lost))
			return t->at[i];
	return NULL;
}

static struct span detail_of(const struct ledger *l, enum exception_kind kind, const struct line *line, const struct thoughts *t)
{
	const struct kept_candidate *kept = distrusted(t);
	if (kept)
		return span_of(loss_help(kept->lost));
	switch ((int)kind) {
	case EXCEPTION_AMBIGUOUS_LINE: return span_of(arena_printf(l->arena, "%d possible explanations", (int)line->candidates));
	case EXCEPTION_RETURN_UNKNOWN: return SPAN("no payment is found that it takes back");
	case EXCEPTION_CURRENCY: return currency_detail(l, line);
	}
	return SPAN("nothing of ours is named");
}

/* ---- what is suggested ---- */

/* How much speaks for it: a reference more than a number, that more than the payer, with the amount before without. */
static int weight_of(const struct candidate *c)
{
	uint64_t s = c->signs;
	int named = s & (SIGN_REFERENCE | SIGN_SAME_REF | SIGN_PAYOUT_REF) ? 3
		    : s & (SIGN_NUMBER | SIGN_PAYOUT_TEXT)                 ? 2
		    : s & SIGN_PAYER                                       ? 1
									   : 0;
	if ((s & SIGN_OTHER_CURRENCY) && !(s & SIGN_ORIGINAL))
		return 0;
	return 4 * named + 2 * ((s & (SIGN_AMOUNT | SIGN_ORIGINAL)) != 0) + !(s & SIGN_OTHER_PAYER);
}

/* The one for which more speaks than for any other; NULL when several are as good, or nothing names anything. */
static const struct kept_candidate *best_of(const struct thoughts *t)
{
	const struct kept_candidate *best = NULL;
	int most = 3, n = 0;
	for (size_t i = 0; i < t->count; i++) {
		int weight = weight_of(&t->at[i]->candidate);
		n = weight > most ? 1 : n + (weight == most);
		best = weight > most ? t->at[i] : best;
		most = weight > most ? weight : most;
	}
	return n == 1 ? best : NULL;
}

static enum suggestion suggestion_of(const struct candidate *c)
{
	switch (c->kind) {
	case CANDIDATE_PAYOUT: return SUGGEST_MATCH_PAYOUT;
	case CANDIDATE_LINE: return SUGGEST_TAKE_BACK;
	case CANDIDATE_INVOICE:
	case CANDIDATE_CREDIT:
	case CANDIDATE_KINDS: break;
	}
	return c->open > 0 ? SUGGEST_MATCH_INVOICE : SUGGEST_CREDIT_CUSTOMER;
}

static void suggest(struct ledger *l, enum exception_kind kind, const struct line *line, const struct thoughts *t)
{
	const struct kept_candidate *best = best_of(t);
	if (best)
		exception_suggest(
			l, kind, line->id, suggestion_of(&best->candidate), best->candidate.target, span_of(match_rule(best->rule)->word));
	else if (t->count)
		exception_suggest(l, kind, line->id, SUGGEST_CHOOSE, (struct uuid){ 0 }, span_of(match_rule(t->at[0]->rule)->word));
}

void line_settle_exceptions(struct ledger *l, const struct line *line)
{
	struct money amount = { line->amount.minor > 0 ? line_left(line) : -line_left(line), line->amount.currency };
	bool waits = line->state == LINE_WAITING;
	struct thoughts t = waits ? thoughts_of(l, line) : (struct thoughts){ 0 };
	enum exception_kind kind = waits ? kind_of(line, &t) : EXCEPTION_KINDS;
	for (int i = 0; i < LINE_EXCEPTIONS; i++)
		if (kinds[i] != kind)
			exception_close(l, kinds[i], line->id, l->by);
	if (!waits)
		return;
	exception_open(l, kind, line->id, account_stream(l->arena, line->account), amount, detail_of(l, kind, line, &t));
	suggest(l, kind, line, &t);
}
