#include "ofx_markup.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

void ofx_markup_init(struct ofx_markup *m, struct telling *telling, void *ctx)
{
	m->telling = telling;
	m->ctx = ctx;
	m->state = OFX_IN_TEXT;
	m->here = (struct place){ 1, 0 };
}

/* ---- text ---- */

static size_t put_rune(char *out, uint32_t rune)
{
	if (rune < 0x20 || (rune >= 0x7f && rune < 0xa0))
		rune = ' ';
	if (rune > 0x10ffff || (rune >= 0xd800 && rune < 0xe000))
		rune = 0xfffd;
	if (rune < 0x80) {
		out[0] = (char)rune;
		return 1;
	}
	size_t more = rune < 0x800 ? 1 : rune < 0x10000 ? 2 : 3;
	static const uint32_t lead[] = { 0, 0xc0, 0xe0, 0xf0 };
	out[0] = (char)(lead[more] | rune >> (6 * more));
	for (size_t i = 1; i <= more; i++)
		out[i] = (char)(0x80 | (rune >> (6 * (more - i)) & 0x3f));
	return more + 1;
}

/* "#228" or "#xE4"; false when it is no number of a character. */
static bool read_number(struct span digits, uint32_t *rune)
{
	bool hex = digits.size && (digits.at[0] == 'x' || digits.at[0] == 'X');
	*rune = 0;
	digits = span_from(digits, hex);
	if (!digits.size || digits.size > 7)
		return false;
	for (size_t i = 0; i < digits.size; i++) {
		char c = (char)tolower((unsigned char)digits.at[i]);
		if (!isdigit((unsigned char)c) && !(hex && c >= 'a' && c <= 'f'))
			return false;
		*rune = *rune * (hex ? 16 : 10) + (uint32_t)(isdigit((unsigned char)c) ? c - '0' : c - 'a' + 10);
	}
	return true;
}

/* The character that an entity stands for, written to out; 0 when it is none that is known. None is longer than what it stands for. */
static size_t expand(struct span name, char *out)
{
	static const struct {
		const char *name;
		uint32_t rune;
	} known[] = { { "amp", '&' }, { "lt", '<' }, { "gt", '>' }, { "quot", '"' }, { "apos", '\'' }, { "nbsp", ' ' } };
	uint32_t rune;
	if (name.size && name.at[0] == '#')
		return read_number(span_from(name, 1), &rune) ? put_rune(out, rune) : 0;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (span_is(name, known[i].name))
			return put_rune(out, known[i].rune);
	return 0;
}

/* In place: an entity is never shorter than its character. */
static size_t expand_all(char *text, size_t size)
{
	size_t n = 0;
	for (size_t i = 0; i < size;) {
		const char *end = text[i] == '&' ? memchr(text + i, ';', size - i < 12 ? size - i : 12) : NULL;
		char rune[4];
		size_t length = end ? expand(span_bytes(text + i + 1, (size_t)(end - text) - i - 1), rune) : 0;
		if (!length) {
			text[n++] = text[i++];
			continue;
		}
		memcpy(text + n, rune, length);
		n += length;
		i = (size_t)(end - text) + 1;
	}
	return n;
}

static void add_text(struct ofx_markup *m, char c)
{
	if (!m->has_leaf || (!m->text_size && isspace((unsigned char)c)))
		return;
	if (m->text_size == sizeof(m->text))
		telling_fail(m->telling, RULE_TEXT, m->leaf_place, "the text of %.*s is longer than %d bytes", (int)m->leaf_size,
			m->leaf_name, OFX_TEXT);
	else
		m->text[m->text_size++] = c;
}

static struct span decoded(struct ofx_markup *m, struct span text)
{
	struct telling *t = m->telling;
	if (t->settings.charset != CHARSET_AUTO)
		return charset_utf8(t->settings.charset, text, m->utf8);
	if (m->said == CHARSETS && t->in_statement && m->unread <= t->statements && !span_is_utf8(text)) {
		m->unread = t->statements + 1;
		telling_broken(t, RULE_CHARSET, m->leaf_place, "the text of %.*s is in a character set that is not read", (int)m->leaf_size,
			m->leaf_name);
	}
	return charset_utf8_else(m->said, text, m->utf8);
}

/* What is between two tags belongs to the first of them. */
static void end_leaf(struct ofx_markup *m)
{
	struct span text = span_trim(span_bytes(m->text, m->text_size));
	m->text_size = 0;
	if (!m->has_leaf || !text.size)
		return;
	m->has_leaf = false;
	text = decoded(m, text);
	if (text.at != m->utf8)
		memmove(m->utf8, text.at, text.size);
	text = span_trim(span_bytes(m->utf8, expand_all(m->utf8, text.size)));
	if (text.size)
		m->leaf(m->ctx, span_bytes(m->leaf_name, m->leaf_size), text, m->leaf_place);
}

