#include "handlers.h"
#include "http.h"
#include "http_show.h"
#include "invoicing_migrations.h"
#include "invoicing_queries.h"
#include "service.h"
#include "store.h"
#include "tick.h"
#include "verbs.h"
#include "wire.h"

#define DAYS(n) (INT64_C(86400000) * (n))

static const struct topic topics[] = {
	{ .name = topic_billing, .cleanup = "delete", .retention_ms = DAYS(7), .foreign = true },
	{ .name = topic_customers, .cleanup = "compact", .retention_ms = -1, .tombstone_ms = DAYS(30) },
	{ .name = topic_invoices, .cleanup = "delete", .retention_ms = -1 },
	{ .name = NULL },
};

static const struct intake intakes[] = {
	{ .topic = topic_billing, .foreign = true },
	{ .topic = topic_ledger },
	{ .topic = NULL },
};

static enum err start(void *options, struct why *why)
{
	(void)options;
	return http_show_start(why);
}

int main(int argc, char **argv)
{
	static const struct service service = {
		.name = "invoicing",
		.kinds = book_locks,
		.topics = topics,
		.intakes = intakes,
		.handlers = invoicing_handlers,
		.store = &invoicing_store,
		.queries = invoicing_queries,
		.migrations = invoicing_migrations,
		.routes = invoicing_routes,
		.duties = invoicing_duties,
		.verbs = invoicing_verbs,
		.rules = invoicing_rules,
		.refused = invoicing_refused,
		.start = start,
		.republish = store_republish,
	};

	return service_main(&service, argc, argv);
}
