/*
 * report: what the provider tells in a file of a payout: every balance transaction that it is made of, with gross, fee and net.
 */
#ifndef SANDBOX_REPORT_H
#define SANDBOX_REPORT_H

#include "door.h"

extern const struct door report_doors[];

#endif
