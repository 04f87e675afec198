/*
 * problem: errors as HTTP callers see them: application/problem+json (RFC 9457).
 *
 * "type" names the kind of problem by its stable code, "title" says the code in words, "detail" is this occurrence; "code" and "field" are
 * extension members. What is our own mistake is not explained to the outside.
 */
#ifndef DUNLIN_PROBLEM_H
#define DUNLIN_PROBLEM_H

#include "span.h"

#define PROBLEM_TYPE "application/problem+json"

/* The document and the HTTP status of an error. */
struct span problem_print(struct arena *, const struct why *, int *status);

/* The same under a status that no error has: 401, 405, 413 … */
struct span problem_status(struct arena *, int status, const char *code, const char *detail);

/* 400, 422, 404, 409, 503 or 500. */
int problem_status_of(enum err);

/* "Not Found"; "" for a status that has no phrase in RFC 9110. */
const char *problem_phrase(int status);

#endif
