#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <string.h>

#include "mail.h"

static struct arena *arena;
static struct why why;

static struct mail plain(void)
{
	return (struct mail){
		.from_name = SPAN("Acme Billing"),
		.from = SPAN("billing@acme.example"),
		.to = SPAN("jo@customer.example"),
		.subject = SPAN("Invoice 2026-17"),
		.message_id = SPAN("r.01890a5d-ac96-774b-bcce-b302099a8057@acme.example"),
		.date = { INT64_C(1795352400000000) },
		.text = SPAN("Hello\n"),
	};
}

static const char *printed(const struct mail *mail)
{
	struct span message;

	if (mail_print(arena, mail, &message, &why) != OK)
		fail_msg("%s: %s", why.field, why.text);
	assert_int_equal(strlen(message.at), message.size);
	return message.at;
}

/* What holds for every mail: ASCII, CRLF alone, lines of at most 76 characters. */
static void assert_wire(const char *message)
{
	size_t width = 0;

	for (const char *c = message; *c != '\0'; c++) {
		assert_true((unsigned char)*c < 0x80);
		if (*c == '\n')
			assert_true(c > message && c[-1] == '\r');
		width = *c == '\n' ? 0 : width + (*c != '\r');
		assert_true(*c != '\r' || c[1] == '\n');
		if (width > 76)
			fail_msg("a line of more than 76 characters: %.90s", c - 76);
	}
}

/* The header's value, unfolded; with its encoded words decoded, as a reader does (RFC 2047 §6). */
static const char *header(const char *message, const char *name)
{
	static char value[2048];
	const char *at = strstr(message, arena_printf(arena, "\r\n%s: ", name));
	size_t n = 0;

	if (at == NULL)
		fail_msg("no header %s", name);
	for (at += 2 + strlen(name) + 2; !(at[0] == '\r' && at[2] != ' '); at++)
		if (*at != '\r' && *at != '\n')
			value[n++] = *at;
	value[n] = '\0';
	return value;
}

static int hex(char c)
{
	return c <= '9' ? c - '0' : c - 'A' + 10;
}

static const char *decoded(const char *from)
{
	static char out[2048];
	size_t n = 0;

	while (*from != '\0') {
		if (strncmp(from, "=?UTF-8?Q?", 10) != 0) {
			out[n++] = *from++;
			continue;
		}
		for (from += 10; strncmp(from, "?=", 2) != 0; from++) {
			out[n++] = (char)(*from == '_' ? ' ' : *from == '=' ? hex(from[1]) << 4 | hex(from[2]) : *from);
			from += *from == '=' ? 2 : 0;
		}
		from += 2;
		if (strncmp(from, " =?", 3) == 0)
			from++;
	}
	out[n] = '\0';
	return out;
}

/* A quoted-printable body to its end. */
static const char *unquoted(const char *from, const char *end)
{
	static char out[4096];
	size_t n = 0;

	while (from < end) {
		if (strncmp(from, "=\r\n", 3) == 0)
			from += 3;
		else if (*from == '=') {
			out[n++] = (char)(hex(from[1]) << 4 | hex(from[2]));
			from += 3;
		} else if (*from == '\r')
			from++;
		else
			out[n++] = *from++;
	}
	out[n] = '\0';
	return out;
}

static void a_plain_mail_is_these_bytes(void **state)
{
	struct mail mail = plain();

	(void)state;
	assert_string_equal(printed(&mail), "From: Acme Billing <billing@acme.example>\r\n"
					    "To: <jo@customer.example>\r\n"
					    "Subject: Invoice 2026-17\r\n"
					    "Date: Sun, 22 Nov 2026 13:00:00 +0000\r\n"
					    "Message-ID: <r.01890a5d-ac96-774b-bcce-b302099a8057@acme.example>\r\n"
					    "Auto-Submitted: auto-generated\r\n"
					    "MIME-Version: 1.0\r\n"
					    "Content-Type: text/plain; charset=UTF-8\r\n"
					    "Content-Transfer-Encoding: quoted-printable\r\n"
					    "\r\n"
					    "Hello\r\n");
}

static void text_and_html_are_alternatives_and_the_better_comes_last(void **state)
{
	struct mail mail = plain();
	const char *message, *text, *html, *boundary;

	(void)state;
	mail.html = SPAN("<p>Hello</p>");
	message = printed(&mail);
	assert_wire(message);
	boundary = strstr(message, " boundary=\"=_");
	assert_non_null(boundary);
	text = strstr(message, "Content-Type: text/plain");
	html = strstr(message, "Content-Type: text/html");
	assert_true(text != NULL && html != NULL && text < html);
	boundary = arena_printf(arena, "\r\n--%.34s--\r\n", boundary + 11);
	assert_string_equal(message + strlen(message) - strlen(boundary), boundary);
	assert_string_equal(printed(&mail), message);
}

