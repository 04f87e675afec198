-- What a transfer was made for leads to it.

create index journal_cause on journal (merchant_id, cause_id);
