-- An upload that could not be read to its end steps back behind the others, longer each time; and a merchant that could not be recounted, behind the others.

alter table statement_upload
	add column tries int not null default 0 check (tries >= 0), -- how often it was begun
	add column waits_until timestamptz not null default '-infinity';
drop index statement_upload_due;
create index statement_upload_due on statement_upload (greatest(moved_at, waits_until)) where state in ('due', 'previewing');

alter table recount add column tried_at timestamptz not null default '-infinity';
