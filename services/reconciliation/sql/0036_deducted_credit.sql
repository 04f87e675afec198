-- Credit notes that payers deduct by name: line_credit.c. What one freed is allocated beside the payment that deducts it, and stands as long as that does.

alter table credit_note add column token text not null default ''; -- of its number; '': it has none, or was told before it was kept
update credit_note c set token = r.token
from (select merchant_id, target_id, min(token) as token from reference where kind = 'credit_note' group by merchant_id, target_id having count(*) = 1) r
where r.merchant_id = c.merchant_id and r.target_id = c.invoice_id
	and not exists (select from credit_note o where o.merchant_id = c.merchant_id and o.invoice_id = c.invoice_id and o.credit_note_id <> c.credit_note_id);
create index credit_note_token on credit_note (merchant_id, token) where token <> '';

alter table allocation
	add column beside_id uuid not null default '00000000-0000-0000-0000-000000000000', -- the receipt whose payer deducted it
	add column undone bigint not null default 0 check (undone >= 0), -- what stood when that was taken back
	add constraint allocation_stands_or_undone check (undone = 0 or (amount = 0 and beside_id <> '00000000-0000-0000-0000-000000000000'));
create index allocation_beside on allocation (merchant_id, beside_id) where beside_id <> '00000000-0000-0000-0000-000000000000';
