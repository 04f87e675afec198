/*
 * statements: camt.053 documents made from a few words, and what the reader tells of them as text.
 */
#ifndef DUNLIN_TESTS_STATEMENTS_H
#define DUNLIN_TESTS_STATEMENTS_H

#include "../unit.h"
#include "readers/readers.h"

/* Reads a document in pieces of `piece` bytes (0: at once) and prints what was told, one line each. A statement's gate is printed with it. */
struct span statement_told(struct arena *, struct span document, size_t piece);

/* "<Document …><BkToCstmrStmt>" + the statements + ends. */
struct span statement_document(struct arena *, const char *statements);
/* A statement of account DE02120300000000202051 in EUR from 100.00 to `closing`, with these entries. */
const char *statement_of(struct arena *, const char *closing, const char *entries);
/* "<Ntry>" with amount, sign, BOOK, 2026-03-02 and what else is given. */
const char *statement_entry(struct arena *, const char *amount, const char *indicator, const char *rest);

#endif
