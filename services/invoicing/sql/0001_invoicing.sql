-- What is owed. The application's role (:app) deletes nothing, and changes no line of a document.

create domain minor as bigint check (abs(value) < 9007199254740992);
create domain currency_code as text check (value ~ '^[A-Z]{3}$');

-- Makes the addresses of documents unguessable (HMAC-SHA256): one secret, the same for every instance, never told.
create table page_secret (
	one boolean primary key default true check (one),
	secret bytea not null check (octet_length(secret) = 32)
);
insert into page_secret (secret) values (sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())));

create table merchant (
	merchant_id text primary key check (merchant_id ~ '^[A-Za-z0-9._-]{1,32}$'),
	revision bigint not null check (revision > 0),
	name text not null,
	address_lines text not null, -- an item a line
	city text not null,
	postal_code text not null,
	country text not null,
	tax_id text not null,
	zone text not null,
	currency currency_code not null,
	language text not null,
	invoice_prefix text not null,
	credit_note_prefix text not null check (credit_note_prefix <> invoice_prefix),
	transfer_accounts text not null, -- a line each: IBAN BIC CUR, '-' for what is empty
	terms_kind int not null check (terms_kind between 1 and 3),
	terms_days int not null check (terms_days between 0 and 365),
	terms_day int not null check (terms_day between 0 and 31),
	email text not null
);

-- Personal data.
create table customer (
	merchant_id text not null references merchant,
	customer_ref text not null check (customer_ref ~ '^[!-9;-?A-~]{1,64}$'),
	customer_id uuid not null unique,
	revision bigint not null check (revision > 0),
	name text not null,
	emails text not null,
	address_lines text not null,
	city text not null,
	postal_code text not null,
	country text not null,
	language text not null,
	zone text not null,
	currency currency_code not null,
	terms_kind int not null check (terms_kind between 1 and 3),
	terms_days int not null check (terms_days between 0 and 365),
	terms_day int not null check (terms_day between 0 and 31),
	tax_id text not null,
	billing_day int not null check (billing_day between 0 and 28),
	ibans text not null,
	invoiced boolean not null,
	primary key (merchant_id, customer_ref)
);

-- How far each series has come.
create table number_series (
	merchant_id text not null references merchant,
	document text not null check (document in ('invoice', 'credit_note')),
	series text not null check (series ~ '^[A-Z]([A-Z0-9]{0,6}[A-Z])?$'),
	year int not null check (year between 2000 and 9999),
	last_count bigint not null check (last_count between 1 and 999999999),
	primary key (merchant_id, document, series, year)
);

-- Drafts, and the documents that they become.
create table invoice (
	merchant_id text not null,
	invoice_id uuid not null,
	customer_ref text not null,
	currency currency_code not null,
	state text not null check (state in ('draft', 'issued', 'void')),
	revision bigint not null,
	-- Of a draft.
	waiting_count int not null check (waiting_count between 0 and 1000),
	billing_count int not null check (billing_count between 0 and waiting_count),
	last_position int not null,
	waiting_net minor not null check (waiting_net >= 0),
	bill_on date,
	-- Of a document.
	series text,
	number_year int,
	number_count bigint check (number_count > 0),
	previous_count bigint generated always as (case when number_count > 1 then number_count - 1 end) stored,
	number text,
	rf_reference text,
	issued_at timestamptz,
	issue_date date,
	due_date date,
	net minor,
	tax minor,
	gross minor,
	credited minor not null,
	terms_text text,
	language text,
	iban text,
	bic text,
	external_ref text,
	buyer_reference text,
	content_sha256 bytea,
	token text unique,
	primary key (merchant_id, invoice_id),
	foreign key (merchant_id, customer_ref) references customer,
	unique (merchant_id, number),
	unique (merchant_id, rf_reference),
	unique (merchant_id, series, number_year, number_count),
	-- A number has the one before it: that is what gapless means.
	constraint number_is_gapless foreign key (merchant_id, series, number_year, previous_count)
		references invoice (merchant_id, series, number_year, number_count) deferrable initially deferred,
	constraint draft_has_charges check (case state when 'draft' then waiting_count > 0 else waiting_count = 0 and bill_on is null end),
	constraint issued_is_complete check (case state when 'issued' then num_nulls(series, number_year, number_count, number, rf_reference,
		issued_at, issue_date, due_date, net, tax, gross, terms_text, language, iban, bic, external_ref, buyer_reference, token) = 0
		and revision > 0 else num_nonnulls(number, rf_reference, net, tax, gross, token) = 0 and revision = 0 end),
	constraint gross_is_net_and_tax check (gross = net + tax and net >= 0 and tax >= 0),
	constraint due_after_issue check (due_date >= issue_date),
	constraint credit_is_covered check (credited between 0 and coalesce(gross, 0))
);
create unique index invoice_draft on invoice (merchant_id, customer_ref, currency) where state = 'draft';
create unique index invoice_external_ref on invoice (merchant_id, external_ref) where external_ref <> '';
create index invoice_billing on invoice (merchant_id, bill_on) where bill_on is not null;
create index invoice_customer on invoice (merchant_id, customer_ref, invoice_id);

