-- More words by which payers name what they pay: the number without its letters, the customer's number, credit notes; names of customers; why a candidate lost.

alter table reference drop constraint reference_kind_check;
alter table reference add constraint reference_kind_check check (kind in ('rf', 'number', 'payout', 'tail', 'customer', 'credit_note'));
grant update (kind) on reference to :app;

alter table customer add column name text not null default ''; -- personal data
alter table bank_line_candidate add column lost text not null default '';

insert into reference (merchant_id, token, target_id, kind, customer_ref)
select merchant_id, token, target_id, kind, customer_ref from (
	select merchant_id, invoice_id as target_id, 'tail' as kind, customer_ref,
		upper(regexp_replace(regexp_replace(number, '^[^0-9]+', ''), '[^A-Za-z0-9]', '', 'g')) as token
	from invoice where issued and number ~ '^[^0-9]+'
	union all
	select merchant_id, substr(encode(sha256(convert_to(customer_ref, 'UTF8')), 'hex'), 1, 32)::uuid, 'customer', customer_ref,
		upper(regexp_replace(customer_ref, '[^A-Za-z0-9]', '', 'g'))
	from customer) t
where length(token) between 4 and 40 and length(regexp_replace(token, '[^0-9]', '', 'g')) >= 4
on conflict do nothing;
