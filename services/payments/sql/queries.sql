-- Every statement of payments. Keys come in as parallel arrays; k is what was asked for.

-- ---- find ----

-- name: find_attempt
select k.merchant_id, k.attempt_id, a.customer_ref, a.payment
from unnest($1::text[], $2::uuid[]) k (merchant_id, attempt_id)
join attempt a using (merchant_id, attempt_id);

-- name: find_session
select k.merchant_id, k.account, k.session as reference, a.attempt_id, a.customer_ref, a.payment
from unnest($1::text[], $2::text[], $3::text[]) k (merchant_id, account, session)
join attempt a on a.merchant_id = k.merchant_id and a.account = k.account and a.session = k.session and a.session <> '';

-- name: find_payment
select k.merchant_id, k.account, k.payment as reference, a.attempt_id, a.customer_ref, a.payment
from unnest($1::text[], $2::text[], $3::text[]) k (merchant_id, account, payment)
join attempt a on a.merchant_id = k.merchant_id and a.account = k.account and a.payment = k.payment and a.payment <> '';

-- name: find_charge
select k.merchant_id, k.account, k.charge as reference, a.attempt_id, a.customer_ref, a.payment
from unnest($1::text[], $2::text[], $3::text[]) k (merchant_id, account, charge)
join attempt a on a.merchant_id = k.merchant_id and a.account = k.account and a.charge = k.charge and a.charge <> '';

-- name: find_refund
select k.merchant_id, k.account, k.reference, r.refund_id, r.attempt_id, a.customer_ref, a.payment
from unnest($1::text[], $2::text[], $3::text[]) k (merchant_id, account, reference)
join refund r on r.merchant_id = k.merchant_id and r.account = k.account and r.provider_refund = k.reference and r.provider_refund <> ''
join attempt a on a.merchant_id = r.merchant_id and a.attempt_id = r.attempt_id;

-- name: find_invoice
select distinct k.merchant_id, i.customer_ref
from unnest($1::text[], $2::uuid[]) k (merchant_id, invoice_id)
join item i using (merchant_id, invoice_id);

-- ---- fetch ----

-- The attempts that are wanted, and those that hold a part which is wanted or which one of the former pays.
-- name: attempt_fetch
with wanted as (
	select * from unnest($1::text[], $2::uuid[]) w (merchant_id, attempt_id)
), holders as (
	select i.merchant_id, i.live_attempt
	from unnest($3::text[], $4::uuid[]) k (merchant_id, invoice_id) join item i using (merchant_id, invoice_id)
	union all
	select i.merchant_id, i.live_attempt
	from wanted w join attempt_item p using (merchant_id, attempt_id) join item i using (merchant_id, invoice_id, part)
)
select a.* from attempt a join (
	select merchant_id, attempt_id from wanted
	union
	select merchant_id, live_attempt from holders where live_attempt is not null
) k using (merchant_id, attempt_id);

-- name: attempt_item_fetch
select p.*, a.currency
from unnest($1::text[], $2::uuid[]) k (merchant_id, attempt_id)
join attempt a using (merchant_id, attempt_id)
join attempt_item p using (merchant_id, attempt_id)
order by p.merchant_id collate "C", p.attempt_id, p.invoice_id, p.part;

-- name: refund_fetch
select r.* from unnest($1::text[], $2::uuid[]) k (merchant_id, attempt_id) join refund r using (merchant_id, attempt_id)
order by r.merchant_id collate "C", r.attempt_id, r.refund_id;

-- Rows are locked, as `send` counts its tries here without a key: it passes over what is locked, so nobody waits for it.
-- name: intent_fetch
select i.* from intent i where (i.merchant_id, i.attempt_id) in (select * from unnest($1::text[], $2::uuid[])) for update;

-- name: payout_intent_fetch
select i.* from intent i where (i.merchant_id, i.subject) in (
	select p.merchant_id, p.payout_id from unnest($1::text[], $2::text[], $3::text[]) k (merchant_id, account, provider_payout)
	join payout p using (merchant_id, account, provider_payout)) and i.kind = 'payout' for update;

