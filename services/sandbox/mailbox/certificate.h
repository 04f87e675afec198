/*
 * certificate: a self-signed certificate (X.509, P-256) that is made when the sandbox starts.
 */
#ifndef SANDBOX_CERTIFICATE_H
#define SANDBOX_CERTIFICATE_H

#include <openssl/ssl.h>

#include "span.h"

/* names: "localhost,127.0.0.1". *pem lives in the arena. */
SSL_CTX *certificate_make(struct arena *, const char *names, struct span *pem);

#endif
