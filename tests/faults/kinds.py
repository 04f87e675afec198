"""The faults that can be made. Each is a function of the trial and the fault's own words (a dict that came from the schedule); it returns when the fault
is over, healed where it has to be. What goes wrong in here beyond the fault is raised, and fails the trial."""

import contextlib
import os
import random
import signal
import subprocess
import time

import client_months as months
import client_races as races
import client_statements as statements
import client_uploads as uploads
from ground import SERVICES, Failed
from history import now

WAIT_CRASH_S = 40 * float(os.environ.get("PATIENCE", 1))
TABLE = {}


class NotRun(Exception):
    """This fault can't be made here."""


class NeverReached(Exception):
    """A crash point that nobody came by."""


def kind(text):
    def register(function):
        TABLE[function.__name__] = (function, text)
        return function

    return register


# ---- daemons ----


@kind("SIGKILL of a daemon under load; it is started again at once")
def kill(t, f):
    g, name = t.ground, f["target"]
    with g.guards[name]:
        g.kill(name)
        g.start_again(name)


@kind("orderly stop (SIGTERM) and start")
def term(t, f):
    g, name = t.ground, f["target"]
    with g.guards[name]:
        code = g.kill(name, signal.SIGTERM)
        if code not in (0, 1, 3) or (code != 0 and g.trouble[name] == 0):
            raise Failed(f"{name} stopped in order with {code}:\n{g.log_tail(name)}")
        g.start_again(name)


@kind("SIGSTOP of a daemon past its session in the group (6 s), then thaw")
def freeze(t, f):
    g, name = t.ground, f["target"]
    with g.guards[name], g.disturbed(name):
        p = g.procs[name]
        p.send_signal(signal.SIGSTOP)
        t.stop.wait(f["seconds"])
        p.send_signal(signal.SIGCONT)


# What is done while a point is waited for that the load seldom comes by: by its name, or the step of which it is in the course.
NUDGES = {
    "part_stored": (uploads.in_parts, statements.brisk_day), "upload_complete": (uploads.in_parts, statements.brisk_day),
    "upload_taken": (uploads.in_parts, statements.brisk_day), "preview_half": (uploads.preview,),
    "large_taken": (statements.brisk_day,), "large_decided": (statements.brisk_day,), "statement_committed": (statements.brisk_day,),
    "DecideStatement": (statements.brisk_day,), "PostLine": (statements.brisk_day,), "MatchLine": (statements.match,), "UnmatchLine": (statements.unmatch,),
    "UndoStatement": (statements.undo, statements.brisk_day, statements.undo), "UndoLine": (statements.undo, statements.brisk_day, statements.undo),
    "ClosePeriod": (races.race_close,), "MakeExport": (races.race_close, months.export, months.export),
}  # fmt: skip
# What has to happen for a point to be come by, beyond the load.
STIMULI = {"migration", "parked_retry", "parked_retried", "position_released"}


@kind("death at a named crash point, then a start without it")
def crash(t, f):
    g, name, point = t.ground, f["target"], f["point"]
    base = point.partition(":")[0]
    if base in STIMULI:
        t.stimulate(base, name, point)
        t.reached.add((base, name))
        return
    with g.guards[name]:
        g.more[name][f"{name.upper()}_CRASH_AT"] = point
        g.kill(name, signal.SIGTERM if f.get("orderly") else signal.SIGKILL)
        g.run(name)
        code = wait_for_death(t, g.procs[name], base)
        del g.more[name][f"{name.upper()}_CRASH_AT"]
        if code is None:
            g.kill(name)
            g.start_again(name)
            raise NeverReached(f"{point} in {name}: not reached in {WAIT_CRASH_S} s")
        if code != -signal.SIGKILL:
            raise Failed(f"{name} armed with {point} ended with {code}:\n{g.log_tail(name)}")
        t.reached.add((base, name))
        g.start_again(name)


def wait_for_death(t, p, base):
    """How it ended; None where it did not."""
    began, nudges, n = time.monotonic(), NUDGES.get(base.rpartition("/")[2], ()), 0
    while p.poll() is None and time.monotonic() < began + WAIT_CRASH_S:
        time.sleep(0.005)
        if nudges and time.monotonic() > began + 0.2 * (n + 1):
            t.client.ready.put((now(), nudges[n % len(nudges)], random.Random(f"{t.schedule['seed']}/{base}/{n}"), None))
            n += 1
    return p.poll()


@kind("a statement file is brought by the verb import or by a watched folder; the program dies at a named place, and is run again")
def brought(t, f):
    t.bring(f["road"], f["point"])


