-- Every statement of invoicing. Keys come in as parallel arrays; k is what was asked for. Where a state narrows the search, `offset 0` has each key
-- looked up by its index: a planner without statistics takes all drafts of all customers for a handful, and reads them all for each batch.

-- ---- find ----

-- name: find_invoice
select k.merchant_id, k.invoice_id, i.customer_ref
from unnest($1::text[], $2::uuid[]) k (merchant_id, invoice_id)
join invoice i using (merchant_id, invoice_id);

-- name: find_invoice_number
select k.merchant_id, k.number, i.invoice_id, i.customer_ref
from unnest($1::text[], $2::text[]) k (merchant_id, number)
join invoice i using (merchant_id, number);

-- ---- fetch ----

-- name: merchant_fetch
select * from merchant where merchant_id = any ($1::text[]);

-- name: customer_fetch
select c.* from unnest($1::text[], $2::text[]) k (merchant_id, customer_ref) join customer c using (merchant_id, customer_ref);

-- name: draft_fetch
select i.* from unnest($1::text[], $2::text[]) k (merchant_id, customer_ref),
lateral (select * from invoice i where i.merchant_id = k.merchant_id and i.customer_ref = k.customer_ref and i.state = 'draft' offset 0) i;

-- name: waiting_fetch
select c.* from unnest($1::text[], $2::text[]) k (merchant_id, customer_ref),
lateral (select merchant_id, invoice_id from invoice i
	where i.merchant_id = k.merchant_id and i.customer_ref = k.customer_ref and i.state = 'draft' offset 0) i,
lateral (select * from charge c where c.merchant_id = i.merchant_id and c.invoice_id = i.invoice_id and c.state = 'waiting' offset 0) c
order by c.merchant_id, c.invoice_id, c.position;

-- name: charge_fetch
select c.* from unnest($1::text[], $2::text[]) k (merchant_id, external_ref) join charge c using (merchant_id, external_ref);

-- name: invoice_fetch
select i.* from unnest($1::text[], $2::uuid[]) k (merchant_id, invoice_id) join invoice i using (merchant_id, invoice_id);

-- name: invoice_ref_fetch
select i.* from unnest($1::text[], $2::text[]) k (merchant_id, external_ref),
lateral (select * from invoice i where i.merchant_id = k.merchant_id and i.external_ref = k.external_ref and i.external_ref <> '' offset 0) i;

-- name: invoice_number_fetch
select i.* from unnest($1::text[], $2::text[]) k (merchant_id, number) join invoice i using (merchant_id, number);

-- name: credit_note_fetch
select n.* from unnest($1::text[], $2::uuid[]) k (merchant_id, credit_note_id) join credit_note n using (merchant_id, credit_note_id);

-- name: credit_ref_fetch
select n.* from unnest($1::text[], $2::text[]) k (merchant_id, external_ref),
lateral (select * from credit_note n where n.merchant_id = k.merchant_id and n.external_ref = k.external_ref and n.external_ref <> '' offset 0) n;

-- name: series_fetch
select s.* from unnest($1::text[], $2::text[]) k (merchant_id, document) join number_series s using (merchant_id, document);

-- name: item_fetch
select o.* from unnest($1::text[], $2::uuid[], $3::int[]) k (merchant_id, invoice_id, part)
join open_item o using (merchant_id, invoice_id, part);

-- name: page_secret_fetch
select secret from page_secret;

-- What issued documents are made of, and what was taken back of it.
-- name: line_fetch
select l.*, i.currency, coalesce((select sum(n.net) from credit_note_line n
	where n.merchant_id = l.merchant_id and n.invoice_id = l.invoice_id and n.line_no = l.line_no), 0)::bigint as credited
from unnest($1::text[], $2::uuid[]) k (merchant_id, invoice_id)
join invoice i using (merchant_id, invoice_id)
join invoice_line l using (merchant_id, invoice_id)
order by l.merchant_id collate "C", l.invoice_id, l.line_no;

