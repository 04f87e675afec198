"""How the cost of one grows with how many there are: a1 and d at several sizes, each on databases of its own. The slope is that of the logarithms, from the
first size to the last: 0 is the same for each, 1 is twice the time for each where there are twice as many."""

import math
import os

from frame import B, Line, failed
from rows import a1, d

ABOUT = "a1 and d at 10,000, 100,000 and 1,000,000: microseconds for each, and the slope"
SIZES = [int(n) for n in os.environ.get("GROWTH", "10000 100000 1000000").split()]
STEEP = 0.1  # ten times as many may cost a quarter more each: trees are deeper, and less is in memory


def payments(bench, size):
    whole = a1.Whole(bench, f"growth-{size}")
    try:
        whole.run(min(size, 500))
        return 1e6 / whole.run(size)
    finally:
        whole.close()


def dunning(bench, size):
    stack = bench.new_stack(f"growth-d-{size}", services=("reminders",))
    try:
        stack.kill("reminders", 15)
        app, owner = stack.databases["reminders"]
        row = d.Row(stack.script("postgres", "url", stack.folder / "postgres")[0], B / os.environ.get("FLAVOUR", "release") / "bin/reminders", app, owner,
                    items=size, due=size // 16 * 4)
        row.prepare()
        return row.ours() / row.due * 1e6
    finally:
        stack.stop()


def slope(costs):
    return math.log(costs[-1] / costs[0]) / math.log(SIZES[-1] / SIZES[0])


def lines(work, costs):
    print(f"   {work}: " + ", ".join(f"{n:,}: {c:.0f} us" for n, c in zip(SIZES, costs)), flush=True)
    return [Line(f"growth {work} of {n:,}", [c], "us each") for n, c in zip(SIZES, costs)] + [
        Line(f"growth {work}: slope", [slope(costs)], "", goal=f"<= {STEEP}", at_most=STEEP, of="ours")]


def run(bench):
    if len(SIZES) < 2 or min(SIZES) < 100:
        failed("GROWTH is two sizes or more, from 100 on")
    return lines("a1, a payment", [payments(bench, n) for n in SIZES]) + lines("d, a due item", [dunning(bench, n) for n in SIZES])
