#include "wire.h"

#include <string.h>

enum err wire_read_words(const struct json_in *in, struct arena *arena, const char *name, size_t most, struct span *out, struct why *why)
{
	struct text words;
	size_t n;
	text_init(&words, arena);
	TRY(json_in_list(in, name, 0, most, &n, why));
	for (size_t i = 0; i < n; i++) {
		struct span word;
		TRY(json_in_item_text(in, name, i, 1, 40, &word, why));
		text_printf(&words, "%.*s ", SPAN_ARG(word));
	}
	*out = text_done(&words);
	return OK;
}

/* {"waits": ["payer_sum"], "selection_most": 4} */
enum err wire_read_rule_set(const struct json_in *in, struct arena *arena, struct rule_set *set, struct why *why)
{
	struct span words = SPAN("");
	if (json_in_has(in, "waits"))
		TRY(wire_read_words(in, arena, "waits", MATCH_RULES, &words, why));
	TRY(rule_set_read(words, set, why));
	if (json_in_has(in, "selection_most"))
		TRY(json_in_int64(in, "selection_most", 0, MATCH_SELECTION_MOST, &set->selection_most, why));
	return OK;
}

enum err wire_read_define_rules(const struct message *m, struct arena *arena, struct define_rule_set *d, struct why *why)
{
	struct json_in in;
	TRY(json_in_open(&in, arena, m->payload, why));
	TRY(wire_read_by(&in, m, &d->by, why));
	TRY(wire_read_rule_set(&in, arena, &d->set, why));
	return json_in_done(&in, why);
}

enum err wire_read_version(struct span text, int32_t *version, struct why *why)
{
	int64_t n;
	if (span_int64(text, &n) != OK || n < 0 || n > INT32_MAX)
		return why_set(why, ERR_NOT_FOUND, "not_found", "there is no rule set %.*s", SPAN_ARG(text));
	*version = (int32_t)n;
	return OK;
}

static bool read_digest(struct arena *arena, struct span hex, struct digest *digest)
{
	struct span bytes;
	if (span_unhex(arena, hex, &bytes) != OK || bytes.size != sizeof(digest->b))
		return false;
	memcpy(digest->b, bytes.at, sizeof(digest->b));
	return true;
}

/* "/v1/rule-sets/3/activate" */
enum err wire_read_activate_rules(const struct message *m, struct arena *arena, struct activate_rule_set *a, struct why *why)
{
	struct json_in in;
	struct span digest;
	TRY(wire_read_version(wire_path_part(m->target, 3), &a->version, why));
	TRY(json_in_open(&in, arena, m->payload, why));
	TRY(wire_read_by(&in, m, &a->by, why));
	a->has_replay = json_in_has(&in, "replay");
	if (a->has_replay)
		TRY(json_in_text(&in, "replay", 64, 64, &digest, why));
	if (a->has_replay && !read_digest(arena, digest, &a->replay))
		return why_field(why, ERR_INVALID, "field_invalid", "replay", "a replay is named by 64 hexadecimal digits");
	if (json_in_has(&in, "not_replayed"))
		TRY(json_in_bool(&in, "not_replayed", &a->not_replayed, why));
	return json_in_done(&in, why);
}
