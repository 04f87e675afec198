-- What matching knows beyond words and amounts: when a document was issued (of those before: not known), and of what was learned when and how often it was right.

alter table invoice add column issued_on date;
alter table payer add column taught_at timestamptz not null default '1970-01-01 00:00:00+00';
alter table payer add column right_count int not null default 0 check (right_count >= 0);
