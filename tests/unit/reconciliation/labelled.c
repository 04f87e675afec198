#include "labelled_streets.h"

#include <ctype.h>
#include <stdio.h>

#include "rf.h"

/* ---- classes: what the payer does; false where the town has nothing for it ---- */

typedef bool class_fn(struct streets *, struct labelled *);

static int64_t some(struct streets *t, int64_t open)
{
	switch (labelled_below(t, 4)) {
	case 0: return 1 + (int64_t)labelled_below(t, (uint64_t)open);
	case 1: return open + 1 + (int64_t)labelled_below(t, 5000);
	default: return open;
	}
}

static bool structured_reference(struct streets *t, struct labelled *l)
{
	struct pick p;
	if (!streets_pick(t, 1, &p))
		return false;
	pick_tell(t, l, &p, some(t, p.sum), "");
	l->line.reference = streets_rf(t, pick_id(&p, 0));
	return true;
}

static bool reference_in_text(struct streets *t, struct labelled *l)
{
	struct pick p;
	if (!streets_pick(t, 1, &p))
		return false;
	const char *rf = rf_print(t->world.arena, span_of(streets_rf(t, pick_id(&p, 0))));
	pick_tell(t, l, &p, some(t, p.sum),
		labelled_cut(
			t, labelled_phrase(t, labelled_happens(t, 30) ? labelled_lower(t, rf) : rf), labelled_happens(t, 50) ? 27 : 140));
	return true;
}

static bool scanned_code(struct streets *t, struct labelled *l)
{
	struct pick p;
	if (!streets_pick(t, 1, &p))
		return false;
	pick_tell(t, l, &p, p.sum,
		labelled_print(t, "BCD\n002\n1\nSCT\n\nNord GmbH\nDE02120300000000202051\nEUR%d.%02d\n\n%s", (int)(p.sum / 100),
			(int)(p.sum % 100), streets_rf(t, pick_id(&p, 0))));
	streets_stranger(t, l);
	return true;
}

static bool number_exact(struct streets *t, struct labelled *l)
{
	struct pick p;
	if (!streets_pick(t, 1, &p))
		return false;
	pick_tell(t, l, &p, p.sum, labelled_phrase(t, pick_number(&p, 0)));
	return true;
}

static bool number_part_or_over(struct streets *t, struct labelled *l)
{
	struct pick p;
	if (!streets_pick(t, 1, &p))
		return false;
	pick_tell(t, l, &p, some(t, p.sum), labelled_phrase(t, pick_number(&p, 0)));
	return true;
}

static bool number_respelt(struct streets *t, struct labelled *l)
{
	struct pick p;
	if (!streets_pick(t, 1, &p))
		return false;
	pick_tell(t, l, &p, some(t, p.sum), labelled_phrase(t, labelled_respelt(t, pick_number(&p, 0))));
	return true;
}

static bool number_without_payer(struct streets *t, struct labelled *l)
{
	struct pick p;
	if (!streets_pick(t, 1, &p))
		return false;
	pick_tell(t, l, &p, p.sum, labelled_phrase(t, pick_number(&p, 0)));
	l->line.iban = l->line.name = "";
	return true;
}

static bool number_glued(struct streets *t, struct labelled *l)
{
	static const char *const before[] = { "Rg", "RE", "RNR", "Rechnung", "Inv", "Invoice", "Fact", "Factuur", "Fakt" };
	struct pick p;
	if (!streets_pick(t, 1, &p))
		return false;
	pick_tell(t, l, &p, p.sum, labelled_print(t, "%s%s Danke", before[labelled_below(t, 9)], pick_number(&p, 0)));
	return true;
}

static bool number_with_letters_for_digits(struct streets *t, struct labelled *l)
{
	struct pick p;
	if (!streets_pick(t, 1, &p))
		return false;
	pick_tell(t, l, &p, p.sum, labelled_phrase(t, labelled_with_ohs(t, pick_number(&p, 0))));
	return true;
}

