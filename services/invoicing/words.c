#include "words.h"

#include <string.h>

#include "field.h"

static const struct words languages[] = {
	{
		.language = "en",
		.months = { "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
			"December" },
		.point = '.',
		.group = ',',
		.invoice = "Invoice",
		.credit_note = "Credit note",
		.issue_date = "Date of issue",
		.due_date = "Due date",
		.seller = "From",
		.buyer = "To",
		.tax_id = "Tax ID",
		.order = "Your reference",
		.credits = "Credits invoice",
		.line = "No.",
		.description = "Description",
		.quantity = "Quantity",
		.unit_price = "Unit price",
		.net = "Net",
		.tax = "Tax",
		.rate = "Rate",
		.taxable = "Taxable",
		.gross = "Total",
		.credited = "Credited",
		.paid = "Paid",
		.left = "Still open",
		.period = "Period",
		.pay_title = "How to pay",
		.pay_text = "Please transfer the amount and give the reference exactly as printed, so that we can match your payment.",
		.holder = "Account holder",
		.iban = "IBAN",
		.bic = "BIC",
		.reference = "Reference",
		.reason = "Reason",
		.open = "Open",
		.part_paid = "Part paid",
		.settled = "Paid",
		.overdue = "Overdue",
		.withdrawn = "Credited in full",
		.discount = "\u00a0% discount of ",
		.discount_by = " if paid by ",
		.discount_end = ".",
		.net_days = "Payable without deduction by %s.",
		.end_of_month = "Payable without deduction by the end of the month, %s.",
		.fixed_day = "Payable without deduction by %s.",
	},
	{
		.language = "de",
		.months = { "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November",
			"Dezember" },
		.day_has_dot = true,
		.currency_last = true,
		.point = ',',
		.group = '.',
		.invoice = "Rechnung",
		.credit_note = "Rechnungskorrektur",
		.issue_date = "Datum",
		.due_date = "Fällig am",
		.seller = "Von",
		.buyer = "An",
		.tax_id = "Steuer-Nr.",
		.order = "Ihre Referenz",
		.credits = "Zu Rechnung",
		.line = "Nr.",
		.description = "Beschreibung",
		.quantity = "Menge",
		.unit_price = "Einzelpreis",
		.net = "Netto",
		.tax = "Steuer",
		.rate = "Satz",
		.taxable = "Bemessungsgrundlage",
		.gross = "Gesamtbetrag",
		.credited = "Gutgeschrieben",
		.paid = "Bezahlt",
		.left = "Noch offen",
		.period = "Zeitraum",
		.pay_title = "So bezahlen Sie",
		.pay_text =
			"Bitte überweisen Sie den Betrag und geben Sie die Referenz genau wie gedruckt an, damit wir Ihre Zahlung zuordnen können.",
		.holder = "Kontoinhaber",
		.iban = "IBAN",
		.bic = "BIC",
		.reference = "Referenz",
		.reason = "Grund",
		.open = "Offen",
		.part_paid = "Teilweise bezahlt",
		.settled = "Bezahlt",
		.overdue = "Überfällig",
		.withdrawn = "Vollständig gutgeschrieben",
		.discount = "\u00a0% Skonto (",
		.discount_by = ") bei Zahlung bis ",
		.discount_end = ".",
		.net_days = "Zahlbar ohne Abzug bis %s.",
		.end_of_month = "Zahlbar ohne Abzug bis zum Monatsende, %s.",
		.fixed_day = "Zahlbar ohne Abzug bis %s.",
		.exempt = { [3] = "Steuerfrei",
			[4] = "Steuerschuldnerschaft des Leistungsempfängers",
			[5] = "Innergemeinschaftliche Lieferung",
			[6] = "Ausfuhrlieferung",
			[7] = "Nicht steuerbar" },
	},
};

size_t words_count(void)
{
	return sizeof languages / sizeof *languages;
}

const struct words *words_at(size_t i)
{
	return &languages[i];
}

const struct words *words_find(struct span language)
{
	struct span primary, rest;

	span_cut(language, '-', &primary, &rest);
	for (size_t i = 0; i < words_count(); i++) {
		if (primary.size == 2 && strncasecmp(primary.at, languages[i].language, 2) == 0)
			return &languages[i];
	}
	return &languages[0];
}

const char *words_date(struct arena *arena, const struct words *w, struct date date)
{
	struct ymd p = date_parts(date);

	return arena_printf(arena, "%d%s %s %d", p.day, w->day_has_dot ? "." : "", w->months[p.month - 1], p.year);
}

/* Digits as "-1234.50" with the language's marks, thousands apart. */
static void add_digits(struct text *t, const struct words *w, const char *digits)
{
	size_t whole;

	if (*digits == '-')
		text_add(t, "\u2212"), digits++;
	whole = strcspn(digits, ".");
	for (size_t i = 0; i < whole; i++) {
		if (i > 0 && (whole - i) % 3 == 0)
			text_char(t, w->group);
		text_char(t, digits[i]);
	}
	if (digits[whole] == '.') {
		text_char(t, w->point);
		text_add(t, digits + whole + 1);
	}
}

const char *words_money(struct arena *arena, const struct words *w, struct money money)
{
	struct text t;

	text_init(&t, arena);
	if (!w->currency_last)
		text_printf(&t, "%s\u00a0", money.currency.code);
	add_digits(&t, w, money_digits(arena, money));
	if (w->currency_last)
		text_printf(&t, "\u00a0%s", money.currency.code);
	return text_done(&t).at;
}

const char *words_decimal(struct arena *arena, const struct words *w, struct decimal d)
{
	struct text t;

	text_init(&t, arena);
	add_digits(&t, w, decimal_text(arena, d));
	return text_done(&t).at;
}

struct span words_terms(struct arena *arena, const struct words *w, const struct terms *terms, struct date due)
{
	const char *form = terms->kind == TERMS_END_OF_MONTH ? w->end_of_month
			   : terms->kind == TERMS_FIXED_DAY  ? w->fixed_day
							     : w->net_days;
	const char *at = strstr(form, "%s");

	if (at == NULL)
		bug("terms of language %s do not name the due date", w->language);
	return span_of(arena_printf(arena, "%.*s%s%s", (int)(at - form), form, words_date(arena, w, due), at + 2));
}

/* A share in hundredths of a percent as percent, with as few digits as it needs. */
static const char *print_share(struct arena *arena, const struct words *w, int share)
{
	struct decimal percent;

	if (decimal_make(share, 2, &percent) != OK)
		bug("a share of %d is no decimal", share);
	return words_decimal(arena, w, field_plain(percent));
}

struct span words_discount(struct arena *arena, const struct words *w, const struct discount *d, struct date issued, struct money money)
{
	struct text t;

	text_init(&t, arena);
	for (int i = 0; i < d->count; i++) {
		const struct discount_step *step = &d->steps[i];
		struct money amount = discount_of(step, money);

		if (amount.minor > 0)
			text_printf(&t, "%s%s%s%s%s%s%s", t.size > 0 ? " " : "", print_share(arena, w, step->share), w->discount,
				words_money(arena, w, amount), w->discount_by, words_date(arena, w, discount_day(step, issued)),
				w->discount_end);
	}
	return text_done(&t);
}
