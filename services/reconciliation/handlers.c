#include "handlers.h"

#include "handlers_inside.h"

const struct kind reconciliation_kinds[] = { { "account", false }, { "customer", true }, { NULL, false } };

const char type_decide_statement[] = "dunlin.reconciliation.DecideStatement";
const char type_post_line[] = "dunlin.reconciliation.PostLine";
const char type_try_line[] = "dunlin.reconciliation.TryLine";
const char type_miss_payout[] = "dunlin.reconciliation.MissPayout";
const char type_miss_reference[] = "dunlin.reconciliation.MissReference";
const char type_age_unapplied[] = "dunlin.reconciliation.AgeUnapplied";
const char type_undo_line[] = "dunlin.reconciliation.UndoLine";
const char type_compare_report[] = "dunlin.reconciliation.CompareReport";
const char type_miss_report[] = "dunlin.reconciliation.MissReport";
const char type_miss_settlement[] = "dunlin.reconciliation.MissSettlement";

#define FACT(type, help, name) { type, help, read_##name, need_##name, apply_##name }
#define PASSED_OVER(type, help) { type, help, NULL, NULL, NULL }
#define WORK(type, help, name) { type, help, read_##name, need_work, apply_##name }
#define OWN(type, help, need, apply) { type, help, read_own, need, apply }

const struct handler reconciliation_handlers[] = {
	FACT("dunlin.invoices.v1.InvoiceIssued", "an open item for each part; receivable against revenue and tax", invoice),
	FACT("dunlin.invoices.v1.CreditNoteIssued", "less is owed; what was paid for it becomes unapplied", credit_note),
	PASSED_OVER("dunlin.invoices.v1.CommandRefused", "passed over"),
	FACT("dunlin.payments.v1.PaymentSucceeded", "clearing against receivable; what is over is unapplied", payment),
	FACT("dunlin.payments.v1.PaymentRefunded", "unapplied cash first, the rest is owed again", refund),
	FACT("dunlin.payments.v1.PayoutLines", "each settlement line: clearing to payouts in transit, its fee apart", payout_lines),
	FACT("dunlin.payments.v1.PayoutPaid", "a payout is on its way to the bank", payout_paid),
	PASSED_OVER("dunlin.payments.v1.AttemptCreated", "passed over"),
	PASSED_OVER("dunlin.payments.v1.PaymentFailed", "passed over"),
	PASSED_OVER("dunlin.payments.v1.PaymentExpired", "passed over"),
	PASSED_OVER("dunlin.payments.v1.PaymentUnknown", "passed over"),
	PASSED_OVER("dunlin.payments.v1.PaymentFeeKnown", "passed over: fees are posted with the payout"),
	FACT("dunlin.customers.v1.CustomerChanged", "from which accounts the customer pays; erased customers are forgotten", customer),
	FACT("dunlin.customers.v1.MerchantDefined", "in which zone the merchant's days begin", merchant),
	OWN(type_decide_statement, "accepts or quarantines a staged statement", need_statement, apply_statement),
	OWN(type_post_line, "posts a line of an accepted statement and looks what it is", need_look, apply_post_line),
	OWN(type_try_line, "looks again at a line that waits", need_look, apply_try_line),
	OWN(type_miss_payout, "a payout did not arrive in time", need_payout, apply_miss_payout),
	OWN(type_compare_report, "compares a provider's report of a payout with what payments told", need_report, apply_compare_report),
	OWN(type_miss_report, "a payout's report did not come in time", need_payout, apply_miss_report),
	OWN(type_miss_settlement, "a payment is to be in a payout by now: looks whether one names it", need_settlement,
		apply_miss_settlement),
	OWN(type_miss_reference, "an invoice that a payment is for did not come in time", need_reference, apply_miss_reference),
	OWN(type_age_unapplied, "money of a customer stands against nothing for a month", need_reference, apply_age_unapplied),
	OWN(type_undo_line, "takes a line of a statement that is being undone out of the books", need_undo_line, apply_undo_line),
	FACT("dunlin.reconciliation.DefineAccount", "defines a bank account", define_account),
	FACT("dunlin.reconciliation.MatchLine", "a person says what a line is", match),
	FACT("dunlin.reconciliation.UnmatchLine", "a person takes a match back", unmatch),
	FACT("dunlin.reconciliation.RecordReceipt", "a receipt of cash or a cheque", receipt),
	FACT("dunlin.reconciliation.AllocateReceipt", "a person allocates unapplied money", allocate),
	FACT("dunlin.reconciliation.WriteOff", "a person gives up what is open", write_off),
	FACT("dunlin.reconciliation.CloseException", "a person closes an exception", close),
	FACT("dunlin.reconciliation.AcceptStatement", "a person accepts a quarantined statement", accept),
	FACT("dunlin.reconciliation.UndoStatement", "a person takes the import of a statement back", undo),
	WORK("dunlin.reconciliation.AssignException", "whose work an exception is", assign),
	WORK("dunlin.reconciliation.NoteException", "a note of a person on an exception", note),
	WORK("dunlin.reconciliation.ParkException", "an exception waits until a day", park),
	FACT("dunlin.reconciliation.RequestRefund", "a person wants unapplied money to go back", request_refund),
	FACT("dunlin.reconciliation.LimitWriteOffs", "up to how much one person alone may write off", limit),
	FACT("dunlin.reconciliation.DefineDifferences", "what may lack of a payment, or be too much, and still settle it", policy),
	FACT("dunlin.reconciliation.AcceptSuggestion", "a person does what is suggested", follow),
	FACT("dunlin.reconciliation.ClosePeriod", "a person closes a month; its trial balance is sealed", close_period),
	FACT("dunlin.reconciliation.DefineExportMapping", "codes of our accounts in another system", mapping),
	{ "dunlin.reconciliation.DefineRuleSet", "a new version of the rules of matching, as a draft", read_define_rules, need_rules,
		apply_define_rules },
	{ "dunlin.reconciliation.ActivateRuleSet", "a version of them goes live", read_activate_rules, need_rules, apply_activate_rules },
	FACT("dunlin.reconciliation.MakeExport", "the next closed month for an accounting system", export),
	{ NULL, NULL, NULL, NULL, NULL },
};

