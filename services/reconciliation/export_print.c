#include <string.h>

#include "csv.h"
#include "export.h"
#include "period.h"

static struct currency currency_of(const struct entry *e)
{
	struct currency currency = { "" };
	memcpy(currency.code, e->currency.at, e->currency.size < 3 ? e->currency.size : 3);
	return currency;
}

static const char *digits(struct arena *arena, const struct entry *e)
{
	return money_digits(arena, (struct money){ e->minor, currency_of(e) });
}

/* What the entry is for, in one word and an id. A day of another month is told: there it came too late. */
static const char *narration(struct arena *arena, const struct export_file *f, const struct entry *e)
{
	bool late = e->day.day < f->export->month.day;
	return arena_printf(arena, "%.*s%s%s %s", SPAN_ARG(e->cause), late ? " of " : "", late ? date_text(arena, e->day) : "",
		uuid_text(arena, e->cause_id));
}

/* The day that it is booked on: its own, or the first of the month where that was closed before it came. */
static struct date booked_on(const struct export_file *f, const struct entry *e)
{
	return e->day.day < f->export->month.day && f->export->number > 1 ? f->export->month : e->day;
}

/* ---- generic ---- */

static void print_csv(struct text *t, struct arena *arena, const struct export_file *f)
{
	const char *month = month_text(arena, f->export->month);
	text_add(t,
		"entry,transfer_id,period,date,debit,debit_code,credit,credit_code,currency,amount,cause,cause_id,customer_ref,posted_at\r\n");
	for (size_t i = 0; i < f->count; i++) {
		const struct entry *e = &f->entries[i];
		csv_plain(t, true, arena_printf(arena, "%lld", (long long)e->number));
		csv_plain(t, false, uuid_text(arena, e->id));
		csv_plain(t, false, month);
		csv_plain(t, false, date_text(arena, e->day));
		csv_text(t, false, e->debit);
		csv_text(t, false, export_code(f->mapping, e->debit));
		csv_text(t, false, e->credit);
		csv_text(t, false, export_code(f->mapping, e->credit));
		csv_text(t, false, e->currency);
		csv_plain(t, false, digits(arena, e));
		csv_text(t, false, e->cause);
		csv_plain(t, false, uuid_text(arena, e->cause_id));
		csv_text(t, false, e->customer);
		csv_plain(t, false, instant_text(arena, e->posted));
		csv_end(t);
	}
}

/* ---- Xero, QuickBooks: a debit and a credit row ---- */

static void print_xero_row(
	struct text *t, struct arena *arena, const struct export_file *f, const struct entry *e, struct span account, bool credit)
{
	struct ymd day = date_parts(booked_on(f, e));
	csv_text(t, true, span_of(narration(arena, f, e)));
	csv_plain(t, false, arena_printf(arena, "%02d/%02d/%04d", day.day, day.month, day.year));
	csv_text(t, false, account);
	csv_text(t, false, export_code(f->mapping, account));
	csv_text(t, false, f->mapping->tax_rate);
	csv_plain(t, false, arena_printf(arena, "%s%s", credit ? "-" : "", digits(arena, e)));
	text_add(t, ",,,,");
	csv_end(t);
}

static void print_xero(struct text *t, struct arena *arena, const struct export_file *f)
{
	text_add(t,
		"*Narration,*Date,Description,*AccountCode,*TaxRate,*Amount,TrackingName1,TrackingOption1,TrackingName2,TrackingOption2\r\n");
	for (size_t i = 0; i < f->count; i++) {
		print_xero_row(t, arena, f, &f->entries[i], f->entries[i].debit, false);
		print_xero_row(t, arena, f, &f->entries[i], f->entries[i].credit, true);
	}
}

static void print_quickbooks_row(
	struct text *t, struct arena *arena, const struct export_file *f, const struct entry *e, struct span account, bool credit)
{
	struct ymd day = date_parts(booked_on(f, e));
	csv_plain(t, true, arena_printf(arena, "%lld", (long long)e->number));
	csv_plain(t, false, arena_printf(arena, "%02d/%02d/%04d", day.month, day.day, day.year));
	csv_text(t, false, export_code(f->mapping, account));
	csv_plain(t, false, credit ? "" : digits(arena, e));
	csv_plain(t, false, credit ? digits(arena, e) : "");
	csv_text(t, false, span_of(narration(arena, f, e)));
	csv_text(t, false, e->customer);
	csv_text(t, false, e->currency);
	text_add(t, ",,");
	csv_end(t);
}

