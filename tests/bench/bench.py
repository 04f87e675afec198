"""The figures that are looked at while building, each as a ratio to a yardstick of the same run: `make bench`.

    bench.py [ROW...]     rows: consume intake memory

Everything runs on the same machine: PostgreSQL, Apache Kafka, the daemons, and whoever makes the load. Settings of the server are read back and
printed. No figure without its check: what was sent is counted in the database, or the row says that it failed.
"""

import hashlib
import hmac
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(HERE / "deploy/demo"))
from stack import Stack, http  # noqa: E402

B = pathlib.Path(os.environ.get("B", HERE / "build"))
FOLDER = B / "run/bench"
EVENTS = int(os.environ.get("EVENTS", 100000))
CUSTOMERS = 2000
HOOKS = int(os.environ.get("HOOKS", 60000))


def pgbench(stack, name, script, clients, seconds=8, setup=None):
    """Transactions per second of a script at the database of a service, as its application role."""
    url = stack.databases[name][1]
    if setup:
        subprocess.run(["psql", "-q", "-d", url, "-c", setup], check=True, stdout=subprocess.DEVNULL)
    path = FOLDER / "pgbench.sql"
    path.write_text(script)
    program = shutil.which("pgbench") or next(iter(sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/pgbench"))[::-1]))
    done = subprocess.run([str(program), "-n", "-M", "prepared", "-c", str(clients), "-j", "2", "-T", str(seconds), "-f", str(path), url],
                          capture_output=True, text=True, check=True)
    return float(re.search(r"tps = ([0-9.]+)", done.stdout).group(1))


def insert_yardstick(stack, name):
    """Durable single inserts of a 1.2 kB event with a unique key, 64 clients: what an intake without batching could do."""
    return pgbench(stack, name, "insert into yardstick (event, body) values (gen_random_uuid()::text, repeat('x', 1200)) on conflict do nothing;\n", 64,
                   setup="create table if not exists yardstick (event text primary key, body text not null)")


def value(stack, name, sql):
    done = subprocess.run(["psql", "-qAt", "-d", stack.databases[name][1], "-c", sql], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def settings(stack):
    shown = {s: value(stack, "invoicing", f"show {s}") for s in ("server_version", "fsync", "synchronous_commit", "full_page_writes", "shared_buffers")}
    print("PostgreSQL", ", ".join(f"{k}={v}" for k, v in shown.items()))
    print(f"broker {stack.broker_kind}, load {os.getloadavg()[0]:.2f}, {os.cpu_count()} processors, "
          f"{subprocess.run(['git', 'describe', '--always', '--dirty'], cwd=HERE, capture_output=True, text=True).stdout.strip()}")


def row(name, ours, unit, yardstick, what, goal):
    ratio = f"{ours / yardstick:.2f}x" if yardstick else "-"
    print(f"{name:<34} {ours:>10,.0f} {unit:<12} {yardstick or 0:>10,.0f} {what:<28} {ratio:>7}   goal {goal}")


# ---- rows ----

def publish_billing(stack, events):
    """A backlog of customers and charges on dunlin.billing.v1."""
    import confluent_kafka
    from dunlin.billing.v1 import billing_pb2 as billing

    producer = confluent_kafka.Producer({"bootstrap.servers": stack.brokers, "partitioner": "murmur2_random", "compression.type": "lz4",
                                         "queue.buffering.max.messages": 1000000, "linger.ms": 20})

    def send(message, number):
        key = f"{message.merchant_id}:{message.customer_ref}"
        while True:
            try:
                producer.produce("dunlin.billing.v1", message.SerializeToString(), key, headers=[
                    ("ce_specversion", "1.0"), ("ce_id", f"bench-{number}"), ("ce_source", "bench"), ("ce_type", message.DESCRIPTOR.full_name),
                    ("ce_time", "2026-01-01T00:00:00Z"), ("content-type", "application/protobuf")])
                return
            except BufferError:
                producer.poll(0.1)

    for c in range(CUSTOMERS):
        m = billing.DefineCustomer(merchant_id="bench", customer_ref=f"C{c}", name=f"Customer {c}", billing_day=1, language="en", zone="Europe/Berlin", currency="EUR")
        send(m, c)
    for n in range(CUSTOMERS, events):
        m = billing.AddCharge(merchant_id="bench", customer_ref=f"C{n * 7919 % CUSTOMERS}", external_ref=f"charge-{n}", description="Metered use")
        m.quantity.unscaled, m.quantity.scale = 15, 1
        m.unit_price.unscaled, m.unit_price.scale = 1999, 2
        m.currency = "EUR"
        m.tax_category = 1
        m.tax_rate.unscaled = 19
        m.when = 3
        send(m, n)
    if producer.flush(60):
        raise SystemExit("the broker did not take the backlog")


def define_merchant(stack):
    body = json.loads((HERE / "tests/bench/merchant.json").read_text())
    status, answer = stack.call("invoicing", "POST", "/v1/merchants", body, merchant="bench", role="admin", key="merchant")
    if status not in (200, 201):
        raise SystemExit(f"the merchant was refused: {answer}")


def consumed(stack):
    return int(value(stack, "invoicing", "select count(*) from inbox where source = 'bench'"))


def bench_consume(stack):
    """One consume thread, from the first commit of the backlog to the last."""
    define_merchant(stack)
    stack.kill("invoicing", 15)
    publish_billing(stack, EVENTS)
    stack.run("invoicing", "--roles=consume")
    while consumed(stack) == 0:
        time.sleep(0.002)
    start, first = time.monotonic(), consumed(stack)
    while (n := consumed(stack)) < EVENTS:
        time.sleep(0.02)
    took = time.monotonic() - start
    stack.kill("invoicing", 15)
    dead = value(stack, "invoicing", "select count(*) from dead_letter")
    charges = value(stack, "invoicing", "select count(*) from charge")
    if dead != "0" or int(charges) != EVENTS - CUSTOMERS:
        why = value(stack, "invoicing", "select code, field, reason, count(*) from dead_letter group by 1, 2, 3 order by 4 desc limit 3")
        raise SystemExit(f"consume: {dead} dead letters ({why}), {charges} charges: no figure")
    row("consume to commit, one thread", (n - first) / took, "events/s", insert_yardstick(stack, "invoicing"), "single inserts/s, 64 clients", ">= 10,000/s")
    stack.run("invoicing")
    stack.wait_ready("invoicing")


def signed(secret, body):
    at = int(time.time())
    mac = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={mac}"


def write_webhooks(path, secret, events):
    """Events of about 1 kB, each of its own id, signed as Stripe signs."""
    with open(path, "wb") as out:
        for n in range(events):
            body = json.dumps({
                "id": f"evt_bench_{n}", "object": "event", "api_version": "2025-04-30.basil", "created": int(time.time()), "livemode": False,
                "type": "payment_intent.succeeded", "pending_webhooks": 1, "data": {"object": {
                    "id": f"pi_bench_{n}", "object": "payment_intent", "amount": 1999, "amount_received": 1999, "currency": "eur", "livemode": False,
                    "latest_charge": f"ch_bench_{n}", "status": "succeeded", "description": "x" * 480,
                    "metadata": {"attempt_id": f"01900000-0000-7000-8000-{n:012x}"}}}}).encode()
            head = (f"POST /webhooks/stripe/bench:main HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"
                    f"Stripe-Signature: {signed(secret, body)}\r\nContent-Length: {len(body)}\r\n\r\n").encode()
            out.write(b"%d\n" % (len(head) + len(body)) + head + body)


def bench_intake(stack):
    """Webhooks over 64 connections: verified, stored, answered 200 after the commit. The first tenth is for warming up."""
    secret = "whsec_bench_0123456789"
    status, answer = stack.call("payments", "POST", "/v1/provider-accounts", {
        "account": "main", "provider": "stripe", "live": False, "api_key": "sk_test_bench", "webhook_secrets": [secret]}, merchant="bench", role="admin", key="account")
    if status not in (200, 201):
        raise SystemExit(f"the provider account was refused: {answer}")
    load = FOLDER / "load"
    subprocess.run(["cc", "-std=gnu17", "-D_GNU_SOURCE", "-O2", "-o", str(load), str(HERE / "tests/bench/load.c")], check=True)
    write_webhooks(FOLDER / "webhooks", secret, HOOKS)
    host, port = stack.url("payments").rsplit("/", 1)[1].split(":")
    done = subprocess.run([str(load), host, port, "64", str(FOLDER / "webhooks")], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"intake: {done.stderr or done.stdout}: no figure")
    figures = json.loads(done.stdout)
    stored = int(value(stack, "payments", "select count(*) from webhook where event_id like 'evt_bench_%'"))
    if stored != HOOKS:
        raise SystemExit(f"intake: {HOOKS} answered, {stored} stored: no figure")
    row("webhook intake, 64 connections", figures["per_second"], "webhooks/s", insert_yardstick(stack, "payments"), "single inserts/s, 64 clients", ">= 8,000/s")
    print(f"{'':<34} p50 {figures['p50_us'] / 1000:.1f} ms, p99 {figures['p99_us'] / 1000:.1f} ms")


def memory_of(pid):
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    kb = {k: int(re.search(rf"^{k}:\s+(\d+)", text, re.M).group(1)) for k in ("VmRSS", "RssAnon")}
    return kb["VmRSS"] / 1024, kb["RssAnon"] / 1024


def bench_memory(stack):
    for name in stack.services:
        stack.kill(name, 15)
        start = time.monotonic()
        stack.run(name)
        while True:
            try:
                if http(stack.ops(name) + "/readyz", timeout=1)[0] == 200:
                    break
            except OSError:
                pass
            time.sleep(0.001)
        ready = (time.monotonic() - start) * 1000
        time.sleep(3)
        rss, anonymous = memory_of(stack.procs[name].pid)
        print(f"{name:<34} {rss:>10.1f} MB RSS, {anonymous:.1f} MB anonymous, ready in {ready:.0f} ms   goal <= 20 MB, <= 6 MB, <= 100 ms")


def make_missing_topics(stack):
    """A service waits for every topic that it reads: those of services that are not measured here are made by hand."""
    from confluent_kafka.admin import AdminClient, NewTopic

    writers = {"billing": "invoicing", "customers": "invoicing", "invoices": "invoicing", "payments": "payments", "ledger": "reconciliation",
               "reminders": "reminders"}
    new = [NewTopic(f"dunlin.{t}.v1", 12, 1) for t, writer in writers.items() if writer not in stack.services]
    admin = AdminClient({"bootstrap.servers": stack.brokers})
    for future in (admin.create_topics(new) if new else {}).values():
        future.result()


ROWS = {"consume": bench_consume, "intake": bench_intake, "memory": bench_memory}


def main():
    rows = sys.argv[1:] or os.environ.get("ROWS", "").split() or list(ROWS)
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    settings_of = {"payments": {"SECRET_KEY": "00" * 32}}
    stack = Stack(FOLDER, B / os.environ.get("FLAVOUR", "release") / "bin", broker=os.environ.get("BROKER", "kafka"), sandbox=False, settings=settings_of,
                  services=tuple(s for s in ("invoicing", "reconciliation", "payments", "reminders") if (B / "release/bin" / s).exists()))
    with stack:
        make_missing_topics(stack)
        settings(stack)
        for r in rows:
            ROWS[r](stack)


if __name__ == "__main__":
    main()
