-- Which statements have been prepared over which migrations: a build that finds its own here is ready without preparing them all again.
create view migrations_applied as
	select sha256(convert_to(string_agg(format('%s %s %s', component, number, encode(sha256, 'hex')), ' ' order by component, number), 'UTF8')) as digest
	from schema_migration;
create table statements_proven (
	statements bytea not null check (octet_length(statements) = 32), -- SHA-256 of their names and texts
	migrations bytea not null check (octet_length(migrations) = 32), -- migrations_applied.digest
	proven_at timestamptz not null default clock_timestamp(),
	primary key (statements, migrations)
);
grant select on migrations_applied to :app;
grant select, insert on statements_proven to :app;
