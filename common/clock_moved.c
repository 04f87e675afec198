#include "unit_inside.h"

const char clock_moved_type[] = "dunlin.clock.v1.ClockMoved";

enum { BUSINESS_TIME = 5 };

static bool varint(struct span *s, uint64_t *v)
{
	*v = 0;
	for (size_t i = 0; i < s->size && i < 10; i++) {
		*v |= (uint64_t)(s->at[i] & 0x7f) << (7 * i);
		if (!(s->at[i] & 0x80)) {
			*s = span_from(*s, i + 1);
			return true;
		}
	}
	return false;
}

/* The one message that the platform itself understands; a dozen lines of wire format keep it free of the contract's generated code. */
struct instant clock_moved(struct span payload)
{
	struct instant at = { 0 };
	uint64_t tag, v;

	while (payload.size > 0 && varint(&payload, &tag)) {
		if ((tag & 7) != 0 && (tag & 7) != 2)
			return (struct instant){ 0 };
		if (!varint(&payload, &v))
			return (struct instant){ 0 };
		if ((tag & 7) == 2) {
			if (v > payload.size)
				return (struct instant){ 0 };
			payload = span_from(payload, v);
		} else if (tag >> 3 == BUSINESS_TIME)
			at.us = (int64_t)v;
	}
	return at;
}
