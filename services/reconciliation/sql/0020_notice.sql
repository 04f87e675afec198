-- What informs of bookings and never posts: pending entries, reports of the day so far, notifications, returns, settlements.

create table notice_report (
	merchant_id text not null,
	report_id uuid not null,
	file_sha256 bytea not null,
	kind text not null check (kind in ('statement', 'interim', 'notice', 'returns', 'settlement')),
	bank_ref text not null,
	identifier text not null,
	line_count bigint not null,
	rule text not null,
	place_line bigint not null,
	place_byte bigint not null,
	reason text not null,
	received_at timestamptz not null default clock_timestamp(),
	primary key (merchant_id, report_id)
);

-- The same money told twice is one notice: it keeps what was said first, the status that was said last, and how often it was told.
create table notice (
	merchant_id text not null,
	notice_id uuid not null,
	report_id uuid not null,
	identifier text not null,
	account_id uuid,
	number bigint not null,
	place_line bigint not null,
	place_byte bigint not null,
	key bytea not null check (octet_length(key) = 32),
	status text not null,
	booking_date date not null,
	value_date date not null,
	amount bigint not null check (abs(amount) < 9007199254740992),
	currency text not null,
	end_to_end text not null,
	bank_ref text not null,
	transaction_ref text not null,
	mandate text not null,
	batch_ref text not null,
	code text not null,
	bank_code text not null,
	return_reason text not null,
	original_ref text not null,
	reference_list text not null,
	charges text not null,
	occurrence int not null default 1,
	settled boolean not null default false, -- it was compared with what was told before
	told int not null default 1,
	line_id uuid,                           -- the booked line that it is about
	is_part boolean not null default false, -- of that line, which is a batch
	primary key (merchant_id, notice_id)
);
create unique index notice_identity on notice (merchant_id, identifier, key, occurrence) where settled;
create index notice_waiting on notice (merchant_id, identifier) where line_id is null;
create index notice_line on notice (merchant_id, line_id) where line_id is not null;
create index notice_of_report on notice (merchant_id, report_id);

-- What a notice says of people.
create table notice_person (
	merchant_id text not null,
	notice_id uuid not null,
	texts text not null,
	party_name text not null,
	party_iban text not null,
	primary key (merchant_id, notice_id),
	foreign key (merchant_id, notice_id) references notice on delete cascade
);

grant select, insert on notice_report to :app;
grant select, insert, update, delete on notice, notice_person to :app;
