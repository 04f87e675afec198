#include "api.h"

#include "account.h"
#include "call.h"
#include "digest.h"
#include "mischief.h"

enum { SLOW_MAGIC = 0x736c6f77, KEY_MOST = 255 };

/* What was answered under an Idempotency-Key. */
struct remembered {
	const struct account *account;
	struct span key;
	struct digest digest; /* of method, path and parameters */
	int status;
	struct span body;
};

/* --- errors --- */

static int status_of(const struct why *why)
{
	if (strcmp(why->code, "api_key_invalid") == 0)
		return 401;
	switch (why->err) {
	case OK: return 200;
	case ERR_INVALID: return 400;
	case ERR_REFUSED: return 402;
	case ERR_NOT_FOUND: return 404;
	case ERR_CONFLICT: return 400;
	case ERR_RETRY: return strcmp(why->code, "rate_limit") == 0 ? 429 : 500;
	case ERR_BUG: return 500;
	}
	return 500;
}

static const char *type_of(const struct why *why)
{
	if (why->err == ERR_CONFLICT)
		return "idempotency_error";
	if (why->err == ERR_RETRY && strcmp(why->code, "rate_limit") != 0)
		return "api_error";
	return "invalid_request_error";
}

static void answer_error(struct arena *arena, const struct why *why, struct answer *answer)
{
	struct json_out out;
	struct text text;

	text_init(&text, arena);
	json_out_init(&out, &text);
	json_out_object(&out, NULL);
	json_out_object(&out, "error");
	if (why->code[0] != '\0')
		json_out_string(&out, "code", why->code);
	json_out_string(&out, "message", why->text);
	if (why->field[0] != '\0')
		json_out_string(&out, "param", why->field);
	json_out_string(&out, "type", type_of(why));
	json_out_object_end(&out);
	json_out_object_end(&out);
	answer_json(answer, status_of(why), &text); /* keeps the headers */
}

/* --- who asks for what --- */

static enum err read_key(struct ask *ask, struct account **account, struct why *why)
{
	struct span value = form_get(&ask->headers, "authorization"), decoded;

	/* Bearer, or the key as the user of basic authentication. */
	if (span_starts(value, "Bearer "))
		*account = account_of_key(ask->world, span_trim(span_from(value, strlen("Bearer "))));
	else if (span_starts(value, "Basic ") && span_unbase64(ask->arena, span_from(value, strlen("Basic ")), &decoded) == OK) {
		span_cut(decoded, ':', &decoded, &value);
		*account = account_of_key(ask->world, decoded);
	} else
		*account = NULL;
	return *account != NULL ? OK : why_set(why, ERR_INVALID, "api_key_invalid", "Invalid API Key provided.");
}

static const struct method *method_find(struct ask *ask, struct form *parts)
{
	for (const struct method *method = methods; method->path != NULL; method++)
		if (strcmp(method->method, ask->method) == 0 && form_path(parts, ask->arena, method->path, ask->path))
			return method;
	return NULL;
}

static bool is_listed(const char *words, struct span word)
{
	struct span rest = span_of(words), one;

	while (rest.size > 0) {
		span_cut(rest, ' ', &one, &rest);
		if (span_equal(one, word))
			return true;
	}
	return false;
}

static enum err check_params(const struct method *method, const struct call *call, struct why *why)
{
	for (size_t i = 0; i < call->form.n; i++) {
		const char *name = span_cstr(call->arena, call->form.pairs[i].name);
		struct span top, rest;

		span_cut(span_of(name), '[', &top, &rest);
		if (!span_is(top, "expand") && !is_listed(method->params, top))
			return why_field(why, ERR_INVALID, "parameter_unknown", name, "Received unknown parameter: %s", name);
	}
	return OK;
}

static void read_expand(struct call *call)
{
	call->expand.paths = ARENA_ARRAY(call->arena, struct span, call->form.n + 1);
	for (size_t i = 0; i < call->form.n; i++) {
		struct span key;

		if (form_key(&call->form.pairs[i], "expand", &key))
			call->expand.paths[call->expand.n++] = call->form.pairs[i].value;
	}
}

static enum err run(struct ask *ask, struct account *account, struct answer *answer, struct why *why)
{
	struct call call = { .world = ask->world, .account = account, .arena = ask->arena, .form = ask->query };
	struct form parts;
	const struct method *method = method_find(ask, &parts);
	struct json_out out;
	struct text text;

	if (method == NULL)
		return why_set(why, ERR_NOT_FOUND, "", "Unrecognized request URL (%s: %.*s).", ask->method, SPAN_ARG(ask->path));
	if (strcmp(ask->method, "POST") == 0)
		TRY(form_read(&call.form, ask->arena, ask->body, why));
	TRY(check_params(method, &call, why));
	read_expand(&call);
	text_init(&text, ask->arena);
	json_out_init(&out, &text);
	call.id = form_get(&parts, "id");
	call.out = &out;
	TRY(method->run(&call, why));
	json_out_done(&out);
	answer_json(answer, 200, &text);
	return OK;
}

