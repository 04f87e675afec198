/*
 * protobuf: messages of protobuf-c, read into an arena and written from one. Which messages there are is the services' business.
 */
#ifndef DUNLIN_PROTOBUF_H
#define DUNLIN_PROTOBUF_H

#include <protobuf-c/protobuf-c.h>

#include "span.h"

/* The message of these bytes, in the arena. ERR_INVALID (message_malformed) when they are not one. */
enum err protobuf_read(struct arena *, const ProtobufCMessageDescriptor *, struct span bytes, ProtobufCMessage **, struct why *) MUST_CHECK;

/* Its bytes. */
struct span protobuf_print(struct arena *, const ProtobufCMessage *);

/* What a bytes field holds, and the other way round. */
struct span protobuf_bytes(ProtobufCBinaryData);
ProtobufCBinaryData protobuf_data(struct span);

#endif
