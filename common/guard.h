/*
 * guard: what a request must look like to be believed (RFC 9112, RFC 9110), as a pure function of its first line and headers.
 *
 * evhttp reads leniently, and so do proxies, each in its own way: where two readers can disagree about where a request ends, an attacker
 * smuggles a second one past the first reader (RFC 9112 §11.2). Whatever is ambiguous is refused here and its connection closed, which
 * is what defeats the smuggled tail.
 */
#ifndef DUNLIN_GUARD_H
#define DUNLIN_GUARD_H

#include "span.h"

enum { GUARD_HEADERS = 64, GUARD_HEADER_BYTES = 8192 };

struct guard_header {
	struct span name, value;
};

/*
 * OK, or ERR_INVALID with the code of the rule:
 *   target_malformed           not origin-form (§3.2.1), or bytes beyond visible ASCII, or a broken percent-escape
 *   headers_too_many           more than 64, or 8 KiB
 *   header_malformed           a name that is no token (RFC 9110 §5.6.2), a control byte in a value (§5.5)
 *   host_ambiguous             not exactly one Host (RFC 9112 §3.2), or one that names none
 *   transfer_encoding_refused  any Transfer-Encoding: bodies here have a Content-Length
 *   content_length_ambiguous   twice, or not digits alone (RFC 9110 §8.6)
 *   body_refused               a body with another method than POST
 */
enum err guard_check(struct span method, struct span target, const struct guard_header *, size_t n, struct why *) MUST_CHECK;

/* Names are compared without regard to case (RFC 9110 §5.1). */
bool guard_name_is(struct span name, const char *lower);

#endif
