#include <stdio.h>
#include <string.h>

#include "../node.h"
#include "readers/reading.h"
#include "rows.h"

/* The bank and those who pay through it: what moves on the merchant's account, the statements that tell of it, and how they come: again, overlapping, late, with
 * a fault. They are staged as the import stages them. */

struct paper {
	struct span merchant;
	struct uuid file;
	int64_t number, opening, closing;
	struct date from, to;
	const struct reading_line *lines;
	size_t count;
	bool delivered, broken;
};

/* ---- who pays ---- */

static const struct world_debt *pick_debt(struct memory *m, struct rng *r)
{
	const struct mem_row *row = rng_row(r, &m->world->debts);

	return row != NULL ? row->value : NULL;
}

static bool is_foreign(const struct world_debt *d)
{
	return !currency_equal(d->gross.currency, world_currency(d->merchant));
}

static const char *mangled(struct memory *m, struct rng *r, struct span number)
{
	char *text = span_cstr(m->arena, number);

	text[number.size - 1 - rng_below(r, 3)] = (char)('0' + rng_below(r, 10));
	return text;
}

/* A little less than is owed: banks keep something and tell, the payer takes two or three in a hundred for paying early, or it is just less. */
static void lack(struct world_transfer *t, struct rng *r)
{
	switch (rng_below(r, 4)) {
	case 0: t->charges = 150; break;
	case 1: t->minor -= t->minor * (2 + (int64_t)rng_below(r, 2)) / 100; return;
	case 2: t->minor -= 250; return;
	default: t->minor -= 1 + (int64_t)rng_below(r, 20); return;
	}
	t->minor -= t->charges;
}

/* What is owed in another currency, its bank has exchanged: told, told wrongly, or not told. */
static void exchange(struct world_transfer *t, const struct world_debt *d, struct rng *r)
{
	t->original = (struct money){ t->minor, d->gross.currency };
	t->minor = t->minor * 10 / 11 + 1;
	if (rng_one_in(r, 5))
		t->original.minor += 1;
	else if (rng_one_in(r, 8))
		t->original.minor = 0;
	cover("bank: exchanged");
}

static void pay(struct memory *m, struct rng *r)
{
	const struct world_debt *d = pick_debt(m, r), *other = pick_debt(m, r);
	struct world_transfer t = { 0 };

	if (d == NULL)
		return;
	t = (struct world_transfer){ .merchant = d->merchant, .minor = d->gross.minor - d->credited };
	t.end_to_end = span_of(world_ref(m->world, "e2e"));
	if (!rng_one_in(r, 6))
		t.iban = world_iban(m->arena, d->merchant, d->customer);
	switch (rng_below(r, 10)) {
	case 0:
	case 1:
	case 2: t.reference = d->rf; break;
	case 3:
	case 4: t.text = span_of(arena_printf(m->arena, "Rechnung %.*s danke", SPAN_ARG(d->number))); break;
	case 5: t.text = span_of(mangled(m, r, d->number)); break;
	case 6:
		t.text = SPAN("Miete");
		t.mandate = rng_one_in(r, 2) ? span_of(arena_printf(m->arena, "MAND-%.*s", SPAN_ARG(d->customer))) : SPAN("");
		break;
	case 7:
		if (!span_equal(d->merchant, other->merchant))
			return;
		t.text = span_of(arena_printf(m->arena, "%.*s und %.*s", SPAN_ARG(d->number), SPAN_ARG(other->number)));
		t.minor += other->invoice.b[15] != d->invoice.b[15] ? other->gross.minor - other->credited : 0;
		break;
	case 8:
		t.reference = d->rf;
		lack(&t, r);
		break;
	default:
		t.reference = d->rf;
		t.minor = rng_one_in(r, 2) ? t.minor / 2 : t.minor + 500;
		break;
	}
	if (t.minor <= 0)
		t.minor = 100;
	if (is_foreign(d))
		exchange(&t, d, r);
	world_transfer(m->world, &t);
	if (rng_one_in(r, 12)) {
		/* Twice, alike in every byte. */
		world_transfer(m->world, &t);
		cover("bank: paid twice");
	}
}