static bool number_without_its_letters(struct streets *t, struct labelled *l)
{
	struct pick p;
	if (!streets_pick(t, 1, &p))
		return false;
	const char *tail = pick_number(&p, 0);
	while (!isdigit((unsigned char)*tail))
		tail++;
	pick_tell(t, l, &p, p.sum, labelled_phrase(t, tail));
	return true;
}

static bool number_cut_by_the_bank(struct streets *t, struct labelled *l)
{
	struct pick p;
	if (!streets_pick(t, 1, &p))
		return false;
	pick_tell(t, l, &p, p.sum,
		labelled_cut(t,
			labelled_print(t, "%.*s %s", 17 + (int)labelled_below(t, 8), "Bezahlung Ihrer Rechnung", pick_number(&p, 0)), 27));
	return true;
}

static bool several_numbers(struct streets *t, struct labelled *l)
{
	static const char *const between[] = { ", ", " ", " und ", " + ", "/", ";", " et " };
	struct pick p;
	if (!streets_pick(t, 2 + (size_t)labelled_below(t, 3), &p))
		return false;
	const char *text = pick_number(&p, 0), *sign = between[labelled_below(t, 7)];
	for (size_t i = 1; i < p.count; i++)
		text = labelled_print(t, "%s%s%s", text, sign, pick_number(&p, i));
	pick_tell(t, l, &p, p.sum, labelled_cut(t, labelled_phrase(t, text), labelled_happens(t, 30) ? 35 : 140));
	return true;
}

/* "2026-0042/43": the second has the same digits but for the last ones. */
static bool second_number_cut_short(struct streets *t, struct labelled *l)
{
	struct pick p;
	if (!streets_pick(t, 2, &p))
		return false;
	const char *a = pick_number(&p, 0), *b = pick_number(&p, 1);
	size_t n = strlen(a), same = 0;
	while (a[same] && a[same] == b[same])
		same++;
	if (strlen(b) != n || same + 2 < n)
		return false;
	pick_tell(t, l, &p, p.sum, labelled_phrase(t, labelled_print(t, "%s%s%s", a, labelled_happens(t, 60) ? "/" : " und ", b + n - 2)));
	return true;
}

static bool reference_and_number(struct streets *t, struct labelled *l)
{
	struct pick p;
	if (!streets_pick(t, 2, &p))
		return false;
	pick_tell(t, l, &p, p.sum, labelled_phrase(t, pick_number(&p, 1)));
	l->line.reference = streets_rf(t, pick_id(&p, 0));
	return true;
}

static bool paid_twice(struct streets *t, struct labelled *l)
{
	struct buyer *b = streets_buyer(t);
	for (size_t i = 0; i < b->count; i++)
		if (!streets_open(t, b->invoices[i])) {
			struct pick p = { .buyer = b, .places = { i }, .count = 1 };
			pick_tell(t, l, &p, world_item(&t->world, b->invoices[i])->amount, labelled_phrase(t, b->numbers[i]));
			return true;
		}
	return false;
}

static const char *const empty_phrases[] = { "Danke", "payment", "", "Zahlung Februar 2026", "virement", "NOTPROVIDED", "bonifico",
	"loppulasku", "Miete 02/2026" };

static const char *empty_phrase(struct streets *t)
{
	return empty_phrases[labelled_below(t, 9)];
}

static size_t owing_as_much(struct streets *t, const struct buyer *b, int64_t minor)
{
	size_t n = 0, places[LABELLED_INVOICES];
	for (size_t i = 0, open = streets_open_places(t, b, places); i < open; i++)
		n += streets_open(t, b->invoices[places[i]]) == minor;
	return n;
}

static bool payer_and_amount(struct streets *t, struct labelled *l)
{
	struct pick p;
	if (!streets_pick(t, 1, &p) || !p.buyer->known || owing_as_much(t, p.buyer, p.sum) > 1)
		return false;
	pick_tell(t, l, &p, p.sum, empty_phrase(t));
	return true;
}

