"""All of it: an invoice from Kafka, its checkout, the webhook that says that it is paid, the provider's payout line by line and the bank's line that the
payout came, until the last effect is in the last database. Four daemons, four databases, Apache Kafka; mail is not sent.

Four stretches are timed, each from its first request until its last effect is in a database; preparing files between them is the generator's own and left
out. The figure is payments over the sum of the four.
"""

import http.server
import itertools
import json
import os
import threading
import time
import urllib.parse

import webhooks
from frame import FOLDER, MERCHANT, Line, abba, failed
from rows import b, h

ABOUT = "invoices by Kafka, checkouts, signed webhooks, payouts and their bank lines, to the last effect, against pgbench doing the least that a payment is"
PAYMENTS = int(os.environ.get("PAYMENTS", 100000))
PER_PAYOUT = 1000
EACH = 4  # invoices of a customer, as in row d
CONNECTIONS = 64
GROSS = 3569  # of 1.5 x 19.99 with 19 %
runs = itertools.count(1)


class Provider:
    """Stripe's list of what a payout is made of, a hundred lines a page."""

    def __init__(self):
        self.lines = {}
        provider = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *args):
                pass

            def do_GET(self):
                url = urllib.parse.urlsplit(self.path)
                body = json.dumps(provider.page(dict(urllib.parse.parse_qsl(url.query)))).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def page(self, query):
        run, first, count = self.lines[query["payout"]]
        begin = first + (int(query["starting_after"].rsplit("_", 1)[1]) - first + 1 if "starting_after" in query else 0)
        end = min(begin + 100, first + count)
        return {"object": "list", "has_more": end < first + count, "data": [
            {"id": f"txn_{run}_{n}", "object": "balance_transaction", "type": "charge", "amount": GROSS, "fee": 60, "net": GROSS - 60, "currency": "eur",
             "source": f"ch_{run}_{n}"} for n in range(begin, end)]}

    def close(self):
        self.server.shutdown()
        self.server.server_close()


# ---- the requests ----

def write_requests(name, requests):
    """What load.c sends: (path, headers, body) each."""
    path = FOLDER / name
    with open(path, "wb") as out:
        for target, headers, body in requests:
            head = f"POST {target} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n{headers}Content-Length: {len(body)}\r\n\r\n".encode()
            out.write(b"%d\n" % (len(head) + len(body)) + head + body)
    return path


def hook(kind, event, thing, at):
    body = json.dumps({"id": event, "object": "event", "api_version": "2025-04-30.basil", "created": at, "livemode": False, "type": kind,
                       "pending_webhooks": 1, "data": {"object": thing}}).encode()
    return webhooks.PATH, f"Stripe-Signature: {webhooks.signed(body, at)}\r\n", body


def paid(run, n, attempt, at):
    return hook("payment_intent.succeeded", f"evt_{run}_{n}", {
        "id": f"pi_{run}_{n}", "object": "payment_intent", "amount": GROSS, "amount_received": GROSS, "currency": "eur", "livemode": False,
        "latest_charge": f"ch_{run}_{n}", "status": "succeeded", "description": "x" * 480, "metadata": {"attempt_id": attempt}}, at)


def paid_out(run, n, count, at):
    return hook("payout.paid", f"evt_po_{run}_{n}", {
        "id": payout_id(run, n), "object": "payout", "livemode": False, "status": "paid", "currency": "eur", "amount": count * (GROSS - 60), "arrival_date": at,
        "statement_descriptor": "STRIPE"}, at)


def payout_id(run, n):
    return f"po_bench{run:04}{n:06}"


