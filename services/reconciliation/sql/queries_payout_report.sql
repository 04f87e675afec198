-- Providers' reports of their payouts: staged item by item, put together by payout, paired with what payments told, compared.

-- name: report_item_stage
insert into payout_report_item (
	merchant_id, item_id, file_report_id, identifier, payout_ref, key, number, place_line, kind, type, created_date, available_date, currency, gross, fee,
	charged, charged_currency, rate, item_ref, payment_ref, original_ref, reference)
select * from unnest($1::text[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::bytea[], $7::bigint[], $8::bigint[], $9::text[], $10::text[],
	$11::date[], $12::date[], $13::text[], $14::bigint[], $15::bigint[], $16::bigint[], $17::text[], $18::text[], $19::text[], $20::text[], $21::text[],
	$22::text[]);

-- Files of one merchant are put together one after the other.
-- name: report_lock
select pg_advisory_xact_lock(hashtextextended('payout report ' || $1::text, 0));

-- name: report_occurrences
update payout_report_item i set occurrence = c.n
from (
	select item_id, row_number() over (partition by file_report_id, payout_ref, currency, key order by number)::int as n from payout_report_item
	where merchant_id = $1 and report_id is null
		and file_report_id in (select report_id from notice_report where merchant_id = $1 and file_sha256 = $2)) c
where i.merchant_id = $1 and i.item_id = c.item_id and c.n > 1;

-- A payout that was told before keeps its report. It is expected on its own row's day, else a week after its last item.
-- name: report_add
insert into payout_report (merchant_id, report_id, identifier, payout_ref, currency, told, version, expected)
select $1, (array_agg(i.item_id order by i.number))[1], i.identifier, i.payout_ref, i.currency, 0, 0,
	coalesce(max(i.available_date) filter (where i.kind = 'payout' or i.available_date > i.created_date), max(i.created_date) + 7)
from payout_report_item i
where i.merchant_id = $1 and i.report_id is null
	and i.file_report_id in (select report_id from notice_report where merchant_id = $1 and file_sha256 = $2)
group by i.identifier, i.payout_ref, i.currency
on conflict do nothing;

-- What was told before is one item; told with other amounts, the first holds until a person looked.
-- name: report_again
update payout_report_item o set conflict = true
from payout_report_item n join payout_report r using (merchant_id, identifier, payout_ref, currency)
where n.merchant_id = $1 and n.report_id is null
	and n.file_report_id in (select report_id from notice_report where merchant_id = $1 and file_sha256 = $2)
	and o.merchant_id = n.merchant_id and o.report_id = r.report_id and o.key = n.key and o.occurrence = n.occurrence
	and (o.gross <> n.gross or o.fee <> n.fee) and not o.conflict;

-- name: report_forget
delete from payout_report_item n
using payout_report r
where n.merchant_id = $1 and n.report_id is null
	and n.file_report_id in (select report_id from notice_report where merchant_id = $1 and file_sha256 = $2)
	and r.merchant_id = n.merchant_id and r.identifier = n.identifier and r.payout_ref = n.payout_ref and r.currency = n.currency
	and exists (
		select from payout_report_item o where o.merchant_id = n.merchant_id and o.report_id = r.report_id and o.key = n.key and o.occurrence = n.occurrence);

-- name: report_settle
update payout_report_item n set report_id = r.report_id
from payout_report r
where n.merchant_id = $1 and n.report_id is null
	and n.file_report_id in (select report_id from notice_report where merchant_id = $1 and file_sha256 = $2)
	and r.merchant_id = n.merchant_id and r.identifier = n.identifier and r.payout_ref = n.payout_ref and r.currency = n.currency;

-- What was in no payout yet and now is.
-- name: report_moved
delete from payout_report_item o
using payout_report_item n
where n.merchant_id = $1 and n.payout_ref <> ''
	and n.file_report_id in (select report_id from notice_report where merchant_id = $1 and file_sha256 = $2)
	and o.merchant_id = n.merchant_id and o.identifier = n.identifier and o.payout_ref = '' and o.key = n.key and o.occurrence = n.occurrence
	and o.report_id is not null;

-- The payout's own row is no item: it says the total, and fees that no item has.
-- name: report_count
update payout_report r set
	told = r.told + 1, version = r.version + 1, rests = false,
	item_count = c.item_count, gross = c.gross, fees = c.fees, has_total = c.has_total, total = c.total, conflicts = c.conflicts,
	expected = coalesce(c.expected, r.expected)
from (
	select o.report_id, count(i.item_id) filter (where i.kind <> 'payout')::int as item_count,
		coalesce(sum(i.gross) filter (where i.kind <> 'payout'), 0)::bigint as gross, coalesce(sum(i.fee), 0)::bigint as fees,
		coalesce(bool_or(i.kind = 'payout'), false) as has_total,
		coalesce(abs(sum(i.gross - i.fee) filter (where i.kind = 'payout')), 0)::bigint as total,
		count(*) filter (where i.conflict)::int as conflicts,
		max(i.available_date) filter (where i.kind = 'payout') as expected
	from unnest($2::text[], $3::text[], $4::text[]) k (identifier, payout_ref, currency)
	join payout_report o using (identifier, payout_ref, currency)
	left join payout_report_item i using (merchant_id, report_id)
	where o.merchant_id = $1
	group by o.report_id) c
where r.merchant_id = $1 and r.report_id = c.report_id;

-- Which payouts a file speaks of.
-- name: report_told
select distinct identifier, payout_ref, currency from payout_report_item
where merchant_id = $1 and report_id is null
	and file_report_id in (select report_id from notice_report where merchant_id = $1 and file_sha256 = $2);

-- A file that can't be read to its end has told nothing.
-- name: report_drop
delete from payout_report_item
where merchant_id = $1 and report_id is null and (file_report_id = $2
	or file_report_id in (select report_id from notice_report where merchant_id = $1 and file_sha256 = $3));

-- ---- due ----

-- What was added to, what payments told more of, and what nobody knows days after it was to arrive.
-- name: report_due
select r.merchant_id, r.report_id, r.report_id || ':' || r.looks as id
from payout_report r
left join reported_payout p using (merchant_id, report_id)
where not r.rests and r.payout_ref <> '' and (r.compared <> r.version or r.facts <> coalesce(p.facts, '')
	or (p.payout_id is null and not r.late and r.expected < ($2::timestamptz at time zone 'UTC')::date - 5))
order by r.report_id limit $1;

-- name: report_next
select min((r.expected + 6)::timestamp at time zone 'UTC') as at
from payout_report r
left join reported_payout p using (merchant_id, report_id)
where not r.rests and r.payout_ref <> '' and p.payout_id is null and not r.late and r.expected >= ($1::timestamptz at time zone 'UTC')::date - 5;

-- What the items are paired with from here on: a comparison under the lock holds for nothing else.
-- name: report_mark
update payout_report r set paired = r.version, paired_facts = coalesce(p.facts, '')
from unnest($1::text[], $2::uuid[]) k (merchant_id, report_id)
left join reported_payout p using (merchant_id, report_id)
where r.merchant_id = k.merchant_id and r.report_id = k.report_id;

-- By the provider's id of the line; then, of those left, by its id of the payment, of the payment that is taken back, by our attempt: of several alike in
-- the order of their amounts.
-- name: report_pair
with p as materialized (
	select p.merchant_id, p.report_id, p.payout_id from unnest($1::text[], $2::uuid[]) k (merchant_id, report_id) join reported_payout p using (merchant_id, report_id)),
i as (
	select i.merchant_id, i.report_id, i.item_id, n.ref, n.side, row_number() over (partition by i.merchant_id, i.report_id, n.ref, n.side
		order by i.gross, i.fee, i.number) as nth
	from p join payout_report_item i using (merchant_id, report_id)
	cross join lateral (select case $3::int when 1 then i.item_ref when 2 then i.payment_ref when 3 then i.original_ref else i.reference end as ref,
		case when $3 > 1 then sign(i.gross) else 0 end as side) n
	where i.line_number is null and i.kind <> 'payout' and n.ref <> ''),
l as (
	select p.merchant_id, p.report_id, l.number, n.ref, n.side, row_number() over (partition by p.merchant_id, p.report_id, n.ref, n.side
		order by l.gross, l.fee, l.number) as nth
	from p join payout_line l using (merchant_id, payout_id)
	cross join lateral (select case $3 when 1 then l.provider_line when 4 then l.attempt_id::text else l.provider_payment end as ref,
		case when $3 > 1 then sign(l.gross) else 0 end as side) n
	where n.ref <> '' and not exists (
		select from payout_report_item o where o.merchant_id = p.merchant_id and o.report_id = p.report_id and o.line_number = l.number))
update payout_report_item t set line_number = l.number
from i join l using (merchant_id, report_id, ref, side, nth)
where t.merchant_id = i.merchant_id and t.item_id = i.item_id;

-- A payout of a provider account whose reports come: none did, five days after it was to arrive.
-- name: unreported_due
select p.merchant_id, p.payout_id, p.payout_id::text as id
from payout p
where p.paid and not p.unreported and p.report_id = '00000000-0000-0000-0000-000000000000' and p.arrival_date < ($2::timestamptz at time zone 'UTC')::date - 5
	and exists (select from payout o where o.merchant_id = p.merchant_id and o.provider_account = p.provider_account and o.arrival_date <= p.arrival_date
		and o.report_id <> '00000000-0000-0000-0000-000000000000')
order by p.arrival_date limit $1;

-- name: unreported_next
select min((p.arrival_date + 6)::timestamp at time zone 'UTC') as at
from payout p
where p.paid and not p.unreported and p.report_id = '00000000-0000-0000-0000-000000000000' and p.arrival_date >= ($1::timestamptz at time zone 'UTC')::date - 5
	and exists (select from payout o where o.merchant_id = p.merchant_id and o.provider_account = p.provider_account and o.arrival_date <= p.arrival_date
		and o.report_id <> '00000000-0000-0000-0000-000000000000');

-- ---- find and fetch ----

-- name: report_find
select r.merchant_id, r.report_id, '@provider:' || coalesce(p.provider_account, r.identifier) as stream, p.payout_id
from unnest($1::text[], $2::uuid[]) k (merchant_id, report_id)
join payout_report r using (merchant_id, report_id)
left join reported_payout p using (merchant_id, report_id);

-- With what its items come to beside the lines that they are paired with, and one of each kind that does not fit.
-- name: report_fetch
select r.*, p.payout_id as found_id, coalesce(p.facts, '') as found_facts, c.*, u.lines_named, u.lines_named_net, u.unnamed_ref
from unnest($1::text[], $2::uuid[]) k (merchant_id, report_id)
join payout_report r using (merchant_id, report_id)
left join reported_payout p using (merchant_id, report_id)
cross join lateral (
	select count(*) filter (where i.gross <> l.gross)::int as gross_count, coalesce(sum(i.gross - l.gross), 0)::bigint as gross_minor,
		coalesce(min(coalesce(nullif(i.item_ref, ''), i.payment_ref)) filter (where i.gross <> l.gross), '') as gross_ref,
		count(*) filter (where i.fee <> l.fee)::int as fee_count, coalesce(sum(i.fee - l.fee), 0)::bigint as fee_minor,
		coalesce(min(coalesce(nullif(i.item_ref, ''), i.payment_ref)) filter (where i.fee <> l.fee), '') as fee_ref,
		count(*) filter (where m.amount <> i.charged)::int as charged_count, coalesce(sum(i.charged - m.amount), 0)::bigint as charged_minor,
		coalesce(min(coalesce(nullif(i.item_ref, ''), i.payment_ref)) filter (where m.amount <> i.charged), '') as charged_ref
	from payout_report_item i
	join payout_line l on l.merchant_id = i.merchant_id and l.payout_id = p.payout_id and l.number = i.line_number
	left join lateral (
		select coalesce(sum(m.amount) filter (where m.currency = i.charged_currency), 0)::bigint as amount from receipt m
		where m.merchant_id = i.merchant_id and m.source_id = l.attempt_id and m.kind = 2) m
		on i.kind = 'payment' and i.charged_currency not in ('', i.currency)
	where i.merchant_id = r.merchant_id and i.report_id = r.report_id) c
cross join lateral (
	select count(i.item_id)::int as lines_named, coalesce(sum(l.gross - l.fee) filter (where i.item_id is not null), 0)::bigint as lines_named_net,
		coalesce(min(coalesce(nullif(l.provider_line, ''), l.provider_payment)) filter (where i.item_id is null), '') as unnamed_ref
	from payout_line l
	left join payout_report_item i on i.merchant_id = l.merchant_id and i.report_id = r.report_id and i.line_number = l.number
	where l.merchant_id = r.merchant_id and l.payout_id = p.payout_id) u;

-- name: report_sum_fetch
select s.*, row_number() over (partition by s.merchant_id, s.report_id order by s.kind, s.told, s.charged_currency) as number
from (
	select i.merchant_id, i.report_id, i.kind, i.line_number is not null as told, i.currency,
		case when i.charged_currency in ('', i.currency) then '' else i.charged_currency end as charged_currency,
		count(*)::int as count, sum(i.gross)::bigint as gross, sum(i.fee)::bigint as fee, sum(i.charged)::bigint as charged,
		min(coalesce(nullif(i.item_ref, ''), i.payment_ref)) as example
	from unnest($1::text[], $2::uuid[]) k (merchant_id, report_id)
	join payout_report_item i using (merchant_id, report_id)
	group by i.merchant_id, i.report_id, i.kind, i.line_number is not null, i.currency,
		case when i.charged_currency in ('', i.currency) then '' else i.charged_currency end) s;

-- ---- save ----

-- name: report_update
update payout_report t set
	compared = k.compared, facts = k.facts, looks = k.looks, payout_id = k.payout_id, state = k.state, differences = k.differences, detail = k.detail,
	late = k.late, posted = k.posted, rests = k.rests and t.version = k.compared
from unnest(
	$1::text[], $2::uuid[], $3::int[], $4::text[], $5::int[], $6::uuid[], $7::text[], $8::text[], $9::text[], $10::boolean[], $11::boolean[],
	$12::boolean[])
	as k (merchant_id, report_id, compared, facts, looks, payout_id, state, differences, detail, late, posted, rests)
where t.merchant_id = k.merchant_id and t.report_id = k.report_id;

-- name: report_posting_insert
insert into payout_report_posting (merchant_id, report_id, number, kind, told, account, currency, gross, fee, clearing)
select * from unnest($1::text[], $2::uuid[], $3::int[], $4::text[], $5::boolean[], $6::text[], $7::text[], $8::bigint[], $9::bigint[], $10::bigint[]);

-- ---- shown ----

-- name: show_payout
select p.payout_id as id, p.provider_account, p.provider_ref, p.currency, p.amount, p.gross, p.fees, p.line_count, p.lines_seen, p.arrival_date, p.has_arrived,
	case when p.has_arrived then p.bank_line_id end as line_id, p.paid, r.report_id, coalesce(r.state, '') as report_state,
	coalesce(r.differences, '') as differences, concat_ws(' ', case when p.paid then 'payments' end, case when r.report_id is not null then 'report' end,
		case when p.has_arrived then 'bank' end) as seen,
	case when r.state = 'differs' then 'differs' when p.paid and p.has_arrived and r.state = 'agrees' then 'agrees' else 'waiting' end as three_ways
from payout p
left join payout_report r on r.merchant_id = p.merchant_id and r.report_id = p.report_id
where p.merchant_id = $1 and p.payout_id = $2;

-- name: show_reports
select r.report_id as id, r.identifier, r.payout_ref, r.currency, r.item_count, r.gross, r.fees, r.gross - r.fees as net, r.expected as expected_date, r.told,
	nullif(r.payout_id, '00000000-0000-0000-0000-000000000000') as payout_id, r.state, r.differences, r.detail, r.posted
from (select * from payout_report where merchant_id = $1 and report_id > $3 order by report_id limit 20000) r
where ($4 = '' or r.state = $4) and ($5 = '' or r.identifier = $5) and ($6 = '' or r.payout_ref = $6) order by r.report_id limit $2;

-- name: end_reports
select report_id as id from payout_report where merchant_id = $1 and report_id > $2 order by report_id offset 19999 limit 1;

-- name: show_report
select r.report_id as id, r.identifier, r.payout_ref, r.currency, r.item_count, r.gross, r.fees, r.gross - r.fees as net, r.expected as expected_date, r.told,
	nullif(r.payout_id, '00000000-0000-0000-0000-000000000000') as payout_id, r.state, r.differences, r.detail, r.posted
from payout_report r where r.merchant_id = $1 and r.report_id = $2;

-- The items of a report beside the lines that they are.
-- name: show_report_items
select i.item_id as id, i.kind, i.type, i.created_date, i.currency, i.gross, i.fee, i.gross - i.fee as net, i.charged, i.charged_currency, i.rate, i.item_ref,
	i.payment_ref, i.original_ref, i.reference, i.place_line, encode(f.file_sha256, 'hex') as file_sha256, l.number as line_number,
	nullif(l.attempt_id, '00000000-0000-0000-0000-000000000000') as attempt_id, l.gross as line_gross, l.fee as line_fee,
	concat_ws(' ', case when i.kind <> 'payout' and i.line_number is null then 'unknown' end, case when l.gross <> i.gross then 'gross' end,
		case when l.fee <> i.fee then 'fee' end, case when i.conflict then 'told_twice' end) as differences
from payout_report_item i
join payout_report r using (merchant_id, report_id)
join notice_report f on f.merchant_id = i.merchant_id and f.report_id = i.file_report_id
left join payout_line l on l.merchant_id = i.merchant_id and l.payout_id = r.payout_id and l.number = i.line_number
where i.merchant_id = $1 and i.report_id = $2 and i.item_id > $3 order by i.item_id limit 1001;

-- What payments told of a payout and its report does not name.
-- name: show_unreported_lines
select l.number as line_number, l.provider_line as item_ref, l.provider_payment as payment_ref,
	nullif(l.attempt_id, '00000000-0000-0000-0000-000000000000') as attempt_id, l.currency, l.gross, l.fee, l.gross - l.fee as net
from payout_line l
join payout p using (merchant_id, payout_id)
where l.merchant_id = $1 and l.payout_id = $2 and p.report_id <> '00000000-0000-0000-0000-000000000000' and not exists (
	select from payout_report_item i where i.merchant_id = $1 and i.report_id = p.report_id and i.line_number = l.number)
order by l.number limit 1000;

-- name: show_report_postings
select s.number, s.kind, s.told, s.account, s.currency, s.gross, s.fee from payout_report_posting s
where s.merchant_id = $1 and s.report_id = $2 order by s.number;

-- name: why_reports
select r.report_id as id, r.identifier, r.payout_ref, r.currency, r.gross, r.fees, r.item_count, r.state, r.differences, r.detail, r.posted,
	(select string_agg(distinct encode(f.file_sha256, 'hex'), ' ') from payout_report_item i join notice_report f on f.merchant_id = i.merchant_id
		and f.report_id = i.file_report_id where i.merchant_id = $1 and i.report_id = r.report_id) as files
from payout_report r where r.merchant_id = $1 and r.payout_id = any ($2::uuid[]) and r.payout_id <> '00000000-0000-0000-0000-000000000000' order by r.report_id;
