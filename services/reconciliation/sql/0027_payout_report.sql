-- What providers' own reports say of their payouts, item by item, apart from what payments told: compared with it, and with the bank's line by it.

create table payout_report (
	merchant_id text not null,
	report_id uuid not null,
	identifier text not null,             -- the report's account: the merchant account at the provider, or the provider itself
	payout_ref text not null,             -- the provider's; empty: of items that are in no payout (yet), never compared
	currency text not null,
	-- what the reports say; each that adds to it counts the version
	version int not null default 1,
	told int not null default 1,
	item_count int not null default 0,    -- without the payout's own row
	gross bigint not null default 0 check (abs(gross) < 9007199254740992),
	fees bigint not null default 0 check (abs(fees) < 9007199254740992),
	has_total boolean not null default false,
	total bigint not null default 0,      -- as the payout's own row says
	conflicts int not null default 0,     -- items that were told again with other amounts
	expected date not null,               -- when the bank should have it
	-- how far its items are paired with the payout's lines
	paired int not null default 0,
	paired_facts text not null default '',
	-- what it was compared with, and how that came out
	compared int not null default 0,
	facts text not null default '',
	looks int not null default 0,
	payout_id uuid not null default '00000000-0000-0000-0000-000000000000',
	state text not null default 'waiting' check (state in ('waiting', 'agrees', 'differs')),
	differences text not null default '',
	detail text not null default '',
	late boolean not null default false,
	posted boolean not null default false,
	rests boolean not null default false, -- nothing is due before another report adds to it
	primary key (merchant_id, report_id),
	constraint payout_report_rests check (not rests or state = 'agrees')
);
create unique index payout_report_identity on payout_report (merchant_id, payout_ref, identifier, currency);
create index payout_report_due on payout_report (report_id) where not rests and payout_ref <> '';
create index payout_report_payout on payout_report (merchant_id, payout_id);

create table payout_report_item (
	merchant_id text not null,
	item_id uuid not null,
	file_report_id uuid not null,         -- the report (notice_report) that told it first
	report_id uuid,                       -- null: staged
	identifier text not null,
	payout_ref text not null,
	key bytea not null check (octet_length(key) = 32),
	occurrence int not null default 1,
	number bigint not null,
	place_line bigint not null,
	kind text not null check (kind in ('payment', 'refund', 'fee', 'dispute', 'dispute_reversal', 'reserve_held', 'reserve_released', 'adjustment',
		'conversion', 'transfer', 'payout', 'other')),
	type text not null,                   -- the file's word
	created_date date not null,
	available_date date not null,
	currency text not null,
	gross bigint not null check (abs(gross) < 9007199254740992),
	fee bigint not null check (abs(fee) < 9007199254740992),
	charged bigint not null check (abs(charged) < 9007199254740992),
	charged_currency text not null,       -- the payer's, where the file says it
	rate text not null,
	item_ref text not null,
	payment_ref text not null,
	original_ref text not null,
	reference text not null,              -- ours
	conflict boolean not null default false,
	line_number int,                      -- of the payout's line that it is
	primary key (merchant_id, item_id),
	foreign key (merchant_id, report_id) references payout_report
);
create unique index payout_report_item_identity on payout_report_item (merchant_id, report_id, key, occurrence) where report_id is not null;
create unique index payout_report_item_line on payout_report_item (merchant_id, report_id, line_number) where line_number is not null;
create index payout_report_item_staged on payout_report_item (merchant_id, file_report_id) where report_id is null;

-- What a report posted, once: amounts that it took out of clearing, and what clearing changed by in that currency.
create table payout_report_posting (
	merchant_id text not null,
	report_id uuid not null,
	number int not null,
	kind text not null,
	told boolean not null,                -- payments had told the lines; else the report alone did
	account text not null,
	currency text not null,
	gross bigint not null check (abs(gross) < 9007199254740992),
	fee bigint not null check (abs(fee) < 9007199254740992),
	clearing bigint not null check (abs(clearing) < 9007199254740992),
	primary key (merchant_id, report_id, number),
	foreign key (merchant_id, report_id) references payout_report
);

alter table payout add column report_id uuid not null default '00000000-0000-0000-0000-000000000000'; -- the report that tells it
alter table payout add column by_report boolean not null default false; -- payments told its sum alone: the report stands for its lines
alter table payout add column unreported boolean not null default false; -- a report was to come and did not
create index payout_reference on payout (merchant_id, provider_ref);
create index payout_without_report on payout (arrival_date) where paid and not unreported and report_id = '00000000-0000-0000-0000-000000000000';

