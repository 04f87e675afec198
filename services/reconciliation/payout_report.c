#include "payout_report.h"

#include "ledger.h"

enum { GRACE_DAYS = 5 };

/* ---- words ---- */

static const struct {
	const char *word;
	bool has_account;
	enum chart account;
	const char *help;
} kinds[ITEM_KINDS] = {
	[ITEM_PAYMENT] = { "payment", false, CHART_CLEARING, "taken from a payer" },
	[ITEM_REFUND] = { "refund", false, CHART_CLEARING, "given back to a payer" },
	[ITEM_FEE] = { "fee", true, CHART_PROVIDER_FEES, "kept by the provider, of no one payment" },
	[ITEM_DISPUTE] = { "dispute", true, CHART_DISPUTED, "held while a payer disputes it" },
	[ITEM_DISPUTE_REVERSAL] = { "dispute_reversal", true, CHART_DISPUTED, "a dispute's money came back" },
	[ITEM_RESERVE_HELD] = { "reserve_held", true, CHART_RESERVE, "held back by the provider" },
	[ITEM_RESERVE_RELEASED] = { "reserve_released", true, CHART_RESERVE, "no longer held back" },
	[ITEM_ADJUSTMENT] = { "adjustment", false, CHART_CLEARING, "the provider's correction; a person says of what" },
	[ITEM_CONVERSION] = { "conversion", true, CHART_FX, "one leg of an exchange of currencies" },
	[ITEM_TRANSFER] = { "transfer", false, CHART_CLEARING, "between accounts at the provider" },
	[ITEM_PAYOUT] = { "payout", false, CHART_CLEARING, "the payout itself: its total, no item of it" },
	[ITEM_OTHER] = { "other", false, CHART_CLEARING, "a word of the provider's that the profile does not know" },
};

const char *item_kind_word(enum item_kind kind)
{
	return kinds[kind].word;
}

const char *item_kind_help(enum item_kind kind)
{
	return kinds[kind].help;
}

bool item_kind_account(enum item_kind kind, enum chart *account)
{
	*account = kinds[kind].account;
	return kinds[kind].has_account;
}

enum item_kind item_kind_of(struct span word, int64_t gross)
{
	if (span_is(word, "dispute"))
		return gross > 0 ? ITEM_DISPUTE_REVERSAL : ITEM_DISPUTE;
	if (span_is(word, "reserve"))
		return gross > 0 ? ITEM_RESERVE_RELEASED : ITEM_RESERVE_HELD;
	for (int i = 0; i < ITEM_KINDS; i++)
		if (span_is(word, kinds[i].word))
			return (enum item_kind)i;
	return ITEM_OTHER;
}

static const struct {
	const char *word, *help;
} states[REPORT_STATES] = {
	[REPORT_WAITING] = { "waiting", "payments have not told the whole payout" },
	[REPORT_AGREES] = { "agrees", "it says to the cent what payments told, or explains what they did not" },
	[REPORT_DIFFERS] = { "differs", "nothing of it is posted; each kind of difference is an exception" },
};

const char *report_state_word(enum report_state state)
{
	return states[state].word;
}

const char *report_state_help(enum report_state state)
{
	return states[state].help;
}

static const struct {
	const char *word;
	enum exception_kind exception;
	const char *help;
} discrepancies[DISCREPANCIES] = {
	[DIFFER_ITEM] = { "item_unknown", EXCEPTION_REPORT_ITEM_UNKNOWN, "an item of the report is no line that payments told" },
	[DIFFER_LINE] = { "line_unreported", EXCEPTION_PAYMENT_UNREPORTED, "a line that payments told is no item of the report" },
	[DIFFER_GROSS] = { "gross", EXCEPTION_REPORT_DIFFERS, "an item's gross is not its line's" },
	[DIFFER_FEE] = { "fee", EXCEPTION_REPORT_DIFFERS, "an item's fee is not its line's" },
	[DIFFER_CHARGED] = { "charged", EXCEPTION_REPORT_DIFFERS, "what the payer was charged is not what the payment is of" },
	[DIFFER_NET] = { "net", EXCEPTION_REPORT_DIFFERS, "the items do not make the payout" },
	[DIFFER_TOTAL] = { "total", EXCEPTION_REPORT_DIFFERS, "the items do not make the total that the report says itself" },
	[DIFFER_TWICE] = { "told_twice", EXCEPTION_REPORT_DIFFERS, "a later report tells an item with other amounts" },
	[DIFFER_REPORT] = { "other_report", EXCEPTION_REPORT_DIFFERS, "another report is of the same payout" },
};

