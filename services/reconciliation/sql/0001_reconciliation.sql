-- Where money went. Everything is a merchant's; the application's role (:app) may not change or delete what was posted.

-- ---- facts of others ----

create table merchant (
	merchant_id text primary key,
	zone_name text not null,
	revision bigint not null
);

create table customer (
	merchant_id text not null,
	customer_ref text not null,
	revision bigint not null,
	primary key (merchant_id, customer_ref)
);

create table invoice (
	merchant_id text not null,
	invoice_id uuid not null,
	customer_ref text not null,
	issued boolean not null,
	number text not null,
	rf text not null,
	currency text not null,
	net bigint not null check (abs(net) < 9007199254740992),
	gross bigint not null check (abs(gross) < 9007199254740992),
	taxes text not null, -- a category and its minor units a line
	parts int not null,
	primary key (merchant_id, invoice_id)
);
create index invoice_number on invoice (merchant_id, number) where issued;

create table open_item (
	merchant_id text not null,
	invoice_id uuid not null,
	part int not null,
	customer_ref text not null,
	number text not null,
	due_date date not null,
	currency text not null,
	amount bigint not null check (abs(amount) < 9007199254740992),
	allocated bigint not null check (allocated >= 0),
	credited bigint not null check (credited >= 0),
	discounted bigint not null check (discounted >= 0),
	written_off bigint not null check (written_off >= 0),
	open bigint not null check (open >= 0),
	last_value_date date,
	revision bigint not null,
	added_at timestamptz not null default clock_timestamp(),
	primary key (merchant_id, invoice_id, part),
	foreign key (merchant_id, invoice_id) references invoice,
	constraint item_sums check (amount = allocated + credited + discounted + written_off + open)
) with (fillfactor = 80);
create index open_item_customer on open_item (merchant_id, customer_ref, currency, open) where open > 0;
create index open_item_added on open_item (added_at);

create table credit_note (
	merchant_id text not null,
	credit_note_id uuid not null,
	invoice_id uuid not null,
	customer_ref text not null,
	applied boolean not null,
	currency text not null,
	net bigint not null check (abs(net) < 9007199254740992),
	gross bigint not null check (abs(gross) < 9007199254740992),
	day date not null,
	taxes text not null,
	parts text not null, -- a part and its minor units a line
	primary key (merchant_id, credit_note_id)
);
create index credit_note_waiting on credit_note (merchant_id, invoice_id) where not applied;

-- The words by which payers and banks name invoices and payouts.
create table reference (
	merchant_id text not null,
	token text not null check (token <> ''),
	target_id uuid not null,
	kind text not null check (kind in ('rf', 'number', 'payout')),
	customer_ref text not null,
	added_at timestamptz not null default clock_timestamp(),
	primary key (merchant_id, token, target_id)
);
create index reference_added on reference (added_at);

-- ---- bank ----

create table bank_account (
	merchant_id text not null,
	account_id uuid not null,
	identifier text not null check (identifier <> ''),
	name text not null,
	zone_name text not null,
	currency text not null,
	collecting boolean not null,
	closed boolean not null,
	providers text not null,
	chain_started boolean not null,
	chain_opening bigint not null,
	chain_closing bigint not null check (abs(chain_closing) < 9007199254740992),
	chain_line_sum bigint not null,
	chain_gap_sum bigint not null,
	chain_from date not null,
	chain_to date not null,
	chain_covered_to date not null,
	revision bigint not null,
	primary key (merchant_id, account_id),
	unique (merchant_id, identifier),
	constraint chain_sums check (chain_opening + chain_line_sum + chain_gap_sum = chain_closing)
);

-- Each file once, by its bytes.
create table statement_file (
	merchant_id text not null,
	sha256 bytea not null check (octet_length(sha256) = 32),
	name text not null,
	size bigint not null,
	state text not null check (state in ('read', 'refused')),
	rule text not null,
	place_line bigint not null,
	place_byte bigint not null,
	reason text not null,
	client text not null,
	tries int not null default 1,
	received_at timestamptz not null default clock_timestamp(),
	primary key (merchant_id, sha256)
);