-- The payout that a report is of: that of its account (as reports' accounts are kept), or the only one of its reference; none where several could be it.
create view reported_payout as
select r.merchant_id, r.report_id, p.payout_id, p.provider_account, p.lines_seen || '/' || p.paid as facts
from payout_report r
join payout p on p.merchant_id = r.merchant_id and p.provider_ref = r.payout_ref and p.currency = r.currency
where r.payout_ref <> '' and not exists (
	select from payout o
	where o.merchant_id = p.merchant_id and o.provider_ref = p.provider_ref and o.currency = p.currency and o.payout_id <> p.payout_id
		and (upper(o.provider_account) = r.identifier or upper(p.provider_account) <> r.identifier));

-- Clearing is also what reports took out of it.
create function sum_report_posting() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
	if tg_op <> 'DELETE' then
		insert into public.sum_change
		select merchant_id, 'clearing', currency, '', '', '', sum(clearing) from new_rows group by merchant_id, currency having sum(clearing) <> 0;
	end if;
	if tg_op <> 'INSERT' then
		insert into public.sum_change
		select merchant_id, 'clearing', currency, '', '', '', -sum(clearing) from old_rows group by merchant_id, currency having sum(clearing) <> 0;
	end if;
	return null;
end $$;
create trigger sum_insert after insert on payout_report_posting referencing new table as new_rows for each statement execute function sum_report_posting();
create trigger sum_update after update on payout_report_posting referencing old table as old_rows new table as new_rows for each statement
	execute function sum_report_posting();
create trigger sum_delete after delete on payout_report_posting referencing old table as old_rows for each statement execute function sum_report_posting();

create or replace view counted_sum as
select merchant_id, 'flow' as kind, currency, debit, credit, cause, sum(amount)::bigint as amount
from journal group by merchant_id, currency, debit, credit, cause
union all
select s.merchant_id, t.kind, s.currency, '', '', '', t.amount::bigint
from (select merchant_id, currency, sum(amount) as invoiced, sum(allocated) as allocated, sum(credited) as credited, sum(discounted) as discounted,
		sum(written_off) as written_off, sum(open) as open
	from open_item group by merchant_id, currency) s
cross join lateral (values ('invoiced', s.invoiced), ('allocated', s.allocated), ('credited', s.credited), ('discounted', s.discounted),
	('written_off', s.written_off), ('open', s.open)) t (kind, amount)
union all
select s.merchant_id, t.kind, s.currency, '', '', '', t.amount::bigint
from (select merchant_id, currency, sum(amount) filter (where kind <> 1) as elsewhere, sum(allocated) as allocated, sum(unapplied) as unapplied,
		sum(refunded) as refunded
	from receipt group by merchant_id, currency) s
cross join lateral (values ('received_elsewhere', s.elsewhere), ('receipts_allocated', s.allocated), ('receipts_unapplied', s.unapplied),
	('refunded', s.refunded)) t (kind, amount)
union all
select merchant_id, 'unapplied', currency, '', '', '', sum(unapplied)::bigint from customer_credit group by merchant_id, currency
union all
select s.merchant_id, t.kind, s.currency, '', '', '', t.amount::bigint
from (select merchant_id, currency, sum(amount - returned) as received, sum(amount - returned) filter (where state = 'waiting') as unidentified
	from bank_line where amount > 0 and state in ('waiting', 'matched', 'returned') and is_what in ('nothing', 'receipts')
	group by merchant_id, currency) s
cross join lateral (values ('received_by_bank', s.received), ('unidentified', s.unidentified)) t (kind, amount)
union all
select merchant_id, 'posted', currency, 'cash:' || account_id, '', '', sum(amount)::bigint
from bank_line where state in ('waiting', 'matched', 'returned') group by merchant_id, currency, account_id
union all
select c.merchant_id, 'clearing', c.currency, '', '', '', sum(c.amount)::bigint
from (select merchant_id, currency, amount from receipt where kind = 2
	union all select merchant_id, currency, -amount from refund
	union all select merchant_id, currency, -gross from payout_line
	union all select merchant_id, currency, clearing from payout_report_posting) c
group by c.merchant_id, c.currency;

grant select, insert, update on payout_report to :app;
grant select, insert, update, delete on payout_report_item to :app;
grant select, insert on payout_report_posting to :app;
grant select on reported_payout to :app;
