-- A table may be analysed while the transaction that fills it is not at its end: it has pages, and no rows, and is believed to be empty for as long as it does
-- not double again. What has been committed since then is counted by the server: a table with many more rows than it is believed to have is analysed again.
create or replace function statistics_keep() returns text language plpgsql
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
		where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
			and (pg_relation_size(c.oid) / 8192 >= 2 * c.relpages::bigint + 8
				or pg_stat_get_live_tuples(c.oid) > 4 * greatest(c.reltuples, 0) + 1000)
		order by c.relname
	loop
		execute format('analyze (skip_locked) %s', grown.name);
		done := done || grown.name || ' ';
	end loop;
	return trim(done);
end
$$;