create table statement (
	merchant_id text not null,
	statement_id uuid not null,
	arrival bigint generated always as identity,
	file_sha256 bytea not null,
	identifier text not null,
	account_id uuid,
	bank_ref text not null,
	sequence bigint not null,
	state text not null check (state in ('staged', 'accepted', 'posted', 'quarantined', 'replaced')),
	currency text not null,
	opening bigint not null check (abs(opening) < 9007199254740992),
	closing bigint not null check (abs(closing) < 9007199254740992),
	line_sum bigint not null,
	reversal_sum bigint not null,
	line_count bigint not null,
	line_new bigint not null,
	remaining bigint not null check (remaining >= 0),
	from_day date not null,
	to_day date not null,
	rule text not null,
	place_line bigint not null,
	place_byte bigint not null,
	reason text not null,
	damaged boolean not null,
	placement text not null,
	accepted_by text not null,
	primary key (merchant_id, statement_id),
	foreign key (merchant_id, account_id) references bank_account,
	foreign key (merchant_id, file_sha256) references statement_file
);
create index statement_due on statement (arrival) where state = 'staged';
create index statement_unposted on statement (arrival) where state = 'accepted';
create index statement_file_of on statement (merchant_id, file_sha256);
create index statement_account on statement (merchant_id, identifier, from_day);

-- All rules that a statement breaks, at most 100.
create table statement_rule (
	merchant_id text not null,
	statement_id uuid not null,
	number int not null,
	rule text not null,
	place_line bigint not null,
	place_byte bigint not null,
	reason text not null,
	primary key (merchant_id, statement_id, number),
	foreign key (merchant_id, statement_id) references statement deferrable initially deferred
);

create table statement_gap (
	merchant_id text not null,
	gap_id uuid not null,
	account_id uuid not null,
	statement_id uuid not null,
	from_day date not null,
	to_day date not null,
	balance_before bigint not null,
	balance_after bigint not null,
	amount bigint not null check (amount = balance_after - balance_before),
	currency text not null,
	open boolean not null,
	primary key (merchant_id, gap_id),
	foreign key (merchant_id, account_id) references bank_account
);
create index statement_gap_open on statement_gap (merchant_id, account_id) where open;

create table bank_line (
	merchant_id text not null,
	line_id uuid not null,
	account_id uuid,
	statement_id uuid not null,
	number bigint not null,
	place_line bigint not null,
	place_byte bigint not null,
	key bytea not null check (octet_length(key) = 32),
	occurrence int not null,
	booking_date date not null,
	value_date date not null,
	amount bigint not null check (amount <> 0 and abs(amount) < 9007199254740992),
	currency text not null,
	rest boolean not null,
	reversal boolean not null,
	end_to_end text not null,
	bank_ref text not null,
	transaction_ref text not null,
	mandate text not null,
	batch_ref text not null,
	code text not null,
	return_reason text not null,
	reference_list text not null,
	state text not null check (state in ('staged', 'known', 'waiting', 'matched', 'returned')),
	is_what text not null check (is_what in ('nothing', 'receipts', 'payout', 'return', 'refund', 'booked')),
	counterpart_id uuid not null,
	booked_to text not null,
	returned bigint not null check (returned >= 0 and (returned = 0 or returned <= amount)),
	took_receipts boolean not null,
	by_person boolean not null,
	verdict text not null check (verdict in ('not_yet', 'unique', 'ambiguous', 'none')),
	candidates int not null,
	looks int not null,
	evidence int not null,
	revision bigint not null,
	primary key (merchant_id, line_id),
	foreign key (merchant_id, statement_id) references statement deferrable initially deferred,
	constraint matched_is_something check ((state = 'matched') <= (is_what <> 'nothing'))
) with (fillfactor = 80);
create unique index line_identity on bank_line (merchant_id, account_id, key, occurrence) where state not in ('staged', 'known');
create index line_key on bank_line (merchant_id, key);
create index line_due on bank_line (merchant_id, statement_id, number) where state = 'staged';
create index line_waiting on bank_line (merchant_id, amount) where state = 'waiting';
create index line_end_to_end on bank_line (merchant_id, account_id, end_to_end) where end_to_end <> '' and amount > 0;
create index line_bank_ref on bank_line (merchant_id, account_id, bank_ref) where bank_ref <> '' and amount > 0;
create index line_transaction_ref on bank_line (merchant_id, account_id, transaction_ref) where transaction_ref <> '' and amount > 0;

