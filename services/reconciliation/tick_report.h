/*
 * tick_report: providers' reports that are to be compared with what payments told, payouts whose report did not come, and
 * payments that were to be in a payout by now.
 */
#ifndef RECONCILIATION_TICK_REPORT_H
#define RECONCILIATION_TICK_REPORT_H

#include "service.h"

enum err report_due(struct db *, struct arena *, struct instant now, size_t limit, struct message ***, size_t *n, struct why *) MUST_CHECK;
enum err report_next(struct db *, struct arena *, struct instant now, int64_t *due, struct instant *next, struct why *) MUST_CHECK;
enum err unreported_due(
	struct db *, struct arena *, struct instant now, size_t limit, struct message ***, size_t *n, struct why *) MUST_CHECK;
enum err unreported_next(struct db *, struct arena *, struct instant now, int64_t *due, struct instant *next, struct why *) MUST_CHECK;
enum err unsettled_due(
	struct db *, struct arena *, struct instant now, size_t limit, struct message ***, size_t *n, struct why *) MUST_CHECK;
enum err unsettled_next(struct db *, struct arena *, struct instant now, int64_t *due, struct instant *next, struct why *) MUST_CHECK;

#endif
