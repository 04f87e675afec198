/*
 * payer_name: whether two names are of the same payer, as far as names can say: banks cut them, write them in capitals, without accents, in another order,
 * and people leave out legal forms.
 */
#ifndef RECONCILIATION_PAYER_NAME_H
#define RECONCILIATION_PAYER_NAME_H

#include "span.h"

enum name_likeness { NAME_UNKNOWN, NAME_ALIKE, NAME_OTHER };

/* The same whichever of the two is named first. Alike when more than half of the shorter name's words are in the other, but for an accent, a double letter, one slip, or the end. Unknown when one of the two has
 * no word that tells anything: letters alone, a title, a legal form. */
enum name_likeness name_compare(struct span one, struct span other);

/* The words that tell, folded, with a blank between; empty when there are none. */
struct span name_fold(struct arena *, struct span);

#endif
