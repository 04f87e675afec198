-- The tables of the platform. The application's role (:app) reads and writes them; it owns none and deletes almost nothing.

-- What was seen: foreign identities, for ever.
create table inbox (
	source text not null,
	id text not null,
	outcome smallint not null default 1,
	seen_at timestamptz not null default clock_timestamp(),
	primary key (source, id)
);

-- Our own events by UUIDv7, range-partitioned by time: older partitions are dropped once every outbox has forgotten them.
create table inbox_own (
	event_id uuid not null,
	outcome smallint not null default 1,
	primary key (event_id)
) partition by range (event_id);
create table inbox_own_rest partition of inbox_own default;

-- First answers, for the same Idempotency-Key ever after.
create table answer (
	source text not null,
	id text not null,
	request_sha256 bytea not null,
	status int not null,
	type text not null,
	body bytea not null,
	answered_at timestamptz not null default clock_timestamp(),
	primary key (source, id)
);

-- Lock rows. `parked` lists the topics of which something is set aside under this key.
create table key (
	merchant text not null,
	kind smallint not null,
	id text not null,
	parked text[] not null default '{}',
	primary key (merchant, kind, id)
);

create sequence outbox_seq cache 1;

create table outbox (
	seq bigint not null default nextval('outbox_seq'),
	topic text not null,
	part_key text not null,
	event_id uuid not null,
	type text not null,
	trace text not null,
	extra text not null default '', -- further headers, "name: value" lines: where a dead letter came from and why
	payload bytea,
	created_at timestamptz not null default clock_timestamp(),
	primary key (seq),
	constraint message_fits check (payload is null or octet_length(payload) <= 1000000)
) partition by range (seq);

-- How far the relay's acknowledged prefix reaches, per Kafka cluster.
create table relay_cursor (
	cluster_id text not null primary key,
	last_seq bigint not null default 0,
	epoch bigint not null default 0,
	retired boolean not null default false, -- another cluster was adopted in its place: it keeps nothing in the outbox
	updated_at timestamptz not null default clock_timestamp()
) with (fillfactor = 50);

create table consumer_position (
	cluster_id text not null,
	topic text not null,
	part int not null,
	next_offset bigint not null,
	last_id text not null default '',
	owner_epoch bigint not null default 0,
	owner text not null default '',
	tries int not null default 0,
	updated_at timestamptz not null default clock_timestamp(),
	primary key (cluster_id, topic, part)
) with (fillfactor = 50);

-- Set aside: `head` is the message at fault, the others queue behind it in order of seq.
create table parked (
	seq bigint generated always as identity primary key,
	topic text not null,
	key text not null,
	head boolean not null,
	state text not null default 'parked' check (state in ('parked', 'applied', 'discarded')),
	source text not null,
	id text not null,
	own boolean not null,
	type text not null,
	format smallint not null,
	message_time timestamptz not null,
	trace text not null,
	partition int not null,
	message_offset bigint not null,
	merchant text not null,
	client text not null,
	target text not null,
	payload bytea not null,
	code text not null,
	reason text not null,
	tries int not null default 1,
	parked_at timestamptz not null default clock_timestamp(),
	ended_at timestamptz,
	unique (source, id)
);
create index parked_queue on parked (topic, key, seq) where state = 'parked';

-- Foreign commands that were refused, as they came.
create table dead_letter (
	seq bigint generated always as identity primary key,
	topic text not null,
	part int not null,
	message_offset bigint not null,
	key text not null,
	source text not null,
	id text not null,
	type text not null,
	payload bytea not null,
	code text not null,
	field text not null,
	reason text not null,
	refused_at timestamptz not null default clock_timestamp()
);

-- Who did what by hand, and why. Append-only.
create table audit (
	seq bigint generated always as identity primary key,
	at timestamptz not null default clock_timestamp(),
	who text not null check (who <> ''),
	act text not null,
	subject text not null,
	why text not null
);

-- Bearer tokens of client systems: SHA-256 of the token, never the token.
create table token (
	token_sha256 bytea primary key check (octet_length(token_sha256) = 32),
	client text not null,
	merchant text not null,
	role text not null check (role in ('read', 'write', 'admin')),
	made_at timestamptz not null default clock_timestamp(),
	expires_at timestamptz,
	revoked_at timestamptz
);
create unique index token_client on token (client, merchant) where revoked_at is null;

