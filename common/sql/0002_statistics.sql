-- Statistics of tables that have outgrown them. A plan for a table that nobody has analysed takes whatever index the merchant leads, and reads every row of
-- that merchant through it; autovacuum comes once a minute, and within a minute a table can grow from nothing to a hundred thousand rows. ANALYZE is its
-- owner's to run, hence the owner's rights. It throws away the plans made before it, in every session. Returns what was analysed.
create function statistics_keep() returns text language plpgsql
	security definer set search_path = pg_catalog, pg_temp
	as $$
declare
	done text := '';
	grown record;
begin
	if not pg_try_advisory_xact_lock(hashtextextended('dunlin.statistics_keep', 0)) then
		return '';
	end if;
	for grown in
		select c.oid::regclass as name
		from pg_class c
		where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and pg_relation_size(c.oid) / 8192 >= 2 * c.relpages::bigint + 8
		order by c.relname
	loop
		execute format('analyze (skip_locked) %s', grown.name);
		done := done || grown.name || ' ';
	end loop;
	return trim(done);
end
$$;
revoke all on function statistics_keep() from public;
grant execute on function statistics_keep() to :app;
