#include "series.h"

const char *const document_names[DOCUMENTS] = { [DOCUMENT_INVOICE] = "invoice", [DOCUMENT_CREDIT_NOTE] = "credit_note" };

static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

enum err prefix_check(struct span prefix, const char *field, struct why *why)
{
	size_t count = 0;
	bool good = prefix.size >= 1 && prefix.size <= 16, first = false, last = false;

	for (size_t i = 0; good && i < prefix.size; i++) {
		good = is_upper(prefix.at[i]) || is_digit(prefix.at[i]) || prefix.at[i] == '-';
		if (prefix.at[i] == '-')
			continue;
		last = is_upper(prefix.at[i]);
		first = count == 0 ? last : first;
		count++;
	}
	if (!good || !first || !last || count > SERIES_NAME)
		return why_field(why, ERR_INVALID, "field_invalid", field,
			"%s is 1 to 16 of A-Z, 0-9 and '-', with at most %d letters and digits, the first and the last of them a letter",
			field, SERIES_NAME);
	return OK;
}

struct span prefix_series(struct arena *arena, struct span prefix)
{
	struct text t;

	text_init(&t, arena);
	for (size_t i = 0; i < prefix.size; i++) {
		if (prefix.at[i] != '-')
			text_char(&t, prefix.at[i]);
	}
	return text_done(&t);
}

struct span number_print(struct arena *arena, struct span prefix, int year, int64_t count)
{
	return span_of(arena_printf(arena, "%.*s%04d-%06lld", SPAN_ARG(prefix), year, (long long)count));
}

struct span number_reference(struct arena *arena, struct span number)
{
	char rf[RF_TEXT + 1];

	if (rf_make(prefix_series(arena, number), rf) != OK)
		bug("a document number of %zu bytes makes no reference", number.size);
	return span_of(arena_strdup(arena, rf));
}