-- name: tax_fetch
select t.*, i.currency, coalesce(n.taxable, 0)::bigint as credited_taxable, coalesce(n.tax, 0)::bigint as credited_tax
from unnest($1::text[], $2::uuid[]) k (merchant_id, invoice_id)
join invoice i using (merchant_id, invoice_id)
join invoice_tax t using (merchant_id, invoice_id)
left join lateral (select sum(taxable) as taxable, sum(tax) as tax from credit_note_tax n
	where n.merchant_id = t.merchant_id and n.invoice_id = t.invoice_id and n.tax_no = t.tax_no) n on true
order by t.merchant_id collate "C", t.invoice_id, t.tax_no;

-- name: party_fetch
select p.* from unnest($1::text[], $2::uuid[]) k (merchant_id, invoice_id) join invoice_party p using (merchant_id, invoice_id);

-- ---- save ----

-- name: merchant_insert
insert into merchant (
	merchant_id, revision, name, address_lines, city, postal_code, country, tax_id, zone, currency, language, invoice_prefix,
	credit_note_prefix, transfer_accounts, terms_kind, terms_days, terms_day, terms_discounts, email)
select * from unnest(
	$1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[],
	$11::text[], $12::text[], $13::text[], $14::text[], $15::int[], $16::int[], $17::int[], $18::text[], $19::text[]);

-- name: merchant_update
update merchant t set
	revision = n.revision, name = n.name, address_lines = n.address_lines, city = n.city, postal_code = n.postal_code,
	country = n.country, tax_id = n.tax_id, zone = n.zone, currency = n.currency, language = n.language,
	invoice_prefix = n.invoice_prefix, credit_note_prefix = n.credit_note_prefix, transfer_accounts = n.transfer_accounts,
	terms_kind = n.terms_kind, terms_days = n.terms_days, terms_day = n.terms_day, terms_discounts = n.terms_discounts, email = n.email
from unnest(
	$1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[],
	$11::text[], $12::text[], $13::text[], $14::text[], $15::int[], $16::int[], $17::int[], $18::text[], $19::text[]) n (
	merchant_id, revision, name, address_lines, city, postal_code, country, tax_id, zone, currency, language, invoice_prefix,
	credit_note_prefix, transfer_accounts, terms_kind, terms_days, terms_day, terms_discounts, email)
where t.merchant_id = n.merchant_id;

-- name: customer_insert
insert into customer (
	merchant_id, customer_ref, customer_id, revision, name, emails, address_lines, city, postal_code, country, language, zone,
	currency, terms_kind, terms_days, terms_day, terms_discounts, tax_id, billing_day, ibans, invoiced)
