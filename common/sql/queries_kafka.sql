-- Statements of Kafka in and out. Positions are locked in one order: topic, then partition.

-- name: position_clusters
select distinct cluster_id from consumer_position order by cluster_id;

-- name: position_claim
-- A new owner for partitions; waits for the former owner's commit, whose epoch is stale from then on. No position means the beginning, $5. `tries`
-- counts how often a batch was begun here without an end: up to 3 by claims where something waits before the end of the log, $6; from there by
-- position_try. updated_at is when it moved, or when something first waited; where that is long ago, whatever waits is `stuck`.
with wanted as (
	select * from unnest($3::text[], $4::int4[], $5::int8[], $6::int8[]) as w(topic, part, first, past)
)
insert into consumer_position as p (cluster_id, topic, part, next_offset, owner_epoch, owner, tries)
select $1::text, w.topic, w.part, w.first, 1, $2::text, (w.first < w.past)::int
from wanted w
order by w.topic, w.part
on conflict (cluster_id, topic, part) do update
set owner_epoch = p.owner_epoch + 1, owner = excluded.owner, updated_at = case when p.tries = 0 then clock_timestamp() else p.updated_at end,
	tries = case when p.tries < 3
		and p.next_offset < (select w.past from wanted w where w.topic = p.topic and w.part = p.part) then p.tries + 1 else p.tries end
returning topic, part, next_offset, last_id, owner_epoch, tries, updated_at < clock_timestamp() - interval '2 minutes' as stuck;

-- name: position_try
-- One message of this partition is tried alone.
update consumer_position set tries = greatest(tries, 3) + 1
where cluster_id = $1::text and topic = $2::text and part = $3::int4 and owner_epoch = $4::int8;

-- name: position_release
-- An orderly leave takes back what the claim counted.
with wanted as (
	select p.cluster_id, p.topic, p.part
	from consumer_position p
	join unnest($2::text[], $3::int4[], $4::int8[]) as w(topic, part, epoch)
		on p.cluster_id = $1::text and p.topic = w.topic and p.part = w.part and p.owner_epoch = w.epoch
	order by p.topic, p.part
	for update of p
)
update consumer_position p
set tries = case when p.tries < 3 then greatest(p.tries - 1, 0) else p.tries end, owner = ''
from wanted w
where p.cluster_id = w.cluster_id and p.topic = w.topic and p.part = w.part;

-- name: position_list
select cluster_id, topic, part, next_offset, last_id, owner_epoch, owner, tries, updated_at
from consumer_position
where $1::text = '' or cluster_id = $1::text
order by cluster_id, topic, part;

-- name: position_adopt
-- Positions on a cluster that is new to this service.
insert into consumer_position (cluster_id, topic, part, next_offset)
select $1::text, w.topic, w.part, w.first
from unnest($2::text[], $3::int4[], $4::int8[]) as w(topic, part, first)
order by w.topic, w.part
on conflict do nothing
returning topic, part, next_offset;

-- name: position_reset
-- Another position by hand; whoever consumes there now is fenced.
insert into consumer_position as p (cluster_id, topic, part, next_offset, owner_epoch)
select $1::text, w.topic, w.part, w.next, 1
from unnest($2::text[], $3::int4[], $4::int8[]) as w(topic, part, next)
order by w.topic, w.part
on conflict (cluster_id, topic, part) do update
set next_offset = excluded.next_offset, last_id = '', owner_epoch = p.owner_epoch + 1, owner = '', tries = 0, updated_at = clock_timestamp()
returning topic, part, next_offset;

-- name: relay_lead
select pg_try_advisory_lock(hashtextextended('dunlin.relay', 0)) as lead;

-- name: relay_clusters
select cluster_id, last_seq, epoch, retired, updated_at from relay_cursor order by cluster_id;

-- name: relay_claim
-- A new leader: the former one's epoch is stale from then on. A cluster without a cursor gets all that the outbox holds.
insert into relay_cursor as c (cluster_id, epoch) values ($1::text, 1)
on conflict (cluster_id) do update set epoch = c.epoch + 1, retired = false, updated_at = clock_timestamp()
returning last_seq, epoch;

-- name: relay_retire
-- Other clusters' cursors keep no partition of the outbox any more.
update relay_cursor set retired = true where cluster_id <> $1::text and not retired;

-- name: relay_read
-- At least one row, and about $3 bytes at most. Complete, because seq is drawn under the outbox lock.
select seq, topic, part_key, event_id, type, trace, extra, payload, created_at
from (
	select o.*, sum(coalesce(octet_length(payload), 0)) over (order by seq rows unbounded preceding) - coalesce(octet_length(payload), 0) as before
	from (
		select seq, topic, part_key, event_id, type, trace, extra, payload, created_at
		from outbox
		where seq > $1::int8
		order by seq
		limit $2::int8
	) o
) o
where before < $3::int8
order by seq;

-- name: relay_move
update relay_cursor set last_seq = $3::int8, updated_at = clock_timestamp()
where cluster_id = $1::text and epoch = $2::int8 and last_seq <= $3::int8;

-- name: relay_last
select last_value as last_seq from outbox_seq;