void want_id(struct need *need, enum want_what what, struct span merchant, const struct uuid *id)
{
	need_want(need, what, merchant, uuid_span(id));
}

void find_id(struct need *need, enum find_what what, struct span merchant, const struct uuid *id)
{
	need_find(need, what, merchant, uuid_span(id));
}

/* The streams that are locked, as the keys of a shelf without values. */
static void note_streams(struct shelf *streams, const struct need *need, const struct book *book)
{
	shelf_init(streams, book->arena, 1, "locked streams");
	for (size_t i = 0; i < need->key_count; i++) {
		struct span key = book_key(book, need->keys[i].merchant, need->keys[i].id);
		if (need->keys[i].kind == KIND_CUSTOMER && !shelf_is_loaded(streams, key))
			shelf_put(streams, key, NULL);
	}
}

static bool is_as_found(const struct line *line, const struct line *found)
{
	return line && line->state == found->state && line->as == found->as && line->returned == found->returned &&
	       uuid_equal(line->counterpart, found->counterpart);
}

bool need_holds(const struct need *need, const struct book *book)
{
	struct shelf streams;
	const struct receipt *r;
	for (size_t i = 0; i < book->found_count; i++)
		if (!is_as_found(book_line(book, book->found[i]->merchant, book->found[i]->id), book->found[i]))
			return false;
	note_streams(&streams, need, book);
	for (size_t i = 0; (r = book_next(book, BOOK_RECEIPTS, &i));)
		if (!shelf_is_loaded(&streams, book_key(book, r->merchant, r->customer)))
			return false;
	return true;
}
