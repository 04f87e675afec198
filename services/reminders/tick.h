/*
 * tick: what falls due of itself: notices to revise, holds that expire, tries that never came back, customers to look at.
 */
#ifndef REMINDERS_TICK_H
#define REMINDERS_TICK_H

#include "service.h"

extern const struct duty reminders_duties[];

#endif
