/*
 * A Stripe-Signature header over a body: what is accepted is signed by one of the secrets within the tolerance, and what we sign is accepted, whatever stands
 * around it. Input: a line of header, then the body.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "webhook.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NOW_US INT64_C(1614265330000000)

static void demand(bool holds, const char *what)
{
	if (!holds) {
		fprintf(stderr, "broken: %s\n", what);
		abort();
	}
}

static enum err verify(struct span header, struct span body)
{
	static const struct span secrets[] = { { "whsec_test_secret", 17 }, { "", 0 }, { "whsec_two", 9 } };
	struct why why = { .err = OK };
	enum err err = webhook_verify(header, body, secrets, 3, (struct instant){ NOW_US }, &why);

	demand(err == OK || (err == ERR_INVALID && why.err == ERR_INVALID && why.code[0] != '\0'), "a refusal says why");
	return err;
}

/* Signed by us, with the input's header after it: accepted unless that has a time of its own. */
static void sign(struct arena *arena, struct span header, struct span body)
{
	struct digest mac = digest_hmac(SPAN("whsec_two"), (const struct span[]){ SPAN("1614265330"), SPAN("."), body }, 3);
	struct span hex = span_hex(arena, span_bytes(mac.b, sizeof(mac.b)));
	struct span good = span_of(arena_printf(arena, "t=1614265330,v1=%.*s", SPAN_ARG(hex)));
	char *wrong = span_cstr(arena, good);

	demand(verify(good, body) == OK, "our own signature");
	if (memmem(header.at, header.size, "t=", 2) == NULL && memchr(header.at, '\0', header.size) == NULL)
		demand(verify(span_of(arena_printf(arena, "%.*s,%.*s", SPAN_ARG(good), SPAN_ARG(header))), body) == OK,
			"with more beside it");
	wrong[good.size - 1] ^= 1;
	demand(verify(span_of(wrong), body) != OK, "one bit less");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_open();
	struct span header, body;

	if (size == 0) {
		arena_close(arena);
		return 0;
	}
	(void)span_cut(span_bytes(data, size), '\n', &header, &body);
	if (verify(header, body) == OK)
		demand(memmem(header.at, header.size, "v1=", 3) != NULL && memmem(header.at, header.size, "t=", 2) != NULL,
			"accepted without a signature");
	sign(arena, header, body);
	(void)webhook_digest(body);
	arena_close(arena);
	return 0;
}
