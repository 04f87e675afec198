#include <string.h>
#include <strings.h>

#include "template_parts.h"

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_one_of(const char *name, const char *const *list)
{
	for (; *list != NULL; list++) {
		if (strcmp(name, *list) == 0)
			return true;
	}
	return false;
}

static bool is_url_attribute(const char *name)
{
	static const char *const list[] = { "href", "src", "action", "formaction", "cite", "poster", "data", "background", "longdesc",
		"manifest", "ping", "xlink:href", NULL };

	return is_one_of(name, list);
}

/* Attributes whose value is a program, a style sheet or a list of URLs. */
static bool is_closed_attribute(const char *name)
{
	static const char *const list[] = { "style", "srcdoc", "srcset", "imagesrcset", NULL };

	return strncmp(name, "on", 2) == 0 || is_one_of(name, list);
}

/* Elements whose content knows no tags. */
static bool is_raw_element(const char *name)
{
	static const char *const list[] = { "script", "style", "title", "textarea", "xmp", "iframe", "noembed", "noframes", NULL };

	return is_one_of(name, list);
}

static bool is_text_element(const char *name)
{
	return strcmp(name, "title") == 0 || strcmp(name, "textarea") == 0;
}

static void begin_name(struct html_place *place, enum html_at at, char *name, char c)
{
	place->at = at;
	name[0] = lower(c);
	name[1] = '\0';
	place->size = 1;
}

static void add_to_name(struct html_place *place, char *name, size_t room, char c)
{
	if (place->size + 1 < room) {
		name[place->size++] = lower(c);
		name[place->size] = '\0';
	}
}

static void end_tag(struct html_place *place)
{
	place->at = !place->closing && is_raw_element(place->element) ? HTML_RAW : HTML_TEXT;
	place->size = 0;
}

static void step_tag_open(struct html_place *place, char c)
{
	if (c == '/' && !place->closing) {
		place->closing = true;
	} else if (is_letter(c)) {
		begin_name(place, HTML_TAG_NAME, place->element, c);
	} else if (c == '!' || c == '?' || place->closing) {
		place->at = c == '>' ? HTML_TEXT : HTML_DECLARATION;
		place->size = 0;
	} else {
		place->at = HTML_TEXT;
	}
}

/* Between attributes, and behind the name of a tag or of an attribute that has ended. */
static void step_in_tag(struct html_place *place, char c)
{
	if (c == '>')
		end_tag(place);
	else if (is_blank(c) || c == '/')
		place->at = HTML_IN_TAG;
	else
		begin_name(place, HTML_NAME, place->attribute, c);
}

static void step_tag_name(struct html_place *place, char c)
{
	if (c == '>' || c == '/' || is_blank(c))
		step_in_tag(place, c);
	else
		add_to_name(place, place->element, sizeof(place->element), c);
}

static void step_name(struct html_place *place, char c)
{
	if (c == '=')
		place->at = HTML_BEFORE_VALUE;
	else if (is_blank(c))
		place->at = HTML_AFTER_NAME;
	else if (c == '>' || c == '/')
		step_in_tag(place, c);
	else
		add_to_name(place, place->attribute, sizeof(place->attribute), c);
}

static void step_after_name(struct html_place *place, char c)
{
	if (c == '=')
		place->at = HTML_BEFORE_VALUE;
	else if (!is_blank(c))
		step_in_tag(place, c);
}

static void step_before_value(struct html_place *place, char c)
{
	place->started = false;
	if (c == '"')
		place->at = HTML_DOUBLE;
	else if (c == '\'')
		place->at = HTML_SINGLE;
	else if (c == '>')
		end_tag(place);
	else if (!is_blank(c))
		place->at = HTML_BARE;
}

static void step_quoted(struct html_place *place, char c, char quote)
{
	if (c == quote)
		place->at = HTML_IN_TAG;
	else
		place->started = true;
}

/* "<!--" makes a comment of a declaration. size: how many hyphens have followed "<!", 3 when it is none. */
static void step_declaration(struct html_place *place, char c)
{
	place->size = c == '-' && place->size < 2 ? place->size + 1 : 3;
	if (c == '>')
		place->at = HTML_TEXT;
	else if (place->size == 2)
		place->at = HTML_COMMENT;
}

/* size: how many hyphens in a row stand before; those of "<!--" count, for "<!-->" is a whole comment. */
static void step_comment(struct html_place *place, char c)
{
	if (c == '-')
		place->size++;
	else if (c == '>' && place->size >= 2)
		place->at = HTML_TEXT;
	else
		place->size = 0;
}

/* size: how many characters of "</element" stand before. */
static void step_raw(struct html_place *place, char c)
{
	size_t whole = strlen(place->element) + 2;

	if (place->size == whole && (is_blank(c) || c == '/' || c == '>')) {
		place->closing = true;
		step_in_tag(place, c);
		return;
	}
	if (place->size < whole) {
		char want = place->size == 0 ? '<' : place->size == 1 ? '/' : place->element[place->size - 2];

		if (lower(c) == want) {
			place->size++;
			return;
		}
	}
	place->size = c == '<';
}

