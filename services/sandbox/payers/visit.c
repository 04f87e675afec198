#include "bill.h"
#include "fetch.h"
#include "html.h"
#include "log.h"
#include "mover.h"

enum { MAGIC = 0x76697369, PAGES_MOST = 200, PAUSE_MS = 50 };

/* A person with a browser: opens the link, presses the button, follows where it leads, waits where it is asked to, and pays at the provider. */
struct visit {
	uint32_t magic;
	struct world *world;
	struct arena *arena;
	struct span decline; /* empty: pays */
	const char *next_url; /* after the pause */
	int pages;
	bool has_acted; /* paid, or was declined */
};

static void on_page(void *arg, const struct fetched *);

static void visit_end(struct visit *visit, const char *trouble, const char *url)
{
	if (trouble != NULL)
		log_warn("a payer gave up", LOG_TEXT("because", trouble), LOG_TEXT("url", url), LOG_NUMBER("pages", visit->pages));
	mover_end(visit->world);
	arena_close(visit->arena);
}

static void go(struct visit *visit, const char *url)
{
	visit->pages++;
	fetch_start(visit->world, &(struct fetch){ .method = "GET", .url = url }, on_page, visit);
}

static void submit(struct visit *visit, const char *url, const struct form *fields)
{
	static const char *const headers[] = { "Content-Type: application/x-www-form-urlencoded", NULL };
	struct text body;

	text_init(&body, visit->arena);
	for (size_t i = 0; i < fields->n; i++)
		form_write(&body, fields->pairs[i].name, fields->pairs[i].value);
	visit->pages++;
	fetch_start(visit->world, &(struct fetch){ .method = "POST", .url = url, .headers = headers, .body = text_done(&body) }, on_page,
		visit);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct visit *visit = checked(arg, MAGIC);

	(void)fd;
	(void)what;
	go(visit, visit->next_url);
}

static void wait_for(struct visit *visit, const char *url)
{
	visit->next_url = url;
	world_after(visit->world, PAUSE_MS, on_timer, visit);
}

/* The provider's page, as its payer knows it. */
static bool is_checkout(const char *url)
{
	return strstr(url, "/c/pay/cs_") != NULL;
}

static void act(struct visit *visit, const char *url)
{
	bool declined = visit->decline.size > 0;
	struct form fields = { 0 };

	form_add(&fields, visit->arena, SPAN("action"), declined ? SPAN("decline") : SPAN("pay"));
	if (declined)
		form_add(&fields, visit->arena, SPAN("why"), visit->decline);
	visit->has_acted = true;
	submit(visit, url, &fields);
}

static void on_html(struct visit *visit, const char *url, struct span page)
{
	struct span target = SPAN("");
	struct form fields = { 0 };

	if (visit->has_acted)
		visit_end(visit, NULL, url);
	else if (is_checkout(url))
		act(visit, url);
	else if (html_form(visit->arena, page, &target, &fields))
		submit(visit, fetch_resolve(visit->arena, url, target), &fields);
	else if (html_refresh(visit->arena, page, &target))
		wait_for(visit, fetch_resolve(visit->arena, url, target));
	else
		visit_end(visit, "the page leads nowhere", url);
}

static void on_page(void *arg, const struct fetched *fetched)
{
	struct visit *visit = checked(arg, MAGIC);
	const char *url = arena_strdup(visit->arena, fetched->url);

	if (visit->pages >= PAGES_MOST)
		visit_end(visit, "it goes on and on", url);
	else if (fetched->location != NULL)
		go(visit, arena_strdup(visit->arena, fetched->location));
	else if (fetched->status == 200)
		on_html(visit, url, span_copy(visit->arena, fetched->body));
	else if (fetched->status == 503 || fetched->status == 429)
		wait_for(visit, url);
	else
		visit_end(visit, fetched->status == 0 ? fetched->error : "the page is not there", url);
}

void visit_start(struct world *world, const char *pay_url, struct span decline)
{
	struct arena *arena = arena_open();
	struct visit *visit = ARENA_NEW(arena, struct visit);

	*visit = (struct visit){ .magic = MAGIC, .world = world, .arena = arena, .decline = decline };
	visit->decline = span_copy(arena, decline);
	mover_begin(world);
	go(visit, arena_strdup(arena, pay_url));
}
