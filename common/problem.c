#include "problem.h"

#include <string.h>

#include "json_out.h"

int problem_status_of(enum err err)
{
	switch (err) {
	case OK: return 200;
	case ERR_INVALID: return 400;
	case ERR_REFUSED: return 422;
	case ERR_NOT_FOUND: return 404;
	case ERR_CONFLICT: return 409;
	case ERR_RETRY: return 503;
	case ERR_BUG: return 500;
	}
	bug("problem: error %d", (int)err);
}

const char *problem_phrase(int status)
{
	static const struct {
		int status;
		const char *phrase;
	} phrases[] = {
		{ 200, "OK" },
		{ 201, "Created" },
		{ 202, "Accepted" },
		{ 204, "No Content" },
		{ 302, "Found" },
		{ 303, "See Other" },
		{ 307, "Temporary Redirect" },
		{ 308, "Permanent Redirect" },
		{ 400, "Bad Request" },
		{ 401, "Unauthorized" },
		{ 403, "Forbidden" },
		{ 404, "Not Found" },
		{ 405, "Method Not Allowed" },
		{ 409, "Conflict" },
		{ 410, "Gone" },
		{ 413, "Content Too Large" },
		{ 415, "Unsupported Media Type" },
		{ 422, "Unprocessable Content" },
		{ 429, "Too Many Requests" },
		{ 500, "Internal Server Error" },
		{ 501, "Not Implemented" },
		{ 502, "Bad Gateway" },
		{ 503, "Service Unavailable" },
	};

	for (size_t i = 0; i < sizeof(phrases) / sizeof(*phrases); i++)
		if (phrases[i].status == status)
			return phrases[i].phrase;
	return "";
}

/* "idempotency_key_missing" reads "Idempotency key missing". */
static const char *title(struct arena *arena, const char *code)
{
	char *words = arena_strdup(arena, code);

	for (char *c = words; *c != '\0'; c++)
		*c = *c == '_' ? ' ' : *c;
	if (words[0] >= 'a' && words[0] <= 'z')
		words[0] = (char)(words[0] - 'a' + 'A');
	return words;
}

static struct span print(struct arena *arena, int status, const char *code, const char *field, const char *detail)
{
	struct json_out out;
	struct text text;

	text_init(&text, arena);
	json_out_init(&out, &text);
	json_out_object(&out, NULL);
	json_out_string(&out, "type", code[0] == '\0' ? "about:blank" : arena_printf(arena, "urn:dunlin:problem:%s", code));
	json_out_string(&out, "title", code[0] == '\0' ? problem_phrase(status) : title(arena, code));
	json_out_int(&out, "status", status);
	json_out_string(&out, "detail", detail);
	if (code[0] != '\0')
		json_out_string(&out, "code", code);
	if (field[0] != '\0')
		json_out_string(&out, "field", field);
	json_out_object_end(&out);
	json_out_done(&out);
	return text_done(&text);
}

struct span problem_print(struct arena *arena, const struct why *why, int *status)
{
	*status = problem_status_of(why->err);
	if (why->err == ERR_BUG)
		return print(arena, *status, "internal_error", "", "Something is wrong on our side. It has been noted.");
	if (why->err == ERR_RETRY)
		return print(arena, *status, "unavailable", "", "This can't be done right now and nothing was changed. Please try again.");
	return print(arena, *status, why->code, why->field, why->text);
}

struct span problem_status(struct arena *arena, int status, const char *code, const char *detail)
{
	return print(arena, status, code, "", detail);
}
