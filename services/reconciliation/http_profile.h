/*
 * http_profile: profiles of CSV files: those that come with Dunlin and the merchant's own, as text; defined, and tried on a sample first.
 */
#ifndef RECONCILIATION_HTTP_PROFILE_H
#define RECONCILIATION_HTTP_PROFILE_H

#include "httpd.h"

enum { PROFILE_BODY_MOST = 256 << 10, PROFILE_CHECK_MOST = 2 << 20 };

enum err show_profiles(struct request *, struct db *, struct response *, struct why *) MUST_CHECK;
/* By its name: the merchant's own, else one that comes with Dunlin. */
enum err show_profile(struct request *, struct db *, struct response *, struct why *) MUST_CHECK;
/* The body is the text of one or more; ERR_INVALID says the line and the reason. */
enum err profile_accept(struct request *, struct db *, struct response *, struct why *) MUST_CHECK;
/* What `check` says of a sample by profiles that need not be defined. Nothing is stored. */
enum err profile_check_accept(struct request *, struct db *, struct response *, struct why *) MUST_CHECK;

#endif
