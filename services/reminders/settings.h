/*
 * settings: what an operator may set of reminders, beyond what every service has.
 */
#ifndef REMINDERS_SETTINGS_H
#define REMINDERS_SETTINGS_H

#include "common/settings.h"

struct reminders_settings {
	const char *smtp_url, *smtp_user, *smtp_password, *smtp_ca_file;
	bool smtp_tls_required;
	const char *mail_from;    /* where a merchant has no address of its own */
	const char *mail_domain;  /* of Message-IDs and of the addresses to which bounces go */
	const char *invoices_url; /* how customers reach invoicing */
	const char *policy;
	int64_t notices_per_hour;
};

extern struct reminders_settings reminders_settings;
extern const struct setting reminders_setting_table[];

struct policy;
/* The policy that the settings name. */
const struct policy *reminders_settings_policy(void);

#endif
