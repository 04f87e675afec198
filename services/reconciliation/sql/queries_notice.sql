-- What informs of bookings: staged like lines, compared with what was told before, joined to the booked line.

-- name: notice_stage
insert into notice (
	merchant_id, notice_id, report_id, identifier, account_id, number, place_line, place_byte, key, status, booking_date, value_date, amount, currency,
	end_to_end, bank_ref, transaction_ref, mandate, batch_ref, code, bank_code, return_reason, original_ref, reference_list, charges)
select * from unnest($1::text[], $2::uuid[], $3::uuid[], $4::text[], $5::uuid[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bytea[], $10::text[],
	$11::date[], $12::date[], $13::bigint[], $14::text[], $15::text[], $16::text[], $17::text[], $18::text[], $19::text[], $20::text[], $21::text[],
	$22::text[], $23::text[], $24::text[], $25::text[]);

-- name: notice_person_stage
insert into notice_person (merchant_id, notice_id, texts, party_name, party_iban)
select * from unnest($1::text[], $2::uuid[], $3::text[], $4::text[], $5::text[]);

-- name: notice_report_insert
insert into notice_report (merchant_id, report_id, file_sha256, kind, bank_ref, identifier, line_count, rule, place_line, place_byte, reason)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11);

-- Two files about one account are compared one after the other.
-- name: notice_lock
select pg_advisory_xact_lock(hashtextextended('notice ' || $1::text || ' ' || $2::text, 0));

-- name: notice_occurrences
update notice n set occurrence = c.n
from (select notice_id, row_number() over (partition by key order by number)::int as n from notice where merchant_id = $1 and report_id = $2) c
where n.merchant_id = $1 and n.notice_id = c.notice_id and c.n > 1;

-- name: notice_again
update notice o set told = o.told + 1, status = n.status
from notice n
where n.merchant_id = $1 and n.report_id = $2 and not n.settled
	and o.merchant_id = n.merchant_id and o.identifier = n.identifier and o.key = n.key and o.occurrence = n.occurrence and o.settled;

-- name: notice_forget
delete from notice n where n.merchant_id = $1 and n.report_id = $2 and not n.settled and exists (
	select 1 from notice o where o.merchant_id = n.merchant_id and o.identifier = n.identifier and o.key = n.key and o.occurrence = n.occurrence and o.settled);

-- name: notice_settle
update notice set settled = true where merchant_id = $1 and report_id = $2 and not settled;

-- A file that can't be read to its end has told nothing.
-- name: notice_drop
delete from notice n where n.merchant_id = $1 and (
	n.report_id = $2 or n.report_id in (select r.report_id from notice_report r where r.merchant_id = $1 and r.file_sha256 = $3));

-- name: notice_waits
select 1 as one from notice where merchant_id = $1 and identifier = $2 and line_id is null limit 1;

-- Each to its line by the bank's reference, or by the end-to-end reference where one of the two has no other; of those alike the first to the first.
-- name: notice_join_statement
with l as (
	select line_id, amount, currency, bank_ref, end_to_end, row_number() over (partition by amount, currency, bank_ref, end_to_end order by number) as n
	from bank_line where merchant_id = $1 and statement_id = $2),
w as (
	select notice_id, amount, currency, bank_ref, end_to_end, row_number() over (partition by amount, currency, bank_ref, end_to_end order by number) as n
	from notice where merchant_id = $1 and identifier = $3 and line_id is null and settled)
update notice t set line_id = l.line_id
from w join l on l.amount = w.amount and l.currency = w.currency and l.n = w.n and (
	(w.bank_ref <> '' and l.bank_ref = w.bank_ref)
	or (w.end_to_end <> '' and l.end_to_end = w.end_to_end and (w.bank_ref = '' or l.bank_ref = '')))
where t.merchant_id = $1 and t.notice_id = w.notice_id;

-- name: notice_join_batches
update notice t set line_id = l.line_id, is_part = true
from bank_line l
where l.merchant_id = $1 and l.statement_id = $2 and t.merchant_id = $1 and t.identifier = $3 and t.line_id is null and t.settled
	and t.bank_ref <> '' and l.bank_ref = t.bank_ref and l.currency = t.currency and abs(t.amount) < abs(l.amount) and sign(t.amount) = sign(l.amount);

-- The statements that may hold what a report that comes late speaks of.
-- name: notice_statements
select s.statement_id from statement s
where s.merchant_id = $1 and s.identifier = $3 and s.state in ('staged', 'accepted', 'posted')
	and s.to_day >= (select min(n.booking_date) - 5 from notice n where n.merchant_id = $1 and n.report_id = $2)
	and s.from_day <= (select max(n.booking_date) + 5 from notice n where n.merchant_id = $1 and n.report_id = $2)
order by s.arrival desc limit 50;

-- name: show_notices
select n.notice_id as id, r.kind, n.account_id, n.identifier, n.status, n.booking_date, n.value_date, n.amount, n.currency, n.end_to_end, n.bank_ref,
	n.transaction_ref, n.mandate, n.batch_ref, n.reference_list as structured_references, n.code, n.bank_code, n.return_reason, n.original_ref, n.charges,
	coalesce(p.texts, '') as remittance, coalesce(p.party_name, '') as party_name, coalesce(p.party_iban, '') as party_iban, n.told, n.line_id, n.is_part
from (select * from notice where merchant_id = $1 and notice_id > $3 and settled order by notice_id limit 20000) n
join notice_report r using (merchant_id, report_id) left join notice_person p using (merchant_id, notice_id)
where ($4 = '' or n.account_id::text = $4) and ($5 = '' or r.kind = $5) and ($6 = '' or n.line_id::text = $6)
order by n.notice_id limit $2;

-- name: end_notices
select notice_id as id from notice where merchant_id = $1 and notice_id > $2 and settled order by notice_id offset 19999 limit 1;

-- name: show_notices_of_line
select n.notice_id as id, r.kind, n.account_id, n.identifier, n.status, n.booking_date, n.value_date, n.amount, n.currency, n.end_to_end, n.bank_ref,
	n.transaction_ref, n.mandate, n.batch_ref, n.reference_list as structured_references, n.code, n.bank_code, n.return_reason, n.original_ref, n.charges,
	coalesce(p.texts, '') as remittance, coalesce(p.party_name, '') as party_name, coalesce(p.party_iban, '') as party_iban, n.told, n.line_id, n.is_part
from notice n
join notice_report r using (merchant_id, report_id) left join notice_person p using (merchant_id, notice_id)
where n.merchant_id = $1 and n.line_id = $2 and n.settled order by n.notice_id;
