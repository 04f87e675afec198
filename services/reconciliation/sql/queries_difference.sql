-- Policies of differences, what stands of them, and what banks tell of lines.

-- name: difference_policy_fetch
select p.* from difference_policy p where p.merchant_id = any ($1::text[]);

-- name: difference_policy_insert
insert into difference_policy (
	merchant_id, currency, short_most, short_share, over_most, over_share, discount_share, discount_days, grace_days, takes_charges, charges_most,
	known_charges)
select * from unnest(
	$1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[], $10::boolean[],
	$11::bigint[], $12::text[]);

-- name: difference_policy_update
update difference_policy t set
	short_most = k.short_most, short_share = k.short_share, over_most = k.over_most, over_share = k.over_share, discount_share = k.discount_share,
	discount_days = k.discount_days, grace_days = k.grace_days, takes_charges = k.takes_charges, charges_most = k.charges_most,
	known_charges = k.known_charges
from unnest(
	$1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[], $10::boolean[],
	$11::bigint[], $12::text[])
	as k (merchant_id, currency, short_most, short_share, over_most, over_share, discount_share, discount_days, grace_days, takes_charges, charges_most,
		known_charges)
where t.merchant_id = k.merchant_id and t.currency = k.currency;

-- name: show_difference_policies
select p.currency, p.short_most, p.short_share, p.over_most, p.over_share, p.discount_share, p.discount_days, p.grace_days, p.takes_charges, p.charges_most, p.known_charges
from difference_policy p where p.merchant_id = $1 and p.currency > $3 order by p.currency limit $2;

-- name: difference_fetch
select d.* from unnest($1::text[], $2::uuid[]) k (merchant_id, receipt_id) join difference d using (merchant_id, receipt_id) order by d.difference_id;

-- name: difference_insert
insert into difference (
	merchant_id, difference_id, receipt_id, line_id, invoice_id, part, customer_ref, currency, kind, amount, undone)
select * from unnest(
	$1::text[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::int[], $7::text[], $8::text[], $9::text[], $10::bigint[], $11::bigint[]);

-- name: difference_update
update difference t set amount = k.amount, undone = k.undone
from unnest($1::text[], $2::uuid[], $3::bigint[], $4::bigint[]) as k (merchant_id, difference_id, amount, undone)
where t.merchant_id = k.merchant_id and t.difference_id = k.difference_id;

-- name: line_detail_fetch
select d.merchant_id, d.line_id, coalesce(d.original_amount, 0)::bigint as original_amount, coalesce(d.original_currency, '') as original_currency, d.rate, d.charges
from unnest($1::text[], $2::uuid[]) k (merchant_id, line_id) join bank_line_detail d using (merchant_id, line_id);