const char *discrepancy_word(enum discrepancy d)
{
	return discrepancies[d].word;
}

const char *discrepancy_help(enum discrepancy d)
{
	return discrepancies[d].help;
}

enum exception_kind discrepancy_exception(enum discrepancy d)
{
	return discrepancies[d].exception;
}

/* ---- comparison ---- */

static void add(struct differing *d, int32_t count, int64_t minor, struct span example)
{
	if (!d->count)
		d->example = example;
	d->count += count;
	d->minor += minor;
}

/* Payments and refunds are theirs to tell, unless they said that they tell the sum alone. */
static bool is_explained(const struct report_sum *s, const struct payout *p)
{
	enum chart account;
	if (s->told || s->kind == ITEM_PAYOUT || item_kind_account(s->kind, &account))
		return true;
	return (s->kind == ITEM_PAYMENT || s->kind == ITEM_REFUND) && !p->line_count;
}

/* Some providers tell fees for the whole payout alone: what lines say of them has that sum. */
static struct differing fees_of(const struct payout_report *r, const struct report_sum *const *sums, size_t n)
{
	int64_t of_payout = 0;
	for (size_t i = 0; i < n; i++)
		of_payout += sums[i]->kind == ITEM_PAYOUT ? sums[i]->fee : 0;
	bool is_told = of_payout && r->of_fee.minor == -of_payout;
	return is_told ? (struct differing){ 0 } : r->of_fee;
}

static bool is_complete(const struct payout *p)
{
	return p && p->paid && p->lines_seen >= p->line_count;
}

struct comparison payout_report_compare(
	const struct payout_report *r, const struct payout *p, const struct report_sum *const *sums, size_t n)
{
	struct comparison c = { .state = REPORT_WAITING };
	int64_t net = r->gross - r->fees;
	if (!is_complete(p))
		return c;
	for (size_t i = 0; i < n; i++)
		if (!is_explained(sums[i], p))
			add(&c.of[DIFFER_ITEM], sums[i]->count, sums[i]->gross - sums[i]->fee, sums[i]->example);
	if (p->lines_seen != r->lines_named)
		add(&c.of[DIFFER_LINE], p->lines_seen - r->lines_named, p->gross_seen - p->fees_seen - r->lines_named_net, r->unnamed_ref);
	c.of[DIFFER_GROSS] = r->of_gross;
	c.of[DIFFER_FEE] = fees_of(r, sums, n);
	c.of[DIFFER_CHARGED] = r->of_charged;
	if (net != p->amount)
		add(&c.of[DIFFER_NET], 1, net - p->amount, r->payout_ref);
	if (r->has_total && r->total != (net < 0 ? -net : net))
		add(&c.of[DIFFER_TOTAL], 1, net - r->total, r->payout_ref);
	add(&c.of[DIFFER_TWICE], r->conflicts, 0, r->payout_ref);
	if (!uuid_is_zero(p->report) && !uuid_equal(p->report, r->id))
		add(&c.of[DIFFER_REPORT], 1, 0, r->payout_ref);
	c.state = REPORT_AGREES;
	for (int i = 0; i < DISCREPANCIES; i++)
		if (c.of[i].count)
			c.state = REPORT_DIFFERS;
	return c;
}

/* ---- what the report alone knows ---- */

static const struct payout *find_payout(const struct ledger *l, struct uuid id)
{
	return book_find(l->book, BOOK_PAYOUTS, book_key_uuid(l->book, l->merchant, id));
}

static struct payout *edit_payout(struct ledger *l, struct uuid id)
{
	return book_edit(l->book, BOOK_PAYOUTS, book_key_uuid(l->book, l->merchant, id));
}

struct posting {
	struct ledger *l;
	const struct payout_report *report;
	struct span clearing, transit, fees, provider_account;
	int32_t count;
};

static void keep(struct posting *b, const struct report_sum *s, struct span account, struct money gross, int64_t fee, int64_t clearing)
{
	struct ledger *l = b->l;
	int32_t number = ++b->count;
	struct report_posting *kept = book_add(l->book, BOOK_REPORT_POSTINGS, book_key_part(l->book, l->merchant, b->report->id, number));
	*kept = (struct report_posting){ l->merchant, b->report->id, number, s->kind, s->told, account, gross.currency, gross.minor, fee,
		clearing };
}

