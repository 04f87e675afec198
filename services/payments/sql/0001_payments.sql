-- What is on its way to be paid. The application's role (:app) deletes nothing.

create domain minor as bigint check (abs(value) < 9007199254740992);
create domain currency_code as text check (value ~ '^[A-Z]{3}$');

-- Projection of dunlin.customers.v1: what pay pages print.
create table merchant (
	merchant_id text primary key,
	revision bigint not null check (revision > 0),
	name text not null,
	email text not null
);

-- Secrets are sealed (AES-256-GCM) under the setting secret_key.
create table provider_account (
	merchant_id text not null,
	account text not null check (account ~ '^[A-Za-z0-9._-]{1,48}$'),
	provider text not null check (provider in ('stripe')),
	live boolean not null,
	closed boolean not null,
	preferred boolean not null,
	revision bigint not null check (revision > 0),
	api_key bytea not null,
	webhook_secrets text not null, -- base64, one a line; all are active
	changed_at timestamptz not null,
	primary key (merchant_id, account)
);

-- Projection of dunlin.invoices.v1 and dunlin.ledger.v1: what may be paid. The row of a part is what its live attempt holds: at most one.
create table item (
	merchant_id text not null,
	invoice_id uuid not null,
	part int not null check (part > 0),
	customer_ref text not null,
	issued boolean not null,
	number text not null,
	currency currency_code, -- null while only a credit note is known
	amount minor not null,
	credited minor not null check (credited >= 0),
	open minor not null check (open >= 0),
	taken minor not null check (taken >= 0), -- by payments that the ledger does not count yet
	due date,
	invoice_revision bigint not null,
	ledger_revision bigint not null,
	live_attempt uuid,
	primary key (merchant_id, invoice_id, part)
) with (fillfactor = 80);

create table attempt (
	merchant_id text not null,
	attempt_id uuid not null,
	customer_ref text not null,
	account text not null,
	state text not null check (state in ('created', 'opening', 'unknown', 'open', 'declined', 'closing', 'expired', 'processing', 'failed',
		'review', 'succeeded')),
	revision bigint not null check (revision > 0),
	live boolean not null,
	ledgered boolean not null,
	currency currency_code not null,
	amount minor not null check (amount > 0),
	captured minor not null,
	refunded minor not null,
	fee_known boolean not null,
	fee minor not null,
	fee_currency currency_code not null,
	made_at timestamptz not null,
	expires_at timestamptz not null,
	opened_at timestamptz,
	session_expires_at timestamptz,
	paid_at timestamptz,
	declined_at timestamptz,
	session text not null,
	url text not null,
	payment text not null,
	charge text not null,
	method text not null,
	fee_source text not null,
	decline_code text not null,
	question text not null,
	replaced_by uuid,
	primary key (merchant_id, attempt_id),
	unique (attempt_id),
	foreign key (merchant_id, account) references provider_account,
	constraint captured_is_all_or_nothing check (captured = case state when 'succeeded' then amount else 0 end),
	constraint refunds_are_covered check (refunded between 0 and captured)
) with (fillfactor = 70);
create unique index attempt_session on attempt (merchant_id, account, session) where session <> '';
create unique index attempt_payment on attempt (merchant_id, account, payment) where payment <> '';
create unique index attempt_charge on attempt (merchant_id, account, charge) where charge <> '';
create index attempt_unused on attempt (expires_at) where state in ('created', 'opening');
create index attempt_customer on attempt (merchant_id, customer_ref, attempt_id);

-- What an attempt pays; never changed.
create table attempt_item (
	merchant_id text not null,
	attempt_id uuid not null,
	invoice_id uuid not null,
	part int not null,
	number text not null,
	amount minor not null check (amount > 0),
	primary key (merchant_id, attempt_id, invoice_id, part),
	foreign key (merchant_id, attempt_id) references attempt
);
create index attempt_item_part on attempt_item (merchant_id, invoice_id, part);

create table refund (
	merchant_id text not null,
	refund_id uuid not null,
	attempt_id uuid not null,
	account text not null,
	provider_refund text not null,
	currency currency_code not null,
	amount minor not null check (amount > 0),
	state text not null check (state in ('requested', 'pending', 'succeeded', 'failed')),
	reason text not null check (reason in ('provider', 'unapplied', 'credited', 'reopen')),
	told boolean not null,
	over boolean not null,
	credit_note_id uuid,
	items text not null, -- one a line: invoice part minor number
	made_at timestamptz not null,
	failure text not null,
	primary key (merchant_id, refund_id),
	foreign key (merchant_id, attempt_id) references attempt
);
create unique index refund_provider on refund (merchant_id, account, provider_refund) where provider_refund <> '';
create index refund_attempt on refund (merchant_id, attempt_id);