static void print_quickbooks(struct text *t, struct arena *arena, const struct export_file *f)
{
	text_add(t, "*JournalNo,*JournalDate,*AccountName,*Debits,*Credits,Description,Name,Currency,Location,Class\r\n");
	for (size_t i = 0; i < f->count; i++) {
		print_quickbooks_row(t, arena, f, &f->entries[i], f->entries[i].debit, false);
		print_quickbooks_row(t, arena, f, &f->entries[i], f->entries[i].credit, true);
	}
}

/* ---- DATEV ---- */

enum { DATEV_COLUMNS = 120, DATEV_GUID = 103, DATEV_TEXT = 60 };

/* The columns of a booking batch in format version 9: a run of columns that are alike is one row with %d. */
static const struct {
	const char *name;
	int times;
} datev_columns[] = { { "Umsatz (ohne Soll/Haben-Kz)", 1 }, { "Soll/Haben-Kennzeichen", 1 }, { "WKZ Umsatz", 1 }, { "Kurs", 1 },
	{ "Basis-Umsatz", 1 }, { "WKZ Basis-Umsatz", 1 }, { "Konto", 1 }, { "Gegenkonto (ohne BU-Schlüssel)", 1 }, { "BU-Schlüssel", 1 },
	{ "Belegdatum", 1 }, { "Belegfeld 1", 1 }, { "Belegfeld 2", 1 }, { "Skonto", 1 }, { "Buchungstext", 1 }, { "Postensperre", 1 },
	{ "Diverse Adressnummer", 1 }, { "Geschäftspartnerbank", 1 }, { "Sachverhalt", 1 }, { "Zinssperre", 1 }, { "Beleglink", 1 },
	{ "Beleginfo - Art %d;Beleginfo - Inhalt %d", 8 }, { "KOST1 - Kostenstelle", 1 }, { "KOST2 - Kostenstelle", 1 },
	{ "Kost-Menge", 1 }, { "EU-Land u. UStID", 1 }, { "EU-Steuersatz", 1 }, { "Abw. Versteuerungsart", 1 }, { "Sachverhalt L+L", 1 },
	{ "Funktionsergänzung L+L", 1 }, { "BU 49 Hauptfunktionstyp", 1 }, { "BU 49 Hauptfunktionsnummer", 1 },
	{ "BU 49 Funktionsergänzung", 1 }, { "Zusatzinformation - Art %d;Zusatzinformation- Inhalt %d", 20 }, { "Stück", 1 },
	{ "Gewicht", 1 }, { "Zahlweise", 1 }, { "Forderungsart", 1 }, { "Veranlagungsjahr", 1 }, { "Zugeordnete Fälligkeit", 1 },
	{ "Skontotyp", 1 }, { "Auftragsnummer", 1 }, { "Buchungstyp", 1 }, { "USt-Schlüssel (Anzahlungen)", 1 },
	{ "EU-Land (Anzahlungen)", 1 }, { "Sachverhalt L+L (Anzahlungen)", 1 }, { "EU-Steuersatz (Anzahlungen)", 1 },
	{ "Erlöskonto (Anzahlungen)", 1 }, { "Herkunft-Kz", 1 }, { "Buchungs GUID", 1 }, { "KOST-Datum", 1 }, { "SEPA-Mandatsreferenz", 1 },
	{ "Skontosperre", 1 }, { "Gesellschaftername", 1 }, { "Beteiligtennummer", 1 }, { "Identifikationsnummer", 1 },
	{ "Zeichnernummer", 1 }, { "Postensperre bis", 1 }, { "Bezeichnung SoBil-Sachverhalt", 1 }, { "Kennzeichen SoBil-Buchung", 1 },
	{ "Festschreibung", 1 }, { "Leistungsdatum", 1 }, { "Datum Zuord. Steuerperiode", 1 }, { "Fälligkeit", 1 },
	{ "Generalumkehr (GU)", 1 }, { "Steuersatz", 1 }, { "Land", 1 } };

static void print_columns(struct text *t)
{
	for (size_t i = 0; i < sizeof(datev_columns) / sizeof(datev_columns[0]); i++)
		for (int n = 1; n <= datev_columns[i].times; n++) {
			if (t->size && t->at[t->size - 1] != '\n')
				text_char(t, ';');
			for (const char *c = datev_columns[i].name; *c; c++)
				if (c[0] == '%' && c[1] == 'd') {
					text_printf(t, "%d", n);
					c++;
				} else
					text_char(t, *c);
		}
	text_add(t, "\r\n");
}

static long stamp(struct date day)
{
	struct ymd p = date_parts(day);
	return p.year * 10000L + p.month * 100L + p.day;
}

