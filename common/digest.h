/*
 * digest: SHA-256 and HMAC-SHA256 (FIPS 180-4, RFC 2104) through OpenSSL's EVP, and comparison in constant time.
 */
#ifndef DUNLIN_DIGEST_H
#define DUNLIN_DIGEST_H

#include <stdbool.h>
#include <stdint.h>

#include "span.h"

struct digest {
	uint8_t b[32];
};

struct digest digest_sha256(struct span);
/* SHA-256 over several spans, each preceded by its length (8 bytes, big endian), so that no two lists collide. */
struct digest digest_list(const struct span *, size_t n);
struct digest digest_hmac(struct span key, const struct span *parts, size_t n); /* the parts simply concatenated */
bool digest_equal(const void *, const void *, size_t n);                         /* constant time */

/* Streaming, for uploads. */
struct digest_stream;
struct digest_stream *digest_open(void);
void digest_add(struct digest_stream *, struct span);
struct digest digest_close(struct digest_stream *);

#endif
