/*
 * route: which route a request's target names, and what stands in it. Pure.
 *
 * A path is matched segment by segment after percent-decoding; "{name}" takes a whole segment that is not empty. An escaped slash is
 * refused, so that the decoded path has the same segments. Nothing is normalised: "/v1//x", "/v1/./x" and "/v1/x/" are other paths
 * than "/v1/x".
 */
#ifndef DUNLIN_ROUTE_H
#define DUNLIN_ROUTE_H

#include "httpd.h"

enum { ROUTE_SEGMENTS = 16, ROUTE_QUERY = 32 };

/* Fills route, path, params and query of a request whose method and arena are set. HEAD finds GET routes. ERR_NOT_FOUND: no such path.
 * ERR_REFUSED: another method is needed, *allow lists those that there are. ERR_INVALID: the target holds bytes that are not UTF-8
 * text, an escaped slash, more than 16 segments or 32 query fields, or a field twice. */
enum err route_find(const struct route *, struct span target, struct request *, const char **allow, struct why *) MUST_CHECK;

/* Percent-decodes; `plus` stands for a blank in query strings. ERR_INVALID for what is not UTF-8 text then. */
enum err route_decode(struct arena *, struct span raw, bool plus, struct span *text) MUST_CHECK;

#endif
