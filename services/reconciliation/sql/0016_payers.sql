-- What was learned of payers: who taught it, and what a person took back is withdrawn and stays so until a person teaches it again. Lines that
-- wait are found by the digest of the account that paid.

alter table payer add column taught_by text not null default '';
alter table payer add column wrong int not null default 0 check (wrong >= 0);
alter table payer add column withdrawn boolean not null default false;
update payer set taught_by = 'machine' where not told;
insert into bank_line_token (merchant_id, token, line_id)
select l.merchant_id, '@' || substr(encode(sha256(convert_to(p.party_iban, 'UTF8')), 'hex'), 1, 32), l.line_id
from bank_line l join bank_line_person p using (merchant_id, line_id)
where l.state = 'waiting' and l.amount > 0 and not l.by_person and p.party_iban <> ''
on conflict do nothing;
