-- StatementMatched tells how many receipts the first looks at a statement's lines made.

alter table statement add column receipts bigint not null default 0 check (receipts >= 0);
