#include "rule_set.h"

#include <string.h>

#include "ledger.h"

const struct rule_set rule_set_default = { .selection_most = MATCH_SELECTION_MOST };

static int find_rule(struct span word)
{
	int id = 0;
	while (id < MATCH_RULES && !span_is(word, match_rule((enum match_rule_id)id)->word))
		id++;
	return id;
}

struct span rule_set_next_word(struct span *list)
{
	size_t from = 0, to;
	while (from < list->size && strchr(", \n", list->at[from]))
		from++;
	for (to = from; to < list->size && !strchr(", \n", list->at[to]);)
		to++;
	struct span word = span_bytes(list->at + from, to - from);
	*list = span_from(*list, to);
	return word;
}

enum err rule_set_read(struct span list, struct rule_set *set, struct why *why)
{
	struct span word;
	*set = rule_set_default;
	while (list.size && (word = rule_set_next_word(&list)).size) {
		int id = find_rule(word);
		if (id == MATCH_RULES)
			return why_set(why, ERR_INVALID, "rule_unknown", "there is no rule '%.*s' of matching", SPAN_ARG(word));
		set->waits[id] = true;
	}
	return OK;
}

struct span rule_set_words(struct arena *arena, const struct rule_set *set)
{
	struct text t;
	const char *between = "";
	text_init(&t, arena);
	for (int id = 0; id < MATCH_RULES; id++)
		if (set->waits[id]) {
			text_printf(&t, "%s%s", between, match_rule((enum match_rule_id)id)->word);
			between = " ";
		}
	return text_done(&t);
}

/* ---- what it lets post ---- */

static const struct candidate *first_chosen(const struct candidate *all, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (all[i].chosen)
			return &all[i];
	return NULL;
}

/* How many invoices the payer owes of which a selection was found. */
static int64_t count_owed(const struct candidate *all, size_t n)
{
	const struct candidate *one = first_chosen(all, n);
	int64_t owed = 0;
	for (size_t i = 0; one && i < n; i++)
		owed += all[i].kind == CANDIDATE_INVOICE && all[i].open > 0 && !(all[i].signs & SIGN_OTHER_CURRENCY) &&
			span_equal(all[i].customer, one->customer);
	return owed;
}

struct match rule_set_match(const struct rule_set *set, struct candidate *all, size_t n, int64_t amount, bool is_return, bool *posts)
{
	struct match match = amount > 0 ? match_credit(all, n, amount, is_return) : match_debit(all, n, -amount, is_return);
	*posts = match_rule(match.rule)->posts && !set->waits[match.rule] &&
		 !(match.rule == MATCH_PAYER_SELECTION && count_owed(all, n) > set->selection_most);
	return match;
}

/* ---- versions ---- */

static const char *const state_words[RULE_SET_STATES] = { "draft", "live", "retired" };

const char *rule_set_state_word(enum rule_set_state state)
{
	return state_words[state];
}

static const struct stored_rule_set *live_of(const struct book *book, struct span merchant)
{
	const struct stored_rule_set *s;
	for (size_t i = 0; (s = book_next(book, BOOK_RULE_SETS, &i));)
		if (s->state == RULE_SET_LIVE && span_equal(s->merchant, merchant))
			return s;
	return NULL;
}

int32_t rule_set_live(const struct book *book, struct span merchant, struct rule_set *set)
{
	const struct stored_rule_set *s = live_of(book, merchant);
	struct why why;
	*set = rule_set_default;
	if (!s)
		return 0;
	if (rule_set_read(s->waits, set, &why) != OK)
		bug("rule set %d: %s", (int)s->version, why.text);
	set->selection_most = s->selection_most;
	return s->version;
}

static struct span version_key(const struct ledger *l, int32_t version)
{
	return book_key_part(l->book, l->merchant, (struct uuid){ 0 }, version);
}

static int32_t last_version(const struct ledger *l)
{
	const struct stored_rule_set *s;
	int32_t last = 0;
	for (size_t i = 0; (s = book_next(l->book, BOOK_RULE_SETS, &i));)
		if (span_equal(s->merchant, l->merchant) && s->version > last)
			last = s->version;
	return last;
}

static void audit(struct ledger *l, const struct by_whom *by, const char *act, int32_t version)
{
	ledger_audit(l, by->client, by->who, act, span_of(arena_printf(l->arena, "rule set %d", (int)version)), by->why);
}

enum err rule_set_define(struct ledger *l, const struct define_rule_set *d, int32_t *version, struct why *why)
{
	(void)why;
	*version = last_version(l) + 1;
	audit(l, &d->by, "define rule set", *version);
	struct stored_rule_set *s = book_add(l->book, BOOK_RULE_SETS, version_key(l, *version));
	*s = (struct stored_rule_set){ .merchant = l->merchant,
		.version = *version,
		.state = RULE_SET_DRAFT,
		.waits = rule_set_words(l->arena, &d->set),
		.selection_most = d->set.selection_most,
		.made_by = l->person,
		.made_at = l->now,
		.reason = d->by.why };
	return OK;
}

static bool was_replayed(const struct ledger *l, const struct activate_rule_set *a)
{
	const struct rule_replay *r;
	for (size_t i = 0; (r = book_next(l->book, BOOK_RULE_REPLAYS, &i));)
		if (r->version == a->version && span_equal(r->merchant, l->merchant) &&
			digest_equal(&r->digest, &a->replay, sizeof(a->replay)))
			return true;
	return false;
}

static enum err check_replay(const struct ledger *l, const struct activate_rule_set *a, struct why *why)
{
	if (a->has_replay == a->not_replayed)
		return why_field(
			why, ERR_REFUSED, "replay_unsaid", "replay", "name the digest of a replay, or say that it was not replayed");
	if (a->has_replay && !was_replayed(l, a))
		return why_field(why, ERR_REFUSED, "replay_unknown", "replay", "version %d has no such replay", (int)a->version);
	return OK;
}

static void retire(struct ledger *l)
{
	const struct stored_rule_set *s = live_of(l->book, l->merchant);
	if (s)
		((struct stored_rule_set *)book_edit(l->book, BOOK_RULE_SETS, version_key(l, s->version)))->state = RULE_SET_RETIRED;
}

enum err rule_set_activate(struct ledger *l, const struct activate_rule_set *a, struct why *why)
{
	const struct stored_rule_set *live = live_of(l->book, l->merchant);
	if (a->version && !book_find(l->book, BOOK_RULE_SETS, version_key(l, a->version)))
		return why_set(why, ERR_NOT_FOUND, "not_found", "there is no rule set %d", (int)a->version);
	if (a->version == (live ? live->version : 0))
		return why_set(why, ERR_CONFLICT, "rule_set_live", "rule set %d is live", (int)a->version);
	TRY(check_replay(l, a, why));
	audit(l, &a->by, a->has_replay ? "activate rule set" : "activate rule set without replay", a->version);
	retire(l);
	if (!a->version)
		return OK;
	struct stored_rule_set *s = book_edit(l->book, BOOK_RULE_SETS, version_key(l, a->version));
	s->state = RULE_SET_LIVE;
	s->activated_by = l->person;
	s->activated_at = l->now;
	s->activated_reason = a->by.why;
	s->replay = a->has_replay ? a->replay : (struct digest){ 0 };
	return OK;
}
