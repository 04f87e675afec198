-- What people ask for day by day is walked over in the order of its pages, and nothing else with it.

drop index line_due;
create index line_of_statement on bank_line (merchant_id, statement_id, number);
create index line_waits on bank_line (merchant_id, line_id) where state = 'waiting';
create index open_item_of on open_item (merchant_id, customer_ref, invoice_id);
create index receipt_of on receipt (merchant_id, customer_ref, receipt_id);
create index exception_waits on exception (merchant_id, exception_id) where open;
