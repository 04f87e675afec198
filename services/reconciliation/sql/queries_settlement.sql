-- Payments that no payout names.

-- Those whose day is over and that nobody has looked at.
-- name: unsettled_due
select r.merchant_id, r.receipt_id, r.receipt_id || ':' || r.revision as id
from receipt r
where r.settle_by < ($2::timestamptz at time zone 'UTC')::date
	and not exists (select 1 from inbox i where i.source = 'tick:settlement' and i.id = r.receipt_id || ':' || r.revision)
order by r.settle_by limit $1;

-- name: unsettled_next
select min((r.settle_by + 1)::timestamp at time zone 'UTC') as at from receipt r where r.settle_by >= ($1::timestamptz at time zone 'UTC')::date;

-- The locks of a payment and of what pays it out.
-- name: settlement_find
select r.merchant_id, r.receipt_id, r.customer_ref, '@provider:' || r.provider_account as stream
from unnest($1::text[], $2::uuid[]) k (merchant_id, receipt_id) join receipt r using (merchant_id, receipt_id);

-- What names it: lines of payouts by our attempt or, where that was not known, by the provider's reference; items of reports that are no such line.
-- name: settlement_fetch
select r.merchant_id, r.receipt_id, coalesce(n.named, 0)::bigint as named, coalesce(n.exchanged, false) as exchanged,
	exists (select from payout p
		where p.merchant_id = r.merchant_id and p.provider_account = r.provider_account and p.paid and p.line_count = 0 and not p.by_report
			and p.arrival_date between r.value_date and r.settle_by) as hidden
from unnest($1::text[], $2::uuid[]) k (merchant_id, receipt_id)
join receipt r using (merchant_id, receipt_id)
cross join lateral (
	select sum(abs(t.gross)) filter (where t.currency = r.currency) as named, bool_or(t.currency <> r.currency) as exchanged
	from (
		select l.currency, l.gross from payout_line l
		where l.merchant_id = r.merchant_id and l.attempt_id = r.source_id and l.attempt_id <> '00000000-0000-0000-0000-000000000000' and not l.is_refund
		union all
		select l.currency, l.gross from payout_line l
		where l.merchant_id = r.merchant_id and l.provider_payment = r.provider_payment and l.provider_payment <> ''
			and l.attempt_id = '00000000-0000-0000-0000-000000000000' and not l.is_refund
		union all
		select i.currency, i.gross from payout_report_item i
		where i.merchant_id = r.merchant_id and i.item_id in (
			select p.item_id from payout_report_item p
			where p.merchant_id = r.merchant_id and p.payment_ref = r.provider_payment and p.payment_ref <> '' and p.line_number is null
			union
			select p.item_id from payout_report_item p
			where p.merchant_id = r.merchant_id and p.reference = r.source_id::text and p.reference <> '' and p.line_number is null)
			and i.report_id is not null and i.payout_ref <> '' and i.kind in ('payment', 'dispute', 'dispute_reversal')) t) n;
