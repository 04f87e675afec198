#include "import_profile.h"

#include "reconciliation_queries.h"

enum err profiles_count(struct span text, int *count, struct why *why)
{
	struct csv_profile p;
	enum err err;
	int line = 0;
	*count = 0;
	while (csv_profile_next(&text, &line, &p, &err, why))
		++*count;
	TRY(err);
	return *count ? OK : why_set(why, ERR_INVALID, "profile_missing", "the text holds no profile");
}

bool profiles_each(struct span *rest, struct csv_profile *p, struct span *text)
{
	struct span before = *rest;
	struct why why;
	enum err err;
	int line = 0;
	bool more = csv_profile_next(rest, &line, p, &err, &why);
	*text = span_bytes(before.at, before.size - rest->size);
	return more;
}

static void queue_profile(struct db *db, struct arena *arena, struct span merchant, const struct csv_profile *p, struct span text)
{
	struct args *args = args_new(arena);
	args_text(args, merchant);
	args_text(args, p->name);
	args_text(args, text);
	db_queue(db, &q_csv_profile_put, args, 1);
}

enum err profiles_define(struct db *db, struct arena *arena, struct span merchant, struct span text, int *count, struct why *why)
{
	struct csv_profile p;
	struct span own;
	TRY(profiles_count(text, count, why));
	if (*count > PROFILES_MOST)
		return why_set(why, ERR_INVALID, "profiles_too_many", "%d profiles; at most %d at once", *count, PROFILES_MOST);
	TRY(db_begin(db, why));
	while (profiles_each(&text, &p, &own))
		queue_profile(db, arena, merchant, &p, own);
	TRY(db_flush(db, why));
	return db_commit(db, why);
}
