/*
 * bai2: balance reports of the Bank Administration Institute, version 2 (X9.121 calls it BTRS 2), as a stream.
 *
 * 1. A record ends with '/', or where its line ends; 88 goes on where the record before it stopped, be that in the middle of a list.
 * 2. The text of a 16 is the rest of the record: commas and slashes are part of it, the last slash is not. Two records may share a line, but none follows
 *    a text there.
 * 3. Amounts are minor units of the account's currency, else the group's, else US dollars. The type code says which way money went; details have no sign.
 * 4. 49, 98 and 99 must say what their records say: the sum of all amounts as written, and the number of records, those of 88 among them.
 * 5. Opening is the ledger balance 010, closing 015; where neither is told the available ones, 040 and 045. Where only the closing one is told, the opening
 *    is what the lines leave of it, and the bank's totals of credits (100) and debits (400) must be those of the lines.
 * 6. A group that says test (status 4) or deletion (2) is quarantined. Interim groups (modifier 1, 3) inform.
 * 7. The booking date is the group's as-of date whatever its time says; the value date is that of funds type V.
 */
#ifndef RECONCILIATION_BAI2_H
#define RECONCILIATION_BAI2_H

#include "readers.h"

extern const struct reader bai2_reader;

#endif