static const char *step(struct html_place *place, char c)
{
	switch (place->at) {
	case HTML_TEXT:
		if (c == '<') {
			place->at = HTML_TAG_OPEN;
			place->closing = false;
		}
		break;
	case HTML_TAG_OPEN: step_tag_open(place, c); break;
	case HTML_TAG_NAME: step_tag_name(place, c); break;
	case HTML_GLUED:
		if (!is_blank(c) && c != '/' && c != '>')
			return "a name goes on behind the section that touches it";
		step_in_tag(place, c);
		break;
	case HTML_IN_TAG: step_in_tag(place, c); break;
	case HTML_NAME: step_name(place, c); break;
	case HTML_AFTER_NAME: step_after_name(place, c); break;
	case HTML_BEFORE_VALUE: step_before_value(place, c); break;
	case HTML_DOUBLE: step_quoted(place, c, '"'); break;
	case HTML_SINGLE: step_quoted(place, c, '\''); break;
	case HTML_BARE:
		if (is_blank(c) || c == '>')
			step_in_tag(place, c);
		break;
	case HTML_DECLARATION: step_declaration(place, c); break;
	case HTML_COMMENT: step_comment(place, c); break;
	case HTML_RAW: step_raw(place, c); break;
	}
	return NULL;
}

const char *html_follow(struct html_place *place, struct span literal)
{
	for (size_t i = 0; i < literal.size; i++) {
		const char *wrong = step(place, literal.at[i]);

		if (wrong != NULL)
			return wrong;
	}
	return NULL;
}

static const char *quoted_value(struct html_place *place, enum template_escape *escape)
{
	if (is_closed_attribute(place->attribute))
		return "a value cannot stand in an attribute that holds a program, a style or several URLs";
	*escape = ESCAPE_HTML;
	if (is_url_attribute(place->attribute))
		*escape = place->started ? ESCAPE_URL_PART : ESCAPE_URL;
	place->started = true;
	return NULL;
}

const char *html_value(struct html_place *place, enum template_escape *escape)
{
	switch (place->at) {
	case HTML_TEXT: *escape = ESCAPE_HTML; return NULL;
	case HTML_RAW:
		*escape = ESCAPE_HTML;
		if (place->size != 0)
			return "a value cannot be part of a tag";
		return is_text_element(place->element) ? NULL : "a value cannot stand in a script or a style sheet";
	case HTML_DOUBLE:
	case HTML_SINGLE: return quoted_value(place, escape);
	case HTML_BEFORE_VALUE:
	case HTML_BARE: return "an attribute with a value in it needs quotes";
	case HTML_TAG_OPEN:
	case HTML_TAG_NAME:
	case HTML_IN_TAG:
	case HTML_GLUED:
	case HTML_NAME:
	case HTML_AFTER_NAME: return "a value cannot be, or be part of, the name of a tag or an attribute";
	case HTML_DECLARATION:
	case HTML_COMMENT: return "a value cannot stand in a comment or a declaration: use {{! }} to leave something out";
	}
	return "a value cannot stand here";
}

const char *html_boundary(struct html_place *place)
{
	switch (place->at) {
	case HTML_TEXT:
	case HTML_IN_TAG:
	case HTML_GLUED:
	case HTML_DOUBLE:
	case HTML_SINGLE: return NULL;
	case HTML_RAW: return place->size == 0 ? NULL : "a section cannot begin or end inside a tag's name";
	case HTML_TAG_NAME:
	case HTML_NAME:
	case HTML_BARE: place->at = HTML_GLUED; return NULL;
	case HTML_AFTER_NAME: place->at = HTML_IN_TAG; return NULL;
	case HTML_TAG_OPEN:
	case HTML_BEFORE_VALUE:
	case HTML_DECLARATION:
	case HTML_COMMENT: return "a section cannot begin or end here in the markup";
	}
	return "a section cannot begin or end here";
}

static bool is_inside_tag(const struct html_place *place)
{
	return place->at == HTML_IN_TAG || place->at == HTML_GLUED;
}

bool html_join(struct html_place *place, const struct html_place *before)
{
	if (is_inside_tag(place) && is_inside_tag(before)) {
		if (before->at == HTML_GLUED)
			place->at = HTML_GLUED;
		return place->closing == before->closing && strcmp(place->element, before->element) == 0;
	}
	if (place->at != before->at)
		return false;
	if (place->at == HTML_RAW)
		return strcmp(place->element, before->element) == 0;
	if (place->at == HTML_DOUBLE || place->at == HTML_SINGLE) {
		/* Whether a URL has begun decides how the next value is escaped; elsewhere it does not matter. */
		bool same_start = place->started == before->started || !is_url_attribute(place->attribute);

		return strcmp(place->attribute, before->attribute) == 0 && same_start;
	}
	return true;
}
