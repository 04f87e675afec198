#include "handlers.h"
#include "http.h"
#include "reconciliation_migrations.h"
#include "reconciliation_queries.h"
#include "rules.h"
#include "service.h"
#include "settings.h"
#include "store.h"
#include "tick.h"
#include "tick_bulk.h"
#include "verbs.h"
#include "wire.h"

static const struct topic topics[] = {
	{ .name = topic_ledger, .cleanup = "delete", .retention_ms = -1 },
	{ .name = NULL },
};

static const struct intake intakes[] = {
	{ .topic = topic_invoices },
	{ .topic = topic_payments },
	{ .topic = topic_customers, .compacted = true },
	{ .topic = NULL },
};

int main(int argc, char **argv)
{
	static const struct service service = {
		.name = "reconciliation",
		.settings = reconciliation_setting_table,
		.options = &reconciliation_settings,
		.kinds = reconciliation_kinds,
		.topics = topics,
		.intakes = intakes,
		.handlers = reconciliation_handlers,
		.store = &reconciliation_store,
		.queries = reconciliation_queries,
		.migrations = reconciliation_migrations,
		.routes = reconciliation_routes,
		.duties = reconciliation_duties,
		.verbs = reconciliation_verbs,
		.bulk = bulk_next,
		.rules = rules_print,
	};
	return service_main(&service, argc, argv);
}
