-- Of the webhooks that wait for their attempt, one is looked for by what it names, never by merchant: an index that the merchant leads can be taken for
-- any of these lookups, and then all of that merchant's are read for each.
drop index webhook_loose_session;
drop index webhook_loose_payment;
drop index webhook_loose_charge;
drop index webhook_loose_reference;
create index webhook_loose_session on webhook (session, merchant_id, account) where state = 'loose' and session <> '';
create index webhook_loose_payment on webhook (payment, merchant_id, account) where state = 'loose' and payment <> '';
create index webhook_loose_charge on webhook (charge, merchant_id, account) where state = 'loose' and charge <> '';
create index webhook_loose_reference on webhook (reference, merchant_id) where state = 'loose' and reference is not null;
