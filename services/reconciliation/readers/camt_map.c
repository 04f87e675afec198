#include "camt_map.h"

#include <string.h>

#include "err.h"

const struct camt_message camt_messages[CAMT_MESSAGES] = {
	{ "camt.053.001.", "BkToCstmrStmt", "Stmt", READING_STATEMENT },
	{ "camt.052.001.", "BkToCstmrAcctRpt", "Rpt", READING_INTERIM },
	{ "camt.054.001.", "BkToCstmrDbtCdtNtfctn", "Ntfctn", READING_NOTICE },
};

#define TEXT(t) (CAMT_TEXT_OF + (t))
#define ENTRY "Stmt/Ntry/"
#define DETAIL "Stmt/Ntry/NtryDtls/TxDtls/"

/* Paths below BkToCstmrStmt; Rpt of camt.052 and Ntfctn of camt.054 are read as Stmt. Where versions differ (02 to 07, 08 and later) both ways are here. */
static const struct {
	const char *path;
	int field;
} paths[] = {
	{ "Stmt", CAMT_STATEMENT_ELEMENT },
	{ "Stmt/Id", CAMT_STATEMENT_ID },
	{ "Stmt/CreDtTm", CAMT_CREATED },
	{ "Stmt/ElctrncSeqNb", CAMT_SEQUENCE },
	{ "Stmt/LglSeqNb", CAMT_SEQUENCE },
	{ "Stmt/FrToDt/FrDtTm", CAMT_FROM },
	{ "Stmt/FrToDt/ToDtTm", CAMT_TO },
	{ "Stmt/Acct/Id/IBAN", CAMT_ACCOUNT },
	{ "Stmt/Acct/Id/Othr/Id", CAMT_ACCOUNT },
	{ "Stmt/Acct/Id/PrtryAcct/Id", CAMT_ACCOUNT },
	{ "Stmt/Acct/Ccy", CAMT_ACCOUNT_CURRENCY },
	{ "Stmt/Bal", CAMT_BALANCE_ELEMENT },
	{ "Stmt/Bal/Tp/CdOrPrtry/Cd", CAMT_BALANCE_TYPE },
	{ "Stmt/Bal/Amt", CAMT_BALANCE_AMOUNT },
	{ "Stmt/Bal/CdtDbtInd", CAMT_BALANCE_INDICATOR },
	{ "Stmt/Bal/Dt/Dt", CAMT_BALANCE_DATE },
	{ "Stmt/Bal/Dt/DtTm", CAMT_BALANCE_DATE },
	{ "Stmt/Ntry", CAMT_ENTRY_ELEMENT },
	{ ENTRY "Amt", CAMT_AMOUNT },
	{ ENTRY "CdtDbtInd", CAMT_INDICATOR },
	{ ENTRY "RvslInd", CAMT_REVERSAL },
	{ ENTRY "Sts", CAMT_STATUS },
	{ ENTRY "Sts/Cd", CAMT_STATUS },
	{ ENTRY "Sts/Prtry", CAMT_STATUS },
	{ ENTRY "BookgDt/Dt", CAMT_BOOKING },
	{ ENTRY "BookgDt/DtTm", CAMT_BOOKING },
	{ ENTRY "ValDt/Dt", CAMT_VALUE },
	{ ENTRY "ValDt/DtTm", CAMT_VALUE },
	{ ENTRY "AcctSvcrRef", TEXT(CAMT_BANK_REF) },
	{ ENTRY "BkTxCd/Domn/Cd", TEXT(CAMT_DOMAIN) },
	{ ENTRY "BkTxCd/Domn/Fmly/Cd", TEXT(CAMT_FAMILY) },
	{ ENTRY "BkTxCd/Domn/Fmly/SubFmlyCd", TEXT(CAMT_SUBFAMILY) },
	{ ENTRY "BkTxCd/Prtry/Cd", TEXT(CAMT_OWN_CODE) },
	{ ENTRY "NtryDtls/Btch/PmtInfId", TEXT(CAMT_BATCH) },
	{ ENTRY "NtryDtls/Btch/MsgId", TEXT(CAMT_BATCH) },
	{ ENTRY "AddtlNtryInf", CAMT_FREE_TEXT },
	{ ENTRY "Chrgs", CAMT_CHARGES_ELEMENT },
	{ ENTRY "Chrgs/TtlChrgsAndTaxAmt", CAMT_CHARGE_TOTAL },
	{ ENTRY "Chrgs/Amt", CAMT_CHARGE_AMOUNT },
	{ ENTRY "Chrgs/CdtDbtInd", CAMT_CHARGE_INDICATOR },
	{ ENTRY "Chrgs/Tp/Cd", CAMT_CHARGE_KIND },
	{ ENTRY "Chrgs/Tp/Prtry/Id", CAMT_CHARGE_KIND },
	{ ENTRY "Chrgs/Br", CAMT_CHARGE_BEARER },
	{ ENTRY "Chrgs/Rcrd", CAMT_CHARGE_ELEMENT },
	{ ENTRY "Chrgs/Rcrd/Amt", CAMT_CHARGE_AMOUNT },
	{ ENTRY "Chrgs/Rcrd/CdtDbtInd", CAMT_CHARGE_INDICATOR },
	{ ENTRY "Chrgs/Rcrd/ChrgInclInd", CAMT_CHARGE_INCLUDED },
	{ ENTRY "Chrgs/Rcrd/Tp/Cd", CAMT_CHARGE_KIND },
	{ ENTRY "Chrgs/Rcrd/Tp/Prtry/Id", CAMT_CHARGE_KIND },
	{ ENTRY "Chrgs/Rcrd/Br", CAMT_CHARGE_BEARER },
	{ ENTRY "AmtDtls/InstdAmt/Amt", CAMT_DETAIL_INSTRUCTED },
	{ ENTRY "AmtDtls/InstdAmt/CcyXchg/XchgRate", TEXT(CAMT_RATE) },
	{ ENTRY "AmtDtls/TxAmt/CcyXchg/XchgRate", TEXT(CAMT_RATE) },
	{ ENTRY "AmtDtls/CntrValAmt/CcyXchg/XchgRate", TEXT(CAMT_RATE) },
	{ ENTRY "NtryDtls/TxDtls", CAMT_DETAIL_ELEMENT },
	{ DETAIL "Refs/EndToEndId", TEXT(CAMT_END_TO_END) },
	{ DETAIL "Refs/AcctSvcrRef", TEXT(CAMT_BANK_REF) },
	{ DETAIL "Refs/TxId", TEXT(CAMT_TRANSACTION) },
	{ DETAIL "Refs/UETR", TEXT(CAMT_TRANSACTION) },
	{ DETAIL "Refs/MndtId", TEXT(CAMT_MANDATE) },
	{ DETAIL "Refs/PmtInfId", TEXT(CAMT_BATCH) },
	{ DETAIL "Amt", CAMT_DETAIL_AMOUNT },
	{ DETAIL "CdtDbtInd", CAMT_DETAIL_INDICATOR },
	{ DETAIL "AmtDtls/TxAmt/Amt", CAMT_DETAIL_TRANSACTED },
	{ DETAIL "AmtDtls/InstdAmt/Amt", CAMT_DETAIL_INSTRUCTED },
	{ DETAIL "AmtDtls/InstdAmt/CcyXchg/XchgRate", TEXT(CAMT_RATE) },
	{ DETAIL "AmtDtls/TxAmt/CcyXchg/XchgRate", TEXT(CAMT_RATE) },
	{ DETAIL "AmtDtls/CntrValAmt/CcyXchg/XchgRate", TEXT(CAMT_RATE) },
	{ DETAIL "Chrgs", CAMT_CHARGES_ELEMENT },
	{ DETAIL "Chrgs/TtlChrgsAndTaxAmt", CAMT_CHARGE_TOTAL },
	{ DETAIL "Chrgs/Amt", CAMT_CHARGE_AMOUNT },
	{ DETAIL "Chrgs/CdtDbtInd", CAMT_CHARGE_INDICATOR },
	{ DETAIL "Chrgs/Tp/Cd", CAMT_CHARGE_KIND },
	{ DETAIL "Chrgs/Tp/Prtry/Id", CAMT_CHARGE_KIND },
	{ DETAIL "Chrgs/Br", CAMT_CHARGE_BEARER },
	{ DETAIL "Chrgs/Rcrd", CAMT_CHARGE_ELEMENT },
	{ DETAIL "Chrgs/Rcrd/Amt", CAMT_CHARGE_AMOUNT },
	{ DETAIL "Chrgs/Rcrd/CdtDbtInd", CAMT_CHARGE_INDICATOR },
	{ DETAIL "Chrgs/Rcrd/ChrgInclInd", CAMT_CHARGE_INCLUDED },
	{ DETAIL "Chrgs/Rcrd/Tp/Cd", CAMT_CHARGE_KIND },
	{ DETAIL "Chrgs/Rcrd/Tp/Prtry/Id", CAMT_CHARGE_KIND },
	{ DETAIL "Chrgs/Rcrd/Br", CAMT_CHARGE_BEARER },
	{ DETAIL "BkTxCd/Domn/Cd", TEXT(CAMT_DOMAIN) },
	{ DETAIL "BkTxCd/Domn/Fmly/Cd", TEXT(CAMT_FAMILY) },
	{ DETAIL "BkTxCd/Domn/Fmly/SubFmlyCd", TEXT(CAMT_SUBFAMILY) },
	{ DETAIL "BkTxCd/Prtry/Cd", TEXT(CAMT_OWN_CODE) },
	{ DETAIL "RltdPties/Dbtr/Nm", TEXT(CAMT_DEBTOR) },
	{ DETAIL "RltdPties/Dbtr/Pty/Nm", TEXT(CAMT_DEBTOR) },
	{ DETAIL "RltdPties/DbtrAcct/Id/IBAN", TEXT(CAMT_DEBTOR_ACCOUNT) },
	{ DETAIL "RltdPties/DbtrAcct/Id/Othr/Id", TEXT(CAMT_DEBTOR_ACCOUNT) },
	{ DETAIL "RltdPties/Cdtr/Nm", TEXT(CAMT_CREDITOR) },
	{ DETAIL "RltdPties/Cdtr/Pty/Nm", TEXT(CAMT_CREDITOR) },
	{ DETAIL "RltdPties/CdtrAcct/Id/IBAN", TEXT(CAMT_CREDITOR_ACCOUNT) },
	{ DETAIL "RltdPties/CdtrAcct/Id/Othr/Id", TEXT(CAMT_CREDITOR_ACCOUNT) },
	{ DETAIL "RltdPties/Dbtr/Agt/FinInstnId/Nm", TEXT(CAMT_DEBTOR) },
	{ DETAIL "RltdPties/UltmtDbtr/Nm", TEXT(CAMT_DEBTOR_ULTIMATE) },
	{ DETAIL "RltdPties/Dbtr/Id/OrgId/Othr/Id", TEXT(CAMT_DEBTOR_ID) },
	{ DETAIL "RltdPties/Dbtr/Id/PrvtId/Othr/Id", TEXT(CAMT_DEBTOR_ID) },
	{ DETAIL "RltdPties/UltmtDbtr/Pty/Nm", TEXT(CAMT_DEBTOR_ULTIMATE) },
	{ DETAIL "RltdPties/Dbtr/Pty/Id/OrgId/Othr/Id", TEXT(CAMT_DEBTOR_ID) },
	{ DETAIL "RltdPties/Dbtr/Pty/Id/PrvtId/Othr/Id", TEXT(CAMT_DEBTOR_ID) },
	{ DETAIL "RltdAgts/DbtrAgt/FinInstnId/BIC", TEXT(CAMT_DEBTOR_BANK) },
	{ DETAIL "RltdAgts/DbtrAgt/FinInstnId/BICFI", TEXT(CAMT_DEBTOR_BANK) },
	{ DETAIL "RltdAgts/DbtrAgt/FinInstnId/ClrSysMmbId/MmbId", TEXT(CAMT_DEBTOR_BANK) },
	{ DETAIL "RltdPties/Cdtr/Agt/FinInstnId/Nm", TEXT(CAMT_CREDITOR) },
	{ DETAIL "RltdPties/UltmtCdtr/Nm", TEXT(CAMT_CREDITOR_ULTIMATE) },
	{ DETAIL "RltdPties/Cdtr/Id/OrgId/Othr/Id", TEXT(CAMT_CREDITOR_ID) },
	{ DETAIL "RltdPties/Cdtr/Id/PrvtId/Othr/Id", TEXT(CAMT_CREDITOR_ID) },
	{ DETAIL "RltdPties/UltmtCdtr/Pty/Nm", TEXT(CAMT_CREDITOR_ULTIMATE) },
	{ DETAIL "RltdPties/Cdtr/Pty/Id/OrgId/Othr/Id", TEXT(CAMT_CREDITOR_ID) },
	{ DETAIL "RltdPties/Cdtr/Pty/Id/PrvtId/Othr/Id", TEXT(CAMT_CREDITOR_ID) },
	{ DETAIL "RltdAgts/CdtrAgt/FinInstnId/BIC", TEXT(CAMT_CREDITOR_BANK) },
	{ DETAIL "RltdAgts/CdtrAgt/FinInstnId/BICFI", TEXT(CAMT_CREDITOR_BANK) },
	{ DETAIL "RltdAgts/CdtrAgt/FinInstnId/ClrSysMmbId/MmbId", TEXT(CAMT_CREDITOR_BANK) },
	{ DETAIL "RmtInf/Ustrd", CAMT_FREE_TEXT },
	{ DETAIL "RmtInf/Strd/CdtrRefInf/Ref", CAMT_REFERENCE },
	{ DETAIL "RmtInf/Strd/RfrdDocInf/Nb", CAMT_REFERENCE },
	{ DETAIL "RmtInf/Strd/AddtlRmtInf", CAMT_FREE_TEXT },
	{ DETAIL "RtrInf/Rsn/Cd", TEXT(CAMT_RETURN) },
	{ DETAIL "RtrInf/Rsn/Prtry", TEXT(CAMT_RETURN) },
	{ DETAIL "RtrInf/AddtlInf", TEXT(CAMT_RETURN_TEXT) },
	{ DETAIL "AddtlTxInf", CAMT_FREE_TEXT },
};

int camt_map_child(const struct camt_node *nodes, int parent, const char *name, size_t size)
{
	for (int at = nodes[parent].child; at; at = nodes[at].sibling)
		if (nodes[at].size == size && nodes[at].name[0] == name[0] && !memcmp(nodes[at].name, name, size))
			return at;
	return 0;
}

void camt_map_build(struct camt_node *nodes)
{
	int count = 1;
	memset(nodes, 0, CAMT_NODES * sizeof(*nodes));
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		int at = 0;
		for (const char *name = paths[i].path, *end; *name; name = *end ? end + 1 : end) {
			end = strchrnul(name, '/');
			int child = camt_map_child(nodes, at, name, (size_t)(end - name));
			if (!child) {
				if (count == CAMT_NODES)
					bug("camt: more than %d elements", CAMT_NODES);
				child = count++;
				nodes[child] = (struct camt_node){
					.name = name, .size = (size_t)(end - name), .sibling = nodes[at].child, .field = CAMT_STEP
				};
				nodes[at].child = (uint8_t)child;
			}
			at = child;
		}
		nodes[at].field = (uint8_t)paths[i].field;
	}
}
