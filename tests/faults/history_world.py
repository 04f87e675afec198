"""All of Dunlin for tests of faults: four daemons on the real clock, PostgreSQL, a broker, and the sandbox without Kafka as the provider and the mailbox.

Business time is the clock of each database plus its skew: a Wednesday morning in Berlin to begin with, so that reminders may go out, and moved by days
at once. The sandbox is the world outside: it is never killed, and what it knows in the end is the truth that the books are held against."""

import datetime
import json
import pathlib
import subprocess
import sys
import time
import zoneinfo

import psycopg

HERE = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(HERE / "deploy/demo"))
from stack import SERVICES, Failed, Stack, free_port, http  # noqa: E402

ZONE = zoneinfo.ZoneInfo("Europe/Berlin")
# No business days, whatever day of the week they are; the others of TARGET2 are never Wednesdays.
HOLIDAYS = {(12, 25), (12, 26), (1, 1), (5, 1)}
TOPICS = ("billing", "customers", "invoices", "payments", "ledger", "reminders")


def first_morning(today):
    """Ten o'clock of the next Wednesday that is a business day, with a Wednesday a week later."""
    day = today + datetime.timedelta(days=1)
    while day.weekday() != 2 or (day.month, day.day) in HOLIDAYS:
        day += datetime.timedelta(days=1)
    return datetime.datetime.combine(day, datetime.time(10), ZONE)


class World(Stack):
    def __init__(self, folder, broker="embedded", settings=None, binaries=None):
        super().__init__(folder, binaries=binaries, broker=broker, sandbox=False, settings=settings)
        self.skew = datetime.timedelta(0)
        self.began = first_morning(datetime.datetime.now(ZONE).date())

    # ---- the world outside ----

    def world(self):
        smtp = f"127.0.0.1:{self.ports.setdefault('smtp', free_port())}"
        ca = str(self.folder / "mailbox.pem")
        return {
            "sandbox": {"SMTP_ADDRESS": smtp, "CA_FILE": ca, "START": f"{self.began.astimezone(datetime.timezone.utc):%Y-%m-%dT%H:%M:%SZ}", "BROKERS": None},
            "payments": {"SECRET_KEY": self.secret_key, "STRIPE_URL": self.url("sandbox"), "CALL_TIMEOUT_MS": "3000"},
            "reconciliation": {"STATEMENT_LARGE_LINES": "5"},  # so that the role bulk decides some
            "reminders": {"SMTP_URL": f"smtp://{smtp}", "SMTP_CA_FILE": ca, "INVOICES_URL": self.url("invoicing")},
        }

    def outside(self, method, path, body=None):
        """The value of a request to the sandbox's own doors."""
        status, text = http(self.url("sandbox") + path, method, body)
        if status >= 400:
            raise Failed(f"sandbox {method} {path}: {status} {text}")
        return json.loads(text)

    def provider(self, path, key):
        """All of a list at the provider, oldest first."""
        items, after = [], ""
        while True:
            status, text = http(f"{self.url('sandbox')}{path}?limit=100{after}", token=key)
            if status != 200:
                raise Failed(f"provider {path}: {status} {text}")
            page = json.loads(text)
            items += page["data"]
            if not page["has_more"]:
                return items[::-1]
            after = f"&starting_after={page['data'][-1]['id']}"

    # ---- its life ----

    def start(self):
        self.start_database()
        self.start_broker()
        if self.broker_kind == "kafka":
            self.make_topics()
        self.migrate()
        self.set_skew(self.began - datetime.datetime.now(ZONE))
        self.run("sandbox")
        while not (self.folder / "mailbox.pem").exists():
            if self.procs["sandbox"].poll() is not None:
                raise Failed(f"sandbox ended: {self.log_tail('sandbox')}")
            time.sleep(0.01)
        for name in SERVICES:
            self.run(name)
        self.wait_ready(*SERVICES, "sandbox")
        return self

    def make_topics(self):
        """A service waits for the topics of the others."""
        from confluent_kafka import KafkaError, KafkaException
        from confluent_kafka.admin import AdminClient, NewTopic

        admin = AdminClient({"bootstrap.servers": self.brokers})
        there = admin.list_topics(timeout=30).topics
        new = [NewTopic(f"dunlin.{t}.v1", 12, 1) for t in TOPICS if f"dunlin.{t}.v1" not in there]
        for future in (admin.create_topics(new) if new else {}).values():
            try:
                future.result()
            except KafkaException as e:
                if e.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
                    raise

    # ---- business time ----

    def set_skew(self, skew):
        self.skew = skew
        for name in SERVICES:
            with psycopg.connect(self.databases[name][0], autocommit=True) as db:
                db.execute("update clock set skew = %s", (skew,))

    def move_clock(self, **delta):
        """Business time jumps, in all four databases and outside."""
        self.set_skew(self.skew + datetime.timedelta(**delta))
        self.outside("POST", "/sandbox/clock/advance", {"to": f"{self.now().astimezone(datetime.timezone.utc):%Y-%m-%dT%H:%M:%SZ}"})
        while True:
            clock = self.outside("GET", "/sandbox/clock")
            if not clock["moving"]:
                break
            time.sleep(0.01)
        if clock["failed"]:
            raise Failed(f"the sandbox's clock: {clock['failed']}")

    def now(self):
        """Business time."""
        return datetime.datetime.now(ZONE) + self.skew

    # ---- quiet ----

    def idle(self):
        """What each says of itself; None where one does not answer."""
        said = {}
        for name in SERVICES:
            try:
                status, text = http(self.ops(name) + "/idle", timeout=5)
            except OSError:
                return None
            if status != 200:
                return None
            said[name] = json.loads(text)
        return said

    def quiet(self, timeout=60):
        """Until nothing is left to do, twice in a row with nothing in between; False where it does not come to that."""
        end, before = time.monotonic() + timeout, None
        while time.monotonic() < end:
            said = self.idle()
            marks = said and all(i["idle"] for i in said.values()) and [(i["consumed"], i["produced"]) for i in said.values()]
            if marks and marks == before:
                return True
            before = marks
            time.sleep(0.05)
        return False

    def save_check(self):
        """What `check --stack DIR` needs."""
        path = self.folder / "check.json"
        path.write_text(json.dumps({"databases": {n: self.databases[n][0] for n in SERVICES}, "brokers": self.brokers,
                                    "history": str(self.folder / "history.jsonl")}))
        return path


def superuser(folder):
    """Who may copy databases of the server in a folder."""
    return subprocess.run([str(HERE / "tests/env/postgres"), "url", str(folder)], check=True, capture_output=True, text=True).stdout.strip()
