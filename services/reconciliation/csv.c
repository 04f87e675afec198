#include "csv.h"

#include <string.h>

static void add_quoted(struct text *t, bool formula, struct span text)
{
	text_char(t, '"');
	if (formula)
		text_char(t, '\'');
	for (size_t i = 0; i < text.size; i++) {
		if (text.at[i] == '"')
			text_char(t, '"');
		text_char(t, text.at[i]);
	}
	text_char(t, '"');
}

void csv_text(struct text *t, bool first, struct span text)
{
	bool formula = text.size && memchr("=+-@\t\r\n", text.at[0], 7), quotes = formula;
	for (size_t i = 0; i < text.size; i++)
		quotes |= memchr(",\"\r\n", text.at[i], 4) != NULL;
	if (!first)
		text_char(t, ',');
	if (quotes)
		add_quoted(t, formula, text);
	else
		text_span(t, text);
}

void csv_plain(struct text *t, bool first, const char *text)
{
	if (!first)
		text_char(t, ',');
	text_add(t, text);
}

void csv_end(struct text *t)
{
	text_add(t, "\r\n");
}
