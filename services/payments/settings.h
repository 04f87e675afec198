/*
 * settings: what an operator may set for payments.
 */
#ifndef PAYMENTS_SETTINGS_H
#define PAYMENTS_SETTINGS_H

#include "common/settings.h"
#include "policy.h"

struct payments_settings {
	const char *secret_key; /* 64 hexadecimal digits */
	const char *stripe_url;
	int64_t link_days, session_minutes, reference_hours, call_timeout_ms;
};

extern struct payments_settings payments_settings;
extern const struct setting payments_setting_table[];

/* The policy that these settings make, once, for as long as the process lives; first before any thread starts. ERR_INVALID names the setting that is
 * missing. */
enum err settings_policy(const struct policy **, struct why *) MUST_CHECK;

#endif