def customers(run, count):
    for n in range(-(-count // EACH)):
        m = h.customer(n)
        m.customer_ref = f"A{run}-{n}"
        yield m


def charge(run, n, count):
    """Billed at once; those of one customer lie apart."""
    m = h.charge(f"a{run}", n)
    m.customer_ref, m.when = f"A{run}-{n % -(-count // EACH)}", 2
    return m


# ---- the run ----

class Whole:
    """A stack with a provider and a bank account; each run adds its own customers and invoices."""

    def __init__(self, bench, name):
        self.bench, self.provider, self.closing = bench, Provider(), 0
        self.stack = bench.new_stack(name, settings={"payments": {"STRIPE_URL": self.provider.url}})
        bench.define_merchant(self.stack)
        webhooks.define_account(bench, self.stack)
        bench.call(self.stack, "reconciliation", "POST", "/v1/bank-accounts", {
            "iban": b.IBAN, "name": "Current account", "zone": "Europe/Berlin", "currency": "EUR", "collecting": True, "provider_accounts": ["main"]},
            role="admin", key="bank")

    def close(self):
        self.stack.stop()
        self.provider.close()

    def wait(self, service, sql, wanted, seconds=600):
        end = time.monotonic() + seconds
        while (found := self.bench.value(self.stack, service, sql)) != str(wanted):
            if time.monotonic() > end:
                failed(f"{service}: {sql} is {found}, not {wanted}, after {seconds} s")
            time.sleep(0.05)

    def send(self, service, path, connections=CONNECTIONS):
        done = self.bench.load(self.bench.program("load"), *webhooks.host_and_port(self.stack.url(service)), connections, path)
        if done["refused"]:
            failed(f"{done['refused']} of {done['requests']} requests to {service} were refused")

    def customers(self, run, count):
        h.publish(self.bench, self.stack, f"c{run}", customers(run, count))
        h.wait_taken(self.bench, self.stack, f"c{run}", -(-count // EACH))

    def invoices(self, run, count):
        self.customers(run, count)
        path = h.write_billing(f"a{run}", (charge(run, n, count) for n in range(count)))
        had = int(self.bench.value(self.stack, "payments", "select count(*) from item"))
        begun = time.monotonic()
        self.bench.load(self.bench.program("produce", "rdkafka"), self.stack.brokers, "dunlin.billing.v1", path)
        for service, table in (("payments", "item"), ("reconciliation", "open_item")):
            self.wait(service, f"select count(*) from {table}", had + count)
        return time.monotonic() - begun

    def checkouts(self, run):
        ids = self.bench.value(self.stack, "payments", "select i.invoice_id from item i where not exists (select from attempt_item a where a.invoice_id = i.invoice_id)").split()
        token = self.stack.token("payments", MERCHANT, "write")
        path = write_requests("checkouts", (("/v1/checkouts", f"Authorization: Bearer {token}\r\nIdempotency-Key: {run}-{n}\r\n", json.dumps({"invoice_id": i}).encode())
                                            for n, i in enumerate(ids)))
        begun = time.monotonic()
        self.send("payments", path)
        return time.monotonic() - begun

    def pay(self, run, count):
        attempts = self.bench.value(self.stack, "payments", "select attempt_id from attempt where state = 'created'").split()
        if len(attempts) != count:
            failed(f"{len(attempts)} attempts, not {count}")
        at = int(time.time())
        path = write_requests("paid", (paid(run, n, a, at) for n, a in enumerate(attempts)))
        begun = time.monotonic()
        self.send("payments", path)
        self.wait("reconciliation", "select count(*) from open_item where open > 0", 0)
        self.wait("payments", "select count(*) from item where open > 0", 0)
        self.wait("reminders", "select count(*) from item where open > 0", 0)
        return time.monotonic() - begun

    def statement(self, run, payouts):
        """The bank's: each payout a line."""
        total, opening = sum(minor for _, minor in payouts), self.closing
        self.closing += total
        day = f"2026-{1 + run // 28:02}-{1 + run % 28:02}"
        rows = "".join(b.entry(n, minor, "N", f"STRIPE {name}", n) for n, (name, minor) in enumerate(payouts))
        path = FOLDER / "payouts.xml"
        b.statement(path, 0, 1)
        before, between, after = path.read_text().split(">0.00<")
        text = before + b.written(opening) + between + b.written(self.closing) + after
        text = text.replace("<Id>B-1</Id>", f"<Id>A-{run}</Id>").replace("</Stmt>", rows + "</Stmt>")
        path.write_text(text.replace("2026-03-02", day))
        return path

    def pay_out(self, run, count):
        at, payouts = int(time.time()), []
        for n, first in enumerate(range(0, count, PER_PAYOUT)):
            size = min(PER_PAYOUT, count - first)
            self.provider.lines[payout_id(run, n)] = run, first, size
            payouts.append((payout_id(run, n), size * (GROSS - 60)))
        hooks = write_requests("payouts", (paid_out(run, n, minor // (GROSS - 60), at) for n, (_, minor) in enumerate(payouts)))
        file = self.statement(run, payouts)
        begun = time.monotonic()
        self.send("payments", hooks, 8)
        self.wait("reconciliation", "select count(*) from payout where paid and lines_seen = line_count", self.arrived + len(payouts))
        self.stack.verb("reconciliation", "import", MERCHANT, str(file))
        self.arrived += len(payouts)
        self.wait("reconciliation", "select count(*) from payout where has_arrived", self.arrived)
        return time.monotonic() - begun

    arrived = 0

    def prove(self):
        proof = self.stack.verb("reconciliation", "proof", MERCHANT, check=False)
        dead = [self.bench.value(self.stack, s, "select (select count(*) from dead_letter) + (select count(*) from parked)") for s in self.stack.services]
        waits = self.bench.value(self.stack, "reconciliation", "select count(*) from bank_line where state <> 'matched'")
        if proof.returncode or set(dead) != {"0"} or waits != "0":
            failed(f"proof {proof.returncode}, dead or set aside {dead}, {waits} lines not matched")

    def run(self, count=PAYMENTS):
        """Payments a second."""
        run = next(runs)
        took = [self.invoices(run, count), self.checkouts(run), self.pay(run, count), self.pay_out(run, count)]
        self.prove()
        words = ("invoices", "checkouts", "payments", "payouts and bank lines")
        print("   " + ", ".join(f"{count:,} {w} {count / s:,.0f}/s" for w, s in zip(words, took)), flush=True)
        return count / sum(took)


def run(bench):
    whole = Whole(bench, "a1")
    try:
        whole.run(min(PAYMENTS, 1000))
        least, mine = abba(lambda: bench.minimal_payments(whole.stack, "reconciliation"), whole.run)
    finally:
        whole.close()
    return [Line(f"a1 {PAYMENTS:,} invoices, webhooks, payout and bank lines", mine, "payments/s", least, "payments/s, pgbench 16", ">= 0.75x", at_least=0.75)]
