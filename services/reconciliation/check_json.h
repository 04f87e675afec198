/*
 * check_json: what a reader tells, as one JSON object a line, for other programs.
 */
#ifndef RECONCILIATION_CHECK_JSON_H
#define RECONCILIATION_CHECK_JSON_H

#include "readers/reading.h"

struct span check_json_line(struct arena *, const struct reading_line *);
/* broken: every broken rule, the gate's too. */
struct span check_json_statement(
	struct arena *, const struct reading_statement *, const char *verdict, const struct violation *broken, size_t n);
struct span check_json_refused(struct arena *, const struct violation *);

#endif
