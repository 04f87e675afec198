-- A line that pays documents of another currency than its account's: line_exchange.c. The two legs meet on fx_position, each in its own currency.

alter table receipt drop constraint receipt_kind_check, add constraint receipt_kind_check check (kind between 1 and 4);
alter table bank_line drop constraint bank_line_is_what_check,
	add constraint bank_line_is_what_check check (is_what in ('nothing', 'receipts', 'payout', 'return', 'refund', 'booked', 'exchanged'));

-- What fx_position must hold: the money of such receipts, less what their lines brought, and what providers' reports exchanged.
create function sum_exchanged_receipt() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
	if tg_op <> 'DELETE' then
		insert into public.sum_change
		select merchant_id, 'exchanged', currency, '', '', '', sum(amount) from new_rows where kind = 4 group by merchant_id, currency having sum(amount) <> 0;
	end if;
	if tg_op <> 'INSERT' then
		insert into public.sum_change
		select merchant_id, 'exchanged', currency, '', '', '', -sum(amount) from old_rows where kind = 4 group by merchant_id, currency having sum(amount) <> 0;
	end if;
	return null;
end $$;
create trigger exchanged_insert after insert on receipt referencing new table as new_rows for each statement execute function sum_exchanged_receipt();
create trigger exchanged_update after update on receipt referencing old table as old_rows new table as new_rows for each statement
	execute function sum_exchanged_receipt();
create trigger exchanged_delete after delete on receipt referencing old table as old_rows for each statement execute function sum_exchanged_receipt();

-- Lines come staged, as nothing.
create function sum_exchanged_line() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
	if tg_op = 'UPDATE' then
		insert into public.sum_change
		select merchant_id, 'exchanged', currency, '', '', '', returned - amount from new_rows where is_what = 'exchanged' and returned <> amount;
	end if;
	insert into public.sum_change
	select merchant_id, 'exchanged', currency, '', '', '', amount - returned from old_rows where is_what = 'exchanged' and returned <> amount;
	return null;
end $$;
create trigger exchanged_update after update on bank_line referencing old table as old_rows new table as new_rows for each statement
	execute function sum_exchanged_line();
create trigger exchanged_delete after delete on bank_line referencing old table as old_rows for each statement execute function sum_exchanged_line();

create function sum_exchanged_report() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
	if tg_op <> 'DELETE' then
		insert into public.sum_change
		select merchant_id, 'exchanged', currency, '', '', '', -sum(clearing) from new_rows where account = 'fx_position'
		group by merchant_id, currency having sum(clearing) <> 0;
	end if;
	if tg_op <> 'INSERT' then
		insert into public.sum_change
		select merchant_id, 'exchanged', currency, '', '', '', sum(clearing) from old_rows where account = 'fx_position'
		group by merchant_id, currency having sum(clearing) <> 0;
	end if;
	return null;
end $$;
create trigger exchanged_insert after insert on payout_report_posting referencing new table as new_rows for each statement
	execute function sum_exchanged_report();
create trigger exchanged_update after update on payout_report_posting referencing old table as old_rows new table as new_rows for each statement
	execute function sum_exchanged_report();
create trigger exchanged_delete after delete on payout_report_posting referencing old table as old_rows for each statement
	execute function sum_exchanged_report();

create view counted_exchange as
select c.merchant_id, c.currency, sum(c.amount)::bigint as amount
from (select merchant_id, currency, amount from receipt where kind = 4
	union all select merchant_id, currency, returned - amount from bank_line where is_what = 'exchanged'
	union all select merchant_id, currency, -clearing from payout_report_posting where account = 'fx_position') c
group by c.merchant_id, c.currency;

create or replace view counted_sum as
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
from bank_line where state in ('waiting', 'matched', 'returned') group by merchant_id, currency, account_id
union all
select c.merchant_id, 'clearing', c.currency, '', '', '', sum(c.amount)::bigint
from (select merchant_id, currency, amount from receipt where kind = 2
	union all select merchant_id, currency, -amount from refund
	union all select merchant_id, currency, -gross from payout_line
	union all select merchant_id, currency, clearing from payout_report_posting) c
group by c.merchant_id, c.currency
union all
select merchant_id, 'exchanged', currency, '', '', '', amount from counted_exchange;

insert into running_sum select merchant_id, 'exchanged', currency, '', '', '', amount from counted_exchange where amount <> 0;

create index line_exchanged on bank_line (merchant_id) where is_what = 'exchanged';
grant select on counted_exchange to :app;
