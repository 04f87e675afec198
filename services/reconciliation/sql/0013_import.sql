-- A file is kept as it came, in pieces, with who brought it: who did may not override what the gate says of it.

alter table statement_file add column uploaded_by text not null default ''; -- the client's user, where it said one
create index statement_file_received on statement_file (received_at);

create table statement_bytes (
	merchant_id text not null,
	sha256 bytea not null,
	number int not null,
	bytes bytea not null,
	primary key (merchant_id, sha256, number),
	foreign key (merchant_id, sha256) references statement_file
);
-- Where the server has it: files of text shrink to a tenth at the speed of the disk.
do $$ begin
	alter table statement_bytes alter column bytes set compression lz4;
exception when feature_not_supported then null;
end $$;
grant select, insert, delete on statement_bytes to :app;
