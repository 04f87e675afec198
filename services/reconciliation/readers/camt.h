/*
 * camt: bank-to-customer messages of ISO 20022 as a stream: statements (camt.053.001.02 and later), and the reports and notifications
 * (camt.052, camt.054) that only inform.
 *
 * Any namespace prefix, or none. A document type declaration ends the reading before an entity is declared. Elements of other
 * namespaces and those not asked for are passed over. Memory does not grow with the file.
 *
 * Rules, with the message definition report or the practice that they come from:
 * 1. The entry's CdtDbtInd is the sign; RvslInd doesn't turn it (MDR: an entry DBIT with RvslInd takes back a credit).
 * 2. The entry's amount is money; its details share it out. What they leave is a line of its own, marked `rest`.
 * 3. A detail's amount is Amt, else AmtDtls/TxAmt, else (among several details) AmtDtls/InstdAmt in the entry's currency; 0 is none.
 *    Details without amount lend their references to the rest.
 * 4. Only entries with status BOOK (or none) count; PDNG, FUTR and INFO inform, as does all of camt.052 and camt.054.
 * 5. Opening is OPBD, else PRCD, else the first ITBD; closing is CLBD, else the last ITBD.
 * 6. Texts are in the encoding that the XML declaration names: those that XML has, or a set of single bytes (charset.h).
 * 7. A date is the one written; no zone moves it. What informs and has none is of the day when the message was made.
 */
#ifndef RECONCILIATION_CAMT_H
#define RECONCILIATION_CAMT_H

#include "readers.h"

extern const struct reader camt_reader;

#endif
