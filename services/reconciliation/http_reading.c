#include "http_reading.h"

enum { WORD_MOST = 64 };

static enum err read_word(const struct request *r, const char *name, struct span *out, struct why *why)
{
	*out = request_query(r, name);
	return out->size > WORD_MOST ? why_field(why, ERR_INVALID, "field_invalid", name, "%s is at most %d bytes", name, WORD_MOST) : OK;
}

enum err reading_settings_read(const struct request *r, struct reading_settings *settings, struct why *why)
{
	struct span charset = request_query(r, "charset");
	struct currency currency;
	*settings = (struct reading_settings){ 0 };
	TRY(read_word(r, "account", &settings->account, why));
	TRY(read_word(r, "profile", &settings->profile, why));
	TRY(read_word(r, "currency", &settings->currency, why));
	TRY(read_word(r, "opening", &settings->opening, why));
	TRY(read_word(r, "closing", &settings->closing, why));
	if (settings->currency.size && currency_parse(settings->currency, &currency) != OK)
		return why_field(why, ERR_INVALID, "field_invalid", "currency", "not a currency of ISO 4217");
	if (charset.size)
		settings->charset = charset_find(charset);
	return settings->charset == CHARSETS ? why_field(why, ERR_INVALID, "field_invalid", "charset", CHARSET_WORDS) : OK;
}
