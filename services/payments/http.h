/*
 * http: the doors of payments: an API for systems and staff, pay pages for payers, webhooks for providers.
 */
#ifndef PAYMENTS_HTTP_H
#define PAYMENTS_HTTP_H

#include "httpd.h"

extern const struct route payments_routes[];

/* Compiles the pages; before any thread starts. */
enum err http_start(struct why *) MUST_CHECK;

/* http_show.c: lists and single things */
enum err show_attempts(struct request *, struct db *, struct response *, struct why *);
enum err show_attempt(struct request *, struct db *, struct response *, struct why *);
enum err show_webhooks(struct request *, struct db *, struct response *, struct why *);
enum err show_webhook(struct request *, struct db *, struct response *, struct why *);
enum err show_alarms(struct request *, struct db *, struct response *, struct why *);
enum err show_payouts(struct request *, struct db *, struct response *, struct why *);
enum err show_accounts(struct request *, struct db *, struct response *, struct why *);

/* http_pay.c: pages of payers */
enum err show_pay(struct request *, struct db *, struct response *, struct why *);
enum err accept_pay(struct request *, struct db *, struct response *, struct why *);

/* http_webhook.c: is it the provider's? */
enum err message_webhook(struct request *, struct message *, struct why *);

#endif
