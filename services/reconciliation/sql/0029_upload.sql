-- Files that come in parts: each part is a row of its own until all are there, in any order and by any process; then the file is read like any other.

create table statement_upload (
	merchant_id text not null,
	upload_id uuid not null,
	name text not null check (length(name) between 1 and 200),
	size bigint not null check (size > 0),
	sha256 bytea not null check (octet_length(sha256) = 32),
	part_size int not null check (part_size in (1048576, 2097152, 3145728, 4194304)),
	-- closed: taken (as a statement file, refused ones too), failed, cancelled, expired
	state text not null check (state in ('open', 'due', 'previewing', 'taken', 'failed', 'cancelled', 'expired')),
	client text not null,
	uploaded_by text not null default '', -- the client's user, where it said one
	-- what a person said of the file
	account text not null default '',
	profile text not null default '',
	currency text not null default '',
	opening text not null default '',
	closing text not null default '',
	charset text not null default 'auto',
	-- what became of it
	code text not null default '',
	place_line bigint not null default 0,
	reason text not null default '',
	is_new boolean not null default false,
	preview text not null default '',
	parts_kept boolean not null default true,
	made_at timestamptz not null default clock_timestamp(),
	moved_at timestamptz not null default clock_timestamp(), -- when something was last done with it; a part that comes is nothing
	primary key (merchant_id, upload_id)
);
create unique index statement_upload_active on statement_upload (merchant_id, sha256) where state in ('open', 'due', 'previewing');
create index statement_upload_due on statement_upload (moved_at) where state in ('due', 'previewing');
create index statement_upload_open on statement_upload (made_at) where state = 'open';
create index statement_upload_closed on statement_upload (moved_at) where parts_kept and state in ('taken', 'failed', 'cancelled', 'expired');

create table statement_upload_part (
	merchant_id text not null,
	upload_id uuid not null,
	at bigint not null check (at >= 0),
	sha256 bytea not null check (octet_length(sha256) = 32),
	bytes bytea not null,
	primary key (merchant_id, upload_id, at),
	foreign key (merchant_id, upload_id) references statement_upload
);
-- Read a piece at a time, which is cheap only of what is not compressed.
alter table statement_upload_part alter column bytes set storage external;
grant select, insert, update on statement_upload to :app;
grant select, insert, delete on statement_upload_part to :app;
