-- What may explain lines that wait is noted by the transaction that brings it, and so is a line that waits after its first look: whichever of the two commits
-- last is found by the other. No clock says how long a transaction may take.

create table rematch_cause (
	number bigint generated always as identity primary key,
	merchant_id text not null,
	kind text not null check (kind in ('line', 'invoice', 'payout', 'customer')),
	id uuid not null, -- zero for a customer
	customer_ref text not null
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000);
grant select, insert, delete on rematch_cause to :app;

create index reference_target on reference (merchant_id, target_id);
insert into rematch_cause (merchant_id, kind, id, customer_ref) select merchant_id, 'line', line_id, '' from bank_line where state = 'waiting' and not by_person;

drop table rematch_mark;
alter table reference drop column added_at;
alter table open_item drop column added_at;
alter table payer drop column added_at;
alter table payout drop column told_at;