select * from unnest(
	$1::text[], $2::text[], $3::uuid[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[],
	$11::text[], $12::text[], $13::text[], $14::int[], $15::int[], $16::int[], $17::text[], $18::text[], $19::int[], $20::text[],
	$21::boolean[]);

-- name: customer_update
update customer t set
	revision = n.revision, name = n.name, emails = n.emails, address_lines = n.address_lines, city = n.city,
	postal_code = n.postal_code, country = n.country, language = n.language, zone = n.zone, currency = n.currency,
	terms_kind = n.terms_kind, terms_days = n.terms_days, terms_day = n.terms_day, terms_discounts = n.terms_discounts,
	tax_id = n.tax_id, billing_day = n.billing_day,
	ibans = n.ibans, invoiced = n.invoiced
from unnest(
	$1::text[], $2::text[], $3::uuid[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[],
	$11::text[], $12::text[], $13::text[], $14::int[], $15::int[], $16::int[], $17::text[], $18::text[], $19::int[], $20::text[],
	$21::boolean[]) n (
	merchant_id, customer_ref, customer_id, revision, name, emails, address_lines, city, postal_code, country, language, zone,
	currency, terms_kind, terms_days, terms_day, terms_discounts, tax_id, billing_day, ibans, invoiced)
where t.merchant_id = n.merchant_id and t.customer_ref = n.customer_ref;

-- name: series_insert
insert into number_series (
	merchant_id, document, series, year, last_count)
select * from unnest(
	$1::text[], $2::text[], $3::text[], $4::int[], $5::bigint[]);

-- name: series_update
update number_series t set
	last_count = n.last_count
from unnest(
	$1::text[], $2::text[], $3::text[], $4::int[], $5::bigint[]) n (
	merchant_id, document, series, year, last_count)
where t.merchant_id = n.merchant_id and t.document = n.document and t.series = n.series and t.year = n.year;

-- name: invoice_insert
insert into invoice (
	merchant_id, invoice_id, customer_ref, currency, state, revision, waiting_count, billing_count, last_position, waiting_net,
	bill_on, series, number_year, number_count, number, rf_reference, issued_at, issue_date, due_date, net, tax, gross, credited,
	terms_text, language, iban, bic, external_ref, buyer_reference, content_sha256, token, discounts)
select * from unnest(
	$1::text[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::int[], $8::int[], $9::int[], $10::bigint[],
	$11::date[], $12::text[], $13::int[], $14::bigint[], $15::text[], $16::text[], $17::timestamptz[], $18::date[], $19::date[],
	$20::bigint[], $21::bigint[], $22::bigint[], $23::bigint[], $24::text[], $25::text[], $26::text[], $27::text[], $28::text[],
	$29::text[], $30::bytea[], $31::text[], $32::text[]);

-- name: invoice_update
update invoice t set
	state = n.state, revision = n.revision, waiting_count = n.waiting_count, billing_count = n.billing_count,
	last_position = n.last_position, waiting_net = n.waiting_net, bill_on = n.bill_on, series = n.series,
	number_year = n.number_year, number_count = n.number_count, number = n.number, rf_reference = n.rf_reference,
	issued_at = n.issued_at, issue_date = n.issue_date, due_date = n.due_date, net = n.net, tax = n.tax, gross = n.gross,
	credited = n.credited, terms_text = n.terms_text, language = n.language, iban = n.iban, bic = n.bic,
	external_ref = n.external_ref, buyer_reference = n.buyer_reference, content_sha256 = n.content_sha256, token = n.token,
	discounts = n.discounts
from unnest(
	$1::text[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::int[], $8::int[], $9::int[], $10::bigint[],
	$11::date[], $12::text[], $13::int[], $14::bigint[], $15::text[], $16::text[], $17::timestamptz[], $18::date[], $19::date[],
	$20::bigint[], $21::bigint[], $22::bigint[], $23::bigint[], $24::text[], $25::text[], $26::text[], $27::text[], $28::text[],
	$29::text[], $30::bytea[], $31::text[], $32::text[]) n (
	merchant_id, invoice_id, customer_ref, currency, state, revision, waiting_count, billing_count, last_position, waiting_net,
	bill_on, series, number_year, number_count, number, rf_reference, issued_at, issue_date, due_date, net, tax, gross, credited,
	terms_text, language, iban, bic, external_ref, buyer_reference, content_sha256, token, discounts)
where t.merchant_id = n.merchant_id and t.invoice_id = n.invoice_id;

-- name: charge_insert
insert into charge (
	merchant_id, external_ref, customer_ref, charge_id, invoice_id, position, state, on_billing_day, description, quantity_unscaled,
	quantity_scale, unit, price_unscaled, price_scale, net, currency, tax_category, rate_unscaled, rate_scale, exemption_reason,
	period_from, period_to, arose_at, content_sha256, cancel_reason)
select * from unnest(
	$1::text[], $2::text[], $3::text[], $4::uuid[], $5::uuid[], $6::int[], $7::text[], $8::boolean[], $9::text[], $10::bigint[],
	$11::int[], $12::text[], $13::bigint[], $14::int[], $15::bigint[], $16::text[], $17::int[], $18::bigint[], $19::int[],
	$20::text[], $21::date[], $22::date[], $23::timestamptz[], $24::bytea[], $25::text[]);

-- name: charge_update
update charge t set
	state = n.state, invoice_id = n.invoice_id, position = n.position, cancel_reason = n.cancel_reason
from unnest(
	$1::text[], $2::text[], $3::text[], $4::uuid[], $5::int[], $6::text[]) n (
	merchant_id, external_ref, state, invoice_id, position, cancel_reason)
where t.merchant_id = n.merchant_id and t.external_ref = n.external_ref;

-- name: line_insert
insert into invoice_line (
	merchant_id, invoice_id, line_no, description, quantity_unscaled, quantity_scale, unit, price_unscaled, price_scale, net,
	tax_category, rate_unscaled, rate_scale, exemption_reason, period_from, period_to, charge_ref)
select * from unnest(
	$1::text[], $2::uuid[], $3::int[], $4::text[], $5::bigint[], $6::int[], $7::text[], $8::bigint[], $9::int[], $10::bigint[],
	$11::int[], $12::bigint[], $13::int[], $14::text[], $15::date[], $16::date[], $17::text[]);

-- name: tax_insert
insert into invoice_tax (
	merchant_id, invoice_id, tax_no, category, rate_unscaled, rate_scale, taxable, tax, exemption_reason)
select * from unnest(
	$1::text[], $2::uuid[], $3::int[], $4::int[], $5::bigint[], $6::int[], $7::bigint[], $8::bigint[], $9::text[]);

-- name: party_insert
insert into invoice_party (
	merchant_id, invoice_id, role, name, address_lines, city, postal_code, country, tax_id)
select * from unnest(
	$1::text[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[]);

-- name: credit_note_insert
insert into credit_note (
	merchant_id, credit_note_id, invoice_id, customer_ref, invoice_number, currency, series, number_year, number_count, number,
	issued_at, issue_date, net, tax, gross, credited_after, revision, reason, external_ref, content_sha256, token)
select * from unnest(
	$1::text[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::int[], $9::bigint[], $10::text[],
	$11::timestamptz[], $12::date[], $13::bigint[], $14::bigint[], $15::bigint[], $16::bigint[], $17::bigint[], $18::text[],
	$19::text[], $20::bytea[], $21::text[]);

-- name: credit_note_line_insert
insert into credit_note_line (
	merchant_id, credit_note_id, invoice_id, line_no, line_net, credited_before, net)
select * from unnest(
	$1::text[], $2::uuid[], $3::uuid[], $4::int[], $5::bigint[], $6::bigint[], $7::bigint[]);

-- name: credit_note_tax_insert
insert into credit_note_tax (
	merchant_id, credit_note_id, invoice_id, tax_no, whole_taxable, whole_tax, taxable_before, tax_before, taxable, tax)
select * from unnest(
	$1::text[], $2::uuid[], $3::uuid[], $4::int[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[],
	$10::bigint[]);

-- name: item_insert
insert into open_item (
	merchant_id, invoice_id, part, customer_ref, revision, state, currency, amount, allocated, credited, discounted, written_off,
	open, last_value_date)
select * from unnest(
	$1::text[], $2::uuid[], $3::int[], $4::text[], $5::bigint[], $6::text[], $7::text[], $8::bigint[], $9::bigint[], $10::bigint[],
	$11::bigint[], $12::bigint[], $13::bigint[], $14::date[]);

-- name: item_update
update open_item t set
	customer_ref = n.customer_ref, revision = n.revision, state = n.state, currency = n.currency, amount = n.amount,
	allocated = n.allocated, credited = n.credited, discounted = n.discounted, written_off = n.written_off, open = n.open,
	last_value_date = n.last_value_date
from unnest(
	$1::text[], $2::uuid[], $3::int[], $4::text[], $5::bigint[], $6::text[], $7::text[], $8::bigint[], $9::bigint[], $10::bigint[],
	$11::bigint[], $12::bigint[], $13::bigint[], $14::date[]) n (
	merchant_id, invoice_id, part, customer_ref, revision, state, currency, amount, allocated, credited, discounted, written_off,
	open, last_value_date)
where t.merchant_id = n.merchant_id and t.invoice_id = n.invoice_id and t.part = n.part;

-- ---- show ----

-- name: merchant_list
select * from merchant where merchant_id > $1::text order by merchant_id limit $2::int;

-- name: customer_list
select * from customer where merchant_id = $1::text and customer_ref > $2::text order by customer_ref limit $3::int;

-- Newest first; $3 (null: all) is a customer, $4 (null: all) a state, $5 (null: all) how the ledger says that it stands.
-- name: invoice_list
select i.* from invoice i
where i.merchant_id = $1::text and i.invoice_id < $2::uuid
	and ($3::text is null or i.customer_ref = $3::text)
	and ($4::text is null or i.state = $4::text)
	and ($5::text is null or (i.state = 'issued' and $5::text = (
		select case when count(*) = 0 then 'unknown' when bool_and(o.state = 'settled') then 'settled'
			when bool_and(o.state = 'open') then 'open' else 'part_paid' end
		from open_item o where o.merchant_id = i.merchant_id and o.invoice_id = i.invoice_id)))
order by i.invoice_id desc limit $6::int;

-- name: invoice_items
select o.* from unnest($1::text[], $2::uuid[]) k (merchant_id, invoice_id) join open_item o using (merchant_id, invoice_id)
order by o.merchant_id, o.invoice_id, o.part;

-- name: invoice_credit_notes
select * from credit_note where merchant_id = $1::text and invoice_id = $2::uuid order by revision;

-- name: credit_note_lines
select l.*, n.currency, c.net as credited_net, c.credited_before
from credit_note_line c
join credit_note n using (merchant_id, credit_note_id)
join invoice_line l on l.merchant_id = c.merchant_id and l.invoice_id = c.invoice_id and l.line_no = c.line_no
where c.merchant_id = $1::text and c.credit_note_id = $2::uuid
order by c.line_no;

-- name: credit_note_taxes
select t.*, n.currency, c.taxable as credited_taxable, c.tax as credited_tax
from credit_note_tax c
join credit_note n using (merchant_id, credit_note_id)
join invoice_tax t on t.merchant_id = c.merchant_id and t.invoice_id = c.invoice_id and t.tax_no = c.tax_no
where c.merchant_id = $1::text and c.credit_note_id = $2::uuid
order by c.tax_no;

-- name: invoice_by_token
select merchant_id, invoice_id from invoice where token = $1::text;

-- name: credit_note_by_token
select merchant_id, credit_note_id from credit_note where token = $1::text;

-- ---- the billing day ----

-- name: billing_merchants
select merchant_id, zone from merchant;

-- name: billing_due
select i.merchant_id, i.customer_ref, i.currency, i.bill_on, i.waiting_count
from unnest($1::text[], $2::date[]) k (merchant_id, today)
join invoice i on i.merchant_id = k.merchant_id and i.bill_on <= k.today
order by i.bill_on, i.merchant_id, i.customer_ref, i.currency limit $3::int;

-- name: billing_count
select count(*) as due from unnest($1::text[], $2::date[]) k (merchant_id, today)
join invoice i on i.merchant_id = k.merchant_id and i.bill_on <= k.today;

-- name: billing_next
select k.merchant_id, min(i.bill_on) as bill_on from unnest($1::text[], $2::date[]) k (merchant_id, today)
join invoice i on i.merchant_id = k.merchant_id and i.bill_on > k.today
group by k.merchant_id;

-- ---- saying it again ----

-- Locked until it is said: nobody says something newer in between.
-- name: merchant_again
select * from merchant where merchant_id > $1::text order by merchant_id limit $2::int for share;

-- name: customer_again
select * from customer where (merchant_id, customer_ref) > ($1::text, $2::text) order by merchant_id, customer_ref limit $3::int for share;
