"""Faults on the real thing.

    faults ci [SEED]                        what fits CI: 25 kills of each daemon, each crash point once, a few of every other kind
    faults full [N] [HOURS] [--state FILE]  N kills of each daemon and all the rest, over and over; goes on where the state file ends
    faults trial MAKER [SEED [NUMBER]]      one trial: kills, servers, broker, members, times
    faults replay FILE                      a schedule that was kept
    faults shrink FILE [OUT]                the fewest of its faults that still fail
    faults kinds                            the table of faults
    faults report STATE                     the report of a full run

B is the build folder; FAULTS_RUN the folder of the worlds (default $B/run/faults); RATE the load's requests a second; PATIENCE a factor
for every wait, where the machine is busy with other things.
"""

import json
import os
import pathlib
import signal
import subprocess
import sys
import time

import kinds
import schedule as schedules
import verdict
from trial import Trial

HERE = pathlib.Path(__file__).resolve().parent.parent.parent
B = pathlib.Path(os.environ.get("B", "build")).resolve()
RUN = pathlib.Path(os.environ.get("FAULTS_RUN", B / "run/faults"))
BINARIES = B / os.environ.get("FLAVOUR", "release") / "bin"
PROXY = BINARIES.parent / "tests/faults/proxy"
RATE = float(os.environ.get("RATE", 40))
N_OF_A_TRIAL = 100


def say(text):
    print(text, flush=True)


def run(schedule, folder=None):
    name = schedules.name_of(schedule)
    say(f"{name}: seed {schedule['seed']}, {len(schedules.flat(schedule['lanes']))} faults in {len(schedule['lanes'])} lanes")
    result = Trial(schedule, folder or RUN / name, BINARIES, PROXY, RATE, say).run()
    (folder or RUN / name).joinpath("result.json").write_text(json.dumps(result, indent=1))
    say(verdict.line(result))
    return result


def point_out(result):
    """How to see it again."""
    if result["wrong"]:
        kept = RUN / result["trial"] / "schedule.json"
        say(f"  again: tests/faults/faults replay {kept}    fewest faults: tests/faults/faults shrink {kept}")


def ci(seed=None):
    seed = int(seed or time.time())
    results = []
    for maker, more in verdict.CI:
        result = run(schedules.make(seed, maker, 0, **more))
        point_out(result)
        results.append(result)
    say(verdict.summary(results, kinds.TABLE))
    return verdict.is_bad(results, say)


def full(n=1000, hours=None, state=None):
    n, state = int(n), pathlib.Path(state or B / "faults-state.json")
    known = json.loads(state.read_text()) if state.exists() else {"seed": int(time.time()), "n": n, "results": []}
    known["n"], until = n, time.monotonic() + float(hours) * 3600 if hours else None
    for maker, number, more in verdict.plan(n, N_OF_A_TRIAL):
        if any(r["trial"] == f"{maker}-{number}" for r in known["results"]):
            continue
        if until is not None and time.monotonic() > until:
            say(f"the time is up before {maker}-{number}: the same command goes on from there")
            break
        result = run(schedules.make(known["seed"], maker, number, **more))
        point_out(result)
        known["results"].append(result)
        state.with_suffix(".new").write_text(json.dumps(known))
        state.with_suffix(".new").replace(state)
    say(verdict.full(known, kinds.TABLE))
    return verdict.is_bad(known["results"], say)


def trial(maker, seed=None, number=0, *more):
    schedule = schedules.make(int(seed or time.time()), maker, int(number), **json.loads(more[0] if more else "{}"))
    result = run(schedule)
    point_out(result)
    for text in result["wrong"][:30]:
        say(f"  {text}")
    return bool(result["wrong"])


def replay(path):
    result = run(schedules.load(path), RUN / "replay")
    for text in result["wrong"][:30]:
        say(f"  {text}")
    return bool(result["wrong"])


def shrink(path, out=None):
    whole, count = schedules.load(path), [0]

    def fails(faults):
        count[0] += 1
        say(f"try {count[0]}: {len(faults)} faults")
        return bool(run(dict(whole, lanes=schedules.unflat(faults)), RUN / "shrink")["wrong"])

    fewest = schedules.shrink(schedules.flat(whole["lanes"]), fails, say)
    out = pathlib.Path(out or pathlib.Path(path).with_suffix(".fewest.json"))
    schedules.save(dict(whole, lanes=schedules.unflat(fewest)), out)
    say(f"{len(fewest)} faults are enough: {out}")


def kinds_table():
    for name, (_, text) in kinds.TABLE.items():
        print(f"| `{name}` | {text} |")


def report_of(state):
    print(verdict.full(json.loads(pathlib.Path(state).read_text()), kinds.TABLE))


COMMANDS = {"ci": ci, "full": full, "trial": trial, "replay": replay, "shrink": shrink, "kinds": kinds_table, "report": report_of}


def main(words):
    # What was started is ended also when somebody ends us.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if not words or words[0] not in COMMANDS:
        print(__doc__)
        return 2
    if not PROXY.exists() and words[0] not in ("kinds", "report"):
        subprocess.run(["make", "--no-print-directory", f"B={B}", "all", str(PROXY)], check=True)
    named = {w[2:].partition("=")[0]: w.partition("=")[2] for w in words[1:] if w.startswith("--")}
    return int(COMMANDS[words[0]](*[w for w in words[1:] if not w.startswith("--")], **named) or 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
