#include "mail.h"

enum { DEPTH_MOST = 8 };

/* --- encodings --- */

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int hex_pair(struct span s, size_t i)
{
	if (i + 2 >= s.size || hex(s.at[i + 1]) < 0 || hex(s.at[i + 2]) < 0)
		return -1;
	return hex(s.at[i + 1]) << 4 | hex(s.at[i + 2]);
}

/* RFC 2045 §6.7; with `word` the Q of RFC 2047 §4.2, where _ is a blank. */
static struct span unquote(struct arena *arena, struct span s, bool word)
{
	struct text text;

	text_init(&text, arena);
	for (size_t i = 0; i < s.size; i++) {
		int pair = s.at[i] == '=' ? hex_pair(s, i) : -1;

		if (pair >= 0) {
			text_char(&text, (char)pair);
			i += 2;
		} else if (s.at[i] == '=' && i + 2 < s.size && s.at[i + 1] == '\r' && s.at[i + 2] == '\n')
			i += 2;
		else if (s.at[i] == '=' && i + 1 < s.size && s.at[i + 1] == '\n')
			i += 1;
		else
			text_char(&text, word && s.at[i] == '_' ? ' ' : s.at[i]);
	}
	return text_done(&text);
}

static struct span unbase64(struct arena *arena, struct span s)
{
	struct text text;
	struct span out;

	text_init(&text, arena);
	for (size_t i = 0; i < s.size; i++)
		if (s.at[i] != '\r' && s.at[i] != '\n' && s.at[i] != ' ')
			text_char(&text, s.at[i]);
	return span_unbase64(arena, text_done(&text), &out) == OK ? out : SPAN("");
}

/* One encoded word at the start of s ("=?utf-8?Q?…?="): its end, or 0. */
static size_t word_end(struct span s, char *encoding, struct span *content)
{
	struct span charset, method, rest;
	const char *end;

	if (!span_starts(s, "=?") || !span_cut(span_from(s, 2), '?', &charset, &rest) || !span_cut(rest, '?', &method, &rest) ||
		method.size != 1)
		return 0;
	end = memmem(rest.at, rest.size, "?=", 2);
	if (end == NULL)
		return 0;
	*encoding = (char)(method.at[0] | 0x20);
	*content = span_bytes(rest.at, (size_t)(end - rest.at));
	return (size_t)(end + 2 - s.at);
}

static struct span unword(struct arena *arena, struct span s)
{
	struct text text;
	struct span content;
	bool after_word = false;
	char encoding;

	text_init(&text, arena);
	while (s.size > 0) {
		size_t blanks = 0, n;

		while (blanks < s.size && s.at[blanks] == ' ')
			blanks++;
		n = word_end(span_from(s, blanks), &encoding, &content);
		if (n == 0) {
			text_char(&text, s.at[0]);
			s = span_from(s, 1);
			after_word = false;
			continue;
		}
		/* Blanks between two words are none of the text. */
		if (!after_word)
			text_bytes(&text, s.at, blanks);
		text_span(&text, encoding == 'b' ? unbase64(arena, content) : unquote(arena, content, true));
		s = span_from(s, blanks + n);
		after_word = true;
	}
	return text_done(&text);
}

/* --- headers --- */

static struct span lower(struct arena *arena, struct span s)
{
	char *copy = span_cstr(arena, s);

	for (size_t i = 0; i < s.size; i++)
		if (copy[i] >= 'A' && copy[i] <= 'Z')
			copy[i] = (char)(copy[i] | 0x20);
	return span_bytes(copy, s.size);
}

static struct span line_take(struct span *rest)
{
	struct span line;

	span_cut(*rest, '\n', &line, rest);
	if (line.size > 0 && line.at[line.size - 1] == '\r')
		line.size--;
	return line;
}

