-- Balances as of a day, and as known at an instant, are the sums that are kept less what came later in either sense: these find it. Rows come nearly in the order
-- of posted_at.

create index journal_day on journal (merchant_id, day);
create index journal_posted on journal using brin (posted_at) with (pages_per_range = 32, autosummarize = on);
