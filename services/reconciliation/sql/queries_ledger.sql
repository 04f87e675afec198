-- The journal under seal: chain.h.

-- name: journal_horizon
select journal_horizon() as horizon;

-- Entries up to the horizon that are in no block, of some merchants that have any; each merchant's by number.
-- name: unsealed_entries
with behind as materialized (
	select m.merchant_id, m.sealed from journal_merchant m
	where exists (select 1 from journal j where j.merchant_id = m.merchant_id and j.entry > m.sealed and j.entry <= $1) limit $2)
select j.merchant_id, j.entry, j.transfer_id, j.debit, j.credit, j.currency, j.amount, j.cause, j.cause_id, j.customer_ref, j.day, j.posted_at
from behind s
cross join lateral (select * from journal j where j.merchant_id = s.merchant_id and j.entry > s.sealed and j.entry <= $1 order by j.entry limit $3) j
order by j.merchant_id, j.entry;

-- The last block of each of these merchants.
-- name: ledger_heads
select b.merchant_id, b.number, b.first_entry, b.last_entry, b.entries, b.sums, b.marks, b.previous, b.head, b.sealed_at from unnest($1::text[]) m (id)
cross join lateral (select * from ledger_block b where b.merchant_id = m.id order by b.number desc limit 1) b;

-- name: ledger_block_insert
insert into ledger_block (merchant_id, number, first_entry, last_entry, entries, sums, marks, previous, head, sealed_at)
select t.*, $10::timestamptz from unnest(
	$1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[], $7::bytea[], $8::bytea[], $9::bytea[]) t;

-- How long the oldest entry has waited for its seal.
-- name: unsealed_age
select greatest(0, coalesce(floor(extract(epoch from $1::timestamptz - min(e.posted_at))), 0))::bigint as seconds
from journal_merchant m
cross join lateral (select j.posted_at from journal j where j.merchant_id = m.merchant_id and j.entry > m.sealed order by j.entry limit 1) e;

-- name: ledger_merchants
select merchant_id from journal_merchant union select merchant_id from ledger_block order by 1;

-- name: ledger_blocks_after
select b.merchant_id, b.number, b.first_entry, b.last_entry, b.entries, b.sums, b.marks, b.previous, b.head, b.sealed_at
from ledger_block b where b.merchant_id = $1 and b.number > $2 order by b.number limit $3;

-- name: ledger_entries
select j.merchant_id, j.entry, j.transfer_id, j.debit, j.credit, j.currency, j.amount, j.cause, j.cause_id, j.customer_ref, j.day, j.posted_at
from journal j where j.merchant_id = $1 and j.entry > $2 and j.entry <= $3 order by j.entry;

-- name: ledger_unsealed
select count(*) as entries from journal j where j.merchant_id = $1 and j.entry > $2;

-- The journal's sums up to a day of business ($2) as they were known at an instant ($3); null: all of it. What is kept, less what came later.
-- name: flows_at
select f.currency, f.debit, f.credit, f.cause, sum(f.amount)::bigint as amount
from (
	select s.currency, s.debit, s.credit, s.cause, s.amount from kept_sum s where s.merchant_id = $1 and s.kind = 'flow'
	union all
	select j.currency, j.debit, j.credit, j.cause, -j.amount from journal j where j.merchant_id = $1 and j.day > $2::date
	union all
	select j.currency, j.debit, j.credit, j.cause, -j.amount from journal j
	where j.merchant_id = $1 and j.posted_at > $3::timestamptz and coalesce(j.day <= $2::date, true)) f
group by f.currency, f.debit, f.credit, f.cause having sum(f.amount) <> 0;
