/*
 * ofx_markup: the tags of OFX as a stream, be they SGML (the ends of leaves may be missing) or XML. Which of the two the header says is not believed.
 *
 * A tag with text behind it is a leaf; one with none is an aggregate or an empty leaf, which its name tells. Comments and processing instructions are passed
 * over, CDATA is text, a document type declaration ends the reading. A '<' that begins no tag, and a '&' that begins no entity, are text.
 *
 * Texts are in the set that the account's settings name; where they name none, UTF-8 where a text is that, else the set of the header. One that is in neither,
 * for the header's set is not read, breaks RULE_CHARSET, once a statement.
 */
#ifndef RECONCILIATION_OFX_MARKUP_H
#define RECONCILIATION_OFX_MARKUP_H

#include "ofx_header.h"
#include "telling.h"

enum { OFX_TAG = 64, OFX_TEXT = 8192 };

struct ofx_markup {
	struct telling *telling;
	void *ctx;
	/* Names are in upper case. A leaf's value is trimmed, UTF-8, never empty, and valid during the call. */
	void (*open)(void *ctx, struct span name, struct place);
	void (*close)(void *ctx, struct span name, struct place);
	void (*leaf)(void *ctx, struct span name, struct span value, struct place);
	enum {
		OFX_IN_TEXT,
		OFX_AFTER_LESS,
		OFX_IN_TAG,
		OFX_IN_NOTE, /* a comment or a processing instruction */
		OFX_IN_CDATA
	} state;
	struct place here, tag_place, leaf_place;
	size_t tag_size, leaf_size, text_size;
	bool has_leaf, is_comment;
	bool has_begun; /* a tag was there: the header is whole */
	enum charset said; /* by the header */
	int unread;     /* the statement, from 1, that was told to have texts in no set that is read */
	size_t header_size;
	char header[OFX_HEADER_MOST];
	char tag[OFX_TAG], leaf_name[OFX_TAG], text[OFX_TEXT];
	char utf8[CHARSET_ROOM(OFX_TEXT)];
};

void ofx_markup_init(struct ofx_markup *, struct telling *, void *ctx);
void ofx_markup_feed(struct ofx_markup *, struct span bytes);

#endif
