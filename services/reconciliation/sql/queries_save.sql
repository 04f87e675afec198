-- What is new and what changed, one statement for each table; the columns are those of store_tables.c.

-- name: merchant_update
update merchant t set
	zone_name = k.zone_name, revision = k.revision
from unnest(
	$1::text[], $2::text[], $3::bigint[])
	as k (
	merchant_id, zone_name, revision)
where t.merchant_id = k.merchant_id;

-- name: merchant_insert
insert into merchant (
	merchant_id, zone_name, revision)
select * from unnest(
	$1::text[], $2::text[], $3::bigint[]);

-- name: customer_update
update customer t set
	revision = k.revision, name = k.name
from unnest(
	$1::text[], $2::text[], $3::bigint[], $4::text[])
	as k (
	merchant_id, customer_ref, revision, name)
where t.merchant_id = k.merchant_id and t.customer_ref = k.customer_ref;

-- name: customer_insert
insert into customer (
	merchant_id, customer_ref, revision, name)
select * from unnest(
	$1::text[], $2::text[], $3::bigint[], $4::text[]);

-- name: bank_account_update
update bank_account t set
	identifier = k.identifier, name = k.name, zone_name = k.zone_name, currency = k.currency, collecting = k.collecting,
	closed = k.closed, providers = k.providers, chain_started = k.chain_started, chain_opening = k.chain_opening,
	chain_closing = k.chain_closing, chain_line_sum = k.chain_line_sum, chain_gap_sum = k.chain_gap_sum,
	chain_from = k.chain_from, chain_to = k.chain_to, chain_covered_to = k.chain_covered_to,
	chain_sequence = k.chain_sequence, chain_last = k.chain_last, undone = k.undone, revision = k.revision,
	trust_waits = k.trust_waits, person_above = k.person_above, charset = k.charset, format = k.format, profile = k.profile
