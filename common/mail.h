/*
 * mail: one e-mail as text, ready for SMTP: headers of RFC 5322, a body of RFC 2045/2046 with plain text and HTML as alternatives.
 *
 * Everything is given, nothing is read: the same mail gives the same bytes. UTF-8 in, ASCII out: headers by RFC 2047, bodies
 * quoted-printable. Lines end in CRLF and have at most 76 characters, but for a header whose single word is longer (RFC 5322 §2.1.1: 998).
 * Bcc, attachments and address groups are none of its business; dots at line starts are the transport's.
 */
#ifndef DUNLIN_MAIL_H
#define DUNLIN_MAIL_H

#include "date.h"
#include "span.h"

struct mail {
	struct span from_name, from;  /* the name may be empty */
	struct span to_name, to;
	struct span reply_to;         /* an address, or empty */
	struct span subject;
	struct span message_id;       /* "local@domain", the same for each try of one mail */
	struct instant date;
	struct span text, html;       /* UTF-8; html may be empty */
};

/* The message. Auto-Submitted: auto-generated (RFC 3834 §5) is always there. ERR_INVALID, with the field: an address that is not one (code
 * address_invalid), a control character in a header (header_invalid), text that is not UTF-8 (text_invalid). */
enum err mail_print(struct arena *, const struct mail *, struct span *, struct why *) MUST_CHECK;

/* "local@domain" as SMTP takes it without SMTPUTF8: a dot-atom of at most 64 bytes, a domain of letters, digits, hyphens and dots, at most
 * 254 bytes together (RFC 5321 §4.5.3.1). Quoted local parts and domain literals are refused. */
bool mail_is_address(struct span);

#endif
