#include "party.h"

void account_apply(struct account *a, const struct account *told)
{
	int64_t revision = told->defined_revision + told->cover_revision;

	if (revision > a->defined_revision && revision > a->cover_revision) {
		a->currency = told->currency;
		a->collecting = told->collecting;
	}
	if (told->defined_revision > a->defined_revision) {
		a->defined_revision = told->defined_revision;
		a->closed = told->closed;
	}
	if (told->cover_revision > a->cover_revision)
		a->cover_revision = told->cover_revision;
}

void account_cover(struct account *a, int64_t revision, bool has_cover, struct date covered_to)
{
	if (revision <= a->counted_revision)
		return;
	a->counted_revision = revision;
	a->has_cover = has_cover;
	a->covered_to = covered_to;
}

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
