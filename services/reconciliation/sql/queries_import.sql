-- Staging of statement files: one transaction a file.

-- name: file_insert
insert into statement_file (merchant_id, sha256, name, size, state, rule, place_line, place_byte, reason, client, uploaded_by)
values ($1, $2, $3, $4, 'read', '', 0, 0, '', $5, $6) on conflict do nothing;

-- name: file_fetch
select f.state, f.rule, f.place_line, f.place_byte, f.reason,
	not exists (select 1 from statement s where s.merchant_id = f.merchant_id and s.file_sha256 = f.sha256 and s.state in ('quarantined', 'undone')) as is_good
from statement_file f where f.merchant_id = $1 and f.sha256 = $2 for update;

-- name: file_again
update statement_file set state = 'read', rule = '', place_line = 0, place_byte = 0, reason = '', tries = tries + 1, client = $3, uploaded_by = $4
where merchant_id = $1 and sha256 = $2;

-- name: file_replace
update statement set state = 'replaced'
where merchant_id = $1 and file_sha256 = $2 and state in ('staged', 'quarantined', 'undone');

-- name: file_refuse
update statement_file set state = 'refused', rule = $3, place_line = $4, place_byte = $5, reason = $6 where merchant_id = $1 and sha256 = $2;

-- name: file_damage
update statement set damaged = true, rule = $3, place_line = $4, place_byte = $5, reason = $6
where merchant_id = $1 and file_sha256 = $2 and state = 'staged';

-- name: file_statements
select s.*, false as is_known, 0::bigint as overlap_new, 0::bigint as overlap_sum, '' as uploader,
	0::bigint as vanished, 0::bigint as vanished_sum from statement s
where s.merchant_id = $1 and s.file_sha256 = $2 and s.state <> 'replaced' order by s.arrival;

-- name: account_find
select a.* from bank_account a where a.merchant_id = $1 and a.identifier = $2;

-- How the files of the merchant's accounts come, of those where a person has said it.
-- name: account_files
select a.identifier, a.charset, a.format, a.profile from bank_account a
where a.merchant_id = $1 and (a.charset <> 'auto' or a.format <> '' or a.profile <> '');

-- name: line_stage
insert into bank_line (
	merchant_id, line_id, account_id, statement_id, number, place_line, place_byte, key, occurrence, booking_date, value_date, amount, currency,
	rest, reversal, end_to_end, bank_ref, transaction_ref, mandate, batch_ref, code, return_reason, reference_list,
	state, is_what, counterpart_id, booked_to, returned, took_receipts, by_person, verdict, candidates, looks, evidence, revision)
select k.*, 'staged', 'nothing', '00000000-0000-0000-0000-000000000000', '', 0, false, false, 'not_yet', 0, 0, 0, 0
from unnest($1::text[], $2::uuid[], $3::uuid[], $4::uuid[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bytea[], $9::int[], $10::date[], $11::date[],
	$12::bigint[], $13::text[], $14::boolean[], $15::boolean[], $16::text[], $17::text[], $18::text[], $19::text[], $20::text[], $21::text[], $22::text[],
	$23::text[]) k;

-- name: line_person_stage
insert into bank_line_person (merchant_id, line_id, texts, party_name, party_iban)
select * from unnest($1::text[], $2::uuid[], $3::text[], $4::text[], $5::text[]);

-- Lines alike are counted within their statement, in the order of the file. Every number: what no other index than the statement's can answer.
-- name: line_has_twins
select exists (
	select from (select 1::bigint as low, 9223372036854775807 as high offset 0) every
	cross join lateral (select l.key from bank_line l
		where l.merchant_id = $1 and l.statement_id = $2 and l.number between low and high offset 0) l
	group by l.key having count(*) > 1) as has_twins;

-- name: line_occurrences
with twins as materialized (
	select t.at, t.n
	from (
		select l.at, row_number() over (partition by l.key order by l.number)::int as n
		from (select 1::bigint as low, 9223372036854775807 as high offset 0) every
		cross join lateral (select l.ctid as at, l.key, l.number from bank_line l
			where l.merchant_id = $1 and l.statement_id = $2 and l.number between low and high offset 0) l) t
	where t.n > 1)
update bank_line l set occurrence = t.n from twins t where l.ctid = any (array(select at from twins)) and l.ctid = t.at;

-- name: statement_stage
insert into statement (
	merchant_id, statement_id, file_sha256, identifier, account_id, bank_ref, sequence, state, currency, opening, closing, line_sum, reversal_sum,
	line_count, line_new, remaining, from_day, to_day, rule, place_line, place_byte, reason, damaged, placement, accepted_by)
values ($1, $2, $3, $4, $5, $6, $7, 'staged', $8, $9, $10, $11, $12, $13, 0, 0, $14, $15, $16, $17, $18, $19, false, 'first', '');

-- name: statement_rule_stage
insert into statement_rule (merchant_id, statement_id, number, rule, place_line, place_byte, reason)
values ($1, $2, $3, $4, $5, $6, $7);

-- name: file_bytes_insert
insert into statement_bytes (merchant_id, sha256, number, bytes) values ($1, $2, $3, $4) on conflict do nothing;

-- name: file_bytes_fetch
select b.bytes from statement_bytes b where b.merchant_id = $1 and b.sha256 = $2 and b.number = $3;

-- Files older than so many days lose their bytes, not their hash. A part at a time.
-- name: file_bytes_expire
delete from statement_bytes b where (b.merchant_id, b.sha256, b.number) in (
	select o.merchant_id, o.sha256, o.number from statement_file f join statement_bytes o using (merchant_id, sha256)
	where f.received_at < clock_timestamp() - make_interval(days => $1) limit 100);

-- What of a staged statement would be new: all of it where it is disjoint, else what is not there yet. A twin is alike to a line that is there, or to one
-- before it in the file.
-- name: preview_lines
select l.line_id, l.number from bank_line l where l.merchant_id = $1 and l.statement_id = $2 and l.state = 'staged' and l.number > $4
order by l.number limit $3;

-- name: preview_lines_overlap
select l.line_id, l.number
from bank_line l
where l.merchant_id = $1 and l.statement_id = $2 and l.state = 'staged' and l.number > $4
	and not exists (select 1 from bank_line o where o.merchant_id = l.merchant_id and o.key = l.key and o.occurrence = l.occurrence
		and o.statement_id <> l.statement_id and o.state not in ('staged', 'known', 'undone'))
order by l.number limit $3;

-- name: preview_count
select count(*) as news, count(*) filter (where l.occurrence > 1 or exists (select 1 from bank_line o where o.merchant_id = l.merchant_id and o.key = l.key
	and o.statement_id <> l.statement_id and o.state not in ('staged', 'known', 'undone'))) as twins
from bank_line l where l.merchant_id = $1 and l.statement_id = $2 and l.state = 'staged';

-- name: preview_count_overlap
select count(*) as news, count(*) filter (where l.occurrence > 1) as twins
from bank_line l
where l.merchant_id = $1 and l.statement_id = $2 and l.state = 'staged'
	and not exists (select 1 from bank_line o where o.merchant_id = l.merchant_id and o.key = l.key and o.occurrence = l.occurrence
		and o.statement_id <> l.statement_id and o.state not in ('staged', 'known', 'undone'));

-- name: line_detail_stage
insert into bank_line_detail (merchant_id, line_id, original_amount, original_currency, rate, charges, bank_code, original_ref, return_text, party_account,
	party_bank, party_customer, party_ultimate)
select * from unnest($1::text[], $2::uuid[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[],
	$12::text[], $13::text[]);
