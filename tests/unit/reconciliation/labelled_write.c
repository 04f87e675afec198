#include "labelled.h"

#include <ctype.h>
#include <stdio.h>

/* How payers and banks write. */

uint64_t labelled_below(struct streets *t, uint64_t limit)
{
	return chance_below(&t->chance, limit);
}

bool labelled_happens(struct streets *t, unsigned of_hundred)
{
	return labelled_below(t, 100) < of_hundred;
}

const char *labelled_print(struct streets *t, const char *fmt, ...)
{
	char out[600];
	va_list args;
	va_start(args, fmt);
	vsnprintf(out, sizeof(out), fmt, args);
	va_end(args);
	return arena_strdup(t->world.arena, out);
}

static const char *const around[] = { "Rechnung %s", "Rg.-Nr. %s vom 03.02.2026", "Ihre Rechnung %s, Danke", "RNr %s KdNr 4711",
	"Invoice %s", "inv. %s thank you", "payment of invoice no. %s dated 2026-02-11", "facture n° %s", "Facture %s du 12/01/2026 merci",
	"factuur %s", "betreft factuur %s d.d. 20-02-2026", "fattura n. %s", "saldo fattura %s", "pago factura %s", "lasku %s",
	"faktura nr %s", "platba faktury %s", "za fakturę %s", "SVWZ+%s", "/REMI/USTD//%s/", "EREF+NOTPROVIDED SVWZ+Re %s", "%s",
	"1. Rate %s", "%s 1.234,56 EUR", "IBAN DE89 3704 0044 0532 0130 00 %s" };

const char *labelled_phrase(struct streets *t, const char *number)
{
	const char *frame = around[labelled_below(t, sizeof(around) / sizeof(around[0]))], *at = strstr(frame, "%s");
	return labelled_print(t, "%.*s%s%s", (int)(at - frame), frame, number, at + 2);
}

/* Capitals without accents, as banks have them; cut; the name turned round; or as it is. */
const char *labelled_name(struct streets *t, const char *name)
{
	static const char *const from[] = { "ü", "ö", "ä", "é", "è", "í", "á", "ø", "č", "ł", "ś" };
	static const char *const to[] = { "UE", "OE", "AE", "E", "E", "I", "A", "O", "C", "L", "S" };
	char out[100];
	size_t n = 0;
	if (labelled_happens(t, 40))
		return name;
	for (const char *c = name; *c;) {
		size_t i = 0;
		while (i < 11 && strncmp(c, from[i], 2) != 0)
			i++;
		n += (size_t)snprintf(out + n, sizeof(out) - n, "%s", i < 11 ? to[i] : (char[]){ (char)toupper((unsigned char)*c), 0 });
		c += i < 11 ? 2 : 1;
	}
	if (labelled_happens(t, 30) && n > 18)
		out[18] = '\0';
	return arena_strdup(t->world.arena, out);
}

const char *labelled_lower(struct streets *t, const char *text)
{
	char *out = arena_strdup(t->world.arena, text);
	for (char *c = out; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	return out;
}

/* With other signs between. */
const char *labelled_respelt(struct streets *t, const char *number)
{
	static const char signs[] = { ' ', '/', '.', '-' };
	char *out = arena_strdup(t->world.arena, labelled_happens(t, 50) ? labelled_lower(t, number) : number),
	     sign = signs[labelled_below(t, 4)];
	for (char *c = out; *c; c++)
		if (*c == '-' || *c == '/')
			*c = sign;
	return out;
}

const char *labelled_with_ohs(struct streets *t, const char *number)
{
	char *out = arena_strdup(t->world.arena, number);
	for (char *c = out; *c; c++)
		if (*c == '0')
			*c = labelled_happens(t, 50) ? 'o' : 'O';
	return out;
}

/* One digit is another. */
const char *labelled_with_slip(struct streets *t, const char *text)
{
	char *out = arena_strdup(t->world.arena, text);
	size_t n = strlen(out), at;
	do
		at = n - 1 - (size_t)labelled_below(t, n < 6 ? n : 6);
	while (!isdigit((unsigned char)out[at]));
	out[at] = (char)('0' + (out[at] - '0' + 1 + (int)labelled_below(t, 9)) % 10);
	return out;
}

const char *labelled_cut_off(struct streets *t, const char *number, size_t width)
{
	static const char before[] =
		"Bezahlung Ihrer Rechnung vom letzten Monat, vielen Dank fuer die gute Arbeit an Haus und Garten und auch fuer die schnelle Hilfe im "
		"Keller nach dem Regen";
	size_t keep = strlen(number) - 1 - (size_t)labelled_below(t, 2);
	return labelled_print(t, "%.*s %.*s", (int)(width - keep - 1), before, (int)keep, number);
}

/* As a bank does that has lines of so many characters. */
const char *labelled_cut(struct streets *t, const char *text, size_t width)
{
	char out[600];
	size_t n = 0;
	for (size_t i = 0; text[i] && n + 2 < sizeof(out); i++) {
		if (i && i % width == 0)
			out[n++] = '\n';
		out[n++] = text[i];
	}
	out[n] = '\0';
	return arena_strdup(t->world.arena, out);
}
