/*
 * Commands, one after the other, on a book in memory: each as its kind (a byte: type and format), its length (two bytes) and its bytes.
 * Whatever comes, an error leaves the book as it was, and what is issued adds up.
 */
#include <stdlib.h>
#include <string.h>

#include "handlers.h"
#include "wire.h"
#include "zone.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
	if (!holds)
		abort();
}

/* --- a message --- */

static const struct handler *handler_of(unsigned kind)
{
	size_t n = 0;

	/* Those that are read come first. */
	while (invoicing_handlers[n].type != NULL && invoicing_handlers[n].read != NULL)
		n++;
	return &invoicing_handlers[kind % n];
}

static struct message *message_of(struct book *book, unsigned kind, struct span payload, int number)
{
	struct message *m = ARENA_NEW(book->arena, struct message);

	m->source = SPAN("fuzz");
	m->id = span_of(arena_printf(book->arena, "%d", number));
	m->type = span_of(handler_of(kind & 0x7f)->type);
	m->format = (kind & 0x80) != 0 ? FORMAT_PROTOBUF : FORMAT_JSON;
	m->payload = payload;
	m->time = (struct instant){ INT64_C(1773144000000000) };
	m->merchant = SPAN("nord");
	m->topic = SPAN("dunlin.billing.v1");
	m->key = SPAN("nord:c1");
	/* A credit by HTTP is of the first invoice that there is. */
	for (size_t i = 0; i < shelf_count(&book->shelves[SHELF_INVOICES]); i++) {
		enum shelf_state state;
		const void *value;
		struct span key;

		shelf_at(&book->shelves[SHELF_INVOICES], i, &key, &value, &state);
		m->target = span_of(arena_printf(
			book->arena, "/v1/invoices/%s/credit-notes", uuid_text(book->arena, ((const struct invoice *)value)->id)));
		break;
	}
	return m;
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
		err = handler->apply(book, m, (struct instant){ INT64_C(1773144000000000) }, say, &why);
	if (err == OK)
		return OK;
	demand(why.err == err && why.code[0] != '\0' && why.text[0] != '\0' && err != ERR_BUG && err != ERR_RETRY);
	book_restore(book);
	after = book_digest(book);
	demand(memcmp(before.b, after.b, sizeof before.b) == 0);
	say = say_open(book->arena, m);
	invoicing_refused(m, &why, m->time, say);
	return err;
}

/* --- what must hold --- */

static void check_issued(const struct invoice *i)
{
	int64_t net = 0, tax = 0;

	for (size_t k = 0; k < i->line_count; k++) {
		demand(i->lines[k].number == (int)k + 1 && i->lines[k].net.minor >= 0);
		demand(i->credited_lines[k].minor >= 0 && i->credited_lines[k].minor <= i->lines[k].net.minor);
		net += i->lines[k].net.minor;
	}
	for (size_t k = 0; k < i->totals.tax_count; k++) {
		demand(i->credited_taxes[k].amount.minor <= i->totals.taxes[k].amount.minor);
		tax += i->totals.taxes[k].amount.minor;
	}
	demand(net == i->totals.net.minor && tax == i->totals.tax.minor && net + tax == i->totals.gross.minor);
	demand(i->totals.gross.minor < MONEY_LIMIT && i->credited.minor <= i->totals.gross.minor);
	demand(date_compare(i->due_date, i->issue_date) >= 0 && i->rf.size > 0 && i->number.text.size <= 32);
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
		demand((i->state == INVOICE_DRAFT) == (i->draft.count > 0));
		demand(i->draft.billing_count <= i->draft.count && i->draft.count <= DOCUMENT_LINES);
	}
}

static struct book *open_book(struct arena *arena)
{
	static const char merchant[] =
		"{\"name\":\"N\",\"zone\":\"UTC\",\"currency\":\"EUR\",\"invoice_prefix\":\"R-\",\"credit_note_prefix\":\"C-\"}";
	static const char customer[] = "{\"customer_ref\":\"c1\",\"name\":\"S\",\"billing_day\":5}";
	struct book *book = book_open(arena, SPAN("secret"));

	book_put_zone(book, SPAN("UTC"), zone_utc());
	demand(run(book, handler_of(0), message_of(book, 0, SPAN(merchant), -2)) == OK);
	demand(run(book, handler_of(1), message_of(book, 1, SPAN(customer), -1)) == OK);
	return book;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_open();
	struct book *book = open_book(arena);

	for (int number = 0; size >= 3 && number < 64; number++) {
		size_t length = (size_t)data[1] << 8 | data[2];
		unsigned kind = data[0];

		data += 3;
		size -= 3;
		length = length < size ? length : size;
		run(book, handler_of(kind & 0x7f), message_of(book, kind, span_copy(arena, span_bytes(data, length)), number));
		data += length;
		size -= length;
	}
	check_book(book);
	arena_close(arena);
	return 0;
}
