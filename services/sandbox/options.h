/*
 * options: what an operator may set of the sandbox, and what it is to the rest of common/: a name, settings and a topic.
 */
#ifndef SANDBOX_OPTIONS_H
#define SANDBOX_OPTIONS_H

#include "settings.h"

struct options {
	const char *smtp_address;
	const char *seed, *start;
	const char *ops_urls;
	const char *ca_file, *certificate_names;
	const char *fee_percent;
	int64_t fee_fixed, payout_days;
	int64_t stall_seconds;
	bool smtp_tls_required;
};

struct service;
extern struct options options;
extern const struct service sandbox; /* no database, no handlers */

/* Reads the settings, without a verb's own options and words. */
enum err options_load(int argc, char **argv, struct why *) MUST_CHECK;
/* Prints effective values and origins, or the README's table. */
void options_print(bool markdown);

#endif