static bool payer_pays_all(struct streets *t, struct labelled *l)
{
	struct pick p;
	if (!streets_pick(t, 0, &p) || !p.buyer->known)
		return false;
	pick_tell(t, l, &p, p.sum, empty_phrase(t));
	return true;
}

/* Those who owe twins, or what others together make, are of the class of twins. */
static bool has_twins(struct streets *t, const struct buyer *b)
{
	size_t places[LABELLED_INVOICES], n = streets_open_places(t, b, places);
	for (size_t i = 0; i < n; i++)
		if (owing_as_much(t, b, streets_open(t, b->invoices[places[i]])) > 1)
			return true;
	return false;
}

static bool payer_pays_some(struct streets *t, struct labelled *l)
{
	struct pick p;
	if (!streets_pick(t, 2, &p) || !p.buyer->known || has_twins(t, p.buyer))
		return false;
	pick_tell(t, l, &p, p.sum, empty_phrase(t));
	return true;
}

static bool customer_number(struct streets *t, struct labelled *l)
{
	struct pick p;
	if (!streets_pick(t, 1, &p) || owing_as_much(t, p.buyer, p.sum) > 1)
		return false;
	pick_tell(t, l, &p, p.sum, labelled_print(t, "Kd.-Nr. %s %s", p.buyer->ref, labelled_happens(t, 50) ? "Danke" : "paiement"));
	return true;
}

static bool slip_in_reference_of_known_payer(struct streets *t, struct labelled *l)
{
	struct pick p;
	if (!streets_pick(t, 1, &p) || !p.buyer->known || owing_as_much(t, p.buyer, p.sum) > 1)
		return false;
	pick_tell(t, l, &p, p.sum,
		labelled_phrase(t, rf_print(t->world.arena, span_of(labelled_with_slip(t, streets_rf(t, pick_id(&p, 0)))))));
	return true;
}

static bool slip_in_reference(struct streets *t, struct labelled *l)
{
	struct pick p;
	if (!streets_pick(t, 1, &p))
		return false;
	pick_tell(t, l, &p, some(t, p.sum),
		labelled_phrase(t, rf_print(t->world.arena, span_of(labelled_with_slip(t, streets_rf(t, pick_id(&p, 0)))))));
	return true;
}

static bool is_of(const struct buyer *b, const char *number)
{
	for (size_t i = 0; i < b->count; i++)
		if (!strcmp(b->numbers[i], number))
			return true;
	return false;
}

/* Where the slip makes it another number of the same customer, the amount is what tells. */
static bool slip_in_number(struct streets *t, struct labelled *l)
{
	struct pick p;
	if (!streets_pick(t, 1, &p))
		return false;
	const char *slipped = labelled_with_slip(t, pick_number(&p, 0));
	pick_tell(t, l, &p, is_of(p.buyer, slipped) ? p.sum : some(t, p.sum), labelled_phrase(t, slipped));
	return true;
}

static bool third_party(struct streets *t, struct labelled *l)
{
	if (!number_part_or_over(t, l))
		return false;
	streets_stranger(t, l);
	return true;
}

static bool paid_by_another_customer(struct streets *t, struct labelled *l)
{
	if (!number_part_or_over(t, l))
		return false;
	const struct buyer *other = streets_buyer(t);
	l->line.iban = other->iban;
	l->line.name = other->name;
	return true;
}

static bool twins(struct streets *t, struct labelled *l)
{
	struct pick p;
	if (!streets_pick(t, 1, &p))
		return false;
	if (owing_as_much(t, p.buyer, p.sum) < 2) {
		if (p.buyer->count == LABELLED_INVOICES)
			return false;
		streets_bill_so_much(t, p.buyer, p.sum);
	}
	pick_tell(t, l, &p, p.sum, empty_phrase(t));
	return true;
}