/* The bank takes a credit of some time ago back: thirteen months later still. */
static void take_back(struct memory *m, struct rng *r)
{
	const struct mem_row *row = rng_row(r, &m->tables[BOOK_LINES]);
	const struct line *l = row != NULL ? row->value : NULL;
	struct world_transfer t;

	if (l == NULL || l->amount.minor <= 0 || l->returned > 0)
		return;
	t = (struct world_transfer){ .merchant = l->merchant,
		.minor = -l->amount.minor,
		.end_to_end = l->end_to_end,
		.return_reason = SPAN("MD06"),
		.text = SPAN("Ruecklastschrift") };
	if (rng_one_in(r, 5))
		t.minor -= 300;
	world_transfer(m->world, &t);
	if (m->world->now.us - uuid_time(l->id).us > 390 * US_PER_DAY)
		cover("bank: returned after thirteen months");
}

/* The return was the bank's mistake. */
static void give_again(struct memory *m, struct rng *r)
{
	const struct mem_row *row = rng_row(r, &m->tables[BOOK_LINES]);
	const struct line *l = row != NULL ? row->value : NULL;
	struct world_transfer t;

	if (l == NULL || l->amount.minor >= 0 || l->return_reason.size == 0)
		return;
	t = (struct world_transfer){
		.merchant = l->merchant, .minor = -l->amount.minor, .end_to_end = l->end_to_end, .return_reason = SPAN("MS03")
	};
	world_transfer(m->world, &t);
	cover("bank: a return returned");
}

static void charge(struct memory *m, struct rng *r)
{
	const struct world_transfer t = {
		.merchant = world_pick_merchant(r), .minor = -150, .text = SPAN("Kontofuehrung"), .end_to_end = SPAN("")
	};

	world_transfer(m->world, &t);
}

/* ---- what it writes ---- */

static struct mem_row *state_of(struct memory *m, const char *what, struct span merchant)
{
	struct span key = span_of(arena_printf(m->arena, "bank %s:%.*s", what, SPAN_ARG(merchant)));
	struct mem_row *row = mem_row(&m->world->ledger, key);

	return row != NULL ? row : mem_put(&m->world->ledger, key, "");
}

static struct reading_line line_of(const struct world_transfer *t, struct date day, int64_t number)
{
	struct reading_line l = { .number = number, .booking = day, .value = day };

	l.amount = (struct money){ t->minor, world_currency(t->merchant) };
	l.end_to_end = t->end_to_end;
	l.party_iban = t->iban;
	l.return_reason = t->return_reason;
	l.mandate = t->mandate;
	l.code = SPAN("PMNT");
	if (t->charges > 0)
		l.charges[l.charge_count++] =
			(struct reading_charge){ .amount = { t->charges, world_currency(t->merchant) }, .included = true };
	l.has_original = t->original.minor != 0;
	l.original = t->original;
	if (t->reference.size > 0)
		l.references[l.reference_count++] = t->reference;
	if (t->text.size > 0)
		l.texts[l.text_count++] = t->text;
	return l;
}

static struct uuid new_id(struct memory *m)
{
	uint8_t random[10];
	uint64_t a = rng_next(&m->world->rng), b = rng_next(&m->world->rng);

	memcpy(random, &a, 8);
	memcpy(random + 8, &b, 2);
	return uuid_v7(m->world->now, random);
}

static struct paper *new_paper(struct memory *m, struct span merchant, struct date from, struct date to)
{
	struct paper p = { .merchant = merchant, .from = from, .to = to, .file = new_id(m) };

	p.number = ++state_of(m, "number", merchant)->sum;
	p.opening = p.closing = state_of(m, "balance", merchant)->sum;
	return mem_put(&m->papers, span_of(arena_printf(m->arena, "%.*s/%lld", SPAN_ARG(merchant), (long long)p.number)), &p)->value;
}

