"""The ground on which faults are made: the four daemons as history_world has them, but with a PostgreSQL server for each database, real Apache Kafka,
and a proxy between each daemon and all that it talks to. The harness is the parent of everything and waits for it: nothing stays a zombie.

A daemon that ends by itself is started again, as an init system would; that it did is in `ended`, and a trial's verdict weighs it."""

import concurrent.futures
import contextlib
import ctypes
import json
import os
import pathlib
import signal
import shutil
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request

from history_world import SERVICES, Failed, World, free_port
from proxies import Proxies

PR_SET_CHILD_SUBREAPER = 36
READY_S = 90 * float(os.environ.get("PATIENCE", 1))
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def adopt_orphans():
    """What our children leave behind becomes ours."""
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl")


def reap(pid, timeout=20):
    """Waits for a child that no Popen knows."""
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        try:
            if os.waitpid(pid, os.WNOHANG)[0]:
                return True
        except ChildProcessError:
            return True
        time.sleep(0.005)
    return False


def reap_strays():
    """A killed postmaster leaves its backends to us."""
    listed = subprocess.run(["ps", "-o", "pid=,stat=,comm=", "--ppid", str(os.getpid())], capture_output=True, text=True).stdout
    for line in listed.splitlines():
        pid, state, name = line.split(None, 2)
        if state.startswith("Z") and name.split()[0] in ("postgres", "java"):
            reap(int(pid), 1)


def answers(url):
    try:
        with OPENER.open(url, timeout=2) as answer:
            return answer.status == 200
    except (urllib.error.HTTPError, OSError):
        return False


