"""A merchant with many lines that wait and many open items: the pages that people work with, and one line more. Each is asked for by HTTP, or imported and
posted by the daemon, and what it took is what PostgreSQL says of its statements: milliseconds, and blocks read, which don't depend on who else is at work.
"""

import os
import time

from frame import FOLDER, Line, failed
from rows import b

ABOUT = "6,000 lines that wait and 2,000,000 open items: pages of the queue, and one line more"
WAITING = int(os.environ.get("WAITING", 6000))
OPEN = int(os.environ.get("OPEN", 2000000))
MORE = 20
MERCHANT = "nord"
WARM = 12  # gets before the one that counts: whichever thread answers has prepared its statements by then
PAGES = ("/v1/queue?limit=100", "/v1/queue?kind=unmatched_line&limit=100", "/v1/queue?owner=-&limit=100", "/v1/exceptions?open=true&limit=100",
         "/v1/lines?state=waiting&limit=100", "/v1/open-items?limit=100", "/v1/open-items?customer_ref=c0000007&limit=100")
SUMS = ("/v1/proof", "/v1/trial-balance")  # of all there is: no page of the queue, and no goal of its own


def with_statistics(bench, name):
    """A stack whose PostgreSQL counts what each statement takes."""
    stack = bench.new_stack(name, services=("reconciliation",))
    stack.kill("reconciliation", 15)
    folder = stack.folder / "postgres"
    url = stack.script("postgres", "url", folder)[0]
    b.psql(url, "alter system set shared_preload_libraries = pg_stat_statements")
    stack.script("postgres", "stop", folder)
    stack.script("postgres", "start", folder)
    b.psql(url, "create extension pg_stat_statements")
    return stack, url


def unknown(path, name, first, count, opening):
    """A statement of lines that name nothing."""
    rows = "".join(b.entry(n, 1000 + n, "N", f"who {n}?", n) for n in range(first, first + count))
    closing = opening + sum(1000 + n for n in range(first, first + count))
    b.statement(path, 0, 1)
    before, between, after = path.read_text().split(">0.00<")
    text = before + b.written(opening) + between + b.written(closing) + after
    path.write_text(text.replace("<Id>B-1</Id>", f"<Id>{name}</Id>").replace("</Stmt>", rows + "</Stmt>"))
    return closing


class Row:
    def __init__(self, bench):
        self.bench, (self.stack, self.server) = bench, with_statistics(bench, "q")
        self.url = self.server.rsplit("/", 1)[0] + "/dunlin_reconciliation"
        self.closing, self.lines = 0, 0

    def post(self, count):
        """Lines more, in a statement of their own, until they wait."""
        path = FOLDER / "q.xml"
        self.closing = unknown(path, f"Q-{self.lines}", self.lines, count, self.closing)
        self.lines += count
        self.stack.verb("reconciliation", "import", MERCHANT, str(path))
        end = time.monotonic() + 600
        while b.psql(self.url, "select count(*) from bank_line where state = 'waiting'") != str(self.lines):
            if time.monotonic() > end:
                failed(f"of {self.lines} lines not all wait")
            time.sleep(0.2)

    def cost(self, work):
        """Milliseconds and blocks of all statements of the work."""
        b.psql(self.server, "select pg_stat_statements_reset()")
        work()
        ms, blocks = b.psql(self.server, """select sum(s.total_exec_time) || ' ' || sum(s.shared_blks_hit + s.shared_blks_read)
            from pg_stat_statements s join pg_database d on d.oid = s.dbid join pg_roles r on r.oid = s.userid
            where d.datname = 'dunlin_reconciliation' and r.rolname = 'dunlin_reconciliation' and s.query not like '%tick_lead%'""").split()
        return float(ms), int(blocks)

    def page(self, path):
        """Milliseconds and blocks of one get."""
        def get():
            status, answer = self.stack.call("reconciliation", "GET", path, merchant=MERCHANT, role="read")
            if status != 200:
                failed(f"{path}: {status} {answer}")

        for _ in range(WARM):
            get()
        return self.cost(get)

    def line(self):
        """A line by itself, of a file of its own."""
        self.post(1)
        ms, blocks = self.cost(lambda: [self.post(1) for _ in range(MORE)])
        return ms / MORE, blocks / MORE

    def run(self):
        b.fill(self.url, OPEN)
        self.stack.run("reconciliation", "--roles=http,tick")
        self.stack.wait_ready()
        self.post(WAITING)
        b.psql(self.url, "vacuum analyze")
        time.sleep(2)  # what is due is done
        lines = []
        for path in PAGES + SUMS:
            ms, blocks = self.page(path)
            goal = {} if path in SUMS else {"goal": "<= 50 ms", "at_most": 50, "of": "ours"}
            lines.append(Line(f"q GET {path.removesuffix('&limit=100').removesuffix('?limit=100')}, {blocks:,} blocks", [ms], "ms", **goal))
        ms, blocks = self.line()
        return lines + [Line(f"q a line more, {blocks:,.0f} blocks", [ms], "ms", goal="<= 10 ms", at_most=10, of="ours")]


def run(bench):
    row = Row(bench)
    try:
        return row.run()
    finally:
        row.stack.stop()