static bool amount_alone(struct streets *t, struct labelled *l)
{
	struct pick p;
	if (!streets_pick(t, 1, &p))
		return false;
	pick_tell(t, l, &p, p.sum, empty_phrase(t));
	streets_stranger(t, l);
	return true;
}

/* Our number inside a longer one, with the amount to it. */
static bool number_inside_a_longer_one(struct streets *t, struct labelled *l)
{
	struct pick p;
	if (!streets_pick(t, 1, &p))
		return false;
	pick_tell(t, l, &p, p.sum, labelled_print(t, labelled_happens(t, 50) ? "Vertrag %s7" : "ref 9%s00", pick_number(&p, 0)));
	streets_stranger(t, l);
	l->count = 0;
	return true;
}

static bool none_of_ours(struct streets *t, struct labelled *l)
{
	static const char *const texts[] = { "Miete Januar 2026 Whg 0042", "Steuererstattung St.-Nr. 17/123/45678",
		"GEHALT 01/2026 PERS.NR 00012345", "Depotertrag WKN 840400", "remboursement dossier 20260117",
		"Versicherung Police 4711-0815-2026", "Erstattung RG 000042/26 Stadtwerke", "IBAN DE89370400440532013000 BIC COBADEFFXXX" };
	l->line = (struct line_of){ .minor = streets_amount(t), .text = texts[labelled_below(t, 8)] };
	streets_stranger(t, l);
	l->line.name = "Stadtkasse";
	l->count = 0;
	return true;
}

/* ---- beyond words: end-to-end ids, mandates, dates, numbers that were cut off, what a person taught ---- */

static bool number_as_end_to_end_id(struct streets *t, struct labelled *l)
{
	struct pick p;
	if (!streets_pick(t, 1, &p))
		return false;
	pick_tell(t, l, &p, some(t, p.sum), empty_phrase(t));
	l->line.end_to_end = labelled_happens(t, 50) ? pick_number(&p, 0) : streets_rf(t, pick_id(&p, 0));
	return true;
}

/* A payer's own running number. */
static bool strange_end_to_end_id(struct streets *t, struct labelled *l)
{
	if (!amount_alone(t, l))
		return false;
	l->line.end_to_end = labelled_print(t, labelled_happens(t, 50) ? "%06d" : "2026%05d", 40 + (int)labelled_below(t, 60));
	l->count = 0;
	return true;
}

/* The first line under a mandate names what it pays, and teaches it. */
static bool mandate(struct streets *t, struct labelled *l)
{
	struct pick p;
	if (!streets_pick(t, 1, &p) || owing_as_much(t, p.buyer, p.sum) > 1)
		return false;
	bool taught = p.buyer->mandate;
	pick_tell(t, l, &p, p.sum, taught ? empty_phrase(t) : pick_number(&p, 0));
	p.buyer->mandate = labelled_print(t, "MD-%s", p.buyer->ref);
	l->line.mandate = p.buyer->mandate;
	l->line.iban = labelled_happens(t, 50) ? "" : p.buyer->iban;
	return true;
}

/* Somebody else's, who has paid under it before. */
static bool mandate_of_another(struct streets *t, struct labelled *l)
{
	struct pick p, of;
	if (!streets_pick(t, 1, &p) || !streets_pick(t, 1, &of) || of.buyer == p.buyer)
		return false;
	if (!of.buyer->mandate) {
		of.buyer->mandate = labelled_print(t, "MD-%s", of.buyer->ref);
		world_line(&t->world, (struct line_of){ .minor = of.sum, .text = pick_number(&of, 0), .mandate = of.buyer->mandate });
	}
	pick_tell(t, l, &p, p.sum, labelled_happens(t, 50) ? pick_number(&p, 0) : empty_phrase(t));
	l->line.mandate = of.buyer->mandate;
	l->line.iban = "";
	return true;
}

