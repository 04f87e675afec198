-- A provider's payment that no payout names: by which day one must, and by what a line of a payout or an item of a report names it.

alter table receipt add column provider_account text not null default ''; -- our name for it; empty: no provider's
alter table receipt add column provider_payment text not null default ''; -- the provider's reference
alter table receipt add column settle_by date;                            -- null: that day has been looked at, or there is none
create index receipt_unsettled on receipt (settle_by) where settle_by is not null;

alter table payout_line add column is_refund boolean not null default false;
create index payout_line_attempt on payout_line (merchant_id, attempt_id) where attempt_id <> '00000000-0000-0000-0000-000000000000';
create index payout_line_payment on payout_line (merchant_id, provider_payment)
	where attempt_id = '00000000-0000-0000-0000-000000000000' and provider_payment <> '';
create index payout_report_item_payment on payout_report_item (merchant_id, payment_ref) where line_number is null and payment_ref <> '';
create index payout_report_item_reference on payout_report_item (merchant_id, reference) where line_number is null and reference <> '';
create index payout_hidden on payout (merchant_id, provider_account, arrival_date) where paid and line_count = 0 and not by_report;

-- Payments that are there already were taken into the clearing account of their provider account.
update receipt r set provider_account = j.provider_account, settle_by = r.value_date + 10
from (
	select distinct on (merchant_id, cause_id) merchant_id, cause_id, substr(debit, 10) as provider_account
	from journal where cause = 'payment' and debit like 'clearing:%' order by merchant_id, cause_id, transfer_id) j
where r.kind = 2 and j.merchant_id = r.merchant_id and j.cause_id = r.source_id;
