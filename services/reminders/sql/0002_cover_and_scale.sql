-- Bank statements count when their receipts have been read; what waits costs nothing.

alter table account add column counted_revision bigint not null default 0;
update account set counted_revision = cover_revision;

create table statement (
	merchant_id text not null,
	statement_id uuid not null,
	account_id uuid not null,
	revision bigint not null,               -- of the account, when it was accepted; 0: not told
	covered_to date,
	receipts bigint check (receipts >= 0), -- that name it; null: not matched
	counts boolean not null,
	primary key (merchant_id, statement_id)
);
create index statement_uncounted on statement (merchant_id, account_id, revision) where not counts;

-- How many receipts that name a statement have been read.
create table tally (
	merchant_id text not null,
	statement_id uuid not null,
	receipts bigint not null check (receipts > 0),
	primary key (merchant_id, statement_id)
) with (fillfactor = 50);

grant select, insert, update on statement, tally to :app;

drop index customer_waits;
create index customer_waits on customer (merchant_id, seen_cover) where waits_statement;

-- How many notices of a merchant were claimed up to that minute.
create table spent (
	merchant_id text not null,
	minute timestamptz not null,
	notices bigint not null check (notices > 0),
	primary key (merchant_id, minute)
) with (fillfactor = 50);
insert into spent
select merchant_id, date_trunc('minute', claimed_at + interval '59.999999 seconds'), count(*)
from notice where claimed_at > business_now() - interval '1 hour' group by 1, 2;
grant select, insert, update on spent to :app;

drop index notice_claimed;
drop index notice_to_send;
create index notice_to_send on notice (merchant_id, next_try_at) where state = 'planned';
create index notice_hours on notice (send_until) where state = 'planned' and kind = 'reminder';
create index notice_planned on notice (merchant_id, customer_ref, notice_id) where state = 'planned';
