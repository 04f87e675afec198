"""One trial: a fresh world, load on all its doors, the faults of a schedule, quiet, and the checker's verdict."""

import concurrent.futures
import contextlib
import datetime
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import threading
import time
import traceback

import client_deeds
import kinds
import schedule as schedules
from client import Client, Unsettled
from ground import SERVICES, Failed, Ground
from history import History, now
from history_world import HERE, ZONE, first_morning

# How long to wait for quiet and for the end; PATIENCE makes it longer where the machine is busy with other things.
PATIENCE = float(os.environ.get("PATIENCE", 1))
QUIET_S, SETTLE_S = 120 * PATIENCE, 240 * PATIENCE
# Exits that a fault explains: 3 is "try later" (PostgreSQL or Kafka stayed away too long), 1 a cluster that nobody adopted yet.
EXPLAINED = {"broker_forget": {1, 3}}


class Trial:
    def __init__(self, schedule, folder, binaries, proxy, rate=60.0, say=print):
        self.schedule, self.folder, self.rate, self.say = schedule, folder, rate, say
        self.lanes = schedule["lanes"]
        self.kinds = {f["kind"] for _, f in schedules.flat(self.lanes)}
        tmpfs = {f["target"] for _, f in schedules.flat(self.lanes) if f["kind"] == "disk_full"} if os.geteuid() == 0 else ()
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        schedules.save(schedule, folder / "schedule.json")
        self.ground = Ground(folder, proxy, binaries, tmpfs)
        self.faketime = bool({"clock_jump", "clock_all"} & self.kinds) and self.ground.use_faketime()
        self.stop = threading.Event()
        self.made, self.not_run, self.struck, self.reached, self.wrong = {}, {}, {}, set(), []
        self.hours = []
        self.lock = threading.Lock()
        self.client = None

    # ---- what kinds of faults ask for ----

    def pause_billing(self):
        """No command waits in Kafka that invoicing has not taken: what an acknowledged message of others loses with its cluster is theirs to say again."""
        self.client.loading.clear()
        self.client.drain(20)
        end = time.monotonic() + 60
        while time.monotonic() < end:
            with contextlib.suppress(Exception):
                if self.behind_billing() == 0:
                    return
            time.sleep(0.05)
        raise Failed("invoicing does not take what is published")

    def behind_billing(self):
        import confluent_kafka
        from confluent_kafka.admin import AdminClient, OffsetSpec

        admin = AdminClient({"bootstrap.servers": self.ground.brokers})
        parts = [confluent_kafka.TopicPartition("dunlin.billing.v1", p) for p in admin.list_topics("dunlin.billing.v1", timeout=10).topics["dunlin.billing.v1"].partitions]
        ends = sum(e.result().offset for e in admin.list_offsets({p: OffsetSpec.latest() for p in parts}).values())
        done = self.ground.sql("invoicing", "select coalesce(sum(next_offset), 0) from consumer_position where topic = 'dunlin.billing.v1'")
        return ends - int(done)

    def go_on_billing(self):
        self.client.publisher.brokers = None
        self.client.loading.set()

    def storm(self, times, webhooks):
        hooks = [r for r in History(self.client.path).of("webhook", "storm") if r.door == "webhook"][-webhooks:]
        hooks = hooks or [r for r in History(self.client.path).requests.values() if r.door == "webhook"][-webhooks:]
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            under_way = [pool.submit(client_deeds.again, self.client, r) for r in hooks for _ in range(times)]
            with self.ground.guards["payments"]:
                self.ground.kill("payments")
                self.ground.start_again("payments")
            for one in under_way:
                one.result()

    def upload_while_full(self, name):
        if name == "reconciliation":
            chance = random.Random(self.schedule["seed"])
            for deed in (client_deeds.statements.close_day, client_deeds.statements.again) * 2:
                deed(self.client, chance, "disk", now())

    def stimulate(self, base, name, point):
        if base == "migration":
            self.crash_in_migration(name)
        elif base == "position_released":
            self.crash_in_release(name)
        else:
            self.crash_in_retry(name, base)

    def scratch(self, name):
        """An empty database beside the service's; the environment of a verb on it."""
        g, database = self.ground, f"dunlin_{name}_scratch"
        subprocess.run(["tests/env/postgres", "drop", str(g.server(name)), database], capture_output=True)
        urls = g.script("postgres", "database", g.server(name), database)
        prefix = name.upper()
        return dict(g.environment(name), **{f"{prefix}_DATABASE_URL": urls[0], f"{prefix}_OWNER_DATABASE_URL": urls[1]}), urls[1]

    def statement_file(self):
        """A day of some bank as a file under its final name: (merchant, document, what it says, where it lies). None where the days are over."""
        c, chance = self.client, random.Random(len(self.client.documents))
        m = chance.choice(c.merchants)
        with c.bank_locks[m["id"]]:
            for _ in range(3):
                c.banks[m["id"]].write(chance.randrange(100, 9999), text="Thank you", name="Nobody we know")
            day = c.next_day(m)
            if day is None:
                return None
            document, said = c.banks[m["id"]].statement([day])
        with c.lock:
            c.documents[said["ident"], "upload"] = (m, document, said, {})
        path = self.folder / "statements" / m["id"] / f"{said['ident']}.xml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.with_suffix(".part").write_bytes(document)
        return m, document, said, path.with_suffix(".part").rename(path)

    def bring(self, road, point):
        """The program that brings it dies, and is run again: the file is imported once, and put away."""
        made = self.statement_file()
        if made is None:
            raise kinds.NotRun("the bank's days are over")
        m, document, said, path = made
        op = self.client.writer.invoke("upload", "upload", service="reconciliation", route=road, merchant=m["id"], sha256=hashlib.sha256(document).hexdigest(),
                                       value=said, p="brought")
        env = dict(self.ground.environment("reconciliation"), RECONCILIATION_STATEMENT_FOLDERS=f"{m['id']}={path.parent}", RECONCILIATION_STATEMENT_SETTLE_SECONDS="0")
        env.pop("RECONCILIATION_CRASH_AT", None)  # the daemon's own
        words = ("watch", "--once") if road == "folder" else ("import", m["id"], str(path))
        done = self.verb("reconciliation", env, *words, crash=point)
        if done.returncode != -signal.SIGKILL or not path.exists():
            raise Failed(f"{' '.join(words)}, to die at {point}, ended with {done.returncode}: {done.stdout} {done.stderr}")
        done = self.verb("reconciliation", env, *words)
        if done.returncode or path.exists() is (road == "folder"):
            raise Failed(f"{' '.join(words)} after death at {point} ended with {done.returncode}: {done.stdout} {done.stderr}")
        self.client.writer.answer(op, "ok", status=0, body_sha256="", answer={}, why="")

    def verb(self, name, env, *words, crash=None):
        env = dict(env, **({f"{name.upper()}_CRASH_AT": crash} if crash else {}))
        return subprocess.run([str(self.ground.bin / name), *words], env=env, capture_output=True, text=True, timeout=60)

    def crash_in_migration(self, name):
        env, _ = self.scratch(name)
        for n in (1, 1, 2):
            done = self.verb(name, env, "migrate", crash=f"migration:{n}")
            if done.returncode == 0:
                break
            if done.returncode != -signal.SIGKILL:
                raise Failed(f"{name} migrate, to die at migration:{n}, ended with {done.returncode}: {done.stderr}")
        for words in (("migrate",), ("check",)):
            done = self.verb(name, env, *words)
            if done.returncode:
                raise Failed(f"{name} {words[0]} after death in migration: {done.stderr}")

    def crash_in_retry(self, name, base):
        """Two of a stream are set aside; a person retries them and the program dies there; and again without."""
        env, owner = self.scratch(name)
        self.verb(name, env, "migrate")
        # ClockMoved with a business time: what every service takes.
        row = """insert into parked (topic, key, head, state, source, id, own, type, format, message_time, trace, partition, message_offset, merchant, client,
            target, payload, code, reason) select 'dunlin.clock.v1', 'nord:c1', n = 1, 'parked', 'test', n::text, false, 'dunlin.clock.v1.ClockMoved', 0,
            now(), '', 0, n, '', '', '', '\\x2801', 'bug', 'as planted' from generate_series(1, 2) n;
            insert into inbox (source, id, outcome) select 'test', n::text, (select max(outcome) from (values (1), (2), (3)) o (outcome)) from generate_series(1, 2) n"""
        subprocess.run(["psql", "-qX", "-v", "ON_ERROR_STOP=1", "-d", owner, "-c", row], check=True, capture_output=True, text=True)
        words = ("parked", "retry", "--topic", "dunlin.clock.v1", "--key", "nord:c1", "--who", "faults", "--why", "a test")
        done = self.verb(name, env, *words, crash=base)
        if done.returncode != -signal.SIGKILL:
            raise Failed(f"{name} parked retry, to die at {base}, ended with {done.returncode}: {done.stdout} {done.stderr}")
        left = subprocess.run(["psql", "-qAtX", "-d", owner, "-c", "select count(*) from parked where state = 'parked'"], capture_output=True, text=True).stdout.strip()
        if left != ("2" if base == "parked_retry" else "1"):
            raise Failed(f"{name}: {left} are set aside after death at {base}")
        done = self.verb(name, env, *words)
        if done.returncode or done.stdout.count("applied") != int(left):
            raise Failed(f"{name} parked retry after death at {base}: {done.stdout} {done.stderr}")

    def crash_in_release(self, name):
        """It has partitions, is asked to stop, and dies when it has given them back in the database but not in the group."""
        g = self.ground
        with g.guards[name]:
            g.more[name][f"{name.upper()}_CRASH_AT"] = "position_released"
            g.kill(name)
            g.run(name)
            end = time.monotonic() + 40
            while time.monotonic() < end and not self.has_partitions(name):
                time.sleep(0.05)
            code = g.kill(name, signal.SIGTERM)
            del g.more[name][f"{name.upper()}_CRASH_AT"]
            if code != -signal.SIGKILL:
                raise Failed(f"{name}, to die at position_released, ended with {code}:\n{g.log_tail(name)}")
            g.start_again(name)

    def has_partitions(self, name):
        from history_world import http

        with contextlib.suppress(OSError):
            text = http(self.ground.ops(name) + "/metrics", timeout=2)[1]
            return any(line.startswith("dunlin_consume_partitions{") and float(line.split()[-1]) > 0 for line in text.splitlines())
        return False

    def pass_hour(self, at, lasts):
        """Business time is a little before an instant, and passes over it."""
        instant = datetime.datetime.fromisoformat(at).replace(tzinfo=datetime.timezone.utc)
        before = instant - datetime.timedelta(seconds=lasts / 2)
        if before < self.ground.now():
            raise kinds.NotRun("business time is past it")
        self.ground.move_clock(seconds=(before - self.ground.now()).total_seconds())
        self.hours.append(at)
        self.stop.wait(lasts)

    # ---- lanes ----

    def run_lane(self, lane, faults):
        for number, f in enumerate(faults):
            if self.stop.wait(f["wait"]):
                return
            self.client.note("fault", lane=lane, number=number, fault=f)
            try:
                kinds.TABLE[f["kind"]][0](self, f)
                with self.lock:
                    self.made[f["kind"]] = self.made.get(f["kind"], 0) + 1
            except kinds.NotRun as why:
                with self.lock:
                    self.not_run[f["kind"]] = str(why)
            except Exception as error:
                self.blame(f"{lane} {number} {f['kind']}", error)

    def blame(self, where, error):
        text = f"{where}: {error if isinstance(error, (Failed, kinds.NeverReached, Unsettled)) else traceback.format_exc()}"
        with self.lock:
            self.wrong.append(text)
        (self.folder / "wrong.txt").open("a").write(text + "\n")
        self.say(f"  ! {text.splitlines()[0]}")

    # ---- all of it ----

    def run(self):
        began = time.monotonic()
        try:
            self.go()
        except Exception as error:
            self.blame("trial", error)
        finally:
            self.stop.set()
            with contextlib.suppress(Exception):
                if self.client is not None:
                    self.client.ended.set()
                    self.client.eyes.ended.set()
            self.ground.stop()
        self.judge_ends()
        return self.result(time.monotonic() - began)

    def go(self):
        g = self.ground
        g.start()
        path = self.folder / "history.jsonl"
        self.client = Client(g, self.schedule["seed"] * 1000 + self.schedule["number"], path, rate=self.rate)
        if "special_hour" in self.kinds:
            # The first and the last zone of the earth: a day apart, all but one hour.
            self.client.merchants[0]["zone"], self.client.merchants[1]["zone"] = "Pacific/Kiritimati", "Pacific/Pago_Pago"
        self.client.set_up()
        g.start_watching()
        self.client.start()
        time.sleep(2)
        threads = [threading.Thread(target=self.run_lane, args=(lane, faults), daemon=True) for lane, faults in self.lanes.items()]
        loaded = time.monotonic()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.loaded = time.monotonic() - loaded
        self.client.loading.set()
        time.sleep(1)
        self.client.stop_load()
        g.heal()
        healed = time.monotonic()
        if not g.quiet(8 * PATIENCE):
            g.let_leases_end()
        if not g.quiet(QUIET_S):
            raise Unsettled(f"not quiet {QUIET_S} s after the last fault: {g.idle()}")
        self.drained = time.monotonic() - healed
        if self.hours:
            g.move_clock(seconds=(first_morning((g.now() + datetime.timedelta(days=1)).astimezone(ZONE).date()) - g.now()).total_seconds())
        self.client.finish(timeout=SETTLE_S)
        g.watching.set()
        self.check()

    def check(self):
        from checker import check

        began = time.monotonic()
        violations, counts = check(databases={n: self.ground.databases[n][0] for n in SERVICES}, brokers=self.ground.brokers, history=self.client.path)
        self.checked = time.monotonic() - began
        self.counts = counts
        if "clock_all" in self.kinds:
            # The server's clock was set back: rows that follow are written at an earlier time than those before, once in each database.
            violations = [v for v in violations if not (v.rule == "O2" and str(v.expected).startswith("written at"))]
        for v in violations[:200]:
            self.wrong.append(f"{v.rule}: {v.entity} expected {v.expected} found {v.found} where {v.where}")
        for v in violations[:5]:
            self.say(f"  ! {v.rule} {v.entity}: expected {v.expected}, found {v.found}")

    def judge_ends(self):
        """A daemon may end by itself only as its exit codes say; a signal that is not ours is a defect."""
        allowed = {3}
        for kind in self.kinds:
            allowed |= EXPLAINED.get(kind, set())
        for name, code, last in self.ground.ended:
            if code not in allowed:
                self.blame(f"{name} ended with {code}", Failed(last))

    def result(self, seconds):
        counts = self.client.counts if self.client else {"ok": 0, "fail": 0, "info": 0, "by": {}}
        return {
            "trial": schedules.name_of(self.schedule), "seed": self.schedule["seed"], "seconds": round(seconds, 1), "made": self.made, "not_run": self.not_run,
            "struck": self.struck, "targets": self.targets(), "reached": sorted(map(list, self.reached)),
            "operations": {k: counts[k] for k in ("ok", "fail", "info")}, "events": getattr(self, "counts", {}),
            "recoveries": [[n, round(s, 4), calm] for n, s, calm in self.ground.recoveries],
            "drained": round(getattr(self, "drained", -1), 2), "loaded": round(getattr(self, "loaded", -1), 1), "checked": round(getattr(self, "checked", -1), 1),
            "ended": [[n, c] for n, c, _ in self.ground.ended], "stuck": self.ground.livez, "client_errors": dict(self.client.errors) if self.client else {}, "hours": self.hours,
            "wrong": self.wrong,
        }

    def targets(self):
        count = {}
        for _, f in schedules.flat(self.lanes):
            key = f"{f['kind']}/{f['target']}" if "target" in f else f"{f['kind']}/{f['line']}" if "line" in f else f["kind"]
            count[key] = count.get(key, 0) + 1
        return count


__all__ = ["Trial", "HERE", "json"]
