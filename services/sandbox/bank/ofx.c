#include "letters.h"
#include "statement.h"

enum { NAME_CHARACTERS = 32, MEMO_CHARACTERS = 255, ACCOUNT_BANK = 4, BANK_DIGITS = 8 };

/* A leaf: in SGML it has no end. */
static void leaf(struct text *out, const char *name, struct span value, size_t most)
{
	struct span latin = letters_cp1252(out->arena, value);

	if (latin.size == 0)
		return;
	text_printf(out, "<%s>", name);
	for (size_t i = 0; i < latin.size && i < most; i++)
		switch (latin.at[i]) {
		case '&': text_add(out, "&amp;"); break;
		case '<': text_add(out, "&lt;"); break;
		case '>': text_add(out, "&gt;"); break;
		default: text_char(out, latin.at[i]);
		}
	text_add(out, "\r\n");
}

static void money(struct text *out, const char *name, int64_t minor, struct currency currency)
{
	text_printf(out, "<%s>%s%s\r\n", name, minor < 0 ? "-" : "", statement_amount(out->arena, minor, currency, '.'));
}

static void bank_account(struct text *out, const char *name, struct span iban)
{
	struct span bank = span_from(iban, ACCOUNT_BANK);

	if (iban.size <= ACCOUNT_BANK + BANK_DIGITS)
		return;
	text_printf(out, "<%s>\r\n<BANKID>%.*s\r\n<ACCTID>%.*s\r\n<ACCTTYPE>CHECKING\r\n</%s>\r\n", name, BANK_DIGITS, bank.at,
		SPAN_ARG(iban), name);
}

static const char *type_of(const struct bank_line *line)
{
	if (line->kind == LINE_FEE)
		return "SRVCHG";
	return line->amount < 0 ? "DEBIT" : "CREDIT";
}

/* Every transaction has an id of the bank's, whatever else may be missing. */
static void transaction(struct text *out, const struct statement *statement, const struct bank_line *line)
{
	struct arena *arena = out->arena;

	text_printf(out, "<STMTTRN>\r\n<TRNTYPE>%s\r\n<DTPOSTED>%s120000\r\n", type_of(line), statement_day(arena, line->booked));
	if (date_compare(line->value, line->booked) != 0)
		text_printf(out, "<DTAVAIL>%s\r\n", statement_day(arena, line->value));
	money(out, "TRNAMT", line->amount, statement->account->currency);
	text_printf(out, "<FITID>%s\r\n", line->ref);
	leaf(out, "REFNUM", line->bare ? SPAN("") : span_of(line->ref), NAME_CHARACTERS);
	leaf(out, "NAME", line->party_name, NAME_CHARACTERS);
	bank_account(out, "BANKACCTTO", line->party_iban);
	leaf(out, "MEMO", statement_text(arena, line), MEMO_CHARACTERS);
	text_add(out, "</STMTTRN>\r\n");
}

static void heads(struct text *out, const struct statement *statement)
{
	const char *made = instant_text(out->arena, statement->created); /* 2026-03-31T05:00:00… */

	text_add(out, "OFXHEADER:100\r\nDATA:OFXSGML\r\nVERSION:102\r\nSECURITY:NONE\r\nENCODING:USASCII\r\nCHARSET:1252\r\n"
		      "COMPRESSION:NONE\r\nOLDFILEUID:NONE\r\nNEWFILEUID:NONE\r\n\r\n<OFX>\r\n<SIGNONMSGSRSV1>\r\n<SONRS>\r\n"
		      "<STATUS>\r\n<CODE>0\r\n<SEVERITY>INFO\r\n</STATUS>\r\n");
	text_printf(out, "<DTSERVER>%.4s%.2s%.2s%.2s%.2s%.2s\r\n<LANGUAGE>ENG\r\n</SONRS>\r\n</SIGNONMSGSRSV1>\r\n", made, made + 5,
		made + 8, made + 11, made + 14, made + 17);
	text_printf(out, "<BANKMSGSRSV1>\r\n<STMTTRNRS>\r\n<TRNUID>%d\r\n<STATUS>\r\n<CODE>0\r\n<SEVERITY>INFO\r\n</STATUS>\r\n",
		statement->number);
	text_printf(out, "<STMTRS>\r\n<CURDEF>%s\r\n", statement->account->currency.code);
	bank_account(out, "BANKACCTFROM", statement->account->iban);
}

struct span ofx_write(struct arena *arena, const struct statement *statement)
{
	const char *to = statement_day(arena, statement->to);
	const struct bank_line *line;
	struct text out;

	text_init(&out, arena);
	heads(&out, statement);
	text_printf(&out, "<BANKTRANLIST>\r\n<DTSTART>%s\r\n<DTEND>%s\r\n", statement_day(arena, statement->from), to);
	for (size_t i = 0; (line = statement_next(statement, &i)) != NULL;)
		transaction(&out, statement, line);
	text_add(&out, "</BANKTRANLIST>\r\n<LEDGERBAL>\r\n");
	money(&out, "BALAMT", statement->closing, statement->account->currency);
	text_printf(&out, "<DTASOF>%s\r\n</LEDGERBAL>\r\n</STMTRS>\r\n</STMTTRNRS>\r\n</BANKMSGSRSV1>\r\n</OFX>\r\n", to);
	return text_done(&out);
}
