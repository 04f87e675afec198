/*
 * err: how a function says that it could not do its work.
 *
 * Errors are named by what the caller must do, not by where they came from. Nothing below the edge of a
 * thread logs an error: `struct why` carries the reason up and the edge writes it once.
 */
#ifndef DUNLIN_ERR_H
#define DUNLIN_ERR_H

enum err {
	OK,
	ERR_INVALID,   /* the input is malformed: 400; dead letter */
	ERR_REFUSED,   /* well formed, but a rule forbids it: 422; dead letter */
	ERR_NOT_FOUND, /* names something that is not there: 404 */
	ERR_CONFLICT,  /* clashes with what was decided before: 409 */
	ERR_RETRY,     /* the world failed, nothing was changed: try again later, 503 */
	ERR_BUG        /* our own mistake: set aside and shout, 500 */
};

/* The reason for an error. `code` is a stable word for machines, `field` says where, `text` is for people. */
struct why {
	enum err err;
	char code[48];
	char field[80];
	char text[320];
};

#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF(a, b) __attribute__((format(printf, a, b)))

/* Fills *why (NULL is allowed) and returns err, so that a refusal is one line: return why_set(why, ERR_…). */
enum err why_set(struct why *why, enum err err, const char *code, const char *fmt, ...) PRINTF(4, 5);

/* The same, naming the field at fault, such as "lines[2].quantity". */
enum err why_field(struct why *why, enum err err, const char *code, const char *field, const char *fmt, ...) PRINTF(5, 6);

/* "refused", "not found" …: the word for people and logs. */
const char *err_name(enum err err);

/* The control flow of the whole tree: pass a failure up. */
#define TRY(expr)                           \
	do {                                \
		enum err try_err_ = (expr); \
		if (try_err_ != OK)         \
			return try_err_;    \
	} while (0)

/* An impossible state, or no memory: prints one line to stderr and aborts. Recovery is the next start. */
__attribute__((noreturn)) void bug(const char *fmt, ...) PRINTF(1, 2);

#endif
