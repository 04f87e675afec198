-- A merchant's own profiles of CSV files, by name; they are asked before those that come with Dunlin.

create table csv_profile (
	merchant_id text not null,
	name text not null check (name <> '' and length(name) <= 64),
	body text not null check (length(body) <= 262144),
	primary key (merchant_id, name)
);
grant select, insert, update on csv_profile to :app;
