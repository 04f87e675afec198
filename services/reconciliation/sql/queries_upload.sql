-- Files that come in parts.

-- name: upload_open
insert into statement_upload (merchant_id, upload_id, name, size, sha256, part_size, state, client)
select $1, $2, $3, $4, $5, $6, 'open', $7
where (select count(*) from statement_upload where merchant_id = $1 and state in ('open', 'due', 'previewing')) < $8::bigint
on conflict do nothing;

-- name: upload_same
select upload_id, size from statement_upload where merchant_id = $1 and sha256 = $2 and state in ('open', 'due', 'previewing');

-- name: upload_fetch
select u.upload_id as id, u.name, u.size, encode(u.sha256, 'hex') as sha256, u.part_size, u.state, u.code, u.place_line as line, u.reason, u.is_new,
	u.preview <> '' as has_preview, u.tries, u.made_at,
	(select count(*) from statement_upload_part p where p.merchant_id = u.merchant_id and p.upload_id = u.upload_id) as parts
from statement_upload u where u.merchant_id = $1 and u.upload_id = $2;

-- name: upload_preview_fetch
select preview from statement_upload where merchant_id = $1 and upload_id = $2;

-- Where parts are that have not come; of an upload that is open.
-- name: upload_missing
select n.at
from statement_upload u
cross join lateral generate_series(0::bigint, u.size - 1, u.part_size::bigint) n (at)
where u.merchant_id = $1 and u.upload_id = $2 and u.state = 'open'
	and not exists (select from statement_upload_part p where p.merchant_id = u.merchant_id and p.upload_id = u.upload_id and p.at = n.at)
order by n.at;

-- name: upload_part_put
insert into statement_upload_part (merchant_id, upload_id, at, sha256, bytes)
select u.merchant_id, u.upload_id, $3, $4, $5 from statement_upload u where u.merchant_id = $1 and u.upload_id = $2 and u.state = 'open' for share
on conflict do nothing;

-- name: upload_part_fetch
select sha256 from statement_upload_part where merchant_id = $1 and upload_id = $2 and at = $3;

-- Only where every part is there.
-- name: upload_ask
update statement_upload u set state = $3, uploaded_by = $4, account = $5, profile = $6, currency = $7, opening = $8, closing = $9, charset = $10,
	tries = 0, waits_until = '-infinity', moved_at = clock_timestamp()
where u.merchant_id = $1 and u.upload_id = $2 and u.state = 'open'
	and (select count(*) from statement_upload_part p where p.merchant_id = u.merchant_id and p.upload_id = u.upload_id)
		= (u.size + u.part_size - 1) / u.part_size;

-- name: upload_cancel
update statement_upload set state = 'cancelled', moved_at = clock_timestamp() where merchant_id = $1 and upload_id = $2 and state = 'open';

-- Who was begun before and not ended is behind whoever came while it waited.
-- name: upload_waiting
select merchant_id, upload_id from statement_upload where state in ('due', 'previewing') and waits_until <= clock_timestamp()
order by greatest(moved_at, waits_until) limit 100;

-- How many are to be read, up to $1.
-- name: upload_waiting_count
select count(*) from (select from statement_upload where state in ('due', 'previewing') limit $1) u;

-- A lock of the session: whoever dies gives it back. 5077 is the class of these alone.
-- name: upload_take
select pg_try_advisory_lock(5077, hashtext($1::text)) as taken;

-- name: upload_give_back
select pg_advisory_unlock(5077, objid::int8::bit(32)::int)
from pg_locks where locktype = 'advisory' and pid = pg_backend_pid() and classid = 5077 and objsubid = 2;

-- Whoever fails to end it, or dies of it, has said before how long it steps back: 1 s, 2 s, 4 s … 5 min.
-- name: upload_taken_up
update statement_upload set tries = tries + 1, waits_until = clock_timestamp() + make_interval(secs => least(1 << least(tries, 9), 300))
where merchant_id = $1 and upload_id = $2 and state in ('due', 'previewing') and waits_until <= clock_timestamp()
returning name, size, sha256, part_size, state, client, uploaded_by, account, profile, currency, opening, closing, charset;

-- name: upload_read
select substring(bytes from $4::int + 1 for $5::int) as bytes from statement_upload_part where merchant_id = $1 and upload_id = $2 and at = $3;

-- name: upload_close
update statement_upload set state = $3, code = $4, place_line = $5, reason = $6, is_new = $7, moved_at = clock_timestamp()
where merchant_id = $1 and upload_id = $2 and state in ('due', 'previewing');

-- name: upload_previewed
update statement_upload set state = 'open', preview = $3, code = $4, place_line = $5, reason = $6, moved_at = clock_timestamp()
where merchant_id = $1 and upload_id = $2 and state = 'previewing';

-- name: upload_expire
update statement_upload set state = 'expired', moved_at = clock_timestamp()
where state = 'open' and made_at < clock_timestamp() - make_interval(hours => $1);

-- Parts of what is closed go, some at a time.
-- name: upload_leftover
select merchant_id, upload_id from statement_upload
where parts_kept and state in ('taken', 'failed', 'cancelled', 'expired') order by moved_at limit 1;

-- name: upload_parts_drop
delete from statement_upload_part p where (p.merchant_id, p.upload_id, p.at) in (
	select o.merchant_id, o.upload_id, o.at from statement_upload_part o where o.merchant_id = $1 and o.upload_id = $2 order by o.at limit 16);

-- name: upload_dropped
update statement_upload set parts_kept = false where merchant_id = $1 and upload_id = $2;

-- name: show_uploads
select u.upload_id as id, u.name, u.size, encode(u.sha256, 'hex') as sha256, u.part_size, u.state, u.code, u.place_line as line, u.reason, u.is_new,
	u.preview <> '' as has_preview, u.tries, u.made_at,
	(select count(*) from statement_upload_part p where p.merchant_id = u.merchant_id and p.upload_id = u.upload_id) as parts
from (select * from statement_upload where merchant_id = $1 and upload_id > $3 order by upload_id limit 20000) u
where $4 = '' or u.state = $4 order by u.upload_id limit $2;

-- name: end_uploads
select upload_id as id from statement_upload where merchant_id = $1 and upload_id > $2 order by upload_id offset 19999 limit 1;
