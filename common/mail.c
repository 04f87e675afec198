#include "mail.h"

#include <string.h>

#include "digest.h"

enum { LOCAL_MOST = 64, LABEL_MOST = 63, ADDRESS_MOST = 254, HEADER_MOST = 500 };
/* ENCODED_LEAST: an encoded word with one character of four bytes. */
enum { LINE_MOST = 76, WORD_PLAIN_MOST = 60, ENCODED_LEAST = 24 };

/* --- addresses --- */

static bool is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* RFC 5322 §3.2.3. */
static bool is_atom(char c)
{
	return is_alnum(c) || (c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~", c) != NULL);
}

static bool is_label(char c)
{
	return is_alnum(c) || c == '-';
}

/* Parts of such characters with single dots between. */
static bool is_dotted(struct span text, size_t part_most, bool (*is_part)(char))
{
	struct span part;
	bool more = true;

	while (more) {
		more = span_cut(text, '.', &part, &text);
		if (part.size == 0 || part.size > part_most)
			return false;
		for (size_t i = 0; i < part.size; i++)
			if (!is_part(part.at[i]))
				return false;
	}
	return true;
}

bool mail_is_address(struct span address)
{
	struct span local, domain;

	if (address.size > ADDRESS_MOST || !span_cut(address, '@', &local, &domain))
		return false;
	return local.size <= LOCAL_MOST && is_dotted(local, LOCAL_MOST, is_atom) && is_dotted(domain, LABEL_MOST, is_label) &&
	       memchr(domain.at, '.', domain.size) != NULL && domain.at[0] != '-' && domain.at[domain.size - 1] != '-';
}

/* --- headers --- */

static enum err refuse(struct why *why, const char *code, const char *field, const char *rule)
{
	return why_field(why, ERR_INVALID, code, field, "%s %s", field, rule);
}

static bool is_header_text(struct span text)
{
	return span_is_text(text) &&
	       (text.size == 0 || (memchr(text.at, '\n', text.size) == NULL && memchr(text.at, '\t', text.size) == NULL));
}

/* ASCII words with single blanks between, short enough to fold, none of which looks like an encoded word. */
static bool is_plain(struct span text)
{
	struct span word;
	bool more = text.size > 0;

	while (more) {
		more = span_cut(text, ' ', &word, &text);
		if (word.size == 0 || word.size > WORD_PLAIN_MOST || span_starts(word, "=?"))
			return false;
		for (size_t i = 0; i < word.size; i++)
			if ((uint8_t)word.at[i] >= 0x7f)
				return false;
	}
	return true;
}

static bool is_phrase(struct span text)
{
	for (size_t i = 0; i < text.size; i++)
		if (!is_atom(text.at[i]) && text.at[i] != ' ')
			return false;
	return true;
}

static size_t column(const struct text *out)
{
	size_t n = 0;

	while (n < out->size && out->at[out->size - 1 - n] != '\n')
		n++;
	return n;
}

/* A blank, or a new line that begins with one where `more` characters do not fit any more (RFC 5322 §2.2.3). */
static void add_blank(struct text *out, size_t more)
{
	text_add(out, column(out) + 1 + more > LINE_MOST ? "\r\n " : " ");
}

static void add_words(struct text *out, struct span text)
{
	struct span word;

	while (text.size > 0) {
		span_cut(text, ' ', &word, &text);
		add_blank(out, word.size);
		text_span(out, word);
	}
}

/* What stands for itself in a Q-encoded word, in a phrase too (RFC 2047 §5 (3)). */
static bool is_q(char c)
{
	return is_alnum(c) || (c != '\0' && strchr("!*+-/", c) != NULL);
}

static size_t q_size(struct span rune)
{
	size_t size = 0;

	for (size_t i = 0; i < rune.size; i++)
		size += is_q(rune.at[i]) || rune.at[i] == ' ' ? 1 : 3;
	return size;
}

static void add_q(struct text *out, struct span rune)
{
	for (size_t i = 0; i < rune.size; i++) {
		if (rune.at[i] == ' ')
			text_char(out, '_');
		else if (is_q(rune.at[i]))
			text_char(out, rune.at[i]);
		else
			text_printf(out, "=%02X", (uint8_t)rune.at[i]);
	}
}

/* Encoded words, none of them split within a character; readers drop the blanks between them (RFC 2047 §2, §6.2). */
static void add_encoded(struct text *out, struct span text)
{
	static const char before[] = "=?UTF-8?Q?", after[] = "?=";

	while (text.size > 0) {
		add_blank(out, ENCODED_LEAST);
		text_add(out, before);
		while (text.size > 0) {
			uint32_t rune;
			struct span next = span_bytes(text.at, span_rune(text, &rune));

			if (column(out) + q_size(next) + strlen(after) > LINE_MOST)
				break;
			add_q(out, next);
			text = span_from(text, next.size);
		}
		text_add(out, after);
	}
}

static void add_unstructured(struct text *out, const char *name, struct span text)
{
	text_printf(out, "%s:", name);
	if (is_plain(text))
		add_words(out, text);
	else
		add_encoded(out, text);
	text_add(out, "\r\n");
}

static struct span quote(struct arena *arena, struct span name)
{
	struct text quoted;

	text_init(&quoted, arena);
	text_char(&quoted, '"');
	for (size_t i = 0; i < name.size; i++)
		text_printf(&quoted, "%s%c", name.at[i] == '"' || name.at[i] == '\\' ? "\\" : "", name.at[i]);
	text_char(&quoted, '"');
	return text_done(&quoted);
}

static void add_mailbox(struct text *out, const char *header, struct span name, struct span address)
{
	struct span quoted = quote(out->arena, name);

	text_printf(out, "%s:", header);
	if (is_plain(name) && is_phrase(name)) {
		add_words(out, name);
	} else if (is_plain(name) && quoted.size <= WORD_PLAIN_MOST) {
		add_blank(out, quoted.size);
		text_span(out, quoted);
	} else
		add_encoded(out, name);
	add_blank(out, address.size + 2);
	text_printf(out, "<%.*s>\r\n", SPAN_ARG(address));
}

/* Sun, 22 Nov 2026 13:00:00 +0000 (RFC 5322 §3.3). */
static enum err add_date(struct text *out, struct instant at, struct why *why)
{
	static const char *const days[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	int64_t day = at.us / US_PER_DAY - (at.us % US_PER_DAY < 0);
	int second = (int)((at.us - day * US_PER_DAY) / US_PER_SECOND);
	struct date date;
	struct ymd parts;

	if (date_from_days(day, &date) != OK)
		return refuse(why, "header_invalid", "date", "is outside the years 1 to 9999");
	parts = date_parts(date);
	text_printf(out, "Date: %s, %02d %s %04d %02d:%02d:%02d +0000\r\n", days[date_weekday(date) - 1], parts.day,
		months[parts.month - 1], parts.year, second / 3600, second / 60 % 60, second % 60);
	return OK;
}

/* --- bodies --- */

/* Quoted-printable (RFC 2045 §6.7): blanks at the end of a line would be lost, and longer lines get soft breaks. */
static void add_body(struct text *out, struct span body)
{
	size_t width = 0;

	for (size_t i = 0; i < body.size; i++) {
		char c = body.at[i];
		bool is_last = i + 1 == body.size || body.at[i + 1] == '\n';
		bool is_blank = c == ' ' || c == '\t';
		bool is_literal = (c > ' ' && c < 0x7f && c != '=') || (is_blank && !is_last);

		if (c == '\n') {
			text_add(out, "\r\n");
			width = 0;
			continue;
		}
		/* One column is kept for the soft break's "=". */
		if (width + (is_literal ? 1 : 3) > LINE_MOST - (is_last ? 0 : 1)) {
			text_add(out, "=\r\n");
			width = 0;
		}
		if (is_literal)
			text_char(out, c);
		else
			text_printf(out, "=%02X", (uint8_t)c);
		width += is_literal ? 1 : 3;
	}
	text_add(out, width > 0 ? "\r\n" : "");
}

static void add_part(struct text *out, const char *subtype, struct span body)
{
	text_printf(out, "Content-Type: text/%s; charset=UTF-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n", subtype);
	add_body(out, body);
}

/* "=_" never stands in quoted-printable text, so no body can hold the boundary (RFC 2045 §6.7). The best alternative comes last. */
static void add_alternatives(struct text *out, const struct mail *mail)
{
	struct digest digest = digest_sha256(mail->message_id);
	const char *boundary = arena_printf(out->arena, "=_%.32s", span_hex(out->arena, span_bytes(digest.b, sizeof(digest.b))).at);

	text_printf(out, "Content-Type: multipart/alternative;\r\n boundary=\"%s\"\r\n\r\n--%s\r\n", boundary, boundary);
	add_part(out, "plain", mail->text);
	text_printf(out, "\r\n--%s\r\n", boundary);
	add_part(out, "html", mail->html);
	text_printf(out, "\r\n--%s--\r\n", boundary);
}

/* --- the mail --- */

static bool is_message_id(struct span id)
{
	struct span left, right;

	return id.size <= ADDRESS_MOST && span_cut(id, '@', &left, &right) && is_dotted(left, ADDRESS_MOST, is_atom) &&
	       is_dotted(right, ADDRESS_MOST, is_atom);
}

static enum err check(const struct mail *mail, struct why *why)
{
	const struct {
		const char *field;
		struct span value;
		bool is_address, is_optional;
	} parts[] = {
		{ "from", mail->from, true, false },
		{ "to", mail->to, true, false },
		{ "reply_to", mail->reply_to, true, true },
		{ "from_name", mail->from_name, false, true },
		{ "to_name", mail->to_name, false, true },
		{ "subject", mail->subject, false, true },
	};

	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		if (parts[i].is_optional && parts[i].value.size == 0)
			continue;
		if (parts[i].is_address && !mail_is_address(parts[i].value))
			return refuse(why, "address_invalid", parts[i].field, "is not an address");
		if (!parts[i].is_address && (!is_header_text(parts[i].value) || parts[i].value.size > HEADER_MOST))
			return refuse(why, "header_invalid", parts[i].field, "is too long, not UTF-8, or holds a control character");
	}
	if (!is_message_id(mail->message_id))
		return refuse(why, "header_invalid", "message_id", "is not local@domain");
	if (!span_is_text(mail->text))
		return refuse(why, "text_invalid", "text", "is not UTF-8 text");
	return span_is_text(mail->html) ? OK : refuse(why, "text_invalid", "html", "is not UTF-8 text");
}

enum err mail_print(struct arena *arena, const struct mail *mail, struct span *message, struct why *why)
{
	struct text out;

	TRY(check(mail, why));
	text_init(&out, arena);
	add_mailbox(&out, "From", mail->from_name, mail->from);
	add_mailbox(&out, "To", mail->to_name, mail->to);
	if (mail->reply_to.size > 0)
		add_mailbox(&out, "Reply-To", SPAN(""), mail->reply_to);
	add_unstructured(&out, "Subject", mail->subject);
	TRY(add_date(&out, mail->date, why));
	text_printf(&out, "Message-ID: <%.*s>\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n", SPAN_ARG(mail->message_id));
	if (mail->html.size > 0)
		add_alternatives(&out, mail);
	else
		add_part(&out, "plain", mail->text);
	*message = text_done(&out);
	return OK;
}