/* An item that payments did not tell goes the way of their lines: out of clearing. */
static void post_line(struct posting *b, const struct report_sum *s)
{
	struct money gross = { s->gross, b->report->currency }, fee = { s->fee, b->report->currency };
	if (s->told || s->kind == ITEM_PAYOUT)
		return;
	ledger_post(b->l, b->transit, b->clearing, gross);
	ledger_post(b->l, b->fees, b->transit, fee);
	keep(b, s, b->transit, gross, s->fee, -s->gross);
}

/* Fees that stand on the payout's own row alone. */
static void post_total_fee(struct posting *b, const struct report_sum *s)
{
	if (s->kind != ITEM_PAYOUT || !s->fee)
		return;
	ledger_post(b->l, b->fees, b->transit, (struct money){ s->fee, b->report->currency });
	keep(b, s, b->fees, (struct money){ 0, b->report->currency }, s->fee, 0);
}

/* What came out of clearing and was never in it: a fee, a dispute, a reserve, an exchange. */
static void post_kind(struct posting *b, const struct report_sum *s)
{
	struct money gross = { s->gross, b->report->currency };
	enum chart chart;
	if (!item_kind_account(s->kind, &chart) || !s->gross)
		return;
	struct span account = chart_account(b->l->arena, chart, chart_row(chart)->per ? b->provider_account : SPAN(""));
	ledger_post(b->l, b->clearing, account, gross);
	keep(b, s, account, gross, 0, s->gross);
}

/* The payer was charged in another currency than is paid out: clearing holds the one and lost the other. */
static void post_exchange(struct posting *b, const struct report_sum *s)
{
	struct money paid = { s->gross, b->report->currency }, charged = { s->charged, s->charged_currency };
	struct span fx = chart_account(b->l->arena, CHART_FX, SPAN(""));
	if (!s->charged_currency.code[0] || (s->kind != ITEM_PAYMENT && s->kind != ITEM_REFUND))
		return;
	ledger_post(b->l, b->clearing, fx, paid);
	keep(b, s, fx, paid, 0, paid.minor);
	ledger_post(b->l, fx, b->clearing, charged);
	keep(b, s, fx, charged, 0, -charged.minor);
}

static void post(struct ledger *l, struct payout_report *r, const struct payout *p, const struct report_sum *const *sums, size_t n)
{
	struct posting b = { l, r, chart_account(l->arena, CHART_CLEARING, p->provider_account),
		chart_account(l->arena, CHART_IN_TRANSIT, p->provider_account),
		chart_account(l->arena, CHART_PROVIDER_FEES, p->provider_account), p->provider_account, 0 };
	bool is_told = p->gross_seen - p->fees_seen == p->amount; /* the payout's own row has no fee that the lines have not */
	l->cause = CAUSE_PAYOUT_REPORT;
	l->cause_id = r->id;
	l->day = p->arrival;
	for (size_t i = 0; i < n; i++) {
		post_line(&b, sums[i]);
		if (!is_told)
			post_total_fee(&b, sums[i]);
		post_kind(&b, sums[i]);
		post_exchange(&b, sums[i]);
	}
	r->posted = true;
	if (!p->line_count)
		edit_payout(l, p->id)->by_report = true;
	exception_close(l, EXCEPTION_PAYOUT_MISMATCH, p->id, l->by);
}

/* ---- exceptions ---- */

static struct span print(
	struct ledger *l, const struct payout_report *r, const struct comparison *c, enum exception_kind only, int64_t *minor)
{
	struct text t;
	const char *between = "";
	text_init(&t, l->arena);
	*minor = 0;
	for (int i = 0; i < DISCREPANCIES; i++) {
		const struct differing *d = &c->of[i];
		if (!d->count || (only && discrepancies[i].exception != only))
			continue;
		text_printf(&t, "%s%s %d, %s, %.*s", between, discrepancies[i].word, (int)d->count,
			money_digits(l->arena, (struct money){ d->minor, r->currency }), SPAN_ARG(d->example));
		*minor = *minor ? *minor : d->minor;
		between = "; ";
	}
	return text_done(&t);
}

static struct span words_of(struct arena *arena, const struct comparison *c)
{
	struct text t;
	const char *between = "";
	text_init(&t, arena);
	for (int i = 0; i < DISCREPANCIES; i++)
		if (c->of[i].count) {
			text_printf(&t, "%s%s", between, discrepancies[i].word);
			between = " ";
		}
	return text_done(&t);
}

