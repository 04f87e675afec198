#include <string.h>

#include "kafka.h"

/* The headers that mean something to us. Others are let pass. */
enum { SPECVERSION, ID, SOURCE, TYPE, TIME, CONTENT_TYPE, TRACEPARENT, HEADERS };

static const char *const names[HEADERS] = { "ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time", "content-type", "traceparent" };

enum { LABEL_RUNES = 128, TYPE_BYTES = 255, TRACE_BYTES = 55, VALUE_BYTES = 1 << 20 };

static int header_find(struct span name)
{
	for (int i = 0; i < HEADERS; i++)
		if (span_is(name, names[i]))
			return i;
	return HEADERS;
}

/* 1 to `most` characters of UTF-8, none of them a control. */
static bool is_label(struct span s, size_t most)
{
	size_t count = 0;
	uint32_t rune;

	if (s.size == 0)
		return false;
	for (; s.size > 0; count++) {
		size_t n = span_rune(s, &rune);

		if (n == 0 || rune < 0x20 || (rune >= 0x7f && rune < 0xa0))
			return false;
		s = span_from(s, n);
	}
	return count <= most;
}

/* Sources of messages that never came over Kafka: what claims to be one of them could take its identity. "http://…" is a URI of others. */
static bool is_reserved(struct span source)
{
	return span_starts(source, "tick:") || span_starts(source, "send:") || span_starts(source, "kafka:") ||
	       (span_starts(source, "http:") && !span_starts(source, "http://"));
}

static enum err malformed(int i, const char *rule, struct why *why)
{
	return why_field(why, ERR_INVALID, "header_malformed", names[i], "header %s: %s", names[i], rule);
}

static enum err missing(int i, struct why *why)
{
	return why_field(why, ERR_INVALID, "header_missing", names[i], "header %s is missing", names[i]);
}

/* RFC 3339 with up to nine fraction digits, as other languages write it; microseconds are kept. */
static enum err read_time(struct span s, struct instant *out)
{
	char digits[48];
	size_t n = 0, fraction = 0;
	bool in_fraction = false;

	if (s.size >= sizeof digits)
		return ERR_INVALID;
	for (size_t i = 0; i < s.size; i++) {
		char c = s.at[i];

		in_fraction = c == '.' || (in_fraction && c >= '0' && c <= '9');
		fraction = in_fraction ? fraction + 1 : 0;
		if (fraction <= 7)
			digits[n++] = c;
		else if (fraction > 10)
			return ERR_INVALID;
	}
	return instant_parse(span_bytes(digits, n), out);
}

static bool is_hex(struct span s)
{
	bool some = false;

	for (size_t i = 0; i < s.size; i++) {
		if (!((s.at[i] >= '0' && s.at[i] <= '9') || (s.at[i] >= 'a' && s.at[i] <= 'f')))
			return false;
		some = some || s.at[i] != '0';
	}
	return some;
}

/* version "-" trace-id "-" parent-id "-" flags; ids of zeroes are invalid (Trace Context, 3.2.2). */
struct span kafka_trace(struct span s)
{
	bool is = s.size == TRACE_BYTES && span_starts(s, "00-") && s.at[35] == '-' && s.at[52] == '-' &&
		  is_hex(span_bytes(s.at + 3, 32)) && is_hex(span_bytes(s.at + 36, 16)) &&
		  (is_hex(span_bytes(s.at + 53, 2)) || memcmp(s.at + 53, "00", 2) == 0);

	return is ? s : SPAN("");
}

static enum err headers_sort(const struct header *headers, size_t n, struct span found[HEADERS], struct why *why)
{
	for (size_t i = 0; i < n; i++) {
		int k = header_find(headers[i].name);

		if (k == HEADERS)
			continue;
		if (found[k].at != NULL && k != TRACEPARENT)
			return why_field(why, ERR_INVALID, "header_repeated", names[k], "header %s is there twice", names[k]);
		found[k] = headers[i].value.at != NULL ? headers[i].value : SPAN("");
	}
	return OK;
}

/* What the value is must be what we read: a structured-mode event or another encoding would decode to nonsense. */
static enum err check_form(const struct span found[HEADERS], struct why *why)
{
	struct span form, parameters;

	if (found[SPECVERSION].at == NULL)
		return missing(SPECVERSION, why);
	if (!span_is(found[SPECVERSION], "1.0"))
		return malformed(SPECVERSION, "must be 1.0", why);
	if (found[CONTENT_TYPE].at == NULL)
		return OK;
	(void)span_cut(found[CONTENT_TYPE], ';', &form, &parameters);
	if (!span_is(span_trim(form), "application/protobuf"))
		return malformed(CONTENT_TYPE, "must be application/protobuf (binary mode)", why);
	return OK;
}

