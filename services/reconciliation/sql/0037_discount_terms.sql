-- The discount for early payment that an invoice grants by its own terms: a step a line, its share in hundredths of a percent and its days ("200 10").

alter table invoice add column discounts text not null default ''
	check (discounts ~ '^([1-9][0-9]* [0-9]+([[:space:]][1-9][0-9]* [0-9]+)?)?$');