-- An issued document stays what it is; only what was credited, and the revision, follow it.
create function invoice_stays() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
	raise exception 'invoice % is %: it does not change', old.number, old.state using errcode = 'check_violation';
end
$$;
create trigger invoice_is_final before update on invoice for each row
	when (old.state <> 'draft' and (
		row(old.state, old.series, old.number_year, old.number_count, old.number, old.rf_reference, old.issued_at, old.issue_date,
			old.due_date, old.net, old.tax, old.gross, old.terms_text, old.language, old.iban, old.bic, old.external_ref,
			old.buyer_reference, old.content_sha256, old.token)
		is distinct from
		row(new.state, new.series, new.number_year, new.number_count, new.number, new.rf_reference, new.issued_at, new.issue_date,
			new.due_date, new.net, new.tax, new.gross, new.terms_text, new.language, new.iban, new.bic, new.external_ref,
			new.buyer_reference, new.content_sha256, new.token)
		or new.credited < old.credited or new.revision < old.revision))
	execute function invoice_stays();

-- One thing that will be, was, or will never be invoiced. Its reference is taken for ever.
create table charge (
	merchant_id text not null,
	external_ref text not null check (external_ref ~ '^[ -~]{1,128}$'),
	customer_ref text not null, -- the invoice's
	charge_id uuid not null,
	invoice_id uuid not null,
	position int not null check (position > 0),
	state text not null check (state in ('waiting', 'invoiced', 'cancelled')),
	on_billing_day boolean not null,
	description text not null,
	quantity_unscaled bigint not null check (quantity_unscaled >= 0),
	quantity_scale int not null check (quantity_scale between 0 and 12),
	unit text not null,
	price_unscaled bigint not null check (price_unscaled >= 0),
	price_scale int not null check (price_scale between 0 and 12),
	net minor not null check (net >= 0),
	currency currency_code not null,
	tax_category int not null check (tax_category between 1 and 9),
	rate_unscaled bigint not null check (rate_unscaled >= 0),
	rate_scale int not null check (rate_scale between 0 and 12),
	exemption_reason text not null,
	period_from date,
	period_to date check (period_to >= period_from),
	arose_at timestamptz not null,
	content_sha256 bytea not null check (octet_length(content_sha256) = 32),
	cancel_reason text not null,
	primary key (merchant_id, external_ref),
	foreign key (merchant_id, invoice_id) references invoice deferrable initially deferred
);
create index charge_waiting on charge (merchant_id, invoice_id, position) where state = 'waiting';

create table invoice_line (
	merchant_id text not null,
	invoice_id uuid not null,
	line_no int not null check (line_no between 1 and 1000),
	description text not null,
	quantity_unscaled bigint not null check (quantity_unscaled >= 0),
	quantity_scale int not null check (quantity_scale between 0 and 12),
	unit text not null,
	price_unscaled bigint not null check (price_unscaled >= 0),
	price_scale int not null check (price_scale between 0 and 12),
	net minor not null check (net >= 0),
	tax_category int not null check (tax_category between 1 and 9),
	rate_unscaled bigint not null check (rate_unscaled >= 0),
	rate_scale int not null check (rate_scale between 0 and 12),
	exemption_reason text not null,
	period_from date,
	period_to date check (period_to >= period_from),
	charge_ref text not null,
	primary key (merchant_id, invoice_id, line_no),
	foreign key (merchant_id, invoice_id) references invoice,
	foreign key (merchant_id, charge_ref) references charge (merchant_id, external_ref),
	unique (merchant_id, charge_ref), -- nothing is invoiced twice
	unique (merchant_id, invoice_id, line_no, net)
);

-- Tax by category and rate, on the sum of the lines.
create table invoice_tax (
	merchant_id text not null,
	invoice_id uuid not null,
	tax_no int not null check (tax_no > 0),
	category int not null check (category between 1 and 9),
	rate_unscaled bigint not null check (rate_unscaled >= 0),
	rate_scale int not null check (rate_scale between 0 and 12),
	taxable minor not null check (taxable >= 0),
	tax minor not null check (tax >= 0),
	exemption_reason text not null,
	primary key (merchant_id, invoice_id, tax_no),
	foreign key (merchant_id, invoice_id) references invoice,
	unique (merchant_id, invoice_id, category, rate_unscaled, rate_scale),
	unique (merchant_id, invoice_id, tax_no, taxable, tax)
);

-- Seller and buyer as they were when the document was issued. Personal data, kept as long as the document.
create table invoice_party (
	merchant_id text not null,
	invoice_id uuid not null,
	role text not null check (role in ('seller', 'buyer')),
	name text not null,
	address_lines text not null,
	city text not null,
	postal_code text not null,
	country text not null,
	tax_id text not null,
	primary key (merchant_id, invoice_id, role),
	foreign key (merchant_id, invoice_id) references invoice
);

