-- The work queue: $1 merchant, $2 how many, $3 after which id, then type, owner ('-': nobody's), stream, currency, rule, least and greatest amount in minor units
-- without sign, opened before a day, parked. One text of it for each filter that has an index of its own.

-- name: show_queue
select e.exception_id as id, e.kind, e.subject_id, e.stream, e.currency, e.amount, e.detail, e.opened_at,
	extract(day from business_now() - e.opened_at)::int as age_days, e.owner, e.parked_until, e.suggestion,
	case when e.suggested_id <> '00000000-0000-0000-0000-000000000000' then e.suggested_id end as suggested_id, e.rule
from exception e
where e.merchant_id = $1 and e.exception_id > $3 and e.open
	and ($4 = '' or e.kind = $4) and ($5 = '' or e.owner = case $5 when '-' then '' else $5 end) and ($6 = '' or e.stream = $6)
	and ($7 = '' or e.currency = $7) and ($8 = '' or e.rule = $8)
	and ($9 = '' or (e.currency <> '' and abs(e.amount) >= $9::text::bigint)) and ($10 = '' or (e.currency <> '' and abs(e.amount) <= $10::text::bigint))
	and ($11 = '' or e.opened_at < $11::text::date)
	and (e.parked_until is not null and e.parked_until > business_now()::date) = ($12 = 'true')
order by e.exception_id limit $2;

-- name: show_queue_of_kind
select e.exception_id as id, e.kind, e.subject_id, e.stream, e.currency, e.amount, e.detail, e.opened_at,
	extract(day from business_now() - e.opened_at)::int as age_days, e.owner, e.parked_until, e.suggestion,
	case when e.suggested_id <> '00000000-0000-0000-0000-000000000000' then e.suggested_id end as suggested_id, e.rule
from exception e
where e.merchant_id = $1 and e.exception_id > $3 and e.open and e.kind = $4
	and $4 <> '' and ($5 = '' or e.owner = case $5 when '-' then '' else $5 end) and ($6 = '' or e.stream = $6)
	and ($7 = '' or e.currency = $7) and ($8 = '' or e.rule = $8)
	and ($9 = '' or (e.currency <> '' and abs(e.amount) >= $9::text::bigint)) and ($10 = '' or (e.currency <> '' and abs(e.amount) <= $10::text::bigint))
	and ($11 = '' or e.opened_at < $11::text::date)
	and (e.parked_until is not null and e.parked_until > business_now()::date) = ($12 = 'true')
order by e.exception_id limit $2;

-- name: show_queue_of_owner
select e.exception_id as id, e.kind, e.subject_id, e.stream, e.currency, e.amount, e.detail, e.opened_at,
	extract(day from business_now() - e.opened_at)::int as age_days, e.owner, e.parked_until, e.suggestion,
	case when e.suggested_id <> '00000000-0000-0000-0000-000000000000' then e.suggested_id end as suggested_id, e.rule
from exception e
where e.merchant_id = $1 and e.exception_id > $3 and e.open and e.owner = case $5 when '-' then '' else $5 end
	and ($4 = '' or e.kind = $4) and $5 <> '' and ($6 = '' or e.stream = $6)
	and ($7 = '' or e.currency = $7) and ($8 = '' or e.rule = $8)
	and ($9 = '' or (e.currency <> '' and abs(e.amount) >= $9::text::bigint)) and ($10 = '' or (e.currency <> '' and abs(e.amount) <= $10::text::bigint))
	and ($11 = '' or e.opened_at < $11::text::date)
	and (e.parked_until is not null and e.parked_until > business_now()::date) = ($12 = 'true')
order by e.exception_id limit $2;

-- name: show_queue_of_stream
select e.exception_id as id, e.kind, e.subject_id, e.stream, e.currency, e.amount, e.detail, e.opened_at,
	extract(day from business_now() - e.opened_at)::int as age_days, e.owner, e.parked_until, e.suggestion,
	case when e.suggested_id <> '00000000-0000-0000-0000-000000000000' then e.suggested_id end as suggested_id, e.rule
from exception e
where e.merchant_id = $1 and e.exception_id > $3 and e.open and e.stream = $6
	and ($4 = '' or e.kind = $4) and ($5 = '' or e.owner = case $5 when '-' then '' else $5 end) and $6 <> ''
	and ($7 = '' or e.currency = $7) and ($8 = '' or e.rule = $8)
	and ($9 = '' or (e.currency <> '' and abs(e.amount) >= $9::text::bigint)) and ($10 = '' or (e.currency <> '' and abs(e.amount) <= $10::text::bigint))
	and ($11 = '' or e.opened_at < $11::text::date)
	and (e.parked_until is not null and e.parked_until > business_now()::date) = ($12 = 'true')
order by e.exception_id limit $2;

-- name: show_exception
select e.exception_id as id, e.kind, e.subject_id, e.stream, e.currency, e.amount, e.detail, e.opened_at,
	extract(day from business_now() - e.opened_at)::int as age_days, e.owner, e.parked_until, e.suggestion,
	case when e.suggested_id <> '00000000-0000-0000-0000-000000000000' then e.suggested_id end as suggested_id, e.rule, e.open,
	case when not e.open then e.closed_at end as closed_at, e.closed_by
from exception e where e.merchant_id = $1 and e.exception_id = $2;

-- name: show_exception_steps
select s.number, s.at, s.who, s.act, s.detail from exception_step s where s.merchant_id = $1 and s.exception_id = $2 order by s.number;

-- What the last look at a line thought it might be.
-- name: show_exception_candidates
select c.look, c.number, c.rule, c.lost, c.kind, c.target_id, c.customer_ref, c.label, c.open, c.signs, c.chosen, c.amount, coalesce(i.currency, l.currency) as currency
from exception e
join bank_line l on l.merchant_id = e.merchant_id and l.line_id = e.subject_id
join bank_line_candidate c on c.merchant_id = l.merchant_id and c.line_id = l.line_id and c.look = l.looks
left join invoice i on c.kind = 0 and i.merchant_id = c.merchant_id and i.invoice_id = c.target_id
where e.merchant_id = $1 and e.exception_id = $2 order by c.number;

-- name: queue_counts
select e.kind, (case when d.days < 1 then 0 when d.days < 7 then 1 when d.days < 30 then 2 when d.days < 90 then 3 else 4 end)::int as age, count(*) as count
from exception e cross join lateral (select extract(epoch from $1::timestamptz - e.opened_at) / 86400 as days) d
where e.open group by 1, 2;

-- name: find_suggestion
select e.merchant_id, e.exception_id, e.subject_id, e.suggestion, e.suggested_id, coalesce(i.customer_ref, '') as customer_ref
from unnest($1::text[], $2::uuid[]) k (merchant_id, exception_id)
join exception e using (merchant_id, exception_id)
left join invoice i on i.merchant_id = e.merchant_id and i.invoice_id = e.suggested_id;

-- name: exception_step_insert
insert into exception_step (merchant_id, exception_id, number, at, who, act, detail)
select * from unnest($1::text[], $2::uuid[], $3::int[], $4::timestamptz[], $5::text[], $6::text[], $7::text[]);

-- Unapplied cash that is older than a month and that nobody was told of.
-- name: unapplied_aged_due
select r.merchant_id, r.receipt_id, r.receipt_id || ':' || r.revision as id
from receipt r
where r.unapplied > 0 and r.value_date < ($2::timestamptz at time zone 'UTC')::date - 30
	and not exists (select 1 from exception e where e.merchant_id = r.merchant_id and e.kind = 'aged_unapplied' and e.subject_id = r.receipt_id and e.open)
	and not exists (select 1 from inbox i where i.source = 'tick:unapplied' and i.id = r.receipt_id || ':' || r.revision)
order by r.value_date limit $1;

-- name: unapplied_aged_next
select min((r.value_date + 31)::timestamp at time zone 'UTC') as at from receipt r
where r.unapplied > 0 and r.value_date >= ($1::timestamptz at time zone 'UTC')::date - 30;

-- ---- limits ----

-- name: limit_fetch
select l.* from unnest($1::text[], $2::text[]) k (merchant_id, what) join merchant_limit l using (merchant_id);

-- name: limit_insert
insert into merchant_limit (merchant_id, currency, write_off) select * from unnest($1::text[], $2::text[], $3::bigint[]);

-- name: limit_update
update merchant_limit t set write_off = k.write_off
from unnest($1::text[], $2::text[], $3::bigint[]) k (merchant_id, currency, write_off)
where t.merchant_id = k.merchant_id and t.currency = k.currency;

-- name: show_limits
select l.currency, l.write_off from merchant_limit l where l.merchant_id = $1 and l.currency > $3 order by l.currency limit $2;
