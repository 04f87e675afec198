/*
 * words: what documents say in the languages that they are printed in. A language that is not here reads English.
 */
#ifndef INVOICING_WORDS_H
#define INVOICING_WORDS_H

#include "money.h"
#include "terms.h"

struct words {
	const char *language;   /* primary subtag */
	const char *months[12];
	bool day_has_dot;       /* 5. März 2026 */
	bool currency_last;     /* 1.234,50 EUR */
	char point, group;
	const char *invoice, *credit_note, *issue_date, *due_date, *seller, *buyer, *tax_id, *order, *credits;
	const char *line, *description, *quantity, *unit_price, *net, *tax, *rate, *taxable, *gross, *credited, *paid, *left, *period;
	const char *pay_title, *pay_text, *holder, *iban, *bic, *reference, *reason;
	const char *open, *part_paid, *settled, *overdue, *withdrawn;
	const char *discount, *discount_by, *discount_end; /* around a rate in percent, an amount and a date */
	const char *net_days, *end_of_month, *fixed_day; /* with the due date as %s */
	const char *exempt[10];   /* by tax category: what replaces the default reason; NULL: as it is */
};

const struct words *words_find(struct span language);
size_t words_count(void);
const struct words *words_at(size_t);

const char *words_date(struct arena *, const struct words *, struct date);
const char *words_money(struct arena *, const struct words *, struct money);
const char *words_decimal(struct arena *, const struct words *, struct decimal);

/* When a document is due, as printed. */
struct span words_terms(struct arena *, const struct words *, const struct terms *, struct date due);
/* What may be deducted of an amount, a sentence a step: "2 % discount of EUR 24.00 if paid by 20 March 2026." Empty where nothing may be. */
struct span words_discount(struct arena *, const struct words *, const struct discount *, struct date issued, struct money);

#endif
