/*
 * seal: secrets at rest: AES-256-GCM (NIST SP 800-38D) with a synthetic nonce, so that it needs no random numbers: the nonce is HMAC-SHA-256 over
 * place and secret, so one repeats only where the same secret is sealed for the same place again, which gives the same bytes.
 */
#ifndef PAYMENTS_SEAL_H
#define PAYMENTS_SEAL_H

#include "span.h"

#define SEAL_KEY 32

/* `place` says whose secret it is and what for; it must be the same to open it. */
struct span seal_close(struct arena *, struct span key, struct span place, struct span secret);
/* ERR_INVALID (seal_broken) for anything that was not sealed with this key for this place. */
enum err seal_open(struct arena *, struct span key, struct span place, struct span sealed, struct span *secret, struct why *) MUST_CHECK;

/* A key for one purpose, derived from the one that is set. */
struct span seal_derive(struct arena *, struct span key, const char *purpose);

#endif
