"""One camt.053 of LINES lines against INVOICES open invoices, from the first byte of the file to the last event in Kafka, against COPY of the same lines and
one SQL statement that matches and applies them; and again with one line in ten damaged: digits exchanged, a payment in two, charges kept back.

Line n pays invoice n * 2 % INVOICES, so that the truth of each line is known: the figure is thrown away unless no money stands against another invoice than
the one that it was meant for, and 95 % of the entries were matched by themselves.
"""

import os
import re
import subprocess
import time

from frame import B, FOLDER, Line, abba, failed

ABOUT = "a statement of 500,000 lines against 1,000,000 open invoices, whole and damaged, against COPY and SQL"
LINES = int(os.environ.get("LINES", 500000))
INVOICES = int(os.environ.get("INVOICES", 1000000))
IBAN = "DE02120300000000202051"
ACCOUNT = "01900000-0000-7000-8000-0000000000b1"


# ---- what is owed and what is paid ----

def gross(i):
    return 1000 + i * 7919 % 99000


def number(i):
    return f"NORD-{i:07}"


def rf(i):
    body = f"{i:07}"
    return f"RF{98 - int(body + '271500') % 97:02}{body}"


FILL = """
set session_replication_role = replica;
set statement_timeout = 0;
create function pg_temp.rf(body text) returns text language sql immutable as $$
	select 'RF' || lpad((98 - ((body || '271500')::bigint % 97))::text, 2, '0') || body $$;
insert into merchant values ('nord', 'Europe/Berlin', 1) on conflict do nothing;
insert into customer select 'nord', 'c' || lpad(i::text, 7, '0'), 1 from generate_series(0, (:n - 1) / 4) i;
create temp table inv as
select i, (lpad(to_hex(1790000000000 + i), 12, '0') || '7' || substr(md5('a' || i), 1, 3) || '8' || substr(md5('b' || i), 1, 15))::uuid as id,
	'c' || lpad((i / 4)::text, 7, '0') as ref, 'NORD-' || lpad(i::text, 7, '0') as number, 1000 + i::bigint * 7919 %% 99000 as gross
from generate_series(0, :n - 1) i;
insert into invoice (merchant_id, invoice_id, customer_ref, issued, number, rf, currency, net, gross, taxes, parts)
select 'nord', id, ref, true, number, pg_temp.rf(lpad(i::text, 7, '0')), 'EUR', gross - gross / 6, gross, 'S ' || gross / 6, 1 from inv;
insert into open_item (merchant_id, invoice_id, part, customer_ref, number, due_date, currency, amount, allocated, credited, discounted, written_off, open,
	last_value_date, revision)
select 'nord', id, 1, ref, number, '2026-04-01', 'EUR', gross, 0, 0, 0, 0, gross, null, 1 from inv;
insert into reference (merchant_id, token, target_id, kind, customer_ref) select 'nord', replace(number, '-', ''), id, 'number', ref from inv;
insert into reference (merchant_id, token, target_id, kind, customer_ref)
select 'nord', substr(v.rf, 1, 4) || ltrim(substr(v.rf, 5), '0'), v.invoice_id, 'rf', v.customer_ref from invoice v where ltrim(substr(v.rf, 5), '0') <> '';
insert into journal (merchant_id, transfer_id, debit, credit, currency, amount, cause, cause_id, customer_ref, day, posted_at)
select 'nord', id, 'receivable', 'revenue', 'EUR', gross, 'invoice', id, ref, '2026-03-01', '2026-03-01' from inv;
insert into key (merchant, kind, id) select 'nord', 1, 'c' || lpad(i::text, 7, '0') from generate_series(0, (:n - 1) / 4) i on conflict do nothing;
insert into bank_account (merchant_id, account_id, identifier, name, zone_name, currency, collecting, closed, providers, chain_started, chain_opening,
	chain_closing, chain_line_sum, chain_gap_sum, chain_from, chain_to, chain_covered_to, revision)
values ('nord', ':account', ':iban', 'Current account', 'Europe/Berlin', 'EUR', true, false, '', false, 0, 0, 0, 0, '2026-01-01', '2026-01-01', '2026-01-01', 1);
insert into running_sum select * from counted_sum where amount <> 0;
"""


