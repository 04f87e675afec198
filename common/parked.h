/*
 * parked: what was set aside, seen and dealt with by a person: parked list | show | retry | discard. Each retry and discard says who and why, and is audited.
 */
#ifndef DUNLIN_PARKED_H
#define DUNLIN_PARKED_H

struct service;

/* The verb. Returns the exit code. */
int parked_verb(const struct service *, int argc, char **argv);

#endif
