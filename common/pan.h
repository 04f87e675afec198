/*
 * pan: payment card numbers in texts, so that none is logged or stored (PCI DSS: this system never handles them).
 *
 * A card number is a run of digits with an issuer's prefix, that issuer's length and a right check digit (Luhn, ISO/IEC 7812-1 annex B),
 * written at a stretch or in the groups that are printed on cards, with no letter or digit beside it: IBANs and RF references are none.
 */
#ifndef DUNLIN_PAN_H
#define DUNLIN_PAN_H

#include "span.h"

/* The first card number of the text: where it starts and how many bytes it takes, blanks between groups included. */
bool pan_find(struct span, size_t *at, size_t *size);

bool pan_is_in(struct span);

#endif
