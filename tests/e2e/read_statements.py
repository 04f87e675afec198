"""What `reconciliation check` tells of a statement file, for tests that compare it with what others read."""

import decimal
import json
import os
import pathlib
import subprocess

BIN = pathlib.Path(os.environ["DUNLIN_BIN"])
CORPUS = os.environ.get("DUNLIN_CORPUS")


def told(path):
    done = subprocess.run([BIN / "reconciliation", "check", path, "--format", "json"], capture_output=True, text=True)
    assert done.returncode in (0, 1), done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def lines_of(objects):
    return [o for o in objects if o["is"] in ("booking", "information")]


def plain(amount):
    return decimal.Decimal(amount).normalize() + 0
