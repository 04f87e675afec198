"""From a webhook that is due to its invoice paid in invoicing's database: webhooks leave at half of a1's rate, whether those before are answered or not, and the
commit timestamp of the invoice's open item says when it was paid. The yardstick is what the way takes at the least: three commits and two acknowledged produces,
each measured alone, one at a time.
"""

import os
import pathlib
import shutil
import subprocess
import time

import webhooks
from frame import FOLDER, Line, failed
from rows import a1

ABOUT = "webhook to invoice paid, open loop at half of a1's rate, against three commits and two produces alone"
RATE = float(os.environ.get("RATE", 0))  # webhooks a second; 0: half of what a1 does here
LATENCIES = int(os.environ.get("LATENCIES", 20000))


def at(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def commits(bench, stack):
    """Milliseconds of single inserts, one client."""
    bench.value(stack, "reconciliation", "create table if not exists y_commit (id bigint generated always as identity primary key, body text not null)")
    script = FOLDER / "commit.sql"
    script.write_text("insert into y_commit (body) values (repeat('x', 200));\n")
    program = shutil.which("pgbench") or sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/pgbench"))[-1]
    for old in FOLDER.glob("commit.log*"):
        old.unlink()
    subprocess.run([str(program), "-n", "-M", "prepared", "-c", "1", "-T", "5", "-l", f"--log-prefix={FOLDER}/commit.log", "-f", str(script),
                    stack.databases["reconciliation"][1]], check=True, capture_output=True)
    return [int(line.split()[2]) / 1000 for path in FOLDER.glob("commit.log*") for line in path.read_text().splitlines()]


def produces(stack):
    """Milliseconds until a message is acknowledged, one at a time, with the relay's settings."""
    import confluent_kafka

    producer = confluent_kafka.Producer({"bootstrap.servers": stack.brokers, "acks": "all", "enable.idempotence": True, "linger.ms": 1})
    took = []
    for n in range(1000):
        begun = time.monotonic()
        producer.produce("dunlin.invoicing.dlq", key=f"y:{n}", value=b"x" * 200, partition=0, headers={"ce_id": f"y{n}", "ce_type": "y", "ce_source": "y"})
        if producer.flush(10):
            failed("the broker does not acknowledge")
        took.append((time.monotonic() - begun) * 1000)
    return took[100:]


def keep_commit_times(stack):
    """PostgreSQL keeps them from its next start on."""
    folder = stack.folder / "postgres"
    url = stack.script("postgres", "url", folder)[0]
    subprocess.run(["psql", "-qX", "-d", url, "-c", "alter system set track_commit_timestamp = on"], check=True)
    stack.script("postgres", "stop", folder)
    stack.script("postgres", "start", folder)
    stack.wait_ready()


def measure(bench, whole, run, rate):
    """Milliseconds of each webhook from when it was due until its invoice is paid."""
    whole.invoices(run, LATENCIES)
    whole.checkouts(run)
    pairs = bench.value(whole.stack, "payments", "select a.attempt_id || ' ' || i.invoice_id from attempt a join attempt_item i using (attempt_id) where a.state = 'created'")
    attempts = [line.split() for line in pairs.splitlines()]
    if len(attempts) != LATENCIES:
        failed(f"{len(attempts)} attempts, not {LATENCIES}")
    path = a1.write_requests("due", (a1.paid(run, n, a, int(time.time())) for n, (a, _) in enumerate(attempts)))
    done = bench.load(bench.program("load"), *webhooks.host_and_port(whole.stack.url("payments")), a1.CONNECTIONS, path, rate)
    whole.wait("invoicing", "select count(*) from open_item where open > 0", 0)
    text = bench.value(whole.stack, "invoicing", "select invoice_id || ' ' || (extract(epoch from pg_xact_commit_timestamp(xmin)) * 1000000)::bigint from open_item")
    paid = {name: int(us) for name, us in (line.split() for line in text.splitlines())}
    print(f"   {done['per_second']} webhooks/s, answered p50 {done['p50_us'] / 1000:.1f} ms, p99 {done['p99_us'] / 1000:.1f} ms", flush=True)
    return [(paid[invoice] - done["began_us"] - n * 1e6 / rate) / 1000 for n, (_, invoice) in enumerate(attempts)]


def run(bench):
    whole = a1.Whole(bench, "a2")
    try:
        keep_commit_times(whole.stack)
        rate = RATE or whole.run(min(a1.PAYMENTS, 5000)) / 2
        commit, ack = commits(bench, whole.stack), produces(whole.stack)
        took = measure(bench, whole, next(a1.runs), rate)
    finally:
        whole.close()
    if min(took) < 0:
        failed("an invoice was paid before its webhook was due")
    work = f"a2 webhook to invoice paid, {rate:,.0f}/s open loop,"
    bare = {share: 3 * at(commit, share) + 2 * at(ack, share) for share in (0.5, 0.99)}
    return [Line(f"{work} p50", [at(took, 0.5)], "ms", [bare[0.5]], "ms bare", "<= 3x", at_most=3),
            Line(f"{work} p99", [at(took, 0.99)], "ms", [bare[0.5]], "ms bare p50", "<= 10x", at_most=10),
            Line(f"{work} p99.9", [at(took, 0.999)], "ms", [bare[0.99]], "ms bare p99")]