-- Providers' events as they came, for ever. The body may hold personal data: it is listed for erasure.
create table webhook (
	merchant_id text not null,
	account text not null,
	event_id text not null,
	type text not null,
	object text not null,
	state text not null check (state in ('applied', 'loose', 'ignored', 'repeated', 'questioned')),
	live boolean not null,
	once boolean not null,
	alarmed boolean not null,
	session text not null,
	payment text not null,
	charge text not null,
	reference uuid, -- our attempt, as it says
	attempt_id uuid,
	told_at timestamptz not null,
	received_at timestamptz not null,
	digest bytea not null,
	body bytea not null check (octet_length(body) <= 65536),
	primary key (merchant_id, account, event_id)
);
-- What happens once to an object has its effect once.
create unique index webhook_once on webhook (merchant_id, account, object, type) where once and state = 'applied';
create index webhook_loose_session on webhook (merchant_id, account, session) where state = 'loose' and session <> '';
create index webhook_loose_payment on webhook (merchant_id, account, payment) where state = 'loose' and payment <> '';
create index webhook_loose_charge on webhook (merchant_id, account, charge) where state = 'loose' and charge <> '';
create index webhook_loose_reference on webhook (merchant_id, reference) where state = 'loose';
create index webhook_waiting on webhook (received_at) where state = 'loose' and not alarmed;
create index webhook_received on webhook (merchant_id, received_at);

create table payout (
	merchant_id text not null,
	payout_id uuid not null,
	account text not null,
	provider_payout text not null,
	state text not null check (state in ('noted', 'paid', 'complete')),
	failed boolean not null,
	revision bigint not null,
	currency currency_code not null,
	amount minor not null,
	gross minor not null,
	fees minor not null,
	line_count int not null check (line_count >= 0),
	arrival date not null,
	statement_text text not null,
	made_at timestamptz not null,
	primary key (merchant_id, payout_id),
	unique (merchant_id, account, provider_payout),
	foreign key (merchant_id, account) references provider_account
);

create table payout_line (
	merchant_id text not null,
	payout_id uuid not null,
	number int not null check (number > 0),
	kind int not null check (kind between 1 and 4),
	provider_line text not null,
	provider_payment text not null,
	attempt_id uuid,
	refund_id uuid,
	customer_ref text not null,
	gross minor not null,
	fee minor not null,
	primary key (merchant_id, payout_id, number),
	unique (merchant_id, payout_id, provider_line),
	foreign key (merchant_id, payout_id) references payout
);

-- Calls that are to be made. lease_until: one is being made; tries counts them.
create table intent (
	merchant_id text not null,
	subject uuid not null,
	kind text not null check (kind in ('open', 'expire', 'ask', 'fee', 'refund', 'refunds', 'payout')),
	account text not null,
	attempt_id uuid,
	customer_ref text not null,
	tries int not null default 0,
	rung int not null,
	is_due boolean not null,
	next_at timestamptz not null, -- business time
	lease_until timestamptz,      -- protocol time
	cursor text not null,
	primary key (merchant_id, subject, kind),
	foreign key (merchant_id, account) references provider_account
) with (fillfactor = 70);
create index intent_due on intent (next_at) where is_due;
create index intent_leased on intent (lease_until) where lease_until is not null;
create index intent_attempt on intent (merchant_id, attempt_id);

-- For a person. Opened again when it happens again after it was closed.
create table alarm (
	merchant_id text not null,
	kind text not null,
	subject text not null,
	attempt_id uuid,
	detail text not null,
	opened_at timestamptz not null,
	closed_at timestamptz,
	closed_by text not null,
	note text not null,
	primary key (merchant_id, kind, subject)
);
create index alarm_open on alarm (merchant_id, opened_at) where closed_at is null;

grant select, insert, update on merchant, provider_account, item, attempt, refund, payout, intent, alarm to :app;
grant select, insert on attempt_item, payout_line to :app;
-- What a provider said is not rewritten, only what we make of it.
grant select, insert, update (state, alarmed, attempt_id) on webhook to :app;
