#include <string.h>

#include "handlers.h"
#include "move.h"
#include "wire.h"

/* An attempt that asks for more than is owed is ended; where the payer is through, reconciliation finds the surplus. */
static void check_attempt(struct book *book, const struct item *item, struct instant now, struct say *say)
{
	const struct attempt *attempt;

	if (uuid_is_zero(item->live_attempt))
		return;
	attempt = book_attempt(book, item->merchant, item->live_attempt);
	for (size_t i = 0; attempt != NULL && i < attempt->item_count; i++)
		if (uuid_equal(attempt->items[i].invoice, item->invoice) && attempt->items[i].part == item->part &&
			attempt->items[i].amount.minor > item_payable(item).minor) {
			(void)move_away(book, book_edit_attempt(book, attempt), (struct uuid){ { 0 } }, now, say);
			return;
		}
}

/* The item as the book has it, or blank. */
static struct item item_as_is(const struct book *book, struct span merchant, struct span customer, struct uuid invoice, int32_t part)
{
	const struct item *item = book_item(book, merchant, invoice, part);

	if (item != NULL)
		return *item;
	return (struct item){ .merchant = merchant, .customer = customer, .invoice = invoice, .part = part };
}

/* Puts it back where it is news. */
static void put(struct book *book, const struct item *changed, struct instant now, struct say *say)
{
	const struct item *item = book_item(book, changed->merchant, changed->invoice, changed->part);

	if (item != NULL && memcmp(item, changed, sizeof(*item)) == 0)
		return;
	*book_item_of(book, changed->merchant, changed->customer, changed->invoice, changed->part) = *changed;
	check_attempt(book, changed, now, say);
}

static void need_invoice(struct need *need, struct span merchant, const struct uuid *invoice)
{
	need_want(need, WANT_INVOICE, merchant, span_copy(need->arena, uuid_span(invoice)));
}

enum err facts_need_invoice(const struct message *m, struct need *need, struct why *why)
{
	const struct invoice_fact *fact = m->body;

	(void)why;
	need_invoice(need, fact->merchant, &fact->invoice);
	return OK;
}

enum err facts_need_item(const struct message *m, struct need *need, struct why *why)
{
	const struct item_fact *fact = m->body;

	(void)why;
	need_invoice(need, fact->merchant, &fact->invoice);
	return OK;
}

enum err facts_apply_issued(struct book *book, const struct message *m, struct instant now, struct say *say, struct why *why)
{
	const struct invoice_fact *fact = m->body;

	(void)why;
	for (size_t i = 0; i < fact->part_count; i++) {
		struct item item = item_as_is(book, fact->merchant, fact->customer, fact->invoice, fact->parts[i].part);

		item_issue(&item, fact->number, fact->parts[i].amount, fact->parts[i].due);
		put(book, &item, now, say);
	}
	return OK;
}

enum err facts_apply_credited(struct book *book, const struct message *m, struct instant now, struct say *say, struct why *why)
{
	const struct invoice_fact *fact = m->body;

	(void)why;
	for (size_t i = 0; i < fact->part_count; i++) {
		struct item item = item_as_is(book, fact->merchant, fact->customer, fact->invoice, fact->parts[i].part);

		item_credit(&item, fact->revision, fact->parts[i].credited_after);
		put(book, &item, now, say);
	}
	return OK;
}

enum err facts_apply_open_item(struct book *book, const struct message *m, struct instant now, struct say *say, struct why *why)
{
	const struct item_fact *fact = m->body;
	struct item item = item_as_is(book, fact->merchant, fact->customer, fact->invoice, fact->part);

	(void)why;
	item_follow_ledger(&item, fact->revision, fact->number, fact->amount, fact->open);
	put(book, &item, now, say);
	return OK;
}

enum err facts_need_receipt(const struct message *m, struct need *need, struct why *why)
{
	const struct receipt_fact *fact = m->body;

	(void)why;
	if (fact->is_payment)
		need_want(need, WANT_ATTEMPT, fact->merchant, span_copy(need->arena, uuid_span(&fact->attempt)));
	return OK;
}

/* The ledger counts the payment: from now on what is open has it in. */
enum err facts_apply_receipt(struct book *book, const struct message *m, struct instant now, struct say *say, struct why *why)
{
	const struct receipt_fact *fact = m->body;
	const struct attempt *attempt = fact->is_payment ? book_attempt(book, fact->merchant, fact->attempt) : NULL;

	(void)now, (void)say, (void)why;
	if (attempt == NULL || attempt->ledgered || attempt->state != ATTEMPT_SUCCEEDED)
		return OK;
	book_edit_attempt(book, attempt)->ledgered = true;
	for (size_t i = 0; i < attempt->item_count; i++) {
		const struct item *item = book_item(book, attempt->merchant, attempt->items[i].invoice, attempt->items[i].part);

		if (item != NULL)
			book_edit_item(book, item)->taken -= attempt->items[i].amount.minor;
	}
	return OK;
}

enum err facts_need_merchant(const struct message *m, struct need *need, struct why *why)
{
	(void)why;
	need_want(need, WANT_MERCHANT, ((const struct merchant *)m->body)->id, SPAN(""));
	return OK;
}

enum err facts_apply_merchant(struct book *book, const struct message *m, struct instant now, struct say *say, struct why *why)
{
	const struct merchant *told = m->body, *known = shelf_find(&book->merchants, told->id);

	(void)now, (void)say, (void)why;
	if (known != NULL && known->revision >= told->revision)
		return OK;
	*(struct merchant *)(known != NULL ? shelf_edit(&book->merchants, told->id) : shelf_add(&book->merchants, told->id)) = *told;
	return OK;
}
