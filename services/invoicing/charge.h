/*
 * charge: one thing that a customer will be invoiced for. Its external_ref is unique in the merchant for ever: the same content again
 * changes nothing, another content is refused.
 */
#ifndef INVOICING_CHARGE_H
#define INVOICING_CHARGE_H

#include "customer.h"
#include "digest.h"
#include "line.h"

/* The numbers are those of dunlin.billing.v1.ChargeWhen. */
enum charge_when { CHARGE_BY_CUSTOMER, CHARGE_ON_REQUEST, CHARGE_AT_ONCE, CHARGE_ON_BILLING_DAY, CHARGE_WHENS };
extern const char *const charge_when_names[CHARGE_WHENS + 1];

enum charge_state { CHARGE_WAITING, CHARGE_INVOICED, CHARGE_CANCELLED, CHARGE_STATES };
extern const char *const charge_state_names[CHARGE_STATES + 1];

struct add_charge {
	struct span merchant, customer_ref, external_ref;
	struct instant business_time;
	struct span description, unit;
	bool has_amount, has_quantity, has_unit_price, has_currency;
	struct money amount;
	struct decimal quantity, unit_price;
	struct currency currency; /* of unit_price */
	struct tax tax;
	struct span reason;
	struct period period;
	enum charge_when when;
};

struct charge {
	struct span merchant, external_ref, customer_ref;
	struct uuid id;
	struct uuid invoice_id; /* the draft on which it waits, the invoice on which it stands, the draft from which it was cancelled */
	int position;           /* order on the draft */
	enum charge_state state;
	bool on_billing_day;
	struct line line;
	struct instant at; /* when it arose */
	struct digest content;
	struct span cancel_reason; /* why it will never be invoiced */
};

/* Throws away what waits, or one charge of it. */
struct cancel_draft {
	struct span merchant, customer_ref;
	struct span external_ref; /* empty: all */
	struct instant business_time;
	struct span reason;
};

/* What the command says in itself. Makes its decimals plain. */
enum err add_charge_check(struct add_charge *, struct why *) MUST_CHECK;
enum err cancel_draft_check(const struct cancel_draft *, struct why *) MUST_CHECK;

/* The line that it becomes: the net is computed here, once. Refused where its currency is not the customer's. */
enum err charge_line(const struct add_charge *, const struct customer *, struct line *, struct why *) MUST_CHECK;

/* When it will be invoiced. Refused where it waits for a billing day that the customer hasn't got. */
enum err charge_waits(const struct add_charge *, const struct customer *, enum charge_when *, struct why *) MUST_CHECK;

/* SHA-256 over what makes two charges the same: all but business_time. */
struct digest charge_content(struct arena *, const struct add_charge *, const struct line *);

#endif
