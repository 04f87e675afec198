-- Statements of HTTP, its tokens and the ops port.

-- name: token_find
select client, merchant, role, expires_at
from token
where token_sha256 = $1::bytea and revoked_at is null and (expires_at is null or expires_at > clock_timestamp());

-- name: token_retire
-- A token that has expired makes room for the next of its client.
update token set revoked_at = clock_timestamp()
where client = $1::text and merchant = $2::text and revoked_at is null and expires_at <= clock_timestamp();

-- name: token_make
insert into token (token_sha256, client, merchant, role, expires_at)
values ($1::bytea, $2::text, $3::text, $4::text, clock_timestamp() + make_interval(days => $5::int4))
on conflict do nothing;

-- name: token_list
select client, merchant, role, made_at, expires_at, revoked_at,
	case when revoked_at is not null then 'revoked' when expires_at <= clock_timestamp() then 'expired' else 'live' end as state
from token
order by merchant, client, made_at;

-- name: token_revoke
update token set revoked_at = clock_timestamp()
where client = $1::text and merchant = $2::text and revoked_at is null;

-- name: ops_backlog
-- The outbox behind the cursor of the cluster that was written to last. Sequences have gaps, so rows are counted, up to a bound that keeps
-- this cheap; produced is where the sequence stands.
with reached as (
	select coalesce((select last_seq from relay_cursor where not retired order by updated_at desc limit 1), 0) as seq
), waiting as (
	select 1 from outbox o, reached where o.seq > reached.seq limit 10000
)
select (select count(*) from waiting) as backlog,
	(select count(*) from parked where state = 'parked') as parked,
	(select case when is_called then last_value else 0 end from outbox_seq) as produced;