/* Takes the headers off the front of *rest, up to and with the empty line. */
static void read_headers(struct form *headers, struct arena *arena, struct span *rest)
{
	while (rest->size > 0) {
		struct span line = line_take(rest), name, value;
		struct text text;

		if (line.size == 0)
			return;
		text_init(&text, arena);
		text_span(&text, line);
		while (rest->size > 0 && (rest->at[0] == ' ' || rest->at[0] == '\t')) {
			text_char(&text, ' ');
			text_span(&text, span_trim(line_take(rest)));
		}
		if (span_cut(text_done(&text), ':', &name, &value))
			form_add(headers, arena, lower(arena, span_trim(name)), unword(arena, span_trim(value)));
	}
}

/* A parameter of a structured header: boundary="x". */
static struct span parameter(struct arena *arena, struct span value, const char *name)
{
	struct span rest, one, key, found;

	span_cut(value, ';', &one, &rest);
	while (rest.size > 0) {
		span_cut(rest, ';', &one, &rest);
		if (!span_cut(span_trim(one), '=', &key, &found) || !span_is(lower(arena, span_trim(key)), name))
			continue;
		found = span_trim(found);
		if (found.size >= 2 && found.at[0] == '"')
			found = span_bytes(found.at + 1, found.size - 2);
		return found;
	}
	return SPAN("");
}

/* --- parts --- */

static void read_part(struct mail *, struct arena *, const struct form *headers, struct span body, int depth);

/* Where the next "--boundary" line stands; the end of s when there is none. */
static size_t delimiter(struct span s, struct span mark)
{
	for (size_t at = 0; at < s.size;) {
		const char *found = memmem(s.at + at, s.size - at, mark.at, mark.size);

		if (found == NULL)
			break;
		if (found == s.at || found[-1] == '\n')
			return (size_t)(found - s.at);
		at = (size_t)(found - s.at) + 1;
	}
	return s.size;
}

static void read_parts(struct mail *mail, struct arena *arena, struct span boundary, struct span body, int depth)
{
	struct span mark = span_of(arena_printf(arena, "--%.*s", SPAN_ARG(boundary)));
	struct span rest = span_from(body, delimiter(body, mark));

	while (rest.size > mark.size) {
		struct form headers = { 0 };
		struct span part;
		size_t end;

		rest = span_from(rest, mark.size);
		if (span_starts(rest, "--"))
			return;
		line_take(&rest);
		end = delimiter(rest, mark);
		part = span_bytes(rest.at, end);
		rest = span_from(rest, end);
		/* The line end before the delimiter is the delimiter's. */
		if (part.size > 0 && part.at[part.size - 1] == '\n')
			part.size--;
		if (part.size > 0 && part.at[part.size - 1] == '\r')
			part.size--;
		read_headers(&headers, arena, &part);
		read_part(mail, arena, &headers, part, depth + 1);
	}
}

static struct span decode(struct arena *arena, const struct form *headers, struct span body)
{
	struct span encoding = lower(arena, form_get(headers, "content-transfer-encoding"));

	if (span_is(encoding, "quoted-printable"))
		return unquote(arena, body, false);
	return span_is(encoding, "base64") ? unbase64(arena, body) : body;
}

static void read_part(struct mail *mail, struct arena *arena, const struct form *headers, struct span body, int depth)
{
	struct span value = form_get(headers, "content-type"), type = lower(arena, value);
	struct span boundary = parameter(arena, value, "boundary");

	if (span_starts(type, "multipart/") && boundary.size > 0 && depth < DEPTH_MOST)
		read_parts(mail, arena, boundary, body, depth);
	else if (span_starts(type, "text/html") && mail->html.size == 0)
		mail->html = decode(arena, headers, body);
	else if ((type.size == 0 || span_starts(type, "text/plain")) && mail->text.size == 0)
		mail->text = decode(arena, headers, body);
}

void mail_read(struct mail *mail, struct arena *arena)
{
	struct span rest = mail->raw;

	mail->headers = (struct form){ 0 };
	mail->text = mail->html = SPAN("");
	read_headers(&mail->headers, arena, &rest);
	read_part(mail, arena, &mail->headers, rest, 0);
}

struct span mail_header(const struct mail *mail, const char *name)
{
	return form_get(&mail->headers, name);
}
