-- A line is the most frequent row, and changes once: from staged to what it is. That stays on its page and touches no index: what indexes ask of its state are
-- columns that do not change then.

alter table bank_line set (fillfactor = 50);
alter table bank_line
	add column waits boolean not null generated always as (state = 'waiting') stored,
	add column is_return boolean not null generated always as (is_what = 'return') stored;
drop index line_waiting;
create index line_waiting on bank_line (merchant_id, amount) where waits;
drop index line_waits;
create index line_waits on bank_line (merchant_id, line_id) where waits;
drop index line_return_of;
create index line_return_of on bank_line (merchant_id, counterpart_id) where is_return;
drop index line_return_end_to_end;
create index line_return_end_to_end on bank_line (merchant_id, end_to_end) where is_return and end_to_end <> '';
drop index line_return_bank_ref;
create index line_return_bank_ref on bank_line (merchant_id, bank_ref) where is_return and bank_ref <> '';

-- The identities of the lines that are in the books: each line once, however often it is told.
create table posted_line (
	merchant_id text not null,
	account_id uuid not null,
	key bytea not null,
	occurrence int not null,
	primary key (merchant_id, account_id, key, occurrence)
);
insert into posted_line select merchant_id, account_id, key, occurrence from bank_line where state not in ('staged', 'known');
drop index line_identity;
grant select, insert, delete on posted_line to :app;

-- A line brings its identity when it enters the books and takes it along when it leaves them. Most enter by an update of many.
create function line_identity() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
	with moved as materialized (
		select merchant_id, account_id, key, occurrence, sum(n) as n
		from (select 1 as n, merchant_id, account_id, key, occurrence from new_rows where state not in ('staged', 'known')
			union all
			select -1, merchant_id, account_id, key, occurrence from old_rows where state not in ('staged', 'known')) r
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
create function line_identity_alone() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
	if tg_op = 'INSERT' then
		insert into public.posted_line values (new.merchant_id, new.account_id, new.key, new.occurrence);
	else
		delete from public.posted_line i where i.merchant_id = old.merchant_id and i.account_id = old.account_id and i.key = old.key
			and i.occurrence = old.occurrence;
	end if;
	return null;
end $$;
create trigger identity_update after update on bank_line referencing old table as old_rows new table as new_rows
	for each statement execute function line_identity();
create trigger identity_insert after insert on bank_line for each row when (new.state not in ('staged', 'known')) execute function line_identity_alone();
create trigger identity_delete after delete on bank_line for each row when (old.state not in ('staged', 'known')) execute function line_identity_alone();

-- What is allocated names a receipt and an item that exist. A foreign key asks row by row and locks each of the two, which nobody has the right to delete; one
-- question a statement proves as much. The owner's deletions are asked about too.
create function allocation_stands() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
	if exists (select from written w where not exists (
			select from public.receipt r where r.merchant_id = w.merchant_id and r.receipt_id = w.receipt_id offset 0)
		or not exists (select from public.open_item i where i.merchant_id = w.merchant_id and i.invoice_id = w.invoice_id and i.part = w.part offset 0)) then
		raise exception 'an allocation names a receipt or an item that does not exist' using errcode = 'foreign_key_violation';
	end if;
	return null;
end $$;
create function receipt_unallocated() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
	if exists (select from gone g join public.allocation a on a.merchant_id = g.merchant_id and a.receipt_id = g.receipt_id) then
		raise exception 'a receipt is allocated' using errcode = 'foreign_key_violation';
	end if;
	return null;
end $$;
create function item_unallocated() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
	if exists (select from gone g join public.allocation a on a.merchant_id = g.merchant_id and a.invoice_id = g.invoice_id and a.part = g.part) then
		raise exception 'an item is allocated to' using errcode = 'foreign_key_violation';
	end if;
	return null;
end $$;
alter table allocation drop constraint allocation_merchant_id_receipt_id_fkey, drop constraint allocation_merchant_id_invoice_id_part_fkey;
create trigger stands_insert after insert on allocation referencing new table as written for each statement execute function allocation_stands();
create trigger unallocated_delete after delete on receipt referencing old table as gone for each statement execute function receipt_unallocated();
create trigger unallocated_delete after delete on open_item referencing old table as gone for each statement execute function item_unallocated();
