"""What a daemon takes of a machine: memory idle and under the load of row c, the time from its start to ready, the size of the image."""

import shutil
import statistics
import subprocess
import time

import webhooks
from frame import ROUNDS, Line, memory_of

ABOUT = "memory, start to ready, image"
SETTLE_S = 3  # the group is joined, partitions are kept


def loaded(bench, stack):
    """The most that payments had resident while it took webhooks."""
    webhooks.define_account(bench, stack)
    host, port = webhooks.host_and_port(stack.url("payments"))
    bench.load(bench.program("load"), host, port, 64, webhooks.write("webhooks", 0xE00 + int(time.time()) % 256, 20000))
    return webhooks.peak(stack.procs["payments"].pid)


def image():
    if shutil.which("docker") is None:
        return []
    done = subprocess.run(["docker", "image", "inspect", "-f", "{{.Size}}", "dunlin-core"], capture_output=True, text=True)
    return [int(done.stdout) / 1e6] if done.returncode == 0 else []


def run(bench):
    stack = bench.stack()
    lines = []
    peer = webhooks.Express(bench, stack)
    starts, idle = [], []
    for _ in range(ROUNDS):
        starts.append(peer.start())
        idle.append(memory_of(peer.process.pid)[0])
        peer.stop()
    for name in stack.services:
        ready = [bench.start_to_ready(stack, name) for _ in range(2 * ROUNDS)]
        time.sleep(SETTLE_S)
        resident, anonymous = memory_of(stack.procs[name].pid)
        lines += [Line(f"e {name}, start to ready", ready, "ms", starts, "ms Express", "<= 50 ms", at_most=50, of="ours"),
                  Line(f"e {name}, resident idle", [resident], "MB", [statistics.median(idle)], "MB Express", "<= 20 MB", at_most=20, of="ours"),
                  Line(f"e {name}, anonymous idle", [anonymous], "MB", goal="<= 6 MB", at_most=6, of="ours")]
    lines.append(Line("e payments, resident under c", [loaded(bench, stack)], "MB", goal="<= 48 MB", at_most=48, of="ours"))
    size = image()
    lines.append(Line("e image dunlin-core", size, "MB" if size else "not run: no such image here", goal="<= 60 MB", at_most=60 if size else None, of="ours"))
    return lines
