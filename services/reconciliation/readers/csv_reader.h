/*
 * csv_reader: exports of banks and settlement files of providers, as their profile (csv_profile.h) says. The profile is the one whose header the file has:
 * the settings' own before those that come with Dunlin, of several the one with the most cells.
 *
 * 1. Rows above the header, repeated headers and what stands behind an end word are passed over.
 * 2. Where rows say a balance, each must be the one before it and the row's amount, in the one order or the other; then they are opening and closing. Without
 *    a column of balances nothing proves that the file is whole: it is quarantined, unless a person said what the account holds.
 * 3. A settlement's items inform: amount is the net, charges are the fees, original is the gross; where all are told gross less fees must be net.
 */
#ifndef RECONCILIATION_CSV_READER_H
#define RECONCILIATION_CSV_READER_H

#include "csv_profile.h"
#include "readers.h"

extern const struct reader csv_reader;

#endif
