#include "migrate.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "crash.h"
#include "digest.h"

static const char create_ledger[] = "create table if not exists schema_migration ("
				    " component text not null, number int not null, name text not null, sha256 bytea not null,"
				    " applied_at timestamptz not null default clock_timestamp(), primary key (component, number))";

/* Text that a migration may hold: a role's name as an SQL identifier. */
static void add_identifier(struct text *t, const char *name)
{
	text_char(t, '"');
	for (; *name != '\0'; name++) {
		if (*name == '"')
			text_char(t, '"');
		text_char(t, *name);
	}
	text_char(t, '"');
}

/* Puts the application's role where ":app" stands as a word of its own; "::app" and ":apple" are left alone. */
static const char *with_role(struct arena *arena, const char *sql, const char *role)
{
	struct text t;

	text_init(&t, arena);
	for (const char *c = sql; *c != '\0'; c++) {
		bool is_word = strncmp(c, ":app", 4) == 0 && (c == sql || c[-1] != ':') && !isalnum((unsigned char)c[4]) && c[4] != '_';

		if (is_word) {
			add_identifier(&t, role);
			c += 3;
		} else
			text_char(&t, *c);
	}
	return span_cstr(arena, text_done(&t));
}

static struct span hash_of(struct arena *arena, const struct migration *m)
{
	struct digest d = digest_sha256(span_of(m->sql));

	return span_bytes(arena_copy(arena, d.b, sizeof d.b), sizeof d.b);
}

static enum err load_applied(struct db *db, struct arena *arena, const char *component, struct rows *r, struct why *why)
{
	struct args *a = args_new(arena);

	args_text(a, span_of(component));
	return db_query(db, arena, "select number, sha256 from schema_migration where component = $1::text order by number", a, r, why);
}

/* What is applied must be a prefix of what we have, unchanged. */
static enum err compare(struct arena *arena, const char *component, const struct migration *list, const struct rows *r, struct why *why)
{
	for (size_t i = 0; i < r->count; i++) {
		int number = rows_int4(r, i, 0);

		if (list[i].number == 0)
			return why_set(why, ERR_CONFLICT, "schema_newer",
				"the database has migration %s %d, which this program does not know", component, number);
		if (list[i].number != number || !span_equal(hash_of(arena, &list[i]), rows_text(r, i, 1)))
			return why_set(
				why, ERR_CONFLICT, "migration_changed", "migration %s %d was applied with another text", component, number);
	}
	return OK;
}

static enum err apply_one(
	struct db *db, struct arena *arena, const char *component, const struct migration *m, const char *role, struct why *why)
{
	struct args *a = args_new(arena);
	struct rows r;

	args_text(a, span_of(component));
	args_int4(a, m->number);
	args_text(a, span_of(m->name));
	args_bytes(a, hash_of(arena, m));
	TRY(db_begin(db, why));
	TRY(db_script(db, with_role(arena, m->sql, role), why));
	TRY(db_query(db, arena,
		"insert into schema_migration (component, number, name, sha256) values ($1::text, $2::int4, $3::text, $4::bytea)", a, &r,
		why));
	return db_commit(db, why);
}

static enum err run_locked(struct db *db, struct arena *arena, const char *component, const struct migration *list, const char *role,
	int last, int *applied, struct why *why)
{
	struct text grant;
	struct rows r;

	text_init(&grant, arena);
	text_add(&grant, "grant select on schema_migration to ");
	add_identifier(&grant, role);
	TRY(db_script(db, create_ledger, why));
	TRY(db_script(db, span_cstr(arena, text_done(&grant)), why));
	TRY(load_applied(db, arena, component, &r, why));
	TRY(compare(arena, component, list, &r, why));
	for (const struct migration *m = list + r.count; m->number != 0 && (last == 0 || m->number <= last); m++) {
		enum err err = apply_one(db, arena, component, m, role, why);

		if (err != OK) {
			struct why inner = *why;

			db_rollback(db);
			return why_set(why, err, inner.code, "migration %s %d (%s): %s", component, m->number, m->name, inner.text);
		}
		++*applied;
		crash_here(CRASH_MIGRATION);
	}
	return OK;
}

enum err migrate_run(
	struct db *db, const char *component, const struct migration *list, const char *app_role, int last, int *applied, struct why *why)
{
	struct arena *arena = arena_open();
	enum err err;