static void tell_one(
	struct ledger *l, const struct payout_report *r, struct span stream, const struct comparison *c, enum exception_kind kind)
{
	int64_t minor;
	struct span text = print(l, r, c, kind, &minor);
	if (text.size)
		exception_open(l, kind, r->id, stream, (struct money){ minor, r->currency },
			span_of(arena_printf(l->arena, "%.*s, expected %s: %.*s", SPAN_ARG(r->payout_ref), date_text(l->arena, r->expected),
				SPAN_ARG(text))));
	else
		exception_close(l, kind, r->id, l->by);
}

static void tell_late(struct ledger *l, struct payout_report *r, struct span stream)
{
	/* In UTC, as what is due is found. */
	if (r->late || l->now.us / US_PER_DAY <= r->expected.day + GRACE_DAYS)
		return;
	r->late = true;
	exception_open(l, EXCEPTION_REPORT_PAYOUT_UNKNOWN, r->id, stream, (struct money){ r->gross - r->fees, r->currency },
		span_of(arena_printf(l->arena, "%.*s was to arrive on %s", SPAN_ARG(r->payout_ref), date_text(l->arena, r->expected))));
}

/* ---- the look ---- */

static size_t sums_of(struct ledger *l, const struct payout_report *r, const struct report_sum ***out)
{
	size_t n = 0, room = 0;
	const struct report_sum *s;
	for (size_t i = 0; book_next(l->book, BOOK_REPORT_SUMS, &i);)
		room++;
	*out = ARENA_ARRAY(l->arena, const struct report_sum *, room + 1);
	for (size_t i = 0; (s = book_next(l->book, BOOK_REPORT_SUMS, &i));)
		if (uuid_equal(s->report, r->id) && span_equal(s->merchant, l->merchant))
			(*out)[n++] = s;
	return n;
}

static void conclude(struct ledger *l, struct payout_report *r, const struct payout *p)
{
	static const enum exception_kind told[] = { EXCEPTION_REPORT_ITEM_UNKNOWN, EXCEPTION_PAYMENT_UNREPORTED, EXCEPTION_REPORT_DIFFERS };
	const struct report_sum **sums;
	size_t n = sums_of(l, r, &sums);
	struct comparison c = payout_report_compare(r, p, sums, n);
	int64_t minor;
	struct span detail = print(l, r, &c, 0, &minor);
	bool is_news = !span_equal(detail, r->detail);
	exception_close(l, EXCEPTION_REPORT_PAYOUT_UNKNOWN, r->id, l->by);
	if (uuid_is_zero(p->report))
		edit_payout(l, p->id)->report = r->id;
	exception_close(l, EXCEPTION_REPORT_MISSING, p->id, l->by);
	r->payout = p->id;
	r->state = c.state;
	r->differences = words_of(l->arena, &c);
	r->detail = detail;
	r->rests = c.state == REPORT_AGREES;
	for (size_t i = 0; is_news && i < sizeof(told) / sizeof(told[0]); i++)
		tell_one(l, r, payout_stream(l->arena, p->provider_account), &c, told[i]);
	if (c.state == REPORT_AGREES && !r->posted)
		post(l, r, p, sums, n);
}

void payout_report_look(struct ledger *l, struct uuid id)
{
	struct payout_report *r = book_edit(l->book, BOOK_REPORTS, book_key_uuid(l->book, l->merchant, id));
	const struct payout *p = find_payout(l, r->found);
	r->looks++;
	/* What came since its items were paired is looked at when they are again. */
	if (r->paired != r->version || !span_equal(r->paired_facts, r->found_facts) || (!p && !uuid_is_zero(r->found)))
		return;
	r->compared = r->version;
	r->facts = r->found_facts;
	if (p)
		conclude(l, r, p);
	else
		tell_late(l, r, payout_stream(l->arena, r->identifier));
}

void payout_report_miss(struct ledger *l, struct uuid id)
{
	const struct payout *p = find_payout(l, id);
	if (!p || !p->paid || p->unreported || !uuid_is_zero(p->report))
		return;
	edit_payout(l, id)->unreported = true;
	exception_open(l, EXCEPTION_REPORT_MISSING, id, payout_stream(l->arena, p->provider_account),
		(struct money){ p->amount, p->currency },
		span_of(arena_printf(l->arena, "%.*s was to arrive on %s", SPAN_ARG(p->provider_ref), date_text(l->arena, p->arrival))));
}
