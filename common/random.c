#include "random.h"

#include <errno.h>

#include "err.h"

void random_bytes(void *to, size_t size)
{
	char *at = to;

	while (size > 0) {
		ssize_t n = getrandom(at, size, 0);

		if (n < 0 && errno != EINTR)
			bug("random: %s", strerror(errno));
		if (n > 0) {
			at += n;
			size -= (size_t)n;
		}
	}
}

uint32_t random_below(uint32_t limit)
{
	uint32_t value, uneven;

	if (limit == 0)
		bug("random: a number below 0");
	/* The lowest 2^32 mod limit values would make the small remainders likelier. */
	uneven = (uint32_t)-limit % limit;
	do
		random_bytes(&value, sizeof(value));
	while (value < uneven);
	return value % limit;
}
