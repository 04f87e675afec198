-- Periods: period.h.

-- The month that is asked for, and the last that is closed.
-- name: period_fetch
select p.merchant_id, p.month, p.state, p.last_entry, p.asked_by, p.closed_by, p.reason, p.forced, p.warnings, p.seal, p.closed_at, p.revision
from period p where p.merchant_id = $1
	and (p.month = $2 or p.month = (select max(l.month) from period l where l.merchant_id = $1 and l.state = 'closed'))
order by p.month;

-- Is there an entry of the month that others may still come before?
-- name: period_moving
select exists (select 1 from journal j where j.merchant_id = $1 and j.entry > $3 and j.day <= $2) as moving;

-- Each account: what the month before closed with, and what moved since.
-- name: period_sums
select f.currency, f.account, sum(f.opening)::bigint as opening, sum(f.debit)::bigint as debit, sum(f.credit)::bigint as credit
from (
	select b.currency, b.account, b.opening + b.debit - b.credit as opening, 0 as debit, 0 as credit
	from period_balance b where b.merchant_id = $1 and b.month = date_trunc('month', $2::date)::date
	union all
	select j.currency, x.account, 0, sum(x.debit), sum(x.credit)
	from journal_between($1, $2::date, $3, $4, $5) j
	cross join lateral (values (j.debit, j.amount, 0), (j.credit, 0, j.amount)) x (account, debit, credit)
	group by j.currency, x.account) f
group by f.currency, f.account
having sum(f.opening) <> 0 or sum(f.debit) <> 0 or sum(f.credit) <> 0
order by f.currency collate "C", f.account collate "C";

-- What should be settled before the month ($2: its last day) is closed, at most $3 of it, and how much there is.
-- name: period_warnings
with found as (
	select 1 as rank, 'unposted_line' as kind, l.line_id as id, l.currency, l.amount, to_char(l.booking_date, 'YYYY-MM-DD') as detail
	from statement s
	join bank_line l on l.merchant_id = s.merchant_id and l.statement_id = s.statement_id
	where s.merchant_id = $1 and s.state = 'accepted' and l.state = 'staged' and l.booking_date <= $2
	union all
	select 2, 'undecided_statement', s.statement_id, '', 0, s.state || ' ' || s.bank_ref
	from statement s where s.merchant_id = $1 and s.state in ('staged', 'quarantined', 'undoing') and s.from_day <= $2
	union all
	select 3, 'open_exception', e.exception_id, e.currency, e.amount, e.kind
	from exception e left join bank_line l on l.merchant_id = e.merchant_id and l.line_id = e.subject_id
	where e.merchant_id = $1 and e.open and coalesce(l.booking_date, e.opened_at::date) <= $2)
select f.kind, f.id, f.currency, f.amount, f.detail, count(*) over () as total from found f order by f.rank, f.id limit $3;

-- name: period_insert
insert into period (
	merchant_id, month, state, last_entry, asked_by, closed_by, reason, forced, warnings, seal, closed_at, revision)
select * from unnest(
	$1::text[], $2::date[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::boolean[], $9::bigint[], $10::bytea[],
	$11::timestamptz[], $12::bigint[]);

-- name: period_update
update period t
set state = k.state, last_entry = k.last_entry, asked_by = k.asked_by, closed_by = k.closed_by, reason = k.reason, forced = k.forced,
	warnings = k.warnings, seal = k.seal, closed_at = k.closed_at, revision = k.revision
from unnest(
	$1::text[], $2::date[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::boolean[], $9::bigint[], $10::bytea[],
	$11::timestamptz[], $12::bigint[])
	as k (merchant_id, month, state, last_entry, asked_by, closed_by, reason, forced, warnings, seal, closed_at, revision)
where t.merchant_id = k.merchant_id and t.month = k.month;

-- name: period_balance_insert
insert into period_balance (
	merchant_id, month, currency, account, opening, debit, credit)
select * from unnest(
	$1::text[], $2::date[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[]);

-- name: show_periods
select to_char(p.month, 'YYYY-MM') as month, p.state, p.last_entry, p.forced, p.asked_by, p.closed_by, case when p.state = 'closed' then p.closed_at end as closed_at,
	p.reason, p.warnings as warning_count, case when p.state = 'closed' then encode(p.seal, 'hex') else '' end as seal
from period p where p.merchant_id = $1 order by p.month;

-- A closed month and its trial balance; a month without any entry has one row without an account.
-- name: period_balances
select p.month, p.seal, b.currency, b.account, coalesce(b.opening, 0) as opening, coalesce(b.debit, 0) as debit, coalesce(b.credit, 0) as credit
from period p left join period_balance b on b.merchant_id = p.merchant_id and b.month = p.month
where p.merchant_id = $1 and p.month = $2 and p.state = 'closed'
order by b.currency collate "C", b.account collate "C";
