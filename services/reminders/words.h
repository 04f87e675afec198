/*
 * words: dates, amounts and labels in the languages that letters are written in. A language that is not here reads English.
 */
#ifndef REMINDERS_WORDS_H
#define REMINDERS_WORDS_H

#include "date.h"
#include "money.h"

struct words {
	const char *language; /* primary subtag; templates are named by it */
	const char *months[12];
	bool day_has_dot;   /* 5. März 2026 */
	bool currency_last; /* 1.234,50 EUR */
	char point, group;
	const char *greeting, *customer, *invoice, *due, *day_late, *days_late, *reference, *view, *total, *pay_text, *holder, *contact,
		*regards;
};

const struct words *words_find(struct span language);
size_t words_count(void);
const struct words *words_at(size_t);

const char *words_date(struct arena *, const struct words *, struct date);
const char *words_money(struct arena *, const struct words *, struct money);

#endif
