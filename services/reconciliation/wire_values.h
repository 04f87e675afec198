/*
 * wire_values: the contract's values as ours, checked, and ours as the contract's. For wire_*.c alone.
 */
#ifndef RECONCILIATION_WIRE_VALUES_H
#define RECONCILIATION_WIRE_VALUES_H

#include "dunlin/type/v1/type.pb-c.h"
#include "message.h"
#include "money.h"
#include "protobuf.h"

/* Merchant and customer of the payload, which must be those of the Kafka key. */
enum err wire_whose(const struct message *, const char *merchant_id, const char *customer_ref, struct span *merchant, struct span *customer,
	struct why *) MUST_CHECK;
enum err wire_uuid(ProtobufCBinaryData, const char *field, struct uuid *, struct why *) MUST_CHECK;
/* The same where it may be empty: zero. */
enum err wire_may_uuid(ProtobufCBinaryData, const char *field, struct uuid *, struct why *) MUST_CHECK;
enum err wire_currency(const char *, const char *field, struct currency *, struct why *) MUST_CHECK;
enum err wire_money(const Dunlin__Type__V1__Money *, const char *field, struct money *, struct why *) MUST_CHECK;
/* An amount that must be in that currency; unset is 0. */
enum err wire_minor(const Dunlin__Type__V1__Money *, struct currency, const char *field, int64_t *, struct why *) MUST_CHECK;
enum err wire_date(const Dunlin__Type__V1__Date *, const char *field, struct date *, struct why *) MUST_CHECK;
enum err wire_text(const char *, const char *field, size_t least, size_t most, struct span *, struct why *) MUST_CHECK;

Dunlin__Type__V1__Money *wire_print_money(struct arena *, struct currency, int64_t minor);
Dunlin__Type__V1__Date *wire_print_date(struct arena *, struct date);
char *wire_print_text(struct arena *, struct span);
/* Zero is the empty id. */
ProtobufCBinaryData wire_print_uuid(struct arena *, struct uuid);

#endif
