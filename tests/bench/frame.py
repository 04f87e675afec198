"""What the rows of the benchmark have in common: the stack, the yardsticks, the order A-B-B-A, and the table.

A row is a module rows/<name>.py with ABOUT (one line) and run(bench), which returns Lines. It measures nothing that it has not checked: what was sent is
counted where it should have arrived, and failed(why) takes the place of a figure.
"""

import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(HERE / "deploy/demo"))
from stack import SERVICES, Stack, http  # noqa: E402

B = pathlib.Path(os.environ.get("B", HERE / "build"))
FOLDER = B / "run/bench"
ROUNDS = int(os.environ.get("ROUNDS", 3))
SECONDS = int(os.environ.get("SECONDS_EACH", 5))  # of one run of pgbench
MERCHANT = "bench"


class Failed(Exception):
    """The check of a row failed: it has no figure."""


def failed(why):
    raise Failed(why)


class Line:
    """One line of the table. ours and yardstick are figures of single runs; better says which way is better."""

    def __init__(self, work, ours, unit, yardstick=(), what="", goal="", at_least=None, at_most=None, of="ratio"):
        self.work, self.ours, self.unit, self.yardstick, self.what, self.goal = work, list(ours), unit, list(yardstick), what, goal
        self.at_least, self.at_most, self.of = at_least, at_most, of

    def ratio(self):
        return statistics.median(self.ours) / statistics.median(self.yardstick) if self.ours and self.yardstick else None

    def verdict(self):
        if not self.ours:
            return "not run"
        figure = self.ratio() if self.of == "ratio" else statistics.median(self.ours)
        if figure is None or (self.at_least is None and self.at_most is None):
            return ""
        return "met" if (self.at_least is None or figure >= self.at_least) and (self.at_most is None or figure <= self.at_most) else "NOT MET"

    def cells(self):
        def text(figures):
            if not figures:
                return ""
            form = "{:,.0f}" if statistics.median(figures) >= 100 else "{:,.1f}"
            middle = form.format(statistics.median(figures))
            return middle if len(figures) == 1 else f"{middle} [{form.format(min(figures))}..{form.format(max(figures))}]"

        ratio = self.ratio()
        same = ratio is not None and min(self.ours) <= max(self.yardstick) and max(self.ours) >= min(self.yardstick)
        return [self.work, f"{text(self.ours)} {self.unit}", f"{text(self.yardstick)} {self.what}".strip(),
                "" if ratio is None else f"{ratio:.2f}x" + (" (no difference)" if same else ""), self.goal, self.verdict()]


def print_table(lines):
    rows = [["work", "ours: median [range]", "yardstick", "ratio", "goal", ""]] + [line.cells() for line in lines]
    widths = [max(len(r[i]) for r in rows) for i in range(6)]
    for k, r in enumerate(rows):
        print("| " + " | ".join(c.ljust(w) for c, w in zip(r, widths)) + " |")
        if k == 0:
            print("|" + "|".join("-" * (w + 2) for w in widths) + "|")


def abba(*runs):
    """Each run in order and then in reverse order, ROUNDS times: A-B-B-A. Returns a list of results for each."""
    results = [[] for _ in runs]
    for _ in range(ROUNDS):
        for i in list(range(len(runs))) + list(reversed(range(len(runs)))):
            results[i].append(runs[i]())
    return results


