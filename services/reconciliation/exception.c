#include "exception.h"

#include "ledger.h"

static const struct {
	const char *word;
	bool by_hand;
	enum suggestion suggestion;
	const char *help;
} rows[EXCEPTION_KINDS] = {
	[EXCEPTION_UNMATCHED_LINE] = { "unmatched_line", false, SUGGEST_CHOOSE,
		"a bank line that nothing explains; ends when it is matched" },
	[EXCEPTION_AMBIGUOUS_LINE] = { "ambiguous_line", false, SUGGEST_CHOOSE,
		"a bank line with more than one explanation, or a weak one; ends when it is matched" },
	[EXCEPTION_STATEMENT_GAP] = { "statement_gap", false, SUGGEST_IMPORT,
		"a statement does not begin where the one before it ends; ends when the missing one comes" },
	[EXCEPTION_STATEMENT_QUARANTINED] = { "statement_quarantined", false, SUGGEST_IMPORT,
		"a statement breaks a rule, nothing of it is posted; ends when it is accepted or replaced" },
	[EXCEPTION_OVERPAYMENT] = { "overpayment", false, SUGGEST_REFUND,
		"a customer paid more than was owed; ends when the money is allocated or given back" },
	[EXCEPTION_PAYOUT_MISMATCH] = { "payout_mismatch", true, SUGGEST_ASK, "a payout's lines do not make its sums" },
	[EXCEPTION_PAYOUT_MISSING] = { "payout_missing", false, SUGGEST_ASK,
		"a payout did not arrive at the bank in time; ends when it does" },
	[EXCEPTION_REFERENCE_MISSING] = { "reference_missing", false, SUGGEST_ASK,
		"a payment is for an invoice that has not come; ends when it does" },
	[EXCEPTION_REFUND_UNEXPLAINED] = { "refund_unexplained", true, SUGGEST_ASK, "the provider gave back more than it took" },
	[EXCEPTION_RETURN] = { "return", true, SUGGEST_NOTHING,
		"the bank took money back that a person had matched; what it had paid is owed again" },
	[EXCEPTION_RETURN_UNKNOWN] = { "return_unknown", false, SUGGEST_CHOOSE,
		"the bank takes money back and no payment is found that it was; ends when it is matched" },
	[EXCEPTION_CURRENCY] = { "currency", false, SUGGEST_CHOOSE,
		"a bank line names what is owed in another currency; ends when it is matched" },
	[EXCEPTION_DUPLICATE] = { "duplicate_suspect", false, SUGGEST_REFUND,
		"a payment names what is paid already; ends when the money is allocated or given back" },
	[EXCEPTION_WRITE_OFF_WAITS] = { "write_off_waits", true, SUGGEST_WRITE_OFF,
		"a write-off above the merchant's limit; ends when a second person agrees, or with the word that it is not done" },
	[EXCEPTION_LINE_VANISHED] = { "line_vanished", true, SUGGEST_ASK,
		"a statement was delivered again without lines that it had; they stay in the books" },
	[EXCEPTION_SEQUENCE] = { "statement_sequence", true, SUGGEST_IMPORT,
		"a statement's number does not follow the one before it, though the balances meet" },
	[EXCEPTION_DISCOUNT_DISPUTED] = { "discount_disputed", true, SUGGEST_GRANT_DISCOUNT,
		"a payer took a discount too late, or more than is due: it is granted or claimed; ends when it is paid, too" },
	[EXCEPTION_REPORT_PAYOUT_UNKNOWN] = { "report_payout_unknown", true, SUGGEST_ASK,
		"a provider's report is of a payout that payments have not told in time; ends when they do" },
	[EXCEPTION_REPORT_MISSING] = { "report_missing", true, SUGGEST_IMPORT,
		"no report of the provider tells a payout in time, though its others come; ends when one does" },
	[EXCEPTION_PAYMENT_UNREPORTED] = { "payment_unreported", true, SUGGEST_ASK,
		"a payout's report names not all that payments told of it; ends when a report does" },
	[EXCEPTION_REPORT_ITEM_UNKNOWN] = { "report_item_unknown", true, SUGGEST_ASK,
		"a payout's report has items that payments did not tell; ends when they do" },
	[EXCEPTION_REPORT_DIFFERS] = { "report_differs", true, SUGGEST_ASK,
		"amounts or fees of a payout's report are others than payments told; ends when they agree" },
	[EXCEPTION_PAYMENT_NOT_PAID_OUT] = { "payment_not_paid_out", true, SUGGEST_ASK,
		"a provider took a payment and no payout names it in time; ends when one does, or the payer has it back" },
	[EXCEPTION_AGED_UNAPPLIED] = { "aged_unapplied", false, SUGGEST_REFUND,
		"money of a customer stands against nothing for a month; ends when it is allocated or given back" },
};