/* Both or none: an id without its source identifies nothing. */
static enum err read_identity(struct message *m, const struct span found[HEADERS], struct why *why)
{
	if (found[ID].at == NULL)
		return OK;
	if (found[SOURCE].at == NULL)
		return missing(SOURCE, why);
	if (!is_label(found[ID], LABEL_RUNES))
		return malformed(ID, "must be 1 to 128 characters of UTF-8 without controls", why);
	if (!is_label(found[SOURCE], LABEL_RUNES))
		return malformed(SOURCE, "must be 1 to 128 characters of UTF-8 without controls", why);
	if (is_reserved(found[SOURCE]))
		return malformed(SOURCE, "tick:, send:, kafka: and http: are Dunlin's own", why);
	m->source = found[SOURCE];
	m->id = found[ID];
	return OK;
}

static enum err read_type(struct message *m, const struct span found[HEADERS], struct why *why)
{
	if (found[TYPE].at == NULL)
		return missing(TYPE, why);
	if (!is_label(found[TYPE], TYPE_BYTES))
		return malformed(TYPE, "must be the full name of a protobuf message", why);
	m->type = found[TYPE];
	return OK;
}

enum err kafka_read_headers(struct message *m, const struct header *headers, size_t n, struct why *why)
{
	struct span found[HEADERS] = { 0 };
	enum err repeated = headers_sort(headers, n, found, why);
	enum err identity = read_identity(m, found, repeated == OK ? why : NULL);
	enum err type = read_type(m, found, repeated == OK && identity == OK ? why : NULL);

	m->trace = kafka_trace(found[TRACEPARENT]);
	if (repeated != OK || identity != OK || type != OK)
		return ERR_INVALID;
	if (found[TIME].at != NULL && read_time(found[TIME], &m->time) != OK)
		return malformed(TIME, "must be an RFC 3339 time", why);
	return check_form(found, why);
}

/* Known by its place alone. */
static void identify_by_place(struct message *m, const struct record *r, struct arena *arena)
{
	m->own = false;
	m->source = span_of(arena_printf(arena, "kafka:%.*s/%.*s", SPAN_ARG(r->cluster), SPAN_ARG(r->topic)));
	m->id = span_of(arena_printf(arena, "%d/%lld", r->partition, (long long)r->offset));
}

/* A topic of ours has ids of ours. */
static enum err identify(struct message *m, const struct record *r, struct arena *arena, enum err err, struct why *why)
{
	bool has_id = m->id.size > 0;

	if (!r->foreign && has_id && uuid_parse(m->id, &m->event_id) == OK) {
		m->own = true;
		return err;
	}
	if (r->foreign && has_id)
		return err;
	identify_by_place(m, r, arena);
	if (r->foreign || err != OK)
		return err;
	return has_id ? malformed(ID, "must be a UUID on a topic of ours", why) : missing(ID, why);
}

void kafka_read_record(struct message *m, const struct record *r, struct arena *arena)
{
	struct why why = { 0 };
	enum err err;

	*m = (struct message){ .time = r->time, .partition = r->partition, .offset = r->offset, .format = FORMAT_PROTOBUF };
	m->fate = r->foreign ? FATE_DEAD_LETTER : FATE_SET_ASIDE;
	m->topic = span_copy(arena, r->topic);
	err = kafka_read_headers(m, r->headers, r->header_count, &why);
	err = identify(m, r, arena, err, &why);
	m->source = span_copy(arena, m->source);
	m->id = span_copy(arena, m->id);
	m->type = span_copy(arena, m->type);
	m->trace = span_copy(arena, m->trace);
	if (r->value.at != NULL)
		m->payload = span_copy(arena, r->value);
	if (err == OK && r->value.size > VALUE_BYTES)
		err = why_field(&why, ERR_INVALID, "message_too_large", "value", "%zu bytes are more than 1 MiB", r->value.size);
	if (r->key.size == 0 || is_label(r->key, TYPE_BYTES))
		m->key = span_copy(arena, r->key);
	else if (err == OK)
		err = why_field(&why, ERR_INVALID, "key_malformed", "key", "the key is not \"merchant:customer_ref\" in UTF-8");
	if (err != OK)
		m->unreadable = arena_copy(arena, &why, sizeof why);
}