-- name: item_fetch
select i.* from item i join (
	select merchant_id, invoice_id, part from unnest($1::text[], $2::uuid[]) k (merchant_id, attempt_id) join attempt_item using (merchant_id, attempt_id)
	union
	select merchant_id, invoice_id, part from unnest($3::text[], $4::uuid[]) k (merchant_id, invoice_id) join item using (merchant_id, invoice_id)
) k using (merchant_id, invoice_id, part)
order by i.merchant_id collate "C", i.invoice_id, i.part;

-- name: account_fetch
select a.* from provider_account a join (select distinct * from unnest($1::text[], $2::text[])) k (merchant_id, account)
	on a.merchant_id = k.merchant_id and k.account in (a.account, '');

-- name: merchant_fetch
select * from merchant where merchant_id = any ($1::text[]);

-- name: webhook_fetch
-- Each key is looked up by its index: `offset 0` keeps the planner from comparing all keys with all webhooks while it believes the table to be small.
select w.merchant_id, w.account, w.event_id, w.type, w.object, w.state, w.live, w.once, w.alarmed, w.session, w.payment, w.charge, w.reference,
	w.attempt_id, w.told_at, w.received_at, w.digest, case w.state when 'loose' then w.body else '' end as body,
	w.once and w.state = 'loose' and exists (select from webhook s where s.merchant_id = w.merchant_id and s.account = w.account
		and s.object = w.object and s.type = w.type and s.once and s.state = 'applied') as is_seen
from (
	select * from unnest($1::text[], $2::text[], $3::text[]) e (merchant_id, account, event_id)
	union
	select r.merchant_id, r.account, w.event_id from unnest($4::text[], $5::text[], $6::text[]) r (merchant_id, account, reference),
	lateral (select event_id from webhook w where w.merchant_id = r.merchant_id and w.account = r.account and w.session = r.reference
		and w.session <> '' and w.state = 'loose' offset 0) w
	union
	select r.merchant_id, r.account, w.event_id from unnest($4::text[], $5::text[], $6::text[]) r (merchant_id, account, reference),
	lateral (select event_id from webhook w where w.merchant_id = r.merchant_id and w.account = r.account and w.payment = r.reference
		and w.payment <> '' and w.state = 'loose' offset 0) w
	union
	select r.merchant_id, r.account, w.event_id from unnest($4::text[], $5::text[], $6::text[]) r (merchant_id, account, reference),
	lateral (select event_id from webhook w where w.merchant_id = r.merchant_id and w.account = r.account and w.charge = r.reference
		and w.charge <> '' and w.state = 'loose' offset 0) w
	union
	select a.merchant_id, w.account, w.event_id from unnest($7::text[], $8::uuid[]) a (merchant_id, attempt_id),
	lateral (select account, event_id from webhook w where w.merchant_id = a.merchant_id and w.reference = a.attempt_id
		and w.state = 'loose' offset 0) w
) k,
lateral (select * from webhook w where w.merchant_id = k.merchant_id and w.account = k.account and w.event_id = k.event_id offset 0) w;

-- What objects have told once and for all.
-- name: seen_fetch
select k.* from unnest($1::text[], $2::text[], $3::text[], $4::text[]) k (merchant_id, account, object, type)
join webhook w on w.merchant_id = k.merchant_id and w.account = k.account and w.object = k.object and w.type = k.type
	and w.once and w.state = 'applied';

-- name: payout_fetch
select p.* from unnest($1::text[], $2::text[], $3::text[]) k (merchant_id, account, provider_payout)
join payout p using (merchant_id, account, provider_payout);

-- name: line_fetch
select l.* from unnest($1::text[], $2::text[], $3::text[]) k (merchant_id, account, provider_payout)
join payout p using (merchant_id, account, provider_payout)
join payout_line l using (merchant_id, payout_id)
order by l.merchant_id collate "C", l.payout_id, l.number;

-- name: alarm_fetch
select a.* from unnest($1::text[], $2::text[], $3::text[]) k (merchant_id, kind, subject) join alarm a using (merchant_id, kind, subject);

-- ---- save ----

-- name: merchant_save
insert into merchant (merchant_id, revision, name, email)
select * from unnest($1::text[], $2::bigint[], $3::text[], $4::text[])
on conflict (merchant_id) do update set revision = excluded.revision, name = excluded.name, email = excluded.email;