def psql(url, *sql, **more):
    done = subprocess.run(["psql", "-qAtX", "-v", "ON_ERROR_STOP=1", "-d", url] + [a for s in sql for a in ("-c", s)], capture_output=True, text=True, **more)
    if done.returncode:
        failed(done.stderr.strip())
    return done.stdout.strip()


def fill(url, invoices):
    text = FILL.replace(":n", str(invoices)).replace(":account", ACCOUNT).replace(":iban", IBAN).replace("%%", "%")
    subprocess.run(["psql", "-qX", "-v", "ON_ERROR_STOP=1", "-d", url], input=text, text=True, check=True)
    psql(url, "vacuum analyze")


# ---- the statement ----

def typo(text, n):
    """Two neighbouring digits that differ change places; the check digits of a reference find that."""
    for at in range(len(text) - 2 - n % 3, 3, -1):
        if text[at] != text[at + 1]:
            return text[:at] + text[at + 1] + text[at] + text[at + 2:]
    return text[:-1] + str((int(text[-1]) + 1) % 10)


def payments(n, invoices, damaged):
    """(amount, reference, text, truth) of each entry of line n: truth is the invoice, and what is to be found out by itself."""
    i = n * 2 % invoices
    structured = n % 5 < 3
    name = rf(i) if structured else number(i)
    if damaged and n % 10 == 7:
        how = n // 10 % 3
        if how == 0 and structured:
            return [(gross(i), typo(name, n), "payment", i)]
        if how <= 1:
            half = gross(i) // 2
            return [(half, name, f"part 1 of {n}", i), (gross(i) - half, name, f"part 2 of {n}", i)]
        return [(gross(i) - 150, name, "less charges", i)]
    return [(gross(i), name, "thank you", i)]


def entry(k, minor, name, text, i):
    amount = f"{minor // 100}.{minor % 100:02}"
    told = f"<Strd><CdtrRefInf><Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry></Tp><Ref>{name}</Ref></CdtrRefInf></Strd>" if name[0] == "R" else f"<Ustrd>{text} {name}</Ustrd>"
    return (f'<Ntry><NtryRef>{k}</NtryRef><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-03-02</Dt></BookgDt>'
            "<ValDt><Dt>2026-03-02</Dt></ValDt><BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd><NtryDtls><TxDtls>"
            f"<Refs><AcctSvcrRef>B{k:09}</AcctSvcrRef><EndToEndId>E2E-{k:09}</EndToEndId></Refs><RltdPties><Dbtr><Nm>Payer {i // 4:07}</Nm></Dbtr></RltdPties>"
            f"<RmtInf>{told}</RmtInf></TxDtls></NtryDtls></Ntry>\n")


def written(minor):
    """An amount between its tags."""
    return f">{minor // 100}.{minor % 100:02}<"


def statement(path, lines, invoices, damaged=False):
    total = sum(p[0] for n in range(lines) for p in payments(n, invoices, damaged))

    def balance(code, minor):
        return (f'<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{minor // 100}.{minor % 100:02}</Amt><CdtDbtInd>CRDT</CdtDbtInd>'
                "<Dt><Dt>2026-03-02</Dt></Dt></Bal>\n")
    with open(path, "w", encoding="ascii") as out:
        out.write('<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><Stmt><Id>B-1</Id>'
                  "<FrToDt><FrDtTm>2026-03-02T00:00:00</FrDtTm><ToDtTm>2026-03-02T23:59:59</ToDtTm></FrToDt>"
                  f"<Acct><Id><IBAN>{IBAN}</IBAN></Id></Acct>\n" + balance("OPBD", 0) + balance("CLBD", total))
        k = 0
        for n in range(lines):
            for minor, name, text, i in payments(n, invoices, damaged):
                out.write(entry(k, minor, name, text, i))
                k += 1
        out.write("</Stmt></BkToCstmrStmt></Document>\n")
    return k


# ---- ours ----

