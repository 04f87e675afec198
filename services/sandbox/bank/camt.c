#include "statement.h"

enum { USTRD_MOST = 140 };

/* An element with text, escaped. */
static void element(struct text *xml, const char *name, struct span value)
{
	text_printf(xml, "<%s>", name);
	for (size_t i = 0; i < value.size; i++) {
		switch (value.at[i]) {
		case '&': text_add(xml, "&amp;"); break;
		case '<': text_add(xml, "&lt;"); break;
		case '>': text_add(xml, "&gt;"); break;
		default: text_char(xml, value.at[i]);
		}
	}
	text_printf(xml, "</%s>", name);
}

static void amount(struct text *xml, const char *name, int64_t minor, struct currency currency)
{
	struct money money = { minor < 0 ? -minor : minor, currency };

	text_printf(xml, "<%s Ccy=\"%s\">%s</%s>", name, currency.code, money_digits(xml->arena, money), name);
}

static void indicator(struct text *xml, int64_t minor)
{
	text_add(xml, minor < 0 ? "<CdtDbtInd>DBIT</CdtDbtInd>" : "<CdtDbtInd>CRDT</CdtDbtInd>");
}

static void day(struct text *xml, const char *name, struct date date)
{
	text_printf(xml, "<%s><Dt>%s</Dt></%s>", name, date_text(xml->arena, date), name);
}

static const char *second(struct text *xml, struct instant at)
{
	return arena_printf(xml->arena, "%.19sZ", instant_text(xml->arena, at));
}

static void balance(struct text *xml, const char *code, const struct statement *statement, int64_t minor, struct date date)
{
	text_printf(xml, "<Bal><Tp><CdOrPrtry><Cd>%s</Cd></CdOrPrtry></Tp>", code);
	amount(xml, "Amt", minor, statement->account->currency);
	indicator(xml, minor);
	day(xml, "Dt", date);
	text_add(xml, "</Bal>\n");
}

/* --- entries --- */

static void transaction_code(struct text *xml, const struct bank_line *line)
{
	/* ISO 20022 external bank transaction codes: domain, family, sub-family. */
	static const struct {
		const char *domain, *family, *sub;
	} codes[] = {
		[LINE_TRANSFER] = { "PMNT", "RCDT", "ESCT" },
		[LINE_PAYOUT] = { "PMNT", "RCDT", "ESCT" },
		[LINE_FEE] = { "ACMT", "MDOP", "CHRG" },
		[LINE_RETURN] = { "PMNT", "ICDT", "RRTN" },
	};

	text_printf(xml, "<BkTxCd><Domn><Cd>%s</Cd><Fmly><Cd>%s</Cd><SubFmlyCd>%s</SubFmlyCd></Fmly></Domn></BkTxCd>",
		codes[line->kind].domain, codes[line->kind].family, codes[line->kind].sub);
}

static void party(struct text *xml, const char *role, struct span name, struct span iban)
{
	if (name.size > 0) {
		text_printf(xml, "<%s><Pty>", role);
		element(xml, "Nm", name);
		text_printf(xml, "</Pty></%s>", role);
	}
	if (iban.size > 0) {
		text_printf(xml, "<%sAcct><Id>", role);
		element(xml, "IBAN", iban);
		text_printf(xml, "</Id></%sAcct>", role);
	}
}

static void parties(struct text *xml, const struct bank_account *account, const struct bank_line *line)
{
	bool credit = line->amount >= 0;

	text_add(xml, "<RltdPties>");
	party(xml, "Dbtr", credit ? line->party_name : account->name, credit ? line->party_iban : account->iban);
	party(xml, "Cdtr", credit ? account->name : line->party_name, credit ? account->iban : line->party_iban);
	text_add(xml, "</RltdPties>");
}

/* Long texts come in pieces, cut where the line ends and not where a word does; never inside a character. */
static void unstructured(struct text *xml, struct span rest)
{
	while (rest.size > 0) {
		size_t n = 0, characters = 0;

		while (n < rest.size && characters < USTRD_MOST) {
			uint32_t rune;
			size_t one = span_rune(span_from(rest, n), &rune);

			n += one > 0 ? one : 1;
			characters++;
		}
		element(xml, "Ustrd", span_bytes(rest.at, n));
		rest = span_from(rest, n);
	}
}

static void remittance(struct text *xml, const struct bank_line *line)
{
	if (line->remittance.size == 0 && line->reference.size == 0)
		return;
	text_add(xml, "<RmtInf>");
	unstructured(xml, line->remittance);
	if (line->reference.size > 0) {
		text_add(xml, "<Strd><CdtrRefInf><Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry></Tp>");
		element(xml, "Ref", line->reference);
		text_add(xml, "</CdtrRefInf></Strd>");
	}
	text_add(xml, "</RmtInf>");
}