-- name: account_save
insert into provider_account (merchant_id, account, provider, live, closed, preferred, revision, api_key, webhook_secrets, changed_at)
select * from unnest($1::text[], $2::text[], $3::text[], $4::boolean[], $5::boolean[], $6::boolean[], $7::bigint[], $8::bytea[],
	$9::text[], $10::timestamptz[])
on conflict (merchant_id, account) do update set
	closed = excluded.closed, preferred = excluded.preferred, revision = excluded.revision, api_key = excluded.api_key,
	webhook_secrets = excluded.webhook_secrets, changed_at = excluded.changed_at;

-- name: item_save
insert into item (merchant_id, invoice_id, part, customer_ref, issued, number, currency, amount, credited, open, taken, due, invoice_revision,
	ledger_revision, live_attempt)
select * from unnest($1::text[], $2::uuid[], $3::int[], $4::text[], $5::boolean[], $6::text[], $7::text[], $8::bigint[], $9::bigint[],
	$10::bigint[], $11::bigint[], $12::date[], $13::bigint[], $14::bigint[], $15::uuid[])
on conflict (merchant_id, invoice_id, part) do update set
	issued = excluded.issued, number = excluded.number, currency = excluded.currency, amount = excluded.amount, credited = excluded.credited,
	open = excluded.open, taken = excluded.taken, due = excluded.due, invoice_revision = excluded.invoice_revision,
	ledger_revision = excluded.ledger_revision, live_attempt = excluded.live_attempt;

-- name: attempt_save
insert into attempt (merchant_id, attempt_id, customer_ref, account, state, revision, live, ledgered, currency, amount, captured, refunded,
	fee_known, fee, fee_currency, made_at, expires_at, opened_at, session_expires_at, paid_at, declined_at, session, url, payment, charge,
	method, fee_source, decline_code, question, replaced_by)
select * from unnest($1::text[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::boolean[], $8::boolean[], $9::text[],
	$10::bigint[], $11::bigint[], $12::bigint[], $13::boolean[], $14::bigint[], $15::text[], $16::timestamptz[], $17::timestamptz[],
	$18::timestamptz[], $19::timestamptz[], $20::timestamptz[], $21::timestamptz[], $22::text[], $23::text[], $24::text[], $25::text[],
	$26::text[], $27::text[], $28::text[], $29::text[], $30::uuid[])
on conflict (merchant_id, attempt_id) do update set
	state = excluded.state, revision = excluded.revision, ledgered = excluded.ledgered, captured = excluded.captured,
	refunded = excluded.refunded, fee_known = excluded.fee_known, fee = excluded.fee, fee_currency = excluded.fee_currency,
	opened_at = excluded.opened_at, session_expires_at = excluded.session_expires_at, paid_at = excluded.paid_at,
	declined_at = excluded.declined_at, session = excluded.session, url = excluded.url, payment = excluded.payment,
	charge = excluded.charge, method = excluded.method, fee_source = excluded.fee_source, decline_code = excluded.decline_code,
	question = excluded.question, replaced_by = excluded.replaced_by;

-- name: attempt_item_insert
insert into attempt_item (merchant_id, attempt_id, invoice_id, part, number, amount)
select * from unnest($1::text[], $2::uuid[], $3::uuid[], $4::int[], $5::text[], $6::bigint[]);

-- name: refund_save
insert into refund (merchant_id, refund_id, attempt_id, account, provider_refund, currency, amount, state, reason, told, over, credit_note_id,
	items, made_at, failure)
select * from unnest($1::text[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::text[], $9::text[],
	$10::boolean[], $11::boolean[], $12::uuid[], $13::text[], $14::timestamptz[], $15::text[])
on conflict (merchant_id, refund_id) do update set
	provider_refund = excluded.provider_refund, state = excluded.state, told = excluded.told, over = excluded.over, failure = excluded.failure;

-- name: webhook_insert
insert into webhook (merchant_id, account, event_id, type, object, state, live, once, alarmed, session, payment, charge, reference, attempt_id,
	told_at, received_at, digest, body)
select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::boolean[], $8::boolean[], $9::boolean[],
	$10::text[], $11::text[], $12::text[], $13::uuid[], $14::uuid[], $15::timestamptz[], $16::timestamptz[], $17::bytea[], $18::bytea[]);

-- name: webhook_update
update webhook w set state = n.state, alarmed = n.alarmed, attempt_id = n.attempt_id
from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::boolean[], $6::uuid[]) n (merchant_id, account, event_id, state, alarmed, attempt_id)
where w.merchant_id = n.merchant_id and w.account = n.account and w.event_id = n.event_id;

