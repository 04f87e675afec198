"""The peers' own work: an invoice and the receipt that pays it, each its own HTTP request, until both are in the ledger."""

import itertools
import os

from frame import MERCHANT, Line, abba, failed
from rows import h

ABOUT = "one invoice and its receipt, two HTTP requests, against pgbench doing the least that a payment is, 16 clients"
PAIRS = int(os.environ.get("PAIRS", 8000))
runs = itertools.count(1)


def pairs(bench, stack, connections, p99s):
    run = f"{next(runs)}"
    ports = [stack.names(s)[0] for s in ("invoicing", "reconciliation")]
    tokens = [stack.token(s, MERCHANT, "write") for s in ("invoicing", "reconciliation")]
    before = receipts(bench, stack)
    figures = bench.load(bench.program("pair"), *ports, *tokens, connections, PAIRS, run)
    # A receipt's answer comes after the commit that allocates it: with the last answer both are in the journal.
    if receipts(bench, stack) - before != PAIRS:
        failed(f"{PAIRS} pairs were answered, {receipts(bench, stack) - before} receipts are allocated in full")
    print(f"   {connections} connections: {figures['per_second']} pairs/s, p50 {figures['p50_us'] / 1000:.1f} ms, p99 {figures['p99_us'] / 1000:.1f} ms, "
          f"{figures['again']} receipts sent again", flush=True)
    p99s.append(figures["p99_us"] / 1000)
    return figures["per_second"]


def receipts(bench, stack):
    return int(bench.value(stack, "reconciliation", f"""select count(*) from open_item
        where merchant_id = '{MERCHANT}' and amount = 11900 and open = 0 and allocated = 11900"""))


def run(bench):
    stack = bench.new_stack("p", services=("invoicing", "reconciliation", "payments", "reminders"))
    try:
        bench.define_merchant(stack)
        h.publish(bench, stack, 0, (h.customer(n) for n in range(h.CUSTOMERS)))
        h.wait_taken(bench, stack, 0, h.CUSTOMERS)
        few, many = [], []
        least, at_16, at_64 = abba(lambda: bench.minimal_payments(stack, "reconciliation"), lambda: pairs(bench, stack, 16, few),
                                   lambda: pairs(bench, stack, 64, many))
        proof = stack.verb("reconciliation", "proof", MERCHANT, check=False)
        if proof.returncode:
            failed(f"the books do not balance: {proof.stdout}")
    finally:
        stack.stop()
    return [
        Line("p invoice and receipt, 16 connections", at_16, "pairs/s", least, "payments/s, pgbench 16", ""),
        Line("p the same, 64 connections", at_64, "pairs/s", least, "payments/s, pgbench 16", ">= 1.0x", at_least=1.0),
        Line("p p99 of a pair, 64 connections, closed loop", many, "ms", goal="<= 50 ms", at_most=50, of="ours"),
    ]
