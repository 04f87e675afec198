/*
 * ofx_markup: the tags of OFX as a stream, be they SGML (the ends of leaves may be missing) or XML. What the header says of either is not believed.
 *
 * A tag with text behind it is a leaf; one with none is an aggregate or an empty leaf, which its name tells. Comments and processing instructions are passed
 * over, CDATA is text, a document type declaration ends the reading. A '<' that begins no tag, and a '&' that begins no entity, are text.
 */
#ifndef RECONCILIATION_OFX_MARKUP_H
#define RECONCILIATION_OFX_MARKUP_H

#include "charset.h"
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
	char tag[OFX_TAG], leaf_name[OFX_TAG], text[OFX_TEXT];
	char utf8[CHARSET_ROOM(OFX_TEXT)];
};

void ofx_markup_init(struct ofx_markup *, struct telling *, void *ctx);
void ofx_markup_feed(struct ofx_markup *, struct span bytes);

#endif