static void a_header_beyond_ascii_becomes_encoded_words_that_read_back(void **state)
{
	static const char *const subjects[] = {
		"R\xc3\xbc"
		"ckerstattung f\xc3\xbcr M\xc3\xbcller",
		"\xe8\xab\x8b\xe6\xb1\x82\xe6\x9b\xb8\xe3\x81\xae\xe3\x81\x8a\xe7\x9f\xa5\xe3\x82\x89\xe3\x81\x9b \xe2\x80\x94 "
		"\xe8\xab\x8b\xe6\xb1\x82\xe6\x9b\xb8\xe3\x81\xae\xe3\x81\x8a\xe7\x9f\xa5\xe3\x82\x89\xe3\x81\x9b "
		"\xf0\x9f\xa7\xbe\xf0\x9f\xa7\xbe\xf0\x9f\xa7\xbe\xf0\x9f\xa7\xbe\xf0\x9f\xa7\xbe\xf0\x9f\xa7\xbe\xf0\x9f\xa7\xbe",
		"=?UTF-8?Q?forged?=",
		" leading and  double blanks ",
		"\xf0\x9f\xa7\xbe",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(subjects) / sizeof(*subjects); i++) {
		struct mail mail = plain();
		const char *message;

		mail.subject = span_of(subjects[i]);
		message = printed(&mail);
		assert_wire(message);
		assert_string_equal(decoded(header(message, "Subject")), subjects[i]);
	}
}

static void a_long_subject_is_folded_between_words(void **state)
{
	struct mail mail = plain();
	struct text subject;
	const char *message;

	(void)state;
	text_init(&subject, arena);
	for (int i = 0; i < 45; i++)
		text_printf(&subject, "%sword%d", i == 0 ? "" : " ", i * i * i);
	mail.subject = text_done(&subject);
	message = printed(&mail);
	assert_wire(message);
	assert_null(strstr(header(message, "Subject"), "=?"));
	assert_string_equal(header(message, "Subject"), mail.subject.at);
}

static void a_subject_that_is_one_long_word_is_encoded_to_be_folded(void **state)
{
	struct mail mail = plain();
	char word[301];

	(void)state;
	memset(word, 'x', 300);
	word[300] = '\0';
	mail.subject = span_of(word);
	assert_wire(printed(&mail));
	assert_string_equal(decoded(header(printed(&mail), "Subject")), word);
}

