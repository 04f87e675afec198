"""Row d: a day's dunning. 1,000,000 open items, four to a customer, 250,000 of them a week late: the daemon's tick plans one reminder for each of
62,500 customers, with all that it takes to do that once and to be able to say so: identities, locks, what was said of which item, the next look.
The yardstick is what one would write without any of that: one INSERT ... SELECT of the 250,000 due items into a table whose primary key makes each
step happen once.

Mail is not sent. Both work on a copy of the same database each time.
"""

import os
import re
import signal
import subprocess
import time

from frame import B, HERE, Line, abba, failed

ABOUT = "a day's dunning, 250,000 due of 1,000,000 open items, four to a customer, against INSERT ... SELECT; the same day again"
NOW = "2026-10-12T07:00:30Z"  # a Monday, 9:00:30 in Berlin
ITEMS = int(os.environ.get("ITEMS", 1000000))
DUE = int(os.environ.get("DUE", ITEMS // 4))

LOAD = """
insert into merchant values ('nord', 1, 'Nord GmbH', 'billing@nord.example', 'Europe/Berlin', 'de', E'DE89370400440532013000 EUR\\n');
insert into account (merchant_id, account_id, defined_revision, cover_revision, currency, collecting, closed, covered_to, counted_revision)
	values ('nord', gen_random_uuid(), 1, 2, 'EUR', true, false, '2026-10-11', 2);
insert into customer (merchant_id, customer_ref, revision, name, email, zone, language, look_at, look_no, waits_statement, seen_cover, said_day)
	select 'nord', 'customer-' || c, 1, 'Customer ' || c, 'customer-' || c || '@example.org', 'Europe/Berlin', 'de',
		case when c <= {due} / 4 then timestamptz '2026-10-12T07:00:00Z' else timestamptz '2026-11-02T08:00:00Z' + c % 20 * interval '1 day' end,
		1, false, 3, null
	from generate_series(1, {items} / 4) c;
insert into item (merchant_id, invoice_id, part, customer_ref, is_issued, number, rf_reference, document_path, currency, amount, due_date,
		ledger_revision, open)
	select 'nord', (lpad(to_hex(1790000000000 + i), 12, '0') || '7' || substr(md5(i::text), 1, 3) || '8' || substr(md5(i::text), 4, 15))::uuid, 1,
		'customer-' || (i + 3) / 4, true, 'NORD-2026-' || lpad(i::text, 7, '0'), 'RF18539007547034', '/i/' || md5(i::text), 'EUR', 1000 + i % 90000,
		case when i <= {due} then date '2026-10-05' else date '2026-11-09' + (i + 3) / 4 % 20 end, 1, 1000 + i % 90000
	from generate_series(1, {items}) i;
insert into key (merchant, kind, id) select merchant_id, 0, customer_ref from customer;
update clock set sandbox = false, skew = timestamptz '{now}' - clock_timestamp();
"""

YARDSTICK = """
create table dun (
	merchant_id text not null, invoice_id uuid not null, part int not null, step text not null, customer_ref text not null, open bigint not null,
	currency text not null, day date not null, primary key (merchant_id, invoice_id, part, step));
"""
INSERT = """
insert into dun
select i.merchant_id, i.invoice_id, i.part, 'level-1', i.customer_ref, i.open, i.currency, date '2026-10-12'
from item i join customer c using (merchant_id, customer_ref)
where i.open > 0 and i.is_issued and i.due_date + 7 <= date '2026-10-12' and c.email <> ''
	and not exists (select from hold h where h.merchant_id = i.merchant_id and h.customer_ref = i.customer_ref and h.state = 'active');
"""


def sql(url, text):
    return subprocess.run(["psql", "-qAtX", "-v", "ON_ERROR_STOP=1", "-d", url, "-c", text], capture_output=True, text=True, check=True).stdout.strip()


def at(url, name):
    return re.sub(r"/[^/]*$", "/" + name, url)


class Row:
    """The data in one database, and measurements on copies of it."""

    def __init__(self, server, binary, app_url, owner_url, items=ITEMS, due=DUE):
        """server: a superuser's URL; app_url, owner_url: of the database dunlin_reminders that is there and empty."""
        self.server, self.binary, self.app, self.owner, self.items, self.due = server, str(binary), app_url, owner_url, items, due
        self.template = app_url.rsplit("/", 1)[1]

    def environment(self, url):
        return dict(os.environ, REMINDERS_DATABASE_URL=url, REMINDERS_OWNER_DATABASE_URL=at(self.owner, url.rsplit("/", 1)[1]),
                    REMINDERS_BROKERS="127.0.0.1:9", REMINDERS_OPS_ADDRESS="127.0.0.1:0")

    def prepare(self):
        subprocess.run([self.binary, "migrate"], env=self.environment(self.app), check=True, stdout=subprocess.DEVNULL)
        sql(self.owner, LOAD.format(items=self.items, due=self.due, now=NOW))
        sql(at(self.server, self.template), "vacuum analyze")

    def copy(self):
        sql(self.server, "drop database if exists dun_copy")
        sql(self.server, f"create database dun_copy template {self.template} owner {self.template}_owner")
        sql(self.server, "grant connect on database dun_copy to public")
        sql(self.server, "checkpoint")
        sql(at(self.server, "dun_copy"), f"update clock set skew = timestamptz '{NOW}' - clock_timestamp()")
        return at(self.app, "dun_copy")

    def ours(self):
        """Seconds from the daemon's start until nobody is due; then how long the same day takes again, and how much it finds."""
        url = self.copy()
        began = time.monotonic()
        daemon = subprocess.Popen([self.binary, "run", "--roles=tick"], env=self.environment(url), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            while sql(url, "select count(*) from (select from customer where look_at <= (select business_now()) limit 1) c") != "0":
                if daemon.poll() is not None:
                    failed(f"reminders ended with {daemon.returncode}")
                time.sleep(0.05)
            took = time.monotonic() - began
        finally:
            daemon.send_signal(signal.SIGTERM)
            daemon.wait(30)
        self.check(url)
        return took

    def check(self, url):
        """No figure where this does not hold: each due item is said once, each customer gets one notice, nothing else is said."""
        found = sql(url, "select count(*), count(distinct customer_ref), (select count(*) from notice_item where live and step = 'level-1'), "
                         "(select count(distinct invoice_id) from notice_item) from notice where state = 'planned' and kind = 'reminder'")
        wanted = f"{self.due // 4}|{self.due // 4}|{self.due}|{self.due}"
        if found != wanted:
            failed(f"planned {found}, wanted {wanted}")

    def again(self):
        """The same day once more, on the database that ours() has left: what a tick asks when nothing is left to say. Seconds, and how many would be
        looked at or revised."""
        statements = (HERE / "services/reminders/sql/queries.sql").read_text()
        blocks = dict(re.findall(r"-- name: (\w+)\n(.*?);\n", statements, re.S))
        asked = [blocks[name].replace("$1::timestamptz", "(select business_now())").replace("$2::int", "500") for name in ("revise_due", "look_due")]
        began = time.monotonic()
        found = sql(at(self.app, "dun_copy"), "; ".join(asked))
        return time.monotonic() - began, len(found.splitlines())

    def yardstick(self):
        url = self.copy()
        owner = at(self.owner, "dun_copy")
        sql(owner, YARDSTICK)
        began = time.monotonic()
        sql(owner, INSERT)
        took = time.monotonic() - began
        if int(sql(owner, "select count(*) from dun")) != self.due:
            failed("the yardstick inserts something else")
        del url
        return took


def run(bench):
    stack = bench.new_stack("d", services=("reminders",))
    try:
        stack.kill("reminders", 15)
        app, owner = stack.databases["reminders"]
        row = Row(stack.script("postgres", "url", stack.folder / "postgres")[0], B / os.environ.get("FLAVOUR", "release") / "bin/reminders", app, owner)
        row.prepare()
        again = []

        def ours():
            took = row.ours()
            seconds, found = row.again()
            if found:
                failed(f"the same day again finds {found}")
            again.append(seconds)
            return took

        yardstick, mine = abba(row.yardstick, ours)
    finally:
        stack.stop()
    return [Line(f"d {DUE:,} due of {ITEMS:,} open items", mine, "s", yardstick, "s INSERT ... SELECT", "<= 5x", at_most=5),
            Line("d the same day again: 0 said", again, "s", goal="<= 0.3 s", at_most=0.3, of="figure")]
