#include "settings.h"

#include <string.h>

#include "mail.h"
#include "policy.h"

struct reminders_settings reminders_settings;

static enum err is_smtp(const char *value, struct why *why)
{
	const char *host = strncmp(value, "smtp://", 7) == 0 ? value + 7 : strncmp(value, "smtps://", 8) == 0 ? value + 8 : "";

	if (*host == '\0' || *host == ':' || strpbrk(host, "/@ ") != NULL)
		return why_set(why, ERR_INVALID, "setting_invalid", "must be smtp://host:port or smtps://host:port");
	return OK;
}

static enum err is_mail_address(const char *value, struct why *why)
{
	if (!mail_is_address(span_of(value)))
		return why_set(why, ERR_INVALID, "setting_invalid", "must be a mail address");
	return OK;
}

static enum err is_domain(const char *value, struct why *why)
{
	char address[300];

	if (strlen(value) > 200 || snprintf(address, sizeof(address), "x@%s", value) < 0 || !mail_is_address(span_of(address)))
		return why_set(why, ERR_INVALID, "setting_invalid", "must be a domain");
	return OK;
}

static enum err is_policy(const char *value, struct why *why)
{
	if (policy_find(value) == NULL)
		return why_set(why, ERR_INVALID, "setting_invalid", "there is no policy of this name; 'reminders rules' prints them");
	return OK;
}

#define TEXT(field) .name = #field, .type = SETTING_TEXT, .offset = offsetof(struct reminders_settings, field)
#define NUMBER(field) .name = #field, .type = SETTING_NUMBER, .offset = offsetof(struct reminders_settings, field)
#define BOOL(field) .name = #field, .type = SETTING_BOOL, .offset = offsetof(struct reminders_settings, field)

// clang-format off
const struct setting reminders_setting_table[] = {
	{ TEXT(smtp_url), .initial = "smtp://127.0.0.1:2525", .check = is_smtp, .help = "Where mail is handed over, smtp://host:port or smtps://host:port." },
	{ TEXT(smtp_user), .help = "Who logs in there. Empty: nobody does." },
	{ TEXT(smtp_password), .flags = SETTING_SECRET, .help = "And with which password." },
	{ TEXT(smtp_ca_file), .help = "Certificates that are trusted there, PEM. Empty: the system's." },
	{ BOOL(smtp_tls_required), .initial = "true", .help = "No mail goes out before STARTTLS." },
	{ TEXT(mail_from), .initial = "billing@localhost.localdomain", .check = is_mail_address, .help = "Sender's address for a merchant that has none." },
	{ TEXT(mail_domain), .initial = "localhost.localdomain", .check = is_domain, .help = "Domain of Message-IDs, and of the addresses that bounces go to: notice-ID@domain." },
	{ TEXT(invoices_url), .initial = "http://127.0.0.1:8080", .check = setting_is_url, .help = "How customers reach invoicing's documents." },
	{ TEXT(policy), .initial = "standard", .check = is_policy, .help = "Which policy reminds; 'rules' prints them." },
	{ NUMBER(notices_per_hour), .initial = "5000", .least = 1, .most = 1000000, .help = "Most notices that one merchant sends within an hour; the rest waits." },
	{ 0 },
};
// clang-format on

const struct policy *reminders_settings_policy(void)
{
	return policy_find(reminders_settings.policy != NULL ? reminders_settings.policy : "standard");
}
