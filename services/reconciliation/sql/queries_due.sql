-- Due work, as a pure function of facts and now. What was claimed once is not due again: its identity is in the inbox.

-- The next staged statement of each account, so that each is decided on what the one before it left; and replaced ones whose exception is open. Those of
-- $2 to $3 lines: what looks at more takes long.
-- name: statement_due
select * from (
	(select distinct on (s.merchant_id, s.identifier) s.merchant_id, s.statement_id, s.statement_id::text as id, s.arrival, s.line_count
	from statement s
	where s.state = 'staged' and not exists (select 1 from inbox i where i.source = 'tick:statement' and i.id = s.statement_id::text)
	order by s.merchant_id, s.identifier, s.arrival)
	union all
	select s.merchant_id, s.statement_id, s.statement_id || ':replaced', s.arrival, 0
	from exception e join statement s on s.merchant_id = e.merchant_id and s.statement_id = e.subject_id
	where e.open and e.kind = 'statement_quarantined' and s.state = 'replaced'
		and not exists (select 1 from inbox i where i.source = 'tick:statement' and i.id = s.statement_id || ':replaced')) d
where line_count between $2::bigint and $3::bigint
order by arrival limit $1;

-- name: statement_waits
select exists (select 1 from statement s
	where s.state = 'staged' and not exists (select 1 from inbox i where i.source = 'tick:statement' and i.id = s.statement_id::text)) as waits;

-- Accounts whose accepted statements have lines to post and of which nothing is being undone, each by the key of its lock; those behind
-- the one that was served last come first.
-- name: line_accounts
select key, merchant_id, account_id from (
	select distinct on (key) hashtext(s.merchant_id || '/' || s.account_id) as key, s.merchant_id, s.account_id
	from statement s
	where s.state = 'accepted'
		and not exists (select from statement u where u.merchant_id = s.merchant_id and u.identifier = s.identifier and u.state = 'undoing')
	order by key) a
order by key <= $1::int, key;

-- A lock of the session: whoever dies gives it back. 5076 is the class of these alone.
-- name: line_take
select pg_try_advisory_lock(5076, $1::int) as taken;

-- name: line_give_back
select pg_advisory_unlock(5076, objid::int8::bit(32)::int)
from pg_locks where locktype = 'advisory' and pid = pg_backend_pid() and classid = 5076 and objsubid = 2;

-- Lines of one account in the order of its files. What was posted of a statement had lower numbers: its first lines are not walked over again. What
-- was undone may be posted again, once for each time.
-- name: line_due
select l.merchant_id, l.line_id, l.id
from statement s
join lateral (
	select case when a.undone > 0 then ':' || a.undone else '' end as again from bank_account a
	where a.merchant_id = s.merchant_id and a.account_id = s.account_id offset 0) a on true
cross join lateral (
	select l.merchant_id, l.line_id, l.number,
		l.merchant_id || '/' || l.account_id || ':' || encode(l.key, 'hex') || ':' || l.occurrence || a.again as id
	from bank_line l
	where l.merchant_id = s.merchant_id and l.statement_id = s.statement_id and l.state = 'staged' and l.number > s.line_new - s.remaining
		and not exists (select 1 from inbox i where i.source = 'tick:line'
			and i.id = l.merchant_id || '/' || l.account_id || ':' || encode(l.key, 'hex') || ':' || l.occurrence || a.again)
	order by l.merchant_id, l.statement_id, l.number limit $1::bigint) l
where s.merchant_id = $2 and s.account_id = $3 and s.state = 'accepted'
	and not exists (select from statement u where u.merchant_id = s.merchant_id and u.identifier = s.identifier and u.state = 'undoing')
order by s.arrival, l.number limit $1;

-- How many lines wait to be posted, up to $1.
-- name: line_waiting
select count(*) from (
	select 1 from statement s
	join lateral (
		select case when a.undone > 0 then ':' || a.undone else '' end as again from bank_account a
		where a.merchant_id = s.merchant_id and a.account_id = s.account_id offset 0) a on true
	cross join lateral (
		select 1 from bank_line l
		where l.merchant_id = s.merchant_id and l.statement_id = s.statement_id and l.state = 'staged' and l.number > s.line_new - s.remaining
			and not exists (select 1 from inbox i where i.source = 'tick:line'
				and i.id = l.merchant_id || '/' || l.account_id || ':' || encode(l.key, 'hex') || ':' || l.occurrence || a.again)
		limit $1::bigint) l
	where s.state = 'accepted' limit $1) w;

