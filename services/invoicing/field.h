/*
 * field: whether a value that came from outside can stand where it is meant to. Each check names the field and the bound; none
 * repeats the value, which may be personal.
 */
#ifndef INVOICING_FIELD_H
#define INVOICING_FIELD_H

#include "date.h"
#include "money.h"
#include "span.h"

/* One line of UTF-8 text, least..most bytes: no controls. A payment card number in it is refused. */
enum err field_text(struct span, const char *field, size_t least, size_t most, struct why *) MUST_CHECK;

/* Printable ASCII, blanks allowed inside only: the publisher's own keys. */
enum err field_key(struct span, const char *field, size_t least, size_t most, struct why *) MUST_CHECK;

/* A merchant's id: 1 to 32 of [A-Za-z0-9._-]. */
enum err field_merchant(struct span, struct why *) MUST_CHECK;

/* A customer's reference: 1 to 64 printable ASCII characters, no blank, '@' or ':'. */
enum err field_customer(struct span, struct why *) MUST_CHECK;

/* A day that a person could mean: 2000-01-01 to 2100-12-31. */
enum err field_date(struct date, const char *field, struct why *) MUST_CHECK;
enum err field_instant(struct instant, const char *field, struct why *) MUST_CHECK;

enum err field_number(int64_t, const char *field, int64_t least, int64_t most, struct why *) MUST_CHECK;

/* least..most as whole numbers. */
enum err field_decimal(struct decimal, const char *field, int64_t least, int64_t most, struct why *) MUST_CHECK;

/* The same number with as few digits after the point as it needs: 19.00 is 19. */
struct decimal field_plain(struct decimal);

/* Lists of texts are kept as one text, an item a line: cuts the next one off. False when there is none left. */
bool field_next(struct span *rest, struct span *item);

#endif
