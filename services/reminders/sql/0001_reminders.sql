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
	seen_cover bigint not null,    -- sum of the revisions of the merchant's accounts at the last look
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
	defined_revision bigint not null, -- of the facts of each sort; 0: none came
	cover_revision bigint not null,
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
	expires_at timestamptz, -- when that day is over for the merchant
	amount minor,
	currency currency_code,
	actor text not null,
	reason text not null,
	placed_at timestamptz not null,
	ended_at timestamptz,
	primary key (merchant_id, hold_id),
	check ((amount is null) = (currency is null)),
	check ((until_date is null) = (expires_at is null))
);
create index hold_active on hold (merchant_id, customer_ref) where state = 'active';
create index hold_expires on hold (expires_at) where state = 'active';

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
	unknowns int not null check (unknowns between 0 and tries),
	revise_no bigint not null,         -- counts its revisions
	next_try_at timestamptz not null,  -- business time, as all but the lease
	send_until timestamptz not null,   -- of a reminder: the end of the hours in which it may be sent
	claimed_at timestamptz,
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
create index notice_to_send on notice (next_try_at, merchant_id, notice_id) where state = 'planned';
create index notice_sending on notice (lease_until) where state = 'sending';
create index notice_claimed on notice (claimed_at);
create index notice_of_customer on notice (merchant_id, customer_ref, notice_id);

create table notice_item (
	merchant_id text not null,
	notice_id uuid not null,
	invoice_id uuid not null,
	part int not null,
	step text not null,
	level int not null,
	number text not null,
	due_date date,     -- null: of a receipt
	open minor not null, -- of a receipt: what it paid
	currency currency_code not null,
	live boolean not null, -- false: its notice was cancelled
	primary key (merchant_id, notice_id, invoice_id, part),
	foreign key (merchant_id, notice_id) references notice
);
-- An action happens once.
create unique index notice_item_once on notice_item (merchant_id, invoice_id, part, step) where live and step <> 'receipt';

-- Planned reminders that facts have overtaken: none is sent as it stands.
create view overtaken as
select n.merchant_id, n.notice_id
from notice n
where n.state = 'planned' and n.kind = 'reminder' and exists (
	select from notice_item said
	left join item i using (merchant_id, invoice_id, part)
	where said.merchant_id = n.merchant_id and said.notice_id = n.notice_id and (i.open is distinct from said.open or exists (
		select from hold h
		where h.merchant_id = n.merchant_id and h.customer_ref = n.customer_ref and h.state = 'active'
			and (h.invoice_id is null or h.invoice_id = said.invoice_id))));

grant select, insert, update on merchant, customer, item, account, hold, notice to :app;
grant select, insert on notice_item to :app;
grant update (live) on notice_item to :app;
grant select on overtaken to :app;
