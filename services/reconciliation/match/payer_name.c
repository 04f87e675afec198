#include "match/payer_name.h"

#include <ctype.h>
#include <string.h>

enum { WORDS = 16, WORD = 32, LEAST = 3, SLIP_LEAST = 5 };

struct name {
	char words[WORDS][WORD + 1];
	size_t count;
};

/* The plain letter of U+00C0 to U+017F; a dot where there is none. */
static const char plain[] =
	"AAAAAAACEEEEIIIIDNOOOOO.OUUUUYTSAAAAAAACEEEEIIIIDNOOOOO.OUUUUYTY"
	"AAAAAACCCCCCCCDDDDEEEEEEEEEEGGGGGGGGHHHHIIIIIIIIIIIIJJKKKLLLLLLLLLLNNNNNNNNNOOOOOOOORRRRRRSSSSSSSSTTTTTTUUUUUUUUUUUUWWYYYZZZZZZS";

_Static_assert(sizeof(plain) == 0x180 - 0xC0 + 1, "a letter for each");

/* Legal forms, titles and words between, as they are after folding. */
static const char *const empty_words[] = { "GMBH", "MBH", "OHG", "GBR", "LTD", "LIMITED", "INC", "CORP", "PLC", "SAS", "SARL", "SRL", "SPA",
	"APS", "OYJ", "UND", "AND", "THE", "DIE", "DER", "DAS", "FRAU", "HER", "MRS", "MISTER", "PROF", "FIRMA", "COMPANY", "MME",
	"MONSIEUR", "MADAME", "SIG", "SPOL", "ZOO", "ODER", "EHELEUTE", "FAMILIE" };

static char letter_of(uint32_t rune)
{
	if (rune < 128)
		return isalnum((int)rune) ? (char)toupper((int)rune) : '\0';
	if (rune < 0xC0 || rune > 0x17F || plain[rune - 0xC0] == '.')
		return '\0';
	return plain[rune - 0xC0];
}

/* Double letters once, and Umlauts that are written with an E as those that are not. */
static void add_letter(char *word, size_t *n, char c)
{
	char last = *n ? word[*n - 1] : '\0';
	if (c == last || (c == 'E' && last && strchr("AOU", last)) || *n == WORD)
		return;
	word[(*n)++] = c;
}

static bool is_empty(const char *word, size_t n)
{
	if (n < LEAST)
		return true;
	for (size_t i = 0; i < sizeof(empty_words) / sizeof(empty_words[0]); i++)
		if (!strcmp(word, empty_words[i]))
			return true;
	return false;
}

static void end_word(struct name *name, size_t *n)
{
	char *word = name->words[name->count];
	word[*n] = '\0';
	if (!is_empty(word, *n) && name->count < WORDS - 1)
		name->count++;
	*n = 0;
}

static void fold(struct span text, struct name *name)
{
	size_t n = 0;
	name->count = 0;
	while (text.size) {
		uint32_t rune;
		size_t size = span_rune(text, &rune);
		char c = size ? letter_of(rune) : '\0';
		if (c)
			add_letter(name->words[name->count], &n, c);
		else
			end_word(name, &n);
		text = span_from(text, size ? size : 1);
	}
	end_word(name, &n);
}

/* One letter other, missing or too many. */
static bool is_slip(const char *a, const char *b)
{
	size_t same = 0, m = strlen(a), n = strlen(b);
	while (a[same] && a[same] == b[same])
		same++;
	if (m == n)
		return !strcmp(a + same + 1, b + same + 1);
	return m == n + 1 ? !strcmp(a + same + 1, b + same) : n == m + 1 && !strcmp(a + same, b + same + 1);
}

static bool is_same_word(const char *a, const char *b)
{
	size_t m = strlen(a), n = strlen(b), least = m < n ? m : n;
	if (!strcmp(a, b))
		return true;
	return least >= SLIP_LEAST && (!strncmp(a, b, least) || is_slip(a, b));
}

_Static_assert(WORDS <= 32, "a bit for each");

/* Each word counts once, on both sides. */
static size_t count_common(const struct name *few, const struct name *many)
{
	size_t common = 0;
	uint32_t used = 0;
	for (size_t i = 0; i < few->count; i++)
		for (size_t j = 0; j < many->count; j++)
			if (!(used & UINT32_C(1) << j) && is_same_word(few->words[i], many->words[j])) {
				used |= UINT32_C(1) << j;
				common++;
				break;
			}
	return common;
}

/* The same whichever is named first: of as many words the less favourable way round holds. */
static size_t common_words(const struct name *a, const struct name *b)
{
	size_t one, other;
	if (a->count != b->count)
		return a->count < b->count ? count_common(a, b) : count_common(b, a);
	one = count_common(a, b);
	other = count_common(b, a);
	return one < other ? one : other;
}

enum name_likeness name_compare(struct span one, struct span other)
{
	struct name a, b;
	fold(one, &a);
	fold(other, &b);
	size_t few = a.count < b.count ? a.count : b.count;
	if (!few)
		return NAME_UNKNOWN;
	return 2 * common_words(&a, &b) > few ? NAME_ALIKE : NAME_OTHER;
}

struct span name_fold(struct arena *arena, struct span text)
{
	struct name name;
	struct text t;
	fold(text, &name);
	text_init(&t, arena);
	for (size_t i = 0; i < name.count; i++)
		text_printf(&t, "%s%s", i ? " " : "", name.words[i]);
	return text_done(&t);
}
