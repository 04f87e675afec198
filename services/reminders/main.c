#include "handlers.h"
#include "http.h"
#include "reminders_migrations.h"
#include "reminders_queries.h"
#include "send.h"
#include "service.h"
#include "settings.h"
#include "store.h"
#include "tick.h"

static const struct kind kinds[] = {
	{ .name = "customer", .stream = true },
	{ .name = NULL },
};

static const struct topic topics[] = {
	{ .name = "dunlin.reminders.v1", .cleanup = "delete", .retention_ms = -1 },
	{ .name = NULL },
};

static const struct intake intakes[] = {
	{ .topic = "dunlin.customers.v1", .compacted = true },
	{ .topic = "dunlin.invoices.v1" },
	{ .topic = "dunlin.payments.v1" },
	{ .topic = "dunlin.ledger.v1" },
	{ .topic = NULL },
};

static enum err start(void *options, struct why *why)
{
	(void)options;
	return send_start(why);
}

int main(int argc, char **argv)
{
	static const struct service service = {
		.name = "reminders",
		.settings = reminders_setting_table,
		.options = &reminders_settings,
		.kinds = kinds,
		.topics = topics,
		.intakes = intakes,
		.handlers = reminders_handlers,
		.store = &reminders_store,
		.queries = reminders_queries,
		.migrations = reminders_migrations,
		.routes = reminders_routes,
		.duties = reminders_duties,
		.errands = reminders_errands,
		.rules = reminders_rules,
		.start = start,
	};

	return service_main(&service, argc, argv);
}
