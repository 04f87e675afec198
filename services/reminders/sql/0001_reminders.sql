-- What may be said to whom, and what was said. Facts of others are projections: a row follows the highest revision. The application's role
-- (:app) deletes nothing.

create domain minor as bigint check (abs(value) < 9007199254740992);
create domain currency_code as text check (value ~ '^[A-Z]{3}$');

create table merchant (
	merchant_id text primary key,
	revision bigint not null,
	name text not null,
	email text not null,
	zone text not null,
	language text not null,
	transfer_accounts text not null -- a line each: IBAN CUR, '-' for any
);

-- Personal data. A row exists as soon as anything of the customer is known; revision 0: the customer itself is not.
create table customer (
	merchant_id text not null,
	customer_ref text not null,
	revision bigint not null,
	name text not null,
	email text not null,
	zone text not null,
	language text not null,
	look_at timestamptz not null,  -- when the policy is to be asked again: a hint, never the decision
	look_no bigint not null,       -- counts the looks
	waits_statement boolean not null,
	seen_cover bigint not null,    -- what cover() of the merchant was at the last look
	said_day date,
	primary key (merchant_id, customer_ref)
);
create index customer_due on customer (look_at);
create index customer_waits on customer (merchant_id) where waits_statement;

create table item (
	merchant_id text not null,
	invoice_id uuid not null,
	part int not null check (part > 0),
	customer_ref text not null,
	is_issued boolean not null,
	number text not null,
	rf_reference text not null,
	document_path text not null,
	currency currency_code not null,
	amount minor not null,
	due_date date not null,
	ledger_revision bigint not null, -- 0: the ledger has not spoken
	open minor not null check (open >= 0),
	said int not null,               -- bit i: step i of the policy has spoken
	level_day date,                  -- on which the last level spoke
	primary key (merchant_id, invoice_id, part)
);
create index item_open on item (merchant_id, customer_ref) where open > 0;

create table account (
	merchant_id text not null,
	account_id uuid not null,
	revision bigint not null,
	currency currency_code not null,
	collecting boolean not null,
	closed boolean not null,
	covered_to date,
	primary key (merchant_id, account_id)
);

create table hold (
	merchant_id text not null,
	hold_id uuid not null,
	customer_ref text not null,
	revision bigint not null,
	kind text not null check (kind in ('dispute', 'promise')),
	state text not null check (state in ('active', 'released', 'expired')),
	invoice_id uuid,  -- null: everything of the customer
	until_date date,  -- null: until released
	amount minor,
	currency currency_code,
	actor text not null,
	reason text not null,
	placed_at timestamptz not null,
	ended_at timestamptz,
	primary key (merchant_id, hold_id),
	check ((amount is null) = (currency is null))
);
create index hold_active on hold (merchant_id, customer_ref) where state = 'active';
create index hold_until on hold (until_date) where state = 'active' and until_date is not null;

create table notice (
	merchant_id text not null,
	notice_id uuid not null,
	customer_ref text not null,
	kind text not null check (kind in ('reminder', 'receipt')),
	state text not null check (state in ('planned', 'sending', 'sent', 'doubtful', 'failed', 'cancelled')),
	revision bigint not null,
	day date not null,                 -- of the customer
	policy text not null,
	policy_version int not null,
	level int not null,
	source text not null,              -- of a receipt: payment or receipt
	source_id uuid,
	amount minor,                      -- of a receipt
	currency currency_code,
	tries int not null check (tries >= 0),
	next_try_at timestamptz not null,  -- business time
	lease_until timestamptz not null default '-infinity', -- real time
	planned_at timestamptz not null,
	ended_at timestamptz,
	failure text not null,
	code text not null,
	primary key (merchant_id, notice_id),
	check ((kind = 'receipt') = (source_id is not null and amount is not null))
);
create unique index notice_one_a_day on notice (merchant_id, customer_ref, day) where kind = 'reminder' and state <> 'cancelled';
create unique index notice_one_a_payment on notice (merchant_id, source, source_id) where kind = 'receipt';
create index notice_to_send on notice (next_try_at) where state in ('planned', 'sending');
create index notice_of_customer on notice (merchant_id, customer_ref, notice_id);

create table notice_item (
	merchant_id text not null,
	notice_id uuid not null,
	invoice_id uuid not null,
	part int not null,
	step text not null,
	level int not null,
	number text not null,
	due_date date not null,
	open minor not null,
	currency currency_code not null,
	live boolean not null, -- false: its notice was cancelled
	primary key (merchant_id, notice_id, invoice_id, part),
	foreign key (merchant_id, notice_id) references notice
);
-- An action happens once.
create unique index notice_item_once on notice_item (merchant_id, invoice_id, part, step) where live and step <> 'receipt';

-- Changes when a bank account of the merchant, or what is known of it, does.
create function cover(merchant text) returns bigint language sql stable
	set search_path = pg_catalog, pg_temp
	as $$ select coalesce(sum(revision), 0)::bigint from public.account where merchant_id = merchant $$;

-- Facts that have changed since a reminder was planned: it is not sent as it stands.
create function is_overtaken(merchant text, notice uuid, customer text) returns boolean language sql stable
	set search_path = pg_catalog, pg_temp
	as $$
	select exists (
		select from public.notice_item n
		join public.item i using (merchant_id, invoice_id, part)
		where n.merchant_id = merchant and n.notice_id = notice and (i.open <> n.open or exists (
			select from public.hold h
			where h.merchant_id = merchant and h.customer_ref = customer and h.state = 'active'
				and (h.invoice_id is null or h.invoice_id = n.invoice_id)))
	)
	$$;

grant select, insert, update on merchant, customer, item, account, hold, notice to :app;
grant select, insert on notice_item to :app;
grant update (live) on notice_item to :app;