create table credit_note (
	merchant_id text not null,
	credit_note_id uuid not null,
	invoice_id uuid not null,
	customer_ref text not null,
	invoice_number text not null,
	currency currency_code not null,
	series text not null,
	number_year int not null,
	number_count bigint not null check (number_count > 0),
	previous_count bigint generated always as (case when number_count > 1 then number_count - 1 end) stored,
	number text not null,
	issued_at timestamptz not null,
	issue_date date not null,
	net minor not null check (net > 0),
	tax minor not null check (tax >= 0),
	gross minor not null check (gross = net + tax),
	credited_after minor not null check (credited_after >= gross),
	revision bigint not null check (revision > 1), -- the invoice's, after it
	reason text not null,
	external_ref text not null,
	content_sha256 bytea not null check (octet_length(content_sha256) = 32),
	token text not null unique,
	primary key (merchant_id, credit_note_id),
	foreign key (merchant_id, invoice_id) references invoice,
	foreign key (merchant_id, customer_ref) references customer,
	unique (merchant_id, number),
	unique (merchant_id, invoice_id, revision),
	unique (merchant_id, series, number_year, number_count),
	constraint number_is_gapless foreign key (merchant_id, series, number_year, previous_count)
		references credit_note (merchant_id, series, number_year, number_count) deferrable initially deferred
);
create unique index credit_note_external_ref on credit_note (merchant_id, external_ref) where external_ref <> '';

-- Each takes up where the one before it ended (the unique key), and none passes the invoice's line (the check).
create table credit_note_line (
	merchant_id text not null,
	credit_note_id uuid not null,
	invoice_id uuid not null,
	line_no int not null,
	line_net minor not null,
	credited_before minor not null check (credited_before >= 0),
	net minor not null check (net > 0),
	primary key (merchant_id, credit_note_id, line_no),
	foreign key (merchant_id, credit_note_id) references credit_note,
	foreign key (merchant_id, invoice_id, line_no, line_net) references invoice_line (merchant_id, invoice_id, line_no, net),
	unique (merchant_id, invoice_id, line_no, credited_before),
	constraint line_is_not_exceeded check (credited_before + net <= line_net)
);

create table credit_note_tax (
	merchant_id text not null,
	credit_note_id uuid not null,
	invoice_id uuid not null,
	tax_no int not null,
	whole_taxable minor not null,
	whole_tax minor not null,
	taxable_before minor not null check (taxable_before >= 0),
	tax_before minor not null check (tax_before >= 0),
	taxable minor not null check (taxable > 0),
	tax minor not null check (tax >= 0),
	primary key (merchant_id, credit_note_id, tax_no),
	foreign key (merchant_id, credit_note_id) references credit_note,
	foreign key (merchant_id, invoice_id, tax_no, whole_taxable, whole_tax)
		references invoice_tax (merchant_id, invoice_id, tax_no, taxable, tax),
	unique (merchant_id, invoice_id, tax_no, taxable_before),
	constraint tax_is_not_exceeded check (taxable_before + taxable <= whole_taxable and tax_before + tax <= whole_tax),
	constraint last_cent_is_given_back check (taxable_before + taxable < whole_taxable or tax_before + tax = whole_tax)
);

-- What dunlin.ledger.v1 says; shown, and never decided on.
create table open_item (
	merchant_id text not null,
	invoice_id uuid not null,
	part int not null check (part > 0),
	customer_ref text not null,
	revision bigint not null check (revision > 0),
	state text not null check (state in ('open', 'part_paid', 'settled')),
	currency currency_code not null,
	amount minor not null,
	allocated minor not null,
	credited minor not null,
	discounted minor not null,
	written_off minor not null,
	open minor not null check (open >= 0),
	last_value_date date,
	primary key (merchant_id, invoice_id, part),
	constraint amounts_agree check (amount = allocated + credited + discounted + written_off + open)
);

grant select on page_secret to :app;
grant select, insert on merchant, customer, number_series, invoice, charge, invoice_line, invoice_tax, invoice_party, credit_note,
	credit_note_line, credit_note_tax, open_item to :app;
grant update (revision, name, address_lines, city, postal_code, country, tax_id, zone, currency, language, invoice_prefix,
	credit_note_prefix, transfer_accounts, terms_kind, terms_days, terms_day, email) on merchant to :app;
grant update (revision, name, emails, address_lines, city, postal_code, country, language, zone, currency, terms_kind, terms_days,
	terms_day, tax_id, billing_day, ibans, invoiced) on customer to :app;
grant update (last_count) on number_series to :app;
grant update (state, revision, waiting_count, billing_count, last_position, waiting_net, bill_on, series, number_year, number_count,
	number, rf_reference, issued_at, issue_date, due_date, net, tax, gross, credited, terms_text, language, iban, bic, external_ref,
	buyer_reference, content_sha256, token) on invoice to :app;
grant update (state, invoice_id, position, cancel_reason) on charge to :app;
grant update (customer_ref, revision, state, currency, amount, allocated, credited, discounted, written_off, open, last_value_date)
	on open_item to :app;
