-- Profiles of CSV files.

-- name: csv_profile_put
insert into csv_profile (merchant_id, name, body) values ($1, $2, $3) on conflict (merchant_id, name) do update set body = excluded.body;

-- name: csv_profile_all
select coalesce(string_agg(body, E'\n' order by name), '') as body from csv_profile where merchant_id = $1;

-- name: csv_profile_list
select name, body from csv_profile where merchant_id = $1 order by name;

-- name: csv_profile_fetch
select body from csv_profile where merchant_id = $1 and name = $2;
