/*
 * message: everything that changes state, whatever road it came by: a Kafka record, an HTTP command, a due timer, an imported
 * line, an answer from outside.
 */
#ifndef DUNLIN_MESSAGE_H
#define DUNLIN_MESSAGE_H

#include "arena.h"
#include "date.h"
#include "digest.h"
#include "span.h"
#include "uuid.h"

/* What becomes of a message that is not applied. */
enum fate {
	FATE_DEAD_LETTER, /* foreign command: dead letter, a …Refused event; blocks nothing */
	FATE_SET_ASIDE,   /* our own facts, webhooks, timers, lines: parked, retryable */
	FATE_ANSWER       /* HTTP command: the caller is told, and the answer is remembered */
};

enum outcome {
	OUTCOME_NONE,
	OUTCOME_APPLIED,
	OUTCOME_REFUSED,
	OUTCOME_SET_ASIDE,
	OUTCOME_DUPLICATE, /* seen before; reply holds the first answer where there was one */
	OUTCOME_NOT_TAKEN  /* malformed HTTP: not claimed, not remembered */
};

enum format { FORMAT_PROTOBUF, FORMAT_JSON, FORMAT_TEXT };

struct reply {
	int status; /* HTTP; 0 is none */
	struct span body;
	const char *type; /* content type; NULL is application/json */
};

struct handler;

struct message {
	/* Identity: what the inbox knows it by. own: our own event, id is its UUID. */
	struct span source, id;
	bool own;
	struct uuid event_id;

	struct span type; /* full protobuf name, or the command's: dunlin.billing.v1.AddCharge */
	enum format format;
	struct span payload; /* the raw bytes */
	struct instant time; /* of the message: the time part of derived ids; the same on a re-run */
	struct span trace;   /* traceparent, or empty */
	enum fate fate;

	/* The stream that it belongs to: later messages of a (topic, key) queue behind one that is set aside. Empty: to none. */
	struct span topic, key;
	int32_t partition;
	int64_t offset;

	/* Who asks, for HTTP: the merchant that the token is for, the client's name, and the path that was asked. Empty elsewhere. */
	struct span merchant, client, target;

	/* Why it can't be read, found before anybody looked at the payload: bad headers. NULL: nothing yet. */
	const struct why *unreadable;

	/* Filled by the unit of work. */
	const struct handler *handler;
	void *body; /* decoded whole by handler->read, or set by the road that it came by; NULL otherwise */
	enum outcome outcome;
	struct reply reply;
	struct why why;
};

/* The merchant and the rest of a Kafka key "merchant:customer_ref". ERR_INVALID when it is not one. */
enum err message_key(struct span key, struct span *merchant, struct span *ref) MUST_CHECK;

#endif
