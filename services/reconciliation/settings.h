/*
 * settings: what an operator may set of reconciliation, beyond what every service has.
 */
#ifndef RECONCILIATION_SETTINGS_H
#define RECONCILIATION_SETTINGS_H

#include "common/settings.h"

struct reconciliation_settings {
	const char *statement_folders;   /* "MERCHANT=/path,MERCHANT=/path" */
	int64_t statement_settle_seconds;
	int64_t statement_bytes_days;    /* 0: for ever */
	int64_t statement_large_lines;   /* 0: none is */
	int64_t upload_most_mb, upload_open_most, upload_hours;
	int64_t preview_lines;           /* 0: all */
};

extern struct reconciliation_settings reconciliation_settings;
extern const struct setting reconciliation_setting_table[];

#endif