/* --- Idempotency-Key --- */

static struct digest digest_of(const struct ask *ask)
{
	const struct span parts[] = { span_of(ask->method), ask->path, ask->body };

	return digest_list(parts, 3);
}

static struct remembered *recall(struct ask *ask, const struct account *account, struct span key)
{
	const struct list *answers = &ask->world->provider->answers;

	for (size_t i = answers->n; i > 0; i--) {
		struct remembered *one = answers->at[i - 1];

		if (one->account == account && span_equal(one->key, key))
			return one;
	}
	return NULL;
}

static void remember(struct ask *ask, const struct account *account, struct span key, const struct answer *answer)
{
	struct remembered *one = ARENA_NEW(ask->world->life, struct remembered);

	*one = (struct remembered){ account, world_keep(ask->world, key), digest_of(ask), answer->status,
		world_keep(ask->world, answer->body) };
	list_add(&ask->world->provider->answers, one);
}

static void add_header(struct ask *ask, struct answer *answer, const char *name, struct span value)
{
	form_add(&answer->headers, ask->arena, span_of(name), value);
}

static enum err replay(struct ask *ask, const struct remembered *one, struct answer *answer, struct why *why)
{
	struct digest digest = digest_of(ask);

	if (!digest_equal(digest.b, one->digest.b, sizeof(digest.b)))
		return why_set(why, ERR_CONFLICT, "idempotency_key_in_use",
			"Keys for idempotent requests can only be used with the same parameters they were first used with.");
	answer->status = one->status;
	answer->body = one->body;
	add_header(ask, answer, "Idempotent-Replayed", SPAN("true"));
	return OK;
}

/* What did not begin (a malformed request) is not remembered; what failed on the way is. */
static enum err run_once(struct ask *ask, struct account *account, struct answer *answer, struct why *why)
{
	struct span key = form_get(&ask->headers, "idempotency-key");
	const struct remembered *one;

	if (key.size == 0 || strcmp(ask->method, "POST") != 0)
		return run(ask, account, answer, why);
	if (key.size > KEY_MOST)
		return why_set(why, ERR_INVALID, "", "Idempotency keys can't be longer than %d characters.", KEY_MOST);
	add_header(ask, answer, "Idempotency-Key", key);
	one = recall(ask, account, key);
	if (one != NULL)
		return replay(ask, one, answer, why);
	TRY(run(ask, account, answer, why));
	if (mischief_take(ask->world, PROVIDER_500_LATE, ask->path)) {
		remember(ask, account, key, answer);
		return why_set(why, ERR_RETRY, "", "Something went wrong on our end, after it was done.");
	}
	remember(ask, account, key, answer);
	return OK;
}

/* --- misbehaviour --- */

struct slow {
	uint32_t magic;
	struct ask *ask;
	struct answer answer;
};

static void on_slow(evutil_socket_t fd, short what, void *arg)
{
	struct slow *slow = checked(arg, SLOW_MAGIC);

	(void)fd;
	(void)what;
	door_answer(slow->ask, &slow->answer);
}

static void answer_slowly(struct ask *ask, struct answer *answer, int64_t ms)
{
	struct slow *slow = ARENA_NEW(ask->arena, struct slow);

	*slow = (struct slow){ SLOW_MAGIC, ask, *answer };
	world_after(ask->world, ms, on_slow, slow);
	answer->later = true;
}

static enum err serve(struct ask *ask, struct answer *answer, struct why *why)
{
	struct account *account;

	if (mischief_take(ask->world, PROVIDER_500, ask->path))
		return why_set(why, ERR_RETRY, "", "Something went wrong on our end.");
	if (mischief_take(ask->world, PROVIDER_429, ask->path))
		return why_set(why, ERR_RETRY, "rate_limit", "Too many requests hit the API too quickly.");
	TRY(read_key(ask, &account, why));
	return run_once(ask, account, answer, why);
}

static enum err open_door(struct ask *ask, struct answer *answer, struct why *why)
{
	struct span id = span_of(world_id(ask->world, "req_", 14));

	if (mischief_take(ask->world, PROVIDER_LOST, ask->path)) {
		answer->later = true;
		door_drop(ask);
		return OK;
	}
	if (serve(ask, answer, why) != OK)
		answer_error(ask->arena, why, answer);
	add_header(ask, answer, "Request-Id", id);
	add_header(ask, answer, "Stripe-Version", SPAN("2025-04-30.basil"));
	if (mischief_take(ask->world, PROVIDER_NO_ANSWER, ask->path)) {
		answer->later = true;
		door_drop(ask);
	} else if (mischief_take(ask->world, PROVIDER_SLOW, ask->path))
		answer_slowly(ask, answer, mischief_value(ask->world, PROVIDER_SLOW));
	return OK;
}

const struct door api_doors[] = {
	{ NULL, "/v1/", "the provider's interface, in Stripe's wire format", open_door },
	{ 0 },
};
