-- Running sums of all that the proof is made of, counted by the database in the transaction that changes the rows, whoever changes them. A transaction only
-- adds rows to sum_change, so that no two wait for each other; `tick` folds them into running_sum.

create table running_sum (
	merchant_id text not null,
	kind text not null, -- 'flow': of the journal; 'posted': of the bank lines in the books; else a term of the proof, counted by its aggregates
	currency text not null,
	debit text not null,
	credit text not null,
	cause text not null,
	amount bigint not null,
	primary key (merchant_id, kind, currency, debit, credit, cause)
) with (fillfactor = 50);

create table sum_change (
	merchant_id text not null,
	kind text not null,
	currency text not null,
	debit text not null,
	credit text not null,
	cause text not null,
	amount bigint not null
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
create index sum_change_merchant on sum_change (merchant_id);

create view kept_sum as
select merchant_id, kind, currency, debit, credit, cause, sum(amount)::bigint as amount
from (select * from running_sum union all select * from sum_change) s
group by merchant_id, kind, currency, debit, credit, cause;

-- The same from the rows themselves: what kept_sum must be at any moment.
create view counted_sum as
select merchant_id, 'flow' as kind, currency, debit, credit, cause, sum(amount)::bigint as amount
from journal group by merchant_id, currency, debit, credit, cause
union all
select s.merchant_id, t.kind, s.currency, '', '', '', t.amount::bigint
from (select merchant_id, currency, sum(amount) as invoiced, sum(allocated) as allocated, sum(credited) as credited, sum(discounted) as discounted,
		sum(written_off) as written_off, sum(open) as open
	from open_item group by merchant_id, currency) s
cross join lateral (values ('invoiced', s.invoiced), ('allocated', s.allocated), ('credited', s.credited), ('discounted', s.discounted),
	('written_off', s.written_off), ('open', s.open)) t (kind, amount)
union all
select s.merchant_id, t.kind, s.currency, '', '', '', t.amount::bigint
from (select merchant_id, currency, sum(amount) filter (where kind <> 1) as elsewhere, sum(allocated) as allocated, sum(unapplied) as unapplied,
		sum(refunded) as refunded
	from receipt group by merchant_id, currency) s
cross join lateral (values ('received_elsewhere', s.elsewhere), ('receipts_allocated', s.allocated), ('receipts_unapplied', s.unapplied),
	('refunded', s.refunded)) t (kind, amount)
union all
select merchant_id, 'unapplied', currency, '', '', '', sum(unapplied)::bigint from customer_credit group by merchant_id, currency
union all
select s.merchant_id, t.kind, s.currency, '', '', '', t.amount::bigint
from (select merchant_id, currency, sum(amount - returned) as received, sum(amount - returned) filter (where state = 'waiting') as unidentified
	from bank_line where amount > 0 and state in ('waiting', 'matched', 'returned') and is_what in ('nothing', 'receipts')
	group by merchant_id, currency) s
cross join lateral (values ('received_by_bank', s.received), ('unidentified', s.unidentified)) t (kind, amount)
union all
select merchant_id, 'posted', currency, 'cash:' || account_id, '', '', sum(amount)::bigint
from bank_line where state in ('waiting', 'matched', 'returned') group by merchant_id, currency, account_id;

create function sum_journal() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
	if tg_op <> 'DELETE' then
		insert into public.sum_change
		select merchant_id, 'flow', currency, debit, credit, cause, sum(amount) from new_rows group by merchant_id, currency, debit, credit, cause;
	end if;
	if tg_op <> 'INSERT' then
		insert into public.sum_change
		select merchant_id, 'flow', currency, debit, credit, cause, -sum(amount) from old_rows group by merchant_id, currency, debit, credit, cause;
	end if;
	return null;
end $$;

create function sum_item() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
	if tg_op = 'INSERT' then
		insert into public.sum_change
		select s.merchant_id, t.kind, s.currency, '', '', '', t.amount
		from (select merchant_id, currency, sum(amount) as a, sum(allocated) as b, sum(credited) as c, sum(discounted) as d, sum(written_off) as e,
				sum(open) as f
			from new_rows group by merchant_id, currency) s
		cross join lateral (values ('invoiced', s.a), ('allocated', s.b), ('credited', s.c), ('discounted', s.d), ('written_off', s.e),
			('open', s.f)) t (kind, amount)
		where t.amount <> 0;
	elsif tg_op = 'UPDATE' then
		insert into public.sum_change
		select s.merchant_id, t.kind, s.currency, '', '', '', t.amount
		from (select merchant_id, currency, sum(n * amount) as a, sum(n * allocated) as b, sum(n * credited) as c, sum(n * discounted) as d,
				sum(n * written_off) as e, sum(n * open) as f
			from (select 1 as n, * from new_rows union all select -1, * from old_rows) r group by merchant_id, currency) s
		cross join lateral (values ('invoiced', s.a), ('allocated', s.b), ('credited', s.c), ('discounted', s.d), ('written_off', s.e),
			('open', s.f)) t (kind, amount)
		where t.amount <> 0;
	else
		insert into public.sum_change
		select s.merchant_id, t.kind, s.currency, '', '', '', -t.amount
		from (select merchant_id, currency, sum(amount) as a, sum(allocated) as b, sum(credited) as c, sum(discounted) as d, sum(written_off) as e,
				sum(open) as f
			from old_rows group by merchant_id, currency) s
		cross join lateral (values ('invoiced', s.a), ('allocated', s.b), ('credited', s.c), ('discounted', s.d), ('written_off', s.e),
			('open', s.f)) t (kind, amount)
		where t.amount <> 0;
	end if;
	return null;
end $$;

create function sum_receipt() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
	if tg_op = 'INSERT' then
		insert into public.sum_change
		select s.merchant_id, t.kind, s.currency, '', '', '', t.amount
		from (select merchant_id, currency, sum(amount) filter (where kind <> 1) as a, sum(allocated) as b, sum(unapplied) as c, sum(refunded) as d
			from new_rows group by merchant_id, currency) s
		cross join lateral (values ('received_elsewhere', s.a), ('receipts_allocated', s.b), ('receipts_unapplied', s.c), ('refunded', s.d)) t (kind, amount)
		where t.amount <> 0;
	elsif tg_op = 'UPDATE' then
		insert into public.sum_change
		select s.merchant_id, t.kind, s.currency, '', '', '', t.amount
		from (select merchant_id, currency, sum(n * amount) filter (where kind <> 1) as a, sum(n * allocated) as b, sum(n * unapplied) as c,
				sum(n * refunded) as d
			from (select 1 as n, * from new_rows union all select -1, * from old_rows) r group by merchant_id, currency) s
		cross join lateral (values ('received_elsewhere', s.a), ('receipts_allocated', s.b), ('receipts_unapplied', s.c), ('refunded', s.d)) t (kind, amount)
		where t.amount <> 0;
	else
		insert into public.sum_change
		select s.merchant_id, t.kind, s.currency, '', '', '', -t.amount
		from (select merchant_id, currency, sum(amount) filter (where kind <> 1) as a, sum(allocated) as b, sum(unapplied) as c, sum(refunded) as d
			from old_rows group by merchant_id, currency) s
		cross join lateral (values ('received_elsewhere', s.a), ('receipts_allocated', s.b), ('receipts_unapplied', s.c), ('refunded', s.d)) t (kind, amount)
		where t.amount <> 0;
	end if;
	return null;
end $$;

create function sum_credit() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
	if tg_op <> 'DELETE' then
		insert into public.sum_change
		select merchant_id, 'unapplied', currency, '', '', '', sum(unapplied) from new_rows group by merchant_id, currency having sum(unapplied) <> 0;
	end if;
	if tg_op <> 'INSERT' then
		insert into public.sum_change
		select merchant_id, 'unapplied', currency, '', '', '', -sum(unapplied) from old_rows group by merchant_id, currency having sum(unapplied) <> 0;
	end if;
	return null;
end $$;

-- Lines come staged, in no sum; where they go from there is an update.
create function sum_line() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
	if tg_op = 'UPDATE' then
		insert into public.sum_change
		select s.merchant_id, t.kind, s.currency, t.debit, '', '', t.amount
		from (select merchant_id, currency, account_id, sum(n * amount) as posted,
				sum(n * (amount - returned)) filter (where amount > 0 and is_what in ('nothing', 'receipts')) as received,
				sum(n * (amount - returned)) filter (where amount > 0 and is_what in ('nothing', 'receipts') and state = 'waiting') as unidentified
			from (select 1 as n, merchant_id, currency, account_id, amount, returned, is_what, state from new_rows
				union all select -1, merchant_id, currency, account_id, amount, returned, is_what, state from old_rows) r
			where state in ('waiting', 'matched', 'returned') group by merchant_id, currency, account_id) s
		cross join lateral (values ('posted', 'cash:' || s.account_id, s.posted), ('received_by_bank', '', s.received),
			('unidentified', '', s.unidentified)) t (kind, debit, amount)
		where t.amount <> 0;
	else
		insert into public.sum_change
		select s.merchant_id, t.kind, s.currency, t.debit, '', '', -t.amount
		from (select merchant_id, currency, account_id, sum(amount) as posted,
				sum(amount - returned) filter (where amount > 0 and is_what in ('nothing', 'receipts')) as received,
				sum(amount - returned) filter (where amount > 0 and is_what in ('nothing', 'receipts') and state = 'waiting') as unidentified
			from old_rows where state in ('waiting', 'matched', 'returned') group by merchant_id, currency, account_id) s
		cross join lateral (values ('posted', 'cash:' || s.account_id, s.posted), ('received_by_bank', '', s.received),
			('unidentified', '', s.unidentified)) t (kind, debit, amount)
		where t.amount <> 0;
	end if;
	return null;
end $$;

create trigger sum_insert after insert on journal referencing new table as new_rows for each statement execute function sum_journal();
create trigger sum_update after update on journal referencing old table as old_rows new table as new_rows for each statement execute function sum_journal();
create trigger sum_delete after delete on journal referencing old table as old_rows for each statement execute function sum_journal();
create trigger sum_insert after insert on open_item referencing new table as new_rows for each statement execute function sum_item();
create trigger sum_update after update on open_item referencing old table as old_rows new table as new_rows for each statement execute function sum_item();
create trigger sum_delete after delete on open_item referencing old table as old_rows for each statement execute function sum_item();
create trigger sum_insert after insert on receipt referencing new table as new_rows for each statement execute function sum_receipt();
create trigger sum_update after update on receipt referencing old table as old_rows new table as new_rows for each statement execute function sum_receipt();
create trigger sum_delete after delete on receipt referencing old table as old_rows for each statement execute function sum_receipt();
create trigger sum_insert after insert on customer_credit referencing new table as new_rows for each statement execute function sum_credit();
create trigger sum_update after update on customer_credit referencing old table as old_rows new table as new_rows for each statement
	execute function sum_credit();
create trigger sum_delete after delete on customer_credit referencing old table as old_rows for each statement execute function sum_credit();
create trigger sum_update after update on bank_line referencing old table as old_rows new table as new_rows for each statement execute function sum_line();
create trigger sum_delete after delete on bank_line referencing old table as old_rows for each statement execute function sum_line();

insert into running_sum select * from counted_sum where amount <> 0;

-- What the last recount of a merchant found. Protocol time.
create table recount (
	merchant_id text primary key,
	at timestamptz not null,
	differences int not null,
	minor bigint not null -- the differences, without signs
);

grant select, insert, update on running_sum to :app;
grant select, insert, delete on sum_change to :app;
grant select on kept_sum, counted_sum to :app;
grant select, insert, update on recount to :app;
