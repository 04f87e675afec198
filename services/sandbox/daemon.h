/*
 * daemon: the sandbox running.
 */
#ifndef SANDBOX_DAEMON_H
#define SANDBOX_DAEMON_H

/* Until SIGTERM or SIGINT; the exit code. The settings are loaded. */
int daemon_run(void);

#endif
