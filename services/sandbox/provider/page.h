/*
 * page: the provider's hosted checkout, where a payer pays, is declined or leaves.
 */
#ifndef SANDBOX_PAGE_H
#define SANDBOX_PAGE_H

#include "door.h"

extern const struct door checkout_doors[];

#endif
