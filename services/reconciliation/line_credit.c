#include "ledger.h"
#include "line.h"
#include "match/match.h"

/* Credit notes that a line names beside what it pays: what its payer may deduct of each, and the deducting. A credit note is worth what is unapplied of the
 * receipts that had paid what it credits, and no more than itself. */

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* What nobody else has a claim to: no invoice that is to come, no payer to whom it goes back. */
static int64_t free_of(const struct ledger *l, struct uuid id)
{
	const struct receipt *r = book_receipt(l->book, l->merchant, id);
	return r && !r->refund_requested && !receipt_wanted(l, id) ? r->unapplied : 0;
}

/* What the hint's note takes of its receipt, behind those before it: of that note, or of that receipt. */
static int64_t take_of(const struct ledger *l, const struct credit_hint *hints, const int64_t *taken, size_t at)
{
	int64_t of_note = hints[at].gross.minor, of_receipt = free_of(l, hints[at].receipt);
	for (size_t i = 0; i < at; i++) {
		of_note -= uuid_equal(hints[i].note, hints[at].note) ? taken[i] : 0;
		of_receipt -= uuid_equal(hints[i].receipt, hints[at].receipt) ? taken[i] : 0;
	}
	return least(of_note, of_receipt);
}

static int64_t *take(const struct ledger *l, const struct hints *h)
{
	int64_t *taken = ARENA_ARRAY(l->arena, int64_t, h->credit_count + 1);
	for (size_t i = 0; i < h->credit_count; i++)
		taken[i] = take_of(l, h->credits, taken, i);
	return taken;
}

static struct candidate *candidate_of(struct candidate *all, size_t *count, const struct credit_hint *hint)
{
	for (size_t i = 0; i < *count; i++)
		if (all[i].kind == CANDIDATE_CREDIT && uuid_equal(all[i].target, hint->note))
			return &all[i];
	struct candidate *c = &all[(*count)++];
	*c = (struct candidate){
		.kind = CANDIDATE_CREDIT, .target = hint->note, .customer = hint->customer, .label = hint->token, .signs = SIGN_CREDIT_NOTE
	};
	return c;
}

void line_add_credits(const struct ledger *l, const struct line *line, const struct hints *h, struct candidate *all, size_t *count)
{
	const int64_t *taken = take(l, h);
	for (size_t i = 0; i < h->credit_count; i++)
		if (taken[i] > 0 && currency_equal(h->credits[i].gross.currency, line->amount.currency))
			candidate_of(all, count, &h->credits[i])->open += taken[i];
}

static bool is_chosen(const struct candidate *all, size_t n, struct uuid note)
{
	for (size_t i = 0; i < n; i++)
		if (all[i].chosen && all[i].kind == CANDIDATE_CREDIT && uuid_equal(all[i].target, note))
			return true;
	return false;
}

int64_t line_deducted(const struct candidate *all, size_t n)
{
	int64_t minor = 0;
	for (size_t i = 0; i < n; i++)
		minor -= all[i].chosen && all[i].kind == CANDIDATE_CREDIT ? all[i].minor : 0;
	return minor;
}

/* The receipt that the line has just become. */
static struct uuid receipt_of(const struct ledger *l, const struct line *line)
{
	for (size_t i = 0; i < l->receipt_count; i++)
		if (l->receipts[i].is_new && uuid_equal(l->receipts[i].receipt->source, line->id))
			return l->receipts[i].receipt->id;
	bug("a line deducts and is no receipt");
}

void line_deduct(
	struct ledger *l, const struct line *line, const struct hints *h, const struct candidate *all, size_t n, enum evidence evidence)
{
	struct payable *payables = ARENA_ARRAY(l->arena, struct payable, n + 1);
	const int64_t *taken = take(l, h);
	size_t count = 0;
	if (!line_deducted(all, n))
		return;
	for (size_t i = 0; i < n; i++)
		if (all[i].chosen && all[i].kind == CANDIDATE_INVOICE)
			payables[count++] = (struct payable){ all[i].target, 0, all[i].open };
	for (size_t i = 0; i < h->credit_count; i++)
		if (taken[i] > 0 && is_chosen(all, n, h->credits[i].note))
			receipt_deduct(l, h->credits[i].receipt, receipt_of(l, line), payables, count, taken[i], evidence);
}
