#include "labelled_streets.h"

#include "account.h"

/* ---- the town ---- */

static const char *const firms[] = { "Müller & Söhne GmbH", "Nordlicht Handels GmbH & Co. KG", "Société Dupont SARL",
	"Van den Berg Transport B.V.", "Rossi Costruzioni S.r.l.", "García Hermanos S.L.", "Mäkinen Rakennus Oy", "Kováč Stroje s.r.o.",
	"Jørgensen Fisk AS", "Brightwater Plumbing Ltd", "Zakład Stolarski Wiśniewski", "Anna Schröder", "Peter Lindqvist",
	"Chiara Bianchi", "Thomas O'Neill", "Isabelle Lefèvre", "Jan de Vries", "Kerttu Virtanen" };

/* German, of a bank and an account; the check digits by trying. */
static const char *make_iban(struct streets *t)
{
	unsigned long long bank = 10000000 + labelled_below(t, 80000000), account = labelled_below(t, 9999999999ull);
	for (int check = 2; check < 99; check++) {
		const char *iban = labelled_print(t, "DE%02d%08llu%010llu", check, bank, account);
		if (iban_is_valid(span_of(iban)))
			return iban;
	}
	return "";
}

static const char *next_number(struct streets *t)
{
	int n = t->next++;
	switch (t->style) {
	case 0: return labelled_print(t, "NORD-%06d", n);
	case 1: return labelled_print(t, "RE-2026-%05d", n);
	case 2: return labelled_print(t, "2026/%06d", n);
	default: return labelled_print(t, "INV%07d", n);
	}
}

/* Subscriptions cost everybody the same. */
int64_t streets_amount(struct streets *t)
{
	static const int64_t twins[] = { 4900, 9900, 11900 };
	return labelled_happens(t, 25) ? twins[labelled_below(t, 3)] : 1000 + (int64_t)labelled_below(t, 250000);
}

void streets_bill_so_much(struct streets *t, struct buyer *b, int64_t minor)
{
	b->numbers[b->count] = next_number(t);
	b->invoices[b->count] = world_issue(&t->world, b->ref, b->numbers[b->count], minor);
	b->count++;
	/* The numbers between are other customers' of before. */
	t->next += (int)labelled_below(t, 3);
}

void streets_bill(struct streets *t, struct buyer *b)
{
	if (b->count < LABELLED_INVOICES)
		streets_bill_so_much(t, b, streets_amount(t));
}

void labelled_open(struct streets *t, struct arena *arena, uint64_t seed)
{
	*t = (struct streets){ .world = world_open(arena), .chance = { seed }, .next = 40 };
	labelled_policy(t);
	t->style = (int)labelled_below(t, 4);
	size_t firm = (size_t)labelled_below(t, sizeof(firms) / sizeof(firms[0]));
	for (size_t i = 0; i < BUYERS; i++) {
		struct buyer *b = &t->buyers[i];
		b->ref = labelled_print(t, "K-%05d", 10017 + (int)i * 7);
		b->name = firms[(firm + i) % (sizeof(firms) / sizeof(firms[0]))];
		b->iban = make_iban(t);
		b->known = labelled_happens(t, 65);
		assert_int_equal(world_run(&t->world, world_named_customer(&t->world, b->ref, 1, b->known ? b->iban : NULL, b->name)), OK);
		for (uint64_t n = 1 + labelled_below(t, 4); n; n--)
			streets_bill(t, b);
	}
}

const char *streets_rf(struct streets *t, struct uuid id)
{
	const struct invoice *v = book_invoice(t->world.book, SPAN(MERCHANT), id);
	return span_cstr(t->world.arena, v->rf);
}

/* ---- what is open ---- */

int64_t streets_open(struct streets *t, struct uuid id)
{
	return world_item(&t->world, id)->open;
}

/* The buyer's open invoices, by place. */
size_t streets_open_places(struct streets *t, const struct buyer *b, size_t out[LABELLED_INVOICES])
{
	size_t n = 0;
	for (size_t i = 0; i < b->count; i++)
		if (streets_open(t, b->invoices[i]) > 0)
			out[n++] = i;
	return n;
}

struct buyer *streets_buyer(struct streets *t)
{
	return &t->buyers[labelled_below(t, BUYERS)];
}

/* So many open invoices of one buyer, in their order; 0: all of them, two at least. */
bool streets_pick(struct streets *t, size_t n, struct pick *p)
{
	p->buyer = streets_buyer(t);
	p->count = streets_open_places(t, p->buyer, p->places);
	p->sum = 0;
	if (p->count < (n ? n : 2))
		return false;
	while (n && p->count > n) {
		size_t drop = (size_t)labelled_below(t, p->count--);
		memmove(p->places + drop, p->places + drop + 1, (p->count - drop) * sizeof(p->places[0]));
	}
	for (size_t i = 0; i < p->count; i++)
		p->sum += streets_open(t, p->buyer->invoices[p->places[i]]);
	return true;
}

const char *pick_number(const struct pick *p, size_t i)
{
	return p->buyer->numbers[p->places[i]];
}

struct uuid pick_id(const struct pick *p, size_t i)
{
	return p->buyer->invoices[p->places[i]];
}

void pick_tell(struct streets *t, struct labelled *l, const struct pick *p, int64_t minor, const char *text)
{
	l->line = (struct line_of){ .minor = minor, .text = text, .iban = p->buyer->iban, .name = labelled_name(t, p->buyer->name) };
	l->count = p->count;
	for (size_t i = 0; i < p->count; i++)
		l->invoices[i] = pick_id(p, i);
}

/* A payer whom nobody knows. */
void streets_stranger(struct streets *t, struct labelled *l)
{
	l->line.iban = make_iban(t);
	l->line.name = "Treuhand Winkelmann";
}
