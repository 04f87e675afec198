#include "guard.h"

#include <string.h>

static bool is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f');
}

static bool is_one_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

static enum err refuse(struct why *why, const char *code, const char *text)
{
	return why_set(why, ERR_INVALID, code, "%s", text);
}

bool guard_name_is(struct span name, const char *lower)
{
	if (name.size != strlen(lower))
		return false;
	for (size_t i = 0; i < name.size; i++) {
		char c = name.at[i];

		if ((c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c) != lower[i])
			return false;
	}
	return true;
}

static bool is_target(struct span target)
{
	if (target.size == 0 || target.at[0] != '/')
		return false;
	for (size_t i = 0; i < target.size; i++) {
		char c = target.at[i];

		if (c <= ' ' || c >= 0x7f || c == '#' || c == '\\' || c == '"' || c == '<' || c == '>')
			return false;
		if (c == '%' && (i + 2 >= target.size || !is_hex(target.at[i + 1]) || !is_hex(target.at[i + 2])))
			return false;
	}
	return true;
}

static bool is_token(struct span name)
{
	for (size_t i = 0; i < name.size; i++)
		if (!is_alnum(name.at[i]) && !is_one_of(name.at[i], "!#$%&'*+-.^_`|~"))
			return false;
	return name.size > 0;
}

static bool is_value(struct span value)
{
	for (size_t i = 0; i < value.size; i++) {
		uint8_t c = (uint8_t)value.at[i];

		if ((c < 0x20 && c != '\t') || c == 0x7f)
			return false;
	}
	return true;
}

static bool is_host(struct span host)
{
	for (size_t i = 0; i < host.size; i++)
		if (!is_alnum(host.at[i]) && !is_one_of(host.at[i], "-._:[]"))
			return false;
	return host.size > 0;
}

/* Up to 18 digits, so that it fits. */
static bool is_length(struct span value, int64_t *length)
{
	for (size_t i = 0; i < value.size; i++)
		if (value.at[i] < '0' || value.at[i] > '9')
			return false;
	return value.size <= 18 && span_int64(value, length) == OK;
}

/* What all headers together say. */
struct sums {
	size_t bytes, hosts, lengths;
	int64_t length;
};

static enum err check_header(const struct guard_header *header, struct sums *sums, struct why *why)
{
	sums->bytes += header->name.size + header->value.size;
	if (!is_token(header->name))
		return refuse(why, "header_malformed", "a header's name is not a token");
	if (!is_value(header->value))
		return why_set(why, ERR_INVALID, "header_malformed", "header %.*s holds a control byte", SPAN_ARG(header->name));
	if (guard_name_is(header->name, "transfer-encoding"))
		return refuse(why, "transfer_encoding_refused", "Transfer-Encoding is not taken; send a Content-Length");
	if (guard_name_is(header->name, "host")) {
		sums->hosts++;
		if (!is_host(header->value))
			return refuse(why, "host_ambiguous", "Host names no host");
	}
	if (guard_name_is(header->name, "content-length")) {
		sums->lengths++;
		if (!is_length(header->value, &sums->length))
			return refuse(why, "content_length_ambiguous", "Content-Length is not a number");
	}
	return OK;
}

enum err guard_check(struct span method, struct span target, const struct guard_header *headers, size_t n, struct why *why)
{
	struct sums sums = { 0 };

	if (!is_target(target))
		return refuse(why, "target_malformed", "the request's target is not a path of visible ASCII");
	for (size_t i = 0; i < n && i <= GUARD_HEADERS; i++)
		TRY(check_header(&headers[i], &sums, why));
	if (n > GUARD_HEADERS || sums.bytes > GUARD_HEADER_BYTES)
		return refuse(why, "headers_too_many", "more than 64 headers, or 8 KiB of them");
	if (sums.hosts != 1)
		return refuse(why, "host_ambiguous", "there must be one Host");
	if (sums.lengths > 1)
		return refuse(why, "content_length_ambiguous", "there must not be two Content-Length");
	if (sums.length > 0 && !span_is(method, "POST"))
		return refuse(why, "body_refused", "only POST may have a body");
	return OK;
}
