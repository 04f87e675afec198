-- What reconciliation looks for and reads. Keys come in as parallel arrays; k is what was asked for, n its place.

-- ---- find: unlocked; what is found is read again under its lock ----

-- With the line that the one that it takes back had taken back.
-- name: find_line
select k.n, l.*, p.texts, p.party_name, p.party_iban, s.identifier, o.counterpart_id as beyond_id
from unnest($1::text[], $2::uuid[]) with ordinality k (merchant_id, line_id, n)
join bank_line l using (merchant_id, line_id)
cross join lateral (select s.identifier from statement s where s.merchant_id = l.merchant_id and s.statement_id = l.statement_id offset 0) s
left join bank_line_person p using (merchant_id, line_id)
left join lateral (
	select o.counterpart_id, o.is_return from bank_line o where l.is_return and o.merchant_id = l.merchant_id and o.line_id = l.counterpart_id offset 0) o
	on o.is_return;

-- name: find_statement
select s.merchant_id, s.statement_id, s.identifier
from unnest($1::text[], $2::uuid[]) k (merchant_id, statement_id) join statement s using (merchant_id, statement_id);

-- name: find_invoice
select i.merchant_id, i.invoice_id, i.customer_ref
from unnest($1::text[], $2::uuid[]) k (merchant_id, invoice_id) join invoice i using (merchant_id, invoice_id);

-- name: find_number
select i.merchant_id, i.invoice_id, i.customer_ref
from unnest($1::text[], $2::text[]) k (merchant_id, number)
join invoice i on i.merchant_id = k.merchant_id and i.number = k.number and i.issued;

-- Whose a payout, a receipt, or what a line became is: the stream that locks it.
-- name: find_owner
select k.merchant_id, p.payout_id as id, '@provider:' || p.provider_account as stream, 'payout' as what
from unnest($1::text[], $2::uuid[]) k (merchant_id, id)
join payout p on p.merchant_id = k.merchant_id and p.payout_id = k.id
union all
select k.merchant_id, r.receipt_id, r.customer_ref, 'receipt'
from unnest($1::text[], $2::uuid[]) k (merchant_id, id)
join receipt r on r.merchant_id = k.merchant_id and r.receipt_id = k.id
union all
select k.merchant_id, r.receipt_id, r.customer_ref, 'receipt'
from unnest($1::text[], $2::uuid[]) k (merchant_id, id)
join receipt r on r.merchant_id = k.merchant_id and r.source_id = k.id and r.receipt_id <> k.id;

-- name: find_exception
select e.merchant_id, e.exception_id, e.stream, coalesce(a.identifier, s.identifier, '') as identifier
from unnest($1::text[], $2::uuid[]) k (merchant_id, exception_id)
join exception e using (merchant_id, exception_id)
left join bank_account a on a.merchant_id = e.merchant_id and e.stream = '@account:' || a.account_id
left join statement s on s.merchant_id = e.merchant_id and s.statement_id = e.subject_id;

-- name: find_token
select k.n, k.how, k.token, r.target_id, r.kind, r.customer_ref
from unnest($1::bigint[], $2::text[], $3::text[], $4::int[]) k (n, merchant_id, token, how)
join reference r using (merchant_id, token);

-- By account or another mark.
-- name: find_payer
select k.n, k.iban, p.customer_ref
from unnest($1::bigint[], $2::text[], $3::text[]) k (n, merchant_id, iban)
join payer p using (merchant_id, iban) where not p.withdrawn;

-- Whose form of words it is, and what they owe; too much to be searched is cut, and then found to be too much.
-- name: find_form
select k.n, p.customer_ref, i.invoice_id
from unnest($1::bigint[], $2::text[], $3::text[], $4::text[]) k (n, merchant_id, iban, currency)
join payer p using (merchant_id, iban)
left join lateral (
	select i.invoice_id from open_item i
	where i.merchant_id = p.merchant_id and i.customer_ref = p.customer_ref and i.currency = k.currency and i.open > 0
	order by i.open limit $5::bigint) i on true
