/*
 * jail: what a daemon gives up for good once it has begun, so that whoever takes it over from outside gets little: seccomp kills it when it starts a
 * program or looks into another process, Landlock keeps it from writing, making, removing and executing files.
 *
 * A daemon reads files (certificates, tzdata, /etc for names) and writes none. It is at best: a kernel without one or the other is said in the log.
 */
#ifndef DUNLIN_JAIL_H
#define DUNLIN_JAIL_H

/* For the calling thread and all that it begins from now on, librdkafka's and libcurl's too; before any other thread. */
void jail_enter(void);

#endif
