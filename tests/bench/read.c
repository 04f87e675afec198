/*
 * read: a camt.053 file by one reader: `read FILE` prints an object of JSON: bytes, lines, seconds, the most that was resident.
 *
 * Compiled once for each: READER_OURS links reconciliation's readers; READER_EXPAT and READER_LIBXML2 have handlers that do nothing, so that they take what
 * reading XML alone takes. All take the same pieces from the same loop.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static char piece[65536];
static long long lines;

static void fail(const char *what)
{
	fprintf(stderr, "read: %s\n", what);
	exit(1);
}

#if defined(READER_OURS)
#include "readers/readers.h"

static struct reading *reading;

static enum err told_line(void *ctx, const struct reading_line *line, struct why *why)
{
	(void)ctx, (void)line, (void)why;
	lines++;
	return OK;
}

static enum err told_statement(void *ctx, const struct reading_statement *statement, struct why *why)
{
	(void)ctx, (void)statement, (void)why;
	return OK;
}

static enum err told_broken(void *ctx, int statement, const struct violation *v, struct why *why)
{
	(void)ctx, (void)statement, (void)why;
	fail(v->text);
	return OK;
}

static void reader_open(void)
{
	static const struct reading_sink sink = { .line = told_line, .statement = told_statement, .broken = told_broken };
	reading = reading_open(&sink, NULL);
}

static void reader_feed(size_t size, int last)
{
	struct why why = { 0 };
	if (reading_feed(reading, span_bytes(piece, size), last, &why) != OK)
		fail(why.text);
}

#elif defined(READER_EXPAT)
#include <expat.h>

static XML_Parser parser;

static void begin(void *ctx, const char *name, const char **attributes)
{
	(void)ctx, (void)name, (void)attributes;
}

static void end(void *ctx, const char *name)
{
	(void)ctx, (void)name;
}

static void characters(void *ctx, const char *text, int size)
{
	(void)ctx, (void)text, (void)size;
}

static void reader_open(void)
{
	parser = XML_ParserCreateNS(NULL, '|');
	XML_SetElementHandler(parser, begin, end);
	XML_SetCharacterDataHandler(parser, characters);
}

static void reader_feed(size_t size, int last)
{
	if (XML_Parse(parser, piece, (int)size, last) != XML_STATUS_OK)
		fail(XML_ErrorString(XML_GetErrorCode(parser)));
}

#else
#include <libxml/parser.h>

static xmlParserCtxtPtr parser;

static void begin(void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *space, int n_spaces, const xmlChar **spaces, int n,
	int n_default, const xmlChar **attributes)
{
	(void)ctx, (void)name, (void)prefix, (void)space, (void)n_spaces, (void)spaces, (void)n, (void)n_default, (void)attributes;
}

static void end(void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *space)
{
	(void)ctx, (void)name, (void)prefix, (void)space;
}

static void characters(void *ctx, const xmlChar *text, int size)
{
	(void)ctx, (void)text, (void)size;
}

static void reader_open(void)
{
	static xmlSAXHandler handler = {
		.initialized = XML_SAX2_MAGIC, .startElementNs = begin, .endElementNs = end, .characters = characters
	};
	parser = xmlCreatePushParserCtxt(&handler, NULL, NULL, 0, NULL);
}

static void reader_feed(size_t size, int last)
{
	if (xmlParseChunk(parser, piece, (int)size, last) != 0)
		fail("libxml2");
}
#endif

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* What this program had resident at the most; getrusage would tell of who started it too. */
static long resident_kb(void)
{
	FILE *status = fopen("/proc/self/status", "r");
	char text[200];
	long kb = 0;
	while (status && fgets(text, sizeof(text), status))
		if (sscanf(text, "VmHWM: %ld", &kb) == 1)
			break;
	return kb;
}

int main(int argc, char **argv)
{
	FILE *file = argc == 2 ? fopen(argv[1], "rb") : NULL;
	long long bytes = 0;
	size_t size;
	if (!file)
		fail("no file");
	double begun = now();
	reader_open();
	while ((size = fread(piece, 1, sizeof(piece), file)) > 0) {
		reader_feed(size, 0);
		bytes += (long long)size;
	}
	reader_feed(0, 1);
	double seconds = now() - begun;
	printf("{\"bytes\": %lld, \"lines\": %lld, \"seconds\": %.6f, \"resident_kb\": %ld}\n", bytes, lines, seconds, resident_kb());
	return 0;
}