-- What a line says of people.
create table bank_line_person (
	merchant_id text not null,
	line_id uuid not null,
	texts text not null,
	party_name text not null,
	party_iban text not null,
	primary key (merchant_id, line_id)
);
create index line_person_iban on bank_line_person (merchant_id, party_iban) where party_iban <> '';

-- The tokens of lines that wait, so that what comes late finds them.
create table bank_line_token (
	merchant_id text not null,
	token text not null,
	line_id uuid not null,
	primary key (merchant_id, token, line_id)
);
create index line_token_line on bank_line_token (merchant_id, line_id);

-- Everything that a line was thought to be, each time it was looked at. Append-only.
create table bank_line_candidate (
	merchant_id text not null,
	line_id uuid not null,
	look int not null,
	number int not null,
	rule text not null,
	kind int not null,
	target_id uuid not null,
	customer_ref text not null,
	label text not null,
	open bigint not null,
	signs int not null,
	chosen boolean not null,
	amount bigint not null,
	primary key (merchant_id, line_id, look, number)
);

-- From which accounts customers pay. Personal data.
create table payer (
	merchant_id text not null,
	iban text not null,
	customer_ref text not null,
	told boolean not null,
	learned_of uuid not null,
	added_at timestamptz not null default clock_timestamp(),
	primary key (merchant_id, iban, customer_ref)
);
create index payer_customer on payer (merchant_id, customer_ref);
create index payer_added on payer (added_at);

-- ---- money received ----

create table receipt (
	merchant_id text not null,
	receipt_id uuid not null,
	customer_ref text not null,
	kind int not null check (kind between 1 and 3),
	source_id uuid not null,
	account_id uuid not null,
	value_date date not null,
	currency text not null,
	amount bigint not null check (amount >= 0 and amount < 9007199254740992),
	allocated bigint not null check (allocated >= 0),
	unapplied bigint not null check (unapplied >= 0),
	refunded bigint not null check (refunded >= 0),
	returned bigint not null check (returned >= 0),
	revision bigint not null,
	primary key (merchant_id, receipt_id),
	constraint receipt_sums check (amount = allocated + unapplied + refunded)
) with (fillfactor = 80);
create index receipt_source on receipt (merchant_id, source_id);
create index receipt_unapplied on receipt (merchant_id, customer_ref) where unapplied > 0;

create table allocation (
	merchant_id text not null,
	allocation_id uuid not null,
	receipt_id uuid not null,
	customer_ref text not null,
	invoice_id uuid not null,
	part int not null,
	amount bigint not null check (amount >= 0),
	primary key (merchant_id, allocation_id),
	foreign key (merchant_id, receipt_id) references receipt,
	foreign key (merchant_id, invoice_id, part) references open_item
);
create index allocation_receipt on allocation (merchant_id, receipt_id) where amount > 0;
create index allocation_invoice on allocation (merchant_id, invoice_id) where amount > 0;

-- Payments for invoices that have not come.
create table wanted (
	merchant_id text not null,
	receipt_id uuid not null,
	invoice_id uuid not null,
	part int not null,
	amount bigint not null check (amount >= 0),
	added_at timestamptz not null default business_now(),
	primary key (merchant_id, receipt_id, invoice_id, part),
	foreign key (merchant_id, receipt_id) references receipt
);
create index wanted_invoice on wanted (merchant_id, invoice_id) where amount > 0;
create index wanted_added on wanted (added_at) where amount > 0;

