#include "handlers_inside.h"
#include "json_out.h"

/* Rule sets of a merchant. They wait for each other. */

enum err read_define_rules(struct message *m, struct arena *arena, struct why *why)
{
	READ(struct define_rule_set, wire_read_define_rules);
}

enum err read_activate_rules(struct message *m, struct arena *arena, struct why *why)
{
	READ(struct activate_rule_set, wire_read_activate_rules);
}

enum err need_rules(const struct message *m, struct need *need, struct why *why)
{
	(void)why;
	need_key(need, KIND_CUSTOMER, m->merchant, SPAN("@merchant"));
	need_want(need, WANT_RULE_SETS, m->merchant, SPAN(""));
	need_want(need, WANT_MERCHANT, m->merchant, SPAN(""));
	return OK;
}

static void reply(struct ledger *l, int status, int32_t version, enum rule_set_state state)
{
	struct json_out out;
	struct text t;
	text_init(&t, l->arena);
	json_out_init(&out, &t);
	json_out_object(&out, NULL);
	json_out_int(&out, "version", version);
	json_out_string(&out, "state", rule_set_state_word(state));
	json_out_object_end(&out);
	json_out_done(&out);
	say_reply(l->say, status, text_done(&t));
}

enum err apply_define_rules(struct book *book, const struct message *m, struct instant now, struct say *say, struct why *why)
{
	struct ledger l = open_hand(book, m, now, say);
	int32_t version;
	TRY(rule_set_define(&l, m->body, &version, why));
	ledger_tell(&l);
	reply(&l, 201, version, RULE_SET_DRAFT);
	return OK;
}

enum err apply_activate_rules(struct book *book, const struct message *m, struct instant now, struct say *say, struct why *why)
{
	const struct activate_rule_set *a = m->body;
	struct ledger l = open_hand(book, m, now, say);
	TRY(rule_set_activate(&l, a, why));
	ledger_tell(&l);
	reply(&l, 200, a->version, RULE_SET_LIVE);
	return OK;
}
