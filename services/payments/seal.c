#include "seal.h"

#include <limits.h>
#include <string.h>

#include <openssl/evp.h>

#include "digest.h"

#define NONCE 12
#define TAG 16

struct span seal_derive(struct arena *arena, struct span key, const char *purpose)
{
	struct digest derived = digest_hmac(key, (const struct span[]){ SPAN("dunlin payments "), span_of(purpose) }, 2);

	return span_copy(arena, span_bytes(derived.b, sizeof(derived.b)));
}

static EVP_CIPHER_CTX *begin(struct span key, const uint8_t *nonce, struct span place, int encrypts)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int n;

	if (key.size != SEAL_KEY || place.size > INT_MAX)
		bug("seal: a key of %zu bytes", key.size);
	if (ctx == NULL || EVP_CipherInit_ex(ctx, EVP_aes_256_gcm(), NULL, (const uint8_t *)key.at, nonce, encrypts) != 1 ||
		EVP_CipherUpdate(ctx, NULL, &n, (const uint8_t *)place.at, (int)place.size) != 1)
		bug("seal: AES-256-GCM cannot start");
	return ctx;
}

struct span seal_close(struct arena *arena, struct span key, struct span place, struct span secret)
{
	struct span nonce_key = seal_derive(arena, key, "nonce");
	struct digest whole = digest_list((const struct span[]){ place, secret }, 2);
	struct digest nonce = digest_hmac(nonce_key, (const struct span[]){ span_bytes(whole.b, sizeof(whole.b)) }, 1);
	uint8_t *out = arena_raw(arena, NONCE + secret.size + TAG);
	EVP_CIPHER_CTX *ctx = begin(key, nonce.b, place, 1);
	int n;

	if (secret.size > INT_MAX / 2)
		bug("seal: a secret of %zu bytes", secret.size);
	memcpy(out, nonce.b, NONCE);
	if (EVP_CipherUpdate(ctx, out + NONCE, &n, (const uint8_t *)secret.at, (int)secret.size) != 1 ||
		EVP_CipherFinal_ex(ctx, out + NONCE + secret.size, &n) != 1 ||
		EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, TAG, out + NONCE + secret.size) != 1)
		bug("seal: AES-256-GCM failed");
	EVP_CIPHER_CTX_free(ctx);
	return span_bytes(out, NONCE + secret.size + TAG);
}

enum err seal_open(struct arena *arena, struct span key, struct span place, struct span sealed, struct span *secret, struct why *why)
{
	size_t size;
	uint8_t *out, tag[TAG];
	EVP_CIPHER_CTX *ctx;
	int n;
	bool good;

	if (sealed.size < NONCE + TAG || sealed.size > INT_MAX)
		return why_set(why, ERR_INVALID, "seal_broken", "a stored secret is too short to be one");
	size = sealed.size - NONCE - TAG;
	out = arena_raw(arena, size + 1);
	memcpy(tag, sealed.at + NONCE + size, TAG);
	ctx = begin(key, (const uint8_t *)sealed.at, place, 0);
	good = EVP_CipherUpdate(ctx, out, &n, (const uint8_t *)sealed.at + NONCE, (int)size) == 1 &&
	       EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_SET_TAG, TAG, tag) == 1 && EVP_CipherFinal_ex(ctx, out + size, &n) == 1;
	EVP_CIPHER_CTX_free(ctx);
	if (!good)
		return why_set(why, ERR_INVALID, "seal_broken", "a stored secret does not open with this secret_key");
	*secret = span_bytes(out, size);
	return OK;
}