create table refund (
	merchant_id text not null,
	refund_id uuid not null,
	receipt_id uuid not null,
	currency text not null,
	amount bigint not null check (amount > 0),
	primary key (merchant_id, refund_id)
);

create table customer_credit (
	merchant_id text not null,
	customer_ref text not null,
	currency text not null,
	unapplied bigint not null check (unapplied >= 0 and unapplied < 9007199254740992),
	revision bigint not null,
	primary key (merchant_id, customer_ref, currency)
) with (fillfactor = 50);

create table payout (
	merchant_id text not null,
	payout_id uuid not null,
	provider_account text not null,
	provider_ref text not null,
	statement_text text not null,
	currency text not null,
	paid boolean not null,
	amount bigint not null check (abs(amount) < 9007199254740992),
	gross bigint not null,
	fees bigint not null,
	line_count int not null,
	arrival_date date not null,
	lines_seen int not null,
	gross_seen bigint not null,
	fees_seen bigint not null,
	bank_line_id uuid not null,
	has_arrived boolean not null,
	overdue boolean not null,
	told_at timestamptz not null default clock_timestamp(), -- when its sums came; protocol time
	primary key (merchant_id, payout_id),
	constraint payout_sums check (not paid or amount = gross - fees)
);
create index payout_due on payout (merchant_id, amount) where paid and not has_arrived;
create index payout_told on payout (told_at) where paid and not has_arrived;
create index payout_late on payout (arrival_date) where paid and not has_arrived and not overdue;

create table payout_line (
	merchant_id text not null,
	payout_id uuid not null,
	number int not null,
	provider_line text not null,
	provider_payment text not null,
	attempt_id uuid not null,
	currency text not null,
	gross bigint not null check (abs(gross) < 9007199254740992),
	fee bigint not null check (abs(fee) < 9007199254740992),
	primary key (merchant_id, payout_id, number),
	foreign key (merchant_id, payout_id) references payout
);

-- ---- the ledger ----

-- Append-only: the application reads and inserts.
create table journal (
	merchant_id text not null,
	transfer_id uuid not null,
	debit text not null,
	credit text not null,
	currency text not null,
	amount bigint not null check (amount > 0 and amount < 9007199254740992),
	cause text not null,
	cause_id uuid not null,
	customer_ref text not null,
	day date not null,
	posted_at timestamptz not null,
	primary key (merchant_id, transfer_id),
	check (debit <> credit)
);

create table exception (
	merchant_id text not null,
	kind text not null,
	subject_id uuid not null,
	exception_id uuid not null,
	stream text not null,
	open boolean not null,
	currency text not null, -- empty: no amount
	amount bigint not null,
	detail text not null,
	opened_at timestamptz not null,
	closed_at timestamptz not null,
	closed_by text not null,
	revision bigint not null,
	primary key (merchant_id, kind, subject_id),
	unique (merchant_id, exception_id)
);
create index exception_open on exception (merchant_id, opened_at) where open;
create index exception_subject on exception (merchant_id, subject_id);

-- Up to when references, payouts and open items were compared with lines that wait. Protocol time.
create table rematch_mark (
	one boolean primary key default true check (one),
	at timestamptz not null default '-infinity'
);
insert into rematch_mark default values;

grant select, insert, update on merchant, customer, invoice, open_item, credit_note, bank_account, statement_file, statement, statement_gap, bank_line,
	receipt, allocation, wanted, customer_credit, payout, exception to :app;
grant select, insert on reference, statement_rule, bank_line_candidate, refund, payout_line, journal to :app;
grant select, insert, update, delete on bank_line_person, bank_line_token, payer to :app;
grant select, update on rematch_mark to :app;
