/*
 * Messages of invoicing on a book in memory, one after the other: what has a path is JSON, what has a key is protobuf. Whatever comes, an error has a
 * reason and leaves the book as it was, its refusal can be said, and what is issued adds up.
 *
 * {invoice} and {number} in a message stand for the first invoice that was issued.
 */
#include "../fuzz.h"

#include "handlers.h"
#include "wire.h"
#include "zone.h"

#define NOW ((struct instant){ INT64_C(1773144000000000) })

static const struct handler *handler_of(struct span type)
{
	for (const struct handler *h = invoicing_handlers; h->type != NULL; h++)
		if (span_is(type, h->type) && h->apply != NULL)
			return h;
	return NULL;
}

static const struct invoice *first_issued(const struct book *book)
{
	for (size_t i = 0; i < shelf_count(&book->shelves[SHELF_INVOICES]); i++) {
		enum shelf_state state;
		const void *value = NULL;
		struct span key;

		shelf_at(&book->shelves[SHELF_INVOICES], i, &key, &value, &state);
		if (value != NULL && ((const struct invoice *)value)->state == INVOICE_ISSUED)
			return value;
	}
	return NULL;
}

static struct span named(const struct book *book, struct span text)
{
	const struct invoice *i = first_issued(book);

	if (i == NULL || text.at == NULL)
		return text;
	text = fuzz_replace(book->arena, text, "{invoice}", uuid_text(book->arena, i->id));
	return fuzz_replace(book->arena, text, "{number}", span_cstr(book->arena, i->number.text));
}

static enum err run(struct book *book, const struct handler *handler, struct message *m)
{
	struct need need = { .arena = book->arena };
	struct say *say = say_open(book->arena, m);
	struct digest before = book_digest(book), after;
	struct why why = { 0 };
	enum err err;

	book_mark(book);
	err = handler->read(m, book->arena, &why);
	if (err == OK)
		err = handler->need(m, &need, &why);
	if (err == OK)
		err = handler->apply(book, m, NOW, say, &why);
	if (err == OK)
		return OK;
	demand(why.err == err && why.code[0] != '\0' && why.text[0] != '\0', "a refusal has a reason");
	demand(err != ERR_BUG && err != ERR_RETRY, "no input is a bug");
	book_restore(book);
	after = book_digest(book);
	demand(memcmp(before.b, after.b, sizeof before.b) == 0, "a refusal leaves the book as it was");
	say = say_open(book->arena, m);
	invoicing_refused(m, &why, m->time, say);
	return err;
}

static enum err take(struct book *book, const struct fuzz_message *from, int number)
{
	struct message *m = ARENA_NEW(book->arena, struct message);
	const struct handler *handler = handler_of(from->type);

	if (handler == NULL)
		return OK;
	m->source = SPAN("fuzz");
	m->id = span_of(arena_printf(book->arena, "%d", number));
	m->type = span_of(handler->type);
	m->format = span_starts(from->target, "/") ? FORMAT_JSON : FORMAT_PROTOBUF;
	m->payload = named(book, from->payload);
	m->time = NOW;
	m->merchant = SPAN("nord");
	m->topic = SPAN("dunlin.billing.v1");
	m->key = m->format == FORMAT_JSON ? SPAN("nord:c1") : from->target;
	m->target = named(book, from->target);
	return run(book, handler, m);
}

/* --- what must hold --- */

static void check_issued(const struct invoice *i)
{
	int64_t net = 0, tax = 0;

	for (size_t k = 0; k < i->line_count; k++) {
		demand(i->lines[k].number == (int)k + 1 && i->lines[k].net.minor >= 0, "a line has its number and is no credit");
		demand(i->credited_lines[k].minor >= 0 && i->credited_lines[k].minor <= i->lines[k].net.minor,
			"no more of a line is credited than there was");
		net += i->lines[k].net.minor;
	}
	for (size_t k = 0; k < i->totals.tax_count; k++) {
		demand(i->credited_taxes[k].amount.minor <= i->totals.taxes[k].amount.minor, "no more tax is credited than there was");
		tax += i->totals.taxes[k].amount.minor;
	}
	demand(net == i->totals.net.minor && tax == i->totals.tax.minor && net + tax == i->totals.gross.minor, "the sums are the lines'");
	demand(i->totals.gross.minor < MONEY_LIMIT && i->credited.minor <= i->totals.gross.minor, "no more is credited than was invoiced");
	demand(date_compare(i->due_date, i->issue_date) >= 0 && i->rf.size > 0 && i->number.text.size <= 32,
		"an invoice has its numbers and dates");
}

static void check_book(struct book *book)
{
	for (size_t n = 0; n < shelf_count(&book->shelves[SHELF_INVOICES]); n++) {
		enum shelf_state state;
		const void *value;
		struct span key;
		const struct invoice *i;

		shelf_at(&book->shelves[SHELF_INVOICES], n, &key, &value, &state);
		i = value;
		if (i->state == INVOICE_ISSUED)
			check_issued(i);
		demand((i->state == INVOICE_DRAFT) == (i->draft.count > 0), "a draft has charges, an invoice none");
		demand(i->draft.billing_count <= i->draft.count && i->draft.count <= DOCUMENT_LINES, "billed charges are charges");
	}
}

static struct book *open_book(struct arena *arena)
{
	const struct fuzz_message merchant = { SPAN("dunlin.invoicing.DefineMerchant"), SPAN("/"),
		SPAN("{\"name\":\"N\",\"zone\":\"UTC\",\"currency\":\"EUR\",\"invoice_prefix\":\"R-\",\"credit_note_prefix\":\"C-\"}") };
	const struct fuzz_message customer = { SPAN("dunlin.billing.v1.DefineCustomer"), SPAN("/"),
		SPAN("{\"customer_ref\":\"c1\",\"name\":\"S\",\"billing_day\":5}") };
	struct book *book = book_open(arena, SPAN("secret"));

	book_put_zone(book, SPAN("UTC"), zone_utc());
	demand(take(book, &merchant, -2) == OK && take(book, &customer, -1) == OK, "the book is open");
	return book;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_open();
	struct book *book = open_book(arena);
	struct span rest = span_copy(arena, span_bytes(data, size));
	struct fuzz_message m;

	for (int number = 0; number < FUZZ_MESSAGES && fuzz_next(&rest, &m); number++)
		(void)take(book, &m, number);
	check_book(book);
	arena_close(arena);
	return 0;
}
