-- Statements of the unit of work. Set-based; arrays come sorted by the caller where they lock.

-- name: unit_fence
-- Moves the positions of a Kafka batch; a stale epoch makes the count differ, and the division by zero aborts the pipeline.
with wanted as (
	select * from unnest($1::text[], $2::text[], $3::int4[], $4::int8[], $5::int8[], $6::text[])
		as w(cluster_id, topic, part, epoch, next_offset, last_id)
), moved as (
	update consumer_position p
	set next_offset = w.next_offset, last_id = w.last_id, tries = 0, updated_at = clock_timestamp()
	from wanted w
	where p.cluster_id = w.cluster_id and p.topic = w.topic and p.part = w.part
		and p.owner_epoch = w.epoch and p.next_offset <= w.next_offset
	returning 1
)
select 1 / (case when (select count(*) from moved) = (select count(*) from wanted) then 1 else 0 end);

-- name: unit_claim
-- Claims identities: what comes back is new. The own events and the foreign identities in one statement, and business time with them: business_now() in
-- its own words, as a function is planned anew at each call.
with foreigners as (
	insert into inbox (source, id)
	select source, id from unnest($1::text[], $2::text[]) as f(source, id)
	on conflict do nothing
	returning source, id
), own as (
	insert into inbox_own (event_id)
	select event_id from unnest($3::uuid[]) as o(event_id)
	on conflict do nothing
	returning event_id
)
select null::text as source, null::text as id, null::uuid as event_id,
	(select case when sandbox then at else clock_timestamp() + skew end from clock) as now
union all
select source, id, null, null from foreigners
union all
select null, null, event_id, null from own;

-- name: unit_answers
select source, id, request_sha256, status, type, body
from answer
where (source, id) in (select * from unnest($1::text[], $2::text[]));

-- name: unit_outcomes
select source, id, outcome
from inbox
where (source, id) in (select * from unnest($1::text[], $2::text[]));

-- name: unit_keys_missing
insert into key (merchant, kind, id)
select merchant, kind, id from unnest($1::text[], $2::int4[], $3::text[]) as k(merchant, kind, id)
on conflict do nothing;

-- name: unit_keys_lock
-- The order of locking is the order of the arrays: kind, then merchant and id.
with locked as (
	select k.merchant, k.kind, k.id, k.parked
	from key k
	join unnest($1::text[], $2::int4[], $3::text[]) with ordinality as w(merchant, kind, id, n)
		on k.merchant = w.merchant and k.kind = w.kind and k.id = w.id
	order by w.n
	for no key update of k
)
select merchant, kind::int4 as kind, id, unnest(parked) as topic from locked where parked <> '{}';

-- name: unit_outcome_foreign
update inbox i set outcome = w.outcome
from unnest($1::text[], $2::text[], $3::int4[]) as w(source, id, outcome)
where i.source = w.source and i.id = w.id;

-- name: unit_outcome_own
update inbox_own i set outcome = w.outcome
from unnest($1::uuid[], $2::int4[]) as w(event_id, outcome)
where i.event_id = w.event_id;

-- name: unit_answer
insert into answer (source, id, request_sha256, status, type, body)
select * from unnest($1::text[], $2::text[], $3::bytea[], $4::int4[], $5::text[], $6::bytea[]);