-- name: payout_save
insert into payout (merchant_id, payout_id, account, provider_payout, state, failed, revision, currency, amount, gross, fees, line_count, arrival,
	statement_text, made_at)
select * from unnest($1::text[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::boolean[], $7::bigint[], $8::text[], $9::bigint[],
	$10::bigint[], $11::bigint[], $12::int[], $13::date[], $14::text[], $15::timestamptz[])
on conflict (merchant_id, payout_id) do update set
	state = excluded.state, failed = excluded.failed, revision = excluded.revision, gross = excluded.gross, fees = excluded.fees,
	line_count = excluded.line_count;

-- name: line_insert
insert into payout_line (merchant_id, payout_id, number, kind, provider_line, provider_payment, attempt_id, refund_id, customer_ref, gross, fee)
select * from unnest($1::text[], $2::uuid[], $3::int[], $4::int[], $5::text[], $6::text[], $7::uuid[], $8::uuid[], $9::text[], $10::bigint[],
	$11::bigint[]);

-- A call that is being made belongs to the intent as it was: its lease ends with it, its answer still counts.
-- name: intent_save
insert into intent (merchant_id, subject, kind, account, attempt_id, customer_ref, rung, is_due, next_at, cursor)
select * from unnest($1::text[], $2::uuid[], $3::text[], $4::text[], $5::uuid[], $6::text[], $7::int[], $8::boolean[], $9::timestamptz[],
	$10::text[])
on conflict (merchant_id, subject, kind) do update set
	rung = excluded.rung, is_due = excluded.is_due, next_at = excluded.next_at, cursor = excluded.cursor, lease_until = null;

-- One that is open stays as it was opened; closing changes nothing else of it.
-- name: alarm_save
insert into alarm (merchant_id, kind, subject, attempt_id, detail, opened_at, closed_at, closed_by, note)
select * from unnest($1::text[], $2::text[], $3::text[], $4::uuid[], $5::text[], $6::timestamptz[], $7::timestamptz[], $8::text[], $9::text[])
on conflict (merchant_id, kind, subject) do update set
	attempt_id = case when excluded.closed_at is null then excluded.attempt_id else alarm.attempt_id end,
	detail = case when excluded.closed_at is null then excluded.detail else alarm.detail end,
	opened_at = case when excluded.closed_at is null then excluded.opened_at else alarm.opened_at end,
	closed_at = excluded.closed_at, closed_by = excluded.closed_by, note = excluded.note
where alarm.closed_at is not null or excluded.closed_at is not null;

-- ---- pages and lists; each of one merchant ----

-- name: attempt_show
select * from attempt where attempt_id = $2::uuid and ($1::text = '' or merchant_id = $1::text);

-- name: attempt_list
select a.* from attempt a
where a.merchant_id = $1::text and a.attempt_id < $2::uuid
	and ($3::text = '' or a.customer_ref = $3::text) and ($4::text = '' or a.state = $4::text)
	and ($5::uuid is null or exists (select from attempt_item p
		where p.merchant_id = a.merchant_id and p.attempt_id = a.attempt_id and p.invoice_id = $5::uuid))
order by a.attempt_id desc limit $6::int;

-- name: webhook_list
select w.merchant_id, w.account, w.event_id, w.type, w.object, w.state, w.live, w.once, w.alarmed, w.session, w.payment, w.charge, w.reference,
	w.attempt_id, w.told_at, w.received_at, w.digest, ''::bytea as body
from webhook w
where w.merchant_id = $1::text and w.received_at < $2::timestamptz and ($3::text = '' or w.state = $3::text)
order by w.received_at desc limit $4::int;

-- name: webhook_body
select body from webhook where merchant_id = $1::text and account = $2::text and event_id = $3::text;

-- name: alarm_list
select * from alarm where merchant_id = $1::text and (closed_at is not null) = $2::boolean order by opened_at desc limit $3::int;

-- name: alarm_count
select kind, count(*) as n from alarm where closed_at is null group by kind;

-- name: payout_list
select * from payout where merchant_id = $1::text order by payout_id desc limit $2::int;

-- name: account_list
select * from provider_account where $1::text = '' or merchant_id = $1::text order by merchant_id, account;

-- name: pay_page
select m.name, m.email, business_now() as now, (select count(*) from attempt_item p join item i using (merchant_id, invoice_id, part)
	where p.merchant_id = $1::text and p.attempt_id = $2::uuid
		and least(i.amount - i.credited, case when i.ledger_revision > 0 then i.open else i.amount end) - i.taken > 0) as owed
from (select) one left join merchant m on m.merchant_id = $1::text;

-- ---- timers ----

-- What is opening and was called for is at the provider's; the rest it never heard of.
-- name: attempt_unused
select a.merchant_id, a.customer_ref, a.attempt_id from attempt a
where a.state in ('created', 'opening') and a.expires_at <= $1::timestamptz and not exists (select from intent i
	where i.merchant_id = a.merchant_id and i.subject = a.attempt_id and i.kind = 'open' and i.tries > 0)
order by a.expires_at limit $2::int;

-- name: attempt_unused_next
select count(*) filter (where a.expires_at <= $1::timestamptz) as due, min(a.expires_at) filter (where a.expires_at > $1::timestamptz) as next
from attempt a
where a.state in ('created', 'opening') and not exists (select from intent i
	where i.merchant_id = a.merchant_id and i.subject = a.attempt_id and i.kind = 'open' and i.tries > 0);

-- name: webhook_joinable
select w.merchant_id, w.account, w.event_id, a.customer_ref, a.attempt_id
from webhook w join attempt a on a.merchant_id = w.merchant_id and a.account = w.account
	and (a.attempt_id = w.reference or (a.payment = w.payment and a.payment <> '') or (a.session = w.session and a.session <> '')
		or (a.charge = w.charge and a.charge <> ''))
where w.state = 'loose'
order by w.received_at limit $1::int;

-- name: webhook_overdue
select w.merchant_id, w.account, w.event_id, ''::text as customer_ref, null::uuid as attempt_id from webhook w
where w.state = 'loose' and not w.alarmed and w.received_at <= $1::timestamptz order by w.received_at limit $2::int;

-- name: webhook_overdue_next
select count(*) filter (where received_at <= $1::timestamptz) as due, min(received_at) filter (where received_at > $1::timestamptz) as next
from webhook where state = 'loose' and not alarmed;

-- ---- calls ----

-- What is due and not being made. A new session waits while another one for the same part can still be paid.
-- name: intent_claim
with due as (
	select i.merchant_id, i.subject, i.kind from intent i
	where i.is_due and i.next_at <= $1::timestamptz and i.lease_until is null
		and (i.kind <> 'open' or not exists (select from attempt_item mine
			join attempt_item other using (merchant_id, invoice_id, part)
			join attempt o on o.merchant_id = other.merchant_id and o.attempt_id = other.attempt_id
			where mine.merchant_id = i.merchant_id and mine.attempt_id = i.subject and o.attempt_id <> i.subject and o.state = 'closing'))
	order by i.kind <> 'open', i.next_at limit $2::int
	for update skip locked
)
update intent i set lease_until = clock_timestamp() + interval '60 s', tries = i.tries + 1
from due d
where i.merchant_id = d.merchant_id and i.subject = d.subject and i.kind = d.kind
returning i.*;

-- What the calls are about.
-- name: call_attempts
select a.* from unnest($1::text[], $2::uuid[]) k (merchant_id, attempt_id) join attempt a using (merchant_id, attempt_id)
order by a.merchant_id collate "C", a.attempt_id;

-- name: call_refunds
select r.* from unnest($1::text[], $2::uuid[]) k (merchant_id, refund_id) join refund r using (merchant_id, refund_id);

-- name: call_payouts
select p.* from unnest($1::text[], $2::uuid[]) k (merchant_id, payout_id) join payout p using (merchant_id, payout_id);

-- name: intent_lapsed
select i.*, p.provider_payout from intent i left join payout p on p.merchant_id = i.merchant_id and p.payout_id = i.subject
where i.lease_until < clock_timestamp() order by i.lease_until limit $1::int;

-- name: intent_next
select count(*) filter (where lease_until is not null or (next_at <= $1::timestamptz and is_due)) as pending,
	min(next_at) filter (where next_at > $1::timestamptz and is_due) as next
from intent where is_due or lease_until is not null;
