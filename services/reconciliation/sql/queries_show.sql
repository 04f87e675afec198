-- Pages: $1 the merchant of the token, $2 how many, $3 after which id, then the filters, '' for any. No page walks over more than 20,000 rows: where those
-- gave less than was asked for, end_… says where to go on. What people ask for day by day has a statement and an index of its own.

-- name: show_accounts
select a.account_id as id, a.identifier, a.name, a.zone_name as zone, a.currency, a.collecting, a.closed, replace(a.providers, E'\n', ' ') as provider_accounts,
	a.chain_closing as balance, case when a.chain_started then a.chain_covered_to end as covered_to, a.chain_gap_sum as open_gaps,
	a.trust_waits, nullif(a.person_above, 0) as person_above, a.charset, a.format, a.profile
from bank_account a where a.merchant_id = $1 and a.account_id > $3 order by a.account_id limit $2;

-- name: show_files
select encode(f.sha256, 'hex') as sha256, f.name, f.size, f.state, f.rule, f.place_line as line, f.reason, f.client, f.tries, f.received_at
from (select * from statement_file where merchant_id = $1 and sha256 > decode($3, 'hex') order by sha256 limit 20000) f
where $4 = '' or f.state = $4 order by f.sha256 limit $2;

-- name: end_files
select encode(sha256, 'hex') as id from statement_file where merchant_id = $1 and sha256 > decode($2, 'hex') order by sha256 offset 19999 limit 1;

-- name: show_file_bytes
select b.bytes
from statement_file f
left join statement_bytes b on b.merchant_id = f.merchant_id and b.sha256 = f.sha256 and b.number = $3::int
where f.merchant_id = $1 and encode(f.sha256, 'hex') = $2 and f.sha256 = case when $2 ~ '^[0-9a-f]{64}$' then decode($2, 'hex') else '' end;

-- name: show_statements
select s.statement_id as id, s.account_id, s.identifier, s.bank_ref, s.sequence, s.state, s.currency, s.opening, s.closing, s.line_count, s.line_new, s.remaining,
	s.from_day as from_date, s.to_day as to_date, case when s.rule = 'none' then '' else s.rule end as rule, s.place_line as line, s.reason, s.placement,
	s.accepted_by, encode(s.file_sha256, 'hex') as file
from (select * from statement where merchant_id = $1 and statement_id > $3 order by statement_id limit 20000) s
where ($4 = '' or s.account_id::text = $4) and ($5 = '' or s.state = $5) and ($6 = '' or encode(s.file_sha256, 'hex') = $6)
order by s.statement_id limit $2;

-- name: end_statements
select statement_id as id from statement where merchant_id = $1 and statement_id > $2 order by statement_id offset 19999 limit 1;

-- name: show_statement_rules
select r.number, r.rule, r.place_line as line, r.place_byte as byte, r.reason from statement_rule r
where r.merchant_id = $1 and r.statement_id = $2 order by r.number;

-- name: show_lines
select l.line_id as id, l.account_id, l.statement_id, l.number, l.booking_date, l.value_date, l.amount, l.currency, l.state, l.is_what, l.verdict, l.candidates,
	l.by_person, l.returned, l.rest, l.code, l.return_reason
from (select * from bank_line where merchant_id = $1 and line_id > $3 order by line_id limit 20000) l
where ($4 = '' or l.account_id::text = $4) and ($5 = '' or l.statement_id::text = $5) and ($6 = '' or l.state = $6) and (l.state <> 'staged' or $6 = 'staged')
order by l.line_id limit $2;

-- name: end_lines
select line_id as id from bank_line where merchant_id = $1 and line_id > $2 order by line_id offset 19999 limit 1;

-- name: show_lines_waiting
select l.line_id as id, l.account_id, l.statement_id, l.number, l.booking_date, l.value_date, l.amount, l.currency, l.state, l.is_what, l.verdict, l.candidates,
	l.by_person, l.returned, l.rest, l.code, l.return_reason
from bank_line l
where l.merchant_id = $1 and l.line_id > $3 and l.waits and ($4 = '' or l.account_id::text = $4) and ($5 = '' or l.statement_id::text = $5) and $6 <> ''
order by l.line_id limit $2;

-- In the order of the file.
-- name: show_lines_of_statement
select l.line_id as id, l.account_id, l.statement_id, l.number, l.booking_date, l.value_date, l.amount, l.currency, l.state, l.is_what, l.verdict, l.candidates,
	l.by_person, l.returned, l.rest, l.code, l.return_reason
from bank_line l
where l.merchant_id = $1 and l.statement_id = $5::text::uuid and ($4 = '' or l.account_id::text = $4) and ($6 = '' or l.state = $6)
	and (l.state <> 'staged' or $6 = 'staged')
	and l.number > coalesce((select a.number from bank_line a where a.merchant_id = $1 and a.line_id = $3), 0)
order by l.number limit $2;