static void names_are_phrases_quoted_strings_or_encoded_words(void **state)
{
	struct mail mail = plain();

	(void)state;
	mail.to_name = SPAN("Jo Doe");
	assert_string_equal(header(printed(&mail), "To"), "Jo Doe <jo@customer.example>");
	mail.to_name = SPAN("Doe, Jo \"J\\J\" <x@y.example>");
	assert_string_equal(header(printed(&mail), "To"), "\"Doe, Jo \\\"J\\\\J\\\" <x@y.example>\" <jo@customer.example>");
	mail.to_name = SPAN("\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"");
	assert_wire(printed(&mail));
	mail.to_name = SPAN("J\xc3\xb6, <x>");
	assert_string_equal(header(printed(&mail), "To"), "=?UTF-8?Q?J=C3=B6=2C_=3Cx=3E?= <jo@customer.example>");
	mail.reply_to = SPAN("help@acme.example");
	assert_string_equal(header(printed(&mail), "Reply-To"), "<help@acme.example>");
}

static void bodies_read_back_and_their_lines_are_short(void **state)
{
	static const char *const bodies[] = {
		"Sch\xc3\xb6ne Gr\xc3\xbc\xc3\x9f"
		"e, 5 = 5\n",
		"trailing blank \nand tab\t\n\n\n.\n..\nFrom here\n",
		"\xe8\xab\x8b\xe6\xb1\x82\xe6\x9b\xb8\xe3\x81\xae\xe3\x81\x8a\xe7\x9f\xa5\xe3\x82\x89\xe3\x81\x9b\xe3\x81\x8a\xe7\x9f\xa5\xe3\x82\x89\xe3\x81\x9b\n",
		"0123456789012345678901234567890123456789012345678901234567890123456789012345\n"
		"01234567890123456789012345678901234567890123456789012345678901234567890123456\n"
		"012345678901234567890123456789012345678901234567890123456789012345678901234=\n"
		"01234567890123456789012345678901234567890123456789012345678901234567890123 \n"
		"0123456789012345678901234567890123456789012345678901234567890123456789 0123456789 0123456789\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(*bodies); i++) {
		struct mail mail = plain();
		const char *message, *body;

		mail.text = span_of(bodies[i]);
		message = printed(&mail);
		assert_wire(message);
		body = strstr(message, "\r\n\r\n") + 4;
		assert_null(strstr(body, " \r\n"));
		assert_null(strstr(body, "\t\r\n"));
		assert_string_equal(unquoted(body, body + strlen(body)), bodies[i]);
	}
}

static void no_body_can_hold_the_boundary(void **state)
{
	struct mail mail = plain();
	const char *first, *boundary;

	(void)state;
	mail.html = SPAN("x");
	first = printed(&mail);
	boundary = arena_printf(arena, "--%.34s", strstr(first, " boundary=\"") + 11);
	mail.text = span_of(arena_printf(arena, "%s--\n%s\n", boundary, boundary));
	first = strstr(strstr(printed(&mail), "\r\n\r\n"), boundary);
	first = strstr(first + 1, boundary);
	assert_non_null(strstr(first, "Content-Type: text/html"));
	first = strstr(first + 1, boundary);
	assert_string_equal(first + strlen(boundary), "--\r\n");
}

static void assert_refused(const struct mail *mail, const char *code, const char *field)
{
	struct span message;

	assert_int_equal(mail_print(arena, mail, &message, &why), ERR_INVALID);
	assert_string_equal(why.code, code);
	assert_string_equal(why.field, field);
}

static void line_breaks_and_controls_cannot_add_headers(void **state)
{
	static const char *const bad[] = { "a\r\nBcc: all@x.example", "a\nb", "a\rb", "a\x01", "\xff", "a\tb" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct mail mail = plain();

		mail.subject = span_of(bad[i]);
		assert_refused(&mail, "header_invalid", "subject");
		mail = plain();
		mail.to_name = span_of(bad[i]);
		assert_refused(&mail, "header_invalid", "to_name");
		mail = plain();
		mail.message_id = span_of(arena_printf(arena, "%s@x", bad[i]));
		assert_refused(&mail, "header_invalid", "message_id");
		mail = plain();
		mail.to = span_of(arena_printf(arena, "%s@x.example", bad[i]));
		assert_refused(&mail, "address_invalid", "to");
	}
}

static void bodies_are_text(void **state)
{
	struct mail mail = plain();

	(void)state;
	mail.text = SPAN("a\xff");
	assert_refused(&mail, "text_invalid", "text");
	mail = plain();
	mail.html = SPAN("a\0b");
	assert_refused(&mail, "text_invalid", "html");
}

static void addresses_are_dot_atoms_at_a_domain(void **state)
{
	static const char *const good[] = { "a@b.example", "a.b+c=d@x-y.b.example", "o'neil@b.co", "#!$%&'*/?^_`{|}~@b.example" };
	static const char *const bad[] = { "", "a", "@b.example", "a@", "a@b", "a@@b.example", "a b@c.example", "a.@b.example",
		".a@b.example", "a..b@c.example", "a@b..example", "a@.example", "a@b.example.", "a@-b.example", "a@b.example-",
		"\"a b\"@c.example", "a@[1.2.3.4]", "<a@b.example>", "a@b.example>", "a,b@c.example", "J\xc3\xb6@b.example",
		"a@b\xc3\xb6.example", "a@b_c.example" };
	char longest[300];

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		if (!mail_is_address(span_of(good[i])))
			fail_msg("%s is an address", good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (mail_is_address(span_of(bad[i])))
			fail_msg("%s is no address", bad[i]);
	snprintf(longest, sizeof(longest), "%064d@b.example", 1);
	assert_true(mail_is_address(span_of(longest)));
	snprintf(longest, sizeof(longest), "%065d@b.example", 1);
	assert_false(mail_is_address(span_of(longest)));
	snprintf(longest, sizeof(longest), "a@%063d.%063d.%063d.%063d", 1, 1, 1, 1);
	assert_false(mail_is_address(span_of(longest)));
}

static int begin(void **state)
{
	(void)state;
	arena = arena_open();
	return 0;
}

static int end(void **state)
{
	(void)state;
	arena_close(arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_plain_mail_is_these_bytes),
		cmocka_unit_test(text_and_html_are_alternatives_and_the_better_comes_last),
		cmocka_unit_test(a_header_beyond_ascii_becomes_encoded_words_that_read_back),
		cmocka_unit_test(a_long_subject_is_folded_between_words),
		cmocka_unit_test(a_subject_that_is_one_long_word_is_encoded_to_be_folded),
		cmocka_unit_test(names_are_phrases_quoted_strings_or_encoded_words),
		cmocka_unit_test(bodies_read_back_and_their_lines_are_short),
		cmocka_unit_test(no_body_can_hold_the_boundary),
		cmocka_unit_test(line_breaks_and_controls_cannot_add_headers),
		cmocka_unit_test(bodies_are_text),
		cmocka_unit_test(addresses_are_dot_atoms_at_a_domain),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
