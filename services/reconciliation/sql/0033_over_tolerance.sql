-- What is too much of a payment, but so little that the merchant keeps it: difference.h. It is a term of its receipt, and of what the proof says was received.

alter table difference_policy
	add column over_most bigint not null default 0 check (over_most >= 0 and over_most < 9007199254740992),
	add column over_share bigint not null default 10000 check (over_share between 0 and 10000); -- hundredths of a percent
alter table difference drop constraint difference_kind_check,
	add constraint difference_kind_check check (kind in ('charges', 'discount', 'tolerance', 'over'));
alter table receipt
	add column kept bigint not null default 0 check (kept >= 0),
	drop constraint receipt_sums,
	add constraint receipt_sums check (amount = allocated + unapplied + refunded + kept);

create or replace function sum_receipt() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
	if tg_op = 'INSERT' then
		insert into public.sum_change
		select s.merchant_id, t.kind, s.currency, '', '', '', t.amount
		from (select merchant_id, currency, sum(amount) filter (where kind <> 1) as a, sum(allocated) as b, sum(unapplied) as c, sum(refunded) as d,
				sum(kept) as e
			from new_rows group by merchant_id, currency) s
		cross join lateral (values ('received_elsewhere', s.a), ('receipts_allocated', s.b), ('receipts_unapplied', s.c), ('refunded', s.d),
			('kept', s.e)) t (kind, amount)
		where t.amount <> 0;
	elsif tg_op = 'UPDATE' then
		insert into public.sum_change
		select s.merchant_id, t.kind, s.currency, '', '', '', t.amount
		from (select merchant_id, currency, sum(n * amount) filter (where kind <> 1) as a, sum(n * allocated) as b, sum(n * unapplied) as c,
				sum(n * refunded) as d, sum(n * kept) as e
			from (select 1 as n, * from new_rows union all select -1, * from old_rows) r group by merchant_id, currency) s
		cross join lateral (values ('received_elsewhere', s.a), ('receipts_allocated', s.b), ('receipts_unapplied', s.c), ('refunded', s.d),
			('kept', s.e)) t (kind, amount)
		where t.amount <> 0;
	else
		insert into public.sum_change
		select s.merchant_id, t.kind, s.currency, '', '', '', -t.amount
		from (select merchant_id, currency, sum(amount) filter (where kind <> 1) as a, sum(allocated) as b, sum(unapplied) as c, sum(refunded) as d,
				sum(kept) as e
			from old_rows group by merchant_id, currency) s
		cross join lateral (values ('received_elsewhere', s.a), ('receipts_allocated', s.b), ('receipts_unapplied', s.c), ('refunded', s.d),
			('kept', s.e)) t (kind, amount)
		where t.amount <> 0;
	end if;
	return null;
end $$;

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
		sum(refunded) as refunded, sum(kept) as kept
	from receipt group by merchant_id, currency) s
cross join lateral (values ('received_elsewhere', s.elsewhere), ('receipts_allocated', s.allocated), ('receipts_unapplied', s.unapplied),
	('refunded', s.refunded), ('kept', s.kept)) t (kind, amount)
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