-- name: show_line
select l.line_id as id, l.account_id, l.statement_id, l.number, l.booking_date, l.value_date, l.amount, l.currency, l.state, l.is_what, l.verdict, l.candidates,
	l.by_person, l.returned, l.rest, l.reversal, l.code, l.return_reason, l.end_to_end, l.bank_ref, l.transaction_ref, l.mandate, l.batch_ref,
	l.reference_list as structured_references, l.booked_to, case when l.counterpart_id <> '00000000-0000-0000-0000-000000000000' then l.counterpart_id end as counterpart_id,
	l.place_line, l.place_byte, encode(l.key, 'hex') as key, l.occurrence, l.rule_set,
	coalesce(p.texts, '') as remittance, coalesce(p.party_name, '') as party_name, coalesce(p.party_iban, '') as party_iban,
	case when d.original_amount is not null then d.original_currency || ' ' || d.original_amount else '' end as original, coalesce(d.rate, '') as rate,
	coalesce(d.charges, '') as charges, coalesce(d.bank_code, '') as bank_code, coalesce(d.original_ref, '') as original_ref,
	coalesce(d.return_text, '') as return_text, coalesce(d.party_account, '') as party_account, coalesce(d.party_bank, '') as party_bank,
	coalesce(d.party_customer, '') as party_customer, coalesce(d.party_ultimate, '') as party_ultimate
from bank_line l left join bank_line_person p using (merchant_id, line_id) left join bank_line_detail d using (merchant_id, line_id)
where l.merchant_id = $1 and l.line_id = $2;

-- name: show_candidates
select c.look, c.number, c.rule, c.lost, c.kind, c.target_id, c.customer_ref, c.label, c.open, c.signs, c.chosen, c.amount, coalesce(i.currency, l.currency) as currency
from bank_line_candidate c join bank_line l using (merchant_id, line_id)
	left join invoice i on c.kind = 0 and i.merchant_id = c.merchant_id and i.invoice_id = c.target_id
where c.merchant_id = $1 and c.line_id = $2 order by c.look, c.number;

-- name: show_receipts
select r.receipt_id as id, r.customer_ref, r.kind, r.source_id, r.account_id, r.value_date, r.currency, r.amount, r.allocated, r.unapplied, r.refunded, r.kept, r.returned, r.refund_requested
from (select * from receipt where merchant_id = $1 and receipt_id > $3 order by receipt_id limit 20000) r
where ($4 = '' or r.customer_ref = $4) and ($5 = '' or r.source_id::text = $5) order by r.receipt_id limit $2;

-- name: end_receipts
select receipt_id as id from receipt where merchant_id = $1 and receipt_id > $2 order by receipt_id offset 19999 limit 1;

-- name: show_receipts_of_customer
select r.receipt_id as id, r.customer_ref, r.kind, r.source_id, r.account_id, r.value_date, r.currency, r.amount, r.allocated, r.unapplied, r.refunded, r.kept, r.returned, r.refund_requested
from receipt r
where r.merchant_id = $1 and r.customer_ref = $4 and r.receipt_id > $3 and ($5 = '' or r.source_id::text = $5) order by r.receipt_id limit $2;

-- name: show_receipts_of_source
select r.receipt_id as id, r.customer_ref, r.kind, r.source_id, r.account_id, r.value_date, r.currency, r.amount, r.allocated, r.unapplied, r.refunded, r.kept, r.returned, r.refund_requested
from receipt r
where r.merchant_id = $1 and r.source_id = $5::text::uuid and r.receipt_id > $3 and ($4 = '' or r.customer_ref = $4) order by r.receipt_id limit $2;

-- name: show_allocations
select a.allocation_id as id, a.invoice_id, a.part, i.number as invoice_number, a.amount, i.currency, i.open
from allocation a join open_item i using (merchant_id, invoice_id, part)
where a.merchant_id = $1 and a.receipt_id = $2 and a.amount > 0 order by a.allocation_id;

-- name: show_items
select i.invoice_id as id, i.part, i.customer_ref, i.number as invoice_number, i.due_date, i.currency, i.amount, i.allocated, i.credited, i.discounted,
	i.written_off, i.open, i.last_value_date
from (select * from open_item where merchant_id = $1 and invoice_id > $3 order by invoice_id fetch first 20000 rows with ties) i
where ($4 = '' or i.customer_ref = $4) and ($5 = '' or (i.open > 0) = ($5 = 'true'))
order by i.invoice_id fetch first ($2) rows with ties;

-- name: end_items
select invoice_id as id from open_item where merchant_id = $1 and invoice_id > $2 order by invoice_id offset 19999 limit 1;

-- name: show_items_of_customer
select i.invoice_id as id, i.part, i.customer_ref, i.number as invoice_number, i.due_date, i.currency, i.amount, i.allocated, i.credited, i.discounted,
	i.written_off, i.open, i.last_value_date
from open_item i
where i.merchant_id = $1 and i.customer_ref = $4 and i.invoice_id > $3 and ($5 = '' or (i.open > 0) = ($5 = 'true'))
order by i.invoice_id fetch first ($2) rows with ties;