static void bank_reference(struct text *xml, const struct bank_line *line)
{
	if (!line->bare)
		element(xml, "AcctSvcrRef", span_of(line->ref));
}

static void details(struct text *xml, const struct bank_account *account, const struct bank_line *line)
{
	text_add(xml, "<NtryDtls><TxDtls><Refs>");
	bank_reference(xml, line);
	element(xml, "EndToEndId", line->end_to_end.size > 0 ? line->end_to_end : SPAN("NOTPROVIDED"));
	text_add(xml, "</Refs>");
	amount(xml, "Amt", line->amount, account->currency);
	indicator(xml, line->amount);
	parties(xml, account, line);
	remittance(xml, line);
	if (line->kind == LINE_RETURN) {
		text_add(xml, "<RtrInf><Rsn>");
		element(xml, "Cd", line->return_code);
		text_add(xml, "</Rsn></RtrInf>");
	}
	text_add(xml, "</TxDtls></NtryDtls>");
}

static void entry(struct text *xml, const struct bank_account *account, const struct bank_line *line, int number)
{
	text_printf(xml, "<Ntry><NtryRef>%d</NtryRef>", number);
	amount(xml, "Amt", line->amount, account->currency);
	indicator(xml, line->amount);
	text_add(xml, "<Sts><Cd>BOOK</Cd></Sts>");
	day(xml, "BookgDt", line->booked);
	day(xml, "ValDt", line->value);
	bank_reference(xml, line);
	transaction_code(xml, line);
	if (line->kind != LINE_FEE)
		details(xml, account, line);
	else if (line->remittance.size > 0)
		element(xml, "AddtlNtryInf", line->remittance);
	text_add(xml, "</Ntry>\n");
}

/* --- the statement --- */

static void total(struct text *xml, const char *name, int n, int64_t minor, struct currency currency)
{
	struct money money = { minor < 0 ? -minor : minor, currency };

	text_printf(xml, "<%s><NbOfNtries>%d</NbOfNtries><Sum>%s</Sum></%s>", name, n, money_digits(xml->arena, money), name);
}

static void summary(struct text *xml, const struct statement *statement)
{
	struct currency currency = statement->account->currency;
	struct statement_sums sums = statement_sums(statement);

	text_add(xml, "<TxsSummry>");
	total(xml, "TtlNtries", sums.credits + sums.debits, sums.credit + sums.debit, currency);
	total(xml, "TtlCdtNtries", sums.credits, sums.credit, currency);
	total(xml, "TtlDbtNtries", sums.debits, sums.debit, currency);
	text_add(xml, "</TxsSummry>\n");
}

static void account_of(struct text *xml, const struct bank_account *account)
{
	text_add(xml, "<Acct><Id>");
	element(xml, "IBAN", account->iban);
	text_add(xml, "</Id>");
	element(xml, "Ccy", span_of(account->currency.code));
	text_add(xml, "<Ownr>");
	element(xml, "Nm", account->name);
	text_add(xml, "</Ownr><Svcr><FinInstnId>");
	element(xml, "BICFI", account->bic);
	text_add(xml, "</FinInstnId></Svcr></Acct>\n");
}

static void heads(struct text *xml, const struct statement *statement)
{
	const char *created = second(xml, statement->created);
	const char *id = arena_printf(
		xml->arena, "%.*s-%d", SPAN_ARG(span_from(statement->account->iban, statement->account->iban.size - 8)), statement->number);

	text_add(xml, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\">\n");
	text_printf(xml, "<BkToCstmrStmt>\n<GrpHdr><MsgId>%s</MsgId><CreDtTm>%s</CreDtTm></GrpHdr>\n", id, created);
	text_printf(xml, "<Stmt>\n<Id>%s</Id><ElctrncSeqNb>%d</ElctrncSeqNb><CreDtTm>%s</CreDtTm>\n", id, statement->number, created);
	text_printf(xml, "<FrToDt><FrDtTm>%sT00:00:00Z</FrDtTm><ToDtTm>%sT23:59:59Z</ToDtTm></FrToDt>\n",
		date_text(xml->arena, statement->from), date_text(xml->arena, statement->to));
}

struct span camt_write(struct arena *arena, const struct statement *statement)
{
	const struct bank_line *line;
	struct text xml;
	int n = 0;

	text_init(&xml, arena);
	heads(&xml, statement);
	account_of(&xml, statement->account);
	balance(&xml, "OPBD", statement, statement->opening, statement->from);
	balance(&xml, "CLBD", statement, statement->closing, statement->to);
	summary(&xml, statement);
	for (size_t i = 0; (line = statement_next(statement, &i)) != NULL;)
		entry(&xml, statement->account, line, ++n);
	text_add(&xml, "</Stmt>\n</BkToCstmrStmt>\n</Document>\n");
	return text_done(&xml);
}
