-- Rule sets of matching.

-- name: rule_set_live_fetch
select r.* from rule_set r where r.merchant_id = any ($1::text[]) and r.state = 'live';

-- name: rule_set_fetch
select r.* from unnest($1::text[], $2::text[]) k (merchant_id, what) join rule_set r using (merchant_id);

-- name: rule_replay_fetch
select r.merchant_id, r.version, r.digest from unnest($1::text[], $2::text[]) k (merchant_id, what) join rule_replay r using (merchant_id);

-- name: rule_set_insert
insert into rule_set (
	merchant_id, version, state, waits, selection_most, made_by, made_at, reason, activated_by, activated_at, activated_reason, replay)
select * from unnest(
	$1::text[], $2::int[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::timestamptz[], $8::text[], $9::text[], $10::timestamptz[],
	$11::text[], $12::bytea[]);

-- name: rule_set_update
update rule_set t set
	state = k.state, activated_by = k.activated_by, activated_at = k.activated_at, activated_reason = k.activated_reason, replay = k.replay
from unnest(
	$1::text[], $2::int[], $3::text[], $4::text[], $5::timestamptz[], $6::text[], $7::bytea[])
	as k (
	merchant_id, version, state, activated_by, activated_at, activated_reason, replay)
where t.merchant_id = k.merchant_id and t.version = k.version;

-- name: rule_replay_keep
insert into rule_replay (merchant_id, version, digest, months, lines, changes, replayed_by) values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing;

-- All of them, or one.
-- name: show_rule_sets
select r.version, r.state, r.waits, r.selection_most, r.made_by, r.made_at, r.reason, r.activated_by,
	case when r.activated_by <> '' then r.activated_at end as activated_at, r.activated_reason,
	case when r.replay <> decode(repeat('00', 32), 'hex') then encode(r.replay, 'hex') else '' end as replay
from rule_set r where r.merchant_id = $1 and ($2::int is null or r.version = $2) order by r.version;

-- name: show_rule_replays
select encode(r.digest, 'hex') as digest, r.months, r.lines, r.changes, r.replayed_by, r.replayed_at
from rule_replay r where r.merchant_id = $1 and r.version = $2 order by r.replayed_at desc limit 50;

-- By customer: what is known under a mark, and how it did. What invoicing told was taught by nobody.
-- name: show_payers
select p.customer_ref || ':' || p.iban as id, p.customer_ref,
	case when p.iban like '@name:%' then 'name' when p.iban like '@mandate:%' then 'mandate' when p.iban like '@form:%' then 'form' else 'account' end as kind,
	regexp_replace(p.iban, '^@(name|mandate|form):', '') as mark, p.told, p.taught_by,
	case when p.taught_at > '1970-01-02' and not p.told then p.taught_at end as taught_at,
	case when not p.told then p.learned_of end as line_id, p.right_count, p.wrong as wrong_count, p.withdrawn
from payer p
where p.merchant_id = $1 and ($4 = '' or p.customer_ref = $4)
	and (p.customer_ref, p.iban) > (split_part($3, ':', 1), substr($3, strpos($3, ':') + 1))
order by p.customer_ref, p.iban limit $2;
