#include "packed_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- what the files inside tell ---- */

static int counted_on(struct packed *p, int statement)
{
	if (statement >= p->told)
		p->told = statement + 1;
	return p->base + statement;
}

static enum err told_line(void *ctx, const struct reading_line *l, struct why *why)
{
	struct packed *p = ctx;
	const struct reading_sink *to = p->t.sink;
	struct reading_line line = *l;
	line.statement = counted_on(p, l->statement);
	if (!line.informs)
		return to->line(to->ctx, &line, why);
	return to->inform ? to->inform(to->ctx, &line, why) : OK;
}

static enum err told_statement(void *ctx, const struct reading_statement *s, struct why *why)
{
	struct packed *p = ctx;
	struct reading_statement statement = *s;
	statement.statement = counted_on(p, s->statement);
	return p->t.sink->statement(p->t.sink->ctx, &statement, why);
}

static enum err told_broken(void *ctx, int statement, const struct violation *v, struct why *why)
{
	struct packed *p = ctx;
	return p->t.sink->broken(p->t.sink->ctx, counted_on(p, statement), v, why);
}

static void told_account(void *ctx, struct span account, struct reading_settings *settings)
{
	struct packed *p = ctx;
	if (p->t.sink->account)
		p->t.sink->account(p->t.sink->ctx, account, settings);
}

/* ---- what both archives share ---- */

void packed_init(struct packed *p, const struct reading_sink *sink, const struct reading_settings *settings, int window)
{
	telling_init(&p->t, sink, settings);
	p->sink = (struct reading_sink){ p, told_line, told_statement, told_broken, told_line, told_account };
	if (inflateInit2(&p->stream, window) != Z_OK)
		bug("no memory for zlib");
}

void packed_clear(struct packed *p)
{
	inflateEnd(&p->stream);
	reading_close(p->inside);
}

void packed_fail(struct packed *p, enum rule rule, const char *text)
{
	telling_fail(&p->t, rule, (struct place){ 1, p->in }, "%s", text);
}

/* What the reader inside refuses, with its place there. */
static void take_failure(struct packed *p, enum err err, const struct why *why)
{
	const struct violation *v = reading_violation(p->inside);
	if (err == OK)
		return;
	if (err == ERR_INVALID && v->rule != RULE_NONE)
		telling_fail(&p->t, v->rule, v->place, "%s", v->text);
	else if (p->t.failed == OK) {
		p->t.why = *why;
		telling_stop(&p->t, err);
	}
}

static void feed(struct packed *p, struct span bytes, bool last)
{
	struct why why = { 0 };
	if (p->t.failed == OK)
		take_failure(p, reading_feed(p->inside, bytes, last, &why), &why);
}

void packed_begin(struct packed *p)
{
	p->inside = reading_open_inside(&p->sink, &p->t.settings);
	p->told = 0;
	p->crc = (uint32_t)crc32(0, NULL, 0);
	p->unpacked = 0;
}

void packed_add(struct packed *p, struct span bytes)
{
	p->out += (int64_t)bytes.size;
	p->unpacked += bytes.size;
	p->crc = (uint32_t)crc32_z(p->crc, (const Bytef *)bytes.at, bytes.size);
	if (!p->inside)
		packed_fail(p, RULE_ARCHIVE, "a folder of the archive has content");
	feed(p, bytes, false);
	if (p->out % OUT_ROOM == 0 && (p->out > PACKED_START + p->in * PACKED_RATIO || p->out > PACKED_MOST))
		packed_fail(p, RULE_ARCHIVE_RATIO, "what comes out of the archive is too much for what it is");
}

void packed_end(struct packed *p)
{
	feed(p, SPAN(""), true);
	if (!p->format[0])
		snprintf(p->format, sizeof(p->format), "%s", reading_format(p->inside));
	reading_close(p->inside);
	p->inside = NULL;
	p->base += p->told;
}

/* Output stops at multiples of its room and input is counted as it is taken, so that it hardly matters how the archive is cut. */
static int inflate_some(struct packed *p)
{
	size_t room = sizeof(p->bytes) - (size_t)(p->out % (int64_t)sizeof(p->bytes)), before = p->stream.avail_in;
	p->stream.next_out = p->bytes;
	p->stream.avail_out = (unsigned)room;
	int code = inflate(&p->stream, Z_NO_FLUSH);
	p->in += (int64_t)(before - p->stream.avail_in);
	if (room > p->stream.avail_out)
		packed_add(p, span_bytes(p->bytes, room - p->stream.avail_out));
	return code;
}

size_t packed_inflate(struct packed *p, struct span in, bool *end)
{
	int code;
	/* zlib reads what it is given and never writes it. */
	memcpy(&p->stream.next_in, &in.at, sizeof(in.at));
	p->stream.avail_in = (unsigned)in.size;
	do {
		code = inflate_some(p);
		if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR)
			packed_fail(p, RULE_ARCHIVE, "the archive is damaged");
	} while (p->t.failed == OK && code != Z_STREAM_END && !p->stream.avail_out);
	*end = code == Z_STREAM_END;
	return in.size - p->stream.avail_in;
}

const char *packed_inside(const void *reader)
{
	const struct packed *p = reader;
	return p->inside ? reading_format(p->inside) : p->format;
}

/* ---- gzip ---- */

/* Members that follow each other are one file, as gzip(1) has it. */
struct gzip {
	struct packed p;
	bool ended; /* the member that was read last */
};

static int gzip_looks_like(struct span head, const struct reading_settings *settings)
{
	(void)settings;
	return span_starts(head, "\x1f\x8b\x08") ? READER_SURE : READER_NO;
}

static void *gzip_open(const struct reading_sink *sink, const struct reading_settings *settings)
{
	struct gzip *g = calloc(1, sizeof(*g));
	if (!g)
		bug("no memory for a reader");
	packed_init(&g->p, sink, settings, MAX_WBITS + 16);
	packed_begin(&g->p);
	return g;
}

/* Zeroes behind the last member fill a tape's block. */
static bool is_padding(struct span bytes)
{
	return bytes.size && !bytes.at[0];
}

static enum err gzip_feed(void *reader, struct span bytes, bool last, struct why *why)
{
	struct gzip *g = reader;
	struct packed *p = &g->p;
	while (bytes.size && p->t.failed == OK && !(g->ended && is_padding(bytes))) {
		if (g->ended)
			inflateReset(&p->stream);
		size_t piece = bytes.size < INT32_MAX ? bytes.size : INT32_MAX;
		bytes = span_from(bytes, packed_inflate(p, span_bytes(bytes.at, piece), &g->ended));
	}
	if (last && !g->ended)
		packed_fail(p, RULE_ARCHIVE, "the archive ends before its end");
	if (last && p->t.failed == OK)
		packed_end(p);
	return telling_result(&p->t, why);
}

static const struct violation *gzip_violation(const void *reader)
{
	return &((const struct packed *)reader)->t.violation;
}

static void gzip_close(void *reader)
{
	packed_clear(reader);
	free(reader);
}

const struct reader gzip_reader = {
	.name = "gzip",
	.help = "any of these, packed with gzip",
	.looks_like = gzip_looks_like,
	.open = gzip_open,
	.feed = gzip_feed,
	.violation = gzip_violation,
	.close = gzip_close,
	.inside = packed_inside,
};
