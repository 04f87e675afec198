#include "letters.h"

/* How letters of Latin-1's upper half, from U+00C0, are spelt without marks. */
static const char *const spelt[] = { "A", "A", "A", "A", "Ae", "A", "Ae", "C", "E", "E", "E", "E", "I", "I", "I", "I", "D", "N", "O", "O",
	"O", "O", "Oe", "x", "O", "U", "U", "U", "Ue", "Y", "Th", "ss", "a", "a", "a", "a", "ae", "a", "ae", "c", "e", "e", "e", "e", "i",
	"i", "i", "i", "d", "n", "o", "o", "o", "o", "oe", "/", "o", "u", "u", "u", "ue", "y", "th", "y" };

enum { LATIN_LETTERS = 0xc0, LATIN_END = 0x100, EURO = 0x20ac, EURO_CP1252 = 0x80 };

static void add_cp1252(struct text *out, uint32_t rune)
{
	if (rune < 0x80 || (rune >= 0xa0 && rune < LATIN_END))
		text_char(out, (char)rune);
	else
		text_char(out, rune == EURO ? (char)EURO_CP1252 : '?');
}

static void add_ascii(struct text *out, uint32_t rune)
{
	if (rune < 0x80)
		text_char(out, (char)rune);
	else
		text_add(out, rune >= LATIN_LETTERS && rune < LATIN_END ? spelt[rune - LATIN_LETTERS] : "?");
}

static struct span spell(struct arena *arena, struct span rest, void (*add)(struct text *, uint32_t))
{
	struct text out;

	text_init(&out, arena);
	while (rest.size > 0) {
		uint32_t rune = 0;
		size_t n = span_rune(rest, &rune);

		add(&out, n > 0 ? rune : '?');
		rest = span_from(rest, n > 0 ? n : 1);
	}
	return text_done(&out);
}

struct span letters_cp1252(struct arena *arena, struct span text)
{
	return spell(arena, text, add_cp1252);
}

struct span letters_ascii(struct arena *arena, struct span text)
{
	return spell(arena, text, add_ascii);
}
