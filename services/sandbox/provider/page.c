#include "page.h"

#include "checkout.h"
#include "pages.h"

static struct session *find(struct ask *ask)
{
	const struct list *sessions = &ask->world->provider->sessions;
	struct span id = form_get(&ask->params, "id");

	for (size_t i = sessions->n; i > 0; i--) {
		struct session *session = sessions->at[i - 1];

		if (span_is(id, session->head.id))
			return session;
	}
	return NULL;
}

static void show_open(struct ask *ask, const struct session *session, const char *declined, struct answer *answer)
{
	struct tvalue *root = tvalue_open(ask->arena), *list;

	tvalue_text(root, "title", "Checkout");
	tvalue_span(root, "product", session->product);
	tvalue_text(root, "amount", money_text(ask->arena, session->amount));
	tvalue_text(root, "email", session->customer_email.size > 0 ? span_cstr(ask->arena, session->customer_email) : NULL);
	tvalue_printf(root, "until", "%.16s UTC", instant_text(ask->arena, session->expires_at));
	tvalue_text(root, "declined", declined);
	list = tvalue_list(root, "declines");
	for (const struct decline *decline = declines; decline->code != NULL; decline++) {
		struct tvalue *item = tvalue_item(list);
		char *words = arena_strdup(ask->arena, decline->decline);

		tvalue_text(item, "code", decline->decline);
		for (char *c = words; *c != '\0'; c++)
			if (*c == '_')
				*c = ' ';
		tvalue_text(item, "words", words);
	}
	page_answer(ask, "checkout", root, answer);
}

static void show_ended(struct ask *ask, const struct session *session, struct answer *answer)
{
	struct tvalue *root = tvalue_open(ask->arena);
	bool complete = session != NULL && session->status == SESSION_COMPLETE;

	tvalue_text(root, "title", complete ? "This has been paid" : session == NULL ? "No such page" : "This page has expired");
	tvalue_text(root, "text", complete ? "There is nothing more to do." : "Open the link in your invoice again to pay.");
	page_answer(ask, "ended", root, answer);
	answer->status = session == NULL ? 404 : 200;
}

static enum err show(struct ask *ask, struct answer *answer, struct why *why)
{
	const struct session *session = find(ask);

	(void)why;
	if (session != NULL && session->status == SESSION_OPEN)
		show_open(ask, session, NULL, answer);
	else
		show_ended(ask, session, answer);
	return OK;
}

static struct span success_url(struct ask *ask, const struct session *session)
{
	static const char hole[] = "{CHECKOUT_SESSION_ID}";
	const char *at = memmem(session->success_url.at, session->success_url.size, hole, sizeof(hole) - 1);
	struct text text;

	if (at == NULL)
		return session->success_url;
	text_init(&text, ask->arena);
	text_bytes(&text, session->success_url.at, (size_t)(at - session->success_url.at));
	text_add(&text, session->head.id);
	text_span(&text, span_from(session->success_url, (size_t)(at - session->success_url.at) + sizeof(hole) - 1));
	return text_done(&text);
}

static const struct decline *decline_find(struct span code)
{
	for (const struct decline *decline = declines; decline->code != NULL; decline++)
		if (span_is(code, decline->decline))
			return decline;
	return &declines[0];
}

static enum err act(struct ask *ask, struct answer *answer, struct why *why)
{
	struct session *session = find(ask);
	struct form form = { 0 };
	struct span action;

	TRY(form_read(&form, ask->arena, ask->body, why));
	action = form_get(&form, "action");
	if (session == NULL || session->status != SESSION_OPEN) {
		show_ended(ask, session, answer);
		return OK;
	}
	answer->status = 303;
	if (span_is(action, "pay")) {
		session_pay(ask->world, session);
		answer->location = success_url(ask, session);
	} else if (span_is(action, "decline")) {
		const struct decline *decline = decline_find(form_get(&form, "why"));

		session_decline(ask->world, session, decline);
		answer->status = 200;
		show_open(ask, session, decline->text, answer);
	} else
		answer->location = session->cancel_url.size > 0 ? session->cancel_url : session->success_url;
	return OK;
}

const struct door checkout_doors[] = {
	{ "GET", "/c/pay/{id}", "the hosted checkout page", show },
	{ "POST", "/c/pay/{id}", "pays, declines or leaves", act },
	{ 0 },
};
