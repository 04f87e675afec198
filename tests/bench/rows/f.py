"""camt.053 as a stream: our reader, to records of lines, against expat and libxml2's SAX2 with handlers that do nothing, over the same bytes in the same
pieces; its memory over a large file, and those of the verb, of the watched folder and of the daemon that takes it in parts.
"""

import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import time

from frame import B, FOLDER, HERE, Line, abba, failed
from rows import b

ABOUT = "camt.053 to lines against bare expat and bare libxml2 SAX2 over the same bytes; memory over a file of 1 GB, read, and imported by verb, by watched folder and by upload in parts"
READ_MB = int(os.environ.get("READ_MB", 70))
LARGE_MB = int(os.environ.get("LARGE_MB", 1024))
BLOCK = 5000


def statement(path, megabytes):
    """A statement of at least that size, each of its lines another. Returns how many they are."""
    minor = [p[0] for n in range(BLOCK) for p in b.payments(n, BLOCK, False)]
    block = "".join(b.entry(k, p[0], p[1], p[2], p[3]) for k in range(BLOCK) for p in b.payments(k, BLOCK, False)).replace("E2E-", "E2E-@@@@@-").encode()
    blocks = -(-(megabytes << 20) // len(block))
    b.statement(path, 0, 1)
    head, tail = path.read_bytes().split(b"</Stmt>")
    closing = sum(minor) * blocks
    parts = head.rsplit(b"0.00", 1)
    with open(path, "wb") as out:
        out.write(parts[0] + f"{closing // 100}.{closing % 100:02}".encode() + parts[1])
        for n in range(blocks):
            out.write(block.replace(b"@@@@@", b"%05d" % n))
        out.write(b"</Stmt>" + tail)
    return blocks * BLOCK


def compiled(name, *more):
    path = FOLDER / f"read-{name}"
    subprocess.run(["cc", "-std=gnu17", "-D_GNU_SOURCE", "-O2", "-Wall", "-Wextra", f"-DREADER_{name.upper()}", "-o", str(path), str(HERE / "tests/bench/read.c"), *more], check=True)
    return path


def programs():
    release = B / os.environ.get("FLAVOUR", "release")
    xml2 = subprocess.run(["pkg-config", "--cflags", "--libs", "libxml-2.0"], capture_output=True, text=True).stdout.split()
    ours = [f"-I{HERE / 'services/reconciliation'}", f"-I{HERE / 'common'}", str(release / "lib/reconciliation.a"), str(release / "lib/common.a"),
            "-lexpat", "-lcrypto", "-lz"]
    return {"ours": compiled("ours", *ours), "expat": compiled("expat", "-lexpat"), "libxml2": compiled("libxml2", *xml2) if xml2 else None}


def resident_kb(pid):
    """The most so far; 0 of one that has ended."""
    try:
        found = re.search(r"VmHWM:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())
    except OSError:
        return 0
    return int(found.group(1)) if found else 0


def staged(url, merchant):
    return int(b.psql(url, f"select count(*) from bank_line where merchant_id = '{merchant}' and state = 'staged'"))


def imported(stack, merchant, lines, *words, **more):
    """Megabytes that a verb had resident at the most while it imported a file; no figure where a line is missing."""
    env, program = stack.environment("reconciliation") | more, str(pathlib.Path(os.environ["DUNLIN_BIN"]) / "reconciliation")
    with open(FOLDER / "import.log", "wb") as log:
        verb = subprocess.Popen([program, *words], env=env, stdout=log, stderr=log)
        most = 0
        while verb.poll() is None:
            most = max(most, resident_kb(verb.pid))
            time.sleep(0.05)
    url = stack.databases["reconciliation"][1]
    found = staged(url, merchant)
    if verb.returncode or found != lines:
        failed(f"{words[0]} ends with {verb.returncode} and {found} of {lines} lines: {(FOLDER / 'import.log').read_text()[-300:]}")
    return most / 1024


def watched(stack, merchant, path, lines):
    """The same by a watched folder, which the file is moved to."""
    drop = FOLDER / "f-drop"
    drop.mkdir()
    path.rename(drop / path.name)
    try:
        return imported(stack, merchant, lines, "watch", "--once", RECONCILIATION_STATEMENT_FOLDERS=f"{merchant}={drop}", RECONCILIATION_STATEMENT_SETTLE_SECONDS="0")
    finally:
        shutil.rmtree(drop)


def uploaded(stack, merchant, path, lines):
    """Megabytes that a daemon had resident at the most while it took the file in parts and read it; posting is left to others."""
    daemon = stack.run("reconciliation", "--roles=http,bulk")
    stack.wait_ready("reconciliation")

    def call(method, at, body=None):
        status, answer = stack.call("reconciliation", method, at, body, merchant)
        return answer if status in (200, 201, 202) else failed(f"{method} {at}: {answer}")

    with open(path, "rb") as file:
        upload = call("POST", "/v1/uploads", {"name": path.name, "size": path.stat().st_size, "sha256": hashlib.file_digest(file, "sha256").hexdigest()})
        for offset in range(0, upload["size"], upload["part_size"]):
            file.seek(offset)
            call("POST", f"/v1/uploads/{upload['id']}/parts?offset={offset}", file.read(upload["part_size"]))
    call("POST", f"/v1/uploads/{upload['id']}/complete")
    while (done := call("GET", f"/v1/uploads/{upload['id']}"))["state"] == "due":
        time.sleep(0.5)
    most, found = resident_kb(daemon.pid), staged(stack.databases["reconciliation"][1], merchant)
    if done["state"] != "taken" or found != lines:
        failed(f"the upload ends as {done} and {found} of {lines} lines")
    stack.kill("reconciliation", 15)
    return most / 1024


def run(bench):
    small, large, each = FOLDER / "f.xml", FOLDER / "f-large.xml", programs()
    lines = statement(small, READ_MB)

    def rate(name, path=small, expect=lines):
        done = bench.load(each[name], path)
        if name == "ours" and done["lines"] != expect:
            failed(f"{expect} lines were written, {done['lines']} read")
        return done["bytes"] / done["seconds"] / 1e6, done["resident_kb"] / 1024

    names = [n for n in ("expat", "ours", "libxml2") if each[n]]
    results = dict(zip(names, abba(*(lambda n=n: rate(n)[0] for n in names))))
    many = statement(large, LARGE_MB)
    resident = rate("ours", large, many)[1]
    stack = bench.new_stack("f", services=("reconciliation",))
    try:
        stack.kill("reconciliation", 15)
        b.fill(stack.script("postgres", "url", stack.folder / "postgres")[0].rsplit("/", 1)[0] + "/dunlin_reconciliation", 4)
        held = imported(stack, "nord", many, "import", "nord", str(large))
        held_uploading = uploaded(stack, "sued", large, many)
        held_watching = watched(stack, "volt", large, many)
    finally:
        stack.stop()
        small.unlink()
        large.unlink(missing_ok=True)
    return [Line(f"f camt.053 of {READ_MB} MB to {lines:,} lines", results["ours"], "MB/s", results["expat"], "bare expat", ">= 0.9x", at_least=0.9),
            Line("f the same", results["ours"], "MB/s", results.get("libxml2", ()), "bare libxml2 SAX2"),
            Line(f"f resident over {LARGE_MB:,} MB", [resident], "MB", [rate_memory(bench, each)], "MB with no line", "<= 16 MB", at_most=16, of="ours"),
            Line(f"f resident, import of {LARGE_MB:,} MB ({many:,} lines) by verb", [held], "MB", goal="<= 32 MB", at_most=32, of="ours"),
            Line("f the same by watched folder", [held_watching], "MB", goal="<= 32 MB", at_most=32, of="ours"),
            Line("f the same by upload in parts, the daemon", [held_uploading], "MB", goal="<= 32 MB", at_most=32, of="ours")]


def rate_memory(bench, each):
    """What the reader has resident over a statement without lines."""
    path = FOLDER / "f-none.xml"
    b.statement(path, 0, 1)
    return bench.load(each["ours"], path)["resident_kb"] / 1024