where not p.withdrawn;

-- name: find_payer_amount
select k.n, i.invoice_id, i.customer_ref
from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::bigint[]) k (n, merchant_id, iban, currency, amount)
join payer p on p.merchant_id = k.merchant_id and p.iban = k.iban and not p.withdrawn
join open_item i on i.merchant_id = p.merchant_id and i.customer_ref = p.customer_ref and i.currency = k.currency and i.open = k.amount and i.open > 0;

-- What a customer owes of open amounts from least to most: everything, where it is not too much to be searched (one more than that tells so), or what is exactly
-- so much.
-- name: find_owed
select k.n, i.invoice_id, i.customer_ref
from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[]) k (n, merchant_id, customer_ref, currency, least, most)
cross join lateral (
	select i.invoice_id, i.customer_ref from open_item i
	where i.merchant_id = k.merchant_id and i.customer_ref = k.customer_ref and i.currency = k.currency and i.open between k.least and k.most
	order by i.open limit $7::bigint) i;

-- name: find_payout_amount
select k.n, p.payout_id, p.provider_account
from unnest($1::bigint[], $2::text[], $3::uuid[], $4::text[], $5::bigint[]) k (n, merchant_id, account_id, currency, amount)
join bank_account a on a.merchant_id = k.merchant_id and a.account_id = k.account_id and a.providers <> ''
join payout p on p.merchant_id = k.merchant_id and p.amount = k.amount and p.currency = k.currency and p.paid and not p.has_arrived
	and p.provider_account = any (string_to_array(a.providers, E'\n'));

