#include "ofx_header.h"

#include <ctype.h>
#include <strings.h>

/* What follows the word, whatever the case of its letters; the empty span where it is not there. */
static struct span behind(struct span text, const char *word)
{
	size_t n = strlen(word);
	for (size_t i = 0; i + n <= text.size; i++)
		if (!strncasecmp(text.at + i, word, n))
			return span_from(text, i + n);
	return SPAN("");
}

static struct span without_blanks(struct span text)
{
	while (text.size && (text.at[0] == ' ' || text.at[0] == '\t'))
		text = span_from(text, 1);
	return text;
}

/* "ENCODING:USASCII" and "ENCODING: USASCII DATA: …": up to the next blank or line end. */
static struct span value_of(struct span header, const char *key)
{
	struct span text = without_blanks(behind(header, key));
	size_t n = 0;
	while (n < text.size && !isspace((unsigned char)text.at[n]))
		n++;
	return span_bytes(text.at, n);
}

/* encoding="…" of <?xml …?>, in either kind of quotes. */
static struct span xml_encoding(struct span header)
{
	struct span declaration = behind(header, "<?xml"), rest = SPAN("");
	span_cut(declaration, '>', &declaration, &rest);
	struct span text = without_blanks(behind(declaration, "encoding"));
	if (!span_starts(text, "="))
		return SPAN("");
	text = without_blanks(span_from(text, 1));
	if (!text.size || !span_cut(span_from(text, 1), text.at[0], &text, &rest))
		return SPAN("");
	return text;
}

enum charset ofx_header_charset(struct span header)
{
	struct span encoding = xml_encoding(header);
	if (encoding.size)
		return charset_named(encoding);
	enum charset charset = charset_named(value_of(header, "ENCODING:"));
	/* Of ASCII, and of nothing at all, the other key says what is beyond it. */
	return charset == CHARSET_AUTO ? charset_named(value_of(header, "CHARSET:")) : charset;
}