-- name: unit_dead_letter
insert into dead_letter (topic, part, message_offset, key, source, id, type, payload, code, field, reason)
select * from unnest($1::text[], $2::int4[], $3::int8[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bytea[], $9::text[],
	$10::text[], $11::text[]);

-- name: unit_park
insert into parked (topic, key, head, source, id, own, type, format, message_time, trace, partition, message_offset, merchant, client,
	target, payload, code, reason)
select * from unnest($1::text[], $2::text[], $3::bool[], $4::text[], $5::text[], $6::bool[], $7::text[], $8::int4[], $9::timestamptz[],
	$10::text[], $11::int4[], $12::int8[], $13::text[], $14::text[], $15::text[], $16::bytea[], $17::text[], $18::text[])
on conflict (source, id) do update
set state = 'parked', head = excluded.head, tries = parked.tries + 1, code = excluded.code, reason = excluded.reason, ended_at = null;

-- name: unit_park_flag
-- Marks the keys whose streams have something set aside.
update key k set parked = array_append(array_remove(k.parked, w.topic), w.topic)
from (select distinct * from unnest($1::text[], $2::int4[], $3::text[], $4::text[])) as w(merchant, kind, id, topic)
where k.merchant = w.merchant and k.kind = w.kind and k.id = w.id;

-- name: unit_outbox_lock
-- The sequence is drawn under this lock, which is given back after the commit is visible: sequence order is commit order.
select pg_advisory_xact_lock(hashtextextended('dunlin.outbox', 0));

-- name: unit_say
insert into outbox (topic, part_key, event_id, type, trace, extra, payload)
select topic, part_key, event_id, type, trace, extra, case when tombstone then null else payload end
from unnest($1::text[], $2::text[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::bytea[], $8::bool[])
	with ordinality as e(topic, part_key, event_id, type, trace, extra, payload, tombstone, n)
order by n;

-- name: business_now
select case when sandbox then at else clock_timestamp() + skew end as now from clock;

-- name: clock_move
-- Business time of a sandbox never goes back.
update clock set at = greatest(at, $1::timestamptz) where sandbox;

-- name: clock_sandbox
update clock set sandbox = $1::bool where sandbox <> $1::bool;

-- Whether the partition behind the one that is being filled is not there.
-- name: partition_missing
select to_regclass('public.outbox_' || (last_value / $1::int8 + 1)) is null as missing from outbox_seq;

-- name: partition_keep
select partition_keep($1::int8, $2::int4, $3::int4) as done;

-- name: statistics_keep
select statistics_keep() as done;

-- name: parked_list
select seq, topic, key, head, source, id, type, code, reason, tries, parked_at
from parked
where state = 'parked' and ($1::text = '' or topic = $1::text) and ($2::text = '' or key = $2::text)
order by topic, key, seq
limit 1000;

-- name: parked_show
select seq, topic, key, head, state, source, id, own, type, format::int4 as format, message_time, trace, partition, message_offset, payload,
	code, reason, tries, parked_at, ended_at
from parked
where seq = $1::int8;

-- name: parked_queue
select seq, topic, key, head, source, id, own, type, format::int4 as format, message_time, trace, partition, message_offset, merchant, client,
	target, payload, tries
from parked
where topic = $1::text and key = $2::text and state = 'parked'
order by seq
limit 500;

-- name: parked_end
update parked set state = $2::text, ended_at = clock_timestamp() where seq = any($1::int8[]) and state = 'parked';

-- name: parked_unflag
-- Clears the flag when nothing of this stream is set aside any more.
update key k set parked = array_remove(k.parked, $4::text)
where k.merchant = $1::text and k.kind = $2::int4 and k.id = $3::text
	and not exists (select 1 from parked p where p.topic = $4::text and p.key = $5::text and p.state = 'parked');

-- name: parked_alone
-- Heads that belong to no stream can be retried one at a time.
select seq, topic, key, head, source, id, own, type, format::int4 as format, message_time, trace, partition, message_offset, merchant, client,
	target, payload, tries
from parked
where seq = $1::int8 and state = 'parked';

-- name: audit_write
insert into audit (who, act, subject, why) values ($1::text, $2::text, $3::text, $4::text);

-- name: tick_lead
select pg_try_advisory_lock(hashtextextended('dunlin.tick', 0)) as lead;

-- name: statements_known
select exists (select 1 from statements_proven join migrations_applied m on migrations = m.digest where statements = $1::bytea) as known;

-- name: statements_prove
insert into statements_proven (statements, migrations) select $1::bytea, digest from migrations_applied
on conflict do nothing;
