#include "handlers.h"

/* --- the tables that decide, for people --- */

static void print_machine(struct text *t)
{
	text_add(t, "invoice: from, act, to, why\n");
	for (size_t i = 0; i < INVOICE_RULES; i++) {
		const struct invoice_rule *r = &invoice_rules[i];

		text_printf(t, "  %-7s %-8s %-8s %s\n", invoice_state_names[r->from], invoice_act_names[r->act],
			r->allowed ? invoice_state_names[r->to] : "refused", r->why);
	}
}

static void print_terms(struct text *t)
{
	text_add(t, "\nterms: kind, due date\n");
	for (int i = 0; i < TERMS_KINDS; i++)
		text_printf(t, "  %-13s %s\n", terms_rules[i].name, terms_rules[i].help);
}

static void print_taxes(struct text *t)
{
	static const char *const rates[] = {
		[RATE_POSITIVE] = "above 0",
		[RATE_ZERO] = "0",
		[RATE_ANY] = "0 or more",
	};

	text_add(t, "\ntax: category (EN 16931 BT-151), rate, reason where the charge gives none, what it is\n");
	for (int i = TAX_STANDARD; i < TAX_CATEGORIES; i++)
		text_printf(t, "  %-2s %-9s %-23s %s\n", tax_rules[i].code, rates[tax_rules[i].rate],
			tax_rules[i].reason ? tax_rules[i].text : "-", tax_rules[i].help);
}

static void print_locks(struct text *t)
{
	text_add(t, "\nlocks, in order\n");
	for (int i = 0; i < LOCKS; i++)
		text_printf(t, "  %s%s\n", book_locks[i].name, book_locks[i].stream ? " (the Kafka key)" : "");
}

static void print_handlers(struct text *t)
{
	text_add(t, "\nmessages: type, what it does\n");
	for (const struct handler *h = invoicing_handlers; h->type != NULL; h++)
		text_printf(t, "  %-37s %s\n", h->type, h->help);
}

void invoicing_rules(struct text *t)
{
	print_machine(t);
	print_terms(t);
	print_taxes(t);
	print_locks(t);
	print_handlers(t);
}