static bool paid_before_it_was_issued(struct streets *t, struct labelled *l)
{
	struct pick p;
	if (!streets_pick(t, 1, &p) || !p.buyer->known)
		return false;
	pick_tell(t, l, &p, p.sum, empty_phrase(t));
	l->line.days_before = 400;
	return true;
}

static const char *cut_off(struct streets *t, const struct pick *p)
{
	static const size_t widths[] = { 27, 35, 140 };
	return labelled_cut_off(t, pick_number(p, 0), widths[labelled_below(t, 3)]);
}

static bool tail_lost(struct streets *t, struct labelled *l)
{
	struct pick p;
	if (!streets_pick(t, 1, &p) || !p.buyer->known || owing_as_much(t, p.buyer, p.sum) > 1)
		return false;
	pick_tell(t, l, &p, p.sum, cut_off(t, &p));
	return true;
}

/* Two of a customer's invoices are of the same amount: what is left of the number tells, or it does not. */
static bool tail_lost_of_twins(struct streets *t, struct labelled *l)
{
	if (!twins(t, l))
		return false;
	struct pick p = { .buyer = streets_buyer(t), .count = 1 };
	for (size_t i = 0; i < BUYERS; i++)
		for (size_t j = 0; j < t->buyers[i].count; j++)
			if (uuid_equal(t->buyers[i].invoices[j], l->invoices[0]))
				p = (struct pick){ .buyer = &t->buyers[i], .places = { j }, .count = 1 };
	l->line.text = cut_off(t, &p);
	return true;
}

static bool tail_lost_by_a_stranger(struct streets *t, struct labelled *l)
{
	struct pick p;
	if (!streets_pick(t, 1, &p))
		return false;
	pick_tell(t, l, &p, some(t, p.sum), cut_off(t, &p));
	streets_stranger(t, l);
	return true;
}

static void teach(struct streets *t, const struct pick *p, const char *form)
{
	struct uuid line = world_line(&t->world, (struct line_of){ .minor = p->sum, .text = form });
	assert_int_equal(world_run(&t->world, world_command(&t->world, "MatchLine", world_path(&t->world, "lines", line, "match"),
						      labelled_print(t, "\"items\":[{\"invoice_number\":\"%s\"}]", pick_number(p, 0)))),
		OK);
}

/* A person has said once whose contract that is. */
static bool words_that_were_taught(struct streets *t, struct labelled *l)
{
	struct pick p;
	if (!streets_pick(t, 1, &p))
		return false;
	struct buyer *b = p.buyer;
	if (!b->form) {
		b->form = labelled_print(t, "Miete Vertrag 47%03d", (int)(b - t->buyers));
		teach(t, &p, b->form);
		streets_bill(t, b);
	}
	p.count = streets_open_places(t, b, p.places) ? 1 : 0;
	if (!p.count || owing_as_much(t, b, streets_open(t, pick_id(&p, 0))) > 1)
		return false;
	pick_tell(t, l, &p, streets_open(t, pick_id(&p, 0)), labelled_print(t, "%s %02d/2026", b->form, 1 + (int)labelled_below(t, 12)));
	l->line.iban = "";
	return true;
}

bool labelled_pick(struct streets *t, size_t n, struct labelled *l, const char *numbers[LABELLED_INVOICES], int64_t *sum)
{
	struct pick p;
	if (!streets_pick(t, n, &p))
		return false;
	pick_tell(t, l, &p, p.sum, "");
	for (size_t i = 0; i < p.count; i++)
		numbers[i] = pick_number(&p, i);
	*sum = p.sum;
	return true;
}

