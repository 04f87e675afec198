#include "store_rows.h"
#include "store_words.h"

/* The work queue's columns. */

// clang-format off
#define EXCEPTION_CHANGES \
	COLUMN("open", COLUMN_BOOL, exception, open), \
	COLUMN("currency", COLUMN_CURRENCY, exception, amount.currency), \
	COLUMN("amount", COLUMN_INT8, exception, amount.minor), \
	COLUMN("detail", COLUMN_TEXT, exception, detail), \
	COLUMN("opened_at", COLUMN_INSTANT, exception, opened), \
	COLUMN("closed_at", COLUMN_INSTANT, exception, closed), \
	COLUMN("closed_by", COLUMN_TEXT, exception, closed_by), \
	COLUMN("revision", COLUMN_INT8, exception, revision), \
	COLUMN("owner", COLUMN_TEXT, exception, owner), \
	COLUMN_BESIDE("parked_until", COLUMN_MAY_DATE, exception, parked_until, parked), \
	COLUMN_OF_WORDS("suggestion", exception, suggestion, word_suggestion, SUGGESTIONS), \
	COLUMN("suggested_id", COLUMN_UUID, exception, suggested), \
	COLUMN("rule", COLUMN_TEXT, exception, rule), \
	COLUMN("steps", COLUMN_INT4, exception, steps), \
	COLUMN("asked_by", COLUMN_TEXT, exception, asked_by), \
	COLUMN("part", COLUMN_INT4, exception, part)
// clang-format on
const struct column exception_columns[] = {
	COLUMN("merchant_id", COLUMN_TEXT, exception, merchant),
	COLUMN_OF_WORDS("kind", exception, kind, word_exception, EXCEPTION_KINDS),
	COLUMN("subject_id", COLUMN_UUID, exception, subject),
	COLUMN("exception_id", COLUMN_UUID, exception, id),
	COLUMN("stream", COLUMN_TEXT, exception, stream),
	EXCEPTION_CHANGES,
	COLUMNS_END,
};
const struct column exception_changes[] = {
	COLUMN("merchant_id", COLUMN_TEXT, exception, merchant),
	COLUMN_OF_WORDS("kind", exception, kind, word_exception, EXCEPTION_KINDS),
	COLUMN("subject_id", COLUMN_UUID, exception, subject),
	EXCEPTION_CHANGES,
	COLUMNS_END,
};
const struct column exception_step_columns[] = {
	COLUMN("merchant_id", COLUMN_TEXT, exception_step, merchant),
	COLUMN("exception_id", COLUMN_UUID, exception_step, exception),
	COLUMN("number", COLUMN_INT4, exception_step, number),
	COLUMN("at", COLUMN_INSTANT, exception_step, at),
	COLUMN("who", COLUMN_TEXT, exception_step, who),
	COLUMN("act", COLUMN_TEXT, exception_step, act),
	COLUMN("detail", COLUMN_TEXT, exception_step, detail),
	COLUMNS_END,
};
const struct column limit_columns[] = {
	COLUMN("merchant_id", COLUMN_TEXT, limit, merchant),
	COLUMN("currency", COLUMN_CURRENCY, limit, currency),
	COLUMN("write_off", COLUMN_INT8, limit, write_off),
	COLUMNS_END,
};
