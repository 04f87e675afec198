/*
 * mt940: SWIFT's customer statement (MT940) and interim report (MT942) as a stream, with the dialects of the banks.
 *
 * Rules, with what they come from:
 * 1. Sign: C and RD bring money, D and RC take it (a reversal of a credit takes). EC and ED are expected, and inform. The letter after the mark is the third of
 *    the currency: CR is a credit in EUR, no reversal.
 * 2. The entry date has no year: it is of the year that brings it nearest to the value date; one that is no date is as none. A value date on 30 February
 *    (banks that count 30/360) is the month's last day, and kept as written. Years 80 to 99 are of the last century.
 * 3. A field begins where a line begins with one of the format's tags; any other line is the text of the field before it. Inside a text a time of day is none.
 * 4. :86: belongs to the :61: before it, however often; after :62: it is of the statement.
 * 5. Each page (60M, 62M) is a statement of its own: it closes by itself.
 * 6. Texts: 166?00… with any separator and SEPA's tags inside; /EREF/…; or lines as they are. A piece that fills its 27 characters goes on in the next one, a
 *    shorter one ends a word.
 * 7. What is MT942 (34F, 13, 13D, 90, or its header) informs.
 */
#ifndef RECONCILIATION_MT940_H
#define RECONCILIATION_MT940_H

#include "readers.h"

extern const struct reader mt940_reader;

#endif
