#include <string.h>
#include <strings.h>

#include "template_parts.h"

#define REPLACEMENT "\xef\xbf\xbd"

static bool is_control(uint32_t rune)
{
	return rune < 0x20 || (rune >= 0x7f && rune < 0xa0) || rune == 0x2028 || rune == 0x2029;
}

/* Controls and line separators become blanks: a value stays on its line. */
static void add_plain(struct text *to, uint32_t rune, struct span bytes)
{
	if (is_control(rune))
		text_char(to, ' ');
	else
		text_span(to, bytes);
}

static void add_html(struct text *to, uint32_t rune, struct span bytes)
{
	switch (rune) {
	case '&': text_add(to, "&amp;"); break;
	case '<': text_add(to, "&lt;"); break;
	case '>': text_add(to, "&gt;"); break;
	case '"': text_add(to, "&quot;"); break;
	case '\'': text_add(to, "&#39;"); break;
	default:
		if (is_control(rune) && rune != '\n' && rune != '\t')
			text_add(to, REPLACEMENT);
		else
			text_span(to, bytes);
	}
}

/* Character by character; what is not UTF-8 becomes U+FFFD. */
static void add_runes(struct text *to, struct span value, void (*add)(struct text *, uint32_t, struct span))
{
	while (value.size > 0) {
		uint32_t rune;
		size_t n = span_rune(value, &rune);

		if (n == 0)
			text_add(to, REPLACEMENT);
		else
			add(to, rune, (struct span){ value.at, n });
		value = span_from(value, n == 0 ? 1 : n);
	}
}

/* RFC 3986 §2.1: every byte that is neither a letter, a digit, nor in `kept`. */
static void add_percent(struct text *to, struct span value, const char *kept)
{
	for (size_t i = 0; i < value.size; i++) {
		char c = value.at[i];
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
			     (c != '\0' && strchr(kept, c) != NULL);

		if (plain)
			add_html(to, (uint8_t)c, (struct span){ &c, 1 });
		else
			text_printf(to, "%%%02X", (unsigned)(uint8_t)c);
	}
}

static bool is_harmless_scheme(struct span scheme)
{
	static const char *const harmless[] = { "http", "https", "mailto", "tel" };

	for (size_t i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++) {
		if (scheme.size == strlen(harmless[i]) && strncasecmp(scheme.at, harmless[i], scheme.size) == 0)
			return true;
	}
	return false;
}

/* A ':' before any of "/?#" ends a scheme (RFC 3986 §4.2); without one the reference is relative. */
static bool is_harmless_url(struct span url)
{
	for (size_t i = 0; i < url.size; i++) {
		if (url.at[i] == ':')
			return is_harmless_scheme((struct span){ url.at, i });
		if (strchr("/?#", url.at[i]) != NULL && url.at[i] != '\0')
			return true;
	}
	return true;
}

void template_escape(struct text *to, struct span value, enum template_escape escape)
{
	switch (escape) {
	case ESCAPE_PLAIN: add_runes(to, value, add_plain); break;
	case ESCAPE_HTML: add_runes(to, value, add_html); break;
	case ESCAPE_URL:
		if (is_harmless_url(value))
			add_percent(to, value, "-._~:/?#[]@!$&'()*+,;=%");
		else
			text_add(to, "about:invalid");
		break;
	case ESCAPE_URL_PART: add_percent(to, value, "-._~"); break;
	}
}
