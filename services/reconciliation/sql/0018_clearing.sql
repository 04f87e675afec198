-- Clearing has a sub-ledger too: what providers took for us, less what they gave back, less what they have put into payouts. And every transfer has a cause.

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
	union all select merchant_id, currency, -gross from payout_line) c
group by c.merchant_id, c.currency;

-- Of payments.
create function sum_clearing() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
	if tg_op <> 'DELETE' then
		insert into public.sum_change
		select merchant_id, 'clearing', currency, '', '', '', sum(amount) from new_rows where kind = 2 group by merchant_id, currency having sum(amount) <> 0;
	end if;
	if tg_op <> 'INSERT' then
		insert into public.sum_change
		select merchant_id, 'clearing', currency, '', '', '', -sum(amount) from old_rows where kind = 2 group by merchant_id, currency having sum(amount) <> 0;
	end if;
	return null;
end $$;
create function sum_refund() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
	if tg_op <> 'DELETE' then
		insert into public.sum_change
		select merchant_id, 'clearing', currency, '', '', '', -sum(amount) from new_rows group by merchant_id, currency having sum(amount) <> 0;
	end if;
	if tg_op <> 'INSERT' then
		insert into public.sum_change
		select merchant_id, 'clearing', currency, '', '', '', sum(amount) from old_rows group by merchant_id, currency having sum(amount) <> 0;
	end if;
	return null;
end $$;
create function sum_payout_line() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
	if tg_op <> 'DELETE' then
		insert into public.sum_change
		select merchant_id, 'clearing', currency, '', '', '', -sum(gross) from new_rows group by merchant_id, currency having sum(gross) <> 0;
	end if;
	if tg_op <> 'INSERT' then
		insert into public.sum_change
		select merchant_id, 'clearing', currency, '', '', '', sum(gross) from old_rows group by merchant_id, currency having sum(gross) <> 0;
	end if;
	return null;
end $$;
create trigger clearing_insert after insert on receipt referencing new table as new_rows for each statement execute function sum_clearing();
create trigger clearing_update after update on receipt referencing old table as old_rows new table as new_rows for each statement execute function sum_clearing();
create trigger clearing_delete after delete on receipt referencing old table as old_rows for each statement execute function sum_clearing();
create trigger sum_insert after insert on refund referencing new table as new_rows for each statement execute function sum_refund();
create trigger sum_update after update on refund referencing old table as old_rows new table as new_rows for each statement execute function sum_refund();
create trigger sum_delete after delete on refund referencing old table as old_rows for each statement execute function sum_refund();
create trigger sum_insert after insert on payout_line referencing new table as new_rows for each statement execute function sum_payout_line();
create trigger sum_update after update on payout_line referencing old table as old_rows new table as new_rows for each statement execute function sum_payout_line();
create trigger sum_delete after delete on payout_line referencing old table as old_rows for each statement execute function sum_payout_line();
insert into running_sum select * from counted_sum where kind = 'clearing' and amount <> 0;

alter table journal add constraint journal_has_cause check (cause <> '' and cause_id <> '00000000-0000-0000-0000-000000000000');
