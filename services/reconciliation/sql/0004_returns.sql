-- A return may itself be taken back, and what it had reopened is paid again.

alter table bank_line drop constraint bank_line_check;
alter table bank_line add constraint bank_line_returned_check check (returned >= 0 and returned <= abs(amount));
create index line_return_of on bank_line (merchant_id, counterpart_id) where is_what = 'return';
create index line_return_end_to_end on bank_line (merchant_id, end_to_end) where is_what = 'return' and end_to_end <> '';
create index line_return_bank_ref on bank_line (merchant_id, bank_ref) where is_what = 'return' and bank_ref <> '';

drop index allocation_receipt;
create index allocation_receipt on allocation (merchant_id, receipt_id);
