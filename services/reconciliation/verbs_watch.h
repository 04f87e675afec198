/*
 * verbs_watch: the verb that takes statement files from folders. A process of its own: the daemon may not write files, and a large one holds up nothing else.
 */
#ifndef RECONCILIATION_VERBS_WATCH_H
#define RECONCILIATION_VERBS_WATCH_H

#include "service.h"

int verb_watch(const struct service *, int argc, char **argv);

#endif