/* Everything that moved since the last one. */
static struct paper *write_next(struct memory *m, struct rng *r, struct span merchant, struct date today)
{
	struct mem_row *to = state_of(m, "day", merchant), *balance = state_of(m, "balance", merchant);
	struct date from = to->sum == 0 ? today : (struct date){ (int32_t)to->sum + 1 };
	const struct mem_rows *moved = &m->world->transfers.rows;
	struct reading_line *lines;
	struct paper *p;

	if (date_compare(from, today) > 0)
		return NULL;
	p = new_paper(m, merchant, from, today);
	lines = ARENA_ARRAY(m->arena, struct reading_line, 24);
	for (size_t i = moved->count; i > 0 && p->count < 20; i--) {
		const struct world_transfer *t = moved->at[i - 1]->value;

		if (i + 200 < moved->count)
			break;
		if (t == NULL || !span_equal(t->merchant, merchant) || rng_one_in(r, 6))
			continue;
		lines[p->count] = line_of(t, today, (int64_t)p->count + 1);
		p->count++;
		p->closing += t->minor;
		moved->at[i - 1]->value = NULL;
	}
	p->lines = lines;
	to->sum = today.day;
	balance->sum = p->closing;
	return p;
}

/* The last two of them again on one paper. */
static struct paper *write_overlap(struct memory *m, struct span merchant)
{
	int64_t last = state_of(m, "number", merchant)->sum;
	const struct mem_rows *papers = &m->papers.rows;
	const struct paper *one = NULL, *two = NULL;
	struct reading_line *lines;
	struct paper *p;

	for (size_t i = 0; last > 1 && i < papers->count; i++) {
		const struct paper *o = papers->at[i]->value;

		if (!span_equal(o->merchant, merchant))
			continue;
		one = two;
		two = o;
	}
	if (one == NULL || one->broken || two->broken || one->closing != two->opening)
		return NULL;
	p = new_paper(m, merchant, one->from, two->to);
	p->opening = one->opening;
	p->closing = two->closing;
	lines = ARENA_ARRAY(m->arena, struct reading_line, one->count + two->count + 1);
	for (size_t i = 0; i < one->count; i++)
		lines[p->count++] = one->lines[i];
	for (size_t i = 0; i < two->count; i++)
		lines[p->count++] = two->lines[i];
	for (size_t i = 0; i < p->count; i++)
		lines[i].number = (int64_t)i + 1;
	p->lines = lines;
	/* What comes next follows the later one. */
	return p;
}

/* ---- how it comes: as import.c stages a file ---- */

static struct span join(struct arena *arena, const struct span *texts, int n)
{
	struct text t;

	text_init(&t, arena);
	for (int i = 0; i < n; i++) {
		text_add(&t, i ? "\n" : "");
		text_span(&t, texts[i]);
	}
	return text_done(&t);
}

static struct span or_empty(struct span s)
{
	return s.at != NULL ? s : SPAN("");
}

static const struct account *account_of(struct memory *m, struct span merchant, struct span identifier)
{
	const struct mem_rows *rows = &m->tables[BOOK_ACCOUNTS].rows;

	for (size_t i = 0; i < rows->count; i++) {
		const struct account *a = rows->at[i]->value;

		if (span_equal(a->merchant, merchant) && span_equal(a->identifier, identifier))
			return a;
	}
	return NULL;
}

/* As import_detail.c prints them. */
static struct line_detail stage_detail(struct memory *m, const struct line *l, const struct reading_line *from)
{
	const struct reading_charge *c = &from->charges[0];
	struct line_detail d = { .merchant = l->merchant, .line = l->id };

	d.original_currency = d.rate = d.charges = SPAN("");
	if (from->charge_count == 0 && !from->has_original)
		return (struct line_detail){ .line = l->id };
	if (from->has_original) {
		d.original = from->original.minor;
		d.original_currency = span_of(arena_strdup(m->arena, from->original.currency.code));
	}
	if (from->charge_count > 0)
		d.charges = span_of(arena_printf(m->arena, "%s %s included", c->amount.currency.code, money_digits(m->arena, c->amount)));
	mem_put(&m->tables[BOOK_LINE_DETAILS], sim_key_uuid(m->arena, d.merchant, d.line), &d);
	return d;
}

