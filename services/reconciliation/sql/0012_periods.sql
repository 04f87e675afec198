-- Months that are closed: their trial balance is sealed, and no entry can come into them.

create table period (
	merchant_id text not null,
	month date not null check (extract(day from month) = 1),
	state text not null check (state in ('warned', 'closed')),
	last_entry bigint not null,
	asked_by text not null,
	closed_by text not null,
	reason text not null,
	forced boolean not null,
	warnings bigint not null,
	seal bytea not null check (octet_length(seal) = 32),
	closed_at timestamptz not null, -- business time
	revision bigint not null,
	primary key (merchant_id, month)
);

-- Append-only.
create table period_balance (
	merchant_id text not null,
	month date not null,
	currency text not null,
	account text not null,
	opening bigint not null,
	debit bigint not null check (debit >= 0),
	credit bigint not null check (credit >= 0),
	primary key (merchant_id, month, currency, account),
	foreign key (merchant_id, month) references period
);

-- What is closed stays as it is, whoever asks.
create function period_stays() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
	raise exception 'period % of % is closed', old.month, old.merchant_id using errcode = 'restrict_violation';
end $$;
create trigger period_stays before update or delete on period for each row when (old.state = 'closed') execute function period_stays();

-- The month that an entry is booked in: that of its day, unless it came too late for that. What came before the first close is in the first closed month at
-- the earliest.
create function journal_period(whose text, number bigint, day date) returns date language sql stable as $$
	select greatest(date_trunc('month', day)::date, coalesce(
		(select (max(p.month) + interval '1 month')::date from period p where p.merchant_id = whose and p.state = 'closed' and p.last_entry < number),
		(select min(p.month) from period p where p.merchant_id = whose and p.state = 'closed')))
$$;

-- Entries up to the end of a month and up to the last entry that it can hold, which were not so for the month before.
create function journal_between(whose text, before date, before_entry bigint, upto date, upto_entry bigint) returns setof journal language sql stable as $$
	select j.* from journal j where j.merchant_id = whose and j.day > coalesce(before, '-infinity') and j.day <= upto and j.entry <= upto_entry
	union all
	select j.* from journal j where j.merchant_id = whose and j.day <= before and j.entry > before_entry and j.entry <= upto_entry
$$;

grant select, insert, update on period to :app;
grant select, insert on period_balance to :app;
