/*
 * http: routes.
 */
#ifndef REMINDERS_HTTP_H
#define REMINDERS_HTTP_H

#include "httpd.h"

extern const struct route reminders_routes[];

#endif
