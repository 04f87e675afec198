/*
 * http: the route table.
 */
#ifndef INVOICING_HTTP_H
#define INVOICING_HTTP_H

#include "httpd.h"

extern const struct route invoicing_routes[];

#endif
