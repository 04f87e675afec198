/*
 * nacha: files of the ACH network as they come back: returns, dishonoured and contested ones, notifications of change. They inform: the money that they speak
 * of is booked on the bank's statement.
 *
 * 1. Records have 94 characters: one a line (cut or padded, in UTF-8 perhaps more bytes), or one behind the other without any line end.
 * 2. An entry with addenda 99 is a return; codes R61-R70 dishonour one and R71-R77 contest that, each with fields of its own at other places. One with addenda 98
 *    corrects bank data and moves no money. Any other is an entry that went out.
 * 3. The amount is as the originator's account sees it: a returned debit takes money away, a dishonoured return of it gives it back, a contested one takes it
 *    again.
 * 4. original_ref is the trace number of the entry that came back: with the originating bank, its first eight digits, it is what a return is matched by.
 * 5. A batch is a statement; its control record must say what its entries sum to, the file's what its batches do. Advice (ADV) has wider amounts.
 */
#ifndef RECONCILIATION_NACHA_H
#define RECONCILIATION_NACHA_H

#include "readers.h"

extern const struct reader nacha_reader;

#endif