	*applied = 0;
	err = db_script(db,
		"set statement_timeout = 0; set client_min_messages = warning; select pg_advisory_lock(hashtextextended('dunlin.migrate', 0))",
		why);
	if (err == OK) {
		struct why unlocked;

		err = run_locked(db, arena, component, list, app_role, last, applied, why);
		if (db_script(db, "select pg_advisory_unlock(hashtextextended('dunlin.migrate', 0))", &unlocked) != OK && err == OK)
			err = why_set(why, unlocked.err, unlocked.code, "%s", unlocked.text);
	}
	arena_close(arena);
	return err;
}

static enum err check(struct db *db, struct arena *arena, const char *component, const struct migration *list, struct why *why)
{
	struct rows r;

	TRY(db_query(db, arena, "select to_regclass('schema_migration') is not null as there", NULL, &r, why));
	if (!rows_bool(&r, 0, 0))
		return why_set(why, ERR_CONFLICT, "schema_missing", "the database has no schema yet: run migrate");
	TRY(load_applied(db, arena, component, &r, why));
	TRY(compare(arena, component, list, &r, why));
	if (list[r.count].number != 0)
		return why_set(why, ERR_CONFLICT, "schema_older", "migration %s %d (%s) is not applied: run migrate", component,
			list[r.count].number, list[r.count].name);
	return OK;
}

enum err migrate_check(struct db *db, const char *component, const struct migration *list, struct why *why)
{
	struct arena *arena = arena_open();
	enum err err = check(db, arena, component, list, why);

	arena_close(arena);
	return err;
}

/* Roles are printed by what they are to a table, so that the text is the same wherever the database lives; partitions of time are left out. */
static const char schema_sql[] =
	"with tables as ("
	" select c.oid, c.relname, c.relowner, c.relkind, c.relacl from pg_class c"
	" where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'S', 'v') and not c.relispartition"
	"), lines as ("
	" select 1 as part, relname as name, 0 as n,"
	"  case relkind when 'S' then 'sequence ' when 'v' then 'view ' else 'table ' end || relname as line from tables"
	" union all select 1, t.relname, a.attnum, '  column ' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)"
	"  || case when a.attnotnull then ' not null' else '' end || case when a.attidentity <> '' then ' identity' else '' end"
	"  || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '')"
	"  from tables t join pg_attribute a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped"
	"  left join pg_attrdef d on d.adrelid = t.oid and d.adnum = a.attnum where t.relkind <> 'S'"
	" union all select 1, t.relname, 2000 + row_number() over (partition by t.oid order by c.conname), '  constraint ' || c.conname || ' '"
	"  || pg_get_constraintdef(c.oid) from tables t join pg_constraint c on c.conrelid = t.oid and c.contype <> 'n'"
	" union all select 1, t.relname, 3000 + row_number() over (partition by t.oid order by i.indexrelid::regclass::text), '  '"
	"  || pg_get_indexdef(i.indexrelid) from tables t join pg_index i on i.indrelid = t.oid"
	" union all select 1, t.relname, 4000, '  app may ' || string_agg(distinct lower(x.privilege_type), ', ' order by lower(x.privilege_type))"
	"  from tables t, aclexplode(t.relacl) x where x.grantee <> t.relowner group by t.relname"
	" union all select 1, t.relname, 4001 + a.attnum, '  app may ' || lower(x.privilege_type) || ' column ' || a.attname"
	"  from tables t join pg_attribute a on a.attrelid = t.oid and a.attacl is not null, aclexplode(a.attacl) x where x.grantee <> t.relowner"
	" union all select 1, t.relname, 5000 + row_number() over (partition by t.oid order by g.tgname), '  ' || pg_get_triggerdef(g.oid)"
	"  from tables t join pg_trigger g on g.tgrelid = t.oid and not g.tgisinternal"
	" union all select 2, p.proname, 0, 'function ' || p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')'"
	"  || case when p.prosecdef then ' security definer' else '' end || ' ' || coalesce(array_to_string(p.proconfig, ' '), '')"
	"  from pg_proc p where p.pronamespace = 'public'::regnamespace"
	" union all select 3, t.typname, row_number() over (partition by t.oid order by c.conname),"
	"  'domain ' || t.typname || ' ' || format_type(t.typbasetype, t.typtypmod) || ' ' || pg_get_constraintdef(c.oid)"
	"  from pg_type t join pg_constraint c on c.contypid = t.oid where t.typnamespace = 'public'::regnamespace"
	") select line from lines order by part, name, n, line";

enum err migrate_print_schema(struct db *db, struct text *out, struct why *why)
{
	struct arena *arena = arena_open();
	struct rows r;
	enum err err = db_query(db, arena, schema_sql, NULL, &r, why);

	for (size_t i = 0; err == OK && i < r.count; i++) {
		text_span(out, rows_text(&r, i, 0));
		text_char(out, '\n');
	}
	arena_close(arena);
	return err;
}
