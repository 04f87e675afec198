"""The event path: out through the relay, against librdkafka alone; and in, from the topic to the commit, with one thread, two and four replicas."""

import itertools
import os
import statistics
import struct
import subprocess
import time

from frame import FOLDER, MERCHANT, Line, abba, failed

ABOUT = "events out and in"
EVENTS = int(os.environ.get("EVENTS", 30000))  # nineteen runs of them; a draft holds 1,000 charges, which bounds it at 100,000
OUT = int(os.environ.get("OUT", 200000))
CUSTOMERS = 2000
runs = itertools.count(1)


def record(out, key, identity, kind, value):
    key, identity, kind = key.encode(), identity.encode(), kind.encode()
    out.write(struct.pack("<HHHI", len(key), len(identity), len(kind), len(value)) + key + identity + kind + value)


# ---- out ----

def fill_outbox(bench, stack):
    """Copies of a real event under other ids and keys; the relay is not running."""
    bench.value(stack, "invoicing", f"""insert into outbox (topic, part_key, event_id, type, trace, extra, payload)
        select o.topic, '{MERCHANT}:C' || g % {CUSTOMERS}, gen_random_uuid(), o.type, o.trace, o.extra, o.payload
        from (select * from outbox where type like '%InvoiceIssued' limit 1) o, generate_series(1, {OUT}) g""")


def relay(bench, stack):
    """Events a second, from the cursor's first move to its last."""
    stack.kill("invoicing", 15)
    fill_outbox(bench, stack)
    last = int(bench.value(stack, "invoicing", "select max(seq) from outbox"))
    at = begun = int(bench.value(stack, "invoicing", "select max(last_seq) from relay_cursor"))
    stack.run("invoicing", "--roles=relay")
    start, first = None, begun
    while at < last:
        time.sleep(0.01)
        at = int(bench.value(stack, "invoicing", "select max(last_seq) from relay_cursor"))
        if start is None and at > begun:
            start, first = time.monotonic(), at
    took = time.monotonic() - start
    stack.kill("invoicing", 15)
    return (last - first) / took


def alone(bench, stack, path):
    return bench.load(bench.program("produce", "rdkafka"), stack.brokers, "dunlin.invoices.v1", path)["per_second"]


def write_alone(bench, stack):
    payload = bytes.fromhex(bench.value(stack, "invoicing", "select encode(payload, 'hex') from outbox where type like '%InvoiceIssued' limit 1"))
    path = FOLDER / "events.out"
    with open(path, "wb") as out:
        for n in range(OUT):
            record(out, f"{MERCHANT}:C{n % CUSTOMERS}", f"01900000-0000-7000-8000-{n:012x}", "dunlin.invoices.v1.InvoiceIssued", payload)
    return path, len(payload)


# ---- in ----

def customer(n):
    from dunlin.billing.v1 import billing_pb2 as billing
    return billing.DefineCustomer(merchant_id=MERCHANT, customer_ref=f"C{n}", name=f"Customer {n}", billing_day=1, language="en", zone="Europe/Berlin", currency="EUR")


def charge(run, n):
    from dunlin.billing.v1 import billing_pb2 as billing
    m = billing.AddCharge(merchant_id=MERCHANT, customer_ref=f"C{n * 7919 % CUSTOMERS}", external_ref=f"charge-{run}-{n}", description="Metered use")
    m.quantity.unscaled, m.quantity.scale = 15, 1
    m.unit_price.unscaled, m.unit_price.scale = 1999, 2
    m.currency, m.tax_category, m.tax_rate.unscaled, m.when = "EUR", 1, 19, 3
    return m


def write_billing(run, messages):
    path = FOLDER / "billing.in"
    with open(path, "wb") as out:
        for n, m in enumerate(messages):
            record(out, f"{m.merchant_id}:{m.customer_ref}", f"bench-{run}-{n}", m.DESCRIPTOR.full_name, m.SerializeToString())
    return path


def publish(bench, stack, run, messages):
    bench.load(bench.program("produce", "rdkafka"), stack.brokers, "dunlin.billing.v1", write_billing(run, messages))


def taken(bench, stack, run):
    return int(bench.value(stack, "invoicing", f"select count(*) from inbox where source = 'bench' and id like 'bench-{run}-%'"))


def wait_taken(bench, stack, run, count, seconds=120):
    end = time.monotonic() + seconds
    while taken(bench, stack, run) < count:
        if time.monotonic() > end:
            failed(f"{taken(bench, stack, run)} of {count} events are taken after {seconds} s")
        time.sleep(0.02)