-- Credits that a debit may take back: by a reference, or by payer and amount where the bank calls it a return (iban is not empty).
-- name: find_earlier
select k.n, l.line_id, l.statement_id, coalesce(r.customer_ref, '') as customer_ref
from unnest($1::bigint[], $2::text[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[])
	k (n, merchant_id, account_id, end_to_end, bank_ref, transaction_ref, iban, amount)
cross join lateral (
	select o.line_id, o.statement_id from bank_line o where o.merchant_id = k.merchant_id and o.account_id = k.account_id
		and o.end_to_end = k.end_to_end and o.end_to_end <> '' and o.amount > 0
	union
	select o.line_id, o.statement_id from bank_line o where o.merchant_id = k.merchant_id and o.account_id = k.account_id
		and o.bank_ref = k.bank_ref and o.bank_ref <> '' and o.amount > 0
	union
	select o.line_id, o.statement_id from bank_line o where o.merchant_id = k.merchant_id and o.account_id = k.account_id
		and o.transaction_ref = k.transaction_ref and o.transaction_ref <> '' and o.amount > 0
	union
	select p.line_id, o.statement_id from bank_line_person p join bank_line o using (merchant_id, line_id)
	where p.merchant_id = k.merchant_id and p.party_iban = k.iban and p.party_iban <> '' and o.account_id = k.account_id and o.amount = k.amount
	limit 50) l
left join receipt r on r.merchant_id = k.merchant_id and r.source_id = l.line_id;

-- Returns that a credit may take back: their own references, or those, payer and amount of what they returned.
-- name: find_return
select k.n, l.line_id, l.statement_id, l.counterpart_id, coalesce(r.customer_ref, '') as customer_ref
from unnest($1::bigint[], $2::text[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[])
	k (n, merchant_id, account_id, end_to_end, bank_ref, transaction_ref, iban, amount)
cross join lateral (
	select d.line_id, d.statement_id, d.counterpart_id from bank_line d where d.merchant_id = k.merchant_id and d.end_to_end = k.end_to_end and d.end_to_end <> ''
		and d.is_return and d.state = 'matched' and d.amount < 0
	union
	select d.line_id, d.statement_id, d.counterpart_id from bank_line d where d.merchant_id = k.merchant_id and d.bank_ref = k.bank_ref and d.bank_ref <> ''
		and d.is_return and d.state = 'matched' and d.amount < 0
	union
	select d.line_id, d.statement_id, d.counterpart_id
	from (
		select o.line_id from bank_line o where o.merchant_id = k.merchant_id and o.account_id = k.account_id
			and o.end_to_end = k.end_to_end and o.end_to_end <> '' and o.amount > 0
		union
		select o.line_id from bank_line o where o.merchant_id = k.merchant_id and o.account_id = k.account_id
			and o.bank_ref = k.bank_ref and o.bank_ref <> '' and o.amount > 0
		union
		select o.line_id from bank_line o where o.merchant_id = k.merchant_id and o.account_id = k.account_id
			and o.transaction_ref = k.transaction_ref and o.transaction_ref <> '' and o.amount > 0
		union
		select p.line_id from bank_line_person p join bank_line o using (merchant_id, line_id)
		where p.merchant_id = k.merchant_id and p.party_iban = k.iban and p.party_iban <> '' and o.account_id = k.account_id and o.amount = k.amount
		limit 50) c
	join bank_line d on d.merchant_id = k.merchant_id and d.counterpart_id = c.line_id and d.is_return and d.state = 'matched' and d.amount < 0
	limit 50) l
left join receipt r on r.merchant_id = k.merchant_id and r.source_id = l.counterpart_id;

-- ---- fetch: under the lock ----

-- name: account_fetch
select a.* from unnest($1::text[], $2::text[]) k (merchant_id, identifier) join bank_account a using (merchant_id, identifier);

-- name: gap_fetch
select g.* from unnest($1::text[], $2::text[]) k (merchant_id, identifier)
join bank_account a using (merchant_id, identifier)
join statement_gap g on g.merchant_id = a.merchant_id and g.account_id = a.account_id and g.open
order by g.merchant_id, g.from_day, g.gap_id;

-- Of a statement that is to be decided: whether it was accepted before, which of its lines would be new if it overlaps, and which of those that it had when
-- it was delivered first are gone.
-- name: statement_fetch
select s.*, coalesce(n.is_known, false) as is_known, coalesce(n.overlap_new, 0) as overlap_new, coalesce(n.overlap_sum, 0)::bigint as overlap_sum,
	v.vanished, v.vanished_sum,
	f.client || case when f.uploaded_by <> '' then '/' || f.uploaded_by else '' end as uploader
from unnest($1::text[], $2::uuid[]) k (merchant_id, statement_id)
join statement s using (merchant_id, statement_id)
join statement_file f on f.merchant_id = s.merchant_id and f.sha256 = s.file_sha256
left join lateral (
	select count(*) as overlap_new, sum(l.amount) as overlap_sum,
		exists (select 1 from statement o where o.merchant_id = s.merchant_id and o.identifier = s.identifier and o.bank_ref = s.bank_ref
			and o.from_day = s.from_day and o.to_day = s.to_day and o.opening = s.opening and o.closing = s.closing
			and o.state in ('accepted', 'posted')) as is_known
	from (select 1::bigint as low, 9223372036854775807 as high offset 0) every
	cross join lateral (
		select l.key, l.occurrence, l.amount from bank_line l
		where l.merchant_id = s.merchant_id and l.statement_id = s.statement_id and l.number between low and high and l.state = 'staged' offset 0) l
	where s.state in ('staged', 'quarantined')
		and not exists (
			select from (select o.statement_id from bank_line o where o.merchant_id = s.merchant_id and o.key = l.key and o.occurrence = l.occurrence
				and o.statement_id <> s.statement_id and o.state <> 'known' offset 0) o
			cross join lateral (select from statement os where os.merchant_id = s.merchant_id and os.statement_id = o.statement_id
				and os.state in ('accepted', 'posted') offset 0) os)
) n on true
left join lateral (
	select e.statement_id from statement e
	where s.state = 'staged' and e.merchant_id = s.merchant_id and e.identifier = s.identifier and e.from_day = s.from_day and e.to_day = s.to_day
		and e.bank_ref = s.bank_ref and e.statement_id <> s.statement_id and e.state in ('accepted', 'posted')
	order by e.arrival limit 1) e on true
cross join lateral (
	select coalesce(sum(greatest(o.n - coalesce(m.n, 0), 0)), 0)::bigint as vanished,
		coalesce(sum(greatest(o.n - coalesce(m.n, 0), 0) * o.amount), 0)::bigint as vanished_sum
	from (
		select l.key, l.amount, count(*) as n
		from (select 1::bigint as low, 9223372036854775807 as high offset 0) every
		cross join lateral (
			select l.key, l.amount from bank_line l
			where l.merchant_id = s.merchant_id and l.statement_id = e.statement_id and l.number between low and high offset 0) l
		group by l.key, l.amount) o
	left join (
		select l.key, count(*) as n
		from (select 1::bigint as low, 9223372036854775807 as high offset 0) every
		cross join lateral (
			select l.key from bank_line l
			where l.merchant_id = s.merchant_id and l.statement_id = s.statement_id and e.statement_id is not null
				and l.number between low and high offset 0) l
		group by l.key) m using (key)) v;

-- name: line_fetch
select l.*, coalesce(p.texts, '') as texts, coalesce(p.party_name, '') as party_name, coalesce(p.party_iban, '') as party_iban
from unnest($1::text[], $2::uuid[]) k (merchant_id, line_id)
join bank_line l using (merchant_id, line_id)
left join bank_line_person p using (merchant_id, line_id);

-- name: line_payer_fetch
select p.* from unnest($1::text[], $2::uuid[]) k (merchant_id, line_id)
join bank_line_person l using (merchant_id, line_id)
join payer p on p.merchant_id = l.merchant_id and p.iban = l.party_iban;

-- name: invoice_fetch
select i.* from unnest($1::text[], $2::uuid[]) k (merchant_id, invoice_id) join invoice i using (merchant_id, invoice_id);

-- name: item_fetch
select i.* from unnest($1::text[], $2::uuid[]) k (merchant_id, invoice_id) join open_item i using (merchant_id, invoice_id);

-- name: credit_note_waiting_fetch
select c.* from unnest($1::text[], $2::uuid[]) k (merchant_id, invoice_id)
join credit_note c using (merchant_id, invoice_id) where not c.applied order by c.credit_note_id;

-- name: credit_note_fetch
select c.* from unnest($1::text[], $2::uuid[]) k (merchant_id, credit_note_id) join credit_note c using (merchant_id, credit_note_id);

-- name: wanted_fetch
select w.* from unnest($1::text[], $2::uuid[]) k (merchant_id, invoice_id)
join wanted w using (merchant_id, invoice_id) where w.amount > 0 order by w.receipt_id;

-- Receipts by id, by the line that they came by, with those of which its payer deducted, by what stands against an invoice or waits for it.
-- name: receipt_fetch
select r.* from unnest($1::text[], $2::uuid[]) k (merchant_id, receipt_id) join receipt r using (merchant_id, receipt_id)
union
select r.* from unnest($3::text[], $4::uuid[]) k (merchant_id, line_id)
join receipt r on r.merchant_id = k.merchant_id and r.source_id = k.line_id
union
select r.* from unnest($3::text[], $4::uuid[]) k (merchant_id, line_id)
join receipt o on o.merchant_id = k.merchant_id and o.source_id = k.line_id
join allocation a on a.merchant_id = o.merchant_id and a.beside_id = o.receipt_id and a.beside_id <> '00000000-0000-0000-0000-000000000000'
join receipt r on r.merchant_id = a.merchant_id and r.receipt_id = a.receipt_id
union
select r.* from unnest($5::text[], $6::uuid[]) k (merchant_id, invoice_id)
join allocation a on a.merchant_id = k.merchant_id and a.invoice_id = k.invoice_id and a.amount > 0
join receipt r on r.merchant_id = a.merchant_id and r.receipt_id = a.receipt_id
union
select r.* from unnest($5::text[], $6::uuid[]) k (merchant_id, invoice_id)
join wanted w on w.merchant_id = k.merchant_id and w.invoice_id = k.invoice_id and w.amount > 0
join receipt r on r.merchant_id = w.merchant_id and r.receipt_id = w.receipt_id
union
select r.* from unnest($7::text[], $8::text[]) k (merchant_id, customer_ref)
join receipt r on r.merchant_id = k.merchant_id and r.customer_ref = k.customer_ref and r.unapplied > 0
order by receipt_id;

-- What stands; and of money that the bank took back what had stood, or was deducted beside it: it may come back.
-- name: allocation_fetch
select a.* from unnest($1::text[], $2::uuid[]) k (merchant_id, receipt_id)
join receipt r using (merchant_id, receipt_id)
join allocation a using (merchant_id, receipt_id) where a.amount > 0 or a.undone > 0 or r.returned > 0 order by a.allocation_id;

-- name: allocation_item_fetch
select distinct i.* from unnest($1::text[], $2::uuid[]) k (merchant_id, receipt_id)
join receipt r using (merchant_id, receipt_id)
join allocation a on a.merchant_id = k.merchant_id and a.receipt_id = k.receipt_id and (a.amount > 0 or a.undone > 0 or r.returned > 0)
join open_item i on i.merchant_id = a.merchant_id and i.invoice_id = a.invoice_id;

-- name: allocation_invoice_fetch
select distinct i.* from unnest($1::text[], $2::uuid[]) k (merchant_id, receipt_id)
join receipt r using (merchant_id, receipt_id)
join allocation a on a.merchant_id = k.merchant_id and a.receipt_id = k.receipt_id and (a.amount > 0 or a.undone > 0 or r.returned > 0)
join invoice i on i.merchant_id = a.merchant_id and i.invoice_id = a.invoice_id;

-- name: receipt_wanted_fetch
select w.* from unnest($1::text[], $2::uuid[]) k (merchant_id, receipt_id) join wanted w using (merchant_id, receipt_id) where w.amount > 0;

-- name: refund_fetch
select r.* from unnest($1::text[], $2::uuid[]) k (merchant_id, refund_id) join refund r using (merchant_id, refund_id);

-- name: payout_fetch
select p.* from unnest($1::text[], $2::uuid[]) k (merchant_id, payout_id) join payout p using (merchant_id, payout_id);

-- name: payout_line_fetch
select p.* from unnest($1::text[], $2::uuid[], $3::int[], $4::int[]) k (merchant_id, payout_id, first, last)
join payout_line p on p.merchant_id = k.merchant_id and p.payout_id = k.payout_id and p.number between k.first and k.last;

-- name: exception_subject_fetch
select e.* from unnest($1::text[], $2::uuid[]) k (merchant_id, subject_id) join exception e using (merchant_id, subject_id);

-- name: exception_gap_fetch
select e.* from unnest($1::text[], $2::text[]) k (merchant_id, identifier)
join bank_account a using (merchant_id, identifier)
join statement_gap g on g.merchant_id = a.merchant_id and g.account_id = a.account_id and g.open
join exception e on e.merchant_id = g.merchant_id and e.subject_id = g.statement_id;

-- name: exception_fetch
select e.* from unnest($1::text[], $2::uuid[]) k (merchant_id, exception_id) join exception e using (merchant_id, exception_id);

-- name: customer_fetch
select c.* from unnest($1::text[], $2::text[]) k (merchant_id, customer_ref) join customer c using (merchant_id, customer_ref);

-- name: payer_fetch
select p.* from unnest($1::text[], $2::text[]) k (merchant_id, customer_ref) join payer p using (merchant_id, customer_ref);

-- name: credit_fetch
select c.* from unnest($1::text[], $2::text[]) k (merchant_id, customer_ref) join customer_credit c using (merchant_id, customer_ref);

-- name: merchant_fetch
select m.* from merchant m where m.merchant_id = any ($1::text[]);

-- ---- saved by a statement of their own ----

-- name: payer_delete
delete from payer p using unnest($1::text[], $2::text[], $3::text[]) k (merchant_id, iban, customer_ref)
where p.merchant_id = k.merchant_id and p.iban = k.iban and p.customer_ref = k.customer_ref;

-- The lines of a statement are reached by their index and changed where they lie (ctid; the account is locked): a merchant may have one statement of a
-- million lines and a thousand of one line, so that what the planner believes of a statement is wrong for most. offset 0: each
-- is looked up by itself; every number: what no other index than the statement's can answer.

-- An overlapping statement was accepted: its lines that are there already.
-- name: line_pass_over
with there as materialized (
	select l.at
	from unnest($1::text[], $2::uuid[]) k (merchant_id, statement_id)
	cross join (select 1::bigint as low, 9223372036854775807 as high offset 0) every cross join lateral (
		select l.ctid as at, l.key, l.occurrence from bank_line l
		where l.merchant_id = k.merchant_id and l.statement_id = k.statement_id and l.number between low and high and l.state = 'staged' offset 0) l
	where exists (
		select from (select o.statement_id from bank_line o where o.merchant_id = k.merchant_id and o.key = l.key and o.occurrence = l.occurrence
			and o.statement_id <> k.statement_id and o.state <> 'known' offset 0) o
		cross join lateral (select from statement os where os.merchant_id = k.merchant_id and os.statement_id = o.statement_id
			and os.state in ('accepted', 'posted') offset 0) os))
update bank_line l set state = 'known' from there t where l.ctid = any (array(select at from there)) and l.ctid = t.at;

-- A disjoint statement was accepted: its lines count on from those alike that are there.
-- name: line_count_on
with k as materialized (select * from unnest($1::text[], $2::uuid[]) k (merchant_id, statement_id)),
mine as materialized (
	select k.merchant_id, k.statement_id, l.key, l.at
	from k cross join (select 1::bigint as low, 9223372036854775807 as high offset 0) every cross join lateral (
		select l.key, l.ctid as at from bank_line l
		where l.merchant_id = k.merchant_id and l.statement_id = k.statement_id and l.number between low and high and l.state = 'staged' offset 0) l),
base as materialized (
	select m.merchant_id, m.statement_id, m.key, count(*)::int as n
	from (select distinct merchant_id, statement_id, key from mine) m
	cross join lateral (select o.statement_id as of from bank_line o where o.merchant_id = m.merchant_id and o.key = m.key
		and o.statement_id <> m.statement_id and o.state <> 'known' offset 0) o
	cross join lateral (select from statement os where os.merchant_id = m.merchant_id and os.statement_id = o.of
		and os.state in ('accepted', 'posted') offset 0) os
	group by m.merchant_id, m.statement_id, m.key),
moves as materialized (select m.at, b.n from base b join mine m using (merchant_id, statement_id, key))
update bank_line l set occurrence = l.occurrence + m.n
from moves m
where l.ctid = any (array(select at from moves)) and l.ctid = m.at;

-- name: line_account
with nobodys as materialized (
	select l.at, k.account_id
	from unnest($1::text[], $2::uuid[], $3::uuid[]) k (merchant_id, statement_id, account_id)
	cross join (select 1::bigint as low, 9223372036854775807 as high offset 0) every cross join lateral (
		select l.ctid as at from bank_line l
		where l.merchant_id = k.merchant_id and l.statement_id = k.statement_id and l.number between low and high and l.account_id is null offset 0) l)
update bank_line l set account_id = n.account_id
from nobodys n
where l.ctid = any (array(select at from nobodys)) and l.ctid = n.at;

-- name: line_token_insert
insert into bank_line_token (merchant_id, token, line_id) select * from unnest($1::text[], $2::text[], $3::uuid[]) on conflict do nothing;

-- name: line_token_delete
delete from bank_line_token t using unnest($1::text[], $2::uuid[]) k (merchant_id, line_id)
where t.merchant_id = k.merchant_id and t.line_id = k.line_id;
