/*
 * camt053: bank-to-customer statements of ISO 20022, camt.053.001.02 and later, as a stream.
 *
 * Any namespace prefix, or none. A document type declaration ends the reading before an entity is declared. Elements of other
 * namespaces and those not asked for are passed over. Memory does not grow with the file.
 *
 * Rules, with the message definition report or the practice that they come from:
 * 1. The entry's CdtDbtInd is the sign; RvslInd doesn't turn it (MDR: an entry DBIT with RvslInd takes back a credit).
 * 2. The entry's amount is money; its details share it out. What they leave is a line of its own, marked `rest`.
 * 3. A detail's amount is Amt, else AmtDtls/TxAmt, else (among several details) AmtDtls/InstdAmt in the entry's currency; 0 is none.
 *    Details without amount lend their references to the rest.
 * 4. Only entries with status BOOK (or none) count; PDNG, FUTR and INFO are passed over.
 * 5. Opening is OPBD, else PRCD, else the first ITBD; closing is CLBD, else the last ITBD.
 * 6. A date is the one written; no zone moves it.
 */
#ifndef RECONCILIATION_CAMT053_H
#define RECONCILIATION_CAMT053_H

#include "reading.h"

struct camt053;

/* The sink must outlive it. */
struct camt053 *camt053_open(const struct reading_sink *);

/* The next bytes of the file; `last` with the final ones (which may be none). ERR_INVALID: a rule of the file is broken, why.code is its word, and
 * camt053_violation says where. Any other error is the sink's own. Nothing may be fed after an error. */
enum err camt053_feed(struct camt053 *, struct span bytes, bool last, struct why *) MUST_CHECK;

const struct violation *camt053_violation(const struct camt053 *);
int camt053_version(const struct camt053 *); /* 2 … of camt.053.001.NN; 0 when the document has no namespace */
int camt053_statements(const struct camt053 *); /* complete ones so far */
void camt053_close(struct camt053 *); /* NULL is allowed */

#endif