static struct line stage_line(struct memory *m, const struct statement *s, const struct reading_line *from, struct mem_table *seen)
{
	struct digest key = line_key(s->identifier, from);
	struct span bytes = span_bytes(key.b, sizeof key.b);
	struct mem_row *again = mem_row(seen, bytes), *row;
	struct line l = {
		.merchant = s->merchant, .id = new_id(m), .account = s->account, .statement = s->id, .number = from->number, .key = key
	};

	again = again != NULL ? again : mem_put(seen, bytes, "");
	l.occurrence = (int32_t)++again->sum;
	l.booking = from->booking;
	l.value = from->value;
	l.amount = from->amount;
	l.end_to_end = or_empty(from->end_to_end);
	l.bank_ref = l.transaction_ref = l.batch_ref = l.booked_to = l.party_name = SPAN("");
	l.mandate = or_empty(from->mandate);
	l.code = or_empty(from->code);
	l.return_reason = or_empty(from->return_reason);
	l.references = join(m->arena, from->references, from->reference_count);
	l.texts = join(m->arena, from->texts, from->text_count);
	l.party_iban = account_identifier(m->arena, from->party_iban);
	row = mem_put(&m->tables[BOOK_LINES], sim_key_uuid(m->arena, l.merchant, l.id), &l);
	mem_index_add(&m->lines_of_statement, sim_key_uuid(m->arena, l.merchant, l.statement), row);
	mem_index_add(&m->lines_of_key, sim_key(m->arena, l.merchant, span_copy(m->arena, bytes)), row);
	if (!uuid_is_zero(l.account))
		mem_index_add(&m->lines_of_account, sim_key_uuid(m->arena, l.merchant, l.account), row);
	return l;
}

/* The same file again: nothing, where nothing of it is quarantined; else it takes the place of what it was. True: it is to be read. */
static bool replace_file(struct memory *m, const struct paper *p)
{
	const struct mem_rows *rows = &m->tables[BOOK_STATEMENTS].rows;
	bool is_bad = !p->delivered;

	for (size_t i = 0; i < rows->count; i++) {
		const struct statement *s = rows->at[i]->value;

		is_bad |= uuid_equal(s->file, p->file) && (s->state == STATEMENT_QUARANTINED || s->state == STATEMENT_UNDONE);
	}
	for (size_t i = 0; is_bad && i < rows->count; i++) {
		struct statement *s = rows->at[i]->value;

		if (!uuid_equal(s->file, p->file) ||
			(s->state != STATEMENT_STAGED && s->state != STATEMENT_QUARANTINED && s->state != STATEMENT_UNDONE))
			continue;
		cover_pair("statement", statement_state_word(s->state), statement_state_word(STATEMENT_REPLACED));
		s->state = STATEMENT_REPLACED;
	}
	return is_bad;
}

static void stage(struct memory *m, struct paper *p, struct staged_statement *kept)
{
	struct span identifier = account_identifier(m->arena, span_of(world_merchant(p->merchant)->iban));
	const struct account *account = account_of(m, p->merchant, identifier);
	struct statement s = { .merchant = p->merchant, .id = new_id(m), .file = p->file, .identifier = identifier };
	struct line *lines = ARENA_ARRAY(m->arena, struct line, p->count + 1);
	struct line_detail *details = ARENA_ARRAY(m->arena, struct line_detail, p->count + 1);
	struct mem_table seen;

	p->delivered = true;
	s.account = account != NULL ? account->id : (struct uuid){ 0 };
	s.bank_ref = span_of(arena_printf(m->arena, "ST-%lld", (long long)p->number));
	s.sequence = p->number;
	s.currency = world_currency(p->merchant);
	s.opening = p->opening;
	s.closing = p->closing + (p->broken ? 1 : 0);
	s.from = p->from;
	s.to = p->to;
	s.reason = s.accepted_by = SPAN("");
	s.placement = PLACE_FIRST;
	mem_open(&seen, m->arena, 1, "occurrences");
	for (size_t i = 0; i < p->count; i++) {
		lines[i] = stage_line(m, &s, &p->lines[i], &seen);
		details[i] = stage_detail(m, &lines[i], &p->lines[i]);
		s.line_sum += p->lines[i].amount.minor;
		s.line_count++;
	}
	mem_put(&m->tables[BOOK_STATEMENTS], sim_key_uuid(m->arena, s.merchant, s.id), &s);
	*kept = (struct staged_statement){ s, lines, details, p->count };
}

