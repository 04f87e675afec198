/*
 * box: commands and facts as protobuf, as Kafka brings them.
 */
#ifndef DUNLIN_TESTS_INVOICING_BOX_H
#define DUNLIN_TESTS_INVOICING_BOX_H

#include "world.h"

#include "dunlin/billing/v1/billing.pb-c.h"
#include "protobuf.h"

typedef Dunlin__Billing__V1__AddCharge AddCharge;
typedef Dunlin__Type__V1__Money Money;
typedef Dunlin__Type__V1__Decimal Decimal;
typedef Dunlin__Type__V1__Date Date;

/* From dunlin.billing.v1, partition 3, offset 4711, source /shop. */
struct message *message(struct world *, const char *type, const char *key, const ProtobufCMessage *body);

Money eur(int64_t minor);
Decimal decimal(int64_t unscaled, uint32_t scale);

/* "nord", "c1", "x-1" and a text that is not ASCII. */
extern char merchant[], customer[], ref[], text[];

/* A charge in which nothing is wrong, with room for what it points to. */
struct charge_box {
	AddCharge m;
	Money amount;
	Decimal quantity, price, rate;
	Date from, to;
	const char *key;
};

void box_open(struct charge_box *);
enum err box_run(struct world *, struct charge_box *);

#endif
