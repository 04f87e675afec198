/*
 * http_upload: statement files in parts, for those that are larger than a body may be. An upload is opened with the size and the SHA-256 of the whole, its
 * parts come in any order, by any connection and as often as need be, and it is completed; then the role bulk reads it like any other file.
 */
#ifndef RECONCILIATION_HTTP_UPLOAD_H
#define RECONCILIATION_HTTP_UPLOAD_H

#include "httpd.h"

enum { UPLOAD_PART_MOST = 4 << 20 };

/* Opened by name, size and sha256; part_size may be left out. The same bytes once more are the same upload, while it is not closed. */
enum err upload_accept(struct request *, struct db *, struct response *, struct why *) MUST_CHECK;
/* The body is the part at ?offset=. The same once more changes nothing; other bytes there are ERR_CONFLICT. */
enum err upload_part_accept(struct request *, struct db *, struct response *, struct why *) MUST_CHECK;
/* Asked again, they say what became of it. Parts that are missing: ERR_CONFLICT. */
enum err upload_complete_accept(struct request *, struct db *, struct response *, struct why *) MUST_CHECK;
enum err upload_preview_accept(struct request *, struct db *, struct response *, struct why *) MUST_CHECK;
enum err upload_cancel_accept(struct request *, struct db *, struct response *, struct why *) MUST_CHECK;

enum err show_uploads(struct request *, struct db *, struct response *, struct why *) MUST_CHECK;
enum err show_upload(struct request *, struct db *, struct response *, struct why *) MUST_CHECK;
enum err show_upload_preview(struct request *, struct db *, struct response *, struct why *) MUST_CHECK;

#endif
