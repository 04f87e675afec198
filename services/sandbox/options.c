#include "options.h"

#include "log.h"
#include "money.h"
#include "service.h"

extern char **environ;

struct options options;

static enum err is_instant(const char *value, struct why *why)
{
	struct instant at;

	if (instant_parse(span_of(value), &at) != OK)
		return why_set(why, ERR_INVALID, "setting_invalid", "must be an instant, such as 2026-01-05T06:00:00Z");
	return OK;
}

static enum err is_percent(const char *value, struct why *why)
{
	struct decimal percent;

	if (decimal_parse(span_of(value), &percent, NULL) != OK || percent.unscaled < 0)
		return why_set(why, ERR_INVALID, "setting_invalid", "must be a number of percent, such as 1.5");
	return OK;
}

#define TEXT(field) .name = #field, .type = SETTING_TEXT, .offset = offsetof(struct options, field)
#define NUMBER(field) .name = #field, .type = SETTING_NUMBER, .offset = offsetof(struct options, field)
#define BOOL(field) .name = #field, .type = SETTING_BOOL, .offset = offsetof(struct options, field)

static const struct setting own[] = {
	{ TEXT(smtp_address), .initial = "127.0.0.1:2525", .check = setting_is_address,
		.help = "Where the mailbox takes mail. Port 0 takes any; the log line \"listening\" tells which." },
	{ TEXT(seed), .initial = "dunlin", .help = "Ids and made-up numbers follow from it." },
	{ TEXT(start), .check = is_instant, .help = "Business time at the first start, RFC 3339. Empty: the real time then." },
	{ TEXT(ops_urls),
		.help = "Ops ports of the services that the clock waits for, with commas between; a name stands for all its addresses." },
	{ TEXT(ca_file),
		.help = "Where the mailbox's certificate is written for those who send. Empty: nowhere; GET /sandbox/mail/ca.pem has it." },
	{ TEXT(certificate_names), .initial = "localhost,127.0.0.1", .help = "Names and addresses in the mailbox's certificate." },
	{ TEXT(fee_percent), .initial = "1.5", .check = is_percent, .help = "What the provider keeps of a payment, in percent." },
	{ NUMBER(fee_fixed), .initial = "25", .least = 0, .most = 1000000, .help = "And in minor units of its currency." },
	{ NUMBER(payout_days), .initial = "2", .least = 1, .most = 30, .help = "Bank days from a payout to its arrival at the bank." },
	{ NUMBER(stall_seconds), .initial = "60", .least = 1, .most = 3600,
		.help = "For how long the clock waits for quiet before it gives up." },
	{ BOOL(smtp_tls_required), .initial = "true", .help = "No mail is taken before STARTTLS." },
	{ 0 },
};

#undef TEXT
#undef NUMBER
#undef BOOL
#define TEXT(field) .name = #field, .type = SETTING_TEXT, .offset = offsetof(struct common_settings, field)
#define NUMBER(field) .name = #field, .type = SETTING_NUMBER, .offset = offsetof(struct common_settings, field)

/* Those of every service that the sandbox has too. */
static const struct setting shared[] = {
	{ TEXT(brokers),
		.help = "Kafka's bootstrap servers, host:port with commas between. Empty: no clock and no invoices, the rest works." },
	{ TEXT(kafka_options), .flags = SETTING_SECRET, .help = "Further properties of librdkafka, key=value with commas between." },
	{ TEXT(http_address), .initial = "127.0.0.1:8090", .check = setting_is_address,
		.help = "Where HTTP is served. Port 0 takes any; the log line \"listening\" tells which." },
	{ TEXT(public_url), .check = setting_is_url, .help = "How payers reach it. Empty: at http_address." },
	{ TEXT(log_level), .initial = "info", .help = "debug, info, warn or error." },
	{ 0 },
};

static const struct topic topics[] = {
	{ .name = "dunlin.clock.v1", .cleanup = "delete", .retention_ms = INT64_C(86400000) },
	{ 0 },
};

const struct service sandbox = {
	.name = "sandbox",
	.settings = own,
	.options = &options,
	.topics = topics,
};

static const struct setting *const tables[] = { shared, own, NULL };
static void *const structs[] = { &common_settings, &options };
static struct settings loaded = { .service = "sandbox", .tables = tables, .structs = structs };

static enum log_level level_of(const char *name)
{
	return strcmp(name, "debug") == 0   ? LOG_DEBUG
	       : strcmp(name, "warn") == 0  ? LOG_WARN
	       : strcmp(name, "error") == 0 ? LOG_ERROR
					    : LOG_INFO;
}

enum err options_load(int argc, char **argv, struct why *why)
{
	TRY(settings_load(&loaded, argc, argv, environ, why));
	log_init("sandbox", level_of(common_settings.log_level));
	return OK;
}

void options_print(bool markdown)
{
	if (markdown)
		settings_markdown(&loaded, stdout);
	else
		settings_print(&loaded, stdout);
}
