#include "protobuf.h"

static void *take(void *arena, size_t size)
{
	return arena_raw(arena, size);
}

/* The arena gives all back at once. */
static void give_back(void *arena, void *block)
{
	(void)arena;
	(void)block;
}

enum err protobuf_read(
	struct arena *arena, const ProtobufCMessageDescriptor *type, struct span bytes, ProtobufCMessage **message, struct why *why)
{
	ProtobufCAllocator allocator = { .alloc = take, .free = give_back, .allocator_data = arena };

	*message = protobuf_c_message_unpack(type, &allocator, bytes.size, (const uint8_t *)bytes.at);
	if (*message == NULL)
		return why_set(why, ERR_INVALID, "message_malformed", "the %zu bytes are not a %s", bytes.size, type->name);
	return OK;
}

struct span protobuf_print(struct arena *arena, const ProtobufCMessage *message)
{
	size_t size = protobuf_c_message_get_packed_size(message);
	uint8_t *to = arena_raw(arena, size);

	return span_bytes(to, protobuf_c_message_pack(message, to));
}

struct span protobuf_bytes(ProtobufCBinaryData data)
{
	return span_bytes(data.data, data.len);
}

ProtobufCBinaryData protobuf_data(struct span s)
{
	union {
		const char *from;
		uint8_t *to;
	} bytes = { .from = s.at };

	return (ProtobufCBinaryData){ .len = s.size, .data = bytes.to };
}
