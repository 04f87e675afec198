-- The work on exceptions: whose they are, until when they wait, what is suggested, and what was done with them.

alter table exception
	add column owner text not null default '',
	add column parked_until date,
	add column suggestion text not null default 'nothing',
	add column suggested_id uuid not null default '00000000-0000-0000-0000-000000000000',
	add column rule text not null default '',
	add column steps int not null default 0;

-- Append-only.
create table exception_step (
	merchant_id text not null,
	exception_id uuid not null,
	number int not null,
	at timestamptz not null,
	who text not null check (who <> ''),
	act text not null,
	detail text not null,
	primary key (merchant_id, exception_id, number)
);
grant select, insert on exception_step to :app;

-- Each way to ask for a page of the queue walks over its own rows, in the order of the pages.
create index exception_of_kind on exception (merchant_id, kind, exception_id) where open;
create index exception_of_owner on exception (merchant_id, owner, exception_id) where open;
create index exception_of_stream on exception (merchant_id, stream, exception_id) where open;
create index receipt_aged on receipt (value_date) where unapplied > 0;
