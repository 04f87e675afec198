#include "letters.h"
#include "statement.h"

enum { TEXT_CHARACTERS = 140, TEXTS = 3 };

/* The columns of Rabobank's CSV export, in Windows-1252. */
static const char header[] =
	"\"IBAN/BBAN\",\"Munt\",\"BIC\",\"Volgnr\",\"Datum\",\"Rentedatum\",\"Bedrag\",\"Saldo na trn\",\"Tegenrekening IBAN/BBAN\","
	"\"Naam tegenpartij\",\"Naam uiteindelijke partij\",\"Naam initi\xebrende partij\",\"BIC tegenpartij\",\"Code\",\"Batch ID\","
	"\"Transactiereferentie\",\"Machtigingskenmerk\",\"Incassant ID\",\"Betalingskenmerk\",\"Omschrijving-1\",\"Omschrijving-2\","
	"\"Omschrijving-3\",\"Reden retour\",\"Oorspr bedrag\",\"Oorspr munt\",\"Koers\"\r\n";

static const char *const codes[] = { [LINE_TRANSFER] = "cb", [LINE_PAYOUT] = "cb", [LINE_FEE] = "kn", [LINE_RETURN] = "ba" };

static void cell(struct text *out, struct span value)
{
	struct span latin = letters_cp1252(out->arena, value);

	text_add(out, out->size > 0 && out->at[out->size - 1] != '\n' ? ",\"" : "\"");
	for (size_t i = 0; i < latin.size; i++) {
		text_add(out, latin.at[i] == '"' ? "\"" : "");
		text_char(out, latin.at[i]);
	}
	text_char(out, '"');
}

static void money(struct text *out, int64_t minor, struct currency currency)
{
	cell(out, span_of(arena_printf(out->arena, "%c%s", minor < 0 ? '-' : '+', statement_amount(out->arena, minor, currency, ','))));
}

static void blanks(struct text *out, int n)
{
	while (n-- > 0)
		cell(out, SPAN(""));
}

/* Of a text as much as three cells hold. */
static void descriptions(struct text *out, struct span rest)
{
	for (int i = 0; i < TEXTS; i++) {
		size_t n = 0, characters = 0;

		while (n < rest.size && characters < TEXT_CHARACTERS) {
			uint32_t rune;
			size_t one = span_rune(span_from(rest, n), &rune);

			n += one > 0 ? one : 1;
			characters++;
		}
		cell(out, span_bytes(rest.at, n));
		rest = span_from(rest, n);
	}
}

static void day(struct text *out, struct date date)
{
	cell(out, span_of(date_text(out->arena, date)));
}

/* number: of the line, counted since the account was opened. */
static void row(struct text *out, const struct bank_account *account, const struct bank_line *line, size_t number, int64_t balance)
{
	cell(out, account->iban);
	cell(out, span_of(account->currency.code));
	cell(out, account->bic);
	cell(out, span_of(arena_printf(out->arena, "%018zu", number)));
	day(out, line->booked);
	day(out, line->value);
	money(out, line->amount, account->currency);
	money(out, balance, account->currency);
	cell(out, line->party_iban);
	cell(out, line->party_name);
	blanks(out, 3);
	cell(out, span_of(codes[line->kind]));
	blanks(out, 1);
	cell(out, line->end_to_end);
	blanks(out, 2);
	cell(out, line->reference);
	descriptions(out, line->remittance);
	cell(out, line->return_code);
	blanks(out, 3);
	text_add(out, "\r\n");
}

struct span csv_write(struct arena *arena, const struct statement *statement)
{
	struct statement_sums sums = statement_sums(statement);
	int64_t balance = statement->opening;
	const struct bank_line *line;
	struct text out;
	int left = sums.credits + sums.debits;

	text_init(&out, arena);
	text_add(&out, header);
	for (size_t i = 0; (line = statement_next(statement, &i)) != NULL;) {
		balance += line->amount;
		row(&out, statement->account, line, i, --left > 0 ? balance : statement->closing);
	}
	return text_done(&out);
}
