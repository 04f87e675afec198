/*
 * bai2_codes: type codes of the Cash Management Balance Reporting Specifications, Version 2: which way money went, and what came back.
 */
#ifndef RECONCILIATION_BAI2_CODES_H
#define RECONCILIATION_BAI2_CODES_H

#include "span.h"

struct bai2_code {
	int code;
	const char *iso;  /* as ISO 20022 would say it, PMNT/RCDT/ESCT */
	const char *name; /* for people */
	bool reversal;    /* it takes an earlier booking back */
};

enum bai2_way {
	BAI2_STATUS,  /* a balance or a total of the account: no line */
	BAI2_CREDIT,
	BAI2_DEBIT,
	BAI2_NOTHING, /* information without money */
	BAI2_UNKNOWN  /* the bank's own, or a loan's: the standard does not say which way */
};

/* By range: 1-99 status, 100-399 credits, 400-699 debits, 890 no money, 900-919 status, 920-959 credits and 960-999 debits of the bank's own. */
enum bai2_way bai2_way(int code);
const struct bai2_code *bai2_code_find(int code); /* NULL: none of the table; the range alone says what it is */
const struct bai2_code *bai2_codes(size_t *n);

#endif
