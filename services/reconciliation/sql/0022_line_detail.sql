-- What a bank says of a line beyond what every line has: a row for lines that say any of it. Personal data.
create table bank_line_detail (
	merchant_id text not null,
	line_id uuid not null,
	original_amount bigint check (abs(original_amount) < 9007199254740992),
	original_currency text not null,
	rate text not null,
	charges text not null, -- "EUR 1.20 included COMM", one a line
	bank_code text not null,
	original_ref text not null,
	return_text text not null,
	party_account text not null,
	party_bank text not null,
	party_customer text not null,
	party_ultimate text not null,
	primary key (merchant_id, line_id)
);
grant select, insert, update, delete on bank_line_detail to :app;
