/*
 * http_rules: the pages of rule sets, and of what was learned of payers.
 */
#ifndef RECONCILIATION_HTTP_RULES_H
#define RECONCILIATION_HTTP_RULES_H

#include "httpd.h"

enum err show_rule_sets(struct request *, struct db *, struct response *, struct why *) MUST_CHECK;
enum err show_rule_set(struct request *, struct db *, struct response *, struct why *) MUST_CHECK;
/* The page's body: all sets of the merchant, or one with its replays (ERR_NOT_FOUND where there is none). */
enum err rule_sets_json(struct db *, struct arena *, struct span merchant, struct span *body, struct why *) MUST_CHECK;
enum err rule_set_json(struct db *, struct arena *, struct span merchant, int32_t version, struct span *body, struct why *) MUST_CHECK;
/* {"months": 3, "who": …}: at most 20,000 lines; the answer has the digest, the sums, and the first 200 lines that come out otherwise. */
enum err replay_accept(struct request *, struct db *, struct response *, struct why *) MUST_CHECK;

#endif
