/*
 * A mail as it came over SMTP: read without fail, every part a part of it or decoded from one; what is read of headers is found by its name.
 */
#include "../fuzz.h"

#include "mailbox/mail.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_open();
	struct mail mail = { .raw = span_bytes(data, size) };

	mail_read(&mail, arena);
	demand(mail.text.size <= size && mail.html.size <= size, "what is decoded is no longer than it was");
	for (size_t i = 0; i < mail.headers.n; i++) {
		const char *name = span_cstr(arena, mail.headers.pairs[i].name);

		demand(strlen(name) != mail.headers.pairs[i].name.size || mail_header(&mail, name).at != NULL, "a header is found");
	}
	arena_close(arena);
	return 0;
}