static const struct {
	const char *word;
	unsigned weight;
	enum owes owes;
	class_fn *make;
} classes[] = {
	{ "structured reference", 14, OWES_POST, structured_reference },
	{ "reference in the text", 10, OWES_POST, reference_in_text },
	{ "scanned code", 2, OWES_POST, scanned_code },
	{ "number, exact", 14, OWES_POST, number_exact },
	{ "number, part or over", 6, OWES_POST, number_part_or_over },
	{ "number, other signs", 7, OWES_POST, number_respelt },
	{ "number, no payer", 2, OWES_POST, number_without_payer },
	{ "number, glued", 3, OWES_POST, number_glued },
	{ "number, O for 0", 3, OWES_POST, number_with_letters_for_digits },
	{ "number without letters", 4, OWES_POST, number_without_its_letters },
	{ "number cut by the bank", 3, OWES_POST, number_cut_by_the_bank },
	{ "several numbers", 6, OWES_POST, several_numbers },
	{ "second number short", 3, OWES_POST, second_number_cut_short },
	{ "reference and number", 3, OWES_POST, reference_and_number },
	{ "paid twice", 3, OWES_POST, paid_twice },
	{ "payer and amount", 7, OWES_POST, payer_and_amount },
	{ "payer pays all", 3, OWES_POST, payer_pays_all },
	{ "payer pays some", 3, OWES_POST, payer_pays_some },
	{ "customer number", 4, OWES_POST, customer_number },
	{ "slip, payer known", 3, OWES_POST, slip_in_reference_of_known_payer },
	{ "end-to-end id", 4, OWES_POST, number_as_end_to_end_id },
	{ "mandate", 5, OWES_POST, mandate },
	{ "words taught", 4, OWES_POST, words_that_were_taught },
	{ "tail lost, payer known", 4, OWES_POST, tail_lost },
	{ "tail lost, twins", 4, OWES_RIGHT, tail_lost_of_twins },
	{ "tail lost, a stranger", 3, OWES_WAIT, tail_lost_by_a_stranger },
	{ "another's mandate", 4, OWES_WAIT, mandate_of_another },
	{ "before it was issued", 3, OWES_WAIT, paid_before_it_was_issued },
	{ "strange end-to-end id", 3, OWES_WAIT, strange_end_to_end_id },
	{ "less, tolerated", 4, OWES_POST, labelled_tolerance },
	{ "less its discount", 5, OWES_POST, labelled_discount },
	{ "several, less discount", 4, OWES_POST, labelled_discount_of_several },
	{ "less told charges", 4, OWES_POST, labelled_charges },
	{ "less, too late", 3, OWES_RIGHT, labelled_late_discount },
	{ "near the amount", 4, OWES_WAIT, labelled_near_the_amount },
	{ "slip in a reference", 4, OWES_RIGHT, slip_in_reference },
	{ "slip in a number", 5, OWES_RIGHT, slip_in_number },
	{ "third party", 3, OWES_RIGHT, third_party },
	{ "another customer pays", 3, OWES_RIGHT, paid_by_another_customer },
	{ "twins", 4, OWES_WAIT, twins },
	{ "amount alone", 4, OWES_WAIT, amount_alone },
	{ "inside a longer number", 3, OWES_WAIT, number_inside_a_longer_one },
	{ "none of ours", 4, OWES_WAIT, none_of_ours },
};

enum { CLASSES = sizeof(classes) / sizeof(classes[0]) };

const char *labelled_class(size_t i)
{
	return i < CLASSES ? classes[i].word : NULL;
}

static size_t class_of(uint64_t dice)
{
	size_t i = 0;
	for (; dice >= classes[i].weight; i++)
		dice -= classes[i].weight;
	return i;
}

bool labelled_next(struct streets *t, struct labelled *l)
{
	unsigned all = 0;
	for (size_t i = 0; i < CLASSES; i++)
		all += classes[i].weight;
	size_t class = class_of(labelled_below(t, all));
	if (labelled_happens(t, 60))
		streets_bill(t, streets_buyer(t));
	*l = (struct labelled){ .class = classes[class].word, .owes = classes[class].owes };
	return classes[class].make(t, l);
}
