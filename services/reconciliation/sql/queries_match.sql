-- What the matcher is asked beside the road of a batch.

-- Lines of the last months in pages, each with the candidates of its last look; one row without where it has none.
-- name: replay_lines
select l.line_id, l.booking_date, l.amount, l.currency, l.return_reason, l.reversal, l.code, coalesce(c.rule, '') as rule,
	coalesce(a.trust_waits, '') as trust_waits, coalesce(a.person_above, 0) as person_above, c.number, c.kind, c.target_id,
	coalesce(c.customer_ref, '') as customer_ref, coalesce(c.label, '') as label, c.open, c.signs, c.chosen, c.amount as minor, c.discount
from (
	select * from bank_line b where b.merchant_id = $1 and b.line_id > $2 and b.state not in ('staged', 'known', 'undone')
		and b.booking_date >= (business_now() at time zone 'UTC' - make_interval(months => $3))::date
	order by b.merchant_id, b.line_id limit $4) l
left join bank_account a on a.merchant_id = l.merchant_id and a.account_id = l.account_id
left join bank_line_candidate c on c.merchant_id = l.merchant_id and c.line_id = l.line_id
	and c.look = (select max(m.look) from bank_line_candidate m where m.merchant_id = l.merchant_id and m.line_id = l.line_id)
order by l.line_id, c.number;
