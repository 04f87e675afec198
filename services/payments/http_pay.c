#include "http.h"
#include "page.h"
#include "service.h"
#include "settings.h"
#include "store.h"
#include "wire.h"

extern const struct service payments_service;

static const struct template_set *pages;

enum err http_start(struct why *why)
{
	static struct arena *life; /* as long as the process */

	if (life == NULL)
		life = arena_open();
	return pages != NULL ? OK : page_compile(life, &pages, why);
}

/* The attempt of a link; NULL: it leads nowhere. */
static enum err find(struct request *r, struct db *db, const struct attempt **attempt, struct why *why)
{
	const struct policy *policy;
	struct uuid id;

	*attempt = NULL;
	TRY(settings_policy(&policy, why));
	if (attempt_token_read(r->arena, policy->link_key, request_param(r, "token"), &id, NULL) != OK)
		return OK;
	return store_attempt(db, r->arena, SPAN(""), id, attempt, why);
}

static enum err answer_no_link(struct request *r, struct response *response, struct why *why)
{
	response->status = 404;
	response->type = "text/html; charset=utf-8";
	return page_no_link(pages, r->arena, &response->body, why);
}

enum err show_pay(struct request *r, struct db *db, struct response *response, struct why *why)
{
	struct pay_page page = { .back = page_back_of(request_query(r, "back")) };

	TRY(find(r, db, &page.attempt, why));
	if (page.attempt == NULL)
		return answer_no_link(r, response, why);
	if (page_sends_on(page.attempt, page.back)) {
		response->status = 303;
		response->location = page.attempt->url;
		return OK;
	}
	TRY(store_pay_page(db, r->arena, page.attempt, &page.merchant, &page.owed, &page.now, why));
	response->type = "text/html; charset=utf-8";
	return page_pay(pages, r->arena, &page, &response->body, why);
}

/* A unit of its own: a form has no Idempotency-Key, and its answer is a redirect. Pressing twice is one message. */
static enum err open_attempt(struct request *r, struct db *db, const struct attempt *attempt, struct why *why)
{
	struct message *m = ARENA_NEW(r->arena, struct message);
	struct unit *unit = unit_open(&payments_service, db);
	enum err err;

	m->source = SPAN("http:pay");
	m->id = span_of(uuid_text(r->arena, attempt->id));
	m->type = SPAN("payments.OpenAttempt");
	m->format = FORMAT_TEXT;
	m->payload = wire_print_attempt(r->arena, attempt->id, attempt->customer);
	m->time = r->received;
	m->trace = r->trace;
	m->fate = FATE_SET_ASIDE;
	m->merchant = attempt->merchant;
	err = unit_run(unit, &m, 1, NULL, 0, why);
	unit_close(unit);
	return err;
}

enum err accept_pay(struct request *r, struct db *db, struct response *response, struct why *why)
{
	const struct attempt *attempt;
	const struct policy *policy;

	TRY(settings_policy(&policy, why));
	TRY(find(r, db, &attempt, why));
	if (attempt == NULL)
		return answer_no_link(r, response, why);
	if (attempt->state == ATTEMPT_CREATED)
		TRY(open_attempt(r, db, attempt, why));
	response->status = 303;
	response->location =
		span_of(arena_printf(r->arena, "%.*s/pay/%.*s", SPAN_ARG(policy->public_url), SPAN_ARG(request_param(r, "token"))));
	return OK;
}
