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

-- Credit notes by the token and the invoice that they credit, each with the receipts that had paid that and hold unapplied money.
-- name: find_credit
select k.n, c.credit_note_id, c.customer_ref, c.token, c.gross, c.currency, r.receipt_id
from unnest($1::bigint[], $2::text[], $3::text[], $4::uuid[]) k (n, merchant_id, token, invoice_id)
join credit_note c on c.merchant_id = k.merchant_id and c.token = k.token and c.token <> '' and c.invoice_id = k.invoice_id and c.applied
join receipt r on r.merchant_id = c.merchant_id and r.customer_ref = c.customer_ref and r.currency = c.currency and r.unapplied > 0
where exists (select from allocation a where a.merchant_id = r.merchant_id and a.receipt_id = r.receipt_id and a.invoice_id = c.invoice_id)
order by k.n, c.credit_note_id, r.receipt_id;