-- Lines that wait, and what came that may explain them: a document that they name, a payout of their amount, an open item of a customer who pays from their
-- account or whose number they name, an account that was learned. A line that waits since its first look asks for what came beside that look. $1 messages at most, $2 the causes.
-- name: rematch_due
with c as materialized (select * from rematch_cause where number = any ($2::bigint[])),
found as (
	select t.merchant_id, t.line_id, c.id as cause, ''::text as how
	from c join reference r on r.merchant_id = c.merchant_id and r.target_id = c.id
	join bank_line_token t on t.merchant_id = r.merchant_id and t.token = r.token
	where c.kind in ('invoice', 'payout')
	union
	select l.merchant_id, l.line_id, c.id, ''
	from c join payout p on p.merchant_id = c.merchant_id and p.payout_id = c.id and p.paid and not p.has_arrived
	join bank_line l on l.merchant_id = p.merchant_id and l.waits and l.amount = p.amount and l.currency = p.currency
	where c.kind = 'payout'
	union
	select t.merchant_id, t.line_id, c.id, ''
	from c join open_item i on i.merchant_id = c.merchant_id and i.invoice_id = c.id and i.open > 0
	join payer p on p.merchant_id = i.merchant_id and p.customer_ref = i.customer_ref and not p.withdrawn
	join bank_line_token t on t.merchant_id = p.merchant_id and t.token = '@' || substr(encode(sha256(convert_to(p.iban, 'UTF8')), 'hex'), 1, 32)
	join bank_line l on l.merchant_id = t.merchant_id and l.line_id = t.line_id and l.amount >= i.open and l.currency = i.currency
	where c.kind = 'invoice'
	union
	select t.merchant_id, t.line_id, c.id, ''
	from c join open_item i on i.merchant_id = c.merchant_id and i.invoice_id = c.id and i.open > 0
	join reference r on r.merchant_id = i.merchant_id and r.kind = 'customer'
		and r.target_id = substr(encode(sha256(convert_to(i.customer_ref, 'UTF8')), 'hex'), 1, 32)::uuid
	join bank_line_token t on t.merchant_id = r.merchant_id and t.token = r.token
	where c.kind = 'invoice'
	union
	select t.merchant_id, t.line_id, c.id, ':payer:' || c.number
	from c join payer p on p.merchant_id = c.merchant_id and p.customer_ref = c.customer_ref and not p.withdrawn
	join bank_line_token t on t.merchant_id = p.merchant_id and t.token = '@' || substr(encode(sha256(convert_to(p.iban, 'UTF8')), 'hex'), 1, 32)
	where c.kind = 'customer'
		and exists (select 1 from open_item i where i.merchant_id = p.merchant_id and i.customer_ref = p.customer_ref and i.open > 0)
		and not exists (select 1 from bank_line_candidate b where b.merchant_id = t.merchant_id and b.line_id = t.line_id
			and b.customer_ref = p.customer_ref and b.signs & 4 <> 0) -- SIGN_PAYER
	union
	select t.merchant_id, t.line_id, r.target_id, ''
	from c join bank_line_token t on t.merchant_id = c.merchant_id and t.line_id = c.id
	join reference r on r.merchant_id = t.merchant_id and r.token = t.token
	where c.kind = 'line'
	union
	select l.merchant_id, l.line_id, p.payout_id, ''
	from c join bank_line l on l.merchant_id = c.merchant_id and l.line_id = c.id
	join payout p on p.merchant_id = l.merchant_id and p.amount = l.amount and p.currency = l.currency and p.paid and not p.has_arrived
	where c.kind = 'line'
	union
	select l.merchant_id, l.line_id, i.invoice_id, ''
	from c join bank_line l on l.merchant_id = c.merchant_id and l.line_id = c.id
	join bank_line_person n on n.merchant_id = l.merchant_id and n.line_id = l.line_id
	join payer p on p.merchant_id = n.merchant_id and p.iban = n.party_iban and not p.withdrawn
	join open_item i on i.merchant_id = p.merchant_id and i.customer_ref = p.customer_ref and i.open = l.amount and i.currency = l.currency and i.open > 0
	where c.kind = 'line')
select f.merchant_id, f.line_id, f.line_id || ':' || f.cause || f.how as id
from found f join bank_line l using (merchant_id, line_id)
where l.waits and not l.by_person
	and (f.how <> '' or not exists (select 1 from bank_line_candidate b where b.merchant_id = f.merchant_id and b.line_id = f.line_id and b.target_id = f.cause))
	and not exists (select 1 from inbox i where i.source = 'tick:rematch' and i.id = f.line_id || ':' || f.cause || f.how)
order by 3 limit $1;

-- name: rematch_first
select number from rematch_cause order by number limit $1;

-- They explain nothing any more. One whose transaction ended later was not among them, whatever its number.
-- name: rematch_done
delete from rematch_cause where number = any ($1::bigint[]);

-- name: rematch_waiting
select count(*) as count from (select 1 from rematch_cause limit $1) c;

-- name: rematch_cause_insert
insert into rematch_cause (merchant_id, kind, id, customer_ref) select * from unnest($1::text[], $2::text[], $3::uuid[], $4::text[]);