from unnest(
	$1::text[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::boolean[], $8::boolean[], $9::text[],
	$10::boolean[], $11::bigint[], $12::bigint[], $13::bigint[], $14::bigint[], $15::date[], $16::date[], $17::date[],
	$18::bigint[], $19::uuid[], $20::bigint[], $21::bigint[], $22::text[], $23::bigint[], $24::text[], $25::text[], $26::text[])
	as k (
	merchant_id, account_id, identifier, name, zone_name, currency, collecting, closed, providers, chain_started,
	chain_opening, chain_closing, chain_line_sum, chain_gap_sum, chain_from, chain_to, chain_covered_to, chain_sequence, chain_last, undone,
	revision, trust_waits, person_above, charset, format, profile)
where t.merchant_id = k.merchant_id and t.account_id = k.account_id;

-- name: bank_account_insert
insert into bank_account (
	merchant_id, account_id, identifier, name, zone_name, currency, collecting, closed, providers, chain_started,
	chain_opening, chain_closing, chain_line_sum, chain_gap_sum, chain_from, chain_to, chain_covered_to, chain_sequence, chain_last, undone,
	revision, trust_waits, person_above, charset, format, profile)
select * from unnest(
	$1::text[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::boolean[], $8::boolean[], $9::text[],
	$10::boolean[], $11::bigint[], $12::bigint[], $13::bigint[], $14::bigint[], $15::date[], $16::date[], $17::date[],
	$18::bigint[], $19::uuid[], $20::bigint[], $21::bigint[], $22::text[], $23::bigint[], $24::text[], $25::text[], $26::text[]);

-- name: statement_update
update statement t set
	account_id = k.account_id, state = k.state, line_new = k.line_new, remaining = k.remaining, receipts = k.receipts,
	rule = k.rule, reason = k.reason, placement = k.placement, accepted_by = k.accepted_by
from unnest(
	$1::text[], $2::uuid[], $3::uuid[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[], $8::text[], $9::text[],
	$10::text[], $11::text[])
	as k (
	merchant_id, statement_id, account_id, state, line_new, remaining, receipts, rule, reason, placement, accepted_by)
where t.merchant_id = k.merchant_id and t.statement_id = k.statement_id;

-- name: statement_gap_update
update statement_gap t set
	from_day = k.from_day, to_day = k.to_day, balance_before = k.balance_before, balance_after = k.balance_after,
	amount = k.amount, open = k.open
from unnest(
	$1::text[], $2::uuid[], $3::date[], $4::date[], $5::bigint[], $6::bigint[], $7::bigint[], $8::boolean[])
	as k (
	merchant_id, gap_id, from_day, to_day, balance_before, balance_after, amount, open)
where t.merchant_id = k.merchant_id and t.gap_id = k.gap_id;

-- name: statement_gap_insert
insert into statement_gap (
	merchant_id, gap_id, account_id, statement_id, from_day, to_day, balance_before, balance_after, amount, currency, open)
select * from unnest(
	$1::text[], $2::uuid[], $3::uuid[], $4::uuid[], $5::date[], $6::date[], $7::bigint[], $8::bigint[], $9::bigint[],
	$10::text[], $11::boolean[]);

-- name: bank_line_update
update bank_line t set
	state = k.state, is_what = k.is_what, counterpart_id = k.counterpart_id, booked_to = k.booked_to, returned = k.returned,
	took_receipts = k.took_receipts, by_person = k.by_person, verdict = k.verdict, candidates = k.candidates,
	looks = k.looks, evidence = k.evidence, rule_set = k.rule_set, revision = k.revision
from unnest(
	$1::text[], $2::uuid[], $3::text[], $4::text[], $5::uuid[], $6::text[], $7::bigint[], $8::boolean[], $9::boolean[],
	$10::text[], $11::int[], $12::int[], $13::int[], $14::int[], $15::bigint[])
	as k (
	merchant_id, line_id, state, is_what, counterpart_id, booked_to, returned, took_receipts, by_person, verdict, candidates,
	looks, evidence, rule_set, revision)
where t.merchant_id = k.merchant_id and t.line_id = k.line_id;

-- name: invoice_update
update invoice t set
	customer_ref = k.customer_ref, issued = k.issued, number = k.number, rf = k.rf, currency = k.currency, net = k.net,
	gross = k.gross, parts = k.parts, taxes = k.taxes, issued_on = k.issued_on, discounts = k.discounts
from unnest(
	$1::text[], $2::uuid[], $3::text[], $4::boolean[], $5::text[], $6::text[], $7::text[], $8::bigint[], $9::bigint[],
	$10::int[], $11::text[], $12::date[], $13::text[])
	as k (
	merchant_id, invoice_id, customer_ref, issued, number, rf, currency, net, gross, parts, taxes, issued_on, discounts)
where t.merchant_id = k.merchant_id and t.invoice_id = k.invoice_id;

-- name: invoice_insert
insert into invoice (
	merchant_id, invoice_id, customer_ref, issued, number, rf, currency, net, gross, parts, taxes, issued_on, discounts)
select * from unnest(
	$1::text[], $2::uuid[], $3::text[], $4::boolean[], $5::text[], $6::text[], $7::text[], $8::bigint[], $9::bigint[],
	$10::int[], $11::text[], $12::date[], $13::text[]);

-- name: open_item_update
update open_item t set
	allocated = k.allocated, credited = k.credited, discounted = k.discounted, written_off = k.written_off, open = k.open,
	last_value_date = k.last_value_date, revision = k.revision
from unnest(
	$1::text[], $2::uuid[], $3::int[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[], $9::date[],
	$10::bigint[])
	as k (
	merchant_id, invoice_id, part, allocated, credited, discounted, written_off, open, last_value_date, revision)
where t.merchant_id = k.merchant_id and t.invoice_id = k.invoice_id and t.part = k.part;

-- name: open_item_insert
insert into open_item (
	merchant_id, invoice_id, part, customer_ref, number, due_date, currency, amount, allocated, credited, discounted,
	written_off, open, last_value_date, revision)
select * from unnest(
	$1::text[], $2::uuid[], $3::int[], $4::text[], $5::text[], $6::date[], $7::text[], $8::bigint[], $9::bigint[],
	$10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[], $14::date[], $15::bigint[]);

-- name: credit_note_update
update credit_note t set
	applied = k.applied
from unnest(
	$1::text[], $2::uuid[], $3::boolean[])
	as k (
	merchant_id, credit_note_id, applied)
where t.merchant_id = k.merchant_id and t.credit_note_id = k.credit_note_id;

-- name: credit_note_insert
insert into credit_note (
	merchant_id, credit_note_id, invoice_id, customer_ref, applied, currency, net, gross, day, taxes, parts, token)
select * from unnest(
	$1::text[], $2::uuid[], $3::uuid[], $4::text[], $5::boolean[], $6::text[], $7::bigint[], $8::bigint[], $9::date[],
	$10::text[], $11::text[], $12::text[]);

-- What was a word of it before stays what it was.
-- name: reference_insert
insert into reference (
	merchant_id, token, target_id, kind, customer_ref)
select * from unnest(
	$1::text[], $2::text[], $3::uuid[], $4::text[], $5::text[])
on conflict (merchant_id, token, target_id) do update set kind = reference.kind;

-- name: receipt_update
update receipt t set
	amount = k.amount, allocated = k.allocated, unapplied = k.unapplied, refunded = k.refunded, kept = k.kept, returned = k.returned,
	refund_requested = k.refund_requested, revision = k.revision, provider_account = k.provider_account,
	provider_payment = k.provider_payment, settle_by = k.settle_by
from unnest(
	$1::text[], $2::uuid[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[],
	$9::bigint[], $10::bigint[], $11::text[], $12::text[], $13::date[])
	as k (
	merchant_id, receipt_id, amount, allocated, unapplied, refunded, kept, returned, refund_requested, revision, provider_account,
	provider_payment, settle_by)
where t.merchant_id = k.merchant_id and t.receipt_id = k.receipt_id;

-- name: receipt_insert
insert into receipt (
	merchant_id, receipt_id, customer_ref, kind, source_id, account_id, value_date, currency, amount, allocated, unapplied,
	refunded, kept, returned, refund_requested, revision, provider_account, provider_payment, settle_by)
select * from unnest(
	$1::text[], $2::uuid[], $3::text[], $4::int[], $5::uuid[], $6::uuid[], $7::date[], $8::text[], $9::bigint[],
	$10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[], $14::bigint[], $15::bigint[], $16::bigint[], $17::text[], $18::text[],
	$19::date[]);

-- name: allocation_update
update allocation t set
	amount = k.amount, undone = k.undone
from unnest(
	$1::text[], $2::uuid[], $3::bigint[], $4::bigint[])
	as k (
	merchant_id, allocation_id, amount, undone)
where t.merchant_id = k.merchant_id and t.allocation_id = k.allocation_id;

-- name: allocation_insert
insert into allocation (
	merchant_id, allocation_id, receipt_id, customer_ref, invoice_id, part, amount, beside_id, undone)
select * from unnest(
	$1::text[], $2::uuid[], $3::uuid[], $4::text[], $5::uuid[], $6::int[], $7::bigint[], $8::uuid[], $9::bigint[]);

-- name: wanted_update
update wanted t set
	amount = k.amount
from unnest(
	$1::text[], $2::uuid[], $3::uuid[], $4::int[], $5::bigint[])
	as k (
	merchant_id, receipt_id, invoice_id, part, amount)
where t.merchant_id = k.merchant_id and t.receipt_id = k.receipt_id and t.invoice_id = k.invoice_id and t.part = k.part;

-- name: wanted_insert
insert into wanted (
	merchant_id, receipt_id, invoice_id, part, amount)
select * from unnest(
	$1::text[], $2::uuid[], $3::uuid[], $4::int[], $5::bigint[]);

-- name: refund_insert
insert into refund (
	merchant_id, refund_id, receipt_id, currency, amount)
select * from unnest(
	$1::text[], $2::uuid[], $3::uuid[], $4::text[], $5::bigint[]);

-- name: customer_credit_update
update customer_credit t set
	unapplied = k.unapplied, revision = k.revision
from unnest(
	$1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[])
	as k (
	merchant_id, customer_ref, currency, unapplied, revision)
where t.merchant_id = k.merchant_id and t.customer_ref = k.customer_ref and t.currency = k.currency;

-- name: customer_credit_insert
insert into customer_credit (
	merchant_id, customer_ref, currency, unapplied, revision)
select * from unnest(
	$1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[]);

-- name: payout_update
update payout t set
	provider_account = k.provider_account, provider_ref = k.provider_ref, statement_text = k.statement_text,
	currency = k.currency, paid = k.paid, amount = k.amount, gross = k.gross, fees = k.fees, line_count = k.line_count,
	arrival_date = k.arrival_date, lines_seen = k.lines_seen, gross_seen = k.gross_seen, fees_seen = k.fees_seen,
	bank_line_id = k.bank_line_id, has_arrived = k.has_arrived, overdue = k.overdue, report_id = k.report_id,
	by_report = k.by_report, unreported = k.unreported
from unnest(
	$1::text[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::boolean[], $8::bigint[], $9::bigint[],
	$10::bigint[], $11::int[], $12::date[], $13::int[], $14::bigint[], $15::bigint[], $16::uuid[], $17::boolean[],
	$18::boolean[], $19::uuid[], $20::boolean[], $21::boolean[])
	as k (
	merchant_id, payout_id, provider_account, provider_ref, statement_text, currency, paid, amount, gross, fees, line_count,
	arrival_date, lines_seen, gross_seen, fees_seen, bank_line_id, has_arrived, overdue, report_id, by_report, unreported)
where t.merchant_id = k.merchant_id and t.payout_id = k.payout_id;

-- name: payout_insert
insert into payout (
	merchant_id, payout_id, provider_account, provider_ref, statement_text, currency, paid, amount, gross, fees, line_count,
	arrival_date, lines_seen, gross_seen, fees_seen, bank_line_id, has_arrived, overdue, report_id, by_report, unreported)
select * from unnest(
	$1::text[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::boolean[], $8::bigint[], $9::bigint[],
	$10::bigint[], $11::int[], $12::date[], $13::int[], $14::bigint[], $15::bigint[], $16::uuid[], $17::boolean[],
	$18::boolean[], $19::uuid[], $20::boolean[], $21::boolean[]);

-- name: payout_line_insert
insert into payout_line (
	merchant_id, payout_id, number, provider_line, provider_payment, attempt_id, currency, gross, fee, is_refund)
select * from unnest(
	$1::text[], $2::uuid[], $3::int[], $4::text[], $5::text[], $6::uuid[], $7::text[], $8::bigint[], $9::bigint[], $10::boolean[]);

-- name: exception_update
update exception t set
	open = k.open, currency = k.currency, amount = k.amount, detail = k.detail, opened_at = k.opened_at,
	closed_at = k.closed_at, closed_by = k.closed_by, revision = k.revision, owner = k.owner, parked_until = k.parked_until,
	suggestion = k.suggestion, suggested_id = k.suggested_id, rule = k.rule, steps = k.steps,
	asked_by = k.asked_by, part = k.part
from unnest(
	$1::text[], $2::text[], $3::uuid[], $4::boolean[], $5::text[], $6::bigint[], $7::text[], $8::timestamptz[],
	$9::timestamptz[], $10::text[], $11::bigint[], $12::text[], $13::date[], $14::text[], $15::uuid[], $16::text[], $17::int[],
	$18::text[], $19::int[])
	as k (
	merchant_id, kind, subject_id, open, currency, amount, detail, opened_at, closed_at, closed_by, revision, owner, parked_until,
	suggestion, suggested_id, rule, steps, asked_by, part)
where t.merchant_id = k.merchant_id and t.kind = k.kind and t.subject_id = k.subject_id;

-- name: exception_insert
insert into exception (
	merchant_id, kind, subject_id, exception_id, stream, open, currency, amount, detail, opened_at, closed_at, closed_by,
	revision, owner, parked_until, suggestion, suggested_id, rule, steps, asked_by, part)
select * from unnest(
	$1::text[], $2::text[], $3::uuid[], $4::uuid[], $5::text[], $6::boolean[], $7::text[], $8::bigint[], $9::text[],
	$10::timestamptz[], $11::timestamptz[], $12::text[], $13::bigint[], $14::text[], $15::date[], $16::text[], $17::uuid[],
	$18::text[], $19::int[], $20::text[], $21::int[]);

-- name: payer_update
update payer t set
	told = k.told, learned_of = k.learned_of, taught_by = k.taught_by, taught_at = k.taught_at, right_count = k.right_count,
	wrong = k.wrong, withdrawn = k.withdrawn
from unnest(
	$1::text[], $2::text[], $3::text[], $4::boolean[], $5::uuid[], $6::text[], $7::timestamptz[], $8::int[], $9::int[], $10::boolean[])
	as k (
	merchant_id, iban, customer_ref, told, learned_of, taught_by, taught_at, right_count, wrong, withdrawn)
where t.merchant_id = k.merchant_id and t.iban = k.iban and t.customer_ref = k.customer_ref;

-- name: payer_insert
insert into payer (
	merchant_id, iban, customer_ref, told, learned_of, taught_by, taught_at, right_count, wrong, withdrawn)
select * from unnest(
	$1::text[], $2::text[], $3::text[], $4::boolean[], $5::uuid[], $6::text[], $7::timestamptz[], $8::int[], $9::int[], $10::boolean[]);

-- name: bank_line_candidate_insert
insert into bank_line_candidate (
	merchant_id, line_id, look, number, rule, lost, kind, target_id, customer_ref, label, open, signs, chosen, amount, discount)
select * from unnest(
	$1::text[], $2::uuid[], $3::int[], $4::int[], $5::text[], $6::text[], $7::int[], $8::uuid[], $9::text[], $10::text[], $11::bigint[],
	$12::bigint[], $13::boolean[], $14::bigint[], $15::bigint[]);

-- name: journal_insert
insert into journal (
	merchant_id, transfer_id, debit, credit, currency, amount, cause, cause_id, customer_ref, day, posted_at)
select * from unnest(
	$1::text[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::text[], $8::uuid[], $9::text[],
	$10::date[], $11::timestamptz[]);

-- name: audit_insert
insert into audit (
	who, act, subject, why)
select * from unnest(
	$1::text[], $2::text[], $3::text[], $4::text[]);
