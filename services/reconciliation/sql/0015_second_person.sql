-- What a second person has to agree to, and what a statement is compared with when it comes again.

create table merchant_limit (
	merchant_id text not null,
	currency text not null,
	write_off bigint not null check (write_off >= 0 and write_off < 9007199254740992), -- above it a second person agrees
	primary key (merchant_id, currency)
);
grant select, insert, update on merchant_limit to :app;

alter table exception
	add column asked_by text not null default '',
	add column part int not null default 0;
alter table bank_account add column chain_sequence bigint not null default 0;
