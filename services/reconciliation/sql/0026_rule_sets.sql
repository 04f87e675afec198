-- Which rules of matching post by themselves, by merchant: rule_set.h. Versions are added and never changed, but for what becomes of them.

create table rule_set (
	merchant_id text not null,
	version int not null check (version > 0),
	state text not null check (state in ('draft', 'live', 'retired')),
	waits text not null, -- words of rules
	selection_most bigint not null check (selection_most between 0 and 6),
	made_by text not null,
	made_at timestamptz not null,
	reason text not null,
	activated_by text not null,
	activated_at timestamptz not null,
	activated_reason text not null,
	replay bytea not null check (octet_length(replay) = 32), -- zeroes: none
	primary key (merchant_id, version),
	exclude using btree (merchant_id with =) where (state = 'live') deferrable initially deferred
);

-- What a version would have done with the lines of some months: the digest of the whole list.
create table rule_replay (
	merchant_id text not null,
	version int not null check (version >= 0),
	digest bytea not null check (octet_length(digest) = 32),
	months int not null,
	lines bigint not null,
	changes bigint not null,
	replayed_by text not null,
	replayed_at timestamptz not null default clock_timestamp(),
	primary key (merchant_id, version, digest)
);
grant select, insert on rule_set, rule_replay to :app;
grant update (state, activated_by, activated_at, activated_reason, replay) on rule_set to :app;

alter table bank_line add column rule_set int not null default 0; -- that held at the last look; 0: the table itself
