-- Every statement of reminders. Keys come in as parallel arrays; k is what was asked for. $1 of what falls due is business time.

-- ---- find ----

-- name: find_hold
select k.merchant_id, k.id, h.customer_ref
from unnest($1::text[], $2::uuid[]) k (merchant_id, id)
join hold h on h.merchant_id = k.merchant_id and h.hold_id = k.id;

-- name: find_invoice
select distinct k.merchant_id, k.id, i.customer_ref
from unnest($1::text[], $2::uuid[]) k (merchant_id, id)
join item i on i.merchant_id = k.merchant_id and i.invoice_id = k.id;

-- ---- fetch ----

-- name: merchant_fetch
select * from merchant where merchant_id = any ($1::text[]);

-- name: merchant_accounts
select * from account where merchant_id = any ($1::text[]);

-- name: statement_fetch
select s.*, coalesce(t.receipts, 0) as receipts_read
from unnest($1::text[], $2::uuid[]) k (merchant_id, statement_id)
join statement s using (merchant_id, statement_id)
left join tally t using (merchant_id, statement_id);

-- name: account_statements
select s.*, coalesce(t.receipts, 0) as receipts_read
from unnest($1::text[], $2::uuid[]) k (merchant_id, account_id)
join statement s on s.merchant_id = k.merchant_id and s.account_id = k.account_id and not s.counts
left join tally t on t.merchant_id = s.merchant_id and t.statement_id = s.statement_id;

-- name: account_fetch
select a.* from unnest($1::text[], $2::uuid[]) k (merchant_id, account_id) join account a using (merchant_id, account_id);

-- name: customer_fetch
select c.* from unnest($1::text[], $2::text[]) k (merchant_id, customer_ref) join customer c using (merchant_id, customer_ref);

-- name: customer_items
select i.* from unnest($1::text[], $2::text[]) k (merchant_id, customer_ref)
join item_now i on i.merchant_id = k.merchant_id and i.customer_ref = k.customer_ref and i.open > 0
order by i.merchant_id, i.invoice_id, i.part;

-- name: customer_holds
select h.* from unnest($1::text[], $2::text[]) k (merchant_id, customer_ref)
join hold h on h.merchant_id = k.merchant_id and h.customer_ref = k.customer_ref and h.state = 'active'
order by h.merchant_id, h.hold_id;

-- In the order of notice_planned, each customer by itself: where little is known of the table, any index that begins with the merchant looks as good.
-- name: customer_notices
select n.* from unnest($1::text[], $2::text[]) k (merchant_id, customer_ref)
cross join lateral (
	select * from notice n
	where n.merchant_id = k.merchant_id and n.customer_ref = k.customer_ref and n.state = 'planned'
	order by n.merchant_id, n.customer_ref, n.notice_id limit 10000
) n
order by n.merchant_id, n.notice_id;

-- name: item_fetch
select i.* from unnest($1::text[], $2::uuid[], $3::int[]) k (merchant_id, invoice_id, part)
join item_now i using (merchant_id, invoice_id, part);

-- name: hold_fetch
select h.* from unnest($1::text[], $2::uuid[]) k (merchant_id, hold_id) join hold h using (merchant_id, hold_id);

-- name: notice_fetch
select n.* from unnest($1::text[], $2::uuid[]) k (merchant_id, notice_id) join notice n using (merchant_id, notice_id)
order by n.merchant_id, n.notice_id;

-- name: notice_said
select s.* from unnest($1::text[], $2::uuid[]) k (merchant_id, notice_id) join notice_item s using (merchant_id, notice_id)
order by s.merchant_id, s.notice_id, s.invoice_id, s.part;

-- name: notice_items
select i.* from (
	select distinct s.merchant_id, s.invoice_id, s.part from unnest($1::text[], $2::uuid[]) k (merchant_id, notice_id)
	join notice_item s using (merchant_id, notice_id)
) s
join item_now i using (merchant_id, invoice_id, part);

