#include "daemon.h"

#include <event2/event.h>
#include <signal.h>

#include "agenda.h"
#include "bank/bank.h"
#include "clock.h"
#include "door.h"
#include "fetch.h"
#include "health.h"
#include "log.h"
#include "mailbox/mailbox.h"
#include "mailbox/smtp.h"
#include "mischief.h"
#include "mover.h"
#include "pages.h"
#include "payers/payers.h"
#include "provider/account.h"
#include "provider/api.h"
#include "provider/page.h"
#include "provider/report.h"
#include "provider/webhook.h"
#include "service.h"
#include "stream.h"
#include "verbs.h"

enum { BROKER_PAUSE_MS = 250 };

const struct door *const all_doors[] = { mover_doors, account_doors, report_doors, webhook_doors, api_doors, checkout_doors, bank_doors,
	mailbox_doors, payer_doors, mischief_doors, page_doors, health_doors, NULL };

static void on_signal(evutil_socket_t number, short what, void *arg)
{
	struct world *world = checked(arg, WORLD_MAGIC);

	(void)what;
	log_info("asked to stop", LOG_NUMBER("signal", number));
	event_base_loopexit(world->base, NULL);
}

static void make(struct world *world)
{
	struct arena *life = arena_open();

	*world = (struct world){ .magic = WORLD_MAGIC, .options = &options, .life = life, .now = clock_real() };
	if (options.start != NULL && options.start[0] != '\0' && instant_parse(span_of(options.start), &world->now) != OK)
		bug("sandbox: start was not checked");
	world->base = event_base_new();
	if (world->base == NULL)
		bug("sandbox: no event loop");
	world->agenda = agenda_open(life);
	world->bank = bank_open(life);
	world->fetcher = fetcher_open(world);
	world->mailbox = mailbox_open(life);
	world->mischief = mischief_open(life);
	world->mover = mover_open(world);
	world->payers = payers_open(life);
	world->provider = provider_open(world);
	pages_open(life);
}

/* Business time is said at once, so that services in sandbox mode have one. */
static enum err connect_to_broker(struct world *world, struct why *why)
{
	struct instant none = { 0 };
	bool said = false;
	enum err err;

	if (common_settings.brokers == NULL || common_settings.brokers[0] == '\0')
		return OK;
	while ((err = stream_open(world, why)) == ERR_RETRY) {
		if (!said)
			log_why(LOG_WARN, "waiting for the broker", why);
		said = true;
		clock_pause_ms(BROKER_PAUSE_MS);
	}
	if (err == OK)
		stream_say_clock(world, none, "sandbox");
	return err;
}

static enum err start(struct world *world, struct why *why)
{
	char now[INSTANT_TEXT + 1];

	TRY(connect_to_broker(world, why));
	TRY(smtp_listen(world, options.smtp_address, why));
	TRY(door_listen(world, common_settings.http_address, all_doors, why));
	instant_print(world->now, now);
	log_info("listening", LOG_TEXT("http", world->http_url), LOG_TEXT("smtp", world->smtp_url), LOG_TEXT("business_time", now));
	return OK;
}

static void end(struct world *world)
{
	door_close();
	smtp_close();
	stream_close(world->stream);
	mover_close(world->mover);
	fetcher_close(world->fetcher);
	event_base_free(world->base);
}

int daemon_run(void)
{
	static const int signals[] = { SIGTERM, SIGINT };
	static struct world world; /* until the process ends, and all that it holds */
	struct event *watches[2];
	struct why why = { 0 };
	int code = 0;

	signal(SIGPIPE, SIG_IGN);
	make(&world);
	if (start(&world, &why) != OK)
		return verb_fail(&why);
	for (size_t i = 0; i < 2; i++) {
		watches[i] = evsignal_new(world.base, signals[i], on_signal, &world);
		event_add(watches[i], NULL);
	}
	if (event_base_dispatch(world.base) < 0)
		code = 1;
	for (size_t i = 0; i < 2; i++)
		event_free(watches[i]);
	end(&world);
	return code;
}