@kind("another member of the daemon's group joins and leaves, again and again, by SIGTERM and by SIGKILL in turn")
def members(t, f):
    g, name = t.ground, f["target"]
    with g.disturbed(name):
        for n in range(f["times"]):
            env = g.environment(name)
            prefix = name.upper()
            env.update({f"{prefix}_HTTP_ADDRESS": "127.0.0.1:0", f"{prefix}_OPS_ADDRESS": "127.0.0.1:0", f"{prefix}_KAFKA_INSTANCE_ID": ""})
            log = open(g.folder / f"{name}-more.log", "ab")
            p = subprocess.Popen([str(g.bin / name), "run"], env=env, stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, start_new_session=True)
            log.close()
            t.stop.wait(f["seconds"])
            p.send_signal(signal.SIGTERM if n % 2 else signal.SIGKILL)
            try:
                code = p.wait(40)
            except subprocess.TimeoutExpired:
                p.kill()
                p.wait()
                raise Failed(f"another {name} does not stop")
            # One that is asked to stop before it listens to that ends at once.
            if code not in (0, 3, -signal.SIGKILL, -signal.SIGTERM):
                raise Failed(f"another {name} ended with {code}: {(g.folder / f'{name}-more.log').read_text()[-1500:]}")


# ---- PostgreSQL ----


@kind("SIGKILL of the PostgreSQL server of one daemon, with all its backends; started again")
def postgres_kill(t, f):
    g, name = t.ground, f["target"]
    with g.disturbed(name):
        g.kill_postgres(name)
        t.stop.wait(f["seconds"])
        g.postgres("start", name)


@kind("fast stop of the PostgreSQL server of one daemon, and start")
def postgres_stop(t, f):
    g, name = t.ground, f["target"]
    with g.disturbed(name):
        g.postgres("stop", name)
        t.stop.wait(f["seconds"])
        g.postgres("start", name)


@kind("no more than one connection left for a daemon at its PostgreSQL server")
def one_connection(t, f):
    g, name = t.ground, f["target"]
    with g.disturbed(name):
        g.sql(name, f"alter role dunlin_{name} connection limit 1")
        g.sql(name, f"select pg_terminate_backend(pid) from pg_stat_activity where usename = 'dunlin_{name}'")
        t.stop.wait(f["seconds"])
        g.sql(name, f"alter role dunlin_{name} connection limit -1")


@kind("somebody else holds a lock: every key row, the outbox, or the outbox's advisory lock")
def lock(t, f):
    g, name = t.ground, f["target"]
    hold = {"keys": "select count(*) from (select 1 from key for update) k", "outbox": "lock table outbox in exclusive mode",
            "advisory": "select pg_advisory_xact_lock(hashtextextended('dunlin.outbox', 0))"}[f["what"]]
    with g.disturbed(name):
        g.sql(name, f"set statement_timeout = 0; set idle_in_transaction_session_timeout = 0; begin; {hold}; select pg_sleep({f['seconds']}); commit")


@kind("disk full under PostgreSQL (tmpfs) of one daemon; then room again")
def disk_full(t, f):
    g, name = t.ground, f["target"]
    folder = g.server(name)
    if folder not in g.mounted:
        raise NotRun("no tmpfs under that server: mounting needs root")
    with g.disturbed(name):
        ballast = folder / "ballast"
        with contextlib.suppress(OSError), open(ballast, "wb", buffering=0) as out:
            while True:
                out.write(bytes(1 << 16))
        # Everybody who writes sees it: a WAL segment is full after 16 MB, which is sooner with some help.
        with contextlib.suppress(Failed):
            g.sql(name, "select pg_switch_wal()")
        t.upload_while_full(name)
        t.stop.wait(f["seconds"])
        ballast.unlink()
        # It ends itself where it can't write its log; recovery is its own.
        g.postgres("start", name)


# ---- Kafka ----


@kind("SIGKILL of the broker, started again")
def broker_kill(t, f):
    g = t.ground
    with g.disturbed():
        g.kill_kafka()
        t.stop.wait(f["seconds"])
        g.kafka("start")


@kind("broker frozen (SIGSTOP) and thawed")
def broker_freeze(t, f):
    g = t.ground
    with g.disturbed():
        g.kafka("freeze")
        try:
            t.stop.wait(f["seconds"])
        finally:
            g.kafka("thaw")


