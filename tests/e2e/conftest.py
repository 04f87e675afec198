"""What the end-to-end tests share: the stack on real PostgreSQL and real Apache Kafka, and a publisher of billing commands."""

import importlib.util
import os
import pathlib
import random
import subprocess
import sys
import time

import pytest

HERE = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(HERE / "deploy/demo"))
from stack import Stack, free_port  # noqa: E402

TOPICS = ("billing", "customers", "invoices", "payments", "ledger", "reminders")


def load(path, name):
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


publisher = load(HERE / "deploy/examples/publisher.py", "dunlin_publisher")


class World(Stack):
    """A stack for tests: further instances of a service, SQL, and billing commands by number."""

    def query(self, name, sql):
        done = subprocess.run(["psql", "-qAtX", "-v", "ON_ERROR_STOP=1", "-d", self.databases[name][1], "-c", sql], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return [tuple(line.split("|")) for line in done.stdout.splitlines()]

    def one(self, name, sql):
        return self.query(name, sql)[0][0]

    def superuser(self):
        return self.script("postgres", "url", self.folder / "postgres")[0]

    def run_more(self, name, label, *args):
        """Another process of a service, with ports of its own, a dynamic member of the group."""
        env = self.environment(name)
        prefix = name.upper()
        ops = free_port()
        env.update({f"{prefix}_HTTP_ADDRESS": "127.0.0.1:0", f"{prefix}_OPS_ADDRESS": f"127.0.0.1:{ops}", f"{prefix}_KAFKA_INSTANCE_ID": ""})
        log = open(self.folder / f"{name}-{label}.log", "ab")
        self.procs[f"{name}-{label}"] = p = subprocess.Popen(
            [str(self.bin / name), "run", *args], env=env, stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, start_new_session=True)
        log.close()
        return p

    def make_topics(self):
        """A service waits for every topic that it reads: those of services that are not part of the test are made here."""
        from confluent_kafka import KafkaError, KafkaException
        from confluent_kafka.admin import AdminClient, NewTopic

        admin = AdminClient({"bootstrap.servers": self.brokers})
        there = admin.list_topics(timeout=30).topics
        new = [NewTopic(f"dunlin.{t}.v1", 12, 1) for t in TOPICS if f"dunlin.{t}.v1" not in there]
        for future in (admin.create_topics(new) if new else {}).values():
            try:
                future.result()
            except KafkaException as e:  # a service made it just now, and the list was older
                if e.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
                    raise

    def start(self):
        self.start_database()
        self.start_broker()
        if self.broker_kind == "kafka":
            self.make_topics()
        self.migrate()
        for name in self.all:
            self.run(name)
        self.wait_ready()
        return self

    def topic(self, name):
        """Every record of a topic: (key, headers, value), from the beginning to where it ends now."""
        import confluent_kafka

        consumer = confluent_kafka.Consumer({"bootstrap.servers": self.brokers, "group.id": f"reader-{random.random()}", "enable.auto.commit": False,
                                             "auto.offset.reset": "earliest", "enable.partition.eof": True})
        partitions = consumer.list_topics(name, timeout=30).topics[name].partitions
        consumer.assign([confluent_kafka.TopicPartition(name, p, confluent_kafka.OFFSET_BEGINNING) for p in partitions])
        records, ended = [], set()
        while len(ended) < len(partitions):
            record = consumer.poll(30)
            assert record is not None, "the broker does not answer"
            if record.error():
                assert record.error().code() == confluent_kafka.KafkaError._PARTITION_EOF, record.error()
                ended.add(record.partition())
            else:
                records.append(((record.key() or b"").decode(), {k: v.decode() for k, v in record.headers() or []}, record.value()))
        consumer.close()
        return records

    def until(self, what, value, timeout=90):
        """Waits until what() is value."""
        end = time.monotonic() + timeout
        while (now := what()) != value:
            assert time.monotonic() < end, f"still {now!r} after {timeout} s, not {value!r}"
            for name, p in self.procs.items():
                assert p.poll() is None, f"{name} ended with {p.returncode}:\n{self.log_tail(name)}"
            time.sleep(0.05)


def make_world(request, name, services, **more):
    folder = pathlib.Path(os.environ["DUNLIN_TEST_RUN"]) / name
    world = World(folder, services=services, sandbox=False, broker="kafka", **more)
    request.addfinalizer(world.stop)
    return world.start()


def reconciliation_alone(request, name, *args):
    """Reconciliation by itself, run with these arguments, in a folder of that name and without a broker."""
    folder = pathlib.Path(os.environ["DUNLIN_TEST_RUN"]) / name
    world = World(folder, services=("reconciliation",), sandbox=False, broker="127.0.0.1:9")
    request.addfinalizer(world.stop)
    world.start_database()
    world.start_broker()
    world.migrate()
    world.run("reconciliation", *args)
    world.wait_ready("reconciliation")
    return world


@pytest.fixture(scope="module")
def billing():
    from dunlin.billing.v1 import billing_pb2

    return billing_pb2


@pytest.fixture(scope="session")
def whole(request):
    """The four services as one (whole_world.py)."""
    from whole_world import make_whole

    return make_whole(request)


@pytest.fixture(scope="session")
def story(whole):
    """What happened in it before any test does more."""
    from whole_world import Story

    return Story(whole)
