/*
 * payment_qr: the contents of the QR codes that payers scan from an invoice, where a bank hands them on as remittance text: EPC069-12 (SEPA credit transfer,
 * version 2.1 and 3.0) and the Swiss QR-bill (SIX, version 2.x). Read whole and strictly, or not at all.
 */
#ifndef RECONCILIATION_PAYMENT_QR_H
#define RECONCILIATION_PAYMENT_QR_H

#include "span.h"

enum { PAYMENT_QR_EPC_MOST = 331, PAYMENT_QR_SWISS_MOST = 997 };

struct payment_qr {
	struct span iban, name; /* of the creditor */
	struct span amount;     /* "12.30" with its currency before ("EUR12.30") or apart; may be empty */
	struct span reference;  /* structured; empty where there is none */
	struct span text;       /* unstructured; an EPC code has one of the two at most */
};

/* False unless the contents are one of the two. Lines end with LF or CRLF. Spans point into the contents. */
bool payment_qr_read(struct span contents, struct payment_qr *);

#endif