@kind("broker started again with nothing, as a new cluster: topics made, positions adopted, the relays say all again")
def broker_forget(t, f):
    g = t.ground
    with g.disturbed(), contextlib.ExitStack() as guards:
        for name in SERVICES:
            guards.enter_context(g.guards[name])
        t.pause_billing()
        g.kill_kafka()
        g.kafka("forget")
        g.kafka("start")
        # Time for members to join a cluster that has no topics, and for relays to meet it.
        t.stop.wait(8)
        g.make_topics()
        for name in SERVICES:
            g.verb(name, "topics", "create")
        # None may go on by itself: a cluster that it doesn't know is a person's affair.
        refused, end = {}, time.monotonic() + 60
        while len(refused) < len(SERVICES) and time.monotonic() < end:
            refused = {name: code for name in SERVICES if (code := g.procs[name].poll()) is not None}
            time.sleep(0.02)
        if len(refused) < len(SERVICES) or 0 in refused.values():
            raise Failed(f"a new cluster was not refused by all: {refused}")
        for name in SERVICES:
            g.verb(name, "positions", "adopt", "--who", "faults", "--why", "the cluster was lost")
            g.start_again(name, note=False)
        t.go_on_billing()


# ---- between a daemon and what it talks to ----


def struck(t, line, before, seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end and not t.stop.is_set():
        if t.ground.lines.fired(line) > before:
            return True
        time.sleep(0.01)
    return False


def whose(line):
    """The daemon on this side of a line."""
    return {"provider": "payments", "mail": "reminders"}.get(line) or line.partition("-")[2]


def one_shot(t, f, *words):
    lines, line = t.ground.lines, f["line"]
    with t.ground.disturbed(whose(line)):
        before = lines.fired(line)
        lines.say(words[0], line, *words[1:])
        hit = struck(t, line, before, f["seconds"])
        lines.say("pass", line)
        if hit:
            t.struck[f["kind"]] = t.struck.get(f["kind"], 0) + 1


@kind("a connection is reset at byte k of a direction")
def cut(t, f):
    one_shot(t, f, "cut", f["way"], f["bytes"])


@kind("a connection ends in order at byte k of a direction, what is behind is gone")
def trim(t, f):
    one_shot(t, f, "trim", f["way"], f["bytes"])


@kind("COMMIT goes through, its answer is lost with the connection")
def commit_lost(t, f):
    one_shot(t, f, "commit", f["times"])


def lasting(t, f, *words, reset=False):
    lines, line = t.ground.lines, f["line"]
    with t.ground.disturbed(whose(line)):
        lines.say(words[0], line, *words[1:])
        t.stop.wait(f["seconds"])
        if reset:
            lines.say("reset", line)
        lines.say("pass", line)


@kind("half-open: nothing flows, nothing is closed; afterwards it flows on, or is reset")
def hole(t, f):
    lasting(t, f, "hole", reset=f.get("reset", False))


@kind("everything takes longer by some milliseconds")
def delay(t, f):
    lasting(t, f, "delay", f["ms"])


@kind("new connections are reset, old ones too")
def refuse(t, f):
    t.ground.lines.say("reset", f["line"])
    lasting(t, f, "refuse")


# ---- the world outside ----


@kind("the provider or the mail system misbehaves: answers 500, late, 429, nothing; defers, or is silent after DATA")
def misbehave(t, f):
    t.ground.outside("POST", "/sandbox/misbehave", {"what": f["what"], "times": f["times"], "value": f.get("value", 1)})


@kind("the last webhooks all again, ten times, side by side, while payments is killed once")
def storm(t, f):
    t.storm(f["times"], f["webhooks"])


# ---- clocks ----


@kind("the daemon's clock (not PostgreSQL's) jumps and comes back (libfaketime)")
def clock_jump(t, f):
    g, name = t.ground, f["target"]
    if not t.faketime:
        raise NotRun("no libfaketime")
    with g.disturbed(name):
        g.set_clock(name, f["seconds"])
        t.stop.wait(f["lasts"])
        g.set_clock(name, 0)
        t.stop.wait(1.5)


@kind("all clocks, PostgreSQL's too and with them business time, jump and come back (libfaketime)")
def clock_all(t, f):
    g = t.ground
    if not t.faketime:
        raise NotRun("no libfaketime")
    with g.disturbed():
        for seconds, lasts in ((f["seconds"], f["lasts"]), (0, 1.5)):
            for name in (*SERVICES, "postgres"):
                g.set_clock(name, seconds)
            t.stop.wait(lasts)


@kind("business time passes over an hour that is special: daylight saving both ways, leap day, the first and last zones of the earth")
def special_hour(t, f):
    t.pass_hour(f["at"], f["lasts"])


__all__ = ["TABLE", "NotRun", "NeverReached", "STIMULI"]
