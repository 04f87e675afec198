#include "settlement.h"

#include "csv_profile.h"

static const char *kind_of(struct span code)
{
	for (const char *const *k = csv_kinds; *k; k++)
		if (span_is(code, *k))
			return *k;
	return "other";
}

struct settlement settlement_of(const struct reading_line *l)
{
	struct settlement s = {
		.kind = kind_of(l->code),
		.type = l->bank_code,
		.created = l->booking,
		.available = l->value,
		.net = l->amount,
		.gross = l->amount,
		.fee = { 0, l->amount.currency },
		.has_charged = l->has_original,
		.charged = l->original,
		.item = l->own_id,
		.payment = l->transaction_ref,
		.payout = l->batch_ref,
		.reference = l->end_to_end,
		.original = l->original_ref,
	};
	/* A reader has summed these before it told the line. */
	for (int i = 0; i < l->charge_count; i++)
		s.fee.minor += l->charges[i].included ? l->charges[i].amount.minor : 0;
	s.gross.minor += s.fee.minor;
	return s;
}
