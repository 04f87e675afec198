-- What may post by itself on a bank account (match/trust.h), and how its files come: as before where nobody says.

alter table bank_account
	add column trust_waits text not null default '',
	add column person_above bigint not null default 0 check (person_above between 0 and 9007199254740991), -- minor units, 0: of any amount
	add column charset text not null default 'auto',
	add column format text not null default '',
	add column profile text not null default '';
