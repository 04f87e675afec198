#include "store_rows.h"
#include "store_words.h"

/* The columns of policies, differences and what banks tell of lines. */

const struct column difference_policy_columns[] = {
	COLUMN("merchant_id", COLUMN_TEXT, difference_policy, merchant),
	COLUMN("currency", COLUMN_CURRENCY, difference_policy, currency),
	COLUMN("short_most", COLUMN_INT8, difference_policy, short_most),
	COLUMN("short_share", COLUMN_INT8, difference_policy, short_share),
	COLUMN("over_most", COLUMN_INT8, difference_policy, over_most),
	COLUMN("over_share", COLUMN_INT8, difference_policy, over_share),
	COLUMN("discount_share", COLUMN_INT8, difference_policy, discount_share),
	COLUMN("discount_days", COLUMN_INT8, difference_policy, discount_days),
	COLUMN("grace_days", COLUMN_INT8, difference_policy, grace_days),
	COLUMN("takes_charges", COLUMN_BOOL, difference_policy, takes_charges),
	COLUMN("charges_most", COLUMN_INT8, difference_policy, charges_most),
	COLUMN("known_charges", COLUMN_TEXT, difference_policy, known_charges),
	COLUMNS_END,
};
const struct column difference_columns[] = {
	COLUMN("merchant_id", COLUMN_TEXT, difference, merchant),
	COLUMN("difference_id", COLUMN_UUID, difference, id),
	COLUMN("receipt_id", COLUMN_UUID, difference, receipt),
	COLUMN("line_id", COLUMN_UUID, difference, line),
	COLUMN("invoice_id", COLUMN_UUID, difference, invoice),
	COLUMN("part", COLUMN_INT4, difference, part),
	COLUMN("customer_ref", COLUMN_TEXT, difference, customer),
	COLUMN("currency", COLUMN_CURRENCY, difference, currency),
	COLUMN_OF_WORDS("kind", difference, kind, word_difference, DIFFERENCE_KINDS),
	COLUMN("amount", COLUMN_INT8, difference, minor),
	COLUMN("undone", COLUMN_INT8, difference, undone),
	COLUMNS_END,
};
const struct column difference_changes[] = {
	COLUMN("merchant_id", COLUMN_TEXT, difference, merchant),
	COLUMN("difference_id", COLUMN_UUID, difference, id),
	COLUMN("amount", COLUMN_INT8, difference, minor),
	COLUMN("undone", COLUMN_INT8, difference, undone),
	COLUMNS_END,
};
const struct column line_detail_columns[] = {
	COLUMN("merchant_id", COLUMN_TEXT, line_detail, merchant),
	COLUMN("line_id", COLUMN_UUID, line_detail, line),
	COLUMN("original_amount", COLUMN_INT8, line_detail, original),
	COLUMN("original_currency", COLUMN_TEXT, line_detail, original_currency),
	COLUMN("rate", COLUMN_TEXT, line_detail, rate),
	COLUMN("charges", COLUMN_TEXT, line_detail, charges),
	COLUMNS_END,
};
