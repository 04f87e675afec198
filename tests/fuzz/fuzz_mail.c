/*
 * A mail. Input: lines with to, name and subject, an empty line, and the text; HTML is the text again.
 */
#include <stdlib.h>
#include <string.h>

#include "mail.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
	if (!holds)
		abort();
}

/* ASCII in lines of CRLF with at most 76 characters, but for an address, which can't be folded. */
static void check(struct span message)
{
	size_t width = 0;

	for (size_t i = 0; i < message.size; i++) {
		char c = message.at[i];

		demand((uint8_t)c < 0x80 && c != '\0');
		demand((c == '\n') == (i > 0 && message.at[i - 1] == '\r'));
		width = c == '\n' ? 0 : width + (c != '\r');
		demand(width <= 76 || memchr(message.at + i - width + 1, '@', width) != NULL);
	}
	demand(message.size > 2 && message.at[message.size - 1] == '\n');
}

/* The headers are those that were asked for. */
static void check_headers(struct span message)
{
	static const char *const known[] = { "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version",
		"Content-Type" };
	struct span line, name, value;
	size_t n = 0;

	while (span_cut(message, '\n', &line, &message) && line.size > 1) {
		if (line.at[0] == ' ')
			continue;
		(void)span_cut(line, ':', &name, &value);
		demand(n < sizeof(known) / sizeof(*known) && span_is(name, known[n]));
		n++;
	}
	demand(n == sizeof(known) / sizeof(*known));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_open();
	struct span rest = span_bytes(data, size), message;
	struct mail mail = { .from = SPAN("a@acme.example"), .message_id = SPAN("1@acme.example"), .date = { INT64_C(1795352400000000) } };
	struct why why;

	(void)span_cut(rest, '\n', &mail.to, &rest);
	(void)span_cut(rest, '\n', &mail.to_name, &rest);
	(void)span_cut(rest, '\n', &mail.subject, &mail.text);
	mail.html = mail.text.size > 0 ? mail.text : SPAN("x");
	if (mail_print(arena, &mail, &message, &why) == OK) {
		check(message);
		check_headers(message);
	} else
		demand(why.err == ERR_INVALID && why.field[0] != '\0');
	arena_close(arena);
	return 0;
}
