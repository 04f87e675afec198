/*
 * camt_map: which elements of a statement mean something to us, as a tree made of one table of paths.
 */
#ifndef RECONCILIATION_CAMT_MAP_H
#define RECONCILIATION_CAMT_MAP_H

#include <stddef.h>
#include <stdint.h>

#include "reading.h"

/* Texts of an entry or of one of its details, kept once (the first holds). */
enum camt_text {
	CAMT_END_TO_END,
	CAMT_BANK_REF,
	CAMT_TRANSACTION,
	CAMT_MANDATE,
	CAMT_BATCH,
	CAMT_DEBTOR,
	CAMT_CREDITOR,
	CAMT_DEBTOR_ACCOUNT,
	CAMT_CREDITOR_ACCOUNT,
	CAMT_DEBTOR_ULTIMATE,
	CAMT_CREDITOR_ULTIMATE,
	CAMT_DEBTOR_BANK,
	CAMT_CREDITOR_BANK,
	CAMT_DEBTOR_ID,
	CAMT_CREDITOR_ID,
	CAMT_RATE,
	CAMT_DOMAIN,
	CAMT_FAMILY,
	CAMT_SUBFAMILY,
	CAMT_OWN_CODE,
	CAMT_RETURN,
	CAMT_RETURN_TEXT,
	CAMT_TEXTS
};

/* What an element is. Those up to CAMT_GROUPS have no text of their own. */
enum camt_field {
	CAMT_STEP, /* on the way to something */
	CAMT_STATEMENT_ELEMENT,
	CAMT_BALANCE_ELEMENT,
	CAMT_ENTRY_ELEMENT,
	CAMT_DETAIL_ELEMENT,
	CAMT_CHARGES_ELEMENT,
	CAMT_CHARGE_ELEMENT,
	CAMT_GROUPS = CAMT_CHARGE_ELEMENT,
	CAMT_STATEMENT_ID,
	CAMT_CREATED,
	CAMT_SEQUENCE,
	CAMT_FROM,
	CAMT_TO,
	CAMT_ACCOUNT,
	CAMT_ACCOUNT_CURRENCY,
	CAMT_BALANCE_TYPE,
	CAMT_BALANCE_AMOUNT,
	CAMT_BALANCE_INDICATOR,
	CAMT_BALANCE_DATE,
	CAMT_AMOUNT,
	CAMT_INDICATOR,
	CAMT_REVERSAL,
	CAMT_STATUS,
	CAMT_BOOKING,
	CAMT_VALUE,
	CAMT_DETAIL_AMOUNT,
	CAMT_DETAIL_TRANSACTED,
	CAMT_DETAIL_INSTRUCTED,
	CAMT_DETAIL_INDICATOR,
	CAMT_CHARGE_TOTAL,
	CAMT_CHARGE_AMOUNT,
	CAMT_CHARGE_INDICATOR,
	CAMT_CHARGE_INCLUDED,
	CAMT_CHARGE_KIND,
	CAMT_CHARGE_BEARER,
	CAMT_REFERENCE,
	CAMT_FREE_TEXT,
	CAMT_TEXT_OF, /* + enum camt_text */
	CAMT_FIELDS = CAMT_TEXT_OF + CAMT_TEXTS
};

/* The messages that are read. Only a statement posts. */
struct camt_message {
	const char *name, *element, *group;
	enum reading_kind kind;
};
enum { CAMT_MESSAGES = 3 };
extern const struct camt_message camt_messages[CAMT_MESSAGES];

enum { CAMT_NODES = 250 };

struct camt_node {
	const char *name;
	size_t size;
	uint8_t child, sibling; /* 0 is none; node 0 is the message itself */
	uint8_t field;          /* enum camt_field */
};

/* Fills nodes[0 .. CAMT_NODES). */
void camt_map_build(struct camt_node *nodes);

/* The child of that name; 0 when it means nothing to us. */
int camt_map_child(const struct camt_node *nodes, int parent, const char *name, size_t size);

#endif