/* A file may hold more than one statement. */
static void deliver(struct memory *m, struct paper *p)
{
	struct staged_file *file = ARENA_NEW(m->arena, struct staged_file);
	struct staged_statement *staged = ARENA_ARRAY(m->arena, struct staged_statement, m->papers.rows.count + 1);

	*file = (struct staged_file){ .merchant = p->merchant, .file = p->file, .again = p->delivered, .statements = staged };
	if (!replace_file(m, p))
		return;
	for (size_t i = 0; i < m->papers.rows.count; i++) {
		struct paper *o = m->papers.rows.at[i]->value;

		if (uuid_equal(o->file, p->file))
			stage(m, o, &staged[file->count++]);
	}
	twin_deed("reconciliation", m->world->now, "file", file, 1);
}

/* Something of it is not in the books. */
static bool is_worth_it(struct memory *m, const struct paper *p)
{
	const struct mem_rows *rows = &m->tables[BOOK_STATEMENTS].rows;
	bool is_undone = false;

	for (size_t i = 0; i < rows->count; i++) {
		const struct statement *s = rows->at[i]->value;

		is_undone |= s->state == STATEMENT_UNDONE && uuid_equal(s->file, p->file);
	}
	return p->broken || is_undone;
}

static bool again(struct memory *m, struct rng *r)
{
	const struct mem_row *row = rng_row(r, &m->papers);

	for (int tries = 0; row != NULL && tries < 4 && !is_worth_it(m, row->value); tries++)
		row = rng_row(r, &m->papers);
	if (row == NULL)
		return false;
	cover(((const struct paper *)row->value)->delivered ? "bank: a file again" : "bank: a file late");
	deliver(m, row->value);
	return true;
}

bool bank_write(struct memory *m, struct rng *r, struct instant now)
{
	struct span merchant = world_pick_merchant(r);
	struct date today = { (int32_t)(now.us / US_PER_DAY) };
	struct paper *p;

	if (!rng_one_in(r, 4)) {
		uint64_t what = rng_below(r, 14);

		what == 0 ? charge(m, r) : what < 3 ? take_back(m, r) : what == 3 ? give_again(m, r) : pay(m, r);
		return true;
	}
	if (rng_one_in(r, 8))
		return again(m, r);
	if (rng_one_in(r, 10)) {
		p = write_overlap(m, merchant);
		cover(p != NULL ? "bank: overlapping" : "bank: nothing to overlap");
	} else {
		p = write_next(m, r, merchant, today);
		/* In one file with one that does not close, and was held back. */
		if (p != NULL && m->held != NULL && span_equal(m->held->merchant, merchant) && !m->held->delivered)
			p->file = m->held->file;
		m->held = NULL;
		if (p != NULL && rng_one_in(r, 25)) {
			p->broken = true;
			m->held = rng_one_in(r, 2) ? p : NULL;
			cover("bank: a statement that does not close");
		}
	}
	if (p == NULL)
		return false;
	if (m->held != NULL || rng_one_in(r, 12)) {
		cover("bank: withheld");
		return true;
	}
	deliver(m, p);
	return true;
}

/* The end of the history: what was withheld comes. */
void bank_deliver_all(struct memory *m)
{
	for (size_t i = 0; i < m->papers.rows.count; i++) {
		struct paper *p = m->papers.rows.at[i]->value;

		if (!p->delivered)
			deliver(m, p);
	}
}

void bank_open(struct memory *m)
{
	mem_open(&m->papers, m->arena, sizeof(struct paper), "papers");
}
