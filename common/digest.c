#include "digest.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdlib.h>

/* Fetched once: OpenSSL 3 looks an algorithm up by name on every implicit use, which costs more than a short hash. */
static EVP_MD *sha256;
static EVP_MAC *hmac;
static pthread_once_t fetched = PTHREAD_ONCE_INIT;

static void fetch(void)
{
	sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	if (sha256 == NULL || hmac == NULL)
		bug("digest: OpenSSL has no SHA-256 or no HMAC");
}

struct digest_stream {
	EVP_MD_CTX *ctx;
};

static EVP_MD_CTX *begin(void)
{
	EVP_MD_CTX *ctx;

	pthread_once(&fetched, fetch);
	ctx = EVP_MD_CTX_new();
	if (ctx == NULL || EVP_DigestInit_ex2(ctx, sha256, NULL) != 1)
		bug("digest: SHA-256 cannot start");
	return ctx;
}

static void add(EVP_MD_CTX *ctx, const void *at, size_t size)
{
	if (EVP_DigestUpdate(ctx, at, size) != 1)
		bug("digest: SHA-256 failed");
}

static struct digest end(EVP_MD_CTX *ctx)
{
	struct digest digest;

	if (EVP_DigestFinal_ex(ctx, digest.b, NULL) != 1)
		bug("digest: SHA-256 failed");
	EVP_MD_CTX_free(ctx);
	return digest;
}

struct digest digest_sha256(struct span span)
{
	EVP_MD_CTX *ctx = begin();

	add(ctx, span.at, span.size);
	return end(ctx);
}

struct digest digest_list(const struct span *spans, size_t n)
{
	EVP_MD_CTX *ctx = begin();

	for (size_t i = 0; i < n; i++) {
		uint8_t length[8];

		for (size_t k = 0; k < 8; k++)
			length[k] = (uint8_t)((uint64_t)spans[i].size >> (56 - 8 * k));
		add(ctx, length, sizeof(length));
		add(ctx, spans[i].at, spans[i].size);
	}
	return end(ctx);
}

struct digest digest_hmac(struct span key, const struct span *parts, size_t n)
{
	OSSL_PARAM params[] = { OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char[]){ "SHA256" }, 0),
		OSSL_PARAM_construct_end() };
	/* A NULL key would mean "the key of before" to OpenSSL. */
	const void *at = key.size == 0 ? "" : key.at;
	struct digest digest;
	EVP_MAC_CTX *ctx;
	bool good;

	pthread_once(&fetched, fetch);
	ctx = EVP_MAC_CTX_new(hmac);
	good = ctx != NULL && EVP_MAC_init(ctx, at, key.size, params) == 1;
	for (size_t i = 0; good && i < n; i++)
		good = parts[i].size == 0 || EVP_MAC_update(ctx, (const unsigned char *)parts[i].at, parts[i].size) == 1;
	if (!good || EVP_MAC_final(ctx, digest.b, NULL, sizeof(digest.b)) != 1)
		bug("digest: HMAC failed");
	EVP_MAC_CTX_free(ctx);
	return digest;
}

bool digest_equal(const void *a, const void *b, size_t n)
{
	return CRYPTO_memcmp(a, b, n) == 0;
}

struct digest_stream *digest_open(void)
{
	struct digest_stream *stream = malloc(sizeof(*stream));

	if (stream == NULL)
		bug("digest: no memory");
	stream->ctx = begin();
	return stream;
}

void digest_add(struct digest_stream *stream, struct span span)
{
	add(stream->ctx, span.at, span.size);
}

struct digest digest_close(struct digest_stream *stream)
{
	struct digest digest = end(stream->ctx);

	free(stream);
	return digest;
}
