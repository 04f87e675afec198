/*
 * verbs_export: exports at the command line.
 */
#ifndef RECONCILIATION_VERBS_EXPORT_H
#define RECONCILIATION_VERBS_EXPORT_H

#include "service.h"

#define EXPORT_USAGE "export make MERCHANT TARGET WHO | export write MERCHANT TARGET NUMBER FOLDER"

int verb_export(const struct service *, int argc, char **argv);

#endif