-- name: receipt_fetch
select n.merchant_id, n.source_id, n.source from unnest($1::text[], $2::uuid[], $3::text[]) k (merchant_id, source_id, source)
join notice n on n.merchant_id = k.merchant_id and n.source = k.source and n.source_id = k.source_id and n.kind = 'receipt';

-- ---- save ----

-- name: merchant_insert
insert into merchant (merchant_id, revision, name, email, zone, language, transfer_accounts)
select * from unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[]);

-- name: merchant_update
update merchant t set
	revision = n.revision, name = n.name, email = n.email, zone = n.zone, language = n.language, transfer_accounts = n.transfer_accounts
from unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
	n (merchant_id, revision, name, email, zone, language, transfer_accounts)
where t.merchant_id = n.merchant_id;

-- name: customer_insert
insert into customer (
	merchant_id, customer_ref, revision, name, email, zone, language, look_at, look_no, waits_statement, seen_cover, said_day)
select * from unnest(
	$1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::timestamptz[], $9::bigint[],
	$10::boolean[], $11::bigint[], $12::date[]);

-- name: customer_update
update customer t set
	revision = n.revision, name = n.name, email = n.email, zone = n.zone, language = n.language, look_at = n.look_at,
	look_no = n.look_no, waits_statement = n.waits_statement, seen_cover = n.seen_cover, said_day = n.said_day
from unnest(
	$1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::timestamptz[], $9::bigint[],
	$10::boolean[], $11::bigint[], $12::date[]) n (
	merchant_id, customer_ref, revision, name, email, zone, language, look_at, look_no, waits_statement, seen_cover, said_day)
where t.merchant_id = n.merchant_id and t.customer_ref = n.customer_ref;

-- name: account_insert
insert into account (merchant_id, account_id, defined_revision, cover_revision, currency, collecting, closed, covered_to, counted_revision)
select * from unnest(
	$1::text[], $2::uuid[], $3::bigint[], $4::bigint[], $5::text[], $6::boolean[], $7::boolean[], $8::date[], $9::bigint[]);

-- name: account_update
update account t set
	defined_revision = n.defined_revision, cover_revision = n.cover_revision, currency = n.currency, collecting = n.collecting,
	closed = n.closed, covered_to = n.covered_to, counted_revision = n.counted_revision
from unnest(
	$1::text[], $2::uuid[], $3::bigint[], $4::bigint[], $5::text[], $6::boolean[], $7::boolean[], $8::date[], $9::bigint[]) n (
	merchant_id, account_id, defined_revision, cover_revision, currency, collecting, closed, covered_to, counted_revision)
where t.merchant_id = n.merchant_id and t.account_id = n.account_id;

-- name: statement_insert
insert into statement (merchant_id, statement_id, account_id, revision, covered_to, receipts, counts)
select * from unnest($1::text[], $2::uuid[], $3::uuid[], $4::bigint[], $5::date[], $6::bigint[], $7::boolean[]);

-- name: statement_update
update statement t set
	account_id = n.account_id, revision = n.revision, covered_to = n.covered_to, receipts = n.receipts, counts = n.counts
from unnest($1::text[], $2::uuid[], $3::uuid[], $4::bigint[], $5::date[], $6::bigint[], $7::boolean[])
	n (merchant_id, statement_id, account_id, revision, covered_to, receipts, counts)
where t.merchant_id = n.merchant_id and t.statement_id = n.statement_id;

-- Added up here: receipts of one statement stand under many customers, and no key is theirs together. In one order, so that no two batches wait for each
-- other in a ring.
-- name: tally_add
insert into tally as t (merchant_id, statement_id, receipts)
select * from unnest($1::text[], $2::uuid[], $3::bigint[]) n (merchant_id, statement_id, receipts) order by merchant_id, statement_id
on conflict (merchant_id, statement_id) do update set receipts = t.receipts + excluded.receipts;

-- name: item_insert
insert into item (
	merchant_id, invoice_id, part, customer_ref, is_issued, number, rf_reference, document_path, currency, amount, due_date,
	ledger_revision, open)
