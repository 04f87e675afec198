/*
 * provider_account: a merchant's account at a provider: its mode, the key that we call it with, and the secrets that sign its webhooks.
 *
 * Secrets are stored sealed (AES-256-GCM under the setting secret_key) and opened only where a call goes out or a webhook comes in; the pure core
 * sees sealed bytes alone.
 */
#ifndef PAYMENTS_PROVIDER_ACCOUNT_H
#define PAYMENTS_PROVIDER_ACCOUNT_H

#include "date.h"
#include "span.h"

#define PROVIDER_ACCOUNT_NAME 48

struct provider_account {
	struct span merchant;
	struct span name; /* ours: 1 to 48 of [A-Za-z0-9._-] */
	struct span provider; /* "stripe" */
	bool live, closed;
	bool preferred; /* checkouts that name no account use it */
	int64_t revision;
	struct span api_key;                /* sealed */
	const struct span *webhook_secrets; /* sealed; all of them are active */
	size_t secret_count;
	struct instant changed_at; /* business time */
};

/* A name of ours for an account. */
bool provider_account_is_name(struct span);

#endif
