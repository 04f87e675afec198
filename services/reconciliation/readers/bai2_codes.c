#include "bai2_codes.h"

// clang-format off
static const struct bai2_code codes[] = {
	{ 108, "", "credit of any type", false },
	{ 115, "PMNT/RCHQ/CQRV", "lockbox deposit", false },
	{ 116, "PMNT/RCHQ/CQRV", "item in lockbox deposit", false },
	{ 118, "PMNT/RCHQ/ADJT", "lockbox adjustment credit", false },
	{ 121, "PMNT/RCDT/OTHR", "EDI transaction credit", false },
	{ 123, "PMNT/ICDT/RRTN", "EDIBANX credit return", false },
	{ 135, "PMNT/RCDT/ACDT", "DTC concentration credit", false },
	{ 142, "PMNT/RCDT/ACDT", "ACH credit received", false },
	{ 143, "PMNT/RCDT/ACDT", "item in ACH deposit", false },
	{ 145, "PMNT/RCDT/ACDT", "ACH concentration credit", false },
	{ 147, "PMNT/MCRD/POSP", "bank card deposit", false },
	{ 155, "PMNT/IDDT/ACDT", "preauthorised draft credit", false },
	{ 164, "PMNT/RCDT/ACDT", "corporate trade payment credit", false },
	{ 165, "PMNT/RCDT/ACDT", "preauthorised ACH credit", false },
	{ 166, "PMNT/IDDT/ACDT", "ACH settlement", false },
	{ 168, "PMNT/IDDT/OTHR", "ACH return item or adjustment settlement", false },
	{ 169, "PMNT/RCDT/OTHR", "miscellaneous ACH credit", false },
	{ 172, "PMNT/CNTR/ADJT", "deposit correction", false },
	{ 174, "PMNT/CNTR/CDPT", "other deposit", false },
	{ 175, "PMNT/RCHQ/CQRV", "cheque deposit package", false },
	{ 176, "PMNT/RCHQ/CQRV", "re-presented cheque deposit", false },
	{ 191, "PMNT/RCDT/BOOK", "incoming internal money transfer", false },
	{ 195, "PMNT/RCDT/DMCT", "incoming money transfer", false },
	{ 196, "PMNT/RCDT/ADJT", "money transfer adjustment", false },
	{ 201, "PMNT/RCDT/AUTT", "automatic transfer credit", false },
	{ 206, "PMNT/RCDT/BOOK", "book transfer credit", false },
	{ 208, "PMNT/RCDT/XBCT", "international money transfer credit", false },
	{ 212, "TRAD/DOCC/STLR", "foreign letter of credit", false },
	{ 213, "TRAD/DOCC/STLR", "letter of credit", false },
	{ 214, "FORX/SPOT/OTHR", "foreign exchange credit", false },
	{ 216, "PMNT/RCDT/XBCT", "foreign remittance credit", false },
	{ 218, "TRAD/CLNC/OTHR", "foreign collection credit", false },
	{ 227, "PMNT/RCDT/STDO", "standing order", false },
	{ 229, "PMNT/RCDT/XBCT", "miscellaneous international credit", false },
	{ 252, "PMNT/MDOP/OTHR", "debit reversal", true },
	{ 254, "PMNT/MCOP/ADJT", "posting error correction credit", false },
	{ 255, "PMNT/ICHQ/UPCQ", "cheque posted and returned", false },
	{ 257, "PMNT/ICDT/RRTN", "ACH return item", false },
	{ 258, "PMNT/ICDT/RPCR", "ACH reversal credit", true },
	{ 261, "PMNT/ICDT/RRTN", "rejected credit", false },
	{ 266, "PMNT/MCOP/ADJT", "return item adjustment", false },
	{ 275, "CAMT/CAPL/ZABA", "ZBA credit", false },
	{ 277, "CAMT/CAPL/ZABA", "ZBA credit transfer", false },
	{ 295, "PMNT/CNTR/CDPT", "ATM credit", false },
	{ 301, "PMNT/CNTR/CDPT", "commercial deposit", false },
	{ 354, "ACMT/MCOP/INTR", "interest credit", false },
	{ 357, "ACMT/MCOP/ADJT", "credit adjustment", false },
	{ 366, "PMNT/CNTR/CDPT", "currency deposit", false },
	{ 395, "PMNT/ICHQ/OTHR", "cheque reversal", true },
	{ 398, "ACMT/MCOP/CHRG", "miscellaneous fee refund", false },
	{ 399, "PMNT/MCOP/OTHR", "miscellaneous credit", false },
	{ 409, "", "debit of any type", false },
	{ 415, "PMNT/ICHQ/OTHR", "lockbox debit", false },
	{ 421, "PMNT/ICDT/OTHR", "EDI transaction debit", false },
	{ 423, "PMNT/IDDT/UPDD", "EDIBANX return item debit", false },
	{ 445, "PMNT/RDDT/ACDT", "ACH concentration debit", false },
	{ 451, "PMNT/RDDT/PMDD", "ACH debit received", false },
	{ 455, "PMNT/RDDT/PMDD", "preauthorised ACH debit", false },
	{ 464, "PMNT/ICDT/OTHR", "corporate trade payment debit", false },
	{ 466, "PMNT/ICDT/OTHR", "ACH settlement", false },
	{ 468, "PMNT/IDDT/OTHR", "ACH return item or adjustment settlement", false },
	{ 469, "PMNT/RDDT/OTHR", "miscellaneous ACH debit", false },
	{ 475, "PMNT/ICHQ/CCHQ", "cheque paid", false },
	{ 477, "PMNT/MDOP/OTHR", "bank originated debit", false },
	{ 481, "LDAS/CSLN/PPAY", "loan payment", false },
	{ 491, "PMNT/ICDT/BOOK", "outgoing internal money transfer", false },
	{ 495, "PMNT/ICDT/DMCT", "outgoing money transfer", false },
	{ 496, "PMNT/ICDT/ADJT", "money transfer adjustment", false },
	{ 501, "PMNT/ICDT/AUTT", "automatic transfer debit", false },
	{ 506, "PMNT/ICDT/BOOK", "book transfer debit", false },
	{ 508, "PMNT/ICDT/XBCT", "international money transfer debit", false },
	{ 512, "TRAD/DOCC/STLR", "letter of credit debit", false },
	{ 514, "FORX/SPOT/OTHR", "foreign exchange debit", false },
	{ 516, "PMNT/ICDT/XBCT", "foreign remittance debit", false },
	{ 527, "PMNT/ICDT/STDO", "standing order", false },
	{ 552, "PMNT/MCOP/OTHR", "credit reversal", true },
	{ 554, "PMNT/MDOP/ADJT", "posting error correction debit", false },
	{ 555, "PMNT/RCHQ/UPCQ", "deposited item returned", false },
	{ 557, "PMNT/IDDT/UPDD", "ACH return item", false },
	{ 558, "PMNT/RCDT/RPCR", "ACH reversal debit", true },
	{ 561, "PMNT/IDDT/UPDD", "rejected debit", false },
	{ 564, "ACMT/MDOP/CHRG", "overdraft fee", false },
	{ 567, "ACMT/MDOP/CHRG", "return item fee", false },
	{ 575, "CAMT/CAPL/ZABA", "ZBA debit", false },
	{ 577, "CAMT/CAPL/ZABA", "ZBA debit transfer", false },
	{ 595, "PMNT/CNTR/CWDL", "ATM debit", false },
	{ 654, "ACMT/MDOP/INTR", "interest debit", false },
	{ 661, "ACMT/MDOP/CHRG", "account analysis fee", false },
	{ 698, "ACMT/MDOP/CHRG", "miscellaneous fees", false },
	{ 699, "PMNT/MDOP/OTHR", "miscellaneous debit", false },
};
// clang-format on

enum { CODES = sizeof(codes) / sizeof(codes[0]) };

enum bai2_way bai2_way(int code)
{
	if (code < 1 || code > 999)
		return BAI2_UNKNOWN;
	if (code < 100 || (code >= 900 && code < 920))
		return BAI2_STATUS;
	if (code < 400 || (code >= 920 && code < 960))
		return BAI2_CREDIT;
	if (code < 700 || code >= 960)
		return BAI2_DEBIT;
	return code == 890 ? BAI2_NOTHING : BAI2_UNKNOWN;
}

const struct bai2_code *bai2_codes(size_t *n)
{
	*n = CODES;
	return codes;
}

const struct bai2_code *bai2_code_find(int code)
{
	for (size_t i = 0; i < CODES; i++)
		if (codes[i].code == code)
			return &codes[i];
	return NULL;
}
