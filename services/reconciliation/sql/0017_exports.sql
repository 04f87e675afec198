-- Exports of the journal: a closed month for one accounting system. Both tables are append-only.

create table export_mapping (
	merchant_id text not null,
	target text not null check (target in ('csv', 'datev', 'xero', 'quickbooks')),
	version int not null check (version > 0),
	base text not null,
	accounts text not null, -- an account and its code a line
	consultant bigint not null,
	client bigint not null,
	year_start bigint not null check (year_start between 1 and 12),
	tax_rate text not null,
	made_by text not null,
	made_at timestamptz not null,
	primary key (merchant_id, target, version)
);

create table export (
	merchant_id text not null,
	target text not null check (target in ('csv', 'datev', 'xero', 'quickbooks')),
	number bigint not null check (number > 0),
	month date not null,
	version int not null,
	entries bigint not null,
	sums text not null, -- a currency, its entries and their minor units a line
	made_by text not null,
	made_at timestamptz not null,
	primary key (merchant_id, target, number),
	unique (merchant_id, target, month), -- an entry is in one month, and so in one export
	foreign key (merchant_id, month) references period
);

-- All that a closed month holds.
create function period_entries(whose text, which date) returns setof journal language sql stable as $$
	select j.*
	from period p
	left join lateral (
		select b.month, b.last_entry from period b where b.merchant_id = p.merchant_id and b.state = 'closed' and b.month < p.month order by b.month desc limit 1) b
		on true
	cross join lateral journal_between(p.merchant_id, (b.month + interval '1 month -1 day')::date, b.last_entry, (p.month + interval '1 month -1 day')::date,
		p.last_entry) j
	where p.merchant_id = whose and p.month = which and p.state = 'closed'
$$;

grant select, insert on export_mapping, export to :app;
