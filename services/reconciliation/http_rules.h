/*
 * http_rules: the pages of rule sets, and of what was learned of payers.
 */
#ifndef RECONCILIATION_HTTP_RULES_H
#define RECONCILIATION_HTTP_RULES_H

#include "httpd.h"

enum err show_rule_sets(struct request *, struct db *, struct response *, struct why *) MUST_CHECK;
enum err show_rule_set(struct request *, struct db *, struct response *, struct why *) MUST_CHECK;
/* {"months": 3, "who": …}: at most 20,000 lines; the answer has the digest, the sums, and the first 200 lines that come out otherwise. */
enum err replay_accept(struct request *, struct db *, struct response *, struct why *) MUST_CHECK;

#endif