-- Business time. sandbox: `at` is the time, moved by dunlin.clock.v1; otherwise clock_timestamp() + skew (skew is for tests).
create table clock (
	one boolean primary key default true check (one),
	sandbox boolean not null default false,
	at timestamptz not null default '2000-01-01T00:00:00Z',
	skew interval not null default '0'
);
insert into clock default values;

create function business_now() returns timestamptz language sql volatile
	set search_path = pg_catalog, pg_temp
	as $$ select case when sandbox then at else clock_timestamp() + skew end from public.clock $$;

-- Makes the partitions that are needed soon and drops those that are past their time. The one function that runs with its owner's
-- rights: the application's role may not change tables. Returns what it did.
create function partition_keep(outbox_rows bigint, outbox_days int, inbox_days int) returns text language plpgsql
	security definer set search_path = pg_catalog, pg_temp
	as $$
declare
	done text := '';
	high bigint;
	low bigint;
	part record;
	from_ms bigint;
	day int;
	lowest uuid;
	highest uuid;
begin
	if not pg_try_advisory_xact_lock(hashtextextended('dunlin.partition_keep', 0)) then
		return 'another keeps them';
	end if;
	set local lock_timeout = '200ms';
	select last_value into low from public.outbox_seq;
	high := (low / outbox_rows) * outbox_rows;
	for i in 0..1 loop
		if to_regclass(format('public.outbox_%s', high / outbox_rows + i)) is null then
			execute format('create table public.outbox_%s partition of public.outbox for values from (%s) to (%s)',
				high / outbox_rows + i, high + i * outbox_rows, high + (i + 1) * outbox_rows);
			done := done || format('outbox_%s made; ', high / outbox_rows + i);
		end if;
	end loop;
	-- A partition goes when every known cursor is past it and its youngest row is old enough.
	select coalesce(min(last_seq), 0) into low from public.relay_cursor where not retired;
	for part in
		select c.oid::regclass as name, (regexp_match(c.relname, '^outbox_(\d+)$'))[1]::bigint as n
		from pg_inherits i join pg_class c on c.oid = i.inhrelid
		where i.inhparent = 'public.outbox'::regclass and c.relname ~ '^outbox_\d+$'
		order by 2
	loop
		exit when (part.n + 1) * outbox_rows > low;
		execute format('select extract(epoch from clock_timestamp() - max(created_at))::bigint from %s', part.name) into from_ms;
		exit when from_ms is null or from_ms < outbox_days::bigint * 86400;
		execute format('drop table %s', part.name);
		done := done || format('%s dropped; ', part.name);
	end loop;
	for day in 0..2 loop
		from_ms := (extract(epoch from date_trunc('day', clock_timestamp() at time zone 'UTC'))::bigint + day * 86400) * 1000;
		if to_regclass(format('public.inbox_own_%s', to_char(to_timestamp(from_ms / 1000) at time zone 'UTC', 'YYYYMMDD'))) is null then
			lowest := (lpad(to_hex(from_ms), 12, '0') || repeat('0', 20))::uuid;
			highest := (lpad(to_hex(from_ms + 86400000), 12, '0') || repeat('0', 20))::uuid;
			begin
				execute format('create table public.inbox_own_%s partition of public.inbox_own for values from (%L) to (%L)',
					to_char(to_timestamp(from_ms / 1000) at time zone 'UTC', 'YYYYMMDD'), lowest, highest);
				done := done || format('inbox_own day %s made; ', day);
			exception when check_violation then
				done := done || format('inbox_own day %s stays in the rest; ', day);
			end;
		end if;
	end loop;
	for part in
		select c.oid::regclass as name, (regexp_match(c.relname, '^inbox_own_(\d{8})$'))[1] as day
		from pg_inherits i join pg_class c on c.oid = i.inhrelid
		where i.inhparent = 'public.inbox_own'::regclass and c.relname ~ '^inbox_own_\d{8}$'
	loop
		if to_date(part.day, 'YYYYMMDD') < (clock_timestamp() at time zone 'UTC')::date - inbox_days then
			execute format('drop table %s', part.name);
			done := done || format('%s dropped; ', part.name);
		end if;
	end loop;
	return done;
end
$$;
revoke all on function partition_keep(bigint, int, int) from public;
select partition_keep(1000000, 30, 400);

grant select, insert on inbox, inbox_own, answer, outbox, dead_letter, audit to :app;
grant update (outcome) on inbox, inbox_own to :app;
grant select, insert, update on key, relay_cursor, consumer_position, parked, token, clock to :app;
grant usage on sequence outbox_seq to :app;
grant select on outbox_seq to :app;
grant execute on function partition_keep(bigint, int, int) to :app;
