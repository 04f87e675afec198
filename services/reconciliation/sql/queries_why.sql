-- The chain of causes: $1 the merchant, $2 ids.

-- name: why_number
select i.invoice_id from invoice i where i.merchant_id = $1 and i.number = $2 and i.issued;

-- What has that id first, then all that hangs together with it: lines with what they take back or are taken back by, the receipts that they became, those of
-- which their payers deducted, what those stand against, the payouts that they are or are in. At most a hundred of each.
-- name: why_reach
with asked as (
	select 'line' as what, l.line_id as id from bank_line l where l.merchant_id = $1 and l.line_id = $2 and l.state <> 'staged'
	union all
	select 'invoice', i.invoice_id from invoice i where i.merchant_id = $1 and i.invoice_id = $2 and i.issued
	union all
	select 'receipt', r.receipt_id from receipt r where r.merchant_id = $1 and r.receipt_id = $2
	union all
	select 'payout', p.payout_id from payout p where p.merchant_id = $1 and p.payout_id = $2
	union all
	(select 'receipt', r.receipt_id from receipt r where r.merchant_id = $1 and r.source_id = $2 and r.receipt_id <> $2 and r.kind not in (1, 4)
	order by r.receipt_id limit 100)),
direct as (
	select a.id from asked a where a.what = 'line'
	union
	(select l.line_id from asked a join bank_line l on l.merchant_id = $1 and l.counterpart_id = a.id and l.is_what = 'return' where a.what = 'line' limit 100)
	union
	select l.counterpart_id from asked a join bank_line l on l.merchant_id = $1 and l.line_id = a.id and l.is_what = 'return' where a.what = 'line'),
receipts as (
	select a.id from asked a where a.what = 'receipt'
	union
	(select r.receipt_id from direct d join receipt r on r.merchant_id = $1 and r.source_id = d.id limit 100)
	union
	(select t.receipt_id from direct d join receipt r on r.merchant_id = $1 and r.source_id = d.id
		join allocation t on t.merchant_id = $1 and t.beside_id = r.receipt_id and t.beside_id <> '00000000-0000-0000-0000-000000000000' limit 100)
	union
	(select t.receipt_id from asked a join allocation t on t.merchant_id = $1 and t.invoice_id = a.id and t.amount > 0 where a.what = 'invoice' limit 100)),
payouts as (
	select a.id from asked a where a.what = 'payout'
	union
	select l.counterpart_id from direct d join bank_line l on l.merchant_id = $1 and l.line_id = d.id and l.is_what = 'payout'
	union
	(select l.payout_id from receipts t join receipt r on r.merchant_id = $1 and r.receipt_id = t.id and r.kind = 2
	join payout_line l on l.merchant_id = $1 and l.attempt_id = r.source_id and l.attempt_id <> '00000000-0000-0000-0000-000000000000' limit 100)),
lines as (
	select d.id from direct d
	union
	select r.source_id from receipts t join receipt r on r.merchant_id = $1 and r.receipt_id = t.id and r.kind in (1, 4)
	union
	select p.bank_line_id from payouts t join payout p on p.merchant_id = $1 and p.payout_id = t.id and p.has_arrived),
invoices as (
	select a.id from asked a where a.what = 'invoice'
	union
	(select t.invoice_id from receipts r join allocation t on t.merchant_id = $1 and t.receipt_id = r.id limit 100))
select what, id, 0 as place from asked
union
select 'line', l.id, 1 from lines l where not exists (select 1 from asked a where a.id = l.id)
union
select 'receipt', r.id, 2 from receipts r where not exists (select 1 from asked a where a.id = r.id)
union
select 'payout', p.id, 3 from payouts p where not exists (select 1 from asked a where a.id = p.id)
union
select 'invoice', i.id, 4 from invoices i where not exists (select 1 from asked a where a.id = i.id)
order by place, id;

-- name: why_files
select distinct encode(f.sha256, 'hex') as sha256, f.name, f.size, f.client, f.received_at
from bank_line l join statement s using (merchant_id, statement_id) join statement_file f on f.merchant_id = s.merchant_id and f.sha256 = s.file_sha256
where l.merchant_id = $1 and l.line_id = any ($2::uuid[]) order by f.received_at;

-- name: why_statements
select distinct s.statement_id as id, s.bank_ref, s.from_day as from_date, s.to_day as to_date, s.opening, s.closing, s.currency, s.placement, s.accepted_by
from bank_line l join statement s using (merchant_id, statement_id)
where l.merchant_id = $1 and l.line_id = any ($2::uuid[]) order by s.from_day, s.statement_id;

-- name: why_lines
select l.line_id as id, l.place_line, l.booking_date, l.amount, l.currency, l.end_to_end, l.reference_list as structured_references,
	coalesce(p.texts, '') as remittance, l.state, l.is_what, l.verdict, l.by_person, l.booked_to, l.rule_set,
	case when l.counterpart_id <> '00000000-0000-0000-0000-000000000000' then l.counterpart_id end as counterpart_id
from bank_line l left join bank_line_person p using (merchant_id, line_id)
where l.merchant_id = $1 and l.line_id = any ($2::uuid[]) order by l.booking_date, l.line_id;

