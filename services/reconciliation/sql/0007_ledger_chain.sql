-- The journal under seal: its entries are numbered in the order in which it takes them, and sealed in blocks that chain.
--
-- Numbers are drawn before their transactions commit, so that a lower one may appear after a higher. Nothing may slip in behind a seal: a transaction that
-- writes to the journal says first, by a shared advisory lock, above which number its own will be; the lock goes when what it wrote can be seen. journal_horizon
-- is the number up to which no entry can come any more. Nobody waits for anybody.

alter table journal add column entry bigint generated always as identity;
create unique index journal_entry on journal (merchant_id, entry);

create function journal_begins() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
	low bigint;
begin
	select case when is_called then last_value else last_value - 1 end into low from public.journal_entry_seq;
	perform pg_advisory_xact_lock_shared(1819632743, (low & 2147483647)::int);
	return null;
end $$;
create trigger journal_begins before insert on journal for each statement execute function journal_begins();

-- What was drawn is read before the locks are: a lock that is taken meanwhile is of higher numbers. Locks keep 31 bits of theirs; a number that seems to be
-- far below `high` is in truth above it.
create function journal_horizon() returns bigint language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
	high bigint;
	behind bigint;
begin
	select case when is_called then last_value else last_value - 1 end into high from public.journal_entry_seq;
	select max((high - l.objid::bigint) & 2147483647) filter (where (high - l.objid::bigint) & 2147483647 < 1073741824) into behind
	from pg_locks l
	where l.locktype = 'advisory' and l.classid = 1819632743 and l.objsubid = 2
		and l.database = (select d.oid from pg_database d where d.datname = current_database());
	return high - coalesce(behind, 0);
end $$;

-- Append-only.
create table ledger_block (
	merchant_id text not null,
	number bigint not null check (number > 0),
	first_entry bigint not null,
	last_entry bigint not null check (last_entry >= first_entry),
	entries bigint not null check (entries > 0),
	sums text not null, -- a currency and its minor units a line
	marks bytea not null check (octet_length(marks) = 16 * entries),
	previous bytea not null check (octet_length(previous) = 32),
	head bytea not null check (octet_length(head) = 32),
	sealed_at timestamptz not null, -- business time
	primary key (merchant_id, number),
	unique (merchant_id, first_entry)
);
-- A merchant's chain has one last block.
create unique index ledger_block_previous on ledger_block (merchant_id, previous);

create view journal_merchant as
with recursive merchants (merchant_id) as (
	(select j.merchant_id from journal j order by j.merchant_id limit 1)
	union all
	select (select j.merchant_id from journal j where j.merchant_id > m.merchant_id order by j.merchant_id limit 1) from merchants m where m.merchant_id is not null)
select m.merchant_id, coalesce((select b.last_entry from ledger_block b where b.merchant_id = m.merchant_id order by b.number desc limit 1), 0) as sealed
from merchants m where m.merchant_id is not null;

-- The number of an entry is the journal's to give.
revoke insert on journal from :app;
grant insert (merchant_id, transfer_id, debit, credit, currency, amount, cause, cause_id, customer_ref, day, posted_at) on journal to :app;
grant select on sequence journal_entry_seq to :app;
grant select, insert on ledger_block to :app;
grant select on journal_merchant to :app;
