#include "log_format.h"

#include <inttypes.h>

#include "pan.h"

/* Kept for the end of the line: ,"cut":true} and the newline. */
enum { TAIL = 16, TEXT_MOST = 1000, TRACE_ID = 32 };

struct line {
	char *at;
	size_t size;
	bool cut;
};

/* False, and nothing is added, when it does not fit. */
static bool add(struct line *line, struct span text)
{
	if (text.size > LOG_LINE - TAIL - line->size)
		return false;
	memcpy(line->at + line->size, text.at, text.size);
	line->size += text.size;
	return true;
}

/* The next character of the text as it stands in a JSON string. */
static bool add_rune(struct line *line, struct span text, size_t *taken)
{
	uint32_t rune;
	char escape[8];

	*taken = span_rune(text, &rune);
	if (*taken == 0 || rune == 0) {
		*taken = 1;
		return add(line, SPAN("\\ufffd"));
	}
	if (rune == '"' || rune == '\\')
		return add(line, SPAN("\\")) && add(line, span_bytes(text.at, 1));
	if (rune >= 0x20 && (rune < 0x7f || rune > 0x9f))
		return add(line, span_bytes(text.at, *taken));
	snprintf(escape, sizeof(escape), "\\u%04x", (unsigned)rune);
	return add(line, span_of(escape));
}

/* How many bytes from here stand in a JSON string as they are. */
static size_t plain_run(struct span text)
{
	size_t n = 0;

	while (n < text.size && text.at[n] >= ' ' && text.at[n] <= '~' && text.at[n] != '"' && text.at[n] != '\\')
		n++;
	return n;
}

static bool add_escaped(struct line *line, struct span text)
{
	size_t taken;

	for (; text.size > 0; text = span_from(text, taken)) {
		taken = plain_run(text);
		if (taken > 0 ? !add(line, span_bytes(text.at, taken)) : !add_rune(line, text, &taken))
			return false;
	}
	return true;
}

/* All digits but the last four become stars. */
static bool add_masked(struct line *line, struct span number)
{
	size_t digits = 0;

	for (size_t i = number.size; i-- > 0;)
		digits += number.at[i] >= '0' && number.at[i] <= '9';
	for (size_t i = 0; i < number.size; i++) {
		bool is_digit = number.at[i] >= '0' && number.at[i] <= '9';

		if (!add(line, is_digit && digits > 4 ? SPAN("*") : span_bytes(number.at + i, 1)))
			return false;
		digits -= is_digit;
	}
	return true;
}

/* The beginning of a long text. It does not end in digits: half a card number would not be known as one. */
static struct span shorten(struct span text)
{
	if (text.size <= TEXT_MOST)
		return text;
	text.size = TEXT_MOST;
	while (text.size > 0 && strchr("0123456789- ", text.at[text.size - 1]) != NULL)
		text.size--;
	return text;
}

static bool add_string(struct line *line, struct span whole)
{
	struct span text = shorten(whole);
	bool is_short = text.size < whole.size;
	size_t at, size;

	if (!add(line, SPAN("\"")))
		return false;
	while (pan_find(text, &at, &size)) {
		if (!add_escaped(line, span_bytes(text.at, at)) || !add_masked(line, span_bytes(text.at + at, size)))
			return false;
		text = span_from(text, at + size);
	}
	return add_escaped(line, text) && add(line, is_short ? SPAN("…\"") : SPAN("\""));
}

static bool add_name(struct line *line, const char *name)
{
	return add(line, line->size == 0 ? SPAN("{\"") : SPAN(",\"")) && add(line, span_of(name)) && add(line, SPAN("\":"));
}

static void add_text(struct line *line, const char *name, struct span text)
{
	size_t before = line->size;

	if (add_name(line, name) && add_string(line, text))
		return;
	line->size = before;
	line->cut = true;
}

static void add_number(struct line *line, const char *name, int64_t number)
{
	size_t before = line->size;
	char digits[24];

	snprintf(digits, sizeof(digits), "%" PRId64, number);
	if (add_name(line, name) && add(line, span_of(digits)))
		return;
	line->size = before;
	line->cut = true;
}

static void add_field(struct line *line, const struct log_field *field)
{
	if (field->name == NULL)
		return;
	if (field->text.at != NULL)
		add_text(line, field->name, field->text);
	else
		add_number(line, field->name, field->number);
}

struct log_field log_span(const char *name, struct span text)
{
	return (struct log_field){ .name = text.size == 0 ? NULL : name, .text = text };
}

size_t log_format(char at[LOG_LINE], const struct log_head *head, const struct log_field *fields, size_t n)
{
	static const char *const levels[] = { "debug", "info", "warn", "error" };
	struct line line = { .at = at };
	char ts[INSTANT_TEXT + 1];
	const char *tail;

	instant_print(head->at, ts);
	add_text(&line, "ts", span_of(ts));
	add_text(&line, "level", span_of(levels[head->level]));
	add_text(&line, "service", span_of(head->service));
	add_text(&line, "role", span_of(head->role));
	add_text(&line, "msg", span_of(head->msg));
	if (head->trace[0] != '\0')
		add_text(&line, "trace", span_of(head->trace));
	for (size_t i = 0; i < n; i++)
		add_field(&line, &fields[i]);
	tail = line.cut ? ",\"cut\":true}\n" : "}\n";
	memcpy(at + line.size, tail, strlen(tail));
	return line.size + strlen(tail);
}

struct span log_trace_id(struct span traceparent)
{
	/* W3C Trace Context §3.2: version "-" trace id "-" parent id "-" flags. */
	if (traceparent.size < 55 || traceparent.at[2] != '-' || traceparent.at[3 + TRACE_ID] != '-')
		return SPAN("");
	for (size_t i = 3; i < 3 + TRACE_ID; i++)
		if (strchr("0123456789abcdef", traceparent.at[i]) == NULL || traceparent.at[i] == '\0')
			return SPAN("");
	return span_bytes(traceparent.at + 3, TRACE_ID);
}