static const struct {
	const char *word;
	bool accepted;
	const char *help;
} suggestions[SUGGESTIONS] = {
	[SUGGEST_NOTHING] = { "nothing", false, "to know of it is enough" },
	[SUGGEST_MATCH_INVOICE] = { "match_invoice", true,
		"the line pays the invoice that is named; what is over is its customer's, or kept by policy" },
	[SUGGEST_MATCH_PAYOUT] = { "match_payout", true, "the line is the payout that is named" },
	[SUGGEST_TAKE_BACK] = { "take_back", true, "the line takes back the earlier line that is named" },
	[SUGGEST_CREDIT_CUSTOMER] = { "credit_customer", true, "the line is unapplied cash of the customer whose invoice is named" },
	[SUGGEST_ACCEPT_STATEMENT] = { "accept_statement", true, "the statement is accepted, what it leaves unexplained is a gap" },
	[SUGGEST_WRITE_OFF] = { "write_off", true, "a second person agrees, and it is written off" },
	[SUGGEST_CHOOSE] = { "choose", false, "somebody says what it is" },
	[SUGGEST_REFUND] = { "refund", true, "the money goes back to its payer: that is requested" },
	[SUGGEST_IMPORT] = { "import", false, "the missing or the corrected file is imported" },
	[SUGGEST_GRANT_DISCOUNT] = { "grant_discount", true, "the discount is granted all the same; who claims it closes the exception" },
	[SUGGEST_ASK] = { "ask", false, "whoever sent it is asked" },
};

const char *suggestion_word(enum suggestion s)
{
	return suggestions[s].word;
}

const char *suggestion_help(enum suggestion s)
{
	return suggestions[s].help;
}

enum suggestion suggestion_find(struct span word)
{
	int i = 0;
	while (i < SUGGESTIONS && !span_is(word, suggestions[i].word))
		i++;
	return (enum suggestion)i;
}

bool suggestion_is_accepted(enum suggestion s)
{
	return suggestions[s].accepted;
}

const char *exception_word(enum exception_kind kind)
{
	return rows[kind].word;
}

const char *exception_help(enum exception_kind kind)
{
	return rows[kind].help;
}

enum exception_kind exception_find(struct span word)
{
	int i = 1;
	while (i < EXCEPTION_KINDS && !span_is(word, rows[i].word))
		i++;
	return (enum exception_kind)i;
}

bool exception_is_closed_by_hand(enum exception_kind kind)
{
	return rows[kind].by_hand;
}

enum suggestion exception_suggestion(enum exception_kind kind)
{
	return rows[kind].suggestion;
}

static struct span key_of(const struct ledger *l, enum exception_kind kind, struct uuid subject)
{
	return book_key_part(l->book, l->merchant, subject, (int64_t)kind);
}

void exception_note(struct ledger *l, struct exception *e, const char *act, struct span detail)
{
	int32_t number = ++e->steps;
	struct exception_step *step = book_add(l->book, BOOK_EXCEPTION_STEPS, book_key_part(l->book, l->merchant, e->id, number));
	*step = (struct exception_step){ l->merchant, e->id, number, l->now, l->person, span_of(act), detail };
}