class Bench:
    def __init__(self):
        self.shared = None
        self.programs = {}
        shutil.rmtree(FOLDER, ignore_errors=True)
        FOLDER.mkdir(parents=True)

    # ---- servers and daemons ----

    def stack(self):
        """All four daemons, four databases on one PostgreSQL, Apache Kafka: shared by the rows that start from whatever state it is in."""
        if self.shared is None:
            self.shared = self.new_stack("shared")
            self.say_settings(self.shared)
            self.define_merchant(self.shared)
        return self.shared

    def new_stack(self, name, services=SERVICES, settings=None):
        """One of a row's own. The row stops it."""
        more = {"payments": {"SECRET_KEY": "00" * 32, "HTTP_THREADS": "2"}}
        for service, values in (settings or {}).items():
            more.setdefault(service, {}).update(values)
        return Stack(FOLDER / name, B / os.environ.get("FLAVOUR", "release") / "bin", broker=os.environ.get("BROKER", "kafka"), sandbox=False,
                     settings=more, services=services).start()

    def close(self):
        if self.shared is not None:
            self.shared.stop()

    def define_merchant(self, stack):
        body = json.loads((HERE / "tests/bench/merchant.json").read_text())
        self.call(stack, "invoicing", "POST", "/v1/merchants", body, role="admin", key="merchant")

    def call(self, stack, service, method, path, body=None, role="write", key=None):
        status, answer = stack.call(service, method, path, body, merchant=MERCHANT, role=role, key=key)
        if status not in (200, 201):
            failed(f"{service} answers {path} with {status}: {answer}")
        return answer

    def start_to_ready(self, stack, name):
        """Milliseconds from exec to the first 200 of /readyz."""
        stack.kill(name, 15)
        start = time.monotonic()
        stack.run(name)
        while time.monotonic() < start + 60:
            try:
                if http(stack.ops(name) + "/readyz", timeout=1)[0] == 200:
                    return (time.monotonic() - start) * 1000
            except OSError:
                pass
            time.sleep(0.001)
        failed(f"{name} is not ready after 60 s")

    # ---- the database ----

    def value(self, stack, name, sql):
        """One value, as the owner."""
        done = subprocess.run(["psql", "-qAtX", "-d", stack.databases[name][1], "-c", sql], capture_output=True, text=True)
        if done.returncode:
            failed(done.stderr.strip())
        return done.stdout.strip()

    def wal(self, stack, name):
        """Bytes of write-ahead log so far."""
        return int(float(self.value(stack, name, "select pg_current_wal_insert_lsn() - '0/0'")))

    def pgbench(self, stack, name, script, clients, setup=None):
        """Transactions per second of a script, prepared, over 2 threads."""
        url = stack.databases[name][1]
        if setup:
            self.value(stack, name, setup)
        path = FOLDER / "pgbench.sql"
        path.write_text(script)
        program = shutil.which("pgbench") or sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/pgbench"))[-1]
        done = subprocess.run([str(program), "-n", "-M", "prepared", "-c", str(clients), "-j", "2", "-T", str(SECONDS), "-f", str(path), url],
                              capture_output=True, text=True)
        tps = re.search(r"tps = ([0-9.]+)", done.stdout)
        if done.returncode or tps is None:
            failed(f"pgbench: {(done.stderr or done.stdout).strip()}")
        return float(tps.group(1))

    def single_inserts(self, stack, name):
        """Durable single inserts of a 1.2 kB event with a unique key, 64 clients: what an intake without batches could do."""
        return self.pgbench(
            stack, name, "insert into yardstick (event, body) values (gen_random_uuid()::text, repeat('x', 1200)) on conflict do nothing;\n", 64,
            setup="create table if not exists yardstick (event text primary key, body text not null)")

    def minimal_payments(self, stack, name):
        """The least that a payment is: a row, the invoice's balance, an event; 16 clients, 100,000 invoices."""
        return self.pgbench(stack, name, "\\set i random(1, 100000)\nbegin;\n"
                            "insert into y_payment (invoice, amount) values (:i, 100);\nupdate y_invoice set paid = paid + 100 where id = :i;\n"
                            "insert into y_outbox (payload) values (repeat('x', 160));\ncommit;\n", 16, setup="""
            create table if not exists y_invoice (id int primary key, amount bigint not null, paid bigint not null) with (fillfactor = 70);
            create table if not exists y_payment (id bigint generated always as identity primary key, invoice int not null references y_invoice, amount bigint not null);
            create table if not exists y_outbox (seq bigint generated always as identity primary key, payload text not null);
            insert into y_invoice select g, 100000, 0 from generate_series(1, 100000) g on conflict do nothing""")

    # ---- programs that make the load ----

    def program(self, name, *libraries):
        """tests/bench/NAME.c, compiled."""
        if name not in self.programs:
            path = FOLDER / name
            flags = subprocess.run(["pkg-config", "--cflags", "--libs", *libraries], capture_output=True, text=True).stdout.split() if libraries else []
            subprocess.run(["cc", "-std=gnu17", "-D_GNU_SOURCE", "-O2", "-Wall", "-Wextra", "-o", str(path), str(HERE / f"tests/bench/{name}.c"), *flags], check=True)
            self.programs[name] = path
        return self.programs[name]

    def load(self, program, *args):
        """Runs one; what it prints is one object of JSON."""
        done = subprocess.run([str(program), *map(str, args)], capture_output=True, text=True)
        if done.returncode:
            failed(f"{pathlib.Path(program).name}: {(done.stderr or done.stdout).strip()}")
        return json.loads(done.stdout)

    # ---- what is printed ----

    def say_box(self):
        cpu = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
        memory = int(re.search(r"MemTotal:\s+(\d+)", pathlib.Path("/proc/meminfo").read_text()).group(1)) >> 20
        commit = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=HERE, capture_output=True, text=True).stdout.strip()
        load = os.getloadavg()[0]
        print(f"{os.cpu_count()} processors ({cpu.group(1) if cpu else 'unknown'}), {memory} GiB, Linux {os.uname().release}, commit {commit}")
        print(f"load before the run {load:.2f}" + ("" if load <= 0.3 else ": NOT QUIET, figures are lower and wider than they should be"))
        print(f"A-B-B-A, {ROUNDS} rounds; generators (pgbench, tests/bench/*.c, closed loop) and all servers on the same processors")

    def say_settings(self, stack):
        names = ("server_version", "fsync", "synchronous_commit", "full_page_writes", "wal_level", "shared_buffers", "max_wal_size")
        print("PostgreSQL:", ", ".join(f"{n}={self.value(stack, 'invoicing', 'show ' + n)}" for n in names))
        print(f"broker: {stack.broker_kind}, one node, replication 1, acks=all, linger.ms=1, lz4, 12 partitions")


def memory_of(pid):
    """Resident and anonymous megabytes."""
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    kb = {k: int(re.search(rf"^{k}:\s+(\d+)", text, re.M).group(1)) for k in ("VmRSS", "RssAnon")}
    return kb["VmRSS"] / 1024, kb["RssAnon"] / 1024
