/*
 * http_queue: the pages of the work queue.
 */
#ifndef RECONCILIATION_HTTP_QUEUE_H
#define RECONCILIATION_HTTP_QUEUE_H

#include "httpd.h"

enum err queue_list(struct request *, struct db *, struct response *, struct why *) MUST_CHECK;
enum err queue_show(struct request *, struct db *, struct response *, struct why *) MUST_CHECK;
/* {"ids": […], "rule": …, "who": …, "why": …}: what one rule came to is accepted, each by itself; the answer has the outcome of each. */
enum err queue_accept(struct request *, struct db *, struct response *, struct why *) MUST_CHECK;

#endif
