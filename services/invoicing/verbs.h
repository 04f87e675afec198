/*
 * verbs: `merchant define FILE | show`, by the same road as everything else.
 */
#ifndef INVOICING_VERBS_H
#define INVOICING_VERBS_H

#include "service.h"

extern const struct verb invoicing_verbs[];

#endif
