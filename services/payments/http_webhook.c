#include <string.h>

#include "clock.h"
#include "http.h"
#include "seal.h"
#include "settings.h"
#include "store.h"
#include "webhook.h"

/* A webhook is verified before it becomes a message: a forged one must not claim the identity of a true one. Each thread keeps the secrets open for a
 * second; what does not verify is tried again with fresh ones, so that a new secret counts at once and one that was taken away within a second. */
enum { KEEP_US = 1000000, AGAIN_US = 10000 };

struct opened {
	struct span merchant, name;
	struct span *secrets;
	size_t count;
};

struct vault {
	struct arena *arena;
	struct opened *accounts;
	size_t count;
	int64_t loaded_at; /* monotonic */
};

static _Thread_local struct vault vault;

static enum err open_account(const struct policy *policy, const struct provider_account *account, struct opened *opened, struct why *why)
{
	struct span place = book_pair(vault.arena, account->merchant, account->name);

	*opened = (struct opened){ .merchant = account->merchant, .name = account->name };
	opened->secrets = ARENA_ARRAY(vault.arena, struct span, account->secret_count);
	for (size_t i = 0; i < account->secret_count; i++)
		TRY(seal_open(vault.arena, policy->secret_key, place, account->webhook_secrets[i], &opened->secrets[opened->count++], why));
	return OK;
}

static enum err load(struct db *db, struct why *why)
{
	struct provider_account *accounts;
	const struct policy *policy;
	size_t n;

	TRY(settings_policy(&policy, why));
	if (vault.arena == NULL)
		vault.arena = arena_open();
	arena_reset(vault.arena);
	vault.count = 0;
	TRY(store_accounts(db, vault.arena, SPAN(""), &accounts, &n, why));
	vault.accounts = ARENA_ARRAY(vault.arena, struct opened, n);
	for (size_t i = 0; i < n; i++)
		if (open_account(policy, &accounts[i], &vault.accounts[vault.count], why) != OK)
			return why_set(why, ERR_BUG, "seal_broken", "a webhook secret does not open with this secret_key");
		else
			vault.count++;
	vault.loaded_at = clock_monotonic_us();
	return OK;
}

static const struct opened *find(struct span merchant, struct span name)
{
	for (size_t i = 0; i < vault.count; i++)
		if (span_equal(vault.accounts[i].merchant, merchant) && span_equal(vault.accounts[i].name, name))
			return &vault.accounts[i];
	return NULL;
}

static enum err verify(const struct request *r, struct span merchant, struct span name, struct why *why)
{
	const struct opened *account = find(merchant, name);

	if (account == NULL)
		return why_set(why, ERR_NOT_FOUND, "account_unknown", "there is no such provider account");
	return webhook_verify(request_header(r, "stripe-signature"), r->body, account->secrets, account->count, r->received, why);
}

/* A flood of forged ones reads the table a hundred times a second at most. */
static enum err verify_with_fresh(const struct request *r, struct span merchant, struct span name, struct why *why)
{
	int64_t age = clock_monotonic_us() - vault.loaded_at;
	enum err err;

	if (vault.arena == NULL || age > KEEP_US)
		TRY(load(r->db, why));
	err = verify(r, merchant, name, why);
	if (err == OK || clock_monotonic_us() - vault.loaded_at < AGAIN_US)
		return err;
	TRY(load(r->db, why));
	return verify(r, merchant, name, why);
}

/* Identity: the account's event, and its bytes, so that an event that comes again with others is seen (receive.c). */
enum err message_webhook(struct request *r, struct message *m, struct why *why)
{
	struct webhook_event *event = ARENA_NEW(r->arena, struct webhook_event);
	struct span merchant, name;
	struct digest digest;

	if (!span_cut(request_param(r, "account"), ':', &merchant, &name))
		return why_set(why, ERR_NOT_FOUND, "account_unknown", "the account is merchant:name");
	TRY(verify_with_fresh(r, merchant, name, why));
	TRY(webhook_read(r->arena, r->body, event, why));
	digest = webhook_digest(r->body);
	m->source = span_of(arena_printf(r->arena, "webhook:stripe:%.*s:%.*s", SPAN_ARG(merchant), SPAN_ARG(name)));
	m->id = span_of(arena_printf(r->arena, "%.*s:%.16s", SPAN_ARG(event->id), span_hex(r->arena, span_bytes(digest.b, 8)).at));
	m->merchant = merchant;
	m->client = name;
	m->target = SPAN("");
	m->body = event;
	return OK;
}