/* ---- tags ---- */

/* What came before the first tag is the header. */
static void end_header(struct ofx_markup *m)
{
	m->has_begun = true;
	m->said = ofx_header_charset(span_bytes(m->header, m->header_size));
}

static void open_tag(struct ofx_markup *m, struct span name)
{
	if (!m->has_begun)
		end_header(m);
	m->has_leaf = true;
	m->leaf_size = name.size;
	memcpy(m->leaf_name, name.at, name.size);
	m->leaf_place = m->tag_place;
	m->open(m->ctx, name, m->tag_place);
}

static void end_tag(struct ofx_markup *m)
{
	struct span name = span_bytes(m->tag, m->tag_size), rest;
	bool ends = span_starts(name, "/"), is_empty = name.size && name.at[name.size - 1] == '/';
	m->state = OFX_IN_TEXT;
	end_leaf(m);
	name = span_trim(ends ? span_from(name, 1) : span_bytes(name.at, name.size - is_empty));
	for (size_t i = 0; i < m->tag_size; i++)
		m->tag[i] = isspace((unsigned char)m->tag[i]) ? ' ' : (char)toupper((unsigned char)m->tag[i]);
	(void)span_cut(name, ' ', &name, &rest);
	m->has_leaf = false;
	if (m->telling->failed != OK)
		return;
	if (!ends)
		open_tag(m, name);
	if (ends || is_empty) {
		m->has_leaf = false;
		m->close(m->ctx, name, m->tag_place);
	}
}

static void begin_note(struct ofx_markup *m, bool is_comment)
{
	m->state = OFX_IN_NOTE;
	m->is_comment = is_comment;
	m->tag_size = 0;
}

static void add_tag(struct ofx_markup *m, char c)
{
	if (m->tag_size == sizeof(m->tag)) {
		telling_fail(m->telling, RULE_TEXT, m->tag_place, "a tag is longer than %d characters", OFX_TAG);
		return;
	}
	m->tag[m->tag_size++] = c;
	struct span tag = span_bytes(m->tag, m->tag_size);
	if (span_is(tag, "!--"))
		begin_note(m, true);
	else if (span_is(tag, "![CDATA["))
		m->state = OFX_IN_CDATA;
	else if (m->tag_size == 2 && tag.at[0] == '!' && tag.at[1] != '-' && tag.at[1] != '[')
		telling_fail(m->telling, RULE_DTD, m->tag_place, "%s", rule_help(RULE_DTD));
}

/* A comment ends with -->, an instruction with >: the last two characters are enough to see that. */
static void take_note(struct ofx_markup *m, char c)
{
	if (c == '>' && (!m->is_comment || (m->tag_size == 2 && m->tag[0] == '-' && m->tag[1] == '-'))) {
		m->state = OFX_IN_TEXT;
		return;
	}
	if (m->tag_size == 2)
		m->tag[0] = m->tag[1];
	m->tag[m->tag_size == 2 ? 1 : m->tag_size++] = c;
}

/* CDATA is text up to ]]>, which it has not in it. */
static void take_cdata(struct ofx_markup *m, char c)
{
	add_text(m, c);
	if (m->text_size >= 3 && !memcmp(m->text + m->text_size - 3, "]]>", 3)) {
		m->text_size -= 3;
		m->state = OFX_IN_TEXT;
	}
}

static void after_less(struct ofx_markup *m, char c)
{
	if (c == '?') {
		begin_note(m, false);
	} else if (isalpha((unsigned char)c) || c == '/' || c == '!') {
		m->state = OFX_IN_TAG;
		m->tag_size = 0;
		add_tag(m, c);
	} else {
		m->state = OFX_IN_TEXT;
		add_text(m, '<');
		if (c != '<')
			add_text(m, c);
		else
			m->state = OFX_AFTER_LESS;
	}
}

static void take(struct ofx_markup *m, char c)
{
	switch (m->state) {
	case OFX_IN_TEXT:
		if (c == '<') {
			m->state = OFX_AFTER_LESS;
			m->tag_place = m->here;
		} else
			add_text(m, c);
		break;
	case OFX_AFTER_LESS: after_less(m, c); break;
	case OFX_IN_TAG:
		if (c == '>')
			end_tag(m);
		else
			add_tag(m, c);
		break;
	case OFX_IN_NOTE: take_note(m, c); break;
	case OFX_IN_CDATA: take_cdata(m, c); break;
	}
}

void ofx_markup_feed(struct ofx_markup *m, struct span bytes)
{
	for (size_t i = 0; i < bytes.size && m->telling->failed == OK; i++) {
		if (!m->has_begun && m->header_size < sizeof(m->header))
			m->header[m->header_size++] = bytes.at[i];
		take(m, bytes.at[i]);
		m->here.byte++;
		m->here.line += bytes.at[i] == '\n';
	}
}
