/*
 * smtp: takes mail (RFC 5321) with STARTTLS (RFC 3207) for any recipient; any user and password will do (RFC 4954).
 */
#ifndef SANDBOX_SMTP_H
#define SANDBOX_SMTP_H

#include "world.h"

/* Makes a certificate, writes it to the setting ca_file, and listens; world->smtp_url says where. */
enum err smtp_listen(struct world *, const char *address, struct why *) MUST_CHECK;
void smtp_close(void);

/* The certificate, PEM. */
struct span smtp_certificate(void);

#endif
