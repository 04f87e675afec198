#include "mt940_state.h"

/* Business transaction codes (three digits, of the German banks' formats, DFÜ agreement annex 3) and SWIFT's types, as ISO 20022 says them. A credit is what the
 * account's owner receives. */
static const struct code {
	const char *code, *came, *went;
} codes[] = {
	{ "104", "PMNT/IDDT/BBDD", "PMNT/RDDT/BBDD" },
	{ "105", "PMNT/IDDT/ESDD", "PMNT/RDDT/ESDD" },
	{ "108", "PMNT/RDDT/UPDD", "PMNT/IDDT/UPDD" },
	{ "109", "PMNT/RDDT/UPDD", "PMNT/IDDT/UPDD" },
	{ "116", "PMNT/RCDT/ESCT", "PMNT/ICDT/ESCT" },
	{ "117", "PMNT/RCDT/ESCT", "PMNT/ICDT/STDO" },
	{ "118", "PMNT/RRCT/ESCT", "PMNT/IRCT/ESCT" },
	{ "152", "PMNT/RCDT/STDO", "PMNT/ICDT/STDO" },
	{ "153", "PMNT/RCDT/SALA", "PMNT/ICDT/SALA" },
	{ "159", "PMNT/ICDT/RRTN", "PMNT/RCDT/RRTN" },
	{ "166", "PMNT/RCDT/ESCT", "PMNT/ICDT/ESCT" },
	{ "167", "PMNT/RCDT/ESCT", "PMNT/ICDT/ESCT" },
	{ "168", "PMNT/RRCT/ESCT", "PMNT/IRCT/ESCT" },
	{ "169", "PMNT/RCDT/ESCT", "PMNT/ICDT/ESCT" },
	{ "171", "PMNT/IDDT/ESDD", "PMNT/RDDT/ESDD" },
	{ "174", "PMNT/IDDT/BBDD", "PMNT/RDDT/BBDD" },
	{ "177", "PMNT/RCDT/ESCT", "PMNT/ICDT/ESCT" },
	{ "181", "PMNT/RDDT/UPDD", "PMNT/IDDT/UPDD" },
	{ "184", "PMNT/RDDT/UPDD", "PMNT/IDDT/UPDD" },
	{ "191", "PMNT/RCDT/ESCT", "PMNT/ICDT/ESCT" },
	{ "192", "PMNT/IDDT/ESDD", "PMNT/RDDT/ESDD" },
	{ "193", "PMNT/RDDT/PRDD", "PMNT/IDDT/PRDD" },
	{ "194", "PMNT/RCDT/ESCT", "PMNT/ICDT/ESCT" },
	{ "196", "PMNT/IDDT/BBDD", "PMNT/RDDT/BBDD" },
	{ "NTRF", "PMNT/RCDT/OTHR", "PMNT/ICDT/OTHR" },
	{ "NDDT", "PMNT/IDDT/OTHR", "PMNT/RDDT/OTHR" },
	{ "NRTI", "PMNT/ICDT/RRTN", "PMNT/RCDT/RRTN" },
	{ "NCHG", "ACMT/MDOP/CHRG", "ACMT/MDOP/CHRG" },
	{ "NCOM", "ACMT/MDOP/COMM", "ACMT/MDOP/COMM" },
	{ "NINT", "ACMT/MCOP/INTR", "ACMT/MDOP/INTR" },
	{ "NSTO", "PMNT/RCDT/STDO", "PMNT/ICDT/STDO" },
};

static struct span find(struct span code, bool came)
{
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (span_is(code, codes[i].code))
			return span_of(came ? codes[i].came : codes[i].went);
	return SPAN("");
}

struct span mt940_code(struct span business, struct span type, bool came)
{
	struct span found = find(business, came);
	return found.size ? found : find(type, came);
}