class Replicas:
    """Processes that only consume, one thread each, members of one group by names of their own; they listen on ports of their own."""

    def __init__(self, stack, count):
        self.stack, self.names = stack, [f"invoicing{i}" for i in range(count)]
        for i, name in enumerate(self.names):
            environment = stack.environment("invoicing")
            host = "127.0.0.1"
            ports = stack.names(name)
            environment.update(INVOICING_HTTP_ADDRESS=f"{host}:{ports[0]}", INVOICING_OPS_ADDRESS=f"{host}:{ports[1]}", INVOICING_KAFKA_INSTANCE_ID=f"bench-{i}")
            log = open(stack.folder / f"{name}.log", "ab")
            stack.procs[name] = subprocess.Popen([str(stack.bin / "invoicing"), "run", "--roles=consume"], env=environment, stdout=log, stderr=log,
                                                 stdin=subprocess.DEVNULL, start_new_session=True)
            log.close()

    def wait_joined(self, bench):
        """Each owns partitions of the topic, and together all of them."""
        end = time.monotonic() + 60
        sql = "select count(distinct owner) || ' ' || count(*) from consumer_position where topic = 'dunlin.billing.v1'"
        while bench.value(self.stack, "invoicing", sql) != f"{len(self.names)} 12":
            if time.monotonic() > end:
                failed(f"the group of {len(self.names)} does not settle: {bench.value(self.stack, 'invoicing', sql)}")
            time.sleep(0.1)
        time.sleep(1)

    def stop(self):
        for name in self.names:
            self.stack.kill(name, 15)


def consume(bench, stack, replicas, costs=None):
    """Events a second, from the first message sent to the last commit. Everyone has joined before."""
    run = next(runs)
    path = write_billing(run, (charge(run, n) for n in range(EVENTS)))
    group = Replicas(stack, replicas)
    try:
        group.wait_joined(bench)
        wal = bench.wal(stack, "invoicing")
        start = time.monotonic()
        bench.load(bench.program("produce", "rdkafka"), stack.brokers, "dunlin.billing.v1", path)
        wait_taken(bench, stack, run, EVENTS)
        took = time.monotonic() - start
        if costs is not None:
            costs.append((bench.wal(stack, "invoicing") - wal) / EVENTS)
    finally:
        group.stop()
    charges = int(bench.value(stack, "invoicing", f"select count(*) from charge where external_ref like 'charge-{run}-%'"))
    dead = bench.value(stack, "invoicing", "select count(*) from dead_letter")
    if charges != EVENTS or dead != "0":
        failed(f"{charges} charges of {EVENTS} events, {dead} dead letters")
    return EVENTS / took


def run(bench):
    # Of its own, with invoicing alone: the others would take what is sent while it is measured.
    stack = bench.new_stack("h")
    try:
        for name in stack.services:
            if name != "invoicing":
                stack.kill(name, 15)
        bench.say_settings(stack)
        bench.define_merchant(stack)
        return measure(bench, stack)
    finally:
        stack.stop()


def measure(bench, stack):
    publish(bench, stack, 0, (customer(n) for n in range(CUSTOMERS)))
    wait_taken(bench, stack, 0, CUSTOMERS)
    bench.call(stack, "invoicing", "POST", "/v1/charges", {
        "customer_ref": "C0", "external_ref": "one", "description": "Metered use", "quantity": "1.5", "unit_price": "19.99", "currency": "EUR",
        "tax_category": "S", "tax_rate": "19", "when": "at_once"}, key="one")
    path, size = write_alone(bench, stack)
    librdkafka, through = abba(lambda: alone(bench, stack, path), lambda: relay(bench, stack))
    wals = []
    consume(bench, stack, 1)
    inserts, one, two, four = abba(lambda: bench.single_inserts(stack, "invoicing"), lambda: consume(bench, stack, 1, wals),
                                   lambda: consume(bench, stack, 2), lambda: consume(bench, stack, 4))
    print(f"   payload out {size} B; in: {statistics.median(wals):.0f} B of WAL per event, one replica")
    return [
        Line("h outbox to Kafka by the relay", through, "events/s", librdkafka, "librdkafka alone/s", ">= 0.8x", at_least=0.8),
        Line("h topic to commit, one thread", one, "events/s", inserts, "single inserts/s", ">= 10,000/s", at_least=10000, of="ours"),
        Line("h the same, 2 replicas", two, "events/s", one, "one thread", ""),
        Line("h the same, 4 replicas", four, "events/s", one, "one thread", ""),
    ]