class Ground(World):
    def __init__(self, folder, proxy, binaries, tmpfs=()):
        adopt_orphans()
        super().__init__(folder, broker="kafka", binaries=binaries)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.lines = Proxies(proxy)
        self.doors = {name: free_port() for name in SERVICES}
        self.guards = {name: threading.RLock() for name in SERVICES}  # who holds it decides whether the daemon runs
        self.more = {name: {} for name in (*SERVICES, "sandbox")}  # environment of the next start
        self.recoveries = []  # (daemon, seconds, was anything else wrong)
        self.ended = []  # what ended by itself: (daemon, code, last words)
        self.livez = []  # who was killed because a role was stuck
        self.trouble, self.trouble_lock = dict.fromkeys(SERVICES, 0), threading.Lock()
        self.watching = threading.Event()
        self.tmpfs = set(tmpfs)
        self.mounted = []
        self.server_more, self.clocks = {}, None  # environment of PostgreSQL's servers; folder of the clocks

    # ---- addresses ----

    def start_database(self):
        def one(name):
            folder = self.server(name)
            folder.mkdir(parents=True, exist_ok=True)
            if name in self.tmpfs:
                subprocess.run(["mount", "-t", "tmpfs", "-o", "size=600m,mode=755", "none", str(folder)], check=True)
                self.mounted.append(folder)
            self.postgres("start", name)
            self.databases[name] = tuple(self.script("postgres", "database", folder, f"dunlin_{name}"))
            self.lines.open(f"db-{name}", int((folder / "port").read_text()))

        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            list(pool.map(one, SERVICES))
        self.lines.open("provider", self.names("sandbox")[0])
        self.lines.open("mail", self.ports.setdefault("smtp", free_port()))

    def start_broker(self):
        for name in SERVICES:
            self.lines.open(f"kafka-{name}", self.doors[name])
        os.environ["DUNLIN_KAFKA_DOORS"] = " ".join(f"{n.upper()}:{self.doors[n]}:{self.lines.ports[f'kafka-{n}']}" for n in SERVICES)
        self.brokers = self.script("kafka", "start", self.folder / "kafka")[0]
        for name in SERVICES:
            self.verb(name, "topics", "create")

    def environment(self, name):
        env = super().environment(name)
        if name in SERVICES:
            prefix = name.upper()
            direct = (self.server(name) / "port").read_text().strip()
            env[f"{prefix}_DATABASE_URL"] = self.databases[name][0].replace(f":{direct}/", f":{self.lines.ports[f'db-{name}']}/")
            env[f"{prefix}_BROKERS"] = f"127.0.0.1:{self.lines.ports[f'kafka-{name}']}"
        if name == "payments":
            env["PAYMENTS_STRIPE_URL"] = f"http://127.0.0.1:{self.lines.ports['provider']}"
        if name == "reminders":
            env["REMINDERS_SMTP_URL"] = f"smtp://127.0.0.1:{self.lines.ports['mail']}"
        env.update(self.more.get(name, {}))
        return env

    # ---- servers ----

    def server(self, name):
        return self.folder / f"postgres-{name}"

    def postgres(self, verb, name):
        env = dict(os.environ, DUNLIN_POSTGRES_ENV=" ".join(f"{k}={v}" for k, v in self.server_more.items()))
        done = subprocess.run(["tests/env/postgres", verb, str(self.server(name))], capture_output=True, text=True, env=env)
        if done.returncode:
            raise Failed(f"postgres {verb} {name}: {done.stderr.strip()}")
        return done.stdout.split()

    def kill_postgres(self, name):
        with contextlib.suppress(Failed):
            [pid] = self.postgres("pid", name) or [None]
            self.postgres("kill", name)
            if pid:
                reap(int(pid))
        reap_strays()

    def sql(self, name, text):
        """As the superuser of a service's server, in its database."""
        url = self.postgres("url", name)[0].rsplit("/", 1)[0] + f"/dunlin_{name}"
        done = subprocess.run(["psql", "-qAtX", "-v", "ON_ERROR_STOP=1", "-d", url, "-c", text], capture_output=True, text=True)
        if done.returncode:
            raise Failed(f"{name}: {done.stderr.strip()}")
        return done.stdout.strip()

    def kafka(self, verb):
        return self.script("kafka", verb, self.folder / "kafka")

    def kill_kafka(self):
        pid = self.kafka("pid")
        self.kafka("kill")
        if pid:
            reap(int(pid[0]))

    # ---- daemons ----

    @contextlib.contextmanager
    def disturbed(self, *names):
        """While something is wrong that keeps these daemons (none: all) from coming back at once."""
        self.count_trouble(names or SERVICES, 1)
        try:
            yield
        finally:
            self.count_trouble(names or SERVICES, -1)

    def count_trouble(self, names, step):
        with self.trouble_lock:
            for name in names:
                self.trouble[name] += step

    def run(self, name, *args):
        (self.folder / "logs").mkdir(exist_ok=True)
        return super().run(name, *args)

    def is_up(self, name):
        return answers(self.ops(name) + "/readyz")

    def start_again(self, name, note=True):
        """Starts a daemon that isn't there, and waits until it is ready. One that ends meanwhile is started again."""
        calm, began = self.trouble[name] == 0, time.monotonic()
        self.run(name)
        while not self.is_up(name):
            if self.procs[name].poll() is not None:
                self.note_end(name)
                time.sleep(0.2)
                self.run(name)
            if time.monotonic() - began > READY_S:
                raise Failed(f"{name} is not ready after {READY_S} s:\n{self.log_tail(name)}")
            time.sleep(0.01)
        took = time.monotonic() - began
        if note:
            self.recoveries.append((name, took, calm and self.trouble[name] == 0))
        return took

    def note_end(self, name):
        last = self.log_tail(name, 4)
        self.ended.append((name, self.procs[name].returncode, last))

    def look_alive(self, name, deaf):
        """A daemon whose /livez says three times in a row that a role is stuck is killed, as an orchestrator's probe would have it."""
        try:
            with OPENER.open(self.ops(name) + "/livez", timeout=2):
                deaf[name] = 0
        except urllib.error.HTTPError as error:
            deaf[name] = deaf.get(name, 0) + (error.code == 503)
        except OSError:
            return
        if deaf.get(name, 0) >= 3:
            deaf[name] = 0
            self.livez.append((name, round(time.time())))
            self.kill(name)
            self.run(name)

    def watch(self):
        """Until told to stop: who ended by himself is started again, and so is who is stuck."""
        deaf, look_at = {}, 0
        while not self.watching.wait(0.02):
            look = time.monotonic() > look_at
            look_at = time.monotonic() + 1 if look else look_at
            for name in SERVICES:
                if look and self.procs.get(name) and self.guards[name].acquire(blocking=False):
                    try:
                        self.look_alive(name, deaf)
                    finally:
                        self.guards[name].release()
                p = self.procs.get(name)
                if p is None or p.poll() is None or not self.guards[name].acquire(blocking=False):
                    continue
                try:
                    p = self.procs.get(name)
                    if p is not None and p.poll() is not None:
                        self.note_end(name)
                        time.sleep(0.2)
                        self.run(name)
                finally:
                    self.guards[name].release()

    def start_watching(self):
        self.watching.clear()
        self.watcher = threading.Thread(target=self.watch, daemon=True)
        self.watcher.start()

    # ---- clocks ----

    def use_faketime(self):
        """Daemons and servers have a clock that a file moves; False where libfaketime is not there."""
        libraries = list(pathlib.Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
        if not libraries:
            return False
        self.clocks = pathlib.Path(tempfile.mkdtemp(prefix="dunlin-clocks-"))
        self.clocks.chmod(0o755)
        for name in (*SERVICES, "postgres"):
            self.set_clock(name, 0)
            env = {"LD_PRELOAD": str(libraries[0]), "FAKETIME_TIMESTAMP_FILE": str(self.clocks / name), "FAKETIME_CACHE_DURATION": "1",
                   "FAKETIME_DONT_FAKE_MONOTONIC": "1", "FAKETIME_DONT_RESET": "1"}
            (self.server_more if name == "postgres" else self.more[name]).update(env)
        return True

    def set_clock(self, name, seconds):
        """An absolute offset from the real clock, within a second."""
        path = self.clocks / name
        path.with_suffix(".new").write_text(f"{seconds:+d}\n")
        path.with_suffix(".new").chmod(0o644)
        path.with_suffix(".new").replace(path)

    # ---- the end of trouble ----

    def heal(self):
        """Everything up and passing: what a trial's faults have left."""
        self.lines.heal()
        for what in self.outside("GET", "/sandbox/misbehave"):
            self.outside("POST", "/sandbox/misbehave", {"what": what, "times": 0})
        for name in (*SERVICES, "postgres") if self.clocks else ():
            self.set_clock(name, 0)
        for name in SERVICES:
            self.postgres("start", name)
        if not self.kafka_runs():
            self.kafka("start")
        for name in SERVICES:
            with self.guards[name]:
                p = self.procs.get(name)
                if p is not None and p.poll() is None:
                    p.send_signal(signal.SIGCONT)
                self.more[name] = {k: v for k, v in self.more[name].items() if not k.endswith("_CRASH_AT")}
                if p is None or p.poll() is not None:
                    self.start_again(name, note=False)
        self.wait_ready(*SERVICES)

    def let_leases_end(self):
        """The 150 s for which a dead daemon's claims hold are over at once. It is stopped in order meanwhile, so that nothing is under way."""
        for name, text in (("reminders", "update notice set lease_until = '-infinity' where state = 'sending'"),):
            with self.guards[name]:
                self.kill(name, signal.SIGTERM)
                self.sql(name, text)
                self.start_again(name, note=False)

    def kafka_runs(self):
        try:
            return bool(self.kafka("pid"))
        except Failed:
            return False

    def stop(self):
        self.watching.set()
        if getattr(self, "watcher", None):
            self.watcher.join(5)
        with contextlib.suppress(Exception):
            self.lines.heal()
        for p in self.procs.values():
            if p.poll() is None:
                p.send_signal(signal.SIGCONT)
                p.terminate()
        for p in self.procs.values():
            try:
                p.wait(30)
            except subprocess.TimeoutExpired:
                p.kill()
                p.wait()
        self.procs.clear()
        for name in SERVICES:
            if (self.server(name) / "data").exists():
                self.kill_postgres(name)
        with contextlib.suppress(Failed):
            self.kill_kafka()
        for folder in self.mounted:
            subprocess.run(["umount", "-l", str(folder)], check=False)
        self.lines.close()
        if self.server_more:
            shutil.rmtree(self.clocks, ignore_errors=True)

    def save_check(self):
        path = super().save_check()
        known = json.loads(path.read_text())
        known["databases"] = {n: self.databases[n][0] for n in SERVICES}
        path.write_text(json.dumps(known))
        return path


__all__ = ["SERVICES", "Failed", "Ground", "pathlib"]
