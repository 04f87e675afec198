/*
 * template_parts: what the halves of template know of each other. Others include template.h.
 */
#ifndef DUNLIN_TEMPLATE_PARTS_H
#define DUNLIN_TEMPLATE_PARTS_H

#include "template.h"

enum template_escape {
	ESCAPE_PLAIN,   /* text mode */
	ESCAPE_HTML,    /* element content and quoted attributes: & < > " ' */
	ESCAPE_URL,     /* a whole URL in a quoted attribute */
	ESCAPE_URL_PART /* percent-encoded: fits everywhere */
};

/* A compiled piece, in the order of the source. */
struct template_node {
	enum template_node_kind { NODE_LITERAL, NODE_VALUE, NODE_SECTION, NODE_INVERTED, NODE_PARTIAL } kind;
	struct span text; /* the literal, or the name */
	enum template_escape escape;
	int line, column;
	struct template_node *next;
	struct template_node *body;     /* of sections */
	struct template *partial;       /* of partials */
};

struct template
{
	const char *name;
	enum template_mode mode;
	struct template_node *nodes;
	enum { UNCHECKED, CHECKING, CHECKED } check; /* for the search for circles */
};

struct template_set {
	struct template *templates;
	size_t n;
};

/* Where in the markup the compiler stands: the states of the HTML standard's tokeniser, as far as escaping needs them. */
struct html_place {
	enum html_at {
		HTML_TEXT,
		HTML_TAG_OPEN,     /* behind "<" or "</" */
		HTML_TAG_NAME,
		HTML_IN_TAG,       /* between attributes */
		HTML_GLUED,        /* a section began or ended right behind a name: a blank, "/" or ">" must follow */
		HTML_NAME,         /* of an attribute */
		HTML_AFTER_NAME,
		HTML_BEFORE_VALUE, /* behind "=" */
		HTML_DOUBLE,       /* inside "…" */
		HTML_SINGLE,       /* inside '…' */
		HTML_BARE,         /* inside an unquoted value */
		HTML_DECLARATION,  /* <!doctype …>, <?…> */
		HTML_COMMENT,
		HTML_RAW           /* content of script, style, title, textarea …, until its end tag */
	} at;
	char element[12], attribute[16]; /* lower case, cut */
	size_t size;       /* of the name that is being read, or of the match of an end */
	bool closing;                    /* the tag is an end tag */
	bool started;                    /* the attribute's value has characters already */
};

/* Follows the markup of a literal. NULL, or what is wrong with it. */
const char *html_follow(struct html_place *, struct span literal);

/* How a value must be escaped at this place: NULL, or why none may stand here. Counts as characters of an attribute. */
const char *html_value(struct html_place *, enum template_escape *);

/* A section begins or ends here: NULL, or why it must not. */
const char *html_boundary(struct html_place *);

/* Joins the places before and behind a section, which may be left out or repeated; false when they are of different kinds. */
bool html_join(struct html_place *, const struct html_place *before);

/* Appends the value, escaped. */
void template_escape(struct text *, struct span value, enum template_escape);

#endif
