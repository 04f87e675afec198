#include "words.h"

#include <string.h>

static const struct words languages[] = {
	{
		.language = "en",
		.months = { "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
			"December" },
		.point = '.',
		.group = ',',
		.greeting = "Hello",
		.customer = "customer",
		.invoice = "Invoice",
		.due = "due on",
		.day_late = "day late",
		.days_late = "days late",
		.reference = "Reference",
		.view = "View the invoice",
		.total = "Total",
		.pay_text = "Please transfer the amount and give the reference exactly as printed, so that we can match your payment.",
		.holder = "Account holder",
		.contact = "Questions? Write to",
		.regards = "Kind regards",
	},
	{
		.language = "de",
		.months = { "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November",
			"Dezember" },
		.day_has_dot = true,
		.currency_last = true,
		.point = ',',
		.group = '.',
		.greeting = "Guten Tag",
		.customer = "Kunde",
		.invoice = "Rechnung",
		.due = "fällig am",
		.day_late = "Tag überfällig",
		.days_late = "Tage überfällig",
		.reference = "Referenz",
		.view = "Rechnung ansehen",
		.total = "Summe",
		.pay_text =
			"Bitte überweisen Sie den Betrag und geben Sie die Referenz genau wie gedruckt an, damit wir Ihre Zahlung zuordnen können.",
		.holder = "Kontoinhaber",
		.contact = "Fragen? Schreiben Sie an",
		.regards = "Freundliche Grüße",
	},
};

size_t words_count(void)
{
	return sizeof(languages) / sizeof(*languages);
}

const struct words *words_at(size_t i)
{
	return &languages[i];
}

const struct words *words_find(struct span language)
{
	struct span primary, rest;

	(void)span_cut(language, '-', &primary, &rest);
	for (size_t i = 0; i < words_count(); i++)
		if (primary.size == 2 && strncasecmp(primary.at, languages[i].language, 2) == 0)
			return &languages[i];
	return &languages[0];
}

const char *words_date(struct arena *arena, const struct words *w, struct date date)
{
	struct ymd p = date_parts(date);

	return arena_printf(arena, "%d%s %s %d", p.day, w->day_has_dot ? "." : "", w->months[p.month - 1], p.year);
}

/* Amounts of letters are not negative. */
const char *words_money(struct arena *arena, const struct words *w, struct money money)
{
	const char *digits = money_digits(arena, money);
	size_t whole = strcspn(digits, ".");
	struct text t;

	text_init(&t, arena);
	if (!w->currency_last)
		text_printf(&t, "%s\u00a0", money.currency.code);
	for (size_t i = 0; i < whole; i++) {
		if (i > 0 && (whole - i) % 3 == 0)
			text_char(&t, w->group);
		text_char(&t, digits[i]);
	}
	if (digits[whole] != '\0') {
		text_char(&t, w->point);
		text_add(&t, digits + whole + 1);
	}
	if (w->currency_last)
		text_printf(&t, "\u00a0%s", money.currency.code);
	return text_done(&t).at;
}