RESET = """
set session_replication_role = replica;
set statement_timeout = 0;
truncate wanted, refund, parked, bank_line, bank_line_person, posted_line, bank_line_token, bank_line_candidate, statement, statement_file, statement_rule, statement_gap,
	receipt, allocation, exception, customer_credit, rematch_cause, sum_change, running_sum, payer, inbox, outbox cascade;
delete from journal where cause <> 'invoice';
delete from ledger_block where last_entry > (select coalesce(max(entry), 0) from journal);
update open_item set allocated = 0, open = amount, revision = 1, last_value_date = null where allocated > 0;
update bank_account set chain_started = false, chain_opening = 0, chain_closing = 0, chain_line_sum = 0, chain_gap_sum = 0;
insert into running_sum select * from counted_sum where amount <> 0;
"""


def reset(url):
    """As it was before the statement."""
    psql(url, *(line for line in RESET.strip().rstrip(";").split(";\n")))
    psql(url, "vacuum analyze")


def wait(url, sql, daemon):
    while psql(url, sql) != "t":
        if daemon.poll() is not None:
            failed(f"the daemon ended with {daemon.returncode}")
        time.sleep(0.1)


def seal(stack, url):
    """What was filled in is under the journal's seal before anything is measured."""
    env, program = stack.environment("reconciliation"), str(B / os.environ.get("FLAVOUR", "release") / "bin/reconciliation")
    with open(FOLDER / "b.log", "ab") as log:
        daemon = subprocess.Popen([program, "run", "--roles=tick"], env=env, stdout=log, stderr=log)
    try:
        wait(url, "select not exists (select from journal_merchant m join journal j on j.merchant_id = m.merchant_id and j.entry > m.sealed)", daemon)
    finally:
        daemon.terminate()
        daemon.wait()


def ours(stack, url, path):
    """Seconds from the first byte of the file to the acknowledgement of the last event."""
    env, program = stack.environment("reconciliation"), str(B / os.environ.get("FLAVOUR", "release") / "bin/reconciliation")
    begun = time.monotonic()
    with open(FOLDER / "b.log", "ab") as log:
        daemon = subprocess.Popen([program, "run", "--roles=tick,relay"], env=env, stdout=log, stderr=log)
    try:
        done = subprocess.run([program, "import", "nord", str(path)], env=env, capture_output=True, text=True)
        if done.returncode:
            failed(done.stdout + done.stderr)
        wait(url, "select count(*) = 0 from statement where state in ('staged', 'accepted')", daemon)
        wait(url, "select coalesce((select max(last_seq) from relay_cursor), 0) >= coalesce((select max(seq) from outbox), 0)", daemon)
        return time.monotonic() - begun
    finally:
        daemon.terminate()
        daemon.wait()


# ---- the yardstick ----

# What anybody would write: the lines as a table, matched by reference or number with the whole amount, applied to the items and noted in a journal.
APPLY = """
with hit as (
	select l.n, i.invoice_id, l.minor, i.customer_ref
	from b_line l join invoice v on v.rf = l.name join open_item i on i.merchant_id = v.merchant_id and i.invoice_id = v.invoice_id
	where l.name like 'RF%'
	union all
	select l.n, i.invoice_id, l.minor, i.customer_ref
	from b_line l join open_item i on i.number = l.name
	where l.name like 'NORD%'),
paid as (
	update b_item i set open = i.open - h.minor, allocated = i.allocated + h.minor
	from (select invoice_id, sum(minor) as minor from hit group by invoice_id) h where i.invoice_id = h.invoice_id
	returning i.invoice_id)
insert into b_journal select gen_random_uuid(), 'cash', 'receivable', h.minor, h.invoice_id, h.n from hit h join paid using (invoice_id)
"""


def rows_of(path):
    """The file's lines as COPY takes them, by a regular expression: the yardstick's reader, outside its time."""
    found = re.compile(r'<NtryRef>(\d+)</NtryRef><Amt Ccy="EUR">(\d+)\.(\d\d)<.*?<EndToEndId>([^<]*)<.*?<Nm>([^<]*)<.*?(RF\d+|NORD-\d+)')
    with open(path, encoding="ascii") as f:
        for text in f:
            m = found.search(text)
            if m:
                yield f"{m[1]}\t{int(m[2] + m[3])}\t{m[4]}\t{m[5]}\t{m[6]}\n"


