#include "account.h"

#include "json_in.h"
#include "json_out.h"
#include "objects.h"

struct provider *provider_open(struct world *world)
{
	return ARENA_NEW(world->life, struct provider);
}

void *object_find(const struct list *list, const struct account *account, struct span id)
{
	for (size_t i = list->n; i > 0; i--) {
		struct head *head = list->at[i - 1];

		if (head->account == account && span_is(id, head->id))
			return head;
	}
	return NULL;
}

static struct account *make(struct world *world, struct span key)
{
	struct account *account = ARENA_NEW(world->life, struct account);

	account->id = world_id(world, "acct_", 16);
	account->key = world_cstr(world, key);
	list_add(&world->provider->accounts, account);
	return account;
}

struct account *account_of_key(struct world *world, struct span key)
{
	const struct list *accounts = &world->provider->accounts;

	for (size_t i = 0; i < accounts->n; i++) {
		struct account *account = accounts->at[i];

		if (span_is(key, account->key))
			return account;
	}
	return span_starts(key, "sk_test_") && key.size <= 200 ? make(world, key) : NULL;
}

const char *account_iban(const struct account *account, struct currency currency)
{
	for (size_t i = 0; i < account->destinations.n; i++) {
		const struct destination *one = account->destinations.at[i];

		if (currency_equal(one->currency, currency))
			return one->iban;
	}
	return NULL;
}

static enum err read_account(struct ask *ask, const struct json_in *in, struct account **account, struct why *why)
{
	struct span key;

	TRY(json_in_text(in, "key", 9, 200, &key, why));
	*account = account_of_key(ask->world, key);
	return *account != NULL ? OK : why_field(why, ERR_INVALID, "key", "key", "a secret key begins with sk_test_");
}

static void print_endpoint(struct json_out *out, const struct endpoint *endpoint)
{
	json_out_object(out, NULL);
	json_out_string(out, "id", endpoint->id);
	json_out_string(out, "url", endpoint->url);
	json_out_object_end(out);
}

static void print(struct ask *ask, const struct account *account, struct answer *answer)
{
	struct json_out out;
	struct text text;

	text_init(&text, ask->arena);
	json_out_init(&out, &text);
	json_out_object(&out, NULL);
	json_out_string(&out, "account", account->id);
	json_out_array(&out, "webhook_endpoints");
	for (size_t i = 0; i < account->endpoints.n; i++)
		print_endpoint(&out, account->endpoints.at[i]);
	json_out_array_end(&out);
	json_out_array(&out, "payouts");
	for (size_t i = 0; i < account->destinations.n; i++)
		json_out_string(&out, NULL, ((struct destination *)account->destinations.at[i])->iban);
	json_out_array_end(&out);
	json_out_object_end(&out);
	answer_json(answer, 201, &text);
}

/* {"key", "url", "secret"} */
static enum err add_endpoint(struct ask *ask, struct answer *answer, struct why *why)
{
	struct world *world = ask->world;
	struct endpoint *endpoint;
	struct account *account;
	struct span url, secret;
	struct json_in in;

	TRY(json_in_open(&in, ask->arena, ask->body, why));
	TRY(read_account(ask, &in, &account, why));
	TRY(json_in_text(&in, "url", 8, 2000, &url, why));
	TRY(json_in_text(&in, "secret", 1, 200, &secret, why));
	TRY(json_in_done(&in, why));
	endpoint = ARENA_NEW(world->life, struct endpoint);
	endpoint->id = world_id(world, "we_", 24);
	endpoint->url = world_cstr(world, url);
	endpoint->secret = world_cstr(world, secret);
	list_add(&account->endpoints, endpoint);
	print(ask, account, answer);
	return OK;
}

/* {"key", "currency", "iban"}: payouts in that currency go to that bank account. */
static enum err add_destination(struct ask *ask, struct answer *answer, struct why *why)
{
	struct destination *one;
	struct account *account;
	struct currency currency;
	struct json_in in;
	struct span iban;

	TRY(json_in_open(&in, ask->arena, ask->body, why));
	TRY(read_account(ask, &in, &account, why));
	TRY(json_in_currency(&in, "currency", &currency, why));
	TRY(json_in_text(&in, "iban", 15, 34, &iban, why));
	TRY(json_in_done(&in, why));
	one = ARENA_NEW(ask->world->life, struct destination);
	*one = (struct destination){ currency, world_cstr(ask->world, iban) };
	list_add(&account->destinations, one);
	print(ask, account, answer);
	return OK;
}

const struct door account_doors[] = {
	{ "POST", "/sandbox/webhook_endpoints", "where webhooks of an account go: key, url, secret", add_endpoint },
	{ "POST", "/sandbox/payout_accounts", "where payouts of an account go: key, currency, iban", add_destination },
	{ 0 },
};
