#include "readers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bai2.h"
#include "camt.h"
#include "csv_reader.h"
#include "mt940.h"
#include "nacha.h"
#include "ofx.h"
#include "packed.h"

const struct reader *const readers[] = {
	/* A zip may hold a file as it is, with that one's marks: what packs is asked first. */
	&gzip_reader,
	&zip_reader,
	&camt_reader,
	&mt940_reader,
	&bai2_reader,
	&ofx_reader,
	&nacha_reader,
	&csv_reader,
	NULL,
};

const struct reader *reader_find(struct span name)
{
	for (const struct reader *const *r = readers; *r; r++)
		if (span_is(name, (*r)->name))
			return *r;
	return NULL;
}

const struct reader *reader_of(struct span head, const struct reading_settings *settings)
{
	static const struct reading_settings none;
	const struct reader *best = NULL;
	int certainty = READER_NO;
	for (const struct reader *const *r = readers; *r && certainty < READER_SURE; r++) {
		int sure = (*r)->looks_like(head, settings ? settings : &none);
		if (sure > certainty) {
			certainty = sure;
			best = *r;
		}
	}
	return best;
}

/* ---- a file ---- */

struct reading {
	const struct reading_sink *sink;
	struct reading_settings settings;
	const struct reader *reader; /* NULL while the first bytes are gathered */
	void *state;
	bool is_inside;
	struct violation violation;
	size_t size;
	char head[READER_HEAD];
};

struct reading *reading_open(const struct reading_sink *sink, const struct reading_settings *settings)
{
	struct reading *r = calloc(1, sizeof(*r));
	if (!r)
		bug("no memory for a reader");
	r->sink = sink;
	if (settings)
		r->settings = *settings;
	return r;
}

struct reading *reading_open_inside(const struct reading_sink *sink, const struct reading_settings *settings)
{
	struct reading *r = reading_open(sink, settings);
	r->is_inside = true;
	return r;
}

static enum err refuse(struct reading *r, enum rule rule, const char *text, struct why *why)
{
	r->violation = (struct violation){ .rule = rule, .place = { 1, 0 } };
	snprintf(r->violation.text, sizeof(r->violation.text), "%s", text);
	r->reader = NULL;
	return why_set(why, ERR_INVALID, rule_word(rule), "line 1: %s", text);
}

static enum err choose(struct reading *r, struct why *why)
{
	r->reader = reader_of(span_bytes(r->head, r->size), &r->settings);
	if (!r->reader)
		return refuse(r, RULE_FORMAT, "the first bytes are of no format that is read", why);
	if (r->is_inside && r->reader->inside)
		return refuse(r, RULE_ARCHIVE_NESTED, "there is an archive in the archive", why);
	r->state = r->reader->open(r->sink, &r->settings);
	return OK;
}

enum err reading_feed(struct reading *r, struct span bytes, bool last, struct why *why)
{
	if (!r->reader) {
		size_t room = sizeof(r->head) - r->size, n = bytes.size < room ? bytes.size : room;
		if (n)
			memcpy(r->head + r->size, bytes.at, n);
		r->size += n;
		bytes = span_from(bytes, n);
		if (!last && r->size < sizeof(r->head))
			return OK;
		TRY(choose(r, why));
		bool all = last && !bytes.size;
		TRY(r->reader->feed(r->state, span_bytes(r->head, r->size), all, why));
		if (all || !bytes.size)
			return OK;
	}
	return r->reader->feed(r->state, bytes, last, why);
}

const struct violation *reading_violation(const struct reading *r)
{
	return r->state ? r->reader->violation(r->state) : &r->violation;
}

const char *reading_format(const struct reading *r)
{
	if (!r->reader)
		return "";
	return r->reader->inside ? r->reader->inside(r->state) : r->reader->name;
}

void reading_close(struct reading *r)
{
	if (r && r->state)
		r->reader->close(r->state);
	free(r);
}