-- name: why_looks
select c.line_id, c.look, c.number, c.rule, c.lost, c.kind, c.target_id, c.label, c.signs, c.open, c.chosen, c.amount, coalesce(i.currency, l.currency) as currency
from bank_line_candidate c join bank_line l using (merchant_id, line_id)
	left join invoice i on c.kind = 0 and i.merchant_id = c.merchant_id and i.invoice_id = c.target_id
where c.merchant_id = $1 and c.line_id = any ($2::uuid[]) order by c.line_id, c.look, c.number limit 1000;

-- What was received of each line in another currency, beside what its bank booked.
-- name: why_exchanges
select l.line_id, r.receipt_id, l.amount as booked, l.currency as booked_currency, r.amount + r.returned as original, r.currency as original_currency,
	l.line_id as exchange, coalesce(d.rate, '') as told_rate
from bank_line l join receipt r on r.merchant_id = l.merchant_id and r.source_id = l.line_id and r.kind = 4 and r.amount + r.returned > 0
	left join bank_line_detail d on d.merchant_id = l.merchant_id and d.line_id = l.line_id
where l.merchant_id = $1 and l.line_id = any ($2::uuid[]) order by l.line_id, r.receipt_id;

-- name: why_payouts
select p.payout_id as id, p.provider_account, p.provider_ref, p.amount, p.currency, p.has_arrived, case when p.has_arrived then p.bank_line_id end as line_id
from payout p where p.merchant_id = $1 and p.payout_id = any ($2::uuid[]) order by p.payout_id;

-- name: why_history
select s.at, e.kind, s.act, s.who, s.detail, e.subject_id
from exception e join exception_step s using (merchant_id, exception_id)
where e.merchant_id = $1 and (e.subject_id = any ($2::uuid[])
	or e.subject_id in (select p.report_id from payout p where p.merchant_id = $1 and p.payout_id = any ($2::uuid[])))
order by s.at, e.exception_id, s.number limit 1000;

-- name: why_receipts
select r.receipt_id as id, r.kind, r.customer_ref, r.source_id, r.value_date, r.currency, r.amount, r.allocated, r.unapplied, r.refunded, r.kept, r.returned
from receipt r where r.merchant_id = $1 and r.receipt_id = any ($2::uuid[]) order by r.value_date, r.receipt_id;

-- name: why_allocations
select a.allocation_id as id, a.receipt_id, a.invoice_id, a.part, a.amount, r.currency,
	case when a.beside_id <> '00000000-0000-0000-0000-000000000000' then a.beside_id end as beside
from allocation a join receipt r using (merchant_id, receipt_id)
where a.merchant_id = $1 and a.receipt_id = any ($2::uuid[]) order by a.receipt_id, a.allocation_id limit 1000;

-- name: why_differences
select d.difference_id as id, d.kind, d.receipt_id, d.invoice_id, d.part, d.amount, d.undone, d.currency
from difference d where d.merchant_id = $1 and d.receipt_id = any ($2::uuid[]) order by d.receipt_id, d.difference_id limit 1000;

-- name: why_items
select i.invoice_id as id, i.part, i.number as invoice_number, i.customer_ref, i.currency, i.amount, i.allocated, i.credited, i.discounted, i.written_off, i.open,
	coalesce((select string_agg(format('%s %% until %s', trim_scale(split_part(step, ' ', 1)::numeric / 100), v.issued_on + split_part(step, ' ', 2)::int), ', ' order by n)
		from invoice v cross join string_to_table(v.discounts, chr(10)) with ordinality as t (step, n)
		where v.merchant_id = i.merchant_id and v.invoice_id = i.invoice_id), '') as discount_terms
from open_item i where i.merchant_id = $1 and i.invoice_id = any ($2::uuid[]) order by i.invoice_id, i.part;

-- A payment at a provider is the cause by its attempt.
-- name: why_transfers
select j.transfer_id as id, j.day, j.debit, j.credit, j.currency, j.amount, j.cause, j.cause_id
from journal j
where j.merchant_id = $1 and j.cause_id in (
	select unnest($2::uuid[]) union select r.source_id from receipt r where r.merchant_id = $1 and r.receipt_id = any ($2::uuid[])
	union select d.difference_id from difference d where d.merchant_id = $1 and d.receipt_id = any ($2::uuid[])
	union select p.report_id from payout p where p.merchant_id = $1 and p.payout_id = any ($2::uuid[]))
order by j.posted_at, j.transfer_id limit 1000;

-- name: why_events
select 'line' as aggregate, l.line_id as id, 'dunlin.ledger.v1' as topic, l.merchant_id || ':@account:' || l.account_id as key, l.revision
from bank_line l where l.merchant_id = $1 and l.line_id = any ($2::uuid[])
union all
select 'receipt', r.receipt_id, 'dunlin.ledger.v1', r.merchant_id || ':' || r.customer_ref, r.revision
from receipt r where r.merchant_id = $1 and r.receipt_id = any ($2::uuid[])
union all
select 'open_item', i.invoice_id, 'dunlin.ledger.v1', i.merchant_id || ':' || i.customer_ref, i.revision
from open_item i where i.merchant_id = $1 and i.invoice_id = any ($2::uuid[])
order by 1, 2;
