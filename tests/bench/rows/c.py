"""Webhook intake: verified, deduplicated, stored, committed, then 200; about 1 kB, 64 connections that stay open."""

import itertools
import os

import webhooks
from frame import Line, abba, failed

ABOUT = "webhook intake over 64 connections, against Express and against single inserts"
HOOKS = int(os.environ.get("HOOKS", 30000))
CONNECTIONS = 64
runs = itertools.count(1)


def send(bench, url, count):
    """(per second, p99 in ms, run)"""
    run = next(runs)
    host, port = webhooks.host_and_port(url)
    figures = bench.load(bench.program("load"), host, port, CONNECTIONS, webhooks.write("webhooks", run, count))
    return figures["per_second"], figures["p99_us"] / 1000, run


def ours(bench, stack, p99s, count=HOOKS):
    per_second, p99, run = send(bench, stack.url("payments"), count)
    stored = int(bench.value(stack, "payments", f"select count(*) from webhook where event_id like 'evt\\_bench\\_{run}\\_%'"))
    if stored != count:
        failed(f"{count} were answered with 200, {stored} are stored")
    p99s.append(p99)
    return per_second


def express(bench, stack, p99s, count=HOOKS // 2):
    server = webhooks.Express(bench, stack)
    server.start()
    try:
        send(bench, f"http://127.0.0.1:{server.port}", 2000)
        per_second, p99, run = send(bench, f"http://127.0.0.1:{server.port}", count)
    finally:
        server.stop()
    stored = int(bench.value(stack, "payments", f"select count(*) from express_event where id like 'evt\\_bench\\_{run}\\_%'"))
    if stored != count:
        failed(f"Express answered {count} with 200 and stored {stored}")
    p99s.append(p99)
    return per_second


def run(bench):
    stack = bench.stack()
    webhooks.define_account(bench, stack)
    mine, theirs = [], []
    ours(bench, stack, [], 4000)
    inserts, peers, figures = abba(lambda: bench.single_inserts(stack, "payments"), lambda: express(bench, stack, theirs),
                                   lambda: ours(bench, stack, mine))
    return [
        Line("c webhook intake, 64 connections", figures, "/s", inserts, "single inserts/s", ">= 1.3x", at_least=1.3),
        Line("c the same", figures, "/s", peers, "Express + stripe + pg /s", ">= 5x", at_least=5),
        Line("c p99, closed loop", mine, "ms", theirs, "ms Express", "<= 10 ms", at_most=10, of="ours"),
    ]
