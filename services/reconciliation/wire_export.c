#include "wire.h"

static enum err read_target(const struct json_in *in, enum export_target *target, struct why *why)
{
	struct span word;
	TRY(json_in_text(in, "target", 1, 20, &word, why));
	*target = export_target_find(word);
	if (*target == EXPORT_TARGETS)
		return why_field(why, ERR_INVALID, "field_invalid", "target", "target is csv, datev, xero or quickbooks");
	return OK;
}

enum err wire_read_export(const struct message *m, struct arena *arena, struct make_export *c, struct why *why)
{
	struct json_in in;
	struct span month = SPAN("");
	TRY(json_in_open(&in, arena, m->payload, why));
	TRY(wire_read_by(&in, m, &c->by, why));
	TRY(read_target(&in, &c->target, why));
	c->has_month = json_in_has(&in, "month");
	if (c->has_month)
		TRY(json_in_text(&in, "month", 7, 7, &month, why));
	if (c->has_month && month_parse(month, &c->month) != OK)
		return why_field(why, ERR_INVALID, "field_invalid", "month", "a month, 2026-03");
	return json_in_done(&in, why);
}

/* [{"account": …, "code": …}] as lines. */
static enum err read_codes(const struct json_in *in, struct arena *arena, struct span *accounts, struct why *why)
{
	struct json_in item;
	struct text lines;
	size_t n = 0;
	text_init(&lines, arena);
	if (json_in_has(in, "accounts"))
		TRY(json_in_list(in, "accounts", 0, EXPORT_CODES, &n, why));
	for (size_t i = 0; i < n; i++) {
		struct span account, code;
		TRY(json_in_item(in, "accounts", i, &item, why));
		TRY(json_in_text(&item, "account", 1, 100, &account, why));
		TRY(json_in_text(&item, "code", 1, 100, &code, why));
		text_printf(&lines, "%.*s\t%.*s\n", SPAN_ARG(account), SPAN_ARG(code));
	}
	*accounts = text_done(&lines);
	return OK;
}

static enum err may_number(const struct json_in *in, const char *name, int64_t least, int64_t most, int64_t *out, struct why *why)
{
	return json_in_has(in, name) ? json_in_int64(in, name, least, most, out, why) : OK;
}

enum err wire_read_mapping(const struct message *m, struct arena *arena, struct define_mapping *d, struct why *why)
{
	struct export_mapping *to = &d->mapping;
	struct json_in in;
	*to = (struct export_mapping){ .base = SPAN(""), .year_start = 1, .tax_rate = SPAN("Tax Exempt") };
	TRY(json_in_open(&in, arena, m->payload, why));
	TRY(wire_read_by(&in, m, &d->by, why));
	TRY(read_target(&in, &to->target, why));
	if (json_in_has(&in, "base"))
		TRY(json_in_text(&in, "base", 0, 10, &to->base, why));
	if (!export_base_is_known(to->base))
		return why_field(why, ERR_INVALID, "field_invalid", "base", "base is skr03 or skr04");
	TRY(read_codes(&in, arena, &to->accounts, why));
	TRY(may_number(&in, "consultant", 1001, 9999999, &to->consultant, why));
	TRY(may_number(&in, "client", 1, 99999, &to->client, why));
	TRY(may_number(&in, "year_start", 1, 12, &to->year_start, why));
	if (json_in_has(&in, "tax_rate"))
		TRY(json_in_text(&in, "tax_rate", 1, 60, &to->tax_rate, why));
	if (to->target == EXPORT_DATEV && (!to->consultant || !to->client))
		return why_field(why, ERR_INVALID, "field_missing", to->consultant ? "client" : "consultant", "DATEV takes both");
	return json_in_done(&in, why);
}
