-- A charge is the most frequent row: what is checked of it costs less, and no less is known of it.

-- A counted repetition ({1,128}) is built anew as an automaton for each row; the length and the characters apart say the same.
alter table charge drop constraint charge_external_ref_check;
alter table charge add constraint charge_external_ref_check
	check (octet_length(external_ref) between 1 and 128 and external_ref !~ '[^ -~]');
alter table customer drop constraint customer_customer_ref_check;
alter table customer add constraint customer_customer_ref_check
	check (octet_length(customer_ref) between 1 and 64 and customer_ref !~ '[^!-9;-?A-~]');

-- A draft changes with each batch, in none of its indexed columns, and grows when it is issued: it stays on its page.
alter table invoice set (fillfactor = 50);

-- A draft has none of these, and costs them nothing.
alter table invoice drop constraint invoice_merchant_id_number_key;
create unique index invoice_number on invoice (merchant_id, number) where number is not null;
alter table invoice drop constraint invoice_merchant_id_rf_reference_key;
create unique index invoice_rf_reference on invoice (merchant_id, rf_reference) where rf_reference is not null;
alter table invoice drop constraint invoice_token_key;
create unique index invoice_token on invoice (token) where token is not null;

-- A charge names an invoice that exists. A foreign key asks, row by row, and locks the invoice against being deleted or renamed, for which nobody
-- has the right: who may insert and update charges may neither delete an invoice nor change its key. So one question a statement proves as much.
create function charge_has_invoice() returns trigger language plpgsql
	set search_path = pg_catalog, pg_temp as $$
begin
	-- offset 0: each is looked up by the primary key, however small the planner believes the tables to be.
	if exists (select from (select distinct merchant_id, invoice_id from written) w where not exists (
		select from public.invoice i where i.merchant_id = w.merchant_id and i.invoice_id = w.invoice_id offset 0)) then
		raise exception 'a charge names an invoice that does not exist' using errcode = 'foreign_key_violation';
	end if;
	return null;
end
$$;
alter table charge drop constraint charge_merchant_id_invoice_id_fkey;
create trigger charge_has_invoice_inserted after insert on charge referencing new table as written
	for each statement execute function charge_has_invoice();
create trigger charge_has_invoice_updated after update on charge referencing new table as written
	for each statement execute function charge_has_invoice();
