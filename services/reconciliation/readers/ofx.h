/*
 * ofx: statements of Open Financial Exchange, 1.x and 2.x (QFX is OFX with a field more), as a stream.
 *
 * 1. Statements of bank accounts (STMTRS) and cards (CCSTMTRS) count; those of investments, and lists of accounts, are passed over.
 * 2. A date is its first eight digits, the local day as written; no zone moves it.
 * 3. TRNAMT is the sign, TRNTYPE is not. A mark before exactly three digits may be decimals or thousands: that is refused.
 * 4. LEDGERBAL is the closing balance. The format has no opening one: it is what the lines leave of the closing, and the chain of statements vouches for it.
 *    A balance without decimal mark among lines that have one may be cents, and one from before the last line is not of these lines: both are quarantined.
 * 5. FITID is kept and is no part of a line's identity: banks reuse it, change it and leave it out.
 * 6. Texts are in the account's set, where a person said one; else in UTF-8 where they are that, else in the set that the header names. Headers are copied
 *    from bank to bank: that a text is UTF-8 says more. A set that is not read is named (RULE_CHARSET), and the statement quarantined.
 * 7. What the bank corrects (CORRECTFITID) is quarantined: a person decides. HOLD and pending lists inform.
 */
#ifndef RECONCILIATION_OFX_H
#define RECONCILIATION_OFX_H

#include "readers.h"

extern const struct reader ofx_reader;

#endif