-- name: show_exceptions
select e.exception_id as id, e.kind, e.subject_id, e.stream, e.open, e.currency, e.amount, e.detail, e.opened_at,
	case when not e.open then e.closed_at end as closed_at, e.closed_by
from (select * from exception where merchant_id = $1 and exception_id > $3 order by exception_id limit 20000) e
where ($4 = '' or e.open = ($4 = 'true')) and ($5 = '' or e.kind = $5) order by e.exception_id limit $2;

-- name: end_exceptions
select exception_id as id from exception where merchant_id = $1 and exception_id > $2 order by exception_id offset 19999 limit 1;

-- name: show_exceptions_open
select e.exception_id as id, e.kind, e.subject_id, e.stream, e.open, e.currency, e.amount, e.detail, e.opened_at,
	case when not e.open then e.closed_at end as closed_at, e.closed_by
from exception e
where e.merchant_id = $1 and e.exception_id > $3 and e.open and $4 <> '' and ($5 = '' or e.kind = $5) order by e.exception_id limit $2;

-- name: show_journal
select j.transfer_id as id, j.entry, j.day, to_char(journal_period(j.merchant_id, j.entry, j.day), 'YYYY-MM') as period, j.debit, j.credit, j.currency,
	j.amount, j.cause, j.cause_id, j.customer_ref, j.posted_at
from (select * from journal where merchant_id = $1 and transfer_id > $3 order by transfer_id limit 20000) j
where ($4 = '' or j.cause = $4) and ($5 = '' or j.customer_ref = $5) and ($6 = '' or j.cause_id::text = $6) order by j.transfer_id limit $2;

-- name: end_journal
select transfer_id as id from journal where merchant_id = $1 and transfer_id > $2 order by transfer_id offset 19999 limit 1;

-- name: show_payouts
select p.payout_id as id, p.provider_account, p.provider_ref, p.currency, p.amount, p.gross, p.fees, p.line_count, p.lines_seen, p.arrival_date, p.has_arrived,
	case when p.has_arrived then p.bank_line_id end as line_id, p.paid, r.report_id, coalesce(r.state, '') as report_state,
	coalesce(r.differences, '') as differences, concat_ws(' ', case when p.paid then 'payments' end, case when r.report_id is not null then 'report' end,
		case when p.has_arrived then 'bank' end) as seen,
	case when r.state = 'differs' then 'differs' when p.paid and p.has_arrived and r.state = 'agrees' then 'agrees' else 'waiting' end as three_ways
from (select * from payout where merchant_id = $1 and payout_id > $3 order by payout_id limit 20000) p
left join payout_report r on r.merchant_id = p.merchant_id and r.report_id = p.report_id
where ($4 = '' or p.has_arrived = ($4 = 'true')) and ($5 = '' or p.provider_account = $5) order by p.payout_id limit $2;

-- name: end_payouts
select payout_id as id from payout where merchant_id = $1 and payout_id > $2 order by payout_id offset 19999 limit 1;

-- ---- sums ----

-- name: flows
select s.currency, s.debit, s.credit, s.cause, s.amount from kept_sum s where s.merchant_id = $1 and s.kind = 'flow' and s.amount <> 0;

-- All that the proof is made of, in one statement and so as of one moment, by sums that are kept as rows change: the journal's flows, the same money
-- counted by the aggregates, the lines posted of each bank account, and what its last statement says.
-- name: proof_rows
select s.kind, s.currency, s.debit, s.credit, s.cause, s.amount, null::uuid as id, 0::bigint as closing, 0::bigint as gaps, 0::bigint as accepted
from kept_sum s where s.merchant_id = $1
union all
select 'account', a.currency, 'cash:' || a.account_id, '', '', 0, a.account_id, a.chain_closing, a.chain_gap_sum, a.chain_line_sum
from bank_account a where a.merchant_id = $1;

-- The same from every row, and where the sums that are kept differ.
-- name: recount_rows
with kept as materialized (select * from kept_sum where merchant_id = $1),
counted as materialized (select * from counted_sum where merchant_id = $1)
select s.kind, s.currency, s.debit, s.credit, s.cause, s.amount, null::uuid as id, 0::bigint as closing, 0::bigint as gaps, 0::bigint as accepted
from counted s
union all
select 'account', a.currency, 'cash:' || a.account_id, '', '', 0, a.account_id, a.chain_closing, a.chain_gap_sum, a.chain_line_sum
from bank_account a where a.merchant_id = $1
union all
select 'difference ' || kind, currency, debit, credit, cause, coalesce(k.amount, 0) - coalesce(c.amount, 0), null, 0, 0, 0
from kept k full join counted c using (merchant_id, kind, currency, debit, credit, cause) where coalesce(k.amount, 0) <> coalesce(c.amount, 0);

-- A recount reads every row: by scans, planned for that merchant.
-- name: recount_plan
select set_config('enable_seqscan', 'on', true), set_config('plan_cache_mode', 'force_custom_plan', true);
