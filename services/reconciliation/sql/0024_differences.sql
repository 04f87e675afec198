-- What a payment lacks of what is owed, where a policy or the bank explains it: difference.h.

create table difference_policy (
	merchant_id text not null,
	currency text not null,
	short_most bigint not null check (short_most >= 0 and short_most < 9007199254740992),
	short_share bigint not null check (short_share between 0 and 10000), -- hundredths of a percent
	discount_share bigint not null check (discount_share between 0 and 10000),
	discount_days bigint not null check (discount_days between 0 and 365),
	grace_days bigint not null check (grace_days between 0 and 365),
	takes_charges boolean not null,
	charges_most bigint not null check (charges_most >= 0 and charges_most < 9007199254740992), -- 0: whatever is told
	known_charges text not null, -- minor units, one a line
	primary key (merchant_id, currency)
);
grant select, insert, update on difference_policy to :app;

create table difference (
	merchant_id text not null,
	difference_id uuid not null,
	receipt_id uuid not null,
	line_id uuid not null,
	invoice_id uuid not null,
	part int not null,
	customer_ref text not null,
	currency text not null,
	kind text not null check (kind in ('charges', 'discount', 'tolerance')),
	amount bigint not null check (amount >= 0), -- what still stands
	undone bigint not null check (undone >= 0), -- what stood when its payment was taken back
	primary key (merchant_id, difference_id),
	foreign key (merchant_id, receipt_id) references receipt,
	foreign key (merchant_id, invoice_id, part) references open_item,
	constraint stands_or_undone check (amount = 0 or undone = 0)
);
create index difference_receipt on difference (merchant_id, receipt_id);
create index difference_invoice on difference (merchant_id, invoice_id);
grant select, insert on difference to :app;
grant update (amount, undone) on difference to :app;

alter table bank_line_candidate add column discount bigint not null default 0; -- what might be deducted of it
