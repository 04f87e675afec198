"""MT940 as a stream: our reader, to records of lines, against npm's mt940js, the fastest peer that was found, and PyPI's mt-940, over the same bytes."""

import os
import sys

from frame import B, FOLDER, HERE, Line, abba, failed
from rows import f

ABOUT = "MT940 to lines against npm's mt940js and PyPI's mt-940 over the same bytes"
MT_LINES = int(os.environ.get("MT_LINES", 100_000))
LARGE_MB = int(os.environ.get("LARGE_MB", 1024))
BLOCK = 1000
PYTHON = """
import json, sys, time, mt940
text = open(sys.argv[1]).read()
begun = time.perf_counter()
lines = sum("amount" in t.data for t in mt940.parse(text).transactions)
print(json.dumps({"lines": lines, "seconds": time.perf_counter() - begun, "bytes": len(text)}))
"""


def entry(n):
    minor = 1000 + n * 7919 % 90000
    text = (f":61:2603020302C{minor // 100},{minor % 100:02}NTRFINV-{n:05}//B{n:08}\r\n"
            f":86:166?00GUTSCHRIFT?20EREF+E-{n:05}?21SVWZ+Rechnung INV-{n:05} v?22om 2. Februar?30COBADEFFXXX?31DE89370400440532013000?32Payer {n:05}\r\n")
    return text, minor


def statement(path, lines):
    """A statement of so many lines, in blocks of a thousand whose numbers go on. Returns how many there are."""
    blocks = -(-lines // BLOCK)
    parts = [entry(n) for n in range(BLOCK)]
    block = "".join(text for text, _ in parts)
    closing = sum(minor for _, minor in parts) * blocks
    with open(path, "w", newline="") as out:
        out.write(":20:BENCH\r\n:25:DE02120300000000202051\r\n:28C:1/1\r\n:60F:C260302EUR0,00\r\n")
        for n in range(blocks):
            out.write(block.replace("E-", f"E-{n:06}-"))
        out.write(f":62F:C260302EUR{closing // 100},{closing % 100:02}\r\n-\r\n")
    return blocks * BLOCK


def run(bench):
    small, large, ours = FOLDER / "g.sta", FOLDER / "g-large.sta", f.programs()["ours"]
    lines = statement(small, MT_LINES)
    program = FOLDER / "mt940_of_pypi.py"
    program.write_text(PYTHON)

    def rate(*command):
        done = bench.load(*command)
        if done["lines"] != lines:
            failed(f"{lines} lines were written, {done['lines']} read by {command[0]}")
        return done["bytes"] / done["seconds"] / 1e6

    os.environ["NODE_PATH"] = str(B / "node/node_modules")
    results = abba(lambda: rate(ours, small), lambda: rate("node", HERE / "tests/bench/mt940.js", small), lambda: rate(sys.executable, program, small))
    many = statement(large, lines * (LARGE_MB << 20) // small.stat().st_size)
    held = bench.load(ours, large)
    if held["lines"] != many:
        failed(f"{many} lines were written, {held['lines']} read")
    small.unlink()
    large.unlink()
    return [Line(f"g MT940 of {lines:,} lines", results[0], "MB/s", results[1], "npm mt940js", ">= 60x", at_least=60),
            Line("g the same", results[0], "MB/s", results[2], "PyPI mt-940"),
            Line(f"g resident over {LARGE_MB:,} MB", [held["resident_kb"] / 1024], "MB", goal="<= 16 MB", at_most=16, of="ours")]
