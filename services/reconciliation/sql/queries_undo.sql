-- The import of a statement taken back: undo.h.

-- name: chain_before_insert
insert into chain_before (
	merchant_id, statement_id, account_id, chain_started, chain_opening, chain_closing, chain_line_sum, chain_gap_sum, chain_from, chain_to,
	chain_covered_to, chain_sequence, chain_last)
select * from unnest(
	$1::text[], $2::uuid[], $3::uuid[], $4::boolean[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[], $9::date[], $10::date[], $11::date[],
	$12::bigint[], $13::uuid[]);

-- name: gap_before_insert
insert into gap_before (
	merchant_id, statement_id, gap_id, from_day, to_day, balance_before, balance_after, open)
select * from unnest(
	$1::text[], $2::uuid[], $3::uuid[], $4::date[], $5::date[], $6::bigint[], $7::bigint[], $8::boolean[]);

-- name: chain_before_fetch
select b.* from chain_before b where b.merchant_id = $1 and b.statement_id = $2;

-- name: gap_before_fetch
select b.* from gap_before b where b.merchant_id = $1 and b.statement_id = $2 order by b.gap_id;

-- Gaps that it had changed, closed ones too, and the exceptions about them.
-- name: undo_gap_fetch
select g.* from gap_before b join statement_gap g using (merchant_id, gap_id) where b.merchant_id = $1 and b.statement_id = $2 order by g.gap_id;

-- name: undo_gap_exception_fetch
select e.* from exception e
where e.merchant_id = $1 and e.subject_id in (
	select g.statement_id from gap_before b join statement_gap g using (merchant_id, gap_id) where b.merchant_id = $1 and b.statement_id = $2);

-- How many lines of a statement are to be undone, and the first thing that stands against it. Every number: what no other index than the statement's can
-- answer. A closed month is looked for first: where there is none, no entry is.
-- name: undo_facts
with mine as materialized (
	select l.* from (select 1::bigint as low, 9223372036854775807 as high offset 0) every
	cross join lateral (
		select l.line_id, l.number, l.state, l.amount, l.returned, l.by_person, l.is_return, l.took_receipts, l.counterpart_id from bank_line l
		where l.merchant_id = $1 and l.statement_id = $2 and l.number between low and high and l.state not in ('known', 'undone') offset 0) l),
closed as materialized (
	select p.month, p.last_entry, (p.month + interval '1 month')::date as next from period p where p.merchant_id = $1 and p.state = 'closed'),
sealed as materialized (
	select c.month from closed c
	where exists (
		select from (select line_id as id from mine union all select $2::uuid) m
		cross join lateral (select j.entry, j.day from journal j where j.merchant_id = $1 and j.cause_id = m.id offset 0) j
		where j.entry <= c.last_entry and j.day < c.next)
	order by c.month limit 1),
money as materialized (
	select m.number, r.receipt_id, r.refunded from mine m
	cross join lateral (select r.receipt_id, r.refunded from receipt r where r.merchant_id = $1 and r.source_id = m.line_id offset 0) r
	where m.state = 'matched'),
found (rank, obstacle, name) as (
	select 1, 'later_statement', 'statement ' || o.bank_ref
	from statement s join bank_account a using (merchant_id, account_id)
	join statement o on o.merchant_id = a.merchant_id and o.statement_id = a.chain_last
	where s.merchant_id = $1 and s.statement_id = $2 and a.chain_last <> $2
	union all
	(select 2, 'matched_by_person', 'line ' || m.number from mine m where m.by_person and m.state <> 'waiting' order by m.number limit 1)
	union all
	(select 3, 'exported', e.target || ' ' || e.number || ' of ' || to_char(e.month, 'YYYY-MM')
	from sealed c join export e on e.merchant_id = $1 and e.month = c.month order by e.number, e.target collate "C" limit 1)
	union all
	select 4, 'period_closed', to_char(c.month, 'YYYY-MM') from sealed c
	union all
	(select 5, 'receipt_refunded', 'line ' || m.number from money m where m.refunded > 0 order by m.number limit 1)
	union all
	(select 6, 'written_off', 'line ' || m.number || ', ' || i.number
	from money m join allocation a on a.merchant_id = $1 and a.receipt_id = m.receipt_id and a.amount > 0
	join open_item i on i.merchant_id = $1 and i.invoice_id = a.invoice_id and i.part = a.part and i.written_off > 0
	where i.written_off > (select coalesce(sum(d.amount), 0) from difference d
		where d.merchant_id = $1 and d.invoice_id = i.invoice_id and d.part = i.part and d.kind not in ('discount', 'over'))
	order by m.number, i.number collate "C" limit 1)
	union all
	(select 7, 'return_taken_back', 'line ' || m.number from mine m
	where m.is_return and ((m.amount > 0 and m.state = 'matched') or m.returned > 0) order by m.number limit 1)
	union all
	(select 8, 'line_returned', 'line ' || m.number
	from mine m left join mine d on d.is_return and d.state = 'matched' and d.amount < 0 and d.counterpart_id = m.line_id
	where m.returned > 0 and not m.is_return group by m.number, m.returned having m.returned <> coalesce(-sum(d.amount), 0) order by m.number limit 1)
	union all
	(select 9, 'earlier_line_matched', 'line ' || m.number
	from mine m join bank_line o on o.merchant_id = $1 and o.line_id = m.counterpart_id
	where m.is_return and m.state = 'matched' and m.amount < 0 and case when o.is_what = 'receipts'
		then not m.took_receipts or (select coalesce(sum(r.returned), 0) from receipt r where r.merchant_id = $1 and r.source_id = o.line_id) < -m.amount
		when o.is_what = 'exchanged'
		then not m.took_receipts or not exists (select from receipt r where r.merchant_id = $1 and r.source_id = o.line_id and r.returned > 0)
		else o.is_what <> 'nothing' end
	order by m.number limit 1))
select (select count(*) from mine) as lines, coalesce(f.obstacle, '') as obstacle, coalesce(f.name, '') as name
from (select 1) one left join lateral (select f.obstacle, f.name from found f order by f.rank limit 1) f on true;

-- Lines of statements that are being undone: returns before what they took back, the last of the file first.
-- name: undo_due
select l.merchant_id, l.line_id, l.line_id::text as id
from (select s.merchant_id, s.statement_id from statement s where s.state = 'undoing') s
cross join (select 1::bigint as low, 9223372036854775807 as high offset 0) every
cross join lateral (
	select l.merchant_id, l.line_id, l.number, l.is_return, l.state from bank_line l
	where l.merchant_id = s.merchant_id and l.statement_id = s.statement_id and l.number between low and high and l.state not in ('known', 'undone')
	offset 0) l
where not exists (select from inbox i where i.source = 'tick:undo' and i.id = l.line_id::text)
order by l.is_return and l.state = 'matched' desc, l.number desc limit $1;

-- name: notice_free
update notice n set line_id = null, is_part = false
from unnest($1::text[], $2::uuid[]) k (merchant_id, line_id)
where n.merchant_id = k.merchant_id and n.line_id = k.line_id;
