/* An archive of files: a zip, or a gzip where it begins like one; and the same bytes as a file of any format. */
#include "readers/packed.h"

#include "reading.h"

static enum err pass_line(void *ctx, const struct reading_line *l, struct why *why)
{
	(void)ctx, (void)l, (void)why;
	return OK;
}

static enum err pass_statement(void *ctx, const struct reading_statement *s, struct why *why)
{
	(void)ctx, (void)s, (void)why;
	return OK;
}

static enum err pass_broken(void *ctx, int statement, const struct violation *v, struct why *why)
{
	(void)ctx, (void)statement, (void)v, (void)why;
	return OK;
}

static void read_as_any(struct span bytes)
{
	struct reading_sink sink = { .line = pass_line, .statement = pass_statement, .broken = pass_broken };
	struct reading *reading = reading_open(&sink, NULL);
	struct why why = { 0 };
	enum err err = reading_feed(reading, bytes, true, &why);
	demand((err == OK) == (reading_violation(reading)->rule == RULE_NONE), "a refusal has a rule");
	demand(reading_format(reading)[0] || err != OK, "what is read has a format");
	reading_close(reading);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reading_settings settings = { 0 };
	struct span bytes = span_bytes(data, size);
	read_by(span_starts(bytes, "\x1f\x8b") ? &gzip_reader : &zip_reader, &settings, bytes);
	read_as_any(bytes);
	return 0;
}
