-- Exports: export.h.

-- The mapping of a version, or the latest.
-- name: export_mapping_fetch
select m.merchant_id, m.target, m.version, m.base, m.accounts, m.consultant, m.client, m.year_start, m.tax_rate, m.made_by, m.made_at
from export_mapping m where m.merchant_id = $1 and m.target = $2 and m.version = coalesce($3::int, m.version) order by m.version desc limit 1;

-- name: export_mapping_insert
insert into export_mapping (
	merchant_id, target, version, base, accounts, consultant, client, year_start, tax_rate, made_by, made_at)
select * from unnest(
	$1::text[], $2::text[], $3::int[], $4::text[], $5::text[], $6::bigint[], $7::bigint[], $8::bigint[], $9::text[], $10::text[],
	$11::timestamptz[]);

-- The last number, and the first closed month that no export has.
-- name: export_state
select coalesce(max(e.number), 0) as last, (
	select min(p.month) from period p where p.merchant_id = $1 and p.state = 'closed' and p.month > coalesce(max(e.month), '-infinity')) as next
from export e where e.merchant_id = $1 and e.target = $2;

-- name: export_of_month
select e.merchant_id, e.target, e.number, e.month, e.version, e.entries, e.sums, e.made_by, e.made_at
from export e where e.merchant_id = $1 and e.target = $2 and e.month = $3;

-- name: export_fetch
select e.merchant_id, e.target, e.number, e.month, e.version, e.entries, e.sums, e.made_by, e.made_at
from export e where e.merchant_id = $1 and e.target = $2 and e.number = $3;

-- name: export_insert
insert into export (
	merchant_id, target, number, month, version, entries, sums, made_by, made_at)
select * from unnest(
	$1::text[], $2::text[], $3::bigint[], $4::date[], $5::int[], $6::bigint[], $7::text[], $8::text[], $9::timestamptz[]);

-- name: export_accounts
select distinct b.account collate "C" as account from period_balance b where b.merchant_id = $1 and b.month = $2 and (b.debit <> 0 or b.credit <> 0) order by 1;

-- name: export_sums
select j.currency, count(*) as entries, sum(j.amount)::bigint as minor
from period_entries($1, $2) j group by j.currency order by j.currency collate "C";

-- name: export_entries
select j.merchant_id, j.entry, j.transfer_id, j.debit, j.credit, j.currency, j.amount, j.cause, j.cause_id, j.customer_ref, j.day, j.posted_at
from period_entries($1, $2) j where j.currency = $3 order by j.entry offset $4 limit $5;

-- name: show_exports
select e.target, e.number, to_char(e.month, 'YYYY-MM') as month, e.version as mapping, e.entries, e.sums, e.made_by, e.made_at
from export e where e.merchant_id = $1 order by e.target, e.number;

-- name: show_export_mappings
select m.target, m.version, m.base, m.accounts, m.consultant, m.client, m.year_start, m.tax_rate, m.made_by, m.made_at
from export_mapping m where m.merchant_id = $1 order by m.target, m.version;
