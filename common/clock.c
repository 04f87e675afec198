#include "clock.h"

static int64_t read_us(clockid_t id)
{
	struct timespec now;

	if (clock_gettime(id, &now) != 0)
		bug("clock: %d cannot be read", (int)id);
	return (int64_t)now.tv_sec * US_PER_SECOND + now.tv_nsec / 1000;
}

struct instant clock_real(void)
{
	return (struct instant){ read_us(CLOCK_REALTIME) };
}

int64_t clock_monotonic_us(void)
{
	return read_us(CLOCK_MONOTONIC);
}

void clock_pause_ms(int ms)
{
	struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000 };

	while (nanosleep(&t, &t) != 0)
		continue;
}
