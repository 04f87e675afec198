-- What of a receipt's unapplied money a person wants to go back to its payer.

alter table receipt
	add column refund_requested bigint not null default 0,
	add constraint receipt_refund_requested check (refund_requested between 0 and unapplied);
