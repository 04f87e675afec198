-- Discount for early payment: a step a line, its share of the gross in hundredths of a percent and its days after the date of issue ("200 10").

alter table merchant add column terms_discounts text not null default ''
	check (terms_discounts ~ '^([1-9][0-9]* [0-9]+([[:space:]][1-9][0-9]* [0-9]+)?)?$');
alter table merchant alter column terms_discounts drop default;
alter table customer add column terms_discounts text not null default ''
	check (terms_discounts ~ '^([1-9][0-9]* [0-9]+([[:space:]][1-9][0-9]* [0-9]+)?)?$');
alter table customer alter column terms_discounts drop default;
grant update (terms_discounts) on merchant, customer to :app;

-- Of a document. What was issued before offered none.
alter table invoice add column discounts text default ''
	check (discounts ~ '^([1-9][0-9]* [0-9]+([[:space:]][1-9][0-9]* [0-9]+)?)?$');
alter table invoice alter column discounts drop default;
alter table invoice add constraint issued_says_discounts check (state <> 'issued' or discounts is not null);
grant update (discounts) on invoice to :app;

drop trigger invoice_is_final on invoice;
create trigger invoice_is_final before update on invoice for each row
	when (old.state <> 'draft' and (
		row(old.state, old.series, old.number_year, old.number_count, old.number, old.rf_reference, old.issued_at, old.issue_date,
			old.due_date, old.net, old.tax, old.gross, old.terms_text, old.language, old.iban, old.bic, old.external_ref,
			old.buyer_reference, old.content_sha256, old.token, old.discounts)
		is distinct from
		row(new.state, new.series, new.number_year, new.number_count, new.number, new.rf_reference, new.issued_at, new.issue_date,
			new.due_date, new.net, new.tax, new.gross, new.terms_text, new.language, new.iban, new.bic, new.external_ref,
			new.buyer_reference, new.content_sha256, new.token, new.discounts)
		or new.credited < old.credited or new.revision < old.revision))
	execute function invoice_stays();
