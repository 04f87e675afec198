#include <string.h>

#include "handlers.h"
#include "http.h"
#include "payments_migrations.h"
#include "payments_queries.h"
#include "send.h"
#include "service.h"
#include "settings.h"
#include "store.h"
#include "tick.h"
#include "verbs.h"

extern const struct service payments_service;

static const struct kind kinds[] = {
	[KIND_ACCOUNT] = { .name = "account" },
	[KIND_PAYOUT] = { .name = "payout" },
	[KIND_CUSTOMER] = { .name = "customer", .stream = true },
	{ .name = NULL },
};

static const struct topic topics[] = {
	{ .name = "dunlin.payments.v1", .cleanup = "delete", .retention_ms = -1 },
	{ .name = NULL },
};

static const struct intake intakes[] = {
	{ .topic = "dunlin.invoices.v1" },
	{ .topic = "dunlin.ledger.v1" },
	{ .topic = "dunlin.customers.v1", .compacted = true },
	{ .topic = NULL },
};

/* Only the daemon needs its key; verbs such as migrate run where no secret is. */
static bool is_daemon;

static enum err start(void *options, struct why *why)
{
	const struct policy *policy;

	(void)options;
	if (is_daemon)
		TRY(settings_policy(&policy, why));
	return http_start(why);
}

const struct service payments_service = {
	.name = "payments",
	.settings = payments_setting_table,
	.options = &payments_settings,
	.kinds = kinds,
	.topics = topics,
	.intakes = intakes,
	.handlers = payments_handlers,
	.store = &payments_store,
	.queries = payments_queries,
	.migrations = payments_migrations,
	.routes = payments_routes,
	.duties = payments_duties,
	.errands = payments_errands,
	.verbs = payments_verbs,
	.rules = payments_rules,
	.start = start,
};

int main(int argc, char **argv)
{
	is_daemon = argc > 1 && strcmp(argv[1], "run") == 0;
	return service_main(&payments_service, argc, argv);
}
