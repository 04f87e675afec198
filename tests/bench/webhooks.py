"""Signed webhooks for load.c, and the Express receiver that is their yardstick."""

import hashlib
import hmac
import json
import os
import pathlib
import subprocess
import time

from frame import B, FOLDER, HERE, failed, http
from stack import free_port

SECRET = "whsec_bench_0123456789"
PATH = "/webhooks/stripe/bench:main"


def signed(body, at):
    mac = hmac.new(SECRET.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={mac}"


def write(name, run, count):
    """A file of count requests of about 1 kB, each an event of its own, signed now."""
    path = FOLDER / name
    at = int(time.time())
    with open(path, "wb") as out:
        for n in range(count):
            body = json.dumps({
                "id": f"evt_bench_{run}_{n}", "object": "event", "api_version": "2025-04-30.basil", "created": at, "livemode": False,
                "type": "payment_intent.succeeded", "pending_webhooks": 1, "data": {"object": {
                    "id": f"pi_bench_{run}_{n}", "object": "payment_intent", "amount": 1999, "amount_received": 1999, "currency": "eur",
                    "livemode": False, "latest_charge": f"ch_bench_{run}_{n}", "status": "succeeded", "description": "x" * 480,
                    "metadata": {"attempt_id": f"01900000-0000-7000-8{run:03x}-{n:012x}"}}}}).encode()
            head = (f"POST {PATH} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"
                    f"Stripe-Signature: {signed(body, at)}\r\nContent-Length: {len(body)}\r\n\r\n").encode()
            out.write(b"%d\n" % (len(head) + len(body)) + head + body)
    return path


def define_account(bench, stack):
    bench.call(stack, "payments", "POST", "/v1/provider-accounts", {
        "account": "main", "provider": "stripe", "live": False, "api_key": "sk_test_bench", "webhook_secrets": [SECRET]}, role="admin", key="account")


class Express:
    """Started on the database of payments, as the owner."""

    def __init__(self, bench, stack):
        modules = B / "node/node_modules"
        if not (modules / "express").exists():
            failed(f"no Express in {modules}: make {B}/node/.done")
        bench.value(stack, "payments", "create table if not exists express_event (account text, id text, type text not null, body bytea not null, "
                                       "received_at timestamptz not null default now(), primary key (account, id))")
        own = modules / ".bin/node"
        self.command = [str(own) if own.exists() else "node", str(HERE / "tests/bench/express.js")]
        self.port = free_port()
        self.environment = dict(os.environ, PORT=str(self.port), SECRET=SECRET, NODE_ENV="production", DATABASE_URL=stack.databases["payments"][1],
                                NODE_PATH=str(modules))
        self.process = None

    def start(self):
        """Milliseconds until it answers."""
        start = time.monotonic()
        self.process = subprocess.Popen(self.command, env=self.environment, stdin=subprocess.DEVNULL)
        while time.monotonic() < start + 30:
            try:
                if http(f"http://127.0.0.1:{self.port}/readyz", timeout=1)[0] == 200:
                    return (time.monotonic() - start) * 1000
            except OSError:
                pass
            if self.process.poll() is not None:
                failed("Express does not start")
            time.sleep(0.001)
        failed("Express is not ready after 30 s")

    def stop(self):
        if self.process is not None:
            self.process.terminate()
            self.process.wait()
        self.process = None


def host_and_port(url):
    return url.rsplit("/", 1)[1].split(":")


def peak(pid):
    """The most that a process had resident, in megabytes."""
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return 0