/* The first day of the fiscal year that the month is in. */
static struct date year_start(const struct export_file *f)
{
	struct ymd p = date_parts(f->export->month);
	struct date day = f->export->month;
	int year = p.month < f->mapping->year_start ? p.year - 1 : p.year;
	if (date_ymd(year, (int)f->mapping->year_start, 1, &day) != OK)
		bug("a fiscal year begins in month %d", (int)f->mapping->year_start);
	return day;
}

/* "20260402120000000": when the export was made, UTC. */
static const char *made_at(struct arena *arena, struct instant at)
{
	struct text t;
	text_init(&t, arena);
	const char *text = instant_text(arena, at);
	for (const char *c = text; *c && *c != '.' && *c != 'Z'; c++)
		if (*c >= '0' && *c <= '9')
			text_char(&t, *c);
	text_printf(&t, "%03d", (int)(at.us / 1000 % 1000));
	return text_done(&t).at;
}

static void print_datev_head(struct text *t, struct arena *arena, const struct export_file *f)
{
	const struct export_mapping *m = f->mapping;
	const char *chart = span_is(m->base, "skr03") ? "03" : span_is(m->base, "skr04") ? "04" : "";
	text_printf(t,
		"\"EXTF\";700;21;\"Buchungsstapel\";9;%s;;\"RE\";\"\";\"\";%lld;%lld;%ld;4;%ld;%ld;\"Dunlin %lld\";\"\";1;0;1;\"%s\";;\"\";;;\"%s\";;;\"\";\"\"\r\n",
		made_at(arena, f->export->made), (long long)m->consultant, (long long)m->client, stamp(year_start(f)),
		stamp(f->export->month), stamp(date_month_end(f->export->month)), (long long)f->export->number, f->currency.code, chart);
	print_columns(t);
}

static const char *with_comma(struct arena *arena, const struct entry *e)
{
	char *text = arena_printf(arena, "%s", digits(arena, e));
	for (char *c = text; *c; c++)
		*c = *c == '.' ? ',' : *c;
	return text;
}

static void print_datev_row(struct text *t, struct arena *arena, const struct export_file *f, const struct entry *e)
{
	struct ymd day = date_parts(e->day.day < f->export->month.day ? f->export->month : e->day);
	text_printf(t, "%s;\"S\";\"%s\";;;\"\";%.*s;%.*s;\"\";%02d%02d;\"%lld\";\"\";;\"%.*s\"", with_comma(arena, e), f->currency.code,
		SPAN_ARG(export_code(f->mapping, e->debit)), SPAN_ARG(export_code(f->mapping, e->credit)), day.day, day.month,
		(long long)e->number, DATEV_TEXT, narration(arena, f, e));
	for (int column = 15; column < DATEV_GUID; column++)
		text_char(t, ';');
	text_printf(t, ";\"%s\"", uuid_text(arena, e->id));
	for (int column = DATEV_GUID + 1; column <= DATEV_COLUMNS; column++)
		text_add(t, column == 114 ? ";1" : ";");
	text_add(t, "\r\n");
}

static void print_datev(struct text *t, struct arena *arena, const struct export_file *f)
{
	print_datev_head(t, arena, f);
	for (size_t i = 0; i < f->count; i++)
		print_datev_row(t, arena, f, &f->entries[i]);
}

/* 0x80 to 0x9f of Windows-1252; 0 where it has none. */
static const uint16_t specials[32] = { 0x20ac, 0, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0,
	0x017d, 0, 0, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0, 0x017e, 0x0178 };

static char cp1252_of(uint32_t rune)
{
	if (rune < 0x80 || (rune >= 0xa0 && rune <= 0xff))
		return (char)rune;
	for (int i = 0; i < 32; i++)
		if (specials[i] == rune)
			return (char)(0x80 + i);
	return '?';
}

struct span cp1252_print(struct arena *arena, struct span utf8)
{
	struct text t;
	text_init(&t, arena);
	while (utf8.size) {
		uint32_t rune = '?';
		size_t n = span_rune(utf8, &rune);
		text_char(&t, n ? cp1252_of(rune) : '?');
		utf8 = span_from(utf8, n ? n : 1);
	}
	return text_done(&t);
}

struct span export_print(struct arena *arena, const struct export_file *f)
{
	struct text t;
	text_init(&t, arena);
	switch (f->export->target) {
	case EXPORT_CSV: print_csv(&t, arena, f); break;
	case EXPORT_DATEV: print_datev(&t, arena, f); return cp1252_print(arena, text_done(&t));
	case EXPORT_XERO: print_xero(&t, arena, f); break;
	case EXPORT_QUICKBOOKS: print_quickbooks(&t, arena, f); break;
	case EXPORT_TARGETS: bug("an export for nobody");
	}
	return text_done(&t);
}
