"""The four daemons built with ThreadSanitizer, under load through every door at once: charges by Kafka, webhooks, payers, clerks, a bank's statement, those
who look at metrics, further instances that come and go; then an orderly stop. A race ends a daemon's log with a warning and the daemon with status 66."""

import concurrent.futures
import datetime
import os
import pathlib
import re
import signal
import subprocess
import sys
import threading
import uuid

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))
from conftest import World  # noqa: E402,F401  (tests/e2e: the modules below take it from there)
from stack import SERVICES, http  # noqa: E402
from whole_world import OPENING, TODAY, Till, Whole, gross, line, statement  # noqa: E402

PROGRAMS = pathlib.Path(os.environ["DUNLIN_THREADS"])
PRELOAD = str(PROGRAMS / "c11_threads.so")
CUSTOMERS = 40
JOINED = "select count(distinct owner) > 1 from consumer_position where owner <> ''"


class Watched(Whole):
    """Asked by several threads at once: each has its own connections."""

    def __init__(self, folder):
        self.own = threading.local()
        super().__init__(folder)

    @property
    def connections(self):
        if not hasattr(self.own, "connections"):
            self.own.connections = {}
        return self.own.connections

    @connections.setter
    def connections(self, value):
        self.own.connections = value

    def environment(self, name):
        return {**super().environment(name), "LD_PRELOAD": PRELOAD}


def look(world, stop):
    """Somebody who watches: metrics, readiness, lists, until the load is over."""
    rounds = 0
    while not stop.is_set():
        for name in world.services:
            for path in ("/metrics", "/readyz?verbose", "/livez", "/idle", "/version"):
                assert http(world.ops(name) + path)[0] in (200, 503)
        world.get("invoicing", "/v1/invoices")
        world.get("reconciliation", "/v1/proof")
        world.get("payments", "/v1/alarms")
        rounds += 1
    return rounds


def pay_by_card(world, invoices):
    till = Till(world)
    for invoice in invoices:
        attempt, session = till.pay(invoice)
        till.event("checkout.session.completed", till.fake.pay(session))
        assert till.deliver("{}", header="t=1,v1=00").status_code == 400
    return len(invoices)


def ask(world, refs):
    """A clerk at all HTTP doors: commands that are done, refused and repeated."""
    for ref in refs:
        key, charge = str(uuid.uuid4()), {"customer_ref": ref, "external_ref": f"clerk-{ref}", "description": "x", "tax_category": "Z", "when": "on_request",
                                          "amount": {"amount": "5.00", "currency": "EUR"}}
        answers = [world.call("invoicing", "POST", "/v1/charges", charge, "nord", "write", key) for _ in range(2)]
        assert answers[0] == answers[1] and answers[0][0] in (200, 201, 202), answers
        assert world.call("invoicing", "POST", "/v1/charges", {}, "nord", "write", str(uuid.uuid4()))[0] in (400, 422)
        assert world.call("reconciliation", "POST", "/v1/receipts", {
            "customer_ref": ref, "amount": {"amount": "1.00", "currency": "EUR"}, "value_date": str(TODAY), "who": "eve", "why": "cash"},
            "nord", "write", str(uuid.uuid4()))[0] in (200, 201)
        assert world.call("reminders", "POST", "/v1/holds", {"kind": "dispute", "customer_ref": ref, "reason": "x"}, "nord", "write", str(uuid.uuid4()))[0] in (201, 404)
    return len(refs)


def come_and_go(world):
    """A second instance of each daemon joins the group, and leaves it."""
    for name in world.services:
        world.run_more(name, "more")
        world.until(lambda: world.one(name, JOINED), "t", 60)
        assert world.kill(f"{name}-more", signal.SIGTERM) == 0, world.log_tail(f"{name}-more", 60)


def load(world):
    refs = [f"t-{n}" for n in range(CUSTOMERS)]
    invoices = world.sell({ref: 10000 + n for n, ref in enumerate(refs)})
    stop = threading.Event()
    day = TODAY - datetime.timedelta(days=4)
    lines = [line(gross(10000 + n), rf=invoices[ref]["rf_reference"], day=day) for n, ref in enumerate(refs) if n % 2]
    with concurrent.futures.ThreadPoolExecutor() as pool:
        watching = pool.submit(look, world, stop)
        work = [pool.submit(pay_by_card, world, [invoices[r] for r in refs[0:16:2]]), pool.submit(pay_by_card, world, [invoices[r] for r in refs[16::2]]),
                pool.submit(ask, world, refs[:20]), pool.submit(ask, world, refs[20:]), pool.submit(world.upload, statement("T-1", OPENING, lines)),
                pool.submit(world.sell, {f"u-{n}": 5000 for n in range(CUSTOMERS)}),
                pool.submit(come_and_go, world)]
        try:
            for done in work:
                done.result()
        finally:
            stop.set()
        assert watching.result() > 0


@pytest.fixture(scope="module")
def ended(request):
    """name: (exit status, log) of each daemon, after all of it."""
    world = Watched(pathlib.Path(os.environ["DUNLIN_TEST_RUN"]) / "threads")
    request.addfinalizer(world.stop)
    world.start()
    for name in SERVICES:
        for role in ("read", "write", "admin"):
            world.token(name, "nord", role)
    world.define("nord")
    world.define_bank_account("nord")
    world.define_provider("nord")
    load(world)
    world.quiet()
    return {name: (world.kill(name, signal.SIGTERM), (world.folder / f"{name}.log").read_text(errors="replace")) for name in SERVICES}


def races(log):
    return re.findall(r"(?s)WARNING: ThreadSanitizer.*?\n={18}", log)


@pytest.mark.parametrize(("how", "status", "count"), [("ordered", 0, 0), ("unordered", 66, 1)])
def test_a_race_is_seen_and_a_lock_of_c11_is_one(how, status, count):
    done = subprocess.run([PROGRAMS / "race", how], env={**os.environ, "LD_PRELOAD": PRELOAD}, capture_output=True, text=True)
    assert (done.returncode, len(races(done.stderr))) == (status, count), done.stderr


@pytest.mark.parametrize("name", SERVICES)
def test_under_load_its_threads_share_nothing_without_order(ended, name):
    status, log = ended[name]
    found = races(log)
    assert not found, f"{len(found)} races; the first:\n{found[0]}"
    assert status == 0, (status, log[-2000:])
