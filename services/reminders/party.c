#include "party.h"

struct span merchant_iban(const struct merchant *m, struct currency currency)
{
	struct span rest = m->transfer_accounts, line, iban, code;

	while (rest.size > 0) {
		(void)span_cut(rest, '\n', &line, &rest);
		if (span_cut(line, ' ', &iban, &code) && (span_is(code, "-") || span_is(code, currency.code)))
			return iban;
	}
	return SPAN("");
}