-- A payout that is not on the bank's statement five days after it was to arrive.
-- name: payout_late_due
select p.merchant_id, p.payout_id, p.payout_id::text as id
from payout p
where p.paid and not p.has_arrived and not p.overdue and p.arrival_date < ($2::timestamptz at time zone 'UTC')::date - 5
	and not exists (select 1 from inbox i where i.source = 'tick:payout' and i.id = p.payout_id::text)
order by p.arrival_date limit $1;

-- name: payout_late_next
select min((p.arrival_date + 6)::timestamp at time zone 'UTC') as at from payout p
where p.paid and not p.has_arrived and not p.overdue and p.arrival_date >= ($1::timestamptz at time zone 'UTC')::date - 5;

-- A payment whose invoice has not come for a day.
-- name: wanted_late_due
select w.merchant_id, w.receipt_id, w.receipt_id::text as id
from wanted w
where w.amount > 0 and w.added_at < $2::timestamptz - interval '1 day'
	and not exists (select 1 from inbox i where i.source = 'tick:wanted' and i.id = w.receipt_id::text)
group by w.merchant_id, w.receipt_id order by min(w.added_at) limit $1;

-- name: wanted_late_next
select min(w.added_at) + interval '1 day' as at from wanted w where w.amount > 0 and w.added_at >= $1::timestamptz - interval '1 day';

-- ---- sums ----

-- What transactions added to the running sums. A part at a time, so that it stays a short statement.
-- name: sum_fold
with gone as (
	delete from sum_change where ctid = any (array(select ctid from sum_change limit 20000))
	returning *)
insert into running_sum as r (merchant_id, kind, currency, debit, credit, cause, amount)
select merchant_id, kind, currency, debit, credit, cause, sum(amount) from gone group by merchant_id, kind, currency, debit, credit, cause
order by 1, 2, 3, 4, 5, 6
on conflict (merchant_id, kind, currency, debit, credit, cause) do update set amount = r.amount + excluded.amount;

-- Whoever has sums is recounted.
-- name: recount_expect
insert into recount (merchant_id, at, differences, minor) select distinct merchant_id, '-infinity'::timestamptz, 0, 0 from running_sum
on conflict do nothing;

-- name: recount_known
select coalesce(sum(differences), 0)::bigint as differences from recount;

-- Once a day; one that could not be ended is tried again behind the others.
-- name: recount_due
select merchant_id from recount where at <= clock_timestamp() - interval '1 day' and tried_at <= clock_timestamp() - interval '10 minutes'
order by tried_at, merchant_id limit 20;

-- name: recount_begin
update recount set tried_at = clock_timestamp()
where merchant_id = $1 and at <= clock_timestamp() - interval '1 day' and tried_at <= clock_timestamp() - interval '10 minutes';

-- name: recount_run
insert into recount as r (merchant_id, at, differences, minor)
select $1, clock_timestamp(), count(*), coalesce(sum(abs(coalesce(k.amount, 0) - coalesce(c.amount, 0))), 0)
from (select * from kept_sum where merchant_id = $1) k
full join (select * from counted_sum where merchant_id = $1) c using (merchant_id, kind, currency, debit, credit, cause)
where coalesce(k.amount, 0) <> coalesce(c.amount, 0)
on conflict (merchant_id) do update set at = excluded.at, differences = excluded.differences, minor = excluded.minor
returning differences, minor;

-- Sub-ledgers against their accounts, over all merchants: receivable and the open items, customers' credit, lines that nobody knows, cash and the lines posted
-- to each bank account behind its opening balance, clearing and what providers took, gave back and paid out, both legs of what was exchanged, what was kept of
-- receipts. Minor units without signs.
-- name: tie_breaks
with side as (
	select merchant_id, currency, case when debit like 'clearing:%' then 'clearing' else debit end as account, amount from kept_sum where kind = 'flow'
	union all
	select merchant_id, currency, case when credit like 'clearing:%' then 'clearing' else credit end, -amount from kept_sum where kind = 'flow'
	union all
	select merchant_id, currency, case kind when 'open' then 'receivable' when 'unapplied' then 'unapplied_cash' when 'unidentified' then 'unidentified_receipts'
		when 'clearing' then 'clearing' when 'exchanged' then 'fx_position' when 'kept' then 'difference_income' else debit end,
		case when kind in ('unapplied', 'unidentified', 'kept') then amount else -amount end
	from kept_sum where kind in ('open', 'unapplied', 'unidentified', 'posted', 'clearing', 'exchanged', 'kept')
	union all
	select merchant_id, currency, 'cash:' || account_id, -chain_opening from bank_account),
tie (name) as (values ('receivable'), ('unapplied_cash'), ('unidentified_receipts'), ('cash'), ('clearing'), ('fx_position'), ('difference_income')),
broken as (select split_part(account, ':', 1) as name, sum(amount) as minor from side group by merchant_id, currency, account having sum(amount) <> 0)
select t.name, coalesce(sum(abs(b.minor)), 0)::bigint as minor from tie t left join broken b using (name) group by t.name order by t.name;
