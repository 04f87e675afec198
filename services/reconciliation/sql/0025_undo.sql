-- The import of a statement can be taken back. What it was put upon is kept: the account and the gaps as they were before it. What was undone is in no sum and
-- holds no identity.

alter table statement drop constraint statement_state_check;
alter table statement add constraint statement_state_check
	check (state in ('staged', 'accepted', 'posted', 'quarantined', 'replaced', 'undoing', 'undone'));
create index statement_undoing on statement (merchant_id, identifier) where state = 'undoing';
alter table bank_line drop constraint bank_line_state_check;
alter table bank_line add constraint bank_line_state_check check (state in ('staged', 'known', 'waiting', 'matched', 'returned', 'undone'));

alter table bank_account
	add column chain_last uuid not null default '00000000-0000-0000-0000-000000000000',
	add column undone bigint not null default 0;

-- Both are append-only.
create table chain_before (
	merchant_id text not null,
	statement_id uuid not null,
	account_id uuid not null,
	chain_started boolean not null,
	chain_opening bigint not null,
	chain_closing bigint not null,
	chain_line_sum bigint not null,
	chain_gap_sum bigint not null,
	chain_from date not null,
	chain_to date not null,
	chain_covered_to date not null,
	chain_sequence bigint not null,
	chain_last uuid not null,
	primary key (merchant_id, statement_id),
	constraint chain_sums check (chain_opening + chain_line_sum + chain_gap_sum = chain_closing)
);
create table gap_before (
	merchant_id text not null,
	statement_id uuid not null,
	gap_id uuid not null,
	from_day date not null,
	to_day date not null,
	balance_before bigint not null,
	balance_after bigint not null,
	open boolean not null,
	primary key (merchant_id, statement_id, gap_id)
);
grant select, insert on chain_before, gap_before to :app;

create or replace function line_identity() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
	with moved as materialized (
		select merchant_id, account_id, key, occurrence, sum(n) as n
		from (select 1 as n, merchant_id, account_id, key, occurrence from new_rows where state not in ('staged', 'known', 'undone')
			union all
			select -1, merchant_id, account_id, key, occurrence from old_rows where state not in ('staged', 'known', 'undone')) r
		group by merchant_id, account_id, key, occurrence having sum(n) <> 0),
	gone as (
		-- offset 0: each is looked up by the primary key, however small the planner believes the table to be.
		delete from public.posted_line where ctid = any (array(
			select p.ctid from moved m cross join lateral (select i.ctid from public.posted_line i where i.merchant_id = m.merchant_id
				and i.account_id = m.account_id and i.key = m.key and i.occurrence = m.occurrence offset 0) p
			where m.n < 0)))
	insert into public.posted_line
	select m.merchant_id, m.account_id, m.key, m.occurrence from moved m cross join generate_series(1, m.n);
	return null;
end $$;
drop trigger identity_insert on bank_line;
drop trigger identity_delete on bank_line;
create trigger identity_insert after insert on bank_line for each row when (new.state not in ('staged', 'known', 'undone'))
	execute function line_identity_alone();
create trigger identity_delete after delete on bank_line for each row when (old.state not in ('staged', 'known', 'undone'))
	execute function line_identity_alone();