/* What is open anew is nobody's wish any more, but still its owner's work. */
static void begin(struct ledger *l, struct exception *e)
{
	e->opened = l->now;
	e->open = true;
	e->parked = false;
	e->suggestion = rows[e->kind].suggestion;
	e->suggested = (struct uuid){ 0 };
	e->rule = SPAN("");
}

void exception_open(
	struct ledger *l, enum exception_kind kind, struct uuid subject, struct span stream, struct money amount, struct span detail)
{
	struct span key = key_of(l, kind, subject);
	const struct exception *old = book_find(l->book, BOOK_EXCEPTIONS, key);
	bool has_amount = amount.currency.code[0] != 0;
	if (old && old->open && old->has_amount == has_amount && (!has_amount || money_equal(old->amount, amount)) &&
		span_equal(old->detail, detail))
		return;
	struct exception *e = old ? book_edit(l->book, BOOK_EXCEPTIONS, key) : book_add(l->book, BOOK_EXCEPTIONS, key);
	if (!old)
		*e = (struct exception){
			.merchant = l->merchant, .stream = stream, .id = say_id(l->say), .kind = kind, .subject = subject
		};
	bool was_open = e->open;
	if (!was_open)
		begin(l, e);
	e->has_amount = has_amount;
	e->amount = amount;
	e->detail = detail;
	e->closed_by = SPAN("");
	exception_note(l, e, was_open ? "changed" : "opened", detail);
	ledger_exception(l, e);
}

void exception_suggest(struct ledger *l, enum exception_kind kind, struct uuid subject, enum suggestion suggestion, struct uuid suggested,
	struct span rule)
{
	struct span key = key_of(l, kind, subject);
	const struct exception *old = book_find(l->book, BOOK_EXCEPTIONS, key);
	if (!old || !old->open || (old->suggestion == suggestion && uuid_equal(old->suggested, suggested) && span_equal(old->rule, rule)))
		return;
	struct exception *e = book_edit(l->book, BOOK_EXCEPTIONS, key);
	e->suggestion = suggestion;
	e->suggested = suggested;
	e->rule = rule;
}

static void close_one(struct ledger *l, struct exception *e, struct span by)
{
	e->open = false;
	e->closed = l->now;
	e->closed_by = by;
	exception_note(l, e, "closed", l->reason);
	ledger_exception(l, e);
}

void exception_close(struct ledger *l, enum exception_kind kind, struct uuid subject, struct span by)
{
	struct span key = key_of(l, kind, subject);
	const struct exception *old = book_find(l->book, BOOK_EXCEPTIONS, key);
	if (old && old->open)
		close_one(l, book_edit(l->book, BOOK_EXCEPTIONS, key), by);
}

enum err exception_find_open(struct ledger *l, struct uuid id, struct exception **out, struct why *why)
{
	size_t i = 0;
	const struct exception *e;
	while ((e = book_next(l->book, BOOK_EXCEPTIONS, &i)))
		if (uuid_equal(e->id, id) && span_equal(e->merchant, l->merchant))
			break;
	if (!e)
		return why_set(why, ERR_NOT_FOUND, "exception_unknown", "there is no such exception");
	if (!e->open)
		return why_set(why, ERR_CONFLICT, "exception_closed", "the exception is closed");
	*out = book_edit(l->book, BOOK_EXCEPTIONS, key_of(l, e->kind, e->subject));
	return OK;
}

enum err exception_close_by_hand(struct ledger *l, struct uuid id, struct span by, struct why *why)
{
	struct exception *e = NULL;
	TRY(exception_find_open(l, id, &e, why));
	if (!exception_is_closed_by_hand(e->kind))
		return why_set(why, ERR_REFUSED, "exception_needs_facts", "%s", exception_help(e->kind));
	close_one(l, e, by);
	return OK;
}
