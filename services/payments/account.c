#include "handlers.h"
#include "seal.h"
#include "wire.h"

/* One lock for all accounts of a merchant: only one is preferred. */
enum err account_need(const struct message *m, struct need *need, struct why *why)
{
	(void)why;
	need_key(need, KIND_ACCOUNT, m->merchant, SPAN("*"));
	need_want(need, WANT_ACCOUNT, m->merchant, SPAN(""));
	return OK;
}

static void seal_all(struct book *book, struct provider_account *account, const struct put_account *c)
{
	struct span place = book_pair(book->arena, account->merchant, account->name);

	if (c->has_api_key)
		account->api_key = seal_close(book->arena, book->policy->secret_key, place, c->account.api_key);
	if (c->has_secrets) {
		struct span *secrets = ARENA_ARRAY(book->arena, struct span, c->account.secret_count);

		for (size_t i = 0; i < c->account.secret_count; i++)
			secrets[i] = seal_close(book->arena, book->policy->secret_key, place, c->account.webhook_secrets[i]);
		account->webhook_secrets = secrets;
		account->secret_count = c->account.secret_count;
	}
}

static void prefer_no_other(struct book *book, const struct provider_account *account)
{
	for (size_t i = 0; i < shelf_count(&book->accounts); i++) {
		const struct provider_account *other;
		const void *value;
		struct span key;
		enum shelf_state state;

		shelf_at(&book->accounts, i, &key, &value, &state);
		other = value;
		if (other != NULL && other != account && other->preferred && span_equal(other->merchant, account->merchant))
			((struct provider_account *)shelf_edit(&book->accounts, key))->preferred = false;
	}
}

enum err account_apply(struct book *book, const struct message *m, struct instant now, struct say *say, struct why *why)
{
	const struct put_account *c = m->body;
	struct span key = key_account(book->arena, m->merchant, c->account.name);
	const struct provider_account *known = shelf_find(&book->accounts, key);
	struct provider_account *account;

	if (known != NULL && known->live != c->account.live)
		return why_field(
			why, ERR_CONFLICT, "account_mode_fixed", "live", "an account's mode does not change: make another account");
	if (known == NULL && (!c->has_api_key || !c->has_secrets))
		return why_field(why, ERR_INVALID, "field_missing", c->has_api_key ? "webhook_secrets" : "api_key",
			"a new account needs api_key and webhook_secrets");
	account = known != NULL ? shelf_edit(&book->accounts, key) : shelf_add(&book->accounts, key);
	account->merchant = m->merchant;
	account->name = c->account.name;
	account->provider = c->account.provider;
	account->live = c->account.live;
	account->closed = c->account.closed;
	account->preferred = c->account.preferred;
	account->revision++;
	account->changed_at = now;
	seal_all(book, account, c);
	if (account->preferred)
		prefer_no_other(book, account);
	say_reply(say, known != NULL ? 200 : 201, wire_account_json(book->arena, account, book->policy));
	return OK;
}

enum err account_need_alarm(const struct message *m, struct need *need, struct why *why)
{
	const struct note *note = m->body;

	(void)why;
	need_key(need, KIND_ACCOUNT, m->merchant, SPAN("*"));
	need_want(need, WANT_ALARM, m->merchant, book_pair(need->arena, note->kind, note->subject));
	return OK;
}

enum err account_apply_alarm(struct book *book, const struct message *m, struct instant now, struct say *say, struct why *why)
{
	const struct note *note = m->body;
	struct span key = key_alarm(book->arena, m->merchant, note->kind, note->subject);
	struct alarm *alarm;

	if (shelf_find(&book->alarms, key) == NULL)
		return why_set(why, ERR_NOT_FOUND, "alarm_unknown", "there is no such alarm");
	alarm = shelf_edit(&book->alarms, key);
	if (alarm->closed_at.us == 0) {
		alarm->closed_at = now;
		alarm->closed_by = m->client;
		alarm->note = note->text;
	}
	say_reply(say, 200, wire_alarm_json(book->arena, alarm));
	return OK;
}