select * from unnest(
	$1::text[], $2::uuid[], $3::int[], $4::text[], $5::boolean[], $6::text[], $7::text[], $8::text[], $9::text[], $10::bigint[],
	$11::date[], $12::bigint[], $13::bigint[]);

-- name: item_update
update item t set
	is_issued = n.is_issued, number = n.number, rf_reference = n.rf_reference, document_path = n.document_path,
	currency = n.currency, amount = n.amount, due_date = n.due_date, ledger_revision = n.ledger_revision, open = n.open
from unnest(
	$1::text[], $2::uuid[], $3::int[], $4::text[], $5::boolean[], $6::text[], $7::text[], $8::text[], $9::text[], $10::bigint[],
	$11::date[], $12::bigint[], $13::bigint[]) n (
	merchant_id, invoice_id, part, customer_ref, is_issued, number, rf_reference, document_path, currency, amount, due_date,
	ledger_revision, open)
where t.merchant_id = n.merchant_id and t.invoice_id = n.invoice_id and t.part = n.part;

-- name: hold_insert
insert into hold (
	merchant_id, hold_id, customer_ref, revision, kind, state, invoice_id, until_date, expires_at, amount, currency, actor, reason,
	placed_at, ended_at)
select * from unnest(
	$1::text[], $2::uuid[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::uuid[], $8::date[], $9::timestamptz[],
	$10::bigint[], $11::text[], $12::text[], $13::text[], $14::timestamptz[], $15::timestamptz[]);

-- name: hold_update
update hold t set
	revision = n.revision, state = n.state, actor = n.actor, reason = n.reason, ended_at = n.ended_at
from unnest(
	$1::text[], $2::uuid[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::uuid[], $8::date[], $9::timestamptz[],
	$10::bigint[], $11::text[], $12::text[], $13::text[], $14::timestamptz[], $15::timestamptz[]) n (
	merchant_id, hold_id, customer_ref, revision, kind, state, invoice_id, until_date, expires_at, amount, currency, actor, reason,
	placed_at, ended_at)
where t.merchant_id = n.merchant_id and t.hold_id = n.hold_id;

-- name: notice_insert
insert into notice (
	merchant_id, notice_id, customer_ref, kind, state, revision, day, policy, policy_version, level, source, source_id, amount,
	currency, tries, unknowns, revise_no, next_try_at, send_until, planned_at, ended_at, failure, code)
select * from unnest(
	$1::text[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::date[], $8::text[], $9::int[], $10::int[],
	$11::text[], $12::uuid[], $13::bigint[], $14::text[], $15::int[], $16::int[], $17::bigint[], $18::timestamptz[],
	$19::timestamptz[], $20::timestamptz[], $21::timestamptz[], $22::text[], $23::text[]);

-- name: notice_update
update notice t set
	state = n.state, revision = n.revision, day = n.day, unknowns = n.unknowns, revise_no = n.revise_no,
	next_try_at = n.next_try_at, send_until = n.send_until, ended_at = n.ended_at, failure = n.failure, code = n.code
from unnest(
	$1::text[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::date[], $8::text[], $9::int[], $10::int[],
	$11::text[], $12::uuid[], $13::bigint[], $14::text[], $15::int[], $16::int[], $17::bigint[], $18::timestamptz[],
	$19::timestamptz[], $20::timestamptz[], $21::timestamptz[], $22::text[], $23::text[]) n (
	merchant_id, notice_id, customer_ref, kind, state, revision, day, policy, policy_version, level, source, source_id, amount,
	currency, tries, unknowns, revise_no, next_try_at, send_until, planned_at, ended_at, failure, code)
where t.merchant_id = n.merchant_id and t.notice_id = n.notice_id;

-- name: said_insert
insert into notice_item (merchant_id, notice_id, invoice_id, part, step, level, number, due_date, open, currency, live)
select *, true from unnest(
	$1::text[], $2::uuid[], $3::uuid[], $4::int[], $5::text[], $6::int[], $7::text[], $8::date[], $9::bigint[], $10::text[]);

-- What a cancelled notice would have said may be said by another.
-- name: said_cancel
update notice_item t set live = false
from unnest($1::text[], $2::uuid[]) k (merchant_id, notice_id)
where t.merchant_id = k.merchant_id and t.notice_id = k.notice_id;

-- ---- what falls due ----

-- name: look_due
select * from (
	(select merchant_id, customer_ref, look_no as no from customer where look_at <= $1::timestamptz order by look_at limit $2::int)
	union
	(select c.merchant_id, c.customer_ref, c.look_no
	from (select merchant_id, sum(defined_revision + counted_revision)::bigint as cover from account group by merchant_id) a
	join customer c on c.merchant_id = a.merchant_id and c.waits_statement and c.seen_cover < a.cover limit $2::int)
) due limit $2::int;

-- name: look_next
select
	(select count(*) from customer where look_at <= $1::timestamptz) + (select count(*)
		from (select merchant_id, sum(defined_revision + counted_revision)::bigint as cover from account group by merchant_id) a
		join customer c on c.merchant_id = a.merchant_id and c.waits_statement and c.seen_cover < a.cover and c.look_at > $1::timestamptz) as due,
	(select min(look_at) from customer where look_at > $1::timestamptz) as next;

-- No more than can be counted in passing.
-- name: waiting_count
select count(*) as customers from (select from customer where waits_statement limit 100000) w;

-- Reminders whose hours are over.
-- name: revise_due
select merchant_id, customer_ref, notice_id as id, revise_no as no
from notice where state = 'planned' and kind = 'reminder' and send_until <= $1::timestamptz
order by send_until limit $2::int;

-- name: revise_next
select
	(select count(*) from notice where state = 'planned' and kind = 'reminder' and send_until <= $1::timestamptz) as due,
	(select min(send_until) from notice where state = 'planned' and kind = 'reminder' and send_until > $1::timestamptz) as next;

-- The next statement of each account, once it is matched: how many of its receipts are wanted, and have been read.
-- name: count_due
select s.merchant_id, '@account:' || s.account_id as customer_ref, s.statement_id as id, s.receipts, coalesce(t.receipts, 0) as receipts_read
from statement s
left join tally t using (merchant_id, statement_id)
where not s.counts and s.revision > 0 and s.receipts is not null and not exists (
	select from statement e
	where e.merchant_id = s.merchant_id and e.account_id = s.account_id and not e.counts and e.revision > 0 and e.revision < s.revision)
order by s.merchant_id, s.account_id limit $1::int;

-- Receipts that are set aside, or were given up: their customers alone wait for them.
-- name: count_aside
select key, payload from parked where state <> 'applied' and type = 'dunlin.ledger.v1.ReceiptAllocated' order by seq limit 10000;

-- name: expire_due
select merchant_id, customer_ref, hold_id as id, revision as no
from hold where state = 'active' and expires_at <= $1::timestamptz order by expires_at, merchant_id, hold_id limit $2::int;

-- name: expire_next
select
	(select count(*) from hold where state = 'active' and expires_at <= $1::timestamptz) as due,
	(select min(expires_at) from hold where state = 'active' and expires_at > $1::timestamptz) as next;

-- Whoever was handing it over has not come back in time: nobody knows.
-- name: lapse_due
select merchant_id, customer_ref, notice_id as id, tries::bigint as no
from notice where state = 'sending' and lease_until < clock_timestamp() order by lease_until limit $1::int;

-- name: lapse_next
select count(*) as due from notice where state = 'sending' and lease_until < clock_timestamp();

-- ---- sending ----

-- Notices that may be claimed, their customers' keys locked until the end of the transaction: of each merchant no more than are left to it in this
-- hour of $3. A reminder to a customer of whom something is set aside waits for a person.
-- name: claim_candidates
with room as (
	select m.merchant_id, $3::bigint - coalesce((
		select sum(s.notices) from spent s where s.merchant_id = m.merchant_id and s.minute > $1::timestamptz - interval '1 hour'), 0) as notices
	from merchant m
)
select n.merchant_id, n.notice_id
from room r
cross join lateral (
	select n.merchant_id, n.notice_id, n.customer_ref, n.next_try_at
	from notice n
	join key k on k.merchant = n.merchant_id and k.kind = 0 and k.id = n.customer_ref
	where n.merchant_id = r.merchant_id and n.state = 'planned' and n.next_try_at <= $1::timestamptz and n.send_until > $1::timestamptz
		and (n.kind = 'receipt' or k.parked = '{}')
	order by n.next_try_at limit greatest(least(r.notices, $2::int), 0)
) n
join key k on k.merchant = n.merchant_id and k.kind = 0 and k.id = n.customer_ref
order by n.next_try_at, n.merchant_id, n.notice_id limit $2::int
for no key update of k skip locked;

-- Sees what was committed before the keys were locked: what is owed must still be what the notice says, and nothing may hold it.
-- name: claim
with claimed as (
	update notice n set
		state = 'sending', tries = n.tries + 1, claimed_at = $3::timestamptz, lease_until = clock_timestamp() + interval '150 seconds'
	from unnest($1::text[], $2::uuid[]) k (merchant_id, notice_id), customer c
	where n.merchant_id = k.merchant_id and n.notice_id = k.notice_id and n.state = 'planned'
		and n.next_try_at <= $3::timestamptz and n.send_until > $3::timestamptz
		and c.merchant_id = n.merchant_id and c.customer_ref = n.customer_ref and c.revision > 0 and c.email <> ''
		and (n.kind = 'receipt' or not exists (
			select from key p where p.merchant = n.merchant_id and p.kind = 0 and p.id = n.customer_ref and p.parked <> '{}'))
		and not exists (select from overtaken o where o.merchant_id = n.merchant_id and o.notice_id = n.notice_id)
	returning n.merchant_id, n.notice_id, n.customer_ref
), counted as (
	insert into spent as s (merchant_id, minute, notices)
	select merchant_id, date_trunc('minute', $3::timestamptz + interval '59.999999 seconds'), count(*) from claimed group by merchant_id
	order by merchant_id
	on conflict (merchant_id, minute) do update set notices = s.notices + excluded.notices
)
select * from claimed;

-- More than a thousand of a merchant are not counted.
-- name: send_pending
with room as (
	select m.merchant_id, coalesce(sum(s.notices), 0) >= $2::bigint as held, min(s.minute) + interval '1 hour' as freed
	from merchant m
	left join spent s on s.merchant_id = m.merchant_id and s.minute > $1::timestamptz - interval '1 hour'
	group by m.merchant_id
), due as (
	select r.held, r.freed, n.due
	from room r
	cross join lateral (
		select count(*) as due
		from (
			select from notice n
			join key k on k.merchant = n.merchant_id and k.kind = 0 and k.id = n.customer_ref
			where n.merchant_id = r.merchant_id and n.state = 'planned' and n.next_try_at <= $1::timestamptz and n.send_until > $1::timestamptz
				and (n.kind = 'receipt' or k.parked = '{}')
			order by n.next_try_at limit 1000
		) n
	) n
)
select
	(select count(*) from notice where state = 'sending') + coalesce(sum(due) filter (where not held), 0)::bigint as pending,
	coalesce(sum(due) filter (where held), 0)::bigint as held,
	least(
		(select min(n.next_try_at) from room r cross join lateral (
			select next_try_at from notice
			where merchant_id = r.merchant_id and state = 'planned' and next_try_at > $1::timestamptz and next_try_at < 'infinity'
			order by next_try_at limit 1) n),
		min(freed) filter (where held and due > 0)) as next
from due;

-- ---- show ----

-- Newest first; $3 (null: all) is a customer.
-- name: notice_list
select * from notice
where merchant_id = $1::text and notice_id < $2::uuid and ($3::text is null or customer_ref = $3::text)
order by notice_id desc limit $4::int;

-- name: hold_list
select * from hold
where merchant_id = $1::text and hold_id < $2::uuid and ($3::text is null or customer_ref = $3::text)
order by hold_id desc limit $4::int;