def yardstick(url, path):
    psql(url, "drop table if exists b_line, b_item, b_journal",
         "create table b_line (n bigint primary key, minor bigint not null, end_to_end text not null, party text not null, name text not null)",
         "create table b_item as select merchant_id, invoice_id, open, allocated from open_item", "alter table b_item add primary key (invoice_id)",
         "create table b_journal (id uuid primary key, debit text, credit text, minor bigint, invoice_id uuid, n bigint)",
         "create index if not exists b_rf on invoice (rf)", "create index if not exists b_number on open_item (number)", "vacuum analyze")
    text = "".join(rows_of(path))
    begun = time.monotonic()
    subprocess.run(["psql", "-qX", "-v", "ON_ERROR_STOP=1", "-d", url, "-c", "copy b_line from stdin"], input=text, text=True, check=True)
    psql(url, "analyze b_line", APPLY)
    seconds = time.monotonic() - begun
    psql(url, "drop table b_line, b_item, b_journal", "drop index b_rf, b_number")
    return seconds


# ---- what became of it ----

def check(url, damaged):
    """Share of the entries that were matched by themselves; no figure where money stands against an invoice that it was not for, or a sum does not hold."""
    truth = [i for n in range(LINES) for _, _, _, i in payments(n, INVOICES, damaged)]
    answer = psql(url, """select l.end_to_end, l.state, string_agg(distinct i.number, ' ')
        from bank_line l left join receipt r on r.merchant_id = l.merchant_id and r.source_id = l.line_id
        left join allocation a on a.merchant_id = r.merchant_id and a.receipt_id = r.receipt_id
        left join open_item i on i.merchant_id = a.merchant_id and i.invoice_id = a.invoice_id and i.part = a.part group by 1, 2""")
    rows = [row.split("|") for row in answer.splitlines()]
    matched = [(name, paid) for name, state, paid in rows if state == "matched"]
    wrong = [name for name, paid in matched if paid and paid != number(truth[int(name[4:])])]
    if len(rows) != len(truth) or wrong:
        failed(f"{len(truth)} entries, {len(rows)} lines, {len(wrong)} matched wrong: {wrong[:5]}")
    broken = psql(url, """select count(*) from (select * from kept_sum where amount <> 0) k full join (select * from counted_sum where amount <> 0) c
        using (merchant_id, kind, currency, debit, credit, cause) where k.amount is distinct from c.amount""")
    if broken != "0":
        failed(f"{broken} running sums are not those of their rows")
    return len(matched) / len(truth)


class Row:
    """One file, whole or damaged, on a database that is set back before each run."""

    def __init__(self, bench, stack, url, damaged):
        self.bench, self.stack, self.url, self.damaged = bench, stack, url, damaged
        self.path = FOLDER / f"b-{'damaged' if damaged else 'whole'}.xml"
        self.entries = statement(self.path, LINES, INVOICES, damaged)
        self.shares = []

    def ours(self):
        reset(self.url)
        wal = self.bench.wal(self.stack, "reconciliation")
        seconds = ours(self.stack, self.url, self.path)
        wal = self.bench.wal(self.stack, "reconciliation") - wal
        self.shares.append(check(self.url, self.damaged))
        print(f"   {seconds:.1f} s, {seconds / self.entries * 1e6:.0f} us and {wal / self.entries:.0f} bytes of log a line, {self.shares[-1]:.2%} matched", flush=True)
        if self.shares[-1] < 0.95:
            failed(f"{self.shares[-1]:.1%} of the entries were matched")
        return seconds

    def yardstick(self):
        reset(self.url)
        return yardstick(self.url, self.path)

    def line(self, most):
        theirs, mine = abba(self.yardstick, self.ours)
        self.path.unlink()
        work = f"b {LINES:,} camt.053 lines, {INVOICES:,} invoices"
        work += f", one in ten damaged: {min(self.shares):.1%} matched, 0 wrong" if self.damaged else ""
        return Line(work, mine, "s", theirs, "s COPY + SQL", f"<= {most}x", at_most=most)


def run(bench):
    stack = bench.new_stack("b", services=("reconciliation",))
    try:
        stack.kill("reconciliation", 15)
        url = stack.script("postgres", "url", stack.folder / "postgres")[0].rsplit("/", 1)[0] + "/dunlin_reconciliation"
        fill(url, INVOICES)
        seal(stack, url)
        return [Row(bench, stack, url, False).line(2.5), Row(bench, stack, url, True).line(3.0)]
    finally:
        stack.stop()
