#include "reading.h"

#include <ctype.h>
#include <string.h>

struct row {
	const char *word;
	bool fatal;
	const char *help;
};

static const struct row rows[RULE_COUNT] = {
	[RULE_NONE] = { "none", false, "nothing is wrong" },
	[RULE_XML] = { "xml_malformed", true, "the file is not well-formed XML, or ends too early" },
	[RULE_DTD] = { "dtd_refused", true, "the file has a document type declaration; no statement needs one" },
	[RULE_DEPTH] = { "too_deep", true, "elements are nested deeper than 64" },
	[RULE_TEXT] = { "text_too_long", true, "a text, or all texts of one transaction, are longer than any bank writes" },
	[RULE_SIZE] = { "too_large", true, "the file is larger than this way of importing takes" },
	[RULE_ROOT] = { "root_unknown", true, "the file is not an ISO 20022 document" },
	[RULE_MESSAGE] = { "message_not_a_statement", true,
		"the document is another message than camt.053, which posts, or camt.052 and camt.054, which inform" },
	[RULE_VERSION] = { "version_unknown", true, "the version of the message can't be read from its namespace, or is 01" },
	[RULE_EMPTY] = { "no_statement", true, "the document holds no statement" },
	[RULE_FORMAT] = { "format_unknown", true, "the file is in none of the formats that are read" },
	[RULE_RECORD] = { "record_malformed", true, "a record has not the form that the format gives it: nothing after it can be trusted" },
	[RULE_CUT_SHORT] = { "cut_short", true, "the file ends before its end" },
	[RULE_CONTROL_FILE] = { "file_control_total", true, "the totals at the end of the file are not those of its parts" },
	[RULE_ARCHIVE] = { "archive_malformed", true, "the archive is damaged, encrypted, or packed in a way that is not read" },
	[RULE_ARCHIVE_RATIO] = { "archive_ratio", true,
		"the archive unpacks to more than a hundred times its size, or to more than is taken" },
	[RULE_ARCHIVE_ENTRIES] = { "archive_entries", true, "the archive holds no file, or more files than are taken" },
	[RULE_ARCHIVE_NESTED] = { "archive_nested", true, "the archive holds another archive" },
	[RULE_STATEMENT_ID] = { "statement_id_missing", false, "the statement has no identification" },
	[RULE_ACCOUNT] = { "account_missing", false, "the statement names no account" },
	[RULE_CURRENCY] = { "currency_unknown", false, "an amount has no currency, or none of ISO 4217" },
	[RULE_CURRENCY_MIXED] = { "currency_mixed", false, "an entry or a balance is not in the account's currency" },
	[RULE_AMOUNT] = { "amount_malformed", false,
		"an amount is missing, not a number, too large, or has more digits than its currency" },
	[RULE_AMOUNT_NEGATIVE] = { "amount_negative", false, "an amount has a sign; the indicator alone says which way money went" },
	[RULE_INDICATOR] = { "indicator_unknown", false, "an entry or a balance does not say CRDT or DBIT" },
	[RULE_STATUS] = { "status_unknown", false, "an entry's status is none that a statement may have" },
	[RULE_DATE] = { "date_malformed", false, "a date is missing, or is none of the calendar" },
	[RULE_BALANCE] = { "balance_malformed", false, "a booked balance has no amount or no indicator" },
	[RULE_OPENING_MISSING] = { "opening_missing", false, "the statement does not say what was there before" },
	[RULE_CLOSING_MISSING] = { "closing_missing", false, "the statement does not say what is there after" },
	[RULE_OVERFLOW] = { "sum_too_large", false, "the lines sum to more than an amount may be" },
	[RULE_FIELD] = { "field_malformed", false, "a field of a line has not the form that the format gives it" },
	[RULE_ORDER] = { "field_out_of_order", false, "a field stands where the format has none" },
	[RULE_CONTROL] = { "control_total", false, "the file's own totals are not those of its lines" },
	[RULE_RUNNING_BALANCE] = { "running_balance", false, "a line's balance is not the one before it and its amount" },
	[RULE_TEST] = { "test_file", false, "the file says that it is a test" },
	[RULE_CHARSET] = { "charset_unknown", false, "the file says that it is in a character set that is not read, and is not in UTF-8" },
	[RULE_ACCOUNT_FORMAT] = { "account_format", false, "the bank account's statements come in another format" },
	[RULE_NOT_CLOSING] = { "does_not_close", false, "opening balance and lines do not make the closing balance" },
	[RULE_ACCOUNT_UNKNOWN] = { "account_unknown", false, "the merchant has no such bank account" },
	[RULE_ACCOUNT_CURRENCY] = { "account_currency", false, "the statement is not in the bank account's currency" },
	[RULE_ACCOUNT_CLOSED] = { "account_closed", false, "the bank account is closed" },
	[RULE_CHAIN] = { "chain_contradicted", false, "the statement contradicts what is booked: balances leave no room for its lines" },
};

const char *rule_word(enum rule rule)
{
	return rows[rule].word;
}

const char *rule_help(enum rule rule)
{
	return rows[rule].help;
}

bool rule_is_fatal(enum rule rule)
{
	return rows[rule].fatal;
}

bool rule_contradicts(enum rule rule)
{
	return rule == RULE_CONTROL;
}

enum rule rule_find(struct span word)
{
	for (int i = 1; i < RULE_COUNT; i++)
		if (span_is(word, rows[i].word))
			return (enum rule)i;
	return RULE_NONE;
}

static const char *const kind_words[READING_KINDS] = { "statement", "interim", "notice", "returns", "settlement" };
static const char *const charset_words[CHARSETS] = { "auto", "utf-8", "cp1252", "cp1250", "cp1251", "iso-8859-2", "iso-8859-15", "cp437",
	"cp850" };

const char *reading_kind_word(enum reading_kind kind)
{
	return kind_words[kind];
}

const char *charset_word(enum charset charset)
{
	return charset_words[charset];
}

enum charset charset_find(struct span word)
{
	int i = 0;
	while (i < CHARSETS && !span_is(word, charset_words[i]))
		i++;
	return (enum charset)i;
}

void reading_line_clear(struct reading_line *line)
{
	memset(line, 0, offsetof(struct reading_line, charges));
}

bool reading_is_no_reference(struct span text)
{
	static const char *const words[] = { "NOTPROVIDED", "NOTAVAILABLE", "NONREF", "NOREF", "UNKNOWN" };
	char plain[16] = "", first = text.size ? (char)tolower((unsigned char)text.at[0]) : 0;
	size_t n = 0;
	/* None of them begins otherwise; most references do. */
	if (isalnum((unsigned char)first) && first != 'n' && first != 'u')
		return false;
	for (size_t i = 0; i < text.size; i++) {
		if (!isalnum((unsigned char)text.at[i]))
			continue;
		if (n == sizeof(plain) - 1)
			return false;
		plain[n++] = (char)toupper((unsigned char)text.at[i]);
	}
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strcmp(plain, words[i]))
			return true;
	return n == 0;
}
